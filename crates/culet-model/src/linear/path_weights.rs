//! What each path of the knowledge graph counts, learned from who took what.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | C_ij | cosine of two items by the users who took both, users weighted |
//! | K_p,ij | what items i and j share over path p: sum over its rows that hold both of 1 / sqrt(length of the row) |
//! | w_p | what the path counts |
//!
//! w minimises the sum over pairs i != j of items with users of (C_ij - c - sum over p of w_p K_p,ij)^2 with w >= 0: a
//! path counts as far as items that share it are taken by the same users. Where the graph is noise all w are next to 0.

use culet_graph::{Csr, Interactions};
use culet_kernels::{SparseMatrix, stop_point};
use rayon::prelude::*;

use super::graph_rows::{PathRows, Step};

/// Paths that take part, those that alone explain most.
const MOST_PATHS: usize = 64;
/// Items that are looked at, evenly chosen where there are more.
const MOST_ITEMS: usize = 30_000;
/// Items of one task; sums are added task after task.
const ITEMS_A_TASK: usize = 256;

/// Paths of the graph with what they count.
#[derive(Debug, Clone)]
pub(crate) struct WeightedPaths {
    paths: Vec<PathRows>,
    /// w, of each path.
    weights: Vec<f64>,
}

impl WeightedPaths {
    /// Learns the weights; O(pairs of items that share a user or a row).
    pub(crate) fn learn(paths: Vec<PathRows>, log: &Interactions, user_weights: &[f32]) -> Self {
        if paths.is_empty() {
            return Self { paths, weights: Vec::new() };
        }
        let cosines = Cosines::new(log, user_weights);
        let alone = Moments::of(&paths, &cosines);
        let explained = |p: usize| {
            let (product, square) = (alone.centred_product(p), alone.centred_square(p, p));
            if product > 0.0 && square > 0.0 { product * product / square } else { 0.0 }
        };
        let mut order: Vec<usize> = (0..paths.len()).filter(|&p| explained(p) > 0.0).collect();
        order.sort_by(|&a, &b| explained(b).total_cmp(&explained(a)).then(a.cmp(&b)));
        order.truncate(MOST_PATHS);
        order.sort_unstable();
        let mut kept: Vec<Option<PathRows>> = paths.into_iter().map(Some).collect();
        let paths: Vec<PathRows> = order.iter().filter_map(|&p| kept[p].take()).collect();
        let moments = Moments::with_products(&paths, &cosines);
        let weights = moments.non_negative_weights();
        Self { paths, weights }
    }

    /// Paths that count, with their weights, the heaviest first.
    pub(crate) fn list(&self) -> Vec<(Vec<Step>, f64)> {
        let mut list: Vec<(Vec<Step>, f64)> = self
            .paths
            .iter()
            .zip(&self.weights)
            .filter(|(_, w)| **w > 0.0)
            .map(|(p, w)| (p.path.clone(), *w))
            .collect();
        list.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        list
    }

    /// All rows, each entry the root of factor * w_p / sqrt(length), so that the row counts like a user of that weight.
    pub(crate) fn rows(&self, factor: f64, n_items: usize) -> SparseMatrix {
        let mut rows = Vec::new();
        for (path, weight) in self.paths.iter().zip(&self.weights).filter(|(_, weight)| **weight > 0.0) {
            for row in 0..path.rows.n_rows() {
                let items = path.rows.row(row);
                let value = (factor * weight / (items.len() as f64).sqrt()).sqrt() as f32;
                rows.push(items.iter().map(|&item| (item, value)).collect());
            }
        }
        SparseMatrix::from_rows(n_items, rows)
    }
}

/// Rows of C, one at a time.
struct Cosines<'a> {
    log: &'a Interactions,
    user_weights: &'a [f32],
    users_of_item: Csr,
    /// 1 / sqrt of the weight of an item's users; 0 without any.
    inverse_lengths: Vec<f32>,
    /// The items that are looked at.
    items: Vec<u32>,
    n_with_users: usize,
}

