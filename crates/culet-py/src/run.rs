//! Run folders that answer.

use std::path::PathBuf;

use culet::answers::catalogue::{Asked, Filter};
use culet::answers::{Answers, AskError, CatalogueAnswers, NetworkAnswers, NodeKind};
use culet::data::{DataError, RunKind};
use culet::eval::{Ranked, RankingProtocol, RankingReport};
use culet::graph::{Interactions, Names, UserId};
use culet::train::{Part, Wanted};
use numpy::{PyArray1, PyArray2, PyReadonlyArray1};
use pyo3::prelude::*;
use serde::Serialize;
use serde_json::json;

use crate::arrays::{ids, indices, matrix, names, of_kind};
use crate::errors::Problem;
use crate::threads::Threads;

/// An opened run folder.
#[pyclass(frozen, module = "culet._core")]
pub(crate) struct Run {
    answers: Answers,
    threads: Threads,
}

/// Lists of items: how many of each user, and one after another the items and their scores.
type Lists<'py> = (Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<f32>>);

/// Which items may come up: by flags, or all.
type Flags<'py> = Option<PyReadonlyArray1<'py, bool>>;

/// Flags of the items that pass a filter, if it says anything, and unknown ids that were gone past.
type Passing<'py> = (Option<Bound<'py, PyArray1<bool>>>, Vec<String>);

/// Items and their scores.
type Scored<'py> = (Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<f32>>);

