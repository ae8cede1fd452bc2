//! A recommendation data set in memory.

use culet_graph::{Interactions, KnowledgeGraph, Vocabulary};

/// Interactions to train, validate and test on, a knowledge graph (perhaps empty), and the names of everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// A short name, usually that of the folder.
    pub name: String,
    /// What models may learn from.
    pub train: Interactions,
    /// What settings and epochs are chosen by, where the data set says so; or else empty. The same users and items as
    /// `train`.
    pub valid: Interactions,
    /// What they are judged by; the same users and items as `train`.
    pub test: Interactions,
    /// Facts about the items; entity `i` is item `i` for the first `n_items` entities.
    pub graph: KnowledgeGraph,
    /// External ids and names.
    pub vocabulary: Vocabulary,
    /// What the reader noticed and a person should know (repeats, self-loops, missing files), one sentence each.
    pub notes: Vec<String>,
}
