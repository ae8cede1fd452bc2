//! Everything Culet reads and writes: data sets, public ones and generated ones too, and run folders.
//!
//! Architecture invariant: no model mathematics, no clock, no terminal. Bad input is an error with file and line, never
//! a panic and never a silent skip.

#![forbid(unsafe_code)]

mod atomic;
mod catalogue;
mod catalogue_split;
mod cause;
mod columns;
mod dataset;
mod describe;
mod error;
mod fetch;
mod kgat;
mod moment;
mod network;
mod new_folder;
mod places;
mod public;
mod recommendations;
mod run;
mod shown;
mod split;
mod synth;
mod unpack;
mod vectors;
mod zipped;

/// What tables in memory are made of, of the version of Arrow that this library reads.
pub use arrow_array::RecordBatch;
pub use arrow_schema::SchemaRef;
pub use atomic::write_atomically;
pub use catalogue::{
    CatalogueOptions, CatalogueProblem, CatalogueTables, CatalogueTarget, ColumnChoice, Format, HistoryLine,
    find_format, read_catalogue, read_catalogue_tables, read_histories, read_timed, read_timed_tables, read_unsplit,
    read_unsplit_tables, read_with_spans, write_catalogue,
};
pub use catalogue_split::{
    CataloguePlan, CatalogueSplit, CatalogueSplitRecord, CoreLosses, PartCount, PartCounts, PartPlan, SourceRecord,
    SplitBy, UnsplitCatalogue, split_catalogue, write_catalogue_split,
};
pub use cause::{cause, in_full};
pub use columns::MemoryTable;
pub use dataset::Dataset;
pub use describe::{
    Description, Fingerprint, PartOverlap, PartTimes, Quantiles, RelationCount, TimeSpan, describe, describe_timed,
    size_in_words, thousands, to_text,
};
pub use error::DataError;
pub use fetch::{FetchProblem, GetEvent, GetObserver, Patience, Place, SilentGet};
pub use kgat::{KgatOptions, LineProblem, check_trainable, read_kgat, write_kgat};
pub use moment::Moment;
pub use network::{
    Column, DataKind, EdgeCount, LabelCount, LabelDescription, LinkParts, NetworkData, NetworkDescription,
    NetworkLineProblem, NetworkOptions, NetworkProblem, NetworkTables, NodeLabels, PartDescription, SplitRecord,
    TypeCount, Weights, describe_network, detect, network_to_text, read_network, read_network_tables, usual_columns,
    write_edge_list, write_network,
};
pub use public::{GetOptions, Got, GotFile, PublicFile, PublicSet, PublicSets, get, licence_accepted, staging_of};
pub use recommendations::{Recommendation, RecommendationFormat, write_recommendations};
pub use run::{
    CatalogueParts, CatalogueView, Checkpoints, Damage, DataFingerprint, DataView, FileRecord, KeptPlace, KeptState,
    KeptTraining, Manifest, NetworkFingerprint, NetworkParts, NetworkView, PerUserTable, Protocol, Run, RunContents,
    RunData, RunKind, RunProblem, RunSummary, RunWriter, Selection, TrainingPlan,
};
pub use split::{Negatives, NetworkSplit, SplitPlan, split_network};
pub use synth::{
    Catalogue, CatalogueConfig, IntentMatch, NetworkConfig, PlantedIntent, PlantedIntents, PlantedNetwork, SizedCounts,
    UserMatch, match_intents, match_users, relation_auc, synthesise, synthesise_network, synthesise_network_sized,
    synthesise_sized,
};
pub use unpack::{ArchiveProblem, UnpackLimits};
pub use vectors::{VectorFormat, VectorProblem, VectorTable, read_vectors, write_vectors};

/// The parsers beneath [`read_kgat`], [`read_catalogue`] and [`read_network`], and what unpacks downloads, for tests on arbitrary bytes; not a part of the stable
/// interface.
#[doc(hidden)]
pub mod fuzzing {
    pub use crate::catalogue::read_catalogue_in_memory;
    pub use crate::kgat::{
        Entry, Kind, Largest, LineError, ParsedInteractions, ParsedTriplets, Sources, assemble, parse_interactions,
        parse_list, parse_names, parse_triplets,
    };
    pub use crate::network::read_in_memory as read_network_in_memory;
    pub use crate::unpack::unpack_for_tests as unpack;
}
