//! A network in memory, with all that stands beside its edges.

use culet_graph::{Csr, Names, Network};

/// A network to learn from, and what it is judged by.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkData {
    /// A short name, usually that of the folder or file.
    pub name: String,
    /// The training network.
    pub network: Network,
    /// External ids and readable names, `[n_nodes]`.
    pub nodes: Names,
    /// Labels of the nodes, where there are any.
    pub labels: Option<NodeLabels>,
    /// Given parts beside the training edges.
    pub split: LinkParts,
    /// What the reader noticed and a person should know, one sentence each.
    pub notes: Vec<String>,
}

/// Labels of nodes; a node may have none or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeLabels {
    /// The name of each label.
    pub names: Vec<String>,
    /// For each node its labels, sorted, `[n_nodes]`.
    pub of: Csr,
}

/// Pairs of nodes beside the training edges, in the numbering of the network and the order of their files.
///
/// Each part may be empty. In an undirected network the order within a pair says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkParts {
    /// Pairs without an edge, to train a classifier on.
    pub train_negatives: Vec<(u32, u32)>,
    /// Withheld edges to choose settings by.
    pub valid: Vec<(u32, u32)>,
    /// Pairs without an edge beside them.
    pub valid_negatives: Vec<(u32, u32)>,
    /// Withheld edges to judge by.
    pub test: Vec<(u32, u32)>,
    /// Pairs without an edge beside them.
    pub test_negatives: Vec<(u32, u32)>,
}

impl LinkParts {
    /// The names of the parts: those of their files, without ending.
    pub const NAMES: [&'static str; 5] =
        ["train_edges_neg", "valid_edges", "valid_edges_neg", "test_edges", "test_edges_neg"];

    /// The parts in the order of [`LinkParts::NAMES`].
    #[must_use]
    pub fn all(&self) -> [&Vec<(u32, u32)>; 5] {
        [&self.train_negatives, &self.valid, &self.valid_negatives, &self.test, &self.test_negatives]
    }

    /// The parts in the order of [`LinkParts::NAMES`].
    pub(super) fn all_mut(&mut self) -> [&mut Vec<(u32, u32)>; 5] {
        let Self { train_negatives, valid, valid_negatives, test, test_negatives } = self;
        [train_negatives, valid, valid_negatives, test, test_negatives]
    }

    /// Whether there is no pair at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all().iter().all(|part| part.is_empty())
    }
}
