//! What a model of a network is selected and judged by.

use culet_graph::{Keep, Network, NonEdgeKind, NonEdgePlan, Purpose, Stream, non_edges, withhold_edges};

use crate::TrainError;

/// Pairs with and without an edge, by part; any may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkSets {
    /// The edges of the training network, for the published score.
    pub train: Vec<(u32, u32)>,
    /// As many pairs without an edge.
    pub train_negatives: Vec<(u32, u32)>,
    /// What selects.
    pub valid: Vec<(u32, u32)>,
    /// Pairs without an edge.
    pub valid_negatives: Vec<(u32, u32)>,
    /// What judges.
    pub test: Vec<(u32, u32)>,
    /// Pairs without an edge.
    pub test_negatives: Vec<(u32, u32)>,
}

/// Completes what is given: withholds validation edges if none are given, and draws the pairs without an edge that are
/// missing. Gives the network that is left to learn from.
///
/// Validation edges are withheld such that the rest stays as connected as it was. To each belongs one uniform pair
/// without an edge, and in a directed network an edge reversed: what a score has to tell apart.
///
/// # Errors
/// [`TrainError::Graph`] if the edges that are left are no network.
pub fn withheld(network: &Network, given: &LinkSets, share: f64, seed: u64) -> Result<(Network, LinkSets), TrainError> {
    let mut parts = given.clone();
    let mut left = network.clone();
    if parts.valid.is_empty() && share > 0.0 {
        let stream = Stream::new(seed, Purpose::NetworkSplit, 1);
        let split = withhold_edges(network, share, stream, Keep::Connected);
        parts.valid = split.withheld.sources.iter().copied().zip(split.withheld.targets.iter().copied()).collect();
        left = network.with_edges(&split.train)?;
    }
    let draw = |known: &Network, n: usize, kind: NonEdgeKind<'_>, step: u64| {
        non_edges(&NonEdgePlan { network: known, also_known: &[], n, kind }, Stream::new(seed, Purpose::NonEdges, step))
    };
    if parts.valid_negatives.is_empty() && !parts.valid.is_empty() {
        parts.valid_negatives = draw(network, parts.valid.len(), NonEdgeKind::Uniform, 1);
        if network.is_directed() {
            parts.valid_negatives.extend(draw(network, parts.valid.len(), NonEdgeKind::Reversed, 2));
        }
    }
    let edges = network.edges();
    parts.train = edges.sources.iter().copied().zip(edges.targets.iter().copied()).collect();
    if parts.train_negatives.is_empty() {
        parts.train_negatives = draw(network, parts.train.len(), NonEdgeKind::Uniform, 3);
    }
    if parts.test_negatives.is_empty() && !parts.test.is_empty() {
        parts.test_negatives = draw(network, parts.test.len(), NonEdgeKind::Uniform, 4);
        let is_test: std::collections::HashSet<(u32, u32)> = parts.test.iter().copied().collect();
        parts
            .test_negatives
            .retain(|&(u, v)| !is_test.contains(&(u, v)) && (network.is_directed() || !is_test.contains(&(v, u))));
    }
    Ok((left, parts))
}
