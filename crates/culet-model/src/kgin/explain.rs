//! Why scores are what they are: sums over the user's history.

use culet_graph::{ItemId, UserId};

use super::Kgin;
use crate::LossKind;
use crate::{Explanation, Representation};

/// The history's part in a user's final vector, layer after layer.
struct UserParts {
    /// U^(0)
    own: Vec<f64>,
    /// For each layer, item after item of the history: s_l / |N_u| * E^(l)_j * (1 + g_l).
    layers: Vec<Vec<f64>>,
    /// The user's share of each intent, mean over the layers.
    shares: Vec<f64>,
}

impl UserParts {
    /// The length of the final vector.
    fn length(&self) -> f64 {
        let mut sum = self.own.clone();
        let parts = self.layers.iter().flat_map(|parts| parts.chunks(self.own.len()));
        parts.for_each(|part| sum.iter_mut().zip(part).for_each(|(sum, x)| *sum += x));
        sum.iter().map(|x| x * x).sum::<f64>().sqrt()
    }
}

impl Kgin {
    /// Splits the scores of items into the part of the user's own vector and a part of each item of the history.
    ///
    /// F_u = U^(0) + sum_l s_l * mean over j in N_u of E^(l)_j * (1 + g_l), with s_l = 1 / length and the gate g_l held
    /// fixed; so <F_u, F_i> is the sum of <U^(0), F_i> and, for each j, of sum_l s_l / |N_u| <E^(l)_j * (1 + g_l), F_i>.
    /// With the softmax loss final vectors have length 1: all parts are divided by the length of F_u.
    pub(super) fn explain_scores(&mut self, user: UserId, items: &[ItemId]) -> Vec<Explanation> {
        let history = self.graph.items_of_user.row(user.index()).to_vec();
        let (representation, parts) = self.user_parts(user, &history);
        let length = parts.length();
        let scale = if self.config.loss == LossKind::Softmax && length > 0.0 { 1.0 / length } else { 1.0 };
        let dim = self.config.dim;
        let explain = |&item: &ItemId| {
            let target = representation.items.row(item.index());
            let inner = |part: &[f64]| part.iter().zip(target).map(|(a, b)| a * f64::from(*b)).sum::<f64>();
            let of_place = |k: usize| parts.layers.iter().map(|parts| inner(&parts[k * dim..][..dim])).sum::<f64>();
            let user = representation.users.row(user.index());
            Explanation {
                score: user.iter().zip(target).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum(),
                own: scale * inner(&parts.own),
                from_history: history.iter().enumerate().map(|(k, &j)| (ItemId(j), scale * of_place(k))).collect(),
                shares: parts.shares.clone(),
            }
        };
        items.iter().map(explain).collect()
    }

    fn user_parts(&mut self, user: UserId, history: &[u32]) -> (Representation, UserParts) {
        let (dim, hops) = (self.config.dim, self.config.hops as f64);
        let mut parts = UserParts {
            own: self.params.users.row(user.index())[..dim].iter().map(|&x| f64::from(x)).collect(),
            layers: Vec::new(),
            shares: vec![0.0; self.config.intents],
        };
        let representation = self.represent_all(|layer| {
            let beta = &layer.gate.shares.row(user.index())[..parts.shares.len()];
            let factor = f64::from(layer.gate.inverse_lengths[user.index()]) / history.len().max(1) as f64;
            let mixed = |k: usize| beta.iter().enumerate().map(|(p, b)| b * layer.intents.row(p)[k]).sum::<f32>();
            let gate: Vec<f64> = (0..dim).map(|k| factor * (1.0 + f64::from(mixed(k)))).collect();
            parts.shares.iter_mut().zip(beta).for_each(|(share, &beta)| *share += f64::from(beta) / hops);
            let of_item = |&j: &u32| gate.iter().zip(layer.entities.row(j as usize)).map(|(g, &e)| g * f64::from(e));
            parts.layers.push(history.iter().flat_map(of_item).collect());
        });
        (representation, parts)
    }
}
