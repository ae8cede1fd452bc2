//! Substitution through a sparse triangular factor, for a panel of right-hand sides at once.
//!
//! The factor belongs to an ordering in which the rows of a sparse symmetric table are eliminated from the last to the
//! first, down to a dense part of `first` rows. Its row k holds, for the row `first + k` of the table, the numbers
//! l_c = a_c / d of that row when it was eliminated, at columns c < `first + k`; d is its pivot.

use crate::SparseMatrix;
use crate::isa::{multiply_add, multiversion};

/// Right-hand sides of a panel: a row of it is four cache lines.
pub const PANEL: usize = 64;

/// Solves for the eliminated rows, from the first to the last: x_k = x_k - sum over c of l_kc x_c.
///
/// # Shapes
/// - `panel`: `[first + rows of the factor]` rows; those below `first` hold the solution, the others y_k / d_k of
///   [`substitute_forward`] (or zeros), and are **overwritten** by the solution.
/// # Numerics
/// Chains of f32 multiply-adds in the order of the columns.
/// # Panics
/// If the panel has another length, or a column of the factor does not lie before its row.
pub fn substitute_back(factor: &SparseMatrix, first: usize, panel: &mut [[f32; PANEL]]) {
    assert_eq!(panel.len(), first + factor.n_rows(), "a row of the panel for each row of the table");
    back(factor, first, panel);
}

/// Eliminates from right-hand sides, from the last row to the first: y_c -= l_kc y_k for c >= `first`, then y_k *= 1 / d_k.
///
/// # Shapes
/// - `reciprocals`: 1 / d_k, `[rows of the factor]`; `panel` as for [`substitute_back`], of which the rows from `first`
///   on hold the right-hand sides and are **overwritten**.
/// # Panics
/// If a shape does not fit, or a column of the factor does not lie before its row.
pub fn substitute_forward(factor: &SparseMatrix, reciprocals: &[f32], first: usize, panel: &mut [[f32; PANEL]]) {
    assert_eq!(panel.len(), first + factor.n_rows(), "a row of the panel for each row of the table");
    assert_eq!(reciprocals.len(), factor.n_rows(), "a pivot for each row of the factor");
    forward(factor, reciprocals, first, panel);
}

multiversion! {
    fn back(factor: &SparseMatrix, first: usize, panel: &mut [[f32; PANEL]]) = back_body;
}

multiversion! {
    fn forward(factor: &SparseMatrix, reciprocals: &[f32], first: usize, panel: &mut [[f32; PANEL]]) = forward_body;
}

#[inline(always)]
fn back_body<const FUSED: bool>(factor: &SparseMatrix, first: usize, panel: &mut [[f32; PANEL]]) {
    for k in 0..factor.n_rows() {
        let (solved, rest) = panel.split_at_mut(first + k);
        let mut sums = rest[0];
        let (columns, values) = factor.row(k);
        for (&column, &value) in columns.iter().zip(values) {
            subtract::<FUSED>(&mut sums, value, &solved[column as usize]);
        }
        rest[0] = sums;
    }
}

#[inline(always)]
fn forward_body<const FUSED: bool>(
    factor: &SparseMatrix,
    reciprocals: &[f32],
    first: usize,
    panel: &mut [[f32; PANEL]],
) {
    for k in (0..factor.n_rows()).rev() {
        let (before, rest) = panel.split_at_mut(first + k);
        // Most right-hand sides reach few rows.
        if rest[0] == [0.0; PANEL] {
            continue;
        }
        let (columns, values) = factor.row(k);
        let eliminated = columns.partition_point(|&column| (column as usize) < first);
        for (&column, &value) in columns.iter().zip(values).skip(eliminated) {
            subtract::<FUSED>(&mut before[column as usize], value, &rest[0]);
        }
        rest[0].iter_mut().for_each(|number| *number *= reciprocals[k]);
    }
}

/// from -= factor * row
#[inline(always)]
fn subtract<const FUSED: bool>(from: &mut [f32; PANEL], factor: f32, row: &[f32; PANEL]) {
    for (from, &number) in from.iter_mut().zip(row) {
        *from = multiply_add::<FUSED>(-factor, number, *from);
    }
}
