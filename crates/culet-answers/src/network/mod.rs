//! What a run of a network answers.

mod facets;
mod links;

use std::path::Path;

use culet_train::StoredNetworkRun;
use rayon::ThreadPool;

pub use facets::{Group, Groups, NodeFacet, NodeFacets, Overlap, Trait, Typical, TypicalOfGroup, n_groups};
pub use links::{AspectOfLink, CommonNeighbour, Link, LinkExplanation, Links, Term};

use crate::catalogue::SimilarNodes;
use crate::named::NameIndex;
use crate::{AskError, Named, Node, NodeKind};

/// A run of a network, opened once, that answers by external ids.
pub struct NetworkAnswers {
    stored: StoredNetworkRun,
    nodes: NameIndex,
}

impl NetworkAnswers {
    /// Opens a run folder and compares all checksums.
    ///
    /// # Errors
    /// [`AskError::Stored`] if it is not a whole run, or one of a catalogue.
    pub fn open(path: &Path) -> Result<Self, AskError> {
        Ok(Self::new(StoredNetworkRun::open(path)?))
    }

    /// Takes an opened run.
    #[must_use]
    pub fn new(stored: StoredNetworkRun) -> Self {
        let names = &stored.data().nodes;
        Self { nodes: NameIndex::new(names, names.len()), stored }
    }

    /// The opened run.
    #[must_use]
    pub fn stored(&self) -> &StoredNetworkRun {
        &self.stored
    }

    /// The node of an id, or else of a name that no other has.
    ///
    /// # Errors
    /// [`AskError::NoSuch`], [`AskError::Ambiguous`].
    pub fn node(&self, asked: &str) -> Result<u32, AskError> {
        self.nodes.find(&self.stored.data().nodes, "node", asked)
    }

    /// A node as documents tell it.
    ///
    /// # Panics
    /// If it is out of range.
    #[must_use]
    pub fn told(&self, node: u32) -> Node {
        let data = self.stored.data();
        let types = data.network.types.as_ref().filter(|types| types.names.len() > 1);
        let of_type = types.map(|types| types.names[usize::from(types.of[node as usize])].clone());
        Node { kind: NodeKind::Node, named: self.named(node), of_type }
    }

    fn named(&self, node: u32) -> Named {
        Named::new(node, &self.stored.data().nodes)
    }

    /// The nodes most like a node, all in all or in one of its aspects, from 1.
    ///
    /// # Errors
    /// [`AskError`] for an unknown node or aspect.
    pub fn similar(
        &self,
        asked: &str,
        k: usize,
        aspect: Option<usize>,
        pool: &ThreadPool,
    ) -> Result<SimilarNodes, AskError> {
        let node = self.node(asked)?;
        let n = self.stored.embedding.n_aspects;
        if let Some(aspect) = aspect.filter(|aspect| !(1..=n).contains(aspect)) {
            return Err(AskError::NoAspect { aspect, n });
        }
        let best = self.stored.similar(node, k, aspect.map(|aspect| aspect - 1), pool);
        let similar = SimilarNodes::new(self.told(node), "cosine", &best, |node| self.told(node));
        Ok(SimilarNodes { aspect, ..similar })
    }
}
