//! What a data set holds, in numbers.

mod fingerprint;
mod parts;
mod text;
mod times;

use serde::{Deserialize, Serialize};

use crate::{CatalogueSplitRecord, Dataset};

pub use fingerprint::Fingerprint;
pub use parts::PartOverlap;
pub use times::{PartTimes, TimeSpan};

pub(crate) use text::{density, line};
pub use text::{size_in_words, thousands, to_text};

/// Test pairs whose item has at most this many training pairs are called cold.
const COLD: u32 = 2;

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
    /// What each part shares with each before it, where both hold pairs.
    pub overlaps: Vec<PartOverlap>,
    /// When the pairs were, for each part that has times.
    pub times: Vec<TimeSpan>,
    /// How the parts were drawn, where `culet data split` drew them.
    pub split: Option<CatalogueSplitRecord>,
    /// What the reader noticed.
    pub notes: Vec<String>,
}

/// Counts what a data set holds, in O(pairs + triplets + users log users + entities).
#[must_use]
pub fn describe(dataset: &Dataset) -> Description {
    describe_timed(dataset, None)
}

/// As [`describe`], with the times of the pairs.
#[must_use]
pub fn describe_timed(dataset: &Dataset, times: Option<&PartTimes>) -> Description {
    let Dataset { train, test, .. } = dataset;
    let item_degrees = train.item_degrees();
    let has_facts = entities_with_facts(dataset);
    let cells = train.n_users() as f64 * train.n_items() as f64;
    Description {
        name: dataset.name.clone(),
        fingerprint: Fingerprint::of(dataset),
        density: if cells > 0.0 { train.n_pairs() as f64 / cells } else { 0.0 },
        user_degrees: Quantiles::of(train.user_degrees()),
        relations: relations(dataset),
        items_with_facts: count(&has_facts[..train.n_items()], |&has| has),
        entities_without_facts: count(&has_facts, |&has| !has),
        items_never_in_train: count(&item_degrees, |&degree| degree == 0),
        test_users: count(&test.user_degrees(), |&degree| degree > 0),
        cold_test_pairs: count(test.by_user().columns(), |&item| item_degrees[item as usize] <= COLD),
        item_degrees: Quantiles::of(item_degrees),
        overlaps: parts::overlaps(dataset, times),
        times: times.map(times::spans).unwrap_or_default(),
        split: None,
        notes: dataset.notes.clone(),
    }
}

impl Description {
    /// With how the parts were drawn; if that tells of other data, a note says so.
    #[must_use]
    pub fn with_split(mut self, split: Option<CatalogueSplitRecord>) -> Self {
        if let Some(split) = split.as_ref().filter(|split| split.fingerprint != self.fingerprint) {
            let told = &split.fingerprint;
            self.notes.push(format!("`meta.json` tells of other data ({told}): files were changed or joined since"));
        }
        self.split = split;
        self
    }
}

fn count<T>(all: &[T], wanted: impl Fn(&T) -> bool) -> u64 {
    all.iter().filter(|one| wanted(one)).count() as u64
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
    use culet_graph::{Interactions, KnowledgeGraph, Names, Triplet, Vocabulary};

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
