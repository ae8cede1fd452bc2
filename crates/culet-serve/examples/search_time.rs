//! How long a search over generated names takes, and how much memory.
//!
//! ```sh
//! cargo run --release -p culet-serve --example search_time -- 1000000
//! ```
//!
//! Names have one to four words of a vocabulary whose words are as frequent as those of a language (the r-th word 1/r);
//! ids are numbered. Queries are beginnings of names, words of names in another order, and words with one letter changed.

use std::time::Instant;

use culet_graph::{Names, Purpose, Stream};
use culet_serve::search::SearchIndex;

const WORDS: u64 = 200_000;

/// Draws one number after the other.
struct Draws {
    stream: Stream,
    n: u64,
}

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.n += 1;
        self.stream.below(self.n, n)
    }

    /// A rank with probability 1/r, nearly.
    fn rank(&mut self) -> u64 {
        let u = self.below(1 << 30) as f64 / f64::from(1 << 30);
        ((WORDS as f64).powf(u)) as u64
    }
}

/// What is asked for, from names.
type Question = fn(&mut Draws, &Names) -> String;

fn main() {
    let n: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let mut draws = Draws { stream: Stream::new(1, Purpose::Initialise, 0), n: 0 };
    let mut names = Names::default();
    for k in 0..n {
        let n_words = 1 + draws.below(4);
        let words: Vec<String> = (0..n_words).map(|_| word(draws.rank())).collect();
        names.push(&format!("item-{k:07}"), Some(&words.join(" ")));
    }
    let start = Instant::now();
    let index = SearchIndex::new(&names, 0..n as u32);
    let built = start.elapsed().as_secs_f64();
    let mut report = serde_json::json!({"names": n, "build_s": built, "bytes": index.bytes(), "ms": {}});
    let kinds: [(&str, Question); 4] =
        [("beginning", beginning), ("first_letter", first_letter), ("other_order", other_order), ("slip", slip)];
    for (kind, make) in kinds {
        let queries: Vec<String> = (0..2000).map(|_| make(&mut draws, &names)).collect();
        let mut times: Vec<f64> = queries.iter().map(|query| time(&index, query)).collect();
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times[(times.len() as f64 * share) as usize];
        report["ms"][kind] = serde_json::json!({"p50": at(0.5), "p99": at(0.99), "max": times[times.len() - 1]});
    }
    println!("{report}");
}

fn time(index: &SearchIndex, query: &str) -> f64 {
    let start = Instant::now();
    std::hint::black_box(index.search(query, 10));
    start.elapsed().as_secs_f64() * 1e3
}

/// The r-th word: syllables by the digits of a scrambled number, so that frequent words are no beginnings of others.
fn word(rank: u64) -> String {
    const SYLLABLES: [&str; 16] =
        ["ka", "lo", "me", "st", "ri", "zu", "an", "ber", "dor", "il", "gan", "fe", "sha", "mir", "tol", "e"];
    let mut x = rank.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44;
    let mut word = String::new();
    while x > 0 {
        word += SYLLABLES[(x % 16) as usize];
        x /= 16;
    }
    word
}

fn name<'a>(draws: &mut Draws, names: &'a Names) -> &'a str {
    names.label(draws.below(names.len() as u64) as usize)
}

fn beginning(draws: &mut Draws, names: &Names) -> String {
    let name = name(draws, names);
    name.chars().take(3 + draws.below(8) as usize).collect()
}

fn first_letter(draws: &mut Draws, names: &Names) -> String {
    name(draws, names).chars().take(1).collect()
}

fn other_order(draws: &mut Draws, names: &Names) -> String {
    let mut words: Vec<&str> = name(draws, names).split(' ').collect();
    words.reverse();
    words.join(" ")
}

/// A word of a name with a letter that is another.
fn slip(draws: &mut Draws, names: &Names) -> String {
    let word = name(draws, names).split(' ').next().unwrap_or_default().to_owned();
    let mut letters: Vec<char> = word.chars().collect();
    if let Some(letter) = letters.get_mut(draws.below(word.len().max(1) as u64) as usize) {
        *letter = 'q';
    }
    letters.into_iter().collect()
}
