//! Networks whose nodes belong to planted groups.

use std::collections::HashSet;

use culet_graph::{Csr, EdgeList, Names, Network};

use super::catalogue::numbered;
use super::chance::{Alias, Draws, Part, stream};
use super::network_config::NetworkConfig;
use crate::{DataError, NodeLabels};

/// Targets that are tried for a source before the edge goes elsewhere.
const N_TRIALS: usize = 64;

/// A generated network and the groups it was drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct PlantedNetwork {
    /// Who is joined with whom.
    pub network: Network,
    /// Ids such as `node-00042`.
    pub nodes: Names,
    /// The groups of each node, ascending: `[n_nodes]` rows.
    pub groups: Csr,
}

impl PlantedNetwork {
    /// The groups as labels: `group-00`, `group-01` ...
    #[must_use]
    pub fn labels(&self) -> NodeLabels {
        let n_groups = self.groups.columns().iter().max().map_or(0, |&largest| largest as usize + 1);
        let width = n_groups.saturating_sub(1).to_string().len().max(2);
        let names = (0..n_groups).map(|group| format!("group-{group:0width$}")).collect();
        NodeLabels { names, of: self.groups.clone() }
    }
}

/// Generates a network whose nodes belong to one or several of `n_groups` groups.
///
/// The nodes are dealt out so that first groups are equally large, up to one; `overlap` of the nodes get more groups,
/// uniformly. Each node has a weight w, 1 or a power law. An edge draws its source by w; with probability `mixing` its
/// target by w among all nodes, otherwise one of the source's groups at random and in it the target by w divided by the
/// target's number of groups. So a node's expected degree is in proportion to w whatever its groups are, and in equal
/// shares from each of them. Edges are distinct, without self-loops; a source that knows its groups' nodes already (64
/// draws found nothing new) leaves its edge to two random nodes.
///
/// O(nodes + edges) time, on one thread; a function of `config` and `seed` alone.
///
/// # Errors
/// [`DataError::BadSetting`] for a setting out of range.
pub fn synthesise_network(config: &NetworkConfig, seed: u64) -> Result<PlantedNetwork, DataError> {
    config.check()?;
    let groups = memberships(config, seed)?;
    let edges = Population::new(config, &groups, seed).draw_edges(config, seed);
    let (network, _) = Network::from_edges(config.n_nodes, config.directed, &edges)?;
    Ok(PlantedNetwork { network, nodes: numbered("node", config.n_nodes), groups })
}

/// The groups of each node, ascending.
fn memberships(config: &NetworkConfig, seed: u64) -> Result<Csr, DataError> {
    let order = stream(seed, Part::Groups, 0).permutation(config.n_nodes);
    let mut pairs: Vec<(u32, u32)> =
        order.iter().enumerate().map(|(place, &node)| (node, (place % config.n_groups) as u32)).collect();
    let first: Vec<u32> = Csr::from_pairs(config.n_nodes, &pairs)?.columns().to_vec();
    // Another order, so that who overlaps is independent of the first group.
    for &node in &stream(seed, Part::Groups, 1).permutation(config.n_nodes)[..config.n_overlapping()] {
        let mut draws = Draws::new(seed, Part::Groups, 2 + node as usize);
        let n_more = 1 + draws.below(config.max_groups - 1);
        // The numbers of the other groups leave out that of the first.
        let others = distinct(&mut draws, n_more, config.n_groups - 1);
        pairs.extend(others.into_iter().map(|other| (node, other + u32::from(other >= first[node as usize]))));
    }
    Ok(Csr::from_pairs(config.n_nodes, &pairs)?.sorted_and_distinct())
}

/// `k` distinct numbers below `n`, each set of them equally likely (Floyd).
fn distinct(draws: &mut Draws, k: usize, n: usize) -> Vec<u32> {
    let mut chosen = Vec::with_capacity(k);
    for last in n - k..n {
        let number = draws.below(last + 1) as u32;
        chosen.push(if chosen.contains(&number) { last as u32 } else { number });
    }
    chosen
}

/// Who may be joined with whom, and how probably.
struct Population<'a> {
    groups: &'a Csr,
    all: Alias,
    /// For each group its nodes, by weight.
    members: Vec<(Vec<u32>, Alias)>,
}

impl<'a> Population<'a> {
    fn new(config: &NetworkConfig, groups: &'a Csr, seed: u64) -> Self {
        let weights = weights(config, seed);
        let mut members = vec![(Vec::new(), Vec::new()); config.n_groups];
        for (node, weight) in weights.iter().enumerate() {
            for &group in groups.row(node) {
                let (nodes, shares) = &mut members[group as usize];
                nodes.push(node as u32);
                shares.push(weight / groups.row(node).len() as f64);
            }
        }
        let members = members.into_iter().map(|(nodes, shares)| (nodes, Alias::new(&shares))).collect();
        Self { groups, all: Alias::new(&weights), members }
    }

