//! A training step: each forward step beside its backward step.

use culet_graph::{Purpose, Stream};
use culet_kernels::{
    BatchGradients, BatchVectors, Dropout, EdgeView, GateGradient, GateInput, GateOutput, LayerOutput, LowerLayer,
    MadeBy, Matrix, PairRows, RowGradient, intent_gate, intent_gate_gradient, interaction_mean, pairwise_loss,
    relational_mean, relational_mean_gradient, relational_normalise_gradient, softmax_loss, squared_length_penalty,
    sum_listed,
};

use rayon::prelude::*;

use super::field::Field;
use super::{Config, Graph, Kgin};
use crate::rows::{add, copy, gather, zeros_like};
use crate::slots::{known_negatives, lists};
use crate::{Draw, Loss, LossKind, PairBatch, independence};

/// Room that one training step needs, kept from step to step.
pub(super) struct Workspace {
    pub(super) field: Field,
    /// E^(1) .. E^(hops - 1), rows of the field. E^(hops) lies in `grad_below`, which is free until it is no longer read.
    pub(super) layers: Vec<Matrix>,
    /// 1 / length of those rows.
    pub(super) inverse_lengths: Vec<Vec<f32>>,
    /// 1 / number of kept edges.
    pub(super) inverse_degrees: Vec<f32>,
    /// Gradient of the entities of one layer, of the layer below, in turn; in the end that of E^(0).
    pub(super) grad_entities: Matrix,
    pub(super) grad_below: Matrix,
    /// By slot.
    grad_users: Matrix,
    grad_relations: Matrix,
    grad_latent: Matrix,
    grad_attention: Matrix,
    scratch: Scratch,
}

/// What a step fills anew; kept for its memory.
#[derive(Default)]
struct Scratch {
    users: UserLayers,
    final_users: Matrix,
    final_items: Matrix,
    gradients: BatchGradients,
    grad_means: Matrix,
    grad_users_below: Matrix,
    /// By slot of the read items.
    grad_read: Matrix,
}

impl Workspace {
    pub(super) fn new(config: &Config, graph: &Graph) -> Self {
        let entities = || Matrix::zeros(graph.n_entities(), config.dim);
        Self {
            field: Field::new(config, graph),
            layers: (1..config.hops).map(|_| entities()).collect(),
            inverse_lengths: vec![vec![0.0; graph.n_entities()]; config.hops],
            inverse_degrees: vec![0.0; graph.n_entities()],
            grad_entities: entities(),
            grad_below: entities(),
            grad_users: Matrix::zeros(0, config.dim),
            grad_relations: Matrix::zeros(0, config.dim),
            grad_latent: Matrix::zeros(0, config.dim),
            grad_attention: Matrix::zeros(0, 0),
            scratch: Scratch::default(),
        }
    }

    /// The gradients in the order of the tables.
    pub(super) fn gradients(&self) -> [RowGradient<'_>; 5] {
        [
            RowGradient::Slots(&self.grad_users, &self.field.users.slot_of_row),
            RowGradient::Listed(&self.grad_entities, &self.field.layers[0]),
            RowGradient::All(&self.grad_relations),
            RowGradient::All(&self.grad_latent),
            RowGradient::All(&self.grad_attention),
        ]
    }
}

/// What the forward pass made for the users of the batch, by slot.
#[derive(Default)]
struct UserLayers {
    /// U^(0)
    start: Matrix,
    /// For each layer the means over the items, and the gate's output, which holds U^(l + 1).
    means: Vec<Matrix>,
    gates: Vec<GateOutput>,
}

impl UserLayers {
    /// U^(l)
    fn layer(&self, l: usize) -> &Matrix {
        if l == 0 { &self.start } else { &self.gates[l - 1].units }
    }
}

/// The intents of this step.
struct Intents {
    weights: Matrix,
    vectors: Matrix,
}

impl Kgin {
    /// The loss of a batch; the gradient stays in the workspace.
    pub(super) fn step(&mut self, batch: &PairBatch, draw: Draw) -> Loss {
        self.work.field.find(&self.config, &self.graph, batch, draw);
        let weights = self.attention_weights();
        let intents = Intents { vectors: self.intent_vectors(&weights), weights };

        let mut scratch = std::mem::take(&mut self.work.scratch);
        self.entity_layers(draw);
        self.user_layers(&intents, draw, &mut scratch.users);
        self.read_out(&mut scratch);

        let vectors = BatchVectors { users: &scratch.final_users, items: &scratch.final_items };
        scratch.gradients.reset(vectors);
        let mut loss = self.batch_loss(batch, vectors, &mut scratch.gradients);

        let grad_intents = self.backward(&intents, &mut scratch, draw);
        loss.independence = self.intent_gradient(&intents, &grad_intents);
        self.work.scratch = scratch;
        loss
    }

    fn message_dropout(&self, purpose: Purpose, layer: usize, draw: Draw) -> Dropout {
        let number = draw.step * self.config.hops as u64 + layer as u64;
        Dropout::new(Stream::new(draw.seed, purpose, number).counter(), self.config.message_dropout)
    }

