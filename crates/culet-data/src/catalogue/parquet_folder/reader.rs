//! From the tables to the data set, checked against its fingerprint.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

use culet_graph::{Interactions, KnowledgeGraph, Names, Triplet, Vocabulary};
use serde::Deserialize;

use super::{ABOUT, About, ENTITY, FACTS, INTERACTIONS, ITEM, KINDS, NAMES, PARTS, VERSION};
use crate::catalogue::not_in_format;
use crate::catalogue::options::Format;
use crate::catalogue::place::{Place, PlaceKind};
use crate::catalogue::problem::CatalogueProblem;
use crate::columns::{ColumnReader, Mixed};
use crate::network::unpack::Input;
use crate::shown::shown;
use crate::{DataError, Dataset, Fingerprint};

/// Reads the data set.
///
/// # Errors
/// A file that is missing or makes no sense; another version of the layout; another fingerprint.
pub(in crate::catalogue) fn read(place: &Place) -> Result<Dataset, DataError> {
    if place.kind != PlaceKind::Folder || place.find(ABOUT).is_none() {
        return Err(not_in_format(place, Format::ParquetFolder));
    }
    let about = read_about(place)?;
    let (vocabulary, n_items) = read_names(place)?;
    let index = Index::new(&vocabulary, n_items).map_err(|what| wrong(place.path.join(NAMES), what))?;
    let [train, valid, test] = read_interactions(place, &index)?;
    let graph = read_facts(place, &index)?;
    drop(index);
    let dataset = Dataset { name: place.name.clone(), train, valid, test, graph, vocabulary, notes: Vec::new() };
    let found = Fingerprint::of(&dataset);
    if found != about.fingerprint {
        let problem = CatalogueProblem::Changed { found: found.to_string(), expected: about.fingerprint.to_string() };
        return Err(DataError::catalogue(&place.path, problem));
    }
    Ok(dataset)
}

fn wrong(path: PathBuf, what: String) -> DataError {
    DataError::Catalogue { path, problem: CatalogueProblem::Malformed { format: "a part of a catalogue", what } }
}

fn file_of<'a>(place: &'a Place, name: &str) -> Result<&'a Input, DataError> {
    place.find(name).ok_or_else(|| DataError::read(&place.path.join(name), io::ErrorKind::NotFound.into()))
}

fn read_about(place: &Place) -> Result<About, DataError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u64,
    }
    let path = place.path.join(ABOUT);
    let text = file_of(place, ABOUT)?.read()?;
    let broken = |error: serde_json::Error| wrong(path.clone(), error.to_string());
    let Versioned { version } = serde_json::from_slice(&text).map_err(broken)?;
    if version != VERSION {
        return Err(DataError::catalogue(&path, CatalogueProblem::Version { found: version, known: VERSION }));
    }
    serde_json::from_slice(&text).map_err(broken)
}

/// A table whose columns are all text.
struct Table<const N: usize> {
    path: PathBuf,
    reader: ColumnReader,
    names: [&'static str; N],
}

impl<const N: usize> Table<N> {
    fn open(place: &Place, name: &str, names: [&'static str; N]) -> Result<Self, DataError> {
        let path = place.path.join(name);
        let reader = ColumnReader::of(file_of(place, name)?.columns()?).map_err(|what| wrong(path.clone(), what))?;
        Ok(Self { path, reader, names })
    }

    /// Gives the texts of each row to `each`.
    fn for_each(&self, each: impl FnMut([Option<&str>; N]) -> Result<(), String>) -> Result<(), DataError> {
        self.rows(each).map_err(|what| wrong(self.path.clone(), what))
    }

    fn rows(&self, mut each: impl FnMut([Option<&str>; N]) -> Result<(), String>) -> Result<(), String> {
        let roots = self.reader.roots();
        if let Some(name) = self.names.iter().find(|&&name| !roots.iter().any(|own| own == name)) {
            return Err(format!("holds no column `{name}`"));
        }
        let mut row = 0;
        for group in 0..self.reader.n_groups() {
            let mut columns = Vec::with_capacity(N);
            for name in self.names {
                match self.reader.group(group, self.reader.flat(name)?)? {
                    Mixed::Texts(texts) => columns.push(texts),
                    _ => return Err(format!("column `{name}` holds numbers, expected text")),
                }
            }
            let n = columns[0].len();
            if columns.iter().any(|column| column.len() != n) {
                return Err("its columns are not equally long".into());
            }
            for k in 0..n {
                row += 1;
                let mut texts = [None; N];
                for (text, column) in texts.iter_mut().zip(&columns) {
                    let bytes = column.get(k);
                    let valid = |bytes| std::str::from_utf8(bytes).map_err(|_| format!("row {row}: is not UTF-8"));
                    *text = bytes.map(valid).transpose()?;
                }
                each(texts).map_err(|what| format!("row {row}: {what}"))?;
            }
        }
        Ok(())
    }
}

/// The text of a cell that must not be null.
fn told<'a>(text: Option<&'a str>, what: &str) -> Result<&'a str, String> {
    text.ok_or_else(|| format!("the {what} is null"))
}

