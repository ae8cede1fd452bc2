//! Whether the difference between two columns of values of the same users is more than chance.
//!
//! Everything random is drawn from a seeded [`Stream`]: the same seed gives the same answer.

use culet_graph::{Purpose, Stream};

use crate::EvalError;

/// The outcome of [`permutation_test`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairedTest {
    /// How many pairs were compared.
    pub n_pairs: usize,
    /// The mean of left minus right.
    pub mean_difference: f64,
    /// How likely a difference of at least this size, in either direction, is if left and right are exchangeable.
    pub p_value: f64,
    /// How many assignments of signs were tried.
    pub n_permutations: u64,
    /// Whether those were all there are.
    pub exact: bool,
}

/// The outcome of [`bootstrap_interval`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The mean of left minus right.
    pub mean_difference: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A mean, and how far off it may be.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct StandardError {
    /// Of all values.
    pub mean: f64,
    /// Of that mean; nothing is known of it from one value.
    pub error: Option<f64>,
}

impl StandardError {
    /// The ends of the interval of 95 %: 1.96 standard errors to either side.
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.error.map(|error| (self.mean - 1.96 * error, self.mean + 1.96 * error))
    }
}

/// The outcome of [`mean_interval`].
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct MeanInterval {
    /// The mean.
    pub mean: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Tests whether two columns of paired values differ in their mean, by flipping signs of differences (Fisher).
///
/// All assignments of signs are tried if they are at most `n_permutations`, and that many random ones otherwise; then
/// p = (1 + those at least as far from 0) / (1 + tried).
///
/// # Errors
/// [`EvalError::Unpaired`] for columns of different or no length, [`EvalError::NotFinite`] for a difference that is not
/// finite, [`EvalError::Parameter`] if `n_permutations` is 0.
pub fn permutation_test(left: &[f64], right: &[f64], n_permutations: u64, seed: u64) -> Result<PairedTest, EvalError> {
    let differences = differences(left, right)?;
    check(n_permutations > 0, "the number of permutations", n_permutations as f64, "positive")?;
    // A pair without a difference has none after a flip either.
    let moving: Vec<f64> = differences.iter().copied().filter(|&difference| difference != 0.0).collect();
    let observed = moving.iter().sum::<f64>().abs();
    // Sums of the same numbers in another order must not count as smaller.
    let threshold = observed - 1e-12 * moving.iter().map(|difference| difference.abs()).sum::<f64>();
    let is_as_far = |sum: f64| sum.abs() >= threshold;
    let all = u32::try_from(moving.len()).ok().and_then(|n| 1_u64.checked_shl(n));
    let (p_value, tried, exact) = match all {
        Some(all) if all <= n_permutations => {
            let far = (0..all).filter(|&signs| is_as_far(signed_sum(&moving, |_| signs))).count();
            (far as f64 / all as f64, all, true)
        }
        _ => {
            let draw = |k: u64| Stream::new(seed, Purpose::Significance, 2 * k);
            let sum = |k: u64| signed_sum(&moving, |block| draw(k).word(block));
            let far = (0..n_permutations).filter(|&k| is_as_far(sum(k))).count();
            ((1.0 + far as f64) / (1.0 + n_permutations as f64), n_permutations, false)
        }
    };
    let mean_difference = mean(&differences);
    Ok(PairedTest { n_pairs: differences.len(), mean_difference, p_value, n_permutations: tried, exact })
}

/// Adds numbers, each with the sign that its bit says; `signs(block)` gives the bits of 64 of them.
fn signed_sum(values: &[f64], signs: impl Fn(u64) -> u64) -> f64 {
    let mut sum = 0.0;
    for (block, values) in (0..).zip(values.chunks(64)) {
        let signs = signs(block);
        for (bit, value) in values.iter().enumerate() {
            sum += f64::from_bits(value.to_bits() ^ (signs >> bit << 63));
        }
    }
    sum
}

/// Gives an interval for the mean difference of paired values: percentiles over resampled pairs (Efron).
///
/// # Errors
/// As [`permutation_test`]; [`EvalError::Parameter`] if `confidence` is not between 0 and 1 or `n_resamples` is 0.
pub fn bootstrap_interval(
    left: &[f64],
    right: &[f64],
    confidence: f64,
    n_resamples: u64,
    seed: u64,
) -> Result<Interval, EvalError> {
    let differences = differences(left, right)?;
    let (low, high) = resampled(&differences, confidence, n_resamples, seed)?;
    Ok(Interval { mean_difference: mean(&differences), low, high })
}

/// Gives an interval for the mean of values, one of each user: percentiles over resampled users (Efron).
///
/// # Errors
/// [`EvalError::Unpaired`] for no values, [`EvalError::NotFinite`] for one that is not finite, [`EvalError::Parameter`] as
/// [`bootstrap_interval`].
pub fn mean_interval(values: &[f64], confidence: f64, n_resamples: u64, seed: u64) -> Result<MeanInterval, EvalError> {
    let interval = bootstrap_interval(values, &vec![0.0; values.len()], confidence, n_resamples, seed)?;
    Ok(MeanInterval { mean: interval.mean_difference, low: interval.low, high: interval.high })
}

/// The standard error of a mean of values, one of each user: s / sqrt(n), s with n - 1.
///
/// For hundreds of users mean -/+ 1.96 standard errors is the interval of [`mean_interval`] at a thousandth of the cost.
///
/// # Errors
/// [`EvalError::Unpaired`] for no values, [`EvalError::NotFinite`] for one that is not finite.
pub fn standard_error(values: &[f64]) -> Result<StandardError, EvalError> {
    let n = values.len();
    if n == 0 {
        return Err(EvalError::Unpaired { left: 0, right: 0 });
    }
    if let Some(pair) = values.iter().position(|value| !value.is_finite()) {
        return Err(EvalError::NotFinite { pair, value: values[pair] });
    }
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let error = (n > 1).then(|| (squares / (n - 1) as f64 / n as f64).sqrt());
    Ok(StandardError { mean, error })
}

/// Corrects p values for how many tests were made (Holm, Scandinavian Journal of Statistics 1979): the chance that any of
/// the differences called real at a level is none stays below that level.
///
/// adjusted p_(k) = max over j <= k of min(1, (m - j + 1) p_(j)), for the k-th smallest of m, k from 1
///
/// The results stand in the order of the given ones.
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut least = 0.0_f64;
    for (rank, place) in order.into_iter().enumerate() {
        least = least.max((p_values.len() - rank) as f64 * p_values[place]).min(1.0);
        adjusted[place] = least;
    }
    adjusted
}

