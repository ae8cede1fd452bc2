//! Users who were never trained: their vectors, from their histories and from what was trained.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | p_u, q_i | vectors of users and items |
//! | N_u | the items of a user's history |
//! | x_u | mean over i in N_u of q_i, and a 1 |
//!
//! p_u = M x_u, where M makes the sum over the trained users of |p_u - M x_u|^2 + r |M|^2 least
//!
//! So a new user's vector is what the training would have made of such a history, as far as that is linear in the items.
//! Of what was tried on real data, the mean of the items' vectors, a least-squares fit to the history alone, the mean of
//! the vectors of the most similar users, and this map, the map was the nearest to training with the history throughout.

use culet_graph::Csr;
use culet_kernels::{Matrix, View, ViewMut, add_product_ab, add_product_atb, interaction_mean};

use crate::slots::lists;

/// r, over the mean of the squares that it stands beside.
const RIDGE: f64 = 1e-3;
/// Users whose products are summed in f32, before they are added in f64.
const USERS_AT_ONCE: usize = 1024;

/// The map M from what users took to their vectors.
#[derive(Debug, Clone)]
pub struct UserMap {
    /// M^T `[e + 1, d]`
    map: Vec<f32>,
    dim: usize,
}

impl UserMap {
    /// Learns it from trained users.
    ///
    /// # Shapes
    /// - `users`: `[n_users, d]`, a row for each of `trained`; `items`: `[n_items, e]`.
    /// # Numerics
    /// Squares in f32 over a thousand users, summed in f64 and solved in f64: O(n_users e (d + e) + e^3).
    /// # Panics
    /// If a history has an item that `items` has not, or `users` has another number of rows than `trained`.
    #[must_use]
    pub fn fit(users: &Matrix, items: &Matrix, trained: &Csr) -> Self {
        assert_eq!(users.n_rows(), trained.n_rows(), "a vector for each history");
        let map = map_of(&described(trained, items), users);
        Self { map: map.iter().map(|x| *x as f32).collect(), dim: users.dim() }
    }

    /// The vectors `[n, d]` of users with the `histories`, beside the items that it was learned with.
    ///
    /// # Panics
    /// If a history has an item that `items` has not, or these are of another dimension than those it was learned with.
    #[must_use]
    pub fn estimate(&self, items: &Matrix, histories: &Csr) -> Matrix {
        let (n, dim) = (items.dim() + 1, self.dim);
        assert_eq!(self.map.len(), n * dim, "items of the same dimension");
        let x = described(histories, items);
        let mut out = Matrix::zeros(histories.n_rows(), dim);
        add_product_ab(View::from(&x), View::new(&self.map, n, dim, dim), ViewMut::from(&mut out));
        out
    }
}

/// x_u of each history; all 0, without the 1 too, where there is none.
fn described(histories: &Csr, items: &Matrix) -> Matrix {
    let dim = items.dim();
    let mut means = Matrix::zeros(histories.n_rows(), dim);
    interaction_mean(lists(histories), items, &mut means);
    let mut x = Matrix::zeros(histories.n_rows(), dim + 1);
    for user in (0..histories.n_rows()).filter(|&user| !histories.row(user).is_empty()) {
        let row = x.row_mut(user);
        row[..dim].copy_from_slice(&means.row(user)[..dim]);
        row[dim] = 1.0;
    }
    x
}

/// M^T `[e + 1, d]`: (X^T X + r I)^-1 X^T P
fn map_of(x: &Matrix, users: &Matrix) -> Vec<f64> {
    let (n, dim) = (x.dim(), users.dim());
    let (mut squares, mut products) = (vec![0.0_f64; n * n], vec![0.0_f64; n * dim]);
    for first in (0..x.n_rows()).step_by(USERS_AT_ONCE) {
        let rows = first..(first + USERS_AT_ONCE).min(x.n_rows());
        let x = rows_of(x, rows.clone());
        add_in_f64(x, x, [n, n], &mut squares);
        add_in_f64(x, rows_of(users, rows), [n, dim], &mut products);
    }
    let trace: f64 = squares.iter().step_by(n + 1).sum();
    // A table of zeros, where nobody has a history, gives a map of zeros.
    let ridge = (RIDGE * trace / n as f64).max(f64::MIN_POSITIVE);
    squares.iter_mut().step_by(n + 1).for_each(|diagonal| *diagonal += ridge);
    solve_definite_table(&mut squares, &mut products, n);
    products
}

fn rows_of(table: &Matrix, rows: std::ops::Range<usize>) -> View<'_> {
    let stride = table.stride();
    View::new(&table.as_slice()[rows.start * stride..], rows.len(), table.dim(), stride)
}

/// sum `[n, d]` += a^T b
fn add_in_f64(a: View<'_>, b: View<'_>, [n, dim]: [usize; 2], sum: &mut [f64]) {
    let mut product = vec![0.0_f32; n * dim];
    add_product_atb(a, b, ViewMut::new(&mut product, n, dim, dim));
    sum.iter_mut().zip(product).for_each(|(sum, x)| *sum += f64::from(x));
}

