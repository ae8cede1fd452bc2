//! The distinct rows of a batch.

use culet_graph::Csr;
use culet_kernels::{Lists, NO_SLOT};
use rayon::prelude::*;

use crate::PairBatch;

/// Distinct rows of a batch, and where each table row stands among them.
#[derive(Debug)]
pub(crate) struct Slots {
    /// The distinct rows in the order of their first appearance.
    pub(crate) rows: Vec<u32>,
    /// For each table row its place in `rows`, or [`NO_SLOT`].
    pub(crate) slot_of_row: Vec<u32>,
}

impl Slots {
    pub(crate) fn new(n_rows: usize) -> Self {
        Self { rows: Vec::new(), slot_of_row: vec![NO_SLOT; n_rows] }
    }

    pub(crate) fn clear(&mut self) {
        for &row in &self.rows {
            self.slot_of_row[row as usize] = NO_SLOT;
        }
        self.rows.clear();
    }

    /// The slots of these rows, new ones where needed.
    pub(crate) fn assign(&mut self, rows: &[u32]) -> Vec<u32> {
        rows.iter()
            .map(|&row| {
                let slot = &mut self.slot_of_row[row as usize];
                if *slot == NO_SLOT {
                    *slot = self.rows.len() as u32;
                    self.rows.push(row);
                }
                *slot
            })
            .collect()
    }
}

/// For each pair of the batch the shared negatives that the user took in training: they count as no negatives.
pub(crate) fn known_negatives(batch: &PairBatch, items_of_user: &Csr, n_items: usize) -> Csr {
    let mut place = vec![u32::MAX; n_items];
    for (k, &item) in batch.negatives.iter().enumerate() {
        place[item as usize] = k as u32;
    }
    rows_of(batch.users.len(), |pair, known| {
        // Written whether it counts or not, kept if it does: no branch to mispredict.
        let items = items_of_user.row(batch.users[pair] as usize);
        let mut end = known.len();
        known.resize(end + items.len(), 0);
        for &item in items {
            let place = place[item as usize];
            known[end] = place;
            end += usize::from(place != u32::MAX);
        }
        known.truncate(end);
    })
}

/// Rows that a function appends, blocks of them at once in the rayon pool of the caller.
pub(crate) fn rows_of(n_rows: usize, append: impl Fn(usize, &mut Vec<u32>) + Sync) -> Csr {
    const ROWS_A_TASK: usize = 256;
    let task = |task: usize| {
        let (mut ends, mut columns) = (Vec::new(), Vec::new());
        for row in task * ROWS_A_TASK..((task + 1) * ROWS_A_TASK).min(n_rows) {
            append(row, &mut columns);
            ends.push(columns.len() as u32);
        }
        (ends, columns)
    };
    let tasks: Vec<(Vec<u32>, Vec<u32>)> = (0..n_rows.div_ceil(ROWS_A_TASK)).into_par_iter().map(task).collect();
    let (mut offsets, mut columns) = (vec![0], Vec::new());
    for (ends, own) in tasks {
        let before = columns.len() as u32;
        offsets.extend(ends.iter().map(|end| before + end));
        columns.extend(own);
    }
    Csr::from_parts(offsets, columns)
}

/// For each row one over the number of its columns, what a mean gives each of them; 1 for an empty row.
pub(crate) fn shares(csr: &Csr) -> Vec<f32> {
    csr.offsets().windows(2).map(|w| 1.0 / (w[1] - w[0]).max(1) as f32).collect()
}

/// Compressed rows as the kernels take them.
pub(crate) fn lists(csr: &Csr) -> Lists<'_> {
    Lists { offsets: csr.offsets(), columns: csr.columns() }
}
