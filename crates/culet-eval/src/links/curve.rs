//! How well scores tell positives from negatives: the area under the ROC curve and the average precision.

use crate::EvalError;

/// Computes the share of (positive, negative) pairs in which the positive has the higher score, a tie counting one half.
///
/// That is the area under the ROC curve, 1/2 for scores that know nothing. Infinite scores are ordered like others.
///
/// # Numerics
/// Exact counts; O(n log n) time.
/// # Errors
/// [`EvalError::Empty`] without positives or without negatives, [`EvalError::NotANumber`] for a score that is none.
pub fn roc_auc(positives: &[f64], negatives: &[f64]) -> Result<f64, EvalError> {
    check("the scores", positives, negatives)?;
    let (mut below, mut wins) = (0_u128, 0_u128);
    for group in thresholds(positives, negatives).iter().rev() {
        wins += u128::from(group.positives) * (2 * below + u128::from(group.negatives));
        below += u128::from(group.negatives);
    }
    Ok(wins as f64 / (2 * positives.len() as u128 * negatives.len() as u128) as f64)
}

/// Computes the average precision: the mean over positives of the precision among all that score at least as high.
///
/// sum over thresholds, descending, of (recall - recall before) * precision; equal scores are one threshold.
///
/// # Numerics
/// O(n log n) time.
/// # Errors
/// As [`roc_auc`].
pub fn average_precision(positives: &[f64], negatives: &[f64]) -> Result<f64, EvalError> {
    check("the scores", positives, negatives)?;
    let (mut hits, mut all, mut sum) = (0, 0, 0.0);
    for group in thresholds(positives, negatives) {
        hits += group.positives;
        all += group.positives + group.negatives;
        sum += group.positives as f64 * (hits as f64 / all as f64);
    }
    Ok(sum / positives.len() as f64)
}

/// How many scores are equal.
struct Threshold {
    positives: u64,
    negatives: u64,
}

/// The distinct scores, highest first.
fn thresholds(positives: &[f64], negatives: &[f64]) -> Vec<Threshold> {
    let of = |scores: &[f64], positive| scores.iter().map(move |&score| (score, positive)).collect::<Vec<_>>();
    let mut all = of(positives, true);
    all.extend(of(negatives, false));
    all.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    // `==` and not the total order decides on a tie, so that 0 and -0 are one.
    let groups = all.chunk_by(|a, b| a.0 == b.0);
    groups
        .map(|group| {
            let positives = group.iter().filter(|(_, positive)| *positive).count() as u64;
            Threshold { positives, negatives: group.len() as u64 - positives }
        })
        .collect()
}

/// Refuses what has no order.
pub(super) fn check(name: &str, positives: &[f64], negatives: &[f64]) -> Result<(), EvalError> {
    for (what, pairs, scores) in [("positive", "positive pairs", positives), ("negative", "negative pairs", negatives)]
    {
        if scores.is_empty() {
            return Err(EvalError::Empty { what: pairs });
        }
        if let Some(place) = scores.iter().position(|score| score.is_nan()) {
            return Err(EvalError::NotANumber { what, name: name.to_owned(), place });
        }
    }
    Ok(())
}
