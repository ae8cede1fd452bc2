//! The gradient of dropout followed by division by the length, for listed rows of a table.
//!
//! The forward step is part of the kernels that make the rows ([`crate::relational_mean`], [`crate::intent_gate`]).

use rayon::prelude::*;

use crate::edges::ROWS_A_TASK;
use crate::isa::multiversion;
use crate::lanes::{drop_and_normalise_gradient, prefetch};
use crate::matrix::SharedRows;
use crate::{Dropout, Matrix, RowSet};

/// Turns the gradient of the unit rows `y` into that of the sums over edges, in place.
///
/// dx = mask * (dy - y <y, dy>) / length / number of edges.
///
/// # Shapes
/// - `y`, `grad`: `[n_rows, d]`; `inverse_lengths`, `inverse_degrees`: `[n_rows]`; only the listed rows are read and **overwritten**.
/// # Panics
/// If the shapes do not fit.
pub fn relational_normalise_gradient(
    rows: &RowSet,
    y: &Matrix,
    inverse_lengths: &[f32],
    inverse_degrees: &[f32],
    dropout: Dropout,
    grad: &mut Matrix,
) {
    assert_eq!(y.stride(), grad.stride(), "tables of one width");
    let grad = grad.shared_rows();
    rows.rows().par_chunks(ROWS_A_TASK).for_each(|rows| task(rows, y, inverse_lengths, inverse_degrees, dropout, grad));
}

multiversion! {
    fn task(
        rows: &[u32], y: &Matrix, inverse_lengths: &[f32], inverse_degrees: &[f32], dropout: Dropout,
        grad: SharedRows<'_>,
    ) = body;
}

#[inline(always)]
fn body<const FUSED: bool>(
    rows: &[u32],
    y: &Matrix,
    inverse_lengths: &[f32],
    inverse_degrees: &[f32],
    dropout: Dropout,
    grad: SharedRows<'_>,
) {
    for (k, &row) in rows.iter().enumerate() {
        if let Some(&ahead) = rows.get(k + 6) {
            prefetch(y, ahead as usize);
            grad.prefetch(ahead as usize);
        }
        let row = row as usize;
        // SAFETY: a `RowSet` lists each row once, and tasks work on different parts of the list.
        let grad = unsafe { grad.row_mut(row) };
        let scale = inverse_degrees[row];
        drop_and_normalise_gradient::<FUSED>(y.row(row), grad, inverse_lengths[row], row, dropout, scale);
    }
}
