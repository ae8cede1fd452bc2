//! Writing columns.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, FloatType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{ColumnPath, Type};

/// Rows that are converted at a time.
const BATCH: usize = 4096;

/// A column to write.
pub(crate) enum Values<'a> {
    /// Texts of which many are alike.
    Category(Vec<&'a str>),
    /// Texts of which few are alike.
    Text(Vec<&'a str>),
    /// Texts that may be absent.
    OptionalText(Vec<Option<&'a str>>),
    /// Whole numbers.
    Counts(Cow<'a, [u32]>),
    /// Real numbers.
    Reals(&'a [f64]),
    /// Real numbers of half the width.
    Singles(Vec<f32>),
}

/// Names of columns, and what they hold.
pub(crate) type Rows<'a> = Vec<(&'a str, Values<'a>)>;

/// Writes columns of equal length.
pub(crate) fn write_columns(columns: &[(&str, Values)], writer: impl Write + Send) -> io::Result<()> {
    write_all(columns, std::iter::empty(), writer).map_err(into_io)
}

/// Writes rows in groups, all of the same columns, so that neither writing nor reading needs all of them at once.
///
/// # Panics
/// If there is no group.
pub(crate) fn write_groups<'a>(
    mut groups: impl Iterator<Item = Rows<'a>>,
    writer: impl Write + Send,
) -> io::Result<()> {
    let first = groups.next().expect("a file has a group, if an empty one");
    write_all(&first, groups, writer).map_err(into_io)
}

fn write_all<'a>(
    first: &[(&str, Values)],
    rest: impl Iterator<Item = Rows<'a>>,
    writer: impl Write + Send,
) -> Result<(), ParquetError> {
    let mut file = SerializedFileWriter::new(writer, Arc::new(schema(first)?), Arc::new(properties(first)))?;
    write_group(first, &mut file)?;
    for group in rest {
        write_group(&group, &mut file)?;
    }
    file.close().map(drop)
}

fn write_group<W: Write + Send>(
    columns: &[(&str, Values)],
    file: &mut SerializedFileWriter<W>,
) -> Result<(), ParquetError> {
    let mut group = file.next_row_group()?;
    for (_, values) in columns {
        let mut column = group.next_column()?.expect("as many columns as the schema has");
        write_values(values, &mut column)?;
        column.close()?;
    }
    group.close().map(drop)
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
            Self::Singles(_) => (PhysicalType::FLOAT, None, Repetition::REQUIRED),
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
        Values::Singles(reals) => drop(column.typed::<FloatType>().write_batch(reals, None, None)?),
        Values::Reals(reals) => drop(column.typed::<DoubleType>().write_batch(reals, None, None)?),
    }
    Ok(())
}

/// The failure of the writer beneath, where that is what it was.
pub(crate) fn into_io(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}
