//! EASE: the item weights that best predict each item from the others, in closed form.
//!
//! Steck: "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, <https://arxiv.org/abs/1905.03375>.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | x_u, N_u | the history of a user as a row of zeros and ones; its items |
//! | w_u | weight of a user, \|N_u\|^-`user_exponent` |
//! | G; m | sum over users of w_u x_u x_u'; the mean of its diagonal |
//! | K | sum over rows of what the knowledge graph says, see below |
//! | P | (G + `graph_weight` m K + diag(ridge))^-1, ridge_i = lambda (G_ii / m)^`ridge_exponent` |
//! | W | W_ji = -P_ji / P_ii, 0 where j = i |
//!
//! Beyond the paper, each off by its own zero: users with long histories count less (`user_exponent`), popular items are
//! held down more (`ridge_exponent`, as in Steck, "Autoencoders that don't overfit towards the Identity", NeurIPS 2020;
//! `popularity_exponent`: W_ji |U_i|^-exponent), and items that share what one or two steps over the knowledge graph lead
//! to form rows as if a user had taken them (`graph_weight`). What each path of relations counts is learned from who took
//! what, in closed form ([`PathWeights`]); where the graph is noise that is next to nothing. Of each item the `keep`
//! strongest weights stay.

use culet_graph::{Interactions, UserId};
use culet_kernels::SparseMatrix;

use crate::linear::{EaseProblem, NotDefinite, Step, WeightedPaths, ease, ease_cost, ease_sparse, path_rows};
use crate::registry::Build;
use crate::settings::complete_settings;
use crate::{Kind, ModelError, ModelSpec, Paper, Problem, Range, Scale, Scorer, Setting};

/// The registry's entry.
pub(crate) const SPEC: ModelSpec = ModelSpec {
    name: "ease",
    class: "EASE",
    title: "EASE",
    summary: "weights between items that best predict each from the others, exact and in closed form",
    paper: Paper {
        authors: "Steck",
        title: "Embarrassingly Shallow Autoencoders for Sparse Data",
        venue: "WWW 2019",
        link: "https://arxiv.org/abs/1905.03375",
    },
    uses_graph: true,
    explains: true,
    settings: &[
        LAMBDA,
        USER_EXPONENT,
        RIDGE_EXPONENT,
        POPULARITY_EXPONENT,
        GRAPH_WEIGHT,
        Setting { default: "400", ..KEEP },
    ],
    search: SEARCH,
    cost: Some(ease_cost),
    new_users: "by the history through the weights of the items, exact",
    build: Build::Closed(fit),
    ..ModelSpec::RECOMMENDER
};

pub(crate) const LAMBDA: Setting = Setting {
    name: "lambda",
    help: "the ridge: how much few observations are mistrusted (the paper's lambda)",
    kind: Kind::Number(1e-6, 1e9),
    default: "100",
};
pub(crate) const USER_EXPONENT: Setting = Setting {
    name: "user_exponent",
    help: "users count |history|^-exponent; 0: all alike, as published",
    kind: Kind::Number(0.0, 2.0),
    default: "0.5",
};
pub(crate) const RIDGE_EXPONENT: Setting = Setting {
    name: "ridge_exponent",
    help: "an item's ridge grows with its popularity to this power; 0: one ridge for all, as published",
    kind: Kind::Number(0.0, 2.0),
    default: "0",
};
pub(crate) const POPULARITY_EXPONENT: Setting = Setting {
    name: "popularity_exponent",
    help: "scores are divided by the item's popularity to this power; 0: not, as published",
    kind: Kind::Number(-2.0, 2.0),
    default: "0",
};
pub(crate) const GRAPH_WEIGHT: Setting = Setting {
    name: "graph_weight",
    help: "what sharing facts counts beside being taken by the same users, each path of relations as far as users follow \
           it; 0: nothing, as published",
    kind: Kind::Number(0.0, 1e6),
    default: "0",
};
pub(crate) const KEEP: Setting = Setting {
    name: "keep",
    help: "the strongest weights that each item keeps, for memory and speed",
    kind: Kind::Integer(1, 10_000_000),
    default: "",
};

pub(crate) const SEARCH: &[Range] = &[
    Range { name: "lambda", scale: Scale::Log(3.0, 3_000.0) },
    Range { name: "user_exponent", scale: Scale::Linear(0.0, 1.0) },
    Range { name: "ridge_exponent", scale: Scale::Linear(0.0, 0.8) },
    Range { name: "popularity_exponent", scale: Scale::Linear(-0.2, 0.3) },
    Range { name: "graph_weight", scale: Scale::Linear(0.0, 30.0) },
];

