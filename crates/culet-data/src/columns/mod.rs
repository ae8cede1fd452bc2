//! Flat Parquet files of named columns, without the Arrow libraries.

mod lists;
mod mixed;
mod reader;
mod writer;

pub(crate) use mixed::Mixed;
pub(crate) use reader::ColumnReader;
pub(crate) use writer::{Rows, Values, into_io, write_columns, write_groups};
