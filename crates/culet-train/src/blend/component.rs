//! The parts of a blend: how each is made, made again from more pairs, and weighted.

use culet_eval::{ScoreKind, ScorePart};
use culet_graph::{Interactions, KnowledgeGraph};
use culet_kernels::{Matrix, SparseMatrix};
use culet_model::{Part, PartKind, Problem, Representation, Scorer};

use super::linear::LinearSettings;
use crate::TrainOptions;

/// What a component learns from.
#[derive(Clone, Copy)]
pub(super) struct Log<'a> {
    pub(super) train: &'a Interactions,
    pub(super) graph: &'a KnowledgeGraph,
}

impl<'a> Log<'a> {
    pub(super) fn problem(self) -> Problem<'a> {
        Problem { train: self.train, graph: self.graph }
    }
}

/// A part, and how to make it again.
pub(super) struct Component {
    pub(super) recipe: Recipe,
    /// What the report says of its settings.
    pub(super) settings: toml::Table,
    /// Its plain scores, cosines where it was trained on cosines.
    pub(super) kind: PartKind,
}

/// How a part is made.
#[derive(Clone)]
pub(super) enum Recipe {
    /// The linear model of items.
    Linear(LinearSettings),
    /// Vectors that learn by steps on cosines, several times from different starts.
    Embedding {
        model: &'static str,
        /// The epochs of each start, its best ones.
        epochs: Vec<u64>,
        options: TrainOptions,
    },
    /// Vectors in closed form.
    Closed(&'static str),
    /// b_i = ln(1 + users of i): what the linear model misses of popularity where users have short histories.
    Popularity,
}

/// How parts enter the sum, beside their weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Form {
    /// Cosines enter as exp(cosine / temperature), at the temperature of their training.
    pub(super) raised: bool,
    /// What the linear scores of items without training pairs are multiplied by.
    pub(super) new_items: f32,
}

impl Form {
    pub(super) const PLAIN: Self = Self { raised: false, new_items: 1.0 };
}

impl Recipe {
    pub(super) fn model(&self) -> &'static str {
        match self {
            Self::Linear(settings) => settings.model(),
            Self::Embedding { model, .. } | Self::Closed(model) => model,
            Self::Popularity => "popularity",
        }
    }
}

impl Component {
    pub(super) fn model(&self) -> &'static str {
        self.recipe.model()
    }

    /// The temperature of its softmax loss.
    pub(super) fn temperature(&self) -> Option<f32> {
        match self.recipe {
            Recipe::Embedding { .. } => self.settings.get("temperature")?.as_float().map(|t| t as f32),
            _ => None,
        }
    }

    /// Its weights, those towards items without training pairs multiplied; nothing if the form leaves them as they are.
    pub(super) fn boosted(&self, form: Form, log: &Interactions) -> Option<SparseMatrix> {
        let PartKind::Weights(weights) = &self.kind else { return None };
        let scale = |degree: u32| if degree == 0 { form.new_items } else { 1.0 };
        (form.new_items != 1.0).then(|| {
            let mut boosted = weights.clone();
            boosted.scale_columns(&log.item_degrees().into_iter().map(scale).collect::<Vec<f32>>());
            boosted
        })
    }

    /// The part as it is ranked by, without a weight; `boosted` is what [`Self::boosted`] gives.
    pub(super) fn score_part<'a>(&'a self, form: Form, boosted: Option<&'a SparseMatrix>) -> ScorePart<'a> {
        let kind = match &self.kind {
            PartKind::Vectors { vectors, .. } => {
                let temperature = self.temperature().filter(|_| form.raised);
                ScoreKind::Product { users: &vectors.users, items: &vectors.items, temperature }
            }
            PartKind::Weights(weights) => ScoreKind::Weights(boosted.unwrap_or(weights)),
            PartKind::Bias(bias) => ScoreKind::Bias(bias),
        };
        ScorePart { kind, user_factors: None }
    }

    /// The part with its weight.
    fn weighted(self, weight: f64, form: Form, log: &Interactions) -> Part {
        let (name, temperature) = (self.model().to_owned(), self.temperature().filter(|_| form.raised));
        let boosted = self.boosted(form, log);
        let mut user_factors = None;
        let kind = match self.kind {
            PartKind::Vectors { mut vectors, .. } => {
                match temperature {
                    // exp(<p, q> / t) takes its weight as a factor for each user.
                    Some(_) => user_factors = Some(vec![weight as f32; vectors.users.n_rows()]),
                    None => vectors.users.as_mut_slice().iter_mut().for_each(|x| *x *= weight as f32),
                }
                PartKind::Vectors { vectors, temperature }
            }
            PartKind::Weights(weights) => {
                let mut weights = boosted.unwrap_or(weights);
                weights.scale_columns(&vec![weight as f32; weights.n_columns()]);
                PartKind::Weights(weights)
            }
            PartKind::Bias(bias) => PartKind::Bias(bias.iter().map(|b| b * weight as f32).collect()),
        };
        Part { name, kind, user_factors }
    }
}

