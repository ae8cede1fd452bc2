//! Groups of nodes that may overlap, read out of the aspects of a run.

use culet_eval::{NO_CLUSTER, spherical_k_means};
use culet_graph::{Csr, Network};
use culet_kernels::Matrix;
use culet_model::NetworkEmbedding;
use rayon::ThreadPool;
use rayon::prelude::*;

use super::StoredNetworkRun;
use super::traits::{Common, Traits};

/// What stands in [`NodeGroups::of_aspect`] for an aspect that is in no group.
pub const NO_GROUP: u32 = NO_CLUSTER;

/// Groups of nodes; a node is in those of its aspects.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeGroups {
    /// The group of each aspect of each node, `[n_nodes * n_aspects]`, or [`NO_GROUP`].
    pub of_aspect: Vec<u32>,
    /// The groups of each node, ascending: `[n_nodes]` rows.
    pub members: Csr,
    /// Each group, that of the most nodes first; as many as were asked for, or fewer where fewer have nodes.
    pub groups: Vec<NodeGroup>,
}

/// A group of nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeGroup {
    /// How many nodes are in it.
    pub size: usize,
    /// Nodes whose aspect is nearest to the centre of the group, with the cosine, nearest first.
    pub typical: Vec<(u32, f64)>,
    /// What its nodes have in common: labels or types, with their share in the group and among all nodes.
    pub common: Vec<Common>,
}

impl NodeGroups {
    /// How many nodes are in no group, in one, in two ...; the last number is not 0.
    #[must_use]
    pub fn sizes_of_overlap(&self) -> Vec<usize> {
        let mut counts = Vec::new();
        for node in 0..self.members.n_rows() {
            let n_groups = self.members.row(node).len();
            counts.resize(counts.len().max(n_groups + 1), 0);
            counts[n_groups] += 1;
        }
        counts
    }
}

/// Groups where nobody says how many, and no labels do.
const DEFAULT_GROUPS: usize = 10;

impl StoredNetworkRun {
    /// How many groups there are where nobody says: as many as there are labels, or else ten; at most one a node.
    #[must_use]
    pub fn default_n_groups(&self) -> usize {
        let n_labels = self.data().labels.as_ref().map_or(0, |labels| labels.names.len());
        let n = if n_labels > 0 { n_labels } else { DEFAULT_GROUPS };
        n.clamp(1, self.embedding.n_nodes.max(1))
    }

    /// Groups of nodes that may overlap, each with `k` typical nodes.
    ///
    /// The context vectors Q_i^s of all aspects of all nodes are clustered by direction ([`spherical_k_means`]); a node
    /// is in the groups of its aspects. So aspect 1 of one node and aspect 3 of another meet in a group: the number of an
    /// aspect means nothing beyond its node. With one aspect it is the vectors of whole nodes (centre and context side by
    /// side) that are clustered, and a node is in one group.
    ///
    /// In no group are nodes without edges and, with several aspects, those that no walk met. Neither is an aspect under
    /// which the neighbours of its node hardly see it: if the mean over neighbours j of softmax_s <P_j, Q_i^s> is below
    /// 1 / (4 K). On twelve kinds of networks with planted groups that changed the normalised mutual information by -0.01
    /// to 0.05, 0.01 on average, with window 1; with 3 and more hardly any aspect was that rare. (Leaving out aspects whose
    /// share among the contexts of the node itself is small made it worse instead, by up to 0.04.)
    ///
    /// O(edges * K * d) time and that of the clustering; a function of the run, `n_groups` and `seed` alone, not of the
    /// number of threads.
    ///
    /// # Panics
    /// If `n_groups` is 0.
    #[must_use]
    pub fn groups(&self, n_groups: usize, k: usize, seed: u64, pool: &ThreadPool) -> NodeGroups {
        let (embedding, data) = (&self.embedding, self.data());
        let points = match embedding.n_aspects {
            1 => vectors(embedding, &data.network),
            _ => pool.install(|| aspects(embedding, &data.network)),
        };
        let grouping = Grouping::new(&points, embedding.n_nodes, n_groups, seed, pool);
        let traits = Traits::new(data);
        let group = |group: usize| {
            let nodes = grouping.nodes.row(group);
            let common = traits.as_ref().map_or_else(Vec::new, |traits| traits.common(nodes.iter().copied()));
            NodeGroup { size: nodes.len(), typical: grouping.typical(&points, group, k), common }
        };
        let groups = pool.install(|| (0..grouping.nodes.n_rows()).into_par_iter().map(group).collect());
        NodeGroups { of_aspect: grouping.of, members: grouping.members, groups }
    }
}

/// Clusters of points, several of which may belong to one node.
pub(super) struct Grouping {
    /// The group of each point.
    of: Vec<u32>,
    /// The groups of each node, and the nodes of each group, both ascending.
    pub(super) members: Csr,
    nodes: Csr,
    /// The centre of each group, of length 1.
    centres: Vec<Vec<f32>>,
}

