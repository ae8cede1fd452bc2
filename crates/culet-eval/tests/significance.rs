//! Significance tests by hand, against enumeration, and against what their definition promises.

use culet_eval::EvalError;
use culet_eval::significance::{bootstrap_interval, holm, mean_interval, permutation_test};
use culet_graph::{Purpose, Stream};

fn noise(n: usize, step: u64) -> Vec<f64> {
    (0..n).map(|k| Stream::new(5, Purpose::Test, step).normal(k as u64)).collect()
}

#[test]
fn three_pairs_by_hand() {
    // Sums of +-1 +-2 +-3: only +++ and --- reach 6, so 2 of 8.
    let test = permutation_test(&[1.0, 2.0, 3.0], &[0.0; 3], 1000, 0).unwrap();
    assert_eq!((test.n_pairs, test.mean_difference, test.p_value), (3, 2.0, 0.25));
    assert_eq!((test.n_permutations, test.exact), (8, true));
    // +1 +2 -3 = 0: every sum is at least as far from 0.
    assert_eq!(permutation_test(&[1.0, 2.0, 0.0], &[0.0, 0.0, 3.0], 1000, 0).unwrap().p_value, 1.0);
}

#[test]
fn equal_columns_do_not_differ() {
    let test = permutation_test(&[0.5; 100], &[0.5; 100], 1000, 0).unwrap();
    assert_eq!((test.mean_difference, test.p_value), (0.0, 1.0));
    let interval = bootstrap_interval(&[0.5; 100], &[0.5; 100], 0.95, 200, 0).unwrap();
    assert_eq!((interval.low, interval.high), (0.0, 0.0));
}

#[test]
fn rounding_does_not_make_the_observed_signs_rarer_than_they_are() {
    // All pairs differ by the same amount, which sums to something else in another order.
    let test = permutation_test(&[0.3; 10], &[0.2; 10], 2000, 0).unwrap();
    assert_eq!(test.p_value, 2.0 / 1024.0);
}

#[test]
fn random_signs_agree_with_all_signs() {
    let (left, right) = (noise(16, 0).iter().map(|x| x + 0.4).collect::<Vec<_>>(), vec![0.0; 16]);
    let exact = permutation_test(&left, &right, 1 << 16, 1).unwrap();
    let drawn = permutation_test(&left, &right, 40_000, 1).unwrap();
    assert!(exact.exact && !drawn.exact);
    assert!((0.02..0.9).contains(&exact.p_value), "{}", exact.p_value);
    let deviation = (exact.p_value * (1.0 - exact.p_value) / 40_000.0).sqrt();
    assert!((exact.p_value - drawn.p_value).abs() < 4.0 * deviation, "{exact:?} {drawn:?}");
}

#[test]
fn p_values_of_pure_noise_are_uniform() {
    let below_tenth = (0..400)
        .filter(|&step| {
            permutation_test(&noise(70, 2 * step), &noise(70, 2 * step + 1), 199, step).unwrap().p_value <= 0.1
        })
        .count();
    // 40 expected, with a standard deviation of 6.
    assert!((16..=64).contains(&below_tenth), "{below_tenth} of 400");
}

#[test]
fn a_true_difference_is_found_and_its_sign_told() {
    let left: Vec<f64> = noise(500, 0).iter().map(|x| x + 0.3).collect();
    let right = vec![0.0; 500];
    let test = permutation_test(&right, &left, 999, 7).unwrap();
    assert!(test.p_value == 0.001 && test.mean_difference < -0.2);
    let interval = bootstrap_interval(&right, &left, 0.95, 999, 7).unwrap();
    assert!(interval.high < 0.0 && interval.low < interval.mean_difference && interval.mean_difference < interval.high);
}

#[test]
fn the_interval_has_the_width_of_the_normal_one_and_holds_the_truth_as_often_as_it_says() {
    let left = noise(2000, 11);
    let interval = bootstrap_interval(&left, &[0.0; 2000], 0.95, 2000, 3).unwrap();
    let mean = left.iter().sum::<f64>() / 2000.0;
    let spread = (left.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 2000.0 / 2000.0).sqrt();
    assert!(((interval.high - interval.low) / (2.0 * 1.96 * spread) - 1.0).abs() < 0.1, "{interval:?} {spread}");
    let holds = |step: &u64| {
        let interval = bootstrap_interval(&noise(60, 100 + step), &[0.0; 60], 0.9, 299, *step).unwrap();
        interval.low <= 0.0 && 0.0 <= interval.high
    };
    let held = (0..300).filter(holds).count();
    // About 266 of 300 expected at this size, with a standard deviation below 6.
    assert!((245..=290).contains(&held), "{held} of 300");
}

