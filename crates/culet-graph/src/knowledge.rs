//! Knowledge graphs: facts (head, relation, tail) about entities, the first of which are the items.

use crate::GraphError;

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
    fn an_unknown_relation_is_named() {
        let error = KnowledgeGraph::from_triplets(3, 1, vec![Triplet { head: 0, relation: 1, tail: 2 }]).unwrap_err();
        assert_eq!(error, GraphError::OutOfRange { what: "relation", id: 1, count: 1 });
    }
}
