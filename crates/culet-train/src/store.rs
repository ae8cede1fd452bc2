//! From a finished training to a run folder, and back to a model that answers.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use culet_data::{
    CatalogueParts, CatalogueView, DataError, Dataset, Fingerprint, PerUserTable, Protocol, Run, RunContents,
    RunSummary, Selection,
};
use culet_eval::{PopularityRanker, Ranked, RankingProtocol, RankingReport};
use culet_graph::{Interactions, ItemId, Names, UserId};
use culet_kernels::{CoarseTable, Matrix};
use culet_model::{
    Asker, Build, Explainer, Explanation, Facets, ModelError, ModelSpec, PairModel, Part as ScorerPart, PartKind,
    Problem, Representation, Scorer, Start, find_model,
};
use rayon::ThreadPool;
use rayon::prelude::*;
use serde_json::json;

use crate::fold_in::Intake;
use crate::ranking::{Wanted, best_items, evaluate, ranker, scores};
use crate::{Outcome, Select, TrainOptions};

/// What a run folder tells beside the outcome itself.
#[derive(Debug, Clone)]
pub struct RunFacts<'a> {
    /// The model.
    pub spec: &'static ModelSpec,
    /// Its complete settings.
    pub settings: &'a toml::Table,
    /// Those of the training.
    pub options: &'a TrainOptions,
    /// The cutoffs.
    pub protocol: &'a RankingProtocol,
    /// The seed.
    pub seed: u64,
    /// Threads used.
    pub threads: usize,
    /// Seconds of reading the data.
    pub load_seconds: f64,
    /// Which graph it was: `true`, `random` or `none`.
    pub graph: &'a str,
}

/// Tables that a run folder holds beside the model's own, kept while it is written.
#[derive(Debug)]
pub struct DerivedTables(Vec<(String, Matrix)>);

impl DerivedTables {
    /// Those of the facets, if the model has any, and of the scorer.
    #[must_use]
    pub fn of(facets: Option<&Facets>, scorer: &Scorer) -> Self {
        let mut tables = Vec::new();
        if let Some(facets) = facets {
            tables.push((FACET_RELATIONS.to_owned(), table(&facets.relations)));
            tables.push((FACET_USER_SHARES.to_owned(), table(&facets.user_shares)));
        }
        let row = |list: &[f32]| Matrix::from_values(1, list.len(), list);
        for part in &scorer.parts {
            let mut add = |what: &str, list: &[f32]| tables.push((part_table(&part.name, what), row(list)));
            match &part.kind {
                PartKind::Vectors { temperature: Some(t), .. } => add(TEMPERATURE, &[*t]),
                PartKind::Bias(bias) => add(BIAS, bias),
                _ => {}
            }
            if let Some(factors) = &part.user_factors {
                add(USER_FACTORS, factors);
            }
        }
        Self(tables)
    }
}

const USERS: &str = "users";
const ITEMS: &str = "items";
const WEIGHTS: &str = "weights";
const BIAS: &str = "bias";
const TEMPERATURE: &str = "temperature";
const USER_FACTORS: &str = "user_factors";
const FACET_RELATIONS: &str = "facet.relations";
const FACET_USER_SHARES: &str = "facet.user_shares";

/// The name of a table of a part: `representation.users` where the part is all there is, else `part.NAME.users`.
fn part_table(part: &str, what: &str) -> String {
    if part.is_empty() { format!("representation.{what}") } else { format!("part.{part}.{what}") }
}

fn table(rows: &[Vec<f64>]) -> Matrix {
    let values: Vec<f32> = rows.iter().flatten().map(|&x| x as f32).collect();
    Matrix::from_values(rows.len(), rows.first().map_or(0, Vec::len), &values)
}

/// Everything that the run folder of an outcome holds.
#[must_use]
pub fn run_contents<'a>(
    facts: &RunFacts<'_>,
    outcome: &'a Outcome,
    derived: &'a DerivedTables,
    dataset: &'a Dataset,
) -> RunContents<'a> {
    let mut tables: Vec<(String, &Matrix)> = Vec::new();
    if let Some(model) = &outcome.model {
        tables.extend(model.tables().into_iter().map(|(name, table)| (format!("parameter.{name}"), table)));
    }
    let mut sparse = Vec::new();
    for part in &outcome.scorer.parts {
        match &part.kind {
            PartKind::Vectors { vectors, .. } => {
                tables.push((part_table(&part.name, USERS), &vectors.users));
                tables.push((part_table(&part.name, ITEMS), &vectors.items));
            }
            PartKind::Weights(weights) => sparse.push((part_table(&part.name, WEIGHTS), weights)),
            PartKind::Bias(_) => {}
        }
    }
    tables.extend(derived.0.iter().map(|(name, table)| (name.clone(), table)));
    RunContents {
        summary: summary(facts, outcome, dataset),
        tables,
        sparse,
        data: CatalogueView {
            train: &outcome.train,
            valid: &outcome.valid,
            test: &dataset.test,
            graph: &dataset.graph,
            vocabulary: &dataset.vocabulary,
        }
        .into(),
        per_user: outcome.test.as_ref().map(|report| per_user_table(report, &dataset.vocabulary.users)),
    }
}

