//! What a network holds, in numbers.

mod beside;
mod text;

use culet_graph::Network;
use serde::{Deserialize, Serialize};

use super::components::Components;
use super::data::{NetworkData, NodeLabels};
use super::parts::{PartDescription, describe_parts};
use crate::NetworkFingerprint;
use crate::describe::Quantiles;
use beside::beside_content;

pub use text::network_to_text;

/// How many nodes a type has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeCount {
    /// The name of the type.
    pub name: String,
    /// Its nodes.
    pub nodes: u64,
    /// Those of them that an edge touches.
    pub with_edges: u64,
}

/// How many edges a relation has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeCount {
    /// The name of the relation.
    pub name: String,
    /// Its distinct edges.
    pub edges: u64,
}

/// The weights of a network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// The smallest.
    pub min: f32,
    /// The mean over the edges.
    pub mean: f64,
    /// The largest.
    pub max: f32,
}

/// How many nodes have a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelCount {
    /// The name of the label.
    pub name: String,
    /// The nodes that have it.
    pub nodes: u64,
}

/// The labels of a network.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelDescription {
    /// All labels, in their order.
    pub labels: Vec<LabelCount>,
    /// Nodes with a label.
    pub labelled_nodes: u64,
    /// Nodes with several.
    pub several: u64,
}

/// What a network holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkDescription {
    /// The name of the network.
    pub name: String,
    /// Counts and content of the training network, as runs keep them.
    pub fingerprint: NetworkFingerprint,
    /// The first 16 hexadecimal digits of the SHA-256 of the parts and labels, if there are any.
    pub beside: Option<String>,
    /// The types of nodes, if there are several.
    pub types: Vec<TypeCount>,
    /// The kinds of edges, those with the most first, if there are kinds.
    pub relations: Vec<EdgeCount>,
    /// The weights, if edges have any.
    pub weights: Option<Weights>,
    /// Pairs of different nodes that an edge joins, over all such pairs.
    pub density: f64,
    /// Edges that leave a node, over all nodes.
    pub out_degrees: Quantiles,
    /// Edges that arrive at a node, over all nodes; the same if undirected.
    pub in_degrees: Quantiles,
    /// Nodes without any edge.
    pub isolated: u64,
    /// Nodes that no edge leaves, isolated ones included: a walk that starts there ends there.
    pub dead_ends: u64,
    /// Sets of nodes joined by edges of any direction, isolated nodes included.
    pub components: u64,
    /// The share of the nodes in the largest.
    pub largest_component: f64,
    /// Edges from a node to itself.
    pub self_loops: u64,
    /// In a directed network, the share of the edges between different nodes that have a way back.
    pub reciprocity: Option<f64>,
    /// The labels, if there are any.
    pub labels: Option<LabelDescription>,
    /// The given parts that hold any pair.
    pub parts: Vec<PartDescription>,
    /// What the reader noticed.
    pub notes: Vec<String>,
}

/// Counts what a network holds, in O(nodes log nodes + edges log(largest degree) + pairs).
#[must_use]
pub fn describe_network(data: &NetworkData) -> NetworkDescription {
    let network = &data.network;
    let nodes = 0..network.n_nodes();
    let count = |wanted: &dyn Fn(usize) -> bool| nodes.clone().filter(|&node| wanted(node)).count() as u64;
    let Components { count: components, largest } = Components::of(network);
    let joined = Joined::of(network);
    NetworkDescription {
        name: data.name.clone(),
        fingerprint: NetworkFingerprint::of(network),
        beside: beside_content(data),
        types: types(network),
        relations: relations(network),
        weights: network.outgoing_weights().and_then(weights),
        density: joined.density(network),
        out_degrees: Quantiles::of(nodes.clone().map(|node| network.out_degree(node) as u32).collect()),
        in_degrees: Quantiles::of(nodes.clone().map(|node| network.in_degree(node) as u32).collect()),
        isolated: count(&|node| !is_touched(network, node)),
        dead_ends: count(&|node| network.out_degree(node) == 0),
        components: components as u64,
        largest_component: share(largest, network.n_nodes()),
        self_loops: joined.loops,
        reciprocity: network.is_directed().then(|| share(joined.mutual as usize, joined.pairs as usize)),
        labels: data.labels.as_ref().map(labels),
        parts: describe_parts(data),
        notes: data.notes.clone(),
    }
}

