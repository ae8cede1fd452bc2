//! The run folder: what a training leaves behind, and all that asking its model needs.
//!
//! | file | holds |
//! | --- | --- |
//! | `manifest.json` | [`Manifest`]: how the model was made, what it reached, sizes and checksums of the other files |
//! | `tables.safetensors` | the tables by name, F32 `[n_rows, dim]`, rows unpadded; sparse ones as three tensors each |
//! | `data.safetensors` | interactions and graph, or a network, see below; the counts as metadata |
//! | `vocabulary.parquet` | `kind`, `index`, `id`, `name` (may be null); of a network of typed nodes also `type` |
//! | `per_user.parquet` | `user` (external id), `n_targets`, a column of doubles for each metric; may be absent |
//! | `history.jsonl` | one event a line, appended while the training goes on |
//!
//! Tables are named by what they are: `parameter.entities`, `representation.users`, `representation.items`; those of a
//! blend of models `part.NAME.users` ...
//! A sparse table is `NAME.counts` U32 `[n_rows]`, `NAME.columns` U32 and `NAME.values` F32 `[n_stored]`, such as
//! `representation.weights`, row after row; how many columns it has say the metadata (`NAME.n_columns`).
//! The data set itself is not needed again. All numbers are little-endian.
//!
//! The data of a catalogue, in U32: `train.offsets` `[n_users + 1]` and `train.items` `[n_pairs]` (compressed sparse
//! rows), likewise `valid` and `test`, and `graph.triplets` `[n_triplets, 3]` (head, relation, tail). Its vocabulary
//! has the kinds user, entity and relation. The manifest names no `kind`, and `format_version` is 1.
//!
//! The data of a network: `network.edges` U32 `[n_edges, 2]` (source, target; an undirected edge once), and where there
//! are any `network.weights` F32 `[n_edges]`, `network.relations` U16 `[n_edges]`, `network.types` U8 `[n_nodes]`,
//! `labels.offsets` U32 `[n_nodes + 1]` with `labels.of` U32; pairs U32 `[n, 2]` as `train.negatives`, `valid.edges`,
//! `valid.negatives`, `test.edges`, `test.negatives`; `n_nodes` and `directed` as metadata. Its vocabulary has the
//! kinds node, type, relation and label. The manifest says `"kind": "network"`, and `format_version` is 2, so that
//! programs older than networks refuse it by their own message.
//!
//! # A folder is whole if and only if its manifest stands
//! [`RunWriter::finish`] may be called again and again with better contents. Generation `g` first writes its files
//! as `<name>.g<g>`, each by temporary name, fsync and rename; then it replaces the manifest, which carries `g`; then
//! it renames `<name>.g<g>` to `<name>`. A reader with manifest `g` takes `<name>.g<g>` where that exists and
//! `<name>` otherwise. So whenever the writer stops, the reader finds one generation and no other:
//! - before the new manifest stands, the old one does, and its files are untouched (those of `g + 1` are ignored);
//! - once it stands, each file of `g` lies under one of the two names, for a rename is atomic.
//!
//! `history.jsonl` only grows: the manifest vouches for its beginning, as long as it was at that moment. Only a training
//! that goes on from a checkpoint cuts it; what a manifest that stands vouches for is then kept as `history.jsonl.g<g>`.
//!
//! While a training goes on, and after one that was interrupted, what it needs to go on stands in `checkpoint/`: see
//! [`Checkpoints`].
//!
//! Architecture invariant: no clock (seconds are given by the caller) and no metric is computed here.

mod arcs;
mod checkpoint;
mod checksum;
mod data;
mod fingerprint;
mod history;
mod manifest;
mod pairs;
mod per_user;
mod problem;
mod reader;
mod sparse;
mod tensors;
mod vocabulary;
mod writer;

#[cfg(test)]
mod tests;

pub use checkpoint::{Checkpoints, KeptPlace, KeptState, KeptTraining, TrainingPlan};
pub use data::{CatalogueParts, CatalogueView, DataView, NetworkParts, NetworkView, RunData, RunKind};
pub use fingerprint::{DataFingerprint, NetworkFingerprint};
pub use manifest::{FileRecord, Manifest, Protocol, RunSummary, Selection};
pub use per_user::PerUserTable;
pub use problem::{Damage, RunProblem};
pub use reader::Run;
pub use writer::{RunContents, RunWriter};

const MANIFEST: &str = "manifest.json";
const TABLES: &str = "tables.safetensors";
const DATA: &str = "data.safetensors";
const VOCABULARY: &str = "vocabulary.parquet";
const PER_USER: &str = "per_user.parquet";
const HISTORY: &str = "history.jsonl";

/// The name of a file of generation `generation` until the manifest of that generation stands.
fn staged(name: &str, generation: u64) -> String {
    format!("{name}.g{generation}")
}
