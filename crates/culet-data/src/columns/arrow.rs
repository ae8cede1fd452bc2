//! Tables in the format of Arrow for files (`.arrow`, Feather of version 2) and for streams.

use std::io::{Cursor, Read};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Float16Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, SchemaRef, TimeUnit};

use super::Mixed;
use super::mixed::{SECONDS_A_DAY, decimal, unsigned};
use super::reader::caught;
use crate::DataError;
use crate::network::unpack::{Input, failure};
use crate::zipped::ReadSeek;

/// A table that is read batch after batch.
///
/// The library validates what it reads; should it panic even so, that becomes an error, as with Parquet.
pub(crate) struct ArrowTable<'a> {
    input: &'a Input,
    schema: SchemaRef,
}

type Batches<'a> = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + 'a>;

impl<'a> ArrowTable<'a> {
    /// Whether a file that begins like this is one.
    pub(crate) fn is_like(magic: &[u8]) -> bool {
        magic.starts_with(FILE) || magic.starts_with(STREAM)
    }

    /// Reads the schema. The inner error is that of a file that makes no sense.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(crate) fn open(input: &'a Input) -> Result<Result<Self, String>, DataError> {
        Ok(batches(input, None)?.map(|(schema, _)| Self { input, schema }))
    }

    pub(crate) fn roots(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    pub(crate) fn flat(&self, name: &str) -> Result<usize, String> {
        let (at, field) = self.schema.fields().find(name).ok_or_else(|| format!("holds no column `{name}`"))?;
        check_type(name, field.data_type()).map(|()| at)
    }

    /// Gives some columns to `each`, in their order.
    pub(crate) fn for_each_batch(
        &self,
        columns: &[usize],
        wrong: impl Fn(String) -> DataError,
        mut each: impl FnMut(&[Mixed]) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let mut wanted = columns.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let (_, mut batches) = batches(self.input, Some(wanted.clone()))?.map_err(&wrong)?;
        let place = |column: &usize| wanted.binary_search(column).expect("each column is wanted");
        loop {
            let next = caught("Arrow", || batches.next().transpose().map_err(|error| error.to_string()));
            let Some(batch) = next.map_err(&wrong)? else { return Ok(()) };
            let values = caught("Arrow", || {
                columns.iter().map(|column| mixed(batch.column(place(column)))).collect::<Result<Vec<_>, _>>()
            });
            each(&values.map_err(&wrong)?)?;
        }
    }
}

const FILE: &[u8] = b"ARROW1";
const STREAM: &[u8] = &[0xff; 4];

