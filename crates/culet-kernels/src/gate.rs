//! The intent gate of KGIN, which makes a user's next layer from the mean of the user's items, and its gradient.
//!
//! beta_p = softmax_p(<u, c_p>),  y = normalise(dropout(m + m * sum_p beta_p e_p))     (Wang et al. 2021, eqs. 5 and 6)

use rayon::prelude::*;

use crate::isa::multiversion;
use crate::lanes::{axpy, blocks, blocks_mut, dot, drop_and_normalise, drop_and_normalise_gradient, lanewise};
use crate::numeric::softmax_in_place;
use crate::relational::add_in_order;
use crate::{Dropout, Matrix};

/// Rows in a task, and in a partial sum of gradients.
const ROWS_A_TASK: usize = 64;

/// What the gate reads: users and means `[n, d]`, intents and latent vectors `[n_intents, d]`, and for each row the
/// number by which dropout knows it.
#[derive(Clone, Copy)]
pub struct GateInput<'a> {
    /// The users' vectors of this layer, from which the shares come.
    pub users: &'a Matrix,
    /// The means over the users' items.
    pub means: &'a Matrix,
    /// e_p
    pub intents: &'a Matrix,
    /// c_p
    pub latent: &'a Matrix,
    /// For each row the user's number.
    pub user_numbers: &'a [u32],
    /// Message dropout.
    pub dropout: Dropout,
}

impl GateInput<'_> {
    fn check(&self) {
        let (n_rows, stride) = (self.users.n_rows(), self.users.stride());
        assert_eq!((self.means.n_rows(), self.means.stride()), (n_rows, stride), "a mean for each user");
        assert_eq!(self.user_numbers.len(), n_rows, "a number for each user");
        assert!(self.intents.n_rows() > 0, "at least one intent");
        assert_eq!(self.intents.n_rows(), self.latent.n_rows(), "a latent vector for each intent");
        assert_eq!((self.intents.stride(), self.latent.stride()), (stride, stride), "tables of one width");
    }
}

/// What the gate makes, kept for the gradient: unit rows `[n, d]`, shares `[n, n_intents]`, 1 / length `[n]`.
#[derive(Debug, Default)]
pub struct GateOutput {
    /// The users' vectors of the next layer, of length 1 (or 0).
    pub units: Matrix,
    /// beta: the share of each intent.
    pub shares: Matrix,
    /// 1 / length before the division by it, 0 for a zero row.
    pub inverse_lengths: Vec<f32>,
}

impl GateOutput {
    /// Room for `n_rows` users.
    #[must_use]
    pub fn zeros(n_rows: usize, dim: usize, n_intents: usize) -> Self {
        Self {
            units: Matrix::zeros(n_rows, dim),
            shares: Matrix::zeros(n_rows, n_intents),
            inverse_lengths: vec![0.0; n_rows],
        }
    }

    /// Makes room for another number of users, in the same memory if that suffices; what it holds is left over.
    pub fn reshape(&mut self, n_rows: usize, dim: usize, n_intents: usize) {
        self.units.reshape(n_rows, dim);
        self.shares.reset(n_rows, n_intents);
        self.inverse_lengths.resize(n_rows, 0.0);
    }
}

/// The gate for all rows; `out` is **overwritten**.
///
/// # Panics
/// If the shapes do not fit.
pub fn intent_gate(input: GateInput<'_>, out: &mut GateOutput) {
    let (stride, shares) = (input.users.stride(), out.shares.stride());
    input.check();
    let n_rows = input.users.n_rows();
    assert_eq!((out.units.n_rows(), out.units.stride()), (n_rows, stride), "a row for each user");
    assert_eq!((out.shares.n_rows(), out.shares.dim()), (n_rows, input.intents.n_rows()), "a share for each intent");
    assert_eq!(out.inverse_lengths.len(), n_rows, "a length for each user");
    if stride == 0 {
        return;
    }
    (
        out.units.as_mut_slice().par_chunks_mut(ROWS_A_TASK * stride),
        out.shares.as_mut_slice().par_chunks_mut(ROWS_A_TASK * shares),
        out.inverse_lengths.par_chunks_mut(ROWS_A_TASK),
    )
        .into_par_iter()
        .enumerate()
        .for_each(|(task, (units, shares, inverse))| gate_task(task * ROWS_A_TASK, input, units, shares, inverse));
}

multiversion! {
    fn gate_task(
        first: usize, input: GateInput<'_>, units: &mut [f32], shares: &mut [f32], inverse_lengths: &mut [f32],
    ) = gate_body;
}

#[inline(always)]
fn gate_body<const FUSED: bool>(
    first: usize,
    input: GateInput<'_>,
    units: &mut [f32],
    shares: &mut [f32],
    inverse_lengths: &mut [f32],
) {
    let (stride, n_intents) = (input.users.stride(), input.intents.n_rows());
    let share_stride = n_intents.next_multiple_of(16);
    for (k, inverse_length) in inverse_lengths.iter_mut().enumerate() {
        let row = first + k;
        let shares = &mut shares[k * share_stride..][..n_intents];
        for (p, share) in shares.iter_mut().enumerate() {
            *share = dot::<FUSED>(input.users.row(row), input.latent.row(p));
        }
        softmax_in_place(shares);
        let y = &mut units[k * stride..][..stride];
        mix_intents::<FUSED>(input.intents, shares, y);
        for (y, m) in blocks_mut(y).iter_mut().zip(blocks(input.means.row(row))) {
            *y = lanewise!(|k| m[k] * (1.0 + y[k]));
        }
        *inverse_length = drop_and_normalise::<FUSED>(y, input.user_numbers[row] as usize, input.dropout);
    }
}

