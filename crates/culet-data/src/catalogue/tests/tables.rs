//! Tables of interactions.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use super::{named, read, read_bytes, read_with, refused, set, train};
use crate::{
    CatalogueOptions, ColumnChoice, DataError, PartTimes, UnsplitCatalogue, find_format, read_catalogue, read_timed,
    read_unsplit,
};

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

fn unsplit(text: &str, options: &CatalogueOptions, with_times: bool) -> Result<UnsplitCatalogue, DataError> {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("log.tsv");
    fs::write(&path, text).unwrap();
    read_unsplit(&path, options, with_times)
}

#[test]
fn a_table_gives_ids_times_and_what_is_odd() {
    let plain = CatalogueOptions::default();
    let read = unsplit(LOG, &plain, true).unwrap();
    assert_eq!(read.name, "log");
    let users: Vec<_> = (0..3).map(|user| read.vocabulary.users.id(user)).collect();
    assert_eq!(users, ["ann", "bob", "cid"]);
    assert_eq!(read.log.pairs().collect::<Vec<_>>(), [(0, 0), (0, 1), (0, 3), (1, 0), (1, 3), (2, 2)]);
    // Of the two times that ann took Alien the earlier counts.
    assert_eq!(read.times.unwrap(), [10.0, 30.0, 40.0, 20.0, 50.0, 5.0]);
    let notes = [
        "ratings go from 1 to 5, and each counts as taken; `--min-rating` leaves out lower ones",
        "1 repeated pair, user `ann` with item `Alien`; the earliest time counts",
    ];
    assert_eq!(read.notes, notes);
    assert_eq!((read.source.fingerprint.train_pairs, read.source.fingerprint.entities), (6, 4));
    let liked = unsplit(LOG, &CatalogueOptions { min_rating: Some(3.0), ..plain }, false).unwrap();
    let expected = [("ann", "Alien"), ("ann", "Brazil"), ("bob", "Alien"), ("bob", "Dune")];
    assert_eq!(named(&liked.log, &liked.vocabulary), set(&expected));
    assert_eq!((liked.source.min_rating, liked.times), (Some(3.0), None));
    assert_eq!(liked.notes, ["ratings go from 1 to 5; 3 below 3 (43 %) left out"]);
}

#[test]
fn times_are_welcome_and_never_in_the_way() {
    let root = tempfile::tempdir().unwrap();
    let read = |name: &str, text: &str| {
        let path = root.path().join(name);
        fs::write(&path, text).unwrap();
        read_timed(&path, &CatalogueOptions::default()).unwrap()
    };
    let (_, times) = read("log.tsv", LOG);
    assert_eq!((times.spans, times.of), ([Some([5.0, 60.0]), None, None], [None, None, None]));
    let (_, times) = read("bare.tsv", "user\titem\nann\tAlien\n");
    assert_eq!(times, PartTimes::default());
    fs::create_dir(root.path().join("parts")).unwrap();
    fs::write(root.path().join("parts/train.tsv"), LOG).unwrap();
    let (_, times) = read("parts/test.tsv", "user\titem\ttimestamp\nann\tCube\t7\n");
    assert_eq!(times.spans, [Some([7.0, 7.0]), None, None], "a file alone is no part");
    let (_, times) = read_timed(&root.path().join("parts"), &CatalogueOptions::default()).unwrap();
    assert_eq!(times.spans, [Some([5.0, 60.0]), None, Some([7.0, 7.0])]);
    assert_eq!(times.of, [Some(vec![10.0, 30.0, 40.0, 20.0, 50.0, 5.0]), Some(Vec::new()), Some(vec![7.0])]);
    let (odd, times) = read("odd.tsv", &LOG.replace("\t30", "\tnoon"));
    assert_eq!((odd.train.n_pairs(), times), (6, PartTimes::default()));
    let told: Vec<_> = odd.notes.iter().filter(|note| note.contains("times are left aside")).collect();
    assert!(told.len() == 1 && told[0].contains("odd.tsv:4: expected a time"), "{told:?}");
}

