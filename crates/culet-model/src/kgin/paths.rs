//! Which relations carry the users' scores, and the intents that follow from that.
//!
//! A path starts in an item of the user's history and ends in the item it recommends, by an edge of some relation. With
//! the lengths of rows held fixed, the final vectors are exact sums over the history and over these relations:
//!
//! Q_(i,r) = sum_l 1 / length * sum over (r, v) in N_i of e_r * E^(l)_v,    F_i = E^(0)_i + sum_r Q_(i,r)
//! c_ui = sum_l 1 / (|N_u| length) * E^(l)_i * (1 + gate_l),                   F_u = U^(0) + sum of c_ui over i in N_u
//!
//! | step | what |
//! | --- | --- |
//! | h_ui | sum of c_uj over j in N_u other than i: an item does not explain itself, nor does U^(0) |
//! | gap(u, r) | sum over i in N_u of <h_ui, Q_(i,r)>, less the same for items drawn by popularity |
//! | profile(u) | the gaps above 0, divided by their sum: where u's items stand out; zeros for one item alone |
//! | intents | the mixture profile(u) ~ sum_p share(u, p) relations(p) of the greatest likelihood |
//!
//! A network with random vectors has such profiles too, since items that share a neighbour share a part of their
//! vectors: compare with the untrained model before crediting the training.

use culet_graph::RelationalAdjacency;
use culet_kernels::Matrix;
use rayon::prelude::*;

use super::Kgin;
use crate::Facets;
use crate::LossKind;
use crate::mixture::Mixture;

/// The edges that leave items, inverse relations folded into their forward ones.
#[derive(Debug)]
pub(super) struct ItemEdges {
    starts: Vec<u32>,
    tails: Vec<u32>,
    /// Row of the relation table.
    rows: Vec<u16>,
    n_forward: usize,
}

impl ItemEdges {
    pub(super) fn new(by_head: &RelationalAdjacency, n_items: usize, n_forward: usize) -> Self {
        let starts = by_head.row_starts[..=n_items].to_vec();
        let end = starts[n_items] as usize;
        let rows = by_head.relations[..end].iter().map(|&row| row as u16).collect();
        Self { starts, tails: by_head.columns[..end].to_vec(), rows, n_forward }
    }

    /// The same edges, those of an item in the order of their tails.
    pub(super) fn by_entity(&self) -> Self {
        let (mut tails, mut rows) = (Vec::with_capacity(self.tails.len()), Vec::with_capacity(self.rows.len()));
        for bounds in self.starts.windows(2) {
            let range = bounds[0] as usize..bounds[1] as usize;
            let mut edges: Vec<(u32, u16)> =
                self.tails[range.clone()].iter().copied().zip(self.rows[range].iter().copied()).collect();
            edges.sort_unstable();
            tails.extend(edges.iter().map(|(tail, _)| tail));
            rows.extend(edges.iter().map(|(_, row)| row));
        }
        Self { starts: self.starts.clone(), tails, rows, n_forward: self.n_forward }
    }

    /// (forward relation, row of the relation table, tail)
    pub(super) fn of(&self, item: usize) -> impl Iterator<Item = (usize, usize, usize)> {
        let range = self.starts[item] as usize..self.starts[item + 1] as usize;
        let edges = self.rows[range.clone()].iter().zip(&self.tails[range]);
        edges.map(|(&row, &tail)| (row as usize % self.n_forward, row as usize, tail as usize))
    }
}

/// E^(l), and for each user 1 / (|N_u| length) * (1 + gate), by layer: c_ui = sum_l factor_l(u) * E^(l)_i.
struct Layers {
    entities: Vec<Matrix>,
    factors: Vec<Matrix>,
}

/// The parts Q_(i,r) of an item's vector; with the softmax loss, divided by the length of F_i.
pub(super) struct ItemParts {
    pub(super) relations: Vec<usize>,
    /// `[relations][d]`
    pub(super) vectors: Vec<Vec<f64>>,
}

impl Kgin {
    /// The intents as the relational paths tell them: see the module.
    pub(super) fn facets_of_paths(&mut self) -> Facets {
        let mut profiles = self.relation_gaps();
        for profile in &mut profiles {
            profile.iter_mut().for_each(|gap| *gap = gap.max(0.0));
            let sum: f64 = profile.iter().sum();
            if sum > 0.0 {
                profile.iter_mut().for_each(|gap| *gap /= sum);
            }
        }
        let mixture = Mixture::fit(&profiles, self.config.intents);
        Facets { relations: mixture.parts, user_shares: mixture.shares }
    }