    fn draw_edges(&self, config: &NetworkConfig, seed: u64) -> EdgeList {
        let (n_edges, n_nodes) = (config.n_edges(), config.n_nodes);
        let mut draws = Draws::new(seed, Part::Edges, 0);
        let mut known = HashSet::with_capacity(n_edges);
        let mut edges = EdgeList::default();
        let mut add = |source: u32, target: u32| {
            let turned = !config.directed && source > target;
            let is_new = source != target && known.insert(if turned { (target, source) } else { (source, target) });
            if is_new {
                edges.sources.push(source);
                edges.targets.push(target);
            }
            is_new
        };
        for _ in 0..n_edges {
            let source = self.all.draw(&mut draws) as u32;
            let mut trials = (0..N_TRIALS).map(|_| self.draw_target(source, config.mixing, &mut draws));
            if !trials.any(|target| add(source, target)) {
                while !add(draws.below(n_nodes) as u32, draws.below(n_nodes) as u32) {}
            }
        }
        edges
    }

    fn draw_target(&self, source: u32, mixing: f64, draws: &mut Draws) -> u32 {
        if draws.uniform() < mixing {
            return self.all.draw(draws) as u32;
        }
        let groups = self.groups.row(source as usize);
        let (nodes, by_weight) = &self.members[groups[draws.below(groups.len())] as usize];
        nodes[by_weight.draw(draws)]
    }
}

