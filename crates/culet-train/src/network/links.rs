//! Edges that a network may get: of a node, and everywhere.

use std::collections::HashSet;

use culet_eval::{ProductRanker, Ranker};
use culet_kernels::Matrix;
use rayon::ThreadPool;

use super::StoredNetworkRun;

/// Pairs without an edge that are likely to get one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LikelyLink {
    /// Where it would lead from.
    pub source: u32,
    /// Where to.
    pub target: u32,
    /// The score of the run.
    pub score: f64,
}

/// Candidates for each node that a search over all pairs scores in full.
const CANDIDATES: usize = 20;

impl StoredNetworkRun {
    /// The `k` likeliest new edges from a node (of an undirected network: at it), best first. In a typed network an edge
    /// joins types that some edge joins already.
    ///
    /// # Panics
    /// If the node is out of range.
    #[must_use]
    pub fn links_of(&self, node: u32, k: usize, pool: &ThreadPool) -> Vec<LikelyLink> {
        let n_nodes = self.data().network.n_nodes() as u32;
        assert!(node < n_nodes, "node {node} of {n_nodes}");
        let (known, kinds) = (self.known_targets(node), Kinds::new(self));
        let may_be = |other: &u32| *other != node && kinds.joins(node, *other) && !known.contains(other);
        let pairs: Vec<(u32, u32)> = (0..n_nodes).filter(may_be).map(|other| (node, other)).collect();
        self.best_of(&pairs, k, pool)
    }

    /// The `k` likeliest new edges of the whole network, of types that some edge joins: for each node the best by the
    /// product of vectors are scored in full.
    #[must_use]
    pub fn links(&self, k: usize, pool: &ThreadPool) -> Vec<LikelyLink> {
        let directed = self.data().network.is_directed();
        let known: Vec<HashSet<u32>> =
            (0..self.embedding.n_nodes as u32).map(|node| self.known_targets(node)).collect();
        let (sides, kinds) = (self.sides(), Kinds::new(self));
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for (a, b) in kinds.joined_pairs(directed) {
            let best = sides.candidates(&kinds.members[a], &kinds.members[b], &known, pool);
            pairs.extend(best.into_iter().map(|(u, v)| if directed || u < v { (u, v) } else { (v, u) }));
        }
        pairs.sort_unstable();
        pairs.dedup();
        self.best_of(&pairs, k, pool)
    }

    /// Tables of which <P_u, Q_v> + <Q_u, P_v> is one product.
    fn sides(&self) -> Sides {
        let embedding = &self.embedding;
        let (n_nodes, dim) = (embedding.n_nodes, embedding.dim());
        let mean = |row: usize, out: &mut [f32]| {
            for aspect in 0..embedding.n_aspects {
                for (sum, x) in out.iter_mut().zip(embedding.context(row, aspect)) {
                    *sum += x / embedding.n_aspects as f32;
                }
            }
        };
        let (mut sources, mut targets) = (Matrix::zeros(n_nodes, 2 * dim), Matrix::zeros(n_nodes, 2 * dim));
        for node in 0..n_nodes {
            let (source, target) = (node, embedding.target_row(node as u32));
            let out = sources.row_mut(node);
            out[..dim].copy_from_slice(&embedding.centres.row(source)[..dim]);
            mean(source, &mut out[dim..2 * dim]);
            let out = targets.row_mut(node);
            out[dim..2 * dim].copy_from_slice(&embedding.centres.row(target)[..dim]);
            mean(target, &mut out[..dim]);
        }
        Sides { sources, targets }
    }

    /// Where known edges lead from a node.
    fn known_targets(&self, node: u32) -> HashSet<u32> {
        let data = self.data();
        let directed = data.network.is_directed();
        let mut known: HashSet<u32> = data.network.outgoing().row(node as usize).iter().copied().collect();
        for &(u, v) in &data.valid {
            if u == node {
                known.insert(v);
            } else if v == node && !directed {
                known.insert(u);
            }
        }
        known
    }

