//! AdaGrad by row (Duchi, Hazan & Singer 2011): one step size for each row, so that its state is small and rows without
//! a gradient cost nothing.

use rayon::prelude::*;

use crate::isa::{multiply_add, multiversion};
use crate::lanes::{add_rows, blocks, blocks_mut, for_each_piece, lanewise, piece_mut};
use crate::{Lists, Matrix};

/// Places grouped by the row that they belong to: a counting sort that keeps its memory.
#[derive(Debug, Default)]
pub struct PlacesByRow {
    offsets: Vec<u32>,
    places: Vec<u32>,
}

impl PlacesByRow {
    /// Groups the places `0..rows.len()` by their row; those of a row stay in ascending order.
    ///
    /// # Panics
    /// If a row is not below `n_rows`.
    pub fn group(&mut self, n_rows: usize, rows: &[u32]) -> Lists<'_> {
        self.offsets.clear();
        self.offsets.resize(n_rows + 2, 0);
        for &row in rows {
            self.offsets[row as usize + 2] += 1;
        }
        for row in 2..n_rows + 2 {
            self.offsets[row] += self.offsets[row - 1];
        }
        self.places.resize(rows.len(), 0);
        for (place, &row) in rows.iter().enumerate() {
            let next = &mut self.offsets[row as usize + 1];
            self.places[*next as usize] = place as u32;
            *next += 1;
        }
        Lists { offsets: &self.offsets[..=n_rows], columns: &self.places }
    }
}

const ROWS_A_TASK: usize = 64;

/// One step against the gradient of some rows:
///
/// g = scale * sum of the row's places; h += mean of g^2; row -= learning_rate * g / sqrt(h + 1e-12)
///
/// h is kept for each of the `lanes` of a row apart (number k of a row belongs to lane k mod `lanes`).
///
/// # Shapes
/// - `table`: `[n, d]`; `places`: a list for each row, of rows of `gradients` `[_, d]`; `state`: `[n * lanes]`.
/// # Numerics
/// Rows without places stay as they are. The same bytes for any number of threads.
/// # Panics
/// If the shapes do not fit.
pub fn adagrad_step(
    table: &mut Matrix,
    places: Lists<'_>,
    gradients: &Matrix,
    scale: f32,
    learning_rate: f32,
    lanes: usize,
    state: &mut [f32],
) {
    assert_eq!(places.len(), table.n_rows(), "a list for each row");
    assert_eq!(gradients.stride(), table.stride(), "gradients of the table's width");
    assert!(lanes >= 1 && 16 % lanes == 0, "lanes divide sixteen");
    assert_eq!(state.len(), table.n_rows() * lanes, "a number for each row and lane");
    let (stride, dim) = (table.stride(), table.dim());
    if stride == 0 {
        return;
    }
    let per_lane = lanes as f32 / dim as f32;
    let chunks = table.as_mut_slice().par_chunks_mut(ROWS_A_TASK * stride);
    chunks.zip(state.par_chunks_mut(ROWS_A_TASK * lanes)).enumerate().for_each(|(k, (rows, state))| {
        task(k * ROWS_A_TASK, rows, places, gradients, scale, learning_rate, lanes, per_lane, state);
    });
}

multiversion! {
    fn task(
        first: usize, rows: &mut [f32], places: Lists<'_>, gradients: &Matrix, scale: f32, learning_rate: f32,
        lanes: usize, per_lane: f32, state: &mut [f32],
    ) = body;
}

#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn body<const FUSED: bool>(
    first: usize,
    rows: &mut [f32],
    places: Lists<'_>,
    gradients: &Matrix,
    scale: f32,
    learning_rate: f32,
    lanes: usize,
    per_lane: f32,
    state: &mut [f32],
) {
    let stride = gradients.stride();
    let mut g = vec![0.0; stride];
    for (k, (row, state)) in rows.chunks_exact_mut(stride).zip(state.chunks_exact_mut(lanes)).enumerate() {
        let list = places.list(first + k);
        if list.is_empty() {
            continue;
        }
        for_each_piece!(stride, |from, WIDTH| {
            let mut sum = [0.0; WIDTH];
            add_rows(list, gradients, from, &mut sum);
            *piece_mut::<WIDTH>(&mut g, from) = sum.map(|x| x * scale);
        });
        let mut squares = [0.0; 16];
        for g in blocks(&g) {
            squares = lanewise!(|k| multiply_add::<FUSED>(g[k], g[k], squares[k]));
        }
        for (lane, h) in state.iter_mut().enumerate() {
            let sum: f32 = squares.iter().skip(lane).step_by(lanes).sum();
            *h += sum * per_lane;
        }
        let step = lanewise!(|k| learning_rate / (state[k % lanes] + 1e-12).sqrt());
        for (row, g) in blocks_mut(row).iter_mut().zip(blocks(&g)) {
            *row = lanewise!(|k| multiply_add::<FUSED>(-step[k], g[k], row[k]));
        }
    }
}