fn is_touched(network: &Network, node: usize) -> bool {
    network.out_degree(node) + network.in_degree(node) > 0
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn types(network: &Network) -> Vec<TypeCount> {
    let Some(types) = &network.types else { return Vec::new() };
    let mut counts: Vec<_> =
        types.names.iter().map(|name| TypeCount { name: name.clone(), nodes: 0, with_edges: 0 }).collect();
    for (node, &own) in types.of.iter().enumerate() {
        counts[usize::from(own)].nodes += 1;
        counts[usize::from(own)].with_edges += u64::from(is_touched(network, node));
    }
    counts
}

fn relations(network: &Network) -> Vec<EdgeCount> {
    let Some(of_arcs) = network.outgoing_relations() else { return Vec::new() };
    let mut counts: Vec<_> =
        network.relation_names.iter().map(|name| EdgeCount { name: name.clone(), edges: 0 }).collect();
    for_each_edge(network, |_, _, arc| counts[usize::from(of_arcs[arc])].edges += 1);
    counts.sort_by_key(|count| std::cmp::Reverse(count.edges));
    counts
}

/// Gives source, target and the place of the arc for each edge; an undirected one once.
fn for_each_edge(network: &Network, mut each: impl FnMut(u32, u32, usize)) {
    let outgoing = network.outgoing();
    for source in 0..network.n_nodes() {
        for arc in outgoing.range(source) {
            let target = outgoing.columns()[arc];
            if network.is_directed() || source as u32 <= target {
                each(source as u32, target, arc);
            }
        }
    }
}

fn weights(of_arcs: &[f32]) -> Option<Weights> {
    let min = of_arcs.iter().copied().reduce(f32::min)?;
    let max = of_arcs.iter().copied().reduce(f32::max)?;
    let sum: f64 = of_arcs.iter().map(|&weight| f64::from(weight)).sum();
    Some(Weights { min, mean: sum / of_arcs.len() as f64, max })
}

/// Ordered pairs of nodes that an arc joins, whatever its relations.
struct Joined {
    /// Pairs of different nodes.
    pairs: u64,
    /// Those of them that an arc joins the other way round too.
    mutual: u64,
    /// Edges from a node to itself.
    loops: u64,
}

impl Joined {
    fn of(network: &Network) -> Self {
        let mut joined = Self { pairs: 0, mutual: 0, loops: 0 };
        for source in 0..network.n_nodes() {
            let row = network.outgoing().row(source);
            for (k, &target) in row.iter().enumerate() {
                if target as usize == source {
                    joined.loops += 1;
                } else if k == 0 || row[k - 1] != target {
                    joined.pairs += 1;
                    joined.mutual += u64::from(network.has_edge(target, source as u32));
                }
            }
        }
        joined
    }

    fn density(&self, network: &Network) -> f64 {
        let n = network.n_nodes() as f64;
        // Both ways are counted on both sides of the fraction, whether they differ or not.
        if n < 2.0 { 0.0 } else { self.pairs as f64 / (n * (n - 1.0)) }
    }
}

fn labels(labels: &NodeLabels) -> LabelDescription {
    let mut counts: Vec<_> = labels.names.iter().map(|name| LabelCount { name: name.clone(), nodes: 0 }).collect();
    labels.of.columns().iter().for_each(|&label| counts[label as usize].nodes += 1);
    let rows = |least: usize| (0..labels.of.n_rows()).filter(|&node| labels.of.row(node).len() >= least).count() as u64;
    LabelDescription { labels: counts, labelled_nodes: rows(1), several: rows(2) }
}

#[cfg(test)]
mod tests;
