//! A graph with everything that is awkward: rows without edges, hubs, self-loops, repeated edges, an unused relation.

use culet_kernels::Edges;

use crate::table::Draws;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Triple {
    pub(crate) head: u32,
    pub(crate) relation: u32,
    pub(crate) tail: u32,
}

/// Triples by head, and both directions as kernels read them.
pub(crate) struct Graph {
    pub(crate) n_rows: usize,
    pub(crate) n_relations: usize,
    /// In the order of `by_head`, by which kept edges count.
    pub(crate) triples: Vec<Triple>,
    pub(crate) by_head: Edges,
    pub(crate) by_tail: Edges,
}

impl Graph {
    pub(crate) fn new(n_rows: usize, n_relations: usize, mut triples: Vec<Triple>) -> Self {
        triples.sort_by_key(|t| t.head);
        let mut places: Vec<u32> = (0..triples.len() as u32).collect();
        let by_head = edges(n_rows, n_relations, &triples, |t| (t.head, t.tail), None);
        places.sort_by_key(|&place| triples[place as usize].tail);
        let sorted: Vec<Triple> = places.iter().map(|&place| triples[place as usize]).collect();
        let by_tail = edges(n_rows, n_relations, &sorted, |t| (t.tail, t.head), Some(places));
        Self { n_rows, n_relations, triples, by_head, by_tail }
    }

    /// Rows 0, 7, 14 ... have no edges; row 3 heads and row 5 ends a hub of `hub` edges; the last relation is unused.
    pub(crate) fn awkward(n_rows: usize, hub: usize) -> Self {
        let (n_relations, mut draws) = (6, Draws::new(9));
        let mut any = || loop {
            let row = draws.below(n_rows);
            if row % 7 != 0 {
                break row;
            }
        };
        let mut triples: Vec<Triple> =
            (0..3 * n_rows).map(|_| Triple { head: any(), relation: any() % 5, tail: any() }).collect();
        triples.extend((0..hub).map(|_| Triple { head: 3, relation: any() % 5, tail: any() }));
        triples.extend((0..hub).map(|_| Triple { head: any(), relation: any() % 5, tail: 5 }));
        triples.extend([3, 5, 6].map(|row| Triple { head: row, relation: 1, tail: row }));
        triples.extend((0..12).map(|k| Triple { head: 4, relation: k % 4, tail: 8 }));
        Self::new(n_rows, n_relations, triples)
    }

    /// An awkward graph that is small where rows are wide, yet has more rows than one task takes where it can.
    pub(crate) fn for_width(dim: usize) -> Self {
        match dim {
            0..=17 => Self::awkward(700, 3000),
            18..=100 => Self::awkward(550, 600),
            _ => Self::awkward(100, 300),
        }
    }

    /// The places of the triples that leave each row.
    pub(crate) fn leaving(&self) -> Vec<Vec<usize>> {
        self.listed(|t| t.head)
    }

    /// The places of the triples that reach each row.
    pub(crate) fn reaching(&self) -> Vec<Vec<usize>> {
        self.listed(|t| t.tail)
    }

    fn listed(&self, end: impl Fn(&Triple) -> u32) -> Vec<Vec<usize>> {
        let mut lists = vec![Vec::new(); self.n_rows];
        self.triples.iter().enumerate().for_each(|(place, triple)| lists[end(triple) as usize].push(place));
        lists
    }
}

/// Edges in the order of `triples`, which ascend by the first of `ends`.
fn edges(
    n_rows: usize,
    n_relations: usize,
    triples: &[Triple],
    ends: impl Fn(&Triple) -> (u32, u32),
    places: Option<Vec<u32>>,
) -> Edges {
    let row_starts = (0..=n_rows as u32).map(|row| triples.iter().filter(|t| ends(t).0 < row).count() as u32).collect();
    let columns = triples.iter().map(|t| ends(t).1).collect();
    let relations: Vec<u32> = triples.iter().map(|t| t.relation).collect();
    Edges::new(row_starts, columns, &relations, n_relations, places)
}

#[test]
fn the_awkward_graph_is_awkward() {
    let graph = Graph::awkward(700, 3000);
    let (leaving, reaching) = (graph.leaving(), graph.reaching());
    assert!(leaving[3].len() > 3000 && reaching[5].len() > 3000);
    assert!(leaving[0].is_empty() && leaving[693].is_empty() && reaching[7].is_empty());
    assert!(graph.triples.iter().any(|t| t.head == t.tail));
    assert!(graph.triples.windows(2).any(|w| w[0] == w[1]), "a repeated triple");
    assert!(graph.triples.iter().all(|t| t.relation != 5));
    assert_eq!((graph.by_head.n_edges(), graph.by_tail.n_edges()), (graph.triples.len(), graph.triples.len()));
}
