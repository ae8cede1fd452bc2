//! `data.safetensors` of a network: its edges, what is known of them, and the pairs withheld.

use std::collections::BTreeMap;
use std::io::{self, Write};

use culet_graph::{Csr, EdgeList, MergedEdges, Network, NodeTypes};

use super::data::{NetworkParts, NetworkView};
use super::tensors::{self, Tensor, TensorFile, check_offsets};
use super::vocabulary::NetworkNames;
use crate::network::NodeLabels;

pub(super) fn write(view: &NetworkView, writer: impl Write) -> io::Result<()> {
    let network = view.network;
    let edges = network.edges();
    let mut list = vec![("network.edges", Tensor::Columns(&edges.sources, &edges.targets))];
    if network.outgoing_weights().is_some() {
        list.push(("network.weights", Tensor::Reals(&edges.weights)));
    }
    if network.outgoing_relations().is_some() {
        list.push(("network.relations", Tensor::Shorts(&edges.relations)));
    }
    if let Some(types) = &network.types {
        list.push(("network.types", Tensor::Bytes(&types.of)));
    }
    if let Some(labels) = view.labels {
        list.push(("labels.offsets", Tensor::Words(labels.of.offsets())));
        list.push(("labels.of", Tensor::Words(labels.of.columns())));
    }
    list.extend(view.pairs().map(|(name, pairs)| (name, Tensor::Pairs(pairs))));
    let facts = [("n_nodes", network.n_nodes().to_string()), ("directed", network.is_directed().to_string())];
    tensors::write(&list, &BTreeMap::from(facts.map(|(name, fact)| (name.to_owned(), fact))), writer)
}

/// The parts of a network whose nodes have these names; the names guard against a file that announces more nodes than
/// any memory holds.
pub(super) fn read(file: &TensorFile, names: NetworkNames) -> Result<NetworkParts, String> {
    let (n_nodes, n_named) = (file.count("n_nodes")?, names.nodes.len());
    if n_nodes != n_named {
        return Err(format!("has {n_nodes} nodes, expected {n_named} as in `{}`", super::VOCABULARY));
    }
    let mut network = network(file, n_nodes, names.relations.len())?;
    network.relation_names = names.relations;
    network.types = types(file, n_nodes, names.types)?;
    check_types(network.types.as_ref(), names.type_of.as_deref())?;
    let pairs = |name: &str| pairs(file, name, n_nodes);
    Ok(NetworkParts {
        labels: labels(file, n_nodes, names.labels)?,
        train_negatives: pairs("train.negatives")?,
        valid: pairs("valid.edges")?,
        valid_negatives: pairs("valid.negatives")?,
        test: pairs("test.edges")?,
        test_negatives: pairs("test.negatives")?,
        nodes: names.nodes,
        network,
    })
}

fn network(file: &TensorFile, n_nodes: usize, n_relations: usize) -> Result<Network, String> {
    let directed = file.flag("directed")?;
    let pairs = file.pairs("network.edges")?;
    let n_edges = pairs.len();
    let mut edges: EdgeList = pairs.into_iter().map(|[source, target]| (source, target)).collect();
    if file.contains("network.weights") {
        edges.weights = file.reals("network.weights")?;
        check_length("network.weights", edges.weights.len(), n_edges)?;
    }
    if file.contains("network.relations") {
        edges.relations = file.shorts("network.relations")?;
        check_length("network.relations", edges.relations.len(), n_edges)?;
        let unnamed = edges.relations.iter().find(|&&relation| usize::from(relation) >= n_relations);
        if let Some(relation) = unnamed.filter(|_| n_relations > 0) {
            return Err(format!("`network.relations` names relation {relation} of {n_relations}"));
        }
    }
    let built = Network::from_edges(n_nodes, directed, &edges);
    let (network, merged) = built.map_err(|error| format!("`network.edges`: {error}"))?;
    let MergedEdges { repeats, zero_weights, .. } = merged;
    if repeats + zero_weights > 0 {
        let told = format!("repeats {repeats} of its {n_edges} edges, and {zero_weights} have no weight");
        return Err(format!("`network.edges` {told}"));
    }
    Ok(network)
}

fn types(file: &TensorFile, n_nodes: usize, names: Vec<String>) -> Result<Option<NodeTypes>, String> {
    if !file.contains("network.types") {
        return if names.is_empty() {
            Ok(None)
        } else {
            Err("holds no tensor `network.types`, but types have names".into())
        };
    }
    let of = file.bytes("network.types")?;
    check_length("network.types", of.len(), n_nodes)?;
    match of.iter().find(|&&kind| usize::from(kind) >= names.len()) {
        Some(kind) => Err(format!("`network.types` names type {kind} of {}", names.len())),
        None => Ok(Some(NodeTypes { names, of })),
    }
}

/// The vocabulary repeats the type of each node for other programs; it must say the same.
fn check_types(types: Option<&NodeTypes>, type_of: Option<&[Option<String>]>) -> Result<(), String> {
    let Some(types) = types else { return Ok(()) };
    let own = |node: usize| &types.names[usize::from(types.of[node])];
    let other = |node: usize| type_of.and_then(|told| told[node].as_ref());
    match (0..types.of.len()).find(|&node| other(node) != Some(own(node))) {
        Some(node) => Err(format!("`network.types` and `{}` differ in the type of node {node}", super::VOCABULARY)),
        None => Ok(()),
    }
}

fn labels(file: &TensorFile, n_nodes: usize, names: Vec<String>) -> Result<Option<NodeLabels>, String> {
    if !file.contains("labels.offsets") {
        return if names.is_empty() {
            Ok(None)
        } else {
            Err("holds no tensor `labels.offsets`, but labels have names".into())
        };
    }
    let (offsets, of) = (file.words("labels.offsets")?, file.words("labels.of")?);
    check_offsets("labels", &offsets, ("node", n_nodes), of.len())?;
    match of.iter().find(|&&label| label as usize >= names.len()) {
        Some(label) => Err(format!("`labels.of` names label {label} of {}", names.len())),
        None => Ok(Some(NodeLabels { names, of: Csr::from_parts(offsets, of) })),
    }
}

fn pairs(file: &TensorFile, name: &str, n_nodes: usize) -> Result<Vec<(u32, u32)>, String> {
    let pairs: Vec<(u32, u32)> = file.pairs(name)?.into_iter().map(|[u, v]| (u, v)).collect();
    match pairs.iter().find(|&&(u, v)| u.max(v) as usize >= n_nodes) {
        Some((u, v)) => Err(format!("`{name}` joins the nodes {u} and {v} of {n_nodes}")),
        None => Ok(pairs),
    }
}

fn check_length(name: &str, found: usize, expected: usize) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("`{name}` has length {found}, expected {expected}")) }
}