impl<'a> Cosines<'a> {
    fn new(log: &'a Interactions, user_weights: &'a [f32]) -> Self {
        let users_of_item = log.by_user().transposed(log.n_items());
        let length = |item: usize| {
            let weight: f32 = users_of_item.row(item).iter().map(|&user| user_weights[user as usize]).sum();
            if weight > 0.0 { 1.0 / weight.sqrt() } else { 0.0 }
        };
        let inverse_lengths: Vec<f32> = (0..log.n_items()).map(length).collect();
        let with_users: Vec<u32> = (0..log.n_items() as u32).filter(|&i| inverse_lengths[i as usize] > 0.0).collect();
        let stride = with_users.len().div_ceil(MOST_ITEMS).max(1);
        let n_with_users = with_users.len();
        let items = with_users.into_iter().step_by(stride).collect();
        Self { log, user_weights, users_of_item, inverse_lengths, items, n_with_users }
    }

    /// Adds C_ij over all j but i to a row of zeros.
    fn add_row(&self, item: u32, row: &mut [f32], touched: &mut Vec<u32>) {
        let own = self.inverse_lengths[item as usize];
        for &user in self.users_of_item.row(item as usize) {
            let weight = self.user_weights[user as usize] * own;
            for &other in self.log.items_of(culet_graph::UserId(user)) {
                if other != item {
                    if row[other as usize] == 0.0 {
                        touched.push(other);
                    }
                    row[other as usize] += weight * self.inverse_lengths[other as usize];
                }
            }
        }
    }

    fn is_seen(&self, item: u32) -> bool {
        self.inverse_lengths[item as usize] > 0.0
    }
}

/// Sums over the pairs that are looked at.
struct Moments {
    n_pairs: f64,
    sum_cosines: f64,
    /// Of each path.
    sums: Vec<f64>,
    products: Vec<f64>,
    /// `[n_paths, n_paths]`; the diagonal alone where products of two paths were not asked for.
    squares: Vec<f64>,
}

impl Moments {
    fn of(paths: &[PathRows], cosines: &Cosines<'_>) -> Self {
        Self::sums_of(paths, cosines, false)
    }

    fn with_products(paths: &[PathRows], cosines: &Cosines<'_>) -> Self {
        Self::sums_of(paths, cosines, true)
    }

    fn zeros(n_paths: usize) -> Self {
        let zeros = || vec![0.0; n_paths];
        Self { n_pairs: 0.0, sum_cosines: 0.0, sums: zeros(), products: zeros(), squares: vec![0.0; n_paths * n_paths] }
    }

    fn sums_of(paths: &[PathRows], cosines: &Cosines<'_>, with_products: bool) -> Self {
        let n_items = cosines.log.n_items();
        let rows_of_item: Vec<Csr> = paths.iter().map(|path| path.rows.transposed(n_items)).collect();
        let task = |room: &mut Room, items: &[u32]| {
            let mut sums = Self::zeros(paths.len());
            for &item in items {
                stop_point();
                room.add_item(item, paths, &rows_of_item, cosines, with_products, &mut sums);
            }
            sums
        };
        let parts: Vec<Self> = cosines.items.par_chunks(ITEMS_A_TASK).map_init(|| Room::new(n_items), task).collect();
        let mut total = Self::zeros(paths.len());
        for part in parts {
            total.sum_cosines += part.sum_cosines;
            let add = |to: &mut [f64], from: &[f64]| to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
            add(&mut total.sums, &part.sums);
            add(&mut total.products, &part.products);
            add(&mut total.squares, &part.squares);
        }
        total.n_pairs = cosines.items.len() as f64 * (cosines.n_with_users as f64 - 1.0).max(1.0);
        total
    }

    /// sum over pairs of (C - mean) (K_p - mean)
    fn centred_product(&self, p: usize) -> f64 {
        self.products[p] - self.sum_cosines * self.sums[p] / self.n_pairs
    }

