//! What can be wrong with a line of a text file.

/// A line that cannot be used, in a file that the caller knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: LineProblem,
}

/// What is wrong with a line. Ids stand as they do in the file, whatever it counts from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineProblem {
    /// Something else where a number should be.
    #[error("expected {} (a whole number), found `{found}`", with_article(what))]
    NotAnId {
        /// The kind of id: `user`, `item`, `entity` or `relation`.
        what: &'static str,
        /// The text found, shortened.
        found: String,
    },
    /// A number that does not fit.
    #[error("{what} {found} is too large: the largest possible is {}", super::bytes::LARGEST_ID)]
    TooLarge {
        /// The kind of id.
        what: &'static str,
        /// The number found.
        found: String,
    },
    /// A zero in a file that counts from 1.
    #[error("{what} 0 is below 1, from which this file is said to count")]
    BelowBase {
        /// The kind of id.
        what: &'static str,
    },
    /// A triplet with too few or too many columns.
    #[error("expected 3 columns (head, relation, tail), found {found}: `{text}`")]
    Columns {
        /// How many columns were found.
        found: usize,
        /// The line, shortened.
        text: String,
    },
    /// A list without its header.
    #[error("expected the header `org_id remap_id`, found `{found}`")]
    Header {
        /// The line found, shortened.
        found: String,
    },
    /// A line of a list with fewer columns than needed.
    #[error("expected an id and its number, found `{text}`")]
    ListColumns {
        /// The line, shortened.
        text: String,
    },
    /// A line of a file of names without a tab.
    #[error("expected a number, a tab and a name, found `{text}`")]
    NoTab {
        /// The line, shortened.
        text: String,
    },
    /// Bytes that are no text.
    #[error("expected UTF-8, found `{text}`")]
    NotUtf8 {
        /// The line, shortened, with the offending bytes replaced.
        text: String,
    },
    /// A number that a list or a file of names gives twice.
    #[error("{what} {id} stands in line {first} already")]
    Repeated {
        /// The kind of id.
        what: &'static str,
        /// The number.
        id: u64,
        /// The line where it stood first.
        first: usize,
    },
    /// An item beyond the end of the item list.
    #[error("item {item} is not in the item list ({})", range(*first, *count))]
    NotInList {
        /// The item.
        item: u64,
        /// What the file counts from, 0 or 1.
        first: u64,
        /// How many items the list has.
        count: usize,
    },
    /// An item of `test.txt` or `valid.txt` that nothing else knows, where there is no item list.
    #[error("item {item} is in no other file (the largest in `train.txt` is {largest})")]
    OnlyInTest {
        /// The item.
        item: u64,
        /// The largest item of `train.txt`.
        largest: u64,
    },
    /// A name for something that does not exist.
    #[error("{what} {id} has a name but does not exist ({})", range(*first, *count))]
    NameOfNothing {
        /// The kind of id.
        what: &'static str,
        /// The number.
        id: u64,
        /// What the file counts from, 0 or 1.
        first: u64,
        /// How many there are.
        count: usize,
    },
    /// An id so large that most ids below it cannot be in use.
    #[error("{what} {id} is far too large for files with {evidence} entries")]
    Sparse {
        /// The kind of id.
        what: &'static str,
        /// The largest id.
        id: u64,
        /// How many pairs, facts and lines of lists there are.
        evidence: u64,
    },
}

impl LineProblem {
    /// What would help.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NotAnId { found, .. } => hint_for_text(found).into(),
            Self::TooLarge { what, .. } | Self::Sparse { what, .. } => renumber(what),
            Self::BelowBase { .. } => "this file counts from 0; leave out `--id-base 1`".into(),
            Self::Columns { .. } => "write one fact a line, its three numbers separated by blanks".into(),
            Self::Header { .. } => "put the line `org_id remap_id` at the top of the file".into(),
            Self::ListColumns { .. } => "write an id, a blank and its number, in the order of the header".into(),
            Self::NoTab { .. } => "separate the number from the name by a tab".into(),
            Self::NotUtf8 { .. } => "convert the file, perhaps by `iconv -f latin1 -t utf-8`".into(),
            Self::Repeated { .. } => "remove one of the two lines".into(),
            Self::NotInList { item, first: 0, count } if *item == *count as u64 && *count > 0 => {
                "this file may count from 1; try `--id-base 1`".into()
            }
            Self::NotInList { .. } => "add the item to `item_list.txt`, or remove it here".into(),
            Self::OnlyInTest { .. } => "name every item in an `item_list.txt` (header `org_id remap_id`)".into(),
            Self::NameOfNothing { id, first: 0, count, .. } if *id == *count as u64 && *count > 0 => {
                "this file may count from 1; try `--id-base 1`".into()
            }
            Self::NameOfNothing { what, .. } => {
                format!("remove the line, or add the {what} to `{what}_list.txt`")
            }
        }
    }
}

fn with_article(what: &str) -> String {
    let article = if what.starts_with(['i', 'e']) { "an" } else { "a" };
    format!("{article} {what}")
}

/// `0 to 9` for the ids of a table.
fn range(first: u64, count: usize) -> String {
    match (count as u64).checked_sub(1) {
        Some(last) => format!("{first} to {}", first + last),
        None => "which is empty".into(),
    }
}

fn renumber(what: &str) -> String {
    let list = format!("{what}_list.txt");
    format!("number them from 0 without gaps, and keep the original ids in `{list}` (header `org_id remap_id`)")
}

fn hint_for_text(found: &str) -> &'static str {
    let numeric = found.bytes().all(|b| b.is_ascii_digit() || b"+-.,;:eE".contains(&b));
    if !numeric {
        "numbers count from 0; original ids belong into `user_list.txt`, `item_list.txt` and the like"
    } else if found.contains([',', ';', ':']) {
        "separate the numbers by blanks"
    } else if found.contains(['.', 'e', 'E']) {
        "write numbers without a decimal point or exponent"
    } else {
        "numbers have no sign; they count from 0"
    }
}
