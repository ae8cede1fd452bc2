//! The penalised logistic loss: its value, gradient and products with its Hessian, from one sweep over the samples each.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | `x_i`, `s_i`, `c_i` | features, sign of the class and weight of sample i |
//! | `z_i` | w . x_i + b |
//! | `r_i` | c_i (sigma(z_i) - \[s_i > 0\]), the slope of its loss by z_i |
//! | `h_i` | c_i sigma(z_i) (1 - sigma(z_i)), the curvature |
//!
//! Coefficients are `[dim + 1]`, the intercept last. Sums are over blocks of a fixed size, added in the order of the
//! blocks: the same bytes for any number of threads.

use std::ops::Range;

use rayon::prelude::*;

use super::FeatureRows;
use super::cholesky::{Cholesky, dot};
use crate::EvalError;

/// Samples of a block.
const BLOCK: usize = 512;

pub(super) struct Objective<'a> {
    pub(super) rows: &'a dyn FeatureRows,
    pub(super) labels: &'a [bool],
    pub(super) weights: Option<&'a [f64]>,
    /// 1/C.
    pub(super) penalty: f64,
    pub(super) pool: &'a rayon::ThreadPool,
}

/// The objective at some coefficients.
pub(super) struct Point {
    pub(super) value: f64,
    pub(super) gradient: Vec<f64>,
    /// `h_i` of each sample.
    pub(super) curvature: Vec<f64>,
}

/// log(1 + exp(x)) without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// 1 / (1 + exp(-x)) without overflow.
pub(super) fn sigmoid(x: f64) -> f64 {
    let small = (-x.abs()).exp();
    if x >= 0.0 { 1.0 / (1.0 + small) } else { small / (1.0 + small) }
}

fn add_scaled(out: &mut [f64], factor: f64, row: &[f64]) {
    out.iter_mut().zip(row).for_each(|(out, x)| *out += factor * x);
}

