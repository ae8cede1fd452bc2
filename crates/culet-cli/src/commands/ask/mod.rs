//! Questions to a run folder: what is alike, which edges are to come, which facets there are, and why.

pub(super) mod explain;
pub(super) mod facets;
pub(super) mod groups;
mod intents;
pub(super) mod links;
pub(super) mod similar;

use std::path::PathBuf;

use clap::{Arg, ArgMatches, value_parser};
use culet::answers::{Answers, AskError, NetworkAnswers};
use serde::Serialize;

use crate::problem::Problem;

/// An answer, headed by what it is of.
#[derive(Debug, Serialize)]
struct Headed<'a, T: Serialize> {
    run: String,
    model: &'a str,
    data: &'a str,
    #[serde(flatten)]
    answer: &'a T,
}

impl<'a, T: Serialize> Headed<'a, T> {
    fn new(answers: &'a Answers, answer: &'a T) -> Self {
        let run = answers.run().path();
        let (model, data) = (&answers.manifest().summary.model, answers.data_name());
        Self { run: run.to_string_lossy().into_owned(), model, data, answer }
    }
}

fn open(matches: &ArgMatches) -> Result<Answers, Problem> {
    let path: &PathBuf = matches.get_one("run").expect("required");
    Answers::open(path).map_err(|error| Problem::of_question(&error, None))
}

/// An answer, or the problem with a way out.
fn answered<T>(answers: &Answers, answer: Result<T, AskError>) -> Result<T, Problem> {
    answer.map_err(|error| {
        let hint = answers.hint(&error);
        Problem::of_question(&error, hint)
    })
}

/// The run of a network, where nothing else will do.
fn network<'a>(answers: &'a Answers, what: &'static str) -> Result<&'a NetworkAnswers, Problem> {
    match answers {
        Answers::Network(network) => Ok(network),
        Answers::Catalogue(catalogue) => Err(other_kind(what, catalogue.stored().run.data.kind())),
    }
}

fn other_kind(what: &'static str, found: culet::data::RunKind) -> Problem {
    let hint = "`culet recommend`, `culet similar`, `culet facets` and `culet explain` ask runs of catalogues";
    Problem::of_question(&AskError::OtherKind { what, found }, Some(hint.to_owned()))
}

/// NODE
fn node_argument(help: &'static str) -> Arg {
    Arg::new("node").value_name("NODE").help(help).allow_negative_numbers(true)
}

fn node(matches: &ArgMatches) -> Option<&str> {
    matches.get_one::<String>("node").map(String::as_str)
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
