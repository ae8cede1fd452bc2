//! A catalogue as it is before a split.

use culet_graph::{Interactions, KnowledgeGraph, Names, Triplet, Vocabulary, k_core, largest_core};
use serde::{Deserialize, Serialize};

use super::plan::bad;
use crate::{DataError, Dataset, Fingerprint};

/// Interactions, and what is known beside them.
#[derive(Debug, Clone, PartialEq)]
pub struct UnsplitCatalogue {
    /// A short name, usually that of the folder or file.
    pub name: String,
    /// All distinct pairs, but for those that only a test part has.
    pub log: Interactions,
    /// The time of each pair, in the order of [`Interactions::pairs`], where it is known.
    pub times: Option<Vec<f64>>,
    /// The test part that the data set came with; the same users and items as `log`.
    pub test: Interactions,
    /// Facts about the items, which are the first entities.
    pub graph: KnowledgeGraph,
    /// External ids and names.
    pub vocabulary: Vocabulary,
    /// What identifies the data that were read.
    pub source: SourceRecord,
    /// What the reader noticed and a person should know, one sentence each.
    pub notes: Vec<String>,
}

/// What a split was drawn from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// The name of the data set.
    pub name: String,
    /// Its counts and content; all pairs of a table count as training pairs.
    pub fingerprint: Fingerprint,
    /// The rating below which lines of a table were left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_rating: Option<f64>,
}

/// What a k-core lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoreLosses {
    /// The pairs that every user and every item has at least.
    pub k: usize,
    /// Users that went.
    pub users: usize,
    /// Items that went.
    pub items: usize,
    /// Pairs that went with them.
    pub pairs: usize,
    /// Items of these that stay as entities, as facts name them.
    pub items_as_entities: usize,
}

impl From<Dataset> for UnsplitCatalogue {
    /// The training and the validation part as one log, the test part beside it.
    fn from(dataset: Dataset) -> Self {
        let fingerprint = Fingerprint::of(&dataset);
        let Dataset { name, train, valid, test, graph, vocabulary, notes } = dataset;
        let log = train.union(&valid).expect("parts of a data set are far from 2^32 pairs");
        let source = SourceRecord { name: name.clone(), fingerprint, min_rating: None };
        Self { name, log, times: None, test, graph, vocabulary, source, notes }
    }
}

impl UnsplitCatalogue {
    /// All pairs.
    pub(super) fn joined(&self) -> Result<Interactions, DataError> {
        Ok(self.log.union(&self.test)?)
    }

    /// What stays if users and items with fewer than `k` pairs go, and those who have too few then, and so on.
    ///
    /// Users and items are numbered anew in their order. An item that goes stays as an entity behind the items if a
    /// fact names it, so that no fact is lost; the other entities follow in their order.
    ///
    /// # Errors
    /// If nothing stays.
    pub(super) fn core(self, k: usize) -> Result<(Self, CoreLosses), DataError> {
        let joined = self.joined()?;
        let core = k_core(&joined, k);
        if core.users.is_empty() || core.items.is_empty() {
            let expected = format!("at most {}, beyond which nothing is left", largest_core(&joined));
            return Err(bad("k_core", k, &expected));
        }
        let users = Renumbering::keep(joined.n_users(), &core.users);
        let items = Renumbering::keep(joined.n_items(), &core.items);
        let entities = self.entities_behind(&items);
        let before = (joined.n_users(), joined.n_items(), joined.n_pairs());
        let times = self.times.as_ref().map(|times| {
            let kept =
                self.log.pairs().zip(times).filter(|&((u, i), _)| users.get(u).is_some() && items.get(i).is_some());
            kept.map(|(_, &time)| time).collect()
        });
        let (log, test) = (restricted(&self.log, &users, &items)?, restricted(&self.test, &users, &items)?);
        let number = |entity: u32| entities.get(entity).expect("an entity of a fact stays");
        let fact = |t: &Triplet| Triplet { head: number(t.head), relation: t.relation, tail: number(t.tail) };
        let triplets = self.graph.triplets().iter().map(fact).collect();
        let graph = KnowledgeGraph::from_triplets(entities.kept.len(), self.graph.n_relations(), triplets)?;
        let n_pairs = log.union(&test)?.n_pairs();
        let losses = CoreLosses {
            k,
            users: before.0 - users.kept.len(),
            items: before.1 - items.kept.len(),
            pairs: before.2 - n_pairs,
            items_as_entities: entities
                .kept
                .iter()
                .skip(items.kept.len())
                .filter(|&&e| (e as usize) < before.1)
                .count(),
        };
        let vocabulary = Vocabulary {
            users: users.names(&self.vocabulary.users),
            entities: entities.names(&self.vocabulary.entities),
            relations: self.vocabulary.relations,
        };
        Ok((Self { log, times, test, graph, vocabulary, ..self }, losses))
    }

    /// The items that stay, then those that do not and have a fact, then the other entities.
    fn entities_behind(&self, items: &Renumbering) -> Renumbering {
        let (n_items, n_entities) = (self.log.n_items() as u32, self.graph.n_entities());
        let mut has_fact = vec![false; n_entities];
        for triplet in self.graph.triplets() {
            has_fact[triplet.head as usize] = true;
            has_fact[triplet.tail as usize] = true;
        }
        let gone = (0..n_items).filter(|&item| items.get(item).is_none() && has_fact[item as usize]);
        let all: Vec<u32> = items.kept.iter().copied().chain(gone).chain(n_items..n_entities as u32).collect();
        Renumbering::keep(n_entities, &all)
    }
}

/// New numbers for what stays.
struct Renumbering {
    /// The old number of each new one.
    kept: Vec<u32>,
    new_of: Vec<Option<u32>>,
}

impl Renumbering {
    fn keep(n: usize, kept: &[u32]) -> Self {
        let mut new_of = vec![None; n];
        kept.iter().enumerate().for_each(|(new, &old)| new_of[old as usize] = Some(new as u32));
        Self { kept: kept.to_vec(), new_of }
    }

    fn get(&self, old: u32) -> Option<u32> {
        self.new_of[old as usize]
    }

    fn names(&self, names: &Names) -> Names {
        let old = self.kept.iter().map(|&old| old as usize);
        old.map(|old| (names.id(old), names.name(old))).collect()
    }
}

fn restricted(log: &Interactions, users: &Renumbering, items: &Renumbering) -> Result<Interactions, DataError> {
    let pairs: Vec<_> = log.pairs().filter_map(|(user, item)| Some((users.get(user)?, items.get(item)?))).collect();
    Ok(Interactions::from_pairs(users.kept.len(), items.kept.len(), &pairs)?)
}
