//! A comparison for programs.

use std::collections::BTreeMap;

use culet_data::{DataFingerprint, Selection};
use culet_train::Comparison;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::judged::Judged;
use super::settings::differing_settings;

/// A comparison: what `culet compare --json` prints.
#[derive(Debug, Clone, Serialize)]
pub struct CompareDocument {
    /// The folder of the run that the others are compared with, as it was given.
    pub reference: String,
    /// Users that all judged; `None` if no metric was asked for.
    pub users: Option<usize>,
    /// All runs, in the order in which they were given.
    pub runs: Vec<ComparedRun>,
    /// By metric, in the order in which they were asked for; for each run but the reference.
    #[serde(serialize_with = "as_map")]
    pub comparisons: Vec<(String, Vec<ComparedTo>)>,
    /// The value of each run by the name of the setting; `-` where a run has no such setting.
    pub settings_that_differ: BTreeMap<String, Vec<String>>,
    /// The place of the reference among the runs.
    #[serde(skip)]
    pub place_of_reference: usize,
}

/// One of the runs.
#[derive(Debug, Clone, Serialize)]
pub struct ComparedRun {
    /// Its folder, as it was given.
    pub run: String,
    /// The name of its model.
    pub model: String,
    /// The name of its data set.
    pub data: Option<String>,
    /// What it was trained on.
    pub fingerprint: DataFingerprint,
    /// Every setting of the model and of its training.
    pub settings: Value,
    /// Of all its randomness.
    pub seed: u64,
    /// The epoch that it comes from, if its model has epochs.
    pub best_epoch: Option<u64>,
    /// By what it was selected, if by anything.
    pub selected_on: Option<Selection>,
    /// Whether it learned from the validation pairs too, in the end.
    #[serde(skip)]
    pub refitted: bool,
    /// The numbers of its model.
    pub parameters: Option<u64>,
    /// Those that it learned from in the end.
    pub pairs_learned_from: usize,
    /// By phase: `load`, `train`, `evaluate`.
    pub seconds: BTreeMap<String, f64>,
    /// The most memory that its process held, in bytes.
    pub peak_rss_bytes: Option<u64>,
    /// The means over its users.
    pub metrics: BTreeMap<String, f64>,
}

/// A run beside the reference.
#[derive(Debug, Clone, Serialize)]
pub struct ComparedTo {
    /// Its folder, as it was given.
    pub run: String,
    /// What it reaches beyond the reference.
    #[serde(flatten)]
    pub comparison: Comparison,
}

impl CompareDocument {
    pub(super) fn of(runs: &[Judged], reference: usize, by_metric: Vec<(String, Vec<Comparison>)>) -> Self {
        let keys: Vec<&String> = by_metric.iter().map(|(key, _)| key).collect();
        let documents = runs.iter().map(|run| ComparedRun::of(run, &keys)).collect();
        let users = by_metric.first().and_then(|(_, found)| found.iter().map(|found| found.n_users).min());
        let others: Vec<String> =
            runs.iter().enumerate().filter(|(place, _)| *place != reference).map(|(_, run)| run.shown()).collect();
        let beside = |found: Vec<Comparison>| {
            let rows = others.iter().zip(found).map(|(run, comparison)| ComparedTo { run: run.clone(), comparison });
            rows.collect::<Vec<_>>()
        };
        Self {
            reference: runs[reference].shown(),
            users,
            runs: documents,
            comparisons: by_metric.into_iter().map(|(key, found)| (key, beside(found))).collect(),
            settings_that_differ: differing_settings(runs),
            place_of_reference: reference,
        }
    }
}

impl ComparedRun {
    fn of(run: &Judged, keys: &[&String]) -> Self {
        let summary = run.summary();
        Self {
            run: run.shown(),
            model: summary.model.clone(),
            data: summary.config["data"].as_str().map(str::to_owned),
            fingerprint: summary.data.clone(),
            settings: summary.config.clone(),
            seed: summary.seed,
            best_epoch: summary.best_epoch,
            selected_on: summary.selected_on(),
            refitted: summary.protocol.refit,
            parameters: summary.extra["parameters"].as_u64(),
            pairs_learned_from: run.n_learned_from(),
            seconds: summary.seconds.clone(),
            peak_rss_bytes: summary.extra["peak_rss_bytes"].as_u64(),
            metrics: keys.iter().map(|key| ((*key).clone(), run.mean(key))).collect(),
        }
    }
}

fn as_map<S: Serializer>(comparisons: &[(String, Vec<ComparedTo>)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(comparisons.iter().map(|(key, found)| (key, found)))
}
