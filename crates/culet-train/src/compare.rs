//! Runs side by side: whether they were judged alike, and whether one is better for the same users.

use std::collections::HashMap;

use culet_data::{CatalogueParts, DataError, PerUserTable, Run};
use culet_eval::EvalError;
use culet_eval::significance::{MeanInterval, bootstrap_interval, holm, mean_interval, permutation_test};
use culet_graph::{Interactions, Names};
use rayon::ThreadPool;
use rayon::prelude::*;

/// How sure the intervals are.
pub const CONFIDENCE: f64 = 0.95;
/// Resamples for an interval.
const N_RESAMPLES: u64 = 2_000;
/// Random assignments of signs for a test, unless all of them are fewer.
const N_PERMUTATIONS: u64 = 9_999;

/// What one run reaches beyond another, for the users that both judged.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Comparison {
    /// The users that both judged.
    pub n_users: usize,
    /// The mean over them in the reference.
    pub reference_mean: f64,
    /// The mean over them.
    pub mean: f64,
    /// That mean minus the reference's.
    pub difference: f64,
    /// The lower end of the interval of the difference.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// How likely a difference of this size is if the run's and the reference's values are exchangeable for each user.
    pub p_value: f64,
    /// The same, corrected for the number of runs that are compared with the reference (Holm).
    pub p_adjusted: f64,
}

/// Why runs cannot be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// A run that holds no catalogue.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The data differ.
    #[error("the runs were made from different data: {what} differ, {left} and {right}")]
    OtherData {
        /// What differs.
        what: &'static str,
        /// What the first run has.
        left: String,
        /// What the second run has.
        right: String,
    },
    /// The data differ although their counts agree.
    #[error("the runs were made from different data: {what} are as many, but not the same")]
    OtherContent {
        /// What differs.
        what: &'static str,
    },
    /// A user has other targets in one run than in the other.
    #[error("user `{user}` was judged by {left} items in one run, by {right} in the other")]
    OtherTargets {
        /// The user.
        user: String,
        /// Targets in the first run.
        left: u32,
        /// Targets in the second run.
        right: u32,
    },
    /// No user was judged by both.
    #[error("no user was judged in both runs")]
    NoCommonUser,
    /// A run lacks the metric.
    #[error("a run has no `{metric}` by user")]
    NoMetric {
        /// The metric.
        metric: String,
    },
    /// The values cannot be compared.
    #[error(transparent)]
    Evaluation(#[from] EvalError),
}

impl CompareError {
    /// What would help.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::OtherData { .. } | Self::OtherContent { .. } | Self::OtherTargets { .. } | Self::NoCommonUser => {
                Some("compare runs on the same split of the same data set; only the knowledge graph may differ".into())
            }
            Self::NoMetric { .. } => Some("evaluate both runs at the same cutoffs".into()),
            Self::Data(error) => error.hint(),
            Self::Evaluation(error) => error.hint(),
        }
    }

    /// Whether the runs are wrong, or else the comparison failed.
    #[must_use]
    pub fn is_wrong_input(&self) -> bool {
        !matches!(self, Self::Data(error) if !error.is_wrong_input())
    }
}

/// Checks that two runs learned from the same pairs and were judged by the same; their knowledge graphs may differ, for
/// that is what one may want to compare. What one of them withheld to validate on counts as learned from.
///
/// # Errors
/// [`CompareError::OtherData`] or [`CompareError::OtherContent`] with the first thing that differs; [`CompareError::Data`]
/// for a run of a network.
pub fn check_same_data(left: &Run, right: &Run) -> Result<(), CompareError> {
    let (left_parts, right_parts) = (left.catalogue()?, right.catalogue()?);
    if left.manifest.summary.data == right.manifest.summary.data {
        return Ok(());
    }
    first_difference(left_parts, right_parts)?.map_or(Ok(()), Err)
}

fn first_difference(left: &CatalogueParts, right: &CatalogueParts) -> Result<Option<CompareError>, DataError> {
    let counts = |what, left: usize, right: usize| {
        let told = |n: usize| culet_data::thousands(n as u64);
        (left != right).then(|| CompareError::OtherData { what, left: told(left), right: told(right) })
    };
    let content = |what, same: bool| (!same).then_some(CompareError::OtherContent { what });
    let known = |parts: &CatalogueParts| parts.train.union(&parts.valid).map_err(DataError::from);
    let (users, items) = (&left.vocabulary.users, &left.vocabulary.entities);
    let shape = counts("the users", users.len(), right.vocabulary.users.len())
        .or_else(|| counts("the items", left.train.n_items(), right.train.n_items()));
    if shape.is_some() {
        return Ok(shape);
    }
    let same_ids = |left: &Names, right: &Names, n: usize| (0..n).all(|k| left.id(k) == right.id(k));
    let pairs = |what, left: &Interactions, right: &Interactions| {
        counts(what, left.n_pairs(), right.n_pairs()).or_else(|| content(what, left == right))
    };
    let (known_left, known_right) = (known(left)?, known(right)?);
    Ok(content("the ids of the users", same_ids(users, &right.vocabulary.users, users.len()))
        .or_else(|| content("the ids of the items", same_ids(items, &right.vocabulary.entities, left.train.n_items())))
        .or_else(|| pairs("the test pairs", &left.test, &right.test))
        .or_else(|| pairs("the training pairs", &known_left, &known_right)))
}

