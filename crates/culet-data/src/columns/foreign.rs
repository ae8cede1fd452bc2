//! Tables that other programs wrote, with columns of types of their own: Parquet, Arrow IPC, and batches in memory.

use std::sync::Arc;

use super::memory::{Batches, NextRows};
use super::messages::Messages;
use super::{ArrowTable, ColumnReader, Kind, Mixed};
use crate::DataError;
use crate::catalogue::CatalogueProblem;
use crate::network::unpack::Input;

/// A table in any of these formats.
pub(crate) struct ForeignTable<'a> {
    input: &'a Input,
    table: Table,
}

enum Table {
    Parquet(ColumnReader),
    Arrow(ArrowTable),
    Memory(Arc<Batches>),
}

/// Some columns of a table, as far as they were not yet read.
pub(crate) struct Groups {
    columns: Vec<usize>,
    next: Next,
}

enum Next {
    Group(usize),
    Batch(Messages),
    Rows(NextRows),
}

impl<'a> ForeignTable<'a> {
    /// Whether a file that begins like this is such a table.
    pub(crate) fn is_like(magic: &[u8]) -> bool {
        magic.starts_with(b"PAR1") || ArrowTable::is_like(magic)
    }

    /// Opens a table of the format that its first bytes tell; or else it must be Parquet.
    ///
    /// # Errors
    /// A file that cannot be read, or makes no sense.
    pub(crate) fn open(input: &'a Input) -> Result<Self, DataError> {
        if let Some(batches) = input.batches() {
            return Ok(Self { input, table: Table::Memory(batches) });
        }
        if ArrowTable::is_like(&input.magic(6)?) {
            let table = ArrowTable::of(input.columns()?).map_err(|what| malformed(input, ARROW, what))?;
            return Ok(Self { input, table: Table::Arrow(table) });
        }
        let reader = ColumnReader::of(input.columns()?).map_err(|what| malformed(input, PARQUET, what))?;
        Ok(Self { input, table: Table::Parquet(reader) })
    }

    /// The names of the columns at the top, nested ones included.
    pub(crate) fn roots(&self) -> Vec<String> {
        match &self.table {
            Table::Parquet(reader) => reader.roots(),
            Table::Arrow(table) => table.roots(),
            Table::Memory(batches) => batches.roots(),
        }
    }

    /// The column of a name, if it is one value a row.
    ///
    /// # Errors
    /// Another column: nested, or of a type that is neither text, number nor time.
    pub(crate) fn flat(&self, name: &str) -> Result<usize, String> {
        match &self.table {
            Table::Parquet(reader) => reader.flat(name),
            Table::Arrow(table) => table.flat(name),
            Table::Memory(batches) => batches.flat(name),
        }
    }

    /// What the values of a flat column are.
    pub(crate) fn kind(&self, column: usize) -> Kind {
        match &self.table {
            Table::Parquet(reader) => reader.kind(column),
            Table::Arrow(table) => table.kind(column),
            Table::Memory(batches) => batches.kind(column),
        }
    }

    /// The flat column of a name, which is to hold ids of `what` (a `user`).
    ///
    /// # Errors
    /// A column that is nested, or holds something else than texts or whole numbers.
    pub(crate) fn ids(&self, name: &str, what: &'static str) -> Result<usize, DataError> {
        let at = self.flat(name).map_err(|problem| self.malformed(problem))?;
        self.kind(at).no_ids().map_or(Ok(at), |found| Err(self.no_ids(name, what, found)))
    }

    /// The error of a column whose values are no ids.
    pub(crate) fn no_ids(&self, column: &str, what: &'static str, found: &'static str) -> DataError {
        DataError::catalogue(&self.input.path, CatalogueProblem::NoIds { column: column.to_owned(), what, found })
    }

    /// Gives some flat columns to `each`, a group of rows at a time; all are equally long.
    ///
    /// # Errors
    /// Contents that make no sense; what `each` finds wrong.
    pub(crate) fn for_each_group(
        &self,
        columns: &[usize],
        mut each: impl FnMut(&[Mixed]) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let mut groups = self.groups(columns.to_vec())?;
        while let Some(values) = self.next_group(&mut groups)? {
            each(&values)?;
        }
        Ok(())
    }

    /// These flat columns, from the first row on.
    ///
    /// # Errors
    /// Contents that make no sense.
    pub(crate) fn groups(&self, columns: Vec<usize>) -> Result<Groups, DataError> {
        let next = match &self.table {
            Table::Parquet(_) => Next::Group(0),
            Table::Arrow(table) => Next::Batch(table.batches().map_err(|what| self.malformed(what))?),
            Table::Memory(_) => Next::Rows(NextRows::default()),
        };
        Ok(Groups { columns, next })
    }

    /// The columns of the next rows, equally long; none behind the last.
    ///
    /// # Errors
    /// Contents that make no sense.
    pub(crate) fn next_group(&self, groups: &mut Groups) -> Result<Option<Vec<Mixed>>, DataError> {
        let Groups { columns, next } = groups;
        let values = match (&self.table, next) {
            (Table::Parquet(reader), Next::Group(group)) => next_of_parquet(reader, group, columns),
            (Table::Arrow(table), Next::Batch(messages)) => table.next(messages, columns),
            (Table::Memory(batches), Next::Rows(rows)) => batches.next(columns, rows),
            _ => Err("it was opened as another format".into()),
        };
        values.map_err(|what| self.malformed(what))
    }

    /// The error of a table that makes no sense.
    pub(crate) fn malformed(&self, what: String) -> DataError {
        DataError::catalogue(&self.input.path, self.no_sense(what))
    }

    /// What is wrong with a table that makes no sense.
    pub(crate) fn no_sense(&self, what: String) -> CatalogueProblem {
        let format = match self.table {
            Table::Parquet(_) => PARQUET,
            Table::Arrow(_) => ARROW,
            Table::Memory(_) => "a table in memory",
        };
        CatalogueProblem::Malformed { format, what }
    }

    /// The error of a row, counted from 1.
    pub(crate) fn in_row(&self, row: usize, what: String) -> DataError {
        DataError::catalogue(&self.input.path, CatalogueProblem::Row { row, what })
    }

    /// The error of a column that is not there.
    pub(crate) fn lacks(&self, name: &str) -> DataError {
        let found = self.roots().iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let found = if found.is_empty() { "none".to_owned() } else { found };
        DataError::catalogue(&self.input.path, CatalogueProblem::NoColumn { name: name.to_owned(), found })
    }
}

fn next_of_parquet(reader: &ColumnReader, group: &mut usize, columns: &[usize]) -> Result<Option<Vec<Mixed>>, String> {
    if *group == reader.n_groups() {
        return Ok(None);
    }
    let values = columns.iter().map(|&at| reader.group(*group, at)).collect::<Result<Vec<_>, _>>()?;
    *group += 1;
    let n = values.first().map_or(0, Mixed::len);
    if values.iter().any(|column| column.len() != n) {
        return Err("its columns are not equally long".into());
    }
    Ok(Some(values))
}

const PARQUET: &str = "a Parquet table";
const ARROW: &str = "an Arrow table";

fn malformed(input: &Input, format: &'static str, what: String) -> DataError {
    DataError::catalogue(&input.path, CatalogueProblem::Malformed { format, what })
}
