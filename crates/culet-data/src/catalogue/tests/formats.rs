//! Formats of other programs: what their files mean.

use super::{facts, read, read_bytes, read_with, refused, set, texts, train};
use crate::{CatalogueOptions, DataError};

const INTER: &str =
    "user_id:token\titem_id:token\trating:float\ttimestamp:float\n#1\ta\t5\t1\n#1\t\"b\t3\t2\nu\tc\t1\t3\n";
const ITEM: &str = "item_id:token\tmovie_title:token_seq\tclass:token_seq\trelease_year:token\tvector:float_seq\na\tThe A\tX Y\t1995\t1 2\n\"b\t\tX\tunknown\t2 3\nd\tD\t\t1981\t3 4\n";

#[test]
fn atomic_files_of_recbole_are_typed_and_know_no_quotes() {
    let data = read(&[
        ("x.inter", INTER),
        ("x.item", ITEM),
        ("x.user", "user_id:token\tage:float\tsex:token\nu\t7\tF\n#1\t8\t\n"),
    ]);
    assert_eq!(data.name, "x");
    assert_eq!(train(&data), set(&[("#1", "a"), ("#1", "\"b"), ("u", "c")]));
    let expected = [
        "a class class:X",
        "a class class:Y",
        "\"b class class:X",
        "a release_year release_year:1990s",
        "d release_year release_year:1980s",
    ];
    assert_eq!(facts(&data), texts(&expected));
    assert_eq!((data.train.n_items(), data.vocabulary.entities.name(0)), (4, Some("The A")));
    let notes = [
        "`x.item` gives the relations `class` (2 values), `release_year` (2 decades); `movie_title` names the items",
        "`vector` of `x.item` is left out: it holds vectors",
        "`x.user` holds `age`, `sex` of 2 users: no model learns from what is known of users",
        "ratings go from 1 to 5, and each counts as taken; `--min-rating` leaves out lower ones",
        "nobody took 1 item",
        "there is no test part: `culet data split` makes one",
    ];
    assert_eq!(data.notes, notes);
    let liked = read_with(&[("x.inter", INTER)], &CatalogueOptions { min_rating: Some(2.0), ..Default::default() });
    assert_eq!(liked.unwrap().train.n_pairs(), 2);
}

#[test]
fn links_of_recbole_tell_items_from_entities() {
    let inter = "user_id:token\titem_id:token\nu\t1\nu\t2\n";
    let kg = "head_id:token\trelation_id:token\ttail_id:token\nm.1\tby\t2\nm.2\tby\t2\nm.1\tby\t2\n";
    let link = "item_id:token\tentity_id:token\n1\tm.1\n2\tm.2\n";
    let linked = read(&[("x.inter", inter), ("x.kg", kg), ("x.link", link)]);
    assert_eq!((linked.graph.n_entities(), linked.graph.triplets().len()), (3, 2));
    assert_eq!(linked.graph.triplets().iter().map(|t| (t.head, t.tail)).collect::<Vec<_>>(), [(0, 2), (1, 2)]);
    assert!(linked.notes.contains(&"1 fact stands several times; a repeat counts for nothing".to_owned()));
    // Without links an entity that goes by the id of an item is the item.
    let unlinked = read(&[("x.inter", inter), ("x.kg", kg)]);
    assert_eq!(facts(&unlinked), texts(&["m.1 by 2", "m.2 by 2"]));
    assert_eq!(unlinked.graph.n_entities(), 4);
}

#[test]
fn parts_of_recbole_stay_parts() {
    let log = |pairs: &str| format!("user_id:token\titem_id:token\n{pairs}");
    let (train_part, test_part) = (log("u\ta\nv\tb\n"), log("u\tb\n"));
    let data = read(&[("x.train.inter", &train_part), ("x.valid.inter", &log("v\ta\n")), ("x.test.inter", &test_part)]);
    let pairs = [&data.train, &data.valid, &data.test].map(|part| part.pairs().collect::<Vec<_>>());
    assert_eq!(pairs.each_ref().map(Vec::len), [2, 1, 1]);
    assert!(data.notes.is_empty(), "{:?}", data.notes);
}

