//! Tables in memory mean what the same files mean, and say what is wrong with a row or a column.

use std::sync::Arc;

use arrow_array::types::{Int8Type, Int32Type, UInt16Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int32Array, Int64Array,
    LargeStringArray, ListArray, RecordBatch, StringArray, StringViewArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt8Array, UInt64Array,
};
use arrow_schema::{DataType, Field, Schema};
use proptest::prelude::*;

use super::{facts, named, set, texts, train};
use crate::{
    CatalogueOptions, CatalogueTables, ColumnChoice, DataError, Dataset, Fingerprint, Format, MemoryTable,
    read_catalogue, read_catalogue_tables, read_timed, read_timed_tables, read_unsplit, read_unsplit_tables,
};

fn array<A: Array + 'static>(array: A) -> ArrayRef {
    Arc::new(array)
}

fn words(words: &[&str]) -> ArrayRef {
    array(StringArray::from(words.to_vec()))
}

fn numbers(numbers: &[i64]) -> ArrayRef {
    array(Int64Array::from(numbers.to_vec()))
}

/// A table in three batches, all slices of one and the middle one empty.
fn table(name: &str, columns: &[(&str, ArrayRef)]) -> MemoryTable {
    let columns = columns.iter().map(|(name, array)| (*name, Arc::clone(array), true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let (n, cut) = (batch.num_rows(), batch.num_rows() / 2);
    MemoryTable::from_batches(name, vec![batch.slice(0, cut), batch.slice(cut, 0), batch.slice(cut, n - cut)]).unwrap()
}

fn log(columns: &[(&str, ArrayRef)]) -> CatalogueTables {
    CatalogueTables { name: "data".into(), train: table("interactions", columns), ..CatalogueTables::default() }
}

fn read(columns: &[(&str, ArrayRef)]) -> Dataset {
    read_catalogue_tables(&log(columns), &CatalogueOptions::default()).unwrap()
}

#[track_caller]
fn refused(columns: &[(&str, ArrayRef)], options: &CatalogueOptions) -> (String, String) {
    let error = read_catalogue_tables(&log(columns), options).unwrap_err();
    (error.to_string(), error.hint().unwrap_or_default())
}

/// What data sets are apart from their notes.
fn content(data: Dataset) -> (Dataset, Fingerprint) {
    let fingerprint = Fingerprint::of(&data);
    (Dataset { notes: Vec::new(), ..data }, fingerprint)
}

/// Parts, attributes, links and facts as files in a folder `data`, and as tables.
struct Both {
    root: tempfile::TempDir,
    tables: CatalogueTables,
    options: CatalogueOptions,
}

impl Both {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("data")).unwrap();
        let files = [
            (
                "data/train.csv",
                "user,item,rating,time\nzoe,9,5,2017-10-01\nann,7,4.5,2017-10-02\nzoe,9,3,1999-01-01\nbob,7,1,2017-10-03\n",
            ),
            ("data/valid.csv", "user,item,rating,time\nann,9,4,2017-11-01\n"),
            ("data/test.csv", "user,item,rating,time\nbob,12,5,2017-12-01 12:30:00\nzoe,7,2,2017-12-02\n"),
            (
                "items.csv",
                "item,title,genre,price\n7,Heat,Crime|Drama,1.5\n9,\"Brazil, \"\"B\"\"\",Drama,2.5\n12,Up,,3\n",
            ),
            ("facts.csv", "head,relation,tail\nm.7,by,mann\nmann,born,chicago\nm.9,by,gilliam\n"),
            ("links.csv", "item,entity\n7,m.7\n9,m.9\n"),
        ];
        files.iter().for_each(|(name, text)| std::fs::write(root.path().join(name), text).unwrap());
        let part = |name: &str, users: &[&str], items: ArrayRef, ratings: &[f64], times: &[i64]| {
            table(
                name,
                &[
                    ("time", array(TimestampSecondArray::from(times.to_vec()).with_timezone("Europe/Rome"))),
                    ("rating", array(Float64Array::from(ratings.to_vec()))),
                    ("item", items),
                    ("user", words(users)),
                ],
            )
        };
        let day = |n: i64| 1_506_816_000 + n * 86_400;
        let people = ["zoe", "ann", "zoe", "bob"];
        let tables = CatalogueTables {
            name: "data".into(),
            train: part(
                "train",
                &people,
                numbers(&[9, 7, 9, 7]),
                &[5.0, 4.5, 3.0, 1.0],
                &[day(0), day(1), 915_148_800, day(2)],
            ),
            valid: Some(part("valid", &["ann"], numbers(&[9]), &[4.0], &[day(31)])),
            test: Some(part("test", &["bob", "zoe"], words(&["12", "7"]), &[5.0, 2.0], &[day(61) + 45_000, day(62)])),
            attributes: vec![table(
                "items",
                &[
                    ("item", array(Int32Array::from(vec![7, 9, 12]))),
                    ("title", words(&["Heat", "Brazil, \"B\"", "Up"])),
                    ("genre", array(StringViewArray::from(vec![Some("Crime|Drama"), Some("Drama"), None]))),
                    ("price", array(Float64Array::from(vec![1.5, 2.5, 3.0]))),
                ],
            )],
            graphs: vec![table(
                "facts",
                &[
                    ("head", words(&["m.7", "mann", "m.9"])),
                    ("relation", array(["by", "born", "by"].into_iter().collect::<DictionaryArray<Int8Type>>())),
                    ("tail", words(&["mann", "chicago", "gilliam"])),
                ],
            )],
            links: vec![table("links", &[("item", numbers(&[7, 9])), ("entity", words(&["m.7", "m.9"]))])],
        };
        Self { root, tables, options: CatalogueOptions::default() }
    }

    fn files(&self) -> CatalogueOptions {
        let path = |name: &str| vec![self.root.path().join(name)];
        let (attributes, graphs, links) = (path("items.csv"), path("facts.csv"), path("links.csv"));
        CatalogueOptions { attributes, graphs, links, ..self.options.clone() }
    }

    fn of_files(&self) -> Dataset {
        read_catalogue(&self.root.path().join("data"), &self.files()).unwrap()
    }
}

