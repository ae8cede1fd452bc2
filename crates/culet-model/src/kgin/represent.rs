//! Final vectors of everybody, without dropout.

use culet_graph::Csr;
use culet_kernels::{
    Dropout, EdgeView, GateInput, GateOutput, LayerOutput, Matrix, intent_gate, interaction_mean, relational_mean,
};

use super::Kgin;
use crate::rows::{add, normalise};
use crate::slots::lists;
use crate::{LossKind, Representation};

/// One layer on the way to the final vectors.
pub(super) struct Layer<'a> {
    /// E^(l) of all entities.
    pub(super) entities: &'a Matrix,
    /// Intent vectors e_p.
    pub(super) intents: &'a Matrix,
    /// What made U^(l + 1).
    pub(super) gate: &'a GateOutput,
    /// What the sums of E^(l + 1) were multiplied with: 1 / length of the mean, and 1 / |N_v|; `[n_entities]`.
    pub(super) inverse_lengths: &'a [f32],
    pub(super) inverse_degrees: &'a [f32],
}

/// Users who were never trained.
#[derive(Clone, Copy)]
pub(super) struct Newcomers<'a> {
    /// What stands in for U^(0).
    pub(super) own: &'a Matrix,
    /// N_u
    pub(super) histories: &'a Csr,
}

impl Kgin {
    /// The final vectors; shows each layer.
    pub(super) fn represent_all(&mut self, show: impl FnMut(Layer<'_>)) -> Representation {
        self.represent_users(None, show)
    }

    /// The final vectors, those of the newcomers in place of the trained users if there are any; shows each layer.
    pub(super) fn represent_users(
        &mut self,
        newcomers: Option<Newcomers<'_>>,
        mut show: impl FnMut(Layer<'_>),
    ) -> Representation {
        let (own, by_user) = match newcomers {
            Some(Newcomers { own, histories }) => (own, histories),
            None => (&self.params.users, &self.graph.items_of_user),
        };
        let (n_users, n_items, dim) = (by_user.n_rows(), self.graph.n_items, self.config.dim);
        let intents = self.intent_vectors(&self.attention_weights());
        let user_numbers: Vec<u32> = (0..n_users as u32).collect();
        let mut users = own.clone();
        let mut items = first_rows(&self.params.entities, n_items);
        let mut means = Matrix::zeros(n_users, dim);
        let mut gate = GateOutput::zeros(n_users, dim, self.config.intents);
        let mut layer_users = users.clone();
        for l in 0..self.config.hops {
            // Between steps the two gradient tables hold nothing: they serve as E^(l) and E^(l + 1).
            let (now, next) = (&mut self.work.grad_below, &mut self.work.grad_entities);
            std::mem::swap(now, next);
            let now = if l == 0 { &self.params.entities } else { &*now };
            interaction_mean(lists(by_user), now, &mut means);
            let input = GateInput {
                users: &layer_users,
                means: &means,
                intents: &intents,
                latent: &self.params.latent,
                user_numbers: &user_numbers,
                dropout: Dropout::none(),
            };
            intent_gate(input, &mut gate);
            relational_mean(
                &self.graph.everything,
                EdgeView::all(&self.graph.by_head),
                now,
                &self.params.relations,
                Dropout::none(),
                LayerOutput {
                    units: next,
                    inverse_lengths: &mut self.work.inverse_lengths[l],
                    inverse_degrees: &mut self.work.inverse_degrees,
                },
            );
            show(Layer {
                entities: now,
                intents: &intents,
                gate: &gate,
                inverse_lengths: &self.work.inverse_lengths[l],
                inverse_degrees: &self.work.inverse_degrees,
            });
            add(users.as_mut_slice(), gate.units.as_slice());
            add(items.as_mut_slice(), &next.as_slice()[..n_items * next.stride()]);
            std::mem::swap(&mut layer_users, &mut gate.units);
        }
        if self.config.loss == LossKind::Softmax {
            normalise(&mut users);
            normalise(&mut items);
        }
        Representation { users, items }
    }
}

fn first_rows(table: &Matrix, n_rows: usize) -> Matrix {
    let mut rows = Matrix::zeros(n_rows, table.dim());
    let end = rows.as_slice().len();
    rows.as_mut_slice().copy_from_slice(&table.as_slice()[..end]);
    rows
}
