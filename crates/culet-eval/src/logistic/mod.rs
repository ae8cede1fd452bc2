//! L2-penalised logistic regression, to the exact optimum.

mod cholesky;
mod features;
mod newton;
mod objective;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::EvalError;
use cholesky::dot;
pub use features::{DenseRows, DenseRowsF32, FeatureRows, HadamardRows, TableRows};
use objective::Objective;

/// Fits P(positive | x) = sigma(w . x + b).
///
/// Minimises sum over i of c_i log(1 + exp(-s_i (w . x_i + b))) + |w|^2 / (2 C); the intercept b is not penalised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogisticRegression {
    inverse_penalty: f64,
}

impl LogisticRegression {
    /// With `inverse_penalty` C: a large one fits closely, a small one keeps the weights small.
    ///
    /// # Errors
    /// [`EvalError::Parameter`] unless C is positive and finite.
    pub fn new(inverse_penalty: f64) -> Result<Self, EvalError> {
        if inverse_penalty > 0.0 && inverse_penalty.is_finite() && inverse_penalty.recip() > 0.0 {
            Ok(Self { inverse_penalty })
        } else {
            let what = "the inverse penalty";
            Err(EvalError::Parameter { what, value: inverse_penalty, range: "positive and finite" })
        }
    }

    /// Finds the optimum for these samples.
    ///
    /// # Shapes
    /// - `rows`: `[n, dim]`; `labels`: `[n]`, true for positive; `weights`: `[n]`, or none if all count the same.
    /// # Numerics
    /// f64 throughout. Newton steps, each solved by conjugate gradients with a Cholesky factor of (a part of) the
    /// Hessian before them, until the gradient is 1e-10 of that at the start or as small as rounding allows. Classes
    /// that a plane separates are no trouble: the penalty bounds the weights. The same bytes for any number of threads;
    /// features are asked for again in each sweep, so memory does not grow with `n * dim`.
    /// # Errors
    /// [`EvalError::Length`] if the parts differ in length, [`EvalError::OneClass`] if either class has no sample of
    /// positive weight, [`EvalError::BadFeature`], [`EvalError::Parameter`] for a weight that is negative or not finite,
    /// [`EvalError::NotConverged`] if rounding keeps the gradient large (features beyond about 1e100).
    pub fn fit(
        &self,
        rows: &dyn FeatureRows,
        labels: &[bool],
        weights: Option<&[f64]>,
        pool: &rayon::ThreadPool,
    ) -> Result<LogisticModel, EvalError> {
        EvalError::check_length("labels", labels.len(), rows.n_rows())?;
        if let Some(weights) = weights {
            EvalError::check_length("sample weights", weights.len(), rows.n_rows())?;
            if let Some(&value) = weights.iter().find(|&&weight| !(weight >= 0.0 && weight.is_finite())) {
                return Err(EvalError::Parameter { what: "the sample weight", value, range: "0 or a positive number" });
            }
        }
        let objective = Objective { rows, labels, weights, penalty: self.inverse_penalty.recip(), pool };
        let mut weights = newton::minimise(&objective)?;
        let intercept = weights.pop().expect("the intercept is the last coefficient");
        Ok(LogisticModel { weights, intercept })
    }
}

/// A fitted logistic regression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogisticModel {
    /// w, `[dim]`
    pub weights: Vec<f64>,
    /// b
    pub intercept: f64,
}

/// Rows that are scored by one task.
const ROWS_A_TASK: usize = 256;

impl LogisticModel {
    /// The log-odds w . x + b of one sample.
    ///
    /// # Panics
    /// If the sample has another number of features.
    #[must_use]
    pub fn log_odds(&self, row: &[f64]) -> f64 {
        assert_eq!(row.len(), self.weights.len(), "a value for each feature");
        dot(row, &self.weights) + self.intercept
    }

    /// The log-odds of all samples, `[n]`.
    ///
    /// # Panics
    /// If the samples have another number of features.
    #[must_use]
    pub fn all_log_odds(&self, rows: &dyn FeatureRows, pool: &rayon::ThreadPool) -> Vec<f64> {
        let dim = self.weights.len();
        assert_eq!(rows.dim(), dim, "a value for each feature");
        let mut out = vec![0.0; rows.n_rows()];
        pool.install(|| {
            out.par_chunks_mut(ROWS_A_TASK).enumerate().for_each(|(task, out)| {
                let start = task * ROWS_A_TASK;
                let mut features = vec![0.0; out.len() * dim];
                rows.fill(start..start + out.len(), &mut features);
                for (k, out) in out.iter_mut().enumerate() {
                    *out = self.log_odds(&features[k * dim..(k + 1) * dim]);
                }
            });
        });
        out
    }

    /// The probability that each sample is positive, `[n]`.
    ///
    /// # Panics
    /// If the samples have another number of features.
    #[must_use]
    pub fn probabilities(&self, rows: &dyn FeatureRows, pool: &rayon::ThreadPool) -> Vec<f64> {
        let mut out = self.all_log_odds(rows, pool);
        out.iter_mut().for_each(|z| *z = objective::sigmoid(*z));
        out
    }
}
