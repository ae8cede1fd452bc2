//! `culet data split`: what is withheld, what stays, and which pairs stand beside.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::program::{Ran, folder, run};

type Pair = (String, String);

/// The pairs of a file with a header; none if it is absent.
fn pairs(path: &Path) -> Vec<Pair> {
    let Ok(text) = fs::read_to_string(path) else { return Vec::new() };
    let pair = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        // The target is the second or, behind a relation, the last but nothing.
        (columns[0].to_owned(), columns[1].to_owned())
    };
    text.lines().skip(1).map(pair).collect()
}

fn unordered(pairs: &[Pair]) -> BTreeSet<Pair> {
    pairs.iter().cloned().map(|(u, v)| if u < v { (u, v) } else { (v, u) }).collect()
}

/// Two circles with chords, far from each other: nodes `a0` to `a19` and `b0` to `b19`.
fn two_circles(folder: &Path) -> Vec<Pair> {
    let mut text = String::new();
    let mut all = Vec::new();
    for letter in ["a", "b"] {
        for (k, step) in (0..20).flat_map(|k| [1, 3, 7].map(|step| (k, step))) {
            all.push((format!("{letter}{k}"), format!("{letter}{}", (k + step) % 20)));
        }
    }
    for (u, v) in &all {
        writeln!(text, "{u}\t{v}").unwrap();
    }
    fs::write(folder.join("circles.tsv"), text).unwrap();
    all
}

/// How many parts hang together, by walking from node to node.
fn n_components(edges: &[Pair]) -> usize {
    let mut neighbours: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (u, v) in edges {
        neighbours.entry(u).or_default().push(v);
        neighbours.entry(v).or_default().push(u);
    }
    let mut unseen: BTreeSet<&str> = neighbours.keys().copied().collect();
    let mut count = 0;
    while let Some(first) = unseen.pop_first() {
        count += 1;
        let mut open = vec![first];
        while let Some(node) = open.pop() {
            open.extend(neighbours[node].iter().filter(|next| unseen.remove(**next)));
        }
    }
    count
}

fn split(folder: &Path, flags: &[&str]) -> Ran {
    run(folder, &[&["data", "split", "circles.tsv"], flags].concat())
}

#[test]
fn parts_make_up_the_network_and_the_rest_hangs_together() {
    let folder = folder();
    let all = two_circles(folder.path());
    let out = folder.path().join("out");
    let document = split(folder.path(), &["out", "--valid-share", "0.1", "--json"]).well().json();
    let part = |name: &str| pairs(&out.join(format!("{name}.tsv")));
    let (train, valid, test) = (part("train_edges"), part("valid_edges"), part("test_edges"));
    assert_eq!((train.len(), valid.len(), test.len()), (48, 12, 60));
    assert_eq!(document["parts"]["test"], serde_json::json!({ "edges": 60, "negatives": 60 }));
    assert_eq!(document["units"]["test"], serde_json::json!({ "asked": 60, "withheld": 60 }));
    let together = [train.clone(), valid, test].concat();
    assert_eq!(unordered(&together), unordered(&all));
    assert_eq!(together.len(), all.len());
    assert_eq!(n_components(&train), 2);
    let nodes: BTreeSet<&String> = train.iter().flat_map(|(u, v)| [u, v]).collect();
    assert_eq!(nodes.len(), 40);

    let negatives = ["train_edges_neg", "valid_edges_neg", "test_edges_neg"].map(part);
    assert_eq!(negatives.each_ref().map(Vec::len), [48, 12, 60]);
    let negatives = negatives.concat();
    assert!(unordered(&negatives).is_disjoint(&unordered(&all)));
    assert_eq!(unordered(&negatives).len(), negatives.len(), "no pair twice, in whatever part");
    assert!(negatives.iter().all(|(u, v)| u != v));
    // What `data describe` counts by another route.
    let described = run(folder.path(), &["data", "describe", "out", "--json"]).well().json();
    assert_eq!(described["components"], 2);
    for part in described["parts"].as_array().unwrap() {
        for key in ["repeats", "self_loops", "training_edges", "withheld_edges", "without_training"] {
            assert_eq!(part[key], 0, "{key} of {part}");
        }
        let ascending = part["ascending"].as_f64().unwrap() / part["pairs"].as_f64().unwrap();
        assert!((0.1..0.9).contains(&ascending), "the order of a pair tells nothing: {part}");
    }
    let meta: serde_json::Value = serde_json::from_slice(&fs::read(out.join("meta.json")).unwrap()).unwrap();
    assert_eq!(meta["split"]["test_share"], 0.5);
    assert_eq!(meta["split"]["negatives"], "uniform, 1 to an edge, kept: connected");
}

#[test]
fn the_seed_decides_every_byte_and_the_threads_none() {
    let folder = folder();
    two_circles(folder.path());
    for (out, flags) in [("a", ["--seed", "5", "--threads", "1"]), ("b", ["--seed", "5", "--threads", "3"])] {
        split(folder.path(), &[&[out][..], &flags].concat()).well();
    }
    split(folder.path(), &["c", "--seed", "6"]).well();
    let bytes = |out: &str, file: &str| fs::read(folder.path().join(out).join(file)).unwrap();
    let mut n_files = 0;
    for entry in fs::read_dir(folder.path().join("a")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(bytes("a", &name) == bytes("b", &name), "{name}");
        n_files += 1;
    }
    assert_eq!(n_files, 6, "edges and negatives of train and test, nodes, meta.json");
    assert!(bytes("a", "test_edges.tsv") != bytes("c", "test_edges.tsv"));
}

