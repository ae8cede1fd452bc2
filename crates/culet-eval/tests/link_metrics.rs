//! ROC AUC, average precision, reports and the published score: by hand, by counting pairs, and by an independent program.

use culet_eval::{
    DenseRows, EvalError, LinkPairs, LinkReport, LinkScores, LogisticRegression, average_precision, hadamard_scores,
    roc_auc,
};
use culet_kernels::Matrix;
use culet_testkit::{fixture, matrix, numbers};
use proptest::collection::vec;
use proptest::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde_json::Value;

fn pool() -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(2).build().unwrap()
}

fn by_counting_pairs(positives: &[f64], negatives: &[f64]) -> f64 {
    let mut halves = 0;
    for positive in positives {
        for negative in negatives {
            halves += if positive > negative { 2 } else { i32::from(positive == negative) };
        }
    }
    f64::from(halves) / (2 * positives.len() * negatives.len()) as f64
}

/// The mean over positives of the share of positives among all scores that are at least as high.
fn by_looking_up(positives: &[f64], negatives: &[f64]) -> f64 {
    let precision = |threshold: f64| {
        let above = |scores: &[f64]| scores.iter().filter(|&&score| score >= threshold).count() as f64;
        above(positives) / (above(positives) + above(negatives))
    };
    positives.iter().map(|&score| precision(score)).sum::<f64>() / positives.len() as f64
}

#[test]
fn five_scores_by_hand() {
    // Pairs: 0.9 beats all three, 0.5 beats 0.1, ties with 0.5, loses to 0.6.
    let (positives, negatives) = ([0.9, 0.5], [0.6, 0.5, 0.1]);
    assert_eq!(roc_auc(&positives, &negatives).unwrap(), 4.5 / 6.0);
    // Thresholds 0.9: 1 of 1; 0.6: nothing new; 0.5: 2 of 4.
    assert_eq!(average_precision(&positives, &negatives).unwrap(), (1.0 + 0.5) / 2.0);
}

#[test]
fn equal_scores_know_nothing_and_the_extremes_are_ordered() {
    assert_eq!(roc_auc(&[0.0; 3], &[-0.0; 4]).unwrap(), 0.5);
    assert_eq!(average_precision(&[0.0; 3], &[-0.0; 4]).unwrap(), 3.0 / 7.0);
    assert_eq!(roc_auc(&[f64::INFINITY, 1.0], &[f64::NEG_INFINITY]).unwrap(), 1.0);
    assert_eq!(roc_auc(&[f64::MIN], &[f64::MAX, f64::INFINITY]).unwrap(), 0.0);
}

#[test]
fn what_has_no_order_is_refused() {
    assert_eq!(roc_auc(&[], &[1.0]).unwrap_err().to_string(), "there are no positive pairs");
    assert_eq!(average_precision(&[1.0], &[]).unwrap_err().to_string(), "there are no negative pairs");
    let scores = LinkScores { name: "cosine".into(), positives: vec![1.0], negatives: vec![0.0, f64::NAN] };
    let refusal = LinkReport::new(&[scores]).unwrap_err();
    assert_eq!(refusal.to_string(), "negative 1 of `cosine` is not a number");
    assert!(roc_auc(&[f64::NAN], &[1.0]).is_err());
}

proptest! {
    #[test]
    fn both_metrics_agree_with_their_definitions(
        // Few distinct values, so that most are ties.
        positives in vec(0_u8..6, 1..40), negatives in vec(0_u8..6, 1..40),
    ) {
        let wide = |scores: &[u8]| scores.iter().map(|&score| f64::from(score) - 2.0).collect::<Vec<_>>();
        let (positives, negatives) = (wide(&positives), wide(&negatives));
        prop_assert_eq!(roc_auc(&positives, &negatives).unwrap(), by_counting_pairs(&positives, &negatives));
        let precision = average_precision(&positives, &negatives).unwrap();
        prop_assert!((precision - by_looking_up(&positives, &negatives)).abs() < 1e-12);
    }

    #[test]
    fn swapping_the_sides_turns_the_curve_over(
        positives in vec(-1.0..1.0_f64, 1..50), negatives in vec(-1.0..1.0_f64, 1..50),
    ) {
        let both = roc_auc(&positives, &negatives).unwrap() + roc_auc(&negatives, &positives).unwrap();
        prop_assert!((both - 1.0).abs() < 1e-15);
    }
}

