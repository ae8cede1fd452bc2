//! Networks: nodes joined by edges, directed or not, weighted or not, typed or not.

use crate::{Csr, GraphError};

/// Edges as they are read: parallel columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EdgeList {
    /// `[n_edges]`
    pub sources: Vec<u32>,
    /// `[n_edges]`
    pub targets: Vec<u32>,
    /// `[n_edges]`, or empty where all edges count the same.
    pub weights: Vec<f32>,
    /// `[n_edges]`, or empty where all edges are of one kind.
    pub relations: Vec<u16>,
}

impl EdgeList {
    /// The number of edges.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether there is no edge.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }
}

impl FromIterator<(u32, u32)> for EdgeList {
    fn from_iter<I: IntoIterator<Item = (u32, u32)>>(pairs: I) -> Self {
        let (sources, targets) = pairs.into_iter().unzip();
        Self { sources, targets, ..Self::default() }
    }
}

/// What became of edges that say the same or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MergedEdges {
    /// Edges that repeat another (in an undirected network either way round): their weights are added.
    pub repeats: usize,
    /// Edges from a node to itself: kept.
    pub self_loops: usize,
    /// Edges of weight 0: left out.
    pub zero_weights: usize,
}

/// The types of the nodes, where a network has several.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeTypes {
    /// The name of each type.
    pub names: Vec<String>,
    /// The type of each node, `[n_nodes]`.
    pub of: Vec<u8>,
}

impl NodeTypes {
    /// The type of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<u8> {
        self.names.iter().position(|own| own == name).map(|k| k as u8)
    }
}

/// A network in compressed rows. An undirected edge is stored as two arcs, a self-loop as one.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    directed: bool,
    n_edges: usize,
    out: Arcs,
    /// The arcs by target; of a directed network only.
    into: Option<Arcs>,
    /// The types of the nodes, where there are several.
    pub types: Option<NodeTypes>,
    /// The names of the kinds of edges; empty where all are of one kind.
    pub relation_names: Vec<String>,
}

/// Rows of neighbours, sorted, with what is known of each arc.
#[derive(Debug, Clone, PartialEq)]
struct Arcs {
    rows: Csr,
    weights: Vec<f32>,
    relations: Vec<u16>,
}

impl Network {
    /// Sorts and merges edges into a network of untyped nodes.
    ///
    /// Edges with equal ends and relation are merged and their weights added; edges of weight 0 are left out;
    /// self-loops are kept. O(edges log(largest degree)) time.
    ///
    /// # Errors
    /// [`GraphError::OutOfRange`] for an end that is no node, [`GraphError::BadWeight`] for a weight that is negative,
    /// infinite or no number, [`GraphError::WeightsOverflow`] for weights that add up to infinity,
    /// [`GraphError::TooMany`] above 2^32 - 1 arcs.
    ///
    /// # Panics
    /// If the columns differ in length.
    pub fn from_edges(n_nodes: usize, directed: bool, edges: &EdgeList) -> Result<(Self, MergedEdges), GraphError> {
        check(n_nodes, edges)?;
        let mut merged = MergedEdges::default();
        let kept: Vec<u32> =
            (0..edges.len() as u32).filter(|&e| edges.weights.is_empty() || edges.weights[e as usize] != 0.0).collect();
        merged.zero_weights = edges.len() - kept.len();
        merged.self_loops = kept.iter().filter(|&&e| edges.sources[e as usize] == edges.targets[e as usize]).count();
        let out = Arcs::collect(n_nodes, edges, &kept, if directed { Ways::Forward } else { Ways::Both })?;
        let n_edges = if directed { out.rows.n_stored() } else { out.n_undirected() };
        merged.repeats = kept.len() - n_edges;
        if out.weights.iter().any(|weight| weight.is_infinite()) {
            return Err(GraphError::WeightsOverflow);
        }
        let into = if directed { Some(Arcs::collect(n_nodes, edges, &kept, Ways::Backward)?) } else { None };
        Ok((Self { directed, n_edges, out, into, types: None, relation_names: Vec::new() }, merged))
    }

    /// An unweighted network of pairs, for tests and examples.
    ///
    /// # Panics
    /// If a pair names no node.
    #[must_use]
    pub fn from_pairs(n_nodes: usize, directed: bool, pairs: &[(u32, u32)]) -> Self {
        let edges = pairs.iter().copied().collect();
        Self::from_edges(n_nodes, directed, &edges).expect("pairs name nodes").0
    }

    /// The number of nodes, isolated ones included.
    #[must_use]
    pub fn n_nodes(&self) -> usize {
        self.out.rows.n_rows()
    }

    /// The number of distinct edges; an undirected one counts once.
    #[must_use]
    pub fn n_edges(&self) -> usize {
        self.n_edges
    }

    /// The number of stored arcs: what a walk can step along.
    #[must_use]
    pub fn n_arcs(&self) -> usize {
        self.out.rows.n_stored()
    }

    /// Whether edges have a direction.
    #[must_use]
    pub fn is_directed(&self) -> bool {
        self.directed
    }

