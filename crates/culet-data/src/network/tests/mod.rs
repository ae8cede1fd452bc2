//! Tests of whole networks: formats, tables and parts, errors and their words, arbitrary bytes, the way out and back.

mod errors;
mod folders;
mod formats;
mod in_memory;
mod packed;
mod properties;
mod published;
mod writing;

use std::path::Path;

use culet_graph::EdgeList;

use super::{NetworkData, NetworkOptions, read_in_memory};
use crate::DataError;

/// A network from the bytes of its files, as if they lay in the folder `data`.
fn read_bytes(files: &[(&str, &[u8])], options: &NetworkOptions) -> Result<NetworkData, DataError> {
    read_in_memory(Path::new("data"), files, options)
}

/// A network from the text of its files.
fn read_with(files: &[(&str, &str)], options: &NetworkOptions) -> Result<NetworkData, DataError> {
    let files: Vec<_> = files.iter().map(|&(name, text)| (name, text.as_bytes())).collect();
    read_bytes(&files, options)
}

fn read(files: &[(&str, &str)]) -> NetworkData {
    read_with(files, &NetworkOptions::default()).unwrap()
}

/// A directed network of one list of edges.
fn directed(text: &str) -> NetworkData {
    read_with(&[("edges.tsv", text)], &NetworkOptions { directed: Some(true), ..NetworkOptions::default() }).unwrap()
}

/// The edges by the ids of their ends.
fn edges(data: &NetworkData) -> Vec<(String, String)> {
    let EdgeList { sources, targets, .. } = data.network.edges();
    let id = |node: u32| data.nodes.id(node as usize).to_owned();
    sources.into_iter().zip(targets).map(|(source, target)| (id(source), id(target))).collect()
}

fn ids(data: &NetworkData) -> Vec<&str> {
    (0..data.nodes.len()).map(|node| data.nodes.id(node)).collect()
}
