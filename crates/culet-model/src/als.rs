//! iALS: alternating least squares on implicit feedback.
//!
//! Hu, Koren, Volinsky: "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008,
//! <https://doi.org/10.1109/ICDM.2008.22>; in the form of Rendle, Krichene, Zhang, Koren: "Revisiting the Performance of
//! iALS on Item Recommendation Benchmarks", RecSys 2022, <https://arxiv.org/abs/2110.14037>.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | p_u, q_i | vectors of users and items |
//! | S; N_u, U_i | the training pairs; the items of a user, the users of an item |
//! | a, l, v | weight of the pairs that were not taken, regularisation, its exponent |
//!
//! loss = sum over S of (<p_u, q_i> - 1)^2 + a * sum over all u, i of <p_u, q_i>^2
//!        + l * sum over u of (|N_u| + a n_items)^v |p_u|^2 + l * sum over i of (|U_i| + a n_users)^v |q_i|^2
//!
//! In turn all p and all q are solved for exactly.

use culet_graph::{Csr, Purpose, Stream};
use culet_kernels::{Matrix, View, ViewMut, add_product_atb, stop_point};
use rayon::prelude::*;

use crate::cost::{Cost, DataSize, Work, number, row};
use crate::registry::Build;
use crate::{Kind, ModelError, ModelSpec, Paper, Problem, Range, Representation, Scale, Scorer, Setting};

/// The registry's entry.
pub(crate) const SPEC: ModelSpec = ModelSpec {
    name: "als",
    class: "ALS",
    title: "iALS",
    summary: "a vector for each user and item, by alternating least squares over all pairs, taken or not",
    paper: Paper {
        authors: "Rendle, Krichene, Zhang, Koren",
        title: "Revisiting the Performance of iALS on Item Recommendation Benchmarks",
        venue: "RecSys 2022",
        link: "https://arxiv.org/abs/2110.14037",
    },
    settings: SETTINGS,
    search: &[
        Range { name: "dim", scale: Scale::Whole(32, 128) },
        Range { name: "unobserved_weight", scale: Scale::Log(0.005, 1.0) },
        Range { name: "lambda", scale: Scale::Log(1e-4, 0.1) },
    ],
    cost: Some(cost),
    new_users: "by a vector that is solved for as in training, exact",
    fold_in: Some(fold_in),
    build: Build::Closed(fit),
    ..ModelSpec::RECOMMENDER
};

const SETTINGS: &[Setting] = &[
    Setting { name: "dim", help: "numbers in a vector", kind: Kind::Integer(1, 1024), default: "64" },
    Setting {
        name: "iterations",
        help: "how often users and items are solved for",
        kind: Kind::Integer(1, 1000),
        default: "16",
    },
    Setting {
        name: "unobserved_weight",
        help: "weight of the pairs that were not taken (the paper's alpha 0)",
        kind: Kind::Number(1e-6, 1000.0),
        default: "0.1",
    },
    Setting {
        name: "lambda",
        help: "weight of the squared lengths (the paper's lambda)",
        kind: Kind::Number(1e-9, 1e6),
        default: "0.003",
    },
    Setting {
        name: "nu",
        help: "how much more those with many pairs are held down (the paper's nu)",
        kind: Kind::Number(0.0, 2.0),
        default: "1",
    },
];

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    dim: usize,
    iterations: usize,
    unobserved_weight: f64,
    lambda: f64,
    nu: f64,
}

/// A pair adds the lower half of a square to both of its sides, and each row solves a system.
fn cost(settings: &toml::Table, _: f64, size: &DataSize) -> Cost {
    let (dim, rows) = (number(settings, "dim"), size.users + size.items);
    let products = size.pairs * dim.powi(2) + rows * (dim.powi(3) / 3.0 + 4.0 * dim.powi(2));
    // Its loops run at a fifteenth of the speed of the register tiles.
    let iteration = Work { products: 15.0 * products, gathered: 2.0 * size.pairs * row(dim) };
    Cost::at_once(iteration.times(number(settings, "iterations")), 2.0 * rows * row(dim))
}

fn fit(settings: &toml::Table, problem: Problem<'_>, seed: u64) -> Result<Scorer, ModelError> {
    let config: Config = settings.clone().try_into().expect("each setting is a field");
    let log = problem.train;
    let users_of_item = log.by_user().transposed(log.n_items());
    let mut users = start(log.n_users(), config.dim, seed, 0);
    let mut items = start(log.n_items(), config.dim, seed, 1);
    for _ in 0..config.iterations {
        solve(log.by_user(), &items, &config, &mut users);
        solve(&users_of_item, &users, &config, &mut items);
    }
    Ok(Scorer::of_vectors(Representation { users, items }))
}

