//! Both ends of a path in numbers, from a copy of what the model computed: see `explain` for the equations.

use culet_graph::{Csr, UserId};
use culet_kernels::Matrix;

use super::Kgin;
use super::paths::{ItemEdges, add, length};
use crate::LossKind;

/// Below this length a row counts as zero, as in training.
const SHORTEST: f64 = 1e-12;

/// What is held of a model.
#[derive(Debug)]
pub(super) struct Held {
    dim: usize,
    /// Whether final vectors are divided by their lengths.
    on_cosine: bool,
    /// U^(0)
    users: Matrix,
    histories: Csr,
    /// E^(l) of all entities, for l below the number of hops.
    layers: Vec<Matrix>,
    /// z^(l) of the items, for l from 1 on.
    scales: Vec<Vec<f32>>,
    relations: Matrix,
    intents: Matrix,
    latent: Matrix,
    /// In the order of their entities.
    edges: ItemEdges,
}

/// A fact at an item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fact {
    /// As in the data.
    pub(super) relation: usize,
    /// Whether the item is its head.
    pub(super) is_forward: bool,
    /// Row of the relation table.
    row: usize,
    /// Its other end.
    pub(super) entity: usize,
}

/// A user: F_u = own + sum over l and j of `factors[l]` * E^(l)_j.
pub(super) struct UserEnd {
    pub(super) own: Vec<f64>,
    factors: Vec<Vec<f64>>,
    /// beta, mean over the layers.
    pub(super) shares: Vec<f64>,
}

/// An item of the history: c_j and o_j.
pub(super) struct HistoryEnd {
    pub(super) item: usize,
    pub(super) whole: Vec<f64>,
    pub(super) own: Vec<f64>,
    pub(super) facts: Vec<Fact>,
}

/// An item that is explained: F_i, E_i, and Q of each fact.
pub(super) struct ItemEnd {
    pub(super) item: usize,
    pub(super) whole: Vec<f64>,
    pub(super) own: Vec<f64>,
    pub(super) facts: Vec<FactPart>,
}

/// A fact with what it adds to the final vector of its item.
pub(super) struct FactPart {
    pub(super) fact: Fact,
    pub(super) part: Vec<f64>,
}

impl Held {
    pub(super) fn of(model: &mut Kgin) -> Self {
        let (mut layers, mut scales) = (Vec::new(), Vec::new());
        let n_items = model.graph.n_items;
        model.represent_all(|layer| {
            layers.push(layer.entities.clone());
            let factors = layer.inverse_lengths.iter().zip(layer.inverse_degrees);
            scales.push(factors.take(n_items).map(|(length, degree)| length * degree).collect());
        });
        let params = &model.params;
        Self {
            dim: model.config.dim,
            on_cosine: model.config.loss == LossKind::Softmax,
            users: params.users.clone(),
            histories: model.graph.items_of_user.clone(),
            layers,
            scales,
            relations: params.relations.clone(),
            intents: model.intent_vectors(&model.attention_weights()),
            latent: params.latent.clone(),
            edges: model.graph.item_edges.by_entity(),
        }
    }

    /// What the model knows of a user that it was trained with: U^(0) and N_u.
    pub(super) fn trained(&self, user: UserId) -> (&[f32], &[u32]) {
        (&self.users.row(user.index())[..self.dim], self.histories.row(user.index()))
    }

    pub(super) fn user_end(&self, own: &[f32], history: &[u32]) -> UserEnd {
        assert_eq!(own.len(), self.dim, "a row like those of the table of users");
        let own: Vec<f64> = own.iter().map(|&x| f64::from(x)).collect();
        let n_layers = self.layers.len() as f64;
        let mut end = UserEnd { own, factors: Vec::new(), shares: vec![0.0; self.intents.n_rows()] };
        let (mut layer, mut sum) = (end.own.clone(), end.own.clone());
        for entities in &self.layers {
            let shares = self.intent_shares(&layer);
            let gate = self.gate(&shares);
            layer.fill(0.0);
            history.iter().for_each(|&item| add(&mut layer, &entities.row(item as usize)[..self.dim]));
            let n = history.len().max(1) as f64;
            layer.iter_mut().zip(&gate).for_each(|(m, gate)| *m *= gate / n);
            let scale = inverse(length(&layer));
            layer.iter_mut().for_each(|y| *y *= scale);
            sum.iter_mut().zip(&layer).for_each(|(sum, y)| *sum += y);
            end.factors.push(gate.iter().map(|gate| scale * gate / n).collect());
            end.shares.iter_mut().zip(&shares).for_each(|(mean, share)| *mean += share / n_layers);
        }
        if self.on_cosine {
            let scale = inverse(length(&sum));
            end.own.iter_mut().chain(end.factors.iter_mut().flatten()).for_each(|x| *x *= scale);
        }
        end
    }

