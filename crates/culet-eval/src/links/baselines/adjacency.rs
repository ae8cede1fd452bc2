//! Who is joined to whom, each neighbour once.

use std::borrow::Cow;

use culet_graph::{Csr, Network};

/// The distinct neighbours of each node.
#[derive(Debug)]
pub(super) struct Adjacency<'a> {
    out: Cow<'a, Csr>,
    /// Of a directed network only.
    into: Option<Cow<'a, Csr>>,
}

impl<'a> Adjacency<'a> {
    pub(super) fn new(network: &'a Network) -> Self {
        // Only edges of several kinds can join the same nodes more than once.
        let repeats = network.outgoing_relations().is_some();
        let distinct = |rows: &'a Csr| {
            if repeats { Cow::Owned(rows.clone().sorted_and_distinct()) } else { Cow::Borrowed(rows) }
        };
        let into = network.is_directed().then(|| distinct(network.incoming()));
        Self { out: distinct(network.outgoing()), into }
    }

    pub(super) fn n_nodes(&self) -> usize {
        self.out.n_rows()
    }

    pub(super) fn is_directed(&self) -> bool {
        self.into.is_some()
    }

    pub(super) fn outgoing(&self) -> &Csr {
        &self.out
    }

    pub(super) fn incoming(&self) -> &Csr {
        self.into.as_deref().unwrap_or(&self.out)
    }

    /// Where edges from a node lead.
    pub(super) fn out(&self, node: u32) -> &[u32] {
        self.outgoing().row(node as usize)
    }

    /// From where edges lead to a node.
    pub(super) fn into(&self, node: u32) -> &[u32] {
        self.incoming().row(node as usize)
    }

    /// The number of neighbours, on both sides added if edges are directed.
    pub(super) fn degree(&self, node: u32) -> usize {
        self.out(node).len() + if self.is_directed() { self.into(node).len() } else { 0 }
    }
}
