//! What is withheld to choose by. Where pairs are few, several parts are withheld in turn, and a choice is made on all.

use culet_graph::{Interactions, KnowledgeGraph, UserId};
use culet_model::{PathWeights, fit_ease};
use rayon::ThreadPool;

use super::component::{Component, Form, Log, Recipe, only_part, popularity};
use super::linear::LinearSettings;
use super::mixing::{Candidates, Jury};
use crate::{Select, TrainData, TrainError, TrainOptions};

/// Users of the validation part that the linear settings are chosen by, evenly chosen where there are more.
const JUDGES_OF_SETTINGS: usize = 5_000;
/// The same for the weights of the parts, which are chosen once.
const JUDGES_OF_WEIGHTS: usize = 20_000;
/// With fewer pairs several parts are withheld, to have about so many in all, and at most [`MOST_FOLDS`].
const ENOUGH_PAIRS: usize = 150_000;
const MOST_FOLDS: usize = 3;

/// A part that is withheld, and what was learned from the rest.
pub(super) struct Fold<'a> {
    pub(super) kept: Interactions,
    pub(super) valid: Interactions,
    graph: &'a KnowledgeGraph,
    judges_of_settings: Vec<u32>,
    judges_of_weights: Vec<u32>,
    paths: Paths,
    /// The same parts in every fold.
    pub(super) components: Vec<Component>,
}

/// What the choice is made by: lists of so many items, the units of recall and ndcg.
#[derive(Clone, Copy)]
pub(super) struct Measure<'a> {
    pub(super) cutoff: usize,
    pub(super) units: [f64; 2],
    pub(super) pool: &'a ThreadPool,
}

/// How many parts are withheld in turn, where the data come with none.
pub(super) fn n_folds(n_pairs: usize) -> usize {
    (ENOUGH_PAIRS / n_pairs.max(1)).clamp(1, MOST_FOLDS)
}

/// All folds of a data set.
///
/// # Errors
/// Nothing to select by.
pub(super) fn folds<'a>(
    data: TrainData<'a>,
    all: &Interactions,
    options: &TrainOptions,
    seed: u64,
) -> Result<Vec<Fold<'a>>, TrainError> {
    let parts = match (options.select, data.own_valid()) {
        (Select::Test, _) => vec![(all.clone(), data.test.clone())],
        (Select::Validation, Some(_)) => vec![data.withhold(0.0, seed)],
        (Select::Validation, None) => (0..n_folds(all.n_pairs()) as u64)
            .map(|k| data.withhold(options.validation_share, seed.wrapping_add(k << 32)))
            .collect(),
    };
    if parts.iter().any(|(_, valid)| valid.n_pairs() == 0) {
        let part = if options.select == Select::Test { "test" } else { "validation" };
        return Err(TrainError::NothingToSelectBy { part });
    }
    Ok(parts.into_iter().map(|(kept, valid)| Fold::new(kept, valid, data.graph)).collect())
}

impl<'a> Fold<'a> {
    fn new(kept: Interactions, valid: Interactions, graph: &'a KnowledgeGraph) -> Self {
        let [judges_of_settings, judges_of_weights] =
            [JUDGES_OF_SETTINGS, JUDGES_OF_WEIGHTS].map(|most| judges(&valid, most));
        let (paths, components) = (Paths::default(), Vec::new());
        Self { kept, valid, graph, judges_of_settings, judges_of_weights, paths, components }
    }

