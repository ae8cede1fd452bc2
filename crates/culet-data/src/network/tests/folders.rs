//! What stands beside the edges: tables, labels, given parts, `meta.json`.

use super::{ids, read, read_with};
use crate::network::{NetworkData, NetworkOptions};

const UNDIRECTED: (&str, &str) = ("meta.json", r#"{"directed": false}"#);
const DIRECTED: (&str, &str) = ("meta.json", r#"{"isDirected": true}"#);

fn has_note(data: &NetworkData, note: &str) {
    assert!(data.notes.iter().any(|own| own == note), "{:?}", data.notes);
}

#[test]
fn the_number_of_nodes_makes_ids_numbers() {
    let data = read(&[("train_edges.tsv", "3\t1\n"), ("meta.json", r#"{"num_nodes": 5, "isDirected": true}"#)]);
    assert_eq!(ids(&data), ["0", "1", "2", "3", "4"]);
    assert!(data.network.is_directed() && data.network.has_edge(3, 1));
    assert_eq!(data.notes, ["3 nodes are without a training edge"]);
    // Ids that are no numbers cannot be meant; then the number is only compared.
    let data = read(&[("train_edges.tsv", "a b\n"), ("meta.json", r#"{"num_nodes": 5, "isDirected": true}"#)]);
    assert_eq!(ids(&data), ["a", "b"]);
    assert_eq!(data.notes, ["`meta.json` tells of 5 nodes, and there are 2"]);
}

#[test]
fn original_ids_come_from_their_list() {
    let index = ("node_index.tsv", "1\tfive\n0\t17\n2\tsix\n");
    let data = read(&[("train_edges.tsv", "0\t1\n"), index, UNDIRECTED]);
    assert_eq!(ids(&data), ["17", "five", "six"]);
    assert!(data.network.has_edge(0, 1));
    let data = read(&[("edges.tsv", "0 1\n"), ("node_index.csv", "index,id\n0,a\n1,b\n"), UNDIRECTED]);
    assert_eq!(ids(&data), ["a", "b"]);
}

#[test]
fn a_node_table_sets_order_types_and_names() {
    let nodes = ("nodes.tsv", "id\ttype\tname\nb\tfilm\tAlien\nc\tactor\na\tfilm\t\"Solaris\"\n");
    let data = read(&[("edges.tsv", "a b\n"), nodes, UNDIRECTED]);
    assert_eq!(ids(&data), ["b", "c", "a"]);
    let types = data.network.types.as_ref().unwrap();
    assert_eq!((types.names.join(" "), types.of.as_slice()), ("film actor".into(), &[0, 1, 0][..]));
    assert_eq!([0, 1, 2].map(|node| data.nodes.name(node)), [Some("Alien"), None, Some("Solaris")]);
    assert_eq!(data.notes, ["1 node is without a training edge", "no edge touches a node of type `actor`"]);
}

#[test]
fn a_node_table_may_have_any_columns() {
    let data =
        read(&[("edges.tsv", "1 2\n2 3\n"), ("nodes.csv", "name,year,id\nAnn,1990,2\nBob,1991,1\n"), UNDIRECTED]);
    assert_eq!(ids(&data), ["2", "1", "3"]);
    assert_eq!([0, 1, 2].map(|node| data.nodes.name(node)), [Some("Ann"), Some("Bob"), None]);
    has_note(&data, "`nodes.csv` has columns that are not used: `year`");
    has_note(&data, "the node table leaves out 1 node");
    // Without a header: id, type, name.
    let data = read(&[("edges.tsv", "1 2\n"), ("nodes.tsv", "1\tx\tAnn Lee\n2\ty\tBob\n"), UNDIRECTED]);
    assert_eq!(data.network.types.unwrap().names, ["x", "y"]);
    assert_eq!(data.nodes.name(0), Some("Ann Lee"));
    // Ids alone.
    let data = read(&[("edges.tsv", "a b\n"), ("nodes.txt", "b\na\nz\n"), UNDIRECTED]);
    assert_eq!(ids(&data), ["b", "a", "z"]);
    let data = read(&[("edges.tsv", "a b\n"), ("nodes.txt", "id\nb\na\n"), UNDIRECTED]);
    assert_eq!(ids(&data), ["b", "a"]);
}

#[test]
fn types_of_ids_reach_into_the_node_table() {
    let nodes = ("nodes.tsv", "id\tname\nvenue:9\tKDD\na:1\tAnn\n");
    let data = read(&[("edges.tsv", "a:1 r b:1\n"), nodes, DIRECTED]);
    assert_eq!(data.network.types.as_ref().unwrap().names, ["venue", "a", "b"]);
    has_note(&data, "no edge touches a node of type `venue`");
}

#[test]
fn labels_are_sorted_and_may_be_several() {
    let labels = ("author_labels.tsv", "node\tlabel\nc\t10\na\t2\nc\t9\nc\t10\nz\t1\n");
    let data = read(&[("edges.tsv", "a b\nb c\n"), labels, UNDIRECTED]);
    let found = data.labels.as_ref().unwrap();
    assert_eq!(found.names, ["1", "2", "9", "10"]);
    assert_eq!([0, 1, 2].map(|node| found.of.row(node)), [&[1][..], &[], &[2, 3]]);
    has_note(&data, "`author_labels.tsv` holds 1 label of nodes that the network does not have, left out");
    let data = read(&[("edges.tsv", "5 4\n"), ("labels.csv", "5,beta,x\n4,alpha,y\n"), UNDIRECTED]);
    let found = data.labels.as_ref().unwrap();
    assert_eq!((found.names.join(" "), found.of.columns()), ("alpha beta".into(), &[0, 1][..]));
    has_note(&data, "`labels.csv` has columns that are not used: `x`");
    let data = read(&[("edges.tsv", "5 4\n"), ("labels.csv", "author,field\n5,beta\n4,alpha\n"), UNDIRECTED]);
    assert_eq!(data.labels.unwrap().names, ["alpha", "beta"]);
}

#[test]
fn parts_share_the_numbering() {
    let files = [
        ("train_edges.tsv", "30 10\n10 20\n20 30\n"),
        ("train_edges_neg.tsv", "10 40\n"),
        ("valid_edges.csv", "20,40\n"),
        ("valid_edges_neg.tsv", ""),
        ("test_edges.tsv", "50 10\n10 30\n40 20\n"),
        ("test_edges_neg.tsv", "10 20\n50 20\n40 20\n"),
        UNDIRECTED,
    ];
    let data = read(&files);
    assert_eq!(ids(&data), ["10", "20", "30", "40", "50"]);
    assert_eq!(data.split.train_negatives, [(0, 3)]);
    assert_eq!((data.split.valid.as_slice(), data.split.valid_negatives.len()), (&[(1, 3)][..], 0));
    assert_eq!(data.split.test, [(4, 0), (0, 2), (3, 1)]);
    assert_eq!(data.split.test_negatives, [(0, 1), (4, 1), (3, 1)]);
    let notes = [
        "2 nodes are without a training edge",
        "`valid_edges` holds 1 pair with a node that no training edge touches",
        "`test_edges` holds 1 training edge",
        "`test_edges` holds 2 pairs with a node that no training edge touches",
        "`test_edges_neg` holds 2 edges (1 of them in training)",
    ];
    assert_eq!(data.notes, notes);
}

#[test]
fn directed_networks_are_judged_by_their_own_negatives() {
    let files = |meta| {
        [
            ("train_edges.tsv", "0 1\n1 2\n"),
            ("test_edges.tsv", "2 0\n"),
            ("test_edges_neg.tsv", "0 3\n"),
            ("test_edges_neg_directed.tsv", "1 0\n0 2\n3 1\n"),
            meta,
        ]
    };
    let data = read(&files(DIRECTED));
    assert_eq!(data.split.test_negatives, [(1, 0), (0, 2), (3, 1)]);
    has_note(&data, "the test negatives are those of `test_edges_neg_directed.tsv`, not those of `test_edges_neg.tsv`");
    has_note(&data, "`test_edges_neg` holds 2 reversed edges");
    let data = read(&files(UNDIRECTED));
    assert_eq!(data.split.test_negatives, [(0, 3)]);
    has_note(&data, "`test_edges_neg_directed.tsv` is not used, as the network is undirected");
}

#[test]
fn parts_take_their_columns_from_the_training_edges() {
    let train = ("train_edges.tsv", "target\tweight\tsource\nb\t2\ta\nc\t1\tb\n");
    let data = read(&[train, ("test_edges.tsv", "c\ta\n"), ("valid_edges.tsv", "a\t3\tc\n"), DIRECTED]);
    // a is 1, as it appears second; the first column of the pair is the target.
    assert_eq!(ids(&data), ["a", "b", "c"]);
    assert_eq!((data.split.test[0], data.split.valid[0]), ((0, 2), (2, 0)));
    has_note(&data, "of `valid_edges.tsv` only source and target are used");
    let data = read(&[train, ("test_edges.tsv", "source\ttarget\nc\ta\n"), DIRECTED]);
    assert_eq!(data.split.test[0], (2, 0));
}

#[test]
fn the_direction_follows_the_option_then_the_folder() {
    let asked = NetworkOptions { directed: Some(true), ..NetworkOptions::default() };
    let data = read_with(&[("edges.tsv", "0 1\n"), UNDIRECTED], &asked).unwrap();
    assert!(data.network.is_directed());
    assert_eq!(data.notes, ["read as directed, although `meta.json` says undirected"]);
    assert!(read(&[("edges.tsv", "0 1\n"), DIRECTED]).notes.is_empty());
}

#[test]
fn files_that_are_not_used_are_named() {
    let files = [
        ("train_edges.tsv", "0 1\n"),
        ("edges.tsv", "0 1\n1 2\n"),
        ("nodes.tsv", "id\tname\n0\tA\n1\tB\n"),
        ("node_index.tsv", "0\tx\n1\ty\n"),
        UNDIRECTED,
    ];
    let data = read(&files);
    assert_eq!((data.network.n_edges(), ids(&data)), (1, vec!["0", "1"]));
    has_note(&data, "`edges.tsv` is not used, as `train_edges.tsv` stands beside it");
    has_note(&data, "`node_index.tsv` is not used, as `nodes.tsv` stands beside it");
}

#[test]
fn the_name_is_that_of_the_folder_or_what_meta_says() {
    assert_eq!(read(&[("edges.tsv", "0 1\n")]).name, "data");
    assert_eq!(read(&[("edges.tsv", "0 1\n"), ("meta.json", r#"{"name": "ppi"}"#)]).name, "ppi");
}