#[test]
fn too_much_is_withheld_as_far_as_it_goes_and_said() {
    let folder = folder();
    let all = two_circles(folder.path());
    let ran = split(folder.path(), &["out", "--test-share", "0.9", "--negatives-per-edge", "2"]).well();
    // A spanning tree of each circle stays.
    let n_gone = all.len() - 2 * 19;
    let note = format!("note: the test part has {n_gone} of the 108 edges asked for");
    assert!(ran.stderr.contains(&note), "{}", ran.stderr);
    assert_eq!(pairs(&folder.path().join("out/test_edges.tsv")).len(), n_gone);
    assert_eq!(pairs(&folder.path().join("out/test_edges_neg.tsv")).len(), 2 * n_gone);
    split(folder.path(), &["all", "--test-share", "0.9", "--keep", "nothing"]).well();
    assert_eq!(pairs(&folder.path().join("all/test_edges.tsv")).len(), 108);
    fs::write(folder.path().join("path.tsv"), "a\tb\nb\tc\nc\td\n").unwrap();
    let ran = run(folder.path(), &["data", "split", "path.tsv", "path"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.ends_with("hint: the flag is `--keep`\n"), "{ran:?}");
    assert!(!folder.path().join("path").exists());
}

#[test]
fn directed_negatives_hold_edges_turned_round() {
    let folder = folder();
    let all: BTreeSet<Pair> = two_circles(folder.path()).into_iter().collect();
    let turned = |out: &str| {
        let negatives = pairs(&folder.path().join(out).join("test_edges_neg.tsv"));
        assert_eq!(negatives.len(), 60);
        assert!(negatives.iter().all(|pair| !all.contains(pair)));
        negatives.into_iter().filter(|(u, v)| all.contains(&(v.clone(), u.clone()))).count()
    };
    split(folder.path(), &["mixed", "--directed"]).well();
    assert!((30..45).contains(&turned("mixed")), "{}", turned("mixed"));
    split(folder.path(), &["reversed", "--directed", "--negatives", "reversed"]).well();
    assert_eq!(turned("reversed"), 60);
    let ran = split(folder.path(), &["wrong", "--negatives", "reversed"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("where edges have no direction"), "{ran:?}");
}

/// 30 papers, each by two of ten authors and in one of three venues.
fn papers(folder: &Path) -> Vec<Pair> {
    let mut text = "source\trelation\ttarget\n".to_owned();
    let mut written = Vec::new();
    for k in 0..30 {
        for author in [k % 10, (k * 7 + 3) % 10] {
            if written.contains(&(format!("paper:{k}"), format!("author:{author}"))) {
                continue;
            }
            written.push((format!("paper:{k}"), format!("author:{author}")));
            writeln!(text, "paper:{k}\twritten_by\tauthor:{author}").unwrap();
        }
        writeln!(text, "paper:{k}\tpublished_in\tvenue:{}", k % 3).unwrap();
    }
    fs::write(folder.join("papers.tsv"), text).unwrap();
    written
}

#[test]
fn whole_papers_lose_their_authors() {
    let folder = folder();
    let written = papers(folder.path());
    let flags = ["--relation", "written_by", "--whole-nodes", "paper", "--test-share", "0.2", "--json"];
    let document = run(folder.path(), &[&["data", "split", "papers.tsv", "out"], &flags[..]].concat()).well().json();
    assert_eq!(document["units"]["of"], "nodes");
    assert_eq!((&document["units"]["all"], &document["units"]["test"]["withheld"]), (&30.into(), &6.into()));
    let test = pairs(&folder.path().join("out/test_edges.tsv"));
    let hidden: BTreeSet<&String> = test.iter().map(|(paper, _)| paper).collect();
    assert_eq!(hidden.len(), 6);
    let truth: BTreeSet<Pair> = written.iter().filter(|(paper, _)| hidden.contains(paper)).cloned().collect();
    assert_eq!(test.iter().cloned().collect::<BTreeSet<_>>(), truth, "all authors of these papers");
    let negatives = pairs(&folder.path().join("out/test_edges_neg.tsv"));
    assert_eq!(negatives.len(), test.len());
    for pair in &negatives {
        assert!(hidden.contains(&pair.0) && pair.1.starts_with("author:") && !written.contains(pair), "{pair:?}");
    }
    let train = fs::read_to_string(folder.path().join("out/train_edges.tsv")).unwrap();
    assert_eq!(train.lines().filter(|line| line.contains("\tpublished_in")).count(), 30);
    let described = run(folder.path(), &["data", "describe", "out", "--json"]).well().json();
    assert_eq!(described["isolated"], 0);
    let wrong = run(folder.path(), &["data", "split", "papers.tsv", "x", "--relation", "cites"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("`relation` is cites, expected one of `written_by`, `published_in`"), "{wrong:?}");
}

#[test]
fn a_place_that_is_taken_is_refused_before_the_network_is_read() {
    let folder = folder();
    fs::create_dir(folder.path().join("out")).unwrap();
    fs::write(folder.path().join("out/mine.txt"), "mine").unwrap();
    // The network does not exist, but that is not what is told.
    let ran = split(folder.path(), &["out"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("error: `out` exists and is not empty"), "{ran:?}");
    let file = split(folder.path(), &["out/mine.txt"]);
    assert_eq!(file.code, Some(2));
    assert!(file.stderr.contains("error: `out/mine.txt` exists"), "{file:?}");
}

#[test]
fn shares_out_of_range_are_refused() {
    let folder = folder();
    two_circles(folder.path());
    for flags in [["--test-share", "1.5"], ["--test-share", "-0.1"], ["--test-share", "NaN"], ["--valid-share", "0.6"]]
    {
        let ran = split(folder.path(), &[&["out"][..], &flags].concat());
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains(&format!("hint: the flag is `{}`", flags[0])), "{ran:?}");
    }
    assert!(!folder.path().join("out").exists());
}
