//! Tables in the format of Arrow for files (`.arrow`, Feather of version 2) and for streams.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Float16Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_schema::{DataType, SchemaRef, TimeUnit};
use parquet::file::reader::Length;

use super::Mixed;
use super::messages::{FILE, MESSAGE, Messages};
use super::mixed::{SECONDS_A_DAY, decimal, unsigned};
use super::reader::caught;
use super::source::Source;
use super::text_left::TextLeft;
use crate::DataError;

/// A table that is read batch after batch.
///
/// The library validates what it reads; should it panic even so, that becomes an error, as with Parquet. Sizes that no
/// memory holds are refused before it sees them: see `messages`.
pub(crate) struct ArrowTable {
    source: Source,
    schema: SchemaRef,
    text_left: TextLeft,
}

impl ArrowTable {
    /// Whether a file that begins like this is one.
    pub(crate) fn is_like(magic: &[u8]) -> bool {
        magic.starts_with(FILE) || magic.starts_with(MESSAGE)
    }

    /// Reads the schema.
    pub(crate) fn of(source: Source) -> Result<Self, String> {
        let schema = caught("Arrow", || Ok(Messages::open(copy_of(&source)?)?.schema))?;
        let text_left = TextLeft::new(source.len());
        Ok(Self { source, schema, text_left })
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
        let place = |column: &usize| wanted.binary_search(column).expect("each column is wanted");
        let mut messages = caught("Arrow", || Messages::open(copy_of(&self.source)?)).map_err(&wrong)?;
        loop {
            let values = caught("Arrow", || {
                let Some(batch) = messages.next(&wanted)? else { return Ok(None) };
                let values = columns.iter().map(|column| self.mixed(batch.column(place(column))));
                values.collect::<Result<Vec<_>, _>>().map(Some)
            });
            let Some(values) = values.map_err(&wrong)? else { return Ok(()) };
            each(&values)?;
        }
    }

    /// The values of an array whose type was checked.
    fn mixed(&self, array: &dyn Array) -> Result<Mixed, String> {
        use DataType as D;
        fn texts<'b, T: AsRef<[u8]> + ?Sized + 'b>(values: impl Iterator<Item = Option<&'b T>>) -> Mixed {
            Mixed::Texts(values.map(|value| value.map(|text| text.as_ref().to_vec())).collect())
        }
        Ok(match array.data_type() {
            D::Null => Mixed::Texts(vec![None; array.len()]),
            D::Boolean => Mixed::Flags(array.as_boolean().iter().collect()),
            D::Utf8 => texts(array.as_string::<i32>().iter()),
            D::LargeUtf8 => texts(array.as_string::<i64>().iter()),
            D::Utf8View => {
                let views = array.as_string_view();
                self.text_left.take(views.lengths().map(|n| n as usize))?;
                texts(views.iter())
            }
            D::Binary => texts(array.as_binary::<i32>().iter()),
            D::LargeBinary => texts(array.as_binary::<i64>().iter()),
            D::BinaryView => {
                let views = array.as_binary_view();
                self.text_left.take(views.lengths().map(|n| n as usize))?;
                texts(views.iter())
            }
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
                let Mixed::Whole(keys) = self.mixed(dictionary.keys())? else {
                    return Err("its keys are no numbers".into());
                };
                let values = self.mixed(dictionary.values().as_ref())?;
                self.text_left
                    .take(keys.iter().flatten().filter_map(|&key| values.text_length(usize::try_from(key).ok()?)))?;
                values.at(&keys)
            }
            other => return Err(format!("a column is of type {other}, expected text or numbers")),
        })
    }
}

fn copy_of(source: &Source) -> Result<Source, String> {
    source.try_clone().map_err(|error| format!("cannot be read: {error}"))
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

fn primitive<T: ArrowPrimitiveType, V>(array: &dyn Array, convert: impl Fn(T::Native) -> V) -> Vec<Option<V>> {
    array.as_primitive::<T>().iter().map(|value| value.map(&convert)).collect()
}
