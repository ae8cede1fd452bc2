//! Catalogues in memory: from files and tables, split, described, written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use culet::data::{
    CatalogueConfig, CatalogueOptions, CataloguePlan, CatalogueSplit, CatalogueTables, CatalogueTarget, ColumnChoice,
    DataError, Dataset, Fingerprint, Format, Moment, PartTimes, SplitBy, UnsplitCatalogue, describe_timed, read_timed,
    read_timed_tables, read_unsplit, read_unsplit_tables, split_catalogue, synthesise, to_text, write_catalogue,
};
use culet::graph::Interactions;
use culet::model::{DataSize, Family, Problem as ModelProblem};
use numpy::{PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use serde::Deserialize;
use serde_json::json;

use crate::arrays::{Columns, columns, ids, names, of_kind};
use crate::errors::Problem;
use crate::estimates::estimates;
use crate::table::table;
use crate::threads::Threads;

/// Interactions and a knowledge graph.
#[pyclass(frozen, module = "culet._core")]
pub(crate) struct Catalogue {
    pub(crate) dataset: Arc<Dataset>,
    /// How long reading took.
    pub(crate) load_seconds: f64,
    times: PartTimes,
}

/// What may be said of files and tables.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Said {
    format: Option<String>,
    id_base: u32,
    columns: Option<String>,
    header: Option<bool>,
    delimiter: Option<char>,
    min_rating: Option<f64>,
    skip_missing: bool,
    attributes: Vec<PathBuf>,
    graphs: Vec<PathBuf>,
    links: Vec<PathBuf>,
}

impl Said {
    fn options(text: &str) -> Result<CatalogueOptions, Problem> {
        let said: Self = serde_json::from_str(text).map_err(|error| Problem::input(error.to_string()))?;
        let format = said.format.map(|name| {
            Format::from_name(&name).ok_or_else(|| {
                let known = Format::ALL.map(Format::name).join(", ");
                Problem::input(format!("there is no format `{name}`")).hint(format!("the formats are {known}"))
            })
        });
        Ok(CatalogueOptions {
            format: format.transpose()?,
            id_base: said.id_base,
            columns: said.columns.map(|text| ColumnChoice::parse(&text)).transpose()?,
            header: said.header,
            delimiter: said.delimiter,
            min_rating: said.min_rating,
            skip_missing: said.skip_missing,
            attributes: said.attributes,
            graphs: said.graphs,
            links: said.links,
        })
    }
}

/// How a catalogue is to be split.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    by: String,
    test_share: Option<f64>,
    valid_share: Option<f64>,
    test_items: Option<usize>,
    valid_items: Option<usize>,
    cut: Option<String>,
    valid_cut: Option<String>,
    k_core: Option<usize>,
    seed: u64,
}

impl Plan {
    fn plan(text: &str) -> Result<CataloguePlan, Problem> {
        let plan: Self = serde_json::from_str(text).map_err(|error| Problem::input(error.to_string()))?;
        let by = SplitBy::from_name(&plan.by).ok_or_else(|| {
            let known = SplitBy::ALL.map(SplitBy::name).join(", ");
            Problem::input(format!("no split goes by `{}`", plan.by)).hint(format!("they go by {known}"))
        })?;
        let moment = |text: Option<String>| {
            let parse = |text: String| Moment::parse(&text).ok_or(text);
            text.map(parse).transpose().map_err(|text| Problem::input(format!("`{text}` is no date and no number")))
        };
        Ok(CataloguePlan {
            by,
            test_share: plan.test_share,
            valid_share: plan.valid_share,
            test_items: plan.test_items,
            valid_items: plan.valid_items,
            cut: moment(plan.cut)?,
            valid_cut: moment(plan.valid_cut)?,
            k_core: plan.k_core,
            seed: plan.seed,
        })
    }
}

/// A name and what exports a table, as Python gives them.
type Named<'py> = (String, Bound<'py, PyAny>);

fn tables(name: &str, parts: [Option<Bound<'_, PyAny>>; 3], beside: [Vec<Named<'_>>; 3]) -> PyResult<CatalogueTables> {
    let [train, valid, test] = parts;
    let all =
        |list: Vec<Named<'_>>| list.iter().map(|(name, source)| table(name, source)).collect::<PyResult<Vec<_>>>();
    let [attributes, graphs, links] = beside;
    let train = train.ok_or_else(|| Problem::input("there are no interactions"))?;
    Ok(CatalogueTables {
        name: name.to_owned(),
        train: table("interactions", &train)?,
        valid: valid.map(|source| table("valid", &source)).transpose()?,
        test: test.map(|source| table("test", &source)).transpose()?,
        attributes: all(attributes)?,
        graphs: all(graphs)?,
        links: all(links)?,
    })
}

