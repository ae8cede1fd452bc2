//! The readers of networks: whatever the bytes, a consistent network or an error with a hint, never a panic.

use std::path::Path;

use bolero::{TypeGenerator, check};
use culet_data::fuzzing::read_network_in_memory;
use culet_data::{
    DataError, NetworkData, NetworkOptions, describe_network, network_to_text, read_network, write_network,
};
use culet_fuzz::Watch;

#[test]
fn edge_list() {
    let watch = Watch::new("edge_list");
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| {
            for text in [bytes.to_vec(), edges(bytes), typed(bytes)] {
                for directed in [false, true] {
                    let options = NetworkOptions { directed: Some(directed), ..NetworkOptions::default() };
                    judge(&[("edges.tsv", &text)], &options);
                }
                let options = NetworkOptions { header: Some(true), before: Some(3.0), ..NetworkOptions::default() };
                judge(&[("edges.tsv", &text)], &options);
            }
        });
    });
}

#[test]
fn packed() {
    let watch = Watch::new("packed");
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| {
            let gzip: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\x03";
            let zstd: &[u8] = b"\x28\xb5\x2f\xfd";
            for magic in [gzip, zstd] {
                judge(&[("edges.tsv", &[magic, bytes].concat())], &NetworkOptions::default());
            }
        });
    });
}

/// The bytes of all files.
#[derive(Debug, TypeGenerator)]
struct Files {
    train: Vec<u8>,
    typed: bool,
    test: Option<Vec<u8>>,
    negatives: Option<Vec<u8>>,
    nodes: Option<Vec<u8>>,
    labels: Option<Vec<u8>>,
    index: Option<Vec<u8>>,
    n_nodes: Option<u8>,
    directed: Option<bool>,
}

#[test]
fn network_folder() {
    let watch = Watch::new("network_folder");
    check!().with_type::<Files>().for_each(|files| {
        watch.input(|| {
            let lines = |bytes: &[u8]| if files.typed { typed(bytes) } else { edges(bytes) };
            let meta = match (files.n_nodes, files.directed) {
                (Some(count), Some(directed)) => Some(format!(r#"{{"num_nodes": {count}, "directed": {directed}}}"#)),
                (Some(count), None) => Some(format!(r#"{{"num_nodes": {count}}}"#)),
                (None, Some(directed)) => Some(format!(r#"{{"isDirected": {directed}}}"#)),
                (None, None) => None,
            };
            let found = [
                ("train_edges.tsv", Some(lines(&files.train))),
                ("test_edges.tsv", files.test.as_deref().map(lines)),
                ("test_edges_neg.tsv", files.negatives.as_deref().map(lines)),
                ("nodes.tsv", files.nodes.as_deref().map(|bytes| table(b"id\ttype\tname\n", bytes))),
                ("labels.tsv", files.labels.as_deref().map(|bytes| table(b"node\tlabel\n", bytes))),
                ("node_index.tsv", files.index.as_deref().map(|bytes| table(b"", bytes))),
                ("meta.json", meta.map(String::into_bytes)),
            ];
            let found: Vec<_> = found.iter().filter_map(|(name, bytes)| Some((*name, bytes.as_deref()?))).collect();
            if let Some(data) = judge(&found, &NetworkOptions::default()) {
                let root = tempfile::tempdir().unwrap();
                write_network(&root.path().join("x"), &data, None).unwrap();
                let back = read_network(&root.path().join("x"), &NetworkOptions::default()).unwrap();
                assert_eq!(NetworkData { notes: data.notes.clone(), ..back }, data);
            }
        });
    });
}

/// Reads the files and checks what must hold of any network or error.
fn judge(files: &[(&str, &[u8])], options: &NetworkOptions) -> Option<NetworkData> {
    match read_network_in_memory(Path::new("data"), files, options) {
        Ok(data) => {
            assert_eq!(data.nodes.len(), data.network.n_nodes());
            assert!(data.network.n_edges() > 0);
            assert!(network_to_text(&describe_network(&data)).starts_with("data ("));
            Some(data)
        }
        Err(error) => {
            assert!(error.to_string().contains("data/") && error.hint().is_some(), "{error}");
            if let DataError::NetworkLine { path, line, .. } = &error {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap();
                let (_, bytes) = files.iter().find(|(file, _)| *file == name).unwrap();
                let packed = bytes.starts_with(b"\x1f\x8b") || bytes.starts_with(b"\x28\xb5\x2f\xfd");
                let n_lines = bytes.split(|&byte| byte == b'\n').count();
                assert!(packed || (1..=n_lines).contains(line), "line {line} of {n_lines}");
            }
            None
        }
    }
}

/// Bytes that an edge list might hold.
fn edges(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| b"0123456789ab   \t\t,\n\n\n\n\".#:-;"[usize::from(byte % 28)]).collect()
}

/// Lines of source, relation and target with types, mostly.
fn typed(bytes: &[u8]) -> Vec<u8> {
    let line = |edge: &[u8]| match edge[0] {
        255 => format!("{}\tr\tb:{}\n", edge[1], edge[2]),
        kind => format!("a{}:{}\tr{}\tb:{}\n", kind % 3, edge[1] % 16, kind % 2, edge[2] % 16),
    };
    bytes.chunks_exact(3).map(line).collect::<String>().into_bytes()
}

/// Lines of a small number and a text under a header, mostly without repeats.
fn table(header: &[u8], bytes: &[u8]) -> Vec<u8> {
    let line = |(k, byte): (usize, &u8)| format!("{}\tx{}\n", if *byte == 255 { 0 } else { k }, byte % 8);
    let lines: String = bytes.iter().enumerate().map(line).collect();
    [header, lines.as_bytes()].concat()
}
