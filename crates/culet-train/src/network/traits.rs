//! What nodes have in common: labels, or else types.

use std::borrow::Cow;
use std::collections::BTreeMap;

use culet_data::NetworkParts;
use culet_graph::Csr;

/// Something that nodes have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Common {
    /// The label or type.
    pub name: String,
    /// The share of these nodes that have it, of those that have any.
    pub share: f64,
    /// The same of all nodes.
    pub overall: f64,
}

/// Traits that are told of some nodes, at most.
const MOST: usize = 3;

/// The labels of all nodes; or their types, where nodes have no labels and there are several types.
pub(super) struct Traits<'a> {
    names: &'a [String],
    of: Cow<'a, Csr>,
    overall: BTreeMap<u32, f64>,
}

impl<'a> Traits<'a> {
    pub(super) fn new(data: &'a NetworkParts) -> Option<Self> {
        let (names, of) = match (&data.labels, &data.network.types) {
            (Some(labels), _) => (&labels.names, Cow::Borrowed(&labels.of)),
            (None, Some(types)) if types.names.len() > 1 => {
                let kinds = types.of.iter().map(|&kind| u32::from(kind)).collect();
                (&types.names, Cow::Owned(Csr::from_parts((0..=types.of.len() as u32).collect(), kinds)))
            }
            _ => return None,
        };
        let overall = shares(0..of.n_rows() as u32, &of);
        Some(Self { names, of, overall })
    }

    /// The three commonest of those that are commoner among some nodes than among all.
    pub(super) fn common(&self, nodes: impl Iterator<Item = u32>) -> Vec<Common> {
        let common = |(label, share): (u32, f64)| {
            let (name, overall) = (self.names[label as usize].clone(), self.overall[&label]);
            (share > overall).then_some(Common { name, share, overall })
        };
        let mut common: Vec<Common> = shares(nodes, &self.of).into_iter().filter_map(common).collect();
        common.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.name.cmp(&b.name)));
        common.truncate(MOST);
        common
    }
}

/// The share of each label among the nodes that have any.
fn shares(nodes: impl Iterator<Item = u32>, of: &Csr) -> BTreeMap<u32, f64> {
    let (mut counts, mut n) = (BTreeMap::<u32, usize>::new(), 0_usize);
    for labels in nodes.map(|node| of.row(node as usize)).filter(|labels| !labels.is_empty()) {
        n += 1;
        labels.iter().for_each(|&label| *counts.entry(label).or_default() += 1);
    }
    counts.into_iter().map(|(label, count)| (label, count as f64 / n as f64)).collect()
}
