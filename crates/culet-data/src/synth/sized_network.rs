//! Networks of given size with a power law of degrees, to measure time and memory with.

use culet_graph::{EdgeList, Network};
use rayon::prelude::*;

use super::chance::{Alias, Draws, Part, stream};
use super::config::{number, whole};
use crate::DataError;

/// Edges that a thread draws at a time.
const BLOCK: usize = 1 << 16;
/// Rounds by weight; what is missing then is drawn evenly.
const N_ROUNDS: usize = 32;

/// Generates an undirected network of exactly so many nodes and distinct edges, without self-loops, whose expected
/// degrees follow a power law (Chung and Lu 2002).
///
/// The node of rank r, in random order, has a weight of (r + s)^(-1 / (exponent - 1)), so that a degree of k is as
/// frequent as k^-exponent; s keeps the largest expected degree at a tenth of the nodes. Both ends of an edge are drawn
/// by weight; what repeats is drawn anew. Nodes of small weight may be left without edges.
///
/// O(nodes + edges log(edges)) time in the caller's threads: 10 million edges take seconds; a function of the arguments
/// alone.
///
/// # Errors
/// [`DataError::BadSetting`] for fewer than 2 nodes, more edges than a quarter of all pairs or than 32-bit offsets
/// hold, or an exponent outside 2.05 to 10.
pub fn synthesise_network_sized(
    n_nodes: usize,
    n_edges: usize,
    exponent: f64,
    seed: u64,
) -> Result<Network, DataError> {
    whole("n_nodes", n_nodes, 2, u32::MAX as usize - 1)?;
    let n_pairs = n_nodes as u64 * (n_nodes as u64 - 1) / 2;
    whole("n_edges", n_edges, 0, n_pairs.div_ceil(4).min(u64::from(u32::MAX / 2)) as usize)?;
    number("exponent", exponent, 2.05, 10.0)?;
    let ends = Ends::new(n_nodes, n_edges, exponent, seed);
    let mut keys: Vec<u64> = Vec::new();
    for round in 0.. {
        let n_missing = n_edges - keys.len();
        if n_missing == 0 {
            break;
        }
        keys.par_extend(ends.draw(n_missing, round, seed));
        // Two runs in order, or nearly: a merge.
        keys.par_sort();
        keys.dedup();
    }
    let edges: EdgeList = keys.iter().map(|&key| ((key >> 32) as u32, key as u32)).collect();
    drop(keys);
    Ok(Network::from_edges(n_nodes, false, &edges)?.0)
}

/// What the ends of edges are drawn from.
struct Ends {
    by_rank: Alias,
    /// The node of each rank.
    node_of: Vec<u32>,
}

impl Ends {
    fn new(n_nodes: usize, n_edges: usize, exponent: f64, seed: u64) -> Self {
        let by_rank = Alias::new(&weights(n_nodes, n_edges, exponent));
        Self { by_rank, node_of: stream(seed, Part::Popularity, 0).permutation(n_nodes) }
    }

    /// So many edges, the smaller end in the upper half of the number; some may be equal.
    fn draw(&self, n_edges: usize, round: usize, seed: u64) -> impl ParallelIterator<Item = u64> {
        (0..n_edges.div_ceil(BLOCK)).into_par_iter().flat_map_iter(move |block| {
            let mut draws = Draws::new(seed, Part::Edges, round << 32 | block);
            (0..BLOCK.min(n_edges - block * BLOCK)).map(move |_| self.draw_one(round < N_ROUNDS, &mut draws))
        })
    }

    fn draw_one(&self, by_weight: bool, draws: &mut Draws) -> u64 {
        loop {
            let mut draw = || if by_weight { self.by_rank.draw(draws) } else { draws.below(self.node_of.len()) };
            let [one, other] = [draw(), draw()].map(|rank| u64::from(self.node_of[rank]));
            if one != other {
                return one.min(other) << 32 | one.max(other);
            }
        }
    }
}

/// The weights of the ranks.
fn weights(n_nodes: usize, n_edges: usize, exponent: f64) -> Vec<f64> {
    let mut shift = 1.0;
    loop {
        let weight = |rank: usize| (rank as f64 + shift).powf(-1.0 / (exponent - 1.0));
        let weights: Vec<f64> = (0..n_nodes).map(weight).collect();
        let largest_degree = 2.0 * n_edges as f64 * weights[0] / weights.iter().sum::<f64>();
        if largest_degree <= n_nodes as f64 / 10.0 || shift > n_nodes as f64 {
            return weights;
        }
        shift *= 2.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn degrees(network: &Network) -> Vec<usize> {
        let mut degrees: Vec<usize> = (0..network.n_nodes()).map(|u| network.out_degree(u)).collect();
        degrees.sort_unstable_by(|a, b| b.cmp(a));
        degrees
    }

    #[test]
    fn counts_are_met_exactly_however_dense() {
        for (n_nodes, n_edges, exponent) in
            [(2, 1, 2.05), (30, 109, 2.05), (30, 109, 10.0), (500, 0, 3.0), (9_000, 70_000, 2.2)]
        {
            let network = synthesise_network_sized(n_nodes, n_edges, exponent, 1).unwrap();
            assert_eq!((network.n_nodes(), network.n_edges()), (n_nodes, n_edges));
            assert!((0..n_nodes as u32).all(|u| !network.has_edge(u, u)));
        }
    }

    #[test]
    fn degrees_follow_the_power_law_asked_for() {
        for exponent in [2.2, 3.0] {
            let network = synthesise_network_sized(100_000, 1_000_000, exponent, 2).unwrap();
            let degrees = degrees(&network);
            // Between the ranks 100 and 3,000 the degree falls as rank^(-1 / (exponent - 1)), once the shift is small.
            let slope = (degrees[200] as f64 / degrees[4_000] as f64).ln() / 20.0_f64.ln();
            assert!((1.0 + 1.0 / slope - exponent).abs() < 0.2, "{} instead of {exponent}", 1.0 + 1.0 / slope);
            assert!(degrees[0] < 12_000, "{}", degrees[0]);
        }
        assert!(degrees(&synthesise_network_sized(100_000, 1_000_000, 2.2, 2).unwrap())[0] > 5_000);
    }

    #[test]
    fn the_seed_decides_all_and_threads_nothing() {
        let with_threads = |n, seed| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
            pool.install(|| synthesise_network_sized(20_000, 200_000, 2.3, seed).unwrap())
        };
        let first = with_threads(1, 5);
        assert_eq!(first, with_threads(3, 5));
        assert_ne!(first, with_threads(1, 6));
    }

    #[test]
    fn sizes_that_do_not_fit_are_named() {
        let refused = |n_nodes, n_edges, exponent| {
            synthesise_network_sized(n_nodes, n_edges, exponent, 0).unwrap_err().to_string()
        };
        assert_eq!(refused(30, 110, 2.5), "`n_edges` is 110, expected a whole number from 0 to 109");
        assert_eq!(refused(30, 10, 2.0), "`exponent` is 2, expected a number from 2.05 to 10");
        assert!(refused(1, 0, 2.5).starts_with("`n_nodes` is 1, expected"));
        assert!(refused(1 << 30, 1 << 31, 2.5).starts_with("`n_edges` is 2147483648, expected"));
    }
}
