//! A vector for each user and each item, learned by gradient steps: what `bpr-mf`, `softmax-mf` and `lightgcn` share.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | U, V | the trained vectors of users and items |
//! | N_u | the training items of a user |
//! | P, Q | the vectors that score: s(u, i) = <P_u, Q_i>, or their cosine with `loss = softmax` |
//!
//! - plain: P = U, Q = V
//! - history: P_u = U_u + mean over i in N_u of Q_i, of which each step keeps a random part
//! - facts: Q_i = V_i + mean of the vectors of what the knowledge graph tells of the item, see [`facts`]; or else Q = V
//! - convolution: (P, Q) = mean of the layers 0..=L of [`Convolution`]

mod convolution;
mod cost;
mod facts;
mod history;
#[cfg(test)]
mod tests;

use culet_graph::Csr;
use culet_kernels::{
    BatchGradients, BatchVectors, Matrix, PairRows, RowGradient, interaction_mean, pairwise_loss, softmax_loss,
    squared_length_penalty,
};

use crate::registry::Start;
use crate::rows::{add, add_rows, gather, normalise};
use crate::slots::{Slots, known_negatives, lists};
use crate::tables::{glorot, stored_table};
use crate::{
    Draw, Explainer, Facets, Loss, LossKind, ModelError, ModelSpec, NegativeSampling, PairBatch, PairModel, Problem,
    Representation,
};
use convolution::Convolution;
pub(crate) use cost::cost;
use facts::ItemFacts;

/// What the models of this family differ in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EmbeddingConfig {
    pub(crate) dim: usize,
    pub(crate) loss: LossKind,
    /// Shared by a batch, with the softmax.
    pub(crate) negatives: usize,
    pub(crate) temperature: f64,
    pub(crate) l2: f64,
    pub(crate) user_vectors: UserVectors,
    /// Whether items have vectors of what the knowledge graph tells of them; not with a convolution.
    pub(crate) facts: bool,
}

/// How the vectors that score come from the trained ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum UserVectors {
    /// They are the trained ones.
    Plain,
    /// With the mean of the history's items, of which a share is dropped in each step.
    History(f64),
    /// By light graph convolution with so many layers.
    Convolution(usize),
}

const TABLES: [&str; 3] = ["users", "items", "facts"];

/// A model of this family.
pub(crate) struct Embedding {
    spec: &'static ModelSpec,
    config: EmbeddingConfig,
    users: Matrix,
    items: Matrix,
    items_of_user: Csr,
    convolution: Option<Convolution>,
    facts: Option<ItemFacts>,
    work: Work,
}

/// What a step makes, kept for its memory.
struct Work {
    users: Slots,
    items: Slots,
    batch: PairBatch,
    /// P and Q of the batch, by slot.
    final_users: Matrix,
    final_items: Matrix,
    /// The means of histories, then their gradients.
    means: Matrix,
    gradients: BatchGradients,
    /// Gradients of U and V: by slot, or of all rows where the model reads all.
    grad_users: Matrix,
    grad_items: Matrix,
}

impl Embedding {
    pub(crate) fn new(
        spec: &'static ModelSpec,
        config: EmbeddingConfig,
        problem: Problem<'_>,
        start: Start<'_>,
    ) -> Result<Self, ModelError> {
        let log = problem.train;
        let table = |k: usize, n_rows: usize| match start {
            Start::Seed(seed) => Ok(glorot((n_rows, config.dim), n_rows, seed, k as u64)),
            Start::Tables(stored) => stored_table(TABLES[k], (n_rows, config.dim), stored),
        };
        let (users, items) = (table(0, log.n_users())?, table(1, log.n_items())?);
        let facts = match config.facts {
            true => ItemFacts::new(problem.graph, log.n_items(), |n_facts| table(2, n_facts))?,
            false => None,
        };
        let convolution = match config.user_vectors {
            UserVectors::Convolution(layers) => Some(Convolution::new(log, layers)),
            _ => None,
        };
        let work = Work {
            users: Slots::new(log.n_users()),
            items: Slots::new(log.n_items()),
            batch: PairBatch::default(),
            final_users: Matrix::default(),
            final_items: Matrix::default(),
            means: Matrix::default(),
            gradients: BatchGradients::default(),
            grad_users: Matrix::default(),
            grad_items: Matrix::default(),
        };
        Ok(Self { spec, config, users, items, items_of_user: log.by_user().clone(), convolution, facts, work })
    }

