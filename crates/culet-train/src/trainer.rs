//! A training from its data to its outcome: withholding, selection, refit, the test part. The loop stands in `pass`.

mod pass;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Instant;

use culet_eval::{RankingProtocol, RankingReport};
use culet_graph::{Interactions, KnowledgeGraph, withhold_validation};
use culet_kernels::Matrix;
use culet_model::{Build, ModelSpec, PairModel, Problem, Scorer, Start};
use rayon::ThreadPool;

use crate::blend::{Blend, Course};
use crate::optimiser::Snapshot;
use crate::ranking::evaluate;
use crate::{
    Beginning, BestEpoch, BlendReport, EpochRecord, Faithfulness, Observer, Select, Selected, StoredState, TrainError,
    TrainOptions,
};

/// What a training reads.
#[derive(Debug, Clone, Copy)]
pub struct TrainData<'a> {
    /// All pairs that may be learned from; without a validation part of the data's own, one is taken from them.
    pub train: &'a Interactions,
    /// The data's own validation part, if it has one: learned from where nothing is selected, or after the selection.
    pub valid: Option<&'a Interactions>,
    /// Pairs to judge by in the end (or to select by, with [`Select::Test`]); may be empty.
    pub test: &'a Interactions,
    /// Facts about the items; may be empty.
    pub graph: &'a KnowledgeGraph,
}

impl<'a> TrainData<'a> {
    pub(crate) fn own_valid(&self) -> Option<&'a Interactions> {
        self.valid.filter(|valid| valid.n_pairs() > 0)
    }

    /// All that is learned from in the end.
    fn everything(&self) -> Result<Cow<'a, Interactions>, TrainError> {
        match self.own_valid() {
            Some(valid) => Ok(Cow::Owned(self.train.union(valid)?)),
            None => Ok(Cow::Borrowed(self.train)),
        }
    }

    /// What is learned from while something is selected, and what it is selected by.
    pub(crate) fn withhold(&self, share: f64, seed: u64) -> (Interactions, Interactions) {
        match self.own_valid() {
            Some(valid) => (self.train.clone(), valid.clone()),
            None => withhold_validation(self.train, share, seed),
        }
    }
}

/// Seconds by phase.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Seconds {
    /// Steps.
    pub train: f64,
    /// Evaluations to select by, and the last one on the test part.
    pub evaluate: f64,
}

/// What a training leaves.
pub struct Outcome {
    /// The model of the best epoch (or of the last, where nothing was evaluated); none if it was fitted at once, for
    /// then the scorer is all of it.
    pub model: Option<Box<dyn PairModel>>,
    /// What it answers from.
    pub scorer: Scorer,
    /// What it learned from.
    pub train: Interactions,
    /// What was withheld to select by; empty after a refit or with [`Select::Test`].
    pub valid: Interactions,
    /// From 1; 0 for a model without epochs.
    pub best_epoch: u64,
    /// Epochs made before the stop.
    pub n_epochs: u64,
    /// Whether the observer ended it.
    pub interrupted: bool,
    /// Each epoch.
    pub history: Vec<EpochRecord>,
    /// The best epoch's metrics on the part that was selected by.
    pub selected_by: Option<BTreeMap<String, f64>>,
    /// The metrics on the test part, if there is one.
    pub test: Option<RankingReport>,
    /// Seconds by phase.
    pub seconds: Seconds,
    /// How it came about, if it is a blend.
    pub blend: Option<BlendReport>,
    /// Whether its reasons are true, once somebody has measured it.
    pub faithfulness: Option<Faithfulness>,
}

/// Trains a model, selects the best epoch and judges it on the test part.
///
/// A model that is fitted at once learns from all training pairs: there is nothing to select, so nothing is withheld.
/// With [`Select::Validation`] a share of each user's training items is withheld, the best epoch is that with the best
/// recall at the first cutoff on them, and the test part is looked at once, in the end. With [`Select::Test`] nothing is
/// withheld and the test part is looked at in each evaluation, as the published programs do.
///
/// The result depends on the settings and `seed` alone, not on the number of threads of `pool`.
///
/// # Errors
/// [`TrainError`]: settings out of range, nothing to learn from or to select by, a loss that is no number.
#[allow(clippy::too_many_arguments)]
pub fn train(
    spec: &'static ModelSpec,
    settings: &toml::Table,
    data: TrainData<'_>,
    options: &TrainOptions,
    protocol: &RankingProtocol,
    seed: u64,
    pool: &ThreadPool,
    observer: &mut dyn Observer,
) -> Result<Outcome, TrainError> {
    train_from(Beginning::default(), spec, settings, data, options, protocol, seed, pool, observer)
}

