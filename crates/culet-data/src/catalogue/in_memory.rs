//! Catalogues from tables in memory, as other programs hold them.

use std::path::{Path, PathBuf};

use super::assemble::{Assembled, assemble};
use super::raw::{Part, Raw, Times};
use super::{CatalogueOptions, check_pairs, foreign, join, noted, timed, unsplit};
use crate::network::unpack::Input;
use crate::{DataError, Dataset, MemoryTable, PartTimes, UnsplitCatalogue};

/// The tables of a catalogue, where they are in memory.
#[derive(Debug, Clone, Default)]
pub struct CatalogueTables {
    /// A short name for the data set.
    pub name: String,
    /// Users and items to learn from, perhaps with ratings and times.
    pub train: MemoryTable,
    /// Interactions to choose settings by.
    pub valid: Option<MemoryTable>,
    /// Interactions to judge by.
    pub test: Option<MemoryTable>,
    /// Tables of the items, each column of which becomes a relation.
    pub attributes: Vec<MemoryTable>,
    /// Tables of facts: head, relation, tail.
    pub graphs: Vec<MemoryTable>,
    /// Tables of items and the entities of the graph that stand for them.
    pub links: Vec<MemoryTable>,
}

/// Reads a catalogue from tables in memory: the same data set as [`read_catalogue`](crate::read_catalogue) makes of files
/// with the same content.
///
/// Columns go by their usual names (`user_id`, `item`, `rating`, `timestamp`, ...), or by [`CatalogueOptions::columns`] as
/// [`ColumnChoice::Names`](crate::ColumnChoice::Names), which counts for all three parts; a table of two columns of other
/// names holds users and items, which a note says. What [`CatalogueOptions::attributes`], `graphs` and `links` name are
/// files, joined after the tables of the same kind.
///
/// # Errors
/// A column that is missing, with those there are; ids that are floats, times or true and false; the first row (from 1)
/// with a missing id, unless [`CatalogueOptions::skip_missing`] leaves such rows out, with a rating or time that is none;
/// nothing to learn from; an option that says nothing about tables (`format`, `header`, `delimiter`, `id_base`).
/// Messages begin with the name of the table.
///
/// # Examples
/// See [`MemoryTable`].
pub fn read_catalogue_tables(tables: &CatalogueTables, options: &CatalogueOptions) -> Result<Dataset, DataError> {
    read(tables, options, Times::Ignored).map(noted).map(|(dataset, _)| dataset)
}

/// Reads tables that are to be split, as [`read_unsplit`](crate::read_unsplit) reads files.
///
/// # Errors
/// As [`read_catalogue_tables`], and a table without times where they are needed.
pub fn read_unsplit_tables(
    tables: &CatalogueTables,
    options: &CatalogueOptions,
    with_times: bool,
) -> Result<UnsplitCatalogue, DataError> {
    unsplit(|times| read(tables, options, times), options, with_times)
}

/// As [`read_catalogue_tables`], with times to describe, as [`read_timed`](crate::read_timed) reads files.
///
/// # Errors
/// As [`read_catalogue_tables`].
pub fn read_timed_tables(
    tables: &CatalogueTables,
    options: &CatalogueOptions,
) -> Result<(Dataset, PartTimes), DataError> {
    timed(|times| read(tables, options, times))
}

fn read(tables: &CatalogueTables, options: &CatalogueOptions, times: Times) -> Result<Assembled, DataError> {
    options.check_in_memory()?;
    let mut raw = Raw::new(tables.name.clone(), options, times);
    let parts =
        [(Part::Train, Some(&tables.train)), (Part::Valid, tables.valid.as_ref()), (Part::Test, tables.test.as_ref())];
    for (part, table) in parts {
        if let Some(table) = table {
            foreign::read_part(&mut raw, &table.input(), part, options)?;
        }
    }
    check_pairs(&raw, Path::new(tables.train.name()))?;
    let inputs = |tables: &[MemoryTable], paths: &[PathBuf]| {
        let files = paths.iter().map(|path| Input::file(path.clone()));
        tables.iter().map(MemoryTable::input).chain(files).collect::<Vec<_>>()
    };
    let attributes = inputs(&tables.attributes, &options.attributes);
    let (links, graphs) = (inputs(&tables.links, &options.links), inputs(&tables.graphs, &options.graphs));
    join(&mut raw, &attributes, &links, &graphs)?;
    assemble(raw)
}