    /// E^(l + 1) = normalise(dropout(mean over (r, v') in N_v of e_r * E^(l)_v'))       (eqs. 7 and 8)
    fn entity_layers(&mut self, draw: Draw) {
        for l in 0..self.config.hops {
            let dropout = self.message_dropout(Purpose::EntityMessages, l, draw);
            let work = &mut self.work;
            let (below, above) = work.layers.split_at_mut(l);
            let above = above.first_mut().unwrap_or(&mut work.grad_below);
            relational_mean(
                &work.field.layers[l + 1],
                EdgeView::kept(&self.graph.by_head, &work.field.facts),
                below.last().unwrap_or(&self.params.entities),
                &self.params.relations,
                dropout,
                LayerOutput {
                    units: above,
                    inverse_lengths: &mut work.inverse_lengths[l],
                    inverse_degrees: &mut work.inverse_degrees,
                },
            );
        }
    }

    /// U^(l + 1) = normalise(dropout(m + m * sum_p beta_p e_p)), m the mean of E^(l) over the items     (eqs. 5 and 6)
    fn user_layers(&self, intents: &Intents, draw: Draw, users: &mut UserLayers) {
        let field = &self.work.field;
        let (n_slots, dim, hops) = (field.users.rows.len(), self.config.dim, self.config.hops);
        gather(&self.params.users, &field.users.rows, &mut users.start);
        users.means.resize_with(hops, Matrix::default);
        users.gates.resize_with(hops, GateOutput::default);
        for l in 0..hops {
            users.means[l].reshape(n_slots, dim);
            interaction_mean(lists(&field.items_of_slot), self.entity_layer(l), &mut users.means[l]);
            let mut out = std::mem::take(&mut users.gates[l]);
            out.reshape(n_slots, dim, self.config.intents);
            intent_gate(self.gate_input(users, intents, l, draw), &mut out);
            users.gates[l] = out;
        }
    }

