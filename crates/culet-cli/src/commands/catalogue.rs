//! The catalogue that a command is about, with the graph that is asked for.

use std::path::PathBuf;

use clap::ArgMatches;
use culet::data::{DataKind, Dataset, Fingerprint, KgatOptions, check_trainable, detect, read_kgat};
use culet::graph::{KnowledgeGraph, Names};
use culet::train::GraphKind;

use crate::context::Context;
use crate::problem::Problem;

pub(super) fn read(matches: &ArgMatches) -> Result<Dataset, Problem> {
    let folder: &PathBuf = matches.get_one("data").expect("required");
    let id_base = *matches.get_one("id-base").expect("has a default");
    Ok(read_kgat(folder, &KgatOptions { id_base })?)
}

/// Reads DATA with the graph that `--kg` asks for.
pub(super) fn read_catalogue(context: &Context, matches: &ArgMatches, who: &str) -> Result<Dataset, Problem> {
    refuse_network(matches, &format!("`{who}` needs"))?;
    let mut dataset = context.pool.install(|| read(matches))?;
    let word = matches.try_get_one::<String>("kg").ok().flatten();
    if let Some(kind) = word.and_then(|word| GraphKind::of_word(word)) {
        give_graph(&mut dataset, kind, context.seed);
    }
    check_trainable(&dataset)?;
    Ok(dataset)
}

/// Puts the graph of a kind in the place of the true one.
pub(super) fn give_graph(dataset: &mut Dataset, kind: GraphKind, seed: u64) {
    match kind {
        GraphKind::True => {}
        GraphKind::Random => dataset.graph = dataset.graph.randomised(seed),
        GraphKind::None => strip_graph(dataset),
    }
}

/// Tells what was read.
pub(super) fn introduce(context: &Context, dataset: &Dataset, graph: &str) {
    context.remark(&format!("{}: {}", dataset.name, Fingerprint::of(dataset)));
    match graph {
        "random" => context.remark("note: the facts of the knowledge graph are dealt out at random"),
        "none" => context.remark("note: the knowledge graph is left out"),
        _ => {}
    }
    dataset.notes.iter().for_each(|note| context.remark(&format!("note: {note}")));
}

/// A folder with a network holds nothing that a recommender learns from; `needs` is "`kgin` learns from", say.
pub(super) fn refuse_network(matches: &ArgMatches, needs: &str) -> Result<(), Problem> {
    let folder: &PathBuf = matches.get_one("data").expect("required");
    // What else may be wrong with the place, its reader tells.
    if !folder.is_dir() || !matches!(detect(folder), Ok(DataKind::Network)) {
        return Ok(());
    }
    let shown = folder.display();
    Err(Problem::input(format!("`{shown}` holds a network, and {needs} a catalogue"))
        .hint(format!("`culet train asp2vec {shown}` learns from it; `culet models` lists the others")))
}

/// Takes away all facts, and the entities that are no items.
pub(super) fn strip_graph(dataset: &mut Dataset) {
    let n_items = dataset.train.n_items();
    dataset.graph = KnowledgeGraph::empty(n_items);
    dataset.vocabulary.relations = Names::default();
    let entities = &dataset.vocabulary.entities;
    dataset.vocabulary.entities = (0..n_items).map(|item| (entities.id(item), entities.name(item))).collect();
}
