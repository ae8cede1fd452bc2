//! Data sets of given counts, to measure time and memory with.

use std::collections::HashSet;

use culet_graph::{Csr, Interactions, KnowledgeGraph, Names, Triplet, Vocabulary};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::allot::allot;
use super::catalogue::numbered;
use super::chance::{Alias, Draws, Part, stream};
use super::choices::{offsets, popularity, unless_taken};
use super::config::whole;
use crate::{DataError, Dataset};

/// How large a data set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizedCounts {
    /// Users: at least 1.
    pub users: usize,
    /// Items: at least 2.
    pub items: usize,
    /// Entities, the items included: at least as many.
    pub entities: usize,
    /// Relations: at least 1 if there are triplets.
    pub relations: usize,
    /// Distinct facts.
    pub triplets: usize,
    /// Distinct pairs for training: at least one a user.
    pub train_pairs: usize,
    /// Distinct pairs for testing; with those for training at most half of all pairs.
    pub test_pairs: usize,
}

impl SizedCounts {
    /// Amazon-Book as KGAT and KGIN publish it.
    pub const AMAZON_BOOK: Self = Self {
        users: 70_679,
        items: 24_915,
        entities: 113_487,
        relations: 39,
        triplets: 2_557_746,
        train_pairs: 652_514,
        test_pairs: 193_920,
    };
    /// Last-FM as KGAT and KGIN publish it.
    pub const LAST_FM: Self = Self {
        users: 23_566,
        items: 48_123,
        entities: 106_389,
        relations: 9,
        triplets: 464_567,
        train_pairs: 1_289_003,
        test_pairs: 423_635,
    };
    /// Alibaba-iFashion as KGIN publishes it.
    pub const ALIBABA_IFASHION: Self = Self {
        users: 114_737,
        items: 30_040,
        entities: 89_196,
        relations: 51,
        triplets: 279_155,
        train_pairs: 1_380_510,
        test_pairs: 400_583,
    };

    fn check(&self) -> Result<(), DataError> {
        let most_ids = u32::MAX as usize - 1;
        whole("users", self.users, 1, most_ids)?;
        whole("items", self.items, 2, most_ids)?;
        whole("entities", self.entities, self.items, most_ids)?;
        whole("relations", self.relations, usize::from(self.triplets > 0), 1 << 16)?;
        whole("triplets", self.triplets, 0, self.items.saturating_mul(self.most_facts_each()) / 2)?;
        let most_pairs = self.users.saturating_mul(self.items / 2).min(u32::MAX as usize);
        whole("train_pairs", self.train_pairs, self.users, most_pairs)?;
        whole("test_pairs", self.test_pairs, 0, most_pairs - self.train_pairs)
    }

    /// How many entities there are beside the items.
    fn n_attributes(&self) -> usize {
        self.entities - self.items
    }

    /// Where facts lead: the attributes, or else the items.
    fn tails(&self) -> std::ops::Range<usize> {
        if self.n_attributes() >= 2 { self.items..self.entities } else { 0..self.items }
    }

    /// Half of the facts that an entity could have, rounded up: so many are found fast by drawing at random.
    fn most_facts_each(&self) -> usize {
        ((self.tails().len() - 1) * self.relations).div_ceil(2)
    }
}

/// Generates a data set of exactly these counts, with degrees as skewed as those of published ones.
///
/// Items are heads of nine facts in ten (log-normal: 98 of 100 have 0.4 to 2.5 times the median), other entities of the
/// rest; tails follow Zipf's law, so that some have over 1 % of all facts; every entity has a fact if there are enough.
/// Users' activity is a power law (Pareto, exponent 2.5), popularity a shifted Zipf law of exponent 0.8. Facts and
/// choices are independent: time and memory can be measured on such a data set, quality cannot.
///
/// Linear in the counts; drawn in the caller's threads, a function of `counts` and `seed` alone.
///
/// # Errors
/// [`DataError::BadSetting`] for a count that is too small or does not agree with the others.
pub fn synthesise_sized(counts: SizedCounts, seed: u64) -> Result<Dataset, DataError> {
    counts.check()?;
    let (train, test) = interactions(&counts, seed);
    let triplets = if counts.triplets == 0 { Vec::new() } else { Facts::new(&counts, seed).draw() };
    let mut entities = numbered("item", counts.items);
    for entity in counts.items..counts.entities {
        entities.push(&format!("entity-{entity:05}"), None);
    }
    Ok(Dataset {
        name: format!("sized-{seed}"),
        train: Interactions::from_csr(counts.items, train)?,
        valid: Interactions::empty(counts.users, counts.items),
        test: Interactions::from_csr(counts.items, test)?,
        graph: KnowledgeGraph::from_triplets(counts.entities, counts.relations, triplets)?,
        vocabulary: Vocabulary {
            users: numbered("user", counts.users),
            entities,
            relations: relation_names(counts.relations),
        },
        notes: Vec::new(),
    })
}

