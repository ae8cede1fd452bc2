//! From a network to a run folder.

use std::collections::BTreeMap;
use std::path::Path;

use culet_data::{DataView, NetworkData, NetworkFingerprint, NetworkView, RunWriter, TrainingPlan};
use culet_kernels::Matrix;
use culet_model::ModelSpec;
use culet_train::{
    Beginning, LinkSets, NetworkOutcome, NetworkRunFacts, NetworkTables, NetworkTrainOptions, Observer, Select,
    network_run_contents, train_network_from,
};
use rayon::ThreadPool;
use serde_json::{Value, json};

use crate::RunsError;
use crate::checkpoint::{CheckpointEvery, Keeping};
use crate::history::{Recorder, waiting};
use crate::memory::{PeakByPhase, peak_rss_bytes};
use crate::resume::Resumption;
use crate::work::{self, Passage, Work};

/// What is to be trained, and how: a model of the nodes of a network.
#[derive(Debug, Clone)]
pub struct NetworkFit<'a> {
    /// The model.
    pub spec: &'static ModelSpec,
    /// Its settings, complete, as [`resolve_settings`](crate::resolve_settings) makes them.
    pub settings: toml::Table,
    /// How it is trained.
    pub options: NetworkTrainOptions,
    /// What it learns from and is judged by.
    pub data: &'a NetworkData,
    /// Seconds that reading the data took, for the record.
    pub load_seconds: f64,
    /// The same seed gives the same run, whatever the threads.
    pub seed: u64,
}

/// What came out of a [`NetworkFit`].
pub struct NetworkFitted {
    /// The model, its history and what it reached.
    pub outcome: NetworkOutcome,
    document: Value,
}

impl NetworkFitted {
    /// The training as one document: what `culet train --json` prints.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.document
    }
}

impl NetworkFit<'_> {
    /// Trains, and writes the run folder if one is named. The folder is made first, and holds the history of the epochs
    /// while the training goes on; if anything fails, it is taken away again. If the observer breaks, what is best so far
    /// is judged and written.
    ///
    /// # Errors
    /// [`RunsError::Data`] if the folder cannot be made or written, [`RunsError::Train`].
    pub fn run(
        &self,
        out: Option<&Path>,
        pool: &ThreadPool,
        observer: &mut dyn Observer,
    ) -> Result<NetworkFitted, RunsError> {
        work::run(self, out, pool, observer)
    }

    /// As [`NetworkFit::run`], into a folder that [`Resumption`] can go on in, whatever ends the training: what it needs
    /// for that is written first, and its state again and again. When the training is done, all of that goes; if the
    /// observer breaks, it stays beside the run. `start` are parameters to start from, if any.
    ///
    /// # Errors
    /// As [`NetworkFit::run`]. If the run cannot be written, what was kept stays.
    pub fn run_resumably(
        &self,
        out: &Path,
        start: BTreeMap<String, Matrix>,
        every: CheckpointEvery,
        pool: &ThreadPool,
        observer: &mut dyn Observer,
    ) -> Result<NetworkFitted, RunsError> {
        work::run_resumably(self, out, start, every, pool, observer)
    }

    /// Goes on with a training that was interrupted, of which this is the fit: [`Resumption::network_fit`] makes it.
    ///
    /// # Errors
    /// As [`NetworkFit::run`]; [`RunsError::Train`] if what was kept does not fit. What was kept stays.
    pub fn resume(
        &self,
        from: Resumption,
        every: CheckpointEvery,
        pool: &ThreadPool,
        observer: &mut dyn Observer,
    ) -> Result<NetworkFitted, RunsError> {
        work::resume(self, from, every, pool, observer)
    }

    /// By what the epoch was selected; `None` if the last one was taken.
    #[must_use]
    pub fn selected_on(&self, outcome: &NetworkOutcome) -> Option<Select> {
        outcome.selected_by.is_some().then_some(self.options.select)
    }

    fn train(
        &self,
        writer: Option<&mut RunWriter>,
        kept: Option<&mut Keeping>,
        beginning: Beginning,
        pool: &ThreadPool,
        observer: &mut dyn Observer,
    ) -> Result<(NetworkOutcome, PeakByPhase), RunsError> {
        let split = &self.data.split;
        let given = LinkSets {
            train: Vec::new(),
            train_negatives: split.train_negatives.clone(),
            valid: split.valid.clone(),
            valid_negatives: split.valid_negatives.clone(),
            test: split.test.clone(),
            test_negatives: split.test_negatives.clone(),
        };
        let mut recorder = Recorder::new(observer, writer, kept);
        let (settings, network, options) = (&self.settings, &self.data.network, &self.options);
        let (spec, seed) = (self.spec, self.seed);
        let outcome =
            train_network_from(beginning, spec, settings, network, &given, options, seed, pool, &mut recorder);
        let peaks = recorder.end()?;
        Ok((outcome?, peaks))
    }

    fn write(
        &self,
        writer: &mut RunWriter,
        outcome: &NetworkOutcome,
        passage: &Passage,
        pool: &ThreadPool,
    ) -> Result<(), RunsError> {
        let facts = NetworkRunFacts {
            spec: self.spec,
            settings: &self.settings,
            options: &self.options,
            seed: self.seed,
            threads: pool.current_num_threads(),
            load_seconds: self.load_seconds,
            data_name: &self.data.name,
            network: &self.data.network,
            nodes: &self.data.nodes,
            labels: self.data.labels.as_ref(),
        };
        let tables = NetworkTables::of(outcome);
        let mut contents = network_run_contents(&facts, outcome, &tables);
        passage.note(&mut contents.summary.extra, outcome.model.n_parameters());
        writer.finish(&contents)?;
        Ok(())
    }

    fn document(&self, outcome: &NetworkOutcome, out: Option<&Path>, pool: &ThreadPool) -> Value {
        let own = outcome.test.as_ref().map(|report| &report.rows[0]);
        json!({
            "model": self.spec.name,
            "data": self.data.name,
            "seed": self.seed,
            "threads": pool.current_num_threads(),
            "parameters": outcome.model.n_parameters(),
            "settings": { "model": self.settings, "training": self.options },
            "epochs": outcome.history,
            "best_epoch": outcome.best_epoch,
            "interrupted": outcome.interrupted,
            "selected_on": self.selected_on(outcome),
            "selected_by": outcome.selected_by,
            "score": outcome.score,
            "test": own.map(|row| json!({ "auc": row.auc, "average_precision": row.average_precision })),
            "link_prediction": outcome.test.as_ref().map(|report| &report.rows),
            "seconds": {
                "load": self.load_seconds,
                "train": outcome.seconds.train,
                "evaluate": outcome.seconds.evaluate,
            },
            "peak_rss_bytes": peak_rss_bytes(),
            "run": out.map(Path::to_string_lossy),
        })
    }
}

