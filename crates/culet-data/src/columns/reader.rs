//! Reading columns.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::basic::{Compression, Type as PhysicalType};
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader, Length, SerializedFileReader};
use parquet::schema::types::ColumnDescPtr;

use super::page_header::check_pages;
use super::pages::CheckedPages;
use super::source::Source;
use super::text_left::TextLeft;

/// Rows that are converted at a time.
const BATCH: usize = 4096;

/// A file with more values than this ...
const HARMLESS_VALUES: u64 = 1 << 21;
/// ... has at most so many for each of its bytes. Columns of which most values are alike take next to nothing, but no
/// table has only such.
const MOST_VALUES_A_BYTE: u64 = 250;

/// The columns of a file, each read when asked for.
///
/// The Parquet library panics at some contents that make no sense; such a panic is caught and becomes an error. That
/// does not help against sizes that no memory holds, so those are compared with the size of the file: see `pages` and
/// `page_header`.
pub(crate) struct ColumnReader {
    pub(super) file: SerializedFileReader<Source>,
    pub(super) n_rows: usize,
    /// The same bytes once more, as the library does not give them back.
    source: Source,
    pub(super) text_left: TextLeft,
}

impl ColumnReader {
    pub(crate) fn open(file: File) -> Result<Self, String> {
        Self::of(Source::file(file).map_err(|error| format!("cannot be read: {error}"))?)
    }

    pub(crate) fn of(source: Source) -> Result<Self, String> {
        let again = source.try_clone().map_err(|error| format!("cannot be read: {error}"))?;
        let open = || SerializedFileReader::new(again).map_err(|error| format!("is not a Parquet file: {error}"));
        let file = caught("Parquet", open)?;
        let n_rows = check_counts(file.metadata(), source.len())?;
        let text_left = TextLeft::new(source.len());
        Ok(Self { file, n_rows, source, text_left })
    }