/// The half step over users, for users who were never trained.
fn fold_in(settings: &toml::Table, items: &Matrix, histories: &Csr) -> Matrix {
    let config: Config = settings.clone().try_into().expect("each setting is a field");
    let mut users = Matrix::zeros(histories.n_rows(), items.dim());
    solve(histories, items, &Config { dim: items.dim(), ..config }, &mut users);
    users
}

/// Normal numbers of deviation 0.1 / sqrt(d), as in the paper; by the sum of twelve uniform ones.
fn start(n_rows: usize, dim: usize, seed: u64, table: u64) -> Matrix {
    let stream = Stream::new(seed, Purpose::Initialise, table);
    let deviation = 0.1 / (dim as f64).sqrt();
    let normal = |k: usize| (0..12).map(|draw| stream.uniform((12 * k + draw) as u64)).sum::<f64>() - 6.0;
    let values: Vec<f32> = (0..n_rows * dim).map(|k| (deviation * normal(k)) as f32).collect();
    Matrix::from_values(n_rows, dim, &values)
}

const ROWS_A_TASK: usize = 16;

/// Solves for each row x of `out`: (sum over its `lists` of y y^T + a Y^T Y + l_x I) x = sum over its `lists` of y.
fn solve(lists: &Csr, other: &Matrix, config: &Config, out: &mut Matrix) {
    let dim = config.dim;
    let mut everywhere = vec![0.0_f32; dim * dim];
    add_product_atb(View::from(other), View::from(other), ViewMut::new(&mut everywhere, dim, dim, dim));
    everywhere.iter_mut().for_each(|x| *x *= config.unobserved_weight as f32);
    let unobserved = config.unobserved_weight * other.n_rows() as f64;
    let stride = out.stride();
    let of_row = |(left, right): &mut (Vec<f32>, Vec<f32>), (row, x): (usize, &mut [f32])| {
        let list = lists.row(row);
        left.copy_from_slice(&everywhere);
        right.fill(0.0);
        for &column in list {
            let y = &other.row(column as usize)[..dim];
            right.iter_mut().zip(y).for_each(|(sum, y)| *sum += y);
            for (i, left) in left.chunks_exact_mut(dim).enumerate() {
                let factor = y[i];
                left[..=i].iter_mut().zip(y).for_each(|(sum, y)| *sum += factor * y);
            }
        }
        let weight = config.lambda * (list.len() as f64 + unobserved).powf(config.nu);
        left.iter_mut().step_by(dim + 1).for_each(|diagonal| *diagonal += weight as f32);
        solve_positive(left, right);
        stop_point();
        x[..dim].copy_from_slice(right);
    };
    let rows = out.as_mut_slice().par_chunks_exact_mut(stride).enumerate().with_min_len(ROWS_A_TASK);
    rows.for_each_init(|| (vec![0.0; dim * dim], vec![0.0; dim]), of_row);
}

/// Solves A x = b in place by Cholesky's factorisation; of A, symmetric and positive, the lower half is read and spoilt.
fn solve_positive(a: &mut [f32], b: &mut [f32]) {
    let n = b.len();
    for i in 0..n {
        let (above, row) = a.split_at_mut(i * n);
        for j in 0..=i {
            let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
            if j < i {
                let other = &above[j * n..];
                row[j] = (row[j] - dot(&row[..j], &other[..j])) / other[j];
            } else {
                let rest = row[i] - dot(&row[..i], &row[..i]);
                row[i] = rest.max(f32::MIN_POSITIVE).sqrt();
            }
        }
    }
    for i in 0..n {
        let sum: f32 = (0..i).map(|j| a[i * n + j] * b[j]).sum();
        b[i] = (b[i] - sum) / a[i * n + i];
    }
    for i in (0..n).rev() {
        let sum: f32 = (i + 1..n).map(|j| a[j * n + i] * b[j]).sum();
        b[i] = (b[i] - sum) / a[i * n + i];
    }
}

#[cfg(test)]
mod tests {
    use culet_graph::{Interactions, KnowledgeGraph};

    use super::*;

    fn log() -> Interactions {
        let stream = Stream::new(4, Purpose::Test, 1);
        let pairs: Vec<(u32, u32)> =
            (0..60).map(|k| (stream.below(2 * k, 12) as u32, stream.below(2 * k + 1, 9) as u32)).collect();
        Interactions::from_pairs(12, 9, &pairs).unwrap()
    }

