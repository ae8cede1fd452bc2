//! Which nodes hang together, as edges are added.

/// The components of a growing network, whatever the direction of its edges (union by size, paths halved).
#[derive(Debug, Clone)]
pub struct Components {
    /// The way to the representative of a component, which is its own parent.
    parents: Vec<u32>,
    /// Of the components, at their representatives.
    sizes: Vec<u32>,
}

impl Components {
    /// Each node by itself.
    #[must_use]
    pub fn new(n_nodes: usize) -> Self {
        Self { parents: (0..n_nodes as u32).collect(), sizes: vec![1; n_nodes] }
    }

    /// Joins the components of two nodes, in nearly constant time; false if they were the same.
    ///
    /// # Panics
    /// If a node is out of range.
    pub fn join(&mut self, a: u32, b: u32) -> bool {
        let (a, b) = (self.representative(a), self.representative(b));
        if a == b {
            return false;
        }
        let (small, large) = if self.sizes[a as usize] < self.sizes[b as usize] { (a, b) } else { (b, a) };
        self.parents[small as usize] = large;
        self.sizes[large as usize] += self.sizes[small as usize];
        true
    }

    /// The number of nodes of each component, in no order that means anything.
    pub fn sizes(&self) -> impl Iterator<Item = usize> {
        let own = self.parents.iter().zip(0..).zip(&self.sizes);
        own.filter(|((parent, node), _)| *parent == node).map(|(_, &size)| size as usize)
    }

    fn representative(&mut self, mut node: u32) -> u32 {
        while self.parents[node as usize] != node {
            // Each step shortens the path for those that come later.
            let parent = self.parents[node as usize];
            self.parents[node as usize] = self.parents[parent as usize];
            node = self.parents[node as usize];
        }
        node
    }
}
