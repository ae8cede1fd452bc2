//! Logistic regression against an independent optimum, the conditions of an optimum, and cases worked out by hand.

use culet_eval::{DenseRows, DenseRowsF32, EvalError, FeatureRows, HadamardRows, LogisticModel, LogisticRegression};
use culet_graph::{Purpose, Stream};
use culet_kernels::Matrix;
use culet_testkit::{fixture, matrix, numbers};
use rayon::{ThreadPool, ThreadPoolBuilder};

fn pool(n_threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap()
}

fn fit(c: f64, values: &[f64], dim: usize, labels: &[bool], weights: Option<&[f64]>) -> LogisticModel {
    let rows = DenseRows::new(values, dim);
    LogisticRegression::new(c).unwrap().fit(&rows, labels, weights, &pool(2)).unwrap()
}

fn labels(values: &serde_json::Value) -> Vec<bool> {
    numbers(values).into_iter().map(|label| label == 1.0).collect()
}

fn assert_close(found: &[f64], expected: &[f64], gap: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= gap, "{found}, expected {expected}");
    }
}

#[test]
fn the_optimum_is_that_of_an_independent_implementation() {
    let fixture = fixture("asp2vec_auc");
    let [normal, small] = fixture["cases"].as_array().unwrap().as_slice() else { panic!("two cases") };
    for (case, scale) in [(normal, 1.0), (small, 0.02 * 0.02)] {
        let features = |key: &str| matrix(&normal[key]).iter().map(|x| x * scale).collect::<Vec<f64>>();
        let (train, test) = (features("train_features"), features("test_features"));
        let model = fit(1.0, &train, 6, &labels(&case["train_labels"]), None);
        let exact = &case["exact_optimum"];
        assert_close(&model.weights, &numbers(&exact["coefficients"]), 1e-9);
        assert_close(&[model.intercept], &[exact["intercept"].as_f64().unwrap()], 1e-9);
        let probabilities = model.probabilities(&DenseRows::new(&test, 6), &pool(1));
        assert_close(&probabilities, &numbers(&exact["test_probability"]), 1e-9);
    }
}

/// The gradient of the objective, written as in the documentation, one sample after the other.
fn gradient(model: &LogisticModel, c: f64, values: &[f64], labels: &[bool], weights: &[f64]) -> Vec<f64> {
    let dim = model.weights.len();
    let mut gradient: Vec<f64> = model.weights.iter().map(|w| w / c).collect();
    gradient.push(0.0);
    for ((row, &label), weight) in values.chunks(dim).zip(labels).zip(weights) {
        let sign = if label { 1.0 } else { -1.0 };
        let z: f64 = row.iter().zip(&model.weights).map(|(x, w)| x * w).sum::<f64>() + model.intercept;
        let slope = -sign * weight / (1.0 + (sign * z).exp());
        (0..dim).for_each(|k| gradient[k] += slope * row[k]);
        gradient[dim] += slope;
    }
    gradient
}

/// Samples with correlated features of scales from 1e-3 to 1e3, away from the origin.
fn awkward(n: usize, dim: usize) -> (Vec<f64>, Vec<bool>, Vec<f64>) {
    let stream = Stream::new(3, Purpose::Test, dim as u64);
    let mut values = Vec::new();
    let (mut labels, mut weights) = (Vec::new(), Vec::new());
    for sample in 0..n as u64 {
        let draw = |k: u64| stream.normal(sample * (dim as u64 + 3) + k);
        let shared = draw(dim as u64);
        let row: Vec<f64> = (0..dim).map(|k| 0.3 * draw(k as u64) + shared + 0.5).collect();
        labels.push(row[0] + 0.5 * row[dim - 1] + draw(dim as u64 + 1) > 1.5);
        weights.push(stream.uniform(sample) * 2.0);
        values.extend(row.iter().enumerate().map(|(k, x)| x * 10_f64.powi((k % 7) as i32 - 3)));
    }
    (values, labels, weights)
}

#[test]
fn the_gradient_vanishes_at_the_optimum() {
    // 520 features take the way without a dense factor, 2,000 samples more than one block.
    for (n, dim, c) in [(40, 1, 1.0), (1, 1, 1.0), (2000, 9, 0.01), (2000, 9, 1e6), (300, 520, 1.0)] {
        let (values, mut labels, weights) = awkward(n.max(2), dim);
        (labels[0], labels[1]) = (true, false);
        let model = fit(c, &values, dim, &labels, Some(&weights));
        let largest = values.iter().fold(1.0_f64, |most, x| most.max(x.abs()));
        for slope in gradient(&model, c, &values, &labels, &weights) {
            assert!(slope.abs() < 1e-9 * largest * n as f64, "{slope} of {n} samples, {dim} features, C = {c}");
        }
    }
}

