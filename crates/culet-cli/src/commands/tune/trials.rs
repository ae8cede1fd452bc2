//! One trial after another, each kept as soon as it is done.

use std::time::Instant;

use culet::eval::RankingProtocol;
use culet::train::{Search, Trial, TrialData, best_trial};

use super::folder::SearchFolder;
use super::watch::Watch;
use crate::commands::Done;
use crate::context::Context;
use crate::interrupt;
use crate::problem::Problem;

/// A search that makes trials.
pub(in super::super) struct Searching<'a> {
    pub(in super::super) context: &'a Context,
    /// What the lines of its trials begin with.
    pub(in super::super) label: &'a str,
    pub(in super::super) search: &'a Search,
    pub(in super::super) data: TrialData<'a>,
    pub(in super::super) protocol: &'a RankingProtocol,
}

impl Searching<'_> {
    /// Makes trials until there are so many, or somebody interrupts: the trial at hand is given up then.
    pub(in super::super) fn until(&self, folder: &mut SearchFolder, n_trials: usize) -> Result<Done, Problem> {
        while folder.trials.len() < n_trials {
            if interrupt::requested() {
                return Ok(Done::Interrupted);
            }
            let start = Instant::now();
            let title = format!("{}trial {} of {n_trials}", self.label, folder.trials.len() + 1);
            let mut watch = Watch::new(self.context, &title);
            let pool = &self.context.pool;
            let trial = self.search.trial(&folder.trials, self.data, self.protocol, pool, &mut watch);
            drop(watch);
            let Some(trial) = trial? else { return Ok(Done::Interrupted) };
            let elapsed_s = start.elapsed().as_secs_f64();
            folder.append(trial, elapsed_s)?;
            let line = line(&folder.trials, elapsed_s, n_trials, &self.search.metric);
            self.context.remark(format!("{}{line}", self.label).trim_end());
        }
        Ok(Done::Wholly)
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
pub(in super::super) fn settings_in_words(settings: &toml::Table) -> String {
    let words: Vec<String> =
        settings.iter().map(|(name, value)| format!("{name} = {}", value_in_words(value))).collect();
    words.join(", ")
}

/// A value as it is typed.
pub(in super::super) fn value_in_words(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
