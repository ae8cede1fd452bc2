//! Where a training stands: what is kept of it, and how it goes on from there.
//!
//! Everything random is drawn at an index, so that no state of a generator is part of it: the place in the training, the
//! parameters, the state of the optimiser and the best epoch so far are all there is.

use std::borrow::Cow;
use std::collections::BTreeMap;

use culet_kernels::Matrix;
use serde::{Deserialize, Serialize};

use crate::{EpochRecord, LinkScore, Seconds, TrainError};

/// Where a training stands, apart from its tables.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// `train`, `refit` or `warm-up`; `choice` for a blend that trains no vectors at the moment.
    pub phase: String,
    /// The epoch that it is in, from 1.
    pub epoch: u64,
    /// Steps made in this epoch.
    pub step: u64,
    /// Steps that the optimiser made in this phase.
    pub n_updates: u64,
    /// The sum of the loss over the steps of this epoch, by part.
    pub loss: [f64; 3],
    /// Seconds of training in this epoch.
    pub epoch_seconds: f64,
    /// Seconds of all epochs before.
    pub seconds: Seconds,
    /// Whether the epochs of this phase are over.
    pub is_over: bool,
    /// The best epoch of this phase so far.
    pub best: Option<BestEpoch>,
    /// What was seen that ends a training early, beside the best epoch.
    pub falls: Falls,
    /// What was selected before this phase, if it is the training after the selection.
    pub selected: Option<Selected>,
    /// What was found before, if it is the training of a blend, or of vectors for one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub blend: Option<BlendProgress>,
}

/// What a blend found so far, apart from the vectors that were made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BlendProgress {
    /// What settings of the linear model are worth, in the order in which they are tried.
    pub tried: Vec<TriedSettings>,
    /// The best epochs of the vectors in the order in which they are made, 0 where there were no epochs; none where the data
    /// did not allow for vectors.
    pub made: Vec<Option<u64>>,
    /// Seconds that it took.
    pub seconds: f64,
}

/// What settings of the linear model are worth on withheld pairs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TriedSettings {
    /// Beside popularity: what the settings are chosen by.
    pub quality: f64,
    /// Recall and ndcg alone.
    pub alone: [f64; 2],
}

/// The best epoch so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BestEpoch {
    /// From 1.
    pub epoch: u64,
    /// The value of the metric that selects.
    pub value: f64,
    /// All metrics.
    pub metrics: BTreeMap<String, f64>,
    /// How pairs of nodes are scored, of a network.
    pub score: Option<LinkScore>,
}

/// Evaluations that fell below the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Falls {
    /// The value of the last evaluation.
    pub last: Option<f64>,
    /// How many fell.
    pub count: u64,
}

/// What was selected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Selected {
    /// The epoch whose parameters were taken.
    pub epoch: u64,
    /// Epochs made.
    pub n_epochs: u64,
    /// What it reached, where something was evaluated.
    pub best: Option<BestEpoch>,
}

/// A state to be kept.
#[derive(Debug, Clone)]
pub struct TrainingState<'a> {
    /// Where the training stands.
    pub progress: Progress,
    /// All its tables by name.
    pub tables: Vec<(String, Cow<'a, Matrix>)>,
}

/// A state that was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredState {
    /// Where the training stood.
    pub progress: Progress,
    /// All its tables by name.
    pub tables: BTreeMap<String, Matrix>,
    /// The epochs that it made.
    pub history: Vec<EpochRecord>,
}

/// What a training begins with, beside its settings.
#[derive(Debug, Clone, Default)]
pub struct Beginning {
    /// Parameters by name, all or none: instead of random ones, in the training after the selection too.
    pub start: BTreeMap<String, Matrix>,
    /// The state that the training goes on from. The result is that of a training which was never interrupted.
    pub state: Option<StoredState>,
}

impl StoredState {
    /// Refuses a state in a phase that the training does not have.
    pub(crate) fn check_phase(&self, known: &[&str]) -> Result<(), TrainError> {
        let phase = &self.progress.phase;
        if known.contains(&phase.as_str()) && self.progress.epoch > 0 {
            return Ok(());
        }
        Err(TrainError::BadState { what: format!("it has no epoch {} of a phase `{phase}`", self.progress.epoch) })
    }

    /// A table that has to be there, of this shape.
    pub(crate) fn table(&self, name: &str, (n_rows, dim): (usize, usize)) -> Result<&Matrix, TrainError> {
        let bad = |what: String| TrainError::BadState { what };
        let table = self.tables.get(name).ok_or_else(|| bad(format!("there is no table `{name}`")))?;
        if (table.n_rows(), table.dim()) != (n_rows, dim) {
            let found = format!("{} x {}", table.n_rows(), table.dim());
            return Err(bad(format!("the table `{name}` is {found}, expected {n_rows} x {dim}")));
        }
        Ok(table)
    }

    /// The parameters of the best epoch by name, as they lie in memory, or of the last where none is known.
    #[must_use]
    pub fn best_tables(&self) -> BTreeMap<String, Matrix> {
        let prefix = format!("{}.", self.best_prefix());
        let own = |(name, table): (&String, &Matrix)| Some((name.strip_prefix(&prefix)?.to_owned(), table.clone()));
        self.tables.iter().filter_map(own).collect()
    }

    pub(crate) fn best_prefix(&self) -> &'static str {
        match (&self.progress.best, &self.progress.selected) {
            (Some(_), _) => "best",
            (None, Some(_)) => "selected",
            (None, None) => "table",
        }
    }

    /// A table of the shape of another.
    pub(crate) fn table_like(&self, name: &str, other: &Matrix) -> Result<&Matrix, TrainError> {
        self.table(name, (other.n_rows(), other.dim()))
    }

    /// A list that has to be there, of this length.
    pub(crate) fn list(&self, name: &str, n: usize) -> Result<Vec<f32>, TrainError> {
        Ok(self.table(name, (1, n))?.to_values())
    }

    /// What was selected, which has to be there.
    pub(crate) fn selected(&self) -> Result<&Selected, TrainError> {
        let missing = || TrainError::BadState { what: "it does not say what was selected".to_owned() };
        self.progress.selected.as_ref().ok_or_else(missing)
    }
}

impl TrainingState<'_> {
    /// Refuses a state that is worth nothing, which must not take the place of a good one: moments aside, whose squares may
    /// overflow and do no harm.
    pub(crate) fn check_finite(&self) -> Result<(), TrainError> {
        let is_moment = |name: &str| ["first.", "second.", "squares."].iter().any(|kind| name.starts_with(kind));
        let tables = self.tables.iter().filter(|(name, _)| !is_moment(name));
        let tables = tables.map(|(name, table)| (name.as_str(), &**table));
        check_finite(tables, self.progress.epoch, self.progress.n_updates)
    }
}

/// Refuses tables that hold what is no number.
pub(crate) fn check_finite<'a>(
    tables: impl IntoIterator<Item = (&'a str, &'a Matrix)>,
    epoch: u64,
    step: u64,
) -> Result<(), TrainError> {
    // All at once without a branch: a pass over the memory.
    let is_finite = |table: &Matrix| table.as_slice().iter().fold(true, |all, x| all & x.is_finite());
    match tables.into_iter().find(|(_, table)| !is_finite(table)) {
        Some((name, _)) => {
            let table = name.split_once('.').map_or(name, |(_, own)| own).to_owned();
            Err(TrainError::TableNotFinite { table, epoch, step })
        }
        None => Ok(()),
    }
}

/// A list as a table of one row.
pub(crate) fn row_of(list: &[f32]) -> Matrix {
    Matrix::from_values(1, list.len(), list)
}
