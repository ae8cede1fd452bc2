//! Edge lists by row, grouped by relation, and the share of them that a training step keeps.

use rayon::prelude::*;

use crate::shared::SharedSlice;
use crate::{Dropout, RowSet};

/// Rows that one task works through.
pub(crate) const ROWS_A_TASK: usize = 256;

/// All edges of a graph by row, grouped by relation within a row.
///
/// Row v owns the groups `row_groups[v]..row_groups[v + 1]`; group g has relation `group_relations[g]` and the edges
/// `group_edges[g]..group_edges[g + 1]`; `columns[edge]` is the other end of an edge.
#[derive(Debug, Clone)]
pub struct Edges {
    row_groups: Vec<u32>,
    group_edges: Vec<u32>,
    group_relations: Vec<u32>,
    columns: Vec<u32>,
    inverse_degrees: Vec<f32>,
}

impl Edges {
    /// Takes the parts, which must fit together.
    ///
    /// # Panics
    /// If offsets decrease or do not end where the next level does, or if a column is not a row.
    #[must_use]
    pub fn new(row_groups: Vec<u32>, group_edges: Vec<u32>, group_relations: Vec<u32>, columns: Vec<u32>) -> Self {
        let ascending = |offsets: &[u32]| offsets.first() == Some(&0) && offsets.windows(2).all(|w| w[0] <= w[1]);
        assert!(ascending(&row_groups) && ascending(&group_edges), "offsets start at 0 and never decrease");
        assert_eq!(row_groups[row_groups.len() - 1] as usize, group_relations.len(), "each group has a relation");
        assert_eq!(group_edges.len(), group_relations.len() + 1, "each group has edges");
        assert_eq!(group_edges[group_edges.len() - 1] as usize, columns.len(), "each edge has a column");
        let n_rows = row_groups.len() - 1;
        assert!(columns.iter().all(|&column| (column as usize) < n_rows), "columns are rows");
        let n_edges = |row: usize| {
            let end = |group: u32| group_edges[group as usize];
            end(row_groups[row + 1]) - end(row_groups[row])
        };
        let inverse_degrees = (0..n_rows).map(|row| inverse(n_edges(row) as usize)).collect();
        Self { row_groups, group_edges, group_relations, columns, inverse_degrees }
    }

    /// The number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.row_groups.len() - 1
    }

    /// The number of edges.
    #[must_use]
    pub fn n_edges(&self) -> usize {
        self.columns.len()
    }

    /// All edges.
    #[must_use]
    pub fn lists(&self) -> EdgeLists<'_> {
        EdgeLists {
            row_groups: &self.row_groups,
            group_starts: &self.group_edges,
            group_ends: &self.group_edges[1..],
            group_relations: &self.group_relations,
            columns: &self.columns,
            inverse_degrees: &self.inverse_degrees,
        }
    }
}

fn inverse(n_edges: usize) -> f32 {
    if n_edges > 0 { 1.0 / n_edges as f32 } else { 0.0 }
}

/// A view of [`Edges`], or of the part of them that a step keeps.
///
/// The edges of a row begin at `group_starts` of its first group; group g ends at `group_ends[g]`, where the row's next
/// group begins.
#[derive(Debug, Clone, Copy)]
pub struct EdgeLists<'a> {
    row_groups: &'a [u32],
    group_starts: &'a [u32],
    group_ends: &'a [u32],
    group_relations: &'a [u32],
    columns: &'a [u32],
    pub(crate) inverse_degrees: &'a [f32],
}

impl<'a> EdgeLists<'a> {
    /// The groups of a row: (relation, edges).
    #[inline(always)]
    pub(crate) fn groups(self, row: usize) -> impl Iterator<Item = (u32, &'a [u32])> {
        let groups = self.row_groups[row] as usize..self.row_groups[row + 1] as usize;
        let mut start = if groups.is_empty() { 0 } else { self.group_starts[groups.start] as usize };
        groups.map(move |group| {
            let end = self.group_ends[group] as usize;
            let columns = &self.columns[start..end];
            start = end;
            (self.group_relations[group], columns)
        })
    }