fn summary(facts: &RunFacts<'_>, outcome: &Outcome, dataset: &Dataset) -> RunSummary {
    let selection = match facts.options.select {
        Select::Validation => Selection::Validation,
        Select::Test => Selection::Test,
    };
    let test = outcome.test.as_ref().map(|report| report.means.clone());
    // Selected on the test part, the best epoch's values are the test's own: there is no validation.
    let valid = outcome.selected_by.clone().filter(|_| selection == Selection::Validation);
    let metrics = [("valid", valid), ("test", test)];
    // A blend chooses on withheld pairs and then learns from them too.
    let blended = outcome.blend.is_some();
    let seconds =
        [("load", facts.load_seconds), ("train", outcome.seconds.train), ("evaluate", outcome.seconds.evaluate)];
    RunSummary {
        model: facts.spec.name.to_owned(),
        config: json!({
            "data": dataset.name,
            "graph": facts.graph,
            "model": facts.settings,
            "training": facts.options,
        }),
        data: Fingerprint::of(dataset).into(),
        seed: facts.seed,
        threads: facts.threads,
        protocol: Protocol {
            selection,
            refit: if blended {
                outcome.valid.n_pairs() == 0 && selection == Selection::Validation
            } else {
                facts.options.refit
            },
            cutoffs: facts.protocol.cutoffs().to_vec(),
            validation_share: if outcome.valid.n_pairs() > 0 || blended && selection == Selection::Validation {
                facts.options.validation_share
            } else {
                0.0
            },
        },
        best_epoch: Some(outcome.best_epoch).filter(|_| facts.spec.has_epochs()),
        metrics: metrics.into_iter().filter_map(|(part, means)| Some((part.to_owned(), means?))).collect(),
        seconds: seconds.into_iter().map(|(phase, s)| (phase.to_owned(), s)).collect::<BTreeMap<_, _>>(),
        extra: extra(outcome),
    }
}

fn extra(outcome: &Outcome) -> serde_json::Value {
    let mut extra = serde_json::Value::Null;
    if outcome.interrupted {
        extra["interrupted"] = true.into();
    }
    if let Some(blend) = &outcome.blend {
        extra["blend"] = json!(blend);
    }
    if let Some(faithfulness) = &outcome.faithfulness {
        extra["faithfulness"] = json!(faithfulness);
    }
    extra
}

fn per_user_table(report: &RankingReport, users: &Names) -> PerUserTable {
    let per_user = &report.per_user;
    PerUserTable {
        users: per_user.users.iter().map(|&user| users.id(user as usize).to_owned()).collect(),
        n_targets: per_user.n_targets.clone(),
        metrics: per_user.columns.iter().map(|(name, values)| (name.clone(), values.clone())).collect(),
    }
}

/// Why a stored run cannot answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoredError {
    /// The folder is not a whole run.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The model cannot be built from it.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The evaluation is not possible.
    #[error(transparent)]
    Evaluation(#[from] culet_eval::EvalError),
    /// The settings in the manifest are no settings.
    #[error("the settings in `manifest.json` are not those of a model")]
    Settings,
    /// The run has no such part.
    #[error("this run has no {part} part")]
    NoPart {
        /// `validation` or `test`.
        part: &'static str,
    },
}

impl StoredError {
    /// What would help.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Data(error) => return error.hint(),
            Self::Model(error) => return error.hint(),
            Self::Evaluation(error) => return error.hint(),
            Self::Settings => return None,
            Self::NoPart { part: "validation" } => {
                "nothing was withheld, or the model learned from it in the end (so does one that is fitted at once, and \
                 one with `--refit`, `--select test` or `--evaluate-every 0`); try `--on test` if there is a test part"
            }
            Self::NoPart { .. } => "the data had no test part: `culet data split` makes one; or try `--on valid`",
        };
        Some(hint.to_owned())
    }

    /// Whether the folder or the question is wrong, or else the work failed.
    #[must_use]
    pub fn is_wrong_input(&self) -> bool {
        !matches!(self, Self::Data(error) if !error.is_wrong_input())
    }
}

