//! The relational mean of KGIN and its gradient.
//!
//! y_v = 1/|N_v| * sum over (r, t) in N_v of e_r * x_t          (Wang et al. 2021, eq. 7)
//!
//! Edges of one head that share a relation lie together, so that `e_r` multiplies the sum of the group once.

use rayon::prelude::*;

use crate::edges::ROWS_A_TASK;
use crate::isa::{multiply_add, multiversion};
use crate::lanes::{add_rows, drop_and_normalise, for_each_piece, prefetch};
use crate::matrix::SharedRows;
use crate::shared::SharedSlice;
use crate::{Dropout, EdgeLists, Matrix, RowSet};

/// The relational mean of `rows`, dropout and division by the length: the entity layer in one pass.
///
/// # Shapes
/// - `x`: `[n_rows, d]`; `relations`: `[n_relations, d]`.
/// - `out`: `[n_rows, d]`, the listed rows **overwritten**; `inverse_lengths`: `[n_rows]`, likewise, 0 for a zero row.
/// # Numerics
/// O(edges * d) time, no allocation; each row is computed by one thread in a fixed order.
/// # Panics
/// If the tables do not fit together.
pub fn relational_mean(
    rows: &RowSet,
    edges: EdgeLists<'_>,
    x: &Matrix,
    relations: &Matrix,
    dropout: Dropout,
    out: &mut Matrix,
    inverse_lengths: &mut [f32],
) {
    assert_eq!((x.stride(), x.stride()), (relations.stride(), out.stride()), "tables of one width");
    let (out, inverse_lengths) = (out.shared_rows(), SharedSlice::new(inverse_lengths));
    rows.rows().par_chunks(ROWS_A_TASK).for_each(|rows| {
        relational_mean_task(rows, edges, x, relations, dropout, out, inverse_lengths);
    });
}

multiversion! {
    fn relational_mean_task(
        rows: &[u32], edges: EdgeLists<'_>, x: &Matrix, relations: &Matrix, dropout: Dropout,
        out: SharedRows<'_>, inverse_lengths: SharedSlice<'_, f32>,
    ) = relational_mean_body;
}

#[inline(always)]
fn relational_mean_body<const FUSED: bool>(
    rows: &[u32],
    edges: EdgeLists<'_>,
    x: &Matrix,
    relations: &Matrix,
    dropout: Dropout,
    out: SharedRows<'_>,
    inverse_lengths: SharedSlice<'_, f32>,
) {
    for (k, &row) in rows.iter().enumerate() {
        if let Some(&ahead) = rows.get(k + 2) {
            edges.row_columns(ahead as usize).iter().take(8).for_each(|&column| prefetch(x, column));
        }
        let row = row as usize;
        // SAFETY: a `RowSet` lists each row once, and tasks work on different parts of the list.
        let y = unsafe { out.row_mut(row) };
        let mean = edges.inverse_degrees[row];
        for_each_piece!(y.len(), |from, WIDTH| {
            let mut sum = [0.0; WIDTH];
            for (relation, columns) in edges.groups(row) {
                let mut group = [0.0; WIDTH];
                add_rows(columns, x, from, &mut group);
                let weight: &[f32; WIDTH] = relations.row(relation as usize)[from..].first_chunk().expect("padded");
                for k in 0..WIDTH {
                    sum[k] = multiply_add::<FUSED>(weight[k], group[k], sum[k]);
                }
            }
            for (y, sum) in y[from..from + WIDTH].iter_mut().zip(sum) {
                *y = sum * mean;
            }
        });
        let inverse = drop_and_normalise::<FUSED>(y, row, dropout);
        // SAFETY: as above.
        unsafe { inverse_lengths.set(row, inverse) };
    }
}

/// Rows whose relation gradients are summed in f32 before they join an f64 sum.
const ROWS_A_BLOCK: usize = 512;

