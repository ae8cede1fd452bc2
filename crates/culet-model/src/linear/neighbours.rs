//! Items by who took them together.

use culet_graph::Interactions;
use culet_kernels::{SparseMatrix, stop_point};
use rayon::prelude::*;

use crate::cost::{Cost, DataSize, Work, number, weights_bytes};

/// For each item i the `keep` items j of the greatest weight, in row i.
///
/// The weight of j for i is `weigh(i, j, together)`, where
///
/// together = sum of `user_weights` over the users who took both i and j
///
/// Pairs that nobody took together weigh nothing; equal weights are kept in the order of the items. Each item's weights
/// are found by itself: O(sum over users of |N_u|^2) in all, and one row of scratch a thread.
pub(crate) fn neighbours(
    log: &Interactions,
    user_weights: &[f32],
    weigh: &(dyn Fn(u32, u32, f32) -> f32 + Sync),
    keep: usize,
) -> SparseMatrix {
    let n_items = log.n_items();
    let users_of_item = log.by_user().transposed(n_items);
    let of_item = |room: &mut Room, item: usize| {
        stop_point();
        for &user in users_of_item.row(item) {
            let weight = user_weights[user as usize];
            for &other in log.by_user().row(user as usize) {
                room.add(other, weight);
            }
        }
        room.take(|other, together| (other as usize != item).then(|| weigh(item as u32, other, together)), keep)
    };
    let rows: Vec<Vec<(u32, f32)>> = (0..n_items).into_par_iter().map_init(|| Room::new(n_items), of_item).collect();
    SparseMatrix::from_rows(n_items, rows)
}

/// What that takes.
pub(crate) fn neighbours_cost(settings: &toml::Table, _: f64, size: &DataSize) -> Cost {
    // Each item that is met beside an item waits for a number and a mark: measured, as for 56 bytes of a row.
    // All that an item is met with is kept until the best are chosen.
    let met = 12.0 * size.together.min(size.items.powi(2));
    Cost::at_once(Work::gathered(56.0 * size.together), met + weights_bytes(size, number(settings, "neighbours")))
}

/// Sums by item, of which few are not zero.
struct Room {
    sums: Vec<f32>,
    touched: Vec<u32>,
}

impl Room {
    fn new(n_items: usize) -> Self {
        Self { sums: vec![0.0; n_items], touched: Vec::new() }
    }

    fn add(&mut self, item: u32, weight: f32) {
        let sum = &mut self.sums[item as usize];
        if *sum == 0.0 {
            self.touched.push(item);
        }
        *sum += weight;
    }

    /// The `keep` greatest of the values, by ascending item; leaves zeros behind.
    fn take(&mut self, value: impl Fn(u32, f32) -> Option<f32>, keep: usize) -> Vec<(u32, f32)> {
        let mut found = Vec::with_capacity(self.touched.len());
        for &item in &self.touched {
            let sum = std::mem::take(&mut self.sums[item as usize]);
            found.extend(value(item, sum).map(|value| (item, value)));
        }
        self.touched.clear();
        if found.len() > keep {
            found.select_nth_unstable_by(keep, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            found.truncate(keep);
        }
        found.sort_unstable_by_key(|&(item, _)| item);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_by_hand() {
        // Together: items 0 and 1 by users 0 and 1, items 0 and 2 by user 1, items 1 and 2 by users 1 and 2.
        let pairs = [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 1), (2, 2)];
        let log = Interactions::from_pairs(3, 4, &pairs).unwrap();
        let count = |_: u32, _: u32, together: f32| together;
        let all = neighbours(&log, &[1.0, 1.0, 0.5], &count, 10);
        assert_eq!(all.row(0), (&[1, 2][..], &[2.0, 1.0][..]));
        assert_eq!(all.row(1), (&[0, 2][..], &[2.0, 1.5][..]));
        assert_eq!(all.row(2), (&[0, 1][..], &[1.0, 1.5][..]));
        assert_eq!(all.row(3), (&[][..], &[][..]));
        let one = neighbours(&log, &[1.0, 1.0, 0.5], &count, 1);
        assert_eq!(one.row(0), (&[1][..], &[2.0][..]));
        assert_eq!(one.row(1), (&[0][..], &[2.0][..]));
        assert_eq!(one.row(2), (&[1][..], &[1.5][..]));
    }
}