/// Compares runs with a reference by one metric, user by user: the mean difference, its interval by resampled users, and
/// a paired permutation test.
///
/// The result depends on `seed`, not on the threads of `pool`.
///
/// # Errors
/// [`CompareError`] if users were judged by other numbers of targets, none by both, or a metric is missing.
pub fn compare_users(
    reference: &PerUserTable,
    others: &[&PerUserTable],
    metric: &str,
    seed: u64,
    pool: &ThreadPool,
) -> Result<Vec<Comparison>, CompareError> {
    let compare = |other: &&PerUserTable| {
        let (left, right) = paired(reference, other, metric)?;
        compare_values(&left, &right, seed)
    };
    let mut comparisons: Vec<Comparison> =
        pool.install(|| others.par_iter().map(compare).collect::<Result<_, CompareError>>())?;
    let adjusted = holm(&comparisons.iter().map(|comparison| comparison.p_value).collect::<Vec<_>>());
    for (comparison, p_adjusted) in comparisons.iter_mut().zip(adjusted) {
        comparison.p_adjusted = p_adjusted;
    }
    Ok(comparisons)
}

/// The mean of a metric over the users of each run, with its interval by resampled users.
///
/// # Errors
/// [`CompareError`] if a run lacks the metric or has no users.
pub fn mean_intervals(
    runs: &[&PerUserTable],
    metric: &str,
    seed: u64,
    pool: &ThreadPool,
) -> Result<Vec<MeanInterval>, CompareError> {
    let interval = |run: &&PerUserTable| Ok(mean_interval(column(run, metric)?, CONFIDENCE, N_RESAMPLES, seed)?);
    pool.install(|| runs.par_iter().map(interval).collect())
}

fn compare_values(reference: &[f64], values: &[f64], seed: u64) -> Result<Comparison, CompareError> {
    let interval = bootstrap_interval(values, reference, CONFIDENCE, N_RESAMPLES, seed)?;
    let test = permutation_test(values, reference, N_PERMUTATIONS, seed)?;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    Ok(Comparison {
        n_users: values.len(),
        reference_mean: mean(reference),
        mean: mean(values),
        difference: interval.mean_difference,
        low: interval.low,
        high: interval.high,
        p_value: test.p_value,
        p_adjusted: test.p_value,
    })
}

/// The values of the users that stand in both tables, in the order of the first.
fn paired(left: &PerUserTable, right: &PerUserTable, metric: &str) -> Result<(Vec<f64>, Vec<f64>), CompareError> {
    let (of_left, of_right) = (column(left, metric)?, column(right, metric)?);
    let places: HashMap<&str, usize> =
        right.users.iter().enumerate().map(|(place, user)| (user.as_str(), place)).collect();
    let (mut lefts, mut rights) = (Vec::new(), Vec::new());
    for (at, user) in left.users.iter().enumerate() {
        let Some(&place) = places.get(user.as_str()) else { continue };
        let (left, right) = (left.n_targets[at], right.n_targets[place]);
        if left != right {
            return Err(CompareError::OtherTargets { user: user.clone(), left, right });
        }
        lefts.push(of_left[at]);
        rights.push(of_right[place]);
    }
    if lefts.is_empty() { Err(CompareError::NoCommonUser) } else { Ok((lefts, rights)) }
}

