//! A vector for each user and each item, learned by gradient steps: what `bpr-mf`, `softmax-mf` and `lightgcn` share.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | U, V | the trained vectors of users and items |
//! | N_u | the training items of a user |
//! | P, Q | the vectors that score: s(u, i) = <P_u, Q_i>, or their cosine with `loss = softmax` |
//!
//! - plain: P = U, Q = V
//! - history: P_u = U_u + mean over i in N_u of V_i, of which each step keeps a random part; Q = V
//! - convolution: (P, Q) = mean of the layers 0..=L of [`Convolution`]

mod convolution;
#[cfg(test)]
mod tests;

use culet_graph::{Csr, Purpose, Stream};
use culet_kernels::{
    BatchGradients, BatchVectors, Counter, Dropout, Matrix, PairRows, RowGradient, interaction_mean, pairwise_loss,
    softmax_loss, squared_length_penalty, sum_listed,
};

use crate::registry::Start;
use crate::rows::{add, gather, normalise};
use crate::slots::{Slots, known_negatives, lists, rows_of};
use crate::tables::{glorot, stored_table};
use crate::{
    Draw, Explanation, Facets, Loss, LossKind, ModelError, ModelSpec, NegativeSampling, PairBatch, PairModel, Problem,
    Representation,
};
use convolution::Convolution;
use culet_graph::{ItemId, UserId};

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

/// Items of a history whose mean a step takes, on average at most. Of long histories a few items give a mean that is as good
/// for a step, and a hundred of each would take most of its time.
const HISTORY_OF_A_STEP: f64 = 32.0;

const TABLES: [&str; 2] = ["users", "items"];

/// A model of this family.
pub(crate) struct Embedding {
    spec: &'static ModelSpec,
    config: EmbeddingConfig,
    users: Matrix,
    items: Matrix,
    items_of_user: Csr,
    convolution: Option<Convolution>,
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
        let shapes = [(log.n_users(), config.dim), (log.n_items(), config.dim)];
        let [users, items] = match start {
            Start::Seed(seed) => [0, 1].map(|k| glorot(shapes[k], shapes[k].0, seed, k as u64)),
            Start::Tables(stored) => {
                let table = |k: usize| stored_table(TABLES[k], shapes[k], stored);
                [table(0)?, table(1)?]
            }
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
            gradients: BatchGradients::default(),
            grad_users: Matrix::default(),
            grad_items: Matrix::default(),
        };
        Ok(Self { spec, config, users, items, items_of_user: log.by_user().clone(), convolution, work })
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

    /// P_u = U_u + mean over the kept i in N_u of V_i
    fn history_step(&mut self, batch: &PairBatch, dropped: f64, draw: Draw) -> Loss {
        let kept = self.kept_history(dropped, Stream::new(draw.seed, Purpose::InteractionEdges, draw.step).counter());
        let work = &mut self.work;
        let mut means = Matrix::zeros(work.users.rows.len(), self.config.dim);
        interaction_mean(lists(&kept), &self.items, &mut means);
        gather(&self.users, &work.users.rows, &mut work.final_users);
        add(work.final_users.as_mut_slice(), means.as_slice());
        gather(&self.items, &work.items.rows, &mut work.final_items);
        let pairs = self.batch_loss(batch);

        let mut gradients = std::mem::take(&mut self.work.gradients);
        // The mean's gradient goes back to each item in equal parts.
        let mut parts = means;
        for (slot, bounds) in kept.offsets().windows(2).enumerate() {
            let share = 1.0 / (bounds[1] - bounds[0]).max(1) as f32;
            let from = gradients.users.row(slot);
            parts.row_mut(slot).iter_mut().zip(from).for_each(|(part, x)| *part = share * x);
        }
        let l2 = self.penalty(&mut gradients.users, &mut gradients.items);
        let work = &mut self.work;
        let mut direct = Matrix::zeros(self.items.n_rows(), self.config.dim);
        for (slot, &row) in work.items.rows.iter().enumerate() {
            direct.row_mut(row as usize).copy_from_slice(gradients.items.row(slot));
        }
        work.grad_items.reshape(self.items.n_rows(), self.config.dim);
        let users_of_item = kept.transposed(self.items.n_rows());
        sum_listed(lists(&users_of_item), &parts, &direct, &mut work.grad_items);
        std::mem::swap(&mut work.grad_users, &mut gradients.users);
        work.gradients = gradients;
        Loss { pairs, l2, independence: 0.0 }
    }

    /// The items of each user slot that this step keeps: a share of short histories, some [`HISTORY_OF_A_STEP`] of long ones.
    fn kept_history(&self, dropped: f64, counter: Counter) -> Csr {
        let users = &self.work.users.rows;
        rows_of(users.len(), |slot, kept| {
            let history = self.items_of_user.range(users[slot] as usize);
            let most = HISTORY_OF_A_STEP / history.len().max(1) as f64;
            let dropout = Dropout::new(counter, dropped.max(1.0 - most));
            let places = history.filter(|&place| dropout.keeps(place as u64));
            kept.extend(places.map(|place| self.items_of_user.columns()[place]));
        })
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
        for (slot, &row) in work.users.rows.iter().enumerate() {
            add(work.grad_users.row_mut(row as usize), gradients.users.row(slot));
        }
        for (slot, &row) in work.items.rows.iter().enumerate() {
            add(work.grad_items.row_mut(row as usize), gradients.items.row(slot));
        }
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
        vec![(TABLES[0], &self.users), (TABLES[1], &self.items)]
    }

    fn loss_and_gradient(&mut self, batch: &PairBatch, draw: Draw) -> Loss {
        let work = &mut self.work;
        work.users.clear();
        work.items.clear();
        work.batch.users = work.users.assign(&batch.users);
        work.batch.positives = work.items.assign(&batch.positives);
        work.batch.negatives = work.items.assign(&batch.negatives);
        match self.config.user_vectors {
            UserVectors::Plain => self.plain_step(batch),
            UserVectors::History(dropped) => self.history_step(batch, dropped, draw),
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
            UserVectors::Plain => RowGradient::Slots(&work.grad_items, &work.items.slot_of_row),
            _ => RowGradient::All(&work.grad_items),
        };
        visit(0, &mut self.users, of_users);
        visit(1, &mut self.items, of_items);
    }

    fn visit_tables(&mut self, visit: &mut dyn FnMut(usize, &mut Matrix)) {
        visit(0, &mut self.users);
        visit(1, &mut self.items);
    }

    fn represent(&mut self) -> Representation {
        let (mut users, mut items) = match (&mut self.convolution, self.config.user_vectors) {
            (Some(convolution), _) => {
                let (users, items) = convolution.smooth(&self.users, &self.items);
                (users.clone(), items.clone())
            }
            (None, UserVectors::History(_)) => {
                let mut users = Matrix::zeros(self.users.n_rows(), self.config.dim);
                interaction_mean(lists(&self.items_of_user), &self.items, &mut users);
                add(users.as_mut_slice(), self.users.as_slice());
                (users, self.items.clone())
            }
            (None, _) => (self.users.clone(), self.items.clone()),
        };
        if self.config.loss == LossKind::Softmax {
            normalise(&mut users);
            normalise(&mut items);
        }
        Representation { users, items }
    }

    fn facets(&mut self) -> Option<Facets> {
        None
    }

    fn explain(&mut self, _: UserId, _: &[ItemId]) -> Option<Vec<Explanation>> {
        None
    }
}