/// The schema, and the batches with the wanted columns of it.
fn batches(input: &Input, wanted: Option<Vec<usize>>) -> Result<Result<(SchemaRef, Batches<'_>), String>, DataError> {
    if input.magic(6)?.starts_with(FILE) {
        let source = match input.open_raw()? {
            Some(source) => source,
            None => Box::new(Cursor::new(input.read()?)) as Box<dyn ReadSeek>,
        };
        return Ok(caught("Arrow", || {
            let reader = FileReader::try_new(source, wanted).map_err(|error| error.to_string())?;
            Ok((reader.schema(), Box::new(reader) as Batches<'_>))
        }));
    }
    let opened = input.open()?;
    let mut source = opened.source;
    // The stream reader has no way to tell an error of what unpacks.
    if !matches!(opened.packing, crate::network::unpack::Packing::None) {
        let mut bytes = Vec::new();
        let read = source.read_to_end(&mut bytes);
        read.map_err(|error| failure(&input.path, opened.packing, error))?;
        source = Box::new(Cursor::new(bytes));
    }
    Ok(caught("Arrow", || {
        let reader = StreamReader::try_new_buffered(source, wanted).map_err(|error| error.to_string())?;
        Ok((reader.schema(), Box::new(reader) as Batches<'_>))
    }))
}

fn check_type(name: &str, kind: &DataType) -> Result<(), String> {
    use DataType as D;
    match kind {
        D::Null | D::Boolean | D::Decimal128(..) | D::Date32 | D::Date64 | D::Timestamp(..) => Ok(()),
        D::Utf8 | D::LargeUtf8 | D::Utf8View | D::Binary | D::LargeBinary | D::BinaryView => Ok(()),
        kind if kind.is_integer() || matches!(kind, D::Float16 | D::Float32 | D::Float64) => Ok(()),
        D::Dictionary(_, values) => check_type(name, values),
        kind if kind.is_nested() => Err(format!("column `{name}` is nested, expected one value a row")),
        other => Err(format!("column `{name}` is of type {other}, expected text or numbers")),
    }
}

/// The values of an array whose type was checked.
fn mixed(array: &dyn Array) -> Result<Mixed, String> {
    use DataType as D;
    fn texts<'b, T: AsRef<[u8]> + ?Sized + 'b>(values: impl Iterator<Item = Option<&'b T>>) -> Mixed {
        Mixed::Texts(values.map(|value| value.map(|text| text.as_ref().to_vec())).collect())
    }
    Ok(match array.data_type() {
        D::Null => Mixed::Texts(vec![None; array.len()]),
        D::Boolean => Mixed::Flags(array.as_boolean().iter().collect()),
        D::Utf8 => texts(array.as_string::<i32>().iter()),
        D::LargeUtf8 => texts(array.as_string::<i64>().iter()),
        D::Utf8View => texts(array.as_string_view().iter()),
        D::Binary => texts(array.as_binary::<i32>().iter()),
        D::LargeBinary => texts(array.as_binary::<i64>().iter()),
        D::BinaryView => texts(array.as_binary_view().iter()),
        D::Int8 => Mixed::Whole(primitive::<Int8Type, _>(array, i64::from)),
        D::Int16 => Mixed::Whole(primitive::<Int16Type, _>(array, i64::from)),
        D::Int32 => Mixed::Whole(primitive::<Int32Type, _>(array, i64::from)),
        D::Int64 => Mixed::Whole(primitive::<Int64Type, _>(array, |value| value)),
        D::UInt8 => Mixed::Whole(primitive::<UInt8Type, _>(array, i64::from)),
        D::UInt16 => Mixed::Whole(primitive::<UInt16Type, _>(array, i64::from)),
        D::UInt32 => Mixed::Whole(primitive::<UInt32Type, _>(array, i64::from)),
        D::UInt64 => unsigned(primitive::<UInt64Type, _>(array, |value| value)),
        D::Float16 => Mixed::Reals(primitive::<Float16Type, _>(array, f64::from)),
        D::Float32 => Mixed::Reals(primitive::<Float32Type, _>(array, f64::from)),
        D::Float64 => Mixed::Reals(primitive::<Float64Type, _>(array, |value| value)),
        D::Decimal128(_, scale) => {
            Mixed::Reals(primitive::<Decimal128Type, _>(array, |value| decimal(value, i32::from(*scale))))
        }
        D::Date32 => Mixed::Times(primitive::<Date32Type, _>(array, |days| f64::from(days) * SECONDS_A_DAY)),
        D::Date64 => Mixed::Times(primitive::<Date64Type, _>(array, |ms| ms as f64 / 1e3)),
        D::Timestamp(TimeUnit::Second, _) => Mixed::Times(primitive::<TimestampSecondType, _>(array, |s| s as f64)),
        D::Timestamp(TimeUnit::Millisecond, _) => {
            Mixed::Times(primitive::<TimestampMillisecondType, _>(array, |ms| ms as f64 / 1e3))
        }
        D::Timestamp(TimeUnit::Microsecond, _) => {
            Mixed::Times(primitive::<TimestampMicrosecondType, _>(array, |us| us as f64 / 1e6))
        }
        D::Timestamp(TimeUnit::Nanosecond, _) => {
            Mixed::Times(primitive::<TimestampNanosecondType, _>(array, |ns| ns as f64 / 1e9))
        }
        D::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let Mixed::Whole(keys) = mixed(dictionary.keys())? else { return Err("its keys are no numbers".into()) };
            mixed(dictionary.values().as_ref())?.at(&keys)
        }
        other => return Err(format!("a column is of type {other}, expected text or numbers")),
    })
}

fn primitive<T: ArrowPrimitiveType, V>(array: &dyn Array, convert: impl Fn(T::Native) -> V) -> Vec<Option<V>> {
    array.as_primitive::<T>().iter().map(|value| value.map(&convert)).collect()
}
