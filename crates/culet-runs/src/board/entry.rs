//! One row: its settings are searched, the model is fitted on everything and judged, the run folder is written.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use culet_data::{DataError, Dataset, Fingerprint, Run, RunSummary, RunWriter};
use culet_eval::RankingProtocol;
use culet_model::{Build, ModelSpec, Range};
use culet_train::{
    BoardEntry, Chosen, DerivedTables, GraphKind, Observer, Outcome, RunFacts, Search, SearchMethod, TrainData,
    TrainOptions, best_trial, judge_cold, run_contents, train,
};
use rayon::ThreadPool;
use serde_json::json;

use super::OpenBoard;
use super::rows::{BoardRecord, Judged, SearchRecord};
use crate::catalogue::{facets_of, n_parameters};
use crate::folder::in_run_folder;
use crate::history::{begins, remark};
use crate::memory::{peak_since, restart_peak};
use crate::search::{Ended, Facts, SearchFolder, Searching};
use crate::work::add_cost;
use crate::{RunsError, Settings, check_memory, give_graph, resolve_settings, size_of};

/// Trials for a model that is fitted at once, unless told otherwise.
const TRIALS_AT_ONCE: usize = 8;

/// How the work on a row ended.
pub(super) enum RowEnd {
    Judged(Box<Judged>),
    Interrupted,
}

/// What makes rows.
pub(super) struct Maker<'a> {
    pub(super) board: &'a OpenBoard<'a>,
    pub(super) pool: &'a ThreadPool,
    pub(super) observer: &'a mut dyn Observer,
}

