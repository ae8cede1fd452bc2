//! What is read, split, written and read again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use culet_graph::{Interactions, KnowledgeGraph, Names, Triplet, Vocabulary};
use proptest::prelude::*;

use super::{
    CataloguePlan, CatalogueSplit, CatalogueSplitRecord, CoreLosses, PartCount, SplitBy, split_catalogue,
    write_catalogue_split,
};
use crate::{CatalogueOptions, Dataset, Fingerprint, KgatOptions, UnsplitCatalogue, describe, read_kgat, read_unsplit};

type Named = (String, String);

/// The pairs of a log by their ids.
fn named(log: &Interactions, vocabulary: &Vocabulary) -> BTreeSet<Named> {
    let name = |(user, item): (u32, u32)| {
        (vocabulary.users.id(user as usize).to_owned(), vocabulary.entities.id(item as usize).to_owned())
    };
    log.pairs().map(name).collect()
}

/// The training, the validation and the test part by their ids.
fn parts(dataset: &Dataset) -> [BTreeSet<Named>; 3] {
    [&dataset.train, &dataset.valid, &dataset.test].map(|part| named(part, &dataset.vocabulary))
}

fn facts(graph: &KnowledgeGraph, vocabulary: &Vocabulary) -> BTreeSet<[String; 3]> {
    let entity = |id: u32| vocabulary.entities.id(id as usize).to_owned();
    let relation = |id: u32| vocabulary.relations.id(id as usize).to_owned();
    graph.triplets().iter().map(|t| [entity(t.head), relation(t.relation), entity(t.tail)]).collect()
}

fn timed(text: &str) -> UnsplitCatalogue {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("log.tsv");
    fs::write(&path, text).unwrap();
    read_unsplit(&path, &CatalogueOptions::default(), true).unwrap()
}

fn set(pairs: &[(&str, &str)]) -> BTreeSet<Named> {
    pairs.iter().map(|&(user, item)| (user.to_owned(), item.to_owned())).collect()
}

const LOG: &str = "\
user_id:token\titem_id:token\trating:float\ttimestamp:float
ann\tAlien\t5\t10
bob\tAlien\t4\t20
ann\tBrazil\t3\t30
cid\tCube\t1\t5
ann\tDune\t2\t40
bob\tDune\t5\t50
ann\tAlien\t1\t60
";

#[test]
fn the_last_item_of_each_user_is_withheld() {
    let split = split_catalogue(timed(LOG), &CataloguePlan::new(SplitBy::Last)).unwrap();
    let [train, valid, test] = parts(&split.dataset);
    assert_eq!(test, set(&[("ann", "Dune"), ("bob", "Dune")]));
    assert_eq!(train, set(&[("ann", "Alien"), ("ann", "Brazil"), ("bob", "Alien"), ("cid", "Cube")]));
    assert!(valid.is_empty());
    let count = PartCount { pairs: 2, users: 2, items: 1, unseen_users: 0, unseen_items: 1 };
    assert_eq!(split.record.parts.test, count);
}

#[test]
fn a_cut_in_time_keeps_who_comes_later() {
    let plan = CataloguePlan {
        cut: Some(crate::Moment::Number(40.0)),
        valid_cut: Some(crate::Moment::Number(15.0)),
        ..CataloguePlan::new(SplitBy::Time)
    };
    let split = split_catalogue(timed(LOG), &plan).unwrap();
    let [train, valid, test] = parts(&split.dataset);
    assert_eq!(test, set(&[("ann", "Dune"), ("bob", "Dune")]));
    assert_eq!(valid, set(&[("ann", "Brazil"), ("bob", "Alien")]));
    assert_eq!(train, set(&[("ann", "Alien"), ("cid", "Cube")]));
    assert_eq!(split.dataset.train.n_users(), 3);
    let count = PartCount { pairs: 2, users: 2, items: 1, unseen_users: 1, unseen_items: 1 };
    assert_eq!((split.record.parts.test, split.record.test.from), (count, Some(40.0)));
    // A third of six pairs.
    let plan = CataloguePlan { test_share: Some(0.33), ..CataloguePlan::new(SplitBy::Time) };
    let split = split_catalogue(timed(LOG), &plan).unwrap();
    assert_eq!((parts(&split.dataset)[2].clone(), split.record.test.from), (test, Some(40.0)));
}

