//! The layout that holds a data set whole: a folder of Parquet tables that go by external ids.
//!
//! | file | columns |
//! | --- | --- |
//! | `interactions.parquet` | `user`, `item`, `part` (train, valid or test) |
//! | `facts.parquet` | `head_kind`, `head`, `relation`, `tail_kind`, `tail`; a kind is item or entity |
//! | `names.parquet` | `kind` (user, item, entity or relation), `id`, `name` (null where there is none) |
//! | `catalogue.json` | the version of the layout, and the fingerprint of the data set |
//!
//! Rows of `names.parquet` stand in the order of the numbers of their kind, and entities are numbered behind the items,
//! so that the data set comes back number by number. Ends of facts tell their kind, as an id may be that of an item and
//! of another entity. Nothing is read if the fingerprint of what is there is another than that in `catalogue.json`.

mod reader;
mod writer;

pub(super) use reader::read;
use serde::{Deserialize, Serialize};
pub(super) use writer::write;

use crate::Fingerprint;

/// The version that is written, and the only one that is read.
const VERSION: u64 = 1;

const ABOUT: &str = "catalogue.json";
const INTERACTIONS: &str = "interactions.parquet";
const FACTS: &str = "facts.parquet";
const NAMES: &str = "names.parquet";

const PARTS: [&str; 3] = ["train", "valid", "test"];
const ITEM: &str = "item";
const ENTITY: &str = "entity";
const KINDS: [&str; 4] = ["user", ITEM, ENTITY, "relation"];

/// What `catalogue.json` says.
#[derive(Debug, Serialize, Deserialize)]
struct About {
    /// The version of the layout.
    version: u64,
    fingerprint: Fingerprint,
}
