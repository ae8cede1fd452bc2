//! What a person may say about a catalogue.

use std::path::PathBuf;

use crate::DataError;
use crate::network::Column;

/// How a catalogue is to be understood; what is `None` is found out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CatalogueOptions {
    /// What the files are.
    pub format: Option<Format>,
    /// What the files of a KGAT folder count from: 0 or 1.
    pub id_base: u32,
    /// Where users, items, ratings and times stand in a table.
    pub columns: Option<ColumnChoice>,
    /// Whether the first line of a table is a header.
    pub header: Option<bool>,
    /// What separates the columns of a table; a space stands for any blanks.
    pub delimiter: Option<char>,
    /// Leaves out interactions with a lower rating.
    pub min_rating: Option<f64>,
    /// Leaves out lines and rows with an empty or `NaN` id, which are errors otherwise, and counts them.
    pub skip_missing: bool,
    /// Tables of the items, each column of which becomes a relation.
    pub attributes: Vec<PathBuf>,
    /// Files of facts (head, relation, tail): tables or N-Triples.
    pub graphs: Vec<PathBuf>,
    /// Tables of items and the entities of the graph that stand for them.
    pub links: Vec<PathBuf>,
}

/// What the files of a catalogue may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// A folder in the layout of KGAT, KGIN and LightGCN: `train.txt`, `test.txt`, perhaps `kg_final.txt`.
    Kgat,
    /// A table of users and items, perhaps with ratings and times.
    Table,
    /// RecBole's atomic files: `.inter`, `.item`, `.kg`, `.link`.
    RecBole,
    /// A folder of RippleNet or KGCN: `ratings_final`, `kg_final`, `item_index2entity_id`.
    RippleNet,
    /// MovieLens as it is distributed, 100K to 32M.
    MovieLens,
    /// A matrix of users and items: `.npz` of SciPy, `.npy`.
    Matrix,
    /// A Parquet table of users and items.
    Parquet,
    /// An Arrow table of users and items, in the format for files or streams.
    Arrow,
    /// A folder of Parquet tables that [`write_catalogue`](crate::write_catalogue) wrote.
    ParquetFolder,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 9] = [
        Self::Kgat,
        Self::Table,
        Self::RecBole,
        Self::RippleNet,
        Self::MovieLens,
        Self::Matrix,
        Self::Parquet,
        Self::Arrow,
        Self::ParquetFolder,
    ];

    /// The format in one word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kgat => "kgat",
            Self::Table => "table",
            Self::RecBole => "recbole",
            Self::RippleNet => "ripplenet",
            Self::MovieLens => "movielens",
            Self::Matrix => "matrix",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::ParquetFolder => "parquet-folder",
        }
    }

    /// The format of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// What must lie at the path.
    pub(super) const fn needs(self) -> &'static str {
        match self {
            Self::Kgat => "a folder with `train.txt`",
            Self::Table => "a table of users and items",
            Self::RecBole => "a file `.inter`",
            Self::RippleNet => "`ratings_final.txt` or `ratings_final.npy`",
            Self::MovieLens => "`u.data`, `ratings.dat` or `ratings.csv`",
            Self::Matrix => "a file `.npz` or `.npy`",
            Self::Parquet => "a file `.parquet`",
            Self::Arrow => "a file `.arrow` or `.feather`",
            Self::ParquetFolder => "a folder with `catalogue.json` and `interactions.parquet`",
        }
    }
}

/// Which columns of a table hold what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnChoice {
    /// By their places.
    Places(Vec<Column>),
    /// By their names in the header.
    Names(Vec<(Column, String)>),
}

impl ColumnChoice {
    /// The columns that a text names: by place as in `user,item,-,time`, or by the names of the header as in
    /// `user=customer,item=sku`.
    ///
    /// # Errors
    /// [`DataError::BadSetting`] for another word, a column named twice, or a list without user or item.
    pub fn parse(text: &str) -> Result<Self, DataError> {
        if !text.contains('=') {
            return Column::parse_list(text).map(Self::Places).map_err(|_| DataError::BadSetting {
                name: "columns",
                found: text.to_owned(),
                expected:
                    "`user` and `item` once each and perhaps `rating`, `time` and `-`, in the order of the file, \
                           between commas; or `user=NAME,item=NAME`, by the names in the header"
                        .to_owned(),
            });
        }
        let named = |part: &str| {
            let (word, name) = part.split_once('=')?;
            let column = match word.trim() {
                "user" => Column::Source,
                "item" => Column::Target,
                "rating" => Column::Weight,
                "time" => Column::Time,
                _ => return None,
            };
            Some((column, name.trim().to_owned())).filter(|(_, name)| !name.is_empty())
        };
        let names = text.split(',').map(named).collect::<Option<Vec<_>>>();
        let sound = |names: &Vec<(Column, String)>| {
            let is_new = |(k, (_, name)): (usize, &(Column, String))| names[..k].iter().all(|(_, own)| own != name);
            let columns: Vec<_> = names.iter().map(|(column, _)| *column).collect();
            Column::make_sense(&columns) && names.iter().enumerate().all(is_new)
        };
        names.filter(sound).map(Self::Names).ok_or_else(|| DataError::BadSetting {
            name: "columns",
            found: text.to_owned(),
            expected:
                "`user=NAME,item=NAME` and perhaps `rating=NAME` and `time=NAME`, by the names in the header, each \
                       a column of its own"
                    .to_owned(),
        })
    }

