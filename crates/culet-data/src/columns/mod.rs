//! Flat files of named columns: Parquet without the Arrow libraries, and what others wrote as Parquet or Arrow IPC or hold
//! in memory.

mod arrow;
mod arrow_values;
mod foreign;
mod lists;
mod memory;
mod messages;
mod mixed;
mod page_header;
mod pages;
mod reader;
mod source;
mod text_left;
mod writer;

pub(crate) use arrow::ArrowTable;
pub(crate) use foreign::{ForeignTable, Groups};
pub(crate) use memory::Batches;
pub use memory::MemoryTable;
pub(crate) use mixed::{Kind, Mixed};
pub(crate) use reader::ColumnReader;
pub(crate) use source::Source;
pub(crate) use writer::{Rows, Values, into_io, write_columns, write_groups};
