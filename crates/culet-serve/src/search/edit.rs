//! Words that differ by a letter or two: left out, added, exchanged, or two that changed places.

use super::index::{END, SearchIndex};

/// How many letters may differ: none in the shortest words, one in short ones, two in others.
pub(super) fn allowed(n_letters: usize) -> u8 {
    match n_letters {
        ..=2 => 0,
        3..=5 => 1,
        6..=40 => 2,
        _ => 0,
    }
}

/// The rows of the table of distances between a typed word and the beginnings of another.
///
/// D(i, j) is the distance (optimal string alignment) of the first i letters of the other word and the first j of the typed.
pub(super) struct Distances {
    typed: Vec<char>,
    other: Vec<char>,
    /// `[other.len() + 1, typed.len() + 1]`
    rows: Vec<u8>,
    /// The least distance of the whole typed word to a beginning so long or shorter.
    best: Vec<u8>,
}

impl Distances {
    pub(super) fn new(typed: &str) -> Self {
        let typed: Vec<char> = typed.chars().collect();
        let rows: Vec<u8> = (0..=typed.len()).map(|j| j.min(255) as u8).collect();
        let best = vec![rows[typed.len()]];
        Self { typed, other: Vec::new(), rows, best }
    }

    fn keep(&mut self, n_letters: usize) {
        self.other.truncate(n_letters);
        self.best.truncate(n_letters + 1);
        self.rows.truncate((n_letters + 1) * (self.typed.len() + 1));
    }

    /// Adds a letter to the other word; tells the least number of its row.
    fn push(&mut self, letter: char) -> u8 {
        let width = self.typed.len() + 1;
        let i = self.other.len() + 1;
        let above = (i - 1) * width;
        let mut least = i.min(255) as u8;
        self.rows.push(least);
        for j in 1..width {
            let cost = u8::from(self.typed[j - 1] != letter);
            let mut d = (self.rows[above + j - 1] + cost)
                .min(self.rows[above + j].saturating_add(1))
                .min(self.rows[above + width + j - 1].saturating_add(1));
            let changed_places =
                i > 1 && j > 1 && self.typed[j - 2] == letter && self.typed[j - 1] == self.other[i - 2];
            if changed_places {
                d = d.min(self.rows[above - width + j - 2] + 1);
            }
            self.rows.push(d);
            least = least.min(d);
        }
        self.other.push(letter);
        let last = self.rows[self.rows.len() - 1];
        self.best.push(last.min(self.best[i - 1]));
        least
    }

    /// The least distance to a beginning of a word, if it is allowed.
    pub(super) fn of(&mut self, word: &str, most: u8) -> Option<u8> {
        self.keep(0);
        // Longer beginnings cost a letter each.
        for letter in word.chars().take(self.typed.len() + usize::from(most)) {
            if self.push(letter) > most && self.best[self.other.len()] > most {
                return None;
            }
        }
        Some(self.best[self.other.len()]).filter(|&best| best <= most)
    }
}

/// A word of the index, or all words with a beginning, near a typed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Near {
    pub(super) distance: u8,
    /// Its places among those where words begin.
    pub(super) places: std::ops::Range<usize>,
}

/// The words that begin nearly as what was typed, by a walk through the sorted words that goes past whole branches; at
/// most so many.
pub(super) fn near(index: &SearchIndex, typed: &str, most: u8, at_most: usize) -> Vec<Near> {
    let mut distances = Distances::new(typed);
    let mut found = Vec::new();
    let mut k = 0;
    while k < index.words.len() && found.len() < at_most {
        let (word, dead_at) = follow(&mut distances, index.from(index.words[k]), most);
        let next = match dead_at {
            Some(length) => index.end_of(k, &word[..length]),
            None => index.end_of_word(k, word),
        };
        let best = distances.best[distances.other.len()];
        if best <= most {
            found.push(Near { distance: best, places: k..next.max(k + 1) });
        }
        k = next.max(k + 1);
    }
    found
}

/// Brings the rows to the word that begins here; tells it, and how much of it already rules out all words that begin so
/// (or, once the typed word is behind, makes no further difference).
fn follow<'a>(distances: &mut Distances, text: &'a [u8], most: u8) -> (&'a [u8], Option<usize>) {
    let end = text.iter().position(|&byte| byte == END || byte == b' ').unwrap_or(text.len());
    let word = &text[..end];
    // The text is that of a `String`, and a word ends between letters.
    let letters = str::from_utf8(word).unwrap_or_default();
    let shared = distances.other.iter().zip(letters.chars()).take_while(|(a, b)| **a == *b).count();
    distances.keep(shared);
    let mut at: usize = letters.chars().take(shared).map(char::len_utf8).sum();
    for letter in letters[at..].chars() {
        at += letter.len_utf8();
        if distances.push(letter) > most {
            return (word, Some(at));
        }
    }
    (word, None)
}
