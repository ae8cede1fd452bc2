//! The weights of a blend, chosen on the items that any part ranks high.

use std::sync::Mutex;

use culet_eval::{Ranker, ScorePart, SumRanker, UserMetrics};
use culet_graph::{Interactions, UserId};
use culet_kernels::top_k_of_row;
use rayon::ThreadPool;
use rayon::prelude::*;

/// Items that each part brings for a user.
const ITEMS_A_PART: usize = 100;
/// What is tried of a part's influence: its deviation between items over that of the first part.
const INFLUENCES: &[f64] = &[0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0, 10.0, 20.0];
const ROUNDS: usize = 3;

/// What the parts say of the items that any of them ranks high, for each judge.
pub(super) struct Candidates {
    judges: Vec<Judge>,
    n_parts: usize,
    cutoff: usize,
    /// Those of the [`Jury`].
    pub(super) units: [f64; 2],
    /// The mean deviation of each part's scores between the items of a user.
    pub(super) deviations: Vec<f64>,
}

struct Judge {
    /// The places of the user's targets among its candidates, ascending; those that are no candidates have places behind.
    targets: Vec<u32>,
    n_candidates: usize,
    /// `[n_parts, n_candidates]`
    scores: Vec<f32>,
}

/// The weights of the parts.
pub(super) struct Mixture {
    pub(super) weights: Vec<f64>,
    /// The worth of the lists of each judge.
    pub(super) worths: Vec<f64>,
}

impl Mixture {
    /// The mean worth.
    pub(super) fn quality(&self) -> f64 {
        self.worths.iter().sum::<f64>() / self.worths.len().max(1) as f64
    }
}

/// Whom the parts are judged by.
#[derive(Clone, Copy)]
pub(super) struct Jury<'a> {
    /// What the parts learned from.
    pub(super) kept: &'a Interactions,
    /// What was withheld from them.
    pub(super) valid: &'a Interactions,
    /// Users with withheld pairs.
    pub(super) users: &'a [u32],
    /// Recall and ndcg are those at this length.
    pub(super) cutoff: usize,
    /// The recall and the ndcg that are worth as much as each other: recall is the greater number, and would decide alone.
    pub(super) units: [f64; 2],
    pub(super) pool: &'a ThreadPool,
}

