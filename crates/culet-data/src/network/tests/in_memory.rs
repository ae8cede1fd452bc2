//! Networks of Parquet and Arrow tables, on the disk and in memory: what the same text means, and errors by row.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Float32Array, Float64Array, Int64Array, ListArray, RecordBatch,
    StringArray, TimestampMillisecondArray, UInt64Array,
};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use parquet::data_type::{ByteArrayType, DoubleType};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;

use super::{edges, ids, read_bytes, read_with};
use crate::{
    Column, DataKind, MemoryTable, NetworkData, NetworkOptions, NetworkTables, detect, read_catalogue, read_network,
    read_network_tables,
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

fn batch(columns: &[(&str, ArrayRef)]) -> RecordBatch {
    let columns = columns.iter().map(|(name, array)| (*name, Arc::clone(array), true));
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

/// A table in two batches, both slices of one.
fn table(name: &str, columns: &[(&str, ArrayRef)]) -> MemoryTable {
    let batch = batch(columns);
    let (n, cut) = (batch.num_rows(), batch.num_rows() / 2);
    MemoryTable::from_batches(name, vec![batch.slice(0, cut), batch.slice(cut, n - cut)]).unwrap()
}

fn file(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

fn stream(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

fn only(columns: &[(&str, ArrayRef)]) -> NetworkTables {
    NetworkTables { name: "data".into(), edges: table("edges", columns), ..NetworkTables::default() }
}

#[track_caller]
fn refused(tables: &NetworkTables) -> (String, String) {
    let error = read_network_tables(tables, &NetworkOptions::default()).unwrap_err();
    (error.to_string(), error.hint().unwrap_or_default())
}

fn without_notes(data: NetworkData) -> NetworkData {
    NetworkData { notes: Vec::new(), ..data }
}

const EDGES: &str = "relation,from,weight,to,time\nwrites,\"a:x, 1\",0.1,p:1,5\nwrites,a:y,2.5,p:2,6\ncites,p:1,16777216,p:2,7\ncites,p:2,1,p:3,99\n";

fn typed() -> NetworkTables {
    let pair = |name: &str, source: &str, target: &str| {
        Some(table(name, &[("source", words(&[source])), ("target", words(&[target]))]))
    };
    NetworkTables {
        name: "data".into(),
        edges: table(
            "edges",
            &[
                (
                    "relation",
                    array(["writes", "writes", "cites", "cites"].into_iter().collect::<DictionaryArray<Int32Type>>()),
                ),
                ("from", words(&["a:x, 1", "a:y", "p:1", "p:2"])),
                ("weight", array(Float32Array::from(vec![0.1, 2.5, 16_777_216.0, 1.0]))),
                ("to", words(&["p:1", "p:2", "p:2", "p:3"])),
                ("time", array(TimestampMillisecondArray::from(vec![5_000, 6_000, 7_000, 99_000]))),
            ],
        ),
        labels: Some(table("labels", &[("node", words(&["a:y", "p:1"])), ("label", numbers(&[10, 9]))])),
        valid: pair("valid", "a:y", "p:1"),
        test: pair("test", "a:y", "p:3"),
        test_negatives: pair("negatives", "a:x, 1", "p:3"),
        ..NetworkTables::default()
    }
}

#[test]
fn tables_and_text_of_the_same_content_are_the_same_network() {
    let files = [
        ("train_edges.csv", EDGES),
        ("labels.csv", "node,label\na:y,10\np:1,9\n"),
        ("valid_edges.csv", "source,target\na:y,p:1\n"),
        ("test_edges.csv", "source,target\na:y,p:3\n"),
        ("test_edges_neg.csv", "source,target\n\"a:x, 1\",p:3\n"),
    ];
    for before in [None, Some(7.5)] {
        let options = NetworkOptions { directed: Some(true), before, ..NetworkOptions::default() };
        let found = read_network_tables(&typed(), &options).unwrap();
        assert!(found.network.types.is_some() && found.network.outgoing_weights().is_some() && found.labels.is_some());
        assert_eq!(without_notes(found), without_notes(read_with(&files, &options).unwrap()));
    }
}

#[test]
fn tables_of_nodes_give_order_types_and_names() {
    let mut tables = only(&[("source", numbers(&[7, 9, 8])), ("target", numbers(&[9, 8, 7]))]);
    tables.nodes = Some(table(
        "nodes",
        &[
            ("abstract", words(&["one\ntwo\r\n\nthree", "", "x"])),
            ("name", array(StringArray::from(vec![Some("Nine \"9\""), None, Some(" #7")]))),
            ("id", numbers(&[9, 8, 7])),
            ("type", words(&["a", "b", "a"])),
        ],
    ));
    let text = [
        ("edges.csv", "source,target\n7,9\n9,8\n8,7\n"),
        ("nodes.csv", "name,id,type\n\"Nine \"\"9\"\"\",9,a\n,8,b\n\" #7\",7,a\n"),
    ];
    let found = read_network_tables(&tables, &NetworkOptions::default()).unwrap();
    assert!(found.notes.contains(&"`nodes` has columns that are not used: `abstract`".to_owned()), "{:?}", found.notes);
    assert_eq!(without_notes(found), without_notes(read_with(&text, &NetworkOptions::default()).unwrap()));
    tables.nodes = Some(table(
        "nodes",
        &[("name", words(&["a\nb", "c", "d"])), ("id", array(Int64Array::from(vec![Some(9), None, Some(9)])))],
    ));
    assert_eq!(refused(&tables), ("`nodes` row 2: the node is empty".into(), "fill it in, or drop such rows".into()));
    tables.nodes = Some(table("nodes", &[("name", words(&["a\nb", "c", "d"])), ("id", numbers(&[9, 7, 9]))]));
    assert_eq!(
        refused(&tables),
        ("`nodes` row 3: node `9` stands in row 1 already".into(), "drop one of the two rows".into())
    );
}

fn parquet(path: &Path, sources: &[&str], weights: &[f64]) {
    let schema =
        "message m { REQUIRED BYTE_ARRAY source (UTF8); REQUIRED BYTE_ARRAY target (UTF8); REQUIRED DOUBLE weight; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut file = SerializedFileWriter::new(fs::File::create(path).unwrap(), schema, Arc::default()).unwrap();
    let mut group = file.next_row_group().unwrap();
    for k in 0..2 {
        let mut column = group.next_column().unwrap().unwrap();
        let ends: Vec<_> = sources.iter().cycle().skip(k).take(sources.len()).map(|&id| id.into()).collect();
        column.typed::<ByteArrayType>().write_batch(&ends, None, None).unwrap();
        column.close().unwrap();
    }
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<DoubleType>().write_batch(weights, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    file.close().unwrap();
}

#[test]
fn files_of_parquet_and_arrow_are_networks_alone_and_in_folders() {
    let root = tempfile::tempdir().unwrap();
    let weights = [0.1, 1e-7, 123_456.78];
    let path = root.path().join("edges.parquet");
    parquet(&path, &["a b", "#b", "c"], &weights);
    let text = "source,target,weight\na b,\"#b\",0.1\n\"#b\",c,1e-7\nc,a b,123456.78\n";
    let options = NetworkOptions { directed: Some(true), ..NetworkOptions::default() };
    let expected = without_notes(read_with(&[("edges.csv", text)], &options).unwrap());
    let named = |data: NetworkData| NetworkData { name: "data".into(), ..without_notes(data) };
    assert_eq!(detect(&path).unwrap(), DataKind::Network);
    assert_eq!(detect(root.path()).unwrap(), DataKind::Network);
    assert_eq!(named(read_network(&path, &options).unwrap()), expected);
    assert_eq!(named(read_network(root.path(), &options).unwrap()), expected);

    let columns = [
        ("source", words(&["a b", "#b", "c"])),
        ("target", words(&["#b", "c", "a b"])),
        ("weight", array(Float64Array::from(weights.to_vec()))),
    ];
    let nodes = batch(&[("node", words(&["c", "#b", "a b"]))]);
    for bytes in [file(&batch(&columns)), stream(&batch(&columns))] {
        let read = read_bytes(&[("edges.feather", &bytes)], &options).unwrap();
        assert_eq!(without_notes(read), expected);
        let read = read_bytes(&[("edges.arrow", &bytes), ("nodes.csv", &file(&nodes))], &options).unwrap();
        assert_eq!(ids(&read), ["c", "#b", "a b"]);
    }
    let read = read_bytes(&[("edges.csv", text.as_bytes()), ("nodes.arrow", &stream(&nodes))], &options).unwrap();
    assert_eq!(ids(&read), ["c", "#b", "a b"]);
}

#[test]
fn the_kind_of_a_table_follows_from_its_columns() {
    let root = tempfile::tempdir().unwrap();
    let kind = |names: [&str; 3]| {
        let path = root.path().join("x.arrow");
        fs::write(&path, file(&batch(&names.map(|name| (name, numbers(&[1])))))).unwrap();
        detect(&path).unwrap()
    };
    assert_eq!(kind(["from", "to", "weight"]), DataKind::Network);
    assert_eq!(kind(["user", "item", "rating"]), DataKind::Catalogue);
    assert_eq!(kind(["user", "item", "from"]), DataKind::Catalogue);
    assert_eq!(kind(["a", "b", "c"]), DataKind::Catalogue);
    let path = root.path().join("x.arrow");
    fs::write(&path, file(&batch(&[("from", numbers(&[1])), ("item", numbers(&[1])), ("to", numbers(&[2]))]))).unwrap();
    assert_eq!(detect(&path).unwrap(), DataKind::Network);
    assert!(read_catalogue(&path, &Default::default()).is_err());
}

#[test]
fn ends_go_by_names_by_choice_or_by_place() {
    let named = only(&[
        ("weight", numbers(&[3, 1])),
        ("dst", words(&["b", "c"])),
        ("src", words(&["a", "b"])),
        ("note", words(&["x\ny", "z"])),
    ]);
    let options = NetworkOptions { directed: Some(true), ..NetworkOptions::default() };
    let found = read_network_tables(&named, &options).unwrap();
    let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect::<Vec<_>>();
    assert_eq!(edges(&found), pairs(&[("a", "b"), ("b", "c")]));
    assert_eq!(found.network.outgoing_weights().unwrap(), [3.0, 1.0]);
    assert!(found.notes.contains(&"`edges` has columns that are not used: `note`".to_owned()), "{:?}", found.notes);
    let columns = Some(vec![Column::Ignored, Column::Source, Column::Target, Column::Ignored]);
    let found = read_network_tables(&named, &NetworkOptions { columns, ..options.clone() }).unwrap();
    assert_eq!(edges(&found), pairs(&[("b", "a"), ("c", "b")]));
    let columns = Some(vec![Column::Source, Column::Target]);
    let error = read_network_tables(&named, &NetworkOptions { columns, ..options.clone() }).unwrap_err().to_string();
    let expected = "`columns` is source,target, expected a word for each of `weight`, `dst`, `src`, `note`, `-` for what is \
                    left out";
    assert_eq!(error, expected);
    let found = read_network_tables(&only(&[("p", words(&["a"])), ("q", words(&["b"]))]), &options).unwrap();
    assert_eq!(edges(&found), pairs(&[("a", "b")]));
    for note in [
        "`edges` names no source: its column `p` is taken for that",
        "`edges` names no target: its column `q` is taken for that",
    ] {
        assert!(found.notes.contains(&note.to_owned()), "{:?}", found.notes);
    }
}

#[test]
fn what_is_wrong_with_a_table_is_told_by_row_and_column() {
    let end = || ("target", words(&["x", "y"]));
    let mut told = Vec::new();
    let mut tell = |columns: &[(&str, ArrayRef)]| told.push(refused(&only(columns)).0);
    tell(&[("source", array(StringArray::from(vec![Some("a\nb"), None]))), end()]);
    tell(&[("source", array(Float64Array::from(vec![1.0, 2.0]))), end()]);
    tell(&[("source", array(BooleanArray::from(vec![true, false]))), end()]);
    tell(&[("source", array(ListArray::from_iter_primitive::<Int32Type, _, _>([None, Some(vec![Some(1)])]))), end()]);
    tell(&[("source", numbers(&[1, 2])), end(), ("weight", array(Float64Array::from(vec![Some(1.0), None])))]);
    tell(&[("source", numbers(&[1, 2])), end(), ("weight", array(Float64Array::from(vec![1.0, f64::NAN])))]);
    tell(&[("source", numbers(&[1, 2])), end(), ("weight", numbers(&[1, -2]))]);
    tell(&[("source", numbers(&[1, 2])), end(), ("kind", array(Float64Array::from(vec![1.0, 2.0])))]);
    tell(&[("a", numbers(&[1, 2])), ("a", numbers(&[3, 4]))]);
    tell(&[end()]);
    tell(&[("source", numbers(&[])), ("target", numbers(&[]))]);
    assert_eq!(
        told,
        [
            "`edges` row 2: the source is empty",
            "`edges` column `source` (source) holds floats, expected text or whole numbers",
            "`edges` column `source` (source) holds true and false, expected text or whole numbers",
            "`edges` makes no sense as a table in memory: column `source` is nested, expected one value a row",
            "`edges` row 2: expected a weight (a number), found ``",
            "`edges` row 2: weight NaN is negative or not finite",
            "`edges` row 2: weight -2 is negative or not finite",
            "`edges` column `kind` (relation) holds floats, expected text or whole numbers",
            "`edges` makes no sense as a table in memory: it has two columns `a`",
            "`edges` has no column `source`; there are `target`",
            "`edges` holds no edge",
        ]
    );
    assert_eq!(refused(&NetworkTables::default()).0, "`` has no column `source`; there are none");
}

#[test]
fn what_is_wrong_with_a_table_beside_the_edges_is_told() {
    let plain = || only(&[("source", numbers(&[1, 2])), ("target", numbers(&[2, 3]))]);
    let told = |table: MemoryTable, tables: fn(MemoryTable, NetworkTables) -> NetworkTables| {
        refused(&tables(table, plain())).0
    };
    let labels = |labels: MemoryTable, tables: NetworkTables| NetworkTables { labels: Some(labels), ..tables };
    let nodes = |nodes: MemoryTable, tables: NetworkTables| NetworkTables { nodes: Some(nodes), ..tables };
    let test = |test: MemoryTable, tables: NetworkTables| NetworkTables { test: Some(test), ..tables };
    let floats = || array(Float64Array::from(vec![1.0]));
    assert_eq!(
        told(table("labels", &[("node", floats()), ("label", numbers(&[1]))]), labels),
        "`labels` column `node` (node) holds floats, expected text or whole numbers"
    );
    assert_eq!(
        told(table("labels", &[("a", numbers(&[1])), ("b", numbers(&[1]))]), labels),
        "`labels` has no column `node`; there are `a`, `b`"
    );
    assert_eq!(
        told(
            table("labels", &[("node", numbers(&[1])), ("label", array(StringArray::from(vec![None::<&str>])))]),
            labels
        ),
        "`labels` row 1: the label is empty"
    );
    assert_eq!(
        told(table("nodes", &[("x", numbers(&[1])), ("name", numbers(&[1]))]), nodes),
        "`nodes` has no column `id`; there are `x`, `name`"
    );
    assert_eq!(
        told(table("test", &[("source", floats()), ("target", numbers(&[1]))]), test),
        "`test` column `source` (source) holds floats, expected text or whole numbers"
    );
    let tables = labels(table("labels", &[("topic", numbers(&[4])), ("node", numbers(&[3]))]), plain());
    let found = read_network_tables(&tables, &NetworkOptions::default()).unwrap().labels.unwrap();
    assert_eq!(found.names, ["4"]);
}

#[test]
fn ids_and_times_keep_their_digits() {
    let large = array(UInt64Array::from(vec![u64::MAX - 1, 9_007_199_254_740_993]));
    let found = read_network_tables(
        &only(&[("source", large), ("target", numbers(&[1, 9_007_199_254_740_992]))]),
        &NetworkOptions::default(),
    )
    .unwrap();
    assert_eq!(ids(&found), ["18446744073709551614", "1", "9007199254740993", "9007199254740992"]);
}

#[test]
fn options_that_say_nothing_about_tables_are_refused() {
    let tables = only(&[("source", numbers(&[1])), ("target", numbers(&[2]))]);
    for (name, options) in [
        ("header", NetworkOptions { header: Some(false), ..NetworkOptions::default() }),
        ("delimiter", NetworkOptions { delimiter: Some(','), ..NetworkOptions::default() }),
    ] {
        let message = read_network_tables(&tables, &options).unwrap_err().to_string();
        assert!(message.starts_with(&format!("`{name}` is ")) && message.contains("says nothing about"), "{message}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_edges_survive(pairs in prop::collection::vec(("[a-z ,\t\"\n\r#%/é]{0,5}x", "[a-z ,\t\"\n\r#%/:]{1,6}", 0.0_f32..1e9), 1..20)) {
        let sources: Vec<_> = pairs.iter().map(|(source, ..)| source.as_str()).collect();
        let targets: Vec<_> = pairs.iter().map(|(_, target, _)| target.as_str()).collect();
        let weights = array(Float32Array::from(pairs.iter().map(|(.., weight)| weight + 1.0).collect::<Vec<_>>()));
        let tables = only(&[("weight", weights), ("source", words(&sources)), ("target", words(&targets))]);
        let options = NetworkOptions { directed: Some(true), typed: Some(false), ..NetworkOptions::default() };
        let data = read_network_tables(&tables, &options).unwrap();
        let mut expected: Vec<_> = pairs.iter().map(|(source, target, _)| (source.clone(), target.clone())).collect();
        let mut found = edges(&data);
        expected.sort();
        expected.dedup();
        found.sort();
        prop_assert_eq!(found, expected);
    }
}
