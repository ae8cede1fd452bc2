//! Weighted counts of short paths: spread from a source once, then gather for each of its targets.

use super::adjacency::Adjacency;
use super::by_source::BySource;

/// Sources that a task handles: enough to outweigh its start, few enough that tasks end together.
const SOURCES_A_TASK: usize = 32;

/// sum over x in out(u) and in(v) of weight(x)
pub(super) fn two_paths(
    adjacency: &Adjacency<'_>,
    pairs: &[(u32, u32)],
    weight: impl Fn(u32) -> f64 + Sync,
    pool: &rayon::ThreadPool,
) -> Vec<f64> {
    let spread = |source: u32, sums: &mut Sums| adjacency.out(source).iter().for_each(|&x| sums.add(x, weight(x)));
    gather(adjacency, pairs, spread, pool)
}

/// sum over paths u > x < w > v of 1 / sqrt(|in(x)| |out(w)|)
pub(super) fn three_paths(adjacency: &Adjacency<'_>, pairs: &[(u32, u32)], pool: &rayon::ThreadPool) -> Vec<f64> {
    let damping = |rows: &culet_graph::Csr| -> Vec<f64> {
        (0..rows.n_rows()).map(|node| (rows.range(node).len() as f64).sqrt().recip()).collect()
    };
    let (of_x, of_w) = (damping(adjacency.incoming()), damping(adjacency.outgoing()));
    let spread = |source: u32, sums: &mut Sums| {
        for &x in adjacency.out(source) {
            adjacency.into(x).iter().for_each(|&w| sums.add(w, of_x[x as usize] * of_w[w as usize]));
        }
    };
    gather(adjacency, pairs, spread, pool)
}

/// About how many neighbours are looked at for paths of two or three edges.
pub(super) fn n_lookups(adjacency: &Adjacency<'_>, pairs: &[(u32, u32)], length: usize) -> u64 {
    let spread = |source: u32| match length {
        2 => adjacency.out(source).len(),
        _ => adjacency.out(source).iter().map(|&x| adjacency.into(x).len()).sum(),
    };
    let gathered: usize = pairs.iter().map(|&(_, target)| adjacency.into(target).len()).sum();
    (BySource::new(pairs).sources().map(spread).sum::<usize>() + gathered) as u64
}

/// Spreads from each source and adds up, for each of its targets v, what arrived at the nodes of in(v).
fn gather(
    adjacency: &Adjacency<'_>,
    pairs: &[(u32, u32)],
    spread: impl Fn(u32, &mut Sums) + Sync,
    pool: &rayon::ThreadPool,
) -> Vec<f64> {
    BySource::new(pairs).score(
        SOURCES_A_TASK,
        || Sums::new(adjacency.n_nodes()),
        |sums, groups, mut out| {
            for group in groups {
                spread(group.source(), sums);
                let (own, rest) = std::mem::take(&mut out).split_at_mut(group.targets().count());
                for (target, score) in group.targets().zip(own) {
                    *score = adjacency.into(target).iter().map(|&x| sums.values[x as usize]).sum();
                }
                out = rest;
                sums.clear();
            }
        },
        pool,
    )
}

/// A sum for each node, few of them not zero.
struct Sums {
    values: Vec<f64>,
    touched: Vec<u32>,
}

impl Sums {
    fn new(n_nodes: usize) -> Self {
        Self { values: vec![0.0; n_nodes], touched: Vec::new() }
    }

    /// Adds a positive amount.
    #[inline]
    fn add(&mut self, node: u32, amount: f64) {
        let value = &mut self.values[node as usize];
        if *value == 0.0 {
            self.touched.push(node);
        }
        *value += amount;
    }

    fn clear(&mut self) {
        self.touched.drain(..).for_each(|node| self.values[node as usize] = 0.0);
    }
}
