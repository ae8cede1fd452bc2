//! How well learned intents match planted ones.

use serde::{Deserialize, Serialize};

use super::assignment::best_assignment;
use super::chance::{Part, stream};
use super::relations::PlantedIntents;

/// Permutations behind a chance level.
const N_PERMUTATIONS: usize = 200;

/// How well learned intents match planted ones as distributions over relations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntentMatch {
    /// The mean overlap over the planted intents, 0 to 1.
    pub overlap: f64,
    /// What `overlap` is on average if the relations of the learned intents are permuted at random.
    pub chance: f64,
    /// The learned intent that each planted one is matched with, `[n_intents]`; none if the learned ones are fewer.
    pub assignment: Vec<Option<usize>>,
    /// The overlap of each planted intent with its match, `[n_intents]`; 0 without a match.
    pub overlaps: Vec<f64>,
}

/// How well the learned intent shares of the users match the planted ones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct UserMatch {
    /// The share of users whose strongest learned intent is the match of their strongest planted one.
    pub agreement: f64,
    /// What `agreement` is on average if the learned shares are dealt out to the users at random.
    pub chance: f64,
}

/// Matches learned intents with planted ones and measures how much they have in common.
///
/// ```text
/// overlap(p, q) = sum over relations r of min(planted[p][r], learned[q][r])            1 if equal, 0 if disjoint
/// overlap       = max over one-to-one assignments a of 1/P * sum over p of overlap(p, a(p))
/// chance        = mean over 200 permutations s of the relations of the overlap with learned[q][s(r)]
/// ```
///
/// The assignment is exact. Even at random it is the best one, so the chance level is well above 0: read `overlap`
/// against `chance`, not against 0.
///
/// # Shapes
/// `learned`: `[n_learned][n_relations]`, each row a distribution, inverse relations added to the forward ones.
///
/// # Panics
/// If a row has another length than there are relations, or holds a number that is not finite.
#[must_use]
pub fn match_intents(planted: &PlantedIntents, learned: &[Vec<f64>]) -> IntentMatch {
    let n_relations = planted.n_relations();
    assert!(learned.iter().all(|row| row.len() == n_relations), "a weight for each of {n_relations} relations");
    let in_order: Vec<u32> = (0..n_relations as u32).collect();
    let (assignment, overlaps) = best_overlaps(planted, learned, &in_order);
    let at_random = (0..N_PERMUTATIONS).map(|k| {
        let order = stream(0, Part::Permutations, k).permutation(n_relations);
        mean(&best_overlaps(planted, learned, &order).1)
    });
    let at_random: Vec<f64> = at_random.collect();
    IntentMatch { overlap: mean(&overlaps), chance: mean(&at_random), assignment, overlaps }
}

/// The best assignment, and the overlap of each planted intent, with the learned weights taken in another order.
fn best_overlaps(planted: &PlantedIntents, learned: &[Vec<f64>], order: &[u32]) -> (Vec<Option<usize>>, Vec<f64>) {
    let overlap_of = |planted: &[f64], learned: &[f64]| -> f64 {
        planted.iter().zip(order).map(|(&weight, &r)| weight.min(learned[r as usize])).sum()
    };
    let overlaps_of = |planted: &[f64]| learned.iter().map(|learned| overlap_of(planted, learned)).collect();
    let table: Vec<Vec<f64>> = planted.intents.iter().map(|intent| overlaps_of(&intent.relation_weights)).collect();
    let assignment = best_assignment(&table);
    let overlaps = table.iter().zip(&assignment).map(|(row, column)| column.map_or(0.0, |column| row[column]));
    let overlaps = overlaps.collect();
    (assignment, overlaps)
}