/// The settings that both ways of computing the weights share.
#[derive(Debug, Clone, Copy, PartialEq, serde::Deserialize)]
pub(crate) struct EaseConfig {
    pub(crate) lambda: f64,
    pub(crate) user_exponent: f64,
    pub(crate) ridge_exponent: f64,
    pub(crate) popularity_exponent: f64,
    pub(crate) graph_weight: f64,
    pub(crate) keep: usize,
}

fn fit(settings: &toml::Table, problem: Problem<'_>, _: u64) -> Result<Scorer, ModelError> {
    let config: EaseConfig = settings.clone().try_into().expect("each setting is a field");
    let paths = config.paths(problem);
    config.weights(problem, paths.as_ref(), exact).map(Scorer::of_weights)
}

fn exact(problem: EaseProblem<'_>) -> Result<SparseMatrix, ModelError> {
    ease(problem).map_err(|NotDefinite { lambda }| ModelError::NotDefinite { lambda })
}

/// Fits `ease`, or `ease-sparse` with so many neighbours, on paths that were learned before.
///
/// `settings` are those of the model (what is left out has its default), and `paths` were learned from the same problem.
///
/// # Errors
/// As [`ModelSpec::fit`].
pub fn fit_ease(
    settings: &toml::Table,
    neighbours: Option<usize>,
    problem: Problem<'_>,
    paths: &PathWeights,
) -> Result<Scorer, ModelError> {
    let complete = complete_settings(SPEC.settings, settings)?;
    let config: EaseConfig = complete.try_into().expect("each setting is a field");
    let solve = |problem: EaseProblem<'_>| match neighbours {
        Some(neighbours) => Ok(ease_sparse(problem, neighbours)),
        None => exact(problem),
    };
    config.weights(problem, Some(paths), solve).map(Scorer::of_weights)
}

/// What each path over the knowledge graph counts, learned from who took what.
#[derive(Debug, Clone)]
pub struct PathWeights(WeightedPaths);

impl PathWeights {
    /// Learns the weights; users count as with this `user_exponent`.
    #[must_use]
    pub fn learn(problem: Problem<'_>, user_exponent: f64) -> Self {
        let paths = path_rows(problem.graph, problem.train.n_items(), 2);
        Self(WeightedPaths::learn(paths, problem.train, &user_weights(problem.train, user_exponent)))
    }

    /// The paths with their weights, the heaviest first; those that count nothing are left out.
    #[must_use]
    pub fn list(&self) -> Vec<(Vec<Step>, f64)> {
        self.0.list()
    }
}

impl EaseConfig {
    /// The paths, where they count.
    pub(crate) fn paths(&self, problem: Problem<'_>) -> Option<PathWeights> {
        let counts = self.graph_weight > 0.0 && !problem.graph.triplets().is_empty();
        counts.then(|| PathWeights::learn(problem, self.user_exponent))
    }

    /// W, `solve` computing -P_ji / P_ii.
    pub(crate) fn weights(
        &self,
        problem: Problem<'_>,
        paths: Option<&PathWeights>,
        solve: impl FnOnce(EaseProblem<'_>) -> Result<SparseMatrix, ModelError>,
    ) -> Result<SparseMatrix, ModelError> {
        let log = problem.train;
        let user_weights = user_weights(log, self.user_exponent);
        let diagonal = diagonal(log, &user_weights);
        let mean = diagonal.iter().sum::<f64>() / diagonal.len().max(1) as f64;
        let extra = paths
            .filter(|_| self.graph_weight > 0.0)
            .map(|paths| paths.0.rows(self.graph_weight * mean, log.n_items()))
            .filter(|rows| rows.n_rows() > 0);
        let of_item = |own: &f64| self.lambda * (own / mean).max(0.01).powf(self.ridge_exponent);
        let ridges: Vec<f64> = diagonal.iter().map(of_item).collect();
        // What all items share goes in as lambda, and the rest of each ridge as its own.
        let least = ridges.iter().copied().fold(f64::INFINITY, f64::min).min(self.lambda);
        let further: Vec<f32> = ridges.iter().map(|ridge| (ridge - least) as f32).collect();
        let mut weights = solve(EaseProblem {
            log,
            user_weights: &user_weights,
            extra: extra.as_ref(),
            lambda: least,
            diagonal: &further,
            keep: self.keep,
        })?;
        if self.popularity_exponent != 0.0 {
            let factor = |degree: u32| f64::from(degree.max(1)).powf(-self.popularity_exponent) as f32;
            weights.scale_columns(&log.item_degrees().into_iter().map(factor).collect::<Vec<f32>>());
        }
        Ok(weights)
    }
}

/// w_u = |N_u|^-exponent; 0 for a user without items.
fn user_weights(log: &Interactions, exponent: f64) -> Vec<f32> {
    let of_user = |user: usize| match log.items_of(UserId(user as u32)).len() {
        0 => 0.0,
        n => (n as f64).powf(-exponent) as f32,
    };
    (0..log.n_users()).map(of_user).collect()
}

/// G_ii
fn diagonal(log: &Interactions, user_weights: &[f32]) -> Vec<f64> {
    let mut diagonal = vec![0.0; log.n_items()];
    for (user, item) in log.pairs() {
        diagonal[item as usize] += f64::from(user_weights[user as usize]);
    }
    diagonal
}

#[cfg(test)]
mod tests {
    use culet_graph::KnowledgeGraph;

