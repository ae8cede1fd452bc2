//! `culet data convert` of catalogues: what goes in comes out again, and what does not is said.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{data, folder, run};

fn fingerprint(folder: &Path, arguments: &[&str]) -> Value {
    run(folder, &[&["data", "describe", "--json"], arguments].concat()).well().json()["fingerprint"].clone()
}

#[test]
fn a_catalogue_survives_every_format() {
    let folder = folder();
    let here = folder.path();
    let films = data("films");
    let first = fingerprint(here, &[&films]);
    for (from, out, to) in [
        (films.as_str(), "a", &[][..]),
        ("a", "b", &["--to", "kgat"]),
        ("b", "c", &["--to", "parquet"]),
        ("c", "d", &["--to", "recbole"]),
        ("c", "e", &["--to", "table"]),
    ] {
        let ran = run(here, &[&["data", "convert", from, out, "--json"], to].concat()).well().json();
        assert_eq!((&ran["fingerprint"], &ran["out"]), (&first, &out.into()));
    }
    for folder in ["a", "b", "c"] {
        assert_eq!(fingerprint(here, &[folder]), first, "{folder}");
    }
    let counts = |fingerprint: &Value| {
        ["items", "train_pairs", "test_pairs", "triplets"].map(|count| fingerprint[count].clone())
    };
    assert_eq!(counts(&fingerprint(here, &["d"])), counts(&first));
    assert_eq!(counts(&fingerprint(here, &["e", "--graph", "e/facts.csv"])), counts(&first));
    let names = |path: &str| fs::read_dir(here.join(path)).unwrap().count();
    assert_eq!((names("a"), names("c")), (4, 4));
    // What was written is trained on like any other folder.
    run(here, &["train", "ease", "c", "--out", "run"]).well();
}

#[test]
fn tables_become_one_folder_and_losses_are_said() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("log.csv"), "user,item,rating\nann,7,5\nann,8,1\nbob,7,4\nbob,\"a, b\",4\n").unwrap();
    fs::write(here.join("items.csv"), "item,title,colour\n7,Heat,red\n\"a, b\",Alien,red\n9,Dune,blue\n").unwrap();
    let convert = ["data", "convert", "log.csv", "shop", "--attributes", "items.csv", "--min-rating", "2"];
    let ran = run(here, &convert).well();
    assert!(ran.stdout.starts_with("shop: 2 users, 3 items, 3 + 0 pairs, 3 triplets, "), "{ran:?}");
    assert!(ran.stderr.contains("note: ratings go from 1 to 5; 1 below 2 (25 %) left out"), "{ran:?}");
    assert!(!ran.stderr.contains("does not hold"), "{ran:?}");
    let all =
        run(here, &["data", "convert", "log.csv", "all", "--columns", "user=user,item=item,rating=rating"]).well();
    assert!(all.stderr.contains("the format `parquet` does not hold ratings ("), "{all:?}");
    let described = run(here, &["data", "describe", "shop"]).well();
    assert!(described.stdout.starts_with("shop ("), "{described:?}");
    let ran = run(here, &["data", "convert", "shop", "tables", "--to", "table"]).well();
    for note in [
        "note: the format `table` does not hold names (",
        "items that nobody took (1), the order of users, items and entities\n",
        "note: the facts come with `--graph tables/facts.csv`\n",
    ] {
        assert!(ran.stderr.contains(note), "{note}: {ran:?}");
    }
    assert_eq!(fs::read_to_string(here.join("tables/train.csv")).unwrap(), "user,item\nann,7\nbob,7\nbob,\"a, b\"\n");
    let ran = run(here, &["data", "convert", "shop", "shop"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("`shop` exists and is not empty"), "{ran:?}");
    // A flat table of the same folder is a catalogue by itself, as OUT is a folder.
    let ran = run(here, &["data", "convert", "shop/interactions.parquet", "pairs"]).well();
    assert!(ran.stdout.starts_with("pairs: 2 users, 2 items, 3 + 0 pairs, 0 triplets"), "{ran:?}");
}

#[test]
fn what_a_format_cannot_hold_is_refused_and_nothing_stays() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("log.csv"), "user,item\nann,\"a\tb\"\nbob,c\n").unwrap();
    let ran = run(here, &["data", "convert", "log.csv", "out/shop", "--to", "recbole"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
    assert!(ran.stderr.contains("the id of entity 0 cannot be written to a text file: `a\\tb`"), "{ran:?}");
    assert!(ran.stderr.contains("hint: ids need"), "{ran:?}");
    assert!(!here.join("out").exists());
    run(here, &["data", "convert", "log.csv", "shop"]).well();
    fs::write(here.join("shop/facts.parquet"), "PAR1").unwrap();
    let ran = run(here, &["data", "describe", "shop"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("shop/facts.parquet` makes no sense as a part of a catalogue"), "{ran:?}");
}