#[test]
fn tables_of_many_forms_hold_the_same() {
    let expected = set(&[("7", "a b"), ("7", "c"), ("12", "c")]);
    let columns = |text: &str| CatalogueOptions {
        columns: Some(ColumnChoice::parse(text).unwrap()),
        ..CatalogueOptions::default()
    };
    let plain = CatalogueOptions::default();
    for (text, options) in [
        ("userID,artistID,weight\n12,c,1\n7,a b,3\n7,c,2\n", &plain),
        ("\u{feff}userID,artistID,weight\r\n12,c,1\r\n7,a b,3\n7,c,2", &plain),
        ("user,item,review\n12,c,\"fine,\nand\n\nfast\"\n7,a b,\"a \"\"b\"\"\"\n7,c,\"\"\n", &plain),
        ("12\tc\n7\ta b\n7\tc\n", &plain),
        ("\"User-ID\";\"ISBN\";\"Book-Rating\"\n\"12\";\"c\";\"1\"\n\"7\";\"a b\";\"0\"\n\"7\";\"c\";\"3\"\n", &plain),
        ("1 c 12\n1 \"a b\" 7\n2 c 7\n", &columns("-,item,user")),
        ("when,what,who\n1,c,12\n1,a b,7\n2,c,7\n", &columns("user=who,item=what")),
        ("item\tuser\nc\t12\na b\t7\nc\t7\n", &plain),
        ("12\tc\t881250949\n7\ta b\t881250950\n7\tc\t881250951\n", &plain),
        ("12|c\n7|a b\n7|c\n", &CatalogueOptions { delimiter: Some('|'), ..plain.clone() }),
    ] {
        let read = read_with(&[("log.tsv", text)], options).unwrap();
        assert_eq!(train(&read), expected, "{text}");
        // All users are numbers and stand in their order, the items as they came.
        assert_eq!((read.vocabulary.users.id(0), read.vocabulary.entities.id(0)), ("7", "c"), "{text}");
    }
    let read = read(&[("log.tsv", "bob\t30\nann\t4\nann\t30\n")]);
    assert_eq!(train(&read), set(&[("bob", "30"), ("ann", "4"), ("ann", "30")]));
    assert_eq!((read.vocabulary.users.id(0), read.vocabulary.entities.id(0)), ("bob", "4"));
    assert_eq!(read.notes, ["there is no test part: `culet data split` makes one"]);
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("log.csv.gz");
    let mut packed = flate2::write::GzEncoder::new(fs::File::create(&path).unwrap(), flate2::Compression::fast());
    packed.write_all(b"user,item\n12,c\n7,a b\n7,c\n").unwrap();
    packed.finish().unwrap();
    let read = read_catalogue(&path, &plain).unwrap();
    assert_eq!((train(&read), read.name.as_str()), (expected, "log"));
}

#[test]
fn a_folder_may_hold_the_parts_or_one_table() {
    let (train_part, test_part) = ("user,item\na,x\nb,y\n", "user,item\na,y\n");
    let parts = read(&[("train.csv", train_part), ("test.csv", test_part), ("notes.md", "x")]);
    assert_eq!((train(&parts), parts.test.n_pairs()), (set(&[("a", "x"), ("b", "y")]), 1));
    assert!(parts.notes.is_empty(), "{:?}", parts.notes);
    let one = read(&[("log.csv", train_part), ("goods.csv", "sku,colour\nx,red\n")]);
    assert_eq!(train(&one), train(&parts));
    let note = "`goods.csv` beside it not used; `--attributes` takes a table of the items, `--graph` one of facts";
    assert_eq!(one.notes[0], note);
    let several = refused(&[("a.csv", train_part), ("b.csv", test_part)], &CatalogueOptions::default());
    assert_eq!(several, "`data` holds several tables of users and items: `a.csv` and `b.csv`");
    let none = refused(&[("a.md", "x"), ("b.md", "y")], &CatalogueOptions::default());
    assert_eq!(none, "`data` holds no catalogue that is understood");
}

#[test]
fn a_header_tells_interactions_from_edges() {
    let root = tempfile::tempdir().unwrap();
    let path: PathBuf = root.path().join("x");
    let told = |text: &str| {
        fs::write(&path, text).unwrap();
        find_format(&path).unwrap().is_some()
    };
    // The reader says that the users lack.
    assert!(told("item_id,title\n1,Heat\n") && !told("source,item\na,b\n"));
    assert!(told(LOG) && told("userID\tartistID\tweight\n2\t51\t3\n"));
    assert!(!told("source,target\na,b\n") && !told("1 2\n3 4\n") && !told("") && !told("user1,user2\na,b\n"));
}

