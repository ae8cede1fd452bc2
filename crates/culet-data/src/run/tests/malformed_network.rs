//! Networks whose checksums are right and whose content is not: errors, never panics.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::super::tensors::Tensor;
use super::super::*;
use super::fixture::*;
use crate::columns::{Values, write_columns};

/// The tensors of a network's `data.safetensors`, to be spoilt.
struct Data {
    pairs: BTreeMap<&'static str, Vec<(u32, u32)>>,
    lists: BTreeMap<&'static str, Vec<u32>>,
    weights: Option<Vec<f32>>,
    relations: Option<Vec<u16>>,
    types: Option<Vec<u8>>,
    facts: BTreeMap<String, String>,
}

impl Data {
    /// That of `owned_network(1)`.
    fn good() -> Self {
        let pairs = BTreeMap::from([
            ("network.edges", vec![(0, 1), (1, 2), (3, 0), (3, 3)]),
            ("train.negatives", vec![(4, 4), (0, 4)]),
            ("valid.edges", vec![(1, 2)]),
            ("valid.negatives", vec![(2, 1)]),
            ("test.edges", vec![(0, 1), (4, 2)]),
            ("test.negatives", vec![(2, 4), (2, 4)]),
        ]);
        let lists = [("labels.offsets", vec![0, 2, 2, 2, 3, 4]), ("labels.of", vec![1, 0, 1, 1])];
        Self {
            pairs,
            lists: lists.into(),
            weights: Some(vec![0.5, 2.0, 1e-3, 1.25]),
            relations: Some(vec![1, 0, 1, 0]),
            types: Some(vec![0, 1, 1, 1, 0]),
            facts: [("n_nodes", "5"), ("directed", "true")].map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        }
    }

    fn write(&self, folder: &Path) {
        let mut tensors: Vec<_> = self.pairs.iter().map(|(name, pairs)| (*name, Tensor::Pairs(pairs))).collect();
        tensors.extend(self.lists.iter().map(|(name, list)| (*name, Tensor::Words(list))));
        tensors.extend(self.weights.iter().map(|weights| ("network.weights", Tensor::Reals(weights))));
        tensors.extend(self.relations.iter().map(|relations| ("network.relations", Tensor::Shorts(relations))));
        tensors.extend(self.types.iter().map(|types| ("network.types", Tensor::Bytes(types))));
        tensors::write(&tensors, &self.facts, fs::File::create(folder.join(DATA)).unwrap()).unwrap();
        vouch(folder);
    }
}

/// What is said of a run in this folder, if anything.
fn told(path: &Path) -> String {
    vouch(path);
    let opened = Run::open(path);
    opened.map_or_else(|error| error.to_string().replace(&format!("`{}/", path.display()), "`"), |_| "nothing".into())
}

/// What is said of a run whose data were spoilt, without the name of the file.
fn told_of(spoil: impl FnOnce(&mut Data)) -> String {
    let (_folder, path) = finished_network(1);
    let mut data = Data::good();
    spoil(&mut data);
    data.write(&path);
    told(&path).replace("`data.safetensors`: ", "")
}

#[test]
fn good_data_are_read() {
    let (_folder, path) = finished_network(1);
    Data::good().write(&path);
    assert!(owned_network(1).equals(&Run::open(&path).unwrap()));
}

#[test]
fn edges_that_make_no_network_are_told() {
    let edges = |edges: &[(u32, u32)]| told_of(|data| drop(data.pairs.insert("network.edges", edges.to_vec())));
    let message = "`network.edges`: node 5 is out of range: there are 5, so the largest id is 4";
    assert_eq!(edges(&[(0, 1), (1, 5), (3, 0), (3, 3)]), message);
    assert_eq!(edges(&[(0, 1)]), "`network.weights` has length 4, expected 1");
    let no_relations = |data: &mut Data| {
        data.relations = None;
        data.pairs.insert("network.edges", vec![(0, 1), (1, 2), (0, 1), (3, 3)]);
    };
    assert_eq!(told_of(no_relations), "`network.edges` repeats 1 of its 4 edges, and 0 have no weight");
    let undirected = |data: &mut Data| {
        data.facts.insert("directed".into(), "false".into());
        data.relations = None;
        data.pairs.insert("network.edges", vec![(0, 1), (1, 0), (3, 0), (3, 3)]);
    };
    assert_eq!(told_of(undirected), "`network.edges` repeats 1 of its 4 edges, and 0 have no weight");
    let weights = |weights: [f32; 4]| told_of(|data| data.weights = Some(weights.to_vec()));
    assert_eq!(weights([1.0, 0.0, 1.0, 1.0]), "`network.edges` repeats 0 of its 4 edges, and 1 have no weight");
    let message = "`network.edges`: edge 2 has weight NaN, expected a positive number";
    assert_eq!(weights([1.0, 1.0, f32::NAN, 1.0]), message);
    assert_eq!(told_of(|data| drop(data.pairs.remove("network.edges"))), "holds no tensor `network.edges`");
    assert_eq!(told_of(|data| data.relations = Some(vec![0])), "`network.relations` has length 1, expected 4");
    let relations = told_of(|data| data.relations = Some(vec![0, 0, 2, 0]));
    assert_eq!(relations, "`network.relations` names relation 2 of 2");
}

#[test]
fn facts_that_are_missing_or_contradict_the_vocabulary_are_told() {
    let fact = |name: &str, fact: &str| told_of(|data| drop(data.facts.insert(name.into(), fact.into())));
    assert_eq!(fact("n_nodes", "6"), "has 6 nodes, expected 5 as in `vocabulary.parquet`");
    assert_eq!(fact("n_nodes", "4294967295"), "has 4294967295 nodes, expected 5 as in `vocabulary.parquet`");
    assert_eq!(fact("n_nodes", "-1"), "`n_nodes` is `-1`, expected a count");
    assert_eq!(fact("directed", "yes"), "`directed` is `yes`, expected true or false");
    assert_eq!(told_of(|data| drop(data.facts.remove("directed"))), "the metadata lack `directed`");
}

