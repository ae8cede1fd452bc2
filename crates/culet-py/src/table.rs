//! From columns in Python to tables in memory.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::ffi_stream::RecordBatchStreamReader;
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, TimestampMicrosecondArray, UInt64Array,
};
use arrow_pyarrow::FromPyArrow;
use arrow_schema::{Field, Schema};
use culet::data::MemoryTable;
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyList, PyString};

use crate::errors::Problem;

/// A table from what exports an Arrow stream, or else from a list of (name, kind, values): `kind` is `int`, `uint`, `float`,
/// `bool` or `time` (microseconds since 1970, the least number for none) with an array, or `object` with a list.
pub(crate) fn table(name: &str, source: &Bound<'_, PyAny>) -> PyResult<MemoryTable> {
    let (schema, batches) = if source.hasattr("__arrow_c_stream__")? {
        let reader = RecordBatchStreamReader::from_pyarrow_bound(source)?;
        let schema = arrow_array::RecordBatchReader::schema(&reader);
        let batches = reader.collect::<Result<Vec<_>, _>>();
        (schema, batches.map_err(|error| Problem::input(format!("{name}: the Arrow stream breaks off: {error}")))?)
    } else {
        let columns: Vec<(String, String, Bound<'_, PyAny>)> = source.extract()?;
        let batch = batch(name, &columns)?;
        (batch.schema(), vec![batch])
    };
    Ok(MemoryTable::new(name, schema, batches).map_err(Problem::from)?)
}

fn batch(name: &str, columns: &[(String, String, Bound<'_, PyAny>)]) -> PyResult<RecordBatch> {
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(columns.len());
    for (column, kind, values) in columns {
        arrays.push(array(name, column, kind, values)?);
    }
    let uneven = arrays.windows(2).position(|pair| pair[0].len() != pair[1].len());
    if let Some(k) = uneven {
        let [(a, n), (b, m)] = [k, k + 1].map(|k| (&columns[k].0, arrays[k].len()));
        return Err(Problem::input(format!("{name}: column `{a}` has {n} rows, and column `{b}` has {m}")).into());
    }
    let field =
        |((name, ..), array): (&(String, String, _), &ArrayRef)| Field::new(name, array.data_type().clone(), true);
    let schema = Schema::new(columns.iter().zip(&arrays).map(field).collect::<Vec<_>>());
    Ok(RecordBatch::try_new(Arc::new(schema), arrays).map_err(|error| Problem::input(format!("{name}: {error}")))?)
}

fn array(table: &str, column: &str, kind: &str, values: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    Ok(match kind {
        "int" => Arc::new(Int64Array::from(numbers::<i64>(values)?)),
        "uint" => Arc::new(UInt64Array::from(numbers::<u64>(values)?)),
        // What is no number is nothing.
        "float" => {
            Arc::new(Float64Array::from_iter(numbers::<f64>(values)?.into_iter().map(|x| (!x.is_nan()).then_some(x))))
        }
        "bool" => Arc::new(BooleanArray::from(numbers::<bool>(values)?)),
        "time" => {
            let times = numbers::<i64>(values)?.into_iter().map(|time| (time != i64::MIN).then_some(time));
            Arc::new(TimestampMicrosecondArray::from_iter(times))
        }
        _ => objects(table, column, values.cast::<PyList>()?)?,
    })
}

fn numbers<T: numpy::Element + Copy>(values: &Bound<'_, PyAny>) -> PyResult<Vec<T>> {
    let array: PyReadonlyArray1<'_, T> = values.extract()?;
    Ok(array.as_array().iter().copied().collect())
}

/// What a column of Python's objects holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Text,
    Whole,
    Real,
    Flag,
}

impl Sort {
    fn in_words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Whole => "a whole number",
            Self::Real => "a float",
            Self::Flag => "true or false",
        }
    }
}

