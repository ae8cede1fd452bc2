use std::collections::HashSet;

use culet_graph::{Csr, EdgeList, Names, NodeTypes};
use proptest::prelude::*;

use super::*;
use crate::network::data::LinkParts;

/// Six nodes of two types, directed, weighted, with two relations, labels and parts.
fn data() -> NetworkData {
    let edges = EdgeList {
        sources: vec![0, 1, 0, 2, 0, 3],
        targets: vec![1, 0, 2, 2, 1, 0],
        weights: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        relations: vec![0, 0, 0, 1, 1, 1],
    };
    let mut network = Network::from_edges(6, true, &edges).unwrap().0;
    network.types = Some(NodeTypes { names: vec!["a".into(), "b".into(), "c".into()], of: vec![0, 0, 0, 0, 1, 1] });
    network.relation_names = vec!["by".into(), "in".into()];
    NetworkData {
        name: "six".into(),
        network,
        nodes: Names::numbered(6),
        labels: Some(NodeLabels {
            names: vec!["x".into(), "y".into()],
            of: Csr::from_pairs(6, &[(0, 0), (0, 1), (3, 1)]).unwrap(),
        }),
        split: LinkParts {
            valid: vec![(1, 2)],
            test: vec![(0, 1), (5, 5), (1, 2), (2, 3), (2, 3)],
            test_negatives: vec![(2, 0), (0, 3), (2, 3), (1, 3), (3, 2), (4, 1)],
            ..LinkParts::default()
        },
        notes: vec!["a note".into()],
    }
}

fn undirected() -> NetworkData {
    NetworkData {
        name: "path".into(),
        network: Network::from_pairs(4, false, &[(0, 1), (1, 2), (2, 2)]),
        nodes: Names::numbered(4),
        labels: None,
        split: LinkParts { test: vec![(3, 2), (2, 1)], test_negatives: vec![(2, 3), (0, 2)], ..LinkParts::default() },
        notes: Vec::new(),
    }
}

#[test]
fn a_small_network_is_counted() {
    let found = describe_network(&data());
    let types: Vec<_> = found.types.iter().map(|t| (t.name.as_str(), t.nodes, t.with_edges)).collect();
    assert_eq!(types, [("a", 4, 4), ("b", 2, 0), ("c", 0, 0)]);
    let relations: Vec<_> = found.relations.iter().map(|r| (r.name.as_str(), r.edges)).collect();
    assert_eq!(relations, [("by", 3), ("in", 3)]);
    assert_eq!(found.weights, Some(Weights { min: 1.0, mean: 3.5, max: 6.0 }));
    // 0>1 (twice), 1>0, 0>2, 3>0 are four pairs of thirty; 0>1 and 1>0 have a way back.
    assert_eq!(found.density, 4.0 / 30.0);
    assert_eq!(found.reciprocity, Some(0.5));
    assert_eq!(found.out_degrees, Quantiles { min: 0, median: 1, p90: 3, max: 3 });
    assert_eq!(found.in_degrees, Quantiles { min: 0, median: 0, p90: 2, max: 2 });
    assert_eq!((found.isolated, found.dead_ends, found.self_loops), (2, 2, 1));
    assert_eq!((found.components, found.largest_component), (3, 4.0 / 6.0));
    let labels = found.labels.unwrap();
    assert_eq!(labels.labels.iter().map(|label| label.nodes).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((labels.labelled_nodes, labels.several), (2, 1));
}

#[test]
fn parts_are_compared_with_edges_of_any_part() {
    let found = describe_network(&data());
    let [valid, test, negatives] = &found.parts[..] else { panic!("{:?}", found.parts) };
    assert_eq!((valid.name.as_str(), valid.training_edges, valid.withheld_edges), ("valid_edges", 0, 1));
    let expected = PartDescription {
        name: "test_edges".into(),
        pairs: 5,
        repeats: 1,
        self_loops: 1,
        training_edges: 1,
        withheld_edges: 1,
        reversed_edges: 0,
        ascending: 4,
        without_training: 1,
    };
    assert_eq!(*test, expected);
    // 2>0 and 0>3 are training edges the other way round, 3>2 a test edge, and 2>3 is an edge itself.
    let expected = PartDescription {
        name: "test_edges_neg".into(),
        pairs: 6,
        repeats: 0,
        self_loops: 0,
        training_edges: 0,
        withheld_edges: 1,
        reversed_edges: 3,
        ascending: 3,
        without_training: 1,
    };
    assert_eq!(*negatives, expected);
    assert!(negatives.is_negative() && !test.is_negative());
}

#[test]
fn in_an_undirected_network_the_order_of_a_pair_says_nothing() {
    let found = describe_network(&undirected());
    assert_eq!((found.density, found.reciprocity), (2.0 / 6.0, None));
    assert_eq!((found.isolated, found.dead_ends, found.self_loops, found.components), (1, 1, 1, 2));
    let [test, negatives] = &found.parts[..] else { panic!("{:?}", found.parts) };
    assert_eq!((test.training_edges, test.withheld_edges, test.without_training), (1, 0, 1));
    assert_eq!((negatives.withheld_edges, negatives.reversed_edges, negatives.ascending), (1, 0, 2));
}

proptest! {
    #[test]
    fn counts_are_those_of_a_slower_count(
        pairs in prop::collection::vec((0_u32..7, 0_u32..7), 1..20), directed: bool,
    ) {
        let network = Network::from_pairs(7, directed, &pairs);
        let both = pairs.iter().flat_map(|&(u, v)| if directed { vec![(u, v)] } else { vec![(u, v), (v, u)] });
        let arcs: HashSet<_> = both.collect();
        let different = arcs.iter().filter(|(u, v)| u != v).count();
        let mutual = arcs.iter().filter(|&&(u, v)| u != v && arcs.contains(&(v, u))).count();
        let data = NetworkData { network, nodes: Names::numbered(7), ..undirected() };
        let found = describe_network(&data);
        prop_assert_eq!(found.density, different as f64 / 42.0);
        let reciprocity = if different == 0 { 0.0 } else { mutual as f64 / different as f64 };
        prop_assert_eq!(found.reciprocity, directed.then_some(reciprocity));
        prop_assert_eq!(found.self_loops as usize, arcs.len() - different);
        let dead = (0..7).filter(|node| arcs.iter().all(|(u, _)| u != node)).count();
        prop_assert_eq!(found.dead_ends as usize, dead);
    }
}

#[test]
fn what_stands_beside_the_edges_is_told_apart_but_for_names() {
    let base = data();
    let mut renamed = base.clone();
    renamed.name = "other".into();
    renamed.nodes = ["a", "b", "c", "d", "e", "f"].into_iter().map(|id| (id, Some("x"))).collect();
    renamed.labels.as_mut().unwrap().names = vec!["p".into(), "q".into()];
    renamed.notes.clear();
    assert_eq!(beside_content(&renamed), beside_content(&base));
    let changes: [&dyn Fn(&mut NetworkData); 6] = [
        &|_| {},
        &|data| data.labels = None,
        &|data| data.labels.as_mut().unwrap().of = Csr::from_pairs(6, &[(0, 0), (1, 1), (3, 1)]).unwrap(),
        &|data| data.split.test_negatives[0] = (0, 2),
        &|data| std::mem::swap(&mut data.split.test, &mut data.split.train_negatives),
        &|data| (data.split, data.labels) = (LinkParts::default(), None),
    ];
    let contents = changes.map(|change| {
        let mut data = base.clone();
        change(&mut data);
        beside_content(&data)
    });
    assert_eq!(contents.iter().collect::<HashSet<_>>().len(), 6, "{contents:?}");
    assert_eq!(contents[5], None);
}

#[test]
fn the_hash_of_the_parts_is_that_of_counts_and_pairs_as_little_endian_words() {
    use sha2::{Digest, Sha256};
    let counts = [0_u32, 0, 0, 2, 2].into_iter().flat_map(|count| [count, 0]);
    let words = counts.chain([3_u32, 2, 2, 1, 2, 3, 0, 2]);
    let bytes: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
    let digest: String = Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(describe_network(&undirected()).beside, Some(digest));
}

#[test]
fn the_description_survives_json() {
    let found = describe_network(&data());
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<NetworkDescription>(&json).unwrap(), found);
}