impl Objective<'_> {
    fn n_rows(&self) -> usize {
        self.rows.n_rows()
    }

    fn dim(&self) -> usize {
        self.rows.dim()
    }

    pub(super) fn weight(&self, sample: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[sample])
    }

    fn block(&self, block: usize) -> Range<usize> {
        block * BLOCK..((block + 1) * BLOCK).min(self.n_rows())
    }

    /// Sums what a function adds to `[width]` numbers for each sample and its features.
    ///
    /// `scratch` has a number for each sample that the function may change.
    fn sum(
        &self,
        width: usize,
        scratch: &mut [f64],
        add: impl Fn(usize, &[f64], &mut f64, &mut [f64]) + Sync,
    ) -> Vec<f64> {
        let dim = self.dim();
        let of_block = |features: &mut Vec<f64>, (block, scratch): (usize, &mut [f64])| {
            let samples = self.block(block);
            let features = &mut features[..samples.len() * dim];
            self.rows.fill(samples.clone(), features);
            let mut sums = vec![0.0; width];
            for ((sample, scratch), k) in samples.zip(scratch).zip(0..) {
                add(sample, &features[k * dim..(k + 1) * dim], scratch, &mut sums);
            }
            sums
        };
        let blocks: Vec<Vec<f64>> = self.pool.install(|| {
            let blocks = scratch.par_chunks_mut(BLOCK).enumerate();
            blocks.map_init(|| vec![0.0; BLOCK * dim], of_block).collect()
        });
        let mut sums = vec![0.0; width];
        blocks.iter().for_each(|block| add_scaled(&mut sums, 1.0, block));
        sums
    }

    /// A number above any rounding of the gradient's terms: sum of c_i (|x_i| + 1).
    ///
    /// # Errors
    /// [`EvalError::NotFinite`] for a feature that is not finite.
    pub(super) fn magnitude(&self) -> Result<f64, EvalError> {
        let mut lengths = vec![0.0; self.n_rows()];
        let sum = self.sum(1, &mut lengths, |sample, row, length, sum| {
            *length = dot(row, row).sqrt() + 1.0;
            sum[0] += self.weight(sample) * *length;
        });
        match lengths.iter().position(|length| !length.is_finite()) {
            Some(sample) => Err(self.bad_feature(sample)),
            None => Ok(sum[0]),
        }
    }

    fn bad_feature(&self, sample: usize) -> EvalError {
        let mut row = vec![0.0; self.dim()];
        self.rows.fill(sample..sample + 1, &mut row);
        let worst = row.into_iter().max_by(|a, b| a.abs().total_cmp(&b.abs()));
        EvalError::BadFeature { sample, value: worst.unwrap_or(f64::NAN) }
    }

    /// sum over i of c_i log(1 + exp(-s_i z_i)) + |w|^2 / (2 C), with its gradient.
    pub(super) fn at(&self, coefficients: &[f64]) -> Point {
        let (weights, intercept) = coefficients.split_at(self.dim());
        let mut curvature = vec![0.0; self.n_rows()];
        let width = coefficients.len() + 1;
        let mut gradient = self.sum(width, &mut curvature, |sample, row, curvature, sums| {
            let z = dot(row, weights) + intercept[0];
            let (weight, label) = (self.weight(sample), self.labels[sample]);
            let (p, rest) = (sigmoid(z), sigmoid(-z));
            *curvature = weight * p * rest;
            let slope = if label { -weight * rest } else { weight * p };
            let (gradient, ends) = sums.split_at_mut(row.len());
            add_scaled(gradient, slope, row);
            ends[0] += slope;
            ends[1] += weight * softplus(if label { -z } else { z });
        });
        let loss = gradient.pop().expect("the loss is the last sum");
        add_scaled(&mut gradient, self.penalty, weights);
        Point { value: loss + 0.5 * self.penalty * dot(weights, weights), gradient, curvature }
    }

    /// The product of the Hessian with a direction.
    pub(super) fn hessian_product(&self, curvature: &mut [f64], direction: &[f64]) -> Vec<f64> {
        let (weights, intercept) = direction.split_at(self.dim());
        let mut product = self.sum(direction.len(), curvature, |_, row, curvature, sums| {
            let slope = *curvature * (dot(row, weights) + intercept[0]);
            let (product, end) = sums.split_at_mut(row.len());
            add_scaled(product, slope, row);
            end[0] += slope;
        });
        add_scaled(&mut product, self.penalty, weights);
        product
    }

    /// A factor of the Hessian, from evenly spaced samples if there are more than suffice.
    pub(super) fn preconditioner(&self, curvature: &[f64]) -> Preconditioner {
        if self.dim() > MOST_DENSE {
            return self.diagonal(curvature);
        }
        let n = self.dim() + 1;
        let n_used = self.n_rows().min(SAMPLES_A_COEFFICIENT * n + FEWEST_SAMPLES);
        let used = |k: usize| (k as u64 * self.n_rows() as u64 / n_used as u64) as usize;
        let mut hessian = vec![0.0; n * n];
        let mut row = vec![1.0; n];
        let (all, part) = (curvature.iter().sum::<f64>(), (0..n_used).map(|k| curvature[used(k)]).sum::<f64>());
        let scale = if part > 0.0 { all / part } else { 1.0 };
        for k in 0..n_used {
            let sample = used(k);
            self.rows.fill(sample..sample + 1, &mut row[..n - 1]);
            for (i, line) in hessian.chunks_exact_mut(n).enumerate() {
                add_scaled(&mut line[..=i], scale * curvature[sample] * row[i], &row[..=i]);
            }
        }
        (0..n - 1).for_each(|i| hessian[i * n + i] += self.penalty);
        Preconditioner::Dense(Cholesky::new(n, hessian))
    }

    fn diagonal(&self, curvature: &[f64]) -> Preconditioner {
        let mut diagonal = self.sum(self.dim() + 1, &mut curvature.to_vec(), |_, row, curvature, sums| {
            let (squares, end) = sums.split_at_mut(row.len());
            squares.iter_mut().zip(row).for_each(|(sum, x)| *sum += *curvature * x * x);
            end[0] += *curvature;
        });
        diagonal[..self.dim()].iter_mut().for_each(|entry| *entry += self.penalty);
        diagonal.iter_mut().for_each(|entry| *entry = if *entry > 0.0 { entry.recip() } else { 1.0 });
        Preconditioner::Diagonal(diagonal)
    }
}

/// Features up to which a dense factor pays.
const MOST_DENSE: usize = 512;
/// Samples that a dense factor is made of: so many for each coefficient, and so many more.
const SAMPLES_A_COEFFICIENT: usize = 16;
const FEWEST_SAMPLES: usize = 512;

/// Something near the inverse of the Hessian.
pub(super) enum Preconditioner {
    Dense(Cholesky),
    /// The inverse of the diagonal.
    Diagonal(Vec<f64>),
}

impl Preconditioner {
    pub(super) fn apply(&self, vector: &[f64]) -> Vec<f64> {
        let mut out = vector.to_vec();
        match self {
            Self::Dense(factor) => factor.solve(&mut out),
            Self::Diagonal(inverse) => out.iter_mut().zip(inverse).for_each(|(out, x)| *out *= x),
        }
        out
    }
}
