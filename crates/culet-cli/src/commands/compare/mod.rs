//! `culet compare`: runs side by side, user by user.

mod judged;
mod report;

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::eval::{METRICS, RankingProtocol};
use culet::train::{CompareError, Comparison, check_same_data, compare_users};

use super::Done;
use crate::context::Context;
use crate::problem::Problem;
use judged::Judged;

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

/// All that is told.
struct Compared {
    runs: Vec<Judged>,
    /// The place of the run that the others are compared with.
    reference: usize,
    /// By metric; for each run but the reference, in their order.
    by_metric: Vec<(String, Vec<Comparison>)>,
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let paths = matches.get_many::<PathBuf>("runs").expect("required");
    let mut runs: Vec<Judged> = paths.map(|path| Judged::open(path)).collect::<Result<_, _>>()?;
    for other in &runs[1..] {
        check_same_data(&runs[0].run, &other.run).map_err(|error| of_runs(&runs[0], other, error))?;
    }
    let protocol = RankingProtocol::new(cutoffs(matches, &runs))?;
    let names = matches.get_many::<String>("metrics").expect("has a default");
    let keys: Vec<String> =
        names.flat_map(|name| protocol.cutoffs().iter().map(move |cutoff| format!("{name}@{cutoff}"))).collect();
    for run in &mut runs {
        run.judge_at(context, &protocol, &keys)?;
    }
    let reference = match matches.get_one::<String>("to").map(String::as_str) {
        Some("best") => best(&runs, &keys[0]),
        _ => 0,
    };
    let by_metric = compared(context, &runs, reference, &keys)?;
    let compared = Compared { runs, reference, by_metric };
    context.print(&report::document(&compared), || report::text(&compared))?;
    Ok(Done::Wholly)
}

/// What was asked for, or else the first length that all runs were judged at, or that of the first run.
fn cutoffs(matches: &ArgMatches, runs: &[Judged]) -> Vec<usize> {
    if let Some(cutoffs) = matches.get_many::<usize>("at") {
        return cutoffs.copied().collect();
    }
    let all = |cutoff: &&usize| runs.iter().all(|run| run.summary().protocol.cutoffs.contains(cutoff));
    let of_first = &runs[0].summary().protocol.cutoffs;
    of_first.iter().find(all).or(of_first.first()).copied().into_iter().collect()
}

/// The run with the highest mean; the first of equal ones.
fn best(runs: &[Judged], key: &str) -> usize {
    let means: Vec<f64> = runs.iter().map(|run| run.mean(key)).collect();
    (1..means.len()).fold(0, |best, place| if means[place] > means[best] { place } else { best })
}

fn compared(
    context: &Context,
    runs: &[Judged],
    reference: usize,
    keys: &[String],
) -> Result<Vec<(String, Vec<Comparison>)>, Problem> {
    let others: Vec<_> =
        runs.iter().enumerate().filter(|(place, _)| *place != reference).map(|(_, run)| &run.per_user).collect();
    let of_key = |key: &String| {
        let found = compare_users(&runs[reference].per_user, &others, key, context.seed, &context.pool);
        Ok((key.clone(), found.map_err(|error| refused("", &error))?))
    };
    keys.iter().map(of_key).collect()
}

/// Names the runs that cannot be compared.
fn of_runs(left: &Judged, right: &Judged, error: CompareError) -> Problem {
    refused(&format!("`{}` and `{}` cannot be compared: ", left.shown(), right.shown()), &error)
}

/// What cannot be compared, after a beginning.
pub(super) fn refused(beginning: &str, error: &CompareError) -> Problem {
    let problem = Problem::input(format!("{beginning}{error}"));
    match error.hint() {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}
