//! Tables of numbers as NumPy's arrays.

use culet::graph::{Names, Vocabulary};
use culet::kernels::Matrix;
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1};
use pyo3::prelude::*;

use crate::errors::Problem;

/// A table, `[n_rows, dim]`.
pub(crate) fn matrix<'py>(py: Python<'py>, table: &Matrix) -> PyResult<Bound<'py, PyArray2<f32>>> {
    let (n, dim) = (table.n_rows(), table.dim());
    let mut numbers = Vec::with_capacity(n * dim);
    (0..n).for_each(|row| numbers.extend_from_slice(&table.row(row)[..dim]));
    PyArray1::from_vec(py, numbers).reshape([n, dim])
}

/// Two columns of pairs.
pub(crate) type Columns<'py> = (Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<u32>>);

/// Pairs as two columns.
pub(crate) fn columns(py: Python<'_>, pairs: impl Iterator<Item = (u32, u32)>) -> Columns<'_> {
    let (left, right): (Vec<u32>, Vec<u32>) = pairs.unzip();
    (PyArray1::from_vec(py, left), PyArray1::from_vec(py, right))
}

/// Numbers below `n`.
pub(crate) fn indices(what: &str, given: &PyReadonlyArray1<'_, u32>, n: usize) -> PyResult<Vec<u32>> {
    let indices: Vec<u32> = given.as_array().iter().copied().collect();
    match indices.iter().find(|&&index| index as usize >= n) {
        Some(index) => Err(Problem::input(format!("there is no {what} number {index}: there are {n}")).into()),
        None => Ok(indices),
    }
}

/// The ids of the first `n`.
pub(crate) fn ids(names: &Names, n: usize) -> Vec<&str> {
    (0..n).map(|place| names.id(place)).collect()
}

/// The readable names of the first `n`, if any has one.
pub(crate) fn names(names: &Names, n: usize) -> Option<Vec<Option<&str>>> {
    let all: Vec<_> = (0..n).map(|place| names.name(place)).collect();
    all.iter().any(Option::is_some).then_some(all)
}

/// The names of a kind of a catalogue's nodes, and how many of them there are: items are the first entities.
pub(crate) fn of_kind<'a>(names: &'a Vocabulary, n_items: usize, kind: &str) -> Option<(&'a Names, usize)> {
    Some(match kind {
        "user" => (&names.users, names.users.len()),
        "item" => (&names.entities, n_items),
        "entity" => (&names.entities, names.entities.len()),
        "relation" => (&names.relations, names.relations.len()),
        _ => return None,
    })
}
