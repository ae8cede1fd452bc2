//! From a data set to its tables.

use std::io::{self, Write};
use std::path::Path;

use culet_graph::{Names, Triplet};

use super::{ABOUT, About, ENTITY, FACTS, INTERACTIONS, ITEM, KINDS, NAMES, PARTS, VERSION};
use crate::catalogue::write::check_distinct;
use crate::columns::{Rows, Values, write_groups};
use crate::new_folder::NewFolder;
use crate::{DataError, Dataset, Fingerprint};

/// Rows of a group: what a reader holds as text at a time.
const GROUP: usize = 1 << 18;

/// Writes a data set that [`read`](super::read) gives back, but for its name and its notes.
///
/// # Errors
/// An id that two of a kind have; a folder that holds anything; what cannot be written.
pub(in crate::catalogue) fn write(folder: &Path, dataset: &Dataset) -> Result<(), DataError> {
    check_distinct(dataset)?;
    let mut folder = NewFolder::create(folder)?;
    folder.write(INTERACTIONS, |file| write_interactions(dataset, file))?;
    folder.write(FACTS, |file| write_facts(dataset, file))?;
    folder.write(NAMES, |file| write_names(dataset, file))?;
    let about = About { version: VERSION, fingerprint: Fingerprint::of(dataset) };
    // Last, as a folder without it is no data set: one cut short by a crash is not taken for a whole one.
    folder.write(ABOUT, |file| {
        serde_json::to_writer_pretty(&mut *file, &about)?;
        writeln!(file)
    })?;
    folder.keep();
    Ok(())
}

/// Rows in groups, an empty one if there is none.
fn grouped<T>(mut rows: impl Iterator<Item = T>) -> impl Iterator<Item = Vec<T>> {
    let mut is_first = true;
    std::iter::from_fn(move || {
        let group: Vec<T> = rows.by_ref().take(GROUP).collect();
        (std::mem::take(&mut is_first) || !group.is_empty()).then_some(group)
    })
}

fn write_interactions(dataset: &Dataset, file: impl Write + Send) -> io::Result<()> {
    let Dataset { train, valid, test, vocabulary, .. } = dataset;
    let parts = PARTS.into_iter().zip([train, valid, test]);
    let rows = parts.flat_map(|(part, log)| log.pairs().map(move |pair| (pair, part)));
    let groups = grouped(rows).map(|rows| -> Rows<'_> {
        let user = |&((user, _), _): &((u32, u32), _)| vocabulary.users.id(user as usize);
        let item = |&((_, item), _): &((u32, u32), _)| vocabulary.entities.id(item as usize);
        vec![
            ("user", Values::Category(rows.iter().map(user).collect())),
            ("item", Values::Category(rows.iter().map(item).collect())),
            ("part", Values::Category(rows.iter().map(|(_, part)| *part).collect())),
        ]
    });
    write_groups(groups, file)
}

fn write_facts<'a>(dataset: &'a Dataset, file: impl Write + Send) -> io::Result<()> {
    let (n_items, vocabulary) = (dataset.train.n_items(), &dataset.vocabulary);
    let kind = |entity: u32| if (entity as usize) < n_items { ITEM } else { ENTITY };
    let id = |entity: u32| vocabulary.entities.id(entity as usize);
    let groups = grouped(dataset.graph.triplets().iter()).map(|facts| -> Rows<'_> {
        let column = |of: &dyn Fn(&Triplet) -> &'a str| Values::Category(facts.iter().map(|&fact| of(fact)).collect());
        vec![
            ("head_kind", column(&|fact| kind(fact.head))),
            ("head", column(&|fact| id(fact.head))),
            ("relation", column(&|fact| vocabulary.relations.id(fact.relation as usize))),
            ("tail_kind", column(&|fact| kind(fact.tail))),
            ("tail", column(&|fact| id(fact.tail))),
        ]
    });
    write_groups(groups, file)
}

fn write_names(dataset: &Dataset, file: impl Write + Send) -> io::Result<()> {
    let (n_items, vocabulary) = (dataset.train.n_items(), &dataset.vocabulary);
    let (users, entities, relations) = (&vocabulary.users, &vocabulary.entities, &vocabulary.relations);
    let tables: [(&Names, _); 4] = [
        (users, 0..users.len()),
        (entities, 0..n_items),
        (entities, n_items..entities.len()),
        (relations, 0..relations.len()),
    ];
    let tables = KINDS.into_iter().zip(tables);
    let rows = tables.flat_map(|(kind, (names, range))| range.map(move |index| (kind, names, index)));
    let groups = grouped(rows).map(|rows| -> Rows<'_> {
        vec![
            ("kind", Values::Category(rows.iter().map(|&(kind, ..)| kind).collect())),
            ("id", Values::Text(rows.iter().map(|&(_, names, index)| names.id(index)).collect())),
            ("name", Values::OptionalText(rows.iter().map(|&(_, names, index)| names.name(index)).collect())),
        ]
    });
    write_groups(groups, file)
}
