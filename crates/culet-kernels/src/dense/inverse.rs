//! The inverse of a dense symmetric table, in place, by blocks of pivots.
//!
//! For a block k of pivots with P = A_kk^-1 and W = A_:k P, one sweep replaces A_ij by A_ij - W_i A_kj for all i, j
//! outside k, A_ik by W_i and A_kk by -P. After the sweeps of all blocks the table holds -A^-1, and in between it stays
//! symmetric, so the lower triangle is enough. All n^3 operations are in one product of two packed panels, whose rows
//! are shared out among threads: each number is one chain of multiply-adds a sweep, whoever computes it.

use rayon::prelude::*;

use super::pivot::invert_block;
use crate::product::{View, ViewMut, product_abt};
use crate::tile::{Store, Tiles, pack_rows};
use crate::{Matrix, prefetch_read, stop_point};

/// A dense symmetric table of f32.
///
/// While it is filled only the lower triangle counts; after [`Self::invert`] both hold.
#[derive(Debug)]
pub struct SymmetricTable {
    n: usize,
    /// Rows padded to whole tiles.
    table: Matrix,
}

/// A pivot without the sign that it should have: the table is not definite, or too nearly singular for f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Indefinite {
    /// The row of the pivot.
    pub pivot: usize,
}

impl std::fmt::Display for Indefinite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "pivot {} of a symmetric table does not have the sign that a definite table gives it", self.pivot)
    }
}

impl std::error::Error for Indefinite {}

/// Pivots of a sweep, and the length of a chain of multiply-adds: a group of columns and one of rows then fit into the
/// nearest cache together (of 128 to 512, this was the fastest).
const BLOCK: usize = 192;
/// Rows that one task works on: whole tiles of 14 and of 6 rows; packed, they fill a quarter of an L2 cache.
const ROWS_OF_TASK: usize = 42 * 7;
/// Rows and columns of a block that is transposed at once.
const SQUARE: usize = 32;

impl SymmetricTable {
    /// A table of zeros with `n` rows.
    ///
    /// # Panics
    /// If the size overflows the address space.
    #[must_use]
    pub fn zeros(n: usize) -> Self {
        Self { n, table: Matrix::zeros(n.next_multiple_of(42), n.next_multiple_of(32)) }
    }

    /// The bytes that a table of `n` rows and its inversion take at most.
    #[must_use]
    pub fn bytes(n: usize) -> u64 {
        let padded = n as u64 + 42;
        4 * padded * (padded + 4 * BLOCK as u64) + 16 * (BLOCK * BLOCK) as u64
    }

