//! Whether reasons are true: what a score loses without the evidence that is named for it, and without other evidence.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | u, i | one of at most 200 users with four items or more, drawn by seed; one of the five best items for it |
//! | named | the strongest items of the history that speak for i: three at most, half of the history at most |
//! | random | as many other items of the history, drawn |
//! | spread | the standard deviation of u's scores over all items |
//! | drop | (score of i - its score without the items) / spread |
//!
//! All else is held: vectors and factors that were trained for u, and weights. What a model makes of a user's vector and
//! history, as KGIN's layers do, is made anew from what is left. Where reasons name paths of a knowledge graph, the fact by
//! which the strongest path reaches i is taken away too, from the graph itself, for many items at once; it stands beside
//! another fact in which i has the same place. Both ends forget it, and all vectors are made anew.
//!
//! Where scores are sums over the history, as those of EASE, they fall by what is named by construction: this tells by how
//! much, and what others would do. Elsewhere it can fail.
//!
//! Nothing of a test part is read: lists leave out what was learned from or withheld to select by.

mod facts;
mod items;

use std::collections::HashMap;

use culet_eval::{Ranked, Ranker};
use culet_graph::{Interactions, ItemId, KnowledgeGraph, Purpose, Stream, Triplet, UserId};
use culet_model::{Asker, Explainer, Explanation, ModelSpec, PairModel, Scorer};
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::ranking::ranker;
use crate::{Outcome, TrainError};

/// How far the evidence that reasons name carries the scores.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Faithfulness {
    /// Users that were asked for.
    pub n_users: usize,
    /// Without items of their histories.
    pub history: Removal,
    /// Without facts of the recommended items; none where reasons name no facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facts: Option<Removal>,
}

/// What it does to scores to take away what is named for them, beside as much of the same kind that was drawn.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Removal {
    /// Pairs of a user and a recommended item.
    pub n_pairs: usize,
    /// The mean drop without what is named, in standard deviations of the user's scores over all items.
    pub named_drop: f64,
    /// The mean drop without what was drawn.
    pub random_drop: f64,
    /// The share of pairs whose score falls without what is named.
    pub share_falling: f64,
    /// The share of pairs whose score falls further without what is named than without what was drawn.
    pub share_beyond_random: f64,
    /// The mean rank of the items, those of the history left out, from 1.
    pub mean_rank: f64,
    /// The same without what is named. For facts, among the scores of other items as they were.
    pub mean_rank_without_named: f64,
    /// The same without what was drawn.
    pub mean_rank_without_random: f64,
}

const USERS: usize = 200;
const ITEMS_EACH: usize = 5;
/// Items of the history that are taken away, at most.
const NAMED: usize = 3;
const SHORTEST_HISTORY: usize = 4;
/// Scores that are computed at most, so that the measurement takes a second or less: fewer users with very many items.
const SCORES: usize = 100_000_000;

/// Measures how far what the model's reasons name carries its scores, and notes it in `outcome`; nothing where the model
/// tells no reasons, or nobody has a history long enough.
///
/// The result depends on the outcome and `seed` alone, not on the number of threads. It takes up to a second or two, and
/// where facts are taken away the time to build the model anew twice and to propagate five times; there a second model stands
/// beside the first, about as much memory as the optimiser took.
///
/// # Errors
/// [`TrainError::Model`] if `settings` are not those of the outcome's model.
///
/// # Panics
/// If `graph` is not the graph that the outcome's model learned from.
pub fn measure_faithfulness(
    outcome: &mut Outcome,
    spec: &'static ModelSpec,
    settings: &toml::Table,
    graph: &KnowledgeGraph,
    seed: u64,
    pool: &ThreadPool,
) -> Result<(), TrainError> {
    if !spec.explains {
        return Ok(());
    }
    let seen = outcome.train.union(&outcome.valid)?;
    let (scorer, log) = (&outcome.scorer, &outcome.train);
    let measure = Measure { spec, settings, scorer, log, seen: &seen, graph, seed, pool };
    outcome.faithfulness = pool.install(|| measure.run(outcome.model.as_deref_mut()))?;
    Ok(())
}

struct Measure<'a> {
    spec: &'static ModelSpec,
    settings: &'a toml::Table,
    scorer: &'a Scorer,
    log: &'a Interactions,
    /// What is not recommended.
    seen: &'a Interactions,
    graph: &'a KnowledgeGraph,
    seed: u64,
    pool: &'a ThreadPool,
}

/// A recommended item with its evidence.
struct Case {
    user: u32,
    item: u32,
    rank: f64,
    score: f64,
    named: Vec<u32>,
    /// The fact by which the strongest path reaches the item.
    fact: Option<Triplet>,
}

/// A score and the rank that it gives.
#[derive(Clone, Copy, Default)]
struct Standing {
    score: f64,
    rank: f64,
}

/// A case without what is named, and without what was drawn.
type After = [Standing; 2];