#[test]
fn lines_of_a_table_that_cannot_be_used_are_told() {
    let plain = CatalogueOptions::default();
    let at = |min_rating| CatalogueOptions { min_rating, ..CatalogueOptions::default() };
    let refused = |text: &str, options: &CatalogueOptions, with_times: bool| {
        let error = unsplit(text, options, with_times).unwrap_err();
        assert!(error.hint().is_some() || matches!(error, DataError::BadSetting { .. }), "{error}");
        let message = error.to_string();
        message.rsplit_once("log.tsv").map_or(message.clone(), |(_, rest)| rest.to_owned())
    };
    assert_eq!(refused("user\titem\n\ta\n", &plain, false), ":2: the user is empty");
    assert_eq!(refused("user\titem\trating\nu\t\t1\n", &plain, false), ":2: the item is empty");
    assert_eq!(refused("u\ti\t1\nu\tj\tx\n", &plain, false), ":2: expected a rating (a finite number), found `x`");
    assert_eq!(refused("u\ti\t1\nu\tj\tinf\n", &plain, false), ":2: expected a rating (a finite number), found `inf`");
    let timed = "user\titem\ttime\nu\ti\t1\nu\tj\tmay\n";
    assert_eq!(refused(timed, &plain, true), ":3: expected a time (a number or a date), found `may`");
    let untimed = unsplit(timed, &plain, false).unwrap();
    assert_eq!(untimed.log.n_pairs(), 2, "a time that nobody asked for may be anything");
    assert_eq!(refused("u\ti\n", &plain, true), "` has no column with times");
    assert_eq!(refused("u\ti\n", &at(Some(1.0)), false), "` has no column with ratings");
    assert_eq!(refused("", &plain, false), "` holds no interaction that counts");
    assert_eq!(refused("user,item\n", &plain, false), "` holds no interaction that counts");
    let columns = |text: &str| CatalogueOptions {
        columns: Some(ColumnChoice::parse(text).unwrap()),
        ..CatalogueOptions::default()
    };
    let error = refused("u\tr\ti\n", &columns("user,relation,item"), false);
    assert!(error.starts_with("`columns` is with a relation, expected `user`, `item` and"), "{error}");
    let error = refused("who,what\nu,i\n", &columns("user=who,item=sku"), false);
    assert_eq!(error, "` has no column `sku`; there are `who`, `what`");
    assert_eq!(
        refused("u\ti\t1\nv\ti\t4\n", &at(Some(5.0)), false),
        "`min_rating` is 5, expected at most 4, the largest rating"
    );
    assert_eq!(
        refused("u\ti\t1\nv\ti\n", &plain, false),
        ":2: expected 3 columns (user, item, rating), found 2: `v\ti`".replace('\t', "\\t")
    );
    let open = "user,item,text\na,x,\"fine\nb,y,good\n";
    assert_eq!(refused(open, &plain, false), ":2: a quote is not closed: `\"fine`");
    let long = format!("user,item\na,{}\n", "x".repeat(1 << 21));
    assert_eq!(refused(&long, &plain, false), ":2: the line is longer than 1048576 bytes");
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_line() {
    let refused = |bytes: &[u8]| {
        let error = read_bytes(&[("log.csv", bytes)], &CatalogueOptions::default()).unwrap_err();
        assert!(error.hint().is_some());
        error.to_string()
    };
    assert_eq!(refused(b"user,item\na,x\nb,\xfcber\n"), "data/log.csv:3: expected UTF-8, found `\u{fffd}ber`");
    assert!(refused(b"\xff\xfe1\0,\x002\0\n\0").contains("is in UTF-16"));
    assert!(refused(b"1,2\n1,\x002\n").contains("found a NUL byte"));
}

#[test]
fn a_column_is_one_thing_only() {
    for choice in ["user=a,item=a", "user=a,item=b,rating=b"] {
        let error = ColumnChoice::parse(choice).unwrap_err().to_string();
        assert!(error.contains("each a column of its own"), "{error}");
    }
    ColumnChoice::parse("user=a,item=b").unwrap();
}