    /// The columns as a person writes them.
    pub(super) fn words(&self) -> String {
        let word = |column: &Column| match column {
            Column::Source => "user",
            Column::Target => "item",
            Column::Weight => "rating",
            column => column.word(),
        };
        match self {
            Self::Places(columns) => columns.iter().map(word).collect::<Vec<_>>().join(","),
            Self::Names(names) => {
                names.iter().map(|(column, name)| format!("{}={name}", word(column))).collect::<Vec<_>>().join(",")
            }
        }
    }
}

impl CatalogueOptions {
    /// Refuses what says nothing about a format.
    ///
    /// # Errors
    /// [`DataError::BadSetting`] for the first such option.
    pub(super) fn check(&self, format: Format) -> Result<(), DataError> {
        self.check_for(format, &format!("files in the format `{}`", format.name()))
    }

    /// The same of tables in memory.
    ///
    /// # Errors
    /// [`DataError::BadSetting`] for the first such option.
    pub(super) fn check_in_memory(&self) -> Result<(), DataError> {
        let what = "tables in memory";
        match self.format {
            Some(format) => Err(says_nothing("format", format.name().to_owned(), what)),
            None => self.check_for(Format::Arrow, what),
        }
    }

    fn check_for(&self, format: Format, what: &str) -> Result<(), DataError> {
        let is_table = format == Format::Table;
        let has_columns = is_table || matches!(format, Format::Parquet | Format::Arrow);
        let has_ids = !matches!(format, Format::Kgat | Format::ParquetFolder) || self.joins();
        let has_ratings = !matches!(format, Format::Kgat | Format::RippleNet | Format::ParquetFolder);
        let given = [
            ("columns", !has_columns, self.columns.as_ref().map(ColumnChoice::words)),
            ("header", !is_table, self.header.map(|yes| if yes { "yes".into() } else { "no".into() })),
            ("delimiter", !is_table, self.delimiter.map(|letter| letter.escape_debug().to_string())),
            ("min_rating", !has_ratings, self.min_rating.map(|rating| rating.to_string())),
            ("skip_missing", !has_ids, self.skip_missing.then(|| "set".to_owned())),
            ("id_base", format != Format::Kgat, (self.id_base > 0).then(|| self.id_base.to_string())),
        ];
        for (name, misplaced, found) in given {
            if let (true, Some(found)) = (misplaced, found) {
                return Err(says_nothing(name, found, what));
            }
        }
        match self.min_rating {
            Some(rating) if !rating.is_finite() => Err(DataError::BadSetting {
                name: "min_rating",
                found: rating.to_string(),
                expected: "a finite number".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Whether anything is to be joined to what lies at the path.
    pub(super) fn joins(&self) -> bool {
        !(self.attributes.is_empty() && self.graphs.is_empty() && self.links.is_empty())
    }
}

fn says_nothing(name: &'static str, found: String, what: &str) -> DataError {
    DataError::BadSetting { name, found, expected: format!("nothing, as it says nothing about {what}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_chosen_by_place_or_by_name() {
        let places = ColumnChoice::parse("item,user,-,time").unwrap();
        assert_eq!(places.words(), "item,user,-,time");
        let names = ColumnChoice::parse("user=Customer No, item=sku,rating=stars").unwrap();
        let expected = [(Column::Source, "Customer No"), (Column::Target, "sku"), (Column::Weight, "stars")];
        assert_eq!(names, ColumnChoice::Names(expected.map(|(column, name)| (column, name.to_owned())).to_vec()));
        for wrong in ["user=a", "user=a,user=b,item=c", "user=a,item=", "user=a,item=b,colour=c", "user=a,item"] {
            let error = ColumnChoice::parse(wrong).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`columns` is {wrong}, expected `user=NAME,item=NAME`")), "{error}");
        }
    }

    #[test]
    fn options_that_say_nothing_are_refused() {
        let refused = |options: CatalogueOptions, format: Format| options.check(format).unwrap_err().to_string();
        let plain = CatalogueOptions::default();
        let error = refused(CatalogueOptions { delimiter: Some('\t'), ..plain.clone() }, Format::RecBole);
        let expected = "`delimiter` is \\t, expected nothing, as it says nothing about files in the format `recbole`";
        assert_eq!(error, expected);
        assert!(
            refused(CatalogueOptions { min_rating: Some(f64::NAN), ..plain.clone() }, Format::Table).contains("NaN")
        );
        assert!(refused(CatalogueOptions { min_rating: Some(1.0), ..plain.clone() }, Format::Kgat).contains("is 1,"));
        assert!(plain.check(Format::Kgat).is_ok());
        assert!(Format::ALL.iter().all(|format| Format::from_name(format.name()) == Some(*format)));
    }
}
