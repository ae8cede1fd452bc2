//! Tables that other programs wrote, with columns of types of their own: Parquet and Arrow IPC.

use super::{ArrowTable, ColumnReader, Mixed};
use crate::DataError;
use crate::catalogue::CatalogueProblem;
use crate::network::unpack::Input;

/// A table in either format.
pub(crate) struct ForeignTable<'a> {
    input: &'a Input,
    table: Table,
}

enum Table {
    Parquet(ColumnReader),
    Arrow(ArrowTable),
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
        }
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
        match &self.table {
            Table::Parquet(reader) => (0..reader.n_groups()).try_for_each(|group| {
                let values = columns.iter().map(|&at| reader.group(group, at)).collect::<Result<Vec<_>, _>>();
                let values = values.map_err(|what| self.malformed(what))?;
                let n = values.first().map_or(0, Mixed::len);
                if values.iter().any(|column| column.len() != n) {
                    return Err(self.malformed("its columns are not equally long".into()));
                }
                each(&values)
            }),
            Table::Arrow(table) => table.for_each_batch(columns, |what| self.malformed(what), each),
        }
    }

    /// The error of a table that makes no sense.
    pub(crate) fn malformed(&self, what: String) -> DataError {
        let format = if matches!(self.table, Table::Parquet(_)) { PARQUET } else { ARROW };
        malformed(self.input, format, what)
    }

    /// The error of a row, counted from 1.
    pub(crate) fn in_row(&self, row: usize, what: String) -> DataError {
        DataError::catalogue(&self.input.path, CatalogueProblem::Row { row, what })
    }

    /// The error of a column that is not there.
    pub(crate) fn lacks(&self, name: &str) -> DataError {
        let found = self.roots().iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        DataError::catalogue(&self.input.path, CatalogueProblem::NoColumn { name: name.to_owned(), found })
    }
}

const PARQUET: &str = "a Parquet table";
const ARROW: &str = "an Arrow table";

fn malformed(input: &Input, format: &'static str, what: String) -> DataError {
    DataError::catalogue(&input.path, CatalogueProblem::Malformed { format, what })
}
