//! What a run was made from: a catalogue or a network.

use std::fmt;
use std::io::{self, Write};

use culet_graph::{Interactions, KnowledgeGraph, Names, Network, Vocabulary};
use serde::{Deserialize, Serialize};

use super::{arcs, pairs, vocabulary};
use crate::network::NodeLabels;

/// Which kind of data a run was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RunKind {
    /// Users, items and facts.
    #[default]
    Catalogue,
    /// Nodes and edges.
    Network,
}

impl RunKind {
    /// What is asked for where this will not do.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Catalogue => Self::Network,
            Self::Network => Self::Catalogue,
        }
    }
}

impl fmt::Display for RunKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Catalogue => "catalogue",
            Self::Network => "network",
        })
    }
}

/// The data of a run that was read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RunData {
    /// Users, items and facts.
    Catalogue(Box<CatalogueParts>),
    /// Nodes and edges.
    Network(Box<NetworkParts>),
}

impl RunData {
    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> RunKind {
        match self {
            Self::Catalogue(_) => RunKind::Catalogue,
            Self::Network(_) => RunKind::Network,
        }
    }

    /// The parts by reference, as [`RunContents`](super::RunContents) takes them.
    #[must_use]
    pub fn view(&self) -> DataView<'_> {
        match self {
            Self::Catalogue(parts) => parts.view().into(),
            Self::Network(parts) => parts.view().into(),
        }
    }
}

/// Interactions in three parts, and what is known of the items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueParts {
    /// What the model learned from.
    pub train: Interactions,
    /// What it was selected by; may be empty.
    pub valid: Interactions,
    /// What it was judged by.
    pub test: Interactions,
    /// The knowledge graph; may be without facts.
    pub graph: KnowledgeGraph,
    /// External ids and names.
    pub vocabulary: Vocabulary,
}

impl CatalogueParts {
    /// The parts by reference, as [`RunContents`](super::RunContents) takes them.
    #[must_use]
    pub fn view(&self) -> CatalogueView<'_> {
        let Self { train, valid, test, graph, vocabulary } = self;
        CatalogueView { train, valid, test, graph, vocabulary }
    }
}

/// A network, the edges withheld from it, and what is known of its nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkParts {
    /// What the final model learned from.
    pub network: Network,
    /// External ids and names of the nodes, `[n_nodes]`.
    pub nodes: Names,
    /// Labels of the nodes, where there are any.
    pub labels: Option<NodeLabels>,
    /// Pairs without an edge that a link classifier learned from.
    pub train_negatives: Vec<(u32, u32)>,
    /// The edges it was selected by; may be none.
    pub valid: Vec<(u32, u32)>,
    /// Pairs without an edge to tell them from.
    pub valid_negatives: Vec<(u32, u32)>,
    /// The edges it was judged by; may be none.
    pub test: Vec<(u32, u32)>,
    /// Pairs without an edge to tell them from.
    pub test_negatives: Vec<(u32, u32)>,
}

impl NetworkParts {
    /// The parts by reference, as [`RunContents`](super::RunContents) takes them.
    #[must_use]
    pub fn view(&self) -> NetworkView<'_> {
        NetworkView {
            network: &self.network,
            nodes: &self.nodes,
            labels: self.labels.as_ref(),
            train_negatives: &self.train_negatives,
            valid: &self.valid,
            valid_negatives: &self.valid_negatives,
            test: &self.test,
            test_negatives: &self.test_negatives,
        }
    }
}

/// The data of a run to write.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum DataView<'a> {
    /// Users, items and facts.
    Catalogue(CatalogueView<'a>),
    /// Nodes and edges.
    Network(NetworkView<'a>),
}

impl DataView<'_> {
    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> RunKind {
        match self {
            Self::Catalogue(_) => RunKind::Catalogue,
            Self::Network(_) => RunKind::Network,
        }
    }

    /// `data.safetensors`
    pub(super) fn write(&self, writer: impl Write) -> io::Result<()> {
        match self {
            Self::Catalogue(view) => pairs::write(view, writer),
            Self::Network(view) => arcs::write(view, writer),
        }
    }

    /// `vocabulary.parquet`
    pub(super) fn write_vocabulary(&self, writer: impl Write + Send) -> io::Result<()> {
        match self {
            Self::Catalogue(view) => vocabulary::write_catalogue(view.vocabulary, writer),
            Self::Network(view) => vocabulary::write_network(view, writer),
        }
    }

    /// # Panics
    /// If the parts contradict each other.
    pub(super) fn check(&self) {
        match self {
            Self::Catalogue(view) => view.check(),
            Self::Network(view) => view.check(),
        }
    }
}

