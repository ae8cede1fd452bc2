//! The metrics of one user's list.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | `T` | the user's targets, those that are masked included |
//! | `K` | a cutoff: the length of the list that the user sees |
//! | `hit(r)` | 1 if the item at rank r (from 1) is a target, else 0 |

use culet_kernels::Ranked;

/// The names of the metrics, in the order of the tables; a key is `recall@20`.
pub const METRICS: [&str; 6] = ["recall", "precision", "ndcg", "hit_ratio", "mrr", "map"];

/// Computes the metrics of users at all cutoffs.
#[derive(Debug)]
pub struct UserMetrics<'a> {
    cutoffs: &'a [usize],
    /// 1 / log2(rank + 1), for each rank from 1.
    discounts: Vec<f64>,
    /// Sums of the first `n` discounts.
    ideal: Vec<f64>,
}

impl<'a> UserMetrics<'a> {
    /// For ascending cutoffs.
    #[must_use]
    pub fn new(cutoffs: &'a [usize]) -> Self {
        let most = cutoffs.last().copied().unwrap_or(0);
        let discounts: Vec<f64> = (1..=most).map(|rank| 1.0 / ((rank + 1) as f64).log2()).collect();
        let mut ideal = vec![0.0];
        for discount in &discounts {
            ideal.push(ideal[ideal.len() - 1] + discount);
        }
        Self { cutoffs, discounts, ideal }
    }

    /// Numbers that a user gets: one for each metric and cutoff.
    pub(crate) fn width(&self) -> usize {
        METRICS.len() * self.cutoffs.len()
    }

    /// Recall and ndcg of one list at the longest cutoff; `targets` are not empty and ascend.
    ///
    /// # Panics
    /// If there is no cutoff.
    #[must_use]
    pub fn recall_and_ndcg(&self, list: &[Ranked], targets: &[u32]) -> [f64; 2] {
        let mut all = vec![0.0; self.width()];
        self.write(list, targets, list.len(), &mut all);
        let last = self.cutoffs.len() - 1;
        ["recall", "ndcg"].map(|name| {
            let metric = METRICS.iter().position(|known| *known == name).expect("both are metrics");
            all[metric * self.cutoffs.len() + last]
        })
    }

    /// Writes the metrics of one list, `[metrics * cutoffs]`.
    ///
    /// recall    = hits / |T|
    /// precision = hits / min(K, candidates), or 0 without candidates
    /// ndcg      = sum of hit(r) / log2(r + 1), over the same sum for min(K, |T|) hits at the top
    /// hit_ratio = 1 if there is a hit
    /// mrr       = 1 / rank of the first hit, or 0 without one
    /// map       = sum of hit(r) * precision of the first r, over min(K, |T|)
    ///
    /// `targets` are not empty and ascend; `n_candidates` items were not masked.
    pub(crate) fn write(&self, list: &[Ranked], targets: &[u32], n_candidates: usize, out: &mut [f64]) {
        let n_cutoffs = self.cutoffs.len();
        let mut hits = Hits::default();
        let mut rank = 0;
        for (c, &cutoff) in self.cutoffs.iter().enumerate() {
            for ranked in list.iter().take(cutoff).skip(rank) {
                rank += 1;
                if targets.binary_search(&ranked.item).is_ok() {
                    hits.add(rank, self.discounts[rank - 1]);
                }
            }
            let best = cutoff.min(targets.len());
            let shown = cutoff.min(n_candidates).max(1);
            let values = [
                hits.count / targets.len() as f64,
                hits.count / shown as f64,
                hits.gain / self.ideal[best],
                hits.count.min(1.0),
                hits.first,
                hits.precisions / best as f64,
            ];
            for (metric, value) in values.into_iter().enumerate() {
                out[metric * n_cutoffs + c] = value;
            }
        }
    }
}

/// What the hits so far add up to.
#[derive(Debug, Default)]
struct Hits {
    count: f64,
    gain: f64,
    /// 1 / rank of the first hit.
    first: f64,
    precisions: f64,
}

impl Hits {
    fn add(&mut self, rank: usize, discount: f64) {
        if self.count == 0.0 {
            self.first = 1.0 / rank as f64;
        }
        self.count += 1.0;
        self.gain += discount;
        self.precisions += self.count / rank as f64;
    }
}
