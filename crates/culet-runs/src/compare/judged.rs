//! One run of a comparison: its folder and the values of its users.

use std::path::{Path, PathBuf};

use culet_data::{PerUserTable, Run, RunSummary};
use culet_eval::RankingProtocol;
use culet_train::{Part, StoredRun};
use rayon::ThreadPool;

use crate::RunsError;

/// A run that was judged on its test part.
pub(super) struct Judged {
    path: PathBuf,
    pub(super) run: Run,
    pub(super) per_user: PerUserTable,
}

impl Judged {
    pub(super) fn open(path: &Path) -> Result<Self, RunsError> {
        // The tables are not needed, so their checksums need not be computed.
        let run = Run::open_unverified(path)?;
        if run.catalogue()?.test.n_pairs() == 0 {
            return Err(RunsError::NoTestPart { path: path.to_owned() });
        }
        Ok(Self { path: path.to_owned(), run, per_user: PerUserTable::default() })
    }

    /// Reads the values of the users for these metrics, or computes them where the run was not judged so.
    pub(super) fn judge_at(
        &mut self,
        protocol: &RankingProtocol,
        keys: &[String],
        pool: &ThreadPool,
    ) -> Result<(), RunsError> {
        if let Some(table) = self.run.per_user()?
            && keys.iter().all(|key| table.metrics.iter().any(|(name, _)| name == key))
        {
            self.per_user = table;
            return Ok(());
        }
        let stored = StoredRun::open(&self.path)?;
        let report = stored.evaluate(Part::Test, protocol, pool)?;
        let users = &stored.catalogue().vocabulary.users;
        self.per_user = PerUserTable {
            users: report.per_user.users.iter().map(|&user| users.id(user as usize).to_owned()).collect(),
            n_targets: report.per_user.n_targets,
            metrics: report.per_user.columns.into_iter().collect(),
        };
        Ok(())
    }

    /// The pairs that it learned from in the end: without those that it was selected by, unless it was refitted.
    pub(super) fn n_learned_from(&self) -> usize {
        self.run.catalogue().map_or(0, |parts| parts.train.n_pairs())
    }

    pub(super) fn summary(&self) -> &RunSummary {
        &self.run.manifest.summary
    }

    /// The mean of a metric over its users.
    pub(super) fn mean(&self, key: &str) -> f64 {
        let column = self.per_user.metrics.iter().find(|(name, _)| name == key);
        let values = column.map(|(_, values)| values.as_slice()).unwrap_or_default();
        values.iter().sum::<f64>() / values.len() as f64
    }

    /// The folder as it was given.
    pub(super) fn shown(&self) -> String {
        self.path.display().to_string()
    }
}
