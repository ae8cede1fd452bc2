//! `culet train` for models of networks: from an edge list to a run folder.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, value_parser};
use culet::data::{DataKind, NetworkData, RunWriter, detect, thousands};
use culet::model::{DataSize, ModelSpec};
use culet::train::{
    LinkSets, NetworkOutcome, NetworkRunFacts, NetworkTables, NetworkTrainOptions, Select, network_run_contents,
    train_network,
};
use serde_json::{Value, json};

use super::report::{link_table, sizes, weights_line};
use crate::commands::data::options as files;
use crate::commands::fit::{in_run_folder, timed};
use crate::commands::train::place;
use crate::commands::{Done, room, settings};
use crate::context::{Context, peak_rss_bytes};
use crate::problem::Problem;
use crate::progress::{Follower, waiting};

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

/// What is to be trained, and how.
struct Fit<'a> {
    spec: &'static ModelSpec,
    settings: toml::Table,
    options: NetworkTrainOptions,
    data: &'a NetworkData,
    load_seconds: f64,
}

pub(in crate::commands) fn run(
    context: &Context,
    spec: &'static ModelSpec,
    matches: &ArgMatches,
) -> Result<Done, Problem> {
    let (settings, training) = settings::read(spec, matches)?;
    let options = NetworkTrainOptions::from_settings(&training)?;
    let path: &PathBuf = matches.get_one("data").expect("required");
    refuse_catalogue(path, spec)?;
    let (data, load_seconds) = timed(|| context.pool.install(|| files::read(path, matches)));
    let data = data?;
    room::check(context, spec, &settings, &training, &DataSize::of_network(&data.network))?;
    let out = place(matches, &data.name, spec);
    context.remark(&in_short(&data));
    for note in &data.notes {
        context.remark(&format!("note: {note}"));
    }
    let fit = Fit { spec, settings, options, data: &data, load_seconds };
    let (outcome, document) = in_run_folder(Some(&out), |writer| fit.train_and_write(context, writer, &out))?;
    if fit.options.evaluate_every > 0 && outcome.selected_by.is_none() {
        context.remark(
            "note: no edge could be withheld to select by without tearing the network apart: the last epoch is taken, \
             and pairs are scored by the inner product",
        );
    }
    context.print(&document, || fit.report(&outcome, &out))?;
    Ok(if outcome.interrupted { Done::Interrupted } else { Done::Wholly })
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

impl Fit<'_> {
    fn train_and_write(
        &self,
        context: &Context,
        mut writer: Option<&mut RunWriter>,
        out: &Path,
    ) -> Result<(NetworkOutcome, Value), Problem> {
        let outcome = self.train(context, writer.as_deref_mut())?;
        if let Some(writer) = writer {
            let bar = waiting(context, "writing the run folder");
            self.write(context, writer, &outcome)?;
            drop(bar);
        }
        let document = self.document(context, &outcome, out);
        Ok((outcome, document))
    }

    fn train(&self, context: &Context, writer: Option<&mut RunWriter>) -> Result<NetworkOutcome, Problem> {
        let split = &self.data.split;
        let given = LinkSets {
            train: Vec::new(),
            train_negatives: split.train_negatives.clone(),
            valid: split.valid.clone(),
            valid_negatives: split.valid_negatives.clone(),
            test: split.test.clone(),
            test_negatives: split.test_negatives.clone(),
        };
        let mut follower = Follower::new(context, self.spec.name, writer);
        let outcome = train_network(
            self.spec,
            &self.settings,
            &self.data.network,
            &given,
            &self.options,
            context.seed,
            &context.pool,
            &mut follower,
        );
        if let Some(error) = follower.failure() {
            return Err(error.into());
        }
        drop(follower);
        Ok(outcome?)
    }

    fn write(&self, context: &Context, writer: &mut RunWriter, outcome: &NetworkOutcome) -> Result<(), Problem> {
        let facts = NetworkRunFacts {
            spec: self.spec,
            settings: &self.settings,
            options: &self.options,
            seed: context.seed,
            threads: context.pool.current_num_threads(),
            load_seconds: self.load_seconds,
            data_name: &self.data.name,
            network: &self.data.network,
            nodes: &self.data.nodes,
            labels: self.data.labels.as_ref(),
        };
        let tables = NetworkTables::of(outcome);
        writer.finish(&network_run_contents(&facts, outcome, &tables))?;
        Ok(())
    }

    /// By what the epoch was selected; `None` if the last one was taken.
    fn selected_on(&self, outcome: &NetworkOutcome) -> Option<Select> {
        outcome.selected_by.is_some().then_some(self.options.select)
    }

    fn document(&self, context: &Context, outcome: &NetworkOutcome, out: &Path) -> Value {
        let own = outcome.test.as_ref().map(|report| &report.rows[0]);
        json!({
            "model": self.spec.name,
            "data": self.data.name,
            "seed": context.seed,
            "threads": context.pool.current_num_threads(),
            "parameters": outcome.model.n_parameters(),
            "settings": { "model": self.settings, "training": self.options },
            "epochs": outcome.history,
            "best_epoch": outcome.best_epoch,
            "interrupted": outcome.interrupted,
            "selected_on": self.selected_on(outcome),
            "selected_by": outcome.selected_by,
            "score": outcome.score,
            "test": own.map(|row| json!({ "auc": row.auc, "average_precision": row.average_precision })),
            "link_prediction": outcome.test.as_ref().map(|report| &report.rows),
            "seconds": {
                "load": self.load_seconds,
                "train": outcome.seconds.train,
                "evaluate": outcome.seconds.evaluate,
            },
            "peak_rss_bytes": peak_rss_bytes(),
            "run": out.to_string_lossy(),
        })
    }

    fn report(&self, outcome: &NetworkOutcome, out: &Path) -> String {
        let seconds = outcome.seconds;
        let selected = self.selected_on(outcome);
        let epoch = if selected.is_some() { "best epoch" } else { "last epoch" };
        let mut text = format!(
            "{} on {}: {epoch} {} of {}, {:.1} s of training, {:.1} s of evaluation\n",
            self.spec.name, self.data.name, outcome.best_epoch, outcome.n_epochs, seconds.train, seconds.evaluate
        );
        if let Some(report) = &outcome.test {
            text += &format!("\ntest part, {}, {}\n", sizes(report), self.how_selected(outcome));
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

    fn how_selected(&self, outcome: &NetworkOutcome) -> &'static str {
        let refitted = outcome.history.iter().any(|record| record.phase == "refit");
        match self.selected_on(outcome) {
            None => "without selection",
            Some(Select::Test) => "selected on the TEST part, as published: not an honest estimate",
            Some(Select::Validation) if refitted => "selected on validation, then refitted",
            Some(Select::Validation) => "selected on validation",
        }
    }
}