/// The gradient of the relational mean with respect to `x` (for `rows`) and to the relations.
///
/// dx_t = sum over (r, h) of e_r * g_h and de_r = sum over t of x_t * sum over h of g_h, where `g` is the gradient of
/// the mean already divided by the head's number of edges: one pass over the edges by tail serves both.
///
/// # Shapes
/// - `by_tail`: the edges by tail; those whose head is not in `heads` are left out.
/// - `grad`: `[n_rows, d]`, read for `heads`; `x`: `[n_rows, d]`.
/// - `grad_x`: `[n_rows, d]`, `rows` **overwritten**; `grad_relations`: `[n_relations, d]`, **added to**.
/// # Numerics
/// O(edges * d) time; relation gradients are summed in f32 within 512 rows and in f64 beyond, in a fixed order.
/// # Panics
/// If the tables do not fit together.
#[allow(clippy::too_many_arguments)]
pub fn relational_mean_gradient(
    rows: &RowSet,
    by_tail: EdgeLists<'_>,
    heads: &RowSet,
    grad: &Matrix,
    x: &Matrix,
    relations: &Matrix,
    grad_x: &mut Matrix,
    grad_relations: &mut Matrix,
) {
    assert_eq!((x.stride(), x.stride()), (relations.stride(), grad.stride()), "tables of one width");
    assert_eq!((x.stride(), x.stride()), (grad_x.stride(), grad_relations.stride()), "tables of one width");
    let grad_x = grad_x.shared_rows();
    let partial_sums: Vec<Matrix> = rows
        .rows()
        .par_chunks(ROWS_A_BLOCK)
        .map(|rows| {
            let mut partial = Matrix::zeros(relations.n_rows(), relations.dim());
            gradient_task(rows, by_tail, heads, grad, x, relations, grad_x, &mut partial);
            partial
        })
        .collect();
    add_in_order(&partial_sums, grad_relations);
}

/// Adds tables of partial sums in f64, in their order.
pub(crate) fn add_in_order(parts: &[Matrix], total: &mut Matrix) {
    for (k, total) in total.as_mut_slice().iter_mut().enumerate() {
        let sum: f64 = parts.iter().map(|part| f64::from(part.as_slice()[k])).sum();
        *total = (f64::from(*total) + sum) as f32;
    }
}

multiversion! {
    fn gradient_task(
        rows: &[u32], by_tail: EdgeLists<'_>, heads: &RowSet, grad: &Matrix, x: &Matrix, relations: &Matrix,
        grad_x: SharedRows<'_>, partial: &mut Matrix,
    ) = gradient_body;
}

#[allow(clippy::too_many_arguments)]
#[inline(always)]
fn gradient_body<const FUSED: bool>(
    rows: &[u32],
    by_tail: EdgeLists<'_>,
    heads: &RowSet,
    grad: &Matrix,
    x: &Matrix,
    relations: &Matrix,
    grad_x: SharedRows<'_>,
    partial: &mut Matrix,
) {
    for (k, &row) in rows.iter().enumerate() {
        if let Some(&ahead) = rows.get(k + 2) {
            let columns = by_tail.row_columns(ahead as usize).iter().take(8);
            columns.filter(|&&column| heads.contains(column)).for_each(|&column| prefetch(grad, column));
        }
        let row = row as usize;
        // SAFETY: a `RowSet` lists each row once, and tasks work on different parts of the list.
        let dx = unsafe { grad_x.row_mut(row) };
        let x = x.row(row);
        for_each_piece!(dx.len(), |from, WIDTH| {
            let mut sum = [0.0; WIDTH];
            let x: &[f32; WIDTH] = x[from..].first_chunk().expect("padded");
            for (relation, columns) in by_tail.groups(row) {
                let mut group = [0.0; WIDTH];
                if !add_listed_rows(columns, heads, grad, from, &mut group) {
                    continue;
                }
                let weight: &[f32; WIDTH] = relations.row(relation as usize)[from..].first_chunk().expect("padded");
                let de = &mut partial.row_mut(relation as usize)[from..from + WIDTH];
                for k in 0..WIDTH {
                    sum[k] = multiply_add::<FUSED>(weight[k], group[k], sum[k]);
                    de[k] = multiply_add::<FUSED>(x[k], group[k], de[k]);
                }
            }
            dx[from..from + WIDTH].copy_from_slice(&sum);
        });
    }
}

/// Adds the rows of `grad` whose number is in `heads`; gives whether there was one.
#[inline(always)]
fn add_listed_rows<const W: usize>(
    columns: &[u32],
    heads: &RowSet,
    grad: &Matrix,
    from: usize,
    sum: &mut [f32; W],
) -> bool {
    let mut any = false;
    let mut listed = [0; 64];
    for piece in columns.chunks(64) {
        let mut n_listed = 0;
        for &column in piece {
            listed[n_listed & 63] = column;
            n_listed += usize::from(heads.contains(column));
        }
        add_rows(&listed[..n_listed], grad, from, sum);
        any |= n_listed > 0;
    }
    any
}