#[test]
fn tables_and_files_of_the_same_content_are_the_same_data_set() {
    for (min_rating, skip_missing) in [(None, false), (Some(3.0), false), (Some(4.5), true)] {
        let mut both = Both::new();
        both.options = CatalogueOptions { min_rating, skip_missing, ..both.options };
        let found = read_catalogue_tables(&both.tables, &both.options).unwrap();
        assert!(found.graph.triplets().len() > 3 && found.test.n_pairs() > 0);
        assert_eq!(content(found), content(both.of_files()), "{min_rating:?}");
        for with_times in [false, true] {
            let expected = read_unsplit(&both.root.path().join("data"), &both.files(), with_times).unwrap();
            let found = read_unsplit_tables(&both.tables, &both.options, with_times).unwrap();
            assert_eq!(found.times.is_some(), with_times);
            assert_eq!((found.log, found.times, found.source), (expected.log, expected.times, expected.source));
        }
        let (_, expected) = read_timed(&both.root.path().join("data"), &both.files()).unwrap();
        let (data, found) = read_timed_tables(&both.tables, &both.options).unwrap();
        assert_eq!(found, expected);
        assert_eq!(content(data), content(both.of_files()));
    }
}

#[test]
fn files_are_joined_after_tables() {
    let mut both = Both::new();
    both.options.attributes = vec![both.root.path().join("items.csv")];
    both.options.links = vec![both.root.path().join("links.csv")];
    both.tables.attributes.clear();
    both.tables.links.clear();
    let found = read_catalogue_tables(&both.tables, &both.options).unwrap();
    assert_eq!(content(found), content(both.of_files()));
}