/// Four films with a director each, two of them told by series, and three users; user `c` and film `f3` have one pair.
fn films() -> Dataset {
    let users: Names = ["a", "b", "c"].into_iter().map(|id| (id, None)).collect();
    let entities =
        [("f0", Some("Alien")), ("f1", None), ("f2", None), ("f3", Some("Dune")), ("d0", None), ("d1", None)];
    let facts = [(0, 0, 4), (1, 0, 4), (3, 0, 5), (0, 1, 3)];
    let facts = facts.into_iter().map(|(head, relation, tail)| Triplet { head, relation, tail }).collect();
    Dataset {
        name: "films".into(),
        train: Interactions::from_pairs(3, 4, &[(0, 0), (1, 1), (2, 3), (1, 2)]).unwrap(),
        valid: Interactions::from_pairs(3, 4, &[(0, 1)]).unwrap(),
        test: Interactions::from_pairs(3, 4, &[(1, 0)]).unwrap(),
        graph: KnowledgeGraph::from_triplets(6, 2, facts).unwrap(),
        vocabulary: Vocabulary {
            users,
            entities: entities.into_iter().collect(),
            relations: [("made by", None), ("before", None)].into_iter().collect(),
        },
        notes: vec!["odd".into()],
    }
}

#[test]
fn what_a_core_drops_stays_as_an_entity_if_a_fact_names_it() {
    let before = films();
    let plan = CataloguePlan { k_core: Some(2), test_items: Some(1), ..CataloguePlan::new(SplitBy::Random) };
    let split = split_catalogue(before.clone().into(), &plan).unwrap();
    let after = &split.dataset;
    // c has one film; then f3 and f2, which b took, have too few.
    let ids: Vec<_> = (0..5).map(|entity| after.vocabulary.entities.id(entity)).collect();
    assert_eq!(ids, ["f0", "f1", "f3", "d0", "d1"]);
    assert_eq!((after.vocabulary.users.len(), after.train.n_items()), (2, 2));
    assert_eq!(after.vocabulary.entities.name(2), Some("Dune"));
    assert_eq!(facts(&after.graph, &after.vocabulary), facts(&before.graph, &before.vocabulary));
    let losses = CoreLosses { k: 2, users: 1, items: 2, pairs: 2, items_as_entities: 1 };
    assert_eq!(split.record.k_core, Some(losses));
    assert_eq!((after.train.n_pairs(), after.test.n_pairs()), (2, 2));
    assert_eq!(split.record.source.fingerprint, Fingerprint::of(&before));
    let error = split_catalogue(before.into(), &CataloguePlan { k_core: Some(9), ..plan }).unwrap_err();
    assert_eq!(error.to_string(), "`k_core` is 9, expected at most 2, beyond which nothing is left");
}

#[test]
fn a_test_part_stays_where_its_share_is_nothing() {
    let before = films();
    let plan = CataloguePlan { test_share: Some(0.0), valid_items: Some(1), ..CataloguePlan::new(SplitBy::Random) };
    let split = split_catalogue(before.clone().into(), &plan).unwrap();
    assert_eq!(split.dataset.test, before.test);
    // Of the pairs beside it, a and b have two each and c one.
    assert_eq!((split.dataset.train.n_pairs(), split.dataset.valid.n_pairs()), (3, 2));
    assert!(split.record.test.given);
}