    fn best_of(&self, pairs: &[(u32, u32)], k: usize, pool: &ThreadPool) -> Vec<LikelyLink> {
        let scores = self.scorer().score(pairs, pool);
        let mut links: Vec<LikelyLink> =
            pairs.iter().zip(&scores).map(|(&(source, target), &score)| LikelyLink { source, target, score }).collect();
        links.sort_by(|a, b| b.score.total_cmp(&a.score).then((a.source, a.target).cmp(&(b.source, b.target))));
        links.truncate(k);
        links
    }
}

/// A row for each node as source, and one as target.
struct Sides {
    sources: Matrix,
    targets: Matrix,
}

impl Sides {
    /// For each source the targets with the largest product, without known ones and itself.
    fn candidates(
        &self,
        sources: &[u32],
        targets: &[u32],
        known: &[HashSet<u32>],
        pool: &ThreadPool,
    ) -> Vec<(u32, u32)> {
        let mut table = Matrix::zeros(targets.len(), self.targets.dim());
        for (place, &target) in targets.iter().enumerate() {
            table.row_mut(place).copy_from_slice(self.targets.row(target as usize));
        }
        // Members are in order, so places found in the order of the nodes are sorted.
        let excluded: Vec<Vec<u32>> = sources
            .iter()
            .map(|&source| {
                let own = known[source as usize].iter().chain([&source]);
                let mut places: Vec<u32> =
                    own.filter_map(|node| targets.binary_search(node).ok()).map(|place| place as u32).collect();
                places.sort_unstable();
                places
            })
            .collect();
        let mut rows = Matrix::zeros(sources.len(), self.sources.dim());
        for (place, &source) in sources.iter().enumerate() {
            rows.row_mut(place).copy_from_slice(self.sources.row(source as usize));
        }
        let all: Vec<u32> = (0..sources.len() as u32).collect();
        let ranker = ProductRanker::new(&rows, &table);
        let best = ranker.top_k(&all, &|place| excluded[place.index()].as_slice(), CANDIDATES, pool);
        let pairs = sources
            .iter()
            .zip(best)
            .flat_map(|(&source, list)| list.into_iter().map(move |other| (source, targets[other.item as usize])));
        pairs.collect()
    }
}

/// The types of the nodes, and which of them edges join; an untyped network has one.
struct Kinds<'a> {
    of: Option<&'a [u8]>,
    /// The nodes of each type, in order.
    members: Vec<Vec<u32>>,
    /// `[n_types * n_types]`
    joined: Vec<bool>,
}

impl<'a> Kinds<'a> {
    fn new(run: &'a StoredNetworkRun) -> Self {
        let network = &run.data().network;
        let Some(types) = &network.types else {
            return Self { of: None, members: vec![(0..network.n_nodes() as u32).collect()], joined: vec![true] };
        };
        let n_types = types.names.len();
        let mut members = vec![Vec::new(); n_types];
        for (node, &kind) in types.of.iter().enumerate() {
            members[usize::from(kind)].push(node as u32);
        }
        let mut joined = vec![false; n_types * n_types];
        for node in 0..network.n_nodes() {
            for &other in network.outgoing().row(node) {
                joined[usize::from(types.of[node]) * n_types + usize::from(types.of[other as usize])] = true;
            }
        }
        Self { of: Some(&types.of), members, joined }
    }

    fn joins(&self, source: u32, target: u32) -> bool {
        self.of.is_none_or(|of| {
            self.joined[usize::from(of[source as usize]) * self.members.len() + usize::from(of[target as usize])]
        })
    }

    /// The pairs of types that edges join; without directions each pair once.
    fn joined_pairs(&self, directed: bool) -> impl Iterator<Item = (usize, usize)> {
        let n_types = self.members.len();
        (0..n_types * n_types)
            .filter(|&pair| self.joined[pair])
            .map(move |pair| (pair / n_types, pair % n_types))
            .filter(move |(a, b)| directed || a <= b)
    }
}
