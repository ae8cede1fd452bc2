//! The values of Arrow arrays, of whatever type.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, ByteArrayType, Date32Type, Date64Type, Decimal128Type, Float16Type, Float32Type, Float64Type,
    GenericBinaryType, GenericStringType, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, GenericByteArray};
use arrow_schema::{DataType, TimeUnit};

use super::mixed::{Kind, Mixed, SECONDS_A_DAY, TextColumn, decimals, seconds, unsigned};
use super::text_left::TextLeft;

/// Refuses a column that is neither text, number nor time.
pub(super) fn check_type(name: &str, kind: &DataType) -> Result<(), String> {
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

/// What the values of a type that was checked are.
pub(super) fn kind_of(kind: &DataType) -> Kind {
    use DataType as D;
    match kind {
        D::Boolean => Kind::Flag,
        D::Float16 | D::Float32 | D::Float64 => Kind::Float,
        D::Decimal128(_, scale) => Kind::of_decimals((*scale).into()),
        D::Date32 | D::Date64 | D::Timestamp(..) => Kind::Time,
        D::Dictionary(_, values) => kind_of(values),
        kind if kind.is_integer() => Kind::Whole,
        _ => Kind::Text,
    }
}

/// The values of an array whose type was checked.
pub(super) fn mixed(array: &dyn Array, text_left: &TextLeft) -> Result<Mixed, String> {
    use DataType as D;
    if let Some(text_at) = texts_of(array) {
        return texts((0..array.len()).map(text_at), text_left).map(Mixed::Texts);
    }
    Ok(match array.data_type() {
        D::Null => Mixed::Texts((0..array.len()).map(|_| None::<&[u8]>).collect()),
        D::Boolean => Mixed::Flags(array.as_boolean().iter().collect()),
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
        D::Decimal128(_, scale) => decimals(primitive::<Decimal128Type, _>(array, |value| value), i32::from(*scale)),
        D::Date32 | D::Date64 | D::Timestamp(..) => Mixed::Times(times(array)?),
        D::Dictionary(..) => dictionary(array, text_left)?,
        other => return Err(format!("a column is of type {other}, expected text or numbers")),
    })
}

fn times(array: &dyn Array) -> Result<Vec<Option<f64>>, String> {
    use DataType as D;
    Ok(match array.data_type() {
        D::Date32 => primitive::<Date32Type, _>(array, |days| f64::from(days) * SECONDS_A_DAY),
        D::Date64 => primitive::<Date64Type, _>(array, |ms| seconds(ms, 1_000)),
        D::Timestamp(TimeUnit::Second, _) => primitive::<TimestampSecondType, _>(array, |s| s as f64),
        D::Timestamp(TimeUnit::Millisecond, _) => {
            primitive::<TimestampMillisecondType, _>(array, |ms| seconds(ms, 1_000))
        }
        D::Timestamp(TimeUnit::Microsecond, _) => {
            primitive::<TimestampMicrosecondType, _>(array, |us| seconds(us, 1_000_000))
        }
        D::Timestamp(TimeUnit::Nanosecond, _) => {
            primitive::<TimestampNanosecondType, _>(array, |ns| seconds(ns, 1_000_000_000))
        }
        other => return Err(format!("a column is of type {other}, expected times")),
    })
}

fn dictionary(array: &dyn Array, text_left: &TextLeft) -> Result<Mixed, String> {
    let dictionary = array.as_any_dictionary();
    let Mixed::Whole(keys) = mixed(dictionary.keys(), text_left)? else {
        return Err("its keys are no numbers".into());
    };
    let n = dictionary.values().len();
    let place = |key: Option<i64>| key.and_then(|key| usize::try_from(key).ok()).filter(|&at| at < n);
    match texts_of(dictionary.values().as_ref()) {
        // Only the values of these rows are looked at: a dictionary may be far longer than a slice of the rows.
        Some(text_at) => texts(keys.into_iter().map(|key| text_at(place(key)?)), text_left).map(Mixed::Texts),
        None => Ok(mixed(dictionary.values().as_ref(), text_left)?.at(&keys)),
    }
}

fn texts<'b>(values: impl Iterator<Item = Option<&'b [u8]>>, text_left: &TextLeft) -> Result<TextColumn, String> {
    let mut texts = TextColumn::default();
    for text in values {
        text_left.take(text.map(<[u8]>::len))?;
        texts.push(text);
    }
    Ok(texts)
}

/// The bytes in a row of an array.
type TextAt<'a> = Box<dyn Fn(usize) -> Option<&'a [u8]> + 'a>;

/// The texts of an array of such.
fn texts_of(array: &dyn Array) -> Option<TextAt<'_>> {
    use DataType as D;
    Some(match array.data_type() {
        D::Utf8 => bytes_of::<GenericStringType<i32>>(array.as_string::<i32>()),
        D::LargeUtf8 => bytes_of::<GenericStringType<i64>>(array.as_string::<i64>()),
        D::Binary => bytes_of::<GenericBinaryType<i32>>(array.as_binary::<i32>()),
        D::LargeBinary => bytes_of::<GenericBinaryType<i64>>(array.as_binary::<i64>()),
        D::Utf8View => {
            let views = array.as_string_view();
            Box::new(|row| views.is_valid(row).then(|| views.value(row).as_bytes()))
        }
        D::BinaryView => {
            let views = array.as_binary_view();
            Box::new(|row| views.is_valid(row).then(|| views.value(row)))
        }
        _ => return None,
    })
}

/// As bytes, within their bounds: whether they are text is looked at where one is needed.
fn bytes_of<T: ByteArrayType>(array: &GenericByteArray<T>) -> TextAt<'_>
where
    T::Offset: Into<i64>,
{
    let (offsets, bytes) = (array.value_offsets(), array.value_data());
    Box::new(move |row| {
        let at = |k: usize| usize::try_from((*offsets.get(k)?).into()).ok();
        if array.is_null(row) { None } else { bytes.get(at(row)?..at(row + 1)?) }
    })
}

fn primitive<T: ArrowPrimitiveType, V>(array: &dyn Array, convert: impl Fn(T::Native) -> V) -> Vec<Option<V>> {
    array.as_primitive::<T>().iter().map(|value| value.map(&convert)).collect()
}
