//! Files that are odd but can be read.

use culet_graph::Triplet;

use super::read;
use crate::check_trainable;

/// A test and a graph file without content, so that only the notes of interest remain.
const PLAIN: [(&str, &str); 2] = [("test.txt", ""), ("kg_final.txt", "")];

fn with(files: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    PLAIN.into_iter().filter(|(file, _)| files.iter().all(|(f, _)| f != file)).chain(files.iter().copied()).collect()
}

#[test]
fn a_small_folder_is_read_in_full() {
    let data = read(
        &with(&[
            ("train.txt", "0 0 1\n1 2\n"),
            ("test.txt", "0 2\n1 0\n"),
            ("kg_final.txt", "0 0 3\n2 1 4\n"),
            ("user_list.txt", "org_id remap_id\nann 0\nben 1\n"),
            ("item_list.txt", "org_id remap_id freebase_id\nA1 0 m.01\nB2 1 m.02\nC3 2 m.03\n"),
            ("entity_list.txt", "org_id remap_id\nm.01 0\nm.02 1\nm.03 2\nm.04 3\nm.05 4\n"),
            ("relation_list.txt", "org_id remap_id\nhas genre 0\nmade by 1\n"),
            ("item_names.tsv", "0\tAlien\n2\tSolaris (1972)\n"),
            ("entity_names.tsv", "0\tthe film\n4\tTarkovsky\n"),
            ("user_names.tsv", "1\tBen\n"),
            ("relation_names.tsv", "0\tgenre\n"),
        ]),
        0,
    )
    .unwrap();
    assert_eq!(data.name, "data");
    assert_eq!(data.train.pairs().collect::<Vec<_>>(), [(0, 0), (0, 1), (1, 2)]);
    assert_eq!(data.test.pairs().collect::<Vec<_>>(), [(0, 2), (1, 0)]);
    let triplets = [Triplet { head: 0, relation: 0, tail: 3 }, Triplet { head: 2, relation: 1, tail: 4 }];
    assert_eq!(data.graph.triplets(), triplets);
    assert_eq!((data.train.n_users(), data.train.n_items()), (2, 3));
    assert_eq!((data.graph.n_entities(), data.graph.n_relations()), (5, 2));
    let v = &data.vocabulary;
    assert_eq!((v.users.id(0), v.users.name(0), v.users.label(1)), ("ann", None, "Ben"));
    let ids: Vec<_> = (0..5).map(|k| v.entities.id(k)).collect();
    assert_eq!(ids, ["A1", "B2", "C3", "m.04", "m.05"]);
    let labels: Vec<_> = (0..5).map(|k| v.entities.label(k)).collect();
    assert_eq!(labels, ["Alien", "B2", "Solaris (1972)", "m.04", "Tarkovsky"]);
    assert_eq!((v.relations.id(0), v.relations.label(0), v.relations.label(1)), ("has genre", "genre", "made by"));
    assert_eq!(data.notes, [""; 0]);
}

#[test]
fn line_ends_blanks_and_byte_order_marks_do_not_matter() {
    let plain =
        read(&with(&[("train.txt", "0 0 1\n1 2\n"), ("item_list.txt", "org_id remap_id\na b 0\nc 1\nd 2\n")]), 0);
    let odd = read(
        &with(&[
            ("train.txt", "\u{feff}  0 \t0  1 \r\n\r\n \t \n1\t2"),
            ("item_list.txt", "\u{feff}org_id\tremap_id\r\na b\t0\r\n\r\nc 1 \n  d   2"),
        ]),
        0,
    );
    assert_eq!(plain.unwrap(), odd.unwrap());
}

#[test]
fn names_keep_their_blanks_and_tabs() {
    let data =
        read(&with(&[("train.txt", "0 0 1 2"), ("item_names.tsv", "0\t A \tb  \r\n 1 \t\n2\tKäse \u{1F9C0}")]), 0);
    let entities = data.unwrap().vocabulary.entities;
    assert_eq!([0, 1, 2].map(|k| entities.name(k)), [Some(" A \tb  "), None, Some("Käse \u{1F9C0}")]);
}

