//! Light graph convolution over who took what.
//!
//! He, Deng, Wang, Li, Zhang, Wang: "LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation",
//! SIGIR 2020, <https://arxiv.org/abs/2002.02126>.

use culet_graph::{Csr, Interactions};
use culet_kernels::{Matrix, interaction_mean};

use crate::rows::{add, copy, scale_rows};
use crate::slots::lists;

/// The mean of the layers 0..=L, layer l + 1 being
///
/// x_u = sum over i in N_u of x_i / sqrt(|N_u| |N_i|), and likewise for items
///
/// A sum with these factors is sqrt(|N_u|) times the mean of x_i / sqrt(|N_i|), and a mean is what the kernel computes.
/// The map is linear and symmetric, so it is its own gradient.
pub(super) struct Convolution {
    layers: usize,
    users: Side,
    items: Side,
}

/// Users or items.
struct Side {
    /// Whom they are joined with.
    neighbours: Csr,
    /// sqrt of the number of neighbours, and one over it; 0 without neighbours.
    roots: Vec<f32>,
    inverse_roots: Vec<f32>,
    /// The layer at hand, divided by `roots`; the next layer; the sum of the layers.
    scaled: Matrix,
    layer: Matrix,
    sum: Matrix,
}

impl Side {
    fn new(neighbours: Csr) -> Self {
        let roots: Vec<f32> = neighbours.offsets().windows(2).map(|w| ((w[1] - w[0]) as f32).sqrt()).collect();
        let inverse_roots = roots.iter().map(|&root| if root > 0.0 { 1.0 / root } else { 0.0 }).collect();
        let empty = Matrix::default;
        Self { neighbours, roots, inverse_roots, scaled: empty(), layer: empty(), sum: empty() }
    }

    fn start(&mut self, x: &Matrix) {
        copy(x, &mut self.layer);
        copy(x, &mut self.sum);
        self.rescale();
    }

    fn rescale(&mut self) {
        scale_rows(&self.layer, &self.inverse_roots, &mut self.scaled);
    }

    /// The next layer, from the other side's scaled one.
    fn step(&mut self, other: &Matrix, mean: &mut Matrix) {
        mean.reshape(self.layer.n_rows(), self.layer.dim());
        interaction_mean(lists(&self.neighbours), other, mean);
        scale_rows(mean, &self.roots, &mut self.layer);
        add(self.sum.as_mut_slice(), self.layer.as_slice());
    }
}

impl Convolution {
    pub(super) fn new(log: &Interactions, layers: usize) -> Self {
        let users_of_item = log.by_user().transposed(log.n_items());
        Self { layers, users: Side::new(log.by_user().clone()), items: Side::new(users_of_item) }
    }

    /// The items' layers as users hear of them, each divided by the root of an item's number of users: `[n_items, d]`.
    pub(super) fn item_layers(&mut self, users: &Matrix, items: &Matrix) -> Vec<Matrix> {
        let mut layers = Vec::new();
        self.propagate(users, items, |scaled| layers.push(scaled.clone()));
        layers
    }

    /// The mean of the layers of users `[n_users, d]` and items `[n_items, d]`.
    pub(super) fn smooth(&mut self, users: &Matrix, items: &Matrix) -> (&Matrix, &Matrix) {
        self.propagate(users, items, |_| {});
        (&self.users.sum, &self.items.sum)
    }

    /// Makes the layers of both sides and leaves their means as the sums; shows each layer of the items.
    fn propagate(&mut self, users: &Matrix, items: &Matrix, mut show: impl FnMut(&Matrix)) {
        self.users.start(users);
        self.items.start(items);
        let mut mean = Matrix::default();
        for _ in 0..self.layers {
            show(&self.items.scaled);
            self.users.step(&self.items.scaled, &mut mean);
            self.items.step(&self.users.scaled, &mut mean);
            self.users.rescale();
            self.items.rescale();
        }
        let share = 1.0 / (self.layers + 1) as f32;
        for side in [&mut self.users, &mut self.items] {
            side.sum.as_mut_slice().iter_mut().for_each(|x| *x *= share);
        }
    }
}

/// The mean of the layers of users who were never trained, joined with the items of their histories, of which the items
/// do not hear; `layers` are those of [`Convolution::item_layers`].
pub(super) fn smooth_newcomers(own: &Matrix, histories: &Csr, layers: &[Matrix]) -> Matrix {
    let mut side = Side::new(histories.clone());
    side.start(own);
    let mut mean = Matrix::default();
    layers.iter().for_each(|items| side.step(items, &mut mean));
    let share = 1.0 / (layers.len() + 1) as f32;
    side.sum.as_mut_slice().iter_mut().for_each(|x| *x *= share);
    side.sum
}
