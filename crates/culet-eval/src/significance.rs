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
    check(confidence > 0.0 && confidence < 1.0, "the confidence", confidence, "between 0 and 1")?;
    check(n_resamples > 0, "the number of resamples", n_resamples as f64, "positive")?;
    let n = differences.len() as u64;
    let resampled_mean = |k: u64| {
        let stream = Stream::new(seed, Purpose::Significance, 2 * k + 1);
        (0..n).map(|draw| differences[stream.below(draw, n) as usize]).sum::<f64>() / n as f64
    };
    let mut means: Vec<f64> = (0..n_resamples).map(resampled_mean).collect();
    means.sort_unstable_by(f64::total_cmp);
    let outside = ((1.0 - confidence) / 2.0 * means.len() as f64).floor() as usize;
    let (low, high) = (means[outside], means[means.len() - 1 - outside]);
    Ok(Interval { mean_difference: mean(&differences), low, high })
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