impl Catalogue {
    pub(crate) fn new(dataset: Dataset, times: PartTimes, load_seconds: f64) -> Self {
        Self { dataset: Arc::new(dataset), load_seconds, times }
    }

    fn part(&self, part: &str) -> PyResult<&Interactions> {
        match part {
            "train" => Ok(&self.dataset.train),
            "valid" => Ok(&self.dataset.valid),
            "test" => Ok(&self.dataset.test),
            _ => {
                Err(Problem::input(format!("there is no part `{part}`")).hint("they are train, valid and test").into())
            }
        }
    }
}

#[pymethods]
impl Catalogue {
    #[staticmethod]
    fn read(py: Python<'_>, path: PathBuf, options: &str) -> PyResult<Self> {
        let options = Said::options(options)?;
        timed(py, |_| read_timed(&path, &options)).and_then(|(read, seconds)| {
            let (dataset, times) = read.map_err(Problem::from)?;
            Ok(Self::new(dataset, times, seconds))
        })
    }

    #[staticmethod]
    #[pyo3(signature = (name, train, valid, test, attributes, graphs, links, options))]
    #[allow(clippy::too_many_arguments)]
    fn of_tables(
        py: Python<'_>,
        name: &str,
        train: Option<Bound<'_, PyAny>>,
        valid: Option<Bound<'_, PyAny>>,
        test: Option<Bound<'_, PyAny>>,
        attributes: Vec<Named<'_>>,
        graphs: Vec<Named<'_>>,
        links: Vec<Named<'_>>,
        options: &str,
    ) -> PyResult<Self> {
        let options = Said::options(options)?;
        let tables = tables(name, [train, valid, test], [attributes, graphs, links])?;
        let (read, seconds) = timed(py, |_| read_timed_tables(&tables, &options))?;
        let (dataset, times) = read.map_err(Problem::from)?;
        Ok(Self::new(dataset, times, seconds))
    }

    #[staticmethod]
    fn split_path(py: Python<'_>, path: PathBuf, options: &str, plan: &str) -> PyResult<(Self, String)> {
        let (options, plan) = (Said::options(options)?, Plan::plan(plan)?);
        let (read, seconds) = timed(py, |_| with_notes(read_unsplit(&path, &options, plan.by.needs_times())?, &plan))?;
        parted(read.map_err(Problem::from)?, seconds)
    }

    #[staticmethod]
    #[allow(clippy::too_many_arguments)]
    fn split_tables(
        py: Python<'_>,
        name: &str,
        train: Option<Bound<'_, PyAny>>,
        attributes: Vec<Named<'_>>,
        graphs: Vec<Named<'_>>,
        links: Vec<Named<'_>>,
        options: &str,
        plan: &str,
    ) -> PyResult<(Self, String)> {
        let (options, plan) = (Said::options(options)?, Plan::plan(plan)?);
        let tables = tables(name, [train, None, None], [attributes, graphs, links])?;
        let (read, seconds) =
            timed(py, |_| with_notes(read_unsplit_tables(&tables, &options, plan.by.needs_times())?, &plan))?;
        parted(read.map_err(Problem::from)?, seconds)
    }

    fn split(&self, py: Python<'_>, plan: &str) -> PyResult<(Self, String)> {
        let plan = Plan::plan(plan)?;
        let (split, seconds) = timed(py, |_| with_notes(UnsplitCatalogue::from(Dataset::clone(&self.dataset)), &plan))?;
        parted(split.map_err(Problem::from)?, seconds)
    }

    /// A generated one, and what was planted, as JSON.
    #[staticmethod]
    fn synth(py: Python<'_>, config: &str) -> PyResult<(Self, String)> {
        let config: CatalogueConfig =
            serde_json::from_str(config).map_err(|error| Problem::input(error.to_string()))?;
        let (made, seconds) = timed(py, |_| synthesise(&config))?;
        let made = made.map_err(Problem::from)?;
        let truth = serde_json::to_string(&made.truth).map_err(|error| Problem::failed(error.to_string()))?;
        Ok((Self::new(made.dataset, PartTimes::default(), seconds), truth))
    }

    #[getter]
    fn name(&self) -> &str {
        &self.dataset.name
    }

    #[getter]
    fn notes(&self) -> Vec<&str> {
        self.dataset.notes.iter().map(String::as_str).collect()
    }

