//! What a data set holds, in numbers.

mod text;

use std::fmt::{self, Display};

use culet_graph::{Interactions, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Dataset;
use crate::shown::hexadecimal;

pub(crate) use text::{density, line};
pub use text::{thousands, to_text};

/// Test pairs whose item has at most this many training pairs are called cold.
const COLD: u32 = 2;

/// The counts of a data set and a hash of its content, to tell data sets of the same name apart.
///
/// ```text
/// 23,566 users, 48,123 items, 343,284 + 80,351 pairs, 464,567 triplets, 1f3ad70c52e94b86
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Users.
    pub users: u64,
    /// Items.
    pub items: u64,
    /// Distinct training pairs.
    pub train_pairs: u64,
    /// Distinct validation pairs, where the data set comes with any.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub valid_pairs: u64,
    /// Distinct test pairs.
    pub test_pairs: u64,
    /// Entities, items included.
    pub entities: u64,
    /// Relations, inverse ones not counted.
    pub relations: u64,
    /// Distinct triplets.
    pub triplets: u64,
    /// The first 16 hexadecimal digits of the SHA-256 of all counts, pairs and triplets in order, without any name.
    /// Validation pairs come last, with their count before them, and count for nothing where there are none.
    pub content: String,
}

impl Fingerprint {
    /// The fingerprint of a data set.
    #[must_use]
    pub fn of(dataset: &Dataset) -> Self {
        let Dataset { train, valid, test, graph, .. } = dataset;
        let mut fingerprint = Self {
            users: train.n_users() as u64,
            items: train.n_items() as u64,
            train_pairs: train.n_pairs() as u64,
            valid_pairs: valid.n_pairs() as u64,
            test_pairs: test.n_pairs() as u64,
            entities: graph.n_entities() as u64,
            relations: graph.n_relations() as u64,
            triplets: graph.triplets().len() as u64,
            content: String::new(),
        };
        fingerprint.content = fingerprint.hash_with(dataset);
        fingerprint
    }

    fn hash_with(&self, dataset: &Dataset) -> String {
        let counts = [self.users, self.items, self.train_pairs, self.test_pairs, self.entities, self.relations];
        let counts = counts.into_iter().chain([self.triplets]).flat_map(|count| [count as u32, (count >> 32) as u32]);
        let pairs = dataset.train.pairs().chain(dataset.test.pairs()).flat_map(|(user, item)| [user, item]);
        let triplets = dataset.graph.triplets().iter().flat_map(|t| [t.head, t.relation, t.tail]);
        let n_valid = dataset.valid.n_pairs() as u64;
        let valid = [n_valid as u32, (n_valid >> 32) as u32].into_iter().filter(|_| n_valid > 0);
        let valid = valid.chain(dataset.valid.pairs().flat_map(|(user, item)| [user, item]));
        let digest = hash_words(counts.chain(pairs).chain(triplets).chain(valid));
        hexadecimal(&digest[..8])
    }
}

impl Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [users, items, train, test, triplets] =
            [self.users, self.items, self.train_pairs, self.test_pairs, self.triplets].map(thousands);
        let valid = if self.valid_pairs > 0 { format!(" + {}", thousands(self.valid_pairs)) } else { String::new() };
        write!(f, "{users} users, {items} items, {train}{valid} + {test} pairs, {triplets} triplets, {}", self.content)
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// SHA-256 of words as little-endian bytes.
fn hash_words(words: impl Iterator<Item = u32>) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut buffer = Vec::with_capacity(1 << 14);
    for word in words {
        buffer.extend_from_slice(&word.to_le_bytes());
        if buffer.len() == 1 << 14 {
            hash.update(&buffer);
            buffer.clear();
        }
    }
    hash.update(&buffer);
    hash.finalize().into()
}

/// The smallest numbers that no fewer than none, half, nine tenths and all of the numbers reach or stay below.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantiles {
    /// The smallest number.
    pub min: u32,
    /// Half of the numbers are at most this.
    pub median: u32,
    /// Nine tenths of the numbers are at most this.
    pub p90: u32,
    /// The largest number.
    pub max: u32,
}

impl Quantiles {
    /// The quantiles of numbers in any order; zeros if there is none.
    #[must_use]
    pub fn of(mut numbers: Vec<u32>) -> Self {
        numbers.sort_unstable();
        let n = numbers.len();
        // The rank is rounded up, so that each quantile is one of the numbers.
        let at = |tenths: usize| numbers.get((n * tenths).div_ceil(10).saturating_sub(1)).copied().unwrap_or(0);
        Self { min: at(0), median: at(5), p90: at(9), max: at(10) }
    }
}

/// How many facts a relation has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelationCount {
    /// The name, or else the external id.
    pub name: String,
    /// Its distinct triplets.
    pub triplets: u64,
}