/// As [`train`], from given parameters, or on from a state that [`Observer::keep_state`] was given.
///
/// A training that goes on ends with the same bytes as one that was never interrupted, whatever the threads; all else
/// has to be as it was. What is fitted at once keeps no state and begins anew. That and a blend begin with nothing.
///
/// # Errors
/// As [`train`]; [`TrainError::BadState`] for a state of another training, [`TrainError::Model`] for parameters that do
/// not fit.
#[allow(clippy::too_many_arguments)]
pub fn train_from(
    beginning: Beginning,
    spec: &'static ModelSpec,
    settings: &toml::Table,
    data: TrainData<'_>,
    options: &TrainOptions,
    protocol: &RankingProtocol,
    seed: u64,
    pool: &ThreadPool,
    observer: &mut dyn Observer,
) -> Result<Outcome, TrainError> {
    let everything = &*data.everything()?;
    pool.install(|| match spec.build {
        Build::Blend => {
            let course = Course::new(observer, beginning.state, everything)?;
            Blend { settings, data, everything, options, protocol, seed, pool, course }.run()
        }
        _ => {
            let Beginning { start, state } = beginning;
            let (history, seconds) =
                state.as_ref().map(|state| (state.history.clone(), state.progress.seconds)).unwrap_or_default();
            let told = Told { observer, history, seconds };
            let training =
                Training { spec, settings, data, everything, options, protocol, seed, pool, start, state, told };
            if matches!(spec.build, Build::Closed(_)) { training.fit_at_once() } else { training.run() }
        }
    })
}

struct Training<'a> {
    spec: &'static ModelSpec,
    settings: &'a toml::Table,
    data: TrainData<'a>,
    /// Its training part, and its own validation part.
    everything: &'a Interactions,
    options: &'a TrainOptions,
    protocol: &'a RankingProtocol,
    seed: u64,
    pool: &'a ThreadPool,
    /// Parameters to start from, instead of random ones.
    start: BTreeMap<String, Matrix>,
    /// What is gone on from; taken by the phase that it is a state of.
    state: Option<StoredState>,
    told: Told<'a>,
}

/// What happened so far, and who is told.
struct Told<'a> {
    observer: &'a mut dyn Observer,
    history: Vec<EpochRecord>,
    /// Of the epochs that are over.
    seconds: Seconds,
}

/// What one pass over all epochs leaves.
struct Fitted {
    model: Box<dyn PairModel>,
    best_epoch: u64,
    n_epochs: u64,
    interrupted: bool,
    best: Option<BestEpoch>,
}

impl Fitted {
    fn selected(&self) -> Selected {
        Selected { epoch: self.best_epoch, n_epochs: self.n_epochs, best: self.best.clone() }
    }
}

/// How one pass is done.
struct Pass<'a> {
    phase: &'static str,
    log: &'a Interactions,
    targets: Option<&'a Interactions>,
    epochs: u64,
    /// What was selected before.
    selected: Option<&'a Fitted>,
}

