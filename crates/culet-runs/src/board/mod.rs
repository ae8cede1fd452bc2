//! Many models on one data set, judged alike.

mod document;
mod entry;
mod rows;
mod standing;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use culet_data::{DataError, Dataset, Fingerprint, in_full, write_atomically};
use culet_eval::RankingProtocol;
use culet_graph::Interactions;
use culet_train::{BoardEntry, Observer};
use rayon::ThreadPool;
use serde_json::{Value, json};

pub use document::{BoardDocument, BoardFailure, BoardRow, ColdCounts, ColdGain, GraphGain, RowSeconds, Withheld};
pub use rows::SearchRecord;

use crate::RunsError;
use crate::claim::{Claim, MAY_DIFFER};
use crate::history::remark;
use crate::search::{Ended, TrialSplit};
use entry::{Maker, RowEnd};
use rows::{Row, Rows};
use standing::Standing;

/// A leaderboard: settings of each model are searched on validation pairs, the same for all; then each is fitted on all
/// training pairs and judged once on the test part.
#[derive(Debug, Clone, Copy)]
pub struct Board<'a> {
    /// The rows, as [`board_entries`](culet_train::board_entries) makes them of names.
    pub entries: &'a [BoardEntry],
    /// With the true graph; the entries tell which one each model is given.
    pub dataset: &'a Dataset,
    /// How rows are judged, to which the metrics of the catalogue are added; the first cutoff decides.
    pub protocol: &'a RankingProtocol,
    /// Items with at most so many training pairs are cold.
    pub cold_at_most: u32,
    /// Settings to try for each model; otherwise 8 for models that are fitted at once, and 1 (the defaults) for others.
    pub n_trials: Option<usize>,
    /// The share of each user's training items that is withheld, unless the data have a validation part.
    pub validation_share: f64,
    /// Seconds that reading the data took, for the record.
    pub load_seconds: f64,
    /// The same seed gives the same rows, whatever the threads.
    pub seed: u64,
}

/// A leaderboard whose folder is there, and nobody else's as long as this lives.
pub struct OpenBoard<'a> {
    board: Board<'a>,
    out: PathBuf,
    split: TrialSplit,
    /// Training and validation pairs.
    everything: Interactions,
    protocol: RankingProtocol,
    _claim: Claim,
}

impl<'a> Board<'a> {
    /// Makes the folder, or opens that of the same leaderboard to go on with it.
    ///
    /// # Errors
    /// [`RunsError::NothingToJudgeBy`] without a test part; [`RunsError::HoldsNone`], [`RunsError::HoldsAnother`],
    /// [`RunsError::AtWork`] or [`RunsError::NothingAbove`] for a place that will not do.
    pub fn open(self, out: &Path) -> Result<OpenBoard<'a>, RunsError> {
        let dataset = self.dataset;
        if dataset.test.n_pairs() == 0 {
            return Err(RunsError::NothingToJudgeBy { data: dataset.name.clone() });
        }
        let split = TrialSplit::of(dataset, self.validation_share, self.seed);
        let claim = Claim::of(out, "board.json", "leaderboard", &self.facts(&split))?;
        Ok(OpenBoard {
            board: self,
            out: out.to_owned(),
            everything: dataset.train.union(&split.valid).map_err(DataError::from)?,
            split,
            protocol: self.protocol.clone().with_catalogue_metrics(),
            _claim: claim,
        })
    }

    /// What a leaderboard is about. Rows belong together only if all of this is the same.
    fn facts(&self, split: &TrialSplit) -> Value {
        json!({
            "format": "culet-leaderboard",
            "format_version": 1,
            (MAY_DIFFER): env!("CARGO_PKG_VERSION"),
            "data": Fingerprint::of(self.dataset),
            "seed": self.seed,
            "at": self.protocol.cutoffs(),
            "cold_at_most": self.cold_at_most,
            "validation": { "share": split.share, "pairs": split.valid.n_pairs() },
        })
    }
}

impl OpenBoard<'_> {
    /// Makes one row after another and writes `leaderboard.json`. A row is a run folder in `runs`, and its search a folder
    /// in `searches`: what is done stays, and is not done again. A row that fails says why, and the others go on. If the
    /// observer breaks, the rows so far are told.
    ///
    /// # Errors
    /// [`RunsError::Data`] if the folder cannot be written, [`RunsError::Compare`] if rows cannot be compared.
    pub fn run(&self, pool: &ThreadPool, observer: &mut dyn Observer) -> Result<BoardDocument, RunsError> {
        for name in ["runs", "searches"] {
            let path = self.out.join(name);
            fs::create_dir_all(&path).map_err(|source| DataError::Write { path, source })?;
        }
        let (rows, ended) = self.rows(pool, observer);
        let standing = Standing::of(self, &rows, pool)?;
        let document = self.document(&rows, &standing, ended, pool);
        // By way of a value, whose names are sorted.
        let value = serde_json::to_value(&document).expect("a leaderboard is plain data");
        let text = serde_json::to_string_pretty(&value).expect("so is its value") + "\n";
        write_atomically(&self.out.join("leaderboard.json"), |writer| writer.write_all(text.as_bytes()))?;
        Ok(document)
    }

    fn rows(&self, pool: &ThreadPool, observer: &mut dyn Observer) -> (Rows, Ended) {
        let mut rows = Vec::new();
        for entry in self.board.entries {
            match (Maker { board: self, pool, observer }).row(entry) {
                Ok(RowEnd::Judged(judged)) => rows.push(Row { entry: *entry, result: Ok(judged) }),
                Ok(RowEnd::Interrupted) => return (Rows::new(rows), Ended::Interrupted),
                Err(error) => {
                    let reason = reason(&error);
                    remark(observer, &format!("{} failed: {reason}", entry.name()));
                    rows.push(Row { entry: *entry, result: Err(reason) });
                }
            }
        }
        (Rows::new(rows), Ended::Wholly)
    }

    /// `recall` at the first cutoff: what settings are chosen by, and rows sorted.
    fn metric(&self) -> String {
        self.key("recall")
    }

    /// A metric at the first cutoff.
    fn key(&self, metric: &str) -> String {
        format!("{metric}@{}", self.protocol.cutoffs()[0])
    }

    fn run_folder(&self, entry: &BoardEntry) -> PathBuf {
        self.out.join("runs").join(entry.folder_name())
    }
}

/// As a terminal shows an error.
fn reason(error: &RunsError) -> String {
    let hint = error.hint().map_or_else(String::new, |hint| format!("\n\nhint: {hint}"));
    format!("error: {}{hint}", in_full(error))
}
