//! Knowledge graphs: facts (head, relation, tail) about entities, the first of which are the items.

use crate::{GraphError, Purpose, Stream};

/// One fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Triplet {
    /// The entity the fact is about.
    pub head: u32,
    /// What kind of fact it is.
    pub relation: u32,
    /// The entity it leads to.
    pub tail: u32,
}

/// The distinct triplets of a knowledge graph, sorted by head, relation, tail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnowledgeGraph {
    n_entities: usize,
    n_relations: usize,
    triplets: Vec<Triplet>,
}

impl KnowledgeGraph {
    /// Builds from triplets in any order; duplicates count once, self-loops are kept.
    ///
    /// # Errors
    /// [`GraphError::OutOfRange`] for an id outside its table, [`GraphError::TooMany`] above 2^31 triplets
    /// (inverse relations double them).
    pub fn from_triplets(
        n_entities: usize,
        n_relations: usize,
        mut triplets: Vec<Triplet>,
    ) -> Result<Self, GraphError> {
        if triplets.len() > (u32::MAX / 2) as usize {
            return Err(GraphError::TooMany { what: "triplets", count: triplets.len() });
        }
        for triplet in &triplets {
            for entity in [triplet.head, triplet.tail] {
                if entity as usize >= n_entities {
                    return Err(GraphError::OutOfRange { what: "entity", id: entity, count: n_entities });
                }
            }
            if triplet.relation as usize >= n_relations {
                return Err(GraphError::OutOfRange { what: "relation", id: triplet.relation, count: n_relations });
            }
        }
        triplets.sort_unstable();
        triplets.dedup();
        Ok(Self { n_entities, n_relations, triplets })
    }

    /// A graph without facts.
    #[must_use]
    pub fn empty(n_entities: usize) -> Self {
        Self { n_entities, n_relations: 0, triplets: Vec::new() }
    }

    /// The same graph with the tails of each relation dealt out to its heads at random: a control that keeps how many
    /// facts each head, tail and relation has (but for the few that coincide) and loses what they say.
    #[must_use]
    pub fn randomised(&self, seed: u64) -> Self {
        let mut by_relation = vec![Vec::new(); self.n_relations];
        self.triplets.iter().for_each(|t| by_relation[t.relation as usize].push(t.tail));
        let mut dealt: Vec<_> = by_relation
            .iter()
            .enumerate()
            .map(|(relation, tails)| {
                let order = Stream::new(seed, Purpose::RandomGraph, relation as u64).permutation(tails.len());
                order.into_iter().map(|k| tails[k as usize]).collect::<Vec<_>>().into_iter()
            })
            .collect();
        let mut deal = |t: &Triplet| {
            let tail = dealt[t.relation as usize].next().expect("as many tails as facts of the relation");
            Triplet { tail, ..*t }
        };
        let mut triplets: Vec<_> = self.triplets.iter().map(&mut deal).collect();
        triplets.sort_unstable();
        triplets.dedup();
        Self { triplets, ..*self }
    }

    /// The number of entities, items included, those without facts included.
    #[must_use]
    pub fn n_entities(&self) -> usize {
        self.n_entities
    }

    /// The number of relations, inverse ones not counted.
    #[must_use]
    pub fn n_relations(&self) -> usize {
        self.n_relations
    }

    /// The distinct triplets, sorted by head, relation, tail.
    #[must_use]
    pub fn triplets(&self) -> &[Triplet] {
        &self.triplets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_count_once_and_self_loops_stay() {
        let t = |head, relation, tail| Triplet { head, relation, tail };
        let graph = KnowledgeGraph::from_triplets(3, 1, vec![t(2, 0, 2), t(0, 0, 1), t(2, 0, 2)]).unwrap();
        assert_eq!(graph.triplets(), [t(0, 0, 1), t(2, 0, 2)]);
    }

    #[test]
    fn a_randomised_graph_keeps_heads_and_tails_of_each_relation() {
        let triplets = (0..500).map(|k| Triplet { head: k, relation: k % 2, tail: 500 + k * k % 97 }).collect();
        let graph = KnowledgeGraph::from_triplets(700, 2, triplets).unwrap();
        let random = graph.randomised(3);
        assert_ne!(random, graph);
        for relation in 0..2 {
            let of = |g: &KnowledgeGraph, tail: bool| {
                let ends = g.triplets().iter().filter(|t| t.relation == relation);
                let mut ends: Vec<_> = ends.map(|t| if tail { t.tail } else { t.head }).collect();
                ends.sort_unstable();
                ends
            };
            assert_eq!(of(&random, false), of(&graph, false));
            assert_eq!(of(&random, true), of(&graph, true));
        }
    }

    #[test]
    fn an_unknown_relation_is_named() {
        let error = KnowledgeGraph::from_triplets(3, 1, vec![Triplet { head: 0, relation: 1, tail: 2 }]).unwrap_err();
        assert_eq!(error, GraphError::OutOfRange { what: "relation", id: 1, count: 1 });
    }
}
