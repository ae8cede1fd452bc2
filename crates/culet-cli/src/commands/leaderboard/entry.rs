//! One row: its settings are searched, the model is fitted on everything and judged, the run folder is written.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use culet::data::{DataError, Dataset, Fingerprint, Run, RunSummary, RunWriter};
use culet::eval::RankingProtocol;
use culet::graph::Interactions;
use culet::model::{Build, ModelSpec, Range, complete_settings};
use culet::runs::{add_cost, give_graph, in_run_folder, size_of};
use culet::train::{
    BoardEntry, Chosen, DerivedTables, GraphKind, Outcome, RunFacts, Search, SearchMethod, TrainData, TrainOptions,
    best_trial, divide_settings, judge_cold, run_contents, train, training_settings,
};
use serde_json::json;

use super::super::room;
use super::super::tune::data::Split;
use super::super::tune::folder::{Facts, SearchFolder};
use super::super::tune::trials::Searching;
use super::super::tune::watch::Watch;
use super::memory::{peak_since, restart_peak};
use super::rows::{BoardRecord, Judged, SearchRecord};
use crate::commands::Done;
use crate::context::Context;
use crate::problem::Problem;

/// Trials for a model that is fitted at once, unless told otherwise.
const TRIALS_AT_ONCE: usize = 8;

/// What all rows share.
pub(super) struct Board<'a> {
    pub(super) context: &'a Context,
    pub(super) out: &'a Path,
    pub(super) dataset: &'a Dataset,
    pub(super) split: &'a Split,
    /// Training and validation pairs.
    pub(super) everything: Interactions,
    pub(super) protocol: &'a RankingProtocol,
    pub(super) cold_at_most: u32,
    /// For every model; otherwise it depends on the model.
    pub(super) n_trials: Option<usize>,
    pub(super) load_seconds: f64,
}

/// How the work on a row ended.
pub(super) enum Ended {
    Judged(Box<Judged>),
    Interrupted,
}

