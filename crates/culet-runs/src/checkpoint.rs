//! When the state of a training is kept, and what happens to it in the end.

use std::path::Path;
use std::time::Instant;

use culet_data::{Checkpoints, DataError, RunWriter};
use culet_kernels::Matrix;
use culet_train::{Event, Juncture, TrainingState};
use serde_json::json;

/// How often the state of a training is kept, beside when somebody interrupts it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum CheckpointEvery {
    /// As often as costs a hundredth of the time: what the last one took is measured.
    #[default]
    Affordable,
    /// After so many minutes, within an epoch too.
    Minutes(f64),
    /// After so many epochs, and so many parts of a blend.
    Epochs(u64),
    /// Never, and not on an interruption either: the training cannot be resumed.
    Never,
}

/// The time between two states is so many times what one takes.
const TIMES_THE_COST: f64 = 100.0;
/// A training that takes less is made again as quickly.
const LEAST_SECONDS: f64 = 10.0;
/// Bytes a second that a first guess reckons with: a slow disk's.
const GUESSED_BYTES_A_SECOND: f64 = 2e8;
/// Parameters, two moments and the best epoch, in bytes.
const BYTES_A_PARAMETER: f64 = 16.0;

/// Keeps states of a training.
pub(crate) struct Keeping {
    every: CheckpointEvery,
    checkpoints: Checkpoints,
    last: Instant,
    n_epochs: u64,
    cost_s: f64,
}

impl Keeping {
    pub(crate) fn new(checkpoints: Checkpoints, every: CheckpointEvery) -> Self {
        Self { every, checkpoints, last: Instant::now(), n_epochs: 0, cost_s: 0.0 }
    }

    /// Takes note of what a state will cost, before one was kept.
    pub(crate) fn note(&mut self, event: &Event<'_>) {
        if let Event::Start { n_parameters, .. } = event {
            self.cost_s = self.cost_s.max(*n_parameters as f64 * BYTES_A_PARAMETER / GUESSED_BYTES_A_SECOND);
        }
    }

    pub(crate) fn is_due(&mut self, at: Juncture) -> bool {
        // What a blend found between two trainings may have taken as long as many epochs.
        let is_over = matches!(at, Juncture::Epoch | Juncture::Part);
        self.n_epochs += u64::from(is_over);
        match self.every {
            _ if at == Juncture::Interrupted => true,
            CheckpointEvery::Affordable => self.elapsed_s() >= (TIMES_THE_COST * self.cost_s).max(LEAST_SECONDS),
            CheckpointEvery::Minutes(minutes) => self.elapsed_s() >= 60.0 * minutes,
            CheckpointEvery::Epochs(n) => is_over && self.n_epochs >= n,
            CheckpointEvery::Never => false,
        }
    }

    fn elapsed_s(&self) -> f64 {
        self.last.elapsed().as_secs_f64()
    }

    pub(crate) fn keep(&mut self, run: &RunWriter, state: &TrainingState<'_>) -> Result<(), DataError> {
        let start = Instant::now();
        let tables: Vec<(String, &Matrix)> =
            state.tables.iter().map(|(name, table)| (name.clone(), &**table)).collect();
        let kept = self.checkpoints.keep(run, &json!(state.progress), &tables);
        self.cost_s = start.elapsed().as_secs_f64();
        (self.last, self.n_epochs) = (Instant::now(), 0);
        kept
    }

    /// The run folder.
    pub(crate) fn run(&self) -> &Path {
        self.checkpoints.run()
    }

    pub(crate) fn has_state(&self) -> bool {
        self.checkpoints.has_state()
    }

    /// The training is over.
    pub(crate) fn remove(self) -> Result<(), DataError> {
        self.checkpoints.remove()
    }
}
