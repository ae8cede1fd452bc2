//! The commands, one file each.

mod ask;
mod catalogue;
mod checkpoints;
mod compare;
mod completions;
mod data;
mod demo;
mod evaluate;
mod feedback;
mod leaderboard;
mod models;
mod network;
mod recommend;
mod report;
mod resume;
mod room;
mod serve;
mod settings;
mod train;
mod tune;

use std::time::Instant;

use clap::{ArgMatches, Command};

use crate::context::Context;
use crate::problem::Problem;

/// How a command ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    Wholly,
    Interrupted,
}

const EXAMPLES: &str = "\
Examples:
  culet demo                                  see it work on generated data
  culet data describe data/last-fm            what a data set holds
  culet train kgin data/last-fm --out run     train KGIN, select on validation, test once
  culet evaluate run --at 10,20               the metrics of a run
  culet recommend run --user 42 --explain     what user 42 may like, and why
  culet report run -o report.html             a page about the run, to look at and to send on
  culet serve run                             the same over HTTP, with a page: http://127.0.0.1:8080
  culet train asp2vec friends.tsv --out net   learn the aspects of the nodes of a network
  culet links net                             the likeliest new edges of that network";

/// The whole command line.
pub(crate) fn command() -> Command {
    Command::new("culet")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Culet learns the many facets of the nodes of a graph, and puts them to work")
        .after_help(EXAMPLES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(110)
        .args(Context::arguments())
        .subcommands([
            demo::command(),
            models::command(),
            data::command(),
            train::command(),
            resume::command(),
            tune::command(),
            evaluate::command(),
            compare::command(),
            report::command(),
            report::plot_command(),
            leaderboard::command(),
            recommend::command(),
            serve::command(),
            feedback::command(),
            ask::explain::command(),
            ask::similar::command(),
            ask::links::command(),
            ask::facets::command(),
            completions::command(),
        ])
}

/// Runs the command that was given.
pub(crate) fn run(matches: &ArgMatches) -> Result<Done, Problem> {
    let (name, matches) = matches.subcommand().expect("clap asks for a command");
    let context = Context::new(matches)?;
    match name {
        "demo" => demo::run(&context, matches),
        "models" => models::run(&context, matches),
        "data" => data::run(&context, matches),
        "train" => train::run(&context, matches),
        "resume" => resume::run(&context, matches),
        "tune" => tune::run(&context, matches),
        "evaluate" => evaluate::run(&context, matches),
        "compare" => compare::run(&context, matches),
        "report" => report::run(&context, matches),
        "plot" => report::run_plot(&context, matches),
        "leaderboard" => leaderboard::run(&context, matches),
        "recommend" => recommend::run(&context, matches),
        "serve" => serve::run(&context, matches),
        "feedback" => feedback::run(&context, matches),
        "explain" => ask::explain::run(&context, matches),
        "similar" => ask::similar::run(&context, matches),
        "links" => ask::links::run(&context, matches),
        "facets" => ask::facets::run(&context, matches),
        "completions" => completions::run(matches),
        _ => unreachable!("clap knows the commands"),
    }
}

/// Times a piece of work.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed().as_secs_f64())
}