/// Metrics: the means as JSON, and of each user the number, how many targets there are, and the values by name.
type Metrics<'py> =
    (String, Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<u32>>, Vec<(String, Bound<'py, PyArray1<f64>>)>);

impl Run {
    pub(crate) fn open_at(py: Python<'_>, path: PathBuf, n_threads: usize) -> PyResult<Self> {
        let answers = py.detach(|| Answers::open(&path)).map_err(|error| Problem::of_question(error, None))?;
        Ok(Self { answers, threads: Threads::new(n_threads) })
    }

    fn catalogue(&self, what: &'static str) -> PyResult<&CatalogueAnswers> {
        match &self.answers {
            Answers::Catalogue(answers) => Ok(answers),
            Answers::Network(_) => Err(self.problem(AskError::OtherKind { what, found: RunKind::Network })),
        }
    }

    fn network(&self, what: &'static str) -> PyResult<&NetworkAnswers> {
        match &self.answers {
            Answers::Network(answers) => Ok(answers),
            Answers::Catalogue(_) => Err(self.problem(AskError::OtherKind { what, found: RunKind::Catalogue })),
        }
    }

    fn problem(&self, error: AskError) -> PyErr {
        let hint = self.answers.hint(&error);
        Problem::of_question(error, hint).into()
    }

    fn told<T: Serialize>(&self, answer: Result<T, AskError>) -> PyResult<String> {
        let answer = answer.map_err(|error| self.problem(error))?;
        Ok(serde_json::to_string(&answer).map_err(|error| Problem::failed(error.to_string()))?)
    }

    fn of_kind(&self, kind: &str) -> PyResult<(&Names, usize)> {
        let found = match &self.answers {
            Answers::Catalogue(answers) => of_kind(answers.vocabulary(), answers.n_items(), kind),
            Answers::Network(answers) => {
                let all = &answers.stored().data().nodes;
                (kind == "node").then_some((all, all.len()))
            }
        };
        Ok(found.ok_or_else(|| Problem::input(format!("this run has no `{kind}`")))?)
    }

    fn find_one(&self, kind: &str, id: &str) -> Result<u32, AskError> {
        match (&self.answers, kind) {
            (Answers::Catalogue(answers), "user") => answers.user(id),
            (Answers::Catalogue(answers), "item") => answers.item(id),
            (Answers::Catalogue(answers), _) => answers.entity(id),
            (Answers::Network(answers), _) => answers.node(id),
        }
    }
}

#[pymethods]
impl Run {
    /// Opens a folder and compares all checksums.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf, n_threads: usize) -> PyResult<Self> {
        Self::open_at(py, path, n_threads)
    }

    #[getter]
    fn manifest(&self) -> PyResult<String> {
        self.told(Ok(self.answers.manifest()))
    }

    #[getter]
    fn is_of_network(&self) -> bool {
        matches!(self.answers, Answers::Network(_))
    }

    #[getter]
    fn data_name(&self) -> &str {
        self.answers.data_name()
    }

    /// What each epoch told, as JSON.
    fn history(&self) -> PyResult<String> {
        self.told(self.answers.run().history().map_err(AskError::from))
    }

    fn n(&self, kind: &str) -> PyResult<usize> {
        Ok(self.of_kind(kind)?.1)
    }

    fn ids(&self, kind: &str) -> PyResult<Vec<&str>> {
        let (all, n) = self.of_kind(kind)?;
        Ok(ids(all, n))
    }

    fn names(&self, kind: &str) -> PyResult<Option<Vec<Option<&str>>>> {
        let (all, n) = self.of_kind(kind)?;
        Ok(names(all, n))
    }

    /// The numbers of ids or names; -1 for an unknown one.
    fn find<'py>(&self, py: Python<'py>, kind: &str, asked: Vec<String>) -> PyResult<Bound<'py, PyArray1<i64>>> {
        let one = |id: &String| match self.find_one(kind, id) {
            Ok(found) => Ok(i64::from(found)),
            Err(error) if error.is_unknown() => Ok(-1),
            Err(error) => Err(self.problem(error)),
        };
        Ok(PyArray1::from_vec(py, asked.iter().map(one).collect::<PyResult<Vec<_>>>()?))
    }

    /// A way out for an id that nothing goes by.
    fn hint(&self, kind: &str, asked: &str) -> Option<String> {
        let what = match kind {
            "user" => "user",
            "item" => "item",
            "node" => "node",
            _ => "entity",
        };
        self.answers.hint(&AskError::NoSuch { what, asked: asked.to_owned() })
    }

    /// Makes ready for many questions with one user each.
    fn prepare(&self, py: Python<'_>) -> PyResult<()> {
        let answers = self.catalogue("recommendations")?;
        self.threads.briefly(py, |_| answers.prepare())
    }

    /// Flags of the items that pass a filter, if it has anything to say, and unknown ids that were gone past.
    fn allowed<'py>(
        &self,
        py: Python<'py>,
        items: Option<Vec<String>>,
        not_items: Vec<String>,
        with: Vec<String>,
        skip_unknown: bool,
    ) -> PyResult<Passing<'py>> {
        let answers = self.catalogue("recommendations")?;
        let filter = Filter { items, not_items, with, skip_unknown };
        let allowed = answers.allowed(&filter).map_err(|error| self.problem(error))?;
        Ok((allowed.items.map(|flags| PyArray1::from_vec(py, flags)), allowed.skipped))
    }

    /// The best items of users by number.
    fn recommend<'py>(
        &self,
        py: Python<'py>,
        users: PyReadonlyArray1<'py, u32>,
        k: usize,
        keep_seen: bool,
        allowed: Flags<'py>,
    ) -> PyResult<Lists<'py>> {
        let answers = self.catalogue("recommendations")?;
        let users = indices("user", &users, answers.vocabulary().users.len())?;
        let allowed = flags(allowed, answers.n_items())?;
        let lists = self.threads.patiently(py, None, |pool, _| {
            let wanted = Wanted { k, allowed: allowed.as_deref(), keep_seen };
            flat(&answers.stored().recommend(&users, wanted, pool))
        })?;
        Ok(told_lists(py, lists))
    }

    /// The best items of users who were never trained: `items` one after another, from `offsets[u]` to `offsets[u + 1]`.
    #[allow(clippy::too_many_arguments)]
    fn recommend_for_histories<'py>(
        &self,
        py: Python<'py>,
        offsets: PyReadonlyArray1<'py, u32>,
        items: PyReadonlyArray1<'py, u32>,
        k: usize,
        keep_seen: bool,
        allowed: Flags<'py>,
    ) -> PyResult<Lists<'py>> {
        let answers = self.catalogue("recommendations")?;
        let items = indices("item", &items, answers.n_items())?;
        let offsets: Vec<u32> = offsets.as_array().iter().copied().collect();
        let histories = histories(&offsets, &items, answers.n_items())?;
        let allowed = flags(allowed, answers.n_items())?;
        let lists = self.threads.patiently(py, None, |pool, _| {
            let wanted = Wanted { k, allowed: allowed.as_deref(), keep_seen };
            answers.stored().recommend_for_histories(histories, wanted, pool).map(|lists| flat(&lists))
        })?;
        Ok(told_lists(py, lists.map_err(Problem::from)?))
    }

    /// One user's list with reasons, as JSON; `history` instead of the user for one who was never trained.
    #[allow(clippy::too_many_arguments)]
    fn recommend_with_reasons(
        &self,
        py: Python<'_>,
        user: Option<&str>,
        history: Option<Vec<String>>,
        k: usize,
        keep_seen: bool,
        items: Option<Vec<String>>,
        not_items: Vec<String>,
        with: Vec<String>,
    ) -> PyResult<String> {
        let answers = self.catalogue("recommendations")?;
        let filter = Filter { items, not_items, with, skip_unknown: false };
        let asked = Asked { filter, keep_seen, explain: true, strict: true, ..Asked::new(k) };
        let found = self.threads.patiently(py, None, |pool, _| match (&history, user) {
            (Some(history), _) => answers.recommend_for(history, &asked, pool),
            (None, user) => answers.recommend(user.unwrap_or_default(), &asked, pool),
        })?;
        self.told(found)
    }

    /// The items that most users took, and how many.
    fn popular<'py>(&self, py: Python<'py>, k: usize, allowed: Flags<'py>) -> PyResult<Scored<'py>> {
        let answers = self.catalogue("recommendations")?;
        let allowed = flags(allowed, answers.n_items())?;
        let may = |ranked: &&Ranked| allowed.as_ref().is_none_or(|flags| flags[ranked.item as usize]);
        let best: Vec<Ranked> = answers.stored().popular().order().iter().filter(may).take(k).copied().collect();
        let items = best.iter().map(|ranked| ranked.item).collect();
        Ok((PyArray1::from_vec(py, items), PyArray1::from_vec(py, best.iter().map(|ranked| ranked.score).collect())))
    }

    /// The scores of pairs.
    fn scores<'py>(
        &self,
        py: Python<'py>,
        left: PyReadonlyArray1<'py, u32>,
        right: PyReadonlyArray1<'py, u32>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let (kind, other) = if self.is_of_network() { ("node", "node") } else { ("user", "item") };
        let (left, right) = (indices(kind, &left, self.n(kind)?)?, indices(other, &right, self.n(other)?)?);
        if left.len() != right.len() {
            let message = format!("{} {kind}s and {} {other}s are no pairs", left.len(), right.len());
            return Err(Problem::input(message).hint("give as many of one as of the other").into());
        }
        let pairs: Vec<(u32, u32)> = left.into_iter().zip(right).collect();
        let scores = self.threads.patiently(py, None, |pool, _| match &self.answers {
            Answers::Catalogue(answers) => {
                answers.stored().scores(&pairs, pool).into_iter().map(f64::from).collect::<Vec<f64>>()
            }
            Answers::Network(answers) => answers.stored().scorer().score(&pairs, pool),
        })?;
        Ok(PyArray1::from_vec(py, scores))
    }

    /// Why a pair has its score, as JSON: of a user (or a history) and an item, or of two nodes.
    fn explain(
        &self,
        py: Python<'_>,
        left: Option<&str>,
        history: Option<Vec<String>>,
        right: &str,
    ) -> PyResult<String> {
        match &self.answers {
            Answers::Catalogue(answers) => {
                let found = self.threads.patiently(py, None, |pool, _| match (&history, left) {
                    (Some(history), _) => answers.explain_for(history, right, pool),
                    (None, left) => answers.explain(left.unwrap_or_default(), right, pool),
                })?;
                self.told(found)
            }
            Answers::Network(answers) => {
                let explain =
                    |pool: &culet::ThreadPool, _: &mut _| answers.explain(left.unwrap_or_default(), right, pool);
                self.told(self.threads.patiently(py, None, explain)?)
            }
        }
    }

    /// What is like something, as JSON.
    fn similar(&self, py: Python<'_>, kind: &str, asked: &str, k: usize, aspect: Option<usize>) -> PyResult<String> {
        match &self.answers {
            Answers::Catalogue(answers) => {
                let kind = match kind {
                    "user" => NodeKind::User,
                    "item" => NodeKind::Item,
                    _ => NodeKind::Entity,
                };
                let found = self
                    .threads
                    .patiently(py, None, |pool, _| pool.install(|| answers.similar(kind, asked, k, pool)))?;
                self.told(found)
            }
            Answers::Network(answers) => {
                let found = self.threads.patiently(py, None, |pool, _| answers.similar(asked, k, aspect, pool))?;
                self.told(found)
            }
        }
    }

    /// Likely new edges of a node or of all, as JSON.
    fn links(&self, py: Python<'_>, asked: Option<&str>, k: usize) -> PyResult<String> {
        let answers = self.network("links")?;
        self.told(self.threads.patiently(py, None, |pool, _| answers.links(asked, k, pool))?)
    }

    /// The facets of all users, of a user, or of a node, as JSON.
    fn facets(&self, py: Python<'_>, asked: Option<&str>, k: usize) -> PyResult<String> {
        match (&self.answers, asked) {
            (Answers::Catalogue(answers), asked) => self.told(answers.facets(asked)),
            (Answers::Network(answers), Some(asked)) => {
                self.told(self.threads.patiently(py, None, |pool, _| pool.install(|| answers.facets(asked, k)))?)
            }
            (Answers::Network(_), None) => self.groups(py, None, k, 0),
        }
    }

    /// The groups that the aspects of all nodes form, as JSON.
    fn groups(&self, py: Python<'_>, n: Option<usize>, k: usize, seed: u64) -> PyResult<String> {
        let answers = self.network("groups")?;
        self.told(self.threads.patiently(py, None, |pool, _| answers.groups(n, k, seed, pool))?)
    }

    /// Vectors: of users, items or entities, `[n, d]`; of nodes as `concatenated`, `published` or `centres`, or those of
    /// an aspect, from 1.
    fn vectors<'py>(&self, py: Python<'py>, what: &str, aspect: Option<usize>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        match &self.answers {
            Answers::Catalogue(answers) => {
                let model = || answers.stored().run.manifest.summary.model.clone();
                let of = |what: &'static str| self.problem(AskError::NoVectors { model: model(), what });
                let vectors = answers.stored().vectors();
                match what {
                    "user" => matrix(py, &vectors.ok_or_else(|| of("users"))?.users),
                    "item" => matrix(py, &vectors.ok_or_else(|| of("items"))?.items),
                    _ => {
                        const TABLE: &str = "parameter.entities";
                        let run = &answers.stored().run;
                        if !run.table_names().iter().any(|name| name == TABLE) {
                            return Err(of("entities"));
                        }
                        matrix(py, &run.table(TABLE).map_err(Problem::from)?)
                    }
                }
            }
            Answers::Network(answers) => {
                let embedding = &answers.stored().embedding;
                let n = embedding.n_aspects;
                match (what, aspect) {
                    (_, Some(aspect)) if !(1..=n).contains(&aspect) => {
                        Err(self.problem(AskError::NoAspect { aspect, n }))
                    }
                    (_, Some(aspect)) => matrix(py, &embedding.aspect_vectors(aspect - 1)),
                    ("published", _) => matrix(py, &embedding.published()),
                    ("centres", _) => matrix(py, &embedding.centre_vectors()),
                    _ => matrix(py, &embedding.concatenated()),
                }
            }
        }
    }

    /// How many aspects each node has.
    #[getter]
    fn n_aspects(&self) -> PyResult<usize> {
        Ok(self.network("aspects")?.stored().embedding.n_aspects)
    }

    /// The metrics of a part of the run's own data.
    fn evaluate<'py>(&self, py: Python<'py>, part: &str, at: Vec<usize>, catalogue: bool) -> PyResult<Metrics<'py>> {
        let answers = self.catalogue("rankings")?;
        let part = if part == "valid" { Part::Valid } else { Part::Test };
        let protocol = protocol(at, catalogue)?;
        let report = self.threads.patiently(py, None, |pool, _| answers.stored().evaluate(part, &protocol, pool))?;
        metrics(py, &report.map_err(Problem::from)?)
    }

    /// The metrics on pairs of users and items that are given.
    fn evaluate_pairs<'py>(
        &self,
        py: Python<'py>,
        users: PyReadonlyArray1<'py, u32>,
        items: PyReadonlyArray1<'py, u32>,
        at: Vec<usize>,
        catalogue: bool,
    ) -> PyResult<Metrics<'py>> {
        let answers = self.catalogue("rankings")?;
        let n_users = answers.vocabulary().users.len();
        let (users, items) = (indices("user", &users, n_users)?, indices("item", &items, answers.n_items())?);
        let pairs: Vec<(u32, u32)> = users.into_iter().zip(items).collect();
        let targets = Interactions::from_pairs(n_users, answers.n_items(), &pairs);
        let targets = targets.map_err(|error| Problem::from(DataError::from(error)))?;
        let protocol = protocol(at, catalogue)?;
        let evaluate = |pool: &culet::ThreadPool, _: &mut _| answers.stored().evaluate_pairs(&targets, &protocol, pool);
        let report = self.threads.patiently(py, None, evaluate)?;
        metrics(py, &report.map_err(Problem::from)?)
    }

    /// How well pairs with and without an edge are told apart on a part, as JSON.
    fn evaluate_links(&self, py: Python<'_>, part: &str) -> PyResult<String> {
        let answers = self.network("links")?;
        let part = if part == "valid" { Part::Valid } else { Part::Test };
        let report = self.threads.patiently(py, None, |pool, _| answers.stored().evaluate(part, pool))?;
        self.told(report.map_err(AskError::from))
    }

    /// The items that a user has.
    fn history_of<'py>(&self, py: Python<'py>, user: u32) -> PyResult<Bound<'py, PyArray1<u32>>> {
        let answers = self.catalogue("histories")?;
        if user as usize >= answers.vocabulary().users.len() {
            return Err(Problem::input(format!("there is no user number {user}")).into());
        }
        Ok(PyArray1::from_slice(py, answers.stored().history().items_of(UserId(user))))
    }
}

