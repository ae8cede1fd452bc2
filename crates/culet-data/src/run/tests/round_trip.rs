//! What goes in comes out.

use std::collections::BTreeMap;
use std::fs;

use culet_graph::{Interactions, KnowledgeGraph, Names, Triplet, Vocabulary};
use culet_kernels::{Matrix, SparseMatrix};
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::collection::vec;
use proptest::prelude::*;
use safetensors::SafeTensors;
use serde_json::json;

use super::super::*;
use super::fixture::*;

pub(super) fn names(count: usize) -> impl Strategy<Value = Names> {
    let pairs = vec((any::<String>(), proptest::option::of(any::<String>())), count);
    pairs.prop_map(|pairs| {
        let mut names = Names::default();
        pairs.iter().for_each(|(id, name)| names.push(id, name.as_deref()));
        names
    })
}

fn log(n_users: usize, n_items: usize) -> impl Strategy<Value = Interactions> {
    let n_pairs = if n_users == 0 || n_items == 0 { 0..1 } else { 0..20_usize };
    let pairs = vec((any::<u32>(), any::<u32>()), n_pairs);
    pairs.prop_map(move |pairs| {
        let within = |(user, item): (u32, u32)| (user % n_users as u32, item % n_items as u32);
        Interactions::from_pairs(n_users, n_items, &pairs.into_iter().map(within).collect::<Vec<_>>()).unwrap()
    })
}

fn graph(n_entities: usize, n_relations: usize) -> impl Strategy<Value = KnowledgeGraph> {
    let n_triplets = if n_entities == 0 || n_relations == 0 { 0..1 } else { 0..20_usize };
    let triplets = vec(any::<(u32, u32, u32)>(), n_triplets);
    triplets.prop_map(move |triplets| {
        let (entities, relations) = (n_entities as u32, n_relations as u32);
        let within = |(h, r, t)| Triplet { head: h % entities, relation: r % relations, tail: t % entities };
        KnowledgeGraph::from_triplets(n_entities, n_relations, triplets.into_iter().map(within).collect()).unwrap()
    })
}

pub(super) fn table() -> impl Strategy<Value = Matrix> {
    (0..5_usize, 0..35_usize).prop_flat_map(|(n_rows, dim)| {
        vec(any::<u32>().prop_map(f32::from_bits), n_rows * dim)
            .prop_map(move |values| Matrix::from_values(n_rows, dim, &values))
    })
}

fn sparse_table() -> impl Strategy<Value = SparseMatrix> {
    (0..6_usize).prop_flat_map(|n_columns| {
        let row = proptest::collection::btree_map(0..n_columns.max(1) as u32, -1e30..1e30_f32, 0..=n_columns);
        vec(row.prop_map(|row| row.into_iter().collect::<Vec<_>>()), 0..5)
            .prop_map(move |rows| SparseMatrix::from_rows(n_columns, rows))
    })
}

fn per_user() -> impl Strategy<Value = PerUserTable> {
    vec((any::<String>(), any::<u32>(), -1e300..1e300_f64), 0..5).prop_map(|rows| PerUserTable {
        users: rows.iter().map(|row| row.0.clone()).collect(),
        n_targets: rows.iter().map(|row| row.1).collect(),
        metrics: vec![("map@20".into(), rows.iter().map(|row| row.2).collect())],
    })
}

