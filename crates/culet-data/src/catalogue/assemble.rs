//! From external ids to a data set: the items are the first entities, and a linked entity is its item.

use std::collections::{HashMap, HashSet};

use culet_graph::{Interactions, KnowledgeGraph, Names, Triplet, Vocabulary};

use super::raw::{Node, Raw, Readable, Times};
use crate::network::ids::Ids;
use crate::network::notes::counted;
use crate::shown::shown;
use crate::{DataError, Dataset, PartTimes};

/// A data set, and when its pairs were: the earliest time of each.
#[derive(Debug)]
pub(super) struct Assembled {
    pub(super) dataset: Dataset,
    pub(super) times: PartTimes,
}

impl Assembled {
    /// The earliest time of each pair of the union of the training and the validation part, if both have times.
    pub(super) fn times_of_log(&mut self) -> Option<Vec<f64>> {
        let [train, valid, _] = std::mem::take(&mut self.times.of);
        let timed = |part: &Interactions, times: Vec<f64>| part.pairs().zip(times).collect::<Vec<_>>();
        let (mut log, valid) = (timed(&self.dataset.train, train?), timed(&self.dataset.valid, valid?));
        if !valid.is_empty() {
            log.extend(valid);
            keep_earliest(&mut log);
        }
        Some(log.into_iter().map(|(_, time)| time).collect())
    }
}

/// Puts a catalogue together.
///
/// Users, items and entities whose ids are all whole numbers are numbered in the order of these; or else as they first
/// appear. Entities follow the items. A repeated pair or fact counts once, a pair from its earliest time on.
///
/// # Errors
/// More pairs or facts than fit.
pub(super) fn assemble(mut raw: Raw) -> Result<Assembled, DataError> {
    let mut notes = std::mem::take(&mut raw.notes);
    notes.extend(raw.note_on_missing());
    notes.extend(raw.ratings.note());
    if !raw.is_ordered {
        order(&mut raw);
    }
    let times = PartTimes { spans: raw.spans, of: [0, 1, 2].map(|part| earliest(&raw, part)) };
    let (n_users, n_items) = (raw.users.len(), raw.items.len());
    let part = |pairs: &Vec<(u32, u32)>| Interactions::from_pairs(n_users, n_items, pairs);
    let [train, valid, test] = [part(&raw.pairs[0])?, part(&raw.pairs[1])?, part(&raw.pairs[2])?];
    notes.extend(repeats(&raw, [&train, &valid, &test], times.of[0].is_some()));
    let entities = Entities::new(&raw);
    let facts = raw.facts.iter().map(|&(head, relation, tail)| Triplet {
        head: entities.number(head),
        relation,
        tail: entities.number(tail),
    });
    let facts: Vec<_> = facts.collect();
    let n_facts = facts.len();
    let graph = KnowledgeGraph::from_triplets(entities.n, raw.relations.len(), facts)?;
    if graph.triplets().len() < n_facts {
        let repeats = counted(n_facts - graph.triplets().len(), "fact stands", "facts stand");
        notes.push(format!("{repeats} several times; a repeat counts for nothing"));
    }
    let vocabulary = Vocabulary {
        users: names(&raw.users, &raw.user_names, n_users),
        entities: entities.names(&raw),
        relations: relations(&raw),
    };
    notes.extend(oddities(&raw, [&train, &valid, &test], &entities));
    let dataset = Dataset { name: raw.name, train, valid, test, graph, vocabulary, notes };
    Ok(Assembled { dataset, times })
}

/// Numbers users, items and entities anew where their ids are numbers.
fn order(raw: &mut Raw) {
    if let Some(rank) = raw.users.sort_if_numeric() {
        raw.pairs.iter_mut().flatten().for_each(|(user, _)| *user = rank[*user as usize]);
        raw.user_names.renumber(&rank);
    }
    if let Some(rank) = raw.items.sort_if_numeric() {
        raw.pairs.iter_mut().flatten().for_each(|(_, item)| *item = rank[*item as usize]);
        raw.item_of_entity.values_mut().for_each(|item| *item = rank[*item as usize]);
        raw.item_names.renumber(&rank);
        each_node(raw, |node| {
            if let Node::Item(item) = node {
                *item = rank[*item as usize];
            }
        });
    }
    if let Some(rank) = raw.entities.sort_if_numeric() {
        let linked = std::mem::take(&mut raw.item_of_entity);
        raw.item_of_entity = linked.into_iter().map(|(entity, item)| (rank[entity as usize], item)).collect();
        raw.entity_names.renumber(&rank);
        each_node(raw, |node| {
            if let Node::Entity(entity) = node {
                *entity = rank[*entity as usize];
            }
        });
    }
}

fn each_node(raw: &mut Raw, mut change: impl FnMut(&mut Node)) {
    for (head, _, tail) in &mut raw.facts {
        change(head);
        change(tail);
    }
}

/// The earliest time of each distinct pair of a part, if all have times.
fn earliest(raw: &Raw, part: usize) -> Option<Vec<f64>> {
    if !matches!(raw.times_wanted, Times::Welcome | Times::Needed) || raw.times[part].len() < raw.pairs[part].len() {
        return None;
    }
    let mut timed: Vec<_> = raw.pairs[part].iter().copied().zip(raw.times[part].iter().copied()).collect();
    keep_earliest(&mut timed);
    Some(timed.into_iter().map(|(_, time)| time).collect())
}

