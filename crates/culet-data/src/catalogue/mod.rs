//! Catalogues in the formats of the field; [`read_catalogue`] says which and what they mean.
//!
//! Each format has a reader that makes a `Raw` of its files: interactions, facts, links and names by external ids. One
//! assembler turns that into a [`Dataset`]. Tables of attributes and files of facts are joined in between, so that they
//! go with every format.
//!
//! | module | subject |
//! | --- | --- |
//! | `options` | what a person may say, and the formats by name |
//! | `place` | which files there are, and what format they are in |
//! | `raw`, `ratings` | what readers make |
//! | `assemble` | from that to a data set |
//! | `table`, `recbole`, `ripplenet`, `movielens`, `matrix`, `foreign`, `folder` | a reader each; `foreign` for Parquet and Arrow |
//! | `in_memory` | the same from tables in memory |
//! | `histories` | histories of users who were never trained |
//! | `times` | when interactions were |
//! | `parquet_folder` | the layout that holds everything: its writer and its reader |
//! | `write` | the other formats that are written |
//! | `attributes` | a graph from a table of the items |
//! | `graph`, `ntriples` | files of facts, and of links between items and entities |
//! | `problem` | what can be wrong |

mod assemble;
mod attributes;
mod folder;
mod foreign;
mod graph;
mod histories;
mod in_memory;
mod matrix;
mod movielens;
mod ntriples;
mod options;
mod parquet_folder;
mod place;
mod problem;
mod ratings;
mod raw;
mod recbole;
mod ripplenet;
mod table;
mod times;
mod write;

use std::path::{Path, PathBuf};

use assemble::{Assembled, assemble};
pub use histories::{HistoryLine, read_histories};
pub use in_memory::{CatalogueTables, read_catalogue_tables, read_timed_tables, read_unsplit_tables};
pub use options::{CatalogueOptions, ColumnChoice, Format};
use place::{Place, refuse_foreign};
pub use problem::CatalogueProblem;
use raw::{Raw, Times};
pub use write::{CatalogueTarget, write_catalogue};

use crate::network::unpack::Input;
use crate::{DataError, Dataset, PartTimes, UnsplitCatalogue};

/// Reads a catalogue in any of the formats: a folder, a file, or a zip archive of either; single files may be packed by
/// gzip or zstd.
///
/// # Formats
/// What lies there is found out by names and contents, unless [`CatalogueOptions::format`] tells.
///
/// | format | what lies there |
/// | --- | --- |
/// | `kgat` | a folder with `train.txt` (KGAT, KGIN, LightGCN): [`read_kgat`](crate::read_kgat); `kg_final.txt` may be zipped |
/// | `table` | a file with a user and an item a line, and perhaps a rating and a time; or a folder with one such file, or with `train`, `valid`, `test` (`.csv`, `.tsv`, ...) |
/// | `recbole` | RecBole's atomic files: `.inter` (or `.train.inter` and so on), `.item`, `.user`, `.kg`, `.link` |
/// | `ripplenet` | `ratings_final`, `kg_final` (`.txt`, `.npy`), `item_index2entity_id.txt`, `kg.txt` |
/// | `movielens` | `u.data` and `u.item`; `ratings.dat` and `movies.dat`; `ratings.csv` and `movies.csv` |
/// | `matrix` | a sparse matrix by `scipy.sparse.save_npz` (CSR, CSC, COO), rows being users; an array `.npy` |
/// | `parquet` | a flat table of users and items |
/// | `arrow` | the same in Arrow's format for files (`.arrow`, `.feather` of version 2) or streams |
/// | `parquet-folder` | what [`write_catalogue`] wrote as [`CatalogueTarget::Parquet`] |
///
/// # Tables
/// Tabs, semicolons, commas or blanks separate the columns, as the first hundred lines tell. A column that begins with
/// `"` goes to the closing quote, over line breaks too. A first line that names user and item (or movie, artist,
/// product, ...) is a header; so is one without a number where all others have one. Without a header the columns are
/// user, item, rating and time; a third column of large whole numbers is a time. Lines that begin with `#`, `%` or `//`
/// are comments, and are counted in a note.
///
/// # Meanings
/// - **Ids** are any texts in UTF-8. Where all users (items, entities) have whole numbers, they are numbered in the order
///   of these; or else as they first appear.
/// - **Repeats** of a pair count once, from their earliest time on.
/// - **Ratings**, weights and counts say nothing by themselves: each counts as taken, and a note says so, unless
///   [`CatalogueOptions::min_rating`] leaves out lower ones. A stored 0 in a matrix is no interaction.
/// - **Negatives**: label 0 in RippleNet's `ratings_final` means not taken, and is left out.
/// - **Times** order interactions for a split; models do not look at them. They are numbers of any unit, all of one, or
///   timestamps and dates (`2017-10-01`, `2017-10-01 12:30:00`, RFC 3339), which become seconds since 1970; without a zone
///   a date is in UTC.
/// - **Missing ids** (nothing, null, `NaN`, `nan`, `<NA>`) are errors with their line or row, unless
///   [`CatalogueOptions::skip_missing`] leaves such lines out, which a note counts.
/// - **Items** are those that somebody took and those that a table of items lists.
///
/// # Graphs
/// A table of attributes, as text, Parquet or Arrow, gives a relation for each column (see the documentation of the module `attributes`). A file of
/// facts holds head, relation and tail in three columns, as text, Parquet or Arrow, or N-Triples. An end of a fact whose id is that of an item *is*
/// the item; where there are links, those alone tell which entity is which item.
///
/// # Errors
/// A path without a catalogue; an option that says nothing about the format; the first line or row that cannot be
/// understood, with file and line; nothing to learn from.
pub fn read_catalogue(path: &Path, options: &CatalogueOptions) -> Result<Dataset, DataError> {
    let place = Place::open(path)?;
    Ok(with_note_on_test(read_place(&place, options, Times::Ignored)?.dataset))
}

