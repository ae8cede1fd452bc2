//! Full ranking: all items compete, what the user already has is masked, and what was withheld should come first.

use std::borrow::Cow;
use std::collections::BTreeMap;

use culet_graph::{Interactions, UserId};
use culet_kernels::Ranked;
use rayon::prelude::*;

use crate::catalogue::Catalogue;
use crate::metrics::{METRICS, UserMetrics};
use crate::{EvalError, PerItem, PerUser, Ranker, RankingReport};

/// What to compute of a ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankingProtocol {
    cutoffs: Vec<usize>,
    catalogue: bool,
    items: bool,
}

/// The longest list that is judged: a table of discounts has as many numbers.
const LONGEST: usize = 1_000_000;

impl RankingProtocol {
    /// Metrics at these lengths of lists.
    ///
    /// # Errors
    /// [`EvalError::Cutoffs`] unless there is one, all are positive and each is greater than the one before.
    pub fn new(cutoffs: Vec<usize>) -> Result<Self, EvalError> {
        let ascending = cutoffs.windows(2).all(|pair| pair[0] < pair[1]);
        match cutoffs.first() {
            Some(1..) if ascending && cutoffs[cutoffs.len() - 1] <= LONGEST => {
                Ok(Self { cutoffs, catalogue: false, items: false })
            }
            _ => Err(EvalError::Cutoffs { cutoffs }),
        }
    }

    /// Also computes `coverage@K` (the share of items that anybody sees), `mean_popularity@K` (of what is recommended,
    /// in users that took it, as far as masked) and `gini@K` (how unequally often items are recommended).
    #[must_use]
    pub fn with_catalogue_metrics(self) -> Self {
        Self { catalogue: true, ..self }
    }

    /// Also counts, item by item, how often it was a target and how often found: [`RankingReport::per_item`].
    #[must_use]
    pub fn with_item_counts(self) -> Self {
        Self { items: true, ..self }
    }

    /// The lengths of lists, ascending.
    #[must_use]
    pub fn cutoffs(&self) -> &[usize] {
        &self.cutoffs
    }

    fn longest(&self) -> usize {
        self.cutoffs[self.cutoffs.len() - 1]
    }
}

impl Default for RankingProtocol {
    /// Lists of 20, 40, 60, 80 and 100, as published for KGIN.
    fn default() -> Self {
        Self { cutoffs: vec![20, 40, 60, 80, 100], catalogue: false, items: false }
    }
}

/// Most users whose lists are held at once.
const USERS_AT_ONCE: usize = 16_384;
/// Most ranked items that are held at once, 8 bytes each.
const RANKED_AT_ONCE: usize = 1 << 22;

