//! `culet resume`: on with a training that was interrupted.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::runs::{ResumedData, Resumption};

use super::{Done, checkpoints, network, train};
use crate::context::Context;
use crate::interrupt;
use crate::problem::Problem;
use crate::progress::Follower;

const EXAMPLES: &str = "\
The run ends with the same bytes as one that was never interrupted. The data are in the folder, and so are the settings
and the seed; only `--threads` and `--checkpoint-every` may differ. Until it is done, a run that an interrupted training
left answers as before.

Examples:
  culet train kgin data/last-fm --out run     interrupted by Ctrl-C, SIGTERM, kill -9, or a power cut
  culet resume run";

pub(super) fn command() -> Command {
    Command::new("resume")
        .about("Go on with a training that was interrupted")
        .after_help(EXAMPLES)
        .arg(
            Arg::new("run")
                .value_name("RUN")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("the folder that `culet train` was writing"),
        )
        .arg(checkpoints::argument())
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let path: &PathBuf = matches.get_one("run").expect("required");
    let every = checkpoints::every(matches);
    let (from, data) = context.pool.install(|| Resumption::open(path))?;
    for note in from.notes() {
        context.remark(&format!("note: {note}: the checkpoint before it is taken"));
    }
    let spec = from.spec()?;
    context.remark(&match from.goes_on() {
        Some(place) => format!("{}: on from {place}", spec.name),
        None => format!("{}: no checkpoint was kept yet, so that it begins anew", spec.name),
    });
    interrupt::listen();
    let follower = &mut Follower::new(context, spec.name);
    match &data {
        ResumedData::Catalogue(dataset) => {
            let fit = from.catalogue_fit(dataset)?;
            let fitted = fit.resume(from, every, &context.pool, follower)?;
            train::finish(context, &fit, &fitted, path)
        }
        ResumedData::Network(data) => {
            let fit = from.network_fit(data)?;
            let fitted = fit.resume(from, every, &context.pool, follower)?;
            network::train::finish(context, &fit, &fitted, path)
        }
    }
}
