//! What settings are learned with and judged by.

use culet::data::Dataset;
use culet::graph::{Interactions, withhold_validation};
use culet::train::TrialData;

/// What settings are learned with and judged by.
pub(in super::super) struct Split {
    pub(in super::super) train: Interactions,
    pub(in super::super) valid: Interactions,
    /// The share that was withheld; none if the data came with a validation part.
    pub(in super::super) share: Option<f64>,
}

impl Split {
    /// The data's own validation part, or else a share of each user's training items.
    pub(in super::super) fn of(dataset: &Dataset, share: f64, seed: u64) -> Self {
        if dataset.valid.n_pairs() > 0 {
            return Self { train: dataset.train.clone(), valid: dataset.valid.clone(), share: None };
        }
        let (train, valid) = withhold_validation(&dataset.train, share, seed);
        Self { train, valid, share: Some(share) }
    }

    pub(in super::super) fn trial_data<'a>(&'a self, dataset: &'a Dataset) -> TrialData<'a> {
        TrialData { train: &self.train, valid: &self.valid, graph: &dataset.graph }
    }
}
