//! What an evaluation found: the means, and the values of each user for later comparison.

use std::collections::BTreeMap;

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
