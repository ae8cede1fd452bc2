//! From data in memory to a run folder.

use std::borrow::Cow;
use std::path::PathBuf;

use culet::data::Dataset;
use culet::eval::RankingProtocol;
use culet::model::{DataSize, find_model};
use culet::runs::{
    CatalogueFit, CheckpointEvery, NetworkFit, RunsError, Settings, check_disk, check_learnable, check_memory,
    check_place, give_graph, resolve_settings, size_of,
};
use culet::train::{Event, GraphKind, NetworkTrainOptions, Observer, TrainOptions};
use pyo3::prelude::*;

use crate::catalogue::Catalogue;
use crate::errors::Problem;
use crate::network::Network;
use crate::threads::{Teller, Threads};

/// Settings as JSON, without those that are none.
fn given(settings: &str) -> Result<toml::Table, Problem> {
    let mut settings: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(settings).map_err(|error| Problem::input(error.to_string()))?;
    settings.retain(|_, value| !value.is_null());
    let table = serde_json::from_value(settings.into());
    table.map_err(|error| Problem::input(format!("the settings cannot be understood: {error}")))
}

fn note(teller: &mut Teller, note: Option<String>) {
    if let Some(note) = note {
        let _ = teller.event(&Event::Remark { text: &note });
    }
}

/// Trains a recommender and writes a run folder; the training as JSON. `graph` is `true`, `random` or `none`.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub(crate) fn fit_catalogue(
    py: Python<'_>,
    catalogue: &Catalogue,
    model: &str,
    settings: &str,
    at: Vec<usize>,
    graph: &str,
    seed: u64,
    n_threads: usize,
    out: PathBuf,
    follow: Option<Bound<'_, PyAny>>,
) -> PyResult<String> {
    let spec = find_model(model).map_err(Problem::from)?;
    let Settings { model, training } = resolve_settings(spec, None, given(settings)?).map_err(Problem::from)?;
    let options = TrainOptions::for_model(spec, &training).map_err(Problem::from)?;
    let protocol = RankingProtocol::new(at).map_err(Problem::from)?;
    let kind = GraphKind::of_word(graph)
        .ok_or_else(|| Problem::input(format!("`graph` is `{graph}`, expected true, random or none")))?;
    check_place(&out).map_err(Problem::from)?;
    let fit = |pool: &culet::ThreadPool, teller: &mut Teller| -> Result<String, Problem> {
        let mut dataset: Cow<'_, Dataset> = Cow::Borrowed(&catalogue.dataset);
        if kind != GraphKind::True {
            give_graph(dataset.to_mut(), kind, seed);
        }
        check_learnable(spec, &dataset)?;
        let size = size_of(&dataset);
        note(teller, check_memory(spec, &model, &training, &size)?);
        note(teller, check_disk(spec, &model, &size, &out, CheckpointEvery::Never)?);
        let load_seconds = catalogue.load_seconds;
        let fit = CatalogueFit {
            spec,
            settings: model,
            options,
            protocol,
            dataset: &dataset,
            load_seconds,
            graph: kind,
            seed,
        };
        Ok(fit.run(Some(&out), pool, teller)?.document().to_string())
    };
    Ok(Threads::new(n_threads).patiently(py, follow.as_ref(), fit)??)
}

/// Trains a model of a network and writes a run folder; the training as JSON.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub(crate) fn fit_network(
    py: Python<'_>,
    network: &Network,
    model: &str,
    settings: &str,
    seed: u64,
    n_threads: usize,
    out: PathBuf,
    follow: Option<Bound<'_, PyAny>>,
) -> PyResult<String> {
    let spec = find_model(model).map_err(Problem::from)?;
    let Settings { model, training } = resolve_settings(spec, None, given(settings)?).map_err(Problem::from)?;
    let options = NetworkTrainOptions::from_settings(&training).map_err(Problem::from)?;
    check_place(&out).map_err(Problem::from)?;
    let fit = |pool: &culet::ThreadPool, teller: &mut Teller| -> Result<String, Problem> {
        let data = &*network.data;
        let size = DataSize::of_network(&data.network);
        note(teller, check_memory(spec, &model, &training, &size)?);
        note(teller, check_disk(spec, &model, &size, &out, CheckpointEvery::Never)?);
        let fit = NetworkFit { spec, settings: model, options, data, load_seconds: network.load_seconds, seed };
        Ok(fit.run(Some(&out), pool, teller)?.document().to_string())
    };
    Ok(Threads::new(n_threads).patiently(py, follow.as_ref(), fit)??)
}

impl From<RunsError> for Problem {
    fn from(error: RunsError) -> Self {
        Self::of_work(&error, error.hint(), error.is_wrong_input())
    }
}
