//! Which nodes are joined by any number of edges, whatever their direction.

use culet_graph::Network;

/// The components of a network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Components {
    /// How many there are, isolated nodes included.
    pub(super) count: usize,
    /// The number of nodes of the largest.
    pub(super) largest: usize,
}

impl Components {
    /// Joins the ends of all arcs, in nearly O(nodes + arcs).
    pub(super) fn of(network: &Network) -> Self {
        let n = network.n_nodes();
        let mut joined = culet_graph::Components::new(n);
        for source in 0..n {
            for &target in network.outgoing().row(source) {
                joined.join(source as u32, target);
            }
        }
        Self { count: joined.sizes().count(), largest: joined.sizes().max().unwrap_or(0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_ignore_direction() {
        let network = Network::from_pairs(8, true, &[(1, 0), (1, 2), (4, 3), (5, 5), (2, 0)]);
        assert_eq!(Components::of(&network), Components { count: 5, largest: 3 });
        assert_eq!(Components::of(&Network::from_pairs(0, false, &[])), Components::default());
    }

    #[test]
    fn components_are_those_that_a_search_finds() {
        // Each node joined to the one k places on: gcd(60, k) components of equal size.
        for (k, count) in [(1, 1), (7, 1), (12, 12), (25, 5), (30, 30)] {
            let pairs: Vec<_> = (0..60).map(|node| (node, (node + k) % 60)).collect();
            let found = Components::of(&Network::from_pairs(60, false, &pairs));
            assert_eq!(found, Components { count, largest: 60 / count }, "step {k}");
        }
    }
}
