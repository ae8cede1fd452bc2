//! `culet evaluate`: the metrics of a run, from its folder alone.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use culet::data::Selection;
use culet::train::{Part, StoredRun};
use serde_json::json;

use super::train::{cutoffs_argument, metrics_table, protocol};
use super::{Done, fit::timed};
use crate::context::{Context, peak_rss_bytes, rss_bytes};
use crate::problem::Problem;

pub(super) fn command() -> Command {
    Command::new("evaluate")
        .about("Judge a run: all items ranked for each user, from the run folder alone")
        .after_help("Examples:\n  culet evaluate run\n  culet evaluate run --on valid --at 10,20\n  culet evaluate run --catalogue --json")
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
    let mut protocol = protocol(matches)?;
    if matches.get_flag("catalogue") {
        protocol = protocol.with_catalogue_metrics();
    }
    let stored = open(matches)?;
    let word = matches.get_one::<String>("on").expect("has a default").as_str();
    let part = if word == "valid" { Part::Valid } else { Part::Test };
    let rss_before = rss_bytes();
    let (report, seconds) = timed(|| stored.evaluate(part, &protocol, &context.pool));
    let report = report?;
    let summary = &stored.run.manifest.summary;
    // Without evaluations nothing was selected.
    let selected = summary.config["training"]["evaluate_every"] != 0;
    let selected_on = selected.then_some(summary.protocol.selection);
    let on_test = selected_on == Some(Selection::Test);
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
        let remark = if on_test { ", selected on the TEST part, as published: not an honest estimate" } else { "" };
        let users = culet::data::thousands(report.n_users as u64);
        let name = stored.data_name();
        let head = format!("{} on {name}, {word} part, {users} users{remark}\n", summary.model);
        head + &metrics_table(&report.means, &report.cutoffs)
    })?;
    Ok(Done::Wholly)
}
