//! Scores without facts of the recommended items.

use std::collections::HashMap;

use culet_graph::{KnowledgeGraph, Purpose, Stream, Triplet};
use culet_model::{PairModel, Problem, Start};

use super::{Case, Measure, Removal, Standing};
use crate::TrainError;
use crate::ranking::ranker;

/// Items that lose a fact, at most; and at most one in so many, so that the graph stays what it is.
const FACTS: usize = 200;
const ITEMS_A_FACT: usize = 10;

impl Measure<'_> {
    pub(super) fn without_facts(
        &self,
        cases: &[Case],
        model: &mut (dyn PairModel + '_),
        spreads: &HashMap<u32, f64>,
    ) -> Result<Option<Removal>, TrainError> {
        let cases = self.cases_with_facts(cases);
        if cases.is_empty() {
            return Ok(None);
        }
        let mut scores = Vec::new();
        for which in 0..2 {
            let gone = cases.iter().map(|(_, facts)| facts[which]).collect();
            scores.push(self.scores_without(gone, &cases, model)?);
        }
        let users: Vec<u32> = cases.iter().map(|(case, _)| case.user).collect();
        let standings = |place: usize, before: &[f32]| {
            [0, 1].map(|which| {
                let score = scores[which][place];
                Standing { score: f64::from(score), rank: self.rank(cases[place].0, score, before) }
            })
        };
        let after = ranker(self.scorer, self.log).map_rows(&users, self.pool, standings);
        Ok(Some(Removal::of(cases.iter().map(|(case, _)| *case).zip(after), spreads)))
    }

    /// One case for each item, with the named fact and another one in which the item has the same place.
    fn cases_with_facts<'c>(&self, cases: &'c [Case]) -> Vec<(&'c Case, [Triplet; 2])> {
        let most = FACTS.min(self.log.n_items() / ITEMS_A_FACT);
        let mut by_item: HashMap<u32, Vec<Triplet>> = cases.iter().map(|case| (case.item, Vec::new())).collect();
        for triplet in self.graph.triplets() {
            for end in [triplet.head, triplet.tail] {
                by_item.entry(end).and_modify(|facts| facts.push(*triplet));
            }
        }
        let mut found = Vec::new();
        for (k, case) in cases.iter().enumerate() {
            let Some(named) = case.fact else { continue };
            // Taken out, so that no item comes twice.
            let facts = by_item.remove(&case.item).unwrap_or_default();
            let is_head = named.head == case.item;
            let alike = |fact: &&Triplet| **fact != named && (if is_head { fact.head } else { fact.tail }) == case.item;
            let others: Vec<&Triplet> = facts.iter().filter(alike).collect();
            if !others.is_empty() {
                let stream = Stream::new(self.seed, Purpose::Faithfulness, 1 + k as u64);
                // Beyond what drew the items.
                let place = stream.below(u64::from(u32::MAX), others.len() as u64);
                found.push((case, [named, *others[place as usize]]));
            }
        }
        found.truncate(most);
        found
    }

    /// The scores of the cases by the model's parameters and a graph without some facts.
    fn scores_without(
        &self,
        mut gone: Vec<Triplet>,
        cases: &[(&Case, [Triplet; 2])],
        model: &dyn PairModel,
    ) -> Result<Vec<f32>, TrainError> {
        gone.sort_unstable();
        let kept = self.graph.triplets().iter().copied().filter(|fact| gone.binary_search(fact).is_err()).collect();
        let graph = KnowledgeGraph::from_triplets(self.graph.n_entities(), self.graph.n_relations(), kept)?;
        let tables = model.tables();
        let stored = |name: &str| tables.iter().find(|(own, _)| *own == name).map(|(_, table)| (*table).clone());
        let problem = Problem { train: self.log, graph: &graph };
        let vectors = self.spec.build(self.settings, problem, Start::Tables(&stored))?.represent();
        let product = |case: &Case| {
            let (user, item) = (vectors.users.row(case.user as usize), vectors.items.row(case.item as usize));
            user.iter().zip(item).map(|(p, q)| p * q).sum()
        };
        Ok(cases.iter().map(|(case, _)| product(case)).collect())
    }
}
