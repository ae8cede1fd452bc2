//! The weights of a blend, chosen on the items that any part ranks high.

use std::sync::Mutex;

use culet_eval::Ranker;
use culet_graph::{Interactions, UserId};
use culet_model::Scorer;
use rayon::ThreadPool;
use rayon::prelude::*;

use super::Component;
use crate::ranking::ranker;

/// Items that each part brings for a user.
const ITEMS_A_PART: usize = 100;
/// What is tried of a part's influence: its deviation between items over that of the first part.
const INFLUENCES: &[f64] = &[0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0, 10.0, 20.0];
const ROUNDS: usize = 3;

/// What the parts say of the items that any of them ranks high, for each judge.
pub(super) struct Candidates {
    users: Vec<Judge>,
    n_parts: usize,
    cutoff: usize,
    /// The mean deviation of each part's scores between the items of a user.
    pub(super) deviations: Vec<f64>,
}

struct Judge {
    n_targets: usize,
    is_target: Vec<bool>,
    /// `[n_parts, n_candidates]`
    scores: Vec<f32>,
}

/// The weights of the parts.
pub(super) struct Mixture {
    pub(super) weights: Vec<f64>,
    /// Recall and ndcg together, mean over the judges.
    pub(super) quality: f64,
}

impl Candidates {
    pub(super) fn find(
        components: &[Component],
        kept: &Interactions,
        valid: &Interactions,
        judges: &[u32],
        cutoff: usize,
        pool: &ThreadPool,
    ) -> Self {
        let scorers: Vec<Scorer> = components.iter().map(|component| Scorer::of(component.kind.clone())).collect();
        let n_items = kept.n_items();
        let mut items: Vec<Vec<u32>> = vec![Vec::new(); judges.len()];
        for scorer in &scorers {
            let k = ITEMS_A_PART.max(cutoff);
            let lists = ranker(scorer, kept).top_k(judges, &|user| kept.items_of(user), k, pool);
            for (items, list) in items.iter_mut().zip(lists) {
                items.extend(list.iter().map(|ranked| ranked.item));
            }
        }
        for items in &mut items {
            items.sort_unstable();
            items.dedup();
        }
        let judge = |(items, &user): (&Vec<u32>, &u32)| {
            let targets = valid.items_of(UserId(user));
            Judge {
                n_targets: targets.len(),
                is_target: items.iter().map(|item| targets.binary_search(item).is_ok()).collect(),
                scores: vec![0.0; components.len() * items.len()],
            }
        };
        let users: Vec<Mutex<Judge>> = items.iter().zip(judges).map(judge).map(Mutex::new).collect();
        let deviations = scorers.iter().enumerate().map(|(part, scorer)| {
            let deviations: Vec<Mutex<f64>> = judges.iter().map(|_| Mutex::default()).collect();
            ranker(scorer, kept).for_each_row(judges, pool, |place, scores| {
                let mean = scores.iter().map(|x| f64::from(*x)).sum::<f64>() / n_items as f64;
                let square = scores.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / n_items as f64;
                *deviations[place].lock().expect("nobody panics while holding it") = square.sqrt();
                let items = &items[place];
                let mut judge = users[place].lock().expect("nobody panics while holding it");
                let own = &mut judge.scores[part * items.len()..][..items.len()];
                own.iter_mut().zip(items).for_each(|(own, &item)| *own = scores[item as usize]);
            });
            let total: f64 = deviations.into_iter().map(|x| x.into_inner().expect("nobody panicked")).sum();
            total / judges.len().max(1) as f64
        });
        let deviations = deviations.collect();
        let users = users.into_iter().map(|judge| judge.into_inner().expect("nobody panicked")).collect();
        Self { users, n_parts: components.len(), cutoff, deviations }
    }

    /// Recall and ndcg of a part alone.
    pub(super) fn alone(&self, part: usize) -> [f64; 2] {
        let mut weights = vec![0.0; self.n_parts];
        weights[part] = 1.0;
        let (recall, ndcg): (Vec<f64>, Vec<f64>) = self.values(&weights).into_iter().unzip();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
        [mean(&recall), mean(&ndcg)]
    }

    /// Recall and ndcg of each judge.
    fn values(&self, weights: &[f64]) -> Vec<(f64, f64)> {
        self.users.par_iter().map(|judge| judge.values(weights, self.cutoff)).collect()
    }