impl Training<'_> {
    fn run(mut self) -> Result<Outcome, TrainError> {
        let all = self.everything;
        if self.data.train.n_pairs() == 0 {
            return Err(TrainError::NoPairs);
        }
        if let Some(state) = &self.state {
            state.check_phase(&["train", "refit"])?;
        }
        let selects = self.options.evaluate_every > 0;
        let withholds = selects && self.options.select == Select::Validation;
        let nothing = || Interactions::empty(all.n_users(), all.n_items());
        let (mut log, mut valid) = if withholds {
            self.data.withhold(self.options.validation_share, self.seed)
        } else {
            (all.clone(), nothing())
        };
        let targets = match self.options.select {
            _ if !selects => None,
            Select::Validation => Some(&valid),
            Select::Test => Some(self.data.test),
        };
        if targets.is_some_and(|targets| targets.n_pairs() == 0) {
            let part = if withholds { "validation" } else { "test" };
            return Err(TrainError::NothingToSelectBy { part });
        }
        let pass = Pass { phase: "train", log: &log, targets, epochs: self.options.epochs, selected: None };
        let mut fitted = self.select(pass)?;
        if self.options.refit && !fitted.interrupted && valid.n_pairs() > 0 {
            let (epochs, selected) = (fitted.best_epoch, Some(&fitted));
            let refitted = self.fit(Pass { phase: "refit", log: all, targets: None, epochs, selected })?;
            fitted.interrupted = refitted.interrupted;
            // A refit that was interrupted half-way is worth less than the selected model.
            if !refitted.interrupted {
                fitted.model = refitted.model;
                (log, valid) = (all.clone(), nothing());
            }
        }
        let start = Instant::now();
        let scorer = Scorer::of_vectors(fitted.model.represent());
        let test = self.test(&scorer, &log)?;
        let Told { history, mut seconds, .. } = self.told;
        seconds.evaluate += start.elapsed().as_secs_f64();
        Ok(Outcome {
            model: Some(fitted.model),
            scorer,
            train: log,
            valid,
            best_epoch: fitted.best_epoch,
            n_epochs: fitted.n_epochs,
            interrupted: fitted.interrupted,
            history,
            selected_by: fitted.best.map(|best| best.metrics),
            test,
            seconds,
            blend: None,
            faithfulness: None,
        })
    }

    /// The pass that selects; what it left, if the training goes on after it.
    fn select(&mut self, pass: Pass<'_>) -> Result<Fitted, TrainError> {
        let Some(state) = self.state.as_ref().filter(|state| state.progress.phase == "refit") else {
            return self.fit(pass);
        };
        let Selected { epoch, n_epochs, best } = state.selected()?.clone();
        let mut model = self.build(&pass)?;
        Snapshot::kept("selected", model.as_ref(), state)?.restore(model.as_mut());
        Ok(Fitted { model, best_epoch: epoch, n_epochs, interrupted: false, best })
    }

    /// The model at its start.
    fn build(&self, pass: &Pass<'_>) -> Result<Box<dyn PairModel>, TrainError> {
        let problem = Problem { train: pass.log, graph: self.data.graph };
        let given = |name: &str| self.start.get(name).cloned();
        let start = if self.start.is_empty() { Start::Seed(self.seed) } else { Start::Tables(&given) };
        Ok(self.spec.build(self.settings, problem, start)?)
    }

    /// Fits a model without epochs on all training pairs.
    fn fit_at_once(self) -> Result<Outcome, TrainError> {
        let log = self.everything;
        if log.n_pairs() == 0 {
            return Err(TrainError::NoPairs);
        }
        let start = Instant::now();
        let problem = Problem { train: log, graph: self.data.graph };
        let scorer = self.spec.fit(self.settings, problem, self.seed)?;
        let mut seconds = Seconds { train: start.elapsed().as_secs_f64(), evaluate: 0.0 };
        let start = Instant::now();
        let test = self.test(&scorer, log)?;
        seconds.evaluate = start.elapsed().as_secs_f64();
        Ok(Outcome {
            model: None,
            scorer,
            train: log.clone(),
            valid: Interactions::empty(log.n_users(), log.n_items()),
            best_epoch: 0,
            n_epochs: 0,
            interrupted: false,
            history: Vec::new(),
            selected_by: None,
            test,
            seconds,
            blend: None,
            faithfulness: None,
        })
    }

    /// The metrics on the test part, if there is one. Withheld pairs are part of the user's history: they are masked too.
    fn test(&self, scorer: &Scorer, log: &Interactions) -> Result<Option<RankingReport>, TrainError> {
        match self.data.test.n_pairs() {
            0 => Ok(None),
            _ => Ok(Some(evaluate(scorer, log, &[self.everything], self.data.test, self.protocol, self.pool)?)),
        }
    }
}
