//! The sorted list of where words begin.

use std::cmp::Ordering;
use std::ops::Range;

use culet_graph::Names;

use super::fold::{begins_anywhere, fold};

/// Stands behind each text.
pub(super) const END: u8 = 0;

/// The ids and names of some nodes of one kind, ready to be searched.
///
/// About 4 bytes a node, 4 bytes a word, and the folded text.
#[derive(Debug, Clone, Default)]
pub struct SearchIndex {
    /// Folded ids and names, each with [`END`] behind it.
    pub(super) text: String,
    /// Where the texts of each node begin.
    starts: Vec<u32>,
    /// Where words begin, sorted by what follows up to [`END`].
    pub(super) words: Vec<u32>,
    /// The number of the first node.
    first: u32,
}

impl SearchIndex {
    /// Takes in the nodes of a range. Takes about a second for a million names.
    ///
    /// Nodes whose text no longer fits into 4 GiB are left out.
    ///
    /// # Panics
    /// If the range is not one of the names.
    #[must_use]
    pub fn new(names: &Names, nodes: Range<u32>) -> Self {
        let mut index = Self { first: nodes.start, ..Self::default() };
        for node in nodes {
            let node = node as usize;
            let at = index.text.len();
            fold(names.id(node), &mut index.text);
            index.text.push(char::from(END));
            if let Some(name) = names.name(node) {
                fold(name, &mut index.text);
                index.text.push(char::from(END));
            }
            if u32::try_from(index.text.len()).is_err() {
                index.text.truncate(at);
                break;
            }
            index.starts.push(at as u32);
        }
        index.text.shrink_to_fit();
        index.words = sorted(&index.text);
        index
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is no node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The memory that it holds, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.capacity() + 4 * (self.starts.capacity() + self.words.capacity())
    }

    /// The node of the entry with this number.
    pub(super) fn node(&self, entry: usize) -> u32 {
        self.first + entry as u32
    }

    /// The entry that a place in the text belongs to.
    pub(super) fn entry_at(&self, place: u32) -> usize {
        self.starts.partition_point(|&start| start <= place) - 1
    }

    /// The folded id and the folded name of an entry.
    pub(super) fn texts(&self, entry: usize) -> impl Iterator<Item = &str> {
        let end = self.starts.get(entry + 1).map_or(self.text.len(), |&end| end as usize);
        self.text[self.starts[entry] as usize..end].split_terminator(char::from(END))
    }

    /// What follows a place, up to the end of the whole text.
    pub(super) fn from(&self, place: u32) -> &[u8] {
        &self.text.as_bytes()[place as usize..]
    }

    /// Whether an id or a name begins at a place.
    pub(super) fn is_start(&self, place: u32) -> bool {
        place == 0 || self.text.as_bytes()[place as usize - 1] == END
    }

    /// The places of [`Self::words`] at which what follows begins with a text.
    pub(super) fn beginning_with(&self, text: &[u8]) -> Range<usize> {
        let start = self.words.partition_point(|&place| cut(self.from(place), text.len()) < text);
        start..self.end_of(start, text)
    }

    /// Where the places from `start` on end that begin with a text.
    pub(super) fn end_of(&self, start: usize, text: &[u8]) -> usize {
        self.end_where(start, |following| following.starts_with(text))
    }

    /// Where the places from `start` on end that have exactly this word.
    pub(super) fn end_of_word(&self, start: usize, word: &[u8]) -> usize {
        let ends = |following: &[u8]| following.get(word.len()).is_none_or(|&byte| byte <= b' ');
        self.end_where(start, |following| following.starts_with(word) && ends(following))
    }

    /// Where places end that are alike, by steps that double: mostly the end is near.
    fn end_where(&self, start: usize, alike: impl Fn(&[u8]) -> bool) -> usize {
        let is_alike = |k: usize| self.words.get(k).is_some_and(|&place| alike(self.from(place)));
        if !is_alike(start) {
            return start;
        }
        let (mut known, mut step) = (start, 1);
        while is_alike(known + step) {
            known += step;
            step *= 2;
        }
        let beyond = (known + step).min(self.words.len());
        known + 1 + self.words[known + 1..beyond].partition_point(|&place| alike(self.from(place)))
    }
}

/// At most so many bytes.
fn cut(bytes: &[u8], most: usize) -> &[u8] {
    &bytes[..bytes.len().min(most)]
}

fn sorted(text: &str) -> Vec<u32> {
    let mut keyed: Vec<(u64, u32)> =
        word_starts(text).map(|place| (key(&text.as_bytes()[place as usize..]), place)).collect();
    keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| compare(text.as_bytes(), a.1, b.1)));
    keyed.into_iter().map(|(_, place)| place).collect()
}

/// The first eight bytes as a number, which spares most comparisons of text.
fn key(bytes: &[u8]) -> u64 {
    let mut first = [0; 8];
    for (to, &from) in first.iter_mut().zip(bytes.iter().take_while(|&&byte| byte != END)) {
        *to = from;
    }
    u64::from_be_bytes(first)
}

fn compare(text: &[u8], a: u32, b: u32) -> Ordering {
    for (x, y) in text[a as usize..].iter().zip(&text[b as usize..]) {
        if x != y {
            return x.cmp(y);
        }
        if *x == END {
            break;
        }
    }
    a.cmp(&b)
}

fn word_starts(text: &str) -> impl Iterator<Item = u32> {
    let mut is_between = true;
    text.char_indices().filter_map(move |(at, letter)| {
        let is_sign = letter == ' ' || letter == char::from(END);
        let begins = !is_sign && (is_between || begins_anywhere(letter));
        is_between = is_sign;
        begins.then_some(at as u32)
    })
}