#[test]
fn ids_of_all_types_are_the_same_ids() {
    let people = ["ann", "bob", "ann", "eve"];
    let users = [
        words(&people),
        array(LargeStringArray::from(people.to_vec())),
        array(StringViewArray::from(people.to_vec())),
        array(people.into_iter().collect::<DictionaryArray<Int32Type>>()),
        // Of a slice of a longer array.
        words(&["x", "ann", "bob", "ann", "eve", "y"]).slice(1, 4),
        array(["x", "y", "ann", "bob", "ann", "eve"].into_iter().collect::<DictionaryArray<UInt16Type>>()).slice(2, 4),
    ];
    let keys = arrow_array::Int8Array::from(vec![0, 0, 1, 0]);
    let items = [
        numbers(&[7, 7, 9, 7]),
        array(UInt8Array::from(vec![7, 7, 9, 7])),
        array(Decimal128Array::from(vec![7, 7, 9, 7]).with_precision_and_scale(38, 0).unwrap()),
        array(DictionaryArray::<Int8Type>::try_new(keys, numbers(&[7, 9])).unwrap()),
    ];
    let expected = set(&[("ann", "7"), ("bob", "7"), ("ann", "9"), ("eve", "7")]);
    for user in &users {
        for item in &items {
            let data = read(&[("user_id", Arc::clone(user)), ("item_id", Arc::clone(item))]);
            assert_eq!(train(&data), expected);
        }
    }
    let large = array(UInt64Array::from(vec![u64::MAX, 1]));
    let data = read(&[("user", large), ("item", numbers(&[-4, 5]))]);
    assert_eq!(train(&data), set(&[("18446744073709551615", "-4"), ("1", "5")]));
}

#[test]
fn columns_go_by_names_and_two_without_go_by_place() {
    let (people, things) = (words(&["ann", "bob"]), numbers(&[7, 9]));
    let expected = set(&[("ann", "7"), ("bob", "9")]);
    let chosen = CatalogueOptions {
        columns: Some(ColumnChoice::parse("user=who,item=what").unwrap()),
        ..CatalogueOptions::default()
    };
    let odd = [("what", Arc::clone(&things)), ("since", numbers(&[1, 1])), ("who", Arc::clone(&people))];
    assert_eq!(train(&read_catalogue_tables(&log(&odd), &chosen).unwrap()), expected);
    assert_eq!(
        refused(&odd, &CatalogueOptions::default()).0,
        "`interactions` has no column `user`; there are `what`, `since`, `who`"
    );
    for (columns, user, item) in [
        ([("who", &people), ("what", &things)], "who", "what"),
        ([("what", &things), ("user_id", &people)], "user_id", "what"),
    ] {
        let data = read(&columns.map(|(name, array)| (name, Arc::clone(array))));
        assert_eq!(train(&data), expected);
        let note = format!("of `interactions` column `{user}` is taken for the user, `{item}` for the item");
        assert!(data.notes.contains(&note), "{:?}", data.notes);
    }
    let (message, hint) =
        refused(&[("who", Arc::clone(&people)), ("item", Arc::clone(&things))], &CatalogueOptions::default());
    assert_eq!(message, "`interactions` names items (`item`) in its header, but no users: `who,item`");
    assert!(hint.contains("user=NAME,item=item"), "{hint}");
    let (message, _) = refused(&[("user", people), ("rating", things)], &CatalogueOptions::default());
    assert_eq!(message, "`interactions` has no column `item`; there are `user`, `rating`");
}

#[test]
fn what_is_missing_is_told_with_its_row_or_left_out() {
    let users = array(StringArray::from(vec![Some("ann"), Some("bob"), Some("eve"), None, Some("NaN")]));
    let columns = [("user", users), ("item", numbers(&[1, 2, 3, 4, 5]))];
    let (message, hint) = refused(&columns, &CatalogueOptions::default());
    assert_eq!(message, "`interactions` row 4: the user is empty");
    assert!(hint.contains("--skip-missing"), "{hint}");
    let skip = CatalogueOptions { skip_missing: true, ..CatalogueOptions::default() };
    let data = read_catalogue_tables(&log(&columns), &skip).unwrap();
    assert_eq!(data.train.n_pairs(), 3);
    assert_eq!(data.notes[0], "2 lines or rows without an id (empty or `NaN`) left out");
    // Nobody asks for the rating of a row that is left out, nor for one where none is compared.
    let ratings = array(Float64Array::from(vec![Some(1.0), Some(f64::NAN), None, None, None]));
    let columns = [columns.to_vec(), vec![("rating", ratings)]].concat();
    assert_eq!(read_catalogue_tables(&log(&columns), &skip).unwrap().train.n_pairs(), 3);
    let (message, _) = refused(&columns, &CatalogueOptions { min_rating: Some(0.0), ..skip });
    assert_eq!(message, "`interactions` row 2: the rating is NaN, expected a finite number");
}