    /// The number of rows.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// A row, `[n]`; before [`Self::invert`] only the numbers up to the diagonal count.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f32] {
        assert!(row < self.n, "row {row} of {}", self.n);
        &self.table.row(row)[..self.n]
    }

    /// Lets a function write each row up to its diagonal, `[row + 1]`, in the rayon pool of the caller.
    pub fn fill_lower(&mut self, fill: impl Fn(usize, &mut [f32]) + Sync) {
        let (n, stride) = (self.n, self.table.stride());
        let rows = self.table.as_mut_slice().par_chunks_mut(stride.max(1)).take(n).enumerate();
        rows.with_max_len(SQUARE).for_each(|(row, numbers)| fill(row, &mut numbers[..=row]));
    }

    /// Replaces the table by its inverse, in the rayon pool of the caller.
    ///
    /// The table must be positive definite, or with `n_negative` > 0 quasi-definite: the square of the first `n_negative`
    /// rows negative definite and that of the others positive definite.
    ///
    /// # Numerics
    /// n^3 operations of f32, blocks of pivots in f64; the same bytes on any number of threads of an instruction set.
    /// The error is about 1e-7 times the condition number, relative to the largest number of the inverse.
    /// # Errors
    /// [`Indefinite`] for the first pivot of the wrong sign; the table is then left half done.
    pub fn invert(&mut self, n_negative: usize) -> Result<(), Indefinite> {
        let mut panels = Panels::new(&self.table);
        for start in (0..self.n).step_by(BLOCK) {
            stop_point();
            let pivots = start..(start + BLOCK).min(self.n);
            panels.gather(self, &pivots);
            let inverse = panels.invert_pivots(&pivots, n_negative.saturating_sub(start))?;
            panels.multiply(&inverse, pivots.len());
            panels.pack(pivots.len());
            self.subtract_product(&panels, &pivots);
            self.replace_pivot_rows(&panels, &inverse, &pivots);
        }
        self.negate_and_mirror();
        Ok(())
    }

    /// A_ij -= W_i A_jk for the lower triangle, and A_ik = W_i below the pivots.
    fn subtract_product(&mut self, panels: &Panels, pivots: &std::ops::Range<usize>) {
        let (n, depth) = (self.n, pivots.len());
        let stride = self.table.stride();
        let task = |task: usize, rows: &mut [f32]| {
            let first = task * ROWS_OF_TASK;
            panels.subtract(depth, first, n, rows, stride);
            for (row, numbers) in (first..n).zip(rows.chunks_exact_mut(stride)).skip(pivots.end.saturating_sub(first)) {
                numbers[pivots.clone()].copy_from_slice(&panels.scaled[row * BLOCK..][..depth]);
                numbers[pivots.clone()].iter_mut().for_each(|number| *number = -*number);
            }
        };
        let rows = self.table.as_mut_slice().par_chunks_mut((ROWS_OF_TASK * stride).max(1));
        rows.enumerate().with_max_len(1).for_each(|(index, rows)| task(index, rows));
    }

    /// A_kj = W_j before the pivots, A_kk = -P.
    fn replace_pivot_rows(&mut self, panels: &Panels, inverse: &[f32], pivots: &std::ops::Range<usize>) {
        let (stride, depth) = (self.table.stride(), pivots.len());
        let rows = self.table.as_mut_slice()[pivots.start * stride..pivots.end * stride].par_chunks_mut(stride);
        rows.enumerate().with_min_len(8).for_each(|(k, numbers)| {
            for (number, scaled) in numbers[..pivots.start].iter_mut().zip(panels.scaled.chunks_exact(BLOCK)) {
                *number = -scaled[k];
            }
            for (number, inverse) in numbers[pivots.clone()].iter_mut().zip(&inverse[k * depth..]) {
                *number = -inverse;
            }
        });
    }

    /// Changes the sign of the lower triangle and copies it to the upper one.
    fn negate_and_mirror(&mut self) {
        let (n, stride) = (self.n, self.table.stride());
        let mut rest = self.table.as_mut_slice();
        for first in (0..n).step_by(SQUARE) {
            let n_rows = SQUARE.min(n - first);
            let (band, below) = rest.split_at_mut(n_rows * stride);
            rest = below;
            for row in 0..n_rows {
                let lower = &mut band[row * stride..][..=first + row];
                lower.iter_mut().for_each(|number| *number = -*number);
                for above in 0..row {
                    band[above * stride + first + row] = band[row * stride + first + above];
                }
            }
            mirror(band, rest, stride, first, first + n_rows..n);
        }
    }
}

/// Writes into some rows from `first` on the negated columns `first..` of the rows `columns` of the table, which begin
/// with `below`.
fn mirror(band: &mut [f32], below: &[f32], stride: usize, first: usize, columns: std::ops::Range<usize>) {
    band.par_chunks_mut(stride).enumerate().with_min_len(8).for_each(|(row, numbers)| {
        let mirrored = below.chunks_exact(stride).map(|below| -below[first + row]);
        numbers[columns.clone()].iter_mut().zip(mirrored).for_each(|(number, mirrored)| *number = mirrored);
    });
}

/// The columns of a block of pivots, plain and packed for tiles.
struct Panels {
    tiles: Tiles,
    n_rows: usize,
    /// A_:k, `[rows, BLOCK]`.
    plain: Vec<f32>,
    /// -A_:k P, `[rows, BLOCK]`.
    scaled: Vec<f32>,
    /// `scaled` as left operand.
    left: Vec<f32>,
    /// `plain` as right operand.
    right: Vec<f32>,
}

impl Panels {
    fn new(table: &Matrix) -> Self {
        let n_rows = table.n_rows().max(table.stride());
        let size = n_rows.next_multiple_of(14 * 6 * 32) * BLOCK;
        let zeros = || vec![0.0; size];
        Self { tiles: Tiles::get(), n_rows, plain: zeros(), scaled: zeros(), left: zeros(), right: zeros() }
    }