    fn gate_input<'a>(&'a self, users: &'a UserLayers, intents: &'a Intents, l: usize, draw: Draw) -> GateInput<'a> {
        GateInput {
            users: users.layer(l),
            means: &users.means[l],
            intents: &intents.vectors,
            latent: &self.params.latent,
            user_numbers: &self.work.field.users.rows,
            dropout: self.message_dropout(Purpose::UserMessages, l, draw),
        }
    }

    /// E^(l)
    fn entity_layer(&self, l: usize) -> &Matrix {
        match l {
            0 => &self.params.entities,
            _ => self.work.layers.get(l - 1).unwrap_or(&self.work.grad_below),
        }
    }

    /// F = the sum of the layers, for the users and items of the batch.
    fn read_out(&self, scratch: &mut Scratch) {
        let rows = &self.work.field.items.rows;
        let (users, final_users) = (&scratch.users, &mut scratch.final_users);
        final_users.reset(users.start.n_rows(), self.config.dim);
        for l in 0..=self.config.hops {
            add(final_users.as_mut_slice(), users.layer(l).as_slice());
        }
        let final_items = &mut scratch.final_items;
        final_items.reset(rows.len(), self.config.dim);
        let stride = final_items.stride();
        let of_rows = |(sums, rows): (&mut [f32], &[u32])| {
            for (sum, &row) in sums.chunks_exact_mut(stride).zip(rows) {
                (0..=self.config.hops).for_each(|l| add(sum, self.entity_layer(l).row(row as usize)));
            }
        };
        let sums = final_items.as_mut_slice().par_chunks_mut(128 * stride);
        sums.zip(rows.par_chunks(128)).for_each(of_rows);
    }

    fn batch_loss(&self, batch: &PairBatch, vectors: BatchVectors<'_>, gradients: &mut BatchGradients) -> Loss {
        let slots = &self.work.field.batch;
        let rows = PairRows { users: &slots.users, positives: &slots.positives, negatives: &slots.negatives };
        let pairs = match self.config.loss {
            LossKind::Bpr => pairwise_loss(vectors, rows, gradients),
            LossKind::Softmax => {
                let known = known_negatives(batch, &self.graph.items_of_user, self.graph.n_items);
                softmax_loss(vectors, rows, lists(&known), self.config.temperature as f32, gradients)
            }
        };
        let weight = self.config.l2 / batch.users.len() as f64;
        let mut l2 = squared_length_penalty(weight, &slots.users, vectors.users, &mut gradients.users);
        for items in [&slots.positives, &slots.negatives] {
            l2 += squared_length_penalty(weight, items, vectors.items, &mut gradients.items);
        }
        Loss { pairs, l2, independence: 0.0 }
    }

    /// From the gradient of the final vectors to those of U^(0), E^(0), e_r and c_p; gives that of the intents.
    fn backward(&mut self, intents: &Intents, scratch: &mut Scratch, draw: Draw) -> Matrix {
        let Scratch { users, gradients: final_, grad_means, grad_users_below, grad_read, .. } = scratch;
        let mean_scales = self.work.field.mean_scales();
        let mut grad_intents = zeros_like(&intents.vectors);
        let mut grad_latent = zeros_like(&self.params.latent);
        let mut grad_relations = zeros_like(&self.params.relations);
        grad_means.reshape(users.start.n_rows(), self.config.dim);
        // F holds each layer, so each layer's gradient starts with that of F.
        let mut grad_users = std::mem::take(&mut self.work.grad_users);
        copy(&final_.users, &mut grad_users);
        self.last_layer_gradient(&final_.items, draw);
        for l in (0..self.config.hops).rev() {
            copy(&final_.users, grad_users_below);
            intent_gate_gradient(
                self.gate_input(users, intents, l, draw),
                &users.gates[l],
                &grad_users,
                &mean_scales,
                GateGradient {
                    means: grad_means,
                    users: grad_users_below,
                    intents: &mut grad_intents,
                    latent: &mut grad_latent,
                },
            );
            std::mem::swap(&mut grad_users, grad_users_below);
            // What E^(l) is read for beside E^(l + 1): the final vectors, and the means over the users' items.
            grad_read.reshape(self.work.field.read_items.rows.len(), self.config.dim);
            sum_listed(lists(&self.work.field.slots_of_item), grad_means, &final_.items, grad_read);
            self.entity_layer_gradient(l, grad_read, &mut grad_relations, draw);
        }
        self.work.grad_users = grad_users;
        self.work.grad_relations = grad_relations;
        self.work.grad_latent = grad_latent;
        grad_intents
    }

    /// The gradient of E^(hops), which is read for the final vectors alone, and through its making.
    fn last_layer_gradient(&mut self, final_items: &Matrix, draw: Draw) {
        let last = self.config.hops - 1;
        let dropout = self.message_dropout(Purpose::EntityMessages, last, draw);
        let work = &mut self.work;
        for (slot, &row) in work.field.items.rows.iter().enumerate() {
            work.grad_entities.row_mut(row as usize).copy_from_slice(final_items.row(slot));
        }
        relational_normalise_gradient(
            &work.field.layers[self.config.hops],
            &work.grad_below,
            &work.inverse_lengths[last],
            &work.inverse_degrees,
            dropout,
            &mut work.grad_entities,
        );
    }

    /// The gradient of E^(l): through E^(l + 1) and directly (`read`), and that of the relations.
    fn entity_layer_gradient(&mut self, l: usize, read: &Matrix, grad_relations: &mut Matrix, draw: Draw) {
        let below = l.checked_sub(1);
        let dropout = below.map(|below| self.message_dropout(Purpose::EntityMessages, below, draw));
        let work = &mut self.work;
        let made_by = below.zip(dropout).map(|(below, dropout)| MadeBy {
            inverse_lengths: &work.inverse_lengths[below],
            inverse_degrees: &work.inverse_degrees,
            dropout,
        });
        relational_mean_gradient(
            &work.field.layers[l],
            EdgeView::kept(&self.graph.by_tail, &work.field.facts).to(&work.field.layers[l + 1]),
            &work.grad_entities,
            below.map_or(&self.params.entities, |below| &work.layers[below]),
            &self.params.relations,
            LowerLayer { extra: RowGradient::Slots(read, &work.field.read_items.slot_of_row), made_by },
            &mut work.grad_below,
            grad_relations,
        );
        std::mem::swap(&mut work.grad_entities, &mut work.grad_below);
    }

    /// The gradient of e_p = sum_r a_pr e_r with a = softmax(w): de_r += a_pr de_p, and through the softmax to w; adds
    /// the independence of the rows w_p. Gives the weighted dependence.
    fn intent_gradient(&mut self, intents: &Intents, grad_intents: &Matrix) -> f64 {
        let (n_intents, n_relations) = (self.config.intents, intents.weights.dim());
        let w: Vec<f64> = self.params.attention.to_values().into_iter().map(f64::from).collect();
        let (dependence, d_dependence) = independence(self.config.independence, &w, n_relations);
        let mut grad_attention = zeros_like(&self.params.attention);
        for p in 0..n_intents {
            let (weights, de_p) = (&intents.weights.row(p)[..n_relations], grad_intents.row(p));
            let mut d_weights = Vec::with_capacity(n_relations);
            for (r, &weight) in weights.iter().enumerate() {
                let e_r = self.params.relations.row(r);
                d_weights.push(de_p.iter().zip(e_r).map(|(d, e)| f64::from(*d) * f64::from(*e)).sum::<f64>());
                let de_r = self.work.grad_relations.row_mut(r);
                de_r.iter_mut().zip(de_p).for_each(|(de_r, de_p)| *de_r += weight * de_p);
            }
            let mean: f64 = weights.iter().zip(&d_weights).map(|(a, d)| f64::from(*a) * d).sum();
            for (r, dw) in grad_attention.row_mut(p)[..n_relations].iter_mut().enumerate() {
                let through_softmax = f64::from(weights[r]) * (d_weights[r] - mean);
                *dw = (through_softmax + self.config.independence_weight * d_dependence[p * n_relations + r]) as f32;
            }
        }
        self.work.grad_attention = grad_attention;
        self.config.independence_weight * dependence
    }
}
