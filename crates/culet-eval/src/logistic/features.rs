//! Where the features of samples come from; they are computed block by block and never stored as a whole.

use std::ops::Range;

use culet_kernels::Matrix;

/// Rows of features, filled in on demand.
pub trait FeatureRows: Sync {
    /// The number of samples.
    fn n_rows(&self) -> usize;

    /// The number of features of a sample.
    fn dim(&self) -> usize;

    /// Writes the features of some samples, row after row, `[rows.len() * dim]`.
    fn fill(&self, rows: Range<usize>, out: &mut [f64]);
}

/// The number of rows that `n_values` numbers make.
///
/// # Panics
/// If they do not fill whole rows.
fn count_rows(n_values: usize, dim: usize) -> usize {
    assert!(dim > 0, "a row has a feature");
    assert_eq!(n_values % dim, 0, "whole rows of {dim} features");
    n_values / dim
}

/// Features in a row-major slice of f64.
#[derive(Debug, Clone, Copy)]
pub struct DenseRows<'a> {
    values: &'a [f64],
    dim: usize,
}

impl<'a> DenseRows<'a> {
    /// Takes `values`, `[n_rows * dim]`.
    ///
    /// # Panics
    /// If `dim` is 0 or the values do not fill whole rows.
    #[must_use]
    pub fn new(values: &'a [f64], dim: usize) -> Self {
        count_rows(values.len(), dim);
        Self { values, dim }
    }
}

impl FeatureRows for DenseRows<'_> {
    fn n_rows(&self) -> usize {
        self.values.len() / self.dim
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn fill(&self, rows: Range<usize>, out: &mut [f64]) {
        out.copy_from_slice(&self.values[rows.start * self.dim..rows.end * self.dim]);
    }
}

/// Features in a row-major slice of f32.
#[derive(Debug, Clone, Copy)]
pub struct DenseRowsF32<'a> {
    values: &'a [f32],
    dim: usize,
}

impl<'a> DenseRowsF32<'a> {
    /// Takes `values`, `[n_rows * dim]`.
    ///
    /// # Panics
    /// If `dim` is 0 or the values do not fill whole rows.
    #[must_use]
    pub fn new(values: &'a [f32], dim: usize) -> Self {
        count_rows(values.len(), dim);
        Self { values, dim }
    }
}

impl FeatureRows for DenseRowsF32<'_> {
    fn n_rows(&self) -> usize {
        self.values.len() / self.dim
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn fill(&self, rows: Range<usize>, out: &mut [f64]) {
        let values = &self.values[rows.start * self.dim..rows.end * self.dim];
        out.iter_mut().zip(values).for_each(|(out, &value)| *out = f64::from(value));
    }
}

/// Some rows of a table: sample k has the features of row `rows[k]`.
#[derive(Debug, Clone, Copy)]
pub struct TableRows<'a> {
    table: &'a Matrix,
    rows: &'a [u32],
}

impl<'a> TableRows<'a> {
    /// Takes the table and the rows to read.
    #[must_use]
    pub fn new(table: &'a Matrix, rows: &'a [u32]) -> Self {
        Self { table, rows }
    }
}

impl FeatureRows for TableRows<'_> {
    fn n_rows(&self) -> usize {
        self.rows.len()
    }

    fn dim(&self) -> usize {
        self.table.dim()
    }

    fn fill(&self, rows: Range<usize>, out: &mut [f64]) {
        for (out, &row) in out.chunks_exact_mut(self.dim()).zip(&self.rows[rows]) {
            out.iter_mut().zip(self.table.row(row as usize)).for_each(|(out, &value)| *out = f64::from(value));
        }
    }
}

/// Elementwise products of the vectors of both ends of pairs, in f64: the published features of a link.
///
/// The two ways to write a pair have the same features to the last bit.
#[derive(Debug, Clone, Copy)]
pub struct HadamardRows<'a> {
    table: &'a Matrix,
    pairs: &'a [(u32, u32)],
}

impl<'a> HadamardRows<'a> {
    /// Takes the vectors of the nodes, `[n_nodes, d]`, and pairs of nodes.
    #[must_use]
    pub fn new(table: &'a Matrix, pairs: &'a [(u32, u32)]) -> Self {
        Self { table, pairs }
    }
}

impl FeatureRows for HadamardRows<'_> {
    fn n_rows(&self) -> usize {
        self.pairs.len()
    }

    fn dim(&self) -> usize {
        self.table.dim()
    }

    fn fill(&self, rows: Range<usize>, out: &mut [f64]) {
        for (out, &(u, v)) in out.chunks_exact_mut(self.dim()).zip(&self.pairs[rows]) {
            let ends = self.table.row(u as usize).iter().zip(self.table.row(v as usize));
            out.iter_mut().zip(ends).for_each(|(out, (&x, &y))| *out = f64::from(x) * f64::from(y));
        }
    }
}
