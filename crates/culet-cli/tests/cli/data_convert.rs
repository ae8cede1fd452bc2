//! `culet data convert` and `culet data synth --network`: what goes in comes out again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::program::{data, folder, run};

/// The lines below the header, in any order.
fn lines(path: &Path) -> BTreeSet<String> {
    fs::read_to_string(path).unwrap().lines().skip(1).map(str::to_owned).collect()
}

fn convert(folder: &Path, arguments: &[&str]) {
    run(folder, &[&["data", "convert"], arguments].concat()).well();
}

#[test]
fn edges_survive_every_format() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("a.tsv"), "source\ttarget\tweight\nx y\tb\t0.1\nb\tc,d\t3\nc,d\tx y\t2.5\n").unwrap();
    convert(here, &["a.tsv", "b.csv.gz", "--directed"]);
    convert(here, &["b.csv.gz", "net", "--directed"]);
    convert(here, &["net", "c.txt"]);
    convert(here, &["c.txt", "d.tsv", "--directed"]);
    assert_eq!(lines(&here.join("a.tsv")), lines(&here.join("d.tsv")));
    let content = |path: &str, flags: &[&str]| {
        let ran = run(here, &[&["data", "describe", path, "--json"], flags].concat()).well();
        ran.json()["fingerprint"].clone()
    };
    let first = content("a.tsv", &["--directed"]);
    assert_eq!((&first["edges"], &first["directed"]), (&3.into(), &true.into()));
    for (path, flags) in [("b.csv.gz", &["--directed"][..]), ("net", &[]), ("c.txt", &["--directed"])] {
        assert_eq!(content(path, flags), first, "{path}");
    }
}

#[test]
fn a_folder_keeps_what_an_edge_list_does_not_hold() {
    let folder = folder();
    let here = folder.path();
    run(here, &["data", "synth", "g", "--network", "--nodes", "60", "--groups", "3", "--mean-degree", "6"]).well();
    run(here, &["data", "split", "g", "s", "--test-share", "0.2"]).well();
    convert(here, &["s", "t"]);
    for entry in fs::read_dir(here.join("s")).unwrap() {
        let name = entry.unwrap().file_name();
        let bytes = |folder: &str| fs::read(here.join(folder).join(&name)).unwrap();
        // Only the record of the draw stays with the split.
        assert!(name == "meta.json" || bytes("s") == bytes("t"), "{name:?}");
    }
    let ran = run(here, &["data", "convert", "s", "edges.tsv"]).well();
    assert!(ran.stderr.contains("an edge list does not hold the labels, the withheld parts"), "{ran:?}");
    assert_eq!(lines(&here.join("edges.tsv")).len(), lines(&here.join("s/train_edges.tsv")).len());
}

#[test]
fn vectors_survive_every_format() {
    let folder = folder();
    let here = folder.path();
    // The largest and the smallest normal number, a third, and zeros of both signs.
    let text = "3 2\nnode-a 0.33333334 -0\nb 3.4028235e38 1.1754944e-38\nc 1 -2.5\n";
    fs::write(here.join("a.txt"), text).unwrap();
    for step in [["a.txt", "b.bin"], ["b.bin", "c.npy"], ["c.npy", "d.parquet"], ["d.parquet", "e.tsv"]] {
        convert(here, &step);
    }
    convert(here, &["e.tsv", "f.vectors", "--to", "word2vec"]);
    let numbers = |name: &str| -> Vec<(String, Vec<u32>)> {
        let text = fs::read_to_string(here.join(name)).unwrap();
        let row = |line: &str| {
            let mut words = line.split_whitespace();
            let id = words.next().unwrap().to_owned();
            (id, words.map(|word| word.parse::<f32>().unwrap().to_bits()).collect())
        };
        text.lines().skip(1).map(row).collect()
    };
    assert_eq!(numbers("f.vectors"), numbers("a.txt"));
    let told = run(here, &["data", "convert", "a.txt", "g.npy", "--json"]).well().json();
    assert_eq!((&told["vectors"], &told["dim"], &told["format"]), (&3.into(), &2.into(), &"npy".into()));
    assert!(here.join("g.ids.txt").exists());
}

#[test]
fn what_cannot_be_converted_is_refused_with_a_way_out() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("edges.tsv"), "a\tb\nb\tc\n").unwrap();
    fs::write(here.join("v.txt"), "1 3\na 1 2 3\n").unwrap();
    fs::write(here.join("taken.csv"), "").unwrap();
    fs::create_dir(here.join("full")).unwrap();
    fs::write(here.join("full/x"), "").unwrap();
    let films = data("films");
    for (arguments, message) in [
        (
            &[films.as_str(), "out.csv"][..],
            "`out.csv` has the ending of a file, and a catalogue is written as a folder",
        ),
        (&[films.as_str(), "out", "--to", "npy"], "`--to npy` is about vectors, and IN is a catalogue"),
        (&[films.as_str(), "out", "--directed"], "`--directed` is about networks"),
        (&[films.as_str(), "full"], "`full` exists and is not empty"),
        (&["edges.tsv", "out.npy"], "`out.npy` is a file of vectors, and IN is a network"),
        (&["edges.tsv", "out.xyz"], "the ending of `out.xyz` tells no format of networks"),
        (&["edges.tsv", "taken.csv"], "`taken.csv` exists"),
        (&["v.txt", "out.xyz"], "the ending `xyz` tells no format of vectors"),
        (&["v.txt", "out.bin", "--aspect", "1"], "`--aspect` is about runs"),
        (&["v.txt", "out.bin", "--directed"], "`--directed` is about networks"),
        (&["edges.tsv", "out.csv", "--to", "npy"], "`--to` is about catalogues and vectors"),
        (&["v.txt", "out.bin", "--to", "kgat"], "`--to kgat` is about catalogues, and IN holds vectors"),
        (&["v.txt", "out.bin", "--min-rating", "3"], "`--min-rating` is about catalogues"),
        (&["edgse.tsv", "out.csv"], "`edgse.tsv` does not exist"),
    ] {
        let ran = run(here, &[&["data", "convert"], arguments].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.contains(message) && ran.stderr.contains("\n\nhint: "), "{ran:?}");
    }
    assert!(!here.join("out").exists());
}