#[test]
fn repeats_self_loops_and_idle_users_are_noted() {
    let data = read(
        &[
            ("train.txt", "0 0 1 0\n0 1\n2\n4 1\n"),
            ("test.txt", "0 1 2 2\n1 1\n"),
            ("kg_final.txt", "0 0 3\n3 0 3\n0 0 3\n0 0 3\n"),
            ("item_list.txt", "org_id remap_id\na 0\nb 1\nc 2\n"),
        ],
        0,
    )
    .unwrap();
    assert_eq!(data.train.n_pairs(), 3);
    assert_eq!(data.graph.triplets().len(), 2);
    assert_eq!(
        data.notes,
        [
            "`train.txt` holds 2 repeated pairs, the first in line 1; a repeat counts for nothing",
            "`test.txt` holds 1 repeated pair, in line 1; a repeat counts for nothing",
            "`train.txt` gives 3 users no item",
            "`test.txt` asks about 1 user without training items",
            "`test.txt` asks about 1 item that nobody took in training",
            "`train.txt` and `test.txt` share 1 pair, in line 1 of `test.txt`",
            "`kg_final.txt` holds 2 repeated facts, the first in line 3; a repeat counts for nothing",
            "`kg_final.txt` holds 1 self-loop, in line 2, kept as any other fact",
        ]
    );
    check_trainable(&data).unwrap();
}

#[test]
fn missing_files_are_noted_and_ids_numbered() {
    let data = read(&[("train.txt", "0 1\n2 0\n")], 0).unwrap();
    assert_eq!((data.test.n_users(), data.test.n_pairs()), (3, 0));
    assert_eq!((data.graph.n_entities(), data.graph.n_relations()), (2, 0));
    assert_eq!(data.vocabulary.users, culet_graph::Names::numbered(3));
    assert_eq!(data.vocabulary.entities, culet_graph::Names::numbered(2));
    assert_eq!(
        data.notes,
        [
            "`test.txt` is missing: there is nothing to test on; `culet data split` makes a test part",
            "`kg_final.txt` is missing: the knowledge graph has no facts",
            "`train.txt` gives 1 user no item",
        ]
    );
}

#[test]
fn ids_may_count_from_one() {
    let base_0 =
        read(&with(&[("train.txt", "0 0 1\n1 2\n"), ("test.txt", "1 0"), ("kg_final.txt", "0 0 3\n2 1 4\n")]), 0)
            .unwrap();
    let base_1 =
        read(&with(&[("train.txt", "1 1 2\n2 3\n"), ("test.txt", "2 1"), ("kg_final.txt", "1 1 4\n3 2 5\n")]), 1)
            .unwrap();
    assert_eq!((&base_0.train, &base_0.test, &base_0.graph), (&base_1.train, &base_1.test, &base_1.graph));
    assert_eq!((base_1.vocabulary.users.id(0), base_1.vocabulary.entities.id(4)), ("1", "5"));
}

#[test]
fn a_list_with_a_zero_counts_from_zero_and_its_names_too() {
    let data = read(
        &with(&[
            ("train.txt", "1 1 3\n"),
            ("item_list.txt", "org_id remap_id\na 0\nb 1\nc 2\n"),
            ("item_names.tsv", "1\tB\n"),
            ("user_list.txt", "org_id remap_id\nann 1\n"),
            ("user_names.tsv", "1\tAnn\n"),
        ]),
        1,
    )
    .unwrap();
    assert_eq!(data.train.pairs().collect::<Vec<_>>(), [(0, 0), (0, 2)]);
    assert_eq!([0, 1, 2].map(|k| data.vocabulary.entities.label(k)), ["a", "B", "c"]);
    assert_eq!((data.vocabulary.users.id(0), data.vocabulary.users.label(0)), ("ann", "Ann"));
    assert_eq!(data.notes, ["`item_list.txt` counts from 0, not from 1"]);
}

#[test]
fn what_lists_leave_out_goes_by_its_number() {
    let data = read(
        &with(&[
            ("train.txt", "0 0 2\n3 1\n"),
            ("kg_final.txt", "0 0 3\n1 2 4\n"),
            ("user_list.txt", "org_id remap_id\nann 0\nben 5\n"),
            ("item_list.txt", "org_id remap_id\na 0\nc 2\n"),
            ("entity_list.txt", "org_id remap_id\nm.1 1\nm.4 4\n"),
            ("relation_list.txt", "org_id remap_id\nr 1\n"),
        ]),
        0,
    )
    .unwrap();
    let v = &data.vocabulary;
    assert_eq!([0, 1, 2, 3, 4, 5].map(|k| v.users.id(k)), ["ann", "1", "2", "3", "4", "ben"]);
    assert_eq!([0, 1, 2, 3, 4].map(|k| v.entities.id(k)), ["a", "m.1", "c", "3", "m.4"]);
    assert_eq!([0, 1, 2].map(|k| v.relations.id(k)), ["0", "r", "2"]);
    assert_eq!(
        data.notes,
        [
            "`train.txt` gives 4 users no item",
            "`item_list.txt` leaves out 1 item",
            "`user_list.txt` leaves out 4 users",
            "`entity_list.txt` leaves out 1 entity",
            "`relation_list.txt` leaves out 2 relations",
        ]
    );
}

