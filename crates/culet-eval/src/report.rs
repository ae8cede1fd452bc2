//! What an evaluation found: the means, and the values of each user for later comparison.

use std::collections::BTreeMap;

use culet_kernels::Ranked;
use serde::{Deserialize, Serialize};

use crate::EvalError;

/// The metrics of a ranking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankingReport {
    /// How many users have targets; means are over them.
    pub n_users: usize,
    /// The lengths of lists, ascending.
    pub cutoffs: Vec<usize>,
    /// By key such as `recall@20`.
    pub means: BTreeMap<String, f64>,
    /// The values behind the means; not written with the report, it may have millions of them.
    #[serde(skip)]
    pub per_user: PerUser,
    /// What became of each item, if the protocol asked for it; not written either.
    #[serde(skip)]
    pub per_item: Option<PerItem>,
}

/// How often each item was to be found, and was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerItem {
    /// The length of the lists: the first of the protocol.
    pub cutoff: usize,
    /// Users whose target each item is, `[n_items]`.
    pub n_targets: Vec<u32>,
    /// Those of them whose list holds it, `[n_items]`.
    pub n_found: Vec<u32>,
}

impl PerItem {
    pub(crate) fn new(cutoff: usize, n_items: usize) -> Self {
        Self { cutoff, n_targets: vec![0; n_items], n_found: vec![0; n_items] }
    }

    /// Counts the list and the ascending targets of a user.
    pub(crate) fn add(&mut self, list: &[Ranked], targets: &[u32]) {
        targets.iter().for_each(|&item| self.n_targets[item as usize] += 1);
        let shown = list.iter().take(self.cutoff).map(|ranked| ranked.item);
        shown.filter(|item| targets.binary_search(item).is_ok()).for_each(|item| self.n_found[item as usize] += 1);
    }
}

/// The metrics of each user.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PerUser {
    /// The users that have targets, ascending.
    pub users: Vec<u32>,
    /// How many targets each of `users` has.
    pub n_targets: Vec<u32>,
    /// By key such as `recall@20`, one value for each of `users`.
    pub columns: BTreeMap<String, Vec<f64>>,
}

impl PerUser {
    /// The values of one metric.
    ///
    /// # Errors
    /// [`EvalError::NoColumn`] if the metric was not computed.
    pub fn column(&self, key: &str) -> Result<&[f64], EvalError> {
        self.columns.get(key).map(Vec::as_slice).ok_or_else(|| EvalError::NoColumn {
            column: key.to_owned(),
            known: self.columns.keys().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "),
        })
    }

    /// The values of one metric here and in another report, user by user.
    ///
    /// # Errors
    /// [`EvalError::DifferentUsers`] if the reports are about other users or other numbers of targets,
    /// [`EvalError::NoColumn`] if either lacks the metric.
    pub fn paired<'a>(&'a self, other: &'a Self, key: &str) -> Result<(&'a [f64], &'a [f64]), EvalError> {
        if self.users != other.users || self.n_targets != other.n_targets {
            return Err(EvalError::DifferentUsers { left: self.users.len(), right: other.users.len() });
        }
        Ok((self.column(key)?, other.column(key)?))
    }
}