#[test]
fn the_text_is_aligned() {
    let content = NetworkFingerprint::of(&data().network).content;
    let expected = format!("six ({content})\n")
        + "
nodes                                6  2 without an edge
edges                                6  directed, density 13.3 %
components                           3  the largest holds 66.7 % of the nodes
dead ends                            2  no edge leaves them: a walk ends there
self-loops                           1
reciprocity                     50.0 %  of the edges have a way back
weight                        3.500000  mean, from 1 to 6
labelled nodes                       2  1 with several

edges of a node                    min    median      90 %       max
leaving it                           0         1         3         3
arriving at it                       0         0         2         2

         nodes    share  type
             4   66.7 %  a
             2   33.3 %  b
             0    0.0 %  c

         edges    share  relation
             3   50.0 %  by
             3   50.0 %  in

         nodes    share  label
             1   50.0 %  x
             2  100.0 %  y

given part             pairs in training    withheld    reversed       u < v       u = v     repeats   new nodes
valid_edges                1           0           1           0     100.0 %           0           0           0
test_edges                 5           1           1           0      80.0 %           1           1           1
test_edges_neg             6           0           1           3      50.0 %           0           0           1

notes
- a note
";
    assert_eq!(network_to_text(&describe_network(&data())), expected);
}

#[test]
fn the_text_leaves_out_what_is_not_there() {
    let mut bare = undirected();
    bare.split = LinkParts::default();
    let text = network_to_text(&describe_network(&bare));
    assert!(text.contains("edges                                3  undirected, density 33.3 %\n"), "{text}");
    assert!(text.ends_with("of any direction                     0         1         2         2\n"), "{text}");
}

#[test]
fn an_empty_network_has_a_description() {
    let empty = NetworkData {
        network: Network::from_pairs(0, true, &[]),
        nodes: Names::default(),
        split: LinkParts::default(),
        ..undirected()
    };
    let found = describe_network(&empty);
    assert_eq!((found.density, found.reciprocity, found.components), (0.0, Some(0.0), 0));
    assert!(network_to_text(&found).contains("largest holds 0.0 %"));
}
