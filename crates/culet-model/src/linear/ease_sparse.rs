//! EASE by neighbourhoods: for each target the exact weights of its most telling items alone.
//!
//! The weights of target j solve (A_NN) b = A_Nj, with A = X' W X + diag(ridge) and N all other items. Here N is the few
//! items that, each alone, would explain j best; that system is small and solved exactly. With all items in N the result
//! is that of [`super::ease`]. Every target stands for itself: no factor of the whole table, nothing that fills in, and
//! memory that grows with the pairs of items taken together at most, and at most by a fixed number for each item.

use culet_kernels::{SparseMatrix, solve_definite, stop_point, system_stride};
use rayon::prelude::*;

use crate::cost::{Cost, DataSize, Work, number, weights_bytes};

use super::ease::{EaseProblem, by_source};
use super::gram::{GramRows, PairTable, RowSums};

/// Pairs of an item with more popular ones that are kept: 16 KiB an item at most. Where there are more, those taken
/// together least often count as never taken together.
const MOST_PAIRS: usize = 2048;

/// Computes the weights of EASE over the `neighbours` most telling items of each target.
///
/// Of the items i that share a row with the target j, those with the greatest A_ij^2 / A_ii are taken. The result has the
/// form of that of [`super::ease::ease`], and cannot fail: an item whose pivot loses its sign is left out.
///
/// # Numerics
/// f32; O(items * neighbours^3) time; the same bytes on any number of threads.
/// # Panics
/// As [`super::ease::ease`].
pub(crate) fn ease_sparse(problem: EaseProblem<'_>, neighbours: usize) -> SparseMatrix {
    problem.check();
    let gram = GramRows::new(problem);
    let pairs = PairTable::new(&gram, MOST_PAIRS.max(neighbours));
    let n_items = gram.n_items();
    let sources = (0..n_items)
        .into_par_iter()
        .map_init(|| Room::new(n_items), |room, target| room.weights(&gram, &pairs, target, neighbours, problem.keep))
        .collect();
    by_source(sources)
}

/// What that takes: a small system for each item, and the table of pairs taken together.
pub(crate) fn ease_sparse_cost(settings: &toml::Table, _: f64, size: &DataSize) -> Cost {
    let neighbours = number(settings, "neighbours").min(size.together / size.items.max(1.0));
    let pairs = (size.together / 2.0).min(size.items * MOST_PAIRS as f64).min(size.items.powi(2) / 2.0);
    // A place of a system is looked up as slowly as 220 bytes of rows are read, a pair of a history as 150; measured.
    let system = Work { products: neighbours.powi(3) / 6.0, gathered: 220.0 * neighbours.powi(2) };
    let once = system.times(size.items).and(Work::gathered(150.0 * size.together));
    Cost::at_once(once, 12.0 * pairs + weights_bytes(size, neighbours))
}

/// What the work on a target needs.
struct Room {
    sums: RowSums,
    /// One more than the place among the neighbours, for each rank; 0 for all others.
    place_of: Vec<u32>,
    system: Vec<f32>,
    solution: Vec<f32>,
}

/// An item beside the target.
#[derive(Clone, Copy)]
struct Neighbour {
    rank: u32,
    /// A_ij.
    together: f32,
    /// A_ij^2 / A_ii.
    gain: f32,
}

impl Room {
    fn new(n_items: usize) -> Self {
        Self { sums: RowSums::new(n_items), place_of: vec![0; n_items], system: Vec::new(), solution: Vec::new() }
    }

    fn weights(
        &mut self,
        gram: &GramRows<'_>,
        pairs: &PairTable,
        target: usize,
        n_neighbours: usize,
        keep: usize,
    ) -> Vec<(u32, f32)> {
        stop_point();
        let neighbours = self.neighbours(gram, pairs, target, n_neighbours);
        self.fill_system(pairs, &neighbours);
        solve_definite(&mut self.system, &mut self.solution);
        let items = neighbours.iter().map(|neighbour| pairs.item_of[neighbour.rank as usize]);
        let mut weights: Vec<(u32, f32)> = items.zip(self.solution.iter().copied()).collect();
        weights.retain(|&(_, weight)| weight != 0.0);
        if weights.len() > keep {
            weights.select_nth_unstable_by(keep, |a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
            weights.truncate(keep);
        }
        weights.sort_unstable_by_key(|&(item, _)| item);
        weights
    }

    /// The items that explain the target best, by rank.
    fn neighbours(
        &mut self,
        gram: &GramRows<'_>,
        pairs: &PairTable,
        target: usize,
        n_neighbours: usize,
    ) -> Vec<Neighbour> {
        gram.for_each(target, |item, value| self.sums.add(pairs.rank_of[item as usize], value));
        let own = pairs.rank_of[target];
        let mut neighbours = Vec::new();
        self.sums.take(|rank, sum| {
            if rank != own {
                let gain = (sum * sum / f64::from(pairs.diagonal[rank as usize])) as f32;
                neighbours.push(Neighbour { rank, together: sum as f32, gain });
            }
        });
        if neighbours.len() > n_neighbours {
            neighbours.select_nth_unstable_by(n_neighbours, |a, b| b.gain.total_cmp(&a.gain).then(a.rank.cmp(&b.rank)));
            neighbours.truncate(n_neighbours);
            neighbours.sort_unstable_by_key(|neighbour| neighbour.rank);
        }
        neighbours
    }

    /// Writes the system of the neighbours, upper triangle and right-hand side.
    fn fill_system(&mut self, pairs: &PairTable, neighbours: &[Neighbour]) {
        let (n, stride) = (neighbours.len(), system_stride(neighbours.len()));
        self.solution.clear();
        self.solution.resize(n, 0.0);
        self.system.clear();
        self.system.resize(n * stride, 0.0);
        for (column, neighbour) in neighbours.iter().enumerate() {
            let (ranks, values) = pairs.lower.row(neighbour.rank as usize);
            for (&rank, &value) in ranks.iter().zip(values) {
                if let Some(row) = self.place_of[rank as usize].checked_sub(1) {
                    self.system[row as usize * stride + column] = value;
                }
            }
            self.place_of[neighbour.rank as usize] = column as u32 + 1;
            self.system[column * stride + column] = pairs.diagonal[neighbour.rank as usize];
            self.system[column * stride + n] = neighbour.together;
        }
        neighbours.iter().for_each(|neighbour| self.place_of[neighbour.rank as usize] = 0);
    }
}
