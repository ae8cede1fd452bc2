//! The graph that a catalogue is given, and how large the whole is.

use culet_data::Dataset;
use culet_graph::{KnowledgeGraph, Names};
use culet_model::{DataSize, Problem};
use culet_train::GraphKind;

/// Puts the graph of a kind in the place of the true one; the same seed deals out the same facts.
pub fn give_graph(dataset: &mut Dataset, kind: GraphKind, seed: u64) {
    match kind {
        GraphKind::True => {}
        GraphKind::Random => dataset.graph = dataset.graph.randomised(seed),
        GraphKind::None => strip_graph(dataset),
    }
}

/// Takes away all facts, and the entities that are no items.
pub fn strip_graph(dataset: &mut Dataset) {
    let n_items = dataset.train.n_items();
    dataset.graph = KnowledgeGraph::empty(n_items);
    dataset.vocabulary.relations = Names::default();
    let entities = &dataset.vocabulary.entities;
    dataset.vocabulary.entities = (0..n_items).map(|item| (entities.id(item), entities.name(item))).collect();
}

/// The counts that costs depend on; those of a network, [`DataSize::of_network`] tells.
#[must_use]
pub fn size_of(dataset: &Dataset) -> DataSize {
    DataSize::of_catalogue(Problem { train: &dataset.train, graph: &dataset.graph })
}
