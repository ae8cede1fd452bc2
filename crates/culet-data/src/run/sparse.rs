//! Sparse tables among the tensors of a run: `NAME.counts` U32 `[n_rows]` (entries of each row), `NAME.columns` U32 and
//! `NAME.values` F32 `[n_stored]`, and `NAME.n_columns` in the metadata.

use std::collections::BTreeMap;

use culet_kernels::SparseMatrix;

use super::tensors::{Tensor, TensorFile};

/// A sparse table on its way to the file.
pub(super) struct SparseTensors<'a> {
    /// Of the counts, the columns and the values.
    names: [String; 3],
    counts: Vec<u32>,
    table: &'a SparseMatrix,
}

impl<'a> SparseTensors<'a> {
    /// # Panics
    /// Never: a row has at most as many entries as there are columns, and these are numbered in 32 bits.
    pub(super) fn new(name: &str, table: &'a SparseMatrix) -> Self {
        let count = |pair: &[u64]| u32::try_from(pair[1] - pair[0]).expect("columns are numbered in 32 bits");
        Self {
            names: ["counts", "columns", "values"].map(|part| format!("{name}.{part}")),
            counts: table.offsets().windows(2).map(count).collect(),
            table,
        }
    }

    pub(super) fn tensors(&self) -> [(&str, Tensor<'_>); 3] {
        let [counts, columns, values] = &self.names;
        [
            (counts.as_str(), Tensor::Words(&self.counts)),
            (columns.as_str(), Tensor::Words(self.table.columns())),
            (values.as_str(), Tensor::Reals(self.table.values())),
        ]
    }
}

/// What the metadata say of the tables.
pub(super) fn metadata(tables: &[(String, &SparseMatrix)]) -> BTreeMap<String, String> {
    tables.iter().map(|(name, table)| (n_columns(name), table.n_columns().to_string())).collect()
}

fn n_columns(name: &str) -> String {
    format!("{name}.n_columns")
}

/// Whether there is a sparse table of that name.
pub(super) fn contains(file: &TensorFile, name: &str) -> bool {
    file.contains(&format!("{name}.counts"))
}

/// Reads a sparse table.
pub(super) fn read(file: &TensorFile, name: &str) -> Result<SparseMatrix, String> {
    let counts = file.words(&format!("{name}.counts"))?;
    let (columns, values) = (file.words(&format!("{name}.columns"))?, file.reals(&format!("{name}.values"))?);
    let mut end = 0;
    let ends = counts.into_iter().map(|count| {
        end += u64::from(count);
        end
    });
    let offsets = std::iter::once(0).chain(ends).collect();
    let n_columns = file.count(&n_columns(name))?;
    SparseMatrix::try_from_parts(n_columns, offsets, columns, values)
        .map_err(|reason| format!("`{name}` is no table: {reason}"))
}