#[test]
fn the_same_seed_gives_the_same_answer() {
    let (left, right) = (noise(90, 0), noise(90, 1));
    let run = |seed| {
        (
            permutation_test(&left, &right, 500, seed).unwrap(),
            bootstrap_interval(&left, &right, 0.9, 500, seed).unwrap(),
        )
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let error = permutation_test(&[1.0], &[1.0, 2.0], 10, 0).unwrap_err();
    assert_eq!(error, EvalError::Unpaired { left: 1, right: 2 });
    assert_eq!(error.to_string(), "1 values cannot be paired with 2");
    assert_eq!(permutation_test(&[], &[], 10, 0).unwrap_err(), EvalError::Unpaired { left: 0, right: 0 });
    let error = bootstrap_interval(&[1.0, f64::INFINITY], &[0.0; 2], 0.9, 10, 0).unwrap_err();
    assert_eq!(error.to_string(), "the difference of pair 1 is `inf`");
    let error = bootstrap_interval(&[1.0], &[0.0], 1.0, 10, 0).unwrap_err();
    assert_eq!(error.to_string(), "the confidence `1` is not between 0 and 1");
    assert!(bootstrap_interval(&[1.0], &[0.0], f64::NAN, 10, 0).is_err());
    assert!(permutation_test(&[1.0], &[0.0], 0, 0).is_err());
}

#[test]
fn the_interval_of_a_mean_is_found_by_counting() {
    // A resample of two values, 0 and 1, has the mean 0, 1/2 or 1 with the chances 1/4, 1/2, 1/4.
    let interval = mean_interval(&[0.0, 1.0], 0.95, 4000, 1).unwrap();
    assert_eq!((interval.mean, interval.low, interval.high), (0.5, 0.0, 1.0));
    // Cut off three tenths on each side: only the middle is left.
    let interval = mean_interval(&[0.0, 1.0], 0.4, 4000, 1).unwrap();
    assert_eq!((interval.low, interval.high), (0.5, 0.5));
    let values = noise(400, 2);
    let mean = values.iter().sum::<f64>() / 400.0;
    let spread = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 400.0 / 400.0).sqrt();
    let interval = mean_interval(&values, 0.95, 4000, 5).unwrap();
    assert!((interval.low - (mean - 1.96 * spread)).abs() < 0.2 * spread, "{interval:?}");
    assert!((interval.high - (mean + 1.96 * spread)).abs() < 0.2 * spread, "{interval:?}");
    assert!(mean_interval(&[], 0.95, 10, 0).is_err() && mean_interval(&[f64::NAN], 0.95, 10, 0).is_err());
}

#[test]
fn many_tests_are_corrected_as_worked_out_by_hand() {
    // Sorted 0.01, 0.02, 0.03, 0.2 times 4, 3, 2, 1: 0.04, 0.06, 0.06, 0.2.
    let adjusted = holm(&[0.03, 0.01, 0.2, 0.02]);
    for (found, expected) in adjusted.iter().zip([0.06, 0.04, 0.2, 0.06]) {
        assert!((found - expected).abs() < 1e-12, "{adjusted:?}");
    }
    assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    assert_eq!(holm(&[0.3]), [0.3]);
    assert!(holm(&[]).is_empty());
}

#[test]
fn corrected_tests_of_noise_seldom_find_anything() {
    let any = |step: &u64| {
        let p = |k: u64| permutation_test(&noise(40, 900 + 7 * step + k), &[0.0; 40], 199, *step).unwrap().p_value;
        holm(&(0..5).map(p).collect::<Vec<_>>()).iter().any(|&p| p <= 0.1)
    };
    let found = (0..200).filter(any).count();
    // At most 20 expected, with a standard deviation of 4.2; without the correction about 80.
    assert!(found <= 34, "{found} of 200");
}
