//! The gradient of dropout followed by division by the length, for listed rows of a table.
//!
//! The forward step is part of the kernels that make the rows ([`crate::relational_mean`], [`crate::intent_gate`]).

use rayon::prelude::*;

use crate::edges::ROWS_A_TASK;
use crate::isa::multiversion;
use crate::lanes::drop_and_normalise_gradient;
use crate::matrix::SharedRows;
use crate::{Dropout, EdgeLists, Matrix, RowSet};

/// Turns the gradient of the unit rows `y` into that of the sums over edges, in place.
///
/// dx = mask * (dy - y <y, dy>) / length / number of edges.
///
/// # Shapes
/// - `y`, `grad`: `[n_rows, d]`; `inverse_lengths`: `[n_rows]`; only the listed rows are read and **overwritten**.
/// # Panics
/// If the shapes do not fit.
pub fn relational_normalise_gradient(
    rows: &RowSet,
    edges: EdgeLists<'_>,
    y: &Matrix,
    inverse_lengths: &[f32],
    dropout: Dropout,
    grad: &mut Matrix,
) {
    assert_eq!(y.stride(), grad.stride(), "tables of one width");
    let grad = grad.shared_rows();
    rows.rows().par_chunks(ROWS_A_TASK).for_each(|rows| task(rows, edges, y, inverse_lengths, dropout, grad));
}

multiversion! {
    fn task(
        rows: &[u32], edges: EdgeLists<'_>, y: &Matrix, inverse_lengths: &[f32], dropout: Dropout,
        grad: SharedRows<'_>,
    ) = body;
}

#[inline(always)]
fn body<const FUSED: bool>(
    rows: &[u32],
    edges: EdgeLists<'_>,
    y: &Matrix,
    inverse_lengths: &[f32],
    dropout: Dropout,
    grad: SharedRows<'_>,
) {
    for &row in rows {
        let row = row as usize;
        // SAFETY: a `RowSet` lists each row once, and tasks work on different parts of the list.
        let grad = unsafe { grad.row_mut(row) };
        let scale = edges.inverse_degrees[row];
        drop_and_normalise_gradient::<FUSED>(y.row(row), grad, inverse_lengths[row], row, dropout, scale);
    }
}
