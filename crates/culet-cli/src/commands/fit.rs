//! From a data set to a run folder: what `train` and `demo` share.

use std::path::Path;
use std::time::Instant;

use culet::data::{Dataset, Fingerprint, RunWriter};
use culet::eval::RankingProtocol;
use culet::model::{Facets, ModelSpec};
use culet::train::{
    DerivedTables, Outcome, RunFacts, Select, TrainData, TrainOptions, measure_faithfulness, run_contents, train,
};
use serde_json::{Value, json};

use crate::context::{Context, peak_rss_bytes};
use crate::problem::Problem;
use crate::progress::{Follower, waiting};

/// What is to be trained, and how.
pub(super) struct Fit<'a> {
    pub(super) spec: &'static ModelSpec,
    /// Complete.
    pub(super) settings: toml::Table,
    pub(super) options: TrainOptions,
    pub(super) protocol: RankingProtocol,
    pub(super) dataset: &'a Dataset,
    pub(super) load_seconds: f64,
    /// Which graph it is: `true`, `random` or `none`.
    pub(super) graph: &'a str,
}

/// What came out of it.
pub(super) struct Fitted {
    pub(super) outcome: Outcome,
    pub(super) facets: Option<Facets>,
    pub(super) document: Value,
}

impl Fit<'_> {
    /// Trains, and writes the run folder if one is named.
    pub(super) fn run(&self, context: &Context, out: Option<&Path>) -> Result<Fitted, Problem> {
        in_run_folder(out, |writer| self.train_and_write(context, writer, out))
    }

    fn train_and_write(
        &self,
        context: &Context,
        mut writer: Option<&mut RunWriter>,
        out: Option<&Path>,
    ) -> Result<Fitted, Problem> {
        let (mut outcome, facets) = self.train(context, writer.as_deref_mut())?;
        if let Some(writer) = writer {
            let bar = waiting(context, "writing the run folder");
            self.write(context, writer, &outcome, facets.as_ref())?;
            drop(bar);
        }
        let document = self.document(context, &mut outcome, out);
        Ok(Fitted { outcome, facets, document })
    }

    /// By what the epoch is selected; `None` if the last one is taken.
    pub(super) fn selects(&self) -> Option<Select> {
        (self.options.evaluate_every > 0).then_some(self.options.select)
    }

    fn train(&self, context: &Context, writer: Option<&mut RunWriter>) -> Result<(Outcome, Option<Facets>), Problem> {
        let dataset = self.dataset;
        let data = TrainData {
            train: &dataset.train,
            valid: Some(&dataset.valid),
            test: &dataset.test,
            graph: &dataset.graph,
        };
        let mut follower = Follower::new(context, self.spec.name, writer);
        let waits = (!self.spec.has_epochs()).then(|| waiting(context, &format!("fitting {}", self.spec.name)));
        let outcome = train(
            self.spec,
            &self.settings,
            data,
            &self.options,
            &self.protocol,
            context.seed,
            &context.pool,
            &mut follower,
        );
        if let Some(error) = follower.failure() {
            return Err(error.into());
        }
        drop((follower, waits));
        let mut outcome = outcome.map_err(|error| name_the_user(error, dataset))?;
        let facets = context.pool.install(|| outcome.model.as_mut().and_then(|model| model.facets()));
        if !outcome.interrupted {
            let graph = &dataset.graph;
            measure_faithfulness(&mut outcome, self.spec, &self.settings, graph, context.seed, &context.pool)?;
        }
        Ok((outcome, facets))
    }

    fn write(
        &self,
        context: &Context,
        writer: &mut RunWriter,
        outcome: &Outcome,
        facets: Option<&Facets>,
    ) -> Result<(), Problem> {
        let facts = RunFacts {
            spec: self.spec,
            settings: &self.settings,
            options: &self.options,
            protocol: &self.protocol,
            seed: context.seed,
            threads: context.pool.current_num_threads(),
            load_seconds: self.load_seconds,
            graph: self.graph,
        };
        let derived = DerivedTables::of(facets, &outcome.scorer);
        let mut contents = run_contents(&facts, outcome, &derived, self.dataset);
        add_cost(&mut contents.summary.extra, outcome);
        writer.finish(&contents)?;
        Ok(())
    }

    fn document(&self, context: &Context, outcome: &mut Outcome, out: Option<&Path>) -> Value {
        json!({
            "model": self.spec.name,
            "data": self.dataset.name,
            "fingerprint": Fingerprint::of(self.dataset),
            "seed": context.seed,
            "threads": context.pool.current_num_threads(),
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

/// The trained numbers, or those that the model answers from if it was fitted at once.
pub(super) fn n_parameters(outcome: &Outcome) -> usize {
    outcome.model.as_ref().map_or(outcome.scorer.n_numbers(), |model| model.n_parameters())
}

/// Notes what a comparison of runs tells of their cost, beside what else the run holds.
pub(super) fn add_cost(extra: &mut Value, outcome: &Outcome) {
    extra["parameters"] = n_parameters(outcome).into();
    extra["peak_rss_bytes"] = peak_rss_bytes().into();
}

/// Does work that fills a run folder, if one is named. The folder is made first, so that a place that will not do costs
/// no training; if the work fails, it is taken away again.
pub(super) fn in_run_folder<T>(
    out: Option<&Path>,
    work: impl FnOnce(Option<&mut RunWriter>) -> Result<T, Problem>,
) -> Result<T, Problem> {
    crate::interrupt::listen();
    let mut writer = out.map(RunWriter::create).transpose()?;
    let result = work(writer.as_mut());
    if let Some(writer) = writer.filter(|_| result.is_err()) {
        discard(writer);
    }
    result
}

/// Refuses a place that is taken or cannot be, before data are read for it.
pub(super) fn check_place(out: &Path) -> Result<(), Problem> {
    let above = out.parent().filter(|above| !above.as_os_str().is_empty());
    if out.symlink_metadata().is_ok() || above.is_some_and(|above| !above.is_dir()) {
        // Its error tells what is wrong.
        RunWriter::create(out)?.abandon()?;
    }
    Ok(())
}

/// A failed training leaves nothing behind: the history alone is no run.
fn discard(writer: RunWriter) {
    let folder = writer.path().to_path_buf();
    let removed = writer.abandon().unwrap_or(false);
    // Where a manifest stands the run is whole, whatever failed afterwards.
    if removed || folder.join("manifest.json").exists() {
        return;
    }
    // Only what this program made goes: anything else keeps the folder.
    if std::fs::remove_file(folder.join("history.jsonl")).is_ok() {
        let _ = std::fs::remove_dir(folder);
    }
}

fn name_the_user(error: culet::train::TrainError, dataset: &Dataset) -> Problem {
    match error {
        culet::train::TrainError::NoNegative(user) => {
            let name = dataset.vocabulary.users.id(user.index());
            let message = format!("user `{name}` took every item in training, so that no negative can be drawn");
            Problem::input(message).hint("leave that user out; there is nothing to recommend to them")
        }
        error => error.into(),
    }
}

/// Times a piece of work.
pub(super) fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed().as_secs_f64())
}