    fn centred_square(&self, p: usize, q: usize) -> f64 {
        self.squares[p * self.sums.len() + q] - self.sums[p] * self.sums[q] / self.n_pairs
    }

    /// Coordinate descent: each weight in turn to its best value, or 0.
    fn non_negative_weights(&self) -> Vec<f64> {
        const ROUNDS: usize = 200;
        let n = self.sums.len();
        let mut weights = vec![0.0; n];
        for _ in 0..ROUNDS {
            for p in 0..n {
                let others: f64 = (0..n).filter(|&q| q != p).map(|q| weights[q] * self.centred_square(p, q)).sum();
                let own = self.centred_square(p, p);
                weights[p] = if own > 0.0 { ((self.centred_product(p) - others) / own).max(0.0) } else { 0.0 };
            }
        }
        weights
    }
}

/// What the work on an item needs.
struct Room {
    cosines: Vec<f32>,
    touched: Vec<u32>,
    /// What the item shares over the path at hand.
    shared: Vec<f32>,
    shared_with: Vec<u32>,
    /// (other item, path, what is shared)
    entries: Vec<(u32, u32, f32)>,
}

impl Room {
    fn new(n_items: usize) -> Self {
        Self {
            cosines: vec![0.0; n_items],
            touched: Vec::new(),
            shared: vec![0.0; n_items],
            shared_with: Vec::new(),
            entries: Vec::new(),
        }
    }

    fn add_item(
        &mut self,
        item: u32,
        paths: &[PathRows],
        rows_of_item: &[Csr],
        cosines: &Cosines<'_>,
        with_products: bool,
        sums: &mut Moments,
    ) {
        cosines.add_row(item, &mut self.cosines, &mut self.touched);
        sums.sum_cosines += self.touched.iter().map(|&other| f64::from(self.cosines[other as usize])).sum::<f64>();
        self.entries.clear();
        for (p, path) in paths.iter().enumerate() {
            self.share(item, p as u32, path, &rows_of_item[p], cosines);
        }
        let n_paths = paths.len();
        for &(other, p, shared) in &self.entries {
            let (p, shared) = (p as usize, f64::from(shared));
            sums.sums[p] += shared;
            sums.products[p] += shared * f64::from(self.cosines[other as usize]);
            sums.squares[p * n_paths + p] += shared * shared;
        }
        if with_products {
            self.entries.sort_unstable_by_key(|&(other, p, _)| (other, p));
            for same in self.entries.chunk_by(|a, b| a.0 == b.0) {
                for (k, &(_, p, x)) in same.iter().enumerate() {
                    for &(_, q, y) in &same[k + 1..] {
                        let product = f64::from(x) * f64::from(y);
                        sums.squares[p as usize * n_paths + q as usize] += product;
                        sums.squares[q as usize * n_paths + p as usize] += product;
                    }
                }
            }
        }
        for other in self.touched.drain(..) {
            self.cosines[other as usize] = 0.0;
        }
    }

    fn share(&mut self, item: u32, p: u32, path: &PathRows, rows_of_item: &Csr, cosines: &Cosines<'_>) {
        for &row in rows_of_item.row(item as usize) {
            let items = path.rows.row(row as usize);
            let value = 1.0 / (items.len() as f32).sqrt();
            for &other in items.iter().filter(|&&other| other != item && cosines.is_seen(other)) {
                if self.shared[other as usize] == 0.0 {
                    self.shared_with.push(other);
                }
                self.shared[other as usize] += value;
            }
        }
        for other in self.shared_with.drain(..) {
            self.entries.push((other, p, std::mem::take(&mut self.shared[other as usize])));
        }
    }
}

#[cfg(test)]
mod tests {
    use culet_graph::{KnowledgeGraph, Purpose, Stream, Triplet};

    use super::super::graph_rows::path_rows;
    use super::*;

