//! `culet links`: edges that are likely to come.

use clap::{ArgMatches, Command};
use culet::answers::Named;
use culet::answers::network::{Link, Links};

use super::{Headed, answered, count, count_argument, network, node, node_argument, open};
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
        .arg(node_argument("a node, by its id in the data or by a name that no other has [default: all nodes]"))
        .arg(count_argument("10", "how many edges"))
}

pub(in crate::commands) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let answers = open(matches)?;
    let links = network(&answers, "links")?.links(node(matches), count(matches), &context.pool);
    let links = answered(&answers, links)?;
    if links.links.is_empty() {
        context.remark("note: every possible edge is there already");
    }
    context.print(&Headed::new(&answers, &links), || match &links.node {
        Some(asked) => of_node(asked, &links),
        None => of_network(answers.data_name(), &links),
    })?;
    Ok(Done::Wholly)
}

fn of_node(asked: &Named, links: &Links) -> String {
    let named = links.links.iter().any(|link| link.target.name.is_some());
    let mut table = Table::new(if named { &["rank", "score", "node", "name"] } else { &["rank", "score", "node"] });
    for Link { rank, target, score, .. } in &links.links {
        let mut row = vec![rank.to_string(), format!("{score:.4}"), target.id.clone()];
        row.extend(named.then(|| target.name.clone().unwrap_or_default()));
        table.row(row);
    }
    let preposition = if links.directed { "from" } else { "at" };
    format!("likeliest new edges {preposition} {}, by {}\n{}", asked.in_full(), links.score, table.render())
}

fn of_network(name: &str, links: &Links) -> String {
    let named = links.links.iter().any(|link| link.source.name.is_some() || link.target.name.is_some());
    let mut table = Table::new(if named {
        &["rank", "score", "source", "target", "names"]
    } else {
        &["rank", "score", "source", "target"]
    });
    for Link { rank, source, target, score } in &links.links {
        let mut row = vec![rank.to_string(), format!("{score:.4}"), source.id.clone(), target.id.clone()];
        row.extend(named.then(|| format!("{}, {}", source.label(), target.label())));
        table.row(row);
    }
    format!("likeliest new edges of {name}, by {}\n{}", links.score, table.render())
}