    /// The names of all columns in the order of the file.
    pub(crate) fn names(&self) -> Vec<String> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        schema.columns().iter().map(|column| column.name().into()).collect()
    }

    pub(crate) fn text(&self, name: &str) -> Result<Vec<String>, String> {
        let (texts, _) = self.read::<ByteArrayType>(name, 0)?;
        self.text_left.take(texts.iter().map(ByteArray::len))?;
        texts.iter().map(|text| to_string(name, text)).collect()
    }

    /// Texts that may be null; the column may also be one of texts that may not.
    pub(crate) fn optional_text(&self, name: &str) -> Result<Vec<Option<String>>, String> {
        if self.shape_of(name)?.1 == 0 {
            return Ok(self.text(name)?.into_iter().map(Some).collect());
        }
        let (texts, levels) = self.read::<ByteArrayType>(name, 1)?;
        self.text_left.take(texts.iter().map(ByteArray::len))?;
        let mut texts = texts.iter();
        let mut next = || texts.next().ok_or_else(|| format!("column `{name}` ends too early"));
        levels.iter().map(|&level| if level == 0 { Ok(None) } else { to_string(name, next()?).map(Some) }).collect()
    }

    pub(crate) fn counts(&self, name: &str) -> Result<Vec<u32>, String> {
        Ok(self.read::<Int32Type>(name, 0)?.0.into_iter().map(|count| count as u32).collect())
    }

    pub(crate) fn reals(&self, name: &str) -> Result<Vec<f64>, String> {
        Ok(self.read::<DoubleType>(name, 0)?.0)
    }

    /// Texts or whole numbers as text, none of them null.
    pub(crate) fn labels(&self, name: &str) -> Result<Vec<String>, String> {
        let numbers = |numbers: Vec<i64>| numbers.iter().map(i64::to_string).collect();
        let (physical, max_level) = self.shape_of(name)?;
        let (labels, levels): (Vec<String>, Vec<i16>) = match physical {
            PhysicalType::INT64 => {
                let (values, levels) = self.read::<Int64Type>(name, max_level)?;
                (numbers(values), levels)
            }
            PhysicalType::INT32 => {
                let (values, levels) = self.read::<Int32Type>(name, max_level)?;
                (numbers(values.into_iter().map(i64::from).collect()), levels)
            }
            _ => {
                let (texts, levels) = self.read::<ByteArrayType>(name, max_level)?;
                self.text_left.take(texts.iter().map(ByteArray::len))?;
                (texts.iter().map(|text| to_string(name, text)).collect::<Result<_, _>>()?, levels)
            }
        };
        match levels.iter().position(|&level| level < max_level) {
            Some(row) => Err(format!("row {row} of column `{name}` is null")),
            None => Ok(labels),
        }
    }

    fn shape_of(&self, name: &str) -> Result<(PhysicalType, i16), String> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        let column = schema.columns().iter().find(|column| column.name() == name);
        let column = column.ok_or_else(|| format!("holds no column `{name}`"))?;
        Ok((column.physical_type(), column.max_def_level()))
    }

    /// The values of a column that are present and, if it may be null (`max_level` 1), the level of each row.
    fn read<T: DataType>(&self, name: &str, max_level: i16) -> Result<(Vec<T::T>, Vec<i16>), String> {
        let column = self.find::<T>(name, max_level)?;
        caught("Parquet", || self.read_column::<T>(column, name))
    }

    fn read_column<T: DataType>(&self, column: usize, name: &str) -> Result<(Vec<T::T>, Vec<i16>), String> {
        let (mut values, mut levels, mut n_rows) = (Vec::new(), Vec::new(), 0);
        for group in 0..self.file.num_row_groups() {
            let mut reader = self.column_reader::<T>(group, column, name)?;
            loop {
                let read = reader.read_records(BATCH, Some(&mut levels), None, &mut values);
                match read.map_err(|error| unreadable(name, &error))? {
                    (0, ..) => break,
                    (n, ..) => n_rows += n,
                }
            }
        }
        if n_rows != self.n_rows {
            return Err(format!("column `{name}` holds {n_rows} rows, expected {}", self.n_rows));
        }
        Ok((values, levels))
    }

    pub(super) fn column_reader<T: DataType>(
        &self,
        group: usize,
        column: usize,
        name: &str,
    ) -> Result<ColumnReaderImpl<T>, String> {
        let codec = self.file.metadata().row_group(group).column(column).compression();
        // Brotli alone unpacks to any size, whatever a header tells: the other packings are bounded by it, or by themselves
        // (deflate to 1,032 and LZ4 to 255 times what is packed).
        if matches!(codec, Compression::LZO | Compression::BROTLI(_)) {
            let codec = codec.to_string();
            let codec = codec.split('(').next().unwrap_or_default();
            return Err(format!(
                "column `{name}` is compressed by {codec}, expected ZSTD, SNAPPY, GZIP, LZ4 or nothing"
            ));
        }
        let failed = |error| unreadable(name, &error);
        let group = self.file.get_row_group(group).map_err(failed)?;
        let chunk = group.metadata().column(column);
        check_pages(&self.source, chunk.byte_range()).map_err(|what| format!("column `{name}`: {what}"))?;
        let descr = chunk.column_descr_ptr();
        let pages = group.get_column_page_reader(column).map_err(failed)?;
        let n_values = chunk.num_values().unsigned_abs();
        let pages = CheckedPages::new(pages, ColumnDescPtr::clone(&descr), n_values);
        Ok(ColumnReaderImpl::new(descr, Box::new(pages)))
    }

    fn find<T: DataType>(&self, name: &str, max_level: i16) -> Result<usize, String> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        let columns = schema.columns();
        let at = columns.iter().position(|column| column.name() == name);
        let at = at.ok_or_else(|| format!("holds no column `{name}`"))?;
        let found = (columns[at].physical_type(), columns[at].max_def_level(), columns[at].max_rep_level());
        let expected = (T::get_physical_type(), max_level, 0);
        if found == expected { Ok(at) } else { Err(format!("column `{name}` is {found:?}, expected {expected:?}")) }
    }
}

/// The number of rows, if a file of this size can hold as many values as it claims: see [`most_values`].
fn check_counts(about: &ParquetMetaData, size: u64) -> Result<usize, String> {
    let n_rows = about.file_metadata().num_rows();
    let impossible = || format!("claims to hold {n_rows} rows");
    let columns = about.row_groups().iter().flat_map(RowGroupMetaData::columns);
    let counts = columns.map(|column| u64::try_from(column.num_values()).ok());
    let n_values = counts.sum::<Option<u64>>().ok_or_else(impossible)?;
    let most = most_values(size);
    if n_values > most {
        return Err(format!("claims to hold {n_values} values in {size} bytes, expected at most {most}"));
    }
    usize::try_from(n_rows).map_err(|_| impossible())
}

/// The most values that a file of this size can hold: see [`HARMLESS_VALUES`].
pub(super) fn most_values(size: u64) -> u64 {
    HARMLESS_VALUES.max(size.saturating_mul(MOST_VALUES_A_BYTE))
}

/// Turns a panic of the library for a format into an error.
pub(super) fn caught<T>(format: &str, read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    // What was being read is dropped, so that nothing half-done is seen later.
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(format!("makes no sense as {format}")))
}

pub(super) fn unreadable(name: &str, error: &ParquetError) -> String {
    format!("column `{name}` cannot be read: {error}")
}

fn to_string(name: &str, text: &ByteArray) -> Result<String, String> {
    text.as_utf8().map(Into::into).map_err(|_| format!("column `{name}` holds bytes that are not UTF-8"))
}