fn place_in<const N: usize>(words: [&str; N], text: &str, what: &str) -> Result<usize, String> {
    let place = words.iter().position(|word| *word == text);
    place.ok_or_else(|| format!("the {what} is `{}`, expected one of {}", shown(text.as_bytes()), words.join(", ")))
}

/// The vocabulary, and the number of items.
fn read_names(place: &Place) -> Result<(Vocabulary, usize), DataError> {
    let mut tables = KINDS.map(|_| Names::default());
    Table::open(place, NAMES, ["kind", "id", "name"])?.for_each(|[kind, id, name]| {
        let kind = place_in(KINDS, told(kind, "kind")?, "kind")?;
        if tables[kind].len() >= u32::MAX as usize {
            return Err(format!("there are more than {} of one kind", u32::MAX));
        }
        tables[kind].push(told(id, "id")?, name);
        Ok(())
    })?;
    let [users, mut entities, others, relations] = tables;
    let n_items = entities.len();
    (0..others.len()).for_each(|k| entities.push(others.id(k), others.name(k)));
    Ok((Vocabulary { users, entities, relations }, n_items))
}

/// The numbers of ids.
struct Index<'a> {
    users: HashMap<&'a str, u32>,
    items: HashMap<&'a str, u32>,
    /// Those that are no items, by their numbers behind the items.
    others: HashMap<&'a str, u32>,
    relations: HashMap<&'a str, u32>,
}

impl<'a> Index<'a> {
    fn new(vocabulary: &'a Vocabulary, n_items: usize) -> Result<Self, String> {
        let index = |kind: &str, names: &'a Names, range: std::ops::Range<usize>| {
            let mut index = HashMap::with_capacity(range.len());
            for k in range {
                if index.insert(names.id(k), k as u32).is_some() {
                    return Err(format!("the {kind} `{}` stands twice", shown(names.id(k).as_bytes())));
                }
            }
            Ok(index)
        };
        let Vocabulary { users, entities, relations } = vocabulary;
        if entities.len() > u32::MAX as usize {
            return Err(format!("there are more than {} entities", u32::MAX));
        }
        Ok(Self {
            users: index("user", users, 0..users.len())?,
            items: index(ITEM, entities, 0..n_items)?,
            others: index(ENTITY, entities, n_items..entities.len())?,
            relations: index("relation", relations, 0..relations.len())?,
        })
    }
}

fn find(index: &HashMap<&str, u32>, id: Option<&str>, what: &str) -> Result<u32, String> {
    let id = told(id, what)?;
    index.get(id).copied().ok_or_else(|| format!("the {what} `{}` is not in `{NAMES}`", shown(id.as_bytes())))
}

fn read_interactions(place: &Place, index: &Index<'_>) -> Result<[Interactions; 3], DataError> {
    let mut pairs = PARTS.map(|_| Vec::new());
    Table::open(place, INTERACTIONS, ["user", ITEM, "part"])?.for_each(|[user, item, part]| {
        let part = place_in(PARTS, told(part, "part")?, "part")?;
        pairs[part].push((find(&index.users, user, "user")?, find(&index.items, item, ITEM)?));
        Ok(())
    })?;
    let part = |pairs: &Vec<(u32, u32)>| -> Result<Interactions, DataError> {
        let part = Interactions::from_pairs(index.users.len(), index.items.len(), pairs)?;
        repeats(place, INTERACTIONS, pairs.len() - part.n_pairs())?;
        Ok(part)
    };
    Ok([part(&pairs[0])?, part(&pairs[1])?, part(&pairs[2])?])
}

fn read_facts(place: &Place, index: &Index<'_>) -> Result<KnowledgeGraph, DataError> {
    let mut facts = Vec::new();
    let end = |kind: Option<&str>, id: Option<&str>| match place_in([ITEM, ENTITY], told(kind, "kind")?, "kind")? {
        0 => find(&index.items, id, ITEM),
        _ => find(&index.others, id, ENTITY),
    };
    let columns = ["head_kind", "head", "relation", "tail_kind", "tail"];
    Table::open(place, FACTS, columns)?.for_each(|[head_kind, head, relation, tail_kind, tail]| {
        let (head, tail) = (end(head_kind, head)?, end(tail_kind, tail)?);
        facts.push(Triplet { head, relation: find(&index.relations, relation, "relation")?, tail });
        Ok(())
    })?;
    let n_facts = facts.len();
    let n_entities = index.items.len() + index.others.len();
    let graph = KnowledgeGraph::from_triplets(n_entities, index.relations.len(), facts)?;
    repeats(place, FACTS, n_facts - graph.triplets().len())?;
    Ok(graph)
}

fn repeats(place: &Place, name: &str, n_repeats: usize) -> Result<(), DataError> {
    if n_repeats == 0 {
        return Ok(());
    }
    Err(wrong(place.path.join(name), format!("it repeats {n_repeats} of its rows")))
}
