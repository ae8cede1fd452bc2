//! The edges of a knowledge graph by head, grouped by relation, and the same edges seen from the tail.
//!
//! Edges of one head that share a relation lie together, so that one multiplication with the relation's vector serves
//! the whole group (the mean of eq. 7 of KGIN is a sum over groups of `e_r * sum of tails`).

use crate::{KnowledgeGraph, Triplet};

/// Edges (row, relation, column) by row, grouped by relation, columns ascending within a group.
///
/// Row `v` owns the groups `group_range(v)`; group `g` has relation `relation(g)` and the edges `edge_range(g)`, whose
/// other ends are `columns()[edge]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationalAdjacency {
    n_relations: usize,
    row_groups: Vec<u32>,
    group_edges: Vec<u32>,
    group_relation: Vec<u32>,
    columns: Vec<u32>,
    /// Where each edge stands in the adjacency seen from the other end.
    twins: Vec<u32>,
}

/// The parts of a [`RelationalAdjacency`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdjacencyParts {
    /// Where the groups of each row begin, `[n_rows + 1]`.
    pub row_groups: Vec<u32>,
    /// Where the edges of each group begin, `[n_groups + 1]`.
    pub group_edges: Vec<u32>,
    /// The relation of each group, `[n_groups]`.
    pub group_relations: Vec<u32>,
    /// The other end of each edge.
    pub columns: Vec<u32>,
    /// Where each edge stands in the adjacency seen from the other end.
    pub twins: Vec<u32>,
}

impl RelationalAdjacency {
    /// The edges of `graph` by head and by tail, in this order.
    ///
    /// With `inverse_relations`, each triplet (h, r, t) also stands as (t, r + n_relations, h).
    #[must_use]
    pub fn by_head_and_tail(graph: &KnowledgeGraph, inverse_relations: bool) -> (Self, Self) {
        let n = graph.n_relations() as u32;
        let mut edges = graph.triplets().to_vec();
        if inverse_relations {
            let inverse =
                graph.triplets().iter().map(|t| Triplet { head: t.tail, relation: t.relation + n, tail: t.head });
            edges.extend(inverse);
            edges.sort_unstable();
        }
        let n_relations = graph.n_relations() * if inverse_relations { 2 } else { 1 };
        let n_entities = graph.n_entities();
        let twin_of = positions_by_tail(&edges, n_entities, n_relations);
        let mut by_tail = vec![Triplet { head: 0, relation: 0, tail: 0 }; edges.len()];
        let mut twin_of_tail = vec![0; edges.len()];
        for (position, (edge, &twin)) in edges.iter().zip(&twin_of).enumerate() {
            by_tail[twin as usize] = Triplet { head: edge.tail, relation: edge.relation, tail: edge.head };
            twin_of_tail[twin as usize] = position as u32;
        }
        (
            Self::from_sorted(n_entities, n_relations, &edges, twin_of),
            Self::from_sorted(n_entities, n_relations, &by_tail, twin_of_tail),
        )
    }

    fn from_sorted(n_rows: usize, n_relations: usize, edges: &[Triplet], twins: Vec<u32>) -> Self {
        let mut row_groups = Vec::with_capacity(n_rows + 1);
        let mut group_edges = Vec::new();
        let mut group_relation = Vec::new();
        let mut last = None;
        for (position, edge) in edges.iter().enumerate() {
            if last != Some((edge.head, edge.relation)) {
                row_groups.resize(row_groups.len().max(edge.head as usize + 1), group_edges.len() as u32);
                group_edges.push(position as u32);
                group_relation.push(edge.relation);
                last = Some((edge.head, edge.relation));
            }
        }
        row_groups.resize(n_rows + 1, group_edges.len() as u32);
        group_edges.push(edges.len() as u32);
        let columns = edges.iter().map(|edge| edge.tail).collect();
        Self { n_relations, row_groups, group_edges, group_relation, columns, twins }
    }

