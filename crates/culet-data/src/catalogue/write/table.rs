//! Tables with commas: one for each part, one of the facts.

use std::io::{self, Write};
use std::path::Path;

use culet_graph::Interactions;

use super::{check_distinct, check_ids, node_ids, taken_items};
use crate::catalogue::raw::is_missing;
use crate::network::quoted;
use crate::new_folder::NewFolder;
use crate::{DataError, Dataset};

/// Writes `train.csv`, `valid.csv` and `test.csv` as far as there are such pairs, `facts.csv` if there are facts that can be joined again, and
/// `links.csv` if one of these needs it: then an item with the id of another entity is called `item:ID` in the facts.
pub(super) fn write(folder: &Path, dataset: &Dataset) -> Result<(), DataError> {
    check_ids(dataset, |id| is_missing(id.as_bytes()) || id.contains(['\n', '\r', '\0']))?;
    check_distinct(dataset)?;
    let Dataset { train, valid, test, graph, vocabulary, .. } = dataset;
    let (n_items, entities) = (train.n_items(), &vocabulary.entities);
    let ids = node_ids::distinct(entities, n_items);
    let is_taken = taken_items(dataset);
    let renamed: Vec<usize> = (0..n_items).filter(|&item| ids[item] != entities.id(item)).collect();
    // An item that nobody took is an entity when the facts are read, and those go by their ids.
    if let Some(&first) = renamed.iter().find(|&&item| !is_taken[item]) {
        let id = entities.id(first).to_owned();
        let second =
            (n_items..entities.len()).find(|&entity| entities.id(entity) == id).expect("it was renamed for one");
        return Err(DataError::SameId { kind: "entity", first, second, id });
    }
    let mut folder = NewFolder::create(folder)?;
    let has_facts = n_joined_facts(dataset) > 0;
    if has_facts {
        folder.write("facts.csv", |file| {
            writeln!(file, "head,relation,tail")?;
            graph.triplets().iter().try_for_each(|t| {
                let texts =
                    [&ids[t.head as usize], vocabulary.relations.id(t.relation as usize), &ids[t.tail as usize]];
                write_row(file, &texts)
            })
        })?;
    }
    if has_facts && !renamed.is_empty() {
        folder.write("links.csv", |file| {
            writeln!(file, "item,entity")?;
            let taken = (0..n_items).filter(|&item| is_taken[item]);
            taken.into_iter().try_for_each(|item| write_row(file, &[entities.id(item), &ids[item]]))
        })?;
    }
    for (part, name) in [(test, "test.csv"), (valid, "valid.csv")] {
        if part.n_pairs() > 0 {
            folder.write(name, |file| write_log(file, part, dataset))?;
        }
    }
    // Last, as a folder without it is no data set.
    folder.write("train.csv", |file| write_log(file, train, dataset))?;
    folder.keep();
    Ok(())
}

/// How many facts come back when they are joined: all, unless none is about an item that somebody took.
pub(super) fn n_joined_facts(dataset: &Dataset) -> usize {
    let is_taken = taken_items(dataset);
    let about = |entity: u32| is_taken.get(entity as usize).copied().unwrap_or(false);
    let facts = dataset.graph.triplets();
    if facts.iter().any(|fact| about(fact.head) || about(fact.tail)) { facts.len() } else { 0 }
}

fn write_row(file: &mut impl Write, texts: &[&str]) -> io::Result<()> {
    for (k, text) in texts.iter().enumerate() {
        write!(file, "{}{}", if k > 0 { "," } else { "" }, quoted(text, ','))?;
    }
    writeln!(file)
}

fn write_log(file: &mut impl Write, part: &Interactions, dataset: &Dataset) -> io::Result<()> {
    let vocabulary = &dataset.vocabulary;
    writeln!(file, "user,item")?;
    part.pairs().try_for_each(|(user, item)| {
        write_row(file, &[vocabulary.users.id(user as usize), vocabulary.entities.id(item as usize)])
    })
}