    /// The loss of the batch, whose gradient by P and Q stays in `work.gradients`.
    fn batch_loss(&mut self, batch: &PairBatch) -> f64 {
        let work = &mut self.work;
        let vectors = BatchVectors { users: &work.final_users, items: &work.final_items };
        work.gradients.reset(vectors);
        let slots = &work.batch;
        let rows = PairRows { users: &slots.users, positives: &slots.positives, negatives: &slots.negatives };
        match self.config.loss {
            LossKind::Bpr => pairwise_loss(vectors, rows, &mut work.gradients),
            LossKind::Softmax => {
                let known = known_negatives(batch, &self.items_of_user, self.items.n_rows());
                softmax_loss(vectors, rows, lists(&known), self.config.temperature as f32, &mut work.gradients)
            }
        }
    }

    /// l2 / (2 B) times the squared lengths of the trained vectors of the batch; adds its gradient, by slot.
    fn penalty(&mut self, grad_users: &mut Matrix, grad_items: &mut Matrix) -> f64 {
        let work = &self.work;
        let slots = &work.batch;
        let weight = self.config.l2 / slots.users.len() as f64;
        if weight == 0.0 {
            return 0.0;
        }
        let (mut users, mut items) = (Matrix::default(), Matrix::default());
        gather(&self.users, &work.users.rows, &mut users);
        gather(&self.items, &work.items.rows, &mut items);
        let mut sum = squared_length_penalty(weight, &slots.users, &users, grad_users);
        sum += squared_length_penalty(weight, &slots.positives, &items, grad_items);
        // Shared negatives belong to no pair, and would be held down by each batch.
        if self.config.loss == LossKind::Bpr {
            sum += squared_length_penalty(weight, &slots.negatives, &items, grad_items);
        }
        sum
    }

    fn plain_step(&mut self, batch: &PairBatch) -> Loss {
        gather(&self.users, &self.work.users.rows, &mut self.work.final_users);
        gather(&self.items, &self.work.items.rows, &mut self.work.final_items);
        let pairs = self.batch_loss(batch);
        let mut gradients = std::mem::take(&mut self.work.gradients);
        let l2 = self.penalty(&mut gradients.users, &mut gradients.items);
        // Swapped, so that both keep their memory.
        std::mem::swap(&mut self.work.grad_users, &mut gradients.users);
        std::mem::swap(&mut self.work.grad_items, &mut gradients.items);
        self.work.gradients = gradients;
        Loss { pairs, l2, independence: 0.0 }
    }

    fn convolution_step(&mut self, batch: &PairBatch) -> Loss {
        let convolution = self.convolution.as_mut().expect("a model with layers has a convolution");
        let (users, items) = convolution.smooth(&self.users, &self.items);
        gather(users, &self.work.users.rows, &mut self.work.final_users);
        gather(items, &self.work.items.rows, &mut self.work.final_items);
        let pairs = self.batch_loss(batch);
        let work = &mut self.work;
        let spread = |of_slots: &Matrix, slots: &Slots, n_rows: usize, all: &mut Matrix| {
            all.reset(n_rows, of_slots.dim());
            for (slot, &row) in slots.rows.iter().enumerate() {
                all.row_mut(row as usize).copy_from_slice(of_slots.row(slot));
            }
        };
        spread(&work.gradients.users, &work.users, self.users.n_rows(), &mut work.grad_users);
        spread(&work.gradients.items, &work.items, self.items.n_rows(), &mut work.grad_items);
        // The convolution is a symmetric linear map: its gradient is itself.
        let convolution = self.convolution.as_mut().expect("a model with layers has a convolution");
        let (users, items) = convolution.smooth(&work.grad_users, &work.grad_items);
        work.grad_users.as_mut_slice().copy_from_slice(users.as_slice());
        work.grad_items.as_mut_slice().copy_from_slice(items.as_slice());
        // The penalty is on the trained vectors.
        let mut gradients = std::mem::take(&mut self.work.gradients);
        gradients.users.reset(self.work.users.rows.len(), self.config.dim);
        gradients.items.reset(self.work.items.rows.len(), self.config.dim);
        let l2 = self.penalty(&mut gradients.users, &mut gradients.items);
        let work = &mut self.work;
        add_rows(&gradients.users, &work.users.rows, &mut work.grad_users);
        add_rows(&gradients.items, &work.items.rows, &mut work.grad_items);
        work.gradients = gradients;
        Loss { pairs, l2, independence: 0.0 }
    }
}

