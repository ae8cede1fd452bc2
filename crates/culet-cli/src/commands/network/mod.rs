//! What the program does with networks: train on them and judge.

pub(super) mod evaluate;
mod report;
pub(super) mod train;

use std::path::PathBuf;

use clap::ArgMatches;
use culet::train::StoredNetworkRun;

use crate::problem::Problem;

fn open(matches: &ArgMatches) -> Result<StoredNetworkRun, Problem> {
    Ok(StoredNetworkRun::open(matches.get_one::<PathBuf>("run").expect("required"))?)
}