/// As [`read_catalogue`], with the first and the last time of each part where the files tell times; a note tells of times
/// that cannot be understood.
///
/// # Errors
/// As [`read_catalogue`].
pub fn read_with_spans(path: &Path, options: &CatalogueOptions) -> Result<(Dataset, PartTimes), DataError> {
    let place = Place::open(path)?;
    read_spans(|times| read_place(&place, options, times)).map(noted)
}

/// As [`read_with_spans`], and where several parts have times, with the time of each pair.
///
/// # Errors
/// As [`read_catalogue`].
pub fn read_timed(path: &Path, options: &CatalogueOptions) -> Result<(Dataset, PartTimes), DataError> {
    let place = Place::open(path)?;
    timed(|times| read_place(&place, options, times))
}

fn timed(read: impl Fn(Times) -> Result<Assembled, DataError>) -> Result<(Dataset, PartTimes), DataError> {
    let spans = read_spans(&read)?;
    // Times are kept, at twelve bytes a pair and more, only if parts are to be compared.
    match spans.times.spans.iter().flatten().count() {
        0 | 1 => Ok(noted(spans)),
        _ => read(Times::Welcome).map(noted),
    }
}

fn read_spans(read: impl Fn(Times) -> Result<Assembled, DataError>) -> Result<Assembled, DataError> {
    read(Times::Spans).or_else(|error| match read(Times::Ignored) {
        // Only the times are wrong.
        Ok(mut untimed) => {
            untimed.dataset.notes.push(format!("times are left aside: {error}"));
            Ok(untimed)
        }
        Err(_) => Err(error),
    })
}

fn noted(Assembled { dataset, times }: Assembled) -> (Dataset, PartTimes) {
    (with_note_on_test(dataset), times)
}

/// Says where a test part comes from, if there is none.
fn with_note_on_test(mut dataset: Dataset) -> Dataset {
    if dataset.test.n_pairs() == 0 && !dataset.notes.iter().any(|note| note.contains(MAKES_TEST)) {
        dataset.notes.push(format!("there is no test part: {MAKES_TEST} makes one"));
    }
    dataset
}

const MAKES_TEST: &str = "`culet data split`";

/// Reads a catalogue that is to be split: as [`read_catalogue`], with the training and the validation part as one log,
/// and with times if they are needed.
///
/// # Errors
/// As [`read_catalogue`], and a table without times where they are needed.
pub fn read_unsplit(path: &Path, options: &CatalogueOptions, with_times: bool) -> Result<UnsplitCatalogue, DataError> {
    let place = Place::open(path)?;
    unsplit(|times| read_place(&place, options, times), options, with_times)
}

fn unsplit(
    read: impl FnOnce(Times) -> Result<Assembled, DataError>,
    options: &CatalogueOptions,
    with_times: bool,
) -> Result<UnsplitCatalogue, DataError> {
    let mut read = read(if with_times { Times::Needed } else { Times::Ignored })?;
    let times = read.times_of_log();
    let mut unsplit = UnsplitCatalogue::from(read.dataset);
    unsplit.notes.retain(|note| !note.contains(MAKES_TEST));
    unsplit.times = times;
    unsplit.source.min_rating = options.min_rating;
    Ok(unsplit)
}

/// The format of the catalogue at a path, if there is one: a single text counts only if its header names users and
/// items, or items and no ends of an edge, of which the reader then says what it lacks; a single Parquet or Arrow table
/// does not if its columns name both ends of edges, and not users and items.
///
/// # Errors
/// A path that cannot be read.
pub fn find_format(path: &Path) -> Result<Option<Format>, DataError> {
    let place = Place::open(path)?;
    let format = place.format()?;
    match (format, &place.files[..]) {
        (Some(Format::Table), [file]) if place.kind == place::PlaceKind::File => {
            let is_meant = table::names_users_and_items(file).unwrap_or(false) || table::names_items_alone(file);
            Ok(format.filter(|_| is_meant))
        }
        (Some(Format::Parquet | Format::Arrow), [file]) if foreign::names_edges(file) => Ok(None),
        _ => Ok(format),
    }
}

