//! Networks in memory: from files and tables, split, described, walked.

use std::path::PathBuf;
use std::sync::Arc;

use culet::data::{
    Column, DataKind, LinkParts, Negatives, NetworkConfig, NetworkData, NetworkOptions, NetworkTables, SplitPlan,
    describe_network, network_to_text, read_network, read_network_tables, split_network, synthesise_network,
    write_network,
};
use culet::graph::{DeadEnd, Keep, Purpose, Stream, WalkPlan, WalkRule, Walker, Walks};
use culet::model::{DataSize, Family};
use numpy::PyArray1;
use pyo3::prelude::*;
use serde::Deserialize;
use serde_json::json;

use crate::arrays::{Columns, columns, ids, names};
use crate::catalogue::timed;
use crate::errors::Problem;
use crate::estimates::estimates;
use crate::table::table;
use crate::threads::Threads;

/// What lies at a path: `catalogue` or `network`.
#[pyfunction]
pub(crate) fn detect(path: PathBuf) -> PyResult<&'static str> {
    Ok(match culet::data::detect(&path).map_err(Problem::from)? {
        DataKind::Catalogue => "catalogue",
        DataKind::Network => "network",
    })
}

/// Where columns stand among those of these names: of `interactions` user, item, rating and time, of `edges` source, target,
/// weight and time.
#[pyfunction]
pub(crate) fn usual_columns(names: Vec<String>, of: &str) -> [Option<usize>; 4] {
    let kind = if of == "edges" { DataKind::Network } else { DataKind::Catalogue };
    culet::data::usual_columns(&names, kind)
}

/// Nodes and edges.
#[pyclass(frozen, module = "culet._core")]
pub(crate) struct Network {
    pub(crate) data: Arc<NetworkData>,
    /// How long reading took.
    pub(crate) load_seconds: f64,
}

/// What may be said of files and tables.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Said {
    directed: Option<bool>,
    columns: Option<String>,
    header: Option<bool>,
    delimiter: Option<char>,
    typed_ids: Option<bool>,
    before: Option<f64>,
    nodes: Option<PathBuf>,
    labels: Option<PathBuf>,
}

impl Said {
    fn options(text: &str) -> Result<NetworkOptions, Problem> {
        let said: Self = serde_json::from_str(text).map_err(|error| Problem::input(error.to_string()))?;
        Ok(NetworkOptions {
            directed: said.directed,
            columns: said.columns.map(|text| Column::parse_list(&text)).transpose()?,
            header: said.header,
            delimiter: said.delimiter,
            typed: said.typed_ids,
            before: said.before,
            nodes: said.nodes,
            labels: said.labels,
        })
    }
}

/// How a network is to be split.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    test_share: f64,
    valid_share: f64,
    keep: Option<String>,
    negatives: Option<String>,
    negatives_per_edge: usize,
    relation: Option<String>,
    whole_nodes: Option<String>,
    seed: u64,
}

impl Plan {
    fn plan(text: &str) -> Result<SplitPlan, Problem> {
        let plan: Self = serde_json::from_str(text).map_err(|error| Problem::input(error.to_string()))?;
        let keep = |word: String| match word.as_str() {
            "connected" => Ok(Keep::Connected),
            "degrees" => Ok(Keep::Degrees),
            "nothing" => Ok(Keep::Nothing),
            _ => Err(Problem::input(format!("`keep` is `{word}`, expected connected, degrees or nothing"))),
        };
        let negatives = |word: String| {
            Negatives::from_name(&word).ok_or_else(|| {
                let known = Negatives::ALL.map(Negatives::name).join(", ");
                Problem::input(format!("`negatives` is `{word}`, expected one of {known}"))
            })
        };
        Ok(SplitPlan {
            test_share: plan.test_share,
            valid_share: plan.valid_share,
            keep: plan.keep.map(keep).transpose()?,
            negatives: plan.negatives.map(negatives).transpose()?,
            negatives_per_edge: plan.negatives_per_edge,
            relation: plan.relation,
            whole_nodes: plan.whole_nodes,
            seed: plan.seed,
        })
    }
}

/// How walks are to be made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Course {
    walks_per_node: u32,
    length: u32,
    p: f64,
    q: f64,
    metapath: Option<Vec<String>>,
    dead_end: String,
}

