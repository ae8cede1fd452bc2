//! Counter-based random streams: the word at an index is a function of (seed, purpose, step, index) alone.
//!
//! So a mask can be recomputed where it is needed, in any order, by any number of threads.

use culet_kernels::{Counter, extend_key};

/// What a stream is for; streams of different purposes are independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u64)]
#[non_exhaustive]
pub enum Purpose {
    /// Starting values of parameters; the step is the number of the table.
    Initialise = 1,
    /// The order of the training pairs; the step is the epoch.
    Shuffle = 2,
    /// Negative samples; the step is the training step.
    Negatives = 3,
    /// Which edges of the knowledge graph a training step keeps.
    GraphEdges = 4,
    /// Which interactions a training step keeps.
    InteractionEdges = 5,
    /// Message dropout of entities; the step is the training step times the number of hops plus the hop.
    EntityMessages = 6,
    /// Message dropout of users, steps as for entities.
    UserMessages = 7,
    /// Which pairs are withheld for validation.
    Validation = 8,
    /// Generated catalogues.
    Synthesis = 9,
    /// A random knowledge graph as a control.
    RandomGraph = 10,
    /// Anything a test draws.
    Test = 11,
    /// Permutations and resamples of significance tests.
    Significance = 12,
    /// Random walks; the step is the epoch, the index that of the walk and its steps.
    Walks = 13,
    /// Which aspect a context is seen under (Gumbel noise); the step is the training step.
    Aspects = 14,
    /// Which edges of a network are withheld, for a test or a validation part; the step tells the parts apart.
    NetworkSplit = 15,
    /// Pairs of nodes without an edge; the step tells the parts apart.
    NonEdges = 16,
    /// Which labelled nodes a classifier learns from; the step is the repetition.
    NodeSplit = 17,
    /// Starting blocks of iterative eigenvalue solvers.
    Subspace = 18,
    /// Which points clusters are sought among (step 0), and which of them the clusters start from; the step is the
    /// restart, from 1.
    Clusters = 19,
    /// Which pairs, items or users of a catalogue are withheld; the step is the user, or lies beyond all users.
    CatalogueSplit = 20,
    /// Which settings a search tries; the step is the trial.
    Search = 21,
    /// Whose reasons are put to the test (step 0), and what is taken away beside what they name; steps from 1 on are pairs of
    /// a user and an item.
    Faithfulness = 22,
    /// Which users, items or nodes a picture shows.
    Picture = 23,
}

/// A random stream with access by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    counter: Counter,
}

impl Stream {
    /// The stream of a seed, purpose and step.
    #[must_use]
    pub fn new(seed: u64, purpose: Purpose, step: u64) -> Self {
        Self { counter: Counter::new(extend_key(extend_key(extend_key(0, seed), purpose as u64), step)) }
    }

    /// The counter beneath, for kernels.
    #[must_use]
    pub fn counter(self) -> Counter {
        self.counter
    }

    /// The 64-bit word at an index.
    #[must_use]
    #[inline(always)]
    pub fn word(self, index: u64) -> u64 {
        self.counter.word(index)
    }

    /// A number in [0, 1) with 53 random bits.
    #[must_use]
    #[inline]
    pub fn uniform(self, index: u64) -> f64 {
        (self.word(index) >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// An integer in 0..n, by multiplication of a 64-bit word: bias below n / 2^64.
    #[must_use]
    #[inline]
    pub fn below(self, index: u64, n: u64) -> u64 {
        ((u128::from(self.word(index)) * u128::from(n)) >> 64) as u64
    }

    /// A standard normal number (Box and Muller), from the words `2 * index` and `2 * index + 1`.
    #[must_use]
    pub fn normal(self, index: u64) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform(2 * index)).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform(2 * index + 1)).cos()
    }

    /// The numbers `0..n` in random order (Fisher and Yates).
    #[must_use]
    pub fn permutation(self, n: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..n as u32).collect();
        for k in (1..n).rev() {
            order.swap(k, self.below(k as u64, k as u64 + 1) as usize);
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_of(n: u64, draw: impl Fn(u64) -> f64) -> f64 {
        (0..n).map(draw).sum::<f64>() / n as f64
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let stream = Stream::new(7, Purpose::Test, 0);
        let n = 200_000;
        assert!((mean_of(n, |k| stream.uniform(k)) - 0.5).abs() < 0.003);
        assert!(mean_of(n, |k| stream.normal(k)).abs() < 0.01);
        assert!((mean_of(n, |k| stream.normal(k).powi(2)) - 1.0).abs() < 0.02);
        assert!((mean_of(n, |k| stream.below(k, 10) as f64) - 4.5).abs() < 0.03);
    }

    #[test]
    fn each_bit_is_fair_and_purposes_and_steps_differ() {
        let n = 40_000_u64;
        for (purpose, step) in [(Purpose::Test, 0), (Purpose::Test, 1), (Purpose::Shuffle, 0)] {
            let stream = Stream::new(0, purpose, step);
            for bit in 0..64 {
                let ones = (0..n).filter(|&k| stream.word(k) >> bit & 1 == 1).count() as f64;
                assert!((ones / n as f64 - 0.5).abs() < 0.0125, "bit {bit}: {ones} of {n}");
            }
        }
        let (a, b) = (Stream::new(0, Purpose::Test, 0), Stream::new(0, Purpose::Test, 1));
        let agree: u32 = (0..n).map(|k| (a.word(k) ^ b.word(k)).count_zeros()).sum();
        assert!((f64::from(agree) / (64 * n) as f64 - 0.5).abs() < 0.002);
    }

    #[test]
    fn a_permutation_holds_each_number_once() {
        let mut order = Stream::new(1, Purpose::Test, 2).permutation(1000);
        assert_ne!(order[..5], [0, 1, 2, 3, 4]);
        order.sort_unstable();
        assert!(order.iter().enumerate().all(|(k, &v)| k as u32 == v));
    }
}
