//! The relational mean of KGIN and its gradient.
//!
//! y_v = 1/|N_v| * sum over (r, t) in N_v of e_r * x_t          (Wang et al. 2021, eq. 7)

use rayon::prelude::*;

use crate::edges::{EdgeBuffer, ROWS_A_TASK};
use crate::isa::{multiply_add, multiversion};
use crate::lanes::{
    axpy, drop_and_normalise, drop_and_normalise_gradient, for_each_piece, piece, piece_mut, piece_of_mut, prefetch,
};
use crate::matrix::SharedRows;
use crate::shared::SharedSlice;
use crate::{Dropout, EdgeView, Matrix, RowGradient, RowSet};

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

/// How many rows ahead kernels prefetch what they write.
const ROWS_AHEAD: usize = 4;

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
        for (k, (&row, range)) in now.iter().zip(buffer.ranges()).enumerate() {
            if let Some(&ahead) = now.get(k + ROWS_AHEAD) {
                units.prefetch(ahead as usize);
            }
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
                *piece_mut::<WIDTH>(y, from) = sum.map(|sum| sum * mean);
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

/// What belongs to the gradient of a layer's rows beside what comes through the layer above, and how these rows were
/// made.
#[derive(Clone, Copy)]
pub struct LowerLayer<'a> {
    /// Added to the gradient of the rows that have a slot.
    pub extra: RowGradient<'a>,
    /// If the rows are themselves the output of a layer: how it was made, so that the gradient becomes that of its sums.
    pub made_by: Option<MadeBy<'a>>,
}

/// How the rows of a layer were made from sums over edges.
#[derive(Clone, Copy)]
pub struct MadeBy<'a> {
    /// `[n_rows]`, as in [`LayerOutput`].
    pub inverse_lengths: &'a [f32],
    /// `[n_rows]`, as in [`LayerOutput`].
    pub inverse_degrees: &'a [f32],
    /// The dropout of the layer.
    pub dropout: Dropout,
}

/// The gradient of the relational mean with respect to `x` (for `rows`) and to the relations.
///
/// dx_t = sum over (r, h) of e_r * g_h and de_r = sum over (t, h) of x_t * g_h, where `g` is the gradient of the sums
/// over edges (the mean's divided by the head's number of edges): one pass over the edges by tail serves both. Then
/// `lower` adds what else belongs to dx and, if `x` is itself a layer's output, turns dx into the gradient of the sums
/// behind it: scale * mask * (dx - x <x, dx>) / length / number of edges.
///
/// # Shapes
/// - `by_tail`: the wanted edges by tail.
/// - `grad`: `[n_rows, d]`, read for the columns of these edges; `x`: `[n_rows, d]`.
/// - `grad_x`: `[n_rows, d]`, `rows` **overwritten**; `grad_relations`: `[n_relations, d]`, **added to**.
/// # Numerics
/// O(edges * d) time; relation gradients are summed in f32 within 512 rows and in f64 beyond, in a fixed order.
/// # Panics
/// If the tables do not fit together.
#[allow(clippy::too_many_arguments)]
pub fn relational_mean_gradient(
    rows: &RowSet,
    by_tail: EdgeView<'_>,
    grad: &Matrix,
    x: &Matrix,
    relations: &Matrix,
    lower: LowerLayer<'_>,
    grad_x: &mut Matrix,
    grad_relations: &mut Matrix,
) {
    check_tables(by_tail, relations, &[x, grad, grad_x]);
    assert_eq!(shape(grad_relations), shape(relations), "a gradient for each relation");
    assert_eq!(lower.extra.values().stride(), x.stride(), "tables of one width");
    let grad_x = grad_x.shared_rows();
    let partial_sums: Vec<Matrix> = rows
        .rows()
        .par_chunks(ROWS_A_BLOCK)
        .map_init(EdgeBuffer::default, |buffer, rows| {
            let mut partial = Matrix::zeros(relations.n_rows(), relations.dim());
            gradient_task(rows, by_tail, grad, x, relations, lower, buffer, grad_x, &mut partial);
            partial
        })
        .collect();
    add_in_order(&partial_sums, grad_relations);
}

