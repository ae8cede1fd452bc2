//! What identifies the data of a run.

use std::fmt::{self, Display, Formatter};

use culet_graph::Network;
use serde::{Deserialize, Serialize};

use super::checksum::Checksum;
use crate::{Fingerprint, thousands};

/// What identifies the data a model was trained on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum DataFingerprint {
    /// Of users, items and facts.
    Catalogue(Fingerprint),
    /// Of nodes and edges.
    Network(NetworkFingerprint),
}

impl From<Fingerprint> for DataFingerprint {
    fn from(fingerprint: Fingerprint) -> Self {
        Self::Catalogue(fingerprint)
    }
}

impl From<NetworkFingerprint> for DataFingerprint {
    fn from(fingerprint: NetworkFingerprint) -> Self {
        Self::Network(fingerprint)
    }
}

impl Display for DataFingerprint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Catalogue(fingerprint) => fingerprint.fmt(f),
            Self::Network(fingerprint) => fingerprint.fmt(f),
        }
    }
}

/// What identifies a network: counts and a checksum of its content, without any name.
///
/// ```text
/// 4,562 nodes, 20,037 directed edges, 1f3ad70c52e94b86
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkFingerprint {
    /// Nodes, isolated ones included.
    pub nodes: u64,
    /// Distinct edges; an undirected one counts once.
    pub edges: u64,
    /// Whether edges have a direction.
    pub directed: bool,
    /// Whether edges have weights.
    pub weighted: bool,
    /// The first 16 hexadecimal digits of the SHA-256 of the counts, of all edges in order with weight and relation,
    /// and of the types of the nodes.
    pub content: String,
}

impl NetworkFingerprint {
    /// The fingerprint of a network.
    #[must_use]
    pub fn of(network: &Network) -> Self {
        let edges = network.edges();
        let mut checksum = Checksum::default();
        let counts = [network.n_nodes() as u64, network.n_edges() as u64, u64::from(network.is_directed())];
        counts.iter().for_each(|count| checksum.update(&count.to_le_bytes()));
        let mut list = |bytes: &mut dyn Iterator<Item = u32>| {
            let bytes: Vec<u8> = bytes.flat_map(u32::to_le_bytes).collect();
            checksum.update(&(bytes.len() as u64).to_le_bytes());
            checksum.update(&bytes);
        };
        list(&mut edges.sources.iter().copied());
        list(&mut edges.targets.iter().copied());
        list(&mut edges.weights.iter().map(|weight| weight.to_bits()));
        list(&mut edges.relations.iter().map(|&relation| relation.into()));
        list(&mut network.types.iter().flat_map(|types| types.of.iter().map(|&kind| kind.into())));
        let mut content = checksum.record().sha256;
        content.truncate(16);
        Self {
            nodes: counts[0],
            edges: counts[1],
            directed: network.is_directed(),
            weighted: network.outgoing_weights().is_some(),
            content,
        }
    }
}

impl Display for NetworkFingerprint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let [nodes, edges] = [self.nodes, self.edges].map(thousands);
        let kind = match (self.directed, self.weighted) {
            (true, true) => "directed, weighted ",
            (true, false) => "directed ",
            (false, true) => "weighted ",
            (false, false) => "",
        };
        write!(f, "{nodes} nodes, {edges} {kind}edges, {}", self.content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use culet_graph::{EdgeList, NodeTypes};

    fn network(weights: Vec<f32>) -> Network {
        let edges = EdgeList { sources: vec![0, 2, 1], targets: vec![1, 0, 1], weights, ..EdgeList::default() };
        Network::from_edges(3, true, &edges).unwrap().0
    }

    #[test]
    fn a_fingerprint_tells_all_but_names() {
        let plain = NetworkFingerprint::of(&network(Vec::new()));
        assert_eq!((plain.nodes, plain.edges), (3, 3));
        assert_eq!(plain.to_string(), format!("3 nodes, 3 directed edges, {}", plain.content));
        let mut named = network(Vec::new());
        named.relation_names = vec!["cites".into()];
        assert_eq!(NetworkFingerprint::of(&named), plain);
        let mut typed = network(Vec::new());
        typed.types = Some(NodeTypes { names: vec!["a".into(), "b".into()], of: vec![0, 1, 0] });
        let others = [
            NetworkFingerprint::of(&network(vec![1.0, 2.0, 3.0])),
            NetworkFingerprint::of(&network(vec![1.0, 2.0, 4.0])),
            NetworkFingerprint::of(&Network::from_pairs(3, false, &[(0, 1), (2, 0), (1, 1)])),
            NetworkFingerprint::of(&Network::from_pairs(4, true, &[(0, 1), (2, 0), (1, 1)])),
            NetworkFingerprint::of(&Network::from_pairs(3, true, &[(0, 1), (2, 0), (1, 2)])),
            NetworkFingerprint::of(&typed),
            plain,
        ];
        let mut contents: Vec<_> = others.iter().map(|fingerprint| &fingerprint.content).collect();
        contents.sort_unstable();
        contents.dedup();
        assert_eq!(contents.len(), others.len());
        assert!(others[0].to_string().starts_with("3 nodes, 3 directed, weighted edges, "));
    }
}
