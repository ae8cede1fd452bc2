//! What the knowledge graph says of items: rows of items that share something, as if a user had taken them.

use std::collections::BTreeMap;

use culet_graph::{Csr, KnowledgeGraph};

/// A step over a relation: along it, or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Step {
    /// The relation.
    pub relation: u32,
    /// Whether it is gone from the tail of a fact to its head.
    pub back: bool,
}

/// The items that share what one path leads to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PathRows {
    /// One step or two.
    pub(crate) path: Vec<Step>,
    /// For each entity that the path leads to the items that it starts from, ascending, two at least.
    pub(crate) rows: Csr,
}

/// Rows of more items say little of each and cost much.
const LONGEST_ROW: usize = 300;
/// Paths whose rows hold fewer items in all are left out.
const FEWEST_ENTRIES: usize = 20;

/// All paths of one step, and of two if `most_steps` is 2, from items that lead to something shared.
///
/// An entity that is an item itself belongs to its row. A second step straight back over the first is left out. Rows of
/// more than 300 items are left out.
pub(crate) fn path_rows(graph: &KnowledgeGraph, n_items: usize, most_steps: usize) -> Vec<PathRows> {
    let steps = steps_from(graph);
    let is_item = |entity: u32| (entity as usize) < n_items;
    let mut paths = Vec::new();
    let mut by_relation: BTreeMap<Step, Vec<(u32, u32)>> = BTreeMap::new();
    for (head, steps) in steps.iter().enumerate().take(n_items) {
        for &(step, tail) in steps {
            by_relation.entry(step).or_default().push((tail, head as u32));
        }
    }
    for (first, pairs) in by_relation {
        let rows = Rows::new(pairs, is_item);
        paths.extend(rows.of_path(vec![first]));
        if most_steps < 2 {
            continue;
        }
        // Where more items lead to an entity than a row may hold, so they do to whatever it leads to.
        let mut onwards: BTreeMap<Step, Vec<(u32, u32)>> = BTreeMap::new();
        for (entity, items) in rows.lists.iter().filter(|(_, items)| items.len() <= LONGEST_ROW) {
            for &(second, target) in &steps[*entity as usize] {
                if second != (Step { back: !first.back, ..first }) {
                    onwards.entry(second).or_default().extend(items.iter().map(|&item| (target, item)));
                }
            }
        }
        for (second, pairs) in onwards {
            paths.extend(Rows::new(pairs, |_| false).of_path(vec![first, second]));
        }
    }
    paths
}

/// For each entity the steps that can be gone from it, and where they lead.
fn steps_from(graph: &KnowledgeGraph) -> Vec<Vec<(Step, u32)>> {
    let mut steps = vec![Vec::new(); graph.n_entities()];
    for fact in graph.triplets().iter().filter(|fact| fact.head != fact.tail) {
        steps[fact.head as usize].push((Step { relation: fact.relation, back: false }, fact.tail));
        steps[fact.tail as usize].push((Step { relation: fact.relation, back: true }, fact.head));
    }
    steps
}

/// For each entity the items that lead to it, ascending.
struct Rows {
    lists: BTreeMap<u32, Vec<u32>>,
}

impl Rows {
    /// From (entity, item) pairs; an entity that `belongs` is in its own row.
    fn new(pairs: Vec<(u32, u32)>, belongs: impl Fn(u32) -> bool) -> Self {
        let mut lists: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (entity, item) in pairs {
            lists.entry(entity).or_default().push(item);
        }
        for (&entity, items) in &mut lists {
            if belongs(entity) {
                items.push(entity);
            }
            items.sort_unstable();
            items.dedup();
        }
        Self { lists }
    }

    fn of_path(&self, path: Vec<Step>) -> Option<PathRows> {
        let rows: Vec<&Vec<u32>> =
            self.lists.values().filter(|items| (2..=LONGEST_ROW).contains(&items.len())).collect();
        let n_entries: usize = rows.iter().map(|items| items.len()).sum();
        if n_entries < FEWEST_ENTRIES {
            return None;
        }
        let mut offsets = vec![0];
        let mut columns = Vec::with_capacity(n_entries);
        for items in rows {
            columns.extend_from_slice(items);
            offsets.push(u32::try_from(columns.len()).ok()?);
        }
        Some(PathRows { path, rows: Csr::from_parts(offsets, columns) })
    }
}

#[cfg(test)]
mod tests {
    use culet_graph::Triplet;

    use super::*;

    #[test]
    fn rows_hold_the_items_that_share_what_a_path_leads_to() {
        let fact = |head, relation, tail| Triplet { head, relation, tail };
        // Items 0 to 39: item i is by artist 40 + i / 4, who is of genre 60 + artist % 2; item 0 follows item 1.
        let mut facts: Vec<Triplet> = (0..40).map(|item| fact(item, 0, 40 + item / 4)).collect();
        facts.extend((0..10).map(|artist| fact(40 + artist, 1, 60 + artist % 2)));
        facts.extend((0..39).map(|item| fact(item, 2, item + 1)));
        let graph = KnowledgeGraph::from_triplets(62, 3, facts).unwrap();
        let paths = path_rows(&graph, 40, 2);
        let rows = |wanted: &[(u32, bool)]| {
            let path: Vec<Step> = wanted.iter().map(|&(relation, back)| Step { relation, back }).collect();
            paths.iter().find(|rows| rows.path == path).map(|rows| &rows.rows)
        };
        let by_artist = rows(&[(0, false)]).unwrap();
        assert_eq!((by_artist.n_rows(), by_artist.row(1)), (10, &[4, 5, 6, 7][..]));
        let by_genre = rows(&[(0, false), (1, false)]).unwrap();
        assert_eq!((by_genre.n_rows(), by_genre.row(0).len(), &by_genre.row(0)[..5]), (2, 20, &[0, 1, 2, 3, 8][..]));
        // An item with its follower; two items with one follower there are not, but two steps on there are.
        assert_eq!(rows(&[(2, false)]).unwrap().row(3), [3, 4]);
        assert_eq!(rows(&[(2, true)]).unwrap().row(0), [0, 1]);
        assert!(rows(&[(0, false), (0, true)]).is_none(), "straight back");
        assert!(rows(&[(1, false)]).is_none(), "no item has a genre");
    }
}
