//! A few scores of a link weighed against each other.

use serde::{Deserialize, Serialize};

use crate::{DenseRows, EvalError, LogisticModel, LogisticRegression};

/// A logistic regression on standardised features, with what it takes to score again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinkMixture {
    /// The names of the features.
    pub names: Vec<String>,
    /// The mean of each feature over the pairs of the fit.
    pub means: Vec<f64>,
    /// The standard deviation of each feature; 0 if it was constant.
    pub scales: Vec<f64>,
    /// The weight of each standardised feature; 0 if it was constant.
    pub weights: Vec<f64>,
    /// The log-odds of a pair of average features.
    pub intercept: f64,
}

impl LinkMixture {
    /// Learns how much each feature counts.
    ///
    /// Features are centred and divided by their standard deviation, so `inverse_penalty` means the same for all; see
    /// [`LogisticRegression`]. A feature that spans decades (a product of degrees) serves better as its logarithm.
    ///
    /// # Shapes
    /// - `positives`, `negatives`: `[n_pairs, names.len()]`, row-major.
    /// # Errors
    /// [`EvalError::BadFeature`] for a feature that is not finite (samples count positives first),
    /// [`EvalError::OneClass`] without positives or negatives, [`EvalError::Length`] for rows that are not whole.
    pub fn fit<N: Into<String>>(
        names: impl IntoIterator<Item = N>,
        positives: &[f64],
        negatives: &[f64],
        inverse_penalty: f64,
        pool: &rayon::ThreadPool,
    ) -> Result<Self, EvalError> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let dim = names.len();
        if dim == 0 {
            return Err(EvalError::Empty { what: "features" });
        }
        for values in [positives, negatives] {
            EvalError::check_length("features of the last pair", (values.len() + dim - 1) % dim + 1, dim)?;
        }
        let mut values = [positives, negatives].concat();
        if let Some(place) = values.iter().position(|value| !value.is_finite()) {
            return Err(EvalError::BadFeature { sample: place / dim, value: values[place] });
        }
        let (means, scales): (Vec<f64>, Vec<f64>) = (0..dim).map(|k| moments(&values, dim, k)).unzip();
        for row in values.chunks_exact_mut(dim) {
            (0..dim).for_each(|k| row[k] = standardised(row[k], means[k], scales[k]));
        }
        let labels: Vec<bool> = (0..values.len() / dim).map(|sample| sample < positives.len() / dim).collect();
        let regression = LogisticRegression::new(inverse_penalty)?;
        let LogisticModel { mut weights, intercept } =
            regression.fit(&DenseRows::new(&values, dim), &labels, None, pool)?;
        weights.iter_mut().zip(&scales).filter(|(_, scale)| **scale == 0.0).for_each(|(weight, _)| *weight = 0.0);
        Ok(Self { names, means, scales, weights, intercept })
    }

    /// The log-odds that a pair with these features has an edge.
    ///
    /// # Panics
    /// If there is not one value for each feature.
    #[must_use]
    pub fn score(&self, row: &[f64]) -> f64 {
        self.intercept + self.contributions(row).sum::<f64>()
    }

    /// What each feature of a pair adds to the log-odds of an average pair, the intercept.
    ///
    /// # Panics
    /// As [`LinkMixture::score`].
    pub fn contributions<'a>(&'a self, row: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        assert_eq!(row.len(), self.names.len(), "a value for each feature");
        (0..row.len()).map(|k| self.weights[k] * standardised(row[k], self.means[k], self.scales[k]))
    }
}

fn standardised(value: f64, mean: f64, scale: f64) -> f64 {
    if scale == 0.0 { 0.0 } else { (value - mean) / scale }
}

/// The mean and the standard deviation of a column; the latter 0 if nothing but rounding varies.
fn moments(values: &[f64], dim: usize, column: usize) -> (f64, f64) {
    let column = || values.iter().skip(column).step_by(dim);
    let n = column().len().max(1) as f64;
    let largest = column().fold(0.0_f64, |most, x| most.max(x.abs()));
    if largest == 0.0 {
        return (0.0, 0.0);
    }
    // Relative to the largest, so that neither sums nor squares overflow.
    let mean = column().map(|x| x / largest).sum::<f64>() / n;
    let scale = (column().map(|x| (x / largest - mean).powi(2)).sum::<f64>() / n).sqrt();
    (mean * largest, if scale > 1e-13 { scale * largest } else { 0.0 })
}
