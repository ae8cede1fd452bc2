//! The files of a folder together as a data set.

use std::collections::HashSet;
use std::path::Path;

use culet_graph::{Interactions, KnowledgeGraph, UserId, Vocabulary};

use super::bytes::lines;
use super::extent::Extent;
use super::notes;
use super::parse::{ParsedInteractions, ParsedTriplets};
use super::sources::{Kind, Sources};
use super::vocabulary::{AllLabels, Labels, in_file};
use super::{LineError, LineProblem, parse_interactions, parse_triplets};
use crate::places::name_of;
use crate::{DataError, Dataset};

/// How the files are to be understood.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KgatOptions {
    /// What the files count users, items, entities and relations from: 0 or 1.
    ///
    /// With 1, a list file that holds the number 0 still counts from 0, and the names of its kind with it.
    pub id_base: u32,
}

/// Reads a folder in the layout of KGAT and KGIN.
///
/// Users number one more than the largest id in `user_list.txt`, `train.txt`, `valid.txt` and `test.txt`; items as many
/// as `item_list.txt` says, or else as the interactions need; entities at least as many as items, and as
/// `entity_list.txt` and `kg_final.txt` need; relations as `relation_list.txt` and `kg_final.txt` need. What no list
/// names goes by its number. What is odd but harmless stands in [`Dataset::notes`].
///
/// # Errors
/// A folder or file that cannot be read; the first line that cannot be understood, with file and line; an item beyond
/// `item_list.txt`, or, where that is missing, an item of `test.txt` or `valid.txt` that no other file knows; a name
/// for something that does not exist; ids far larger than the files are long.
///
/// # Panics
/// If `id_base` is neither 0 nor 1.
pub fn read_kgat(folder: &Path, options: &KgatOptions) -> Result<Dataset, DataError> {
    assemble(&Sources::load(folder)?, folder, options)
}

/// What a model needs of the training part: a pair to learn from, and for each user an item not taken.
///
/// # Errors
/// [`DataError::NoPairs`]; [`DataError::TookEverything`] with the first user who took every item.
pub fn check_trainable(dataset: &Dataset) -> Result<(), DataError> {
    let log = &dataset.train;
    if log.n_pairs() == 0 {
        return Err(DataError::NoPairs { name: dataset.name.clone() });
    }
    let took_everything = |&user: &u32| log.items_of(UserId(user)).len() == log.n_items();
    match (0..log.n_users() as u32).find(took_everything) {
        Some(user) => {
            let id = dataset.vocabulary.users.id(user as usize).to_owned();
            Err(DataError::TookEverything { user, id, n_items: log.n_items() })
        }
        None => Ok(()),
    }
}

/// The data set in bytes already read; `folder` serves messages and the name.
///
/// # Errors
/// As [`read_kgat`], but for files.
pub fn assemble(sources: &Sources, folder: &Path, options: &KgatOptions) -> Result<Dataset, DataError> {
    let mut parsed = Parsed::new(sources, folder, options.id_base)?;
    let counts = parsed.counts()?;
    let train = parsed.log("train.txt", &parsed.train, &counts)?;
    let valid = parsed.log("valid.txt", &parsed.valid, &counts)?;
    let test = parsed.log("test.txt", &parsed.test, &counts)?;
    let triplets = std::mem::take(&mut parsed.graph.triplets);
    let n_facts = triplets.len();
    let graph = KnowledgeGraph::from_triplets(counts.entities, counts.relations, triplets)?;
    let mut notes = notes::of_files(sources);
    notes.extend(repeats("train.txt", &parsed.train, &train));
    notes.extend(repeats("valid.txt", &parsed.valid, &valid));
    notes.extend(repeats("test.txt", &parsed.test, &test));
    notes.extend(notes::of_logs(&train, &test, &parsed.test));
    notes.extend(notes::of_validation(&train, &valid, &test));
    // The facts are read again where something about them is odd, rather than kept twice where nothing is.
    let text = sources.graph.as_deref().unwrap_or_default();
    let again = || parse_triplets(text, options.id_base).map(|parsed| parsed.triplets).unwrap_or_default();
    let line_of = |fact: Option<usize>| Some(lines(text).nth(fact?)?.0);
    notes.extend(notes::of_repeats("kg_final.txt", "fact", n_facts - graph.triplets().len(), || {
        line_of(notes::first_repeat(again()))
    }));
    notes.extend(notes::of_graph(&graph, || line_of(again().iter().position(|fact| fact.head == fact.tail))));
    let vocabulary = parsed.vocabulary(&counts, &mut notes)?;
    Ok(Dataset { name: name_of(folder), train, valid, test, graph, vocabulary, notes })
}

fn repeats(file: &str, parsed: &ParsedInteractions, part: &Interactions) -> Option<String> {
    let line = || notes::first_repeat(&parsed.pairs).map(|pair| parsed.line_of(pair));
    notes::of_repeats(file, "pair", parsed.pairs.len() - part.n_pairs(), line)
}

/// All files, each understood by itself.
struct Parsed<'a> {
    folder: &'a Path,
    base: u32,
    train: ParsedInteractions,
    valid: ParsedInteractions,
    test: ParsedInteractions,
    graph: ParsedTriplets,
    labels: AllLabels<'a>,
}

/// How many there are of each kind.
struct Counts {
    users: usize,
    items: usize,
    entities: usize,
    relations: usize,
}

