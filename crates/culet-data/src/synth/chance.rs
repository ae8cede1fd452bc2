//! Draws, one after the other, from the random streams of a generator.

use culet_graph::{Purpose, Stream};

/// Which part of a generator draws; each has streams of its own.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Popularity = 0,
    Facts = 1,
    Series = 2,
    Names = 3,
    Activity = 4,
    Users = 5,
    Attributes = 6,
    Heads = 7,
    Permutations = 8,
    Groups = 9,
    Edges = 10,
}

/// The stream of the `index`-th thing (user, item, relation) that a part draws; `index` is below 2^56.
pub(super) fn stream(seed: u64, part: Part, index: usize) -> Stream {
    Stream::new(seed, Purpose::Synthesis, (part as u64) << 56 | index as u64)
}

/// A stream that is read from its beginning, word after word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draws {
    stream: Stream,
    next: u64,
}

impl Draws {
    pub(super) fn new(seed: u64, part: Part, index: usize) -> Self {
        Self { stream: stream(seed, part, index), next: 0 }
    }

    fn advance(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// A number in [0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        let index = self.advance();
        self.stream.uniform(index)
    }

    /// A whole number below `n`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        let index = self.advance();
        self.stream.below(index, n as u64) as usize
    }

    /// A standard normal number (Box and Muller).
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// The whole number below or above `x`, so that it is `x` on average.
    pub(super) fn round(&mut self, x: f64) -> usize {
        (x + self.uniform()).floor() as usize
    }

    /// A whole number of at least 1, spread evenly about `mean`, which is at least 1.
    pub(super) fn count_about(&mut self, mean: f64) -> usize {
        let spread = 2.0 * (mean - 1.0) * self.uniform();
        1 + self.round(spread)
    }

    /// An index with a probability in proportion to its weight; the weights sum to 1 and are few.
    pub(super) fn index_by(&mut self, weights: &[f64]) -> usize {
        let mut left = self.uniform();
        for (index, &weight) in weights.iter().enumerate() {
            if left < weight {
                return index;
            }
            left -= weight;
        }
        // Rounding left a crumb: the last index that can be drawn at all.
        weights.iter().rposition(|&weight| weight > 0.0).unwrap_or(0)
    }
}

/// Draws an index in constant time with a probability in proportion to its weight (Walker 1977, Vose 1991).
#[derive(Debug, Clone)]
pub(super) struct Alias {
    keep: Vec<f64>,
    other: Vec<u32>,
}

impl Alias {
    /// # Panics
    /// If there is no weight, or their sum is not positive and finite.
    pub(super) fn new(weights: &[f64]) -> Self {
        let n = weights.len();
        let total: f64 = weights.iter().sum();
        assert!(total > 0.0 && total.is_finite(), "weights with a positive sum");
        let mut keep: Vec<f64> = weights.iter().map(|weight| weight * n as f64 / total).collect();
        let mut other: Vec<u32> = (0..n as u32).collect();
        let (mut small, mut large): (Vec<u32>, Vec<u32>) = (0..n as u32).partition(|&k| keep[k as usize] < 1.0);
        while let (Some(&poor), Some(&rich)) = (small.last(), large.last()) {
            small.pop();
            other[poor as usize] = rich;
            keep[rich as usize] -= 1.0 - keep[poor as usize];
            if keep[rich as usize] < 1.0 {
                large.pop();
                small.push(rich);
            }
        }
        Self { keep, other }
    }

    pub(super) fn draw(&self, draws: &mut Draws) -> usize {
        let index = draws.below(self.keep.len());
        if draws.uniform() < self.keep[index] { index } else { self.other[index] as usize }
    }
}

/// Zipf-Mandelbrot weights of the ranks 0..n: (rank + 1 + n / 20)^-exponent.
///
/// The shift keeps the largest from taking all, whatever `n` is: with 1,000 ranks and an exponent of 1 the first has
/// 0.6 % of the weight, not 13 %.
pub(super) fn shifted_zipf(n: usize, exponent: f64) -> Vec<f64> {
    let shift = 1.0 + n as f64 / 20.0;
    (0..n).map(|rank| (rank as f64 + shift).powf(-exponent)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_table_draws_by_weight() {
        let weights = [0.0, 5.0, 1.0, 0.0, 2.0, 12.0];
        let alias = Alias::new(&weights);
        let mut draws = Draws::new(1, Part::Users, 0);
        let mut counts = [0_usize; 6];
        for _ in 0..200_000 {
            counts[alias.draw(&mut draws)] += 1;
        }
        for (count, weight) in counts.iter().zip(weights) {
            assert!((*count as f64 / 200_000.0 - weight / 20.0).abs() < 0.005, "{counts:?}");
            assert!(weight > 0.0 || *count == 0, "a weight of 0 is never drawn");
        }
    }

    #[test]
    fn few_weights_are_drawn_by_weight_and_counts_keep_their_mean() {
        let mut draws = Draws::new(2, Part::Users, 0);
        let n = 100_000;
        let seconds = (0..n).filter(|_| draws.index_by(&[0.25, 0.75, 0.0]) == 1).count();
        assert!((seconds as f64 / n as f64 - 0.75).abs() < 0.006);
        for mean in [1.0, 1.4, 3.7] {
            let counts: Vec<usize> = (0..n).map(|_| draws.count_about(mean)).collect();
            assert!(counts.iter().all(|&count| count >= 1));
            assert!((counts.iter().sum::<usize>() as f64 / n as f64 - mean).abs() < 0.03, "{mean}");
        }
    }

    #[test]
    fn zipf_weights_fall_and_the_first_does_not_take_all() {
        let weights = shifted_zipf(1000, 1.0);
        assert!(weights.windows(2).all(|pair| pair[0] > pair[1]));
        let share = weights[0] / weights.iter().sum::<f64>();
        assert!((0.005..0.0075).contains(&share), "{share}");
    }
}