    pub(super) fn log(&self) -> Log<'_> {
        Log { train: &self.kept, graph: self.graph }
    }

    /// The linear model with these settings.
    pub(super) fn linear(&mut self, settings: LinearSettings) -> Result<Component, TrainError> {
        let log = Log { train: &self.kept, graph: self.graph };
        linear_component(settings, log, &mut self.paths)
    }

    /// What the paths count for a linear model that weights users like this.
    pub(super) fn paths(&mut self, user_exponent: f64) -> &PathWeights {
        self.paths.of(user_exponent, Log { train: &self.kept, graph: self.graph })
    }

    /// What the linear model says beside popularity; alone its weights would have to stand in for popularity.
    pub(super) fn candidates_of_linear(
        &mut self,
        settings: LinearSettings,
        form: Form,
        measure: Measure<'_>,
    ) -> Result<Candidates, TrainError> {
        let (own, popularity) = (self.linear(settings)?, popularity(&self.kept));
        let boosted = own.boosted(form, &self.kept);
        let parts = [&own, &popularity].map(|part| part.score_part(form, boosted.as_ref()));
        Ok(Candidates::find(&parts, self.jury(&self.judges_of_settings, measure)))
    }

    /// What the components in these places say, in this form.
    pub(super) fn candidates(&self, places: &[usize], form: Form, measure: Measure<'_>) -> Candidates {
        let boosted = self.components[0].boosted(form, &self.kept);
        let part = |&place: &usize| self.components[place].score_part(form, boosted.as_ref());
        let parts: Vec<_> = places.iter().map(part).collect();
        Candidates::find(&parts, self.jury(&self.judges_of_weights, measure))
    }

    fn jury<'b>(&'b self, users: &'b [u32], measure: Measure<'b>) -> Jury<'b> {
        let Measure { cutoff, units, pool } = measure;
        Jury { kept: &self.kept, valid: &self.valid, users, cutoff, units, pool }
    }

    /// The share of the withheld pairs that lead to items that nobody took.
    pub(super) fn share_of_new_items(&self) -> f64 {
        let degrees = self.kept.item_degrees();
        let n_new = self.valid.pairs().filter(|(_, item)| degrees[*item as usize] == 0).count();
        n_new as f64 / self.valid.n_pairs().max(1) as f64
    }
}

/// The paths' weights by the exponent of users, each learned once.
#[derive(Default)]
pub(super) struct Paths(Vec<(f64, PathWeights)>);

impl Paths {
    fn of(&mut self, user_exponent: f64, log: Log<'_>) -> &PathWeights {
        let place = self.0.iter().position(|(exponent, _)| *exponent == user_exponent).unwrap_or_else(|| {
            self.0.push((user_exponent, PathWeights::learn(log.problem(), user_exponent)));
            self.0.len() - 1
        });
        &self.0[place].1
    }
}

pub(super) fn linear_component(
    linear: LinearSettings,
    log: Log<'_>,
    paths: &mut Paths,
) -> Result<Component, TrainError> {
    let paths = paths.of(linear.user_exponent, log);
    let neighbours = Some(linear.neighbours).filter(|neighbours| *neighbours > 0);
    let scorer = fit_ease(&linear.ease_settings(log.train), neighbours, log.problem(), paths)?;
    Ok(Component { recipe: Recipe::Linear(linear), settings: linear.settings(log.train), kind: only_part(scorer) })
}

/// Users of the part, at most so many, evenly chosen.
fn judges(valid: &Interactions, most: usize) -> Vec<u32> {
    let users: Vec<u32> =
        (0..valid.n_users() as u32).filter(|&user| !valid.items_of(UserId(user)).is_empty()).collect();
    let stride = users.len().div_ceil(most).max(1);
    users.into_iter().step_by(stride).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(n_users: u32) -> Interactions {
        let pairs: Vec<(u32, u32)> = (0..n_users).flat_map(|u| (0..20).map(move |k| (u, (u + 7 * k) % 150))).collect();
        Interactions::from_pairs(n_users as usize, 150, &pairs).unwrap()
    }

    #[test]
    fn several_parts_are_withheld_where_pairs_are_few() {
        let graph = KnowledgeGraph::empty(150);
        let nothing = |log: &Interactions| Interactions::empty(log.n_users(), 150);
        for (n_users, expected) in [(100, 3), (3_500, 2), (9_000, 1)] {
            let log = log(n_users);
            let test = nothing(&log);
            let data = TrainData { train: &log, valid: None, test: &test, graph: &graph };
            let folds = folds(data, &log, &TrainOptions::default(), 5).unwrap();
            assert_eq!(folds.len(), expected, "{} pairs", log.n_pairs());
            for fold in &folds {
                assert_eq!(fold.kept.union(&fold.valid).unwrap(), log);
                assert_eq!(fold.kept.n_pairs() + fold.valid.n_pairs(), log.n_pairs());
            }
            assert!(folds.windows(2).all(|pair| pair[0].valid != pair[1].valid));
        }
    }

    #[test]
    fn a_part_of_the_data_sets_own_is_the_only_one() {
        let (log, graph) = (log(100), KnowledgeGraph::empty(150));
        let valid = Interactions::from_pairs(100, 150, &[(0, 3), (5, 1)]).unwrap();
        let nothing = Interactions::empty(100, 150);
        let data = TrainData { train: &log, valid: Some(&valid), test: &nothing, graph: &graph };
        let folds = folds(data, &log.union(&valid).unwrap(), &TrainOptions::default(), 5).unwrap();
        assert_eq!(folds.len(), 1);
        assert_eq!((&folds[0].kept, &folds[0].valid), (&log, &valid));
    }
}