    /// For each node where its edges lead, sorted.
    #[must_use]
    pub fn outgoing(&self) -> &Csr {
        &self.out.rows
    }

    /// For each node from where edges lead to it, sorted; the same as [`Network::outgoing`] if undirected.
    #[must_use]
    pub fn incoming(&self) -> &Csr {
        &self.backward().rows
    }

    /// The weight of each arc of [`Network::outgoing`], in its order, if edges are weighted.
    #[must_use]
    pub fn outgoing_weights(&self) -> Option<&[f32]> {
        Some(self.out.weights.as_slice()).filter(|weights| !weights.is_empty())
    }

    /// The weight of each arc of [`Network::incoming`], in its order, if edges are weighted.
    #[must_use]
    pub fn incoming_weights(&self) -> Option<&[f32]> {
        Some(self.backward().weights.as_slice()).filter(|weights| !weights.is_empty())
    }

    /// The kind of each arc of [`Network::outgoing`], in its order, if there are several kinds.
    #[must_use]
    pub fn outgoing_relations(&self) -> Option<&[u16]> {
        Some(self.out.relations.as_slice()).filter(|relations| !relations.is_empty())
    }

    /// How many edges leave a node.
    #[must_use]
    pub fn out_degree(&self, node: usize) -> usize {
        self.out.rows.range(node).len()
    }

    /// How many edges arrive at a node.
    #[must_use]
    pub fn in_degree(&self, node: usize) -> usize {
        self.incoming().range(node).len()
    }

    /// Whether an edge leads from one node to the other (either way, if undirected), by binary search.
    #[must_use]
    pub fn has_edge(&self, source: u32, target: u32) -> bool {
        self.out.rows.row(source as usize).binary_search(&target).is_ok()
    }

    /// All edges, sorted; an undirected one once, with the smaller end first.
    #[must_use]
    pub fn edges(&self) -> EdgeList {
        let mut edges = EdgeList::default();
        for source in 0..self.n_nodes() {
            for k in self.out.rows.range(source) {
                let target = self.out.rows.columns()[k];
                if self.directed || source as u32 <= target {
                    edges.sources.push(source as u32);
                    edges.targets.push(target);
                    edges.weights.extend(self.out.weights.get(k));
                    edges.relations.extend(self.out.relations.get(k));
                }
            }
        }
        edges
    }

    /// The same nodes with these edges, which must be a part of this network's.
    ///
    /// # Errors
    /// As [`Network::from_edges`].
    pub fn with_edges(&self, edges: &EdgeList) -> Result<Self, GraphError> {
        let (mut network, _) = Self::from_edges(self.n_nodes(), self.directed, edges)?;
        network.types.clone_from(&self.types);
        network.relation_names.clone_from(&self.relation_names);
        Ok(network)
    }

