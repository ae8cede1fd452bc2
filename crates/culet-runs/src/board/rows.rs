//! What is known of each row.

use std::collections::BTreeMap;

use culet_data::{PerUserTable, RunSummary};
use culet_train::{BoardEntry, ColdReport, GraphKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One row: a model that was judged, or why it could not be.
pub(super) struct Row {
    pub(super) entry: BoardEntry,
    pub(super) result: Result<Box<Judged>, String>,
}

/// A model that was judged.
pub(super) struct Judged {
    pub(super) summary: RunSummary,
    pub(super) per_user: PerUserTable,
    pub(super) record: BoardRecord,
    pub(super) search: SearchRecord,
}

/// What a run folder of a leaderboard holds besides what every run does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct BoardRecord {
    pub(super) cold: ColdReport,
}

/// What the choice of settings was based on.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SearchRecord {
    /// Trials that were made.
    pub n_trials: usize,
    /// Seconds of all of them.
    pub seconds: f64,
    /// The metric that chose, on the validation part.
    pub value: Option<f64>,
    /// The settings that were searched over, and what was chosen.
    pub settings: toml::Table,
    /// As many epochs as were best; `None` for a model without epochs.
    pub best_epoch: Option<u64>,
}

impl Judged {
    pub(super) fn metrics(&self) -> &BTreeMap<String, f64> {
        static NOTHING: BTreeMap<String, f64> = BTreeMap::new();
        self.summary.metrics.get("test").unwrap_or(&NOTHING)
    }

    pub(super) fn metric(&self, key: &str) -> f64 {
        self.metrics().get(key).copied().unwrap_or(f64::NAN)
    }

    /// The metric on the validation part, where settings were chosen by it: in a search, or by the model itself.
    pub(super) fn on_validation(&self, key: &str) -> Option<f64> {
        self.search.value.or_else(|| self.summary.metrics.get("valid")?.get(key).copied())
    }

    /// The parts of a blend that count, with how much each moves the lists; of other models none.
    pub(super) fn parts(&self) -> Vec<(String, f64)> {
        let parts = self.summary.extra["blend"]["parts"].as_array().map_or(&[][..], Vec::as_slice);
        let influence = |part: &Value| part["influence"].as_f64().filter(|&influence| influence > 0.0);
        parts.iter().filter_map(|part| Some((part["model"].as_str()?.to_owned(), influence(part)?))).collect()
    }

    pub(super) fn peak_rss_bytes(&self) -> Option<u64> {
        self.summary.extra["peak_rss_bytes"].as_u64()
    }

    pub(super) fn seconds(&self, phase: &str) -> f64 {
        self.summary.seconds.get(phase).copied().unwrap_or(f64::NAN)
    }
}

/// The rows in the order in which they were asked for.
pub(super) struct Rows(Vec<Row>);

impl Rows {
    pub(super) fn new(rows: Vec<Row>) -> Self {
        Self(rows)
    }

    /// Those that were judged.
    pub(super) fn judged(&self) -> impl Iterator<Item = (&BoardEntry, &Judged)> {
        self.0.iter().filter_map(|row| Some((&row.entry, row.result.as_deref().ok()?)))
    }

    /// Those that failed, and why.
    pub(super) fn failed(&self) -> impl Iterator<Item = (&BoardEntry, &str)> {
        self.0.iter().filter_map(|row| Some((&row.entry, row.result.as_ref().err()?.as_str())))
    }

    /// The row of the same model with another graph.
    pub(super) fn sibling(&self, entry: &BoardEntry, graph: GraphKind) -> Option<&Judged> {
        let wanted = BoardEntry { graph, ..*entry }.folder_name();
        self.judged().find(|(other, _)| other.folder_name() == wanted).map(|(_, judged)| judged)
    }
}