    /// All edges of a row, over its groups.
    #[inline(always)]
    pub(crate) fn row_columns(self, row: usize) -> &'a [u32] {
        let (first, end) = (self.row_groups[row] as usize, self.row_groups[row + 1] as usize);
        if first == end {
            return &[];
        }
        &self.columns[self.group_starts[first] as usize..self.group_ends[end - 1] as usize]
    }
}

/// The kept edges of some rows: lists of the same layout, filled row by row on demand.
#[derive(Debug)]
pub struct KeptEdges {
    columns: Vec<u32>,
    group_ends: Vec<u32>,
    inverse_degrees: Vec<f32>,
    filled: RowSet,
}

impl KeptEdges {
    /// Room for the edges of `all`, no row filled.
    #[must_use]
    pub fn new(all: &Edges) -> Self {
        Self {
            columns: vec![0; all.n_edges()],
            group_ends: vec![0; all.group_relations.len()],
            inverse_degrees: vec![0.0; all.n_rows()],
            filled: RowSet::new(all.n_rows()),
        }
    }

    /// Forgets what was kept.
    pub fn clear(&mut self) {
        self.filled.clear();
    }

    /// Decides for each edge of `rows` whether it stays, and marks the other ends of those that do in `reached`.
    ///
    /// `places[edge]`, or the edge's own number without `places`, is where `dropout` looks, so that an edge seen from
    /// both ends is judged the same. Rows that are already filled are only marked from.
    pub fn fill(
        &mut self,
        rows: &RowSet,
        all: &Edges,
        places: Option<&[u32]>,
        dropout: Dropout,
        reached: Option<&RowSet>,
    ) {
        let all = all.lists();
        let columns = SharedSlice::new(&mut self.columns);
        let group_ends = SharedSlice::new(&mut self.group_ends);
        let inverse_degrees = SharedSlice::new(&mut self.inverse_degrees);
        let filled = &self.filled;
        rows.rows().par_chunks(ROWS_A_TASK).for_each(|rows| {
            for &row in rows {
                let groups = all.row_groups[row as usize] as usize..all.row_groups[row as usize + 1] as usize;
                if groups.is_empty() {
                    continue;
                }
                let start = all.group_starts[groups.start] as usize;
                // SAFETY: the places between the starts of two rows belong to one row, and a `RowSet` lists each row
                // once.
                let kept_columns = unsafe { columns.range_mut(start..all.group_ends[groups.end - 1] as usize) };
                // SAFETY: the groups of a row belong to it alone.
                let ends = unsafe { group_ends.range_mut(groups.clone()) };
                let n_kept = if filled.contains(row) {
                    ends[ends.len() - 1] as usize - start
                } else {
                    filled.mark(row);
                    let n_kept = keep_row(groups, all, places, dropout, kept_columns, ends);
                    // SAFETY: the place of a row that this task alone works on.
                    unsafe { inverse_degrees.set(row as usize, inverse(n_kept)) };
                    n_kept
                };
                if let Some(reached) = reached {
                    kept_columns[..n_kept].iter().for_each(|&column| reached.mark(column));
                }
            }
        });
    }

    /// The kept edges; only filled rows mean anything.
    #[must_use]
    pub fn lists<'a>(&'a self, all: &'a Edges) -> EdgeLists<'a> {
        EdgeLists {
            group_ends: &self.group_ends,
            columns: &self.columns,
            inverse_degrees: &self.inverse_degrees,
            ..all.lists()
        }
    }
}

/// Writes the kept columns of a row and the ends of its groups; gives how many were kept. Without branches: half of the
/// edges stay, at random, and a misprediction costs more than ten of these steps.
#[inline(always)]
fn keep_row(
    groups: std::ops::Range<usize>,
    all: EdgeLists<'_>,
    places: Option<&[u32]>,
    dropout: Dropout,
    kept: &mut [u32],
    ends: &mut [u32],
) -> usize {
    let start = all.group_starts[groups.start] as usize;
    let (mut n_kept, mut edge) = (0, start);
    for (group, end) in groups.zip(ends) {
        let edges = edge..all.group_ends[group] as usize;
        edge = edges.end;
        for edge in edges {
            let place = places.map_or(edge as u32, |places| places[edge]);
            kept[n_kept] = all.columns[edge];
            n_kept += usize::from(dropout.keeps(u64::from(place)));
        }
        *end = (start + n_kept) as u32;
    }
    n_kept
}