impl PairModel for Embedding {
    fn spec(&self) -> &'static ModelSpec {
        self.spec
    }

    fn sampling(&self) -> NegativeSampling {
        match self.config.loss {
            LossKind::Bpr => NegativeSampling::PerPair,
            LossKind::Softmax => NegativeSampling::Shared(self.config.negatives.min(self.items.n_rows())),
        }
    }

    fn tables(&self) -> Vec<(&'static str, &Matrix)> {
        let own = [Some(&self.users), Some(&self.items), self.facts.as_ref().map(|facts| &facts.table)];
        TABLES.into_iter().zip(own).filter_map(|(name, table)| Some((name, table?))).collect()
    }

    fn loss_and_gradient(&mut self, batch: &PairBatch, draw: Draw) -> Loss {
        let work = &mut self.work;
        work.users.clear();
        work.items.clear();
        work.batch.users = work.users.assign(&batch.users);
        work.batch.positives = work.items.assign(&batch.positives);
        work.batch.negatives = work.items.assign(&batch.negatives);
        match self.config.user_vectors {
            UserVectors::Plain if self.facts.is_none() => self.plain_step(batch),
            UserVectors::Plain => {
                let nothing = Csr::from_parts(vec![0; self.work.users.rows.len() + 1], Vec::new());
                self.step_over_lists(batch, &nothing)
            }
            UserVectors::History(dropped) => {
                let kept = self.kept_history(dropped, draw);
                self.step_over_lists(batch, &kept)
            }
            UserVectors::Convolution(_) => self.convolution_step(batch),
        }
    }

    fn visit_gradients(&mut self, visit: &mut dyn FnMut(usize, &mut Matrix, RowGradient<'_>)) {
        let work = &self.work;
        let of_users = match self.config.user_vectors {
            UserVectors::Convolution(_) => RowGradient::All(&work.grad_users),
            _ => RowGradient::Slots(&work.grad_users, &work.users.slot_of_row),
        };
        let of_items = match self.config.user_vectors {
            UserVectors::Plain if self.facts.is_none() => RowGradient::Slots(&work.grad_items, &work.items.slot_of_row),
            _ => RowGradient::All(&work.grad_items),
        };
        visit(0, &mut self.users, of_users);
        visit(1, &mut self.items, of_items);
        if let Some(facts) = &mut self.facts {
            visit(2, &mut facts.table, RowGradient::All(&facts.gradient));
        }
    }

    fn visit_tables(&mut self, visit: &mut dyn FnMut(usize, &mut Matrix)) {
        visit(0, &mut self.users);
        visit(1, &mut self.items);
        if let Some(facts) = &mut self.facts {
            visit(2, &mut facts.table);
        }
    }

    fn represent(&mut self) -> Representation {
        if let Some(facts) = &mut self.facts {
            facts.refresh(&self.items);
        }
        let (mut users, mut items) = match &mut self.convolution {
            Some(convolution) => {
                let (users, items) = convolution.smooth(&self.users, &self.items);
                (users.clone(), items.clone())
            }
            None => (self.users.clone(), self.facts.as_ref().map_or(&self.items, |facts| facts.items()).clone()),
        };
        if let UserVectors::History(_) = self.config.user_vectors {
            let mut means = Matrix::zeros(self.users.n_rows(), self.config.dim);
            interaction_mean(lists(&self.items_of_user), &items, &mut means);
            add(users.as_mut_slice(), means.as_slice());
        }
        if self.config.loss == LossKind::Softmax {
            normalise(&mut users);
            normalise(&mut items);
        }
        Representation { users, items }
    }

    fn fold_in(&mut self, own: &Matrix, histories: &Csr) -> Matrix {
        let mut users = match &mut self.convolution {
            Some(convolution) => convolution.smooth_newcomers(own, histories, (&self.users, &self.items)),
            None => own.clone(),
        };
        if let UserVectors::History(_) = self.config.user_vectors {
            if let Some(facts) = &mut self.facts {
                facts.refresh(&self.items);
            }
            let items = self.facts.as_ref().map_or(&self.items, |facts| facts.items());
            let mut means = Matrix::zeros(histories.n_rows(), self.config.dim);
            interaction_mean(lists(histories), items, &mut means);
            add(users.as_mut_slice(), means.as_slice());
        }
        if self.config.loss == LossKind::Softmax {
            normalise(&mut users);
        }
        users
    }

    fn facets(&mut self) -> Option<Facets> {
        None
    }

    fn explainer(&mut self) -> Option<Box<dyn Explainer>> {
        None
    }
}