#[test]
fn columns_that_hold_no_ids_are_refused_by_name() {
    let plain = CatalogueOptions::default();
    let item = || ("item", numbers(&[1, 2]));
    let floats = array(Float64Array::from(vec![Some(1.0), None]));
    let (message, hint) = refused(&[("user_id", floats), item()], &plain);
    assert_eq!(message, "`interactions` column `user_id` (user) holds floats, expected text or whole numbers");
    assert!(
        hint.contains("pandas makes floats of whole numbers") && hint.contains("df[\"user_id\"].astype(\"Int64\")"),
        "{hint}"
    );
    let nested = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)]), None]);
    for (user, expected) in [
        (
            array(BooleanArray::from(vec![true, false])),
            "column `user` (user) holds true and false, expected text or whole numbers",
        ),
        (array(Date32Array::from(vec![1, 2])), "column `user` (user) holds times, expected text or whole numbers"),
        (
            array(Decimal128Array::from(vec![1, 2]).with_precision_and_scale(3, 1).unwrap()),
            "column `user` (user) holds decimals, expected text or whole numbers",
        ),
        (array(nested), "makes no sense as a table in memory: column `user` is nested, expected one value a row"),
    ] {
        assert_eq!(refused(&[("user", user), item()], &plain).0, format!("`interactions` {expected}"));
    }
    let mut tables = log(&[("user", numbers(&[1, 2])), item()]);
    tables.attributes =
        vec![table("items", &[("item", array(Float64Array::from(vec![1.0, 2.0]))), ("genre", words(&["a", "a"]))])];
    let message = read_catalogue_tables(&tables, &plain).unwrap_err().to_string();
    assert_eq!(message, "`items` column `item` (item) holds floats, expected text or whole numbers");
    tables.attributes.clear();
    tables.graphs = vec![table(
        "facts",
        &[("head", numbers(&[1])), ("relation", words(&["r"])), ("tail", array(BooleanArray::from(vec![true])))],
    )];
    let message = read_catalogue_tables(&tables, &plain).unwrap_err().to_string();
    assert_eq!(message, "`facts` column `tail` (tail) holds true and false, expected text or whole numbers");
}

#[test]
fn times_may_be_told_in_any_way_and_wrong_ones_are_told() {
    let ids = || [("user", numbers(&[1, 2])), ("item", numbers(&[1, 2]))];
    let told = |time: ArrayRef| {
        let columns = [ids().to_vec(), vec![("timestamp", time)]].concat();
        read_unsplit_tables(&log(&columns), &CatalogueOptions::default(), true)
    };
    for time in [
        array(TimestampNanosecondArray::from(vec![1_506_816_000_250_000_000, 0]).with_timezone("+02:00")),
        array(StringViewArray::from(vec!["2017-10-01 00:00:00.25", "1970-01-01"])),
        array(Float64Array::from(vec![1_506_816_000.25, 0.0])),
        array(Decimal128Array::from(vec![150_681_600_025, 0]).with_precision_and_scale(20, 2).unwrap()),
    ] {
        assert_eq!(told(time).unwrap().times.unwrap(), [1_506_816_000.25, 0.0]);
    }
    let empty = told(array(Int64Array::from(vec![Some(5), None]))).unwrap_err();
    assert_eq!(empty.to_string(), "`interactions` row 2: the time is null, expected a number");
    let odd = told(words(&["2017-10-01", "soon"])).unwrap_err();
    assert_eq!(odd.to_string(), "`interactions` row 2: the time is `soon`, expected a date or a number");
    let none = read_unsplit_tables(&log(&ids()), &CatalogueOptions::default(), true).unwrap_err();
    assert_eq!(none.to_string(), "`interactions` has no column with times");
}

#[test]
fn tables_with_nothing_in_them_are_told() {
    let plain = CatalogueOptions::default();
    let (message, _) = refused(&[("user", numbers(&[])), ("item", numbers(&[]))], &plain);
    assert_eq!(message, "`interactions` holds no interaction that counts");
    let fields = vec![Field::new("user", DataType::Utf8, true), Field::new("item", DataType::Int64, true)];
    let train = MemoryTable::new("interactions", Arc::new(Schema::new(fields)), Vec::new()).unwrap();
    assert_eq!((train.name(), train.n_rows()), ("interactions", 0));
    let tables = CatalogueTables { train: train.clone(), ..CatalogueTables::default() };
    let error = read_catalogue_tables(&tables, &plain).unwrap_err();
    assert_eq!(error.to_string(), "`interactions` holds no interaction that counts");
    let error = read_catalogue_tables(&CatalogueTables::default(), &plain).unwrap_err();
    assert_eq!(error.to_string(), "`` has no column `user`; there are none");
    let (message, _) = refused(
        &[("user", numbers(&[1])), ("item", numbers(&[1])), ("rating", numbers(&[2]))],
        &CatalogueOptions { min_rating: Some(3.0), ..plain },
    );
    assert_eq!(message, "`min_rating` is 3, expected at most 2, the largest rating");
}