#[test]
fn plans_that_do_not_fit_are_refused() {
    let words = |source: UnsplitCatalogue, plan: CataloguePlan| split_catalogue(source, &plan).unwrap_err().to_string();
    let refused = |plan: CataloguePlan| words(timed(LOG), plan);
    let by = CataloguePlan::new;
    let random = by(SplitBy::Random);
    let expected = "`by` is last, expected `random`, `cold-items` or `cold-users`, as the data set has no times";
    assert_eq!(words(films().into(), by(SplitBy::Last)), expected);
    for share in [1.0, -0.1, f64::NAN] {
        let error = refused(CataloguePlan { test_share: Some(share), ..random.clone() });
        assert_eq!(error, format!("`test_share` is {share}, expected a number from 0 to below 1"));
    }
    let error = refused(CataloguePlan { test_share: Some(0.7), valid_share: Some(0.3), ..random.clone() });
    assert_eq!(error, "`valid_share` is 0.3, expected a share that makes less than 1 with that of the test part, 0.7");
    let error = refused(CataloguePlan { test_share: Some(0.0), ..random.clone() });
    assert_eq!(error, "`test_share` is 0, expected more than 0, or a validation part");
    let error = refused(CataloguePlan { test_share: Some(0.1), test_items: Some(1), ..random.clone() });
    assert_eq!(error, "`test_share` is 0.1, expected nothing beside `test_items`");
    let error = refused(CataloguePlan { valid_items: Some(1), ..by(SplitBy::ColdItems) });
    assert_eq!(error, "`valid_items` is 1, expected nothing, as a split by cold-items takes a share");
    let error = refused(CataloguePlan { cut: Some(crate::Moment::Number(3.0)), ..random.clone() });
    assert_eq!(error, "`cut` is 3, expected nothing, as a split by random is not by time");
    for cut in [5.0, 50.5, -1.0] {
        let error = refused(CataloguePlan { cut: Some(crate::Moment::Number(cut)), ..by(SplitBy::Time) });
        assert_eq!(error, format!("`cut` is {cut}, expected a time above 5, the first, and at most 50, the last"));
    }
    let error = refused(CataloguePlan {
        cut: Some(crate::Moment::Number(20.0)),
        valid_cut: Some(crate::Moment::Number(20.0)),
        ..by(SplitBy::Time)
    });
    let expected = "`valid_cut` is 20, expected a time above 5, the first, and below 20, where the test part may begin";
    assert_eq!(error, expected);
    let error = words(timed("user\titem\ttime\nu\ti\t3\nv\tj\t3\n"), by(SplitBy::Time));
    assert_eq!(error, "`test_share` is 0.2, expected another value: no pair is left to test on");
    let error = words(timed("user\titem\ttime\nu\ti\t3\nv\tj\t3\n"), random.clone());
    let expected = "`by` is random, expected `cold-items`, `cold-users` or `time`: no user has two items, and each \
                    keeps one to learn from";
    assert_eq!(error, expected);
    let error = refused(CataloguePlan { test_share: Some(0.99), ..by(SplitBy::ColdUsers) });
    assert_eq!(error, "`test_share` is 0.99, expected less: no pair is left to learn from");
    let error = refused(CataloguePlan { test_items: Some(2), valid_items: Some(9), ..by(SplitBy::Last) });
    let expected = "`valid_items` is 9, expected another value: no pair is left to validate on, as each user keeps an \
                    item to learn from";
    assert_eq!(error, expected);
    let error = refused(CataloguePlan { k_core: Some(0), ..random });
    assert_eq!(error, "`k_core` is 0, expected a whole number from 1 up");
}

fn written(split: &CatalogueSplit) -> (Dataset, serde_json::Value, BTreeSet<String>) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("parts");
    write_catalogue_split(&folder, split).unwrap();
    let mut back = read_kgat(&folder, &KgatOptions::default()).unwrap();
    back.notes.clear();
    back.name.clone_from(&split.dataset.name);
    let meta = serde_json::from_slice(&fs::read(folder.join("meta.json")).unwrap()).unwrap();
    (back, meta, files(&folder))
}