impl Measure<'_> {
    fn run(&self, mut model: Option<&mut (dyn PairModel + '_)>) -> Result<Option<Faithfulness>, TrainError> {
        let users = self.users();
        let explainer = model.as_deref_mut().and_then(PairModel::explainer);
        let cases = self.cases(&users, explainer.as_deref());
        drop(explainer);
        let spreads: HashMap<u32, f64> = users.iter().copied().zip(self.spreads(&users)).collect();
        let cases: Vec<Case> = cases.into_iter().filter(|case| spreads[&case.user] > 0.0).collect();
        if cases.is_empty() {
            return Ok(None);
        }
        let after = self.without_items(&cases, model.as_deref_mut());
        let history = Removal::of(cases.iter().zip(after), &spreads);
        let facts = match model {
            Some(model) => self.without_facts(&cases, model, &spreads)?,
            None => None,
        };
        Ok(Some(Faithfulness { n_users: users.len(), history, facts }))
    }

    fn users(&self) -> Vec<u32> {
        let order = Stream::new(self.seed, Purpose::Faithfulness, 0).permutation(self.log.n_users());
        let affordable = SCORES / (2 * ITEMS_EACH + 1) / self.log.n_items().max(1);
        let is_long = |user: &u32| self.log.items_of(UserId(*user)).len() >= SHORTEST_HISTORY;
        order.into_iter().filter(is_long).take(USERS.min(affordable.max(1))).collect()
    }

    fn cases(&self, users: &[u32], explainer: Option<&dyn Explainer>) -> Vec<Case> {
        let seen = |user: UserId| self.seen.items_of(user);
        let lists = ranker(self.scorer, self.log).top_k(users, &seen, ITEMS_EACH, self.pool);
        let of_user = |(&user, list): (&u32, &Vec<Ranked>)| {
            let items: Vec<ItemId> = list.iter().map(|ranked| ItemId(ranked.item)).collect();
            let told = match explainer {
                Some(explainer) => explainer.explain(Asker::Trained(UserId(user)), &items),
                None => self.scorer.explain(UserId(user), self.log.items_of(UserId(user)), &items),
            };
            let case = |((ranked, explanation), k): ((&Ranked, &Explanation), u32)| Case {
                user,
                item: ranked.item,
                rank: f64::from(k),
                score: f64::from(ranked.score),
                named: strongest_items(explanation),
                fact: strongest_fact(explanation),
            };
            let cases = list.iter().zip(&told).zip(1..).map(case);
            cases.filter(|case| !case.named.is_empty()).collect::<Vec<Case>>()
        };
        users.par_iter().zip(&lists).flat_map_iter(of_user).collect()
    }

    fn spreads(&self, users: &[u32]) -> Vec<f64> {
        let spread = |_: usize, scores: &[f32]| {
            let n = scores.len() as f64;
            let mean = scores.iter().map(|x| f64::from(*x)).sum::<f64>() / n;
            (scores.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / n).sqrt()
        };
        ranker(self.scorer, self.log).map_rows(users, self.pool, spread)
    }

    /// From 1; of equal scores the earlier item is better.
    fn rank(&self, case: &Case, score: f32, scores: &[f32]) -> f64 {
        let seen = self.seen.items_of(UserId(case.user));
        let is_better = |(item, other): &(u32, &f32)| {
            (**other > score || **other == score && *item < case.item)
                && *item != case.item
                && seen.binary_search(item).is_err()
        };
        1.0 + (0..).zip(scores).filter(is_better).count() as f64
    }
}

/// Those that speak for the item.
fn strongest_items(explanation: &Explanation) -> Vec<u32> {
    let mut parts: Vec<_> = explanation.from_history.iter().filter(|part| part.contribution > 0.0).collect();
    parts.sort_by(|a, b| b.contribution.total_cmp(&a.contribution).then(a.item.cmp(&b.item)));
    let most = NAMED.min(explanation.from_history.len() / 2);
    parts.iter().take(most).map(|part| part.item.0).collect()
}

/// The fact by which the strongest path that speaks for the item reaches it.
fn strongest_fact(explanation: &Explanation) -> Option<Triplet> {
    let parts = explanation.from_history.iter();
    let strongest = parts.filter_map(|part| part.paths.first().map(|path| (part.item, path)));
    let strongest = strongest.max_by(|a, b| a.1.contribution.total_cmp(&b.1.contribution).then(b.0.cmp(&a.0)));
    let (start, path) = strongest.filter(|(_, path)| path.contribution > 0.0)?;
    let last = path.steps.last()?;
    let before = path.last_but_one(start).0;
    let (head, tail) = if last.forward { (before, last.entity.0) } else { (last.entity.0, before) };
    Some(Triplet { head, relation: last.relation.0, tail })
}

impl Removal {
    /// # Panics
    /// If there are no cases.
    fn of<'c>(cases: impl Iterator<Item = (&'c Case, After)>, spreads: &HashMap<u32, f64>) -> Self {
        let told: Vec<[f64; 7]> = cases
            .map(|(case, after)| {
                let [named, random] = after.map(|after| (case.score - after.score) / spreads[&case.user]);
                let (falls, beyond) = (f64::from(named > 0.0), f64::from(named > random));
                [named, random, falls, beyond, case.rank, after[0].rank, after[1].rank]
            })
            .collect();
        assert!(!told.is_empty(), "something to take the mean of");
        let mean = |k: usize| told.iter().map(|told| told[k]).sum::<f64>() / told.len() as f64;
        Self {
            n_pairs: told.len(),
            named_drop: mean(0),
            random_drop: mean(1),
            share_falling: mean(2),
            share_beyond_random: mean(3),
            mean_rank: mean(4),
            mean_rank_without_named: mean(5),
            mean_rank_without_random: mean(6),
        }
    }
}
