//! The batches of an epoch: all training pairs in random order, with negatives.

use culet_graph::{Interactions, NoNegative, Purpose, Stream, shared_negatives, uniform_negatives};
use culet_model::{NegativeSampling, PairBatch};

pub(crate) struct Batches<'a> {
    log: &'a Interactions,
    pairs: Vec<(u32, u32)>,
    batch: usize,
    seed: u64,
    sampling: NegativeSampling,
}

impl<'a> Batches<'a> {
    pub(crate) fn new(log: &'a Interactions, batch: usize, seed: u64, sampling: NegativeSampling) -> Self {
        Self { log, pairs: log.pairs().collect(), batch, seed, sampling }
    }

    pub(crate) fn n_pairs(&self) -> usize {
        self.pairs.len()
    }

    pub(crate) fn steps_per_epoch(&self) -> u64 {
        self.pairs.len().div_ceil(self.batch) as u64
    }

    /// The order of the pairs in an epoch.
    pub(crate) fn order(&self, epoch: u64) -> Vec<u32> {
        Stream::new(self.seed, Purpose::Shuffle, epoch).permutation(self.pairs.len())
    }

    /// Batch `k` of an epoch with this order; `step` counts over the whole run.
    pub(crate) fn batch(&self, order: &[u32], k: u64, step: u64) -> Result<PairBatch, NoNegative> {
        let from = k as usize * self.batch;
        let pairs = order[from..order.len().min(from + self.batch)].iter().map(|&pair| self.pairs[pair as usize]);
        let (users, positives): (Vec<u32>, Vec<u32>) = pairs.unzip();
        let stream = Stream::new(self.seed, Purpose::Negatives, step);
        let negatives = match self.sampling {
            NegativeSampling::PerPair => uniform_negatives(&users, self.log, stream)?,
            NegativeSampling::Shared(count) => shared_negatives(self.log.n_items(), count, stream),
        };
        Ok(PairBatch { users, positives, negatives })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use culet_graph::{ItemId, UserId};

    #[test]
    fn an_epoch_holds_each_pair_once_and_no_known_negative() {
        let pairs: Vec<_> = (0..30_u32).flat_map(|u| (0..u % 5).map(move |k| (u, (u + 3 * k) % 17))).collect();
        let log = Interactions::from_pairs(30, 17, &pairs).unwrap();
        let batches = Batches::new(&log, 7, 1, NegativeSampling::PerPair);
        let order = batches.order(0);
        let mut seen = Vec::new();
        for k in 0..batches.steps_per_epoch() {
            let batch = batches.batch(&order, k, k).unwrap();
            seen.extend(batch.users.iter().copied().zip(batch.positives.iter().copied()));
            for (&user, &item) in batch.users.iter().zip(&batch.negatives) {
                assert!(!log.contains(UserId(user), ItemId(item)));
            }
        }
        assert_ne!(batches.order(1), order);
        seen.sort_unstable();
        assert_eq!(seen, log.pairs().collect::<Vec<_>>());
    }
}
