//! What tells data sets of the same name apart.

use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::thousands;
use crate::Dataset;
use crate::shown::hexadecimal;

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

#[cfg(test)]
mod tests {
    use culet_graph::{Interactions, KnowledgeGraph};

    use super::super::tests::dataset;
    use super::*;

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
}