    /// Users take items of one colour; relation 0 tells the colour, relation 1 something random.
    fn coloured() -> (Interactions, KnowledgeGraph) {
        let stream = Stream::new(1, Purpose::Test, 0);
        let pairs: Vec<(u32, u32)> =
            (0..1_200_u32).map(|k| (k % 100, stream.below(u64::from(k), 20) as u32 * 5 + (k % 100) % 5)).collect();
        let facts = (0..100).flat_map(|item| {
            let random = 105 + stream.below(5_000 + u64::from(item), 5) as u32;
            [
                Triplet { head: item, relation: 0, tail: 100 + item % 5 },
                Triplet { head: item, relation: 1, tail: random },
            ]
        });
        let log = Interactions::from_pairs(100, 100, &pairs).unwrap();
        (log, KnowledgeGraph::from_triplets(110, 2, facts.collect()).unwrap())
    }

    #[test]
    fn what_users_follow_counts_and_what_is_random_does_not() {
        let (log, graph) = coloured();
        let weights = vec![1.0; 100];
        let list = WeightedPaths::learn(path_rows(&graph, 100, 2), &log, &weights).list();
        assert_eq!(list[0].0, [Step { relation: 0, back: false }]);
        let others: f64 = list[1..].iter().map(|(_, weight)| weight).sum();
        assert!(others < 0.05 * list[0].1, "{list:?}");
        let shuffled = graph.randomised(3);
        let noise = WeightedPaths::learn(path_rows(&shuffled, 100, 2), &log, &weights).list();
        let noise: f64 = noise.iter().map(|(_, weight)| weight).sum();
        assert!(noise < 0.1 * list[0].1, "{noise} of {}", list[0].1);
    }

    #[test]
    fn weights_are_the_least_squares_solution_over_all_pairs() {
        let (log, graph) = coloured();
        let user_weights: Vec<f32> = (0..100).map(|u| 0.5 + (u % 3) as f32).collect();
        let paths = path_rows(&graph, 100, 2);
        let learned = WeightedPaths::learn(paths, &log, &user_weights);
        // All pairs one by one, in f64.
        let together = |i: usize, j: usize| -> f64 {
            let both =
                |u: &usize| [i, j].iter().all(|&x| log.items_of(culet_graph::UserId(*u as u32)).contains(&(x as u32)));
            (0..100).filter(both).map(|u| f64::from(user_weights[u])).sum()
        };
        let shared = |path: &PathRows, i: u32, j: u32| -> f64 {
            let rows = (0..path.rows.n_rows()).map(|row| path.rows.row(row));
            rows.filter(|row| row.contains(&i) && row.contains(&j)).map(|row| 1.0 / (row.len() as f64).sqrt()).sum()
        };
        let diagonal: Vec<f64> = (0..100).map(|i| together(i, i)).collect();
        let mut pairs = Vec::new();
        for i in (0..100).filter(|&i| diagonal[i] > 0.0) {
            for j in (0..100).filter(|&j| j != i && diagonal[j] > 0.0) {
                let c = together(i, j) / (diagonal[i] * diagonal[j]).sqrt();
                let k: Vec<f64> = learned.paths.iter().map(|path| shared(path, i as u32, j as u32)).collect();
                pairs.push((c, k));
            }
        }
        let loss = |weights: &[f64]| {
            let rest = |(c, k): &(f64, Vec<f64>)| c - k.iter().zip(weights).map(|(k, w)| k * w).sum::<f64>();
            let mean = pairs.iter().map(rest).sum::<f64>() / pairs.len() as f64;
            pairs.iter().map(|pair| (rest(pair) - mean).powi(2)).sum::<f64>()
        };
        let least = loss(&learned.weights);
        for p in 0..learned.weights.len() {
            for shift in [-1e-3, 1e-3] {
                let mut other = learned.weights.clone();
                other[p] += shift;
                assert!(other[p] < 0.0 || loss(&other) > least, "path {p}: {shift}");
            }
        }
    }
}