/// The ends of the interval that holds the given share of the means of resampled values.
fn resampled(values: &[f64], confidence: f64, n_resamples: u64, seed: u64) -> Result<(f64, f64), EvalError> {
    check(confidence > 0.0 && confidence < 1.0, "the confidence", confidence, "between 0 and 1")?;
    check(n_resamples > 0, "the number of resamples", n_resamples as f64, "positive")?;
    let n = values.len() as u64;
    let resampled_mean = |k: u64| {
        let stream = Stream::new(seed, Purpose::Significance, 2 * k + 1);
        (0..n).map(|draw| values[stream.below(draw, n) as usize]).sum::<f64>() / n as f64
    };
    let mut means: Vec<f64> = (0..n_resamples).map(resampled_mean).collect();
    means.sort_unstable_by(f64::total_cmp);
    let outside = ((1.0 - confidence) / 2.0 * means.len() as f64).floor() as usize;
    Ok((means[outside], means[means.len() - 1 - outside]))
}

fn differences(left: &[f64], right: &[f64]) -> Result<Vec<f64>, EvalError> {
    if left.len() != right.len() || left.is_empty() {
        return Err(EvalError::Unpaired { left: left.len(), right: right.len() });
    }
    let differences: Vec<f64> = left.iter().zip(right).map(|(left, right)| left - right).collect();
    match differences.iter().position(|difference| !difference.is_finite()) {
        Some(pair) => Err(EvalError::NotFinite { pair, value: differences[pair] }),
        None => Ok(differences),
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn check(holds: bool, what: &'static str, value: f64, range: &'static str) -> Result<(), EvalError> {
    if holds { Ok(()) } else { Err(EvalError::Parameter { what, value, range }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_error_by_hand_and_beside_the_bootstrap() {
        let found = standard_error(&[1.0, 2.0, 3.0, 6.0]).unwrap();
        // Squares 4, 1, 0, 9 around 3; over 3, over 4.
        assert_eq!((found.mean, found.error), (3.0, Some((14.0_f64 / 12.0).sqrt())));
        assert_eq!(standard_error(&[0.5]).unwrap(), StandardError { mean: 0.5, error: None });
        assert!(standard_error(&[]).is_err() && standard_error(&[1.0, f64::NAN]).is_err());
        let values: Vec<f64> = (0..2_000_u32).map(|k| f64::from(k * k % 977) / 977.0).collect();
        let (low, high) = standard_error(&values).unwrap().interval().unwrap();
        let resampled = mean_interval(&values, 0.95, 2_000, 1).unwrap();
        let width = high - low;
        assert!((low - resampled.low).abs() < 0.06 * width && (high - resampled.high).abs() < 0.06 * width);
    }
}
