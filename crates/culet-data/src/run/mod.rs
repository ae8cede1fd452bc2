//! The run folder: what a training leaves behind, and all that asking its model needs.
//!
//! | file | holds |
//! | --- | --- |
//! | `manifest.json` | [`Manifest`]: how the model was made, what it reached, sizes and checksums of the other files |
//! | `tables.safetensors` | the tables by name, F32 `[n_rows, dim]`, rows unpadded |
//! | `data.safetensors` | interactions and graph in U32, see below; the counts as metadata |
//! | `vocabulary.parquet` | `kind` (user, entity or relation), `index`, `id`, `name` (may be null) |
//! | `per_user.parquet` | `user` (external id), `n_targets`, a column of doubles for each metric; may be absent |
//! | `history.jsonl` | one event a line, appended while the training goes on |
//!
//! Tables are named by what they are: `parameter.entities`, `representation.users`, `representation.items` ...
//! The data are `train.offsets` `[n_users + 1]` and `train.items` `[n_pairs]` (compressed sparse rows), likewise
//! `valid` and `test`, and `graph.triplets` `[n_triplets, 3]` (head, relation, tail). All numbers are little-endian.
//! The data set itself is not needed again.
//!
//! # A folder is whole if and only if its manifest stands
//! [`RunWriter::finish`] may be called again and again with better contents. Generation `g` first writes its files
//! as `<name>.g<g>`, each by temporary name, fsync and rename; then it replaces the manifest, which carries `g`; then
//! it renames `<name>.g<g>` to `<name>`. A reader with manifest `g` takes `<name>.g<g>` where that exists and
//! `<name>` otherwise. So whenever the writer stops, the reader finds one generation and no other:
//! - before the new manifest stands, the old one does, and its files are untouched (those of `g + 1` are ignored);
//! - once it stands, each file of `g` lies under one of the two names, for a rename is atomic.
//!
//! `history.jsonl` only grows: the manifest vouches for its beginning, as long as it was at that moment.
//!
//! Architecture invariant: no clock (seconds are given by the caller) and no metric is computed here.

mod checksum;
mod columns;
mod history;
mod manifest;
mod pairs;
mod per_user;
mod problem;
mod reader;
mod tensors;
mod vocabulary;
mod writer;

#[cfg(test)]
mod tests;

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
