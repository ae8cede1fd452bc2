//! `culet similar`: nodes whose vectors point in the same direction.

use clap::{Arg, ArgMatches, Command, value_parser};
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
    Command::new("similar")
        .about("Find the nodes of a network (of its type, if they have types) that are most like a node, all in all or in one aspect")
        .after_help("Examples:\n  culet similar net 42\n  culet similar net alice -k 5 --aspect 2\n  culet similar net alice --json")
        .arg(run_argument())
        .arg(node::argument("a node, by its id in the data or by a name that no other has").required(true))
        .arg(count_argument("10", "how many nodes"))
        .arg(
            Arg::new("aspect")
                .long("aspect")
                .value_name("N")
                .value_parser(value_parser!(u32).range(1..))
                .help("compare this aspect of the node, from 1, with all aspects of the others; `culet facets` tells what they are"),
        )
}

#[derive(Debug, Serialize)]
struct Similar {
    rank: usize,
    #[serde(flatten)]
    node: NamedNode,
    /// The cosine.
    score: f32,
}

pub(in crate::commands) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let stored = open(matches)?;
    let names = &stored.data().nodes;
    let node = node::asked(matches, names)?.expect("required");
    let aspect = matches.get_one::<u32>("aspect").copied();
    let n_aspects = stored.embedding.n_aspects;
    if aspect.is_some_and(|aspect| aspect as usize > n_aspects) {
        let aspects = if n_aspects == 1 { "aspect" } else { "aspects" };
        let problem = format!("there is no aspect {}: this run has {n_aspects} {aspects}", aspect.unwrap_or(0));
        return Err(Problem::input(problem).hint("aspects count from 1; `culet facets` tells what they are"));
    }
    let best = stored.similar(node, count(matches), aspect.map(|aspect| aspect as usize - 1), &context.pool);
    let similar: Vec<Similar> = (best.iter().zip(1..))
        .map(|(ranked, rank)| Similar { rank, node: NamedNode::new(ranked.item, names), score: ranked.score })
        .collect();
    let asked = NamedNode::new(node, names);
    let summary = &stored.run.manifest.summary;
    let document = json!({
        "run": stored.run.path().to_string_lossy(),
        "model": summary.model,
        "data": stored.data_name(),
        "node": asked,
        "aspect": aspect,
        "similar": similar,
    });
    context.print(&document, || text(&asked, aspect, &similar))?;
    Ok(Done::Wholly)
}

fn text(asked: &NamedNode, aspect: Option<u32>, similar: &[Similar]) -> String {
    let within = aspect.map(|aspect| format!(" in aspect {aspect}")).unwrap_or_default();
    let named = similar.iter().any(|similar| similar.node.name.is_some());
    let mut table = Table::new(if named { &["rank", "cosine", "node", "name"] } else { &["rank", "cosine", "node"] });
    for Similar { rank, node, score } in similar {
        let mut row = vec![rank.to_string(), format!("{score:.4}"), node.id.clone()];
        row.extend(named.then(|| node.name.clone().unwrap_or_default()));
        table.row(row);
    }
    format!("like {}{within}\n{}", asked.in_full(), table.render())
}
