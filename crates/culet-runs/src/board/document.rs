//! A leaderboard for programs.

use std::collections::BTreeMap;
use std::path::Path;

use culet_data::Fingerprint;
use culet_eval::significance::MeanInterval;
use culet_train::{Comparison, GraphKind};
use rayon::ThreadPool;
use serde::Serialize;
use serde_json::{Value, json};

use super::OpenBoard;
use super::rows::{Rows, SearchRecord};
use super::standing::{Gain, Stand, Standing};
use crate::search::Ended;

/// A leaderboard: what `culet leaderboard --json` prints, and `leaderboard.json` holds.
#[derive(Debug, Clone, Serialize)]
pub struct BoardDocument {
    /// The name of the data set.
    pub data: String,
    /// What it holds.
    pub fingerprint: Fingerprint,
    /// Of all searches and trainings.
    pub seed: u64,
    /// That all was computed on.
    pub threads: usize,
    /// Of Culet.
    pub program_version: &'static str,
    /// `recall` at the first cutoff: what settings are chosen by, and rows sorted.
    pub metric: String,
    /// The cutoffs.
    pub at: Vec<usize>,
    /// What settings were chosen by.
    pub validation: Withheld,
    /// What is cold; `None` without rows.
    pub cold: Option<ColdCounts>,
    /// What was judged, best first.
    pub rows: Vec<BoardRow>,
    /// What failed, in the order in which it was asked for.
    pub failed: Vec<BoardFailure>,
    /// The entry that the validation part speaks for, if it can be told of all rows.
    pub best_on_validation: Option<String>,
    /// What the true graph gave.
    pub graph: Vec<GraphGain>,
    /// Whether not all rows were made.
    pub interrupted: bool,
    /// Where all of this lies.
    pub folder: String,
}

/// The pairs that settings were chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Withheld {
    /// The share of each user's training items; `None` if the data have a validation part.
    pub share: Option<f64>,
    /// How many they are.
    pub pairs: usize,
}

/// The test pairs whose item is cold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ColdCounts {
    /// The most training pairs of such an item.
    pub at_most: u32,
    /// How many they are.
    pub pairs: usize,
    /// Of so many users.
    pub users: usize,
}

/// A model that was judged. Metrics by name are those such as `recall@20`.
#[derive(Debug, Clone, Serialize)]
pub struct BoardRow {
    /// What it is called in a table.
    pub entry: String,
    /// The model.
    pub model: &'static str,
    /// The preset that its settings start from.
    pub preset: Option<&'static str>,
    /// The knowledge graph it was given.
    pub kg: GraphKind,
    /// Whether the model uses one.
    pub uses_graph: bool,
    /// Its run folder.
    pub run: String,
    /// How many users it was judged on.
    pub users: usize,
    /// On the test part.
    pub metrics: BTreeMap<String, f64>,
    /// Of recall and ndcg at the first cutoff.
    pub intervals: BTreeMap<String, MeanInterval>,
    /// Of the same, this row minus the best one; `None` for the best one itself.
    pub to_best: Option<BTreeMap<String, Comparison>>,
    /// On cold items.
    pub cold: BTreeMap<String, f64>,
    /// What it took.
    pub seconds: RowSeconds,
    /// The most memory that the process held while it fitted and judged the model, in bytes; `None` where the system does
    /// not tell.
    pub peak_rss_bytes: Option<u64>,
    /// The numbers of the model.
    pub parameters: Option<u64>,
    /// What the choice of settings was based on.
    pub search: SearchRecord,
    /// The metric that chose, on the validation part.
    pub validation: Option<f64>,
    /// Those of the `model` and of its `training`.
    pub settings: Value,
    /// The parts of a blend that count, with how much each moves the lists.
    #[serde(skip)]
    pub parts: Vec<(String, f64)>,
}

/// What a row took, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RowSeconds {
    /// All trials.
    pub search: f64,
    /// The training on everything.
    pub fit: f64,
    /// Its evaluation.
    pub evaluate: f64,
}

