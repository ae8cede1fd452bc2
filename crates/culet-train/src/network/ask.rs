//! What a run of a network answers: similar nodes, the aspects of a node.

use std::collections::HashSet;

use culet_eval::{ProductRanker, Ranked, Ranker};
use culet_kernels::Matrix;
use rayon::ThreadPool;

use super::StoredNetworkRun;
use super::traits::{Common, Traits};

/// An aspect of a node.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeFacet {
    /// Which one, from 0.
    pub aspect: usize,
    /// Its share among the contexts of the node.
    pub share: f64,
    /// Nodes near by that are seen under it most, with the share of their weight that falls to it.
    pub contexts: Vec<(u32, f64)>,
    /// What these nodes have in common: labels or types, with their share among the contexts and among all nodes.
    pub common: Vec<Common>,
}

/// Nodes near a node that its aspects are told by, at most.
const NEAR: usize = 4096;

impl StoredNetworkRun {
    /// The `k` nodes whose vectors point most in the same direction, with the cosine: of the centre vectors; or of the
    /// context vector in an aspect and that of any aspect of the other node, for aspect 2 of one node is not that of
    /// another. In a typed network they are of the node's type.
    ///
    /// # Panics
    /// If node or aspect are out of range.
    #[must_use]
    pub fn similar(&self, node: u32, k: usize, aspect: Option<usize>, pool: &ThreadPool) -> Vec<Ranked> {
        let types = self.data().network.types.as_ref().map(|types| &types.of);
        let others = (0..self.embedding.n_nodes as u32)
            .filter(|&other| types.is_none_or(|of| of[other as usize] == of[node as usize]));
        let others: Vec<u32> = others.collect();
        let own: Vec<u32> = others.binary_search(&node).map(|place| place as u32).into_iter().collect();
        let of_others = |vectors: &Matrix| unit_rows(vectors, &others);
        let asked = match aspect {
            None => self.embedding.centre_vectors(),
            Some(aspect) => self.embedding.aspect_vectors(aspect),
        };
        let asked = unit_rows(&asked, &[node]);
        let tables = match aspect {
            None => vec![of_others(&self.embedding.centre_vectors())],
            Some(_) => (0..self.embedding.n_aspects).map(|s| of_others(&self.embedding.aspect_vectors(s))).collect(),
        };
        let mut best: Vec<Ranked> = Vec::new();
        for table in &tables {
            best.extend(
                ProductRanker::new(&asked, table).top_k(&[0], &|_| own.as_slice(), k, pool).into_iter().flatten(),
            );
        }
        best.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
        let mut seen = HashSet::new();
        best.retain(|ranked| seen.insert(ranked.item));
        best.truncate(k);
        best.iter_mut().for_each(|ranked| ranked.item = others[ranked.item as usize]);
        best
    }

    /// The aspects of a node, largest share first, each with `k` typical contexts.
    ///
    /// A context x near the node (its neighbours and theirs) belongs to aspect s by the share
    /// softmax_s <P_i, Q_x^s>; typical are those whose share in s is high and which are likely contexts at all.
    ///
    /// # Panics
    /// If the node is out of range.
    #[must_use]
    pub fn facets_of(&self, node: u32, k: usize) -> Vec<NodeFacet> {
        let n_aspects = self.embedding.n_aspects;
        let shares = self.embedding.node_shares(node);
        let near = self.near(node);
        let traits = Traits::new(self.data());
        let common = |contexts: &[(u32, f64)]| {
            traits.as_ref().map_or_else(Vec::new, |traits| traits.common(contexts.iter().map(|&(x, _)| x)))
        };
        let belongs: Vec<(u32, Vec<f64>, f64)> = near.iter().map(|&x| self.belonging(node, x)).collect();
        let mut facets: Vec<NodeFacet> = (0..n_aspects)
            .map(|aspect| {
                let mut typical: Vec<(u32, f64, f64)> =
                    belongs.iter().map(|(x, shares, likely)| (*x, shares[aspect], shares[aspect] * likely)).collect();
                typical.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
                typical.truncate(k);
                let contexts: Vec<(u32, f64)> = typical.iter().map(|&(x, share, _)| (x, share)).collect();
                let common = common(&contexts);
                NodeFacet { aspect, share: shares[aspect], contexts, common }
            })
            .collect();
        facets.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.aspect.cmp(&b.aspect)));
        facets
    }

    /// The neighbours of a node, then theirs, without itself.
    fn near(&self, node: u32) -> Vec<u32> {
        let network = &self.data().network;
        let neighbours = |of: u32| {
            let (of, directed) = (of as usize, network.is_directed());
            let incoming: &[u32] = if directed { network.incoming().row(of) } else { &[] };
            network.outgoing().row(of).iter().chain(incoming).copied()
        };
        let mut seen = HashSet::from([node]);
        let mut near: Vec<u32> = neighbours(node).filter(|&x| seen.insert(x)).collect();
        let first = near.len();
        for k in 0..first {
            if near.len() >= NEAR.max(first) {
                break;
            }
            let next: Vec<u32> = neighbours(near[k]).filter(|&x| seen.insert(x)).collect();
            near.extend(next);
        }
        near
    }

    /// How a context is seen by a node: the share of each aspect, and how likely it is a context at all.
    fn belonging(&self, node: u32, x: u32) -> (u32, Vec<f64>, f64) {
        let mut products = vec![0.0; self.embedding.n_aspects];
        self.embedding.products(node, x, &mut products);
        let top = products.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = products.iter().map(|p| (p - top).exp()).sum();
        let shares: Vec<f64> = products.iter().map(|p| (p - top).exp() / total).collect();
        (x, shares, 1.0 / (1.0 + (-top / 2.0).exp()))
    }
}

/// Some rows, each divided by its length.
fn unit_rows(vectors: &Matrix, listed: &[u32]) -> Matrix {
    let mut out = Matrix::zeros(listed.len(), vectors.dim());
    for (place, &row) in listed.iter().enumerate() {
        let row = vectors.row(row as usize);
        let length = row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
        if length > 0.0 {
            out.row_mut(place).iter_mut().zip(row).for_each(|(out, &x)| *out = (f64::from(x) / length) as f32);
        }
    }
    out
}
