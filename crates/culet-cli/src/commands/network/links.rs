//! `culet links`: edges that are likely to come.

use clap::{ArgMatches, Command};
use culet::train::LikelyLink;
use serde::Serialize;
use serde_json::json;

use super::node::{self, NamedNode};
use super::{count, count_argument, open};
use crate::commands::Done;
use crate::commands::evaluate::run_argument;
use crate::context::Context;
use crate::problem::Problem;
use crate::table::Table;

pub(in crate::commands) fn command() -> Command {
    Command::new("links")
        .about("Predict the likeliest new edges of a network, or of one of its nodes")
        .after_help("Examples:\n  culet links net\n  culet links net alice -k 5\n  culet links net --json")
        .arg(run_argument())
        .arg(node::argument("a node, by its id in the data or by a name that no other has [default: all nodes]"))
        .arg(count_argument("10", "how many edges"))
}

#[derive(Debug, Serialize)]
struct Link {
    rank: usize,
    source: NamedNode,
    target: NamedNode,
    score: f64,
}

pub(in crate::commands) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let stored = open(matches)?;
    let names = &stored.data().nodes;
    let (node, k) = (node::asked(matches, names)?, count(matches));
    let likely = match node {
        Some(node) => stored.links_of(node, k, &context.pool),
        None => stored.links(k, &context.pool),
    };
    let link = |(rank, likely): (usize, &LikelyLink)| {
        let [source, target] = [likely.source, likely.target].map(|node| NamedNode::new(node, names));
        Link { rank: rank + 1, source, target, score: likely.score }
    };
    let links: Vec<Link> = likely.iter().enumerate().map(link).collect();
    if links.is_empty() {
        context.remark("note: every possible edge is there already");
    }
    let asked = node.map(|node| NamedNode::new(node, names));
    let directed = stored.data().network.is_directed();
    let document = json!({
        "run": stored.run.path().to_string_lossy(),
        "model": stored.run.manifest.summary.model,
        "data": stored.data_name(),
        "directed": directed,
        "score": stored.score.name(),
        "node": asked,
        "links": links,
    });
    context.print(&document, || match &asked {
        Some(asked) => of_node(asked, directed, &stored.score.name(), &links),
        None => of_network(stored.data_name(), &stored.score.name(), &links),
    })?;
    Ok(Done::Wholly)
}

fn of_node(asked: &NamedNode, directed: bool, score: &str, links: &[Link]) -> String {
    let named = links.iter().any(|link| link.target.name.is_some());
    let mut table = Table::new(if named { &["rank", "score", "node", "name"] } else { &["rank", "score", "node"] });
    for Link { rank, target, score, .. } in links {
        let mut row = vec![rank.to_string(), format!("{score:.4}"), target.id.clone()];
        row.extend(named.then(|| target.name.clone().unwrap_or_default()));
        table.row(row);
    }
    let preposition = if directed { "from" } else { "at" };
    format!("likeliest new edges {preposition} {}, by {score}\n{}", asked.in_full(), table.render())
}

fn of_network(name: &str, score: &str, links: &[Link]) -> String {
    let named = links.iter().any(|link| link.source.name.is_some() || link.target.name.is_some());
    let mut table = Table::new(if named {
        &["rank", "score", "source", "target", "names"]
    } else {
        &["rank", "score", "source", "target"]
    });
    for Link { rank, source, target, score } in links {
        let mut row = vec![rank.to_string(), format!("{score:.4}"), source.id.clone(), target.id.clone()];
        row.extend(named.then(|| format!("{}, {}", source.label(), target.label())));
        table.row(row);
    }
    format!("likeliest new edges of {name}, by {score}\n{}", table.render())
}