/// What the expected degree of each node is in proportion to: Pareto numbers, none so large that a node would know more
/// than half of a group.
fn weights(config: &NetworkConfig, seed: u64) -> Vec<f64> {
    let Some(exponent) = config.degree_exponent else { return vec![1.0; config.n_nodes] };
    let draws = stream(seed, Part::Activity, 0);
    // A degree of k is as frequent as k^-exponent, one of at least k as k^(1 - exponent), with a mean of:
    let mean = (exponent - 1.0) / (exponent - 2.0);
    let most = (config.n_nodes / config.n_groups) as f64 / 2.0 / config.mean_degree * mean;
    let weight = |node| (1.0 - draws.uniform(node)).powf(-1.0 / (exponent - 1.0)).min(most.max(1.0));
    (0..config.n_nodes as u64).map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planted(config: &NetworkConfig) -> PlantedNetwork {
        synthesise_network(config, 3).unwrap()
    }

    fn share_a_group(groups: &Csr, u: usize, v: usize) -> bool {
        groups.row(u).iter().any(|group| groups.row(v).contains(group))
    }

    /// The share of edges within a group.
    fn within(planted: &PlantedNetwork) -> f64 {
        let edges = planted.network.edges();
        let ends = edges.sources.iter().zip(&edges.targets);
        let within = ends.filter(|&(&u, &v)| share_a_group(&planted.groups, u as usize, v as usize)).count();
        within as f64 / edges.len() as f64
    }

    #[test]
    fn groups_and_edges_are_as_many_as_asked_for() {
        for directed in [false, true] {
            let config = NetworkConfig { directed, ..NetworkConfig::default() };
            let planted = planted(&config);
            let labels = planted.labels();
            assert_eq!((labels.names.len(), labels.names[9].as_str(), &labels.of), (10, "group-09", &planted.groups));
            let PlantedNetwork { network, nodes, groups } = planted;
            assert_eq!((network.n_nodes(), network.is_directed(), nodes.len()), (2_000, directed, 2_000));
            assert_eq!(network.n_edges(), if directed { 24_000 } else { 12_000 });
            assert!((0..2_000).all(|u| !network.has_edge(u, u)));
            assert_eq!(nodes.id(42), "node-00042");
            let mut counts = [0; 4];
            (0..2_000).for_each(|u| counts[groups.row(u).len()] += 1);
            assert_eq!((counts[0], counts[1], counts[2] + counts[3]), (0, 1_400, 600));
            assert!((250..350).contains(&counts[2]), "{counts:?}");
            let mut sizes = [0; 10];
            groups.columns().iter().for_each(|&group| sizes[group as usize] += 1);
            assert!(sizes.iter().all(|size| (250..330).contains(size)), "200 and a tenth of 900 more: {sizes:?}");
        }
    }

    #[test]
    fn edges_are_within_groups_as_far_as_mixing_allows() {
        let base = NetworkConfig::default();
        let pure = planted(&NetworkConfig { mixing: 0.0, ..base.clone() });
        assert_eq!(within(&pure), 1.0);
        let random = planted(&NetworkConfig { mixing: 1.0, ..base.clone() });
        let groups = &random.groups;
        let pairs = (0..2_000).flat_map(|u| (0..u).map(move |v| (u, v)));
        let by_chance = pairs.filter(|&(u, v)| share_a_group(groups, u, v)).count() as f64 / (2_000.0 * 1_999.0 / 2.0);
        assert!((within(&random) - by_chance).abs() < 0.015, "{} and {by_chance} by chance", within(&random));
        let mixed = planted(&NetworkConfig { mixing: 0.3, ..base });
        let expected = 0.7 + 0.3 * by_chance;
        assert!((within(&mixed) - expected).abs() < 0.015, "{} instead of {expected}", within(&mixed));
    }

    #[test]
    fn overlapping_nodes_have_as_many_edges_as_others_and_equally_many_in_each_group() {
        let config =
            NetworkConfig { mixing: 0.0, overlap: 0.5, max_groups: 2, n_groups: 4, ..NetworkConfig::default() };
        let PlantedNetwork { network, groups, .. } = planted(&config);
        let (mut degrees, mut counts, mut first) = ([0.0; 3], [0.0; 3], 0.0);
        for u in 0..2_000 {
            let own = groups.row(u);
            degrees[own.len()] += network.out_degree(u) as f64;
            counts[own.len()] += 1.0;
            if let &[group, other] = own {
                // Neighbours in one group of the two alone.
                let only = |g: u32, not: u32| {
                    let neighbours = network.outgoing().row(u).iter().map(|&v| groups.row(v as usize));
                    neighbours.filter(|row| row.contains(&g) && !row.contains(&not)).count() as f64
                };
                first += (only(group, other) - only(other, group)) / 1_000.0;
            }
        }
        let [_, one, two] = [0, 1, 2].map(|k| degrees[k] / counts[k]);
        assert!((one - 12.0).abs() < 0.4 && (two - 12.0).abs() < 0.4, "{one} and {two}");
        assert!(first.abs() < 0.5, "{first}");
    }

    #[test]
    fn degrees_follow_the_power_law_asked_for() {
        let config = NetworkConfig {
            n_nodes: 20_000,
            mean_degree: 20.0,
            degree_exponent: Some(2.5),
            mixing: 0.3,
            ..NetworkConfig::default()
        };
        let degrees = |config: &NetworkConfig| {
            let network = planted(config).network;
            let mut degrees: Vec<usize> = (0..network.n_nodes()).map(|u| network.out_degree(u)).collect();
            degrees.sort_unstable_by(|a, b| b.cmp(a));
            degrees
        };
        let skewed = degrees(&config);
        // Hill's estimate from the tail between the cap and the thousandth node.
        let tail = &skewed[50..1_000];
        let least = tail[tail.len() - 1] as f64;
        let above = |k: usize| (skewed[k] as f64 / least).ln();
        let mean = ((50..1_000).map(above).sum::<f64>() + 50.0 * above(50)) / 950.0;
        assert!((1.0 + 1.0 / mean - 2.5).abs() < 0.25, "{}", 1.0 + 1.0 / mean);
        let alike = degrees(&NetworkConfig { degree_exponent: None, ..config });
        assert!(alike[0] < 50 && skewed[0] > 200, "{} and {}", alike[0], skewed[0]);
    }

    #[test]
    fn the_tightest_groups_are_filled() {
        let config = NetworkConfig {
            n_nodes: 16,
            n_groups: 4,
            overlap: 0.0,
            mean_degree: 2.0,
            mixing: 0.0,
            degree_exponent: Some(2.05),
            ..NetworkConfig::default()
        };
        for seed in 0..20 {
            assert_eq!(synthesise_network(&config, seed).unwrap().network.n_edges(), 16);
            let all = NetworkConfig { overlap: 1.0, max_groups: 4, directed: true, ..config.clone() };
            assert_eq!(synthesise_network(&all, seed).unwrap().network.n_edges(), 32);
        }
    }

    #[test]
    fn the_seed_decides_all() {
        let config = NetworkConfig { n_nodes: 200, n_groups: 5, ..NetworkConfig::default() };
        assert_eq!(synthesise_network(&config, 1).unwrap(), synthesise_network(&config, 1).unwrap());
        let other = synthesise_network(&config, 2).unwrap();
        let first = synthesise_network(&config, 1).unwrap();
        assert!(first.network != other.network && first.groups != other.groups);
    }

    #[test]
    fn distinct_numbers_are_each_equally_likely() {
        let mut counts = [0; 5];
        for seed in 0..5_000 {
            let mut chosen = distinct(&mut Draws::new(seed, Part::Groups, 0), 3, 5);
            chosen.iter().for_each(|&k| counts[k as usize] += 1);
            chosen.sort_unstable();
            chosen.dedup();
            assert_eq!(chosen.len(), 3);
        }
        assert!(counts.iter().all(|count| (2_850..3_150).contains(count)), "{counts:?}");
    }
}
