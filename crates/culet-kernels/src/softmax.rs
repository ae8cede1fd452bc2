//! Softmax over shared negatives on the cosine.
//!
//! loss = -1/n sum log( exp(c_b+ / t) / (exp(c_b+ / t) + sum over negatives k of exp(c_bk / t)) ), c the cosine, t the
//! temperature. Negatives that are known to belong to the pair's user are left out of its sum.

use rayon::prelude::*;

use crate::isa::multiversion;
use crate::lanes::{axpy, blocks, dot};
use crate::loss::{BatchGradients, BatchVectors, PairRows};
use crate::numeric::exp_f32;
use crate::product::{View, ViewMut, add_product_ab, add_product_atb, product_abt};
use crate::{Lists, Matrix};

/// The loss; **adds** to the gradients.
///
/// # Shapes
/// - `rows`: as for [`crate::pairwise_loss`], but `negatives` are shared, `[n_negatives]`.
/// - `known`: for each pair the places in `negatives` that do not count.
/// # Numerics
/// O(n * n_negatives * d) as matrix products; the sums over pairs go through at most 16 partial sums, whose number
/// depends on n alone.
/// # Panics
/// If the shapes do not fit.
pub fn softmax_loss(
    vectors: BatchVectors<'_>,
    rows: PairRows<'_>,
    known: Lists<'_>,
    temperature: f32,
    gradients: &mut BatchGradients,
) -> f64 {
    assert_eq!((rows.users.len(), rows.users.len()), (rows.positives.len(), known.len()), "one list for each pair");
    assert!(temperature > 0.0, "a temperature is positive");
    gradients.check(vectors);
    let n_negatives = rows.negatives.len();
    assert!(known.columns.iter().all(|&place| (place as usize) < n_negatives), "known places are those of negatives");
    let (users, items) = (UnitRows::of(vectors.users), UnitRows::of(vectors.items));
    let negatives = gather(&items.units, rows.negatives);
    let n_pairs = rows.users.len();
    let block = n_pairs.div_ceil(16).max(64);
    let parts: Vec<BlockGradients> = (0..n_pairs.div_ceil(block))
        .into_par_iter()
        .map(|k| {
            let pairs = k * block..n_pairs.min((k + 1) * block);
            let context = Context { rows, known, temperature, n_pairs, users: &users.units, items: &items.units };
            context.block(pairs, &negatives)
        })
        .collect();

    let loss = parts.iter().map(|part| part.loss).sum();
    let zeros = |like: &Matrix| Matrix::zeros(like.n_rows(), like.dim());
    let (grad_users, grad_items) = rayon::join(
        || {
            let mut grad = zeros(vectors.users);
            scatter(&parts, rows.users, |part| &part.users, &mut grad);
            grad
        },
        || {
            let mut grad = zeros(vectors.items);
            scatter(&parts, rows.positives, |part| &part.positives, &mut grad);
            let of_negatives = sum_of(&parts, n_negatives, |part| &part.negatives);
            for (k, &row) in rows.negatives.iter().enumerate() {
                add_row(1.0, of_negatives.row(k), grad.row_mut(row as usize));
            }
            grad
        },
    );
    rayon::join(
        || users.add_gradient(&grad_users, &mut gradients.users),
        || items.add_gradient(&grad_items, &mut gradients.items),
    );
    loss
}

/// Adds the rows of all parts, end to end, to the listed rows.
fn scatter(parts: &[BlockGradients], to: &[u32], of: impl Fn(&BlockGradients) -> &Matrix, grad: &mut Matrix) {
    let rows = parts.iter().flat_map(|part| (0..of(part).n_rows()).map(|k| of(part).row(k)));
    rows.zip(to).for_each(|(row, &to)| add_row(1.0, row, grad.row_mut(to as usize)));
}

/// The sum of a table over the parts, in their order.
fn sum_of(parts: &[BlockGradients], n_rows: usize, of: impl Fn(&BlockGradients) -> &Matrix + Sync) -> Matrix {
    let dim = parts.first().map_or(0, |part| of(part).dim());
    let mut sum = Matrix::zeros(n_rows, dim);
    let stride = sum.stride();
    if stride > 0 {
        sum.as_mut_slice().par_chunks_mut(ROWS_A_TASK * stride).enumerate().for_each(|(task, sum)| {
            let from = task * ROWS_A_TASK * stride;
            parts.iter().for_each(|part| add_row(1.0, &of(part).as_slice()[from..from + sum.len()], sum));
        });
    }
    sum
}

const ROWS_A_TASK: usize = 64;

/// Rows divided by their lengths.
struct UnitRows {
    units: Matrix,
    inverse_lengths: Vec<f32>,
}

impl UnitRows {
    fn of(table: &Matrix) -> Self {
        let mut units = table.clone();
        let stride = units.stride().max(1);
        let rows = units.as_mut_slice().par_chunks_exact_mut(stride).with_min_len(ROWS_A_TASK);
        let mut inverse_lengths: Vec<f32> = rows.map(normalise_row).collect();
        inverse_lengths.resize(table.n_rows(), 0.0);
        Self { units, inverse_lengths }
    }

