//! Users who were never trained: the user layers once more, over what the items' layers hold.

use culet_graph::Csr;
use culet_kernels::{Dropout, GateInput, GateOutput, Matrix, intent_gate, interaction_mean};

use super::Kgin;
use crate::rows::{add, normalise};
use crate::slots::lists;
use crate::{FoldIn, LossKind};

/// What new users hear of: 4 d L n_items bytes.
#[derive(Debug)]
pub(super) struct ItemLayers {
    /// E^(l) of the items, for l below the number of hops.
    layers: Vec<Matrix>,
    intents: Matrix,
    latent: Matrix,
    /// Whether final vectors are divided by their lengths.
    on_cosine: bool,
}

impl ItemLayers {
    pub(super) fn of(model: &mut Kgin) -> Self {
        let n_items = model.graph.n_items;
        let mut layers = Vec::new();
        model.represent_all(|layer| layers.push(layer.entities.first_rows(n_items)));
        Self {
            layers,
            intents: model.intent_vectors(&model.attention_weights()),
            latent: model.params.latent.clone(),
            on_cosine: model.config.loss == LossKind::Softmax,
        }
    }
}

impl FoldIn for ItemLayers {
    fn fold_in(&self, own: &Matrix, histories: &Csr) -> Matrix {
        let (n_users, dim) = (own.n_rows(), own.dim());
        let user_numbers: Vec<u32> = (0..n_users as u32).collect();
        let (mut users, mut layer_users) = (own.clone(), own.clone());
        let mut means = Matrix::zeros(n_users, dim);
        let mut gate = GateOutput::zeros(n_users, dim, self.latent.n_rows());
        for items in &self.layers {
            interaction_mean(lists(histories), items, &mut means);
            let input = GateInput {
                users: &layer_users,
                means: &means,
                intents: &self.intents,
                latent: &self.latent,
                user_numbers: &user_numbers,
                dropout: Dropout::none(),
            };
            intent_gate(input, &mut gate);
            add(users.as_mut_slice(), gate.units.as_slice());
            std::mem::swap(&mut layer_users, &mut gate.units);
        }
        if self.on_cosine {
            normalise(&mut users);
        }
        users
    }
}