fn anything() -> impl Strategy<Value = Owned> {
    let sizes = (0..5_usize, 0..5_usize, 0..5_usize, 0..3_usize);
    sizes.prop_flat_map(|(n_users, n_items, n_more, n_relations)| {
        let n_entities = n_items + n_more;
        let log = || log(n_users, n_items);
        let vocabulary = (names(n_users), names(n_entities), names(n_relations));
        let graph = graph(n_entities, n_relations);
        let tables = proptest::collection::btree_map(any::<String>(), table(), 0..3);
        let rest = (proptest::option::of(sparse_table()), proptest::option::of(per_user()), any::<(u64, f64)>());
        (vocabulary, log(), log(), log(), graph, tables, rest).prop_map(
            |((users, entities, relations), train, valid, test, graph, tables, (sparse, per_user, (seed, metric)))| {
                let mut summary = summary(seed);
                if metric.is_finite() {
                    summary.metrics.insert("valid".into(), BTreeMap::from([("auc".into(), metric)]));
                }
                let vocabulary = Vocabulary { users, entities, relations };
                let tables = tables.into_iter().filter(|(name, _)| name != "__metadata__").collect();
                let parts = CatalogueParts { train, valid, test, graph, vocabulary };
                let sparse = sparse.into_iter().map(|table| ("scorer.weights".to_owned(), table)).collect();
                Owned { summary, tables, sparse, data: RunData::Catalogue(parts.into()), per_user }
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_contents_are_read_as_they_were_written(owned in anything()) {
        let (_folder, path) = place();
        let manifest = RunWriter::create(&path).unwrap().finish(&owned.contents()).unwrap();
        let run = Run::open(&path).unwrap();
        prop_assert_eq!(&run.manifest, &manifest);
        prop_assert!(owned.equals(&run));
        prop_assert!(owned.equals(&Run::open_unverified(&path).unwrap()));
    }
}

#[test]
fn the_folder_holds_the_documented_files_and_no_others() {
    let (_folder, path) = finished(1);
    let found: Vec<_> = snapshot(&path).into_keys().collect();
    let documented = [DATA, HISTORY, MANIFEST, PER_USER, TABLES, VOCABULARY];
    assert_eq!(found, documented);
    let listed: Vec<_> = Run::open(&path).unwrap().manifest.files.into_keys().collect();
    assert_eq!(listed, documented.map(String::from).into_iter().filter(|name| name != MANIFEST).collect::<Vec<_>>());
}

#[test]
fn equal_contents_give_equal_bytes() {
    let (_a, a) = finished_anew(&owned(3));
    let (_b, b) = finished_anew(&owned(3));
    let (_c, c) = finished_anew(&owned(4));
    assert_eq!(snapshot(&a), snapshot(&b));
    assert_ne!(snapshot(&a), snapshot(&c));
}

#[test]
fn the_history_is_there_at_once_and_may_go_on_after_the_manifest() {
    let (_folder, path) = place();
    let mut writer = RunWriter::create(&path).unwrap();
    writer.append_history(&json!({"epoch": 0})).unwrap();
    assert_eq!(fs::read_to_string(path.join(HISTORY)).unwrap(), "{\"epoch\":0}\n");
    writer.finish(&owned(1).contents()).unwrap();
    writer.append_history(&json!({"note": "line\nbreak"})).unwrap();
    let run = Run::open(&path).unwrap();
    assert_eq!(run.history().unwrap(), [json!({"epoch": 0}), json!({"note": "line\nbreak"})]);
    let torn = fs::read_to_string(path.join(HISTORY)).unwrap() + "{\"epoch\":";
    fs::write(path.join(HISTORY), torn).unwrap();
    assert_eq!(Run::open(&path).unwrap().history().unwrap().len(), 2, "a torn last line is no event");
}

#[test]
fn the_library_of_safetensors_reads_the_tables_unpadded() {
    let (_folder, path) = finished(2);
    let bytes = fs::read(path.join(TABLES)).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    for (name, table) in owned(2).tables {
        let view = tensors.tensor(&name).unwrap();
        assert_eq!(view.shape(), [table.n_rows(), table.dim()]);
        let expected: Vec<u8> = table.to_values().iter().flat_map(|x| x.to_le_bytes()).collect();
        assert_eq!(view.data(), expected, "{name}");
    }
    let data = fs::read(path.join(DATA)).unwrap();
    let (_, header) = SafeTensors::read_metadata(&data).unwrap();
    assert_eq!(header.metadata().as_ref().unwrap()["n_entities"], "5");
    let items = SafeTensors::deserialize(&data).unwrap();
    assert_eq!(items.tensor("valid.items").unwrap().data(), [2, 0, 0, 0]);
    assert_eq!(items.tensor("graph.triplets").unwrap().shape(), [2, 3]);
}

#[test]
fn the_row_interface_of_parquet_reads_names_and_metrics() {
    let (_folder, path) = finished(1);
    let rows = |name: &str| -> Vec<String> {
        let reader = SerializedFileReader::new(fs::File::open(path.join(name)).unwrap()).unwrap();
        reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect()
    };
    let vocabulary = rows(VOCABULARY);
    assert_eq!(vocabulary.len(), 4 + 5 + 2);
    assert_eq!(vocabulary[0], r#"{kind: "user", index: 0, id: "a", name: "user 1"}"#);
    assert_eq!(vocabulary[3], r#"{kind: "user", index: 3, id: "ü", name: "Ümit"}"#);
    assert_eq!(vocabulary[4], r#"{kind: "entity", index: 0, id: "0", name: null}"#);
    assert_eq!(vocabulary[9], r#"{kind: "relation", index: 0, id: "r1", name: "directed by"}"#);
    assert_eq!(rows(PER_USER)[1], r#"{user: "ü", n_targets: 4294967295, recall@20: 1.0, ndcg@20: 1.0}"#);
}

#[test]
fn a_table_that_is_not_there_is_named_beside_those_that_are() {
    let (_folder, path) = finished(1);
    let error = Run::open(&path).unwrap().table("representation.items").unwrap_err().to_string();
    let told = "holds no table `representation.items`; its tables: `representation.users`, `parameter.entities`, \
                `scorer.weights.counts`, `scorer.weights.columns`, `scorer.weights.values`";
    assert_eq!(error, format!("`{}` {told}", path.display()));
}
