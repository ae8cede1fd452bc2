//! The edges of a knowledge graph by head, and the same edges seen from the tail.

use crate::{KnowledgeGraph, Triplet};

/// Edges (row, relation, column) sorted by row, relation, column: row v owns `row_starts[v]..row_starts[v + 1]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationalAdjacency {
    /// `[n_rows + 1]`
    pub row_starts: Vec<u32>,
    /// The other end of each edge.
    pub columns: Vec<u32>,
    /// The relation of each edge.
    pub relations: Vec<u32>,
    /// Relations, inverse ones counted.
    pub n_relations: usize,
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
        let mut row_starts = vec![0; n_rows + 1];
        for edge in edges {
            row_starts[edge.head as usize + 1] += 1;
        }
        for row in 0..n_rows {
            row_starts[row + 1] += row_starts[row];
        }
        let columns = edges.iter().map(|edge| edge.tail).collect();
        let relations = edges.iter().map(|edge| edge.relation).collect();
        Self { row_starts, columns, relations, n_relations, twins }
    }
}

/// For each edge (sorted by head) its position in the order by tail, relation, head: a counting sort by (tail,
/// relation), stable, so that heads ascend within a relation.
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
        for row in 0..adjacency.row_starts.len() - 1 {
            for edge in adjacency.row_starts[row] as usize..adjacency.row_starts[row + 1] as usize {
                edges.push((row as u32, adjacency.relations[edge], adjacency.columns[edge]));
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
            let from_tail = edges_of(&by_tail);
            prop_assert!(from_tail.is_sorted());
            for (place, &(tail, relation, head)) in from_tail.iter().enumerate() {
                let twin = by_tail.twins[place] as usize;
                prop_assert_eq!(expected[twin], (head, relation, tail));
                prop_assert_eq!(by_head.twins[twin] as usize, place);
            }
            prop_assert_eq!(from_tail.len(), expected.len());
        }
    }
}
