//! `culet train` for models of networks: from an edge list to a run folder.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, value_parser};
use culet::data::{DataKind, NetworkData, detect, thousands};
use culet::model::{DataSize, ModelSpec};
use culet::runs::{NetworkFit, NetworkFitted, Settings};
use culet::train::{NetworkOutcome, NetworkTrainOptions, Select};

use super::report::{link_table, sizes, weights_line};
use crate::commands::data::options as files;
use crate::commands::train::place;
use crate::commands::{Done, checkpoints, room, settings, timed};
use crate::context::Context;
use crate::problem::Problem;
use crate::progress::Follower;

/// Examples beside those of recommenders.
pub(in crate::commands) const LINES: &str = "  \
  # a network: an edge list, or a folder with one and what stands beside it
  culet train asp2vec friends.tsv --undirected --out net";

pub(in crate::commands) fn examples(spec: &ModelSpec) -> String {
    let name = spec.name;
    let path = if name == "metapath2vec" { " --metapath author,paper,author" } else { "" };
    let mut text = format!(
        "Examples:
  # honest: the epoch is selected on withheld edges, the test part is looked at once
  culet train {name} friends.tsv --undirected{path} --out net
  # a folder with train_edges.tsv, test_edges.tsv, labels.tsv ...
  culet train {name} data/wikipedia --directed{path}"
    );
    if !spec.presets.is_empty() {
        text += &format!("\n  # as published\n  culet train {name} data/wikipedia --preset published --select test");
    }
    text + "\n  # settings from a file; flags win over it\n  culet train "
        + name
        + " friends.tsv --config mine.toml --dim 32"
}

/// DATA
pub(in crate::commands) fn data_argument() -> Arg {
    Arg::new("data")
        .value_name("DATA")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("an edge list, or a folder with edges.tsv or train_edges.tsv; `culet data describe` tells what it holds")
}

pub(in crate::commands) fn run(
    context: &Context,
    spec: &'static ModelSpec,
    matches: &ArgMatches,
) -> Result<Done, Problem> {
    let Settings { model: settings, training } = settings::read(spec, matches)?;
    let options = NetworkTrainOptions::from_settings(&training)?;
    let path: &PathBuf = matches.get_one("data").expect("required");
    refuse_catalogue(path, spec)?;
    let (data, load_seconds) = timed(|| context.pool.install(|| files::read(path, matches)));
    let data = data?;
    let size = DataSize::of_network(&data.network);
    let (out, every) = (place(matches, &data.name, spec), checkpoints::every(matches));
    room::check(context, spec, &settings, &training, &size)?;
    room::check_place(context, spec, &settings, &size, (&out, every))?;
    context.remark(&in_short(&data));
    for note in &data.notes {
        context.remark(&format!("note: {note}"));
    }
    let fit = NetworkFit { spec, settings, options, data: &data, load_seconds, seed: context.seed };
    crate::interrupt::listen();
    let follower = &mut Follower::new(context, spec.name);
    let start = checkpoints::start(context, matches, |run| fit.start_from(run))?;
    let fitted = fit.run_resumably(&out, start, every, &context.pool, follower)?;
    finish(context, &fit, &fitted, &out)
}

/// Tells the result, and what can be done about an interruption.
pub(in crate::commands) fn finish(
    context: &Context,
    fit: &NetworkFit<'_>,
    fitted: &NetworkFitted,
    out: &Path,
) -> Result<Done, Problem> {
    let outcome = &fitted.outcome;
    if fit.options.evaluate_every > 0 && outcome.selected_by.is_none() {
        context.remark(
            "note: no edge could be withheld to select by without tearing the network apart: the last epoch is taken, \
             and pairs are scored by the inner product",
        );
    }
    context.print(fitted.document(), || report(fit, outcome, out))?;
    if !outcome.interrupted {
        return Ok(Done::Wholly);
    }
    checkpoints::tell_interrupted(context, out);
    Ok(Done::Interrupted)
}

/// A folder with a catalogue holds no network.
fn refuse_catalogue(path: &Path, spec: &ModelSpec) -> Result<(), Problem> {
    // What else may be wrong with the place, its reader tells.
    if !path.is_dir() || !matches!(detect(path), Ok(DataKind::Catalogue)) {
        return Ok(());
    }
    let shown = path.display();
    Err(Problem::input(format!("`{shown}` holds a catalogue, and `{}` learns from a network", spec.name)).hint(
        format!("`culet train kgin {shown}` learns from it; a network is an edge list, or a folder with `edges.tsv`"),
    ))
}

fn in_short(data: &NetworkData) -> String {
    let network = &data.network;
    let kind = if network.is_directed() { "directed" } else { "undirected" };
    let [nodes, edges] = [network.n_nodes(), network.n_edges()].map(|n| thousands(n as u64));
    let mut text = format!("{}: {nodes} nodes, {edges} {kind} edges", data.name);
    let split = &data.split;
    for (part, word) in [(&split.valid, "to validate"), (&split.test, "to test")] {
        if !part.is_empty() {
            text += &format!(", {} {word}", thousands(part.len() as u64));
        }
    }
    text
}

fn report(fit: &NetworkFit<'_>, outcome: &NetworkOutcome, out: &Path) -> String {
    let seconds = outcome.seconds;
    let selected = fit.selected_on(outcome);
    let epoch = if selected.is_some() { "best epoch" } else { "last epoch" };
    let mut text = format!(
        "{} on {}: {epoch} {} of {}, {:.1} s of training, {:.1} s of evaluation\n",
        fit.spec.name, fit.data.name, outcome.best_epoch, outcome.n_epochs, seconds.train, seconds.evaluate
    );
    if let Some(report) = &outcome.test {
        text += &format!("\ntest part, {}, {}\n", sizes(report), how_selected(fit, outcome));
        text += &link_table(report);
    } else if let Some(metrics) = &outcome.selected_by {
        let value = |key: &str| metrics.get(key).copied().unwrap_or(f64::NAN);
        text += "\nvalidation part, by which the epoch was selected; there is no test part\n";
        text += &format!("auc {:.4}, average precision {:.4}\n", value("auc"), value("average_precision"));
    }
    if let Some(line) = weights_line(&outcome.score) {
        text += &format!("\n{line}");
    }
    let run = out.display();
    text + &format!(
        "\nrun folder: {run}\nnext: `culet links {run}`, `culet similar {run} NODE`, `culet facets {run}`\n"
    )
}

fn how_selected(fit: &NetworkFit<'_>, outcome: &NetworkOutcome) -> &'static str {
    let refitted = outcome.history.iter().any(|record| record.phase == "refit");
    match fit.selected_on(outcome) {
        None => "without selection",
        Some(Select::Test) => "selected on the TEST part, as published: not an honest estimate",
        Some(Select::Validation) if refitted => "selected on validation, then refitted",
        Some(Select::Validation) => "selected on validation",
    }
}
