//! The aspects of a node in words, and the groups that the aspects of all nodes form.

use culet_train::{Common, NodeGroup, StoredNetworkRun};
use rayon::ThreadPool;
use serde::Serialize;

use super::NetworkAnswers;
use crate::{AskError, Named};

/// The aspects of a node.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NodeFacets {
    /// The node.
    pub node: Named,
    /// The largest share first.
    pub facets: Vec<NodeFacet>,
}

/// An aspect of a node.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NodeFacet {
    /// From 1.
    pub aspect: usize,
    /// Among the contexts of the node.
    pub share: f64,
    /// Nodes that are seen under it most.
    pub typical: Vec<Typical>,
    /// What these have in common.
    pub common: Vec<Trait>,
}

/// A node that is typical of an aspect.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Typical {
    /// The node.
    #[serde(flatten)]
    pub node: Named,
    /// How much of it falls to the aspect.
    pub share: f64,
}

/// Something that nodes have in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trait {
    /// `label` or `type`.
    pub kind: &'static str,
    /// The label or type.
    pub name: String,
    /// The share of these nodes that have it, of those that have any.
    pub share: f64,
    /// The same of all nodes.
    pub overall: f64,
}

/// Groups of nodes, which may overlap.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Groups {
    /// That of the most nodes first.
    pub groups: Vec<Group>,
    /// How many nodes are in so many groups, without numbers of groups that no node is in.
    pub overlap: Vec<Overlap>,
}

/// Nodes that are in so many groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overlap {
    /// In how many.
    pub groups: usize,
    /// How many nodes.
    pub nodes: usize,
}

/// A group of nodes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Group {
    /// From 1.
    pub group: usize,
    /// How many nodes are in it.
    pub nodes: usize,
    /// Nodes nearest to its centre.
    pub typical: Vec<TypicalOfGroup>,
    /// What its nodes have in common.
    pub common: Vec<Trait>,
}

/// A node that is typical of a group.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TypicalOfGroup {
    /// The node.
    #[serde(flatten)]
    pub node: Named,
    /// Of its aspect and the centre of the group.
    pub cosine: f64,
}

/// How many groups are asked for, or else the default of the run.
///
/// # Errors
/// [`AskError::TooManyGroups`].
pub fn n_groups(stored: &StoredNetworkRun, asked: Option<usize>) -> Result<usize, AskError> {
    let n_nodes = stored.embedding.n_nodes;
    match asked {
        Some(n) if n > n_nodes => Err(AskError::TooManyGroups { n, n_nodes }),
        asked => Ok(asked.unwrap_or_else(|| stored.default_n_groups())),
    }
}

impl NetworkAnswers {
    /// The aspects of a node, each with `k` typical nodes.
    ///
    /// # Errors
    /// [`AskError`] for an unknown node.
    pub fn facets(&self, asked: &str, k: usize) -> Result<NodeFacets, AskError> {
        let node = self.node(asked)?;
        let found = self.stored().facets_of(node, k);
        let facet = |facet: &culet_train::NodeFacet| NodeFacet {
            aspect: facet.aspect + 1,
            share: facet.share,
            typical: facet.contexts.iter().map(|&(node, share)| Typical { node: self.named(node), share }).collect(),
            common: self.traits(&facet.common),
        };
        Ok(NodeFacets { node: self.named(node), facets: found.iter().map(facet).collect() })
    }

    /// The groups that the aspects of all nodes form, each with `k` typical nodes; by default as many as there are
    /// labels, or else ten.
    ///
    /// # Errors
    /// [`AskError::TooManyGroups`].
    pub fn groups(&self, n: Option<usize>, k: usize, seed: u64, pool: &ThreadPool) -> Result<Groups, AskError> {
        let found = self.stored().groups(n_groups(self.stored(), n)?, k, seed, pool);
        let group = |(k, group): (usize, &NodeGroup)| Group {
            group: k + 1,
            nodes: group.size,
            typical: (group.typical.iter())
                .map(|&(node, cosine)| TypicalOfGroup { node: self.named(node), cosine })
                .collect(),
            common: self.traits(&group.common),
        };
        let groups = found.groups.iter().enumerate().map(group).collect();
        let overlap = found.sizes_of_overlap().into_iter().enumerate().filter(|(_, nodes)| *nodes > 0);
        Ok(Groups { groups, overlap: overlap.map(|(groups, nodes)| Overlap { groups, nodes }).collect() })
    }

    fn traits(&self, common: &[Common]) -> Vec<Trait> {
        let kind = if self.stored().data().labels.is_some() { "label" } else { "type" };
        let told =
            |common: &Common| Trait { kind, name: common.name.clone(), share: common.share, overall: common.overall };
        common.iter().map(told).collect()
    }
}