fn protocol(at: Vec<usize>, catalogue: bool) -> PyResult<RankingProtocol> {
    let protocol = RankingProtocol::new(at).map_err(Problem::from)?;
    Ok(if catalogue { protocol.with_catalogue_metrics() } else { protocol })
}

fn metrics<'py>(py: Python<'py>, report: &RankingReport) -> PyResult<Metrics<'py>> {
    let means = json!({ "n_users": report.n_users, "cutoffs": report.cutoffs, "means": report.means }).to_string();
    let of = &report.per_user;
    let columns = of.columns.iter().map(|(name, values)| (name.clone(), PyArray1::from_slice(py, values))).collect();
    Ok((means, PyArray1::from_slice(py, &of.users), PyArray1::from_slice(py, &of.n_targets), columns))
}

fn flags(allowed: Flags<'_>, n_items: usize) -> PyResult<Option<Vec<bool>>> {
    let Some(flags) = allowed else { return Ok(None) };
    let flags: Vec<bool> = flags.as_array().iter().copied().collect();
    if flags.len() == n_items {
        return Ok(Some(flags));
    }
    Err(Problem::input(format!("{} flags are given for {n_items} items", flags.len())).into())
}

fn histories(offsets: &[u32], items: &[u32], n_items: usize) -> PyResult<Interactions> {
    let sound = offsets.first() == Some(&0)
        && offsets.is_sorted()
        && offsets.last().is_some_and(|&end| end as usize == items.len());
    if !sound {
        return Err(Problem::input(
            "offsets of histories have to begin with 0, ascend, and end with the number of items",
        )
        .into());
    }
    let pairs: Vec<(u32, u32)> = offsets
        .windows(2)
        .enumerate()
        .flat_map(|(user, ends)| items[ends[0] as usize..ends[1] as usize].iter().map(move |&item| (user as u32, item)))
        .collect();
    Ok(Interactions::from_pairs(offsets.len() - 1, n_items, &pairs)
        .map_err(|error| Problem::from(DataError::from(error)))?)
}

/// How many of each, items, scores.
type Flat = (Vec<u32>, Vec<u32>, Vec<f32>);

fn flat(lists: &[Vec<Ranked>]) -> Flat {
    let counts: Vec<u32> = lists.iter().map(|list| list.len() as u32).collect();
    let n = lists.iter().map(Vec::len).sum();
    let (mut items, mut scores) = (Vec::with_capacity(n), Vec::with_capacity(n));
    for ranked in lists.iter().flatten() {
        items.push(ranked.item);
        scores.push(ranked.score);
    }
    (counts, items, scores)
}

fn told_lists(py: Python<'_>, (counts, items, scores): Flat) -> Lists<'_> {
    (PyArray1::from_vec(py, counts), PyArray1::from_vec(py, items), PyArray1::from_vec(py, scores))
}