#[test]
fn a_report_has_a_row_for_each_scorer_in_their_order() {
    let scores = |name: &str, positives: &[f64], negatives: &[f64]| LinkScores {
        name: name.into(),
        positives: positives.to_vec(),
        negatives: negatives.to_vec(),
    };
    let scorers = [scores("b", &[2.0, 3.0], &[1.0]), scores("a", &[0.0, 2.0], &[1.0])];
    let report = LinkReport::new(&scorers).unwrap();
    assert_eq!((report.n_positives, report.n_negatives), (2, 1));
    assert_eq!(report.rows.iter().map(|row| (&*row.name, row.auc)).collect::<Vec<_>>(), [("b", 1.0), ("a", 0.5)]);
    assert_eq!(report.row("a").unwrap().average_precision, (1.0 + 2.0 / 3.0) / 2.0);
    assert!(report.row("c").is_none());
    let read: LinkReport = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    assert_eq!(read, report);
    let uneven = [scorers[0].clone(), scores("c", &[1.0], &[1.0])];
    let refusal = LinkReport::new(&uneven).unwrap_err();
    assert_eq!(refusal, EvalError::Length { what: "scores of positive pairs", found: 1, expected: 2 });
    assert!(LinkReport::new(&[]).is_err());
}

fn pairs(value: &Value) -> Vec<(u32, u32)> {
    serde_json::from_value(value.clone()).unwrap()
}

#[test]
fn the_published_score_has_the_published_area() {
    let fixture = fixture("asp2vec_auc");
    let rows = matrix(&fixture["embedding"]);
    let (train, test) = (
        [pairs(&fixture["train_positive_edges"]), pairs(&fixture["train_negative_edges"])],
        [pairs(&fixture["test_positive_edges"]), pairs(&fixture["test_negative_edges"])],
    );
    for (case, scale) in fixture["cases"].as_array().unwrap().iter().zip([1.0, 0.02]) {
        let values: Vec<f32> = rows.iter().map(|x| (x * scale) as f32).collect();
        let embeddings = Matrix::from_values(24, 6, &values);
        let part = |part: &[Vec<(u32, u32)>; 2]| -> [Vec<(u32, u32)>; 2] { part.clone() };
        let (train, test) = (part(&train), part(&test));
        let of = |part: &[Vec<(u32, u32)>; 2]| {
            hadamard_scores(
                &embeddings,
                LinkPairs { positives: &train[0], negatives: &train[1] },
                LinkPairs { positives: &part[0], negatives: &part[1] },
                &pool(),
            )
        };
        let scores = of(&test).unwrap();
        let exact = &case["exact_optimum"];
        assert_eq!(roc_auc(&scores.positives, &scores.negatives).unwrap(), exact["roc_auc"].as_f64().unwrap());
        // The same pair the other way round.
        assert_eq!(scores.positives[0], scores.negatives[29]);
        let expected = numbers(&exact["test_probability"]);
        for (found, expected) in scores.positives.iter().chain(&scores.negatives).zip(expected) {
            // The table holds f32.
            assert!((found - expected).abs() < 1e-6 * scale, "{found}, expected {expected}");
        }
    }
}

#[test]
fn the_published_solver_is_near_the_optimum() {
    // What the fixture says of its own two solvers holds for ours: the published one stops 1.8e-4 away.
    let fixture = fixture("asp2vec_auc");
    let case = &fixture["cases"][0];
    let labels: Vec<bool> = numbers(&case["train_labels"]).iter().map(|&label| label == 1.0).collect();
    let train = matrix(&case["train_features"]);
    let model = LogisticRegression::new(1.0).unwrap().fit(&DenseRows::new(&train, 6), &labels, None, &pool()).unwrap();
    let test = matrix(&case["test_features"]);
    let found = model.probabilities(&DenseRows::new(&test, 6), &pool());
    let published = numbers(&case["default_solver"]["test_probability"]);
    let gap = found.iter().zip(&published).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!((gap - case["max_abs_gap_probability_default_to_exact"].as_f64().unwrap()).abs() < 1e-9, "{gap}");
}
