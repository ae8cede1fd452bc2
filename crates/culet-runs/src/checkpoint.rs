//! When the state of a training is kept, and what happens to it in the end.

use std::path::Path;
use std::time::{Duration, Instant};

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

/// When the next state is due.
struct Schedule {
    every: CheckpointEvery,
    /// What is passed of the training by a clock that nobody sets, when the last one was kept.
    last: Duration,
    n_epochs: u64,
    cost_s: f64,
}

impl Schedule {
    fn new(every: CheckpointEvery) -> Self {
        Self { every, last: Duration::ZERO, n_epochs: 0, cost_s: 0.0 }
    }

    fn is_due(&mut self, at: Juncture, now: Duration) -> bool {
        // What a blend found between two trainings may have taken as long as many epochs.
        let is_over = matches!(at, Juncture::Epoch | Juncture::Part);
        self.n_epochs += u64::from(is_over);
        let elapsed_s = now.saturating_sub(self.last).as_secs_f64();
        match self.every {
            _ if at == Juncture::Interrupted => true,
            CheckpointEvery::Affordable => elapsed_s >= (TIMES_THE_COST * self.cost_s).max(LEAST_SECONDS),
            CheckpointEvery::Minutes(minutes) => elapsed_s >= 60.0 * minutes,
            CheckpointEvery::Epochs(n) => is_over && self.n_epochs >= n,
            CheckpointEvery::Never => false,
        }
    }

    /// A state was kept, or could not be, between these times.
    fn kept(&mut self, from: Duration, to: Duration) {
        self.cost_s = to.saturating_sub(from).as_secs_f64();
        (self.last, self.n_epochs) = (to, 0);
    }
}

/// Keeps states of a training.
pub(crate) struct Keeping {
    schedule: Schedule,
    checkpoints: Checkpoints,
    /// Monotonic: to set the clock of the machine moves nothing.
    begun: Instant,
}

impl Keeping {
    pub(crate) fn new(checkpoints: Checkpoints, every: CheckpointEvery) -> Self {
        Self { schedule: Schedule::new(every), checkpoints, begun: Instant::now() }
    }

    /// Takes note of what a state will cost, before one was kept.
    pub(crate) fn note(&mut self, event: &Event<'_>) {
        if let Event::Start { n_parameters, .. } = event {
            let guessed_s = *n_parameters as f64 * BYTES_A_PARAMETER / GUESSED_BYTES_A_SECOND;
            self.schedule.cost_s = self.schedule.cost_s.max(guessed_s);
        }
    }

    pub(crate) fn is_due(&mut self, at: Juncture) -> bool {
        self.schedule.is_due(at, self.begun.elapsed())
    }

    pub(crate) fn keep(&mut self, run: &RunWriter, state: &TrainingState<'_>) -> Result<(), DataError> {
        let from = self.begun.elapsed();
        let tables: Vec<(String, &Matrix)> =
            state.tables.iter().map(|(name, table)| (name.clone(), &**table)).collect();
        let kept = self.checkpoints.keep(run, &json!(state.progress), &tables);
        self.schedule.kept(from, self.begun.elapsed());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn due(every: CheckpointEvery, at: Juncture, times_s: &[f64]) -> Vec<bool> {
        let mut schedule = Schedule::new(every);
        let asked = times_s.iter().map(|time| Duration::from_secs_f64(*time));
        asked.map(|now| schedule.is_due(at, now).then(|| schedule.kept(now, now)).is_some()).collect()
    }

    #[test]
    fn a_state_is_due_by_what_passed_since_the_last_one() {
        let minutes = CheckpointEvery::Minutes(0.5);
        assert_eq!(due(minutes, Juncture::Step, &[29.9, 30.0, 59.0, 60.0, 60.1]), [false, true, false, true, false]);
        // A clock that was set back, as one of the wall would be, makes nothing due and stops nothing.
        assert_eq!(due(minutes, Juncture::Step, &[40.0, 5.0, 69.0, 70.0]), [true, false, false, true]);
        assert_eq!(
            due(CheckpointEvery::Affordable, Juncture::Step, &[9.0, 10.0, 19.0, 20.0]),
            [false, true, false, true]
        );
        assert_eq!(due(CheckpointEvery::Epochs(2), Juncture::Epoch, &[0.0; 4]), [false, true, false, true]);
        assert_eq!(due(CheckpointEvery::Epochs(2), Juncture::Part, &[0.0; 4]), [false, true, false, true]);
        assert_eq!(due(CheckpointEvery::Epochs(1), Juncture::Step, &[1e9]), [false]);
        assert_eq!(due(CheckpointEvery::Never, Juncture::Epoch, &[1e9]), [false]);
        assert_eq!(due(CheckpointEvery::Never, Juncture::Interrupted, &[0.0]), [true]);
    }

    #[test]
    fn what_takes_long_to_keep_is_kept_less_often() {
        let mut schedule = Schedule::new(CheckpointEvery::Affordable);
        let at = |seconds: u64| Duration::from_secs(seconds);
        schedule.kept(at(100), at(102));
        assert!(!schedule.is_due(Juncture::Step, at(301)) && schedule.is_due(Juncture::Step, at(302)));
    }
}
