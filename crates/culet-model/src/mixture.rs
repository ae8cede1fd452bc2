//! Distributions as mixtures of a few common ones.

use culet_graph::{Purpose, Stream};
use rayon::prelude::*;

/// Starts, of which the best is kept, rounds at most, and the gain in likelihood below which no more are made.
const N_STARTS: u64 = 4;
const MOST_ROUNDS: usize = 300;
const LEAST_GAIN: f64 = 1e-7;
/// Rows that one task works through; sums are taken task after task, so that threads do not matter.
const ROWS_A_TASK: usize = 512;

/// Rows written as mixtures: `rows[u] ~ sum over p of shares[u][p] * parts[p]`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mixture {
    /// `[n_parts][n]`, each a distribution; the one with the largest share of all rows first.
    pub(crate) parts: Vec<Vec<f64>>,
    /// `[n_rows][n_parts]`, each a distribution; equal shares for a row of zeros.
    pub(crate) shares: Vec<Vec<f64>>,
    /// sum over u, r of `rows[u][r] ln sum_p shares[u][p] parts[p][r]`
    likelihood: f64,
}

/// Sums of one task or of all.
struct Sums {
    parts: Vec<Vec<f64>>,
    likelihood: f64,
}

impl Mixture {
    /// Finds the mixture of the greatest likelihood by expectation and maximisation, from several random starts.
    ///
    /// q(p | u, r) ~ shares[u][p] parts[p][r];  shares[u][p] ~ sum_r rows[u][r] q;  parts[p][r] ~ sum_u rows[u][r] q
    ///
    /// This is the factorisation of Hofmann (1999), "Probabilistic latent semantic analysis": for rows that are such
    /// mixtures, of parts each with an entry of its own and with rows of a single part, the mixture is unique.
    ///
    /// # Shapes
    /// `rows`: `[n_rows][n]`, each a distribution or all zeros. O(rows * parts * n) a round.
    pub(crate) fn fit(rows: &[Vec<f64>], n_parts: usize) -> Self {
        let fits = (0..N_STARTS).map(|start| Self::from_start(rows, n_parts, start));
        let best = fits.reduce(|best, other| if other.likelihood > best.likelihood { other } else { best });
        best.expect("at least one start").largest_first()
    }

    fn from_start(rows: &[Vec<f64>], n_parts: usize, start: u64) -> Self {
        let n = rows.first().map_or(0, Vec::len);
        let stream = Stream::new(0, Purpose::Initialise, 1 << 32 | start);
        let draw = |p: usize| (0..n).map(|r| 0.5 + stream.uniform((p * n + r) as u64)).collect();
        let parts = (0..n_parts).map(|p| to_distribution(draw(p))).collect();
        let shares = vec![vec![1.0 / n_parts as f64; n_parts]; rows.len()];
        let mut mixture = Self { parts, shares, likelihood: f64::NEG_INFINITY };
        for _ in 0..MOST_ROUNDS {
            let before = mixture.likelihood;
            mixture.round(rows);
            if mixture.likelihood - before <= LEAST_GAIN * mixture.likelihood.abs() {
                break;
            }
        }
        mixture
    }

    fn round(&mut self, rows: &[Vec<f64>]) {
        let parts = &self.parts;
        let of_task = |(rows, shares): (&[Vec<f64>], &mut [Vec<f64>])| {
            let mut sums = Sums { parts: vec![vec![0.0; parts[0].len()]; parts.len()], likelihood: 0.0 };
            rows.iter().zip(shares).for_each(|(row, shares)| *shares = sums.add(row, shares, parts));
            sums
        };
        let tasks = rows.par_chunks(ROWS_A_TASK).zip(self.shares.par_chunks_mut(ROWS_A_TASK));
        let sums: Vec<Sums> = tasks.map(of_task).collect();
        self.likelihood = sums.iter().map(|sums| sums.likelihood).sum();
        for (p, part) in self.parts.iter_mut().enumerate() {
            let total = |r: usize| sums.iter().map(|sums| sums.parts[p][r]).sum();
            *part = to_distribution((0..part.len()).map(total).collect());
        }
    }