impl Work for NetworkFit<'_> {
    type Fitted = NetworkFitted;

    fn plan(&self) -> TrainingPlan {
        TrainingPlan {
            model: self.spec.name.to_owned(),
            config: json!({ "data": self.data.name, "model": self.settings, "training": self.options }),
            data: NetworkFingerprint::of(&self.data.network).into(),
            seed: self.seed,
            cutoffs: Vec::new(),
            load_seconds: self.load_seconds,
        }
    }

    fn view(&self) -> DataView<'_> {
        let (data, split) = (self.data, &self.data.split);
        let view = NetworkView {
            network: &data.network,
            nodes: &data.nodes,
            labels: data.labels.as_ref(),
            train_negatives: &split.train_negatives,
            valid: &split.valid,
            valid_negatives: &split.valid_negatives,
            test: &split.test,
            test_negatives: &split.test_negatives,
        };
        view.into()
    }

    fn has_states(&self) -> bool {
        true
    }

    fn may_be_started_from(&self) -> bool {
        true
    }

    fn work(
        &self,
        mut writer: Option<&mut RunWriter>,
        kept: Option<&mut Keeping>,
        beginning: Beginning,
        pool: &ThreadPool,
        observer: &mut dyn Observer,
    ) -> Result<NetworkFitted, RunsError> {
        let out = writer.as_deref().map(|writer| writer.path().to_path_buf());
        let is_started = !beginning.start.is_empty();
        let (outcome, peaks) = self.train(writer.as_deref_mut(), kept, beginning, pool, observer)?;
        if let Some(writer) = writer {
            waiting(observer, "writing the run folder");
            self.write(writer, &outcome, &Passage { peaks, is_started }, pool)?;
        }
        let document = self.document(&outcome, out.as_deref(), pool);
        Ok(NetworkFitted { outcome, document })
    }

    fn was_interrupted(fitted: &NetworkFitted) -> bool {
        fitted.outcome.interrupted
    }
}