    use super::*;

    const PUBLISHED: EaseConfig = EaseConfig {
        lambda: 2.0,
        user_exponent: 0.0,
        ridge_exponent: 0.0,
        popularity_exponent: 0.0,
        graph_weight: 0.0,
        keep: 10,
    };

    fn weights(log: &Interactions, graph: &KnowledgeGraph, config: &EaseConfig) -> SparseMatrix {
        let problem = Problem { train: log, graph };
        config.weights(problem, config.paths(problem).as_ref(), exact).unwrap()
    }

    fn assert_close(found: &SparseMatrix, expected: &[[f64; 2]; 2]) {
        for (j, row) in expected.iter().enumerate() {
            let (columns, values) = found.row(j);
            assert_eq!(columns, [1 - j as u32]);
            assert!((f64::from(values[0]) - row[1 - j]).abs() < 1e-6, "{values:?}, expected {row:?}");
        }
    }

    #[test]
    fn two_items_by_hand() {
        // G = [[3, 1], [1, 2]]; with lambda 2: [[5, 1], [1, 4]], whose inverse is [[4, -1], [-1, 5]] / 19.
        let log = Interactions::from_pairs(4, 2, &[(0, 0), (0, 1), (1, 0), (2, 0), (3, 1)]).unwrap();
        let graph = KnowledgeGraph::empty(2);
        assert_close(&weights(&log, &graph, &PUBLISHED), &[[0.0, 1.0 / 5.0], [1.0 / 4.0, 0.0]]);
        // Ridges 2 (3 / 2.5) and 2 (2 / 2.5): [[5.4, 1], [1, 3.6]].
        let config = EaseConfig { ridge_exponent: 1.0, ..PUBLISHED };
        assert_close(&weights(&log, &graph, &config), &[[0.0, 1.0 / 5.4], [1.0 / 3.6, 0.0]]);
        // User 0 counts half: G = [[2.5, 0.5], [0.5, 1.5]]; scores divided by the roots of 3 and 2.
        let config = EaseConfig { user_exponent: 1.0, popularity_exponent: 0.5, ..PUBLISHED };
        let (to_first, to_second) = (0.5 / 3.5 / 3.0_f64.sqrt(), 0.5 / 4.5 / 2.0_f64.sqrt());
        assert_close(&weights(&log, &graph, &config), &[[0.0, to_second], [to_first, 0.0]]);
    }

    /// Items 0 to 39 in four colours, of which the facts tell; users took most items of one colour, item 39 nobody.
    #[test]
    fn facts_speak_for_an_item_that_nobody_took() {
        let pairs: Vec<(u32, u32)> =
            (0..20).flat_map(|user| (0..9).map(move |k| (user, 4 * ((user / 4 + k) % 10) + user % 4))).collect();
        let pairs: Vec<_> = pairs.into_iter().filter(|&(_, item)| item != 39).collect();
        let log = Interactions::from_pairs(20, 40, &pairs).unwrap();
        let fact = |item| culet_graph::Triplet { head: item, relation: 0, tail: 40 + item % 4 };
        let graph = KnowledgeGraph::from_triplets(44, 1, (0..40).map(fact).collect()).unwrap();
        let own = |weights: &SparseMatrix, source: usize| {
            let (columns, values) = weights.row(source);
            columns.binary_search(&39).map_or(0.0, |place| values[place])
        };
        let without = weights(&log, &graph, &EaseConfig { keep: 40, ..PUBLISHED });
        assert!((0..39).all(|source| own(&without, source) == 0.0));
        let with = weights(&log, &graph, &EaseConfig { graph_weight: 1.0, keep: 40, ..PUBLISHED });
        // Beside others of the colour an item may speak against it, all of them together speak for it.
        let sum = |own_colour: bool| -> f32 {
            (0..39).filter(|source| (source % 4 == 3) == own_colour).map(|source| own(&with, source)).sum()
        };
        assert!(sum(true) > 0.1, "{}", sum(true));
        assert_eq!(sum(false), 0.0);
        let paths = PathWeights::learn(Problem { train: &log, graph: &graph }, 0.0);
        assert_eq!(paths.list()[0].0, [Step { relation: 0, back: false }]);
    }
}