    /// gap(u, r), up to a positive factor for each user: `[n_users][n_forward_relations]`.
    pub(super) fn relation_gaps(&mut self) -> Vec<Vec<f64>> {
        let layers = self.layers();
        let items = self.item_parts(&layers.entities);
        let popular = self.mean_parts(&items);
        let users = 0..self.graph.n_users();
        users.into_par_iter().map(|user| self.gaps_of(user, &layers, &items, &popular)).collect()
    }

    fn layers(&mut self) -> Layers {
        let (n_users, dim) = (self.graph.n_users(), self.config.dim);
        let degrees: Vec<usize> = (0..n_users).map(|user| self.graph.items_of_user.row(user).len()).collect();
        let mut layers = Layers { entities: Vec::new(), factors: Vec::new() };
        self.represent_all(|layer| {
            let mut factors = Matrix::zeros(n_users, dim);
            for (user, &degree) in degrees.iter().enumerate() {
                let scale = layer.gate.inverse_lengths[user] / degree.max(1) as f32;
                let factor = &mut factors.row_mut(user)[..dim];
                factor.fill(scale);
                for p in 0..layer.intents.n_rows() {
                    let share = scale * layer.gate.shares.row(user)[p];
                    factor.iter_mut().zip(layer.intents.row(p)).for_each(|(f, e_p)| *f += share * e_p);
                }
            }
            layers.entities.push(layer.entities.clone());
            layers.factors.push(factors);
        });
        layers
    }

    /// For each item.
    fn item_parts(&self, layers: &[Matrix]) -> Vec<ItemParts> {
        (0..self.graph.n_items).into_par_iter().map(|item| self.parts_of(item, layers)).collect()
    }

    fn parts_of(&self, item: usize, layers: &[Matrix]) -> ItemParts {
        let (dim, edges) = (self.config.dim, &self.graph.item_edges);
        let mut relations: Vec<usize> = edges.of(item).map(|(relation, ..)| relation).collect();
        relations.sort_unstable();
        relations.dedup();
        let mut sums = vec![vec![0.0; dim]; relations.len()];
        for entities in layers {
            let mut parts = vec![vec![0.0; dim]; relations.len()];
            for (relation, row, tail) in edges.of(item) {
                let place = relations.binary_search(&relation).expect("listed above");
                let (e_r, e_v) = (self.params.relations.row(row), entities.row(tail));
                let terms = e_r.iter().zip(e_v).map(|(a, b)| f64::from(*a) * f64::from(*b));
                parts[place].iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
            }
            // The degree divides parts and length alike, so it may be left out.
            let length = length(&total(&parts, dim));
            let scaled = |part: &[f64], sum: &mut [f64]| sum.iter_mut().zip(part).for_each(|(s, x)| *s += x / length);
            if length > 0.0 {
                parts.iter().zip(&mut sums).for_each(|(part, sum)| scaled(part, sum));
            }
        }
        if self.config.loss == LossKind::Softmax {
            let mut whole = total(&sums, dim);
            add(&mut whole, self.params.entities.row(item));
            let length = length(&whole).max(f64::MIN_POSITIVE);
            sums.iter_mut().flatten().for_each(|x| *x /= length);
        }
        ItemParts { relations, vectors: sums }
    }

    /// The mean part of each relation, `[n_forward_relations][d]`, over items drawn by popularity.
    fn mean_parts(&self, items: &[ItemParts]) -> Vec<Vec<f64>> {
        let mut means = vec![vec![0.0; self.config.dim]; self.graph.n_forward_relations];
        let mut degrees = vec![0_u32; items.len()];
        self.graph.items_of_user.columns().iter().for_each(|&item| degrees[item as usize] += 1);
        let n_pairs = self.graph.items_of_user.columns().len().max(1) as f64;
        for (item, &degree) in items.iter().zip(&degrees) {
            for (&relation, part) in item.relations.iter().zip(&item.vectors) {
                let weight = f64::from(degree) / n_pairs;
                means[relation].iter_mut().zip(part).for_each(|(mean, x)| *mean += weight * x);
            }
        }
        means
    }

