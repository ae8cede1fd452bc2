//! Trained tables: how they start, and how they come back from a stored run.

use culet_graph::{Purpose, Stream};
use culet_kernels::Matrix;

use crate::ModelError;

/// A table of uniform numbers of Glorot & Bengio's width, sqrt(6 / (fan_in + dim)); `number` tells the tables of a model
/// apart.
pub(crate) fn glorot((n_rows, dim): (usize, usize), fan_in: usize, seed: u64, number: u64) -> Matrix {
    let width = (6.0 / (fan_in + dim).max(1) as f64).sqrt();
    let stream = Stream::new(seed, Purpose::Initialise, number);
    let draw = |k: usize| ((2.0 * stream.uniform(k as u64) - 1.0) * width) as f32;
    Matrix::from_values(n_rows, dim, &(0..n_rows * dim).map(draw).collect::<Vec<_>>())
}

/// A stored table, which must have this shape.
pub(crate) fn stored_table(
    name: &str,
    (n_rows, dim): (usize, usize),
    stored: &dyn Fn(&str) -> Option<Matrix>,
) -> Result<Matrix, ModelError> {
    let expected = format!("{n_rows} x {dim}");
    let bad = |found: String| ModelError::BadTable { name: name.to_owned(), found, expected: expected.clone() };
    let table = stored(name).ok_or_else(|| bad("missing".to_owned()))?;
    match (table.n_rows(), table.dim()) {
        shape if shape == (n_rows, dim) => Ok(table),
        (n_rows, dim) => Err(bad(format!("{n_rows} x {dim}"))),
    }
}
