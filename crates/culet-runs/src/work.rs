//! What trainings of either family have in common: a folder, a state that is kept of them, an end.

use std::collections::BTreeMap;
use std::path::Path;

use culet_data::{Checkpoints, DataView, RunWriter, TrainingPlan};
use culet_kernels::Matrix;
use culet_train::{Beginning, Observer};
use rayon::ThreadPool;
use serde_json::{Value, json};

use crate::RunsError;
use crate::checkpoint::{CheckpointEvery, Keeping};
use crate::folder::{in_run_folder, keeping};
use crate::memory::{PeakByPhase, peak_rss_bytes};
use crate::resume::Resumption;

/// A training that fills a run folder.
pub(crate) trait Work {
    /// What comes out of it.
    type Fitted;

    /// What is trained, and how.
    fn plan(&self) -> TrainingPlan;

    /// What is learned from.
    fn view(&self) -> DataView<'_>;

    /// Whether there is anything to go on from.
    fn has_states(&self) -> bool;

    /// Whether another training can start from what is kept of it.
    fn may_be_started_from(&self) -> bool;

    /// Trains from a beginning, and writes the run if there is a folder for it.
    fn work(
        &self,
        writer: Option<&mut RunWriter>,
        kept: Option<&mut Keeping>,
        beginning: Beginning,
        pool: &ThreadPool,
        observer: &mut dyn Observer,
    ) -> Result<Self::Fitted, RunsError>;

    /// Whether the observer ended it.
    fn was_interrupted(fitted: &Self::Fitted) -> bool;
}

/// How a training went that is over, as far as its run tells.
pub(crate) struct Passage {
    pub(crate) peaks: PeakByPhase,
    /// Whether it started from the parameters of another run.
    pub(crate) is_started: bool,
}

impl Passage {
    /// Notes it beside what else the run holds.
    pub(crate) fn note(&self, extra: &mut Value, n_parameters: usize) {
        add_cost(extra, n_parameters, peak_rss_bytes());
        extra["peak_rss_bytes_by_phase"] = json!(self.peaks);
        if self.is_started {
            extra["started_from_a_run"] = true.into();
        }
    }
}

/// Notes what a comparison of runs tells of their cost, beside what else the run holds.
pub(crate) fn add_cost(extra: &mut Value, n_parameters: usize, peak_rss_bytes: Option<u64>) {
    extra["parameters"] = n_parameters.into();
    extra["peak_rss_bytes"] = peak_rss_bytes.into();
}

/// Into a folder, if one is named; if anything fails, it is taken away again.
pub(crate) fn run<W: Work>(
    work: &W,
    out: Option<&Path>,
    pool: &ThreadPool,
    observer: &mut dyn Observer,
) -> Result<W::Fitted, RunsError> {
    in_run_folder(out, |writer| work.work(writer, None, Beginning::default(), pool, observer))
}

/// Into a folder that [`Resumption`] can go on in.
pub(crate) fn run_resumably<W: Work>(
    work: &W,
    out: &Path,
    start: BTreeMap<String, Matrix>,
    every: CheckpointEvery,
    pool: &ThreadPool,
    observer: &mut dyn Observer,
) -> Result<W::Fitted, RunsError> {
    in_run_folder(Some(out), |writer| {
        let writer = writer.expect("a folder is named");
        if every == CheckpointEvery::Never || !work.has_states() {
            return work.work(Some(writer), None, Beginning { start, state: None }, pool, observer);
        }
        let tables: Vec<(String, &Matrix)> = start.iter().map(|(name, table)| (name.clone(), table)).collect();
        let checkpoints = Checkpoints::begin(writer, &work.plan(), work.view(), &tables)?;
        let beginning = Beginning { start, state: None };
        keep_at_work(work, writer, Keeping::new(checkpoints, every), false, beginning, pool, observer)
    })
}

/// On from where a training was interrupted.
pub(crate) fn resume<W: Work>(
    work: &W,
    from: Resumption,
    every: CheckpointEvery,
    pool: &ThreadPool,
    observer: &mut dyn Observer,
) -> Result<W::Fitted, RunsError> {
    let (mut writer, checkpoints, beginning) = from.go_on()?;
    keep_at_work(work, &mut writer, Keeping::new(checkpoints, every), true, beginning, pool, observer)
}

fn keep_at_work<W: Work>(
    work: &W,
    writer: &mut RunWriter,
    kept: Keeping,
    was_there: bool,
    beginning: Beginning,
    pool: &ThreadPool,
    observer: &mut dyn Observer,
) -> Result<W::Fitted, RunsError> {
    let at_work = |kept: &mut Keeping| work.work(Some(writer), Some(kept), beginning, pool, observer);
    keeping(kept, was_there, work.may_be_started_from(), at_work, W::was_interrupted)
}
