//! The settings of a generated network with groups.

use serde::{Deserialize, Serialize};

use super::config::{number, whole};
use crate::DataError;

/// The settings of a network with planted groups; all have defaults.
///
/// # Examples
/// ```
/// let small = culet_data::NetworkConfig { n_nodes: 300, n_groups: 5, ..Default::default() };
/// let planted = culet_data::synthesise_network(&small, 1).unwrap();
/// assert_eq!(planted.network.n_edges(), 300 * 12 / 2);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkConfig {
    /// Nodes: 8 to 100,000,000.
    pub n_nodes: usize,
    /// Groups: 1 to a quarter of the nodes.
    pub n_groups: usize,
    /// The share of nodes that belong to several groups, reached exactly: 0 to 1.
    pub overlap: f64,
    /// To how many groups such a node belongs at most: 2 to the number of groups. From 2 on all counts are equally
    /// likely.
    pub max_groups: usize,
    /// Edges a node on average, of a directed network those that leave it: 0.1 to half of the nodes of a group. The
    /// number of edges is reached exactly.
    pub mean_degree: f64,
    /// The share of edges that lead to a node of any group: 0 (every edge is within a group) to 1 (groups mean
    /// nothing).
    pub mixing: f64,
    /// The exponent of a power law of degrees, 2.05 to 10; none for degrees that are alike (of Poisson's law).
    pub degree_exponent: Option<f64>,
    /// Whether edges have a direction.
    pub directed: bool,
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self {
            n_nodes: 2_000,
            n_groups: 10,
            overlap: 0.3,
            max_groups: 3,
            mean_degree: 12.0,
            mixing: 0.1,
            degree_exponent: None,
            directed: false,
        }
    }
}

impl NetworkConfig {
    /// Whether all settings lie in their ranges and agree with each other.
    ///
    /// # Errors
    /// [`DataError::BadSetting`] with the first that does not.
    pub fn check(&self) -> Result<(), DataError> {
        whole("n_nodes", self.n_nodes, 8, 100_000_000)?;
        whole("n_groups", self.n_groups, 1, self.n_nodes / 4)?;
        number("overlap", self.overlap, 0.0, if self.n_groups > 1 { 1.0 } else { 0.0 })?;
        if self.n_overlapping() > 0 {
            whole("max_groups", self.max_groups, 2, self.n_groups)?;
        }
        number("mean_degree", self.mean_degree, 0.1, self.largest_mean_degree())?;
        number("mixing", self.mixing, 0.0, 1.0)?;
        self.degree_exponent.map_or(Ok(()), |exponent| number("degree_exponent", exponent, 2.05, 10.0))
    }

    /// The same with as many edges as its nodes have room for, if that are fewer.
    #[must_use]
    pub fn with_room(self) -> Self {
        // What is wrong with no nodes or no groups, checking tells.
        if self.n_nodes == 0 || self.n_groups == 0 {
            return self;
        }
        Self { mean_degree: self.mean_degree.min(self.largest_mean_degree()), ..self }
    }

    /// Half of a group's nodes, as long as 32-bit offsets hold all arcs.
    fn largest_mean_degree(&self) -> f64 {
        let half_a_group = self.n_nodes / self.n_groups / 2;
        (half_a_group as f64).min((u32::MAX as usize / 4 / self.n_nodes) as f64)
    }

    /// How many nodes belong to several groups.
    pub(super) fn n_overlapping(&self) -> usize {
        (self.overlap * self.n_nodes as f64).round() as usize
    }

    /// How many edges there are.
    pub(super) fn n_edges(&self) -> usize {
        let ends = self.n_nodes as f64 * self.mean_degree;
        (if self.directed { ends } else { ends / 2.0 }).round() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_out_of_range_is_named() {
        let base = NetworkConfig::default();
        base.check().unwrap();
        let refused = |config: NetworkConfig| config.check().unwrap_err().to_string();
        let groups = refused(NetworkConfig { n_groups: 501, ..base.clone() });
        assert_eq!(groups, "`n_groups` is 501, expected a whole number from 1 to 500");
        let overlap = refused(NetworkConfig { n_groups: 1, ..base.clone() });
        assert_eq!(overlap, "`overlap` is 0.3, expected a number from 0 to 0");
        let most = refused(NetworkConfig { max_groups: 11, ..base.clone() });
        assert_eq!(most, "`max_groups` is 11, expected a whole number from 2 to 10");
        let degree = refused(NetworkConfig { mean_degree: 101.0, ..base.clone() });
        assert_eq!(degree, "`mean_degree` is 101, expected a number from 0.1 to 100");
        let exponent = refused(NetworkConfig { degree_exponent: Some(f64::NAN), ..base.clone() });
        assert_eq!(exponent, "`degree_exponent` is NaN, expected a number from 2.05 to 10");
        NetworkConfig { n_groups: 1, overlap: 0.0, max_groups: 0, ..base.clone() }.check().unwrap();
        let no_groups = refused(NetworkConfig { n_groups: 0, ..base.clone() }.with_room());
        assert!(no_groups.starts_with("`n_groups` is 0"), "{no_groups}");
        let no_nodes = refused(NetworkConfig { n_nodes: 0, ..base.clone() }.with_room());
        assert!(no_nodes.starts_with("`n_nodes` is 0"), "{no_nodes}");
        let few = NetworkConfig { n_nodes: 80, ..base }.with_room();
        assert_eq!(few.mean_degree, 4.0);
        few.check().unwrap();
    }
}