fn shape(table: &Matrix) -> (usize, usize) {
    (table.n_rows(), table.dim())
}

/// Adds tables of partial sums in f64, in their order.
pub(crate) fn add_in_order(parts: &[Matrix], total: &mut Matrix) {
    let mut sums: Vec<f64> = total.as_slice().iter().map(|&x| f64::from(x)).collect();
    for part in parts {
        sums.iter_mut().zip(part.as_slice()).for_each(|(sum, &x)| *sum += f64::from(x));
    }
    total.as_mut_slice().iter_mut().zip(sums).for_each(|(total, sum)| *total = sum as f32);
}

multiversion! {
    fn gradient_task(
        rows: &[u32], by_tail: EdgeView<'_>, grad: &Matrix, x: &Matrix, relations: &Matrix, lower: LowerLayer<'_>,
        buffer: &mut EdgeBuffer, grad_x: SharedRows<'_>, partial: &mut Matrix,
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
    lower: LowerLayer<'_>,
    buffer: &mut EdgeBuffer,
    grad_x: SharedRows<'_>,
    partial: &mut Matrix,
) {
    while !rows.is_empty() {
        let (now, later) = rows.split_at(buffer.fill(rows, by_tail));
        rows = later;
        buffer.first().for_each(|edge| prefetch(grad, edge.column()));
        for (k, (&row, range)) in now.iter().zip(buffer.ranges()).enumerate() {
            if let Some(&ahead) = now.get(k + ROWS_AHEAD) {
                prefetch(x, ahead as usize);
                grad_x.prefetch(ahead as usize);
                lower.extra.prefetch(ahead as usize);
            }
            let row = row as usize;
            // SAFETY: a `RowSet` lists each row once, and tasks work on different parts of the list.
            let dx = unsafe { grad_x.row_mut(row) };
            for_each_piece!(dx.len(), |from, WIDTH| {
                let mut sum = [0.0; WIDTH];
                // SAFETY: `check_tables` compared the tables with the edges, which hold rows of both; the listed rows
                // are rows of `grad_x`, which has as many as `x`.
                let x = unsafe { piece::<WIDTH>(x, row, from) };
                for start in range.clone().step_by(EDGES_A_PART) {
                    let mut part = [0.0; WIDTH];
                    for (edge, ahead) in buffer.with_future(start..range.end.min(start + EDGES_A_PART)) {
                        prefetch(grad, ahead.column());
                        // SAFETY: as above.
                        let (e, g) = unsafe {
                            (
                                piece::<WIDTH>(relations, edge.relation(), from),
                                piece::<WIDTH>(grad, edge.column(), from),
                            )
                        };
                        for k in 0..WIDTH {
                            part[k] = multiply_add::<FUSED>(e[k], g[k], part[k]);
                        }
                        // SAFETY: as above; `partial` has a row for each relation and is borrowed exclusively.
                        let de = unsafe { piece_of_mut::<WIDTH>(partial, edge.relation(), from) };
                        for k in 0..WIDTH {
                            de[k] = multiply_add::<FUSED>(x[k], g[k], de[k]);
                        }
                    }
                    for k in 0..WIDTH {
                        sum[k] += part[k];
                    }
                }
                *piece_mut::<WIDTH>(dx, from) = sum;
            });
            if let Some(extra) = lower.extra.row(row) {
                axpy::<FUSED>(1.0, extra, dx);
            }
            if let Some(MadeBy { inverse_lengths, inverse_degrees, dropout }) = lower.made_by {
                let (length, degree) = (inverse_lengths[row], inverse_degrees[row]);
                drop_and_normalise_gradient::<FUSED>(x.row(row), dx, length, row, dropout, degree);
            }
        }
    }
}