    /// dx = (dy - y <y, dy>) / length
    fn add_gradient(&self, grad_units: &Matrix, grad: &mut Matrix) {
        let stride = self.units.stride().max(1);
        let rows = grad.as_mut_slice().par_chunks_exact_mut(stride).with_min_len(ROWS_A_TASK).enumerate();
        rows.for_each(|(row, grad)| {
            let (unit, grad_unit) = (self.units.row(row), grad_units.row(row));
            let along = inner(unit, grad_unit);
            add_row(self.inverse_lengths[row], grad_unit, grad);
            add_row(-along * self.inverse_lengths[row], unit, grad);
        });
    }
}

struct BlockGradients {
    loss: f64,
    users: Matrix,
    positives: Matrix,
    negatives: Matrix,
}

struct Context<'a> {
    rows: PairRows<'a>,
    known: Lists<'a>,
    temperature: f32,
    n_pairs: usize,
    users: &'a Matrix,
    items: &'a Matrix,
}

impl Context<'_> {
    fn block(&self, pairs: std::ops::Range<usize>, negatives: &Matrix) -> BlockGradients {
        let users = gather(self.users, &self.rows.users[pairs.clone()]);
        let positives = gather(self.items, &self.rows.positives[pairs.clone()]);
        let (m, n) = (users.n_rows(), negatives.n_rows());
        // Columns are padded to whole lanes with logits of -infinity.
        let width = n.next_multiple_of(16);
        let mut logits = vec![f32::NEG_INFINITY; m * width];
        product_abt(View::from(&users), View::from(negatives), ViewMut::new(&mut logits, m, n, width));

        let dim = users.dim();
        let mut out = BlockGradients {
            loss: 0.0,
            users: Matrix::zeros(m, dim),
            positives: Matrix::zeros(m, dim),
            negatives: Matrix::zeros(n, dim),
        };
        for (k, pair) in pairs.enumerate() {
            let logits = &mut logits[k * width..][..width];
            self.known.list(pair).iter().for_each(|&place| logits[place as usize] = f32::NEG_INFINITY);
            let positive = inner(users.row(k), positives.row(k));
            let (loss, slope) = softmax_row(logits, positive, self.temperature, self.n_pairs as f32);
            out.loss += f64::from(loss) / self.n_pairs as f64;
            add_row(slope, positives.row(k), out.users.row_mut(k));
            add_row(slope, users.row(k), out.positives.row_mut(k));
        }
        let slopes = View::new(&logits, m, n, width);
        add_product_ab(slopes, View::from(negatives), ViewMut::from(&mut out.users));
        add_product_atb(slopes, View::from(&users), ViewMut::from(&mut out.negatives));
        out
    }
}

multiversion! {
    /// Turns cosines into the slopes of the loss with respect to them; gives the loss and the positive's slope.
    fn softmax_row(cosines: &mut [f32], positive: f32, temperature: f32, n_pairs: f32) -> (f32, f32) = softmax_body;
}

#[inline(always)]
fn softmax_body<const FUSED: bool>(cosines: &mut [f32], positive: f32, temperature: f32, n_pairs: f32) -> (f32, f32) {
    let scale = 1.0 / temperature;
    let (lanes, _) = cosines.as_chunks_mut::<16>();
    let mut highest = [positive; 16];
    for lane in &*lanes {
        for k in 0..16 {
            highest[k] = highest[k].max(lane[k]);
        }
    }
    let largest = scale * highest.into_iter().fold(positive, f32::max);
    let mut sums = [0.0_f32; 16];
    for lane in &mut *lanes {
        for k in 0..16 {
            lane[k] = if lane[k] == f32::NEG_INFINITY { 0.0 } else { exp_f32::<FUSED>(lane[k] * scale - largest) };
            sums[k] += lane[k];
        }
    }
    let own = (positive * scale - largest).exp();
    let sum = own + sums.iter().sum::<f32>();
    let factor = scale / (sum * n_pairs);
    for lane in lanes {
        for value in lane {
            *value *= factor;
        }
    }
    (largest - positive * scale + sum.ln(), own * factor - scale / n_pairs)
}

multiversion! {
    fn inner(a: &[f32], b: &[f32]) -> f32 = dot;
}

multiversion! {
    fn add_row(alpha: f32, x: &[f32], y: &mut [f32]) = axpy;
}

multiversion! {
    fn normalise_row(row: &mut [f32]) -> f32 = normalise_body;
}

#[inline(always)]
fn normalise_body<const FUSED: bool>(row: &mut [f32]) -> f32 {
    crate::lanes::drop_and_normalise::<FUSED>(row, 0, crate::Dropout::none())
}

fn gather(table: &Matrix, rows: &[u32]) -> Matrix {
    let mut gathered = Matrix::zeros(rows.len(), table.dim());
    for (k, &row) in rows.iter().enumerate() {
        for (to, from) in crate::lanes::blocks_mut(gathered.row_mut(k)).iter_mut().zip(blocks(table.row(row as usize)))
        {
            *to = *from;
        }
    }
    gathered
}