fn relation_names(n: usize) -> Names {
    let mut names = Names::default();
    for k in 0..n {
        names.push(&format!("relation-{k:02}"), None);
    }
    names
}

/// Items by user, for training and for testing.
fn interactions(counts: &SizedCounts, seed: u64) -> (Csr, Csr) {
    let draw = |user| (1.0 - Draws::new(seed, Part::Activity, user).uniform()).powf(-1.0 / 2.5);
    let activity: Vec<f64> = (0..counts.users).map(draw).collect();
    let n_items_of = allot(&activity, counts.train_pairs + counts.test_pairs, |_| (1, counts.items / 2));
    let n_test_of = allot(&activity, counts.test_pairs, |user| (0, n_items_of[user] - 1));
    let by_popularity = Alias::new(&popularity(counts.items, 0.8, seed));
    let users: Vec<usize> = (0..counts.users).collect();
    let choose = |taken: &mut Vec<bool>, users: &[usize]| {
        let (mut train, mut test) = (Vec::new(), Vec::new());
        for &user in users {
            let mut draws = Draws::new(seed, Part::Users, user);
            let items: Vec<u32> = (0..n_items_of[user])
                .map(|_| {
                    let item = unless_taken(&by_popularity, taken, &mut draws);
                    taken[item as usize] = true;
                    item
                })
                .collect();
            for &item in &items {
                taken[item as usize] = false;
            }
            // The first draws are the most popular items: spread both parts over all of them.
            let order = stream(seed, Part::Attributes, user).permutation(items.len());
            let (of_test, of_train) = order.split_at(n_test_of[user]);
            test.extend(of_test.iter().map(|&k| items[k as usize]));
            train.extend(of_train.iter().map(|&k| items[k as usize]));
        }
        (train, test)
    };
    let blocks: Vec<(Vec<u32>, Vec<u32>)> =
        users.par_chunks(512).map_init(|| vec![false; counts.items], choose).collect();
    let (train, test): (Vec<_>, Vec<_>) = blocks.into_iter().unzip();
    let n_test: Vec<u32> = n_test_of.iter().map(|&n| n as u32).collect();
    let n_train: Vec<u32> = n_items_of.iter().zip(&n_test).map(|(&n, n_test)| n as u32 - n_test).collect();
    (Csr::from_parts(offsets(&n_train), train.concat()), Csr::from_parts(offsets(&n_test), test.concat()))
}

/// What the facts are drawn from.
struct Facts<'a> {
    counts: &'a SizedCounts,
    seed: u64,
    /// How many facts each entity is the head of, `[n_entities]`.
    n_facts: Vec<usize>,
    /// Tails by rank, from the most frequent.
    by_rank: Alias,
    /// The entity of each rank.
    entity_of: Vec<u32>,
    /// The relation that mostly leads to the entity of each rank.
    usual_relation: Vec<u32>,
    by_relation: Alias,
    /// Whether each tail gets a first fact in turn, so that none is left without.
    covers: bool,
}

impl<'a> Facts<'a> {
    fn new(counts: &'a SizedCounts, seed: u64) -> Self {
        let zipf = |n: usize| (0..n).map(|rank| 1.0 / (rank + 1) as f64).collect::<Vec<_>>();
        let tails = counts.tails();
        let by_relation = Alias::new(&zipf(counts.relations));
        let mut draws = Draws::new(seed, Part::Attributes, counts.users);
        // The greatest tails lead each relation, so that each has facts.
        let usual_relation = (0..tails.len())
            .map(|rank| if rank < counts.relations { rank } else { by_relation.draw(&mut draws) } as u32)
            .collect();
        let order = stream(seed, Part::Popularity, 1).permutation(tails.len());
        let entity_of = order.iter().map(|&place| tails.start as u32 + place).collect();
        let by_rank = Alias::new(&zipf(tails.len()));
        let (n_facts, covers) = degrees(counts, seed);
        Self { counts, seed, n_facts, by_rank, entity_of, usual_relation, by_relation, covers }
    }

