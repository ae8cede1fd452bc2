//! Many models on one split, and runs side by side.

use std::path::PathBuf;

use culet::data::check_trainable;
use culet::eval::RankingProtocol;
use culet::runs::{Board, Compare, Reference};
use culet::train::{GraphKind, board_entries};
use pyo3::prelude::*;
use serde::Serialize;

use crate::catalogue::Catalogue;
use crate::errors::Problem;
use crate::threads::{Teller, Threads};

fn told(document: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(document).map_err(|error| Problem::failed(error.to_string()))
}

/// Searches, fits and judges many models alike, in a folder that the same call goes on with; the leaderboard as JSON.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub(crate) fn leaderboard(
    py: Python<'_>,
    catalogue: &Catalogue,
    models: Vec<String>,
    graphs: Vec<String>,
    at: Vec<usize>,
    n_trials: Option<usize>,
    cold_at_most: u32,
    validation_share: f64,
    seed: u64,
    n_threads: usize,
    out: PathBuf,
    follow: Option<Bound<'_, PyAny>>,
) -> PyResult<String> {
    let dataset = &*catalogue.dataset;
    let kind = |word: &String| {
        GraphKind::of_word(word)
            .ok_or_else(|| Problem::input(format!("`graphs` has `{word}`, expected true, random or none")))
    };
    let graphs = graphs.iter().map(kind).collect::<Result<Vec<_>, _>>()?;
    let entries = board_entries(&models, &graphs, !dataset.graph.triplets().is_empty()).map_err(Problem::from)?;
    let protocol = RankingProtocol::new(at).map_err(Problem::from)?;
    if !(0.0..0.9).contains(&validation_share) {
        let message =
            format!("`validation_share` is {validation_share}, expected a number of at least 0 and below 0.9");
        return Err(Problem::input(message).into());
    }
    check_trainable(dataset).map_err(Problem::from)?;
    let board = Board {
        entries: &entries,
        dataset,
        protocol: &protocol,
        cold_at_most,
        n_trials,
        validation_share,
        load_seconds: catalogue.load_seconds,
        seed,
    };
    let make = |pool: &culet::ThreadPool, teller: &mut Teller| -> Result<String, Problem> {
        told(&board.open(&out)?.run(pool, teller)?)
    };
    Ok(Threads::new(n_threads).patiently(py, follow.as_ref(), make)??)
}

/// Compares run folders of one data set user by user; the comparison as JSON.
#[pyfunction]
pub(crate) fn compare(
    py: Python<'_>,
    runs: Vec<PathBuf>,
    best: bool,
    metrics: Vec<String>,
    at: Option<Vec<usize>>,
    seed: u64,
    n_threads: usize,
) -> PyResult<String> {
    let reference = if best { Reference::Best } else { Reference::First };
    let compare = Compare { runs: &runs, reference, metrics: &metrics, cutoffs: at, seed };
    let work = |pool: &culet::ThreadPool, _: &mut Teller| told(&compare.run(pool)?);
    Ok(Threads::new(n_threads).patiently(py, None, work)??)
}