fn files(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn the_folder_tells_how_it_was_drawn() {
    let plan = CataloguePlan { valid_share: Some(0.25), seed: 4, ..CataloguePlan::new(SplitBy::ColdItems) };
    let plan = CataloguePlan { test_share: Some(0.25), ..plan };
    let (back, meta, files) = written(&split_catalogue(films().into(), &plan).unwrap());
    assert!(files.contains("valid.txt") && files.contains("item_names.tsv"), "{files:?}");
    assert_eq!(meta["name"], "films");
    let record: CatalogueSplitRecord = serde_json::from_value(meta["split"].clone()).unwrap();
    assert_eq!((record.by.as_str(), record.seed, record.test.share), ("cold-items", 4, Some(0.25)));
    assert_eq!(record.fingerprint, Fingerprint::of(&back));
    assert_eq!((record.parts.valid.items, record.parts.valid.unseen_items), (1, 1));
}

#[test]
fn what_a_folder_tells_of_its_split_is_read_back() {
    let split = split_catalogue(films().into(), &CataloguePlan::new(SplitBy::Random)).unwrap();
    let root = tempfile::tempdir().unwrap();
    let read = || CatalogueSplitRecord::read(&root.path().join("parts"));
    assert_eq!(read().unwrap(), None);
    write_catalogue_split(&root.path().join("parts"), &split).unwrap();
    assert_eq!(read().unwrap().as_ref(), Some(&split.record));
    let told = describe(&split.dataset).with_split(read().unwrap());
    assert!(told.notes.is_empty(), "{:?}", told.notes);
    assert!(crate::to_text(&told).contains("\nsplit: by random, seed 0; test: share 0.2; validation: none\n"));
    let mut changed = split.dataset.clone();
    changed.test = Interactions::empty(changed.test.n_users(), changed.test.n_items());
    let told = describe(&changed).with_split(read().unwrap());
    assert!(told.notes[0].starts_with("`meta.json` tells of other data"), "{:?}", told.notes);
    for (text, what) in [("{\"split\": {\"by\": 3}}", "invalid type"), ("{", "EOF")] {
        fs::write(root.path().join("parts/meta.json"), text).unwrap();
        assert!(read().unwrap_err().to_string().contains(what));
    }
    fs::write(root.path().join("parts/meta.json"), "{\"split\": \"by others\"}").unwrap();
    assert_eq!(read().unwrap(), None);
}

/// Lines of a user, an item and a time.
fn lines() -> impl Strategy<Value = Vec<(u8, u8, u8)>> {
    prop::collection::vec((0_u8..9, 0_u8..9, 0_u8..30), 4..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn external_ids_survive_and_what_is_written_is_read_back(
        lines in lines(), by in prop::sample::select(&SplitBy::ALL[..]), seed in 0_u64..20,
        valid_share in prop::option::of(0.05..0.3_f64), k in 1_usize..3,
    ) {
        let mut text = "user\titem\ttime\n".to_owned();
        lines.iter().for_each(|(u, i, t)| text += &format!("u {u}\t<{i}>\t{t}\n"));
        let plan = CataloguePlan { valid_share, k_core: Some(k), seed, ..CataloguePlan::new(by) };
        let Ok(split) = split_catalogue(timed(&text), &plan) else { return Ok(()) };
        let (back, ..) = written(&split);
        prop_assert_eq!(&back, &split.dataset);
        prop_assert_eq!(&split_catalogue(timed(&text), &plan).unwrap(), &split);

        let mut first: BTreeMap<Named, u8> = BTreeMap::new();
        for &(user, item, time) in &lines {
            let own = first.entry((format!("u {user}"), format!("<{item}>"))).or_insert(time);
            *own = time.min(*own);
        }
        let [train, valid, test] = parts(&back);
        let all: BTreeSet<Named> = train.iter().chain(&valid).chain(&test).cloned().collect();
        prop_assert_eq!(all.len(), train.len() + valid.len() + test.len());
        let lost = split.record.k_core.unwrap();
        prop_assert_eq!(all.len() + lost.pairs, first.len());
        if k == 1 {
            prop_assert!(all.iter().eq(first.keys()));
        }
        let latest = |part: &BTreeSet<Named>, user: &str| {
            part.iter().filter(|pair| pair.0 == user).map(|pair| first[pair]).max()
        };
        for pair in &test {
            match by {
                SplitBy::Last => prop_assert!(latest(&train, &pair.0) <= Some(first[pair])),
                SplitBy::Time => prop_assert!(train.iter().chain(&valid).all(|other| first[other] < first[pair])),
                SplitBy::ColdItems => prop_assert!(train.iter().chain(&valid).all(|other| other.1 != pair.1)),
                SplitBy::ColdUsers => prop_assert!(train.iter().chain(&valid).all(|other| other.0 != pair.0)),
                SplitBy::Random => prop_assert!(train.iter().any(|other| other.0 == pair.0)),
            }
        }
    }
}
