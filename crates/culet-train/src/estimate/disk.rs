//! What a training writes, before it starts.

use culet_model::{Build, DataSize, Family, ModelError, ModelSpec, complete_settings};

use crate::blend::blend_disk;

/// Bytes on the disk, good to about a factor of two.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DiskBytes {
    /// The run folder.
    pub run: f64,
    /// What is kept to go on from while it is trained: the data, two states, and the one that is being written.
    pub states: f64,
}

/// Manifest, history and the frames of the files.
const FRAME: f64 = 3e4;
/// Two are kept while the next one is written.
const STATES: f64 = 3.0;
/// Parameters, both moments and the best epoch.
const TABLES_OF_STATE: f64 = 4.0;
/// Parameters, and the vectors that are made of them.
const TABLES_OF_RUN: f64 = 2.0;

/// What a training writes with these settings of the model, which may be incomplete.
///
/// # Errors
/// [`ModelError`]: an unknown setting, or one out of range.
pub fn disk_bytes(spec: &ModelSpec, model: &toml::Table, size: &DataSize) -> Result<DiskBytes, ModelError> {
    let settings = complete_settings(spec.settings, model)?;
    let data = data_bytes(size) + FRAME;
    let whole = |name: &str| settings.get(name).and_then(toml::Value::as_integer).map(|n| n as f64);
    let tables = |bytes: f64, of_state: f64| DiskBytes {
        run: data + TABLES_OF_RUN * bytes,
        states: data + STATES * of_state * bytes,
    };
    Ok(match (spec.build, whole("dim")) {
        (Build::Blend, _) => {
            let DiskBytes { run, states } = blend_disk(&settings, size);
            DiskBytes { run: data + run, states: data + STATES * states }
        }
        (Build::Closed(_), None) => {
            let kept = whole("keep").or(whole("neighbours")).unwrap_or(1.0);
            DiskBytes { run: data + weights(size, kept), states: 0.0 }
        }
        (Build::Closed(_), Some(dim)) => DiskBytes { states: 0.0, ..tables(vectors(size, dim), 0.0) },
        (_, dim) => {
            let dim = dim.unwrap_or(1.0);
            let rows = match spec.family() {
                Family::Recommender => size.users + of_items(spec, &settings, size),
                // A context, and a vector in each aspect; two of either where nodes have two roles.
                Family::Network => 2.0 * size.nodes * (1.0 + whole("aspects").unwrap_or(1.0)),
            };
            tables(4.0 * dim * rows, TABLES_OF_STATE)
        }
    })
}

/// Rows that are learned of items and of what is known about them.
fn of_items(spec: &ModelSpec, settings: &toml::Table, size: &DataSize) -> f64 {
    match settings.get("facts").and_then(toml::Value::as_bool) {
        Some(true) => size.items + size.entities,
        None if spec.uses_graph => size.entities.max(size.items),
        _ => size.items,
    }
}

/// Pairs, facts, edges, ids and names, and what each user contributes to the metrics.
fn data_bytes(size: &DataSize) -> f64 {
    let named = size.users + size.entities + size.nodes;
    4.0 * size.pairs + 12.0 * size.triplets + 8.0 * size.arcs + 24.0 * named + 100.0 * size.users
}

/// Weights between items: a number and where it stands.
pub(crate) fn weights(size: &DataSize, keep: f64) -> f64 {
    8.0 * size.items * keep.min(size.items)
}

/// Vectors of users and items.
pub(crate) fn vectors(size: &DataSize, dim: f64) -> f64 {
    4.0 * dim * (size.users + size.items)
}