    #[getter]
    fn fingerprint(&self) -> String {
        Fingerprint::of(&self.dataset).to_string()
    }

    /// Users, items, entities, relations, facts, and the pairs of each part.
    #[getter]
    fn counts(&self) -> [usize; 8] {
        let Dataset { train, valid, test, graph, vocabulary, .. } = &*self.dataset;
        let facts = graph.triplets().len();
        let [entities, relations] = [vocabulary.entities.len(), vocabulary.relations.len()];
        [train.n_users(), train.n_items(), entities, relations, facts, train.n_pairs(), valid.n_pairs(), test.n_pairs()]
    }

    fn pairs<'py>(&self, py: Python<'py>, part: &str) -> PyResult<Columns<'py>> {
        Ok(columns(py, self.part(part)?.pairs()))
    }

    /// Head, relation and tail, `[n_facts, 3]`.
    fn facts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<u32>>> {
        let triplets = self.dataset.graph.triplets();
        let numbers: Vec<u32> = triplets.iter().flat_map(|t| [t.head, t.relation, t.tail]).collect();
        numpy::PyArray1::from_vec(py, numbers).reshape([triplets.len(), 3])
    }

    fn ids(&self, kind: &str) -> PyResult<Vec<&str>> {
        let (all, n) = self.of_kind(kind)?;
        Ok(ids(all, n))
    }

    fn names(&self, kind: &str) -> PyResult<Option<Vec<Option<&str>>>> {
        let (all, n) = self.of_kind(kind)?;
        Ok(names(all, n))
    }

    /// The description as JSON and as text; with what training takes if `measures`.
    fn describe(&self, py: Python<'_>, measures: bool, n_threads: usize) -> PyResult<(String, String)> {
        let threads = Threads::new(n_threads);
        let described = threads.briefly(py, |pool| {
            let description = describe_timed(&self.dataset, Some(&self.times));
            let Dataset { train, graph, .. } = &*self.dataset;
            let size = DataSize::of_catalogue(ModelProblem { train, graph });
            let training = measures.then(|| estimates(Family::Recommender, &size, pool));
            let text = to_text(&description);
            (json!({ "description": description, "training": training }).to_string(), text)
        })?;
        Ok(described)
    }

    /// Writes a folder; what is lost, in words.
    fn write(&self, py: Python<'_>, folder: PathBuf, format: &str) -> PyResult<Vec<String>> {
        let format = match format {
            "parquet" => CatalogueTarget::Parquet,
            "kgat" => CatalogueTarget::Kgat,
            "recbole" => CatalogueTarget::RecBole,
            "table" => CatalogueTarget::Table,
            _ => {
                let problem = Problem::input(format!("no catalogue is written as `{format}`"));
                return Err(problem.hint("the formats are parquet, kgat, recbole and table").into());
            }
        };
        let write = |folder: &Path| write_catalogue(folder, &self.dataset, format);
        Ok(py.detach(|| write(&folder)).map_err(Problem::from)?)
    }
}

impl Catalogue {
    fn of_kind(&self, kind: &str) -> PyResult<(&culet::graph::Names, usize)> {
        let found = of_kind(&self.dataset.vocabulary, self.dataset.train.n_items(), kind);
        Ok(found.ok_or_else(|| Problem::input(format!("a catalogue has no `{kind}`")))?)
    }
}

/// Splits, and keeps what the reader noticed before what the split did.
fn with_notes(source: UnsplitCatalogue, plan: &CataloguePlan) -> Result<CatalogueSplit, DataError> {
    let mut notes = source.notes.clone();
    let mut split = split_catalogue(source, plan)?;
    let own = std::mem::take(&mut split.dataset.notes);
    notes.retain(|note| !own.contains(note));
    split.dataset.notes = notes.into_iter().chain(own).collect();
    Ok(split)
}

fn parted(split: CatalogueSplit, seconds: f64) -> PyResult<(Catalogue, String)> {
    let record = serde_json::to_string(&split.record).map_err(|error| Problem::failed(error.to_string()))?;
    Ok((Catalogue::new(split.dataset, PartTimes::default(), seconds), record))
}

/// Does work in all cores, without the interpreter, and tells how long it took.
pub(crate) fn timed<T: Send>(py: Python<'_>, work: impl FnOnce(&culet::ThreadPool) -> T + Send) -> PyResult<(T, f64)> {
    let started = std::time::Instant::now();
    let result = Threads::new(0).patiently(py, None, |pool, _| pool.install(|| work(pool)))?;
    Ok((result, started.elapsed().as_secs_f64()))
}
