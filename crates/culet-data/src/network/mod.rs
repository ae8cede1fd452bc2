//! Networks as edge lists and folders of text files; [`read_network`] says what they hold.
//!
//! A file is read in blocks, so that neither its size nor that of what is unpacked matters.
//!
//! | module | subject |
//! | --- | --- |
//! | `data` | a network in memory, with all that stands beside its edges |
//! | `options` | what a person may say about the files |
//! | `problem` | what can be wrong with a line, a file or a folder |
//! | `sources` | which files there are, and what kind of data set a path holds |
//! | `unpack` | files as they are, or unpacked while they are read |
//! | `lines`, `columns` | the lines of a text, the columns of a line |
//! | `text_file` | both together, errors told with file and line |
//! | `sample`, `layout`, `terms` | what the first lines tell: delimiter, header, what the columns hold |
//! | `texts`, `ids` | from texts to numbers, from ids to nodes |
//! | `edges`, `tables`, `meta` | the content of each kind of file |
//! | `reader` | all of it together |
//! | `in_memory` | the same from tables in memory |
//! | `table_text` | Parquet, Arrow and tables in memory as the text they would be |
//! | `components`, `parts`, `notes` | what is odd, in numbers and in words |
//! | `writer` | the way back |
//! | `describe` | what a network holds, in numbers |
//!
//! Catalogues read their tables by the same means, from `unpack` to `ids`.

pub(crate) mod columns;
mod components;
mod data;
mod describe;
mod edges;
pub(crate) mod ids;
mod in_memory;
pub(crate) mod layout;
pub(crate) mod lines;
mod meta;
pub(crate) mod notes;
pub(crate) mod options;
mod parts;
mod problem;
mod reader;
pub(crate) mod sample;
mod sources;
mod table_text;
mod tables;
pub(crate) mod terms;
pub(crate) mod text_file;
pub(crate) mod texts;
pub(crate) mod unpack;
mod writer;

pub use data::{LinkParts, NetworkData, NodeLabels};
pub use describe::{
    EdgeCount, LabelCount, LabelDescription, NetworkDescription, TypeCount, Weights, describe_network, network_to_text,
};
pub use in_memory::{NetworkTables, read_network_tables};
pub use meta::SplitRecord;
pub use options::{Column, NetworkOptions};
pub use parts::PartDescription;
pub(crate) use problem::NetworkLineError;
pub use problem::{NetworkLineProblem, NetworkProblem};
pub use reader::{read_in_memory, read_network};
pub use sources::{DataKind, detect};
pub use terms::usual_columns;
pub(crate) use writer::quoted;
pub use writer::{write_edge_list, write_network};

#[cfg(test)]
mod tests;
