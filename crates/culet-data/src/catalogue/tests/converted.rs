//! Catalogues written in each format and read again.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use culet_graph::{Interactions, KnowledgeGraph, Names, Triplet, Vocabulary};
use proptest::prelude::*;

use crate::catalogue::{CatalogueOptions, CatalogueTarget, Format, find_format, read_catalogue, write_catalogue};
use crate::columns::{Values, write_columns};
use crate::{DataError, Dataset, Fingerprint};

const N_USERS: usize = 4;
const N_ITEMS: usize = 4;
const N_ENTITIES: usize = 8;
const N_RELATIONS: usize = 3;

/// Ids that one format or another could take for something else, and names.
fn names(count: usize) -> impl Strategy<Value = Names> {
    let odd = [
        "7",
        "007",
        "-7",
        "7.0",
        "a,b",
        "say \"hi\"",
        "\"",
        "x y",
        "ü🦀",
        "#a",
        "%",
        "// b",
        "user",
        "item",
        "item:7",
        "a|b",
        "'",
        "nan",
        "[SEP]",
        "\u{feff}a",
        "org_id",
        "a;b",
        "\u{a0}",
    ];
    let unfit = ["", " a", "a\t", "a\tb", "a\nb", "\r", "a\0", " "];
    let id = prop_oneof![
        30 => prop::sample::select(odd.to_vec()).prop_map(str::to_owned),
        30 => "[0-9]{1,3}",
        30 => "[!-~é]{1,6}",
        1 => prop::sample::select(unfit.to_vec()).prop_map(str::to_owned),
    ];
    let name = prop_oneof![Just(None), r"[^\n\r]{0,9}".prop_map(Some)];
    prop::collection::vec((id, name), count)
        .prop_map(|nodes| nodes.iter().map(|(id, name)| (id.as_str(), name.as_deref())).collect())
}

fn log(least: usize) -> impl Strategy<Value = Interactions> {
    prop::collection::vec((0..N_USERS as u32, 0..N_ITEMS as u32), least..9)
        .prop_map(|pairs| Interactions::from_pairs(N_USERS, N_ITEMS, &pairs).unwrap())
}

fn graph() -> impl Strategy<Value = KnowledgeGraph> {
    let (entity, relation) = (0..N_ENTITIES as u32, 0..N_RELATIONS as u32);
    prop::collection::vec((entity.clone(), relation, entity), 0..9).prop_map(|facts| {
        let facts = facts.into_iter().map(|(head, relation, tail)| Triplet { head, relation, tail }).collect();
        KnowledgeGraph::from_triplets(N_ENTITIES, N_RELATIONS, facts).unwrap()
    })
}

fn dataset() -> impl Strategy<Value = Dataset> {
    let vocabulary = (names(N_USERS), names(N_ENTITIES), names(N_RELATIONS));
    (log(1), log(0), log(0), graph(), vocabulary).prop_map(
        |(train, valid, test, graph, (users, entities, relations))| {
            let vocabulary = Vocabulary { users, entities, relations };
            Dataset { name: "out".into(), train, valid, test, graph, vocabulary, notes: Vec::new() }
        },
    )
}

/// A data set by ids: pairs of each part, and facts whose ends are items or not.
type Told = ([BTreeSet<(String, String)>; 3], BTreeSet<[(bool, String); 3]>);

/// What a data set says, where only the items that `is_item` tells are items.
fn told(data: &Dataset, is_item: impl Fn(u32) -> bool) -> Told {
    let parts = [&data.train, &data.valid, &data.test].map(|part| super::named(part, &data.vocabulary));
    let end = |entity: u32| (is_item(entity), data.vocabulary.entities.id(entity as usize).to_owned());
    let relation = |k: u32| (false, data.vocabulary.relations.id(k as usize).to_owned());
    (parts, data.graph.triplets().iter().map(|t| [end(t.head), relation(t.relation), end(t.tail)]).collect())
}

fn is_taken(data: &Dataset, item: u32) -> bool {
    [&data.train, &data.valid, &data.test].iter().any(|part| part.pairs().any(|(_, own)| own == item))
}

fn is_about_items(data: &Dataset) -> bool {
    let is_taken = |entity: u32| (entity as usize) < N_ITEMS && is_taken(data, entity);
    data.graph.triplets().iter().any(|t| is_taken(t.head) || is_taken(t.tail))
}

/// The options that join what a folder of tables holds beside them.
fn joined(folder: &Path) -> CatalogueOptions {
    let file = |name: &str| Some(folder.join(name)).filter(|path| path.exists()).into_iter().collect::<Vec<PathBuf>>();
    CatalogueOptions { graphs: file("facts.csv"), links: file("links.csv"), ..CatalogueOptions::default() }
}

