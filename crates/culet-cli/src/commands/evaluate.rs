//! `culet evaluate`: the metrics of a run, from its folder alone.
//!
//! Runs of networks are judged in [`network::evaluate`].

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use culet::answers::run_kind;
use culet::data::{RunKind, Selection};
use culet::runs::{peak_rss_bytes, rss_bytes};
use culet::train::{Part, StoredRun};
use serde_json::json;

use super::train::{cutoffs_argument, metrics_table, protocol};
use super::{Done, network, timed};
use crate::context::Context;
use crate::problem::Problem;

const EXAMPLES: &str = "\
Examples:
  culet evaluate run
  culet evaluate run --on valid --at 10,20
  culet evaluate run --catalogue --json
  # a run of a network: links, node classification, ranking such as of authors for papers
  culet evaluate net
  culet evaluate net --task labels --train-shares 0.1,0.9
  culet evaluate net --task ranking --at 10
  # groups that may overlap, found in the aspects of the nodes, against their labels
  culet evaluate net --task groups";

pub(super) fn command() -> Command {
    Command::new("evaluate")
        .about("Judge a run, from its folder alone: items ranked for users; links, labels, rankings or groups of a network")
        .after_help(EXAMPLES)
        .arg(run_argument())
        .arg(
            Arg::new("on")
                .long("on")
                .value_name("PART")
                .value_parser(["valid", "test"])
                .default_value("test")
                .help("the part of the data to judge on"),
        )
        .arg(
            Arg::new("catalogue")
                .long("catalogue")
                .action(ArgAction::SetTrue)
                .help("also coverage of the catalogue, popularity and inequality of what is recommended"),
        )
        .arg(cutoffs_argument("lengths of the lists that are judged (the authors' --Ks)"))
        .args(network::evaluate::arguments())
}

/// RUN
pub(super) fn run_argument() -> Arg {
    Arg::new("run")
        .value_name("RUN")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("a run folder, as `culet train` writes it")
}

pub(super) fn open(matches: &ArgMatches) -> Result<StoredRun, Problem> {
    Ok(StoredRun::open(matches.get_one::<PathBuf>("run").expect("required"))?)
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let path: &PathBuf = matches.get_one("run").expect("required");
    if run_kind(path) == RunKind::Network {
        return network::evaluate::run(context, matches);
    }
    network::evaluate::refuse_flags(path, matches)?;
    let mut protocol = protocol(matches)?;
    if matches.get_flag("catalogue") {
        protocol = protocol.with_catalogue_metrics();
    }
    let stored = open(matches)?;
    let (part, word) = part(matches);
    let rss_before = rss_bytes();
    let (report, seconds) = timed(|| stored.evaluate(part, &protocol, &context.pool));
    let report = report?;
    let summary = &stored.run.manifest.summary;
    let selected_on = summary.selected_on();
    let document = json!({
        "run": stored.run.path().to_string_lossy(),
        "model": summary.model,
        "data": stored.data_name(),
        "fingerprint": summary.data,
        "part": word,
        "selected_on": selected_on,
        "users": report.n_users,
        "metrics": report.means,
        "seconds": seconds,
        "rss_before_bytes": rss_before,
        "peak_rss_bytes": peak_rss_bytes(),
    });
    context.print(&document, || {
        let remark = remark(selected_on);
        let users = culet::data::thousands(report.n_users as u64);
        let name = stored.data_name();
        let head = format!("{} on {name}, {word} part, {users} users{remark}\n", summary.model);
        head + &metrics_table(&report.means, &report.cutoffs)
    })?;
    Ok(Done::Wholly)
}

/// The part to judge on, and what it is called.
pub(super) fn part(matches: &ArgMatches) -> (Part, &str) {
    let word = matches.get_one::<String>("on").expect("has a default").as_str();
    (if word == "valid" { Part::Valid } else { Part::Test }, word)
}

/// What has to stand beside the numbers.
pub(super) fn remark(selected_on: Option<Selection>) -> &'static str {
    match selected_on {
        Some(Selection::Test) => ", selected on the TEST part, as published: not an honest estimate",
        _ => "",
    }
}
