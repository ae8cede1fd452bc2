//! Vectors to write, and vectors as they are read.

use std::fmt;
use std::io;

use culet_graph::{Names, NodeTypes};
use culet_kernels::Matrix;

use super::VectorProblem;
use super::problem::Failure;

/// Writes the numbers of a row.
type Fill<'a> = Box<dyn Fn(usize, &mut [f32]) + 'a>;

/// Vectors to write: a table, or rows that are computed one at a time.
pub struct VectorTable<'a> {
    nodes: &'a Names,
    types: Option<&'a NodeTypes>,
    dim: usize,
    fill: Fill<'a>,
}

impl<'a> VectorTable<'a> {
    /// The rows of a table.
    ///
    /// # Panics
    /// If there is not one row for each node.
    #[must_use]
    pub fn of(nodes: &'a Names, table: &'a Matrix) -> Self {
        assert_eq!(table.n_rows(), nodes.len(), "one row for each node");
        Self::from_rows(nodes, table.dim(), |row, out| out.copy_from_slice(&table.row(row)[..table.dim()]))
    }

    /// Rows of `dim` numbers that `fill` writes, from the first to the last.
    #[must_use]
    pub fn from_rows(nodes: &'a Names, dim: usize, fill: impl Fn(usize, &mut [f32]) + 'a) -> Self {
        Self { nodes, types: None, dim, fill: Box::new(fill) }
    }

    /// Adds the type of each node, where the network has types.
    ///
    /// # Panics
    /// If there is not one type for each node.
    #[must_use]
    pub fn with_types(mut self, types: Option<&'a NodeTypes>) -> Self {
        if let Some(types) = types {
            assert_eq!(types.of.len(), self.nodes.len(), "one type for each node");
        }
        self.types = types;
        self
    }

    pub(super) fn nodes(&self) -> &'a Names {
        self.nodes
    }

    pub(super) fn types(&self) -> Option<&'a NodeTypes> {
        self.types
    }
}

impl fmt::Debug for VectorTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VectorTable {} x {}", self.nodes.len(), self.dim)
    }
}

/// The rows of a table while it is written; remembers why it stopped.
pub(super) struct Rows<'a> {
    table: &'a VectorTable<'a>,
    row: Vec<f32>,
    problem: Option<VectorProblem>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(table: &'a VectorTable<'a>) -> Self {
        Self { table, row: vec![0.0; table.dim], problem: None }
    }

    pub(super) fn len(&self) -> usize {
        self.table.nodes.len()
    }

    pub(super) fn dim(&self) -> usize {
        self.table.dim
    }

    pub(super) fn nodes(&self) -> &'a Names {
        self.table.nodes
    }

    /// Whether nodes have types.
    pub(super) fn is_typed(&self) -> bool {
        self.table.types.is_some()
    }

    /// The name of a node's type, if nodes have types.
    pub(super) fn type_of(&self, node: usize) -> Option<&'a str> {
        self.table.types.map(|types| types.names[usize::from(types.of[node])].as_str())
    }

    /// The vector of a node; an error, to be told by [`Rows::into_problem`], if a number is not finite.
    pub(super) fn get(&mut self, row: usize) -> io::Result<&[f32]> {
        (self.table.fill)(row, &mut self.row);
        match check_finite(&self.row, row, self.table.nodes.id(row)) {
            Ok(()) => Ok(&self.row),
            Err(problem) => {
                self.problem = Some(problem);
                Err(io::ErrorKind::InvalidData.into())
            }
        }
    }

    /// Why writing had to stop, if it was the numbers.
    pub(super) fn into_problem(self) -> Option<VectorProblem> {
        self.problem
    }
}

/// Refuses numbers that are not finite.
pub(super) fn check_finite(vector: &[f32], row: usize, id: &str) -> Result<(), VectorProblem> {
    match vector.iter().find(|x| !x.is_finite()) {
        Some(&value) => Err(VectorProblem::NotFinite { row, id: id.into(), value: value.into() }),
        None => Ok(()),
    }
}

/// A table that is being read, row after row, of a size that was compared with that of the file.
pub(super) struct Growing {
    names: Names,
    table: Matrix,
}

impl Growing {
    /// Makes room for `n_rows` rows of `dim` numbers, unless a file of `file_bytes` cannot hold them with at least
    /// `row_bytes` each.
    pub(super) fn new(n_rows: usize, dim: usize, row_bytes: Option<usize>, file_bytes: u64) -> Result<Self, Failure> {
        let least = row_bytes.and_then(|bytes| bytes.checked_mul(n_rows)).map(|bytes| bytes as u64);
        if least.is_none_or(|least| least > file_bytes) || u32::try_from(n_rows).is_err() {
            let what =
                format!("announces {n_rows} vectors of {dim} numbers, more than its {file_bytes} bytes can hold");
            return Err(Failure::malformed(what));
        }
        Ok(Self { names: Names::default(), table: Matrix::zeros(n_rows, dim) })
    }

    /// How many rows were read.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Adds a row, whose numbers `fill` writes.
    ///
    /// # Panics
    /// If all rows are there.
    pub(super) fn push(
        &mut self,
        id: &str,
        name: Option<&str>,
        fill: impl FnOnce(&mut [f32]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (row, dim) = (self.names.len(), self.table.dim());
        let vector = &mut self.table.row_mut(row)[..dim];
        fill(vector)?;
        check_finite(vector, row, id)?;
        self.names.push(id, name);
        Ok(())
    }

    /// The table, all of whose rows were read.
    pub(super) fn finish(self) -> (Names, Matrix) {
        assert_eq!(self.names.len(), self.table.n_rows(), "all rows were read");
        (self.names, self.table)
    }
}
