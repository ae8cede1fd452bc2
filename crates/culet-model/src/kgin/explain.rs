//! Why a score is what it is: a sum over the user's history.

use culet_graph::{ItemId, UserId};

use super::{Kgin, LossKind};
use crate::Explanation;

impl Kgin {
    /// Splits a score into the part of the user's own vector and a part of each item of the history.
    ///
    /// F_u = U^(0) + sum_l s_l * mean over j in N_u of E^(l)_j * (1 + g_l), with s_l = 1 / length and the gate g_l held
    /// fixed; so <F_u, F_i> is the sum of <U^(0), F_i> and, for each j, of sum_l s_l / |N_u| <E^(l)_j * (1 + g_l), F_i>.
    pub(super) fn explain_score(&mut self, user: UserId, item: ItemId) -> Explanation {
        let history: Vec<u32> = self.graph.items_of_user.row(user.index()).to_vec();
        let dim = self.config.dim;
        let mut layers: Vec<Vec<f64>> = Vec::new();
        let mut own: Vec<f64> = self.params.users.row(user.index())[..dim].iter().map(|&x| f64::from(x)).collect();
        let mut shares = vec![0.0; self.config.intents];
        let hops = self.config.hops as f64;
        let (representation, _) = self.represent_all(|layer| {
            let beta = layer.gate.shares.row(user.index());
            let factor = f64::from(layer.gate.inverse_lengths[user.index()]) / history.len().max(1) as f64;
            let gate: Vec<f64> = (0..dim)
                .map(|k| {
                    let mixed = shares.iter().enumerate().map(|(p, _)| beta[p] * layer.intents.row(p)[k]).sum::<f32>();
                    factor * (1.0 + f64::from(mixed))
                })
                .collect();
            shares.iter_mut().zip(beta).for_each(|(share, &beta)| *share += f64::from(beta) / hops);
            let of_item = |&j: &u32| {
                let row = layer.entities.row(j as usize);
                gate.iter().zip(row).map(|(gate, &e)| gate * f64::from(e)).collect::<Vec<f64>>()
            };
            let parts: Vec<f64> = history.iter().flat_map(of_item).collect();
            layers.push(parts);
        });
        // With the softmax loss the final vectors are unit vectors: all parts are divided by the user's length.
        let mut sum = own.clone();
        for parts in &layers {
            parts.chunks(dim).for_each(|part| sum.iter_mut().zip(part).for_each(|(sum, x)| *sum += x));
        }
        let target: Vec<f64> = representation.items.row(item.index())[..dim].iter().map(|&x| f64::from(x)).collect();
        let inner = |a: &[f64]| a.iter().zip(&target).map(|(a, b)| a * b).sum::<f64>();
        let score: f64 =
            representation.users.row(user.index()).iter().zip(&target).map(|(a, b)| f64::from(*a) * b).sum();
        let length = sum.iter().map(|x| x * x).sum::<f64>().sqrt();
        let scale = if self.config.loss == LossKind::Softmax && length > 0.0 { 1.0 / length } else { 1.0 };
        own.iter_mut().for_each(|x| *x *= scale);
        let from_history = history
            .iter()
            .enumerate()
            .map(|(k, &j)| {
                let part = layers.iter().map(|parts| inner(&parts[k * dim..(k + 1) * dim])).sum::<f64>();
                (ItemId(j), scale * part)
            })
            .collect();
        Explanation { score, own: inner(&own), from_history, shares }
    }
}