/// Solves A X = B in place of B, for a definite A `[n, n]`, whose lower half becomes Cholesky's factor.
fn solve_definite_table(a: &mut [f64], b: &mut [f64], n: usize) {
    let dim = b.len() / n;
    for i in 0..n {
        for j in 0..=i {
            let rest = a[i * n + j] - (0..j).map(|k| a[i * n + k] * a[j * n + k]).sum::<f64>();
            a[i * n + j] = if i == j { rest.max(f64::MIN_POSITIVE).sqrt() } else { rest / a[j * n + j] };
        }
    }
    let mut eliminate = |row: usize, others: std::ops::Range<usize>, factor: &dyn Fn(usize) -> f64| {
        for other in others {
            let factor = factor(other);
            for c in 0..dim {
                b[row * dim + c] -= factor * b[other * dim + c];
            }
        }
        b[row * dim..][..dim].iter_mut().for_each(|x| *x /= a[row * n + row]);
    };
    (0..n).for_each(|i| eliminate(i, 0..i, &|k| a[i * n + k]));
    (0..n).rev().for_each(|i| eliminate(i, i + 1..n, &|k| a[k * n + i]));
}

#[cfg(test)]
mod tests {
    use culet_graph::{Purpose, Stream};

    use super::*;

    fn random(n_rows: usize, dim: usize, step: u64) -> Matrix {
        let stream = Stream::new(1, Purpose::Test, step);
        let values: Vec<f32> = (0..n_rows * dim).map(|k| stream.uniform(k as u64) as f32 - 0.5).collect();
        Matrix::from_values(n_rows, dim, &values)
    }

    /// Histories of one to nine of forty items.
    fn histories(n: usize, step: u64) -> Csr {
        let stream = Stream::new(2, Purpose::Test, step);
        let pairs: Vec<(u32, u32)> = (0..n as u32)
            .flat_map(|user| (0..=user % 9).map(move |k| (user, u64::from(16 * user + k))))
            .map(|(user, draw)| (user, stream.below(draw, 40) as u32))
            .collect();
        Csr::from_pairs(n, &pairs).unwrap().sorted_and_distinct()
    }

    #[test]
    fn a_map_that_is_linear_in_the_history_is_found() {
        let (items, trained, new) = (random(40, 5, 0), histories(3000, 0), histories(50, 1));
        let planted = |histories: &Csr| {
            // Each number is the mean of a sum of two of the items' numbers, and a constant.
            let mut users = Matrix::zeros(histories.n_rows(), 3);
            for user in 0..histories.n_rows() {
                let length = histories.row(user).len() as f32;
                for c in 0..3 {
                    let of_item = |&i: &u32| items.row(i as usize)[c] - 2.0 * items.row(i as usize)[c + 2];
                    users.row_mut(user)[c] = histories.row(user).iter().map(of_item).sum::<f32>() / length + c as f32;
                }
            }
            users
        };
        let found = UserMap::fit(&planted(&trained), &items, &trained).estimate(&items, &new);
        for (found, expected) in found.to_values().iter().zip(planted(&new).to_values()) {
            // The ridge holds the map down a little.
            assert!((found - expected).abs() < 0.02, "{found} for {expected}");
        }
    }

    #[test]
    fn equations_are_solved() {
        let mut a = vec![4.0, 9.0, 9.0, 2.0, 5.0, 9.0, 1.0, 3.0, 6.0];
        let mut b = vec![11.0, -1.0, 21.0, 0.0, 25.0, 5.0];
        solve_definite_table(&mut a, &mut b, 3);
        let whole = [[4.0, 2.0, 1.0], [2.0, 5.0, 3.0], [1.0, 3.0, 6.0]];
        for (row, expected) in whole.iter().zip([[11.0, -1.0], [21.0, 0.0], [25.0, 5.0]]) {
            for (c, expected) in expected.iter().enumerate() {
                let found: f64 = row.iter().enumerate().map(|(k, a)| a * b[2 * k + c]).sum();
                assert!((found - expected).abs() < 1e-12, "{found} for {expected}");
            }
        }
    }

    #[test]
    fn without_trained_histories_or_own_ones_there_are_zeros() {
        let (items, nobody) = (random(40, 5, 0), Csr::from_parts(vec![0; 4], Vec::new()));
        let found = UserMap::fit(&random(3, 2, 1), &items, &nobody).estimate(&items, &histories(6, 2));
        assert!(found.as_slice().iter().all(|&x| x == 0.0));
        let trained = histories(30, 3);
        let found = UserMap::fit(&random(30, 2, 1), &items, &trained).estimate(&items, &nobody);
        assert!(found.as_slice().iter().all(|&x| x == 0.0));
    }
}
