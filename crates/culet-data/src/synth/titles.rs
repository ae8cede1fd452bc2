//! Readable names: titles, persons, places and studios, no two of a kind alike.

use super::chance::{Draws, Part};
use super::words::{
    ADJECTIVES, COMPANIONS, ENDS, FIRST_NAMES, INITIALS, LAST_NAMES, NOUNS, PLACE_ENDS, PLACE_FRONTS, PLACE_STEMS,
    STUDIO_ENDS, STUDIO_WORDS,
};

/// A piece of a pattern.
enum Piece {
    Text(&'static str),
    Word(&'static [&'static str]),
}

use Piece::{Text, Word};

/// Pieces that together make a name.
type Pattern = &'static [Piece];

const TITLES: &[Pattern] = &[
    &[Text("The "), Word(&ADJECTIVES), Text(" "), Word(&NOUNS)],
    &[Word(&ADJECTIVES), Text(" "), Word(&NOUNS)],
    &[Word(&NOUNS), Text(" and "), Word(&COMPANIONS)],
    &[Word(&NOUNS), Text(" "), Word(&ENDS)],
    &[Text("The "), Word(&NOUNS), Text(" of "), Word(&PLACE_STEMS), Word(&PLACE_ENDS)],
    &[Text("The "), Word(&ADJECTIVES), Text(" "), Word(&NOUNS), Text(" "), Word(&ENDS)],
];
/// How often each of [`TITLES`] is wanted.
const TITLE_SHARES: [f64; 6] = [0.34, 0.26, 0.14, 0.14, 0.12, 0.0];

const PERSONS: &[Pattern] = &[
    &[Word(&FIRST_NAMES), Text(" "), Word(&LAST_NAMES)],
    &[Word(&FIRST_NAMES), Text(" "), Word(&INITIALS), Text(" "), Word(&LAST_NAMES)],
];

const PLACES: &[Pattern] = &[
    &[Word(&PLACE_STEMS), Word(&PLACE_ENDS)],
    &[Word(&PLACE_FRONTS), Text(" "), Word(&PLACE_STEMS), Word(&PLACE_ENDS)],
];

const STUDIOS: &[Pattern] = &[
    &[Word(&STUDIO_WORDS), Text(" "), Word(&STUDIO_ENDS)],
    &[Word(&LAST_NAMES), Text(" "), Word(&STUDIO_WORDS), Text(" "), Word(&STUDIO_ENDS)],
];

/// Coins names of one kind, none twice.
pub(super) struct Coiner {
    patterns: &'static [Pattern],
    shares: &'static [f64],
    /// How many names each pattern has given.
    used: Vec<u64>,
    draws: Draws,
    start: u64,
}

impl Coiner {
    pub(super) fn titles(seed: u64) -> Self {
        Self::new(TITLES, &TITLE_SHARES, seed, 0)
    }

    pub(super) fn persons(seed: u64) -> Self {
        Self::new(PERSONS, &[1.0], seed, 1)
    }

    pub(super) fn places(seed: u64) -> Self {
        Self::new(PLACES, &[1.0], seed, 2)
    }

    pub(super) fn studios(seed: u64) -> Self {
        Self::new(STUDIOS, &[1.0], seed, 3)
    }

    fn new(patterns: &'static [Pattern], shares: &'static [f64], seed: u64, kind: usize) -> Self {
        let mut draws = Draws::new(seed, Part::Names, kind);
        let start = draws.below(1 << 32) as u64;
        Self { patterns, shares, used: vec![0; patterns.len()], draws, start }
    }

    /// The next name. A pattern whose names are all given leaves the rest to the last, which starts anew with a number
    /// in brackets.
    pub(super) fn coin(&mut self) -> String {
        let wanted = self.draws.index_by(self.shares);
        let pattern =
            if self.used[wanted] < capacity(self.patterns[wanted]) { wanted } else { self.patterns.len() - 1 };
        let rank = self.used[pattern];
        self.used[pattern] += 1;
        nth(self.patterns[pattern], self.start, rank)
    }
}

/// How many names a pattern has.
fn capacity(pattern: Pattern) -> u64 {
    let words = pattern.iter().map(|piece| if let Word(list) = piece { list.len() as u64 } else { 1 });
    words.product()
}

/// The `rank`-th name of a pattern: rank -> (start + rank * stride) mod capacity meets all its names before the first
/// comes again, since stride and capacity have no common divisor; neighbours in rank have no word in common.
fn nth(pattern: Pattern, start: u64, rank: u64) -> String {
    let n = capacity(pattern);
    let mut stride = n * 618 / 1000;
    while common_divisor(stride, n) != 1 {
        stride += 1;
    }
    let mut code = (start % n + rank % n * stride) % n;
    let mut name = String::new();
    for piece in pattern {
        match piece {
            Text(text) => name.push_str(text),
            Word(list) => {
                name.push_str(list[(code % list.len() as u64) as usize]);
                code /= list.len() as u64;
            }
        }
    }
    match rank / n {
        0 => name,
        round => format!("{name} ({})", round + 1),
    }
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

/// A number above 0 in Roman numerals.
pub(super) fn roman(mut n: usize) -> String {
    const DIGITS: [(usize, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut text = String::new();
    for (value, digit) in DIGITS {
        text.push_str(&digit.repeat(n / value));
        n %= value;
    }
    text
}

/// A name as a part of an external id: lower case, words joined by `-`.
pub(super) fn slug(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_name_comes_twice_even_when_the_patterns_are_used_up() {
        for (mut coiner, n) in [
            (Coiner::titles(3), 150_000),
            (Coiner::persons(3), 280_000),
            (Coiner::places(3), 14_000),
            (Coiner::studios(3), 30_000),
        ] {
            let names: HashSet<String> = (0..n).map(|_| coiner.coin()).collect();
            assert_eq!(names.len(), n);
        }
    }

    #[test]
    fn the_first_names_are_short_and_seeds_differ() {
        let coin = |seed| {
            let mut coiner = Coiner::persons(seed);
            (0..200).map(|_| coiner.coin()).collect::<Vec<_>>()
        };
        assert!(coin(1).iter().all(|name| name.split(' ').count() == 2));
        assert_eq!(coin(1), coin(1));
        assert_ne!(coin(1), coin(2));
        let words: HashSet<_> = coin(1)[..50].iter().map(|name| name.split(' ').next().unwrap().to_owned()).collect();
        assert!(words.len() > 30, "fifty persons have {} first names", words.len());
    }

    #[test]
    fn numerals_and_slugs_are_as_usual() {
        assert_eq!([1, 2, 4, 9, 14, 40, 1999].map(roman), ["I", "II", "IV", "IX", "XIV", "XL", "MCMXCIX"]);
        assert_eq!(slug("Science Fiction"), "science-fiction");
    }
}
