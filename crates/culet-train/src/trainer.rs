//! The loop: epochs of steps, evaluation, selection, early stop, refit.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Instant;

use culet_eval::{RankingProtocol, RankingReport};
use culet_graph::{Interactions, KnowledgeGraph, withhold_validation};
use culet_model::{Build, Draw, Loss, ModelSpec, PairModel, Problem, Scorer, Start};
use rayon::ThreadPool;

use crate::batches::Batches;
use crate::blend::Blend;
use crate::optimiser::{Adam, Snapshot};
use crate::ranking::evaluate;
use crate::{BlendReport, EpochRecord, Event, Faithfulness, Observer, Select, TrainError, TrainOptions};

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
    let everything = &*data.everything()?;
    pool.install(|| match spec.build {
        Build::Blend => Blend { settings, data, everything, options, protocol, seed, pool, observer }.run(),
        _ => {
            let training = Training { spec, settings, data, everything, options, protocol, seed, pool, observer };
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
    observer: &'a mut dyn Observer,
}

/// What one pass over all epochs leaves.
struct Fitted {
    model: Box<dyn PairModel>,
    best_epoch: u64,
    n_epochs: u64,
    interrupted: bool,
    selected_by: Option<BTreeMap<String, f64>>,
}

/// How one pass is done.
struct Pass<'a> {
    phase: &'static str,
    log: &'a Interactions,
    targets: Option<&'a Interactions>,
    epochs: u64,
}

/// The best epoch so far.
struct Best {
    epoch: u64,
    value: f64,
    metrics: BTreeMap<String, f64>,
    snapshot: Snapshot,
}

impl Training<'_> {
    fn run(mut self) -> Result<Outcome, TrainError> {
        let all = self.everything;
        if self.data.train.n_pairs() == 0 {
            return Err(TrainError::NoPairs);
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
        let (mut history, mut seconds) = (Vec::new(), Seconds::default());
        let pass = Pass { phase: "train", log: &log, targets, epochs: self.options.epochs };
        let mut fitted = self.fit(pass, &mut history, &mut seconds)?;
        if self.options.refit && !fitted.interrupted && valid.n_pairs() > 0 {
            let pass = Pass { phase: "refit", log: all, targets: None, epochs: fitted.best_epoch };
            let refitted = self.fit(pass, &mut history, &mut seconds)?;
            // A refit that was interrupted half-way is worth less than the selected model.
            if !refitted.interrupted {
                fitted.model = refitted.model;
                (log, valid) = (all.clone(), nothing());
            }
        }
        let start = Instant::now();
        let scorer = Scorer::of_vectors(fitted.model.represent());
        let test = self.test(&scorer, &log)?;
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
            selected_by: fitted.selected_by,
            test,
            seconds,
            blend: None,
            faithfulness: None,
        })
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

    fn fit(
        &mut self,
        pass: Pass<'_>,
        history: &mut Vec<EpochRecord>,
        seconds: &mut Seconds,
    ) -> Result<Fitted, TrainError> {
        let problem = Problem { train: pass.log, graph: self.data.graph };
        let mut model = self.spec.build(self.settings, problem, Start::Seed(self.seed))?;
        let mut adam = Adam::new(model.as_ref());
        let batches = Batches::new(pass.log, self.options.batch, self.seed, model.sampling());
        let _ = self.observer.event(&Event::Start {
            phase: pass.phase,
            epochs: pass.epochs,
            steps_per_epoch: batches.steps_per_epoch(),
            pairs_per_epoch: batches.n_pairs() as u64,
            n_parameters: model.n_parameters(),
            metric: &self.selection_metric(),
        });
        let mut best: Option<Best> = None;
        let (mut n_epochs, mut interrupted) = (0, false);
        for epoch in 1..=pass.epochs {
            let start = Instant::now();
            let (mut record, flow) = self.epoch(&pass, &batches, model.as_mut(), &mut adam, epoch)?;
            record.seconds = start.elapsed().as_secs_f64();
            seconds.train += record.seconds;
            interrupted = flow.is_break();
            n_epochs = epoch;
            let due = epoch % self.options.evaluate_every.max(1) == 0 || epoch == pass.epochs;
            if let Some(targets) = pass.targets.filter(|_| !interrupted && due || interrupted && best.is_none()) {
                self.judge(&pass, targets, model.as_mut(), &mut record, &mut best)?;
                seconds.evaluate += record.evaluation_seconds.unwrap_or(0.0);
            }
            interrupted |= self.observer.event(&Event::Epoch(&record)).is_break();
            history.push(record);
            if let Some(reason) = self.reason_to_stop(interrupted, epoch, best.as_ref()) {
                let _ = self.observer.event(&Event::Stopped { epoch, reason: &reason });
                break;
            }
        }
        let (best_epoch, selected_by) = match best {
            Some(best) => {
                best.snapshot.restore(model.as_mut());
                (best.epoch, Some(best.metrics))
            }
            None => (n_epochs, None),
        };
        Ok(Fitted { model, best_epoch, n_epochs, interrupted, selected_by })
    }

    fn reason_to_stop(&self, interrupted: bool, epoch: u64, best: Option<&Best>) -> Option<String> {
        if interrupted {
            return Some("interrupted".to_owned());
        }
        let (patience, every) = (self.options.patience, self.options.evaluate_every);
        let waited = (epoch - best?.epoch) / every.max(1);
        (patience > 0 && waited >= patience)
            .then(|| format!("no better {} for {patience} evaluations", self.selection_metric()))
    }

    /// Recall at the first cutoff.
    fn selection_metric(&self) -> String {
        format!("recall@{}", self.protocol.cutoffs()[0])
    }

    fn epoch(
        &mut self,
        pass: &Pass<'_>,
        batches: &Batches<'_>,
        model: &mut dyn PairModel,
        adam: &mut Adam,
        epoch: u64,
    ) -> Result<(EpochRecord, ControlFlow<()>), TrainError> {
        let (order, n_steps) = (batches.order(epoch), batches.steps_per_epoch());
        let (mut sum, mut n_made) = (Loss::default(), 0);
        let mut flow = ControlFlow::Continue(());
        let mut learning_rate = self.options.learning_rate;
        for k in 0..n_steps {
            let step = (epoch - 1) * n_steps + k;
            let batch = batches.batch(&order, k, step).map_err(|no| TrainError::NoNegative(no.0))?;
            let loss = model.loss_and_gradient(&batch, Draw { seed: self.seed, step });
            if !loss.total().is_finite() {
                return Err(TrainError::NotFinite { loss: loss.total(), epoch, step: step + 1 });
            }
            let done = step as f64 / (pass.epochs * n_steps) as f64;
            learning_rate = self.options.learning_rate * self.options.schedule.factor(done);
            adam.step(model, learning_rate);
            sum.pairs += loss.pairs;
            sum.l2 += loss.l2;
            sum.independence += loss.independence;
            n_made += 1;
            flow = self.observer.event(&Event::Step { epoch, step: k + 1, loss });
            if flow.is_break() {
                break;
            }
        }
        let mean = |part: f64| part / f64::from(n_made);
        let parts = [("pairs", sum.pairs), ("l2", sum.l2), ("independence", sum.independence)];
        let record = EpochRecord {
            epoch,
            phase: pass.phase.to_owned(),
            loss: mean(sum.total()),
            parts: parts.into_iter().map(|(name, part)| (name.to_owned(), mean(part))).collect(),
            learning_rate,
            seconds: 0.0,
            valid: None,
            test: None,
            evaluation_seconds: None,
            best: false,
        };
        Ok((record, flow))
    }

    /// Evaluates the model, and keeps it if it is the best so far.
    fn judge(
        &mut self,
        pass: &Pass<'_>,
        targets: &Interactions,
        model: &mut dyn PairModel,
        record: &mut EpochRecord,
        best: &mut Option<Best>,
    ) -> Result<(), TrainError> {
        let _ = self.observer.event(&Event::Evaluating { epoch: record.epoch });
        let start = Instant::now();
        let scorer = Scorer::of_vectors(model.represent());
        let report = evaluate(&scorer, pass.log, &[pass.log], targets, self.protocol, self.pool)?;
        let value = report.means[&self.selection_metric()];
        record.best = best.as_ref().is_none_or(|best| value > best.value);
        let part = match self.options.select {
            Select::Validation => &mut record.valid,
            Select::Test => &mut record.test,
        };
        *part = Some(report.means.clone());
        if record.best {
            let (epoch, metrics) = (record.epoch, report.means);
            match best {
                Some(best) => {
                    best.snapshot.refresh(model);
                    (best.epoch, best.value, best.metrics) = (epoch, value, metrics);
                }
                None => *best = Some(Best { epoch, value, metrics, snapshot: Snapshot::of(model) }),
            }
        }
        record.evaluation_seconds = Some(start.elapsed().as_secs_f64());
        Ok(())
    }
}
