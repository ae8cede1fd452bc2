//! Mixtures of scores: against a regression on features standardised by hand, and what has to be refused.

use culet_eval::{DenseRows, EvalError, LinkMixture, LogisticRegression, roc_auc};
use culet_graph::{Purpose, Stream};
use rayon::{ThreadPool, ThreadPoolBuilder};

fn pool() -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(2).build().unwrap()
}

/// Rows (x + shift, 1000 y, 7): only the first feature tells positives (shift 1) from negatives.
fn rows(n: u64, shift: f64, step: u64) -> Vec<f64> {
    let stream = Stream::new(1, Purpose::Test, step);
    (0..n).flat_map(|k| [stream.normal(2 * k) + shift, 1000.0 * stream.normal(2 * k + 1), 7.0]).collect()
}

fn fit(positives: &[f64], negatives: &[f64]) -> Result<LinkMixture, EvalError> {
    LinkMixture::fit(["product", "noise", "constant"], positives, negatives, 1.0, &pool())
}

#[test]
fn weights_are_those_of_a_regression_on_standardised_features() {
    let (positives, negatives) = (rows(300, 1.0, 0), rows(200, 0.0, 1));
    let mixture = fit(&positives, &negatives).unwrap();
    let all = [positives.clone(), negatives.clone()].concat();
    let column = |k: usize| all.iter().skip(k).step_by(3).copied().collect::<Vec<f64>>();
    let mut standard = vec![0.0; 2 * 500];
    for k in 0..2 {
        let values = column(k);
        let mean = values.iter().sum::<f64>() / 500.0;
        let deviation = (values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 500.0).sqrt();
        assert!((mixture.means[k] - mean).abs() < 1e-10 && (mixture.scales[k] - deviation).abs() < 1e-10);
        values.iter().enumerate().for_each(|(row, x)| standard[2 * row + k] = (x - mean) / deviation);
    }
    let labels: Vec<bool> = (0..500).map(|row| row < 300).collect();
    let model =
        LogisticRegression::new(1.0).unwrap().fit(&DenseRows::new(&standard, 2), &labels, None, &pool()).unwrap();
    for (row, values) in all.chunks(3).enumerate() {
        let expected = model.log_odds(&standard[2 * row..2 * row + 2]);
        assert!((mixture.score(values) - expected).abs() < 1e-9);
    }
}

#[test]
fn the_telling_feature_outweighs_noise_and_a_constant_weighs_nothing() {
    let (positives, negatives) = (rows(500, 1.0, 2), rows(500, 0.0, 3));
    let mixture = fit(&positives, &negatives).unwrap();
    assert!(mixture.weights[0] > 0.8 && mixture.weights[1].abs() < 0.2, "{mixture:?}");
    assert_eq!((mixture.scales[2], mixture.weights[2]), (0.0, 0.0));
    let scores = |rows: &[f64]| rows.chunks(3).map(|row| mixture.score(row)).collect::<Vec<_>>();
    let (held_out, others) = (scores(&rows(500, 1.0, 4)), scores(&rows(500, 0.0, 5)));
    // Two normal distributions a deviation apart: 0.760.
    assert!((roc_auc(&held_out, &others).unwrap() - 0.76).abs() < 0.04);
    // What was constant may be anything later.
    assert_eq!(mixture.score(&[1.0, 2.0, 7.0]), mixture.score(&[1.0, 2.0, -1e300]));
}

#[test]
fn rounding_of_a_constant_is_no_variation_and_the_extremes_do_not_overflow() {
    let third = [0.1 + 0.2, 0.3, 0.3];
    let mixture = LinkMixture::fit(["third"], &third[..1], &third[1..], 1.0, &pool()).unwrap();
    assert_eq!((mixture.scales[0], mixture.weights[0]), (0.0, 0.0));
    assert!((mixture.intercept - 0.5_f64.ln()).abs() < 1e-9);
    let mixture = LinkMixture::fit(["large"], &[1e300, 2e300], &[-1e300, 0.0], 1.0, &pool()).unwrap();
    assert!(mixture.score(&[1e300]) > 0.0 && mixture.score(&[-1e300]) < 0.0);
}

#[test]
fn a_stored_mixture_scores_as_before() {
    let mixture = fit(&rows(30, 1.0, 6), &rows(40, 0.0, 7)).unwrap();
    let read: LinkMixture = serde_json::from_str(&serde_json::to_string(&mixture).unwrap()).unwrap();
    assert_eq!(read.names, ["product", "noise", "constant"]);
    for row in rows(30, 0.5, 10).chunks(3) {
        // Text may cost the last bit of a number.
        assert!((read.score(row) - mixture.score(row)).abs() < 1e-12);
    }
}

#[test]
fn what_cannot_be_mixed_is_refused() {
    let negatives = rows(3, 0.0, 8);
    let mut positives = rows(3, 1.0, 9);
    positives[4] = f64::NEG_INFINITY;
    let bad = fit(&positives, &negatives).unwrap_err();
    assert_eq!(bad, EvalError::BadFeature { sample: 1, value: f64::NEG_INFINITY });
    assert_eq!(fit(&[], &negatives).unwrap_err(), EvalError::OneClass { n_positive: 0, n_samples: 3 });
    assert!(matches!(fit(&positives[..2], &negatives).unwrap_err(), EvalError::Length { found: 2, expected: 3, .. }));
    let none: [&str; 0] = [];
    assert!(LinkMixture::fit(none, &[], &[], 1.0, &pool()).is_err());
    assert!(LinkMixture::fit(["x"], &[1.0], &[0.0], 0.0, &pool()).is_err());
}
