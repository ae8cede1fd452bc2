//! What can be wrong with the files of a catalogue as a whole.

use std::path::PathBuf;

/// What is wrong with a file or folder of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueProblem {
    /// Nothing that any reader understands.
    #[error("holds no catalogue that is understood")]
    NoFormat {
        /// A file or folder in it that may be meant.
        similar: Option<PathBuf>,
    },
    /// Not what the format asked for needs.
    #[error("is not in the format `{format}`: expected {needs}")]
    NotInFormat {
        /// The format asked for.
        format: &'static str,
        /// What that needs.
        needs: &'static str,
    },
    /// Several tables of users and items.
    #[error("holds several tables of users and items: `{first}` and `{second}`")]
    SeveralTables {
        /// One.
        first: String,
        /// Another.
        second: String,
    },
    /// A column that was asked for and is not there.
    #[error("has no column `{name}`; there are {found}")]
    NoColumn {
        /// The column.
        name: String,
        /// The columns there are.
        found: String,
    },
    /// A table whose columns cannot be named.
    #[error("has no header that names its columns: `{text}`")]
    NoHeader {
        /// The first line.
        text: String,
    },
    /// A table or graph about nothing that is known.
    #[error("is about none of the {known}: its first id is `{id}`, that of an item `{item}`")]
    Unrelated {
        /// `items` or `items and entities`.
        known: &'static str,
        /// The first id.
        id: String,
        /// The id of the first item.
        item: String,
    },
    /// A least rating, or a cut by time, where no column tells any.
    #[error("has no column with {what}")]
    Lacks {
        /// `ratings` or `times`.
        what: &'static str,
        /// What a person would say of the columns, where that can be said.
        columns: Option<String>,
    },
    /// A header that names items and no users.
    #[error("names items (`{item}`) in its header, but no users: `{text}`")]
    NoUsers {
        /// The column of the items.
        item: String,
        /// The header.
        text: String,
    },
    /// A table of interactions in the place of one of the items.
    #[error("names users (`{column}`), so that it is no table of the items")]
    TellsOfUsers {
        /// The column of the users.
        column: String,
    },
    /// Nothing to learn from.
    #[error("holds no interaction that counts")]
    NoInteractions,
    /// Objects of Python, which only Python can load, and may run anything when it does.
    #[error("holds Python objects (pickles), which are never loaded")]
    Pickle,
    /// Contents that make no sense in the format.
    #[error("makes no sense as {format}: {what}")]
    Malformed {
        /// The format.
        format: &'static str,
        /// What is wrong.
        what: String,
    },
    /// A row of a table without lines.
    #[error("row {row}: {what}")]
    Row {
        /// The row, from 1.
        row: usize,
        /// What is wrong, and what was expected.
        what: String,
    },
    /// A column of ids that holds something else.
    #[error("column `{column}` ({what}) holds {found}, expected text or whole numbers")]
    NoIds {
        /// The column.
        column: String,
        /// `user`, `item`, `head`, `source` and the like.
        what: &'static str,
        /// `floats`, `decimals`, `true and false` or `times`.
        found: &'static str,
    },
    /// A layout of another version of the program.
    #[error("is of version {found} of its layout, expected {known}")]
    Version {
        /// The version.
        found: u64,
        /// The version that is read.
        known: u64,
    },
    /// Tables that hold something else than was written.
    #[error("is not as it was written: it holds {found}, and `catalogue.json` says {expected}")]
    Changed {
        /// The fingerprint of what is there.
        found: String,
        /// The fingerprint of what was written.
        expected: String,
    },
    /// A format that is not read.
    #[error("is {what}, which is not read")]
    NotRead {
        /// The format.
        what: &'static str,
        /// What would help.
        hint: &'static str,
    },
}

impl CatalogueProblem {
    /// What would help.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NoFormat { similar: Some(path) } => format!("did you mean `{}`?", path.display()),
            Self::NoFormat { similar: None } => {
                "a table may be given by its own path; `culet data describe --help` lists what is read".into()
            }
            Self::NotInFormat { .. } => "leave `--format` out, and what is there is found out".into(),
            Self::SeveralTables { .. } => "give the path of the one to read".into(),
            Self::NoColumn { .. } => "name columns as the header does, letter by letter".into(),
            Self::Lacks { what, columns: Some(columns) } => {
                format!("name the column with the {what} by a header line, or by `--columns {columns}`")
            }
            Self::Lacks { .. } => "choose another file, or leave the option out".into(),
            Self::NoUsers { item, .. } => format!(
                "a table of the items goes with one of interactions, by `--attributes`; or name the users: \
                 `--columns user=NAME,item={item}`"
            ),
            Self::TellsOfUsers { .. } => {
                "who took what is no fact about an item; give a table with a line for each item, or rename the column".into()
            }
            Self::NoHeader { .. } => "write the names of the columns into the first line".into(),
            Self::Unrelated { known: "items", .. } => {
                "its first column, or the one called as in the interactions, must hold the ids of the items".into()
            }
            Self::Unrelated { .. } => {
                "if other ids stand for the items there, `--links FILE` tells which: a table of item and entity".into()
            }
            Self::NoInteractions => "write one interaction a line: user, item, and perhaps rating and time".into(),
            Self::Pickle => {
                "save numbers instead: `scipy.sparse.save_npz` for a sparse matrix, `numpy.save` for an array of numbers"
                    .into()
            }
            Self::Malformed { .. } => "make the file again, or convert it to CSV".into(),
            Self::Row { what, .. } if what.contains("empty") || what.contains("stands for none") => {
                "fill it in, or leave such rows out by `--skip-missing`".into()
            }
            Self::Row { .. } => "drop such rows before the table is written, or choose other columns by `--columns`".into(),
            Self::NoIds { column, found: "floats", .. } => format!(
                "pandas makes floats of whole numbers where some are missing: fill these in or drop them, and make the \
                 column whole again by `df[\"{column}\"].astype(\"Int64\")`"
            ),
            Self::NoIds { .. } => "write the ids as text or whole numbers, or choose another column by `--columns`".into(),
            Self::Version { .. } => "convert the data anew, or use the program that wrote them".into(),
            Self::Changed { .. } => {
                "convert the data anew; changed tables can be read one by one: `interactions.parquet` is one of users and \
                 items, `--graph` takes `facts.parquet`"
                    .into()
            }
            Self::NotRead { hint, .. } => (*hint).into(),
        }
    }
}