/// sum_p beta_p e_p
#[inline(always)]
fn mix_intents<const FUSED: bool>(intents: &Matrix, shares: &[f32], out: &mut [f32]) {
    out.fill(0.0);
    for (p, &share) in shares.iter().enumerate() {
        axpy::<FUSED>(share, intents.row(p), out);
    }
}

/// Where the gradients of the gate go.
pub struct GateGradient<'a> {
    /// `[n, d]`, **overwritten**; multiplied with `mean_scales` of the row.
    pub means: &'a mut Matrix,
    /// `[n, d]`, **added to**.
    pub users: &'a mut Matrix,
    /// `[n_intents, d]`, **added to**.
    pub intents: &'a mut Matrix,
    /// `[n_intents, d]`, **added to**.
    pub latent: &'a mut Matrix,
}

/// The gradient of [`intent_gate`], given that of the unit rows (`grad`, `[n, d]`).
///
/// With a = m * (1 + g), g = sum_p beta_p e_p: dm = da * (1 + g), dg = da * m, de_p = sum beta_p dg,
/// dbeta_p = <dg, e_p>, dlogit_p = beta_p (dbeta_p - sum_q beta_q dbeta_q), du = sum_p dlogit_p c_p, dc_p = sum dlogit_p u.
///
/// # Numerics
/// The gradients of `intents` and `latent` are summed in f32 over 64 users and in f64 beyond, in a fixed order.
/// # Panics
/// If the shapes do not fit.
pub fn intent_gate_gradient(
    input: GateInput<'_>,
    output: &GateOutput,
    grad: &Matrix,
    mean_scales: &[f32],
    out: GateGradient<'_>,
) {
    let stride = input.users.stride();
    input.check();
    let shape = (input.users.n_rows(), stride);
    for table in [&*out.means, &*out.users, grad, &output.units] {
        assert_eq!((table.n_rows(), table.stride()), shape, "a row for each user");
    }
    assert_eq!((output.shares.n_rows(), mean_scales.len()), (shape.0, shape.0), "a row for each user");
    for table in [&*out.intents, &*out.latent] {
        assert_eq!((table.n_rows(), table.stride()), (input.intents.n_rows(), stride), "a row for each intent");
    }
    if stride == 0 {
        return;
    }
    let partial_sums: Vec<(Matrix, Matrix)> = (
        out.means.as_mut_slice().par_chunks_mut(ROWS_A_TASK * stride),
        out.users.as_mut_slice().par_chunks_mut(ROWS_A_TASK * stride),
    )
        .into_par_iter()
        .enumerate()
        .map(|(task, (d_means, d_users))| {
            let zeros = || Matrix::zeros(input.intents.n_rows(), input.intents.dim());
            let (mut d_intents, mut d_latent) = (zeros(), zeros());
            let first = task * ROWS_A_TASK;
            gradient_task(first, input, output, grad, mean_scales, d_means, d_users, &mut d_intents, &mut d_latent);
            (d_intents, d_latent)
        })
        .collect();
    let (intents, latent): (Vec<_>, Vec<_>) = partial_sums.into_iter().unzip();
    add_in_order(&intents, out.intents);
    add_in_order(&latent, out.latent);
}

multiversion! {
    fn gradient_task(
        first: usize, input: GateInput<'_>, output: &GateOutput, grad: &Matrix, mean_scales: &[f32],
        d_means: &mut [f32], d_users: &mut [f32], d_intents: &mut Matrix, d_latent: &mut Matrix,
    ) = gradient_body;
}

#[allow(clippy::too_many_arguments)]
#[inline(always)]
fn gradient_body<const FUSED: bool>(
    first: usize,
    input: GateInput<'_>,
    output: &GateOutput,
    grad: &Matrix,
    mean_scales: &[f32],
    d_means: &mut [f32],
    d_users: &mut [f32],
    d_intents: &mut Matrix,
    d_latent: &mut Matrix,
) {
    let (stride, n_intents) = (input.users.stride(), input.intents.n_rows());
    let (mut da, mut dg) = (vec![0.0; stride], vec![0.0; stride]);
    let mut d_shares = vec![0.0; n_intents];
    for (k, dm) in d_means.chunks_exact_mut(stride).enumerate() {
        let row = first + k;
        let shares = &output.shares.row(row)[..n_intents];
        da.copy_from_slice(grad.row(row));
        let (y, inverse) = (output.units.row(row), output.inverse_lengths[row]);
        let number = input.user_numbers[row] as usize;
        drop_and_normalise_gradient::<FUSED>(y, &mut da, inverse, number, input.dropout, 1.0);
        mix_intents::<FUSED>(input.intents, shares, dm);
        let (m, scale) = (input.means.row(row), mean_scales[row]);
        for k in 0..stride {
            dg[k] = da[k] * m[k];
            dm[k] = da[k] * (1.0 + dm[k]) * scale;
        }
        for (p, d_share) in d_shares.iter_mut().enumerate() {
            *d_share = dot::<FUSED>(&dg, input.intents.row(p));
            axpy::<FUSED>(shares[p], &dg, d_intents.row_mut(p));
        }
        let mean: f32 = shares.iter().zip(&d_shares).map(|(share, d)| share * d).sum();
        for (p, &d_share) in d_shares.iter().enumerate() {
            let d_logit = shares[p] * (d_share - mean);
            axpy::<FUSED>(d_logit, input.latent.row(p), &mut d_users[k * stride..][..stride]);
            axpy::<FUSED>(d_logit, input.users.row(row), d_latent.row_mut(p));
        }
    }
}