/// Measures whether users are given the intent that was planted in them.
///
/// ```text
/// agreement = 1/U * #{u : strongest learned intent of u = a(strongest planted intent of u)}
/// chance    = sum over p of P(strongest planted = p) * P(strongest learned = a(p))
/// ```
///
/// `a` is the assignment of [`match_intents`]. The strongest learned intent is sought among the matched ones, of equals
/// the first counts; a planted intent without a match never agrees.
///
/// # Shapes
/// `assignment`: `[n_intents]`; `learned_shares`: `[n_users][n_learned]`.
///
/// # Panics
/// If there is not one row for each user, or a row is shorter than the assignment asks.
#[must_use]
pub fn match_users(planted: &PlantedIntents, assignment: &[Option<usize>], learned_shares: &[Vec<f64>]) -> UserMatch {
    let n_users = planted.user_shares.len();
    assert_eq!(learned_shares.len(), n_users, "learned shares for each user");
    let n_intents = planted.intents.len();
    let (mut planted_counts, mut learned_counts) = (vec![0_usize; n_intents], vec![0_usize; n_intents]);
    let mut n_agreeing = 0;
    for (planted, learned) in planted.user_shares.iter().zip(learned_shares) {
        let wanted = strongest(planted.iter().map(|&share| Some(share)));
        let found = strongest(assignment.iter().map(|column| column.map(|column| learned[column])));
        if let Some(wanted) = wanted {
            planted_counts[wanted] += 1;
        }
        if let Some(found) = found {
            learned_counts[found] += 1;
        }
        n_agreeing += usize::from(wanted.is_some() && wanted == found);
    }
    let n = n_users.max(1) as f64;
    let by_chance = planted_counts.iter().zip(&learned_counts).map(|(&a, &b)| a as f64 / n * (b as f64 / n));
    UserMatch { agreement: n_agreeing as f64 / n, chance: by_chance.sum() }
}

/// The place of the largest number, of equals the first.
fn strongest(numbers: impl Iterator<Item = Option<f64>>) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (place, number) in numbers.enumerate() {
        if let Some(number) = number.filter(|&number| best.is_none_or(|(_, largest)| number > largest)) {
            best = Some((place, number));
        }
    }
    best.map(|(place, _)| place)
}

