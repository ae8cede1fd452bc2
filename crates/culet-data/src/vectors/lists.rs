//! Vectors as a Parquet file with a column of lists.

use std::fs::File;
use std::io::{self, BufWriter};
use std::ops::Range;
use std::sync::Arc;

use culet_graph::Names;
use culet_kernels::Matrix;
use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType, FloatType};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{ColumnPath, Type};

use super::problem::Failure;
use super::source::Source;
use super::table::{Rows, check_finite};
use crate::columns::{ColumnReader, into_io};

/// Numbers that a group of rows holds at most: 16 MB, what writing costs in memory.
const GROUP: usize = 1 << 22;
/// Rows that are converted at a time.
const BATCH: usize = 1024;

pub(super) fn write(rows: &mut Rows, file: &mut BufWriter<File>) -> io::Result<()> {
    write_groups(rows, file).map_err(into_io)
}

fn write_groups(rows: &mut Rows, file: &mut BufWriter<File>) -> Result<(), ParquetError> {
    let nodes = rows.nodes();
    let named = (0..nodes.len()).any(|node| nodes.name(node).is_some());
    let mut file = SerializedFileWriter::new(file, Arc::new(schema(named, rows.is_typed())?), Arc::new(properties()))?;
    let n_rows = (GROUP / rows.dim().max(1)).clamp(1, 1 << 20);
    for start in (0..rows.len()).step_by(n_rows) {
        let range = start..rows.len().min(start + n_rows);
        let mut group = file.next_row_group()?;
        write_texts(next_column(&mut group)?, range.clone().map(|row| Some(nodes.id(row))), 0)?;
        if named {
            write_texts(next_column(&mut group)?, range.clone().map(|row| nodes.name(row)), 1)?;
        }
        if rows.is_typed() {
            write_texts(next_column(&mut group)?, range.clone().map(|row| rows.type_of(row)), 0)?;
        }
        write_vectors(next_column(&mut group)?, rows, range)?;
        group.close()?;
    }
    file.close().map(drop)
}

fn next_column<'a>(
    group: &'a mut SerializedRowGroupWriter<'_, &mut BufWriter<File>>,
) -> Result<SerializedColumnWriter<'a>, ParquetError> {
    Ok(group.next_column()?.expect("as many columns as the schema has"))
}

/// `id` and `type` are always there, `name` may be null; the numbers of a list are never null.
fn schema(named: bool, typed: bool) -> Result<Type, ParquetError> {
    let text = |name: &str, repetition| {
        let field = Type::primitive_type_builder(name, PhysicalType::BYTE_ARRAY);
        field.with_logical_type(Some(LogicalType::String)).with_repetition(repetition).build().map(Arc::new)
    };
    let mut fields = vec![text("id", Repetition::REQUIRED)?];
    if named {
        fields.push(text("name", Repetition::OPTIONAL)?);
    }
    if typed {
        fields.push(text("type", Repetition::REQUIRED)?);
    }
    let number = Type::primitive_type_builder("element", PhysicalType::FLOAT).with_repetition(Repetition::REQUIRED);
    let list = Type::group_type_builder("list").with_repetition(Repetition::REPEATED);
    let list = list.with_fields(vec![Arc::new(number.build()?)]).build()?;
    let vector = Type::group_type_builder("vector").with_repetition(Repetition::REQUIRED);
    let vector = vector.with_logical_type(Some(LogicalType::List)).with_fields(vec![Arc::new(list)]).build()?;
    fields.push(Arc::new(vector));
    Type::group_type_builder("schema").with_fields(fields).build()
}

/// Vectors are as they are: they neither repeat nor compress.
fn properties() -> WriterProperties {
    let vector = ColumnPath::new(["vector", "list", "element"].map(String::from).to_vec());
    WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_column_dictionary_enabled(ColumnPath::from("type"), true)
        .set_column_compression(vector.clone(), Compression::UNCOMPRESSED)
        .set_column_statistics_enabled(vector, EnabledStatistics::None)
        .set_created_by(concat!("culet version ", env!("CARGO_PKG_VERSION")).into())
        .build()
}

/// Writes a column of texts; `max_level` is 1 where they may be absent.
fn write_texts<'a>(
    mut column: SerializedColumnWriter,
    texts: impl Iterator<Item = Option<&'a str>>,
    max_level: i16,
) -> Result<(), ParquetError> {
    let texts: Vec<Option<&str>> = texts.collect();
    for texts in texts.chunks(BATCH) {
        let levels: Vec<i16> = texts.iter().map(|text| if text.is_some() { max_level } else { 0 }).collect();
        let texts: Vec<ByteArray> = texts.iter().flatten().map(|&text| text.into()).collect();
        let levels = (max_level > 0).then_some(levels.as_slice());
        column.typed::<ByteArrayType>().write_batch(&texts, levels, None)?;
    }
    column.close()
}

fn write_vectors(mut column: SerializedColumnWriter, rows: &mut Rows, range: Range<usize>) -> Result<(), ParquetError> {
    let dim = rows.dim();
    // A list of nothing is told by a level of its own.
    let (levels, repeats) = match dim {
        0 => (vec![0], vec![0]),
        _ => (vec![1; dim], (0..dim).map(|k| i16::from(k > 0)).collect::<Vec<i16>>()),
    };
    let n_batch = (BATCH * 16 / dim.max(1)).max(1);
    let (levels, repeats) = (levels.repeat(n_batch), repeats.repeat(n_batch));
    let mut values = Vec::with_capacity(n_batch * dim);
    for start in range.clone().step_by(n_batch) {
        let batch = start..range.end.min(start + n_batch);
        let n_levels = batch.len() * dim.max(1);
        values.clear();
        for row in batch {
            values.extend_from_slice(rows.get(row)?);
        }
        column.typed::<FloatType>().write_batch(&values, Some(&levels[..n_levels]), Some(&repeats[..n_levels]))?;
    }
    column.close()
}

pub(super) fn read(source: Source) -> Result<(Names, Matrix), Failure> {
    let reader = ColumnReader::open(source.reader.into_inner()).map_err(Failure::malformed)?;
    let ids = reader.labels("id").map_err(Failure::malformed)?;
    let has_names = reader.names().iter().any(|name| name == "name");
    let readable = if has_names { reader.optional_text("name").map_err(Failure::malformed)? } else { Vec::new() };
    let (values, dim) = reader.lists("vector").map_err(Failure::malformed)?;
    let mut names = Names::default();
    for (row, id) in ids.iter().enumerate() {
        check_finite(&values[row * dim..(row + 1) * dim], row, id)?;
        names.push(id, readable.get(row).and_then(Option::as_deref));
    }
    Ok((names, Matrix::from_values(ids.len(), dim, &values)))
}