/// As [`read_catalogue`], from files that lie nowhere; `attributes`, `graph` and `links` are names of files among them.
#[doc(hidden)]
pub fn read_catalogue_in_memory(
    path: &Path,
    files: &[(&str, &[u8])],
    options: &CatalogueOptions,
) -> Result<Dataset, DataError> {
    let names: Vec<_> = options.attributes.iter().chain(&options.graphs).chain(&options.links).collect();
    let joined = |name: &str| names.iter().any(|own| own.as_path() == Path::new(name));
    let (beside, own): (Vec<_>, Vec<_>) = files.iter().partition(|(name, _)| joined(name));
    let find = |name: &PathBuf| {
        let file = beside.iter().find(|(own, _)| Path::new(own) == name.as_path());
        file.map_or_else(|| Input::file(name.clone()), |(own, bytes)| Input::bytes(path.join(own), bytes.to_vec()))
    };
    let place = Place::in_memory(path, &own)?;
    Ok(with_note_on_test(read_inputs(&place, options, Times::Ignored, find)?.dataset))
}

fn read_place(place: &Place, options: &CatalogueOptions, times: Times) -> Result<Assembled, DataError> {
    read_inputs(place, options, times, |path| Input::file(path.clone()))
}

fn read_inputs(
    place: &Place,
    options: &CatalogueOptions,
    times: Times,
    open: impl Fn(&PathBuf) -> Input,
) -> Result<Assembled, DataError> {
    let format = match options.format {
        Some(format) => format,
        None => place.format()?.ok_or_else(|| {
            DataError::catalogue(&place.path, CatalogueProblem::NoFormat { similar: place.similar() })
        })?,
    };
    options.check(format)?;
    if format == Format::Table && options.format.is_none() && place.is_part_of_folder() {
        return Err(DataError::NotAFolder { path: place.path.clone() });
    }
    let whole = match format {
        Format::Kgat => Some(folder::read(place, options)?),
        Format::ParquetFolder => Some(parquet_folder::read(place)?),
        _ => None,
    };
    let joined = match whole {
        Some(dataset) if !options.joins() => return Ok(Assembled { dataset, times: PartTimes::default() }),
        joined => joined,
    };
    let mut raw = Raw::new(place.name.clone(), options, times);
    match format {
        Format::Kgat | Format::ParquetFolder => {
            folder::to_raw(joined.expect("was read above"), place, format, &mut raw)?;
        }
        Format::Table => table::read_place(&mut raw, place, options)?,
        Format::RecBole => recbole::read(&mut raw, place)?,
        Format::RippleNet => ripplenet::read(&mut raw, place)?,
        Format::MovieLens => movielens::read(&mut raw, place)?,
        Format::Matrix => matrix::read(&mut raw, place)?,
        Format::Parquet | Format::Arrow => foreign::read(&mut raw, place, options, format)?,
    }
    check_pairs(&raw, &place.path)?;
    let inputs = |paths: &[PathBuf]| paths.iter().map(&open).collect::<Vec<_>>();
    join(&mut raw, &inputs(&options.attributes), &inputs(&options.links), &inputs(&options.graphs))?;
    assemble(raw)
}

/// Joins tables of attributes, links and files of facts, in this order.
fn join(raw: &mut Raw, attributes: &[Input], links: &[Input], graphs: &[Input]) -> Result<(), DataError> {
    for input in attributes {
        refuse_foreign(input)?;
        if input.is_foreign()? { attributes::read_foreign(raw, input)? } else { attributes::read(raw, input)? }
    }
    for input in links {
        refuse_foreign(input)?;
        graph::link(raw, input)?;
    }
    for input in graphs {
        refuse_foreign(input)?;
        graph::join(raw, input)?;
    }
    Ok(())
}

fn check_pairs(raw: &Raw, path: &Path) -> Result<(), DataError> {
    if raw.n_pairs() > 0 {
        return Ok(());
    }
    Err(match raw.ratings.all_too_low() {
        Some((least, largest)) => DataError::BadSetting {
            name: "min_rating",
            found: least.to_string(),
            expected: format!("at most {largest}, the largest rating"),
        },
        None => DataError::catalogue(path, CatalogueProblem::NoInteractions),
    })
}

/// The error of a place that is not in the format asked for.
fn not_in_format(place: &Place, format: Format) -> DataError {
    let problem = CatalogueProblem::NotInFormat { format: format.name(), needs: format.needs() };
    DataError::catalogue(&place.path, problem)
}

#[cfg(test)]
mod tests;
