//! What a person may say about the files of a network.

use std::path::PathBuf;

use super::columns::Delimiter;
use crate::DataError;

/// How the files of a network are to be understood; what is `None` is found out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NetworkOptions {
    /// Whether edges have a direction; or else what `meta.json` says; or else they have none.
    pub directed: Option<bool>,
    /// What the columns of the edges hold.
    pub columns: Option<Vec<Column>>,
    /// Whether the first line of each file with edges is a header.
    pub header: Option<bool>,
    /// What separates the columns of the edges, in every file of them; a space stands for any blanks.
    pub delimiter: Option<char>,
    /// Whether the part of an id before `:` is the type of the node.
    pub typed: Option<bool>,
    /// Leaves out the training edges from this time on.
    pub before: Option<f64>,
    /// The node table, instead of the one beside the edges.
    pub nodes: Option<PathBuf>,
    /// The labels, instead of the ones beside the edges.
    pub labels: Option<PathBuf>,
}

/// What a column of an edge list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// Where the edge begins.
    Source,
    /// Where the edge ends.
    Target,
    /// The kind of the edge.
    Relation,
    /// How much the edge counts.
    Weight,
    /// When the edge appeared.
    Time,
    /// Something else.
    Ignored,
}

impl Column {
    /// The names of columns as [`Column::parse_list`] takes them.
    const NAMES: [(&'static str, Self); 9] = [
        ("source", Self::Source),
        ("target", Self::Target),
        ("relation", Self::Relation),
        ("weight", Self::Weight),
        ("time", Self::Time),
        ("-", Self::Ignored),
        ("user", Self::Source),
        ("item", Self::Target),
        ("rating", Self::Weight),
    ];

    /// The columns that a text such as `source,relation,target` names; `-` stands for a column to be left out. Of
    /// interactions, `user`, `item` and `rating` stand for source, target and weight.
    ///
    /// # Errors
    /// [`DataError::BadSetting`] for another word, a column named twice, or a list without source or target.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, DataError> {
        let column = |word: &str| Self::NAMES.iter().find(|(name, _)| *name == word.trim()).map(|&(_, column)| column);
        let columns = text.split(',').map(column).collect::<Option<Vec<_>>>();
        columns.filter(|columns| Self::make_sense(columns)).ok_or_else(|| DataError::BadSetting {
            name: "columns",
            found: text.to_owned(),
            expected: "`source` and `target` once each and perhaps `relation`, `weight`, `time` and `-`, in the order \
                       of the file, between commas"
                .to_owned(),
        })
    }

    /// Whether there is one source, one target, and no other column twice.
    pub(crate) fn make_sense(columns: &[Self]) -> bool {
        let count = |wanted| columns.iter().filter(|&&column| column == wanted).count();
        let ends = [Self::Source, Self::Target].into_iter().all(|end| count(end) == 1);
        ends && [Self::Relation, Self::Weight, Self::Time].into_iter().all(|other| count(other) <= 1)
    }

    /// The column in a word.
    pub(crate) fn word(self) -> &'static str {
        Self::NAMES.iter().find(|(_, column)| *column == self).map_or("", |(name, _)| name)
    }
}

impl NetworkOptions {
    /// The delimiter in force, if it was given.
    ///
    /// # Errors
    /// A letter that cannot separate columns.
    pub(crate) fn check(&self) -> Result<Option<Delimiter>, DataError> {
        if let Some(columns) = &self.columns
            && !Column::make_sense(columns)
        {
            let words: Vec<_> = columns.iter().map(|column| column.word()).collect();
            Column::parse_list(&words.join(","))?;
        }
        let delimiter = self.delimiter.map(|letter| {
            Delimiter::from_char(letter).ok_or_else(|| DataError::BadSetting {
                name: "delimiter",
                found: letter.escape_debug().to_string(),
                expected: "an ASCII character other than a quote or a line break".to_owned(),
            })
        });
        delimiter.transpose()
    }

    /// Refuses what says nothing about edges in Parquet, Arrow or memory.
    ///
    /// # Errors
    /// [`DataError::BadSetting`] for the first such option.
    pub(super) fn check_for_table(&self) -> Result<(), DataError> {
        let header = self.header.map(|yes| if yes { "yes".to_owned() } else { "no".to_owned() });
        let delimiter = self.delimiter.map(|letter| letter.escape_debug().to_string());
        for (name, found) in [("header", header), ("delimiter", delimiter)] {
            if let Some(found) = found {
                let expected =
                    "nothing, as it says nothing about a Parquet or Arrow table, or one in memory".to_owned();
                return Err(DataError::BadSetting { name, found, expected });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_in_the_order_of_the_file() {
        use Column::{Ignored, Relation, Source, Target, Weight};
        assert_eq!(Column::parse_list("source,relation, target").unwrap(), [Source, Relation, Target]);
        assert_eq!(Column::parse_list("-,target,source,-,weight").unwrap(), [Ignored, Target, Source, Ignored, Weight]);
        for wrong in ["", "source", "source,target,source", "source,target,weight,weight", "source,target,colour"] {
            let error = Column::parse_list(wrong).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("`columns` is {wrong}, expected `source` and `target` once")),
                "{error}"
            );
        }
    }

    #[test]
    fn options_that_cannot_be_are_refused() {
        let refusal = |options: NetworkOptions| options.check().unwrap_err().to_string();
        let error = refusal(NetworkOptions { delimiter: Some('"'), ..NetworkOptions::default() });
        assert_eq!(error, "`delimiter` is \\\", expected an ASCII character other than a quote or a line break");
        let error = refusal(NetworkOptions { columns: Some(vec![Column::Source]), ..NetworkOptions::default() });
        assert!(error.starts_with("`columns` is source, expected"), "{error}");
    }
}
