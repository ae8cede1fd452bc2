//! Metapaths: walks that visit types of nodes in a given cycle, as walks over the pairs of a node and a position.

use std::borrow::Cow;

use super::rows::{Rows, either_way};
use crate::{DeadEnd, GraphError, Network, NodeTypes};

/// The arcs that a metapath takes, from place to place: a place is a node at a position of the path.
#[derive(Debug)]
pub(super) struct MetapathRows {
    pub(super) rows: Rows<'static>,
    /// The node of each place; the places of the first position come first, in the order of their nodes.
    pub(super) node_of: Vec<u32>,
    /// How many places have the first position.
    pub(super) n_starts: usize,
}

/// Joins each node at a position to its neighbours that have the type of the next position.
pub(super) fn metapath_rows(network: &Network, path: &[u8], dead_end: DeadEnd) -> Result<MetapathRows, GraphError> {
    let types = check(network, path)?;
    let network = match dead_end {
        DeadEnd::Undirected if network.is_directed() => Cow::Owned(either_way(network)?),
        _ => Cow::Borrowed(network),
    };
    let places = Places::new(types, path);
    let n_places = places.node_of.len();
    if u32::try_from(n_places).is_err() {
        return Err(GraphError::TooMany { what: "nodes at positions of the metapath", count: n_places });
    }
    let (mut offsets, mut columns) = (vec![0], Vec::new());
    for (position, pair) in path.windows(2).enumerate() {
        let mut n_ahead = 0;
        for &node in places.at(position) {
            let n_before = columns.len();
            columns.extend(places.reached(network.outgoing().row(node as usize), position + 1));
            n_ahead += columns.len() - n_before;
            if columns.len() == n_before && dead_end == DeadEnd::Back {
                let position_before = position + places.n_positions() - 1;
                columns.extend(places.reached(network.incoming().row(node as usize), position_before));
            }
            // Too many arcs are an error below.
            offsets.push(columns.len() as u32);
        }
        if n_ahead == 0 {
            let name = |kind: u8| types.names[kind as usize].clone();
            return Err(GraphError::TypesNotJoined { from: name(pair[0]), to: name(pair[1]) });
        }
    }
    if u32::try_from(columns.len()).is_err() {
        return Err(GraphError::TooMany { what: "arcs along the metapath", count: columns.len() });
    }
    let rows = Rows { offsets: offsets.into(), columns: columns.into(), weights: Cow::Borrowed(&[]), symmetric: false };
    Ok(MetapathRows { rows, n_starts: places.at(0).len(), node_of: places.node_of })
}

/// The types of a network in which this path can be looked for.
fn check<'n>(network: &'n Network, path: &[u8]) -> Result<&'n NodeTypes, GraphError> {
    let types = network.types.as_ref().ok_or(GraphError::UntypedNodes)?;
    let count = types.names.len();
    if let Some(&kind) = path.iter().find(|&&kind| usize::from(kind) >= count) {
        return Err(GraphError::OutOfRange { what: "node type", id: kind.into(), count });
    }
    match path {
        [first, .., last] if first == last => Ok(types),
        [first, .., last] => {
            let name = |kind: u8| types.names[kind as usize].clone();
            Err(GraphError::OpenMetapath { first: name(*first), last: name(*last) })
        }
        _ => Err(GraphError::ShortMetapath { count: path.len() }),
    }
}

/// The numbers of the places.
struct Places<'t> {
    types: &'t NodeTypes,
    /// The path without its end, which is its beginning again.
    cycle: Vec<u8>,
    /// The first place of each position, `[n_positions + 1]`.
    first: Vec<usize>,
    node_of: Vec<u32>,
    /// How many nodes before a node have its type.
    rank: Vec<u32>,
}

impl<'t> Places<'t> {
    fn new(types: &'t NodeTypes, path: &[u8]) -> Self {
        let mut members = vec![Vec::new(); types.names.len()];
        let mut rank = Vec::with_capacity(types.of.len());
        for (node, &kind) in types.of.iter().enumerate() {
            rank.push(members[kind as usize].len() as u32);
            members[kind as usize].push(node as u32);
        }
        let cycle = path[..path.len() - 1].to_vec();
        let (mut first, mut node_of) = (vec![0], Vec::new());
        for &kind in &cycle {
            node_of.extend_from_slice(&members[kind as usize]);
            first.push(node_of.len());
        }
        Self { types, cycle, first, node_of, rank }
    }

    fn n_positions(&self) -> usize {
        self.cycle.len()
    }

    /// The nodes at a position.
    fn at(&self, position: usize) -> &[u32] {
        &self.node_of[self.first[position]..self.first[position + 1]]
    }

    /// The places of those of `nodes` that can stand at a position, which counts on after the end of the path.
    fn reached<'a>(&'a self, nodes: &'a [u32], position: usize) -> impl Iterator<Item = u32> + 'a {
        let position = position % self.n_positions();
        let (kind, first) = (self.cycle[position], self.first[position] as u32);
        nodes
            .iter()
            .filter(move |&&node| self.types.of[node as usize] == kind)
            .map(move |&node| first + self.rank[node as usize])
    }
}
