//! Pairs without an edge for each part.

use culet_graph::{Network, NonEdgeKind, NonEdgePlan, Purpose, Stream, non_edges};

use super::plan::{Checked, Negatives, SplitPlan};
use super::{joined, pairs};
use crate::{DataError, LinkParts};

/// A step of [`Purpose::NonEdges`] that no training uses.
const STEP: u64 = 1 << 32;

/// Draws the pairs that are missing: those of the parts that have edges, and none yet.
pub(super) fn draw(
    network: &Network,
    parts: &mut LinkParts,
    plan: &SplitPlan,
    checked: &Checked,
) -> Result<(), DataError> {
    let edges = network.edges();
    let all = pairs(&edges).into_iter().chain(parts.valid.iter().copied()).chain(parts.test.iter().copied());
    let mut draws = Draws { plan, checked, whole: joined(network, all)?, taken: given(parts), step: STEP };
    let mut known = network.clone();
    if parts.train_negatives.is_empty() {
        let relation = |e: &usize| checked.relation.is_none_or(|relation| edges.relations[*e] == relation);
        let own: Vec<_> = (0..edges.len()).filter(relation).map(|e| (edges.sources[e], edges.targets[e])).collect();
        parts.train_negatives = draws.of_part(&known, &draws.facing(network, own))?;
    }
    for (own, negatives) in [(&parts.valid, &mut parts.valid_negatives), (&parts.test, &mut parts.test_negatives)] {
        if !own.is_empty() && negatives.is_empty() {
            known = joined(network, pairs(&known.edges()).into_iter().chain(own.iter().copied()))?;
            *negatives = draws.of_part(&known, own)?;
        }
    }
    Ok(())
}

/// The pairs without an edge that the network came with.
fn given(parts: &LinkParts) -> Vec<(u32, u32)> {
    [&parts.train_negatives, &parts.valid_negatives, &parts.test_negatives].into_iter().flatten().copied().collect()
}

struct Draws<'a> {
    plan: &'a SplitPlan,
    checked: &'a Checked,
    /// The edges of all parts, none of which is drawn.
    whole: Network,
    /// The pairs that are drawn already.
    taken: Vec<(u32, u32)>,
    step: u64,
}

impl Draws<'_> {
    /// Pairs beside the edges of a part, of a network with the edges up to that part.
    fn of_part(&mut self, known: &Network, own: &[(u32, u32)]) -> Result<Vec<(u32, u32)>, DataError> {
        let n = own.len() * self.plan.negatives_per_edge;
        let mut found = Vec::new();
        if self.checked.negatives == Negatives::Mixed {
            found = self.more(known, NonEdgeKind::Reversed, n / 2)?;
        }
        let kind = match self.checked.negatives {
            Negatives::Uniform | Negatives::Mixed => NonEdgeKind::Uniform,
            Negatives::ByDegree => NonEdgeKind::ByDegree,
            Negatives::Reversed => NonEdgeKind::Reversed,
            Negatives::SameTypes => NonEdgeKind::SameTypes(own),
        };
        let rest = n - found.len();
        found.extend(self.more(known, kind, rest)?);
        Ok(found)
    }

    fn more(&mut self, known: &Network, kind: NonEdgeKind<'_>, n: usize) -> Result<Vec<(u32, u32)>, DataError> {
        let taken = joined(known, self.taken.iter().copied())?;
        let plan = NonEdgePlan { network: known, also_known: &[&self.whole, &taken], n, kind };
        let found = non_edges(&plan, Stream::new(self.plan.seed, Purpose::NonEdges, self.step));
        self.step += 1;
        self.taken.extend(&found);
        Ok(found)
    }

    /// Edges as they stand in withheld parts: those of whole nodes with that node first, others of an undirected
    /// network with a random end first.
    fn facing(&self, network: &Network, mut own: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
        let stream = Stream::new(self.plan.seed, Purpose::NonEdges, STEP - 1);
        let types = network.types.as_ref();
        for (k, pair) in own.iter_mut().enumerate().filter(|_| !network.is_directed()) {
            let turned = match (self.checked.whole_nodes, types) {
                (Some(whole), Some(types)) => types.of[pair.0 as usize] != whole,
                _ => stream.word(k as u64) >> 63 == 1,
            };
            if turned {
                *pair = (pair.1, pair.0);
            }
        }
        own
    }
}
