//! What settings are learned with and judged by.

use culet_data::Dataset;
use culet_graph::{Interactions, withhold_validation};
use culet_train::TrialData;

/// What settings are learned with and judged by.
#[derive(Debug, Clone)]
pub struct TrialSplit {
    /// Learned from.
    pub train: Interactions,
    /// Judged by.
    pub valid: Interactions,
    /// The share that was withheld; none if the data came with a validation part.
    pub share: Option<f64>,
}

impl TrialSplit {
    /// The data's own validation part, or else a share of each user's training items.
    #[must_use]
    pub fn of(dataset: &Dataset, share: f64, seed: u64) -> Self {
        if dataset.valid.n_pairs() > 0 {
            return Self { train: dataset.train.clone(), valid: dataset.valid.clone(), share: None };
        }
        let (train, valid) = withhold_validation(&dataset.train, share, seed);
        Self { train, valid, share: Some(share) }
    }

    pub(crate) fn trial_data<'a>(&'a self, dataset: &'a Dataset) -> TrialData<'a> {
        TrialData { train: &self.train, valid: &self.valid, graph: &dataset.graph }
    }
}
