//! Products of degrees: who has many neighbours gets more.

use super::adjacency::Adjacency;

/// (1 + k(u)) (1 + k(v))
pub(super) fn degree_product(adjacency: &Adjacency<'_>, pairs: &[(u32, u32)]) -> Vec<f64> {
    let factor = |node| (1 + adjacency.degree(node)) as f64;
    pairs.iter().map(|&(u, v)| factor(u) * factor(v)).collect()
}

/// (1 + |out(u)|) (1 + |in(v)|)
pub(super) fn out_in_product(adjacency: &Adjacency<'_>, pairs: &[(u32, u32)]) -> Vec<f64> {
    let factor = |neighbours: &[u32]| (1 + neighbours.len()) as f64;
    pairs.iter().map(|&(u, v)| factor(adjacency.out(u)) * factor(adjacency.into(v))).collect()
}
