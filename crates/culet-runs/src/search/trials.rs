//! One trial after another, each kept as soon as it is done.

use std::time::Instant;

use culet_eval::RankingProtocol;
use culet_train::{Observer, Search, Trial, TrialData, best_trial};
use rayon::ThreadPool;

use super::SearchFolder;
use crate::RunsError;
use crate::history::{begins, remark};

/// How a work of many trainings ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Wholly,
    Interrupted,
}

/// A search that makes trials.
pub(crate) struct Searching<'a> {
    /// What the lines of its trials begin with.
    pub(crate) label: &'a str,
    pub(crate) search: &'a Search,
    pub(crate) data: TrialData<'a>,
    pub(crate) protocol: &'a RankingProtocol,
    pub(crate) pool: &'a ThreadPool,
}

impl Searching<'_> {
    /// Makes trials until there are so many, or the observer breaks: the trial at hand is given up then.
    pub(crate) fn until(
        &self,
        folder: &mut SearchFolder,
        n_trials: usize,
        observer: &mut dyn Observer,
    ) -> Result<Ended, RunsError> {
        while folder.trials.len() < n_trials {
            let title = format!("{}trial {} of {n_trials}", self.label, folder.trials.len() + 1);
            if begins(observer, &title).is_break() {
                return Ok(Ended::Interrupted);
            }
            let start = Instant::now();
            let trial = self.search.trial(&folder.trials, self.data, self.protocol, self.pool, observer)?;
            let Some(trial) = trial else { return Ok(Ended::Interrupted) };
            let elapsed_s = start.elapsed().as_secs_f64();
            folder.append(trial, elapsed_s)?;
            let line = line(&folder.trials, elapsed_s, n_trials, &self.search.metric);
            remark(observer, format!("{}{line}", self.label).trim_end());
        }
        Ok(Ended::Wholly)
    }
}

/// What a log shows of the last trial.
fn line(trials: &[Trial], elapsed_s: f64, n_trials: usize, metric: &str) -> String {
    let trial = trials.last().expect("it was just added");
    let best = best_trial(trials).expect("one at least");
    let value = match trial.metrics.get(metric) {
        Some(value) => format!("{metric} {value:.4}"),
        None => "the loss became no number".to_owned(),
    };
    let how = if trial.pruned { ", ended early" } else { "" };
    let mark = if best.number == trial.number { " (best)" } else { "" };
    let number = trial.number + 1;
    let settings = settings_in_words(&trial.settings);
    format!("trial {number}/{n_trials}  {value}{mark}{how}  {elapsed_s:.2} s  {settings}")
}

/// Such as `dim = 64, loss = bpr`.
#[must_use]
pub fn settings_in_words(settings: &toml::Table) -> String {
    let words: Vec<String> =
        settings.iter().map(|(name, value)| format!("{name} = {}", value_in_words(value))).collect();
    words.join(", ")
}

/// A value as it is typed.
#[must_use]
pub fn value_in_words(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