/// A part of the data of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What it was selected by.
    Valid,
    /// What it is judged by.
    Test,
}

/// A run of a catalogue that answers: all it needs is in the folder.
#[derive(Debug)]
pub struct StoredRun {
    /// The folder's content.
    pub run: Run,
    scorer: Scorer,
    /// Training and validation pairs: what a user already has.
    history: Interactions,
    /// These are made when they are first asked for.
    popular: OnceLock<PopularityRanker>,
    explainer: OnceLock<Option<Box<dyn Explainer>>>,
    intake: OnceLock<Intake>,
    /// This one when it is asked to make ready.
    coarse: OnceLock<Option<Box<CoarseTable>>>,
}

/// From so many items on, a coarse table of them is worth its memory.
const MANY_ITEMS: usize = 20_000;

impl StoredRun {
    /// Opens a run folder and compares all checksums.
    ///
    /// # Errors
    /// [`StoredError::Data`] if it is not a whole run, or one of a network.
    pub fn open(path: &Path) -> Result<Self, StoredError> {
        let run = Run::open(path)?;
        let CatalogueParts { train, valid, .. } = run.catalogue()?;
        let scorer = stored_scorer(&run, train.n_users(), train.n_items())?;
        let history = train.union(valid).map_err(DataError::from)?;
        Ok(Self {
            run,
            scorer,
            history,
            popular: OnceLock::new(),
            explainer: OnceLock::new(),
            intake: OnceLock::new(),
            coarse: OnceLock::new(),
        })
    }

