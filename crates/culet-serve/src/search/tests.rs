//! What is found, against a search that looks at everything.

use culet_graph::{Names, Purpose, Stream};

use super::edit::{Distances, allowed};
use super::*;

fn films() -> Names {
    [
        ("tt0078748", Some("Alien")),
        ("tt0090605", Some("Aliens")),
        ("tt0088846", Some("Brazil")),
        ("tt0211915", Some("Le Fabuleux Destin d'Amélie Poulain")),
        ("tt0076759", Some("Star Wars: Episode IV")),
        ("tt0060028", Some("Star Trek")),
        ("tt0050986", Some("Smultronstället")),
        ("tt0047478", Some("七人の侍")),
        ("tt1", None),
        ("+++", Some("Łódź Große Straße")),
    ]
    .into_iter()
    .collect()
}

fn found(typed: &str) -> Vec<(u32, Match)> {
    let index = SearchIndex::new(&films(), 0..10);
    index.search(typed, 10).iter().map(|found| (found.node, found.how)).collect()
}

/// What is found without any slip.
fn plainly(typed: &str) -> Vec<(u32, Match)> {
    found(typed).into_iter().filter(|(_, how)| *how != Match::Fuzzy).collect()
}

#[test]
fn text_is_folded() {
    for (text, folded) in [
        ("Amélie  POULAIN!", "amelie poulain"),
        ("d'Artagnan", "d artagnan"),
        ("Straße Łódź Ærø", "strasse lodz aero"),
        ("İstanbul ISPARTA", "istanbul isparta"),
        ("e\u{301}te\u{301} ﬁn Ⅷ", "ete fin viii"),
        ("+++", "+++"),
        ("  ", "  "),
        ("", ""),
    ] {
        let mut out = String::new();
        fold(text, &mut out);
        assert_eq!(out, folded, "{text}");
    }
}

#[test]
fn the_best_matches_come_first() {
    assert_eq!(plainly("alien"), [(0, Match::Exact), (1, Match::Prefix)]);
    assert_eq!(plainly("TT0078748")[0], (0, Match::Exact));
    assert_eq!(plainly("tt1")[0], (8, Match::Exact));
    assert_eq!(plainly("amelie"), [(3, Match::Word)]);
    assert_eq!(plainly("destin d'am"), [(3, Match::Word)]);
    assert_eq!(plainly("wars star"), [(4, Match::Word)]);
    assert_eq!(plainly("star"), [(5, Match::Prefix), (4, Match::Prefix)]);
    assert_eq!(plainly("strasse"), [(9, Match::Word)]);
    assert_eq!(plainly("smultronstallet"), [(6, Match::Exact)]);
    assert_eq!(plainly("侍"), [(7, Match::Word)]);
    assert_eq!(plainly("+++"), [(9, Match::Exact)]);
}

#[test]
fn slips_of_the_finger_are_forgiven() {
    for (typed, node) in
        [("alein", 0), ("brazli", 2), ("amelei", 3), ("amleie poulian", 3), ("smultrnstalet", 6), ("strr wras", 4)]
    {
        let best = found(typed)[0];
        assert_eq!((best.0, best.1), (node, Match::Fuzzy), "{typed}");
    }
    assert!(found("xyz").is_empty() && found("").is_empty() && found("zz").is_empty());
}

#[test]
fn only_the_nodes_of_the_range_are_found() {
    let index = SearchIndex::new(&films(), 1..3);
    assert_eq!((index.len(), index.is_empty()), (2, false));
    let nodes: Vec<u32> = index.search("a", 10).iter().map(|found| found.node).collect();
    assert_eq!(nodes, [1]);
    assert!(SearchIndex::new(&films(), 4..4).search("a", 10).is_empty());
    assert!(index.bytes() > 0);
}

/// Names out of a few syllables, so that many are alike.
fn syllables(n: usize, seed: u64) -> Names {
    let stream = Stream::new(seed, Purpose::Initialise, 7);
    let mut drawn = 0;
    let mut below = |n: u32| {
        drawn += 1;
        stream.below(drawn, n.into()) as u32
    };
    let mut names = Names::default();
    for k in 0..n {
        let words = 1 + below(3);
        let word = |below: &mut dyn FnMut(u32) -> u32| -> String {
            (0..1 + below(3)).map(|_| ["ka", "lo", "mé", "st", "ri", "zu", "an"][below(7) as usize]).collect()
        };
        let name: Vec<String> = (0..words).map(|_| word(&mut below)).collect();
        names.push(&format!("id-{k}"), Some(&name.join(" ")));
    }
    names
}

/// All nodes that match, with the distance, by looking at each.
fn by_looking(names: &Names, typed: &str) -> Vec<(u32, u8)> {
    let mut folded = String::new();
    fold(typed, &mut folded);
    let words: Vec<&str> = folded.split(' ').collect();
    let of = |node: usize| {
        let mut texts = Vec::new();
        for text in [Some(names.id(node)), names.name(node)].into_iter().flatten() {
            let mut out = String::new();
            fold(text, &mut out);
            texts.push(out);
        }
        let own: Vec<&str> = texts.iter().flat_map(|text| text.split(' ')).collect();
        let near = |word: &&str| {
            let most = allowed(word.chars().count());
            own.iter().filter_map(|own| plain_distance(word, own).filter(|&d| d <= most)).min()
        };
        words.iter().map(near).sum::<Option<u8>>()
    };
    (0..names.len()).filter_map(|node| Some((node as u32, of(node)?))).collect()
}

/// The least distance to any beginning of a word, from the definition.
fn plain_distance(typed: &str, word: &str) -> Option<u8> {
    let (a, b): (Vec<char>, Vec<char>) = (typed.chars().collect(), word.chars().collect());
    let mut d = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            d[i][j] = match (i, j) {
                (0, j) => j,
                (i, 0) => i,
                (i, j) => {
                    let swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    let best =
                        (d[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1])).min(d[i - 1][j] + 1).min(d[i][j - 1] + 1);
                    if swap { best.min(d[i - 2][j - 2] + 1) } else { best }
                }
            };
        }
    }
    d[a.len()].iter().min().map(|&best| best as u8)
}

#[test]
fn the_index_finds_what_a_look_at_everything_finds() {
    let names = syllables(400, 3);
    let index = SearchIndex::new(&names, 0..400);
    for typed in
        ["ka", "kalo", "mest", "stri zu", "zu stri", "lokaan", "kalomest", "id-39", "riri", "anlozu mest", "kl", "x"]
    {
        let mut found: Vec<(u32, u8)> =
            index.search(typed, 400).iter().map(|found| (found.node, found.distance)).collect();
        found.sort_unstable();
        assert_eq!(found, by_looking(&names, typed), "{typed}");
    }
}

#[test]
fn distances_are_those_of_the_definition() {
    for (typed, word) in [
        ("", ""),
        ("a", ""),
        ("abc", "abc"),
        ("abc", "acbx"),
        ("abcdef", "badcfe"),
        ("kitten", "sitting"),
        ("ca", "abc"),
    ] {
        assert_eq!(Distances::new(typed).of(word, 40), plain_distance(typed, word), "{typed} {word}");
    }
}
