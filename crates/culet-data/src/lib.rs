//! Everything Culet reads and writes: data sets, generated catalogues, run folders.
//!
//! Architecture invariant: no model mathematics, no clock, no terminal. Bad input is an error with file and line, never
//! a panic and never a silent skip.

#![forbid(unsafe_code)]

mod atomic;
mod dataset;
mod describe;
mod error;
mod kgat;
mod run;
mod synth;

pub use atomic::write_atomically;
pub use dataset::Dataset;
pub use describe::{Description, Fingerprint, Quantiles, RelationCount, describe, thousands, to_text};
pub use error::DataError;
pub use kgat::{KgatOptions, LineProblem, check_trainable, read_kgat, write_kgat};
pub use run::{
    Damage, FileRecord, Manifest, PerUserTable, Protocol, Run, RunContents, RunProblem, RunSummary, RunWriter,
    Selection,
};
pub use synth::{
    Catalogue, CatalogueConfig, IntentMatch, PlantedIntent, PlantedIntents, SizedCounts, UserMatch, match_intents,
    match_users, relation_auc, synthesise, synthesise_sized,
};

/// The parsers beneath [`read_kgat`], for tests on arbitrary bytes; not a part of the stable interface.
#[doc(hidden)]
pub mod fuzzing {
    pub use crate::kgat::{
        Entry, Kind, Largest, LineError, ParsedInteractions, ParsedTriplets, Sources, assemble, parse_interactions,
        parse_list, parse_names, parse_triplets,
    };
}