    /// The registry's entry of the model.
    ///
    /// # Errors
    /// [`ModelError::UnknownModel`] if this program does not know it.
    pub fn spec(&self) -> Result<&'static ModelSpec, ModelError> {
        find_model(&self.run.manifest.summary.model)
    }

    /// What the model was made from.
    ///
    /// # Panics
    /// Never: that it is a catalogue was seen when the run was opened.
    #[must_use]
    pub fn catalogue(&self) -> &CatalogueParts {
        self.run.catalogue().expect("a catalogue, as seen when the run was opened")
    }

    /// Whether the model learned from a user.
    ///
    /// # Panics
    /// If there is no such user.
    #[must_use]
    pub fn is_trained(&self, user: UserId) -> bool {
        !self.catalogue().train.items_of(user).is_empty()
    }

    /// Pairs that are not recommended again.
    #[must_use]
    pub fn history(&self) -> &Interactions {
        &self.history
    }

    /// Ranks all items for each user of a part: training items masked, validation items too for the test part.
    ///
    /// # Errors
    /// [`StoredError::NoPart`] if the part is empty, [`StoredError::Evaluation`].
    pub fn evaluate(
        &self,
        part: Part,
        protocol: &RankingProtocol,
        pool: &ThreadPool,
    ) -> Result<RankingReport, StoredError> {
        let (masked, targets) = self.judged_on(part)?;
        Ok(evaluate(&self.scorer, &self.catalogue().train, &[masked], targets, protocol, pool)?)
    }

    /// The pairs that are masked when a part is judged, and those of the part.
    pub(crate) fn judged_on(&self, part: Part) -> Result<(&Interactions, &Interactions), StoredError> {
        let (masked, targets, word) = match part {
            Part::Valid => (&self.catalogue().train, &self.catalogue().valid, "validation"),
            Part::Test => (&self.history, &self.catalogue().test, "test"),
        };
        if targets.n_pairs() == 0 {
            return Err(StoredError::NoPart { part: word });
        }
        Ok((masked, targets))
    }

    /// The same for pairs that are given now, `[n_users, n_items]` of the run, after the items that a user has already.
    ///
    /// # Errors
    /// [`StoredError::Evaluation`].
    pub fn evaluate_pairs(
        &self,
        targets: &Interactions,
        protocol: &RankingProtocol,
        pool: &ThreadPool,
    ) -> Result<RankingReport, StoredError> {
        Ok(evaluate(&self.scorer, &self.catalogue().train, &[&self.history], targets, protocol, pool)?)
    }

    /// The scores of pairs of a user and an item, as lists have them; those of a user whom the model never met are how many
    /// users took the item.
    ///
    /// # Panics
    /// If a user or an item is out of range.
    #[must_use]
    pub fn scores(&self, pairs: &[(u32, u32)], pool: &ThreadPool) -> Vec<f32> {
        let ranker = ranker(&self.scorer, &self.catalogue().train);
        scores(&ranker, self.popular(), pairs, pool)
    }

    /// The best items of each user: so many (`wanted` may be a number) without those of the user's history, or as
    /// [`Wanted`] says. A user without a history gets those that most users took.
    ///
    /// # Panics
    /// If a user is out of range, or `wanted` tells of another number of items than the run has.
    #[must_use]
    pub fn recommend<'w>(&self, users: &[u32], wanted: impl Into<Wanted<'w>>, pool: &ThreadPool) -> Vec<Vec<Ranked>> {
        let train = &self.catalogue().train;
        let ranker = ranker(&self.scorer, train);
        best_items(ranker, self.coarse(), self.popular(), &self.history, users, wanted.into(), pool)
    }

    /// Makes ready for many calls of [`StoredRun::recommend`] with few users each, as a service gets them: where vectors
    /// alone decide and items are many, makes a coarse table of them (d + 8 bytes an item, in one pass over their
    /// vectors), by way of which the same lists are found in a fraction of the time. To be called once, by any thread.
    pub fn prepare_for_few(&self) {
        self.coarse.get_or_init(|| {
            let vectors = self.vectors().filter(|vectors| vectors.items.n_rows() >= MANY_ITEMS)?;
            CoarseTable::new(&vectors.items).map(Box::new)
        });
    }

    /// The coarse table of the items, if it was made.
    pub(crate) fn coarse(&self) -> Option<&CoarseTable> {
        self.coarse.get().and_then(Option::as_deref)
    }

    /// The items that most users took, best first.
    #[must_use]
    pub fn popular(&self) -> &PopularityRanker {
        self.popular.get_or_init(|| PopularityRanker::new(&self.catalogue().train))
    }

    /// The vectors of users and items, where the model scores by their products alone.
    #[must_use]
    pub fn vectors(&self) -> Option<&Representation> {
        self.scorer.sole_vectors()
    }

    /// Whether the scores are the same for all users.
    #[must_use]
    pub fn is_same_for_all(&self) -> bool {
        self.scorer.parts.iter().all(|part| matches!(part.kind, PartKind::Bias(_)))
    }

    /// What it answers from.
    pub(crate) fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// Why each user's score for each of the listed items is what it is; nothing if the model cannot tell.
    ///
    /// A model that learns by steps is built from its stored tables and propagates once, when it is first asked; what its
    /// explanations need stays in memory from then on (for KGIN, its hops as tables of all entities), so that later ones
    /// take milliseconds.
    ///
    /// # Errors
    /// As [`StoredRun::model`].
    ///
    /// # Panics
    /// If a user or an item is out of range.
    pub fn explain(&self, asked: &[(UserId, Vec<ItemId>)]) -> Result<Option<Vec<Vec<Explanation>>>, StoredError> {
        let spec = self.spec()?;
        if !spec.explains {
            return Ok(None);
        }
        if matches!(spec.build, Build::Pairs(_)) {
            let of = |explainer: &dyn Explainer| {
                asked.par_iter().map(|(user, items)| explainer.explain(Asker::Trained(*user), items)).collect()
            };
            return Ok(self.explainer()?.map(of));
        }
        let train = &self.catalogue().train;
        let of_user = |(user, items): &(UserId, Vec<ItemId>)| self.scorer.explain(*user, train.items_of(*user), items);
        Ok(Some(asked.iter().map(of_user).collect()))
    }

    /// How users who were never trained come in.
    pub(crate) fn intake(&self) -> Result<&Intake, StoredError> {
        if self.intake.get().is_none() {
            let made = Intake::of(self)?;
            // Another thread may have made the same meanwhile.
            let _ = self.intake.set(made);
        }
        Ok(self.intake.get().expect("set above"))
    }

    /// What explains the scores of a model that learns by steps, if it can.
    pub(crate) fn explainer(&self) -> Result<Option<&dyn Explainer>, StoredError> {
        if self.explainer.get().is_none() {
            let made = self.model()?.explainer();
            // Another thread may have made the same meanwhile.
            let _ = self.explainer.set(made);
        }
        Ok(self.explainer.get().and_then(|made| made.as_deref()))
    }

    /// The model itself, with its stored parameters.
    ///
    /// # Errors
    /// [`StoredError`] if the folder's settings or tables do not fit this program's model, or it has no parameters.
    pub fn model(&self) -> Result<Box<dyn PairModel>, StoredError> {
        let settings = &self.run.manifest.summary.config["model"];
        let settings: toml::Table = serde_json::from_value(settings.clone()).map_err(|_| StoredError::Settings)?;
        let mut tables = Vec::new();
        for name in self.run.table_names() {
            if let Some(parameter) = name.strip_prefix("parameter.") {
                tables.push((parameter.to_owned(), self.run.table(&name)?));
            }
        }
        let stored = |name: &str| tables.iter().find(|(own, _)| own == name).map(|(_, table)| table.clone());
        let problem = Problem { train: &self.catalogue().train, graph: &self.catalogue().graph };
        Ok(self.spec()?.build(&settings, problem, Start::Tables(&stored))?)
    }

    /// The learned facets, if the model has any.
    ///
    /// # Errors
    /// [`StoredError::Data`] if their tables are damaged.
    pub fn facets(&self) -> Result<Option<Facets>, StoredError> {
        if !self.run.table_names().iter().any(|name| name == FACET_RELATIONS) {
            return Ok(None);
        }
        let rows = |name: &str| -> Result<Vec<Vec<f64>>, DataError> {
            let table = self.run.table(name)?;
            let row = |r: usize| table.row(r)[..table.dim()].iter().map(|&x| f64::from(x)).collect();
            Ok((0..table.n_rows()).map(row).collect())
        };
        Ok(Some(Facets { relations: rows(FACET_RELATIONS)?, user_shares: rows(FACET_USER_SHARES)? }))
    }

    /// The name of the data set that was trained on.
    #[must_use]
    pub fn data_name(&self) -> &str {
        self.run.manifest.summary.config["data"].as_str().unwrap_or("?")
    }
}

