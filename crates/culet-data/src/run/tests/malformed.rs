//! Files whose checksums are right and whose content is not: errors, never panics.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use culet_graph::Names;
use proptest::prelude::*;
use serde_json::json;

use super::super::tensors::Tensor;
use super::super::*;
use super::fixture::*;
use crate::columns::{Values, write_columns};

/// The tensors of `data.safetensors`, to be spoilt.
struct Data {
    lists: BTreeMap<&'static str, Vec<u32>>,
    triples: Vec<[u32; 3]>,
    counts: BTreeMap<String, String>,
}

impl Data {
    fn good() -> Self {
        let lists = BTreeMap::from([
            ("train.offsets", vec![0, 2, 3, 3, 4]),
            ("train.items", vec![0, 2, 1, 0]),
            ("valid.offsets", vec![0; 5]),
            ("valid.items", vec![]),
            ("test.offsets", vec![0; 5]),
            ("test.items", vec![]),
        ]);
        let counts = [("n_users", 4), ("n_items", 3), ("n_entities", 5), ("n_relations", 2)];
        let counts = counts.map(|(name, count)| (name.to_owned(), count.to_string())).into();
        Self { lists, triples: vec![[0, 1, 4], [2, 0, 3]], counts }
    }

    fn write(&self, folder: &Path) {
        let mut tensors: Vec<_> = self.lists.iter().map(|(name, list)| (*name, Tensor::Words(list))).collect();
        tensors.push(("graph.triplets", Tensor::Triples(self.triples.clone())));
        tensors::write(&tensors, &self.counts, fs::File::create(folder.join(DATA)).unwrap()).unwrap();
        vouch(folder);
    }
}

/// What is said of a run whose data were spoilt.
fn told_of_data(spoil: impl FnOnce(&mut Data)) -> String {
    let (_folder, path) = finished(1);
    let mut data = Data::good();
    spoil(&mut data);
    data.write(&path);
    match Run::open_unverified(&path) {
        Ok(_) => "nothing".into(),
        Err(error) => error.to_string().replace(&format!("`{}/", path.display()), "`"),
    }
}

#[test]
fn data_that_contradict_themselves_are_told() {
    let list = |name: &'static str, list: &[u32]| {
        told_of_data(|data| drop(data.lists.insert(name, list.to_vec()))).replace("`data.safetensors`: ", "")
    };
    assert_eq!(told_of_data(|_| {}), "nothing");
    assert_eq!(list("train.offsets", &[0, 2, 1, 3, 4]), "the offsets of `train` decrease after user 1");
    assert_eq!(list("train.offsets", &[1, 2, 3, 3, 4]), "the offsets of `train` go from 1 to 4, expected 0 to 4");
    assert_eq!(list("train.offsets", &[0, 2, 3, 3, 9]), "the offsets of `train` go from 0 to 9, expected 0 to 4");
    assert_eq!(list("train.offsets", &[0, 2, 3, 4]), "`train` has 4 offsets, expected 5 for 4 users");
    assert_eq!(list("train.offsets", &[]), "`train` has 0 offsets, expected 5 for 4 users");
    let message = "`train`: item 3 is out of range: there are 3, so the largest id is 2";
    assert_eq!(list("train.items", &[0, 3, 1, 0]), message);
    assert_eq!(list("train.items", &[2, 0, 1, 0]), "the items of user 0 in `train` do not ascend");
    assert_eq!(list("train.items", &[2, 2, 1, 0]), "the items of user 0 in `train` do not ascend");
}