    fn gaps_of(&self, user: usize, layers: &Layers, items: &[ItemParts], popular: &[Vec<f64>]) -> Vec<f64> {
        let dim = self.config.dim;
        let history = self.graph.items_of_user.row(user);
        let given = |&item: &u32| {
            let mut given = vec![0.0; dim];
            for (factors, entities) in layers.factors.iter().zip(&layers.entities) {
                let terms = factors.row(user).iter().zip(entities.row(item as usize));
                given.iter_mut().zip(terms).for_each(|(sum, (f, e))| *sum += f64::from(*f) * f64::from(*e));
            }
            given
        };
        let given: Vec<Vec<f64>> = history.iter().map(given).collect();
        let whole = total(&given, dim);
        let mut gaps = vec![0.0; popular.len()];
        let mut others_sum = vec![0.0; dim];
        for (&item, given) in history.iter().zip(&given) {
            let others: Vec<f64> = whole.iter().zip(given).map(|(all, one)| all - one).collect();
            others_sum.iter_mut().zip(&others).for_each(|(sum, x)| *sum += x);
            let item = &items[item as usize];
            for (&relation, part) in item.relations.iter().zip(&item.vectors) {
                gaps[relation] += dot(&others, part);
            }
        }
        gaps.iter_mut().zip(popular).for_each(|(gap, popular)| *gap -= dot(&others_sum, popular));
        gaps
    }
}

fn total(vectors: &[Vec<f64>], dim: usize) -> Vec<f64> {
    let mut sum = vec![0.0; dim];
    vectors.iter().for_each(|vector| sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x));
    sum
}

pub(super) fn add(sum: &mut [f64], row: &[f32]) {
    sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x));
}

pub(super) fn length(vector: &[f64]) -> f64 {
    dot(vector, vector).sqrt()
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{settings, small_problem};
    use super::*;
    use crate::Asker;
    use crate::pair::{PairModel, Problem};
    use crate::registry::Start;
    use culet_graph::{ItemId, UserId};

    fn model(given: &str) -> Kgin {
        let (_, train, graph) = small_problem(3, 2, true);
        let given = settings(&format!("dim = 5\nintents = 2\n{given}"));
        Kgin::new(&given, Problem { train: &train, graph: &graph }, Start::Seed(3)).unwrap()
    }

    #[test]
    fn the_parts_of_an_item_add_up_to_its_final_vector() {
        for (loss, hops) in [("bpr", 1), ("bpr", 3), ("softmax", 2)] {
            let mut model = model(&format!("loss = '{loss}'\nhops = {hops}"));
            let items = model.represent().items;
            let layers = model.layers();
            for (item, parts) in model.item_parts(&layers.entities).iter().enumerate() {
                let mut sum: Vec<f64> = items.row(item)[..5].iter().map(|&x| f64::from(x)).collect();
                let parts = total(&parts.vectors, 5);
                sum.iter_mut().zip(&parts).for_each(|(sum, part)| *sum -= part);
                // What is left is the item's own vector, whole or, for the cosine, in its direction.
                let own: Vec<f64> = model.params.entities.row(item)[..5].iter().map(|&x| f64::from(x)).collect();
                let scale = if loss == "bpr" { 1.0 } else { length(&sum) / length(&own) };
                for (left, own) in sum.iter().zip(&own) {
                    assert!((left - scale * own).abs() < 1e-5, "{loss}, item {item}: {left} for {}", scale * own);
                }
            }
        }
    }

    /// With items that have no vector of their own, paths carry the whole score: the gaps of a user must then sum to
    /// what `explain` says about the same scores, in another way.
    #[test]
    fn gaps_sum_to_the_difference_of_scores() {
        let mut model = model("hops = 2");
        let n_items = model.graph.n_items;
        (0..n_items).for_each(|item| model.params.entities.row_mut(item).fill(0.0));
        let gaps = model.relation_gaps();
        let explainer = model.explainer().unwrap();
        let pairs = model.graph.items_of_user.columns().to_vec();
        let all: Vec<ItemId> = (0..n_items as u32).map(ItemId).collect();
        for (user, gaps) in gaps.iter().enumerate() {
            let history = model.graph.items_of_user.row(user).to_vec();
            let scores = explainer.explain(Asker::Trained(UserId(user as u32)), &all);
            let mut expected = 0.0;
            for (place, &item) in history.iter().enumerate() {
                let without = |other: u32| {
                    let explanation = &scores[other as usize];
                    explanation.score - explanation.own - explanation.from_history[place].contribution
                };
                let by_popularity = pairs.iter().map(|&other| without(other)).sum::<f64>() / pairs.len() as f64;
                expected += without(item) - by_popularity;
            }
            let found: f64 = gaps.iter().sum();
            assert!((found - expected).abs() < 1e-5, "user {user}: {found} for {expected}");
        }
    }
}
