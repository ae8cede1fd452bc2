//! `culet data`: get data sets, look at them, make them, split and convert them.

mod convert;
mod convert_catalogue;
mod convert_vectors;
mod describe;
mod estimates;
mod get;
mod get_progress;
mod licence;
mod list;
pub(super) mod options;
mod place;
mod split;
mod synth;
mod synth_network;

use clap::{ArgMatches, Command};
use culet::data::DataError;

use super::Done;
use crate::context::Context;
use crate::problem::Problem;

const EXAMPLES: &str = "\
Examples:
  culet data list
  culet data get ml-1m
  culet data describe data/last-fm
  culet data describe follows.csv.gz --directed
  culet data synth films --n-users 5000 --seed 7
  culet data split edges.tsv parts --test-share 0.5
  culet data convert ratings.csv shop --attributes items.csv
  culet data convert run vectors.parquet";

pub(super) fn command() -> Command {
    Command::new("data")
        .about("Get data sets, look at them, make them, split and convert them")
        .after_help(EXAMPLES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommands([
            list::command(),
            get::command(),
            describe::command(),
            split::command(),
            convert::command(),
            synth::command(),
        ])
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    match matches.subcommand().expect("clap asks for a command") {
        ("list", matches) => list::run(context, matches)?,
        ("get", matches) => return get::run(context, matches),
        ("describe", matches) => describe::run(context, matches)?,
        ("split", matches) => split::run(context, matches)?,
        ("convert", matches) => convert::run(context, matches)?,
        (_, matches) => synth::run(context, matches)?,
    }
    Ok(Done::Wholly)
}

/// Names the flag of a setting that will not do.
pub(super) fn name_the_flag(error: DataError, flag: impl Fn(&str) -> String) -> Problem {
    match error {
        DataError::BadSetting { name, .. } => {
            let flag = flag(name);
            Problem::from(error).hint(format!("the flag is `--{flag}`"))
        }
        error => error.into(),
    }
}

/// The flag of a setting, as most of them are.
pub(super) fn with_dashes(name: &str) -> String {
    name.replace('_', "-")
}
