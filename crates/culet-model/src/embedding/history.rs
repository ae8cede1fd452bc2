//! The step of models whose users or items are sums over lists: a history, facts.

use culet_graph::{Csr, Purpose, Stream};
use culet_kernels::{Dropout, Matrix, interaction_mean, sum_listed};

use super::Embedding;
use crate::rows::{add, add_rows, gather, scale_rows};
use crate::slots::{lists, rows_of, shares};
use crate::{Draw, Loss, PairBatch};

/// Items of a history whose mean a step takes, on average at most. Of long histories a few items give a mean that is as good
/// for a step, and a hundred of each would take most of its time.
const HISTORY_OF_A_STEP: usize = 32;

impl Embedding {
    /// P_u = U_u + mean over the i in `kept`, a list for each user slot, of Q_i
    pub(super) fn step_over_lists(&mut self, batch: &PairBatch, kept: &Csr) -> Loss {
        let work = &mut self.work;
        if let Some(facts) = &mut self.facts {
            facts.refresh(&self.items);
        }
        let items = self.facts.as_ref().map_or(&self.items, |facts| facts.items());
        work.means.reshape(work.users.rows.len(), self.config.dim);
        interaction_mean(lists(kept), items, &mut work.means);
        gather(&self.users, &work.users.rows, &mut work.final_users);
        add(work.final_users.as_mut_slice(), work.means.as_slice());
        gather(items, &work.items.rows, &mut work.final_items);
        let pairs = self.batch_loss(batch);

        let mut gradients = std::mem::take(&mut self.work.gradients);
        let work = &mut self.work;
        // The mean's gradient goes back to each item in equal parts.
        scale_rows(&gradients.users, &shares(kept), &mut work.means);
        work.grad_items.reshape(self.items.n_rows(), self.config.dim);
        let users_of_item = kept.transposed(self.items.n_rows());
        let nothing = Matrix::zeros(0, self.config.dim);
        sum_listed(lists(&users_of_item), &work.means, &nothing, &mut work.grad_items);
        add_rows(&gradients.items, &work.items.rows, &mut work.grad_items);
        if let Some(facts) = &mut self.facts {
            facts.take_gradient(&work.grad_items);
        }
        if self.config.l2 > 0.0 {
            // The penalty is on V alone.
            gradients.items.reset(gradients.items.n_rows(), self.config.dim);
        }
        let l2 = self.penalty(&mut gradients.users, &mut gradients.items);
        let work = &mut self.work;
        if l2 > 0.0 {
            add_rows(&gradients.items, &work.items.rows, &mut work.grad_items);
        }
        std::mem::swap(&mut work.grad_users, &mut gradients.users);
        work.gradients = gradients;
        Loss { pairs, l2, independence: 0.0 }
    }

    /// The items of each user slot that a step keeps: all but a share of short histories, of long ones some
    /// [`HISTORY_OF_A_STEP`] draws.
    pub(super) fn kept_history(&self, dropped: f64, draw: Draw) -> Csr {
        let stream = Stream::new(draw.seed, Purpose::InteractionEdges, draw.step);
        let dropout = Dropout::new(stream.counter(), dropped);
        let users = &self.work.users.rows;
        rows_of(users.len(), |slot, kept| {
            let (user, items) = (users[slot] as usize, self.items_of_user.columns());
            let history = self.items_of_user.range(user);
            if history.len() as f64 * (1.0 - dropped) <= HISTORY_OF_A_STEP as f64 {
                kept.extend(history.filter(|&place| dropout.keeps(place as u64)).map(|place| items[place]));
            } else {
                // Draws are numbered by places of the history, so that no two users share one.
                let draws = history.clone().take(HISTORY_OF_A_STEP);
                let n = history.len() as u64;
                kept.extend(draws.map(|draw| items[history.start + stream.below(draw as u64, n) as usize]));
            }
        })
    }
}
