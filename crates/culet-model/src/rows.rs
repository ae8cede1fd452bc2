//! Rows of tables: gathered, copied, added, divided by their lengths.

use culet_kernels::Matrix;
use rayon::prelude::*;

const ROWS_A_TASK: usize = 256;

/// Copies the listed rows.
pub(crate) fn gather(table: &Matrix, rows: &[u32], gathered: &mut Matrix) {
    gathered.reshape(rows.len(), table.dim());
    let stride = gathered.stride();
    if stride == 0 {
        return;
    }
    let tasks = gathered.as_mut_slice().par_chunks_mut(ROWS_A_TASK * stride).zip(rows.par_chunks(ROWS_A_TASK));
    tasks.for_each(|(gathered, rows)| {
        for (to, &row) in gathered.chunks_exact_mut(stride).zip(rows) {
            to.copy_from_slice(table.row(row as usize));
        }
    });
}

/// Copies a table into another's memory.
pub(crate) fn copy(from: &Matrix, to: &mut Matrix) {
    to.reshape(from.n_rows(), from.dim());
    to.as_mut_slice().copy_from_slice(from.as_slice());
}

pub(crate) fn zeros_like(table: &Matrix) -> Matrix {
    Matrix::zeros(table.n_rows(), table.dim())
}

/// sum += values
pub(crate) fn add(sum: &mut [f32], values: &[f32]) {
    sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
}

/// Adds row k to the k-th listed row.
pub(crate) fn add_rows(from: &Matrix, rows: &[u32], to: &mut Matrix) {
    (0..from.n_rows()).zip(rows).for_each(|(k, &row)| add(to.row_mut(row as usize), from.row(k)));
}

/// Row r of `to` becomes `factors[r]` times row r of `from`.
pub(crate) fn scale_rows(from: &Matrix, factors: &[f32], to: &mut Matrix) {
    to.reshape(from.n_rows(), from.dim());
    let stride = from.stride();
    if stride == 0 {
        return;
    }
    let tasks =
        to.as_mut_slice().par_chunks_mut(ROWS_A_TASK * stride).zip(from.as_slice().par_chunks(ROWS_A_TASK * stride));
    tasks.zip(factors.par_chunks(ROWS_A_TASK)).for_each(|((to, from), factors)| {
        for ((to, from), factor) in to.chunks_exact_mut(stride).zip(from.chunks_exact(stride)).zip(factors) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to = factor * from);
        }
    });
}

/// Divides rows by their lengths; zero rows stay zero.
pub(crate) fn normalise(table: &mut Matrix) {
    for row in 0..table.n_rows() {
        let row = table.row_mut(row);
        let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
        if length > 0.0 {
            row.iter_mut().for_each(|x| *x /= length);
        }
    }
}