impl Grouping {
    /// `points`: `[n_nodes * points of a node, d]`, those of a node one after the other.
    pub(super) fn new(points: &Matrix, n_nodes: usize, n_groups: usize, seed: u64, pool: &ThreadPool) -> Self {
        let clusters = spherical_k_means(points, n_groups, seed, pool);
        let n_each = n_each(points, n_nodes);
        let members = members(&clusters.of, n_nodes, n_each);
        let mut sizes = vec![0_u32; clusters.centres.n_rows()];
        members.columns().iter().for_each(|&cluster| sizes[cluster as usize] += 1);
        // Largest first, of equal ones the first.
        let mut order: Vec<usize> = (0..sizes.len()).filter(|&cluster| sizes[cluster] > 0).collect();
        order.sort_by_key(|&cluster| std::cmp::Reverse(sizes[cluster]));
        let mut group_of = vec![NO_GROUP; sizes.len()];
        (0..).zip(&order).for_each(|(group, &cluster)| group_of[cluster] = group);
        let renamed = |&cluster: &u32| group_of.get(cluster as usize).copied().unwrap_or(NO_GROUP);
        let of: Vec<u32> = clusters.of.iter().map(renamed).collect();
        let members = self::members(&of, n_nodes, n_each);
        let of_node = |node: usize| members.row(node).iter().map(move |&group| (group, node as u32));
        let pairs: Vec<(u32, u32)> = (0..n_nodes).flat_map(of_node).collect();
        let nodes = Csr::from_pairs(order.len(), &pairs).expect("as many pairs as the other side has");
        let centre = |&cluster: &usize| clusters.centres.row(cluster)[..points.dim()].to_vec();
        Self { of, nodes, centres: order.iter().map(centre).collect(), members }
    }

    /// The nodes of a group with a point nearest to its centre, with the cosine.
    fn typical(&self, points: &Matrix, group: usize, k: usize) -> Vec<(u32, f64)> {
        if k == 0 {
            return Vec::new();
        }
        let (n_each, dim) = (n_each(points, self.members.n_rows()), points.dim());
        let cosine = |point: usize| {
            let point = &points.row(point)[..dim];
            inner(point, &self.centres[group]) / inner(point, point).sqrt()
        };
        let nearest = |node: u32| {
            let of_node = node as usize * n_each..(node as usize + 1) * n_each;
            of_node.filter(|&point| self.of[point] == group as u32).map(cosine).fold(f64::NEG_INFINITY, f64::max)
        };
        let mut typical: Vec<(u32, f64)> = self.nodes.row(group).iter().map(|&node| (node, nearest(node))).collect();
        typical.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        typical.truncate(k);
        typical
    }
}

fn n_each(points: &Matrix, n_nodes: usize) -> usize {
    points.n_rows() / n_nodes.max(1)
}

/// The clusters of each node, ascending.
fn members(of: &[u32], n_nodes: usize, n_each: usize) -> Csr {
    let pairs = of.iter().enumerate().filter(|(_, cluster)| **cluster != NO_CLUSTER);
    let pairs: Vec<(u32, u32)> = pairs.map(|(point, &cluster)| ((point / n_each) as u32, cluster)).collect();
    Csr::from_pairs(n_nodes, &pairs).expect("fewer than 2^32 points").sorted_and_distinct()
}

/// The context vectors of all aspects, `[n_nodes * K, d]`; zero for those that are left out.
fn aspects(embedding: &NetworkEmbedding, network: &Network) -> Matrix {
    let (n_nodes, n_aspects) = (embedding.n_nodes, embedding.n_aspects);
    let seen: Vec<f64> =
        (0..n_nodes as u32).into_par_iter().flat_map_iter(|node| seen_under(embedding, network, node)).collect();
    let least = 1.0 / (4 * n_aspects) as f64;
    let roles = if embedding.has_roles() { 2 } else { 1 };
    let mut points = Matrix::zeros(n_nodes * n_aspects, roles * embedding.dim());
    for aspect in 0..n_aspects {
        let vectors = embedding.aspect_vectors(aspect);
        for node in (0..n_nodes).filter(|&node| seen[node * n_aspects + aspect] >= least) {
            points.row_mut(node * n_aspects + aspect).copy_from_slice(vectors.row(node));
        }
    }
    points
}

/// Under which aspects the neighbours of a node see it: the mean over them of softmax_s <P_j, Q_i^s>, j as target of i
/// and, where edges have a direction, as source. All 0 without neighbours, and for a node that no walk met.
fn seen_under(embedding: &NetworkEmbedding, network: &Network, node: u32) -> Vec<f64> {
    let mut seen = vec![0.0; embedding.n_aspects];
    if embedding.node_shares(node).iter().all(|&share| share == 0.0) {
        return seen;
    }
    let targets = network.outgoing().row(node as usize).iter().map(|&j| (embedding.target_row(j), node as usize));
    let incoming = if network.is_directed() { network.incoming().row(node as usize) } else { &[] };
    let sources = incoming.iter().map(|&j| (j as usize, embedding.target_row(node)));
    let (mut shares, mut n) = (vec![0.0; embedding.n_aspects], 0_usize);
    for (centre, context) in targets.chain(sources) {
        (shares.iter_mut().enumerate()).for_each(|(aspect, share)| *share = embedding.product(centre, context, aspect));
        let top = shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        shares.iter_mut().for_each(|share| *share = (*share - top).exp());
        let total: f64 = shares.iter().sum();
        seen.iter_mut().zip(&shares).for_each(|(seen, share)| *seen += share / total);
        n += 1;
    }
    seen.iter_mut().for_each(|seen| *seen /= n.max(1) as f64);
    seen
}

/// Everything that a node learned side by side, `[n_nodes, d * (1 + K)]`; zero for nodes without edges and, with several
/// aspects, for those that no walk met.
pub(super) fn vectors(embedding: &NetworkEmbedding, network: &Network) -> Matrix {
    let mut points = embedding.concatenated();
    for node in 0..embedding.n_nodes {
        let alone = network.out_degree(node) == 0 && (!network.is_directed() || network.in_degree(node) == 0);
        if alone || embedding.node_shares(node as u32).iter().all(|&share| share == 0.0) {
            points.row_mut(node).fill(0.0);
        }
    }
    points
}

fn inner(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}
