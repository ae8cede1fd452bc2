//! Splits of networks: edges withheld to select and to judge by, and pairs without an edge beside each part.
//!
//! | file | subject |
//! | --- | --- |
//! | `plan` | what is asked for, and whether it can be |
//! | `withhold` | which edges go |
//! | `negatives` | pairs without an edge |

mod negatives;
mod plan;
mod withhold;

#[cfg(test)]
mod tests;

use culet_graph::{EdgeList, Network};

pub use plan::{Negatives, SplitPlan};

use crate::{DataError, LinkParts, NetworkData, SplitRecord};
use plan::Checked;
use withhold::Withheld;

/// A network in parts, and how they came about.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkSplit {
    /// The edges that stay, all nodes, and the parts.
    pub data: NetworkData,
    /// What `meta.json` tells of the draw.
    pub record: SplitRecord,
    /// What was withheld: `edges`, or `nodes` whose edges were withheld together.
    pub unit: &'static str,
    /// How many of these could have been chosen, apart from what is to be kept.
    pub n_units: usize,
    /// How many were asked for the test part, and how many it got.
    pub test: (usize, usize),
    /// How many were asked for the validation part, and how many it got.
    pub valid: (usize, usize),
}

/// Withholds edges of a network and draws pairs without an edge for each part.
///
/// The test part comes first, then the validation part; if fewer edges can go than asked for, both shrink alike. A part
/// that the network came with stays if its share is 0. Pairs without an edge are distinct over all parts, and no edge
/// of any part is among them. Which ones a part gets depends on the edges up to that part (training, validation, test)
/// and not on later ones, except that those are left out: a negative that is a withheld edge turned round would tell of
/// it. A function of data and plan alone. O(edges + pairs) expected time.
///
/// # Errors
/// [`DataError::BadSetting`] for shares out of range, a relation or type that the network does not have, a setting that
/// does not fit the network, and where nothing at all can be withheld.
pub fn split_network(data: &NetworkData, plan: &SplitPlan) -> Result<NetworkSplit, DataError> {
    let checked = Checked::new(data, plan)?;
    let Withheld { train, test, valid, unit, n_units, n_test, n_valid } = withhold::withhold(data, plan, &checked)?;
    let part = |drawn: &EdgeList, share: f64, given: &Vec<(u32, u32)>| {
        if share > 0.0 { pairs(drawn) } else { given.clone() }
    };
    let mut parts = LinkParts {
        test: part(&test, plan.test_share, &data.split.test),
        valid: part(&valid, plan.valid_share, &data.split.valid),
        ..data.split.clone()
    };
    if train.is_empty() {
        return Err(plan::bad("test_share", plan.test_share, "a share that leaves an edge to learn from"));
    }
    let network = data.network.with_edges(&train)?;
    negatives::draw(&network, &mut parts, plan, &checked)?;
    let record = SplitRecord {
        seed: plan.seed,
        test_share: plan.test_share,
        valid_share: plan.valid_share,
        negatives: checked.in_words(plan),
    };
    let data = NetworkData { network, split: parts, notes: Vec::new(), ..data.clone() };
    Ok(NetworkSplit { data, record, unit, n_units, test: n_test, valid: n_valid })
}

fn pairs(edges: &EdgeList) -> Vec<(u32, u32)> {
    edges.sources.iter().copied().zip(edges.targets.iter().copied()).collect()
}

/// A network of the same nodes, types and direction, joined by unweighted edges of one kind.
fn joined(like: &Network, edges: impl Iterator<Item = (u32, u32)>) -> Result<Network, DataError> {
    let (mut network, _) = Network::from_edges(like.n_nodes(), like.is_directed(), &edges.collect())?;
    network.types.clone_from(&like.types);
    Ok(network)
}