impl Maker<'_> {
    pub(super) fn row(&mut self, entry: &BoardEntry) -> Result<RowEnd, RunsError> {
        if begins(self.observer, &entry.name()).is_break() {
            return Ok(RowEnd::Interrupted);
        }
        let (board, nothing) = (self.board, toml::Table::new());
        if let Some(note) = check_memory(entry.spec, &nothing, &nothing, &size_of(board.board.dataset))? {
            remark(self.observer, &format!("note: {note}"));
        }
        let dataset = board.with_graph(entry.graph);
        let search = board.search(entry)?;
        let Some((chosen, record)) = self.choose(entry, &search, &dataset)? else { return Ok(RowEnd::Interrupted) };
        let options = options_on_everything(entry.spec, &chosen);
        let fit = EntryFit { board, entry, dataset: &dataset, model: &chosen.model, options };
        let path = board.run_folder(entry);
        if let Some(judged) = fit.kept(&path, &record) {
            remark(self.observer, &format!("{}: {} (kept)", entry.name(), board.in_words(&judged)));
            return Ok(RowEnd::Judged(Box::new(judged)));
        }
        match fit.make(&path, record, self.pool, self.observer)? {
            Some(judged) => {
                remark(self.observer, &format!("{}: {}", entry.name(), board.in_words(&judged)));
                Ok(RowEnd::Judged(Box::new(judged)))
            }
            None => Ok(RowEnd::Interrupted),
        }
    }

    /// The settings to fit with; none if somebody interrupted.
    fn choose(
        &mut self,
        entry: &BoardEntry,
        search: &Search,
        dataset: &Dataset,
    ) -> Result<Option<(Chosen, SearchRecord)>, RunsError> {
        // Without a validation part there is nothing to choose by, and nothing to choose where there are no epochs.
        let (board, split) = (self.board, &self.board.split);
        let cannot = split.valid.n_pairs() == 0 && !entry.spec.has_epochs();
        if cannot || chooses_by_itself(entry.spec) {
            let (model, options) = search.complete(&toml::Table::new())?;
            let validation_share = split.share.unwrap_or(options.validation_share);
            let options = TrainOptions { validation_share, ..options };
            return Ok(Some((Chosen { model, options, best_epoch: 0 }, SearchRecord::default())));
        }
        let facts = Facts::new(search, dataset, entry.graph, split);
        let mut folder = SearchFolder::open(&board.out.join("searches").join(entry.folder_name()), &facts)?;
        let protocol = RankingProtocol::new(vec![board.protocol.cutoffs()[0]])?;
        let data = split.trial_data(dataset);
        let label = format!("{}: ", entry.name());
        let searching = Searching { label: &label, search, data, protocol: &protocol, pool: self.pool };
        let asked = board.n_trials(entry.spec);
        if searching.until(&mut folder, asked, self.observer)? == Ended::Interrupted {
            return Ok(None);
        }
        let kept = folder.trials.len();
        if kept > asked {
            let told = format!("{}: {kept} trials of earlier calls count, not the {asked} asked for", entry.name());
            remark(self.observer, &told);
        }
        let best = best_trial(&folder.trials).expect("one trial at least");
        let chosen = search.chosen(best)?.ok_or(RunsError::NoNumber)?;
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

impl OpenBoard<'_> {
    fn in_words(&self, judged: &Judged) -> String {
        let keys = [self.key("recall"), self.key("ndcg")];
        let [recall, ndcg] = [0, 1].map(|k| format!("{} {:.4}", keys[k], judged.metric(&keys[k])));
        let seconds = judged.search.seconds + judged.seconds("train") + judged.seconds("evaluate");
        format!("{recall}, {ndcg}, {seconds:.1} s")
    }

    fn with_graph(&self, graph: GraphKind) -> Cow<'_, Dataset> {
        if graph == GraphKind::True {
            return Cow::Borrowed(self.board.dataset);
        }
        let mut dataset = self.board.dataset.clone();
        give_graph(&mut dataset, graph, self.board.seed);
        Cow::Owned(dataset)
    }

    fn search(&self, entry: &BoardEntry) -> Result<Search, RunsError> {
        let spec = entry.spec;
        let given = entry.preset.map(|name| spec.preset(name)).transpose()?.unwrap_or_default();
        // What a preset says stays; what only a graph could change is not tried without one.
        let has_facts = entry.graph != GraphKind::None && !self.board.dataset.graph.triplets().is_empty();
        let about_graph = |name: &str| ["graph_weight", "facts"].contains(&name);
        let is_open = |range: &&Range| !given.contains_key(range.name) && (has_facts || !about_graph(range.name));
        let ranges = spec.search.iter().filter(is_open).copied().collect();
        let Settings { model: mut fixed, training } = resolve_settings(spec, None, given)?;
        fixed.extend(training);
        Ok(Search { spec, fixed, ranges, method: SearchMethod::Tpe, metric: self.metric(), seed: self.board.seed })
    }

    fn n_trials(&self, spec: &ModelSpec) -> usize {
        let default = if spec.has_epochs() { 1 } else { TRIALS_AT_ONCE };
        if spec.search.is_empty() { 1 } else { self.board.n_trials.unwrap_or(default) }
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
    board: &'a OpenBoard<'a>,
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
            && summary.seed == self.board.board.seed
            && summary.data == Fingerprint::of(self.dataset).into()
            && summary.protocol.cutoffs == self.board.protocol.cutoffs()
            && config["graph"] == self.entry.graph.word()
            && config["model"] == json!(self.model)
            && config["training"] == json!(self.options)
            && record.cold.at_most == self.board.board.cold_at_most;
        if !is_same {
            return None;
        }
        Some(Judged { per_user: run.per_user().ok()??, summary, record, search: search.clone() })
    }

    /// Fits and judges anew; none if somebody interrupted.
    fn make(
        &self,
        path: &Path,
        search: SearchRecord,
        pool: &ThreadPool,
        observer: &mut dyn Observer,
    ) -> Result<Option<Judged>, RunsError> {
        if begins(observer, &format!("fitting {}", self.entry.name())).is_break() {
            return Ok(None);
        }
        if path.symlink_metadata().is_ok() {
            // Made by an earlier call that did not come to its end, or with settings that are not the best any more.
            fs::remove_dir_all(path).map_err(|source| DataError::Write { path: path.to_owned(), source })?;
        }
        let made =
            in_run_folder(Some(path), |writer| self.fit_and_write(writer.expect("a folder is named"), pool, observer))?;
        let Some((summary, record)) = made else { return Ok(None) };
        let per_user = Run::open_unverified(path)?.per_user()?.unwrap_or_default();
        Ok(Some(Judged { summary, per_user, record, search }))
    }

    fn fit_and_write(
        &self,
        writer: &mut RunWriter,
        pool: &ThreadPool,
        observer: &mut dyn Observer,
    ) -> Result<Option<(RunSummary, BoardRecord)>, RunsError> {
        let board = self.board;
        let restarted = restart_peak();
        let mut outcome = self.fit(pool, observer)?;
        if outcome.interrupted {
            return Ok(None);
        }
        let protocol = RankingProtocol::new(vec![board.protocol.cutoffs()[0]])?;
        let (test, at_most) = (&self.dataset.test, board.board.cold_at_most);
        let cold = judge_cold(&outcome.scorer, &board.everything, test, at_most, &protocol, pool)?;
        let record = BoardRecord { cold };
        let facets = facets_of(&mut outcome, pool);
        let derived = DerivedTables::of(facets.as_ref(), &outcome.scorer);
        let mut contents = run_contents(&self.facts(pool), &outcome, &derived, self.dataset);
        let extra = &mut contents.summary.extra;
        add_cost(extra, n_parameters(&outcome), peak_since(restarted));
        extra["board"] = json!(record);
        let summary = contents.summary.clone();
        for epoch in &outcome.history {
            writer.append_history(&json!(epoch))?;
        }
        writer.finish(&contents)?;
        Ok(Some((summary, record)))
    }

    fn fit(&self, pool: &ThreadPool, observer: &mut dyn Observer) -> Result<Outcome, RunsError> {
        let board = self.board;
        // Who chooses while fitting chooses by the data's own validation part, as the search did for the others.
        let own = Some(&self.dataset.valid).filter(|valid| chooses_by_itself(self.entry.spec) && valid.n_pairs() > 0);
        let train_on = if own.is_some() { &self.dataset.train } else { &board.everything };
        let data = TrainData { train: train_on, valid: own, test: &self.dataset.test, graph: &self.dataset.graph };
        let (spec, seed) = (self.entry.spec, board.board.seed);
        Ok(train(spec, self.model, data, &self.options, &board.protocol, seed, pool, observer)?)
    }

    fn facts(&self, pool: &ThreadPool) -> RunFacts<'_> {
        RunFacts {
            spec: self.entry.spec,
            settings: self.model,
            options: &self.options,
            protocol: &self.board.protocol,
            seed: self.board.board.seed,
            threads: pool.current_num_threads(),
            load_seconds: self.board.board.load_seconds,
            graph: self.entry.graph.word(),
        }
    }
}