    fn backward(&self) -> &Arcs {
        self.into.as_ref().unwrap_or(&self.out)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ways {
    Forward,
    Backward,
    Both,
}

fn check(n_nodes: usize, edges: &EdgeList) -> Result<(), GraphError> {
    let n = edges.len();
    assert_eq!(edges.targets.len(), n, "each edge has two ends");
    assert!(edges.weights.is_empty() || edges.weights.len() == n, "each edge has a weight, or none has");
    assert!(edges.relations.is_empty() || edges.relations.len() == n, "each edge has a relation, or none has");
    if u32::try_from(2 * n).is_err() {
        return Err(GraphError::TooMany { what: "arcs", count: 2 * n });
    }
    if let Some(&id) = edges.sources.iter().chain(&edges.targets).find(|&&id| id as usize >= n_nodes) {
        return Err(GraphError::OutOfRange { what: "node", id, count: n_nodes });
    }
    match edges.weights.iter().position(|&weight| !(weight >= 0.0 && weight.is_finite())) {
        Some(edge) => Err(GraphError::BadWeight { edge, weight: edges.weights[edge] }),
        None => Ok(()),
    }
}

impl Arcs {
    /// Groups the arcs of the listed edges by the node they leave, sorts each row and merges repeats.
    fn collect(n_nodes: usize, edges: &EdgeList, listed: &[u32], ways: Ways) -> Result<Self, GraphError> {
        let (forward, backward) = (ways != Ways::Backward, ways != Ways::Forward);
        let mut pairs = Vec::with_capacity(listed.len() * if ways == Ways::Both { 2 } else { 1 });
        for &e in listed {
            let (source, target) = (edges.sources[e as usize], edges.targets[e as usize]);
            if forward {
                pairs.push((source, e));
            }
            // The other half of a self-loop would be the same arc again.
            if backward && !(forward && source == target) {
                pairs.push((target, e));
            }
        }
        let by_node = Csr::from_pairs(n_nodes, &pairs)?;
        drop(pairs);
        let mut arcs = Self { rows: Csr::from_parts(vec![0], Vec::new()), weights: Vec::new(), relations: Vec::new() };
        let (mut offsets, mut columns) = (vec![0], Vec::with_capacity(by_node.n_stored()));
        let mut row: Vec<(u32, u16, u32)> = Vec::new();
        for node in 0..n_nodes {
            row.clear();
            row.extend(by_node.row(node).iter().map(|&e| {
                let (source, target) = (edges.sources[e as usize], edges.targets[e as usize]);
                let other =
                    if source as usize == node && (forward || target as usize == node) { target } else { source };
                (other, edges.relations.get(e as usize).copied().unwrap_or(0), e)
            }));
            row.sort_unstable();
            let mut last = None;
            for &(other, relation, e) in &row {
                let weight = edges.weights.get(e as usize);
                if last == Some((other, relation)) {
                    if let (Some(sum), Some(weight)) = (arcs.weights.last_mut(), weight) {
                        *sum += weight;
                    }
                } else {
                    columns.push(other);
                    arcs.weights.extend(weight);
                    arcs.relations.extend(edges.relations.get(e as usize));
                    last = Some((other, relation));
                }
            }
            offsets.push(columns.len() as u32);
        }
        columns.shrink_to_fit();
        arcs.rows = Csr::from_parts(offsets, columns);
        Ok(arcs)
    }

    /// Edges of an undirected network: arcs to a node that is not before their own.
    fn n_undirected(&self) -> usize {
        (0..self.rows.n_rows())
            .map(|node| self.rows.row(node).iter().filter(|&&other| node as u32 <= other).count())
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undirected_edges_are_seen_from_both_ends_and_counted_once() {
        let (network, merged) =
            Network::from_edges(5, false, &[(0, 1), (1, 0), (2, 2), (3, 1)].into_iter().collect()).unwrap();
        assert_eq!((network.n_edges(), network.n_arcs()), (3, 5));
        assert_eq!(merged, MergedEdges { repeats: 1, self_loops: 1, zero_weights: 0 });
        assert_eq!(network.outgoing().row(1), [0, 3]);
        assert_eq!(network.incoming().row(1), [0, 3]);
        assert_eq!(network.outgoing().row(2), [2]);
        assert_eq!(network.out_degree(4), 0);
        assert!(network.has_edge(1, 3) && network.has_edge(3, 1) && !network.has_edge(0, 3));
        assert_eq!(network.edges(), [(0, 1), (1, 3), (2, 2)].into_iter().collect());
    }

    #[test]
    fn directed_edges_have_a_way_back_of_their_own() {
        let network = Network::from_pairs(4, true, &[(2, 0), (0, 1), (2, 1), (2, 2), (2, 0)]);
        assert_eq!((network.n_edges(), network.n_arcs()), (4, 4));
        assert_eq!(network.outgoing().row(2), [0, 1, 2]);
        assert_eq!(network.incoming().row(1), [0, 2]);
        assert_eq!(network.incoming().row(2), [2]);
        assert_eq!((network.out_degree(0), network.in_degree(0)), (1, 1));
        assert!(network.has_edge(2, 0) && !network.has_edge(0, 2));
    }

    #[test]
    fn weights_of_repeats_add_up_and_relations_keep_edges_apart() {
        let edges = EdgeList {
            sources: vec![0, 1, 0, 0, 1],
            targets: vec![1, 0, 1, 2, 2],
            weights: vec![1.0, 2.0, 4.0, 0.0, 0.5],
            relations: vec![0, 0, 1, 0, 0],
        };
        let (network, merged) = Network::from_edges(3, false, &edges).unwrap();
        assert_eq!(merged, MergedEdges { repeats: 1, self_loops: 0, zero_weights: 1 });
        assert_eq!(network.outgoing().row(0), [1, 1]);
        assert_eq!(network.outgoing_weights().unwrap(), [3.0, 4.0, 3.0, 4.0, 0.5, 0.5]);
        assert_eq!(network.outgoing_relations().unwrap(), [0, 1, 0, 1, 0, 0]);
        let again = network.with_edges(&network.edges()).unwrap();
        assert_eq!(again, network);
    }

    #[test]
    fn what_is_no_edge_is_refused() {
        let edge = |source, target, weight| EdgeList {
            sources: vec![source],
            targets: vec![target],
            weights: vec![weight],
            relations: Vec::new(),
        };
        let refusal = |edges: &EdgeList| Network::from_edges(2, true, edges).unwrap_err().to_string();
        assert_eq!(refusal(&edge(0, 2, 1.0)), "node 2 is out of range: there are 2, so the largest id is 1");
        assert_eq!(refusal(&edge(0, 1, -1.0)), "edge 0 has weight -1, expected a positive number");
        assert_eq!(refusal(&edge(0, 1, f32::NAN)), "edge 0 has weight NaN, expected a positive number");
        let too_heavy =
            EdgeList { sources: vec![0, 0], targets: vec![1, 1], weights: vec![3e38; 2], relations: vec![] };
        assert_eq!(refusal(&too_heavy), "the weights of repeated edges add up to more than fits");
        assert_eq!(refusal(&edge(0, 1, f32::INFINITY)), "edge 0 has weight inf, expected a positive number");
    }
}