/// The sort of an object, or nothing where it stands for none.
fn sort_of(value: &Bound<'_, PyAny>) -> Option<Result<Sort, String>> {
    if value.is_none() {
        return None;
    }
    if value.is_instance_of::<PyString>() || value.is_instance_of::<PyBytes>() {
        return Some(Ok(Sort::Text));
    }
    if value.is_instance_of::<PyBool>() {
        return Some(Ok(Sort::Flag));
    }
    if value.is_instance_of::<PyInt>() {
        return Some(Ok(Sort::Whole));
    }
    if value.is_instance_of::<PyFloat>() {
        let is_nothing = value.extract::<f64>().is_ok_and(f64::is_nan);
        return (!is_nothing).then_some(Ok(Sort::Real));
    }
    let kind = value.get_type().name().map_or_else(|_| "?".to_owned(), |name| name.to_string());
    if matches!(kind.as_str(), "NAType" | "NaTType") { None } else { Some(Err(kind)) }
}

fn objects(table: &str, column: &str, values: &Bound<'_, PyList>) -> PyResult<ArrayRef> {
    let wrong =
        |row: usize, what: String| Problem::input(format!("{table}: row {}: column `{column}` holds {what}", row + 1));
    let mut found: Option<(Sort, usize)> = None;
    for (row, value) in values.iter().enumerate() {
        let sort = match sort_of(&value) {
            None => continue,
            Some(sort) => sort.map_err(|kind| {
                wrong(row, format!("an object of type `{kind}`")).hint("texts, numbers, times and None are read")
            })?,
        };
        match found {
            None => found = Some((sort, row)),
            Some((Sort::Whole, first)) if sort == Sort::Real => found = Some((Sort::Real, first)),
            Some((Sort::Real, _)) if sort == Sort::Whole => {}
            Some((other, _)) if other == sort => {}
            Some((other, first)) => {
                let what = format!("{}, and row {} {}", sort.in_words(), first + 1, other.in_words());
                return Err(wrong(row, what).hint("make them one type, such as by `astype(str)`").into());
            }
        }
    }
    let filled = |value: &Bound<'_, PyAny>| sort_of(value).is_some();
    Ok(match found.map(|(sort, _)| sort) {
        Some(Sort::Whole) => {
            let number = |(row, value): (usize, Bound<'_, PyAny>)| {
                let number = filled(&value).then(|| value.extract::<i64>()).transpose();
                number.map_err(|_| wrong(row, "a whole number of more than 63 bits".to_owned()).into())
            };
            Arc::new(Int64Array::from(values.iter().enumerate().map(number).collect::<PyResult<Vec<_>>>()?))
        }
        Some(Sort::Real) => {
            let number = |value: Bound<'_, PyAny>| filled(&value).then(|| value.extract::<f64>()).transpose();
            Arc::new(Float64Array::from(values.iter().map(number).collect::<PyResult<Vec<_>>>()?))
        }
        Some(Sort::Flag) => {
            let flag = |value: Bound<'_, PyAny>| filled(&value).then(|| value.extract::<bool>()).transpose();
            Arc::new(BooleanArray::from(values.iter().map(flag).collect::<PyResult<Vec<_>>>()?))
        }
        Some(Sort::Text) | None => {
            let mut texts = StringBuilder::with_capacity(values.len(), 16 * values.len());
            for (row, value) in values.iter().enumerate() {
                if !filled(&value) {
                    texts.append_null();
                } else if let Ok(text) = value.cast::<PyString>() {
                    // Lone surrogates are no text.
                    texts.append_value(text.to_cow().map_err(|_| wrong(row, "what is no text in Unicode".to_owned()))?);
                } else {
                    let bytes = value.cast::<PyBytes>()?.as_bytes();
                    let text =
                        std::str::from_utf8(bytes).map_err(|_| wrong(row, "bytes that are no UTF-8".to_owned()))?;
                    texts.append_value(text);
                }
            }
            Arc::new(texts.finish())
        }
    })
}
