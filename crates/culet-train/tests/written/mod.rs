//! A run folder of a training, as tests need one.

use std::path::Path;

use culet_data::{Dataset, RunWriter};
use culet_eval::RankingProtocol;
use culet_model::ModelSpec;
use culet_train::{DerivedTables, Outcome, RunFacts, StoredRun, TrainOptions, run_contents};

/// Writes what a training with these settings left into a folder, and opens it.
pub(crate) fn write_and_open(
    path: &Path,
    spec: &'static ModelSpec,
    (settings, options, protocol): (&toml::Table, &TrainOptions, &RankingProtocol),
    outcome: &mut Outcome,
    data: &Dataset,
) -> StoredRun {
    let facts = RunFacts { spec, settings, options, protocol, seed: 7, threads: 2, load_seconds: 0.0, graph: "true" };
    let facets = outcome.model.as_mut().and_then(|model| model.facets());
    let derived = DerivedTables::of(facets.as_ref(), &outcome.scorer);
    RunWriter::create(path).unwrap().finish(&run_contents(&facts, outcome, &derived, data)).unwrap();
    StoredRun::open(path).unwrap()
}
