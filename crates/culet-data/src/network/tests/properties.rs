//! No bytes make the reader panic, and valid ones mean what a slower reader says.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{read_bytes, read_with};
use crate::DataError;
use crate::network::NetworkOptions;

/// Bytes that often look like a file of a network.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        6 => "[0-9]{1,2}",
        2 => "[a-c]:[0-9]",
        1 => "[0-9]{1,21}",
        1 => Just("source target".to_string()),
        1 => Just("id\ttype\tname".to_string()),
        1 => Just("node label".to_string()),
        1 => Just("source relation target weight".to_string()),
        1 => "[ \t\r\n,.;a-c+\"#%{}e-]{1,3}",
        1 => any::<String>(),
    ];
    let blank =
        prop_oneof![4 => Just(" "), 3 => Just("\n"), 2 => Just("\t"), 1 => Just(","), 1 => Just("\r\n"), 1 => Just("")];
    let lines = prop::collection::vec((word, blank), 0..24)
        .prop_map(|parts| parts.into_iter().map(|(word, blank)| word + blank).collect::<String>().into_bytes());
    prop_oneof![3 => lines, 1 => prop::collection::vec(any::<u8>(), 0..64)]
}

fn meta() -> impl Strategy<Value = Vec<u8>> {
    let value = prop_oneof![
        Just(r#"{"num_nodes": 9, "directed": true}"#),
        Just(r#"{"num_nodes": 99, "type_names": ["a"]}"#),
        Just(r#"{"typed_ids": true}"#),
        Just("{}"),
        Just("[")
    ];
    value.prop_map(|text| text.as_bytes().to_vec())
}

fn options() -> impl Strategy<Value = NetworkOptions> {
    let flag = || prop::option::weighted(0.2, any::<bool>());
    (flag(), flag(), flag(), prop::option::weighted(0.1, Just(5.0))).prop_map(|(directed, header, typed, before)| {
        NetworkOptions { directed, header, typed, before, ..NetworkOptions::default() }
    })
}

const NAMES: [&str; 6] = [
    "train_edges_neg.tsv",
    "test_edges.tsv",
    "test_edges_neg_directed.csv",
    "nodes.tsv",
    "labels.tsv",
    "node_index.tsv",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_bytes_make_the_reader_panic(
        edges in text(), others in prop::collection::vec(prop::option::weighted(0.3, text()), 6),
        meta in prop::option::weighted(0.3, meta()), options in options(),
    ) {
        let mut files = vec![("edges.tsv", edges.as_slice())];
        files.extend(NAMES.iter().zip(&others).filter_map(|(name, bytes)| Some((*name, bytes.as_deref()?))));
        files.extend(meta.as_deref().map(|bytes| ("meta.json", bytes)));
        match read_bytes(&files, &options) {
            Ok(data) => {
                let n = data.network.n_nodes();
                prop_assert_eq!(data.nodes.len(), n);
                prop_assert!(data.network.n_edges() > 0);
                prop_assert!(data.labels.is_none_or(|labels| labels.of.n_rows() == n));
                let ends = data.split.all().into_iter().flatten().flat_map(|&(u, v)| [u, v]);
                prop_assert!(ends.max().is_none_or(|last| (last as usize) < n));
                if let Some(types) = &data.network.types {
                    prop_assert_eq!(types.of.len(), n);
                    prop_assert!(types.of.iter().all(|&kind| usize::from(kind) < types.names.len()));
                }
            }
            Err(error) => {
                prop_assert!(error.hint().is_some_and(|hint| !hint.is_empty()), "{}", error);
                if let DataError::NetworkLine { path, line, .. } = &error {
                    let name = path.file_name().unwrap().to_str().unwrap();
                    let (_, bytes) = files.iter().find(|(file, _)| *file == name).unwrap();
                    let n_lines = bytes.split(|&byte| byte == b'\n').count();
                    prop_assert!((1..=n_lines).contains(line), "{}", error);
                }
            }
        }
    }

    #[test]
    fn edges_mean_what_a_slower_reader_says(
        rows in prop::collection::vec(("[a-e]{1,2}|[0-9]{1,2}", "[a-e]{1,2}|[0-9]{1,2}", 0_u32..6), 1..20),
        which in 0_usize..4, crlf: bool, header: bool, weighted: bool,
    ) {
        let delimiter = ["\t", ",", ";", "  "][which];
        let end = if crlf { "\r\n" } else { "\n" };
        let mut text = String::new();
        if header {
            text += &["source", "target", "weight"][..if weighted { 3 } else { 2 }].join(delimiter);
            text += end;
        }
        for (source, target, weight) in &rows {
            text += &format!("{source}{delimiter}{target}");
            if weighted {
                text += &format!("{delimiter}{weight}");
            }
            text += end;
        }
        let options = NetworkOptions { directed: Some(true), header: Some(header), ..NetworkOptions::default() };
        let mut expected = BTreeMap::new();
        for (source, target, weight) in rows.iter().filter(|row| !weighted || row.2 > 0) {
            *expected.entry((source.clone(), target.clone())).or_insert(0) += weight;
        }
        let read = read_with(&[("edges.tsv", &text)], &options);
        if expected.is_empty() {
            prop_assert!(read.is_err());
            return Ok(());
        }
        let data = read.unwrap();
        let edges = data.network.edges();
        let id = |node: u32| data.nodes.id(node as usize).to_owned();
        let found: BTreeMap<_, _> = (0..edges.len())
            .map(|k| ((id(edges.sources[k]), id(edges.targets[k])), edges.weights.get(k).copied()))
            .collect();
        prop_assert_eq!(found.len(), edges.len());
        let expected: BTreeMap<_, _> =
            expected.into_iter().map(|(ends, weight)| (ends, weighted.then_some(weight as f32))).collect();
        prop_assert_eq!(found, expected);
        let ids: BTreeSet<_> = rows.iter().flat_map(|row| [row.0.clone(), row.1.clone()]).collect();
        prop_assert_eq!((0..data.nodes.len()).map(|node| data.nodes.id(node).to_owned()).collect::<BTreeSet<_>>(), ids);
    }
}
