//! From a catalogue to a run folder.

use std::collections::BTreeMap;
use std::path::Path;

use culet_data::{CatalogueView, DataView, Dataset, Fingerprint, RunWriter, TrainingPlan};
use culet_eval::RankingProtocol;
use culet_kernels::Matrix;
use culet_model::{Build, Facets, ModelSpec};
use culet_train::{
    Beginning, DerivedTables, GraphKind, Observer, Outcome, RunFacts, Select, TrainData, TrainError, TrainOptions,
    measure_faithfulness, run_contents, train_from,
};
use rayon::ThreadPool;
use serde_json::{Value, json};

use crate::RunsError;
use crate::checkpoint::{CheckpointEvery, Keeping};
use crate::history::{Recorder, waiting};
use crate::memory::{PeakByPhase, peak_rss_bytes};
use crate::resume::Resumption;
use crate::work::{self, Passage, Work};

/// What is to be trained, and how: a recommender, from a catalogue.
#[derive(Debug, Clone)]
pub struct CatalogueFit<'a> {
    /// The model.
    pub spec: &'static ModelSpec,
    /// Its settings, complete, as [`resolve_settings`](crate::resolve_settings) makes them.
    pub settings: toml::Table,
    /// How it is trained.
    pub options: TrainOptions,
    /// How it is judged.
    pub protocol: RankingProtocol,
    /// What it learns from and is judged by; the graph is that of `graph` already.
    pub dataset: &'a Dataset,
    /// Seconds that reading the data took, for the record.
    pub load_seconds: f64,
    /// Which graph it is.
    pub graph: GraphKind,
    /// The same seed gives the same run, whatever the threads.
    pub seed: u64,
}

/// What came out of a [`CatalogueFit`].
pub struct CatalogueFitted {
    /// The model, its history and what it reached.
    pub outcome: Outcome,
    /// What the model learned of facets, if it learns any.
    pub facets: Option<Facets>,
    document: Value,
}

impl CatalogueFitted {
    /// The training as one document: what `culet train --json` prints.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.document
    }
}

