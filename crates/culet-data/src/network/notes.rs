//! What is odd about a network but harms nothing, one sentence each.

use culet_graph::{MergedEdges, Network};

use super::components::Components;
use super::data::NetworkData;
use super::parts::{PartDescription, describe_parts};
use crate::describe::thousands;

/// Edges that repeat others, join a node with itself or count nothing.
pub(super) fn of_merged(file: &str, merged: MergedEdges, weighted: bool) -> Vec<String> {
    let added = if weighted { "their weights are added" } else { "a repeat counts for nothing" };
    let notes = [
        (merged.repeats, format!("{}; {added}", counted(merged.repeats, "repeated edge", "repeated edges"))),
        (merged.self_loops, format!("{}, kept", counted(merged.self_loops, "self-loop", "self-loops"))),
        (
            merged.zero_weights,
            format!("{}, left out", counted(merged.zero_weights, "edge of weight 0", "edges of weight 0")),
        ),
    ];
    notes.into_iter().filter(|&(count, _)| count > 0).map(|(_, note)| format!("`{file}` holds {note}")).collect()
}

/// Nodes without edges, components, types and relations without edges.
pub(super) fn of_network(network: &Network) -> Vec<String> {
    let mut notes = Vec::new();
    let touched = |node: usize| network.out_degree(node) + network.in_degree(node) > 0;
    let n_isolated = (0..network.n_nodes()).filter(|&node| !touched(node)).count();
    if n_isolated > 0 {
        notes.push(format!("{} without a training edge", counted(n_isolated, "node is", "nodes are")));
    }
    let Components { count, largest } = Components::of(network);
    let count = count - n_isolated;
    if count > 1 {
        let share = 100.0 * largest as f64 / network.n_nodes() as f64;
        let count = thousands(count as u64);
        notes.push(format!("the edges form {count} components; the largest holds {share:.1} % of the nodes"));
    }
    if let Some(types) = &network.types {
        let mut met = vec![false; types.names.len()];
        (0..network.n_nodes()).filter(|&node| touched(node)).for_each(|node| met[usize::from(types.of[node])] = true);
        let bare = types.names.iter().zip(met).filter(|(_, met)| !met);
        notes.extend(bare.map(|(name, _)| format!("no edge touches a node of type `{name}`")));
    }
    if let Some(relations) = network.outgoing_relations() {
        let mut met = vec![false; network.relation_names.len()];
        relations.iter().for_each(|&relation| met[usize::from(relation)] = true);
        let bare = network.relation_names.iter().zip(met).filter(|(_, met)| !met);
        notes.extend(bare.map(|(name, _)| format!("no edge is of relation `{name}`")));
    }
    notes
}

/// Parts that overlap, negatives that are edges, nodes that no training edge touches.
pub(super) fn of_parts(data: &NetworkData) -> Vec<String> {
    describe_parts(data).iter().flat_map(of_part).collect()
}

fn of_part(part: &PartDescription) -> Vec<String> {
    let name = &part.name;
    let count = |count: u64, one, many| counted(count as usize, one, many);
    let notes = if part.is_negative() {
        let edges = part.training_edges + part.withheld_edges;
        let in_training = thousands(part.training_edges);
        [
            (edges, format!("{} ({in_training} of them in training)", count(edges, "edge", "edges"))),
            (part.reversed_edges, count(part.reversed_edges, "reversed edge", "reversed edges")),
            (0, String::new()),
        ]
    } else {
        let pairs = count(part.without_training, "pair", "pairs");
        [
            (part.training_edges, count(part.training_edges, "training edge", "training edges")),
            (part.self_loops, count(part.self_loops, "self-loop", "self-loops")),
            (part.without_training, format!("{pairs} with a node that no training edge touches")),
        ]
    };
    notes.into_iter().filter(|&(count, _)| count > 0).map(|(_, note)| format!("`{name}` holds {note}")).collect()
}

/// A number and what it counts.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count as u64), if count == 1 { one } else { many })
}