#[test]
fn batches_must_fit_their_schema() {
    let one = RecordBatch::try_from_iter([("user", numbers(&[1]))]).unwrap();
    let other = RecordBatch::try_from_iter([("user", words(&["1"]))]).unwrap();
    let error = MemoryTable::from_batches("interactions", vec![one.clone(), other]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`interactions` makes no sense as a table in memory: batch 2 has other columns than the table"
    );
    let error = MemoryTable::from_batches("interactions", Vec::new()).unwrap_err();
    assert!(matches!(error, DataError::Catalogue { .. }));
    assert!(error.to_string().ends_with("it has no batch, so that nothing tells its columns"));
}

#[test]
fn options_that_say_nothing_about_tables_are_refused() {
    let columns = [("user", numbers(&[1])), ("item", numbers(&[1]))];
    let plain = CatalogueOptions::default();
    for (name, options) in [
        ("format", CatalogueOptions { format: Some(Format::Table), ..plain.clone() }),
        ("header", CatalogueOptions { header: Some(true), ..plain.clone() }),
        ("delimiter", CatalogueOptions { delimiter: Some(','), ..plain.clone() }),
        ("id_base", CatalogueOptions { id_base: 1, ..plain.clone() }),
    ] {
        let (message, _) = refused(&columns, &options);
        assert!(message.starts_with(&format!("`{name}` is ")), "{message}");
        assert!(message.ends_with("expected nothing, as it says nothing about tables in memory"), "{message}");
    }
    let places = CatalogueOptions { columns: Some(ColumnChoice::parse("user,item").unwrap()), ..plain };
    assert!(refused(&columns, &places).0.contains("the names of the columns"));
}

#[test]
fn texts_that_are_no_text_are_told_with_the_first_row() {
    let bytes = array(arrow_array::BinaryArray::from_vec(vec![b"ann", b"\xff\xfe", b""]));
    let (message, _) = refused(&[("user", bytes), ("item", numbers(&[1, 2, 3]))], &CatalogueOptions::default());
    assert!(message.starts_with("`interactions` row 2: expected UTF-8"), "{message}");
}

#[test]
fn facts_of_tables_are_about_the_items() {
    let mut tables = log(&[("user", words(&["u"])), ("item", words(&["a"]))]);
    tables.graphs =
        vec![table("facts", &[("s", words(&["a", "b"])), ("p", words(&["r", "r"])), ("o", words(&["b", "c"]))])];
    let data = read_catalogue_tables(&tables, &CatalogueOptions::default()).unwrap();
    assert_eq!(facts(&data), texts(&["a r b", "b r c"]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_ids_survive(pairs in prop::collection::vec(("[a-z ,\"\n#é]{0,4}x", any::<i64>()), 1..20), cut in 0_usize..20) {
        let users: Vec<_> = pairs.iter().map(|(user, _)| user.as_str()).collect();
        let items: Vec<_> = pairs.iter().map(|(_, item)| *item).collect();
        let batch = RecordBatch::try_from_iter([("user", words(&users)), ("item", numbers(&items))]).unwrap();
        let cut = cut.min(batch.num_rows());
        let batches = vec![batch.slice(0, cut), batch.slice(cut, batch.num_rows() - cut)];
        let train = MemoryTable::from_batches("log", batches).unwrap();
        let tables = CatalogueTables { train, ..CatalogueTables::default() };
        let data = read_catalogue_tables(&tables, &CatalogueOptions::default()).unwrap();
        let items: Vec<_> = items.iter().map(i64::to_string).collect();
        let expected: Vec<_> = users.into_iter().zip(items.iter().map(String::as_str)).collect();
        prop_assert_eq!(named(&data.train, &data.vocabulary), set(&expected));
    }
}
