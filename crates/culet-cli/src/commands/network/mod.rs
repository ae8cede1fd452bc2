//! What the program does with networks: train on them, judge and ask the runs.

pub(super) mod evaluate;
pub(super) mod facets;
mod groups;
pub(super) mod links;
mod node;
mod report;
pub(super) mod similar;
pub(super) mod train;

use std::path::PathBuf;

use clap::{Arg, ArgMatches, value_parser};
use culet::graph::Names;
use culet::train::StoredNetworkRun;
use node::NamedNode;
pub(super) use node::an_id;

use crate::problem::Problem;

/// The user that a recommender's run is asked about, if any, by the same rules as a node.
pub(super) fn named_user(matches: &ArgMatches, users: &Names) -> Result<Option<(u32, NamedNode)>, Problem> {
    Ok(node::asked_as("user", matches, users)?.map(|user| (user, NamedNode::new(user, users))))
}

fn open(matches: &ArgMatches) -> Result<StoredNetworkRun, Problem> {
    Ok(StoredNetworkRun::open(matches.get_one::<PathBuf>("run").expect("required"))?)
}

/// -k
fn count_argument(default: &'static str, help: &'static str) -> Arg {
    Arg::new("k")
        .short('k')
        .value_name("N")
        .value_parser(value_parser!(u32).range(1..))
        .default_value(default)
        .help(help)
}

fn count(matches: &ArgMatches) -> usize {
    *matches.get_one::<u32>("k").expect("has a default") as usize
}