    fn fitted(log: &Interactions, settings: &str) -> Representation {
        let graph = KnowledgeGraph::empty(log.n_items());
        let given = settings.parse().unwrap();
        SPEC.fit(&given, Problem { train: log, graph: &graph }, 1).unwrap().sole_vectors().unwrap().clone()
    }

    /// The loss as the paper writes it, pair by pair.
    fn loss(log: &Interactions, vectors: &Representation, a: f64, lambda: f64, nu: f64) -> f64 {
        let dot = |p: &[f32], q: &[f32]| p.iter().zip(q).map(|(p, q)| f64::from(*p) * f64::from(*q)).sum::<f64>();
        let mut loss = 0.0;
        let (mut of_user, mut of_item) = (vec![0.0; log.n_users()], vec![0.0; log.n_items()]);
        for (u, of_user) in of_user.iter_mut().enumerate() {
            for (i, of_item) in of_item.iter_mut().enumerate() {
                let score = dot(vectors.users.row(u), vectors.items.row(i));
                loss += a * score * score;
                if log.contains(culet_graph::UserId(u as u32), culet_graph::ItemId(i as u32)) {
                    loss += (score - 1.0).powi(2);
                    *of_user += 1.0;
                    *of_item += 1.0;
                }
            }
        }
        let penalty = |table: &Matrix, counts: &[f64], others: f64| {
            let of_row =
                |(row, count): (usize, &f64)| (count + a * others).powf(nu) * dot(table.row(row), table.row(row));
            lambda * counts.iter().enumerate().map(of_row).sum::<f64>()
        };
        loss + penalty(&vectors.users, &of_user, log.n_items() as f64)
            + penalty(&vectors.items, &of_item, log.n_users() as f64)
    }

    #[test]
    fn each_half_step_reaches_the_minimum_over_its_vectors() {
        let log = log();
        let vectors = fitted(&log, "dim = 4\niterations = 3\nunobserved_weight = 0.3\nlambda = 0.05\nnu = 0.5");
        let at = |vectors: &Representation| loss(&log, vectors, 0.3, 0.05, 0.5);
        let least = at(&vectors);
        for row in 0..log.n_items() {
            for column in 0..4 {
                for shift in [-0.05_f32, 0.05] {
                    let mut other = vectors.clone();
                    other.items.row_mut(row)[column] += shift;
                    assert!(at(&other) > least, "item {row}, number {column}, {shift}");
                }
            }
        }
    }

    #[test]
    fn a_new_user_reaches_the_minimum_that_a_trained_one_would() {
        let log = log();
        let text = "dim = 4\niterations = 3\nunobserved_weight = 0.3\nlambda = 0.05\nnu = 0.5";
        let mut vectors = fitted(&log, text);
        let settings = crate::complete_settings(SETTINGS, &text.parse().unwrap()).unwrap();
        vectors.users = fold_in(&settings, &vectors.items, log.by_user());
        let at = |vectors: &Representation| loss(&log, vectors, 0.3, 0.05, 0.5);
        let least = at(&vectors);
        for row in 0..log.n_users() {
            for column in 0..4 {
                for shift in [-0.05_f32, 0.05] {
                    let mut other = vectors.clone();
                    other.users.row_mut(row)[column] += shift;
                    assert!(at(&other) > least, "user {row}, number {column}, {shift}");
                }
            }
        }
    }

    #[test]
    fn the_loss_never_rises_with_the_iterations() {
        let log = log();
        let after = |n: usize| {
            let settings = format!("dim = 4\niterations = {n}\nunobserved_weight = 0.3\nlambda = 0.05\nnu = 0.5");
            loss(&log, &fitted(&log, &settings), 0.3, 0.05, 0.5)
        };
        let losses: Vec<f64> = [1, 2, 4, 8].map(after).into();
        assert!(losses.windows(2).all(|w| w[1] <= w[0] + 1e-6), "{losses:?}");
    }

    #[test]
    fn equations_are_solved() {
        let mut a = vec![4.0, 9.0, 9.0, 2.0, 5.0, 9.0, 1.0, 3.0, 6.0];
        let mut b = vec![4.0 + 4.0 + 3.0, 2.0 + 10.0 + 9.0, 1.0 + 6.0 + 18.0];
        solve_positive(&mut a, &mut b);
        for (found, expected) in b.iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - expected).abs() < 1e-5, "{b:?}");
        }
    }
}
