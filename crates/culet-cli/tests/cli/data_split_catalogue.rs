//! `culet data split` of catalogues: what goes to which part, and what of the names and the graph stays.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::program::{data, folder, run};

type Pair = (String, String);

/// The original ids in a list by their numbers; nothing where there is no list.
fn ids(path: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let columns = text.lines().skip(1).map(|line| line.rsplit_once(' ').unwrap());
    columns.map(|(id, number)| (number.to_owned(), id.to_owned())).collect()
}

/// The pairs of a part by original ids, as a reader that knows nothing of the program finds them.
fn part(folder: &Path, name: &str) -> BTreeSet<Pair> {
    let (users, items) = (ids(&folder.join("user_list.txt")), ids(&folder.join("item_list.txt")));
    let text = fs::read_to_string(folder.join(name)).unwrap_or_default();
    let mut pairs = BTreeSet::new();
    for line in text.lines() {
        let mut numbers = line.split(' ');
        let user = &users[numbers.next().unwrap()];
        numbers.for_each(|item| assert!(pairs.insert((user.clone(), items[item].clone()))));
    }
    pairs
}

fn parts(folder: &Path) -> [BTreeSet<Pair>; 3] {
    ["train.txt", "valid.txt", "test.txt"].map(|name| part(folder, name))
}

/// The facts by original ids.
fn facts(folder: &Path) -> BTreeSet<[String; 3]> {
    let mut entities = ids(&folder.join("entity_list.txt"));
    entities.extend(ids(&folder.join("item_list.txt")));
    let relations = ids(&folder.join("relation_list.txt"));
    let text = fs::read_to_string(folder.join("kg_final.txt")).unwrap();
    let fact = |line: &str| {
        let [head, relation, tail] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        [entities[head].clone(), relations[relation].clone(), entities[tail].clone()]
    };
    text.lines().map(fact).collect()
}

#[test]
fn a_folder_is_dealt_out_anew_with_its_graph_and_names() {
    let folder = folder();
    let films = data("films");
    let before = Path::new(&films);
    let flags = ["--test-items", "2", "--valid-items", "1", "--json"];
    let document = run(folder.path(), &[&["data", "split", &films, "out"], &flags[..]].concat()).well().json();
    let out = folder.path().join("out");
    let [train, valid, test] = parts(&out);
    assert_eq!((train.len(), valid.len(), test.len()), (29 - 18, 6, 12));
    let [train_before, _, test_before] = parts(before);
    let all: BTreeSet<Pair> = train_before.union(&test_before).cloned().collect();
    assert_eq!([train, valid, test].concat_sets(), all);
    assert_eq!(facts(&out), facts(before));
    for file in ["item_names.tsv", "entity_names.tsv", "user_list.txt", "item_list.txt"] {
        assert_eq!(fs::read(out.join(file)).unwrap(), fs::read(before.join(file)).unwrap(), "{file}");
    }
    let meta: serde_json::Value = serde_json::from_slice(&fs::read(out.join("meta.json")).unwrap()).unwrap();
    assert_eq!(meta["split"], document["split"]);
    let described = run(folder.path(), &["data", "describe", "out", "--json"]).well().json();
    assert_eq!(described["fingerprint"], meta["split"]["fingerprint"]);
    let source = run(folder.path(), &["data", "describe", &films, "--json"]).well().json();
    assert_eq!(source["fingerprint"], meta["split"]["source"]["fingerprint"]);
}

trait ConcatSets {
    fn concat_sets(self) -> BTreeSet<Pair>;
}

impl ConcatSets for [BTreeSet<Pair>; 3] {
    fn concat_sets(self) -> BTreeSet<Pair> {
        self.into_iter().flatten().collect()
    }
}

/// Twenty listeners and some of thirty songs each; the time of a pair can be told from it.
fn write_log(folder: &Path) -> BTreeMap<Pair, u32> {
    let mut text = "listener,song,when\n".to_owned();
    let mut log = BTreeMap::new();
    for k in 0..240_u32 {
        let (user, song, time) = (k * 7 % 20, k * k % 31, k * 37 % 1009);
        writeln!(text, "l-{user},\"song {song}\",{time}").unwrap();
        let own = log.entry((format!("l-{user}"), format!("song {song}"))).or_insert(time);
        *own = time.min(*own);
    }
    fs::write(folder.join("log.csv"), text).unwrap();
    log
}

const COLUMNS: [&str; 4] = ["--columns", "user,item,time", "--header", "yes"];

fn split(folder: &Path, out: &str, flags: &[&str]) -> [BTreeSet<Pair>; 3] {
    run(folder, &[&["data", "split", "log.csv", out], flags, &COLUMNS[..]].concat()).well();
    parts(&folder.join(out))
}