/// What a data set holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// The name of the data set.
    pub name: String,
    /// Counts and content.
    pub fingerprint: Fingerprint,
    /// Training pairs over users times items; 0 without users or items.
    pub density: f64,
    /// Training items of a user, over all users.
    pub user_degrees: Quantiles,
    /// Training users of an item, over all items.
    pub item_degrees: Quantiles,
    /// All relations, those with the most facts first.
    pub relations: Vec<RelationCount>,
    /// Items at either end of a fact.
    pub items_with_facts: u64,
    /// Entities, items included, at neither end of a fact.
    pub entities_without_facts: u64,
    /// Items that nobody took in training.
    pub items_never_in_train: u64,
    /// Users with a test item.
    pub test_users: u64,
    /// Test pairs whose item has at most 2 training pairs.
    pub cold_test_pairs: u64,
    /// What the reader noticed.
    pub notes: Vec<String>,
}

/// Counts what a data set holds, in O(pairs + triplets + users log users + entities).
#[must_use]
pub fn describe(dataset: &Dataset) -> Description {
    let Dataset { train, test, .. } = dataset;
    let item_degrees = train.item_degrees();
    let has_facts = entities_with_facts(dataset);
    let cells = train.n_users() as f64 * train.n_items() as f64;
    Description {
        name: dataset.name.clone(),
        fingerprint: Fingerprint::of(dataset),
        density: if cells > 0.0 { train.n_pairs() as f64 / cells } else { 0.0 },
        user_degrees: Quantiles::of(user_degrees(train)),
        relations: relations(dataset),
        items_with_facts: count(&has_facts[..train.n_items()], |&has| has),
        entities_without_facts: count(&has_facts, |&has| !has),
        items_never_in_train: count(&item_degrees, |&degree| degree == 0),
        test_users: count(&user_degrees(test), |&degree| degree > 0),
        cold_test_pairs: count(test.by_user().columns(), |&item| item_degrees[item as usize] <= COLD),
        item_degrees: Quantiles::of(item_degrees),
        notes: dataset.notes.clone(),
    }
}

fn count<T>(all: &[T], wanted: impl Fn(&T) -> bool) -> u64 {
    all.iter().filter(|one| wanted(one)).count() as u64
}

fn user_degrees(log: &Interactions) -> Vec<u32> {
    (0..log.n_users() as u32).map(|user| log.items_of(UserId(user)).len() as u32).collect()
}

fn entities_with_facts(dataset: &Dataset) -> Vec<bool> {
    let mut has_facts = vec![false; dataset.graph.n_entities()];
    for triplet in dataset.graph.triplets() {
        has_facts[triplet.head as usize] = true;
        has_facts[triplet.tail as usize] = true;
    }
    has_facts
}

fn relations(dataset: &Dataset) -> Vec<RelationCount> {
    let mut counts = vec![0; dataset.graph.n_relations()];
    dataset.graph.triplets().iter().for_each(|triplet| counts[triplet.relation as usize] += 1);
    let name = |relation| dataset.vocabulary.relations.label(relation).to_owned();
    let mut relations: Vec<_> = counts
        .into_iter()
        .enumerate()
        .map(|(relation, triplets)| RelationCount { name: name(relation), triplets })
        .collect();
    relations.sort_by_key(|relation| std::cmp::Reverse(relation.triplets));
    relations
}

#[cfg(test)]
mod tests {
    use super::*;
    use culet_graph::{KnowledgeGraph, Names, Triplet, Vocabulary};

    /// Three users, four films.
    pub(super) fn dataset() -> Dataset {
        let facts = [(0, 0, 4), (1, 1, 4), (2, 1, 2), (0, 1, 4)];
        let facts = facts.into_iter().map(|(head, relation, tail)| Triplet { head, relation, tail }).collect();
        Dataset {
            name: "films".into(),
            train: Interactions::from_pairs(3, 4, &[(0, 0), (0, 1), (0, 2), (1, 0), (2, 0)]).unwrap(),
            valid: Interactions::empty(3, 4),
            test: Interactions::from_pairs(3, 4, &[(1, 1), (1, 3), (2, 0)]).unwrap(),
            graph: KnowledgeGraph::from_triplets(6, 2, facts).unwrap(),
            vocabulary: Vocabulary {
                users: Names::numbered(3),
                entities: Names::numbered(6),
                relations: [("r.0", None), ("r.1", Some("made by"))].into_iter().collect(),
            },
            notes: vec!["`train.txt` holds 1 repeated pair; a repeat counts for nothing".into()],
        }
    }