impl Board<'_> {
    pub(super) fn make_folders(&self) -> Result<(), Problem> {
        for name in ["runs", "searches"] {
            let path = self.out.join(name);
            fs::create_dir_all(&path).map_err(|source| DataError::Write { path, source })?;
        }
        Ok(())
    }

    /// `recall` at the first cutoff: what settings are chosen by, and rows sorted.
    pub(super) fn metric(&self) -> String {
        self.key("recall")
    }

    /// A metric at the first cutoff.
    pub(super) fn key(&self, metric: &str) -> String {
        format!("{metric}@{}", self.protocol.cutoffs()[0])
    }

    pub(super) fn row(&self, entry: &BoardEntry) -> Result<Ended, Problem> {
        let size = size_of(self.dataset);
        room::check(self.context, entry.spec, &toml::Table::new(), &toml::Table::new(), &size)?;
        let dataset = self.with_graph(entry.graph);
        let search = self.search(entry)?;
        let Some((chosen, record)) = self.choose(entry, &search, &dataset)? else { return Ok(Ended::Interrupted) };
        let options = options_on_everything(entry.spec, &chosen);
        let fit = EntryFit { board: self, entry, dataset: &dataset, model: &chosen.model, options };
        let path = self.out.join("runs").join(entry.folder_name());
        if let Some(judged) = fit.kept(&path, &record) {
            self.context.remark(&format!("{}: {} (kept)", entry.name(), self.in_words(&judged)));
            return Ok(Ended::Judged(Box::new(judged)));
        }
        match fit.make(&path, record)? {
            Some(judged) => {
                self.context.remark(&format!("{}: {}", entry.name(), self.in_words(&judged)));
                Ok(Ended::Judged(Box::new(judged)))
            }
            None => Ok(Ended::Interrupted),
        }
    }

    fn in_words(&self, judged: &Judged) -> String {
        let keys = [self.key("recall"), self.key("ndcg")];
        let [recall, ndcg] = [0, 1].map(|k| format!("{} {:.4}", keys[k], judged.metric(&keys[k])));
        let seconds = judged.search.seconds + judged.seconds("train") + judged.seconds("evaluate");
        format!("{recall}, {ndcg}, {seconds:.1} s")
    }

    fn with_graph(&self, graph: GraphKind) -> Cow<'_, Dataset> {
        if graph == GraphKind::True {
            return Cow::Borrowed(self.dataset);
        }
        let mut dataset = self.dataset.clone();
        give_graph(&mut dataset, graph, self.context.seed);
        Cow::Owned(dataset)
    }

    fn search(&self, entry: &BoardEntry) -> Result<Search, Problem> {
        let spec = entry.spec;
        let given = entry.preset.map(|name| spec.preset(name)).transpose()?.unwrap_or_default();
        // What a preset says stays; what only a graph could change is not tried without one.
        let has_facts = entry.graph != GraphKind::None && !self.dataset.graph.triplets().is_empty();
        let about_graph = |name: &str| ["graph_weight", "facts"].contains(&name);
        let is_open = |range: &&Range| !given.contains_key(range.name) && (has_facts || !about_graph(range.name));
        let ranges = spec.search.iter().filter(is_open).copied().collect();
        let (training, model) = divide_settings(&training_settings(spec), given);
        let mut fixed = complete_settings(spec.settings, &model)?;
        fixed.extend(training);
        Ok(Search { spec, fixed, ranges, method: SearchMethod::Tpe, metric: self.metric(), seed: self.context.seed })
    }

    fn n_trials(&self, spec: &ModelSpec) -> usize {
        let default = if spec.has_epochs() { 1 } else { TRIALS_AT_ONCE };
        if spec.search.is_empty() { 1 } else { self.n_trials.unwrap_or(default) }
    }

    /// The settings to fit with; none if somebody interrupted.
    fn choose(
        &self,
        entry: &BoardEntry,
        search: &Search,
        dataset: &Dataset,
    ) -> Result<Option<(Chosen, SearchRecord)>, Problem> {
        // Without a validation part there is nothing to choose by, and nothing to choose where there are no epochs.
        let cannot = self.split.valid.n_pairs() == 0 && !entry.spec.has_epochs();
        if cannot || chooses_by_itself(entry.spec) {
            let (model, options) = search.complete(&toml::Table::new())?;
            let validation_share = self.split.share.unwrap_or(options.validation_share);
            let options = TrainOptions { validation_share, ..options };
            return Ok(Some((Chosen { model, options, best_epoch: 0 }, SearchRecord::default())));
        }
        let facts = Facts::new(search, dataset, entry.graph.word(), self.split);
        let mut folder = SearchFolder::open(&self.out.join("searches").join(entry.folder_name()), &facts)?;
        let protocol = RankingProtocol::new(vec![self.protocol.cutoffs()[0]])?;
        let data = self.split.trial_data(dataset);
        let label = format!("{}: ", entry.name());
        let searching = Searching { context: self.context, label: &label, search, data, protocol: &protocol };
        if searching.until(&mut folder, self.n_trials(entry.spec))? == Done::Interrupted {
            return Ok(None);
        }
        let (asked, kept) = (self.n_trials(entry.spec), folder.trials.len());
        if kept > asked {
            self.context
                .remark(&format!("{}: {kept} trials of earlier calls count, not the {asked} asked for", entry.name()));
        }
        let best = best_trial(&folder.trials).expect("one trial at least");
        let chosen = search.chosen(best)?.ok_or_else(|| {
            Problem::failed("the loss became no number in every trial").hint("a preset may have a lower learning rate")
        })?;
        let record = SearchRecord {
            n_trials: folder.trials.len(),
            seconds: folder.elapsed_s,
            value: Some(best.value),
            settings: best.settings.clone(),
            best_epoch: entry.spec.has_epochs().then_some(best.best_epoch),
        };
        Ok(Some((chosen, record)))
    }
}

/// Whether fitting a model withholds validation pairs, and chooses all by them: those that the data came with, or else
/// the same and perhaps more, for the seed is the same.
fn chooses_by_itself(spec: &ModelSpec) -> bool {
    matches!(spec.build, Build::Blend)
}

/// A model that is fitted at once has no epochs to be as many as.
fn options_on_everything(spec: &ModelSpec, chosen: &Chosen) -> TrainOptions {
    if spec.has_epochs() {
        chosen.options_on_everything()
    } else {
        TrainOptions { refit: true, ..chosen.options.clone() }
    }
}

/// A row whose settings are chosen.
struct EntryFit<'a> {
    board: &'a Board<'a>,
    entry: &'a BoardEntry,
    dataset: &'a Dataset,
    model: &'a toml::Table,
    options: TrainOptions,
}

