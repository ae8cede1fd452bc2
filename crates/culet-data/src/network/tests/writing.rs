//! The way out and back.

use std::fs;

use culet_graph::{Csr, EdgeList, Names, Network, NodeTypes};
use proptest::prelude::*;

use super::read;
use crate::DataError;
use crate::network::{
    LinkParts, NetworkData, NetworkOptions, NodeLabels, SplitRecord, read_network, write_edge_list, write_network,
};

/// Texts that ids, names, types, relations and labels may be: blanks, quotes, tabs, commas, comments among them.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[0-9]{1,3}",
        3 => "[a-z]{1,2}:[0-9]{1,2}",
        2 => "[a-c,;\"#% \t/:|]{1,5}",
        1 => Just("source".to_string()),
        1 => Just("\u{feff}x".to_string()),
        1 => r"[^\n\r\x00]{1,6}",
    ]
}

fn distinct(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<String>> {
    prop::collection::hash_set(text(), count).prop_map(|texts| {
        let mut texts: Vec<_> = texts.into_iter().collect();
        // The order of a set differs between runs; any order will do, but the same.
        texts.sort();
        texts
    })
}

fn names(n: usize) -> impl Strategy<Value = Names> {
    let numbered = Just(Names::numbered(n));
    let named = (distinct(n..n + 1), prop::collection::vec(prop::option::of(text()), n))
        .prop_map(|(ids, names)| ids.iter().zip(&names).map(|(id, name)| (id.as_str(), name.as_deref())).collect());
    prop_oneof![1 => numbered, 3 => named]
}

fn network(n: usize) -> impl Strategy<Value = Network> {
    let node = 0..n as u32;
    let edge = (node.clone(), node, 0.001_f32..1e6, 0_u16..3);
    let types = prop::option::of((distinct(4..5), prop::collection::vec(0_u8..4, n)));
    let relations = distinct(3..4);
    (prop::collection::vec(edge, 1..12), any::<bool>(), any::<bool>(), any::<bool>(), types, relations).prop_map(
        move |(rows, directed, weighted, related, types, relations)| {
            let edges = EdgeList {
                sources: rows.iter().map(|row| row.0).collect(),
                targets: rows.iter().map(|row| row.1).collect(),
                weights: rows.iter().map(|row| row.2).take(if weighted { rows.len() } else { 0 }).collect(),
                relations: rows.iter().map(|row| row.3).take(if related { rows.len() } else { 0 }).collect(),
            };
            let mut network = Network::from_edges(n, directed, &edges).unwrap().0;
            network.types = types.map(|(names, of)| NodeTypes { names, of });
            if related {
                network.relation_names = relations;
            }
            network
        },
    )
}

fn labels(n: usize) -> impl Strategy<Value = NodeLabels> {
    (distinct(3..4), prop::collection::vec((0..n as u32, 0_u32..3), 0..9)).prop_map(move |(names, pairs)| NodeLabels {
        names,
        of: Csr::from_pairs(n, &pairs).unwrap().sorted_and_distinct(),
    })
}

fn split(n: usize) -> impl Strategy<Value = LinkParts> {
    let pairs = move || prop::collection::vec((0..n as u32, 0..n as u32), 0..5);
    [pairs(), pairs(), pairs(), pairs(), pairs()].prop_map(
        |[train_negatives, valid, valid_negatives, test, test_negatives]| LinkParts {
            train_negatives,
            valid,
            valid_negatives,
            test,
            test_negatives,
        },
    )
}

fn data() -> impl Strategy<Value = NetworkData> {
    (2_usize..9).prop_flat_map(|n| {
        let parts = (text(), network(n), names(n), prop::option::of(labels(n)), split(n));
        parts.prop_map(|(name, network, nodes, labels, split)| NetworkData {
            name,
            network,
            nodes,
            labels,
            split,
            notes: Vec::new(),
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_written_is_read_back(data in data()) {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("x");
        write_network(&folder, &data, None).unwrap();
        let mut back = read_network(&folder, &NetworkOptions::default()).unwrap();
        back.notes.clear();
        prop_assert_eq!(back, data);
    }

    #[test]
    fn an_edge_list_keeps_the_edges(data in data(), which in 0_usize..5) {
        let delimiter = ['\t', ',', ';', ' ', '|'][which];
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("x.txt");
        write_edge_list(&path, &data, delimiter).unwrap();
        let options = NetworkOptions {
            directed: Some(data.network.is_directed()),
            typed: Some(false),
            delimiter: (delimiter == '|').then_some(delimiter),
            ..NetworkOptions::default()
        };
        let back = read_network(&path, &options).unwrap();
        prop_assert_eq!(by_id(&back), by_id(&data));
    }
}

/// The edges by ids, relation and weight, sorted; undirected ones with the smaller id first.
fn by_id(data: &NetworkData) -> Vec<(String, String, Option<String>, Option<u32>)> {
    let EdgeList { sources, targets, weights, relations } = data.network.edges();
    let id = |node: u32| data.nodes.id(node as usize).to_owned();
    let mut edges: Vec<_> = (0..sources.len())
        .map(|k| {
            let (source, target) = (id(sources[k]), id(targets[k]));
            let swap = !data.network.is_directed() && target < source;
            let (source, target) = if swap { (target, source) } else { (source, target) };
            let relation = relations.get(k).map(|&relation| data.network.relation_names[relation as usize].clone());
            (source, target, relation, weights.get(k).map(|weight| weight.to_bits()))
        })
        .collect();
    edges.sort();
    edges
}

#[test]
fn the_files_are_those_of_the_layout() {
    let data = read(&[
        ("edges.tsv", "p:1 by a:1 2\np:2 by a:1 1\n"),
        ("nodes.tsv", "id\tname\np:1\tOn walks\n"),
        ("labels.tsv", "node label\np:2 x\n"),
        ("test_edges.tsv", "p:1 a:1\n"),
        ("meta.json", r#"{"name": "films", "directed": true}"#),
    ]);
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("a/b");
    let record = SplitRecord { seed: 7, test_share: 0.5, valid_share: 0.05, negatives: "uniform".into() };
    write_network(&folder, &data, Some(&record)).unwrap();
    let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(text("train_edges.tsv"), "source\ttarget\trelation\tweight\np:1\ta:1\tby\t2\np:2\ta:1\tby\t1\n");
    assert_eq!(text("nodes.tsv"), "id\ttype\tname\np:1\tp\tOn walks\na:1\ta\np:2\tp\n");
    assert_eq!(text("labels.tsv"), "node\tlabel\np:2\tx\n");
    assert_eq!(text("test_edges.tsv"), "source\ttarget\np:1\ta:1\n");
    let meta: serde_json::Value = serde_json::from_str(&text("meta.json")).unwrap();
    let expected = serde_json::json!({
        "name": "films", "directed": true, "num_nodes": 3, "num_edges": 2, "typed_ids": false,
        "type_names": ["p", "a"], "relation_names": ["by"], "label_names": ["x"],
        "split": {"seed": 7, "test_share": 0.5, "valid_share": 0.05, "negatives": "uniform"}
    });
    assert_eq!(meta, expected);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 5);
    let back = read_network(&folder, &NetworkOptions::default()).unwrap();
    let note = "the parts were drawn with seed 7: 50 % of the edges to test, 5 % to validate; negatives: uniform";
    assert_eq!(back.notes.last().unwrap(), note);
}

#[test]
fn numbered_nodes_need_no_table() {
    let data = read(&[("edges.tsv", "0 2\n"), ("meta.json", r#"{"num_nodes": 4, "directed": false}"#)]);
    let root = tempfile::tempdir().unwrap();
    write_network(root.path(), &data, None).unwrap();
    assert!(!root.path().join("nodes.tsv").exists());
    assert_eq!(read_network(root.path(), &NetworkOptions::default()).unwrap().nodes, Names::numbered(4));
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("mine.txt"), "precious").unwrap();
    let error = write_network(root.path(), &read(&[("edges.tsv", "0 1\n")]), None).unwrap_err();
    assert!(matches!(error, DataError::NotEmpty { .. }), "{error}");
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
}

#[test]
fn what_would_not_return_is_refused_before_anything_is_written() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("x");
    let plain = || read(&[("edges.tsv", "a:1 r b:1\n")]);
    let refusal = |change: &dyn Fn(&mut NetworkData)| {
        let mut data = plain();
        change(&mut data);
        let error = write_network(&folder, &data, None).unwrap_err().to_string();
        assert!(!folder.exists());
        error.split_once("` ").unwrap().1.to_owned()
    };
    let renamed = |ids: [(&str, Option<&str>); 2]| ids.into_iter().collect::<Names>();
    let found = refusal(&|data| data.nodes = renamed([("x", None), ("", None)]));
    assert_eq!(found, "cannot be written: the id of node 1 is empty: ``");
    let found = refusal(&|data| data.nodes = renamed([("x", None), ("x", None)]));
    assert_eq!(found, "cannot be written: the id of node 1 is repeated: `x`");
    let found = refusal(&|data| data.nodes = renamed([("x", Some("a\nb")), ("y", None)]));
    assert_eq!(found, "cannot be written: the name of node 0 is no single line of text: `a\\nb`");
    let found = refusal(&|data| data.network.relation_names = vec!["r\r".into()]);
    assert_eq!(found, "cannot be written: relation 0 is no single line of text: `r\\r`");
    let found = refusal(&|data| data.network.types.as_mut().unwrap().names = vec!["t".into(), "t".into()]);
    assert_eq!(found, "cannot be written: type 1 is repeated: `t`");
    let found = refusal(&|data| data.network = Network::from_pairs(2, false, &[]));
    assert_eq!(found, "holds no edge");
    let error = write_edge_list(&root.path().join("x.txt"), &plain(), '.').unwrap_err();
    assert_eq!(error.to_string(), "`delimiter` is ., expected a tab, comma, semicolon, space or `|`");
}