    /// Chooses the weights one after another, in some rounds: that of the first part is 1, the others are 0 unless their
    /// gain is more than twice its standard error.
    pub(super) fn mix(&self) -> Mixture {
        let mut weights = vec![0.0; self.n_parts];
        weights[0] = 1.0;
        let total = |values: &[(f64, f64)]| values.iter().map(|(recall, ndcg)| recall + ndcg).sum::<f64>();
        for _ in 0..ROUNDS {
            let before = weights.clone();
            for part in 1..self.n_parts {
                weights[part] = 0.0;
                let without = self.values(&weights);
                let unit = self.deviations[0] / self.deviations[part].max(f64::MIN_POSITIVE);
                let (mut best, mut best_total) = (None, total(&without));
                for influence in INFLUENCES {
                    weights[part] = influence * unit;
                    let with = self.values(&weights);
                    if total(&with) > best_total {
                        (best_total, best) = (total(&with), Some((weights[part], with)));
                    }
                }
                weights[part] = best.filter(|(_, with)| is_gain(with, &without)).map_or(0.0, |(weight, _)| weight);
            }
            if weights == before {
                break;
            }
        }
        let quality = total(&self.values(&weights)) / self.users.len().max(1) as f64;
        Mixture { weights, quality }
    }
}

/// Whether the mean of the differences is more than twice its standard error.
fn is_gain(with: &[(f64, f64)], without: &[(f64, f64)]) -> bool {
    let n = with.len() as f64;
    let differences: Vec<f64> = with.iter().zip(without).map(|(a, b)| a.0 + a.1 - b.0 - b.1).collect();
    let mean = differences.iter().sum::<f64>() / n;
    let variance = differences.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    mean > 2.0 * (variance / n).sqrt()
}

impl Judge {
    fn values(&self, weights: &[f64], cutoff: usize) -> (f64, f64) {
        let n = self.is_target.len();
        let mut sums = vec![0.0_f32; n];
        for (part, &weight) in weights.iter().enumerate().filter(|(_, weight)| **weight != 0.0) {
            let scores = &self.scores[part * n..][..n];
            sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += weight as f32 * score);
        }
        let mut order: Vec<u32> = (0..n as u32).collect();
        let better = |a: &u32, b: &u32| sums[*b as usize].total_cmp(&sums[*a as usize]).then(a.cmp(b));
        if n > cutoff {
            order.select_nth_unstable_by(cutoff, better);
            order.truncate(cutoff);
        }
        order.sort_unstable_by(better);
        let hits = order.iter().map(|&k| self.is_target[k as usize]);
        recall_and_ndcg(hits, self.n_targets, cutoff)
    }
}

fn recall_and_ndcg(hits: impl Iterator<Item = bool>, n_targets: usize, cutoff: usize) -> (f64, f64) {
    let discount = |rank: usize| 1.0 / ((rank + 2) as f64).log2();
    let (mut n_hits, mut gain) = (0.0, 0.0);
    for (rank, _) in hits.enumerate().filter(|(_, hit)| *hit) {
        n_hits += 1.0;
        gain += discount(rank);
    }
    let ideal: f64 = (0..n_targets.min(cutoff)).map(discount).sum();
    (n_hits / n_targets as f64, gain / ideal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(is_target: Vec<bool>, scores: Vec<f32>) -> Judge {
        Judge { n_targets: is_target.iter().filter(|hit| **hit).count(), is_target, scores }
    }

    #[test]
    fn a_list_by_hand() {
        // Targets rank first and third of three: ndcg (1 + 1/2) / (1 + 1 / log2 3).
        let judge = judge(vec![false, true, true], vec![2.0, 3.0, 1.0]);
        let (recall, ndcg) = judge.values(&[1.0], 3);
        assert_eq!(recall, 1.0);
        assert!((ndcg - 1.5 / (1.0 + 1.0 / 3.0_f64.log2())).abs() < 1e-12);
        assert_eq!(judge.values(&[1.0], 1), (0.5, 1.0));
        assert_eq!(judge.values(&[-1.0], 1), (0.5, 1.0));
    }

    #[test]
    fn a_part_that_helps_gets_a_weight_and_noise_gets_none() {
        // The first part knows the target half of the time, the second the other half, the third nothing.
        let stream = culet_graph::Stream::new(1, culet_graph::Purpose::Test, 5);
        let users = (0..400_u64).map(|user| {
            let is_target: Vec<bool> = (0..10).map(|k| k == user % 10).collect();
            let known = |part: u64| (user / 10) % 2 == part;
            let score = |part: u64, k: u64| {
                let noise = stream.uniform(user * 100 + part * 10 + k) as f32;
                noise + if part < 2 && known(part) && k == user % 10 { 2.0 } else { 0.0 }
            };
            judge(
                is_target,
                (0..3).flat_map(|part| (0..10).map(move |k| (part, k))).map(|(p, k)| score(p, k)).collect(),
            )
        });
        let candidates = Candidates { users: users.collect(), n_parts: 3, cutoff: 1, deviations: vec![1.0; 3] };
        let weights = candidates.mix().weights;
        assert_eq!((weights[0], weights[2]), (1.0, 0.0));
        assert!((0.5..=2.0).contains(&weights[1]), "{weights:?}");
        assert!(candidates.alone(0)[0] < 0.7 && candidates.values(&weights).iter().all(|(recall, _)| *recall == 1.0));
    }
}