impl EntryFit<'_> {
    /// The run folder of an earlier call, if it is whole and of the same data and settings.
    fn kept(&self, path: &Path, search: &SearchRecord) -> Option<Judged> {
        let run = Run::open(path).ok()?;
        let summary = run.manifest.summary.clone();
        let config = &summary.config;
        let record: BoardRecord = serde_json::from_value(summary.extra["board"].clone()).ok()?;
        let is_same = summary.model == self.entry.spec.name
            && summary.seed == self.board.context.seed
            && summary.data == Fingerprint::of(self.dataset).into()
            && summary.protocol.cutoffs == self.board.protocol.cutoffs()
            && config["graph"] == self.entry.graph.word()
            && config["model"] == json!(self.model)
            && config["training"] == json!(self.options)
            && record.cold.at_most == self.board.cold_at_most;
        if !is_same {
            return None;
        }
        Some(Judged { per_user: run.per_user().ok()??, summary, record, search: search.clone() })
    }

    /// Fits and judges anew; none if somebody interrupted.
    fn make(&self, path: &PathBuf, search: SearchRecord) -> Result<Option<Judged>, Problem> {
        if path.symlink_metadata().is_ok() {
            // Made by an earlier call that did not come to its end, or with settings that are not the best any more.
            fs::remove_dir_all(path).map_err(|source| DataError::Write { path: path.clone(), source })?;
        }
        let made = in_run_folder(Some(path), |writer| self.fit_and_write(writer.expect("a folder is named")))?;
        let Some((summary, record)) = made else { return Ok(None) };
        let per_user = Run::open_unverified(path)?.per_user()?.unwrap_or_default();
        Ok(Some(Judged { summary, per_user, record, search }))
    }

    fn fit_and_write(&self, writer: &mut RunWriter) -> Result<Option<(RunSummary, BoardRecord)>, Problem> {
        let (board, context) = (self.board, self.board.context);
        let restarted = restart_peak();
        let mut outcome = self.fit()?;
        if outcome.interrupted {
            return Ok(None);
        }
        let protocol = RankingProtocol::new(vec![board.protocol.cutoffs()[0]])?;
        let test = &self.dataset.test;
        let cold = judge_cold(&outcome.scorer, &board.everything, test, board.cold_at_most, &protocol, &context.pool)?;
        let record = BoardRecord { cold };
        let facets = context.pool.install(|| outcome.model.as_mut().and_then(|model| model.facets()));
        let derived = DerivedTables::of(facets.as_ref(), &outcome.scorer);
        let mut contents = run_contents(&self.facts(), &outcome, &derived, self.dataset);
        let extra = &mut contents.summary.extra;
        add_cost(extra, &outcome, None);
        extra["peak_rss_bytes"] = peak_since(restarted).into();
        extra["board"] = json!(record);
        let summary = contents.summary.clone();
        for epoch in &outcome.history {
            writer.append_history(&json!(epoch))?;
        }
        writer.finish(&contents)?;
        Ok(Some((summary, record)))
    }

    fn fit(&self) -> Result<Outcome, Problem> {
        let (board, context) = (self.board, self.board.context);
        // Who chooses while fitting chooses by the data's own validation part, as the search did for the others.
        let own = Some(&self.dataset.valid).filter(|valid| chooses_by_itself(self.entry.spec) && valid.n_pairs() > 0);
        let train_on = if own.is_some() { &self.dataset.train } else { &board.everything };
        let data = TrainData { train: train_on, valid: own, test: &self.dataset.test, graph: &self.dataset.graph };
        let mut watch = Watch::new(context, &format!("fitting {}", self.entry.name()));
        let outcome = train(
            self.entry.spec,
            self.model,
            data,
            &self.options,
            board.protocol,
            context.seed,
            &context.pool,
            &mut watch,
        );
        Ok(outcome?)
    }

    fn facts(&self) -> RunFacts<'_> {
        let (board, context) = (self.board, self.board.context);
        RunFacts {
            spec: self.entry.spec,
            settings: self.model,
            options: &self.options,
            protocol: board.protocol,
            seed: context.seed,
            threads: context.pool.current_num_threads(),
            load_seconds: board.load_seconds,
            graph: self.entry.graph.word(),
        }
    }
}
