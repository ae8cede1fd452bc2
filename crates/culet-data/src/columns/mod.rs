//! Flat Parquet files of named columns, without the Arrow libraries.

mod lists;
mod mixed;
mod page_header;
mod pages;
mod reader;
mod source;
mod writer;

pub(crate) use mixed::Mixed;
pub(crate) use reader::ColumnReader;
pub(crate) use source::Source;
pub(crate) use writer::{Rows, Values, into_io, write_columns, write_groups};
