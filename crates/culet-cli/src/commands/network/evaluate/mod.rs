//! `culet evaluate` for runs of networks: links, labels, rankings, groups.

mod groups;
mod labels;
mod links;
mod ranking;

use std::path::Path;

use clap::{Arg, ArgMatches, value_parser};
use culet::data::Selection;
use culet::runs::peak_rss_bytes;
use culet::train::StoredNetworkRun;
use serde_json::{Map, Value, json};

use super::open;
use crate::commands::Done;
use crate::commands::ask::groups::argument;
use crate::commands::evaluate::{part, remark};
use crate::context::Context;
use crate::problem::Problem;

/// What only the runs of networks are asked.
const FLAGS: [&str; 5] = ["task", "train-shares", "repeats", "vectors", "groups"];

pub(in crate::commands) fn arguments() -> Vec<Arg> {
    let heading = "Runs of networks";
    let task = Arg::new("task").value_name("TASK").value_parser(["links", "labels", "ranking", "groups"]).help(
        "tell edges from other pairs; or read labels out of the vectors; or rank all nodes of the target's type for the \
         source of each edge; or compare groups of nodes, found without labels, with the labels [default: links, or \
         labels where there are no edges to judge on]",
    );
    let shares = Arg::new("train-shares")
        .value_name("X,X,...")
        .value_delimiter(',')
        .value_parser(value_parser!(f64))
        .allow_negative_numbers(true)
        .help("shares of the labelled nodes to train the classifier of labels on [default: 0.1,0.5,0.9]");
    let repeats = Arg::new("repeats")
        .value_name("N")
        .value_parser(value_parser!(u64).range(1..))
        .help("random splits for each of these shares [default: 10]");
    let vectors = Arg::new("vectors").value_name("WHICH").value_parser(["concatenated", "published", "centres"]).help(
        "what labels are read out of: centre and contexts of all aspects side by side; or (P + mean Q) / 2, as the \
         authors do; or the centres alone [default: concatenated]",
    );
    let groups = argument("how many groups to find for `--task groups` [default: as many as there are labels]");
    let all = [task, shares, repeats, vectors, groups].into_iter();
    all.map(|argument| argument.clone().long(argument.get_id().to_string()).help_heading(heading)).collect()
}

/// A recommender cannot do what is asked of networks.
pub(in crate::commands) fn refuse_flags(run: &Path, matches: &ArgMatches) -> Result<(), Problem> {
    match FLAGS.into_iter().find(|flag| matches.contains_id(flag)) {
        Some(flag) => {
            let problem = format!("`--{flag}` is for runs of networks, and `{}` is none", run.display());
            Err(Problem::input(problem).hint("a recommender is judged by the ranking of all items; leave the flag out"))
        }
        None => Ok(()),
    }
}

/// What a task found: its part of the document, and its text.
struct Found {
    document: Map<String, Value>,
    /// What stands in the first line after model and data.
    about: String,
    text: String,
}

pub(in crate::commands) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let stored = open(matches)?;
    if matches.get_flag("catalogue") {
        let problem = "`--catalogue` is for recommenders, and this run is of a network";
        return Err(Problem::input(problem).hint("leave the flag out"));
    }
    let (part, word) = part(matches);
    let task = task(&stored, word, matches);
    let found = match task {
        "labels" => labels::evaluate(context, &stored, matches)?,
        "groups" => groups::evaluate(context, &stored, matches)?,
        "ranking" => ranking::evaluate(context, &stored, part, word, matches)?,
        _ => links::evaluate(context, &stored, part, word)?,
    };
    let summary = &stored.run.manifest.summary;
    // Where no edges were withheld, none of them selected.
    let selected_on = summary.selected_on().filter(|by| *by == Selection::Test || !stored.data().valid.is_empty());
    let interrupted = summary.extra["interrupted"] == true;
    let mut document = json!({
        "run": stored.run.path().to_string_lossy(),
        "model": summary.model,
        "data": stored.data_name(),
        "fingerprint": summary.data,
        "task": task,
        "selected_on": selected_on,
        "interrupted": interrupted,
        "peak_rss_bytes": peak_rss_bytes(),
    });
    if let Value::Object(fields) = &mut document {
        fields.extend(found.document);
    }
    context.print(&document, || {
        let stopped = if interrupted { ", training was interrupted" } else { "" };
        let (model, data, about) = (&summary.model, stored.data_name(), &found.about);
        let head = format!("{model} on {data}, {about}{}{stopped}\n", remark(selected_on));
        head + &found.text
    })?;
    Ok(Done::Wholly)
}

/// The task that is asked for, or else the one that the run has data for.
fn task<'a>(stored: &StoredNetworkRun, word: &str, matches: &'a ArgMatches) -> &'a str {
    if let Some(task) = matches.get_one::<String>("task") {
        return task;
    }
    let data = stored.data();
    let edges = if word == "valid" { &data.valid } else { &data.test };
    if edges.is_empty() && data.labels.is_some() { "labels" } else { "links" }
}

/// The fields of a JSON object.
fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => unreachable!("only called with objects"),
    }
}
