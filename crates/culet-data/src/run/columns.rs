//! Flat Parquet files of named columns, without the Arrow libraries.

use std::fs::File;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as PhysicalType};
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{ColumnPath, Type};

/// Rows that are converted at a time.
const BATCH: usize = 4096;

/// A column to write.
pub(super) enum Values<'a> {
    /// Texts of which many are alike.
    Category(Vec<&'a str>),
    /// Texts of which few are alike.
    Text(Vec<&'a str>),
    /// Texts that may be absent.
    OptionalText(Vec<Option<&'a str>>),
    /// Whole numbers.
    Counts(&'a [u32]),
    /// Real numbers.
    Reals(&'a [f64]),
}

/// Writes columns of equal length.
pub(super) fn write_columns(columns: &[(&str, Values)], writer: impl Write + Send) -> io::Result<()> {
    write_row_group(columns, writer).map_err(into_io)
}

fn write_row_group(columns: &[(&str, Values)], writer: impl Write + Send) -> Result<(), ParquetError> {
    let mut file = SerializedFileWriter::new(writer, Arc::new(schema(columns)?), Arc::new(properties(columns)))?;
    let mut group = file.next_row_group()?;
    for (_, values) in columns {
        let mut column = group.next_column()?.expect("as many columns as the schema has");
        write_values(values, &mut column)?;
        column.close()?;
    }
    group.close()?;
    file.close().map(drop)
}

fn schema(columns: &[(&str, Values)]) -> Result<Type, ParquetError> {
    let fields = columns.iter().map(|(name, values)| values.field(name).map(Arc::new)).collect::<Result<_, _>>()?;
    Type::group_type_builder("schema").with_fields(fields).build()
}

/// Dictionaries only where values repeat; counts as differences, so that indices cost next to nothing.
fn properties(columns: &[(&str, Values)]) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_created_by(concat!("culet version ", env!("CARGO_PKG_VERSION")).into());
    for (name, values) in columns {
        let path = ColumnPath::from(*name);
        properties = match values {
            Values::Category(_) => properties.set_column_dictionary_enabled(path, true),
            Values::Counts(_) => properties.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED),
            _ => properties,
        };
    }
    properties.build()
}

impl Values<'_> {
    fn field(&self, name: &str) -> Result<Type, ParquetError> {
        let (physical, logical, repetition) = match self {
            Self::Category(_) | Self::Text(_) => {
                (PhysicalType::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED)
            }
            Self::OptionalText(_) => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String), Repetition::OPTIONAL),
            Self::Counts(_) => (PhysicalType::INT32, Some(LogicalType::integer(32, false)), Repetition::REQUIRED),
            Self::Reals(_) => (PhysicalType::DOUBLE, None, Repetition::REQUIRED),
        };
        let field = Type::primitive_type_builder(name, physical);
        field.with_logical_type(logical).with_repetition(repetition).build()
    }
}

fn write_values(values: &Values, column: &mut SerializedColumnWriter) -> Result<(), ParquetError> {
    match values {
        Values::Category(texts) | Values::Text(texts) => {
            for texts in texts.chunks(BATCH) {
                let texts: Vec<ByteArray> = texts.iter().map(|&text| text.into()).collect();
                column.typed::<ByteArrayType>().write_batch(&texts, None, None)?;
            }
        }
        Values::OptionalText(texts) => {
            for texts in texts.chunks(BATCH) {
                let levels: Vec<i16> = texts.iter().map(|text| i16::from(text.is_some())).collect();
                let texts: Vec<ByteArray> = texts.iter().flatten().map(|&text| text.into()).collect();
                column.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), None)?;
            }
        }
        Values::Counts(counts) => {
            for counts in counts.chunks(BATCH) {
                let counts: Vec<i32> = counts.iter().map(|&count| count as i32).collect();
                column.typed::<Int32Type>().write_batch(&counts, None, None)?;
            }
        }
        Values::Reals(reals) => drop(column.typed::<DoubleType>().write_batch(reals, None, None)?),
    }
    Ok(())
}

/// The failure of the writer beneath, where that is what it was.
fn into_io(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}

/// The columns of a file, each read when asked for.
///
/// The Parquet library panics at some contents that make no sense; such a panic is caught and becomes an error. That
/// does not help against sizes that no memory holds: compare the checksum first.
pub(super) struct ColumnReader {
    file: SerializedFileReader<File>,
    n_rows: usize,
}

impl ColumnReader {
    pub(super) fn open(file: File) -> Result<Self, String> {
        let open = || SerializedFileReader::new(file).map_err(|error| format!("is not a Parquet file: {error}"));
        let file = caught(open)?;
        let n_rows = file.metadata().file_metadata().num_rows();
        let n_rows = usize::try_from(n_rows).map_err(|_| format!("claims to hold {n_rows} rows"))?;
        Ok(Self { file, n_rows })
    }

    /// The names of all columns in the order of the file.
    pub(super) fn names(&self) -> Vec<String> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        schema.columns().iter().map(|column| column.name().into()).collect()
    }

    pub(super) fn text(&self, name: &str) -> Result<Vec<String>, String> {
        let (texts, _) = self.read::<ByteArrayType>(name, 0)?;
        texts.iter().map(|text| to_string(name, text)).collect()
    }

    pub(super) fn optional_text(&self, name: &str) -> Result<Vec<Option<String>>, String> {
        let (texts, levels) = self.read::<ByteArrayType>(name, 1)?;
        let mut texts = texts.iter();
        let mut next = || texts.next().ok_or_else(|| format!("column `{name}` ends too early"));
        levels.iter().map(|&level| if level == 0 { Ok(None) } else { to_string(name, next()?).map(Some) }).collect()
    }

    pub(super) fn counts(&self, name: &str) -> Result<Vec<u32>, String> {
        Ok(self.read::<Int32Type>(name, 0)?.0.into_iter().map(|count| count as u32).collect())
    }

    pub(super) fn reals(&self, name: &str) -> Result<Vec<f64>, String> {
        Ok(self.read::<DoubleType>(name, 0)?.0)
    }

    /// The values of a column that are present and, if it may be null (`max_level` 1), the level of each row.
    fn read<T: DataType>(&self, name: &str, max_level: i16) -> Result<(Vec<T::T>, Vec<i16>), String> {
        let column = self.find::<T>(name, max_level)?;
        caught(|| self.read_column::<T>(column, name))
    }

    fn read_column<T: DataType>(&self, column: usize, name: &str) -> Result<(Vec<T::T>, Vec<i16>), String> {
        let (mut values, mut levels, mut n_rows) = (Vec::new(), Vec::new(), 0);
        for group in 0..self.file.num_row_groups() {
            let group = self.file.get_row_group(group).map_err(|error| unreadable(name, &error))?;
            let reader = group.get_column_reader(column).map_err(|error| unreadable(name, &error))?;
            let mut reader = get_typed_column_reader::<T>(reader);
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

/// Turns a panic of the Parquet library into an error.
fn caught<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    // What was being read is dropped, so that nothing half-done is seen later.
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("makes no sense as Parquet".into()))
}

fn unreadable(name: &str, error: &ParquetError) -> String {
    format!("column `{name}` cannot be read: {error}")
}

fn to_string(name: &str, text: &ByteArray) -> Result<String, String> {
    text.as_utf8().map(Into::into).map_err(|_| format!("column `{name}` holds bytes that are not UTF-8"))
}
