//! How far off an area under the ROC curve may be, and whether two of them differ on the same pairs.
//!
//! DeLong, DeLong and Clarke-Pearson (Biometrics 1988): the area is a mean over positives and over negatives at once, and so
//! are differences of areas; their variances follow from what each single positive and negative contributes.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | `x_i`, `y_j` | the scores of the `m` positives and the `n` negatives |
//! | `v_i` | the share of negatives below `x_i`, ties one half |
//! | `w_j` | the share of positives above `y_j`, ties one half |

use super::curve::check;
use crate::significance::StandardError;
use crate::{EvalError, LinkScores};

/// The area under the ROC curve with its standard error: sqrt(var(v) / m + var(w) / n), variances with m - 1 and n - 1.
///
/// # Errors
/// [`EvalError::Empty`] without positives or without negatives, [`EvalError::NotANumber`] for a score that is none.
pub fn auc_with_error(scores: &LinkScores) -> Result<StandardError, EvalError> {
    let (v, w) = contributions(scores)?;
    Ok(of_contributions(&v, &w))
}

/// The area of one scorer minus that of another on the same pairs, in the same order, with its standard error.
///
/// # Errors
/// As [`auc_with_error`]; [`EvalError::Length`] for different numbers of pairs.
pub fn auc_difference(left: &LinkScores, right: &LinkScores) -> Result<StandardError, EvalError> {
    EvalError::check_length("scores of positive pairs", right.positives.len(), left.positives.len())?;
    EvalError::check_length("scores of negative pairs", right.negatives.len(), left.negatives.len())?;
    let ((v, w), (other_v, other_w)) = (contributions(left)?, contributions(right)?);
    let minus = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>();
    Ok(of_contributions(&minus(&v, &other_v), &minus(&w, &other_w)))
}

fn of_contributions(v: &[f64], w: &[f64]) -> StandardError {
    let mean = v.iter().sum::<f64>() / v.len() as f64;
    let variance_of_mean = |values: &[f64]| {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        (n > 1.0).then(|| values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0) / n)
    };
    let error = variance_of_mean(v).zip(variance_of_mean(w)).map(|(v, w)| (v + w).sqrt());
    StandardError { mean, error }
}

/// `v` and `w`, in the order of the scores.
fn contributions(scores: &LinkScores) -> Result<(Vec<f64>, Vec<f64>), EvalError> {
    let LinkScores { name, positives, negatives } = scores;
    check(name, positives, negatives)?;
    let share = |count: f64, all: &[f64]| count / all.len() as f64;
    let v = below(positives, negatives).into_iter().map(|count| share(count, negatives)).collect();
    let w = below(negatives, positives).into_iter().map(|count| 1.0 - share(count, positives)).collect();
    Ok((v, w))
}

/// How many of the others each score is above, ties one half.
fn below(scores: &[f64], others: &[f64]) -> Vec<f64> {
    let mut sorted = others.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    // `<` and not the total order, so that 0 and -0 are one.
    let count = |score: &f64| {
        let less = sorted.partition_point(|other| other < score);
        let up_to = sorted.partition_point(|other| other <= score);
        (less + up_to) as f64 / 2.0
    };
    scores.iter().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roc_auc;

    fn scores(positives: &[f64], negatives: &[f64]) -> LinkScores {
        LinkScores { name: "s".into(), positives: positives.to_vec(), negatives: negatives.to_vec() }
    }

    #[test]
    fn four_scores_by_hand() {
        // 3 is above both; 1 is above 0 and ties with 1.
        let found = auc_with_error(&scores(&[3.0, 1.0], &[0.0, 1.0])).unwrap();
        assert_eq!(found.mean, 0.875);
        // v = 1, 3/4 and w = 1, 3/4: variances 1/32 each, over 2 each.
        assert!((found.error.unwrap() - (1.0_f64 / 32.0).sqrt()).abs() < 1e-15);
        assert_eq!(auc_with_error(&scores(&[1.0], &[0.0, 2.0])).unwrap(), StandardError { mean: 0.5, error: None });
        assert!(auc_with_error(&scores(&[], &[1.0])).is_err() && auc_with_error(&scores(&[f64::NAN], &[1.0])).is_err());
    }

    #[test]
    fn the_area_is_that_of_the_curve_and_a_scorer_does_not_differ_from_itself() {
        let noise = |k: u32, of: u32| f64::from(k.wrapping_mul(2_654_435_761) >> 16) / 65_536.0 + f64::from(of);
        let some = |shift: u32| {
            let positives: Vec<f64> = (0..300).map(|k| noise(k, 0) + 0.3).map(|x| (x * 50.0).round()).collect();
            let negatives: Vec<f64> = (0..500).map(|k| (noise(k + 1_000 * shift, 0) * 50.0).round()).collect();
            scores(&positives, &negatives)
        };
        let (one, other) = (some(1), some(3));
        let area = roc_auc(&one.positives, &one.negatives).unwrap();
        assert!((auc_with_error(&one).unwrap().mean - area).abs() < 1e-12);
        let same = auc_difference(&one, &one).unwrap();
        assert_eq!((same.mean, same.error), (0.0, Some(0.0)));
        let difference = auc_difference(&one, &other).unwrap();
        let expected = area - roc_auc(&other.positives, &other.negatives).unwrap();
        assert!((difference.mean - expected).abs() < 1e-12);
        assert!(auc_difference(&one, &scores(&[1.0], &[0.0])).is_err());
    }

    #[test]
    fn the_standard_error_is_how_areas_of_new_samples_are_spread() {
        let stream = culet_graph::Stream::new(3, culet_graph::Purpose::Significance, 0);
        let mut drawn = (0..).map(|k| stream.uniform(k));
        let mut sample = || {
            let positives: Vec<f64> = (0..80).map(|_| drawn.next().unwrap() + 0.2).collect();
            let negatives: Vec<f64> = (0..120).map(|_| drawn.next().unwrap()).collect();
            auc_with_error(&scores(&positives, &negatives)).unwrap()
        };
        let found: Vec<StandardError> = (0..2_000).map(|_| sample()).collect();
        let mean = found.iter().map(|one| one.mean).sum::<f64>() / 2_000.0;
        let spread = (found.iter().map(|one| (one.mean - mean).powi(2)).sum::<f64>() / 1_999.0).sqrt();
        let told = found.iter().map(|one| one.error.unwrap()).sum::<f64>() / 2_000.0;
        assert!((told / spread - 1.0).abs() < 0.06, "{told} told, {spread} found");
    }
}
