//! A search for good settings, in a folder that it goes on in.

mod best;
mod folder;
mod plan;
mod ranges;
mod split;
mod trials;

use std::path::{Path, PathBuf};

use culet_data::{Dataset, Fingerprint};
use culet_eval::RankingProtocol;
use culet_train::{Chosen, GraphKind, Observer, Search, Trial, best_trial, findings, ranked_trials};
use rayon::ThreadPool;
use serde_json::{Value, json};

pub use plan::{SearchMetric, SearchPlan};
pub use ranges::RangeProblem;
pub use split::TrialSplit;
pub use trials::{settings_in_words, value_in_words};

pub(crate) use folder::{Facts, SearchFolder};
pub(crate) use trials::{Ended, Searching};

use crate::RunsError;

/// A search for good settings of a recommender, on a validation part.
#[derive(Debug, Clone, Copy)]
pub struct Tuning<'a> {
    /// What is searched, and where.
    pub search: &'a Search,
    /// What is learned from; the graph is that of `graph` already. Its test part is not looked at.
    pub dataset: &'a Dataset,
    /// Which graph it is.
    pub graph: GraphKind,
    /// How trials are judged; it has the metric that is sought.
    pub protocol: &'a RankingProtocol,
    /// The share of each user's training items that is withheld, unless the data have a validation part.
    pub validation_share: f64,
    /// Trials to make, those of an earlier call included.
    pub n_trials: usize,
}

/// A search whose folder is there, and nobody else's.
pub struct OpenTuning<'a> {
    tuning: Tuning<'a>,
    split: TrialSplit,
    folder: SearchFolder,
}

/// A search as far as it came.
pub struct Tuned {
    /// The trials of all calls, in their order.
    pub trials: Vec<Trial>,
    /// Seconds of all trials, those of earlier calls included.
    pub elapsed_s: f64,
    /// Whether the observer ended it before all trials were made.
    pub interrupted: bool,
    /// The settings of the best trial; `None` if there is none, or the loss became no number in all of them.
    pub chosen: Option<Chosen>,
    /// What was judged by.
    pub split: TrialSplit,
    /// `best.toml` of the folder, which `culet train --config` takes; there is one if there are settings.
    pub config: Option<PathBuf>,
    document: Value,
}

impl Tuned {
    /// The search as one document: what `culet tune --json` prints, but for the command that trains with the best.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.document
    }
}

impl<'a> Tuning<'a> {
    /// Makes the folder, or opens that of the same search to go on with it.
    ///
    /// # Errors
    /// [`RunsError::HoldsNone`], [`RunsError::HoldsAnother`], [`RunsError::AtWork`] or [`RunsError::NothingAbove`] for a
    /// place that will not do; [`RunsError::BadTrial`] for a damaged list of trials.
    pub fn open(self, out: &Path) -> Result<OpenTuning<'a>, RunsError> {
        let split = TrialSplit::of(self.dataset, self.validation_share, self.search.seed);
        let facts = Facts::new(self.search, self.dataset, self.graph, &split);
        let folder = SearchFolder::open(out, &facts)?;
        Ok(OpenTuning { tuning: self, split, folder })
    }
}

impl OpenTuning<'_> {
    /// Makes the trials that are wanting and writes the best settings to `best.toml`. A trial is on the disk as soon as it
    /// is done; the one at hand is given up if the observer breaks. A search that fails before its first trial takes its
    /// folder away.
    ///
    /// # Errors
    /// [`RunsError::Train`] for what no trial can be made with, [`RunsError::Data`] if the folder cannot be written.
    pub fn run(mut self, pool: &ThreadPool, observer: &mut dyn Observer) -> Result<Tuned, RunsError> {
        let Tuning { search, dataset, protocol, n_trials, .. } = self.tuning;
        self.folder.remark(observer);
        let searching = Searching { label: "", search, data: self.split.trial_data(dataset), protocol, pool };
        let ended = match searching.until(&mut self.folder, n_trials, observer) {
            Ok(ended) => ended,
            Err(error) => {
                self.folder.discard_if_empty();
                return Err(error);
            }
        };
        self.finish(ended, pool)
    }

    fn finish(self, ended: Ended, pool: &ThreadPool) -> Result<Tuned, RunsError> {
        let Self { tuning, split, folder } = self;
        let best = best_trial(&folder.trials);
        let chosen = best.map(|trial| tuning.search.chosen(trial)).transpose()?.flatten();
        let mut config = None;
        if let Some((chosen, best)) = chosen.as_ref().zip(best) {
            let path = folder.path().join("best.toml");
            let found = best::Found { tuning: &tuning, split: &split, n_trials: folder.trials.len() };
            best::write(&path, &found, chosen, best)?;
            config = Some(path);
        }
        let document = document(&tuning, &split, &folder, config.as_deref(), pool);
        let SearchFolder { trials, elapsed_s, .. } = folder;
        Ok(Tuned { trials, elapsed_s, interrupted: ended == Ended::Interrupted, chosen, split, config, document })
    }
}

fn document(
    tuning: &Tuning<'_>,
    split: &TrialSplit,
    folder: &SearchFolder,
    config: Option<&Path>,
    pool: &ThreadPool,
) -> Value {
    let (search, trials) = (tuning.search, &folder.trials);
    json!({
        "model": search.spec.name,
        "data": tuning.dataset.name,
        "fingerprint": Fingerprint::of(tuning.dataset),
        "seed": search.seed,
        "threads": pool.current_num_threads(),
        "metric": search.metric,
        "search": search.method,
        "fixed": search.fixed,
        "validation": { "share": split.share, "pairs": split.valid.n_pairs() },
        "trials": trials,
        "ranking": ranked_trials(trials).iter().map(|trial| trial.number).collect::<Vec<_>>(),
        "default_rank": rank_of_first(trials),
        "findings": findings(&search.ranges, trials),
        "interrupted": trials.len() < tuning.n_trials,
        "seconds": folder.elapsed_s,
        "folder": folder.path().to_string_lossy(),
        "config": config.map(Path::to_string_lossy),
    })
}

/// The rank of the first trial, from 1: it has the settings that were given, the defaults unless others were.
#[must_use]
pub fn rank_of_first(trials: &[Trial]) -> Option<usize> {
    ranked_trials(trials).iter().position(|trial| trial.number == 0).map(|place| place + 1)
}
