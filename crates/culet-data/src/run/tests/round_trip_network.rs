//! What goes in comes out: networks.

use std::fs;

use culet_graph::{Csr, EdgeList, Network, NodeTypes};
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::collection::vec;
use proptest::prelude::*;
use safetensors::SafeTensors;

use super::super::*;
use super::fixture::*;
use super::round_trip::{names, table};
use crate::NodeLabels;

/// A network of any kind: with or without direction, weights, relations, their names, and types.
fn network(n_nodes: usize) -> impl Strategy<Value = Network> {
    let n_edges = if n_nodes == 0 { 0..1 } else { 0..25_usize };
    let ends = vec((any::<(u32, u32, u16)>(), 1e-3..1e3_f32), n_edges);
    let types = (proptest::option::of(vec(any::<String>(), 1..4)), vec(any::<u8>(), n_nodes));
    let relations = vec(any::<String>(), 0..4);
    (ends, any::<(bool, bool, bool)>(), types, relations).prop_map(
        move |(ends, (directed, weighted, related), (types, of), relation_names)| {
            let mut edges: EdgeList =
                ends.iter().map(|((u, v, _), _)| (u % n_nodes as u32, v % n_nodes as u32)).collect();
            if weighted {
                edges.weights = ends.iter().map(|(_, weight)| *weight).collect();
            }
            if related {
                let n_relations = relation_names.len().max(1) as u16;
                edges.relations = ends.iter().map(|((.., relation), _)| relation % n_relations).collect();
            }
            let (mut network, _) = Network::from_edges(n_nodes, directed, &edges).unwrap();
            network.relation_names = relation_names;
            network.types = types.map(|names| {
                let of = of.iter().map(|&kind| kind % names.len() as u8).collect();
                NodeTypes { names, of }
            });
            network
        },
    )
}

fn labels(n_nodes: usize) -> impl Strategy<Value = NodeLabels> {
    let of = vec(any::<(u32, u32)>(), if n_nodes == 0 { 0..1 } else { 0..10_usize });
    (vec(any::<String>(), 1..4), of).prop_map(move |(names, of)| {
        let within = |(node, label): (u32, u32)| (node % n_nodes as u32, label % names.len() as u32);
        let of: Vec<(u32, u32)> = of.into_iter().map(within).collect();
        NodeLabels { of: Csr::from_pairs(n_nodes, &of).unwrap(), names }
    })
}

fn pairs(n_nodes: usize) -> impl Strategy<Value = Vec<(u32, u32)>> {
    let pairs = vec(any::<(u32, u32)>(), if n_nodes == 0 { 0..1 } else { 0..6_usize });
    pairs.prop_map(move |pairs| pairs.into_iter().map(|(u, v)| (u % n_nodes as u32, v % n_nodes as u32)).collect())
}

fn anything() -> impl Strategy<Value = Owned> {
    (0..8_usize).prop_flat_map(|n| {
        let withheld = (pairs(n), pairs(n), pairs(n), pairs(n), pairs(n));
        let known = (network(n), names(n), proptest::option::of(labels(n)));
        let tables = proptest::collection::btree_map("[a-z.]{1,8}", table(), 0..3);
        (known, withheld, tables, any::<u64>()).prop_map(|((network, nodes, labels), withheld, tables, seed)| {
            let (train_negatives, valid, valid_negatives, test, test_negatives) = withheld;
            let summary = RunSummary { data: NetworkFingerprint::of(&network).into(), ..summary(seed) };
            let parts =
                NetworkParts { network, nodes, labels, train_negatives, valid, valid_negatives, test, test_negatives };
            let data = RunData::Network(parts.into());
            Owned { summary, tables: tables.into_iter().collect(), sparse: Vec::new(), data, per_user: None }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_network_is_read_as_it_was_written(owned in anything()) {
        let (_folder, path) = place();
        let manifest = RunWriter::create(&path).unwrap().finish(&owned.contents()).unwrap();
        let run = Run::open(&path).unwrap();
        prop_assert_eq!(&run.manifest, &manifest);
        prop_assert_eq!(&run.data, &owned.data);
        prop_assert!(owned.equals(&run));
        prop_assert!(owned.equals(&Run::open_unverified(&path).unwrap()));
    }
}

#[test]
fn equal_networks_give_equal_bytes_and_the_documented_files() {
    let (_a, a) = finished_anew(&owned_network(3));
    let (_b, b) = finished_anew(&owned_network(3));
    assert_eq!(snapshot(&a), snapshot(&b));
    assert_eq!(snapshot(&a).into_keys().collect::<Vec<_>>(), [DATA, HISTORY, MANIFEST, PER_USER, TABLES, VOCABULARY]);
}

#[test]
fn the_library_of_safetensors_reads_edges_and_what_is_known_of_them() {
    let (_folder, path) = finished_network(2);
    let bytes = fs::read(path.join(DATA)).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let edges = tensors.tensor("network.edges").unwrap();
    assert_eq!((edges.shape(), edges.data()), (&[4, 2][..], &words(&[0, 1, 1, 2, 3, 0, 3, 3])[..]));
    let weights: Vec<u8> = [0.5_f32, 2.0, 1e-3, 2.25].iter().flat_map(|weight| weight.to_le_bytes()).collect();
    assert_eq!(tensors.tensor("network.weights").unwrap().data(), weights);
    assert_eq!(tensors.tensor("network.relations").unwrap().data(), [1, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!(tensors.tensor("network.types").unwrap().data(), [0, 1, 1, 0, 0]);
    assert_eq!(tensors.tensor("labels.offsets").unwrap().data(), words(&[0, 2, 2, 2, 3, 4]));
    assert_eq!(tensors.tensor("labels.of").unwrap().data(), words(&[1, 0, 1, 0]));
    assert_eq!(tensors.tensor("test.edges").unwrap().data(), words(&[0, 2, 4, 2]));
    assert_eq!(tensors.tensor("train.negatives").unwrap().data(), words(&[4, 4, 0, 4]));
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let facts = header.metadata().clone().unwrap();
    assert_eq!((facts["n_nodes"].as_str(), facts["directed"].as_str()), ("5", "true"));
}

#[test]
fn the_row_interface_of_parquet_reads_nodes_with_their_types() {
    let (_folder, path) = finished_network(1);
    let reader = SerializedFileReader::new(fs::File::open(path.join(VOCABULARY)).unwrap()).unwrap();
    let rows: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
    assert_eq!(rows.len(), 5 + 2 + 2 + 3);
    assert_eq!(rows[0], r#"{kind: "node", index: 0, id: "a:1", name: "node 1", type: "author"}"#);
    assert_eq!(rows[3], r#"{kind: "node", index: 3, id: "ü", name: "Ümit", type: "paper"}"#);
    assert_eq!(rows[6], r#"{kind: "type", index: 1, id: "paper", name: null, type: null}"#);
    assert_eq!(rows[7], r#"{kind: "relation", index: 0, id: "cites", name: null, type: null}"#);
    assert_eq!(rows[11], r#"{kind: "label", index: 2, id: "of nobody", name: null, type: null}"#);
}