#[test]
fn types_and_labels_that_contradict_themselves_are_told() {
    let types = |types: &[u8]| told_of(|data| data.types = Some(types.to_vec()));
    assert_eq!(types(&[0, 1, 1, 1]), "`network.types` has length 4, expected 5");
    assert_eq!(types(&[0, 1, 2, 1, 0]), "`network.types` names type 2 of 2");
    let message = "`network.types` and `vocabulary.parquet` differ in the type of node 2";
    assert_eq!(types(&[0, 1, 0, 1, 0]), message);
    assert_eq!(told_of(|data| data.types = None), "holds no tensor `network.types`, but types have names");
    let list = |name: &'static str, list: &[u32]| told_of(|data| drop(data.lists.insert(name, list.to_vec())));
    assert_eq!(list("labels.of", &[1, 0, 1, 3]), "`labels.of` names label 3 of 3");
    assert_eq!(list("labels.of", &[1, 0, 1]), "the offsets of `labels` go from 0 to 4, expected 0 to 3");
    assert_eq!(list("labels.offsets", &[0, 2, 1, 2, 3, 4]), "the offsets of `labels` decrease after node 1");
    assert_eq!(list("labels.offsets", &[0, 4]), "`labels` has 2 offsets, expected 6 for 5 nodes");
    let message = "holds no tensor `labels.offsets`, but labels have names";
    assert_eq!(told_of(|data| drop(data.lists.remove("labels.offsets"))), message);
}

#[test]
fn pairs_of_no_nodes_are_told() {
    for name in ["train.negatives", "valid.edges", "valid.negatives", "test.edges", "test.negatives"] {
        let message = told_of(|data| data.pairs.get_mut(name).unwrap()[0] = (1, 7));
        assert_eq!(message, format!("`{name}` joins the nodes 1 and 7 of 5"));
        assert_eq!(told_of(|data| drop(data.pairs.remove(name))), format!("holds no tensor `{name}`"));
    }
    let (_folder, path) = finished_network(1);
    let data = Data::good();
    let tensors = [("network.edges", Tensor::Triples(vec![[0, 1, 2]]))];
    tensors::write(&tensors, &data.facts, fs::File::create(path.join(DATA)).unwrap()).unwrap();
    assert_eq!(told(&path), "`data.safetensors`: `network.edges` has 3 columns, expected 2");
}

/// What is said of a vocabulary of these rows: kind, index, type.
fn told_of_vocabulary(rows: &[(&str, u32, Option<&str>)], typed: bool) -> String {
    let (_folder, path) = finished_network(1);
    let indices: Vec<u32> = rows.iter().map(|row| row.1).collect();
    let mut columns = vec![
        ("kind", Values::Text(rows.iter().map(|row| row.0).collect())),
        ("index", Values::Counts((&indices).into())),
        ("id", Values::Text(vec!["author"; rows.len()])),
        ("name", Values::OptionalText(vec![None; rows.len()])),
    ];
    if typed {
        columns.push(("type", Values::OptionalText(rows.iter().map(|row| row.2).collect())));
    }
    write_columns(&columns, fs::File::create(path.join(VOCABULARY)).unwrap()).unwrap();
    told(&path)
}

#[test]
fn vocabularies_that_contradict_the_network_are_told() {
    let message = "`vocabulary.parquet`: row 0 is of kind `user`, expected node, type, relation or label";
    assert_eq!(told_of_vocabulary(&[("user", 0, None)], true), message);
    let message = "`vocabulary.parquet`: row 1 has index 0, expected node 1";
    assert_eq!(told_of_vocabulary(&[("node", 0, None), ("node", 0, None)], true), message);
    let message = "`data.safetensors`: has 5 nodes, expected 1 as in `vocabulary.parquet`";
    assert_eq!(told_of_vocabulary(&[("node", 0, None)], true), message);
    let mut rows: Vec<_> = (0..5).map(|node| ("node", node, Some("author"))).collect();
    assert_eq!(told_of_vocabulary(&rows, true), "`data.safetensors`: `network.types` names type 0 of 0");
    // Relations without a name are no contradiction, as a network may have them.
    rows.extend([("type", 0, None), ("type", 1, None), ("label", 0, None), ("label", 1, None)]);
    assert_eq!(told_of_vocabulary(&rows, true), "nothing");
    let message = "`data.safetensors`: `network.types` and `vocabulary.parquet` differ in the type of node 0";
    assert_eq!(told_of_vocabulary(&rows, false), message);
}

#[test]
fn a_manifest_that_names_the_other_kind_is_told_by_the_data() {
    let (_folder, path) = finished_network(1);
    let (_other, catalogue) = finished(1);
    for name in [DATA, VOCABULARY] {
        fs::copy(catalogue.join(name), path.join(name)).unwrap();
    }
    let message = "`vocabulary.parquet`: row 0 is of kind `user`, expected node, type, relation or label";
    assert_eq!(told(&path), message);
}

#[test]
#[should_panic(expected = "the ends of `test.edges` are nodes")]
fn parts_that_contradict_themselves_are_a_fault_of_the_caller() {
    let (_folder, path) = place();
    let mut owned = owned_network(1);
    let RunData::Network(parts) = &mut owned.data else { unreachable!("owned networks are networks") };
    parts.test.push((0, 5));
    let _ = RunWriter::create(&path).unwrap().finish(&owned.contents());
}