    /// softmax over p of <U^(l)_u, c_p>
    fn intent_shares(&self, user: &[f64]) -> Vec<f64> {
        let row = |p: usize| user.iter().zip(self.latent.row(p)).map(|(x, c)| x * f64::from(*c)).sum::<f64>();
        let scores: Vec<f64> = (0..self.latent.n_rows()).map(row).collect();
        let greatest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = scores.iter().map(|score| (score - greatest).exp()).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / sum).collect()
    }

    /// 1 + sum over p of beta e_p
    fn gate(&self, shares: &[f64]) -> Vec<f64> {
        let mut gate = vec![1.0; self.dim];
        for (p, share) in shares.iter().enumerate() {
            gate.iter_mut().zip(self.intents.row(p)).for_each(|(gate, e)| *gate += share * f64::from(*e));
        }
        gate
    }

    pub(super) fn history_end(&self, user: &UserEnd, item: usize) -> HistoryEnd {
        let mut whole = vec![0.0; self.dim];
        let mut own = Vec::new();
        for (l, (factor, entities)) in user.factors.iter().zip(&self.layers).enumerate() {
            add_product(&mut whole, factor, 1.0, entities.row(item));
            if l == 0 {
                own.clone_from(&whole);
            }
        }
        HistoryEnd { item, whole, own, facts: self.facts(item).collect() }
    }

    /// q_(j,r,v)
    pub(super) fn by_fact(&self, user: &UserEnd, item: usize, fact: Fact) -> Vec<f64> {
        let mut part = vec![0.0; self.dim];
        for ((factor, entities), scales) in user.factors[1..].iter().zip(&self.layers).zip(&self.scales) {
            add_product(&mut part, factor, f64::from(scales[item]), entities.row(fact.entity));
        }
        self.times_relation(&mut part, fact);
        part
    }

    pub(super) fn item_end(&self, item: usize) -> ItemEnd {
        let mut own: Vec<f64> = self.layers[0].row(item)[..self.dim].iter().map(|&x| f64::from(x)).collect();
        let mut facts: Vec<FactPart> = self.facts(item).map(|fact| self.fact_part(item, fact)).collect();
        let mut whole = own.clone();
        facts.iter().for_each(|fact| whole.iter_mut().zip(&fact.part).for_each(|(sum, x)| *sum += x));
        if self.on_cosine {
            let scale = inverse(length(&whole));
            let parts = facts.iter_mut().flat_map(|fact| &mut fact.part);
            own.iter_mut().chain(&mut whole).chain(parts).for_each(|x| *x *= scale);
        }
        ItemEnd { item, whole, own, facts }
    }

    /// Q_(i,r,v), not yet divided by the length of F_i.
    fn fact_part(&self, item: usize, fact: Fact) -> FactPart {
        let mut part = vec![0.0; self.dim];
        let ones = vec![1.0; self.dim];
        for (entities, scales) in self.layers.iter().zip(&self.scales) {
            add_product(&mut part, &ones, f64::from(scales[item]), entities.row(fact.entity));
        }
        self.times_relation(&mut part, fact);
        FactPart { fact, part }
    }

    fn times_relation(&self, part: &mut [f64], fact: Fact) {
        part.iter_mut().zip(self.relations.row(fact.row)).for_each(|(x, e)| *x *= f64::from(*e));
    }

    fn facts(&self, item: usize) -> impl Iterator<Item = Fact> {
        let fact = |(relation, row, entity)| Fact { relation, is_forward: row == relation, row, entity };
        self.edges.of(item).map(fact)
    }
}

fn inverse(length: f64) -> f64 {
    if length < SHORTEST { 0.0 } else { 1.0 / length }
}

/// sum += scale * factor * row
fn add_product(sum: &mut [f64], factor: &[f64], scale: f64, row: &[f32]) {
    sum.iter_mut().zip(factor).zip(row).for_each(|((sum, factor), x)| *sum += factor * scale * f64::from(*x));
}
