//! The relational mean of KGIN and its gradient.
//!
//! y_v = 1/|N_v| * sum over (r, t) in N_v of e_r * x_t          (Wang et al. 2021, eq. 7)

use rayon::prelude::*;

use crate::edges::{EdgeBuffer, ROWS_A_TASK};
use crate::isa::{multiply_add, multiversion};
use crate::lanes::{drop_and_normalise, for_each_piece, piece, piece_mut, prefetch};
use crate::matrix::SharedRows;
use crate::shared::SharedSlice;
use crate::{Dropout, EdgeView, Matrix, RowSet};

/// Where the entity layer writes.
pub struct LayerOutput<'a> {
    /// `[n_rows, d]`: rows of length 1, or 0.
    pub units: &'a mut Matrix,
    /// `[n_rows]`: 1 / length before the division by it, 0 for a zero row.
    pub inverse_lengths: &'a mut [f32],
    /// `[n_rows]`: 1 / number of edges, 0 for none.
    pub inverse_degrees: &'a mut [f32],
}

/// The relational mean of `rows`, dropout and division by the length: the entity layer in one pass.
///
/// # Shapes
/// - `x`: `[n_rows, d]`; `relations`: `[n_relations, d]`; of `out` the listed rows are **overwritten**.
/// # Numerics
/// O(edges * d) time, no allocation that grows with it; each row is computed by one thread in a fixed order.
/// # Panics
/// If the tables do not fit together.
pub fn relational_mean(
    rows: &RowSet,
    edges: EdgeView<'_>,
    x: &Matrix,
    relations: &Matrix,
    dropout: Dropout,
    out: LayerOutput<'_>,
) {
    check_tables(edges, relations, &[x, out.units]);
    let (units, lengths) = (out.units.shared_rows(), SharedSlice::new(out.inverse_lengths));
    let degrees = SharedSlice::new(out.inverse_degrees);
    rows.rows().par_chunks(ROWS_A_TASK).for_each_init(EdgeBuffer::default, |buffer, rows| {
        mean_task(rows, edges, x, relations, dropout, buffer, units, lengths, degrees);
    });
}

/// What the unchecked reads below rely on: [`crate::Edges`] holds columns below its number of rows and relations below
/// its number of relations.
fn check_tables(view: EdgeView<'_>, relations: &Matrix, tables: &[&Matrix]) {
    assert_eq!(relations.n_rows(), view.edges.n_relations(), "a row for each relation");
    for table in tables {
        assert_eq!(
            (table.n_rows(), table.stride()),
            (view.edges.n_rows(), relations.stride()),
            "a row for each entity"
        );
    }
}

multiversion! {
    fn mean_task(
        rows: &[u32], edges: EdgeView<'_>, x: &Matrix, relations: &Matrix, dropout: Dropout, buffer: &mut EdgeBuffer,
        units: SharedRows<'_>, inverse_lengths: SharedSlice<'_, f32>, inverse_degrees: SharedSlice<'_, f32>,
    ) = mean_body;
}

/// Edges that are added in f32 before they join the row's sum, so that rounding errors grow with the root of the length.
const EDGES_A_PART: usize = 128;

#[allow(clippy::too_many_arguments)]
#[inline(always)]
fn mean_body<const FUSED: bool>(
    mut rows: &[u32],
    edges: EdgeView<'_>,
    x: &Matrix,
    relations: &Matrix,
    dropout: Dropout,
    buffer: &mut EdgeBuffer,
    units: SharedRows<'_>,
    inverse_lengths: SharedSlice<'_, f32>,
    inverse_degrees: SharedSlice<'_, f32>,
) {
    while !rows.is_empty() {
        let (now, later) = rows.split_at(buffer.fill(rows, edges));
        rows = later;
        buffer.first().for_each(|edge| prefetch(x, edge.column()));
        for (&row, range) in now.iter().zip(buffer.ranges()) {
            let row = row as usize;
            // SAFETY: a `RowSet` lists each row once, and tasks work on different parts of the list.
            let y = unsafe { units.row_mut(row) };
            let mean = if range.is_empty() { 0.0 } else { 1.0 / range.len() as f32 };
            for_each_piece!(y.len(), |from, WIDTH| {
                let mut sum = [0.0; WIDTH];
                for start in range.clone().step_by(EDGES_A_PART) {
                    let mut part = [0.0; WIDTH];
                    for (edge, ahead) in buffer.with_future(start..range.end.min(start + EDGES_A_PART)) {
                        prefetch(x, ahead.column());
                        // SAFETY: `check_tables` compared the tables with the edges, which hold rows of both.
                        let (e, x) = unsafe {
                            (piece::<WIDTH>(relations, edge.relation(), from), piece::<WIDTH>(x, edge.column(), from))
                        };
                        for k in 0..WIDTH {
                            part[k] = multiply_add::<FUSED>(e[k], x[k], part[k]);
                        }
                    }
                    for k in 0..WIDTH {
                        sum[k] += part[k];
                    }
                }
                for k in 0..WIDTH {
                    sum[k] *= mean;
                }
                *piece_mut::<WIDTH>(y, from) = sum;
            });
            let inverse_length = drop_and_normalise::<FUSED>(y, row, dropout);
            // SAFETY: as above.
            unsafe {
                inverse_lengths.set(row, inverse_length);
                inverse_degrees.set(row, mean);
            }
        }
    }
}

