//! The graph that a catalogue is given, how large the whole is, and whether a model can learn from it.

use culet_data::{DataError, Dataset, check_trainable};
use culet_graph::{KnowledgeGraph, Names};
use culet_model::{Build, DataSize, ModelSpec, Problem};
use culet_train::GraphKind;

/// Refuses data that a model cannot learn from: without pairs, or where it draws negatives with a user who took every item.
///
/// # Errors
/// [`DataError::NoPairs`], [`DataError::TookEverything`].
pub fn check_learnable(spec: &ModelSpec, dataset: &Dataset) -> Result<(), DataError> {
    match check_trainable(dataset) {
        Err(DataError::TookEverything { .. }) if matches!(spec.build, Build::Closed(_)) => Ok(()),
        checked => checked,
    }
}

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
