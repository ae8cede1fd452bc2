//! Walks as they are handed over.

/// Walks, their nodes end to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walks {
    pub(super) nodes: Vec<u32>,
    /// Where each walk begins, and where the last one ends: `[n_walks + 1]`.
    pub(super) offsets: Vec<u32>,
}

impl Default for Walks {
    fn default() -> Self {
        Self { nodes: Vec::new(), offsets: vec![0] }
    }
}

impl Walks {
    /// Forgets all walks and keeps the memory.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.offsets.truncate(1);
    }

    /// The number of walks.
    #[must_use]
    pub fn n_walks(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The nodes of a walk, the start first.
    ///
    /// # Panics
    /// If there are not that many walks.
    #[must_use]
    pub fn walk(&self, k: usize) -> &[u32] {
        &self.nodes[self.offsets[k] as usize..self.offsets[k + 1] as usize]
    }

    /// The nodes of all walks end to end.
    #[must_use]
    pub fn nodes(&self) -> &[u32] {
        &self.nodes
    }

    /// Where each walk begins in [`Walks::nodes`], and where the last one ends, `[n_walks + 1]`.
    #[must_use]
    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    /// The walks in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        (0..self.n_walks()).map(|k| self.walk(k))
    }
}
