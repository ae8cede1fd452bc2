//! Splits of networks: edges withheld for a test or a validation.

use crate::{Components, EdgeList, Network, Stream};

/// The edges of a network in two parts.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkSplit {
    /// The edges that stay, in the order of [`Network::edges`].
    pub train: EdgeList,
    /// The edges withheld, in random order; if the network is undirected, each with a random end first.
    pub withheld: EdgeList,
}

/// What must not happen to the network when edges are withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// No component falls apart, regardless of the direction of edges: a random spanning forest stays.
    #[default]
    Connected,
    /// No node loses its last edge to another node, whichever way that leads.
    Degrees,
    /// Any edge may go.
    Nothing,
}

/// Withholds `share` of the edges at random, rounded to a whole number, or as many as `keep` allows if those are fewer.
///
/// Self-loops stay: no negative pair is one, so that a score would know them by their form. For the same reason the
/// withheld edges of an undirected network are turned at random; were the smaller id always first, a score that is not
/// symmetric could profit. An edge in each direction, or in each of several relations, counts as an edge of its own.
/// Weights and relations go with their edges. O(edges) time but for an inverse of Ackermann's function.
///
/// # Panics
/// If `share` is not in [0, 1].
#[must_use]
pub fn withhold_edges(network: &Network, share: f64, stream: Stream, keep: Keep) -> LinkSplit {
    assert!((0.0..=1.0).contains(&share), "the share lies in [0, 1]");
    let edges = network.edges();
    let n_wanted = (share * edges.len() as f64).round() as usize;
    let mut spared = Spared::new(keep, network.n_nodes(), &edges);
    let order = stream.permutation(edges.len());
    let can_go: Vec<u32> = order.into_iter().filter(|&e| spared.lets_go(&edges, e as usize)).collect();
    let mut withheld = Vec::with_capacity(n_wanted);
    withheld.extend(can_go.into_iter().take(n_wanted));
    let mut stays = vec![true; edges.len()];
    withheld.iter().for_each(|&e| stays[e as usize] = false);
    let train: Vec<u32> = (0..edges.len() as u32).filter(|&e| stays[e as usize]).collect();
    let turned = |e: u32| !network.is_directed() && stream.word(edges.len() as u64 + u64::from(e)) >> 63 == 1;
    LinkSplit { train: listed(&edges, &train, |_| false), withheld: listed(&edges, &withheld, turned) }
}

/// The listed edges, some of them turned round.
fn listed(edges: &EdgeList, list: &[u32], turned: impl Fn(u32) -> bool) -> EdgeList {
    let ends = |e: u32| (edges.sources[e as usize], edges.targets[e as usize]);
    let mut part: EdgeList = list.iter().map(|&e| if turned(e) { (ends(e).1, ends(e).0) } else { ends(e) }).collect();
    if !edges.weights.is_empty() {
        part.weights = list.iter().map(|&e| edges.weights[e as usize]).collect();
    }
    if !edges.relations.is_empty() {
        part.relations = list.iter().map(|&e| edges.relations[e as usize]).collect();
    }
    part
}

/// Decides edge by edge which ones must stay.
enum Spared {
    Forest(Components),
    /// How many edges to other nodes each node still has.
    LastEdges(Vec<u32>),
    SelfLoops,
}

impl Spared {
    fn new(keep: Keep, n_nodes: usize, edges: &EdgeList) -> Self {
        match keep {
            Keep::Connected => Self::Forest(Components::new(n_nodes)),
            Keep::Degrees => {
                let mut n_left = vec![0; n_nodes];
                let ends = edges.sources.iter().zip(&edges.targets).filter(|(u, v)| u != v);
                ends.for_each(|(&u, &v)| {
                    n_left[u as usize] += 1;
                    n_left[v as usize] += 1;
                });
                Self::LastEdges(n_left)
            }
            Keep::Nothing => Self::SelfLoops,
        }
    }

