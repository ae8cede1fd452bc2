//! The distinct rows of a batch.

use culet_graph::Csr;
use culet_kernels::{Lists, NO_SLOT};

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
    let mut known = Vec::new();
    for (pair, &user) in batch.users.iter().enumerate() {
        let items = items_of_user.row(user as usize).iter();
        let places = items.map(|&item| place[item as usize]).filter(|&place| place != u32::MAX);
        known.extend(places.map(|place| (pair as u32, place)));
    }
    Csr::from_pairs(batch.users.len(), &known).expect("a batch fits into 32 bits")
}

/// Compressed rows as the kernels take them.
pub(crate) fn lists(csr: &Csr) -> Lists<'_> {
    Lists { offsets: csr.offsets(), columns: csr.columns() }
}