/// Rows whose relation gradients are summed in f32 before they join an f64 sum.
const ROWS_A_BLOCK: usize = 512;

/// The gradient of the relational mean with respect to `x` (for `rows`) and to the relations.
///
/// dx_t = sum over (r, h) of e_r * g_h and de_r = sum over (t, h) of x_t * g_h, where `g` is the gradient of the mean
/// already divided by the head's number of edges: one pass over the edges by tail serves both.
///
/// # Shapes
/// - `by_tail`: the wanted edges by tail.
/// - `grad`: `[n_rows, d]`, read for the columns of these edges; `x`: `[n_rows, d]`.
/// - `grad_x`: `[n_rows, d]`, `rows` **overwritten**; `grad_relations`: `[n_relations, d]`, **added to**.
/// # Numerics
/// O(edges * d) time; relation gradients are summed in f32 within 512 rows and in f64 beyond, in a fixed order.
/// # Panics
/// If the tables do not fit together.
pub fn relational_mean_gradient(
    rows: &RowSet,
    by_tail: EdgeView<'_>,
    grad: &Matrix,
    x: &Matrix,
    relations: &Matrix,
    grad_x: &mut Matrix,
    grad_relations: &mut Matrix,
) {
    check_tables(by_tail, relations, &[x, grad, grad_x]);
    let grad_x = grad_x.shared_rows();
    let partial_sums: Vec<Matrix> = rows
        .rows()
        .par_chunks(ROWS_A_BLOCK)
        .map_init(EdgeBuffer::default, |buffer, rows| {
            let mut partial = Matrix::zeros(relations.n_rows(), relations.dim());
            gradient_task(rows, by_tail, grad, x, relations, buffer, grad_x, &mut partial);
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
        rows: &[u32], by_tail: EdgeView<'_>, grad: &Matrix, x: &Matrix, relations: &Matrix, buffer: &mut EdgeBuffer,
        grad_x: SharedRows<'_>, partial: &mut Matrix,
    ) = gradient_body;
}

#[allow(clippy::too_many_arguments)]
#[inline(always)]
fn gradient_body<const FUSED: bool>(
    mut rows: &[u32],
    by_tail: EdgeView<'_>,
    grad: &Matrix,
    x: &Matrix,
    relations: &Matrix,
    buffer: &mut EdgeBuffer,
    grad_x: SharedRows<'_>,
    partial: &mut Matrix,
) {
    while !rows.is_empty() {
        let (now, later) = rows.split_at(buffer.fill(rows, by_tail));
        rows = later;
        buffer.first().for_each(|edge| prefetch(grad, edge.column()));
        for (&row, range) in now.iter().zip(buffer.ranges()) {
            let row = row as usize;
            // SAFETY: a `RowSet` lists each row once, and tasks work on different parts of the list.
            let dx = unsafe { grad_x.row_mut(row) };
            for_each_piece!(dx.len(), |from, WIDTH| {
                let mut sum = [0.0; WIDTH];
                // SAFETY: `check_tables` compared the tables with the edges, which hold rows of both; the listed rows
                // are rows of `grad_x`, which has as many as `x`.
                let x = unsafe { piece::<WIDTH>(x, row, from) };
                for (edge, ahead) in buffer.with_future(range.clone()) {
                    prefetch(grad, ahead.column());
                    // SAFETY: as above.
                    let (e, g) = unsafe {
                        (piece::<WIDTH>(relations, edge.relation(), from), piece::<WIDTH>(grad, edge.column(), from))
                    };
                    for k in 0..WIDTH {
                        sum[k] = multiply_add::<FUSED>(e[k], g[k], sum[k]);
                    }
                    let de = piece_mut::<WIDTH>(partial.row_mut(edge.relation()), from);
                    for k in 0..WIDTH {
                        de[k] = multiply_add::<FUSED>(x[k], g[k], de[k]);
                    }
                }
                *piece_mut::<WIDTH>(dx, from) = sum;
            });
        }
    }
}