#[test]
fn graphs_and_counts_that_contradict_themselves_are_told() {
    let message = "`data.safetensors`: `graph.triplets`: entity 5 is out of range: there are 5, so the largest id is 4";
    assert_eq!(told_of_data(|data| data.triples[0][2] = 5), message);
    let message = "`data.safetensors`: `graph.triplets` repeats 1 of its 3 triplets";
    assert_eq!(told_of_data(|data| data.triples.push([2, 0, 3])), message);
    let count = |name: &str, count: &str| told_of_data(|data| drop(data.counts.insert(name.into(), count.into())));
    let message = "`data.safetensors`: `n_users` is `4294967296`, expected a count";
    assert_eq!(count("n_users", "4294967296"), message);
    let message = "`data.safetensors`: `train` has 5 offsets, expected 4294967296 for 4294967295 users";
    assert_eq!(count("n_users", "4294967295"), message);
    let message = "`vocabulary.parquet`: names 5 entities, expected 6 as in `data.safetensors`";
    assert_eq!(count("n_entities", "6"), message);
    let message = "`vocabulary.parquet`: there are 9 items and 5 entities, but each item is an entity";
    assert_eq!(count("n_items", "9"), message);
    let message = "`data.safetensors`: the metadata lack `n_relations`";
    assert_eq!(told_of_data(|data| drop(data.counts.remove("n_relations"))), message);
    let message = "`data.safetensors`: holds no tensor `test.items`";
    assert_eq!(told_of_data(|data| drop(data.lists.remove("test.items"))), message);
}

/// What is said of a run whose tables were replaced.
fn told_of_tables(bytes: &[u8]) -> String {
    let (_folder, path) = finished(1);
    fs::write(path.join(TABLES), bytes).unwrap();
    vouch(&path);
    let opened = Run::open(&path).and_then(|run| run.table("t"));
    opened.map_or_else(|error| error.to_string().replace(&format!("`{}/", path.display()), "`"), |_| "nothing".into())
}

/// A file of a header and eight bytes.
fn with_header(header: &serde_json::Value) -> Vec<u8> {
    let header = header.to_string();
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0; 8]].concat()
}

#[test]
fn headers_that_lie_are_told() {
    let told = |dtype: &str, shape: &[u64], offsets: [u64; 2]| {
        told_of_tables(&with_header(&json!({"t": {"dtype": dtype, "shape": shape, "data_offsets": offsets}})))
    };
    assert_eq!(told("F32", &[2, 1], [0, 8]), "nothing");
    assert_eq!(told("U32", &[2, 1], [0, 8]), "`tables.safetensors`: `t` is U32 [2, 1], expected F32 with 2 axes");
    assert_eq!(told("F32", &[2], [0, 8]), "`tables.safetensors`: `t` is F32 [2], expected F32 with 2 axes");
    let another_size = |message: String| message.contains("describes a file of another size");
    assert!(another_size(told("F32", &[1, 1], [0, 4])));
    assert!(another_size(told("F32", &[4, 1], [0, 16])));
    assert!(another_size(told("F32", &[1 << 31, 1], [0, 1 << 33])));
    assert!(told("F32", &[1 << 40, 1], [0, 1 << 42]).contains("more than a table can have"));
    let senseless = |message: String| message.contains("the header makes no sense");
    assert!(senseless(told("F32", &[3, 1], [0, 8])));
    assert!(senseless(told("F32", &[2, 1], [8, 0])));
    assert!(senseless(told("F32", &[u64::MAX, 2], [0, 8])));
    let empty = json!({"t": {"dtype": "F32", "shape": [0, u64::MAX], "data_offsets": [0, 0]}}).to_string();
    let empty = [&(empty.len() as u64).to_le_bytes()[..], empty.as_bytes()].concat();
    assert!(told_of_tables(&empty).contains("more than a table can have"));
}