#[test]
fn generated_networks_have_what_was_asked_for() {
    let folder = folder();
    let here = folder.path();
    let flags = ["--nodes", "80", "--groups", "4", "--overlap", "0.25", "--mean-degree", "5", "--mixing", "0"];
    let made = run(here, &[&["data", "synth", "g", "--network", "--json"], &flags[..]].concat()).well().json();
    assert_eq!(made["config"]["n_groups"], 4);
    let described = run(here, &["data", "describe", "g", "--json"]).well().json();
    assert_eq!(described["fingerprint"], made["fingerprint"]);
    assert_eq!((&described["fingerprint"]["nodes"], &described["fingerprint"]["edges"]), (&80.into(), &200.into()));
    assert_eq!(described["labels"]["labels"].as_array().unwrap().len(), 4);
    assert_eq!((&described["labels"]["labelled_nodes"], &described["labels"]["several"]), (&80.into(), &20.into()));
    // Without mixing each edge joins two nodes of a group.
    let groups = lines(&here.join("g/labels.tsv"));
    for edge in lines(&here.join("g/train_edges.tsv")) {
        let (u, v) = edge.split_once('\t').unwrap();
        let shared = (0..4).any(|k| [u, v].iter().all(|node| groups.contains(&format!("{node}\tgroup-{k:02}"))));
        assert!(shared, "{edge}");
    }
    run(here, &["data", "synth", "w", "--network", "--nodes", "300", "--edges", "900", "--exponent", "2.2"]).well();
    let described = run(here, &["data", "describe", "w", "--json"]).well().json();
    assert_eq!((&described["fingerprint"]["edges"], &described["labels"]), (&900.into(), &serde_json::Value::Null));
}

#[test]
fn settings_of_a_generated_network_that_will_not_do_are_refused() {
    let folder = folder();
    let here = folder.path();
    for (flags, message) in [
        (&["--network", "--nodes", "4"][..], "hint: the flag is `--nodes`"),
        (&["--network", "--degree-exponent", "1"], "hint: the flag is `--degree-exponent`"),
        (&["--network", "--nodes", "10", "--edges", "1000"], "hint: the flag is `--edges`"),
        (&["--nodes", "40"], "--network"),
        (&["--network", "--n-users", "40"], "cannot be used with"),
        (&["--network", "--edges", "40", "--groups", "2"], "cannot be used with"),
    ] {
        let ran = run(here, &[&["data", "synth", "x"], flags].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.contains(message), "{ran:?}");
    }
    assert!(!here.join("x").exists());
}

/// A vector file in text as ids and numbers.
fn vectors(path: &Path) -> Vec<(String, Vec<f32>)> {
    let row = |line: &str| {
        let mut words = line.split(' ');
        (words.next().unwrap().to_owned(), words.map(|word| word.parse().unwrap()).collect())
    };
    fs::read_to_string(path).unwrap().lines().skip(1).map(row).collect()
}

#[test]
fn the_vectors_of_a_run_are_those_of_its_parts() {
    let folder = folder();
    let here = folder.path();
    run(here, &["data", "synth", "g", "--network", "--nodes", "40", "--groups", "2", "--mean-degree", "6"]).well();
    let train = ["train", "asp2vec", "g", "--out", "net", "--dim", "4", "--aspects", "3", "--epochs", "1"];
    run(here, &train).well();
    let converted = |out: &str, flags: &[&str]| {
        convert(here, &[&["net", out], flags].concat());
        vectors(&here.join(out))
    };
    let published = converted("published.txt", &[]);
    let centres = converted("centres.txt", &["--vectors", "centres"]);
    let all = converted("all.txt", &["--vectors", "concatenated"]);
    let aspects = converted("aspects.txt", &["--vectors", "aspects"]);
    let third = converted("third.txt", &["--vectors", "aspects", "--aspect", "3"]);
    assert_eq!((published.len(), centres[7].0.as_str()), (40, "node-00007"));
    for node in 0..40 {
        let (p, q) = (&centres[node].1, &aspects[node].1);
        assert_eq!((p.len(), q.len()), (4, 12));
        assert_eq!(all[node].1, [p.as_slice(), q].concat());
        assert_eq!(third[node].1, q[8..]);
        for k in 0..4 {
            let mean = (q[k] + q[4 + k] + q[8 + k]) / 3.0;
            assert!((published[node].1[k] - 0.5 * (p[k] + mean)).abs() < 1e-6, "node {node}");
        }
    }
    for (flags, message) in [
        (&["--vectors", "aspects", "--aspect", "4"][..], "aspect `4` does not exist: the run has 3"),
        (&["--vectors", "aspects", "--aspect", "0"], "aspect `0` does not exist"),
        (&["--aspect", "1"], "add `--vectors aspects`"),
        (&["--directed"], "`--directed` is about networks"),
    ] {
        let ran = run(here, &[&["data", "convert", "net", "x.bin"], flags].concat());
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains(message), "{ran:?}");
    }
}
