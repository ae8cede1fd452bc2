//! `culet compare`: runs side by side, user by user.

mod report;

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::eval::METRICS;
use culet::runs::{Compare, Reference};

use super::Done;
use crate::context::Context;
use crate::problem::Problem;

pub(super) use report::p_in_words;

const EXAMPLES: &str = "\
Examples:
  # is the second better than the first, for the same users?
  culet compare run-als run-kgin
  # all against the best of them
  culet compare run-als run-kgin run-rp3beta --to best
  # what the graph gave
  culet train kgin data/last-fm --out with
  culet train kgin data/last-fm --out without --kg none
  culet compare without with --at 10,20 --metrics recall,ndcg,map";

const NOTES: &str = "\
The interval of a difference comes from 2,000 resamples of the users, p from flipping the signs of the users' \
differences (9,999 times, or in all ways if they are fewer). With several runs p is corrected for their number (Holm).";

pub(super) fn command() -> Command {
    Command::new("compare")
        .about("Compare runs: metrics with paired significance, settings that differ, cost")
        .after_help(format!("{NOTES}\n\n{EXAMPLES}"))
        .arg(
            Arg::new("runs")
                .value_name("RUN")
                .required(true)
                .num_args(2..)
                .value_parser(value_parser!(PathBuf))
                .help("run folders of one data set; the first is what the others are compared with"),
        )
        .arg(
            Arg::new("to")
                .long("to")
                .value_name("WHICH")
                .value_parser(["first", "best"])
                .default_value("first")
                .help("compare with the first run, or with the best by the first metric"),
        )
        .arg(
            Arg::new("metrics")
                .long("metrics")
                .value_name("NAME,NAME,...")
                .value_delimiter(',')
                .value_parser(METRICS)
                .default_value("recall,ndcg")
                .help("what to compare"),
        )
        .arg(
            Arg::new("at")
                .long("at")
                .value_name("K,K,...")
                .value_delimiter(',')
                .value_parser(value_parser!(usize))
                .help("lengths of the lists that are judged [default: the first that all runs were judged at]"),
        )
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let runs: Vec<PathBuf> = matches.get_many("runs").expect("required").cloned().collect();
    let metrics: Vec<String> = matches.get_many("metrics").expect("has a default").cloned().collect();
    let reference = match matches.get_one::<String>("to").map(String::as_str) {
        Some("best") => Reference::Best,
        _ => Reference::First,
    };
    let cutoffs = matches.get_many::<usize>("at").map(|cutoffs| cutoffs.copied().collect());
    let compare = Compare { runs: &runs, reference, metrics: &metrics, cutoffs, seed: context.seed };
    let document = compare.run(&context.pool)?;
    // By way of a value, whose names are sorted.
    context.print(&serde_json::to_value(&document)?, || report::text(&document))?;
    Ok(Done::Wholly)
}
