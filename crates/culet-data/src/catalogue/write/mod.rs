//! Catalogues in the formats that are written.

mod losses;
mod node_ids;
mod recbole;
mod table;

use std::collections::HashMap;
use std::path::Path;

use culet_graph::Names;

use super::parquet_folder;
use crate::kgat::check_counts;
use crate::{DataError, Dataset, write_kgat};

/// The formats in which a catalogue is written, each a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CatalogueTarget {
    /// Parquet tables by external ids, and a fingerprint: `interactions.parquet` (`user`, `item`, `part`),
    /// `facts.parquet` (`head_kind`, `head`, `relation`, `tail_kind`, `tail`), `names.parquet` (`kind`, `id`, `name`) and
    /// `catalogue.json`. Holds everything, the numbering too.
    Parquet,
    /// The layout of KGAT and KGIN, as [`write_kgat`] writes it. Holds everything, the numbering too.
    Kgat,
    /// RecBole's atomic files, called as the folder is: `.inter` (or `.train.inter`, `.valid.inter`, `.test.inter`), `.kg`
    /// and `.link`, and `.item` with the ids of all items where nobody took some.
    RecBole,
    /// `train.csv`, `valid.csv` and `test.csv` with a user and an item a line, `facts.csv` with head, relation and tail; and
    /// `links.csv` with item and entity, where an item has the id of another entity.
    Table,
}

impl CatalogueTarget {
    /// All formats.
    pub const ALL: [Self; 4] = [Self::Parquet, Self::Kgat, Self::RecBole, Self::Table];

    /// The format in one word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Kgat => "kgat",
            Self::RecBole => "recbole",
            Self::Table => "table",
        }
    }

    /// The format of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// Writes a data set into a new folder, so that [`read_catalogue`](crate::read_catalogue) gives it back; returns what the
/// format does not hold of it, a few words each.
///
/// The folder is made, parents included; if anything fails, it is gone again, or as empty as it was. Of
/// [`CatalogueTarget::Table`] the facts come back by [`graphs`](crate::CatalogueOptions::graphs) and
/// [`links`](crate::CatalogueOptions::links). What never returns: [`Dataset::notes`], and [`Dataset::name`] where the folder
/// has another name.
///
/// # Errors
/// [`DataError::NotEmpty`] if the folder holds anything; [`DataError::Unwritable`] for an id that the format cannot hold,
/// and [`DataError::SameId`] for one that it would confuse with another; [`DataError::Write`].
///
/// # Panics
/// If the vocabulary, the interactions and the graph differ in their numbers of users, items, entities or relations.
pub fn write_catalogue(folder: &Path, dataset: &Dataset, format: CatalogueTarget) -> Result<Vec<String>, DataError> {
    check_counts(dataset);
    match format {
        CatalogueTarget::Parquet => parquet_folder::write(folder, dataset).map(|()| Vec::new()),
        CatalogueTarget::Kgat => write_kgat(folder, dataset).map(|()| Vec::new()),
        CatalogueTarget::RecBole => recbole::write(folder, dataset).map(|()| losses::of(dataset, true)),
        CatalogueTarget::Table => table::write(folder, dataset).map(|()| losses::of(dataset, false)),
    }
}

/// Refuses an id that two of a kind have.
pub(super) fn check_distinct(dataset: &Dataset) -> Result<(), DataError> {
    let n_items = dataset.train.n_items();
    let check = |kind: &'static str, names: &Names, range: std::ops::Range<usize>| {
        let mut first_of = HashMap::with_capacity(range.len());
        for second in range {
            let id = names.id(second);
            if let Some(first) = first_of.insert(id, second) {
                return Err(DataError::SameId { kind, first, second, id: id.to_owned() });
            }
        }
        Ok(())
    };
    let vocabulary = &dataset.vocabulary;
    check("user", &vocabulary.users, 0..vocabulary.users.len())?;
    check("item", &vocabulary.entities, 0..n_items)?;
    check("entity", &vocabulary.entities, n_items..vocabulary.entities.len())?;
    check("relation", &vocabulary.relations, 0..vocabulary.relations.len())
}

/// Refuses an id of which `is_unfit` says that it would not come back.
fn check_ids(dataset: &Dataset, is_unfit: impl Fn(&str) -> bool) -> Result<(), DataError> {
    let vocabulary = &dataset.vocabulary;
    let tables = [("user", &vocabulary.users), ("entity", &vocabulary.entities), ("relation", &vocabulary.relations)];
    for (kind, names) in tables {
        if let Some(index) = (0..names.len()).find(|&index| is_unfit(names.id(index))) {
            return Err(DataError::Unwritable { what: "the id", kind, index, text: names.id(index).into() });
        }
    }
    Ok(())
}

/// Whether each item was taken by somebody.
fn taken_items(dataset: &Dataset) -> Vec<bool> {
    let mut is_taken = vec![false; dataset.train.n_items()];
    for part in [&dataset.train, &dataset.valid, &dataset.test] {
        part.pairs().for_each(|(_, item)| is_taken[item as usize] = true);
    }
    is_taken
}
