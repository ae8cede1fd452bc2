//! The catalogue that a search or a leaderboard is about, and its validation part.

use std::path::PathBuf;

use clap::ArgMatches;
use culet::data::{DataKind, Dataset, Fingerprint, check_trainable, detect};
use culet::graph::{Interactions, withhold_validation};
use culet::train::{GraphKind, TrialData};

use super::super::train::{read, strip_graph};
use crate::context::Context;
use crate::problem::Problem;

/// Reads DATA with the graph that `--kg` asks for.
pub(in super::super) fn read_catalogue(context: &Context, matches: &ArgMatches, who: &str) -> Result<Dataset, Problem> {
    refuse_network(matches, who)?;
    let mut dataset = context.pool.install(|| read(matches))?;
    let word = matches.try_get_one::<String>("kg").ok().flatten();
    if let Some(kind) = word.and_then(|word| GraphKind::of_word(word)) {
        give_graph(&mut dataset, kind, context.seed);
    }
    check_trainable(&dataset)?;
    Ok(dataset)
}

/// Puts the graph of a kind in the place of the true one.
pub(in super::super) fn give_graph(dataset: &mut Dataset, kind: GraphKind, seed: u64) {
    match kind {
        GraphKind::True => {}
        GraphKind::Random => dataset.graph = dataset.graph.randomised(seed),
        GraphKind::None => strip_graph(dataset),
    }
}

/// Tells what was read.
pub(in super::super) fn introduce(context: &Context, dataset: &Dataset, graph: &str) {
    context.remark(&format!("{}: {}", dataset.name, Fingerprint::of(dataset)));
    match graph {
        "random" => context.remark("note: the facts of the knowledge graph are dealt out at random"),
        "none" => context.remark("note: the knowledge graph is left out"),
        _ => {}
    }
    dataset.notes.iter().for_each(|note| context.remark(&format!("note: {note}")));
}

/// A folder with a network holds nothing that a recommender learns from.
fn refuse_network(matches: &ArgMatches, who: &str) -> Result<(), Problem> {
    let folder: &PathBuf = matches.get_one("data").expect("required");
    // What else may be wrong with the place, its reader tells.
    if !folder.is_dir() || !matches!(detect(folder), Ok(DataKind::Network)) {
        return Ok(());
    }
    let shown = folder.display();
    Err(Problem::input(format!("`{shown}` holds a network, and `{who}` needs a catalogue"))
        .hint(format!("`culet train asp2vec {shown}` learns from it; `culet models` lists the others")))
}

/// What settings are learned with and judged by.
pub(in super::super) struct Split {
    pub(in super::super) train: Interactions,
    pub(in super::super) valid: Interactions,
    /// The share that was withheld; none if the data came with a validation part.
    pub(in super::super) share: Option<f64>,
}

impl Split {
    /// The data's own validation part, or else a share of each user's training items.
    pub(in super::super) fn of(dataset: &Dataset, share: f64, seed: u64) -> Self {
        if dataset.valid.n_pairs() > 0 {
            return Self { train: dataset.train.clone(), valid: dataset.valid.clone(), share: None };
        }
        let (train, valid) = withhold_validation(&dataset.train, share, seed);
        Self { train, valid, share: Some(share) }
    }

    pub(in super::super) fn trial_data<'a>(&'a self, dataset: &'a Dataset) -> TrialData<'a> {
        TrialData { train: &self.train, valid: &self.valid, graph: &dataset.graph }
    }
}
