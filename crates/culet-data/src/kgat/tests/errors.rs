//! The words of each error.

use std::path::Path;

use super::{read, sources};
use crate::kgat::{KgatOptions, assemble};

const LIST: (&str, &str) = ("item_list.txt", "org_id remap_id\na 0\nb 1\nc 2\n");

/// Message and hint of the error of a data set with these files.
fn error(files: &[(&str, &str)], id_base: u32) -> (String, String) {
    let all: Vec<_> = [("train.txt", "0 0 1\n")].into_iter().chain(files.iter().copied()).collect();
    let error = read(&all, id_base).unwrap_err();
    (error.to_string(), error.hint().unwrap())
}

#[track_caller]
fn check(file: (&str, &str), message: &str, hint: &str) {
    assert_eq!(error(&[file], 0), (message.to_string(), hint.to_string()));
}

#[test]
fn something_else_in_place_of_an_id() {
    check(
        ("train.txt", "0 1\n\n-1 2\n"),
        "data/train.txt:3: expected a user (a whole number), found `-1`",
        "numbers have no sign; they count from 0",
    );
    check(
        ("test.txt", "0 1\n0 1.5\n"),
        "data/test.txt:2: expected an item (a whole number), found `1.5`",
        "write numbers without a decimal point or exponent",
    );
    check(
        ("train.txt", "0,1,2\n"),
        "data/train.txt:1: expected a user (a whole number), found `0,1,2`",
        "separate the numbers by blanks",
    );
    check(
        ("train.txt", "0 1\nalice 2\n"),
        "data/train.txt:2: expected a user (a whole number), found `alice`",
        "numbers count from 0; original ids belong into `user_list.txt`, `item_list.txt` and the like",
    );
    check(
        ("kg_final.txt", "0 r 2"),
        "data/kg_final.txt:1: expected a relation (a whole number), found `r`",
        "numbers count from 0; original ids belong into `user_list.txt`, `item_list.txt` and the like",
    );
    check(
        ("kg_final.txt", "0 0 +2"),
        "data/kg_final.txt:1: expected an entity (a whole number), found `+2`",
        "numbers have no sign; they count from 0",
    );
    // Lines that end with a carriage return alone are one line to us: say so rather than read one user.
    check(
        ("train.txt", "0 1\r1 2\r"),
        "data/train.txt:1: expected an item (a whole number), found `1\\r1`",
        "numbers count from 0; original ids belong into `user_list.txt`, `item_list.txt` and the like",
    );
}

#[test]
fn ids_that_are_too_large() {
    let hint =
        "number them from 0 without gaps, and keep the original ids in `item_list.txt` (header `org_id remap_id`)";
    for item in ["4294967295", "4294967296", "123456789012345678901234567890"] {
        let message = format!("data/train.txt:1: item {item} is too large: the largest possible is 4294967294");
        check(("train.txt", &format!("0 {item}")), &message, hint);
    }
    check(
        ("train.txt", "0 1 2\n0 4294967294"),
        "data/train.txt:2: item 4294967294 is far too large for files with 3 entries",
        hint,
    );
    let hint =
        "number them from 0 without gaps, and keep the original ids in `user_list.txt` (header `org_id remap_id`)";
    check(
        ("train.txt", "0 1\n4000000000"),
        "data/train.txt:2: user 4000000000 is far too large for files with 2 entries",
        hint,
    );
    check(
        ("user_list.txt", "org_id remap_id\nann 4000000000\n"),
        "data/user_list.txt:2: user 4000000000 is far too large for files with 2 entries",
        hint,
    );
}

#[test]
fn facts_with_far_too_large_ids() {
    let hint =
        "number them from 0 without gaps, and keep the original ids in `entity_list.txt` (header `org_id remap_id`)";
    check(
        ("kg_final.txt", "0 0 1\n0 0 3000000000\n"),
        "data/kg_final.txt:2: entity 3000000000 is far too large for files with 4 entries",
        hint,
    );
    let hint =
        "number them from 0 without gaps, and keep the original ids in `relation_list.txt` (header `org_id remap_id`)";
    check(
        ("kg_final.txt", "0 0 1\n0 3000000000 1\n"),
        "data/kg_final.txt:2: relation 3000000000 is far too large for files with 2 entries",
        hint,
    );
}

#[test]
fn facts_with_too_few_or_too_many_columns() {
    let hint = "write one fact a line, its three numbers separated by blanks";
    check(
        ("kg_final.txt", "0 0 1\n\n0 1\n"),
        "data/kg_final.txt:3: expected 3 columns (head, relation, tail), found 2: `0 1`",
        hint,
    );
    check(
        ("kg_final.txt", "0 0 1 7\n"),
        "data/kg_final.txt:1: expected 3 columns (head, relation, tail), found 4: `0 0 1 7`",
        hint,
    );
}

#[test]
fn an_item_beyond_the_list() {
    let at = |train, base| error(&[("train.txt", train), LIST], base);
    assert_eq!(
        at("0 0\n\n0 1 3\n", 0),
        (
            "data/train.txt:3: item 3 is not in the item list (0 to 2)".into(),
            "this file may count from 1; try `--id-base 1`".into()
        )
    );
    assert_eq!(
        at("0 7 3\n", 0),
        (
            "data/train.txt:1: item 7 is not in the item list (0 to 2)".into(),
            "add the item to `item_list.txt`, or remove it here".into()
        )
    );
    assert_eq!(
        at("1 1\n1 4\n", 1),
        (
            "data/train.txt:2: item 4 is not in the item list (1 to 3)".into(),
            "add the item to `item_list.txt`, or remove it here".into()
        )
    );
    let found = error(&[("test.txt", "0 2\n1 9"), LIST], 0).0;
    assert_eq!(found, "data/test.txt:2: item 9 is not in the item list (0 to 2)");
    let found = error(&[("item_list.txt", "org_id remap_id\n")], 0).0;
    assert_eq!(found, "data/train.txt:1: item 0 is not in the item list (which is empty)");
}