/// How well the total learned weight of a relation tells those that some planted intent follows from noise.
///
/// ```text
/// total(r) = sum over learned intents q of learned[q][r]
/// auc      = P(total(r) > total(s)) + P(total(r) = total(s)) / 2      for r any relevant, s any noise relation
/// ```
///
/// 1 if all relevant relations weigh more than all others, 0.5 at random; none if all relations are of one kind.
///
/// # Shapes
/// `learned`: `[n_learned][n_relations]`, as for [`match_intents`].
///
/// # Panics
/// If a row has another length than there are relations.
#[must_use]
pub fn relation_auc(planted: &PlantedIntents, learned: &[Vec<f64>]) -> Option<f64> {
    let n_relations = planted.n_relations();
    assert!(learned.iter().all(|row| row.len() == n_relations), "a weight for each of {n_relations} relations");
    let totals: Vec<f64> = (0..n_relations).map(|r| learned.iter().map(|row| row[r]).sum()).collect();
    let is_relevant = planted.relevant_relations();
    let (mut wins, mut n_pairs) = (0.0, 0_usize);
    for r in (0..n_relations).filter(|&r| is_relevant[r]) {
        for s in (0..n_relations).filter(|&s| !is_relevant[s]) {
            wins += if totals[r] > totals[s] { 1.0 } else { f64::from(totals[r] == totals[s]) / 2.0 };
            n_pairs += 1;
        }
    }
    (n_pairs > 0).then(|| wins / n_pairs as f64)
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::relations::RELATIONS;
    use culet_graph::{Purpose, Stream};

    fn planted() -> PlantedIntents {
        let mut truth = PlantedIntents::first(4, 0.1);
        let share = |user: usize, p: usize| if user % 4 == p { 0.7 } else { 0.1 };
        truth.user_shares = (0..400).map(|user| (0..4).map(|p| share(user, p)).collect()).collect();
        truth
    }

    fn weights(truth: &PlantedIntents) -> Vec<Vec<f64>> {
        truth.intents.iter().map(|intent| intent.relation_weights.clone()).collect()
    }

    fn at_random(n_rows: usize, n_columns: usize, seed: u64) -> Vec<Vec<f64>> {
        let row = |k: usize| {
            let stream = Stream::new(seed, Purpose::Test, k as u64);
            let numbers: Vec<f64> = (0..n_columns as u64).map(|r| (2.0 * stream.normal(r)).exp()).collect();
            let sum: f64 = numbers.iter().sum();
            numbers.iter().map(|x| x / sum).collect()
        };
        (0..n_rows).map(row).collect()
    }

    #[test]
    fn equal_intents_in_another_order_match_wholly() {
        let truth = planted();
        let order = [2, 0, 3, 1];
        let planted = weights(&truth);
        let learned: Vec<Vec<f64>> = order.iter().map(|&p| planted[p].clone()).collect();
        let found = match_intents(&truth, &learned);
        assert!((found.overlap - 1.0).abs() < 1e-12);
        assert_eq!(found.assignment, [Some(1), Some(3), Some(0), Some(2)]);
        assert!((0.1..0.6).contains(&found.chance), "{}", found.chance);
        assert_eq!(relation_auc(&truth, &learned), Some(1.0));

        let dealt: Vec<Vec<f64>> =
            truth.user_shares.iter().map(|shares| order.iter().map(|&p| shares[p]).collect()).collect();
        let users = match_users(&truth, &found.assignment, &dealt);
        assert_eq!(users.agreement, 1.0);
        assert!((users.chance - 0.25).abs() < 1e-12);
    }

    #[test]
    fn random_intents_match_as_by_chance() {
        let truth = planted();
        let (mut excess, mut auc) = (0.0, 0.0);
        for seed in 0..50 {
            let learned = at_random(4, RELATIONS.len(), seed);
            let found = match_intents(&truth, &learned);
            assert!(found.overlap < 0.85, "{}", found.overlap);
            excess += (found.overlap - found.chance) / 50.0;
            auc += relation_auc(&truth, &learned).unwrap() / 50.0;
        }
        assert!(excess.abs() < 0.03, "{excess} above chance on average");
        assert!((auc - 0.5).abs() < 0.1, "{auc}");
        let users = match_users(&truth, &[Some(0), Some(1), Some(2), Some(3)], &at_random(400, 4, 9));
        assert!((users.agreement - users.chance).abs() < 0.08, "{users:?}");
    }

    #[test]
    fn the_numbers_are_those_computed_by_hand() {
        let mut truth = PlantedIntents {
            relations: ["a", "b", "c"].map(str::to_owned).to_vec(),
            intents: Vec::new(),
            user_shares: vec![vec![0.9, 0.1], vec![0.2, 0.8], vec![0.3, 0.7]],
            noise: 0.0,
        };
        for (name, relation_weights) in [("x", vec![0.6, 0.4, 0.0]), ("y", vec![0.0, 1.0, 0.0])] {
            truth.intents.push(crate::PlantedIntent { name: name.to_owned(), relation_weights });
        }
        // x: 0.5 with the first and 0.4 with the second learned intent; y: 0.2 and 0.9. Best: x-first, y-second.
        let learned = [vec![0.3, 0.2, 0.5], vec![0.0, 0.9, 0.1]];
        let found = match_intents(&truth, &learned);
        assert_eq!(found.assignment, [Some(0), Some(1)]);
        assert!((found.overlap - 0.7).abs() < 1e-12, "{}", found.overlap);
        // Totals are 0.3, 1.1 and, for the noise relation, 0.6.
        assert_eq!(relation_auc(&truth, &learned), Some(0.5));
        let users = match_users(&truth, &found.assignment, &[vec![0.5, 0.5], vec![0.6, 0.4], vec![0.1, 0.9]]);
        // Planted: x, y, y; learned: x (a tie), x, y.
        assert!((users.agreement - 2.0 / 3.0).abs() < 1e-12);
        assert!((users.chance - (1.0 / 3.0 * 2.0 / 3.0 + 2.0 / 3.0 * 1.0 / 3.0)).abs() < 1e-12);
    }

    #[test]
    fn fewer_or_more_learned_intents_than_planted_ones_are_matched_too() {
        let truth = planted();
        let planted = weights(&truth);
        let fewer = match_intents(&truth, &planted[1..3]);
        assert_eq!(fewer.assignment, [None, Some(0), Some(1), None]);
        assert!((fewer.overlap - 0.5).abs() < 1e-12);
        let mut more = at_random(3, RELATIONS.len(), 1);
        more.extend(planted);
        assert_eq!(match_intents(&truth, &more).assignment, [Some(3), Some(4), Some(5), Some(6)]);
        assert_eq!(match_intents(&truth, &[]).overlap, 0.0);
    }

    #[test]
    fn without_noise_relations_there_is_no_auc() {
        let mut truth = planted();
        truth.intents[0].relation_weights = vec![0.1; 10];
        assert_eq!(relation_auc(&truth, &weights(&truth)), None);
    }
}