impl Course {
    fn plan(text: &str, data: &NetworkData) -> Result<WalkPlan, Problem> {
        let course: Self = serde_json::from_str(text).map_err(|error| Problem::input(error.to_string()))?;
        let types = data.network.types.as_ref();
        let of_type = |name: &String| {
            types.and_then(|types| types.find(name)).ok_or_else(|| {
                let known = types.map(|types| types.names.join(", ")).unwrap_or_default();
                Problem::input(format!("there is no type `{name}` of nodes")).hint(format!("the types are {known}"))
            })
        };
        let rule = match &course.metapath {
            Some(path) => WalkRule::Metapath(path.iter().map(of_type).collect::<Result<_, _>>()?),
            None if course.p != 1.0 || course.q != 1.0 => WalkRule::Node2vec { p: course.p, q: course.q },
            None if data.network.outgoing_weights().is_some() => WalkRule::Weighted,
            None => WalkRule::Uniform,
        };
        let dead_end = match course.dead_end.as_str() {
            "stop" => DeadEnd::Stop,
            "back" => DeadEnd::Back,
            "undirected" => DeadEnd::Undirected,
            word => return Err(Problem::input(format!("`dead_end` is `{word}`, expected stop, back or undirected"))),
        };
        Ok(WalkPlan { walks_per_node: course.walks_per_node, length: course.length, rule, dead_end })
    }
}

impl Network {
    pub(crate) fn new(data: NetworkData, load_seconds: f64) -> Self {
        Self { data: Arc::new(data), load_seconds }
    }
}

#[pymethods]
impl Network {
    #[staticmethod]
    fn read(py: Python<'_>, path: PathBuf, options: &str) -> PyResult<Self> {
        let options = Said::options(options)?;
        let (read, seconds) = timed(py, |_| read_network(&path, &options))?;
        Ok(Self::new(read.map_err(Problem::from)?, seconds))
    }