#[test]
fn a_table_is_split_by_time_and_by_users_last_items() {
    let folder = folder();
    let log = write_log(folder.path());
    let [train, valid, test] = split(folder.path(), "time", &["--by", "time", "--cut", "800", "--valid-cut", "700"]);
    let wanted = |from: u32, to: u32| log.iter().filter(move |(_, time)| (from..to).contains(*time));
    let pairs = |from, to| wanted(from, to).map(|(pair, _)| pair.clone()).collect::<BTreeSet<_>>();
    assert_eq!((train, valid, test), (pairs(0, 700), pairs(700, 800), pairs(800, 1009)));

    let [train, valid, test] = split(folder.path(), "last", &["--by", "last", "--valid-items", "2"]);
    assert_eq!((valid.len(), test.len()), (40, 20));
    for (user, _) in &test {
        let times = |part: &BTreeSet<Pair>| part.iter().filter(|pair| pair.0 == *user).map(|pair| log[pair]).collect();
        let [train, valid, test]: [Vec<u32>; 3] = [times(&train), times(&valid), times(&test)];
        assert!(train.iter().max() < valid.iter().min() && valid.iter().max() < test.iter().min(), "{user}");
    }
}

#[test]
fn cold_items_and_users_are_in_one_part_only() {
    let folder = folder();
    let log = write_log(folder.path());
    for (by, second) in [("cold-items", true), ("cold-users", false)] {
        let flags = ["--by", by, "--test-share", "0.2", "--valid-share", "0.1"];
        let split = split(folder.path(), by, &flags);
        let own = |part: &BTreeSet<Pair>| {
            part.iter().map(|(user, item)| if second { item } else { user }.clone()).collect::<BTreeSet<_>>()
        };
        let [train, valid, test] = split.each_ref().map(own);
        let n = train.len() + valid.len() + test.len();
        assert_eq!(own(&log.keys().cloned().collect()).len(), n, "each in one part");
        let share = |share: f64| (n as f64 * share).round() as usize;
        assert_eq!((test.len(), valid.len()), (share(0.2), share(0.1)));
    }
}

#[test]
fn the_seed_decides_every_byte_and_the_threads_none() {
    let folder = folder();
    write_log(folder.path());
    for (out, seed, threads) in [("a", "5", "1"), ("b", "5", "3"), ("c", "6", "1")] {
        split(folder.path(), out, &["--by", "random", "--valid-share", "0.1", "--seed", seed, "--threads", threads]);
    }
    let bytes = |out: &str, file: &str| fs::read(folder.path().join(out).join(file)).unwrap();
    let mut n_files = 0;
    for entry in fs::read_dir(folder.path().join("a")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(bytes("a", &name) == bytes("b", &name), "{name}");
        n_files += 1;
    }
    assert_eq!(n_files, 9, "three parts, four lists, the graph, meta.json");
    assert!(bytes("a", "test.txt") != bytes("c", "test.txt"));
}

#[test]
fn each_user_and_item_of_a_core_has_enough() {
    let folder = folder();
    write_log(folder.path());
    let parts = split(folder.path(), "out", &["--by", "random", "--k-core", "6"]);
    let all = parts.concat_sets();
    let count = |wanted: &dyn Fn(&Pair) -> bool| all.iter().filter(|pair| wanted(pair)).count();
    assert!(all.iter().all(|(user, item)| count(&|p| p.0 == *user) >= 6 && count(&|p| p.1 == *item) >= 6));
    let listed = ids(&folder.path().join("out/item_list.txt")).len();
    assert_eq!(listed, all.iter().map(|pair| &pair.1).collect::<BTreeSet<_>>().len(), "no other item is listed");
}

#[test]
fn nothing_is_left_behind_where_a_split_fails() {
    let folder = folder();
    write_log(folder.path());
    let films = data("films");
    let films = films.as_str();
    for arguments in [
        &["log.csv", "out", "--by", "time", "--cut", "9999"][..],
        &["log.csv", "out", "--by", "random", "--test-share", "1"],
        &["log.csv", "out", "--k-core", "500"],
        &["log.csv", "out", "--by", "last", "--header", "yes", "--columns", "user,item,-"],
        &[films, "out", "--by", "time"],
        &[films, "out", "--cut", "5"],
        &[films, "out", "--directed"],
        &[films, "out", "--columns", "user,item"],
    ] {
        let ran = run(folder.path(), &[&["data", "split"], arguments].concat());
        assert_eq!(ran.code, Some(2), "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains("error: ") && ran.stderr.contains("hint: "), "{ran:?}");
        assert!(!folder.path().join("out").exists());
    }
}