fn column<'a>(table: &'a PerUserTable, metric: &str) -> Result<&'a [f64], CompareError> {
    let column = table.metrics.iter().find(|(name, _)| name == metric);
    column.map(|(_, values)| values.as_slice()).ok_or_else(|| CompareError::NoMetric { metric: metric.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(users: &[(&str, u32, f64)]) -> PerUserTable {
        PerUserTable {
            users: users.iter().map(|(user, _, _)| (*user).to_owned()).collect(),
            n_targets: users.iter().map(|(_, n, _)| *n).collect(),
            metrics: vec![("recall@2".to_owned(), users.iter().map(|(_, _, value)| *value).collect())],
        }
    }

    fn pool() -> ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap()
    }

    fn compare(left: &PerUserTable, others: &[&PerUserTable]) -> Result<Vec<Comparison>, CompareError> {
        compare_users(left, others, "recall@2", 1, &pool())
    }

    #[test]
    fn users_are_paired_by_name_and_those_of_one_run_left_out() {
        let left = table(&[("a", 1, 0.0), ("b", 2, 0.5), ("c", 1, 1.0), ("only-left", 9, 1.0)]);
        let right = table(&[("only-right", 5, 0.0), ("c", 1, 1.0), ("a", 1, 1.0), ("b", 2, 1.0)]);
        let (lefts, rights) = paired(&left, &right, "recall@2").unwrap();
        assert_eq!((lefts, rights), (vec![0.0, 0.5, 1.0], vec![1.0, 1.0, 1.0]));
        let found = compare(&left, &[&right]).unwrap()[0];
        assert_eq!((found.n_users, found.reference_mean, found.mean, found.difference), (3, 0.5, 1.0, 0.5));
        // Signs of +1 and +1/2 flip: of four sums only the two outermost reach 3/2.
        assert_eq!((found.p_value, found.p_adjusted), (0.5, 0.5));
        assert!(found.low >= 0.0 && found.high <= 1.0 && found.low <= found.difference);
    }

    #[test]
    fn several_runs_are_corrected_for() {
        let users: Vec<String> = (0..8).map(|k| format!("u{k}")).collect();
        let constant = |value: f64| table(&users.iter().map(|user| (user.as_str(), 1, value)).collect::<Vec<_>>());
        let (reference, better, same) = (constant(0.0), constant(1.0), constant(0.0));
        let found = compare(&reference, &[&better, &same]).unwrap();
        // All eight the same way: 2 of 256. Twice that for the smaller of two.
        assert_eq!((found[0].p_value, found[0].p_adjusted), (2.0 / 256.0, 4.0 / 256.0));
        assert_eq!((found[1].p_value, found[1].p_adjusted), (1.0, 1.0));
        assert_eq!((found[0].low, found[0].high), (1.0, 1.0));
    }

    #[test]
    fn what_cannot_be_paired_is_refused() {
        let left = table(&[("a", 1, 0.0)]);
        let told = |right: &PerUserTable| compare(&left, &[right]).unwrap_err().to_string();
        assert_eq!(told(&table(&[("b", 1, 0.0)])), "no user was judged in both runs");
        assert_eq!(told(&table(&[("a", 3, 0.0)])), "user `a` was judged by 1 items in one run, by 3 in the other");
        let other = PerUserTable { metrics: Vec::new(), ..left.clone() };
        assert_eq!(told(&other), "a run has no `recall@2` by user");
    }

    fn parts(train: &[(u32, u32)], valid: &[(u32, u32)], test: &[(u32, u32)], users: &[&str]) -> CatalogueParts {
        let log = |pairs| Interactions::from_pairs(2, 3, pairs).unwrap();
        let vocabulary = culet_graph::Vocabulary {
            users: users.iter().map(|user| (*user, None)).collect(),
            entities: ["x", "y", "z"].iter().map(|item| (*item, None)).collect(),
            ..Default::default()
        };
        CatalogueParts {
            train: log(train),
            valid: log(valid),
            test: log(test),
            graph: culet_graph::KnowledgeGraph::empty(3),
            vocabulary,
        }
    }

    #[test]
    fn data_are_the_same_if_what_was_known_and_asked_for_is() {
        let left = parts(&[(0, 0), (1, 1)], &[(0, 2)], &[(1, 2)], &["a", "b"]);
        let told = |right: &CatalogueParts| first_difference(&left, right).unwrap().map(|error| error.to_string());
        assert_eq!(told(&parts(&[(0, 0), (1, 1), (0, 2)], &[], &[(1, 2)], &["a", "b"])), None);
        let head = "the runs were made from different data: ";
        let cases = [
            (
                parts(&[(0, 0), (1, 1)], &[(0, 2)], &[(1, 0)], &["a", "b"]),
                "the test pairs are as many, but not the same",
            ),
            (parts(&[(0, 0), (1, 1)], &[], &[(1, 2)], &["a", "b"]), "the training pairs differ, 3 and 2"),
            (
                parts(&[(0, 0), (1, 1)], &[(0, 2)], &[(1, 2)], &["a", "c"]),
                "the ids of the users are as many, but not the same",
            ),
        ];
        for (right, expected) in cases {
            assert_eq!(told(&right), Some(format!("{head}{expected}")));
        }
    }
}