/// Ranks all items for each user with targets and compares the best with the targets.
///
/// The items of a user in any of `excluded` (the training part; and the validation part when testing) are masked. A
/// target that is masked cannot be hit but counts as a target. The metrics are those of [`METRICS`]; each mean is over
/// the users with targets, in f64.
///
/// # Errors
/// [`EvalError::Shape`] if the parts have other numbers of users or items than the ranker, [`EvalError::NoTargets`] if
/// no user has a target.
///
/// # Panics
/// If the ranker gives another number of lists than users, or too long ones.
pub fn evaluate_ranking(
    ranker: &dyn Ranker,
    excluded: &[&Interactions],
    targets: &Interactions,
    protocol: &RankingProtocol,
    pool: &rayon::ThreadPool,
) -> Result<RankingReport, EvalError> {
    check_shape(ranker, "target part", targets)?;
    let masked = union(ranker, excluded)?;
    let users: Vec<u32> =
        (0..targets.n_users() as u32).filter(|&user| !targets.items_of(UserId(user)).is_empty()).collect();
    if users.is_empty() {
        return Err(EvalError::NoTargets { n_users: targets.n_users() });
    }
    let metrics = UserMetrics::new(&protocol.cutoffs);
    let mut catalogue = protocol.catalogue.then(|| Catalogue::new(&protocol.cutoffs, masked.item_degrees()));
    let mut per_item = protocol.items.then(|| PerItem::new(protocol.cutoffs[0], ranker.n_items()));
    let mut rows = vec![0.0; users.len() * metrics.width()];
    let most = (RANKED_AT_ONCE / protocol.longest().min(ranker.n_items()).max(1)).clamp(1, USERS_AT_ONCE);
    let size = users.len().div_ceil(users.len().div_ceil(most));
    for (users, rows) in users.chunks(size).zip(rows.chunks_mut(size * metrics.width())) {
        let lists = ranker.top_k(users, &|user| masked.items_of(user), protocol.longest(), pool);
        assert_eq!(lists.len(), users.len(), "a list for each user");
        pool.install(|| {
            users.par_iter().zip(&lists).zip(rows.par_chunks_mut(metrics.width())).for_each(|((&user, list), row)| {
                let (user, n_items) = (UserId(user), ranker.n_items());
                measure(&metrics, list, targets.items_of(user), n_items - masked.items_of(user).len(), row);
            });
        });
        if let Some(catalogue) = &mut catalogue {
            lists.iter().for_each(|list| catalogue.add(list));
        }
        if let Some(per_item) = &mut per_item {
            users.iter().zip(&lists).for_each(|(&user, list)| per_item.add(list, targets.items_of(UserId(user))));
        }
    }
    Ok(RankingReport { per_item, ..report(protocol, targets, users, &rows, catalogue.as_ref()) })
}

fn measure(metrics: &UserMetrics<'_>, list: &[Ranked], targets: &[u32], n_candidates: usize, row: &mut [f64]) {
    assert!(list.len() <= n_candidates, "a list of {} from {n_candidates} candidates", list.len());
    metrics.write(list, targets, n_candidates, row);
}

fn check_shape(ranker: &dyn Ranker, part: &'static str, found: &Interactions) -> Result<(), EvalError> {
    let counts = [("users", found.n_users(), ranker.n_users()), ("items", found.n_items(), ranker.n_items())];
    match counts.into_iter().find(|&(_, found, expected)| found != expected) {
        Some((what, found, expected)) => Err(EvalError::Shape { part, what, found, expected }),
        None => Ok(()),
    }
}

fn union<'a>(ranker: &dyn Ranker, parts: &[&'a Interactions]) -> Result<Cow<'a, Interactions>, EvalError> {
    let mut all: Option<Cow<'a, Interactions>> = None;
    for &part in parts {
        check_shape(ranker, "part to exclude", part)?;
        all = Some(match all {
            None => Cow::Borrowed(part),
            Some(all) => Cow::Owned(all.union(part)?),
        });
    }
    Ok(all.unwrap_or_else(|| Cow::Owned(Interactions::empty(ranker.n_users(), ranker.n_items()))))
}

fn report(
    protocol: &RankingProtocol,
    targets: &Interactions,
    users: Vec<u32>,
    rows: &[f64],
    catalogue: Option<&Catalogue<'_>>,
) -> RankingReport {
    let keys: Vec<String> =
        METRICS.iter().flat_map(|name| protocol.cutoffs.iter().map(move |cutoff| format!("{name}@{cutoff}"))).collect();
    let column = |place: usize| rows.iter().skip(place).step_by(keys.len()).copied().collect::<Vec<f64>>();
    let columns: BTreeMap<String, Vec<f64>> =
        (0..keys.len()).map(|place| (keys[place].clone(), column(place))).collect();
    let mean = |values: &Vec<f64>| values.iter().sum::<f64>() / users.len() as f64;
    let mut means: BTreeMap<String, f64> = columns.iter().map(|(key, values)| (key.clone(), mean(values))).collect();
    if let Some(catalogue) = catalogue {
        catalogue.write(&mut means);
    }
    let n_targets = users.iter().map(|&user| targets.items_of(UserId(user)).len() as u32).collect();
    let cutoffs = protocol.cutoffs.clone();
    let per_user = PerUser { users, n_targets, columns };
    RankingReport { n_users: per_user.users.len(), cutoffs, means, per_user, per_item: None }
}