    #[test]
    fn a_small_data_set_is_counted() {
        let found = describe(&dataset());
        let text = found.fingerprint.to_string();
        let counts = text.rsplit_once(", ").unwrap().0;
        assert_eq!(counts, "3 users, 4 items, 5 + 3 pairs, 4 triplets");
        assert_eq!((found.fingerprint.entities, found.fingerprint.relations), (6, 2));
        assert_eq!(found.density, 5.0 / 12.0);
        assert_eq!(found.user_degrees, Quantiles { min: 1, median: 1, p90: 3, max: 3 });
        assert_eq!(found.item_degrees, Quantiles { min: 0, median: 1, p90: 3, max: 3 });
        let relations: Vec<_> = found.relations.iter().map(|r| (r.name.as_str(), r.triplets)).collect();
        assert_eq!(relations, [("made by", 3), ("r.0", 1)]);
        assert_eq!((found.items_with_facts, found.entities_without_facts), (3, 2));
        assert_eq!((found.items_never_in_train, found.test_users, found.cold_test_pairs), (1, 2, 2));
        assert_eq!(found.notes, dataset().notes);
    }

    #[test]
    fn the_content_is_the_hash_of_counts_pairs_and_facts_as_little_endian_words() {
        let counts = [3_u32, 0, 4, 0, 5, 0, 3, 0, 6, 0, 2, 0, 4, 0];
        let pairs = [0_u32, 0, 0, 1, 0, 2, 1, 0, 2, 0, 1, 1, 1, 3, 2, 0];
        let facts = [0_u32, 0, 4, 0, 1, 4, 1, 1, 4, 2, 1, 2];
        let words = [&counts[..], &pairs, &facts].concat();
        let bytes: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
        let digest: String = Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(Fingerprint::of(&dataset()).content, digest);
    }

    #[test]
    fn hashing_in_blocks_equals_hashing_at_once() {
        for n in [0_u32, 1, 4095, 4096, 4097, 10_000] {
            let bytes: Vec<u8> = (0..n).flat_map(u32::to_le_bytes).collect();
            assert_eq!(hash_words(0..n)[..], Sha256::digest(bytes)[..], "{n} words");
        }
    }

    #[test]
    fn the_content_depends_on_pairs_and_facts_but_on_no_name() {
        let content = |data: &Dataset| Fingerprint::of(data).content;
        let base = dataset();
        let mut renamed = base.clone();
        renamed.name = "other".into();
        renamed.vocabulary.users = ["x", "y", "z"].into_iter().map(|id| (id, None)).collect();
        renamed.notes.clear();
        assert_eq!(content(&renamed), content(&base));
        let mut moved = base.clone();
        moved.train = Interactions::from_pairs(3, 4, &[(0, 0), (0, 1), (0, 2), (1, 0), (2, 1)]).unwrap();
        let mut swapped = base.clone();
        std::mem::swap(&mut swapped.train, &mut swapped.test);
        let mut bare = base.clone();
        bare.graph = KnowledgeGraph::empty(6);
        let mut validated = base.clone();
        validated.valid = Interactions::from_pairs(3, 4, &[(1, 2)]).unwrap();
        let contents = [&base, &moved, &swapped, &bare, &validated].map(content);
        assert_eq!(Fingerprint::of(&validated).to_string().split(", ").nth(2), Some("5 + 1 + 3 pairs"));
        assert!((0..5).all(|a| (0..a).all(|b| contents[a] != contents[b])), "{contents:?}");
    }

    #[test]
    fn quantiles_are_numbers_of_the_list() {
        assert_eq!(Quantiles::of(vec![]), Quantiles::default());
        assert_eq!(Quantiles::of((1..=10).rev().collect()), Quantiles { min: 1, median: 5, p90: 9, max: 10 });
        assert_eq!(Quantiles::of(vec![7]), Quantiles { min: 7, median: 7, p90: 7, max: 7 });
    }

    #[test]
    fn the_description_survives_json() {
        let found = describe(&dataset());
        let json = serde_json::to_string(&found).unwrap();
        assert!(json.contains(r#""min":1,"median":1,"p90":3,"max":3"#), "{json}");
        assert_eq!(serde_json::from_str::<Description>(&json).unwrap(), found);
    }

    #[test]
    fn an_empty_data_set_has_a_description() {
        let empty = Dataset {
            name: "none".into(),
            train: Interactions::empty(0, 0),
            valid: Interactions::empty(0, 0),
            test: Interactions::empty(0, 0),
            graph: KnowledgeGraph::empty(0),
            vocabulary: Vocabulary::default(),
            notes: Vec::new(),
        };
        let found = describe(&empty);
        assert_eq!((found.density, found.user_degrees), (0.0, Quantiles::default()));
        let text = to_text(&found);
        assert!(text.contains("density 0.0 %"), "{text}");
        assert!(!text.contains("share"), "{text}");
    }
}
