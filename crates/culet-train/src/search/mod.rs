//! A search for good settings: what to try, on what to judge it, and when a trial is hopeless.

mod tpe;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use culet_eval::RankingProtocol;
use culet_graph::{Interactions, KnowledgeGraph, Purpose, Stream};
use culet_model::{ModelError, ModelSpec, Range, complete_settings};
use rayon::ThreadPool;

use crate::{
    EpochRecord, Event, Observer, TrainData, TrainError, TrainOptions, divide_settings, train, training_settings,
};

/// How the next settings are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SearchMethod {
    /// Evenly from the ranges.
    Random,
    /// Near those that were good so far (tree-structured Parzen estimator).
    Tpe,
}

/// One trial and what came of it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Trial {
    /// From 0.
    pub number: u64,
    /// The settings that were searched over.
    pub settings: toml::Table,
    /// The metric that is sought, on the validation part.
    pub value: f64,
    /// All metrics there, of the best epoch.
    pub metrics: BTreeMap<String, f64>,
    /// The best epoch; 0 for a model without epochs.
    pub best_epoch: u64,
    /// The metric after each evaluated epoch.
    pub curve: Vec<(u64, f64)>,
    /// Whether it was ended early, as hopeless.
    pub pruned: bool,
    /// Seconds of training.
    pub seconds: f64,
}

/// A search over some settings of a model.
#[derive(Debug, Clone)]
pub struct Search {
    /// The model.
    pub spec: &'static ModelSpec,
    /// The settings of the model and of its training that are not searched over.
    pub fixed: toml::Table,
    /// Where to look.
    pub ranges: Vec<Range>,
    /// How the next settings are chosen.
    pub method: SearchMethod,
    /// The metric that is sought.
    pub metric: String,
    /// Of the search and of all trainings.
    pub seed: u64,
}

/// What a trial learns from and is judged by.
#[derive(Debug, Clone, Copy)]
pub struct TrialData<'a> {
    /// The pairs to learn from.
    pub train: &'a Interactions,
    /// The pairs to judge by: a validation part, never the test part.
    pub valid: &'a Interactions,
    /// Facts about the items.
    pub graph: &'a KnowledgeGraph,
}

impl Search {
    /// The settings of a trial, from those before it; the first are the defaults.
    #[must_use]
    pub fn next(&self, before: &[Trial]) -> toml::Table {
        let number = before.len() as u64;
        if number == 0 {
            let known = self.known_settings();
            let default = |range: &Range| {
                let given = self.fixed.get(range.name).cloned();
                let of_setting = || known.iter().find(|setting| setting.name == range.name);
                given.or_else(|| Some(of_setting()?.default_value())).map(|value| (range.name.to_owned(), value))
            };
            return self.ranges.iter().filter_map(default).collect();
        }
        let stream = Stream::new(self.seed, Purpose::Search, number);
        let value = |(k, range): (usize, &Range)| {
            let place = match self.method {
                SearchMethod::Random => stream.uniform(k as u64),
                SearchMethod::Tpe => {
                    let tried = |trial: &Trial| Some((range.place_of(trial.settings.get(range.name)?)?, trial.value));
                    let tried: Vec<(f64, f64)> = before.iter().filter_map(tried).collect();
                    tpe::suggest(&tried, range.n_words(), stream, k as u64 * tpe::WORDS)
                }
            };
            (range.name.to_owned(), range.value_at(place))
        };
        self.ranges.iter().enumerate().map(value).collect()
    }

    fn known_settings(&self) -> Vec<culet_model::Setting> {
        self.spec.settings.iter().copied().chain(training_settings(self.spec)).collect()
    }

    /// All settings of a trial, divided into those of the model, which are complete, and those of the training.
    ///
    /// # Errors
    /// [`ModelError`] for a setting that is unknown or out of range.
    pub fn complete(&self, trial: &toml::Table) -> Result<(toml::Table, TrainOptions), ModelError> {
        let mut all = self.fixed.clone();
        all.extend(trial.clone());
        let (training, model) = divide_settings(&training_settings(self.spec), all);
        Ok((complete_settings(self.spec.settings, &model)?, TrainOptions::for_model(self.spec, &training)?))
    }

