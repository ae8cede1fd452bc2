//! Flat files of named columns: Parquet without the Arrow libraries, and what others wrote as Parquet or Arrow IPC.

mod arrow;
mod foreign;
mod lists;
mod mixed;
mod reader;
mod writer;

pub(crate) use arrow::ArrowTable;
pub(crate) use foreign::ForeignTable;
pub(crate) use mixed::Mixed;
pub(crate) use reader::ColumnReader;
pub(crate) use writer::{Rows, Values, into_io, write_columns, write_groups};