    fn largest_first(self) -> Self {
        let size = |p: usize| self.shares.iter().map(|shares| shares[p]).sum::<f64>();
        let mut order: Vec<usize> = (0..self.parts.len()).collect();
        order.sort_by(|&a, &b| size(b).total_cmp(&size(a)).then(a.cmp(&b)));
        Self {
            parts: order.iter().map(|&p| self.parts[p].clone()).collect(),
            shares: self.shares.iter().map(|shares| order.iter().map(|&p| shares[p]).collect()).collect(),
            likelihood: self.likelihood,
        }
    }
}

impl Sums {
    /// Adds what a row says about the parts; gives its new shares.
    fn add(&mut self, row: &[f64], shares: &[f64], parts: &[Vec<f64>]) -> Vec<f64> {
        let mut new_shares = vec![0.0; parts.len()];
        for (r, &weight) in row.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            let mixed: f64 = shares.iter().zip(parts).map(|(share, part)| share * part[r]).sum();
            // An entry that no part holds any more stays without one.
            if mixed < f64::MIN_POSITIVE {
                continue;
            }
            self.likelihood += weight * mixed.ln();
            for (p, new_share) in new_shares.iter_mut().enumerate() {
                let explained = weight * shares[p] * parts[p][r] / mixed;
                *new_share += explained;
                self.parts[p][r] += explained;
            }
        }
        to_distribution(new_shares)
    }
}

/// Divides by the sum; zeros become equal shares.
pub(crate) fn to_distribution(mut numbers: Vec<f64>) -> Vec<f64> {
    let (sum, n) = (numbers.iter().sum::<f64>(), numbers.len() as f64);
    numbers.iter_mut().for_each(|x| *x = if sum > 0.0 { *x / sum } else { 1.0 / n });
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn largest_gap(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }

    /// Three parts, each with an entry of its own, mixed by shares among which pure ones occur.
    fn planted(n_rows: usize) -> [Vec<Vec<f64>>; 3] {
        let parts = vec![vec![0.6, 0.3, 0.0, 0.0, 0.1], vec![0.0, 0.1, 0.8, 0.0, 0.1], vec![0.0, 0.0, 0.1, 0.9, 0.0]];
        let stream = Stream::new(1, Purpose::Test, 0);
        let share = |u: usize| match u % 4 {
            // The first part is the largest, the last the smallest.
            0 => vec![1.0, 0.0, 0.0],
            1 => vec![0.0, 1.0, 0.0],
            2 if u % 8 == 2 => vec![0.0, 0.0, 1.0],
            _ => to_distribution((0..3).map(|p| (3 - p) as f64 * stream.uniform((3 * u + p) as u64)).collect()),
        };
        let shares: Vec<Vec<f64>> = (0..n_rows).map(share).collect();
        let mixed = |shares: &Vec<f64>, r: usize| shares.iter().zip(&parts).map(|(share, part)| share * part[r]).sum();
        let rows = shares.iter().map(|shares| (0..5).map(|r| mixed(shares, r)).collect()).collect();
        [rows, parts, shares]
    }

    #[test]
    fn planted_parts_and_shares_are_found() {
        let [rows, parts, shares] = planted(1_200);
        let found = Mixture::fit(&rows, 3);
        for (found, planted) in found.parts.iter().zip(&parts) {
            assert!(largest_gap(found, planted) < 0.02, "{found:?} for {planted:?}");
        }
        for (found, planted) in found.shares.iter().zip(&shares) {
            assert!(largest_gap(found, planted) < 0.05, "{found:?} for {planted:?}");
        }
    }

    #[test]
    fn threads_do_not_matter() {
        let [rows, ..] = planted(1_200);
        let with_threads = |n| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
            pool.install(|| Mixture::fit(&rows, 3))
        };
        assert_eq!(with_threads(1), with_threads(3));
    }

    #[test]
    fn all_rows_are_distributions_even_where_there_is_nothing_to_mix() {
        let rows = vec![vec![0.0, 0.0], vec![1.0, 0.0], vec![0.5, 0.5]];
        for n_parts in [1, 2, 5] {
            let found = Mixture::fit(&rows, n_parts);
            assert_eq!(found.shares[0], vec![1.0 / n_parts as f64; n_parts]);
            for row in found.parts.iter().chain(&found.shares) {
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{row:?}");
            }
        }
        let empty = Mixture::fit(&[vec![], vec![]], 2);
        assert_eq!((empty.parts, empty.shares), (vec![vec![], vec![]], vec![vec![0.5, 0.5]; 2]));
        assert_eq!(Mixture::fit(&[], 2).parts, vec![Vec::<f64>::new(); 2]);
    }
}
