//! Parquet, Arrow and tables in memory as the text that they would be: a row a line, between tabs, under a header.
//!
//! So one reader serves text and tables. Nothing is lost on the way: numbers are written with all their digits, texts in
//! quotes where they must be; a column that is not one value a row is there and empty.

use std::io::{self, Read, Write};
use std::path::Path;

use super::columns::Delimiter;
use super::unpack::Input;
use crate::DataError;
use crate::catalogue::CatalogueProblem;
use crate::columns::{ForeignTable, Groups, Kind, Mixed};

/// What separates the columns.
pub(crate) const TABS: Delimiter = Delimiter::Byte(b'\t');

/// How many rows are written at once.
const ROWS: usize = 4096;

/// A table that is read as text.
pub(crate) struct TableText<'a> {
    table: ForeignTable<'a>,
    groups: Groups,
    /// Where the values of each column stand among those of a group.
    places: Vec<Option<usize>>,
    /// Whether times are seconds rather than dates.
    seconds: bool,
    values: Vec<Mixed>,
    row: usize,
    text: Vec<u8>,
    n_given: usize,
}

/// The columns of such a table.
#[derive(Debug)]
pub(crate) struct TableColumns<'a> {
    pub(crate) path: &'a Path,
    pub(crate) columns: Vec<TableColumn>,
}

#[derive(Debug)]
pub(crate) struct TableColumn {
    pub(crate) name: String,
    /// What its values are, or why it cannot be used.
    kind: Result<Kind, CatalogueProblem>,
}

/// Opens a table; times are seconds since 1970 or dates.
///
/// # Errors
/// A file that cannot be read, or makes no sense.
pub(crate) fn open(input: &Input, seconds: bool) -> Result<(TableText<'_>, TableColumns<'_>), DataError> {
    let table = ForeignTable::open(input)?;
    let (mut columns, mut flat, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for name in table.roots() {
        let is_new = columns.iter().all(|column: &TableColumn| column.name != name);
        let at = if is_new { table.flat(&name) } else { Err(format!("it has two columns `{name}`")) };
        let at = at.map_err(|what| table.no_sense(what));
        places.push(at.as_ref().ok().map(|_| flat.len()));
        flat.extend(at.as_ref().ok());
        columns.push(TableColumn { name, kind: at.map(|at| table.kind(at)) });
    }
    let groups = table.groups(flat)?;
    let mut text = Vec::new();
    for (k, TableColumn { name, .. }) in columns.iter().enumerate() {
        text.extend(if k == 0 { &b""[..] } else { b"\t" });
        let name: String = name.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        push_quoted(&mut text, name.as_bytes());
    }
    text.push(b'\n');
    let text = TableText { table, groups, places, seconds, values: Vec::new(), row: 0, text, n_given: 0 };
    Ok((text, TableColumns { path: &input.path, columns }))
}

impl TableText<'_> {
    /// Writes further lines, if there are any.
    fn fill(&mut self) -> Result<(), DataError> {
        (self.n_given, self.text) = (0, std::mem::take(&mut self.text));
        self.text.clear();
        while self.row == self.values.first().map_or(0, Mixed::len) {
            let Some(values) = self.table.next_group(&mut self.groups)? else { return Ok(()) };
            if values.is_empty() {
                return Ok(());
            }
            (self.values, self.row) = (values, 0);
        }
        let end = self.values[0].len().min(self.row + ROWS);
        for row in self.row..end {
            for (k, place) in self.places.iter().enumerate() {
                self.text.extend(if k == 0 { &b""[..] } else { b"\t" });
                match place {
                    Some(at) => push_value(&mut self.text, &self.values[*at], row, self.seconds),
                    None => push_quoted(&mut self.text, b""),
                }
            }
            self.text.push(b'\n');
        }
        self.row = end;
        Ok(())
    }
}

impl Read for TableText<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.n_given == self.text.len() {
            self.fill().map_err(io::Error::other)?;
        }
        let n = (&self.text[self.n_given..]).read(out)?;
        self.n_given += n;
        Ok(n)
    }
}

fn push_value(text: &mut Vec<u8>, values: &Mixed, row: usize, seconds: bool) {
    let written = match values {
        Mixed::Whole(numbers) => numbers[row].map(|number| write!(text, "{number}")),
        Mixed::Reals(numbers) => numbers[row].filter(|n| seconds || !n.is_nan()).map(|number| write!(text, "{number}")),
        Mixed::Times(times) if seconds => times[row].map(|time| write!(text, "{time}")),
        _ => return push_quoted(text, &values.text(row).unwrap_or_default()),
    };
    match written {
        Some(written) => written.expect("a list of bytes takes in all"),
        None => push_quoted(text, b""),
    }
}

/// Appends a text, in quotes unless it is sure to be read back as it is.
fn push_quoted(text: &mut Vec<u8>, value: &[u8]) {
    let is_plain = |byte: &u8| !matches!(byte, 0..=b' ' | b'"' | b'#' | b'%' | b'/');
    if !value.is_empty() && value.iter().all(is_plain) {
        return text.extend_from_slice(value);
    }
    text.push(b'"');
    for (k, part) in value.split(|&byte| byte == b'"').enumerate() {
        text.extend(if k == 0 { &b""[..] } else { b"\"\"" });
        text.extend_from_slice(part);
    }
    text.push(b'"');
}

impl TableColumns<'_> {
    /// Refuses a column that is not one value a row, if it is there; and where it is to hold ids, other values than those.
    pub(crate) fn check(&self, place: usize, what: &'static str, are_ids: bool) -> Result<(), DataError> {
        let Some(TableColumn { name, kind }) = self.columns.get(place) else { return Ok(()) };
        let problem = match kind {
            Err(problem) => problem.clone(),
            Ok(kind) => match kind.no_ids().filter(|_| are_ids) {
                Some(found) => CatalogueProblem::NoIds { column: name.clone(), what, found },
                None => return Ok(()),
            },
        };
        Err(DataError::catalogue(self.path, problem))
    }

    /// The names of the columns as a message lists them.
    pub(crate) fn names(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|column| format!("`{}`", column.name)).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }

    /// The error of a column that is not there.
    pub(crate) fn lacks(&self, name: &str) -> DataError {
        DataError::catalogue(self.path, CatalogueProblem::NoColumn { name: name.to_owned(), found: self.names() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::columns::Columns;

    #[test]
    fn what_is_quoted_is_read_back_as_it_is() {
        for value in ["", "a", " a", "a\tb", "say \"hi\"", "\"", "\"\"", "#a", "% b", "//c", "a,b;c", "a\rb\n", "ü"] {
            let mut line = Vec::new();
            push_quoted(&mut line, value.as_bytes());
            line.extend(b"\t");
            push_quoted(&mut line, value.as_bytes());
            let mut columns = Columns::default();
            columns.split(&line, TABS).unwrap();
            assert_eq!(columns.all(&line), [value.as_bytes(); 2]);
        }
    }
}
