//! `checkpoint/` in a run folder: what a training that is not over needs to go on.
//!
//! | file | holds |
//! | --- | --- |
//! | `plan.json` | [`TrainingPlan`]: what is trained and how; sizes and checksums of the three files below |
//! | `data.safetensors`, `vocabulary.parquet` | the data as the training read them, in the form of a run's |
//! | `start.safetensors` | tables that it starts from, if it starts from those of another run |
//! | `G.json` | how far generation G came, its plan, and what `history.jsonl` and its tables must be |
//! | `G.safetensors` | its tables: parameters, state of the optimiser, the best epoch so far |
//!
//! Each file appears by temporary name, fsync and rename, `plan.json` after the files that it vouches for and `G.json`
//! after its tables: a generation is there if and only if its `G.json` stands. The last two are kept, so that one is left
//! should the newest be damaged. Both documents carry a format version and the checksum of their own text, and a
//! generation names the checksum of its plan, so that a file of another training is told apart.
//!
//! The folder is made when the training begins and goes when it is over. Whoever trains holds a lock on `plan.json`.

mod keep;
mod open;
mod sealed;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use keep::Checkpoints;
pub use open::{KeptPlace, KeptState, KeptTraining};

use super::{DataFingerprint, FileRecord, RunKind};

pub(super) const FOLDER: &str = "checkpoint";
pub(super) const PLAN: &str = "plan.json";
pub(super) const START: &str = "start.safetensors";
/// Generations that are kept.
const KEPT: u64 = 2;

/// What is trained, and how: all that has to be known beside the data to do it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingPlan {
    /// The registered name of the model.
    pub model: String,
    /// Every setting of the model and of its training, and the name of the data, as in the manifest of a run.
    pub config: Value,
    /// The data, before a validation part was withheld.
    pub data: DataFingerprint,
    /// The seed of all randomness.
    pub seed: u64,
    /// The lengths of the lists that are judged; empty for a network.
    pub cutoffs: Vec<usize>,
    /// Seconds that reading the data took, for the record.
    pub load_seconds: f64,
}

/// `plan.json`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PlanFile {
    kind: RunKind,
    #[serde(flatten)]
    plan: TrainingPlan,
    files: BTreeMap<String, FileRecord>,
}

/// `G.json`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct StateFile {
    generation: u64,
    /// The checksum that `plan.json` carries.
    plan: String,
    progress: Value,
    history: FileRecord,
    tables: FileRecord,
}

fn document_of(generation: u64) -> String {
    format!("{generation}.json")
}

fn tables_of(generation: u64) -> String {
    format!("{generation}.safetensors")
}