impl<'a> Parsed<'a> {
    fn new(sources: &'a Sources, folder: &'a Path, base: u32) -> Result<Self, DataError> {
        assert!(base <= 1, "ids count from 0 or 1, not {base}");
        let log = |file, text| parse_interactions(text, base).map_err(|error| in_file(folder, file, error));
        let graph = sources.graph.as_deref().unwrap_or_default();
        Ok(Self {
            folder,
            base,
            labels: AllLabels::parse(sources, folder, base)?,
            train: log("train.txt", &sources.train)?,
            valid: log("valid.txt", sources.valid.as_deref().unwrap_or_default())?,
            test: log("test.txt", sources.test.as_deref().unwrap_or_default())?,
            graph: parse_triplets(graph, base).map_err(|error| in_file(folder, "kg_final.txt", error))?,
        })
    }

    fn counts(&self) -> Result<Counts, DataError> {
        let (train, valid, test, graph) = (&self.train, &self.valid, &self.test, &self.graph);
        let users = self.listed(Kind::User).with("train.txt", self.base, train.largest_user, train.rows.len());
        let users = users.with("valid.txt", self.base, valid.largest_user, valid.rows.len());
        let users = users.with("test.txt", self.base, test.largest_user, test.rows.len()).count(self.folder)?;
        let items = match self.labels.list(Kind::Item) {
            Some(_) => self.listed(Kind::Item).count(self.folder)?,
            None => self.items_in_use()?,
        };
        let n_facts = graph.triplets.len();
        let entities = self.listed(Kind::Entity).at_least(items);
        let entities = entities.with("kg_final.txt", self.base, graph.largest_entity, n_facts).count(self.folder)?;
        let relations = self.listed(Kind::Relation);
        let relations = relations.with("kg_final.txt", self.base, graph.largest_relation, n_facts);
        Ok(Counts { users, items, entities, relations: relations.count(self.folder)? })
    }

    fn listed(&self, kind: Kind) -> Extent {
        let extent = Extent::new(kind);
        match self.labels.list(kind) {
            Some(list) => extent.with(list.file, list.base, list.largest(), list.len()),
            None => extent,
        }
    }

    /// The number of items where there is no list of them.
    fn items_in_use(&self) -> Result<usize, DataError> {
        let (train, valid, test) = (&self.train, &self.valid, &self.test);
        self.check_items_of("valid.txt", valid)?;
        self.check_items_of("test.txt", test)?;
        let items = Extent::new(Kind::Item).with("train.txt", self.base, train.largest_item, train.pairs.len());
        let items = items.with("valid.txt", self.base, valid.largest_item, valid.pairs.len());
        items.with("test.txt", self.base, test.largest_item, test.pairs.len()).count(self.folder)
    }

    /// Without a list, an item of a withheld part must not exceed all of `train.txt` unless a file other than those of
    /// withheld parts knows it.
    fn check_items_of(&self, file: &str, part: &ParsedInteractions) -> Result<(), DataError> {
        let Some(largest) = self.train.largest_item else { return Ok(()) };
        if part.largest_item.is_none_or(|item| item.id <= largest.id) {
            return Ok(());
        }
        let labels = [self.labels.list(Kind::Entity), self.labels.names(Kind::Item), self.labels.names(Kind::Entity)];
        let labelled = labels.into_iter().flatten().flat_map(Labels::indices);
        let in_facts = self.graph.triplets.iter().flat_map(|triplet| [triplet.head, triplet.tail]);
        let known: HashSet<u32> = labelled.chain(in_facts).filter(|&id| id > largest.id).collect();
        let unknown = |&(_, item): &(u32, u32)| item > largest.id && !known.contains(&item);
        match part.pairs.iter().position(unknown) {
            Some(pair) => {
                let problem = LineProblem::OnlyInTest {
                    item: self.as_written(part.pairs[pair].1),
                    largest: self.as_written(largest.id),
                };
                Err(in_file(self.folder, file, LineError { line: part.line_of(pair), problem }))
            }
            None => Ok(()),
        }
    }

    /// The id as the files write it.
    fn as_written(&self, id: u32) -> u64 {
        u64::from(id) + u64::from(self.base)
    }

    /// The pairs of a file, all items of which must be within the counts.
    fn log(&self, file: &str, parsed: &ParsedInteractions, counts: &Counts) -> Result<Interactions, DataError> {
        if let Some(pair) = parsed.pairs.iter().position(|&(_, item)| item as usize >= counts.items) {
            let item = self.as_written(parsed.pairs[pair].1);
            let problem = LineProblem::NotInList { item, first: self.base.into(), count: counts.items };
            return Err(in_file(self.folder, file, LineError { line: parsed.line_of(pair), problem }));
        }
        Ok(Interactions::from_pairs(counts.users, counts.items, &parsed.pairs)?)
    }

    fn vocabulary(&self, counts: &Counts, notes: &mut Vec<String>) -> Result<Vocabulary, DataError> {
        if let Some(list) = self.labels.list(Kind::Item) {
            notes.extend(notes::of_list(&self.labels, Kind::Item, counts.items - list.len(), self.base));
        }
        let mut names = |kind, count| {
            let (names, odd) = self.labels.vocabulary(kind, count, counts.items, self.folder, self.base)?;
            notes.extend(notes::of_list(&self.labels, kind, odd.n_unlisted, self.base));
            notes.extend(notes::of_repeated_ids(kind, odd.n_repeated));
            Ok::<_, DataError>(names)
        };
        Ok(Vocabulary {
            users: names(Kind::User, counts.users)?,
            entities: names(Kind::Entity, counts.entities)?,
            relations: names(Kind::Relation, counts.relations)?,
        })
    }
}