/// What a run answers from, checked against the counts of its data.
fn stored_scorer(run: &Run, n_users: usize, n_items: usize) -> Result<Scorer, StoredError> {
    let names = run.table_names();
    // In the order of the file, which is that of the sum.
    let mut parts: Vec<&str> = Vec::new();
    for name in &names {
        let part = name.strip_prefix("part.").and_then(|rest| rest.split_once('.')).map(|(part, _)| part);
        let part = part.or(name.starts_with("representation.").then_some(""));
        parts.extend(part.filter(|part| !parts.contains(part)));
    }
    if parts.is_empty() {
        // The message names the table that is not there.
        run.table(&part_table("", USERS))?;
    }
    let stored = StoredPart { run, names: &names, n_users, n_items };
    Ok(Scorer { parts: parts.into_iter().map(|part| stored.read(part)).collect::<Result<_, _>>()? })
}

/// The tables of a run, as parts of a scorer.
struct StoredPart<'a> {
    run: &'a Run,
    names: &'a [String],
    n_users: usize,
    n_items: usize,
}

impl StoredPart<'_> {
    fn read(&self, part: &str) -> Result<ScorerPart, StoredError> {
        let name = |what: &str| part_table(part, what);
        let kind = if let Some(weights) = self.run.sparse_table(&name(WEIGHTS))? {
            check(&name(WEIGHTS), (weights.n_rows(), weights.n_columns()), (self.n_items, self.n_items))?;
            PartKind::Weights(weights)
        } else if let Some(bias) = self.list(&name(BIAS), self.n_items)? {
            PartKind::Bias(bias)
        } else {
            let (users, items) = (self.run.table(&name(USERS))?, self.run.table(&name(ITEMS))?);
            check(&name(USERS), (users.n_rows(), users.dim()), (self.n_users, users.dim()))?;
            check(&name(ITEMS), (items.n_rows(), items.dim()), (self.n_items, users.dim()))?;
            let temperature = self.list(&name(TEMPERATURE), 1)?.map(|list| list[0]);
            if temperature.is_some_and(|t| t.is_nan() || t <= 0.0) {
                return Err(StoredError::Settings);
            }
            PartKind::Vectors { vectors: Representation { users, items }, temperature }
        };
        let user_factors = self.list(&name(USER_FACTORS), self.n_users)?;
        Ok(ScorerPart { name: part.to_owned(), kind, user_factors })
    }

    fn list(&self, name: &str, expected: usize) -> Result<Option<Vec<f32>>, StoredError> {
        if !self.names.iter().any(|own| own == name) {
            return Ok(None);
        }
        let table = self.run.table(name)?;
        check(name, (table.n_rows(), table.dim()), (1, expected))?;
        Ok(Some(table.to_values()))
    }
}

fn check(name: &str, found: (usize, usize), expected: (usize, usize)) -> Result<(), ModelError> {
    if found == expected {
        return Ok(());
    }
    let told = |(n_rows, n_columns): (usize, usize)| format!("{n_rows} x {n_columns}");
    Err(ModelError::BadTable { name: name.to_owned(), found: told(found), expected: told(expected) })
}