    /// Makes the next trial; none if the observer ended it.
    ///
    /// A trial of a model with epochs is ended early, as hopeless, if after some evaluations its best value so far lies
    /// below the median of what the trials before it had reached by then.
    ///
    /// # Errors
    /// [`TrainError`]: settings out of range, nothing to learn from or to judge by. A loss that is no number is no error
    /// here: such a trial counts as the worst.
    pub fn trial(
        &self,
        before: &[Trial],
        data: TrialData<'_>,
        protocol: &RankingProtocol,
        pool: &ThreadPool,
        observer: &mut dyn Observer,
    ) -> Result<Option<Trial>, TrainError> {
        let settings = self.next(before);
        let (model, options) = self.complete(&settings)?;
        if data.valid.n_pairs() == 0 {
            return Err(TrainError::NothingToSelectBy { part: "validation" });
        }
        // To the training, the validation part is the test part: it selects the epoch, and judges.
        let options = TrainOptions { select: crate::Select::Test, refit: false, ..options };
        let train_data = TrainData { train: data.train, valid: None, test: data.valid, graph: data.graph };
        let mut judge = Pruner { before, metric: &self.metric, curve: Vec::new(), pruned: false, observer };
        let outcome = train(self.spec, &model, train_data, &options, protocol, self.seed, pool, &mut judge);
        let (curve, pruned) = (judge.curve, judge.pruned);
        let number = before.len() as u64;
        let worst = Trial {
            number,
            settings,
            value: f64::MIN,
            metrics: BTreeMap::new(),
            best_epoch: 0,
            curve,
            pruned,
            seconds: 0.0,
        };
        let outcome = match outcome {
            Err(error) if error.is_divergence() => return Ok(Some(worst)),
            outcome => outcome?,
        };
        if outcome.interrupted && !pruned {
            return Ok(None);
        }
        let metrics = outcome.test.map(|report| report.means).unwrap_or_default();
        let value = metrics.get(&self.metric).copied().ok_or_else(|| TrainError::UnknownMetric {
            name: self.metric.clone(),
            known: metrics.keys().cloned().collect(),
        })?;
        let seconds = outcome.seconds.train;
        Ok(Some(Trial { value, metrics, best_epoch: outcome.best_epoch, seconds, ..worst }))
    }
}

/// The best of some trials; the first of equal ones.
#[must_use]
pub fn best_trial(trials: &[Trial]) -> Option<&Trial> {
    trials.iter().reduce(|best, trial| if trial.value > best.value { trial } else { best })
}

/// Trials before the first that may be ended early, and evaluations before it is.
const TRIALS_FIRST: usize = 3;
const EVALUATIONS_FIRST: usize = 3;

/// Ends a trial that is hopeless.
struct Pruner<'a> {
    before: &'a [Trial],
    metric: &'a str,
    curve: Vec<(u64, f64)>,
    pruned: bool,
    observer: &'a mut dyn Observer,
}

impl Pruner<'_> {
    fn note(&mut self, record: &EpochRecord) {
        if let Some(value) = record.metrics().and_then(|metrics| metrics.get(self.metric)) {
            self.curve.push((record.epoch, *value));
            self.pruned = self.is_hopeless(record.epoch);
        }
    }

    fn is_hopeless(&self, epoch: u64) -> bool {
        let best_until = |curve: &[(u64, f64)]| {
            curve.iter().filter(|(at, _)| *at <= epoch).map(|(_, value)| *value).reduce(f64::max)
        };
        let mut reached: Vec<f64> = self.before.iter().filter_map(|trial| best_until(&trial.curve)).collect();
        if reached.len() < TRIALS_FIRST || self.curve.len() < EVALUATIONS_FIRST {
            return false;
        }
        reached.sort_by(f64::total_cmp);
        let median = reached[reached.len() / 2];
        best_until(&self.curve).is_some_and(|own| own < median)
    }
}

impl Observer for Pruner<'_> {
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
        let flow = match event {
            Event::Stopped { epoch, .. } if self.pruned => {
                self.observer.event(&Event::Stopped { epoch: *epoch, reason: "worse than most trials before it" })
            }
            event => self.observer.event(event),
        };
        if let Event::Epoch(record) = event {
            self.note(record);
        }
        if self.pruned { ControlFlow::Break(()) } else { flow }
    }
}
