//! Histories of users who were never trained.

use std::path::Path;

use super::options::CatalogueOptions;
use super::table;
use crate::DataError;
use crate::network::Column;
use crate::network::columns::text;
use crate::network::text_file::TextFile;
use crate::network::unpack::Input;
use crate::network::{NetworkLineError, NetworkLineProblem};

/// An item of a user's history, as a file tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    /// The number of the line, from 1.
    pub line: usize,
    /// The user's id.
    pub user: String,
    /// The item's id.
    pub item: String,
}

/// Reads a table of histories: a user and an item a line, in columns that are found out as those of a table of
/// interactions are (see [`read_catalogue`](crate::read_catalogue)); it may be packed by gzip or zstd.
///
/// # Errors
/// [`DataError`] for a file that cannot be read, and with the line for one that is no such table.
pub fn read_histories(path: &Path) -> Result<Vec<HistoryLine>, DataError> {
    let input = Input::file(path.to_owned());
    let mut file = TextFile::open(&input)?.with_breaks();
    let layout = table::layout(&input, &file, &CatalogueOptions::default(), None)?;
    let places = [Column::Source, Column::Target].map(|own| layout.place(own));
    let [Some(user), Some(item)] = places else { unreachable!("a layout has both ends") };
    let mut lines = Vec::new();
    file.for_each_or_earlier(layout.delimiter, layout.header, |line, bytes, columns| {
        let at = |problem| NetworkLineError { line, problem };
        table::check_width(&layout, bytes, columns).map_err(at)?;
        let id = |column: usize, what: &'static str| {
            let id = columns.get_or_empty(bytes, column);
            if id.is_empty() {
                return Err(at(NetworkLineProblem::Empty { what }));
            }
            text(&id).map(str::to_owned).map_err(at)
        };
        lines.push(HistoryLine { line, user: id(user, "user")?, item: id(item, "item")? });
        Ok(())
    })?;
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, content: &str) -> Result<Vec<HistoryLine>, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), content).unwrap();
        let named = |error: DataError| error.to_string().replace(&format!("{}/", folder.path().display()), "");
        read_histories(&folder.path().join(name)).map_err(named)
    }

    #[test]
    fn columns_are_found_with_and_without_a_header() {
        let line = |line, user: &str, item: &str| HistoryLine { line, user: user.into(), item: item.into() };
        let expected = vec![line(2, "ann", "a, b"), line(3, "bob", "c")];
        assert_eq!(read("h.csv", "user,item\nann,\"a, b\"\nbob,c\n").unwrap(), expected);
        assert_eq!(read("h.tsv", "item\trating\tuser\na, b\t3\tann\nc\t5\tbob\n").unwrap(), expected);
        assert_eq!(read("h.txt", "1 2\n1 3\n").unwrap(), [line(1, "1", "2"), line(2, "1", "3")]);
        assert_eq!(read("h.csv", "").unwrap(), []);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        assert_eq!(read("h.csv", "user,item\nann,a\nbob,\n").unwrap_err(), "h.csv:3: the item is empty");
        assert!(read("h.csv", "user,item\nann\n").unwrap_err().starts_with("h.csv:2: "));
        assert!(read_histories(Path::new("none.csv")).is_err());
    }
}