/// The weighted sum of the parts that have a weight; `log` is what they learned from.
pub(super) fn scorer(components: Vec<Component>, weights: &[f64], form: Form, log: &Interactions) -> Scorer {
    let chosen = components.into_iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
    Scorer { parts: chosen.map(|(component, &weight)| component.weighted(weight, form, log)).collect() }
}

/// ln(1 + users of an item)
pub(super) fn popularity(log: &Interactions) -> Component {
    let bias = log.item_degrees().into_iter().map(|n| f64::from(n).ln_1p() as f32).collect();
    Component { recipe: Recipe::Popularity, settings: toml::Table::new(), kind: PartKind::Bias(bias) }
}

pub(super) fn only_part(scorer: Scorer) -> PartKind {
    scorer.parts.into_iter().next().expect("a model's scorer has a part").kind
}

pub(super) fn only_vectors(scorer: Scorer) -> Representation {
    match only_part(scorer) {
        PartKind::Vectors { vectors, .. } => vectors,
        _ => unreachable!("an embedding answers from vectors"),
    }
}

pub(super) fn vectors(vectors: Representation) -> PartKind {
    PartKind::Vectors { vectors, temperature: None }
}

/// One set of vectors whose products are the means of those of all sets; that of an item with n training pairs is held
/// down by n / (n + 1), so that what was hardly trained hardly speaks.
pub(super) fn joined(sets: &[&Representation], log: &Interactions) -> Representation {
    let side = |rows: usize, factor: &dyn Fn(usize) -> f32, table: &dyn Fn(&Representation) -> &Matrix| {
        let dims: Vec<usize> = sets.iter().map(|set| table(set).dim()).collect();
        let mut joined = Matrix::zeros(rows, dims.iter().sum());
        for row in 0..rows {
            let mut first = 0;
            for set in sets {
                let own = &table(set).row(row)[..table(set).dim()];
                let places = &mut joined.row_mut(row)[first..first + own.len()];
                places.iter_mut().zip(own).for_each(|(place, x)| *place = factor(row) * x);
                first += own.len();
            }
        }
        joined
    };
    let degrees = log.item_degrees();
    let share = 1.0 / sets.len() as f32;
    let of_item = |item: usize| degrees[item] as f32 / (degrees[item] as f32 + 1.0);
    Representation {
        users: side(log.n_users(), &|_| share, &|set| &set.users),
        items: side(log.n_items(), &of_item, &|set| &set.items),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_vectors_score_by_the_mean_product() {
        // Item 0 was taken three times, item 1 never.
        let log = Interactions::from_pairs(3, 2, &[(0, 0), (1, 0), (2, 0)]).unwrap();
        let set = |dim: usize, first: f32| {
            let table = |rows: usize| {
                let numbers: Vec<f32> = (0..rows * dim).map(|k| first + k as f32).collect();
                Matrix::from_values(rows, dim, &numbers)
            };
            Representation { users: table(3), items: table(2) }
        };
        let sets = [set(2, 1.0), set(3, -2.0)];
        let found = joined(&sets.each_ref(), &log);
        let product = |set: &Representation, user: usize, item: usize| -> f32 {
            set.users.row(user).iter().zip(set.items.row(item)).map(|(p, q)| p * q).sum()
        };
        for user in 0..3 {
            let mean = (product(&sets[0], user, 0) + product(&sets[1], user, 0)) / 2.0;
            assert!((product(&found, user, 0) - 0.75 * mean).abs() < 1e-4, "user {user}");
            assert_eq!(product(&found, user, 1), 0.0);
        }
    }

    #[test]
    fn only_weights_towards_items_that_nobody_took_are_raised() {
        let log = Interactions::from_pairs(1, 3, &[(0, 0), (0, 1)]).unwrap();
        let weights = SparseMatrix::from_rows(3, vec![vec![(1, 0.5), (2, 0.25)], vec![(2, -1.0)], vec![]]);
        let form = Form { new_items: 4.0, ..Form::PLAIN };
        let settings = toml::Table::new();
        let part =
            Component { recipe: Recipe::Linear(LinearSettings::START), settings, kind: PartKind::Weights(weights) };
        let found = part.boosted(form, &log).unwrap();
        assert_eq!((found.row(0).1, found.row(1).1), (&[0.5, 1.0][..], &[-4.0][..]));
        assert!(part.boosted(Form::PLAIN, &log).is_none());
    }
}