/// Whether an error of a writer names something that is really so.
fn is_just(error: &DataError, data: &Dataset, format: CatalogueTarget) -> bool {
    let Vocabulary { users, entities, relations } = &data.vocabulary;
    let id = |kind: &str, k: usize| match kind {
        "user" => users.id(k).to_owned(),
        "relation" => relations.id(k).to_owned(),
        _ => entities.id(k).to_owned(),
    };
    match error {
        DataError::SameId { kind, first, second, id: own } => {
            format != CatalogueTarget::Kgat && first != second && id(kind, *first) == *own && id(kind, *second) == *own
        }
        DataError::Unwritable { kind, index, text, .. } => {
            let edge = |c: char| c == ' ' || c == '\t';
            let blank = text.is_empty() || text.starts_with(edge) || text.ends_with(edge);
            let missing = format != CatalogueTarget::Kgat && text == "nan";
            let unfit = blank || missing || text.contains(['\n', '\r', '\0', '\t']);
            format != CatalogueTarget::Parquet && unfit && id(kind, *index) == *text
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_is_written_is_read_back_or_refused(data in dataset()) {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("x/out");
        for format in CatalogueTarget::ALL {
            let lost = match write_catalogue(&out, &data, format) {
                Ok(lost) => lost,
                Err(error) => {
                    prop_assert!(is_just(&error, &data, format), "{format:?}: {error}");
                    prop_assert!(error.hint().is_some() && !root.path().join("x").exists());
                    continue;
                }
            };
            let read = read_catalogue(&out, &joined(&out));
            let mut read = read.map_err(|error| TestCaseError::fail(format!("{format:?}: {error}")))?;
            read.notes.clear();
            match format {
                CatalogueTarget::Parquet | CatalogueTarget::Kgat => prop_assert_eq!(&read, &data, "{:?}", format),
                _ => {
                    let n_items = read.train.n_items();
                    let is_item = |entity: u32| (entity as usize) < N_ITEMS
                        && (format == CatalogueTarget::RecBole || is_taken(&data, entity));
                    let found = told(&read, |entity| (entity as usize) < n_items);
                    let mut expected = told(&data, is_item);
                    // Facts none of which is about an item that somebody took are lost, and the writer says so.
                    let n_facts = expected.1.len();
                    if format == CatalogueTarget::Table && n_facts > 0 && !is_about_items(&data) {
                        expected.1.clear();
                        prop_assert!(lost.iter().any(|what| what.starts_with("facts, none of which")), "{:?}", lost);
                    }
                    prop_assert_eq!(found, expected, "{:?}", format);
                }
            }
            prop_assert_eq!(lost.is_empty(), matches!(format, CatalogueTarget::Parquet | CatalogueTarget::Kgat));
            fs::remove_dir_all(root.path().join("x")).unwrap();
        }
    }
}

/// Two users, three items of which nobody took the last, an entity with the id of an item, one without a fact.
fn shop() -> Dataset {
    let names = |ids: &[(&str, Option<&str>)]| ids.iter().copied().collect::<Names>();
    let fact = |head, relation, tail| Triplet { head, relation, tail };
    let entities = [("7", Some("Heat")), ("b", None), ("c", None), ("7", Some("seven")), ("idle", None)];
    Dataset {
        name: "shop".into(),
        train: Interactions::from_pairs(3, 3, &[(0, 1), (1, 0)]).unwrap(),
        valid: Interactions::from_pairs(3, 3, &[(1, 1)]).unwrap(),
        test: Interactions::from_pairs(3, 3, &[(0, 0)]).unwrap(),
        graph: KnowledgeGraph::from_triplets(5, 2, vec![fact(0, 1, 3), fact(2, 1, 3)]).unwrap(),
        vocabulary: Vocabulary {
            users: names(&[("ann", None), ("bob", None), ("new", None)]),
            entities: names(&entities),
            relations: names(&[("x", None), ("by", Some("written by"))]),
        },
        notes: Vec::new(),
    }
}

fn files(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

#[test]
fn each_format_has_its_files_and_says_what_it_loses() {
    let root = tempfile::tempdir().unwrap();
    let written = |format: CatalogueTarget| {
        let out = root.path().join("shop");
        let lost = write_catalogue(&out, &shop(), format).unwrap();
        assert!(find_format(&out).unwrap().is_some());
        assert!(matches!(write_catalogue(&out, &shop(), format), Err(DataError::NotEmpty { .. })));
        let found = (files(&out), lost);
        fs::remove_dir_all(&out).unwrap();
        found
    };
    let (names, lost) = written(CatalogueTarget::Parquet);
    assert_eq!(names, ["catalogue.json", "facts.parquet", "interactions.parquet", "names.parquet"]);
    assert_eq!(lost, [""; 0]);
    let mut expected = [
        "names (3)",
        "users without a pair (1)",
        "items that nobody took (1)",
        "entities without a fact (1)",
        "relations without a fact (1)",
        "the order of users, items and entities",
    ]
    .to_vec();
    let (names, lost) = written(CatalogueTarget::Table);
    assert_eq!(names, ["facts.csv", "links.csv", "test.csv", "train.csv", "valid.csv"]);
    assert_eq!(lost, expected);
    expected.remove(2);
    let (names, lost) = written(CatalogueTarget::RecBole);
    let all = ["shop.item", "shop.kg", "shop.link", "shop.test.inter", "shop.train.inter", "shop.valid.inter"];
    assert_eq!(names, all);
    assert_eq!(lost, expected);
    assert_eq!(CatalogueTarget::from_name("recbole"), Some(CatalogueTarget::RecBole));
}

#[test]
fn a_changed_folder_is_an_error_that_says_so() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("shop");
    write_catalogue(&out, &shop(), CatalogueTarget::Parquet).unwrap();
    assert_eq!(find_format(&out).unwrap(), Some(Format::ParquetFolder));
    let refused = || {
        let error = read_catalogue(&out, &CatalogueOptions::default()).unwrap_err();
        assert!(error.hint().is_some(), "{error}");
        error.to_string().replace(&root.path().display().to_string(), "")
    };
    let write = |name: &str, rows: &[[&str; 3]], columns: [&'static str; 3]| {
        let column = |k: usize| (columns[k], Values::Text(rows.iter().map(|row| row[k]).collect()));
        write_columns(&[column(0), column(1), column(2)], fs::File::create(out.join(name)).unwrap()).unwrap();
    };
    let log = |rows: &[[&str; 3]]| write("interactions.parquet", rows, ["user", "item", "part"]);
    log(&[["ann", "b", "train"], ["bob", "7", "train"], ["bob", "b", "test"], ["ann", "7", "valid"]]);
    let fingerprint = Fingerprint::of(&shop());
    let error = refused();
    assert!(
        error.starts_with("`/shop` is not as it was written: it holds 3 users, 3 items, 2 + 1 + 1 pairs"),
        "{error}"
    );
    assert!(error.ends_with(&format!("and `catalogue.json` says {fingerprint}")), "{error}");
    let row = |what: &str| format!("`/shop/interactions.parquet` makes no sense as a part of a catalogue: {what}");
    log(&[["ann", "b", "train"], ["eve", "7", "train"]]);
    assert_eq!(refused(), row("row 2: the user `eve` is not in `names.parquet`"));
    log(&[["ann", "b", "training"]]);
    assert_eq!(refused(), row("row 1: the part is `training`, expected one of train, valid, test"));
    log(&[["ann", "b", "train"], ["ann", "b", "train"]]);
    assert_eq!(refused(), row("it repeats 1 of its rows"));
    write("interactions.parquet", &[], ["user", "item", "parts"]);
    assert_eq!(refused(), row("holds no column `part`"));
    fs::write(out.join("interactions.parquet"), "PAR1").unwrap();
    assert!(refused().starts_with(&row("is not a Parquet file")));
    write("names.parquet", &[["user", "ann", ""], ["user", "ann", ""]], ["kind", "id", "name"]);
    let error = refused();
    assert!(error.ends_with("the user `ann` stands twice"), "{error}");
    fs::write(out.join("catalogue.json"), "{\"version\": 2}").unwrap();
    assert_eq!(refused(), "`/shop/catalogue.json` is of version 2 of its layout, expected 1");
    fs::write(out.join("catalogue.json"), "{\"version\": 1}").unwrap();
    assert!(refused().contains("missing field `fingerprint`"));
    fs::remove_file(out.join("catalogue.json")).unwrap();
    let options = CatalogueOptions { format: Some(Format::ParquetFolder), ..CatalogueOptions::default() };
    let error = read_catalogue(&out, &options).unwrap_err().to_string();
    assert!(error.ends_with("expected a folder with `catalogue.json` and `interactions.parquet`"), "{error}");
}

#[test]
fn attributes_join_what_was_written() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("shop");
    write_catalogue(&out, &shop(), CatalogueTarget::Parquet).unwrap();
    let items = root.path().join("items.csv");
    fs::write(&items, "item,colour\n7,red\nb,blue\nc,red\n").unwrap();
    let options = CatalogueOptions { attributes: vec![items], ..CatalogueOptions::default() };
    let data = read_catalogue(&out, &options).unwrap();
    assert_eq!((data.train, data.valid, data.test), (shop().train, shop().valid, shop().test));
    assert_eq!((data.graph.triplets().len(), data.vocabulary.relations.len()), (5, 3));
}

#[test]
fn many_rows_come_back_from_several_groups() {
    let (n_users, n_items) = (700_u32, 900_u32);
    let pairs: Vec<_> = (0..n_users).flat_map(|user| (0..n_items).map(move |item| (user, item))).collect();
    let data = Dataset {
        name: "out".into(),
        train: Interactions::from_pairs(700, 900, &pairs).unwrap(),
        valid: Interactions::empty(700, 900),
        test: Interactions::from_pairs(700, 900, &[(1, 2)]).unwrap(),
        graph: KnowledgeGraph::empty(900),
        vocabulary: Vocabulary {
            users: Names::numbered(700),
            entities: Names::numbered(900),
            relations: Names::default(),
        },
        notes: Vec::new(),
    };
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    write_catalogue(&out, &data, CatalogueTarget::Parquet).unwrap();
    assert_eq!(read_catalogue(&out, &CatalogueOptions::default()).unwrap(), data);
}