/// A model that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BoardFailure {
    /// What it is called in a table.
    pub entry: String,
    /// The model.
    pub model: &'static str,
    /// The preset that its settings start from.
    pub preset: Option<&'static str>,
    /// The knowledge graph it was given.
    pub kg: GraphKind,
    /// Why, with a way out.
    pub reason: String,
}

/// What the true graph gave a model beyond another.
#[derive(Debug, Clone, Serialize)]
pub struct GraphGain {
    /// The model, with its preset.
    pub model: String,
    /// The other graph.
    pub against: GraphKind,
    /// Of recall and ndcg at the first cutoff, the true graph minus the other.
    #[serde(flatten)]
    pub gains: BTreeMap<String, Comparison>,
    /// Of recall on cold items.
    pub cold: Option<ColdGain>,
}

/// A metric with the true graph and with another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ColdGain {
    /// With the true one.
    #[serde(rename = "true")]
    pub with: f64,
    /// With the other.
    pub other: f64,
}

impl OpenBoard<'_> {
    pub(super) fn document(
        &self,
        rows: &Rows,
        standing: &Standing<'_>,
        ended: Ended,
        pool: &ThreadPool,
    ) -> BoardDocument {
        let cold = standing.rows.first().map(|row| &row.judged.record.cold);
        let failed = rows.failed().map(|(entry, reason)| BoardFailure {
            entry: entry.name(),
            model: entry.spec.name,
            preset: entry.preset,
            kg: entry.graph,
            reason: reason.to_owned(),
        });
        BoardDocument {
            data: self.board.dataset.name.clone(),
            fingerprint: Fingerprint::of(self.board.dataset),
            seed: self.board.seed,
            threads: pool.current_num_threads(),
            program_version: env!("CARGO_PKG_VERSION"),
            metric: self.metric(),
            at: self.protocol.cutoffs().to_vec(),
            validation: Withheld { share: self.split.share, pairs: self.split.valid.n_pairs() },
            cold: cold.map(|cold| ColdCounts { at_most: cold.at_most, pairs: cold.n_pairs, users: cold.n_users }),
            rows: standing.rows.iter().map(|row| self.row_document(row)).collect(),
            failed: failed.collect(),
            best_on_validation: standing.best_on_validation(&self.metric()).map(|row| row.entry.name()),
            graph: standing.gains.iter().map(|gain| self.gain_document(gain)).collect(),
            interrupted: ended == Ended::Interrupted,
            folder: in_words(&self.out),
        }
    }

    fn row_document(&self, row: &Stand<'_>) -> BoardRow {
        let (entry, judged) = (row.entry, row.judged);
        let config = &judged.summary.config;
        BoardRow {
            entry: entry.name(),
            model: entry.spec.name,
            preset: entry.preset,
            kg: entry.graph,
            uses_graph: entry.spec.uses_graph,
            run: in_words(&self.run_folder(entry)),
            users: judged.per_user.users.len(),
            metrics: judged.metrics().clone(),
            intervals: self.by_key(row.intervals),
            to_best: row.to_best.map(|found| self.by_key(found)),
            cold: judged.record.cold.metrics.clone(),
            seconds: RowSeconds {
                search: judged.search.seconds,
                fit: judged.seconds("train"),
                evaluate: judged.seconds("evaluate"),
            },
            peak_rss_bytes: judged.peak_rss_bytes(),
            parameters: judged.summary.extra["parameters"].as_u64(),
            search: judged.search.clone(),
            validation: judged.on_validation(&self.metric()),
            settings: json!({ "model": config["model"], "training": config["training"] }),
            parts: judged.parts(),
        }
    }

    fn gain_document(&self, gain: &Gain<'_>) -> GraphGain {
        GraphGain {
            model: gain.entry.model_name(),
            against: gain.against,
            gains: self.by_key(gain.gains),
            cold: gain.cold.map(|(with, other)| ColdGain { with, other }),
        }
    }

    /// Of recall and ndcg at the first cutoff.
    fn by_key<T>(&self, [recall, ndcg]: [T; 2]) -> BTreeMap<String, T> {
        BTreeMap::from([(self.key("recall"), recall), (self.key("ndcg"), ndcg)])
    }
}

fn in_words(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