#[test]
fn lines_of_recbole_that_cannot_be_used_are_told() {
    let plain = CatalogueOptions::default();
    let refused = |text: &str| refused(&[("x.inter", text)], &plain);
    assert_eq!(
        refused("user_id\titem_id\nu\ta\n"),
        "data/x.inter:1: expected names and types of columns between tabs, such as `user_id:token`, found \
         `user_id\\titem_id`"
    );
    assert_eq!(refused("user_id:token\tx:token\n"), "data/x.inter:1: the header names no item: `user_id x`");
    let head = "user_id:token\titem_id:token\trating:float\n";
    let error = refused(&format!("{head}u\ta\n"));
    assert_eq!(error, "data/x.inter:2: expected 3 columns as in the header, found 2: `u\\ta`");
    assert_eq!(refused(&format!("{head}u\ta\tx\n")), "data/x.inter:2: expected a rating (a finite number), found `x`");
    assert_eq!(refused(&format!("{head}u\t\t1\n")), "data/x.inter:2: the item is empty");
    assert_eq!(refused(head), "`data` holds no interaction that counts");
    assert_eq!(refused(""), "`data` holds no interaction that counts");
}

const RATINGS: &str = "0\t0\t1\n0\t1\t0\n1\t1\t1\n1 2 1\n";
const INDEX: &str = "51\t0\n7\t1\n9\t2\n";

#[test]
fn items_of_ripplenet_are_the_first_entities() {
    let files = [
        ("ratings_final.txt", RATINGS),
        ("item_index2entity_id.txt", INDEX),
        ("kg_final.txt", "0\t0\t3\n1\t0\t3\n3\t1\t2\n2\t1\t51\n"),
    ];
    let plain = read(&files);
    // Label 0 is a negative. Items go by their original ids; entity 51 is not item 51.
    assert_eq!(train(&plain), set(&[("0", "51"), ("1", "7"), ("1", "9")]));
    assert_eq!((plain.train.n_items(), plain.graph.n_entities()), (3, 5));
    assert_eq!(facts(&plain), texts(&["51 0 3", "7 0 3", "3 1 9", "9 1 51"]));
    assert_eq!(plain.notes[0], "`ratings_final.txt` holds 1 negative (label 0), left out");
    let kg = "0 by ann\n1 by ann\nann knows 2\n2 knows bob\n";
    let named = read(&[files[0], files[1], files[2], ("kg.txt", kg)]);
    assert_eq!(facts(&named), texts(&["51 by ann", "7 by ann", "ann knows 9", "9 knows bob"]));
    let other = read(&[files[0], files[1], files[2], ("kg.txt", "0 by ann\n1 on ann\nann on 2\n2 on bob\n")]);
    assert_eq!(facts(&other), facts(&plain));
    assert!(other.notes.contains(&"`kg.txt` is not used, as it does not go with `kg_final.txt`".to_owned()));
}

#[test]
fn lines_of_ripplenet_that_cannot_be_used_are_told() {
    let plain = CatalogueOptions::default();
    let refused = |ratings: &str, kg: &str| {
        let files = [("ratings_final.txt", ratings), ("item_index2entity_id.txt", INDEX), ("kg_final.txt", kg)];
        refused(&files, &plain)
    };
    let error = refused("0\t0\t5\n", "");
    assert_eq!(error, "data/ratings_final.txt:1: expected a label, 1 (taken) or 0 (a negative), found `5`");
    let error = refused("0\t3\t1\n", "");
    assert_eq!(error, "data/ratings_final.txt:1: expected an item that `item_index2entity_id.txt` lists, found `3`");
    assert_eq!(
        refused("0\t0\n", ""),
        "data/ratings_final.txt:1: expected 3 columns (user, item, label), found 2: `0\\t0`"
    );
    assert_eq!(
        refused(RATINGS, "0\tx\t1\n"),
        "data/kg_final.txt:1: expected an entity or relation (a whole number), found `x`"
    );
    assert_eq!(refused("0\t0\t0\n", ""), "`data` holds no interaction that counts");
}

