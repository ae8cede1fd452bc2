//! What a training tells, and to whom.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use culet_model::Loss;

use crate::TrainingState;

/// One epoch, as `history.jsonl` keeps it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct EpochRecord {
    /// From 1.
    pub epoch: u64,
    /// `train`, or `refit` for the training after the selection.
    pub phase: String,
    /// The mean total loss over the steps.
    pub loss: f64,
    /// The parts of the loss: `pairs`, `l2`, `independence`.
    pub parts: BTreeMap<String, f64>,
    /// The step size at the end of the epoch.
    pub learning_rate: f64,
    /// Seconds of training in this epoch.
    pub seconds: f64,
    /// Metrics on the validation part, where this epoch was evaluated and that part selects.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub valid: Option<BTreeMap<String, f64>>,
    /// Metrics on the test part, where this epoch was evaluated and that part selects.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub test: Option<BTreeMap<String, f64>>,
    /// Seconds of evaluation.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub evaluation_seconds: Option<f64>,
    /// Whether this is the best epoch so far.
    #[serde(default)]
    pub best: bool,
}

impl EpochRecord {
    /// Metrics on the part that selects, where this epoch was evaluated.
    #[must_use]
    pub fn metrics(&self) -> Option<&BTreeMap<String, f64>> {
        self.valid.as_ref().or(self.test.as_ref())
    }
}

/// What happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A part of something larger begins, such as a trial of a search or a row of a leaderboard;
    /// [`ControlFlow::Break`] leaves it out, with all that would follow.
    Part {
        /// What, such as `als: trial 2 of 8`.
        title: &'a str,
    },
    /// Something is to be said beside the result; [`ControlFlow::Break`] is not heard.
    Remark {
        /// One line, or a few.
        text: &'a str,
    },
    /// Something begins that has no steps.
    Stage {
        /// What.
        what: &'a str,
    },
    /// Something begins whose length is not known and which [`ControlFlow::Break`] does not end: worth a spinner, not a
    /// line in a log.
    Waiting {
        /// What, such as `writing the run folder`.
        what: &'a str,
    },
    /// A training begins.
    Start {
        /// `train`, or `refit` for the training after the selection.
        phase: &'static str,
        /// Epochs, at most.
        epochs: u64,
        /// Steps in an epoch.
        steps_per_epoch: u64,
        /// Pairs in an epoch.
        pairs_per_epoch: u64,
        /// Trained numbers.
        n_parameters: usize,
        /// The metric that selects, such as `recall@20`.
        metric: &'a str,
        /// Steps made before, if it goes on from a state that was kept.
        n_made: u64,
    },
    /// A step was made.
    Step {
        /// From 1.
        epoch: u64,
        /// From 1, within the epoch.
        step: u64,
        /// The loss of its batch.
        loss: Loss,
    },
    /// An evaluation begins.
    Evaluating {
        /// From 1.
        epoch: u64,
    },
    /// An epoch is over, and its evaluation, if it had one.
    Epoch(&'a EpochRecord),
    /// The training stops before its last epoch.
    Stopped {
        /// From 1.
        epoch: u64,
        /// `interrupted`, or `no better <metric> for <n> evaluations`.
        reason: &'a str,
    },
}

/// When a state could be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Juncture {
    /// After a step.
    Step,
    /// After an epoch.
    Epoch,
    /// After a part of a training that consists of many, such as the settings that a blend tried last.
    Part,
    /// After the step or epoch that the observer ended the training with.
    Interrupted,
}

/// Whoever follows a training: a terminal, a file, Python, a page.
pub trait Observer: Send {
    /// Takes note of an event; [`ControlFlow::Break`] ends the training after the current step, with the best model so
    /// far.
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()>;

    /// Whether the state is to be kept now. It is asked after each step and each epoch, so it has to be quick.
    fn wants_state(&mut self, _at: Juncture) -> bool {
        false
    }

    /// Keeps the state, so that the training can go on from it whatever ends it.
    fn keep_state(&mut self, _state: &TrainingState<'_>) {}
}

/// Follows in silence.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn event(&mut self, _: &Event<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