/// Brings pairs into their order, each once, with its earliest time.
fn keep_earliest(timed: &mut Vec<((u32, u32), f64)>) {
    timed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    timed.dedup_by_key(|(pair, _)| *pair);
}

fn repeats(raw: &Raw, parts: [&Interactions; 3], timed: bool) -> Option<String> {
    let n_repeats: usize = raw.pairs.iter().zip(parts).map(|(pairs, part)| pairs.len() - part.n_pairs()).sum();
    let which = if timed { "the earliest time counts" } else { "a repeat counts for nothing" };
    (n_repeats > 0).then(|| {
        let repeats = counted(n_repeats, "repeated pair", "repeated pairs");
        let example = raw.pairs.iter().find_map(|pairs| a_repeat(pairs)).map(|(user, item)| {
            let [user, item] = [raw.users.id(user as usize), raw.items.id(item as usize)];
            let such = if n_repeats == 1 { "" } else { "such as " };
            format!(", {such}user `{}` with item `{}`", shown(user.as_bytes()), shown(item.as_bytes()))
        });
        format!("{repeats}{}; {which}", example.unwrap_or_default())
    })
}

/// The first pair that stands twice, among so many that looking for it costs little.
fn a_repeat(pairs: &[(u32, u32)]) -> Option<(u32, u32)> {
    const LOOKED_AT: usize = 1 << 20;
    let mut met = HashSet::new();
    pairs.iter().take(LOOKED_AT).copied().find(|&pair| !met.insert(pair))
}

/// The numbers of entities in the graph.
struct Entities {
    n_items: usize,
    n: usize,
    /// The number of each entity of the files.
    number_of: Vec<u32>,
    /// The entity of the files behind each number from `n_items` on.
    beside: Vec<u32>,
}

impl Entities {
    /// Numbers those that stand for no item and that a fact is about, behind the items.
    fn new(raw: &Raw) -> Self {
        let n_items = raw.items.len();
        let mut is_used = vec![false; raw.entities.len()];
        for node in raw.facts.iter().flat_map(|&(head, _, tail)| [head, tail]) {
            if let Node::Entity(entity) = node {
                is_used[entity as usize] = true;
            }
        }
        let mut entities = Self { n_items, n: n_items, number_of: vec![0; raw.entities.len()], beside: Vec::new() };
        for entity in 0..raw.entities.len() as u32 {
            let number = match raw.item_of_entity.get(&entity) {
                Some(&item) => item,
                None if is_used[entity as usize] => {
                    entities.beside.push(entity);
                    entities.n += 1;
                    entities.n as u32 - 1
                }
                None => continue,
            };
            entities.number_of[entity as usize] = number;
        }
        entities
    }

    fn number(&self, node: Node) -> u32 {
        match node {
            Node::Item(item) => item,
            Node::Entity(entity) => self.number_of[entity as usize],
        }
    }

    /// The items, then the entities beside them.
    fn names(&self, raw: &Raw) -> Names {
        let mut entity_of: HashMap<u32, u32> = HashMap::new();
        for entity in 0..raw.entities.len() as u32 {
            if let Some(&item) = raw.item_of_entity.get(&entity) {
                entity_of.entry(item).or_insert(entity);
            }
        }
        let mut names = Names::default();
        for item in 0..self.n_items {
            let linked = || raw.entity_names.get(*entity_of.get(&(item as u32))? as usize);
            names.push(&raw.items.id(item), raw.item_names.get(item).or_else(linked));
        }
        for &entity in &self.beside {
            names.push(&raw.entities.id(entity as usize), raw.entity_names.get(entity as usize));
        }
        names
    }
}

fn names(ids: &Ids, readable: &Readable, n: usize) -> Names {
    let mut names = Names::default();
    (0..n).for_each(|k| names.push(&ids.id(k), readable.get(k)));
    names
}

fn relations(raw: &Raw) -> Names {
    let mut names = Names::default();
    (0..raw.relations.len()).for_each(|k| names.push(raw.relations.get(k), raw.relation_names.get(k)));
    names
}

/// What is odd about the whole.
fn oddities(raw: &Raw, [train, valid, test]: [&Interactions; 3], entities: &Entities) -> Vec<String> {
    let mut notes = Vec::new();
    if raw.by_links {
        let both =
            entities.beside.iter().filter(|&&e| raw.items.find(raw.entities.id(e as usize).as_bytes()).is_some());
        let n_both = both.count();
        if n_both > 0 {
            let ids = counted(
                n_both,
                "id stands for an item and for another entity",
                "ids stand for items and for other entities",
            );
            notes.push(format!("{ids}, which are kept apart"));
        }
    }
    let degrees = [train, valid, test].map(Interactions::item_degrees);
    let n_idle = (0..raw.items.len()).filter(|&item| degrees.iter().all(|degree| degree[item] == 0)).count();
    if n_idle > 0 {
        notes.push(format!("nobody took {}", counted(n_idle, "item", "items")));
    }
    let shared = train.n_shared(test);
    if shared > 0 {
        notes.push(format!("the training and the test part share {}", counted(shared, "pair", "pairs")));
    }
    notes
}