impl CatalogueFit<'_> {
    /// Trains, puts reasons to the test, and writes the run folder if one is named. The folder is made first, and holds
    /// the history of the epochs while the training goes on; if anything fails, it is taken away again. If the observer
    /// breaks, what is best so far is judged and written.
    ///
    /// # Errors
    /// [`RunsError::Data`] if the folder cannot be made or written, [`RunsError::Train`],
    /// [`RunsError::TookEverything`].
    pub fn run(
        &self,
        out: Option<&Path>,
        pool: &ThreadPool,
        observer: &mut dyn Observer,
    ) -> Result<CatalogueFitted, RunsError> {
        work::run(self, out, pool, observer)
    }

    /// As [`CatalogueFit::run`], into a folder that [`Resumption`] can go on in, whatever ends the training: what it needs
    /// for that is written first, and its state again and again. When the training is done, all of that goes; if the
    /// observer breaks, it stays beside the run. A model that is fitted at once keeps nothing, for to fit it again is all
    /// there is to resume. `start` are parameters to start from, if any.
    ///
    /// # Errors
    /// As [`CatalogueFit::run`]. If the run cannot be written, what was kept stays.
    pub fn run_resumably(
        &self,
        out: &Path,
        start: BTreeMap<String, Matrix>,
        every: CheckpointEvery,
        pool: &ThreadPool,
        observer: &mut dyn Observer,
    ) -> Result<CatalogueFitted, RunsError> {
        work::run_resumably(self, out, start, every, pool, observer)
    }

    /// Goes on with a training that was interrupted, of which this is the fit: [`Resumption::catalogue_fit`] makes it.
    ///
    /// # Errors
    /// As [`CatalogueFit::run`]; [`RunsError::Train`] if what was kept does not fit. What was kept stays.
    pub fn resume(
        &self,
        from: Resumption,
        every: CheckpointEvery,
        pool: &ThreadPool,
        observer: &mut dyn Observer,
    ) -> Result<CatalogueFitted, RunsError> {
        work::resume(self, from, every, pool, observer)
    }

    /// By what the epoch is selected; `None` if the last one is taken.
    #[must_use]
    pub fn selects(&self) -> Option<Select> {
        (self.options.evaluate_every > 0).then_some(self.options.select)
    }

    fn train(
        &self,
        writer: Option<&mut RunWriter>,
        kept: Option<&mut Keeping>,
        beginning: Beginning,
        pool: &ThreadPool,
        observer: &mut dyn Observer,
    ) -> Result<(Outcome, Option<Facets>, PeakByPhase), RunsError> {
        let dataset = self.dataset;
        let data = TrainData {
            train: &dataset.train,
            valid: Some(&dataset.valid),
            test: &dataset.test,
            graph: &dataset.graph,
        };
        if !self.spec.has_epochs() {
            waiting(observer, &format!("fitting {}", self.spec.name));
        }
        let mut recorder = Recorder::new(observer, writer, kept);
        let (settings, options, seed) = (&self.settings, &self.options, self.seed);
        let protocol = &self.protocol;
        let outcome = train_from(beginning, self.spec, settings, data, options, protocol, seed, pool, &mut recorder);
        let peaks = recorder.end()?;
        let mut outcome = outcome.map_err(|error| name_the_user(error, dataset))?;
        let facets = facets_of(&mut outcome, pool);
        if !outcome.interrupted {
            waiting(observer, "putting reasons to the test");
            measure_faithfulness(&mut outcome, self.spec, settings, &dataset.graph, seed, pool)?;
        }
        Ok((outcome, facets, peaks))
    }

    fn write(
        &self,
        writer: &mut RunWriter,
        outcome: &Outcome,
        facets: Option<&Facets>,
        passage: &Passage,
        pool: &ThreadPool,
    ) -> Result<(), RunsError> {
        let facts = RunFacts {
            spec: self.spec,
            settings: &self.settings,
            options: &self.options,
            protocol: &self.protocol,
            seed: self.seed,
            threads: pool.current_num_threads(),
            load_seconds: self.load_seconds,
            graph: self.graph.word(),
        };
        let derived = DerivedTables::of(facets, &outcome.scorer);
        let mut contents = run_contents(&facts, outcome, &derived, self.dataset);
        passage.note(&mut contents.summary.extra, n_parameters(outcome));
        writer.finish(&contents)?;
        Ok(())
    }

    fn document(&self, outcome: &Outcome, out: Option<&Path>, pool: &ThreadPool) -> Value {
        json!({
            "model": self.spec.name,
            "data": self.dataset.name,
            "kg": self.graph.word(),
            "fingerprint": Fingerprint::of(self.dataset),
            "seed": self.seed,
            "threads": pool.current_num_threads(),
            "parameters": n_parameters(outcome),
            "settings": { "model": self.settings, "training": self.options },
            "epochs": outcome.history,
            "best_epoch": outcome.best_epoch,
            "interrupted": outcome.interrupted,
            "selected_on": self.selects(),
            "selected_by": outcome.selected_by,
            "test": outcome.test.as_ref().map(|report| &report.means),
            "faithfulness": outcome.faithfulness,
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

impl Work for CatalogueFit<'_> {
    type Fitted = CatalogueFitted;

    fn plan(&self) -> TrainingPlan {
        TrainingPlan {
            model: self.spec.name.to_owned(),
            config: json!({
                "data": self.dataset.name,
                "graph": self.graph.word(),
                "model": self.settings,
                "training": self.options,
            }),
            data: Fingerprint::of(self.dataset).into(),
            seed: self.seed,
            cutoffs: self.protocol.cutoffs().to_vec(),
            load_seconds: self.load_seconds,
        }
    }

    fn view(&self) -> DataView<'_> {
        let dataset = self.dataset;
        let view = CatalogueView {
            train: &dataset.train,
            valid: &dataset.valid,
            test: &dataset.test,
            graph: &dataset.graph,
            vocabulary: &dataset.vocabulary,
        };
        view.into()
    }

    fn has_states(&self) -> bool {
        // To fit a model again that is fitted at once is all there is to resume.
        !matches!(self.spec.build, Build::Closed(_))
    }

    fn may_be_started_from(&self) -> bool {
        self.spec.has_epochs()
    }

    fn work(
        &self,
        mut writer: Option<&mut RunWriter>,
        kept: Option<&mut Keeping>,
        beginning: Beginning,
        pool: &ThreadPool,
        observer: &mut dyn Observer,
    ) -> Result<CatalogueFitted, RunsError> {
        let out = writer.as_deref().map(|writer| writer.path().to_path_buf());
        let is_started = !beginning.start.is_empty();
        let (outcome, facets, peaks) = self.train(writer.as_deref_mut(), kept, beginning, pool, observer)?;
        if let Some(writer) = writer {
            waiting(observer, "writing the run folder");
            self.write(writer, &outcome, facets.as_ref(), &Passage { peaks, is_started }, pool)?;
        }
        let document = self.document(&outcome, out.as_deref(), pool);
        Ok(CatalogueFitted { outcome, facets, document })
    }

    fn was_interrupted(fitted: &CatalogueFitted) -> bool {
        fitted.outcome.interrupted
    }
}

/// What the model learned of facets.
pub(crate) fn facets_of(outcome: &mut Outcome, pool: &ThreadPool) -> Option<Facets> {
    pool.install(|| outcome.model.as_mut().and_then(|model| model.facets()))
}

/// The trained numbers, or those that the model answers from if it was fitted at once.
pub(crate) fn n_parameters(outcome: &Outcome) -> usize {
    outcome.model.as_ref().map_or(outcome.scorer.n_numbers(), |model| model.n_parameters())
}

fn name_the_user(error: TrainError, dataset: &Dataset) -> RunsError {
    match error {
        TrainError::NoNegative(user) => {
            RunsError::TookEverything { user: dataset.vocabulary.users.id(user.index()).to_owned() }
        }
        error => error.into(),
    }
}