impl<'a> From<CatalogueView<'a>> for DataView<'a> {
    fn from(view: CatalogueView<'a>) -> Self {
        Self::Catalogue(view)
    }
}

impl<'a> From<NetworkView<'a>> for DataView<'a> {
    fn from(view: NetworkView<'a>) -> Self {
        Self::Network(view)
    }
}

/// [`CatalogueParts`] that belong to somebody else.
#[derive(Debug, Clone, Copy)]
pub struct CatalogueView<'a> {
    /// What the model learned from.
    pub train: &'a Interactions,
    /// What it was selected by; may be empty. The same users and items as `train`.
    pub valid: &'a Interactions,
    /// What it was judged by. The same users and items as `train`.
    pub test: &'a Interactions,
    /// The knowledge graph it learned from; may be without facts.
    pub graph: &'a KnowledgeGraph,
    /// External ids and names of the users of `train` and of the entities and relations of `graph`.
    pub vocabulary: &'a Vocabulary,
}

impl CatalogueView<'_> {
    fn check(&self) {
        let size = |part: &Interactions| (part.n_users(), part.n_items());
        assert_eq!(size(self.train), size(self.valid), "training and validation part have the same users and items");
        assert_eq!(size(self.train), size(self.test), "training and test part have the same users and items");
        assert!(self.train.n_items() <= self.graph.n_entities(), "each item is an entity");
        let names = self.vocabulary;
        assert_eq!(names.users.len(), self.train.n_users(), "each user has an external id");
        assert_eq!(names.entities.len(), self.graph.n_entities(), "each entity has an external id");
        assert_eq!(names.relations.len(), self.graph.n_relations(), "each relation has an external id");
    }
}

/// [`NetworkParts`] that belong to somebody else.
#[derive(Debug, Clone, Copy)]
pub struct NetworkView<'a> {
    /// What the final model learned from.
    pub network: &'a Network,
    /// External ids and names of its nodes.
    pub nodes: &'a Names,
    /// Labels of the nodes, where there are any.
    pub labels: Option<&'a NodeLabels>,
    /// Pairs without an edge that a link classifier learned from.
    pub train_negatives: &'a [(u32, u32)],
    /// The edges it was selected by; may be none.
    pub valid: &'a [(u32, u32)],
    /// Pairs without an edge to tell them from.
    pub valid_negatives: &'a [(u32, u32)],
    /// The edges it was judged by; may be none.
    pub test: &'a [(u32, u32)],
    /// Pairs without an edge to tell them from.
    pub test_negatives: &'a [(u32, u32)],
}

impl<'a> NetworkView<'a> {
    /// The pairs by the names they are stored under.
    pub(super) fn pairs(&self) -> [(&'static str, &'a [(u32, u32)]); 5] {
        [
            ("train.negatives", self.train_negatives),
            ("valid.edges", self.valid),
            ("valid.negatives", self.valid_negatives),
            ("test.edges", self.test),
            ("test.negatives", self.test_negatives),
        ]
    }

    fn check(&self) {
        let (network, n_nodes) = (self.network, self.network.n_nodes());
        assert_eq!(self.nodes.len(), n_nodes, "each node has an external id");
        if let Some(types) = &network.types {
            assert_eq!(types.of.len(), n_nodes, "each node has a type");
            assert!(types.of.iter().all(|&kind| usize::from(kind) < types.names.len()), "each type has a name");
        }
        let n_relations = network.relation_names.len();
        let mut relations = network.outgoing_relations().unwrap_or_default().iter();
        assert!(n_relations == 0 || relations.all(|&r| usize::from(r) < n_relations), "each relation has a name");
        if let Some(labels) = self.labels {
            assert_eq!(labels.of.n_rows(), n_nodes, "each node has a row of labels");
            assert!(
                labels.of.columns().iter().all(|&label| (label as usize) < labels.names.len()),
                "each label has a name"
            );
        }
        for (name, pairs) in self.pairs() {
            assert!(pairs.iter().all(|&(u, v)| (u.max(v) as usize) < n_nodes), "the ends of `{name}` are nodes");
        }
    }
}
