//! Runs side by side, user by user.

mod document;
mod judged;
mod settings;

use std::path::PathBuf;

use culet_eval::RankingProtocol;
use culet_train::{Comparison, check_same_data, compare_users};
use rayon::ThreadPool;

pub use document::{CompareDocument, ComparedRun, ComparedTo};

use crate::RunsError;
use judged::Judged;

/// Run folders of one data set to be compared: metrics with paired significance, settings that differ, cost.
#[derive(Debug, Clone)]
pub struct Compare<'a> {
    /// Two run folders or more.
    pub runs: &'a [PathBuf],
    /// Which of them the others are compared with.
    pub reference: Reference,
    /// Names such as `recall`; the first one decides what is best.
    pub metrics: &'a [String],
    /// Lengths of the lists that are judged; otherwise the first that all runs were judged at.
    pub cutoffs: Option<Vec<usize>>,
    /// Of the resamples and permutations.
    pub seed: u64,
}

/// The run that others are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// The first one.
    First,
    /// The best by the first metric; the first of equal ones.
    Best,
}

impl Compare<'_> {
    /// Reads the runs, judges again those that were not judged so, and compares them.
    ///
    /// # Errors
    /// [`RunsError::TooFewRuns`]; [`RunsError::NotComparable`] for runs of different data; [`RunsError::NoTestPart`];
    /// [`RunsError::Stored`] and [`RunsError::Data`] for a folder that does not open; [`RunsError::Compare`].
    pub fn run(&self, pool: &ThreadPool) -> Result<CompareDocument, RunsError> {
        let mut runs: Vec<Judged> = self.runs.iter().map(|path| Judged::open(path)).collect::<Result<_, _>>()?;
        let [first, others @ ..] = &runs[..] else { return Err(RunsError::TooFewRuns { n: 0 }) };
        if others.is_empty() {
            return Err(RunsError::TooFewRuns { n: 1 });
        }
        for other in others {
            check_same_data(&first.run, &other.run).map_err(|source| RunsError::NotComparable {
                left: first.shown(),
                right: other.shown(),
                source: source.into(),
            })?;
        }
        let protocol = RankingProtocol::new(self.cutoffs(&runs))?;
        let keys = self.keys(&protocol);
        for run in &mut runs {
            run.judge_at(&protocol, &keys, pool)?;
        }
        let reference = self.place_of_reference(&runs, &keys);
        let by_metric = self.compared(&runs, reference, keys, pool)?;
        Ok(CompareDocument::of(&runs, reference, by_metric))
    }

    /// What was asked for, or else the first length that all runs were judged at, or that of the first run.
    fn cutoffs(&self, runs: &[Judged]) -> Vec<usize> {
        if let Some(cutoffs) = &self.cutoffs {
            return cutoffs.clone();
        }
        let all = |cutoff: &&usize| runs.iter().all(|run| run.summary().protocol.cutoffs.contains(cutoff));
        let of_first = &runs[0].summary().protocol.cutoffs;
        of_first.iter().find(all).or(of_first.first()).copied().into_iter().collect()
    }

    fn keys(&self, protocol: &RankingProtocol) -> Vec<String> {
        let at = |name| protocol.cutoffs().iter().map(move |cutoff| format!("{name}@{cutoff}"));
        self.metrics.iter().flat_map(at).collect()
    }

    fn place_of_reference(&self, runs: &[Judged], keys: &[String]) -> usize {
        match (self.reference, keys.first()) {
            (Reference::Best, Some(key)) => {
                let means: Vec<f64> = runs.iter().map(|run| run.mean(key)).collect();
                (1..means.len()).fold(0, |best, place| if means[place] > means[best] { place } else { best })
            }
            _ => 0,
        }
    }

    /// By metric; for each run but the reference, in their order.
    fn compared(
        &self,
        runs: &[Judged],
        reference: usize,
        keys: Vec<String>,
        pool: &ThreadPool,
    ) -> Result<Vec<(String, Vec<Comparison>)>, RunsError> {
        let others = runs.iter().enumerate().filter(|(place, _)| *place != reference);
        let others: Vec<_> = others.map(|(_, run)| &run.per_user).collect();
        let of_key = |key: String| {
            let found = compare_users(&runs[reference].per_user, &others, &key, self.seed, pool)?;
            Ok((key, found))
        };
        keys.into_iter().map(of_key).collect()
    }
}