#[test]
fn files_that_are_no_safetensors_are_told() {
    assert!(told_of_tables(b"").contains("cannot be read"));
    assert!(told_of_tables(&u64::MAX.to_le_bytes()).contains("is not a safetensors file"));
    assert!(told_of_tables(&99_u64.to_le_bytes()).contains("the header makes no sense"));
    assert!(told_of_tables(b"\x02\0\0\0\0\0\0\0\xff\xff").contains("the header makes no sense"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_changed_at_random_never_panic(
        changes in proptest::collection::vec(any::<(usize, u8)>(), 1..4),
        cut in any::<usize>(),
        kind in proptest::sample::select(vec![RunKind::Catalogue, RunKind::Network]),
    ) {
        let (_folder, path) = copied(kind, 1);
        for name in [TABLES, DATA] {
            let mut bytes = fs::read(path.join(name)).unwrap();
            for &(at, byte) in &changes {
                let n = bytes.len();
                bytes[at % n] = byte;
            }
            if cut % 4 == 0 {
                bytes.truncate(cut % bytes.len());
            }
            fs::write(path.join(name), bytes).unwrap();
        }
        vouch(&path);
        match Run::open(&path) {
            Ok(run) => run.table_names().iter().for_each(|name| drop(run.table(name))),
            Err(error) => prop_assert!(error.to_string().contains(".safetensors`: "), "{error}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// One in two hundred of these makes the library panic.
    #[test]
    fn parquet_bytes_changed_at_random_never_panic(
        per_user in any::<bool>(),
        changes in proptest::collection::vec(any::<(usize, u8)>(), 1..4),
        kind in proptest::sample::select(vec![RunKind::Catalogue, RunKind::Network]),
    ) {
        let (_folder, path) = copied(kind, 1);
        let name = if per_user { PER_USER } else { VOCABULARY };
        let mut bytes = fs::read(path.join(name)).unwrap();
        for (at, byte) in changes {
            let n = bytes.len();
            bytes[at % n] = byte;
        }
        fs::write(path.join(name), bytes).unwrap();
        vouch(&path);
        if let Err(error) = Run::open(&path).and_then(|run| run.per_user()) {
            // A network's vocabulary is compared with its data, and either may be told.
            let message = error.to_string();
            let compared = kind == RunKind::Network && !per_user && message.contains(&format!("{DATA}`: "));
            prop_assert!(compared || message.contains(&format!("{name}`: ")), "{message}");
        }
    }
}

/// What is said of a vocabulary of these rows.
fn told_of_vocabulary(rows: &[(&str, u32)]) -> String {
    let (_folder, path) = finished(1);
    let indices: Vec<u32> = rows.iter().map(|row| row.1).collect();
    let columns = [
        ("kind", Values::Text(rows.iter().map(|row| row.0).collect())),
        ("index", Values::Counts((&indices).into())),
        ("id", Values::Text(vec!["x"; rows.len()])),
        ("name", Values::OptionalText(vec![None; rows.len()])),
    ];
    write_columns(&columns, fs::File::create(path.join(VOCABULARY)).unwrap()).unwrap();
    vouch(&path);
    Run::open(&path).unwrap_err().to_string().replace(&format!("`{}/", path.display()), "`")
}

#[test]
fn vocabularies_that_contradict_themselves_are_told() {
    let message = "`vocabulary.parquet`: row 1 is of kind `item`, expected user, entity or relation";
    assert_eq!(told_of_vocabulary(&[("user", 0), ("item", 0)]), message);
    let message = "`vocabulary.parquet`: row 1 has index 2, expected user 1";
    assert_eq!(told_of_vocabulary(&[("user", 0), ("user", 2)]), message);
    let message = "`vocabulary.parquet`: names 1 users, expected 4 as in `data.safetensors`";
    assert_eq!(told_of_vocabulary(&[("user", 0)]), message);
}

#[test]
fn parquet_files_of_other_columns_are_told() {
    let (_folder, path) = finished(1);
    let told = || {
        vouch(&path);
        Run::open(&path).unwrap_err().to_string().replace(&format!("`{}/", path.display()), "`")
    };
    fs::write(path.join(VOCABULARY), "not Parquet at all").unwrap();
    assert!(told().starts_with("`vocabulary.parquet`: is not a Parquet file: "), "{}", told());
    fs::copy(path.join(PER_USER), path.join(VOCABULARY)).unwrap();
    assert_eq!(told(), "`vocabulary.parquet`: holds no column `kind`");
    let reals = [("kind", Values::Reals(&[0.5]))];
    write_columns(&reals, fs::File::create(path.join(VOCABULARY)).unwrap()).unwrap();
    assert!(told().starts_with("`vocabulary.parquet`: column `kind` is (DOUBLE, 0, 0), expected (BYTE_ARRAY"));
}

#[test]
#[should_panic(expected = "each entity has an external id")]
fn contents_that_contradict_themselves_are_a_fault_of_the_caller() {
    let (_folder, path) = place();
    let mut owned = owned(1);
    let RunData::Catalogue(parts) = &mut owned.data else { unreachable!("owned catalogues are catalogues") };
    parts.vocabulary.entities = Names::numbered(4);
    let _ = RunWriter::create(&path).unwrap().finish(&owned.contents());
}
