//! Users who were never trained, as what embeds users and items takes them in.

use culet_graph::Csr;
use culet_kernels::{Matrix, interaction_mean};

use super::convolution::smooth_newcomers;
use super::{Embedding, UserVectors};
use crate::rows::{add, normalise};
use crate::slots::lists;
use crate::{FoldIn, LossKind};

/// What new users hear of the items.
#[derive(Debug)]
pub(super) struct ItemVectors {
    /// The layers of a convolution, if there is one.
    layers: Option<Vec<Matrix>>,
    /// The vectors whose mean over the history is a part of a user's vector, if it is.
    taken: Option<Matrix>,
    /// Whether final vectors are divided by their lengths.
    on_cosine: bool,
}

impl ItemVectors {
    pub(super) fn of(model: &mut Embedding) -> Self {
        let Embedding { convolution, users, items, facts, config, .. } = model;
        let layers = convolution.as_mut().map(|convolution| convolution.item_layers(users, items));
        let taken = match config.user_vectors {
            UserVectors::History(_) => Some(match facts {
                Some(facts) => {
                    facts.refresh(items);
                    facts.items().clone()
                }
                None => items.clone(),
            }),
            _ => None,
        };
        Self { layers, taken, on_cosine: config.loss == LossKind::Softmax }
    }
}

impl FoldIn for ItemVectors {
    fn fold_in(&self, own: &Matrix, histories: &Csr) -> Matrix {
        assert_eq!(own.n_rows(), histories.n_rows(), "a row for each history");
        let mut users = match &self.layers {
            Some(layers) => smooth_newcomers(own, histories, layers),
            None => own.clone(),
        };
        if let Some(items) = &self.taken {
            let mut means = Matrix::zeros(histories.n_rows(), own.dim());
            interaction_mean(lists(histories), items, &mut means);
            add(users.as_mut_slice(), means.as_slice());
        }
        if self.on_cosine {
            normalise(&mut users);
        }
        users
    }
}
