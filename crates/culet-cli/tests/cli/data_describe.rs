//! `culet data describe` on networks, the odd ones first: what it counts, and what it says.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{data, folder, run};

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
}

/// The description of an edge list with this text.
fn described(text: &str, flags: &[&str]) -> Value {
    let folder = folder();
    write(folder.path(), "edges.tsv", text);
    run(folder.path(), &[&["data", "describe", "edges.tsv", "--json"], flags].concat()).well().json()
}

/// The message and the hint of an edge list that is refused.
#[track_caller]
fn refused(text: &str, flags: &[&str]) -> String {
    let folder = folder();
    write(folder.path(), "edges.tsv", text);
    let ran = run(folder.path(), &[&["data", "describe", "edges.tsv"], flags].concat());
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
    assert!(ran.stderr.contains("\n\nhint: "), "{}", ran.stderr);
    ran.stderr
}

fn has_note(description: &Value, words: &str) -> bool {
    description["notes"].as_array().unwrap().iter().any(|note| note.as_str().unwrap().contains(words))
}

#[test]
fn loops_repeats_and_zeros_are_told() {
    // a-b twice and once turned, a loop, an edge of weight 0, whose end stays without an edge.
    let text = "a\tb\t1\na\tb\t2\nb\ta\t0.5\nc\tc\t1\nb\tc\t4\na\td\t0\n";
    let description = described(text, &[]);
    assert_eq!(description["fingerprint"]["edges"], 3, "{description:#}");
    assert_eq!(description["self_loops"], 1);
    assert_eq!(description["isolated"], 1);
    assert_eq!(description["weights"]["max"], 4.0);
    assert!(has_note(&description, "2 repeated edges; their weights are added"), "{description:#}");
    assert!(has_note(&description, "1 self-loop, kept"), "{description:#}");
    assert!(has_note(&description, "1 edge of weight 0, left out"), "{description:#}");
    let directed = described(text, &["--directed"]);
    assert_eq!((&directed["fingerprint"]["edges"], &directed["fingerprint"]["directed"]), (&4.into(), &true.into()));
    assert!(has_note(&directed, "1 repeated edge; "), "{directed:#}");
}

#[test]
fn weights_that_are_none_are_refused_with_their_line() {
    for (weight, message) in [
        ("-1", "edges.tsv:2: weight -1 is negative or not finite"),
        ("NaN", "edges.tsv:2: weight NaN is negative or not finite"),
        ("inf", "edges.tsv:2: weight inf is negative or not finite"),
    ] {
        let stderr = refused(&format!("a\tb\t1\nb\tc\t{weight}\n"), &[]);
        assert!(stderr.contains(message), "{stderr}");
    }
}

#[test]
fn components_and_nodes_without_edges_are_told() {
    let folder = folder();
    fs::create_dir(folder.path().join("net")).unwrap();
    // Two triangles, a node of the table alone, and one that only the test part knows.
    write(folder.path(), "net/train_edges.tsv", "source\ttarget\n0\t1\n1\t2\n2\t0\n3\t4\n4\t5\n5\t3\n");
    write(folder.path(), "net/test_edges.tsv", "source\ttarget\n0\t7\n");
    write(folder.path(), "net/nodes.tsv", "id\tname\n0\tx\n1\tx\n2\tx\n3\tx\n4\tx\n5\tx\n6\talone\n7\ttested\n");
    let ran = run(folder.path(), &["data", "describe", "net", "--json"]).well();
    let description = ran.json();
    assert_eq!((&description["components"], &description["isolated"]), (&4.into(), &2.into()), "{description:#}");
    assert_eq!(description["largest_component"], 3.0 / 8.0);
    assert_eq!(description["parts"][0]["name"], "test_edges");
    assert_eq!(description["parts"][0]["without_training"], 1);
    assert!(has_note(&description, "2 components"), "{description:#}");
    let text = run(folder.path(), &["data", "describe", "net"]).well().stdout;
    assert!(text.contains("test_edges") && text.contains("\nnotes\n"), "{text}");
}

#[test]
fn a_type_without_edges_is_told() {
    let folder = folder();
    fs::create_dir(folder.path().join("net")).unwrap();
    write(folder.path(), "net/edges.tsv", "source\trelation\ttarget\np1\tby\ta1\np2\tby\ta1\n");
    write(folder.path(), "net/nodes.tsv", "id\ttype\np1\tpaper\np2\tpaper\na1\tauthor\nv1\tvenue\n");
    let description = run(folder.path(), &["data", "describe", "net", "--json"]).well().json();
    let types = description["types"].as_array().unwrap();
    let venue = types.iter().find(|one| one["name"] == "venue").unwrap();
    assert_eq!((&venue["nodes"], &venue["with_edges"]), (&1.into(), &0.into()));
    assert!(has_note(&description, "`venue`"), "{description:#}");
}

#[test]
fn flags_tell_what_the_file_does_not() {
    let semicolons = "1;2;0.5\n2;3;0.5\n";
    let found = described(semicolons, &["--delimiter", "semicolon", "--header", "no", "--directed"]);
    assert_eq!((&found["fingerprint"]["edges"], &found["fingerprint"]["directed"]), (&2.into(), &true.into()));
    let headed = described(semicolons, &["--header", "yes"]);
    assert_eq!(headed["fingerprint"]["edges"], 1);
    let timed = "a b 10\nb c 20\nc a 30\n";
    let found = described(timed, &["--columns", "source,target,time", "--before", "25"]);
    assert_eq!((&found["fingerprint"]["edges"], &found["weights"]), (&2.into(), &Value::Null));
    let stderr = refused(timed, &["--columns", "source,target,time,colour"]);
    assert!(stderr.contains("expected `source` and `target` once each"), "{stderr}");
    let stderr = refused(timed, &["--columns", "source,target,weight", "--before", "25"]);
    assert!(stderr.contains("has no column with times"), "{stderr}");
}

#[test]
fn flags_of_the_other_kind_are_refused() {
    let folder = folder();
    write(folder.path(), "edges.tsv", "a\tb\n");
    let films = data("films");
    for arguments in [["edges.tsv", "--id-base", "1"].as_slice(), &[&films, "--undirected"], &[&films, "--nodes", "x"]]
    {
        let ran = run(folder.path(), &[&["data", "describe"], arguments].concat());
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains(" is about ") && ran.stderr.contains("hint: leave the flag out"), "{ran:?}");
    }
    let ran = run(folder.path(), &["data", "describe", "edges.tvs"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("hint: did you mean `edges.tsv`?"), "{ran:?}");
}

#[test]
fn files_that_hold_no_network_are_refused() {
    assert!(refused("", &[]).contains("holds no edge"));
    assert!(refused("# a comment\n", &[]).contains("holds no edge"));
    assert!(refused("a\tb\nc\n", &[]).contains("edges.tsv:2: expected 2 columns"));
    assert!(refused("a\tb\t0\n", &[]).contains("holds no edge"));
}