impl Candidates {
    pub(super) fn find(parts: &[ScorePart<'_>], jury: Jury<'_>) -> Self {
        let Jury { kept, valid, users, cutoff, units, pool } = jury;
        let rankers: Vec<SumRanker<'_>> =
            parts.iter().map(|part| SumRanker { history: kept, parts: vec![*part] }).collect();
        let n_items = kept.n_items();
        let mut items: Vec<Vec<u32>> = vec![Vec::new(); users.len()];
        for ranker in &rankers {
            let lists = ranker.top_k(users, &|user| kept.items_of(user), ITEMS_A_PART.max(cutoff), pool);
            for (items, list) in items.iter_mut().zip(lists) {
                items.extend(list.iter().map(|ranked| ranked.item));
            }
        }
        for items in &mut items {
            items.sort_unstable();
            items.dedup();
        }
        let judge = |(items, &user): (&Vec<u32>, &u32)| {
            Judge::new(items, valid.items_of(UserId(user)), vec![0.0; parts.len() * items.len()])
        };
        let judges: Vec<Mutex<Judge>> = items.iter().zip(users).map(judge).map(Mutex::new).collect();
        let deviations = rankers.iter().enumerate().map(|(part, ranker)| {
            let deviations: Vec<Mutex<f64>> = users.iter().map(|_| Mutex::default()).collect();
            ranker.for_each_row(users, pool, |place, scores| {
                let mean = scores.iter().map(|x| f64::from(*x)).sum::<f64>() / n_items as f64;
                let square = scores.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / n_items as f64;
                *deviations[place].lock().expect("nobody panics while holding it") = square.sqrt();
                let items = &items[place];
                let mut judge = judges[place].lock().expect("nobody panics while holding it");
                let own = &mut judge.scores[part * items.len()..][..items.len()];
                own.iter_mut().zip(items).for_each(|(own, &item)| *own = scores[item as usize]);
            });
            let total: f64 = deviations.into_iter().map(|x| x.into_inner().expect("nobody panicked")).sum();
            total / users.len().max(1) as f64
        });
        let deviations = deviations.collect();
        let judges = judges.into_iter().map(|judge| judge.into_inner().expect("nobody panicked")).collect();
        Self { judges, n_parts: parts.len(), cutoff, units, deviations }
    }

    /// The judges of all, of the same parts.
    pub(super) fn merged(all: Vec<Self>) -> Self {
        let n = all.len().max(1) as f64;
        let mut all = all.into_iter();
        let mut merged = all.next().expect("at least one");
        for other in all {
            merged.judges.extend(other.judges);
            merged.deviations.iter_mut().zip(other.deviations).for_each(|(sum, own)| *sum += own);
        }
        merged.deviations.iter_mut().for_each(|sum| *sum /= n);
        merged
    }

    /// Recall and ndcg of a part alone.
    pub(super) fn alone(&self, part: usize) -> [f64; 2] {
        let mut weights = vec![0.0; self.n_parts];
        weights[part] = 1.0;
        self.of(&weights)
    }

    /// Recall and ndcg of a mixture.
    pub(super) fn of(&self, weights: &[f64]) -> [f64; 2] {
        let values = self.values(weights);
        [0, 1].map(|metric| values.iter().map(|value| value[metric]).sum::<f64>() / values.len().max(1) as f64)
    }

    /// Recall and ndcg of each judge.
    fn values(&self, weights: &[f64]) -> Vec<[f64; 2]> {
        let cutoffs = [self.cutoff];
        let metrics = UserMetrics::new(&cutoffs);
        self.judges.par_iter().map(|judge| judge.values(weights, self.cutoff, &metrics)).collect()
    }

    /// Recall and ndcg of each judge together, each in its unit.
    fn worths(&self, weights: &[f64]) -> Vec<f64> {
        let worth = |[recall, ndcg]: [f64; 2]| recall / self.units[0] + ndcg / self.units[1];
        self.values(weights).into_iter().map(worth).collect()
    }

    /// Chooses the weights one after another, in some rounds: that of the first part is 1, the others are 0 unless their
    /// gain is more than twice its standard error.
    pub(super) fn mix(&self) -> Mixture {
        let mut weights = vec![0.0; self.n_parts];
        weights[0] = 1.0;
        let total = |worths: &[f64]| worths.iter().sum::<f64>();
        for _ in 0..ROUNDS {
            let before = weights.clone();
            for part in 1..self.n_parts {
                weights[part] = 0.0;
                let without = self.worths(&weights);
                let unit = self.deviations[0] / self.deviations[part].max(f64::MIN_POSITIVE);
                let (mut best, mut best_total) = (None, total(&without));
                for influence in INFLUENCES {
                    weights[part] = influence * unit;
                    let with = self.worths(&weights);
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
        let worths = self.worths(&weights);
        Mixture { weights, worths }
    }
}

/// Whether the mean of the differences is more than twice its standard error.
pub(super) fn is_gain(with: &[f64], without: &[f64]) -> bool {
    let n = with.len() as f64;
    let differences: Vec<f64> = with.iter().zip(without).map(|(a, b)| a - b).collect();
    let mean = differences.iter().sum::<f64>() / n;
    let variance = differences.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    mean > 2.0 * (variance / n).sqrt()
}

impl Judge {
    fn new(candidates: &[u32], targets: &[u32], scores: Vec<f32>) -> Self {
        let mut places: Vec<u32> = targets
            .iter()
            .filter_map(|target| candidates.binary_search(target).ok())
            .map(|place| place as u32)
            .collect();
        let n_candidates = candidates.len();
        places.extend((n_candidates as u32..).take(targets.len() - places.len()));
        Self { targets: places, n_candidates, scores }
    }

    fn values(&self, weights: &[f64], cutoff: usize, metrics: &UserMetrics<'_>) -> [f64; 2] {
        let n = self.n_candidates;
        let mut sums = vec![0.0_f32; n];
        for (part, &weight) in weights.iter().enumerate().filter(|(_, weight)| **weight != 0.0) {
            let scores = &self.scores[part * n..][..n];
            sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += weight as f32 * score);
        }
        metrics.recall_and_ndcg(&top_k_of_row(&sums, &[], cutoff), &self.targets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(targets: &[u32], scores: Vec<f32>, n_candidates: u32) -> Judge {
        Judge::new(&(0..n_candidates).collect::<Vec<u32>>(), targets, scores)
    }

    #[test]
    fn a_list_by_hand() {
        // Targets rank first and third of three: ndcg (1 + 1/2) / (1 + 1 / log2 3).
        let values =
            |judge: &Judge, weight: f64, cutoff: usize| judge.values(&[weight], cutoff, &UserMetrics::new(&[cutoff]));
        let both = judge(&[1, 2], vec![2.0, 3.0, 1.0], 3);
        let [recall, ndcg] = values(&both, 1.0, 3);
        assert_eq!(recall, 1.0);
        assert!((ndcg - 1.5 / (1.0 + 1.0 / 3.0_f64.log2())).abs() < 1e-12);
        assert_eq!(values(&both, 1.0, 1), [0.5, 1.0]);
        assert_eq!(values(&both, -1.0, 1), [0.5, 1.0]);
        // A target that is no candidate is one that no part found.
        let missed = judge(&[1, 7], vec![2.0, 3.0, 1.0], 3);
        assert_eq!(values(&missed, 1.0, 3), [0.5, 1.0 / (1.0 + 1.0 / 3.0_f64.log2())]);
    }

    #[test]
    fn a_part_that_helps_gets_a_weight_and_noise_gets_none() {
        // The first part knows the target half of the time, the second the other half, the third nothing.
        let stream = culet_graph::Stream::new(1, culet_graph::Purpose::Test, 5);
        let judges = (0..400_u64).map(|user| {
            let known = |part: u64| (user / 10) % 2 == part;
            let score = |part: u64, k: u64| {
                let noise = stream.uniform(user * 100 + part * 10 + k) as f32;
                noise + if part < 2 && known(part) && k == user % 10 { 2.0 } else { 0.0 }
            };
            let scores = (0..3).flat_map(|part| (0..10).map(move |k| (part, k))).map(|(p, k)| score(p, k)).collect();
            judge(&[user as u32 % 10], scores, 10)
        });
        let candidates =
            Candidates { judges: judges.collect(), n_parts: 3, cutoff: 1, units: [1.0; 2], deviations: vec![1.0; 3] };
        let weights = candidates.mix().weights;
        assert_eq!((weights[0], weights[2]), (1.0, 0.0));
        assert!((0.5..=2.0).contains(&weights[1]), "{weights:?}");
        assert!(candidates.alone(0)[0] < 0.7 && candidates.values(&weights).iter().all(|[recall, _]| *recall == 1.0));
    }
}