#[test]
fn numbers_that_are_the_ids_of_others_get_a_prefix() {
    let list = "org_id remap_id\n3 0\nentity-4 1\n9 2\n";
    let data =
        read(&with(&[("train.txt", "0 0 1 2\n"), ("kg_final.txt", "0 0 3\n1 0 4\n"), ("item_list.txt", list)]), 0)
            .unwrap();
    let entities = data.vocabulary.entities;
    assert_eq!([0, 1, 2, 3, 4].map(|k| entities.id(k)), ["3", "entity-4", "9", "entity--3", "entity--4"]);
}

#[test]
fn ids_given_twice_are_noted() {
    let list = "org_id remap_id\na 0\nb 1\na 2\n";
    let data = read(&with(&[("train.txt", "0 0 1\n"), ("item_list.txt", list)]), 0).unwrap();
    assert_eq!(data.notes, ["1 entity has the id of an earlier one, which is what a search by id finds"]);
}

#[test]
fn original_ids_may_hold_blanks_and_columns_may_be_missing() {
    let data = read(
        &with(&[
            ("train.txt", "0 0 1 2\n"),
            ("item_list.txt", "org_id remap_id freebase_id\nThe  Wall 0 m.01\nAlien 1\n2001 2 m.03\n"),
            ("user_list.txt", "org_id kind remap_id\nann lee person 0\n"),
        ]),
        0,
    )
    .unwrap();
    assert_eq!([0, 1, 2].map(|k| data.vocabulary.entities.id(k)), ["The  Wall", "Alien", "2001"]);
    assert_eq!(data.vocabulary.users.id(0), "ann lee");
}

#[test]
fn a_test_item_known_to_another_file_is_read() {
    let train = ("train.txt", "0 0 1\n1 1\n");
    for other in [
        ("kg_final.txt", "0 0 5\n"),
        ("kg_final.txt", "5 0 0\n"),
        ("entity_list.txt", "org_id remap_id\nm.5 5\n"),
        ("item_names.tsv", "5\tAlien\n"),
    ] {
        let data = read(&with(&[train, ("test.txt", "0 5\n"), other]), 0).unwrap();
        assert_eq!(data.train.n_items(), 6, "{other:?}");
    }
}

#[test]
fn an_empty_data_set_is_read_but_cannot_be_trained_on() {
    let data = read(&with(&[("train.txt", "")]), 0).unwrap();
    assert_eq!((data.train.n_users(), data.train.n_items(), data.graph.n_entities()), (0, 0, 0));
    let error = check_trainable(&data).unwrap_err();
    assert_eq!(error.to_string(), "data set `data` holds no training pair");
    assert_eq!(error.hint().unwrap(), "give at least one user with an item in `train.txt`");
}

#[test]
fn a_user_who_took_everything_cannot_be_trained_on() {
    let files = [("train.txt", "0 0\n1 1 0\n"), ("user_list.txt", "org_id remap_id\nann 0\nben 1\n")];
    let error = check_trainable(&read(&with(&files), 0).unwrap()).unwrap_err();
    let message = "user `ben` (number 1) took all 2 items in training, so that no negative can be drawn";
    assert_eq!(error.to_string(), message);
    let hint =
        "leave this user out of the training pairs, or tell of further items, as `item_list.txt` does in a folder";
    assert_eq!(error.hint().unwrap(), hint);
}

#[test]
fn a_validation_part_is_read_where_there_is_one() {
    let train = ("train.txt", "0 0 1\n1 2\n");
    let plain = read(&[train, ("test.txt", "1 0\n")], 0).unwrap();
    assert_eq!((plain.valid.n_pairs(), plain.valid.n_users(), plain.valid.n_items()), (0, 2, 3));
    let data =
        read(&[train, ("test.txt", "1 0\n"), ("valid.txt", "0 1 2 2\n3 0\n1 0\n"), ("kg_final.txt", "")], 0).unwrap();
    assert_eq!(data.valid.pairs().collect::<Vec<_>>(), [(0, 1), (0, 2), (1, 0), (3, 0)]);
    // Its users count, too.
    assert_eq!((data.train.n_users(), data.test.n_users()), (4, 4));
    let notes = [
        "`valid.txt` holds 1 repeated pair, in line 1; a repeat counts for nothing",
        "`train.txt` gives 2 users no item",
        "`train.txt` and `valid.txt` share 1 pair",
        "`test.txt` and `valid.txt` share 1 pair",
    ];
    assert_eq!(data.notes, notes);
}
