//! Scores of links that learn nothing: what a model has to beat.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | `out(u)`, `in(v)` | where edges from u lead, from where edges lead to v; both are all neighbours if undirected |
//! | `k(x)` | the number of neighbours of x; if directed, those on both sides added |
//!
//! Weights and kinds of edges do not count: joined is joined. A node without edges scores lowest, a pair of a node with
//! itself as the formula says.

mod adjacency;
mod by_source;
mod degrees;
mod paths;
mod spectral;

use std::sync::Arc;

use culet_graph::Network;

use adjacency::Adjacency;

/// A score of pairs of nodes that follows from the training network alone.
#[derive(Debug, Clone)]
pub struct LinkBaseline<'a> {
    kind: Kind,
    adjacency: Arc<Adjacency<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    DegreeProduct,
    OutInProduct,
    CommonNeighbours,
    AdamicAdar,
    ResourceAllocation,
    ThreePaths,
    SpectralFilter,
}

/// The simple scores that make sense for a network, in the order of a table.
///
/// - `degree product`: (1 + k(u)) (1 + k(v)). One is added so that an isolated end does not hide what the other says.
/// - `out-degree x in-degree` (directed only): (1 + |out(u)|) (1 + |in(v)|).
/// - `common neighbours`: |out(u) and in(v)|, so paths u > x > v if directed.
/// - `Adamic-Adar`: the same sum over x of 1 / log k(x).
/// - `resource allocation`: the same sum over x of 1 / k(x).
/// - `3-paths`: sum over paths u - x - w - v of 1 / sqrt(k(x) k(w)) (Kovács et al. 2019, L3); if directed, over
///   u > x < w > v of 1 / sqrt(|in(x)| |out(w)|): who points where u points also points to v.
/// - `spectral filter`: sum over k >= 1 of 0.8^k D P^k, with the degrees D and the walk P = D^-1 A. That is D^1/2 f(N)
///   D^1/2 with N = D^-1/2 A D^-1/2 and the filter f(l) = 0.8 l / (1 - 0.8 l) on all its eigenvalues. If directed, the
///   walk alternates between two copies of each node, one that points and one that is pointed at; an edge joins the
///   pointing copy of u to the other copy of v, and a twentieth of an edge joins the two copies of a node.
#[must_use]
pub fn baselines(network: &Network) -> Vec<LinkBaseline<'_>> {
    let kinds = [
        Kind::DegreeProduct,
        Kind::OutInProduct,
        Kind::CommonNeighbours,
        Kind::AdamicAdar,
        Kind::ResourceAllocation,
        Kind::ThreePaths,
        Kind::SpectralFilter,
    ];
    let adjacency = Arc::new(Adjacency::new(network));
    let kinds = kinds.into_iter().filter(|&kind| network.is_directed() || kind != Kind::OutInProduct);
    kinds.map(|kind| LinkBaseline { kind, adjacency: Arc::clone(&adjacency) }).collect()
}

impl LinkBaseline<'_> {
    /// The name of the score; see [`baselines`].
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::DegreeProduct => "degree product",
            Kind::OutInProduct => "out-degree x in-degree",
            Kind::CommonNeighbours => "common neighbours",
            Kind::AdamicAdar => "Adamic-Adar",
            Kind::ResourceAllocation => "resource allocation",
            Kind::ThreePaths => "3-paths",
            Kind::SpectralFilter => "spectral filter",
        }
    }

    /// The score of each pair (source, target).
    ///
    /// Pairs of the same source share most of the work, so score them in one call. The same bytes for any number of
    /// threads and for any company of other pairs.
    ///
    /// # Panics
    /// If a pair names no node.
    #[must_use]
    pub fn score(&self, pairs: &[(u32, u32)], pool: &rayon::ThreadPool) -> Vec<f64> {
        let adjacency = &*self.adjacency;
        let n_nodes = adjacency.n_nodes();
        if let Some((u, v)) = pairs.iter().find(|(u, v)| (*u).max(*v) as usize >= n_nodes) {
            panic!("the pair ({u}, {v}) names one of {n_nodes} nodes");
        }
        let degree = |x: u32| adjacency.degree(x) as f64;
        match self.kind {
            Kind::DegreeProduct => degrees::degree_product(adjacency, pairs),
            Kind::OutInProduct => degrees::out_in_product(adjacency, pairs),
            Kind::CommonNeighbours => paths::two_paths(adjacency, pairs, |_| 1.0, pool),
            // Two ends make a degree of two, except for a node that is joined to itself alone.
            Kind::AdamicAdar => paths::two_paths(adjacency, pairs, |x| degree(x).max(2.0).ln().recip(), pool),
            Kind::ResourceAllocation => paths::two_paths(adjacency, pairs, |x| degree(x).recip(), pool),
            Kind::ThreePaths => paths::three_paths(adjacency, pairs, pool),
            Kind::SpectralFilter => spectral::filter(adjacency, pairs, pool),
        }
    }

    /// About how many neighbours are looked at to score these pairs: what to thin a long list out by.
    ///
    /// # Panics
    /// If a pair names no node.
    #[must_use]
    pub fn n_lookups(&self, pairs: &[(u32, u32)]) -> u64 {
        match self.kind {
            Kind::DegreeProduct | Kind::OutInProduct => pairs.len() as u64,
            Kind::CommonNeighbours | Kind::AdamicAdar | Kind::ResourceAllocation => {
                paths::n_lookups(&self.adjacency, pairs, 2)
            }
            Kind::ThreePaths => paths::n_lookups(&self.adjacency, pairs, 3),
            Kind::SpectralFilter => spectral::n_lookups(&self.adjacency, pairs),
        }
    }
}