    /// The number of rows (entities).
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.row_groups.len() - 1
    }

    /// The number of relations, inverse ones counted.
    #[must_use]
    pub fn n_relations(&self) -> usize {
        self.n_relations
    }

    /// The number of edges, inverse ones counted.
    #[must_use]
    pub fn n_edges(&self) -> usize {
        self.columns.len()
    }

    /// The number of (row, relation) groups.
    #[must_use]
    pub fn n_groups(&self) -> usize {
        self.group_relation.len()
    }

    /// The groups of a row.
    #[must_use]
    #[inline]
    pub fn group_range(&self, row: usize) -> std::ops::Range<usize> {
        self.row_groups[row] as usize..self.row_groups[row + 1] as usize
    }

    /// The relation of a group.
    #[must_use]
    #[inline]
    pub fn relation(&self, group: usize) -> u32 {
        self.group_relation[group]
    }

    /// The edges of a group.
    #[must_use]
    #[inline]
    pub fn edge_range(&self, group: usize) -> std::ops::Range<usize> {
        self.group_edges[group] as usize..self.group_edges[group + 1] as usize
    }

    /// The edges of a row, over all its groups.
    #[must_use]
    #[inline]
    pub fn row_edges(&self, row: usize) -> std::ops::Range<usize> {
        let groups = self.group_range(row);
        self.group_edges[groups.start] as usize..self.group_edges[groups.end] as usize
    }

    /// The parts, for kernels that own them.
    #[must_use]
    pub fn into_parts(self) -> AdjacencyParts {
        AdjacencyParts {
            row_groups: self.row_groups,
            group_edges: self.group_edges,
            group_relations: self.group_relation,
            columns: self.columns,
            twins: self.twins,
        }
    }

    /// The other end of each edge.
    #[must_use]
    #[inline]
    pub fn columns(&self) -> &[u32] {
        &self.columns
    }

    /// Where each edge stands in the adjacency seen from the other end.
    #[must_use]
    #[inline]
    pub fn twins(&self) -> &[u32] {
        &self.twins
    }
}

/// For each edge (sorted by head) its position in the order by tail, relation, head: a counting sort by (tail,
/// relation), stable, so that heads ascend within a group.
fn positions_by_tail(edges: &[Triplet], n_entities: usize, n_relations: usize) -> Vec<u32> {
    let by_relation = counting_sort(0..edges.len() as u32, n_relations, |e| edges[e as usize].relation);
    let by_tail = counting_sort(by_relation.into_iter(), n_entities, |e| edges[e as usize].tail);
    let mut position = vec![0; edges.len()];
    for (rank, edge) in by_tail.into_iter().enumerate() {
        position[edge as usize] = rank as u32;
    }
    position
}

fn counting_sort(
    edges: impl ExactSizeIterator<Item = u32> + Clone,
    n_keys: usize,
    key: impl Fn(u32) -> u32,
) -> Vec<u32> {
    let mut next = vec![0_u32; n_keys + 1];
    for edge in edges.clone() {
        next[key(edge) as usize + 1] += 1;
    }
    for k in 0..n_keys {
        next[k + 1] += next[k];
    }
    let mut sorted = vec![0; edges.len()];
    for edge in edges {
        let slot = &mut next[key(edge) as usize];
        sorted[*slot as usize] = edge;
        *slot += 1;
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edges_of(adjacency: &RelationalAdjacency) -> Vec<(u32, u32, u32)> {
        let mut edges = Vec::new();
        for row in 0..adjacency.n_rows() {
            for group in adjacency.group_range(row) {
                for edge in adjacency.edge_range(group) {
                    edges.push((row as u32, adjacency.relation(group), adjacency.columns()[edge]));
                }
            }
        }
        edges
    }

    proptest! {
        #[test]
        fn both_views_hold_the_same_edges(
            raw in prop::collection::vec((0_u32..7, 0_u32..3, 0_u32..7), 0..40), inverse: bool,
        ) {
            let triplets = raw.iter().map(|&(head, relation, tail)| Triplet { head, relation, tail }).collect();
            let graph = KnowledgeGraph::from_triplets(7, 3, triplets).unwrap();
            let (by_head, by_tail) = RelationalAdjacency::by_head_and_tail(&graph, inverse);
            let mut expected: Vec<_> = graph.triplets().iter().map(|t| (t.head, t.relation, t.tail)).collect();
            if inverse {
                expected.extend(graph.triplets().iter().map(|t| (t.tail, t.relation + 3, t.head)));
            }
            expected.sort_unstable();
            prop_assert_eq!(edges_of(&by_head), expected.clone());
            let mut from_tail: Vec<_> = edges_of(&by_tail).into_iter().map(|(t, r, h)| (h, r, t)).collect();
            from_tail.sort_unstable();
            prop_assert_eq!(from_tail, expected);
            prop_assert_eq!(by_head.row_groups.len(), 8);
            for (edge, &twin) in by_head.twins().iter().enumerate() {
                prop_assert_eq!(by_tail.twins()[twin as usize] as usize, edge);
            }
            for row in 0..7 {
                for edge in by_head.row_edges(row) {
                    prop_assert_eq!(by_tail.columns()[by_head.twins()[edge] as usize] as usize, row);
                }
            }
        }
    }
}
