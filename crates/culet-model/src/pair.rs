//! Models that learn by gradient steps on (user, item) pairs.

use culet_graph::{Csr, Interactions, KnowledgeGraph};
use culet_kernels::{Matrix, RowGradient};

use crate::{Explainer, ModelSpec};

/// What a model is built for.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// What it may learn from.
    pub train: &'a Interactions,
    /// Facts about the items; may be empty.
    pub graph: &'a KnowledgeGraph,
}

/// Which negatives a batch brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NegativeSampling {
    /// One uniform item for each pair, none of the user's training items.
    PerPair,
    /// So many distinct uniform items for the whole batch.
    Shared(usize),
}

/// Which loss is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LossKind {
    /// One negative a pair.
    Bpr,
    /// Many shared negatives.
    Softmax,
}

/// A batch of training pairs with its negatives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PairBatch {
    /// `[n]`
    pub users: Vec<u32>,
    /// `[n]`
    pub positives: Vec<u32>,
    /// `[n]`, or as many as the batch shares.
    pub negatives: Vec<u32>,
}

/// From where a training step draws its dropout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// The seed of the run.
    pub seed: u64,
    /// The number of the step over the whole run.
    pub step: u64,
}

/// The parts of a batch's loss.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Loss {
    /// The mean over the pairs.
    pub pairs: f64,
    /// The penalty on lengths.
    pub l2: f64,
    /// The weighted dependence between facets.
    pub independence: f64,
}

impl Loss {
    /// The sum of the parts, whose gradient is taken.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.pairs + self.l2 + self.independence
    }
}

/// Final vectors: a user's score for an item is their inner product.
#[derive(Debug, Clone)]
pub struct Representation {
    /// `[n_users, d]`
    pub users: Matrix,
    /// `[n_items, d]`
    pub items: Matrix,
}

/// What facets a model has learned; how they are read from it, the model's documentation says.
#[derive(Debug, Clone, PartialEq)]
pub struct Facets {
    /// For each facet its share of each relation, inverse relations folded into their forward ones; rows sum to 1.
    pub relations: Vec<Vec<f64>>,
    /// For each user the share of each facet; rows sum to 1.
    pub user_shares: Vec<Vec<f64>>,
}

/// A model that learns by gradient steps on (user, item) pairs and scores by inner products.
pub trait PairModel: Send {
    /// The registry's entry.
    fn spec(&self) -> &'static ModelSpec;

    /// Which negatives a batch must bring.
    fn sampling(&self) -> NegativeSampling;

    /// The parameters by name.
    fn tables(&self) -> Vec<(&'static str, &Matrix)>;

    /// Computes the loss of a batch and keeps the gradient for [`PairModel::visit_gradients`].
    fn loss_and_gradient(&mut self, batch: &PairBatch, draw: Draw) -> Loss;

    /// Hands out each table with its gradient, in the order of [`PairModel::tables`].
    fn visit_gradients(&mut self, visit: &mut dyn FnMut(usize, &mut Matrix, RowGradient<'_>));

    /// Hands out each table, in the order of [`PairModel::tables`].
    fn visit_tables(&mut self, visit: &mut dyn FnMut(usize, &mut Matrix));

    /// The final vectors, without dropout.
    fn represent(&mut self) -> Representation;

    /// The final vectors of users who were never trained, `[n, d]`, as [`PairModel::represent`] makes them, from their
    /// histories and from `own`, what stands in for their rows in the table of users; both have a row for each of them.
    fn fold_in(&mut self, own: &Matrix, histories: &Csr) -> Matrix;

    /// The learned facets, if the model has any.
    fn facets(&mut self) -> Option<Facets>;

    /// What tells why scores are what they are, if the model can: it holds what it needs, its own copy, so that the model
    /// itself may go.
    fn explainer(&mut self) -> Option<Box<dyn Explainer>>;

    /// The number of trained numbers.
    fn n_parameters(&self) -> usize {
        self.tables().iter().map(|(_, table)| table.n_rows() * table.dim()).sum()
    }
}