    /// `parts` are those of [`LinkParts::NAMES`], in that order.
    #[staticmethod]
    fn of_tables(
        py: Python<'_>,
        name: &str,
        edges: Bound<'_, PyAny>,
        nodes: Option<Bound<'_, PyAny>>,
        labels: Option<Bound<'_, PyAny>>,
        parts: Vec<Option<Bound<'_, PyAny>>>,
        options: &str,
    ) -> PyResult<Self> {
        let options = Said::options(options)?;
        let one = |name: &str, source: &Option<Bound<'_, PyAny>>| {
            source.as_ref().map(|source| table(name, source)).transpose()
        };
        let part = |k: usize, name: &str| parts.get(k).map_or(Ok(None), |source| one(name, source));
        let tables = NetworkTables {
            name: name.to_owned(),
            edges: table("edges", &edges)?,
            nodes: one("nodes", &nodes)?,
            labels: one("labels", &labels)?,
            train_negatives: part(0, "train_negatives")?,
            valid: part(1, "valid")?,
            valid_negatives: part(2, "valid_negatives")?,
            test: part(3, "test")?,
            test_negatives: part(4, "test_negatives")?,
        };
        let (read, seconds) = timed(py, |_| read_network_tables(&tables, &options))?;
        Ok(Self::new(read.map_err(Problem::from)?, seconds))
    }

    fn split(&self, py: Python<'_>, plan: &str) -> PyResult<(Self, String)> {
        let plan = Plan::plan(plan)?;
        let (split, seconds) = timed(py, |_| split_network(&self.data, &plan))?;
        let split = split.map_err(Problem::from)?;
        let record = serde_json::to_string(&split.record).map_err(|error| Problem::failed(error.to_string()))?;
        Ok((Self::new(split.data, seconds), record))
    }

    /// A generated one with planted groups as labels.
    #[staticmethod]
    fn synth(py: Python<'_>, config: &str, seed: u64) -> PyResult<Self> {
        let given: serde_json::Value =
            serde_json::from_str(config).map_err(|error| Problem::input(error.to_string()))?;
        let is_given = given.get("mean_degree").is_some();
        // By way of the text, whose errors tell a place.
        let mut config: NetworkConfig =
            serde_json::from_str(config).map_err(|error| Problem::input(error.to_string()))?;
        if !is_given {
            // Few nodes have few edges.
            config = config.with_room();
        }
        let (made, seconds) = timed(py, |_| synthesise_network(&config, seed))?;
        let made = made.map_err(Problem::from)?;
        let labels = Some(made.labels());
        let data = NetworkData {
            name: "network".to_owned(),
            network: made.network,
            nodes: made.nodes,
            labels,
            split: LinkParts::default(),
            notes: Vec::new(),
        };
        Ok(Self::new(data, seconds))
    }

    #[getter]
    fn name(&self) -> &str {
        &self.data.name
    }

    #[getter]
    fn notes(&self) -> Vec<&str> {
        self.data.notes.iter().map(String::as_str).collect()
    }

    #[getter]
    fn is_directed(&self) -> bool {
        self.data.network.is_directed()
    }

    /// Nodes, edges, and the pairs of each part beside them.
    #[getter]
    fn counts(&self) -> [usize; 7] {
        let [a, b, c, d, e] = self.data.split.all().map(Vec::len);
        [self.data.network.n_nodes(), self.data.network.n_edges(), a, b, c, d, e]
    }

    fn ids(&self) -> Vec<&str> {
        ids(&self.data.nodes, self.data.nodes.len())
    }

    fn names(&self) -> Option<Vec<Option<&str>>> {
        names(&self.data.nodes, self.data.nodes.len())
    }

    /// The type of each node, in words, where nodes have types.
    fn types(&self) -> Option<Vec<&str>> {
        let types = self.data.network.types.as_ref()?;
        Some(types.of.iter().map(|&of| types.names[usize::from(of)].as_str()).collect())
    }

    /// Sources and targets.
    fn edges<'py>(&self, py: Python<'py>) -> Columns<'py> {
        let edges = self.data.network.edges();
        columns(py, edges.sources.into_iter().zip(edges.targets))
    }

    /// The weight of each edge, where edges have weights.
    fn weights<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyArray1<f32>>> {
        let edges = self.data.network.edges();
        (!edges.weights.is_empty()).then(|| PyArray1::from_vec(py, edges.weights))
    }

    /// The pairs of one of the parts of [`LinkParts::NAMES`].
    fn pairs<'py>(&self, py: Python<'py>, part: usize) -> PyResult<Columns<'py>> {
        let part = self.data.split.all().get(part).copied();
        let part = part.ok_or_else(|| Problem::input("there is no such part"))?;
        Ok(columns(py, part.iter().copied()))
    }

    /// Node and label of each, in words.
    fn labels<'py>(&self, py: Python<'py>) -> Option<(Bound<'py, PyArray1<u32>>, Vec<&str>)> {
        let labels = self.data.labels.as_ref()?;
        let pairs =
            || (0..labels.of.n_rows()).flat_map(|node| labels.of.row(node).iter().map(move |&label| (node, label)));
        let nodes = pairs().map(|(node, _)| node as u32).collect();
        Some((PyArray1::from_vec(py, nodes), pairs().map(|(_, label)| labels.names[label as usize].as_str()).collect()))
    }

    fn describe(&self, py: Python<'_>, measures: bool, n_threads: usize) -> PyResult<(String, String)> {
        Threads::new(n_threads).briefly(py, |pool| {
            let description = describe_network(&self.data);
            let size = DataSize::of_network(&self.data.network);
            let training = measures.then(|| estimates(Family::Network, &size, pool));
            let text = network_to_text(&description);
            (json!({ "description": description, "training": training }).to_string(), text)
        })
    }

    fn write(&self, py: Python<'_>, folder: PathBuf) -> PyResult<()> {
        Ok(py.detach(|| write_network(&folder, &self.data, None)).map_err(Problem::from)?)
    }

    /// How many walks there are.
    fn n_walks(&self, course: &str) -> PyResult<u64> {
        let walker = self.walker(course)?;
        Ok(walker.n_walks())
    }

    /// The walks from `first` to before `end`: the nodes one after another, and where each walk begins, with the end.
    fn walks<'py>(&self, py: Python<'py>, course: &str, seed: u64, first: u64, end: u64) -> PyResult<Columns<'py>> {
        let walker = self.walker(course)?;
        let mut walks = Walks::default();
        let range = first..end.min(walker.n_walks());
        py.detach(|| walker.walks(Stream::new(seed, Purpose::Walks, 0), range, &mut walks));
        Ok((PyArray1::from_slice(py, walks.nodes()), PyArray1::from_slice(py, walks.offsets())))
    }
}

impl Network {
    fn walker(&self, course: &str) -> PyResult<Walker<'_>> {
        let plan = Course::plan(course, &self.data)?;
        Ok(Walker::new(&self.data.network, plan).map_err(|error| Problem::of_graph(&error))?)
    }
}
