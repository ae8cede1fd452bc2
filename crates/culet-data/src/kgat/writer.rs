//! A data set as a folder of text files.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::Path;

use culet_graph::{Interactions, Names, UserId, Vocabulary};
use serde::Serialize;

use super::sources::Kind;
use crate::new_folder::NewFolder;
use crate::{DataError, Dataset};

/// Writes a data set in the layout of KGAT and KGIN, so that [`read_kgat`](crate::read_kgat) gives it back.
///
/// The folder is made, parents included; if anything fails, it is gone again, or as empty as it was. Lists of ids are
/// always written, files of names where there is a name, `valid.txt` where there is a validation pair. What does not
/// return: [`Dataset::notes`], and [`Dataset::name`] where the folder has another name.
///
/// Ids may contain blanks, but an empty id, one with a blank at either end, and ids or names with a line break cannot
/// be told from their surroundings; they are an error, and nothing is written.
///
/// # Errors
/// [`DataError::NotEmpty`] if the folder holds anything; [`DataError::Unwritable`] as said above;
/// [`DataError::Write`] with the path and the cause.
///
/// # Panics
/// If the vocabulary, the interactions and the graph differ in their numbers of users, items, entities or relations.
pub fn write_kgat(folder: &Path, dataset: &Dataset) -> Result<(), DataError> {
    write_kgat_with(folder, dataset, None::<&()>)
}

/// Writes a data set as [`write_kgat`] does, and `meta.json` beside it.
pub(crate) fn write_kgat_with<T: Serialize>(
    folder: &Path,
    dataset: &Dataset,
    meta: Option<&T>,
) -> Result<(), DataError> {
    check_counts(dataset);
    let Vocabulary { users, entities, relations } = &dataset.vocabulary;
    for (kind, names) in [(Kind::User, users), (Kind::Entity, entities), (Kind::Relation, relations)] {
        check_texts(kind.word(), names)?;
    }
    let mut folder = NewFolder::create(folder)?;
    let n_items = dataset.train.n_items();
    write_labels(&mut folder, Kind::User, users, 0..users.len())?;
    write_labels(&mut folder, Kind::Item, entities, 0..n_items)?;
    write_labels(&mut folder, Kind::Entity, entities, n_items..entities.len())?;
    write_labels(&mut folder, Kind::Relation, relations, 0..relations.len())?;
    folder.write("kg_final.txt", |file| {
        dataset.graph.triplets().iter().try_for_each(|t| writeln!(file, "{} {} {}", t.head, t.relation, t.tail))
    })?;
    if let Some(meta) = meta {
        folder.write("meta.json", |file| {
            serde_json::to_writer_pretty(&mut *file, meta)?;
            writeln!(file)
        })?;
    }
    if dataset.valid.n_pairs() > 0 {
        folder.write("valid.txt", |file| write_log(file, &dataset.valid))?;
    }
    folder.write("test.txt", |file| write_log(file, &dataset.test))?;
    // Last, as a folder without it is no data set: one cut short by a crash is not taken for a whole one.
    folder.write("train.txt", |file| write_log(file, &dataset.train))?;
    folder.keep();
    Ok(())
}

pub(crate) fn check_counts(dataset: &Dataset) {
    let Dataset { train, valid, test, graph, vocabulary, .. } = dataset;
    for part in [valid, test] {
        assert_eq!((train.n_users(), train.n_items()), (part.n_users(), part.n_items()), "all parts have the same ids");
    }
    assert_eq!(train.n_users(), vocabulary.users.len(), "each user has an id");
    assert_eq!(graph.n_entities(), vocabulary.entities.len(), "each entity has an id");
    assert_eq!(graph.n_relations(), vocabulary.relations.len(), "each relation has an id");
    assert!(train.n_items() <= graph.n_entities(), "each item is an entity");
}

fn check_texts(kind: &'static str, names: &Names) -> Result<(), DataError> {
    let breaks = |text: &str| text.contains(['\n', '\r']);
    let blank = |text: &str| text.is_empty() || text.starts_with([' ', '\t']) || text.ends_with([' ', '\t']);
    for index in 0..names.len() {
        let (id, name) = (names.id(index), names.name(index).unwrap_or_default());
        if blank(id) || breaks(id) {
            return Err(DataError::Unwritable { what: "the id", kind, index, text: id.into() });
        }
        if breaks(name) {
            return Err(DataError::Unwritable { what: "the name", kind, index, text: name.into() });
        }
    }
    Ok(())
}

/// Writes the list of ids and, where there is a name, the file of names.
fn write_labels(folder: &mut NewFolder, kind: Kind, names: &Names, range: Range<usize>) -> Result<(), DataError> {
    folder.write(kind.list_file(), |file| {
        writeln!(file, "org_id remap_id")?;
        range.clone().try_for_each(|index| writeln!(file, "{} {index}", names.id(index)))
    })?;
    let named = || range.clone().filter_map(|index| Some((index, names.name(index)?)));
    if named().next().is_none() {
        return Ok(());
    }
    folder.write(kind.names_file(), |file| named().try_for_each(|(index, name)| writeln!(file, "{index}\t{name}")))
}

fn write_log(file: &mut BufWriter<File>, log: &Interactions) -> io::Result<()> {
    for user in 0..log.n_users() as u32 {
        let items = log.items_of(UserId(user));
        if items.is_empty() {
            continue;
        }
        write!(file, "{user}")?;
        items.iter().try_for_each(|item| write!(file, " {item}"))?;
        writeln!(file)?;
    }
    Ok(())
}
