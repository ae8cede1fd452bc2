//! How well groups of nodes match the labels of a run.

use culet_eval::{omega_index, overlapping_nmi};
use culet_graph::Csr;
use rayon::ThreadPool;
use serde::Serialize;

use super::StoredNetworkRun;
use super::groups::{Grouping, vectors};

/// What [`StoredNetworkRun::evaluate_groups`] found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupReport {
    /// How many nodes have a label.
    pub n_nodes: usize,
    /// How many different labels they have.
    pub n_labels: usize,
    /// How many labels such a node has on average.
    pub labels_a_node: f64,
    /// Ways to group the nodes.
    pub rows: Vec<GroupRow>,
}

/// How well one way to group nodes matches the labels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupRow {
    /// `aspects`, or `vectors`.
    pub name: String,
    /// See [`overlapping_nmi`].
    pub nmi: f64,
    /// See [`omega_index`].
    pub omega: f64,
    /// How many groups the labelled nodes are in.
    pub n_groups: usize,
    /// In how many groups a labelled node is on average.
    pub memberships: f64,
}

impl GroupReport {
    /// The row of a name.
    #[must_use]
    pub fn row(&self, name: &str) -> Option<&GroupRow> {
        self.rows.iter().find(|row| row.name == name)
    }
}

impl StoredNetworkRun {
    /// How well groups match the labels of the run: those of its aspects, where it has several, and those of whole nodes
    /// (k-means of the concatenated vectors, one group a node). Nodes without a label take no part in the comparison.
    /// Without labels there is nothing to compare with.
    ///
    /// # Panics
    /// If `n_groups` is 0.
    #[must_use]
    pub fn evaluate_groups(&self, n_groups: usize, seed: u64, pool: &ThreadPool) -> Option<GroupReport> {
        let (embedding, data) = (&self.embedding, self.data());
        let labels = &data.labels.as_ref()?.of;
        let labelled: Vec<u32> = (0..labels.n_rows() as u32).filter(|&u| !labels.row(u as usize).is_empty()).collect();
        if labelled.is_empty() {
            return None;
        }
        let truth = restricted(labels, &labelled);
        let a_node = |cover: &Csr| cover.n_stored() as f64 / labelled.len() as f64;
        let row = |name: &str, members: &Csr| {
            let found = restricted(members, &labelled);
            GroupRow {
                name: name.to_owned(),
                nmi: overlapping_nmi(&found, &truth),
                omega: omega_index(&found, &truth, pool),
                n_groups: n_distinct(&found),
                memberships: a_node(&found),
            }
        };
        let mut rows = Vec::new();
        if embedding.n_aspects > 1 {
            rows.push(row("aspects", &self.groups(n_groups, 0, seed, pool).members));
        }
        let points = vectors(embedding, &data.network);
        rows.push(row("vectors", &Grouping::new(&points, embedding.n_nodes, n_groups, seed, pool).members));
        Some(GroupReport { n_nodes: labelled.len(), n_labels: n_distinct(&truth), labels_a_node: a_node(&truth), rows })
    }
}

/// Some rows of a cover.
fn restricted(cover: &Csr, nodes: &[u32]) -> Csr {
    let of_node = |(place, &node): (u32, &u32)| cover.row(node as usize).iter().map(move |&group| (place, group));
    let pairs: Vec<(u32, u32)> = (0..).zip(nodes).flat_map(of_node).collect();
    Csr::from_pairs(nodes.len(), &pairs).expect("no more pairs than the cover has")
}

/// How many groups have nodes.
fn n_distinct(cover: &Csr) -> usize {
    let mut groups = cover.columns().to_vec();
    groups.sort_unstable();
    groups.dedup();
    groups.len()
}
