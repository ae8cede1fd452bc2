//! Losses of a batch over the vectors that it reads, with their gradients.

use crate::Matrix;
use crate::isa::multiversion;
use crate::lanes::{axpy, dot};
use crate::numeric::{log_sigmoid, sigmoid};

/// The vectors that a batch reads, each once.
#[derive(Debug, Clone, Copy)]
pub struct BatchVectors<'a> {
    /// `[n_distinct_users, d]`
    pub users: &'a Matrix,
    /// `[n_distinct_items, d]`
    pub items: &'a Matrix,
}

/// The gradients of the vectors that a batch reads; shapes as in [`BatchVectors`].
#[derive(Debug, Default)]
pub struct BatchGradients {
    /// `[n_distinct_users, d]`
    pub users: Matrix,
    /// `[n_distinct_items, d]`
    pub items: Matrix,
}

impl BatchGradients {
    /// Zeros in the shape of the vectors.
    #[must_use]
    pub fn zeros(vectors: BatchVectors<'_>) -> Self {
        let zeros = |like: &Matrix| Matrix::zeros(like.n_rows(), like.dim());
        Self { users: zeros(vectors.users), items: zeros(vectors.items) }
    }

    /// # Panics
    /// If the shapes are not those of the vectors.
    pub(crate) fn check(&self, vectors: BatchVectors<'_>) {
        let shape = |table: &Matrix| (table.n_rows(), table.dim());
        let (own, expected) = ([&self.users, &self.items].map(shape), [vectors.users, vectors.items].map(shape));
        assert_eq!(own, expected, "gradients in the shape of the vectors");
    }

    /// Becomes zeros in the shape of the vectors, in the same memory if that suffices.
    pub fn reset(&mut self, vectors: BatchVectors<'_>) {
        self.users.reset(vectors.users.n_rows(), vectors.users.dim());
        self.items.reset(vectors.items.n_rows(), vectors.items.dim());
    }
}

/// Rows of [`BatchVectors`] that belong together: user, positive and negative of each pair, `[n]` each.
#[derive(Debug, Clone, Copy)]
pub struct PairRows<'a> {
    /// Rows of `users`.
    pub users: &'a [u32],
    /// Rows of `items`.
    pub positives: &'a [u32],
    /// Rows of `items`.
    pub negatives: &'a [u32],
}

/// BPR: -1/n sum log sigma(<u, i> - <u, j>)   (Rendle et al. 2009).
///
/// Gives the loss and **adds** to the gradients. O(n d); one thread.
///
/// # Panics
/// If a row is out of range or the lists differ in length.
pub fn pairwise_loss(vectors: BatchVectors<'_>, rows: PairRows<'_>, gradients: &mut BatchGradients) -> f64 {
    assert_eq!((rows.users.len(), rows.users.len()), (rows.positives.len(), rows.negatives.len()), "triples");
    gradients.check(vectors);
    assert_eq!(vectors.users.stride(), vectors.items.stride(), "vectors of one width");
    pairwise(vectors, rows, gradients)
}

multiversion! {
    fn pairwise(vectors: BatchVectors<'_>, rows: PairRows<'_>, gradients: &mut BatchGradients) -> f64 = pairwise_body;
}

#[inline(always)]
fn pairwise_body<const FUSED: bool>(
    vectors: BatchVectors<'_>,
    rows: PairRows<'_>,
    gradients: &mut BatchGradients,
) -> f64 {
    let share = 1.0 / rows.users.len() as f64;
    let mut loss = 0.0;
    for ((&user, &positive), &negative) in rows.users.iter().zip(rows.positives).zip(rows.negatives) {
        let (user, positive, negative) = (user as usize, positive as usize, negative as usize);
        let (u, i, j) = (vectors.users.row(user), vectors.items.row(positive), vectors.items.row(negative));
        let gap = f64::from(dot::<FUSED>(u, i) - dot::<FUSED>(u, j));
        loss -= share * log_sigmoid(gap);
        let slope = (-share * sigmoid(-gap)) as f32;
        axpy::<FUSED>(slope, i, gradients.users.row_mut(user));
        axpy::<FUSED>(-slope, j, gradients.users.row_mut(user));
        axpy::<FUSED>(slope, u, gradients.items.row_mut(positive));
        axpy::<FUSED>(-slope, u, gradients.items.row_mut(negative));
    }
    loss
}

/// weight / 2 * sum of the squared lengths of the listed rows, repeated rows counted repeatedly.
///
/// Gives the penalty and **adds** to the gradient.
///
/// # Panics
/// If a row is out of range.
pub fn squared_length_penalty(weight: f64, rows: &[u32], vectors: &Matrix, gradient: &mut Matrix) -> f64 {
    let shape = |table: &Matrix| (table.n_rows(), table.dim());
    assert_eq!(shape(vectors), shape(gradient), "a gradient in the shape of the vectors");
    penalty(weight, rows, vectors, gradient)
}

multiversion! {
    fn penalty(weight: f64, rows: &[u32], vectors: &Matrix, gradient: &mut Matrix) -> f64 = penalty_body;
}

#[inline(always)]
fn penalty_body<const FUSED: bool>(weight: f64, rows: &[u32], vectors: &Matrix, gradient: &mut Matrix) -> f64 {
    let mut sum = 0.0;
    for &row in rows {
        let vector = vectors.row(row as usize);
        sum += f64::from(dot::<FUSED>(vector, vector));
        axpy::<FUSED>(weight as f32, vector, gradient.row_mut(row as usize));
    }
    0.5 * weight * sum
}