    /// Copies the columns of the pivots, those above the diagonal from below it.
    fn gather(&mut self, from: &SymmetricTable, pivots: &std::ops::Range<usize>) {
        let depth = pivots.len();
        let rows = self.plain[..from.n * BLOCK].par_chunks_mut(SQUARE * BLOCK);
        rows.enumerate().for_each(|(part, panel)| {
            let first = part * SQUARE;
            for (row, numbers) in (first..).zip(panel.chunks_exact_mut(BLOCK)) {
                if row >= pivots.start {
                    numbers[..depth].copy_from_slice(&from.table.row(row)[pivots.clone()]);
                }
            }
            for (k, row) in pivots.clone().enumerate() {
                // Rows of the panel before the diagonal place of this pivot.
                let n_above = (panel.len() / BLOCK).min(row.saturating_sub(first));
                let numbers = &from.table.row(row)[first.min(row)..][..n_above];
                for (panel, &number) in panel.chunks_exact_mut(BLOCK).zip(numbers) {
                    panel[k] = number;
                }
            }
        });
    }

    /// The inverse P of the block of pivots, `[depth, depth]`.
    fn invert_pivots(&self, pivots: &std::ops::Range<usize>, n_negative: usize) -> Result<Vec<f32>, Indefinite> {
        let depth = pivots.len();
        let rows = pivots.clone().flat_map(|row| &self.plain[row * BLOCK..][..depth]);
        let mut block: Vec<f64> = rows.map(|&number| f64::from(number)).collect();
        invert_block(&mut block, depth, n_negative).map_err(|place| Indefinite { pivot: pivots.start + place })?;
        Ok(block.into_iter().map(|number| number as f32).collect())
    }

    fn multiply(&mut self, inverse: &[f32], depth: usize) {
        let negated: Vec<f32> = inverse.iter().map(|number| -number).collect();
        let size = ROWS_OF_TASK * BLOCK;
        let tasks = self.scaled.par_chunks_mut(size).zip(self.plain.par_chunks(size)).with_max_len(1);
        tasks.take(self.n_rows.div_ceil(ROWS_OF_TASK)).for_each(|(scaled, plain)| {
            let n_rows = plain.len() / BLOCK;
            let plain = View::new(plain, n_rows, depth, BLOCK);
            product_abt(plain, View::new(&negated, depth, depth, depth), ViewMut::new(scaled, n_rows, depth, BLOCK));
        });
    }

    fn pack(&mut self, depth: usize) {
        pack(&self.scaled, depth, self.tiles.rows(), &mut self.left);
        pack(&self.plain, depth, self.tiles.columns(), &mut self.right);
    }

    /// Adds `scaled plain^T` to the lower triangle of some rows, by tiles that may reach above the diagonal.
    fn subtract(&self, depth: usize, first: usize, n: usize, rows: &mut [f32], stride: usize) {
        let (width_a, width_b) = (self.tiles.rows(), self.tiles.columns());
        let n_groups = rows.len() / stride / width_a;
        let end = (first + n_groups * width_a).min(n);
        for (group_b, start) in (0..end).step_by(width_b).enumerate() {
            let right = &self.right[group_b * width_b * depth..][..width_b * depth];
            for group_a in start.saturating_sub(first) / width_a..n_groups {
                let left = &self.left[(first / width_a + group_a) * width_a * depth..][..width_a * depth];
                let place = group_a * width_a * stride + start;
                // The numbers of the next tile lie in as many rows of a large table: asked for early, which saves a ninth of
                // the time at 10,000 rows.
                for row in width_a..2 * width_a {
                    prefetch_read(rows, place + row * stride);
                    prefetch_read(rows, place + row * stride + 16);
                }
                self.tiles.product(depth, left, right, &mut rows[place..], stride, Store::Add);
            }
        }
    }
}

/// Packs rows of [`BLOCK`] numbers, of which `depth` count, in groups of `width`.
fn pack(rows: &[f32], depth: usize, width: usize, packed: &mut [f32]) {
    let groups = packed.par_chunks_mut(width * depth).zip(rows.par_chunks(width * BLOCK));
    groups.with_min_len(8).for_each(|(group, rows)| {
        pack_rows(rows.chunks_exact(BLOCK), depth, width, group);
    });
}
