//! Who can name the best items of users.

use culet_graph::{Interactions, UserId};
use culet_kernels::{Matrix, Ranked, SparseMatrix, View, ViewMut, product_abt, top_k_by_product, top_k_of_row};
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

/// Ranks by a sum: s(u, i) = <p_u, q_i> + c_u * sum over j in N_u of W_ji + b_i.
#[derive(Debug, Clone, Copy)]
pub struct SumRanker<'a> {
    /// N: the items that each user took, by which `weights` speak.
    pub history: &'a Interactions,
    /// p `[n_users, d]` and q `[n_items, d]`.
    pub vectors: Option<(&'a Matrix, &'a Matrix)>,
    /// W `[n_items, n_items]`: row j holds what having taken j says about each item.
    pub weights: Option<&'a SparseMatrix>,
    /// c `[n_users]`; all 1 if there is none.
    pub user_factors: Option<&'a [f32]>,
    /// b `[n_items]`
    pub bias: Option<&'a [f32]>,
}

/// Users whose scores are computed at once: the items' vectors are read once for all of them.
const USERS_AT_ONCE: usize = 16;

impl SumRanker<'_> {
    /// # Panics
    /// If a part has another number of users or items than the history.
    fn check(&self) {
        let (n_users, n_items) = (self.n_users(), self.n_items());
        if let Some((users, items)) = self.vectors {
            assert_eq!((users.n_rows(), items.n_rows()), (n_users, n_items), "a vector for each user and each item");
        }
        if let Some(weights) = self.weights {
            assert_eq!((weights.n_rows(), weights.n_columns()), (n_items, n_items), "weights from item to item");
        }
        assert!(self.user_factors.is_none_or(|factors| factors.len() == n_users), "a factor for each user");
        assert!(self.bias.is_none_or(|bias| bias.len() == n_items), "a number for each item");
    }

    /// Writes the scores of all items for some users, `[users, n_items]`.
    fn fill(&self, users: &[u32], scores: &mut [f32]) {
        let n_items = self.n_items();
        match self.vectors {
            Some((all, items)) => {
                let mut rows = Matrix::zeros(users.len(), all.dim());
                for (place, &user) in users.iter().enumerate() {
                    rows.row_mut(place).copy_from_slice(all.row(user as usize));
                }
                product_abt((&rows).into(), View::from(items), ViewMut::new(scores, users.len(), n_items, n_items));
            }
            None => scores.fill(0.0),
        }
        for (&user, scores) in users.iter().zip(scores.chunks_exact_mut(n_items)) {
            if let Some(weights) = self.weights {
                let factor = self.user_factors.map_or(1.0, |factors| factors[user as usize]);
                for &item in self.history.items_of(UserId(user)) {
                    weights.add_scaled_row(item as usize, factor, scores);
                }
            }
            if let Some(bias) = self.bias {
                scores.iter_mut().zip(bias).for_each(|(score, bias)| *score += bias);
            }
        }
    }
}

impl Ranker for SumRanker<'_> {
    fn n_users(&self) -> usize {
        self.history.n_users()
    }

    fn n_items(&self) -> usize {
        self.history.n_items()
    }

    fn top_k(&self, users: &[u32], excluded: &Excluded<'_>, k: usize, pool: &rayon::ThreadPool) -> Vec<Vec<Ranked>> {
        self.check();
        if let (Some((all, items)), None, None) = (self.vectors, self.weights, self.bias) {
            return ProductRanker::new(all, items).top_k(users, excluded, k, pool);
        }
        let n_items = self.n_items();
        if n_items == 0 {
            return vec![Vec::new(); users.len()];
        }
        let mut lists = vec![Vec::new(); users.len()];
        let rank = |room: &mut Vec<f32>, (users, lists): (&[u32], &mut [Vec<Ranked>])| {
            let scores = &mut room[..users.len() * n_items];
            self.fill(users, scores);
            for ((&user, scores), list) in users.iter().zip(scores.chunks_exact(n_items)).zip(lists) {
                *list = top_k_of_row(scores, excluded(UserId(user)), k);
            }
        };
        pool.install(|| {
            let tasks = users.par_chunks(USERS_AT_ONCE).zip(lists.par_chunks_mut(USERS_AT_ONCE));
            tasks.for_each_init(|| vec![0.0; USERS_AT_ONCE * n_items], rank);
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