#[test]
fn the_hint_about_counting_from_one_helps() {
    let files = [("train.txt", "1 1 2\n2 3\n"), LIST];
    let error = read(&files, 0).unwrap_err();
    assert_eq!(error.hint().unwrap(), "this file may count from 1; try `--id-base 1`");
    assert_eq!(read(&files, 1).unwrap().train.pairs().collect::<Vec<_>>(), [(0, 0), (0, 1), (1, 2)]);
}

#[test]
fn a_zero_in_files_that_count_from_one() {
    let hint = "this file counts from 0; leave out `--id-base 1`";
    let found = error(&[], 1);
    assert_eq!(
        found,
        ("data/train.txt:1: user 0 is below 1, from which this file is said to count".into(), hint.into())
    );
    let found = error(&[("train.txt", "1 1"), ("item_names.tsv", "1\tA\n0\tB\n")], 1).0;
    assert_eq!(found, "data/item_names.tsv:2: item 0 is below 1, from which this file is said to count");
}

#[test]
fn a_test_item_that_nothing_else_knows() {
    check(
        ("test.txt", "0 1\n0 0 9\n"),
        "data/test.txt:2: item 9 is in no other file (the largest in `train.txt` is 1)",
        "name every item in an `item_list.txt` (header `org_id remap_id`)",
    );
    let found = error(&[("train.txt", "1 2\n"), ("test.txt", "1 9\n")], 1).0;
    assert_eq!(found, "data/test.txt:1: item 9 is in no other file (the largest in `train.txt` is 2)");
    // That the other withheld part has it too tells nothing.
    let found = error(&[("train.txt", "0 1\n"), ("test.txt", "0 9\n"), ("valid.txt", "0 0\n0 9\n")], 0).0;
    assert_eq!(found, "data/valid.txt:2: item 9 is in no other file (the largest in `train.txt` is 1)");
}

#[test]
fn lists_without_header_or_columns() {
    let hint = "put the line `org_id remap_id` at the top of the file";
    check(
        ("item_list.txt", "a 0\nb 1\n"),
        "data/item_list.txt:1: expected the header `org_id remap_id`, found `a 0`",
        hint,
    );
    check(("user_list.txt", ""), "data/user_list.txt:1: expected the header `org_id remap_id`, found ``", hint);
    check(
        ("user_list.txt", "remap_id org_id\n0 a"),
        "data/user_list.txt:1: expected the header `org_id remap_id`, found `remap_id org_id`",
        hint,
    );
    check(
        ("entity_list.txt", "org_id remap_id freebase_id\na 0 m.0\n1\n"),
        "data/entity_list.txt:3: expected an id and its number, found `1`",
        "write an id, a blank and its number, in the order of the header",
    );
    check(
        ("relation_list.txt", "org_id remap_id\n0 made by\n"),
        "data/relation_list.txt:2: expected a relation (a whole number), found `by`",
        "numbers count from 0; original ids belong into `user_list.txt`, `item_list.txt` and the like",
    );
}

#[test]
fn numbers_that_stand_twice() {
    check(
        ("item_list.txt", "org_id remap_id\na 1\nb 0\nc 1\nd 0\n"),
        "data/item_list.txt:4: item 1 stands in line 2 already",
        "remove one of the two lines",
    );
    check(
        ("user_names.tsv", "0\tAnn\n0\tAnne\n"),
        "data/user_names.tsv:2: user 0 stands in line 1 already",
        "remove one of the two lines",
    );
}

#[test]
fn names_of_nothing_and_names_without_a_tab() {
    check(
        ("item_names.tsv", "0\tA\n7\tB\n"),
        "data/item_names.tsv:2: item 7 has a name but does not exist (0 to 1)",
        "remove the line, or add the item to `item_list.txt`",
    );
    check(
        ("user_names.tsv", "1\tB\n"),
        "data/user_names.tsv:1: user 1 has a name but does not exist (0 to 0)",
        "this file may count from 1; try `--id-base 1`",
    );
    check(
        ("relation_names.tsv", "0\tB\n"),
        "data/relation_names.tsv:1: relation 0 has a name but does not exist (which is empty)",
        "remove the line, or add the relation to `relation_list.txt`",
    );
    check(
        ("entity_names.tsv", "0 Alien\n"),
        "data/entity_names.tsv:1: expected a number, a tab and a name, found `0 Alien`",
        "separate the number from the name by a tab",
    );
}

#[test]
fn text_that_is_not_utf8() {
    let hint = "convert the file, perhaps by `iconv -f latin1 -t utf-8`";
    let files = [("train.txt", "0 0 1")];
    let mut names = sources(&files);
    names.names[1] = Some(b"0\tAlien\n1\tK\xe4se\n".to_vec());
    let error = assemble(&names, Path::new("data"), &KgatOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "data/item_names.tsv:2: expected UTF-8, found `K\u{fffd}se`");
    assert_eq!(error.hint().unwrap(), hint);
    let mut lists = sources(&files);
    lists.lists[0] = Some(b"org_id remap_id\nJos\xe9 0\n".to_vec());
    let error = assemble(&lists, Path::new("data"), &KgatOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "data/user_list.txt:2: expected UTF-8, found `Jos\u{fffd}`");
    assert_eq!(error.hint().unwrap(), hint);
}
