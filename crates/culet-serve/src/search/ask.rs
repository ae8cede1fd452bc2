//! Answering what was typed.

use std::cmp::Ordering;

use serde::Serialize;
use utoipa::ToSchema;

use super::edit::{Distances, Near, allowed, near};
use super::fold::fold;
use super::index::{END, SearchIndex};

/// How a node was found, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Match {
    /// Its id or name is what was typed.
    Exact,
    /// Its id or name begins so.
    Prefix,
    /// Words of it begin so.
    Word,
    /// Words of it begin nearly so.
    Fuzzy,
}

/// A node that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its number.
    pub node: u32,
    /// How it was found.
    pub how: Match,
    /// How many letters differ.
    pub distance: u8,
    /// The length of its text, by which short ones come first.
    pub length: u32,
}

impl Found {
    /// The better first, then the shorter, then in the order of the data.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        let key = |found: &Self| (found.how, found.distance, found.length, found.node);
        key(self).cmp(&key(other))
    }
}

/// So many places of a word are looked at, half a microsecond each; of a single letter, behind which there are more, any
/// will do.
const MOST_PLACES: usize = 5_000;
/// So many words near a typed one are looked at.
const MOST_NEAR: usize = 2_000;

impl SearchIndex {
    /// The best nodes for what was typed, at most so many: those that are so, begin so, have words that begin so, and if
    /// there are too few of them, words that begin nearly so.
    #[must_use]
    pub fn search(&self, typed: &str, limit: usize) -> Vec<Found> {
        let mut folded = String::new();
        fold(typed, &mut folded);
        if folded.is_empty() {
            return Vec::new();
        }
        let mut best = Best { limit, found: Vec::new() };
        self.phrase(&folded, &mut best);
        let words: Vec<&str> = folded.split(' ').collect();
        if words.len() > 1 && best.are_wanted() {
            self.words_in_any_order(&words, &mut best);
        }
        if best.are_wanted() {
            self.nearly(&words, &mut best);
        }
        best.found
    }

    /// What has all words in a row.
    fn phrase(&self, typed: &str, best: &mut Best) {
        let range = self.beginning_with(typed.as_bytes());
        for &place in self.words[range].iter().take(MOST_PLACES) {
            let entry = self.entry_at(place);
            let ends = self.from(place).get(typed.len()) == Some(&END);
            let how = match (self.is_start(place), ends) {
                (true, true) => Match::Exact,
                (true, false) => Match::Prefix,
                (false, _) => Match::Word,
            };
            best.add(self.found(entry, how, 0));
        }
        best.sort();
    }

    fn words_in_any_order(&self, words: &[&str], best: &mut Best) {
        let ranges = words.iter().map(|word| self.beginning_with(word.as_bytes()));
        let Some(rarest) = ranges.min_by_key(ExactSizeIterator::len) else { return };
        for &place in self.words[rarest].iter().take(MOST_PLACES) {
            let entry = self.entry_at(place);
            let has = |word: &&str| self.texts(entry).any(|text| text.split(' ').any(|own| own.starts_with(word)));
            if words.iter().all(has) {
                best.add(self.found(entry, Match::Word, 0));
            }
        }
        best.sort();
    }

    fn nearly(&self, words: &[&str], best: &mut Best) {
        let near_to = |word: &&str| near(self, word, allowed(word.chars().count()), MOST_NEAR);
        let size = |(_, near): &(usize, Vec<Near>)| near.iter().map(|near| near.places.len()).sum::<usize>();
        let Some((rarest, mut near)) = words.iter().map(near_to).enumerate().min_by_key(size) else { return };
        near.sort_by_key(|near| near.distance);
        let mut others = Others::new(words, rarest);
        let mut left = MOST_PLACES;
        for alike in near.chunk_by(|a, b| a.distance == b.distance) {
            // Those that are nearer are all there, and what follows is farther away.
            if !best.are_wanted() {
                break;
            }
            for place in alike.iter().flat_map(|near| near.places.clone()).take(left) {
                left -= 1;
                let entry = self.entry_at(self.words[place]);
                if let Some(of_others) = others.distance(|| self.texts(entry)) {
                    best.add(self.found(entry, Match::Fuzzy, alike[0].distance.saturating_add(of_others)));
                }
            }
            best.sort();
        }
    }

    fn found(&self, entry: usize, how: Match, distance: u8) -> Found {
        let length = self.texts(entry).map(str::len).sum::<usize>() as u32;
        Found { node: self.node(entry), how, distance, length }
    }
}

/// The typed words but for the one by which nodes are found.
struct Others {
    words: Vec<(Distances, u8)>,
}

impl Others {
    fn new(words: &[&str], but_for: usize) -> Self {
        let others = words.iter().enumerate().filter(|(k, _)| *k != but_for);
        Self { words: others.map(|(_, word)| (Distances::new(word), allowed(word.chars().count()))).collect() }
    }

    /// The sum of their distances to the nearest words of these texts, if each has one.
    fn distance<'a, T: Iterator<Item = &'a str>>(&mut self, texts: impl Fn() -> T) -> Option<u8> {
        let nearest = |(distances, most): &mut (Distances, u8)| {
            texts().flat_map(|text| text.split(' ')).filter_map(|own| distances.of(own, *most)).min()
        };
        self.words.iter_mut().try_fold(0_u8, |sum, word| Some(sum.saturating_add(nearest(word)?)))
    }
}

/// The best so far.
struct Best {
    limit: usize,
    found: Vec<Found>,
}

impl Best {
    fn are_wanted(&self) -> bool {
        self.found.len() < self.limit
    }

    fn add(&mut self, found: Found) {
        self.found.push(found);
        // Sorted now and then: what is kept stays short.
        if self.found.len() > 4 * self.limit + 1000 {
            self.sort();
        }
    }

    /// The best of each node, in order.
    fn sort(&mut self) {
        self.found.sort_unstable_by_key(|found| (found.node, found.how, found.distance));
        self.found.dedup_by_key(|found| found.node);
        self.found.sort_unstable_by(Found::compare);
        self.found.truncate(self.limit);
    }
}
