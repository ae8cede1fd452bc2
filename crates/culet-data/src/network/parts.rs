//! What is odd about given parts.

use std::collections::HashSet;

use culet_graph::Network;
use serde::{Deserialize, Serialize};

use super::data::{LinkParts, NetworkData};

/// A given part in numbers: how it fits the training edges, and whether its pairs betray themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartDescription {
    /// `test_edges` and the like.
    pub name: String,
    /// Pairs.
    pub pairs: u64,
    /// Pairs that stand in the part before.
    pub repeats: u64,
    /// Pairs of a node with itself.
    pub self_loops: u64,
    /// Pairs that are training edges.
    pub training_edges: u64,
    /// Pairs that are edges of the validation or the test part, other than this one, and no training edges.
    pub withheld_edges: u64,
    /// In a directed network, pairs that are no edge of any part, but an edge the other way round.
    pub reversed_edges: u64,
    /// Pairs whose first node has the smaller number.
    pub ascending: u64,
    /// Pairs with a node without a training edge.
    pub without_training: u64,
}

impl PartDescription {
    /// Whether the part holds pairs without an edge.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.name.ends_with("_neg")
    }
}

/// Describes the parts that hold any pair.
pub(super) fn describe_parts(data: &NetworkData) -> Vec<PartDescription> {
    let network = &data.network;
    let (valid, test) = (normal_pairs(network, &data.split.valid), normal_pairs(network, &data.split.test));
    let parts = LinkParts::NAMES.into_iter().zip(data.split.all()).filter(|(_, pairs)| !pairs.is_empty());
    parts
        .map(|(name, pairs)| {
            let withheld = |pair| {
                (name != "valid_edges" && valid.contains(&pair)) || (name != "test_edges" && test.contains(&pair))
            };
            describe_part(network, name, pairs, withheld)
        })
        .collect()
}

fn describe_part(
    network: &Network,
    name: &str,
    pairs: &[(u32, u32)],
    withheld: impl Fn((u32, u32)) -> bool,
) -> PartDescription {
    let own = normal_pairs(network, pairs);
    let trains = |node: u32| network.out_degree(node as usize) + network.in_degree(node as usize) > 0;
    let is_edge = |(u, v)| network.has_edge(u, v) || withheld(normal(network, (u, v)));
    let count = |wanted: &dyn Fn((u32, u32)) -> bool| pairs.iter().filter(|&&pair| wanted(pair)).count() as u64;
    PartDescription {
        name: name.to_owned(),
        pairs: pairs.len() as u64,
        repeats: (pairs.len() - own.len()) as u64,
        self_loops: count(&|(u, v)| u == v),
        training_edges: count(&|(u, v)| network.has_edge(u, v)),
        withheld_edges: count(&|(u, v)| !network.has_edge(u, v) && withheld(normal(network, (u, v)))),
        reversed_edges: if network.is_directed() { count(&|(u, v)| !is_edge((u, v)) && is_edge((v, u))) } else { 0 },
        ascending: count(&|(u, v)| u < v),
        without_training: count(&|(u, v)| !trains(u) || !trains(v)),
    }
}

/// The pairs as a set.
fn normal_pairs(network: &Network, pairs: &[(u32, u32)]) -> HashSet<(u32, u32)> {
    pairs.iter().map(|&pair| normal(network, pair)).collect()
}

/// The pair, with the smaller node first where the order says nothing.
fn normal(network: &Network, (u, v): (u32, u32)) -> (u32, u32) {
    if network.is_directed() { (u, v) } else { (u.min(v), u.max(v)) }
}