    fn draw(&self) -> Vec<Triplet> {
        let heads: Vec<usize> = (0..self.counts.entities).collect();
        let facts_of = |heads: &[usize]| {
            let (mut facts, mut seen) = (Vec::new(), HashSet::new());
            for &head in heads {
                self.draw_head(head, &mut seen, &mut facts);
            }
            facts
        };
        let blocks: Vec<Vec<Triplet>> = heads.par_chunks(1024).map(facts_of).collect();
        blocks.concat()
    }

    /// The facts of one head, distinct, none with itself.
    fn draw_head(&self, head: usize, seen: &mut HashSet<(u32, u32)>, facts: &mut Vec<Triplet>) {
        seen.clear();
        let mut add = |relation: u32, tail: u32| {
            if tail as usize != head && seen.insert((relation, tail)) {
                facts.push(Triplet { head: head as u32, relation, tail });
                return true;
            }
            false
        };
        let (mut left, n_tails) = (self.n_facts[head], self.entity_of.len());
        if self.covers && head < self.counts.items {
            for rank in (head..n_tails).step_by(self.counts.items) {
                left -= usize::from(add(self.usual_relation[rank], self.entity_of[rank]));
            }
        }
        let mut draws = Draws::new(self.seed, Part::Heads, head);
        let mut n_misses = 0;
        while left > 0 {
            // Who misses often has the frequent ones already: the rest is drawn evenly.
            let (relation, rank) = if n_misses < 64 {
                self.usual_fact(&mut draws)
            } else {
                (draws.below(self.counts.relations) as u32, draws.below(n_tails))
            };
            if add(relation, self.entity_of[rank]) {
                (left, n_misses) = (left - 1, 0);
            } else {
                n_misses += 1;
            }
        }
    }

    /// A relation and the rank of a tail, both skewed; nine times in ten the relation is the usual one of the tail.
    fn usual_fact(&self, draws: &mut Draws) -> (u32, usize) {
        let rank = self.by_rank.draw(draws);
        let relation =
            if draws.uniform() < 0.9 { self.usual_relation[rank] } else { self.by_relation.draw(draws) as u32 };
        (relation, rank)
    }
}

