//! Who can name the best items of users.

use culet_graph::{Interactions, UserId};
use culet_kernels::{Matrix, Ranked, top_k_by_product, top_k_of_row};
use rayon::prelude::*;

/// The items to leave out for a user, ascending.
pub type Excluded<'a> = dyn Fn(UserId) -> &'a [u32] + Sync + 'a;

/// Names the best items of users.
///
/// Lists are ordered by descending score, equal scores by ascending item; a score that is not a number ranks below all
/// numbers. They depend neither on the number of threads nor on the users asked for together.
pub trait Ranker: Sync {
    /// The number of users.
    fn n_users(&self) -> usize;

    /// The number of items.
    fn n_items(&self) -> usize;

    /// The best `k` items of each listed user, fewer where fewer remain after those `excluded`.
    ///
    /// # Panics
    /// If a user is out of range.
    fn top_k(&self, users: &[u32], excluded: &Excluded<'_>, k: usize, pool: &rayon::ThreadPool) -> Vec<Vec<Ranked>>;
}

/// Ranks by the inner product of a user's row and an item's row.
#[derive(Debug, Clone, Copy)]
pub struct ProductRanker<'a> {
    users: &'a Matrix,
    items: &'a Matrix,
}

impl<'a> ProductRanker<'a> {
    /// Takes the tables: `users` `[n_users, d]`, `items` `[n_items, d]`.
    ///
    /// # Panics
    /// If the dimensions differ.
    #[must_use]
    pub fn new(users: &'a Matrix, items: &'a Matrix) -> Self {
        assert_eq!(users.dim(), items.dim(), "users and items of the same dimension");
        Self { users, items }
    }
}

/// Most users of a task. They share packed items; at this number packing is 2 % of the time.
const USERS_A_TASK: usize = 2048;

/// Users of a task such that each thread gets the same number of tasks.
fn users_a_task(n_users: usize, n_threads: usize) -> usize {
    let rounds = n_users.div_ceil(n_threads * USERS_A_TASK).max(1);
    n_users.div_ceil(n_threads * rounds).max(1)
}

impl Ranker for ProductRanker<'_> {
    fn n_users(&self) -> usize {
        self.users.n_rows()
    }

    fn n_items(&self) -> usize {
        self.items.n_rows()
    }

    fn top_k(&self, users: &[u32], excluded: &Excluded<'_>, k: usize, pool: &rayon::ThreadPool) -> Vec<Vec<Ranked>> {
        let mut lists = vec![Vec::new(); users.len()];
        let size = users_a_task(users.len(), pool.current_num_threads());
        pool.install(|| {
            users.par_chunks(size).zip(lists.par_chunks_mut(size)).for_each(|(users, lists)| {
                let excluded = |place: usize| excluded(UserId(users[place]));
                top_k_by_product(self.users, users, self.items, &excluded, k, lists);
            });
        });
        lists
    }
}

/// Ranks by a function that fills in the scores of all items for one user.
#[derive(Debug, Clone, Copy)]
pub struct RowRanker<F> {
    n_users: usize,
    n_items: usize,
    fill: F,
}

impl<F: Fn(UserId, &mut [f32]) + Sync> RowRanker<F> {
    /// `fill(user, scores)` writes every place of `scores`, `[n_items]`; it finds there what the last call left.
    #[must_use]
    pub fn new(n_users: usize, n_items: usize, fill: F) -> Self {
        Self { n_users, n_items, fill }
    }
}

impl<F: Fn(UserId, &mut [f32]) + Sync> Ranker for RowRanker<F> {
    fn n_users(&self) -> usize {
        self.n_users
    }

    fn n_items(&self) -> usize {
        self.n_items
    }

    fn top_k(&self, users: &[u32], excluded: &Excluded<'_>, k: usize, pool: &rayon::ThreadPool) -> Vec<Vec<Ranked>> {
        let rank = |scores: &mut Vec<f32>, &user: &u32| {
            assert!((user as usize) < self.n_users, "user {user} of {}", self.n_users);
            (self.fill)(UserId(user), scores);
            top_k_of_row(scores, excluded(UserId(user)), k)
        };
        pool.install(|| users.par_iter().map_init(|| vec![0.0; self.n_items], rank).collect())
    }
}

/// Ranks by how many users took an item: the baseline that anything personal has to beat.
#[derive(Debug, Clone)]
pub struct PopularityRanker {
    n_users: usize,
    /// All items, best first.
    order: Vec<Ranked>,
}

impl PopularityRanker {
    /// Counts the users of each item.
    #[must_use]
    pub fn new(training: &Interactions) -> Self {
        let degrees: Vec<f32> = training.item_degrees().into_iter().map(|degree| degree as f32).collect();
        Self { n_users: training.n_users(), order: top_k_of_row(&degrees, &[], degrees.len()) }
    }
}

impl Ranker for PopularityRanker {
    fn n_users(&self) -> usize {
        self.n_users
    }

    fn n_items(&self) -> usize {
        self.order.len()
    }

    fn top_k(&self, users: &[u32], excluded: &Excluded<'_>, k: usize, pool: &rayon::ThreadPool) -> Vec<Vec<Ranked>> {
        let rank = |&user: &u32| {
            assert!((user as usize) < self.n_users, "user {user} of {}", self.n_users);
            let excluded = excluded(UserId(user));
            let kept = self.order.iter().filter(|ranked| excluded.binary_search(&ranked.item).is_err());
            kept.take(k).copied().collect()
        };
        pool.install(|| users.par_iter().map(rank).collect())
    }
}