    /// Whether an edge may go, after those asked about before it that might.
    fn lets_go(&mut self, edges: &EdgeList, e: usize) -> bool {
        let (u, v) = (edges.sources[e], edges.targets[e]);
        u != v
            && match self {
                Self::Forest(components) => !components.join(u, v),
                Self::LastEdges(n_left) => {
                    let can_go = n_left[u as usize] > 1 && n_left[v as usize] > 1;
                    n_left[u as usize] -= u32::from(can_go);
                    n_left[v as usize] -= u32::from(can_go);
                    can_go
                }
                Self::SelfLoops => true,
            }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Purpose;

    fn stream(step: u64) -> Stream {
        Stream::new(6, Purpose::NetworkSplit, step)
    }

    /// The smallest node that each node can reach either way, by repeated sweeps.
    fn component_of(n_nodes: usize, edges: &EdgeList) -> Vec<u32> {
        let mut least: Vec<u32> = (0..n_nodes as u32).collect();
        for _ in 0..n_nodes {
            for (&u, &v) in edges.sources.iter().zip(&edges.targets) {
                let both = least[u as usize].min(least[v as usize]);
                (least[u as usize], least[v as usize]) = (both, both);
            }
        }
        least
    }

    /// Edges to other nodes, at either end.
    fn degrees(n_nodes: usize, edges: &EdgeList) -> Vec<usize> {
        let mut degrees = vec![0; n_nodes];
        for (&u, &v) in edges.sources.iter().zip(&edges.targets).filter(|(u, v)| u != v) {
            degrees[u as usize] += 1;
            degrees[v as usize] += 1;
        }
        degrees
    }

    /// Everything that is known of each edge, sorted; ends of undirected edges in order.
    fn facts(edges: &EdgeList, directed: bool) -> Vec<(u32, u32, u32, u16)> {
        let fact = |e: usize| {
            let (u, v) = (edges.sources[e], edges.targets[e]);
            let (u, v) = if directed || u <= v { (u, v) } else { (v, u) };
            (u, v, edges.weights[e].to_bits(), edges.relations[e])
        };
        let mut facts: Vec<_> = (0..edges.len()).map(fact).collect();
        facts.sort_unstable();
        facts
    }

    proptest! {
        #[test]
        fn parts_make_up_the_network_and_what_is_to_be_kept_is_kept(
            pairs in prop::collection::vec((0_u32..25, 0_u32..25, 0_u16..2), 1..90),
            (directed, share, step) in (any::<bool>(), 0.0..=1.0_f64, 0_u64..1000),
            keep in prop::sample::select(&[Keep::Connected, Keep::Degrees, Keep::Nothing][..]),
        ) {
            let mut edges: EdgeList = pairs.iter().map(|&(u, v, _)| (u, v)).collect();
            edges.relations = pairs.iter().map(|&(_, _, relation)| relation).collect();
            edges.weights = (0..edges.len()).map(|e| 1.0 + e as f32).collect();
            let network = Network::from_edges(26, directed, &edges).unwrap().0;
            let all = network.edges();
            let split = withhold_edges(&network, share, stream(step), keep);
            let mut parts = facts(&split.train, directed);
            parts.extend(facts(&split.withheld, directed));
            parts.sort_unstable();
            prop_assert_eq!(parts, facts(&all, directed));
            prop_assert!(split.withheld.sources.iter().zip(&split.withheld.targets).all(|(u, v)| u != v));
            let n_wanted = (share * all.len() as f64).round() as usize;
            let n_loops = all.sources.iter().zip(&all.targets).filter(|(u, v)| u == v).count();
            let n_withheld = split.withheld.len();
            match keep {
                Keep::Connected => {
                    let before = component_of(26, &all);
                    prop_assert_eq!(&component_of(26, &split.train), &before);
                    let n_components = (0..26).filter(|&node| before[node as usize] == node).count();
                    prop_assert_eq!(n_withheld, n_wanted.min(all.len() - n_loops - (26 - n_components)));
                }
                Keep::Degrees => {
                    let (before, after) = (degrees(26, &all), degrees(26, &split.train));
                    prop_assert!((0..26).all(|node| before[node] == 0 || after[node] > 0));
                    // If fewer went than asked, no other one could.
                    let mut train = split.train.sources.iter().zip(&split.train.targets).filter(|(u, v)| u != v);
                    let could_go = train.any(|(&u, &v)| after[u as usize] > 1 && after[v as usize] > 1);
                    prop_assert!(n_withheld == n_wanted || (n_withheld < n_wanted && !could_go));
                }
                Keep::Nothing => prop_assert_eq!(n_withheld, n_wanted.min(all.len() - n_loops)),
            }
            prop_assert_eq!(withhold_edges(&network, share, stream(step), keep), split);
        }
    }

    #[test]
    fn edges_are_withheld_and_turned_with_equal_chances() {
        // A complete graph, so that no edge differs from another.
        let pairs: Vec<(u32, u32)> = (0..6).flat_map(|u| (u + 1..6).map(move |v| (u, v))).collect();
        let network = Network::from_pairs(6, false, &pairs);
        let n_splits = 4000;
        for keep in [Keep::Connected, Keep::Degrees, Keep::Nothing] {
            let (mut counts, mut n_turned) = ([[0_u32; 6]; 6], 0);
            for step in 0..n_splits {
                let withheld = withhold_edges(&network, 0.4, stream(step), keep).withheld;
                assert_eq!(withheld.len(), 6);
                for (&u, &v) in withheld.sources.iter().zip(&withheld.targets) {
                    counts[u.min(v) as usize][u.max(v) as usize] += 1;
                    n_turned += u32::from(u > v);
                }
            }
            // 1,600 expected, with a deviation of 31; half of 24,000 turned, with one of 77.
            assert!(pairs.iter().all(|&(u, v)| counts[u as usize][v as usize].abs_diff(1600) < 150), "{counts:?}");
            assert!(n_turned.abs_diff(12_000) < 400, "{n_turned}");
        }
        let directed = Network::from_pairs(6, true, &pairs);
        let withheld = withhold_edges(&directed, 0.5, stream(0), Keep::Connected).withheld;
        assert!(withheld.sources.iter().zip(&withheld.targets).all(|(&u, &v)| directed.has_edge(u, v)));
    }
}