/// How many facts each entity is the head of, and whether that is enough to give each tail one from an item.
fn degrees(counts: &SizedCounts, seed: u64) -> (Vec<usize>, bool) {
    let most = counts.most_facts_each();
    let n_attributes = if counts.tails().start > 0 { counts.n_attributes() } else { 0 };
    let of_attributes = (counts.triplets / 10).min(n_attributes.saturating_mul(most));
    let of_items = counts.triplets - of_attributes;
    let covering = n_attributes.div_ceil(counts.items);
    let covers = n_attributes > 0 && covering <= most && covering * counts.items <= of_items;
    let weight = |head: usize| {
        let mut draws = Draws::new(seed, Part::Facts, head);
        if head < counts.items { (0.4 * draws.normal()).exp() } else { (1.0 - draws.uniform()).powf(-0.7) }
    };
    let least = if covers { covering } else { 0 };
    let weights: Vec<f64> = (0..counts.entities).map(weight).collect();
    let (items, attributes) = weights.split_at(counts.items);
    let mut degrees = allot(items, of_items, |_| (least, most));
    if n_attributes > 0 {
        degrees.extend(allot(attributes, of_attributes, |_| (0, most)));
    } else {
        degrees.resize(counts.entities, 0);
    }
    (degrees, covers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use culet_graph::UserId;

    /// Amazon-Book at a twentieth, with its facts per item.
    const SMALL: SizedCounts = SizedCounts {
        users: 3_534,
        items: 1_246,
        entities: 5_674,
        relations: 39,
        triplets: 127_887,
        train_pairs: 32_625,
        test_pairs: 9_696,
    };

    fn counts_of(dataset: &Dataset) -> SizedCounts {
        SizedCounts {
            users: dataset.train.n_users(),
            items: dataset.train.n_items(),
            entities: dataset.graph.n_entities(),
            relations: dataset.graph.n_relations(),
            triplets: dataset.graph.triplets().len(),
            train_pairs: dataset.train.n_pairs(),
            test_pairs: dataset.test.n_pairs(),
        }
    }

    #[test]
    fn counts_are_met_exactly() {
        let dense =
            SizedCounts { users: 3, items: 9, entities: 13, relations: 2, triplets: 13, train_pairs: 8, test_pairs: 4 };
        let no_attributes = SizedCounts { entities: 9, triplets: 30, ..dense };
        let one_attribute = SizedCounts { entities: 10, triplets: 30, ..dense };
        let no_graph = SizedCounts { relations: 0, triplets: 0, ..dense };
        for counts in [SMALL, dense, no_attributes, one_attribute, no_graph] {
            let dataset = synthesise_sized(counts, 1).unwrap();
            assert_eq!(counts_of(&dataset), counts);
            let both = dataset.train.union(&dataset.test).unwrap();
            assert_eq!(both.n_pairs(), counts.train_pairs + counts.test_pairs, "training and test are disjoint");
            assert_eq!(dataset.vocabulary.entities.index().len(), counts.entities);
            assert_eq!(dataset.vocabulary.users.len(), counts.users);
            assert_eq!(dataset.vocabulary.relations.len(), counts.relations);
        }
    }

    #[test]
    fn degrees_are_skewed_as_in_published_graphs() {
        let dataset = synthesise_sized(SMALL, 2).unwrap();
        let (mut degrees, mut of_items) = (vec![0_usize; SMALL.entities], vec![0_usize; SMALL.items]);
        let mut of_relations = vec![0_usize; SMALL.relations];
        for fact in dataset.graph.triplets() {
            assert_ne!(fact.head, fact.tail);
            degrees[fact.head as usize] += 1;
            degrees[fact.tail as usize] += 1;
            of_relations[fact.relation as usize] += 1;
            if (fact.head as usize) < SMALL.items {
                of_items[fact.head as usize] += 1;
            }
        }
        assert!(degrees.iter().all(|&degree| degree > 0), "every entity has a fact");
        assert!(of_relations.iter().all(|&n| n > 0), "every relation has a fact");
        let hubs = degrees[SMALL.items..].iter().filter(|&&degree| degree * 100 > SMALL.triplets).count();
        assert!((1..50).contains(&hubs), "{hubs} hubs with over 1 % of the facts");
        of_items.sort_unstable();
        let (low, high) = (of_items[SMALL.items / 50], of_items[SMALL.items - SMALL.items / 50]);
        assert!(low >= 20 && high <= 350 && high > 3 * low, "items have {low} to {high} facts");
        let mut activity: Vec<usize> =
            (0..SMALL.users as u32).map(|user| dataset.train.items_of(UserId(user)).len()).collect();
        activity.sort_unstable_by(|a, b| b.cmp(a));
        let top = activity[..SMALL.users / 100].iter().sum::<usize>() as f64 / SMALL.train_pairs as f64;
        assert!(top > 0.03, "the most active hundredth has {top} of the pairs");
    }

    #[test]
    fn the_seed_decides_all_and_threads_nothing() {
        let with_threads = |n| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
            pool.install(|| synthesise_sized(SMALL, 3).unwrap())
        };
        let first = with_threads(1);
        assert_eq!(first, with_threads(3));
        let other = synthesise_sized(SMALL, 4).unwrap();
        assert!(first.train != other.train && first.graph != other.graph);
    }

    #[test]
    fn counts_that_contradict_each_other_are_named() {
        let refused = |counts: SizedCounts| synthesise_sized(counts, 0).unwrap_err().to_string();
        let message = refused(SizedCounts { entities: 1_000, ..SMALL });
        assert!(message.starts_with("`entities` is 1000, expected a whole number from 1246 to"), "{message}");
        let message = refused(SizedCounts { train_pairs: 3_000, ..SMALL });
        assert!(message.starts_with("`train_pairs` is 3000, expected a whole number from 3534 to"), "{message}");
        let message = refused(SizedCounts { triplets: 2_000_000_000, ..SMALL });
        assert!(message.starts_with("`triplets` is 2000000000, expected"), "{message}");
        let message = refused(SizedCounts { relations: 0, ..SMALL });
        assert_eq!(message, "`relations` is 0, expected a whole number from 1 to 65536");
    }
}
