//! Published networks, where `CULET_DATA` names the folder that holds them.

use std::path::PathBuf;

use crate::network::{DataKind, NetworkData, NetworkOptions, describe_network, detect, read_network};

/// Reads a data set, or says on stderr that it is not there.
fn published(name: &str) -> Option<NetworkData> {
    let folder = std::env::var_os("CULET_DATA").map(|root| PathBuf::from(root).join(name));
    let Some(folder) = folder.filter(|folder| folder.is_dir()) else {
        eprintln!("skipped: `CULET_DATA` names no folder with `{name}`");
        return None;
    };
    assert_eq!(detect(&folder).unwrap(), DataKind::Network);
    Some(read_network(&folder, &NetworkOptions::default()).unwrap())
}

/// Nodes, training edges, test edges and test negatives as their publishers count them.
fn check_counts(name: &str, directed: bool, counts: [usize; 4]) {
    let Some(data) = published(&format!("network/{name}")) else { return };
    let found =
        [data.network.n_nodes(), data.network.n_edges(), data.split.test.len(), data.split.test_negatives.len()];
    assert_eq!(found, counts, "{name}");
    assert_eq!(data.network.is_directed(), directed);
    assert_eq!(data.split.train_negatives.len(), data.network.n_edges());
}

#[test]
fn published_splits_have_their_counts() {
    check_counts("filmtrust", true, [610, 1_055, 546, 1_179]);
    check_counts("ciaodvd", true, [4_562, 20_037, 20_036, 46_079]);
    check_counts("cora", false, [2_485, 3_290, 1_776, 1_776]);
    check_counts("ppi", false, [3_852, 19_349, 19_356, 19_356]);
    check_counts("wikipedia", false, [4_777, 46_256, 46_261, 46_261]);
    check_counts("4area", false, [20_111, 30_440, 27_066, 27_066]);
}

/// Oddities as their publishers count them: self-loops in training and in the test part, reversed edges among the test
/// negatives.
fn check_oddities(name: &str, counts: [u64; 3]) {
    let Some(data) = published(&format!("network/{name}")) else { return };
    let found = describe_network(&data);
    let part = |name: &str| found.parts.iter().find(|part| part.name == name).unwrap();
    let reversed = part("test_edges_neg").reversed_edges;
    assert_eq!([found.self_loops, part("test_edges").self_loops, reversed], counts, "{name}");
    assert!(found.parts.iter().all(|part| part.training_edges == 0), "{name}");
}

#[test]
fn published_splits_have_their_oddities() {
    check_oddities("filmtrust", [0, 0, 469 + 164]);
    check_oddities("ciaodvd", [0, 0, 13_413 + 12_660]);
    check_oddities("ppi", [443, 421, 0]);
    check_oddities("wikipedia", [100, 122, 0]);
}

#[test]
fn dblp_is_typed_and_labelled() {
    let Some(data) = published("typed/dblp") else { return };
    let types = data.network.types.as_ref().unwrap();
    assert_eq!(data.network.n_edges(), 170_794);
    for (name, count) in [("paper", 14_376), ("author", 14_475), ("venue", 20), ("term", 8_920)] {
        let kind = types.find(name).unwrap();
        assert_eq!(types.of.iter().filter(|&&own| own == kind).count(), count, "{name}");
    }
    let labels = data.labels.as_ref().unwrap();
    assert_eq!((labels.names.join(" "), labels.of.n_stored()), ("1 2 3 4".into(), 4_057));
}