#[test]
fn an_intercept_alone_gives_the_odds_of_the_classes() {
    let labels = [true, true, true, false];
    let model = fit(1.0, &[0.0; 4], 1, &labels, None);
    assert_close(&model.weights, &[0.0], 1e-12);
    assert_close(&[model.intercept], &[3_f64.ln()], 1e-10);
}

#[test]
fn a_weight_counts_as_repeated_samples_and_a_weight_of_zero_as_none() {
    let values = [0.5, -1.0, 2.0, 0.3, 9.0];
    let labels = [true, false, true, false, false];
    let weighted = fit(2.0, &values, 1, &labels, Some(&[2.0, 1.0, 1.0, 3.0, 0.0]));
    let repeated =
        fit(2.0, &[0.5, 0.5, -1.0, 2.0, 0.3, 0.3, 0.3], 1, &[true, true, false, true, false, false, false], None);
    assert_close(&weighted.weights, &repeated.weights, 1e-9);
    assert_close(&[weighted.intercept], &[repeated.intercept], 1e-9);
}

#[test]
fn separable_classes_have_a_finite_optimum() {
    // By symmetry the intercept is 0 and w solves w / C = 2 x / (1 + exp(w x)).
    for (x, c) in [(1.0, 1.0), (1e3, 1.0), (1e3, 1e6), (1e-3, 1e8)] {
        let model = fit(c, &[x, -x], 1, &[true, false], None);
        let w = model.weights[0];
        let gap = w / c - 2.0 * x / (1.0 + (w * x).exp());
        assert!(w > 0.0 && gap.abs() < 1e-8 * x, "w = {w}, gap {gap}");
        assert!(model.intercept.abs() < 1e-3);
    }
}

#[test]
fn narrow_numbers_give_what_wide_ones_give() {
    let (values, labels, _) = awkward(700, 5);
    let narrow: Vec<f32> = values.iter().map(|&x| x as f32).collect();
    let wide: Vec<f64> = narrow.iter().map(|&x| f64::from(x)).collect();
    let regression = LogisticRegression::new(1.0).unwrap();
    let of_narrow = regression.fit(&DenseRowsF32::new(&narrow, 5), &labels, None, &pool(2)).unwrap();
    assert_eq!(of_narrow, fit(1.0, &wide, 5, &labels, None));
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let (values, labels, weights) = awkward(3000, 17);
    let rows = DenseRows::new(&values, 17);
    let regression = LogisticRegression::new(1.0).unwrap();
    let of = |n_threads| regression.fit(&rows, &labels, Some(&weights), &pool(n_threads)).unwrap();
    let one = of(1);
    assert_eq!((&one, &one), (&of(2), &of(5)));
    assert_eq!(one.all_log_odds(&rows, &pool(1)), one.all_log_odds(&rows, &pool(3)));
}

#[test]
fn products_of_both_ends_do_not_see_the_direction() {
    let table = Matrix::from_values(3, 2, &[1.5, -2.0, 0.1, 0.7, 3.0, 1.0 / 3.0]);
    let rows = HadamardRows::new(&table, &[(0, 1), (1, 0), (2, 2)]);
    assert_eq!((rows.n_rows(), rows.dim()), (3, 2));
    let mut out = [0.0; 4];
    rows.fill(0..2, &mut out);
    assert_eq!(out[..2], out[2..]);
    assert_eq!(out[..2], [1.5 * f64::from(0.1_f32), -2.0 * f64::from(0.7_f32)]);
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let regression = LogisticRegression::new(1.0).unwrap();
    let pool = pool(1);
    let fit = |values: &[f64], labels: &[bool], weights: Option<&[f64]>| {
        regression.fit(&DenseRows::new(values, 1), labels, weights, &pool).unwrap_err()
    };
    assert_eq!(
        fit(&[1.0, 2.0], &[true, true], None).to_string(),
        "2 of 2 samples are positive: there is nothing to tell apart"
    );
    assert_eq!(
        fit(&[1.0, 2.0], &[true, false], Some(&[0.0, 1.0])),
        EvalError::OneClass { n_positive: 1, n_samples: 2 }
    );
    assert_eq!(fit(&[1.0, 2.0], &[true], None).to_string(), "there are 1 labels, expected 2");
    assert_eq!(fit(&[1.0, 2.0], &[true, false], Some(&[1.0])).to_string(), "there are 1 sample weights, expected 2");
    let bad = fit(&[1.0, f64::INFINITY], &[true, false], None);
    assert_eq!(bad, EvalError::BadFeature { sample: 1, value: f64::INFINITY });
    assert!(matches!(fit(&[f64::NAN, 0.0], &[true, false], None), EvalError::BadFeature { sample: 0, .. }));
    assert!(matches!(fit(&[1.0, 0.0], &[true, false], Some(&[1.0, -1.0])), EvalError::Parameter { .. }));
    for c in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(LogisticRegression::new(c).is_err());
    }
}