#[test]
fn movielens_gives_genres_and_decades() {
    let genres = |own: [usize; 2]| (0..19).map(|k| if own.contains(&k) { "|1" } else { "|0" }).collect::<String>();
    let item = format!(
        "1|Toy Story (1995)|01-Jan-1995||http://x{}\n2|Caf\u{e9} (1979)|||{}\n",
        genres([3, 5]),
        genres([5, 5])
    );
    let latin: Vec<u8> = item.chars().map(|letter| letter as u8).collect();
    let small = [("u.data", &b"10\t1\t5\t7\n10\t2\t3\t8\n11\t2\t1\t9\n"[..]), ("u.item", &latin)];
    let expected = [
        "1 genre genre:Animation",
        "1 genre genre:Comedy",
        "2 genre genre:Comedy",
        "1 decade decade:1990s",
        "2 decade decade:1970s",
    ];
    let plain = CatalogueOptions::default();
    let old = read_bytes(&small, &plain).unwrap();
    assert_eq!(facts(&old), texts(&expected));
    assert_eq!(old.vocabulary.entities.name(1), Some("Caf\u{e9} (1979)"));
    let million = read(&[
        ("ratings.dat", "10::1::5::7\n10::2::3::8\n11::2::1::9\n"),
        ("movies.dat", "1::Toy Story (1995)::Animation|Comedy\n2::Caf\u{e9} (1979)::Comedy\n"),
    ]);
    let table = read(&[
        ("ratings.csv", "userId,movieId,rating,timestamp\n10,1,5.0,7\n10,2,3.0,8\n11,2,1.0,9\n"),
        (
            "movies.csv",
            "movieId,title,genre\n1,Toy Story (1995),Animation|Comedy\n2,Caf\u{e9} (1979),Comedy\n3,None,(no genres listed)\n",
        ),
        ("links.csv", "movieId,imdbId\n1,2\n"),
    ]);
    assert_eq!((train(&million), facts(&million)), (train(&old), facts(&old)));
    assert_eq!((train(&table), facts(&table)), (train(&old), facts(&old)));
    let error = refused(&[("ratings.dat", "1::2::x::4\n"), ("movies.dat", "1::a::b\n")], &plain);
    assert_eq!(error, "data/ratings.dat:1: expected a rating (a finite number), found `x`");
}

#[test]
fn a_kgat_folder_is_read_by_its_own_reader() {
    let data = read(&[("train.txt", "0 0 1\n1 2\n"), ("test.txt", "0 2\n")]);
    assert_eq!((data.train.n_pairs(), data.train.n_items()), (3, 3));
    let error = read_with(&[("train.txt", "0 x\n"), ("b", "")], &CatalogueOptions::default()).unwrap_err();
    assert!(matches!(error, DataError::Line { .. }), "{error}");
}

#[test]
fn users_of_recbole_have_names_and_their_form_is_checked() {
    let inter = "user_id:token\titem_id:token\nu\t1\nv\t2\n";
    let users = "user_id:token\tname:token_seq\tcity:token\nu\tAnn Lee\tOslo\nw\tNew\tRome\n";
    let data = read(&[("x.inter", inter), ("x.user", users)]);
    assert_eq!([0, 1].map(|user| data.vocabulary.users.name(user)), [Some("Ann Lee"), None]);
    let note = "`x.user` names users by `name`; it also holds `city` of 2 users: no model learns from what is known of \
                users";
    assert_eq!(data.notes[0], note);
    let error = refused(&[("x.inter", inter), ("x.user", "user_id:token\nu\tv\n")], &CatalogueOptions::default());
    assert_eq!(error, "data/x.user:2: expected 1 column as in the header, found 2: `u\\tv`");
}

#[test]
fn ratings_of_ripplenet_alone_leave_negatives_out_too() {
    let data = read(&[("ratings_final.txt", RATINGS)]);
    assert_eq!(train(&data), set(&[("0", "0"), ("1", "1"), ("1", "2")]));
    assert_eq!(data.notes[0], "`ratings_final.txt` holds 1 negative (label 0), left out");
}
