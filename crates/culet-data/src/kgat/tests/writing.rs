//! The way out and back.

use std::fs;

use culet_graph::{Interactions, KnowledgeGraph, Names, Triplet, Vocabulary};
use proptest::prelude::*;

use crate::kgat::KgatOptions;
use crate::{DataError, Dataset, read_kgat, write_kgat};

const N_USERS: u32 = 5;
const N_ITEMS: u32 = 4;
const N_ENTITIES: u32 = 9;
const N_RELATIONS: u32 = 3;

/// Ids and names of a kind, blanks, tabs and signs of all sorts among them.
fn names(count: u32) -> impl Strategy<Value = Names> {
    let id = prop_oneof!["[!-~]{1,6}", r"[!-~]([!-~ \t]{0,6}[!-~])?", r"[^\s]\PC{0,4}[^\s]"];
    let name = prop_oneof![Just(None), r"[^\n\r]{0,9}".prop_map(Some)];
    prop::collection::vec((id, name), count as usize)
        .prop_map(|nodes| nodes.iter().map(|(id, name)| (id.as_str(), name.as_deref())).collect())
}

fn log() -> impl Strategy<Value = Interactions> {
    prop::collection::vec((0..N_USERS, 0..N_ITEMS), 0..12)
        .prop_map(|pairs| Interactions::from_pairs(N_USERS as usize, N_ITEMS as usize, &pairs).unwrap())
}

fn graph() -> impl Strategy<Value = KnowledgeGraph> {
    prop::collection::vec((0..N_ENTITIES, 0..N_RELATIONS, 0..N_ENTITIES), 0..12).prop_map(|facts| {
        let facts = facts.into_iter().map(|(head, relation, tail)| Triplet { head, relation, tail }).collect();
        KnowledgeGraph::from_triplets(N_ENTITIES as usize, N_RELATIONS as usize, facts).unwrap()
    })
}

fn dataset() -> impl Strategy<Value = Dataset> {
    let vocabulary = (names(N_USERS), names(N_ENTITIES), names(N_RELATIONS));
    (log(), log(), log(), graph(), vocabulary).prop_map(|(train, valid, test, graph, (users, entities, relations))| {
        let vocabulary = Vocabulary { users, entities, relations };
        Dataset { name: "films".into(), train, valid, test, graph, vocabulary, notes: Vec::new() }
    })
}

fn plain() -> Dataset {
    Dataset {
        name: "films".into(),
        train: Interactions::from_pairs(2, 3, &[(0, 1), (1, 2)]).unwrap(),
        valid: Interactions::empty(2, 3),
        test: Interactions::empty(2, 3),
        graph: KnowledgeGraph::empty(3),
        vocabulary: Vocabulary { users: Names::numbered(2), entities: Names::numbered(3), relations: Names::default() },
        notes: Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_written_is_read_back(dataset in dataset()) {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("films");
        write_kgat(&folder, &dataset).unwrap();
        let mut back = read_kgat(&folder, &KgatOptions::default()).unwrap();
        back.notes.clear();
        prop_assert_eq!(back, dataset);
    }
}

#[test]
fn the_files_are_those_of_the_layout() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("a/b/films");
    write_kgat(&folder, &plain()).unwrap();
    let mut files: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    let lists = ["entity_list.txt", "item_list.txt", "kg_final.txt", "relation_list.txt"];
    assert_eq!(files, [&lists[..], &["test.txt", "train.txt", "user_list.txt"]].concat());
    assert_eq!(fs::read_to_string(folder.join("train.txt")).unwrap(), "0 1\n1 2\n");
    assert_eq!(fs::read_to_string(folder.join("item_list.txt")).unwrap(), "org_id remap_id\n0 0\n1 1\n2 2\n");
    assert_eq!(read_kgat(&folder, &KgatOptions::default()).unwrap(), plain());
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("mine.txt"), "precious").unwrap();
    let error = write_kgat(root.path(), &plain()).unwrap_err();
    assert_eq!(error.to_string(), format!("`{}` exists and is not empty", root.path().display()));
    assert_eq!(error.hint().unwrap(), "choose another folder, or remove this one first");
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    let error = write_kgat(&root.path().join("mine.txt"), &plain()).unwrap_err();
    assert!(matches!(error, DataError::Write { .. }), "{error}");
}

#[test]
fn ids_and_names_that_would_not_return_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("films");
    for (id, name, what) in
        [("", None, "id"), (" a", None, "id"), ("a\t", None, "id"), ("a\nb", None, "id"), ("a", Some("b\r"), "name")]
    {
        let mut dataset = plain();
        dataset.vocabulary.users = [("x", None), (id, name)].into_iter().collect();
        let error = write_kgat(&folder, &dataset).unwrap_err();
        let text = name.unwrap_or(id).escape_debug();
        let message = format!("the {what} of user 1 cannot be written to a text file: `{text}`");
        assert_eq!(error.to_string(), message);
        let hint = "ids need at least one character and neither begin nor end with a blank; nothing holds line breaks; \
                    the Parquet folder of `culet data convert` holds any text";
        assert_eq!(error.hint().unwrap(), hint);
        assert!(!folder.exists());
    }
}
