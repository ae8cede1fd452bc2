//! Who can name the best items of users.

use std::sync::Mutex;

use culet_graph::{Interactions, UserId};
use culet_kernels::{
    CoarseTable, Matrix, Ranked, SparseMatrix, View, ViewMut, add_scaled_exp, product_abt, stop_point, top_k_by_coarse,
    top_k_by_product, top_k_of_row,
};
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
    coarse: Option<&'a CoarseTable>,
}

impl<'a> ProductRanker<'a> {
    /// Takes the tables: `users` `[n_users, d]`, `items` `[n_items, d]`.
    ///
    /// # Panics
    /// If the dimensions differ.
    #[must_use]
    pub fn new(users: &'a Matrix, items: &'a Matrix) -> Self {
        assert_eq!(users.dim(), items.dim(), "users and items of the same dimension");
        Self { users, items, coarse: None }
    }

    /// Looks few users up by way of a coarse table of the items: the same lists, in less time.
    #[must_use]
    pub fn by_way_of(self, coarse: &'a CoarseTable) -> Self {
        Self { coarse: Some(coarse), ..self }
    }
}

/// Most users of a task. They share packed items; at this number packing is 2 % of the time.
const USERS_A_TASK: usize = 2048;

/// Most users of a task that are looked up by way of a coarse table: among 30,000 items no slower than by packed items, which
/// more users share for less; among a million that is so up to 32.
const FEW_USERS: usize = 14;

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
                stop_point();
                let excluded = |place: usize| excluded(UserId(users[place]));
                match self.coarse.filter(|_| users.len() <= FEW_USERS) {
                    Some(coarse) => top_k_by_coarse(self.users, users, self.items, coarse, &excluded, k, lists),
                    None => top_k_by_product(self.users, users, self.items, &excluded, k, lists),
                }
            });
        });
        lists
    }
}

/// Ranks by a sum of parts: s(u, i) = sum over parts of c_u * part(u, i).
///
/// A user without a history gets the items that most users took, whatever the parts: weights have nothing to speak by and
/// vectors were never trained, so that their order would be that of the items' numbers, or chance.
#[derive(Debug, Clone)]
pub struct SumRanker<'a> {
    /// The items that each user took, by which [`ScoreKind::Weights`] speak.
    pub history: &'a Interactions,
    /// What is added up.
    pub parts: Vec<ScorePart<'a>>,
}

/// A part of a sum of scores.
#[derive(Debug, Clone, Copy)]
pub struct ScorePart<'a> {
    /// How it scores.
    pub kind: ScoreKind<'a>,
    /// c `[n_users]`; all 1 if there is none.
    pub user_factors: Option<&'a [f32]>,
}

/// How a part scores.
#[derive(Debug, Clone, Copy)]
pub enum ScoreKind<'a> {
    /// The product <p_u, q_i>, or exp(<p_u, q_i> / t).
    Product {
        /// p `[n_users, d]`
        users: &'a Matrix,
        /// q `[n_items, d]`
        items: &'a Matrix,
        /// t
        temperature: Option<f32>,
    },
    /// The sum over the items j of the history of W_ji; W `[n_items, n_items]`, the row is j.
    Weights(&'a SparseMatrix),
    /// b `[n_items]`
    Bias(&'a [f32]),
}

/// Users whose scores are computed at once: the items' vectors are read once for all of them.
const USERS_AT_ONCE: usize = 32;

impl ScorePart<'_> {
    /// # Panics
    /// If it has another number of users or items.
    fn check(&self, n_users: usize, n_items: usize) {
        match self.kind {
            ScoreKind::Product { users, items, temperature } => {
                assert_eq!((users.n_rows(), items.n_rows()), (n_users, n_items), "a vector for each user and item");
                assert!(temperature.is_none_or(|t| t > 0.0), "a temperature is positive");
            }
            ScoreKind::Weights(weights) => {
                assert_eq!((weights.n_rows(), weights.n_columns()), (n_items, n_items), "weights from item to item");
            }
            ScoreKind::Bias(bias) => assert_eq!(bias.len(), n_items, "a number for each item"),
        }
        assert!(self.user_factors.is_none_or(|factors| factors.len() == n_users), "a factor for each user");
    }

    fn factor(&self, user: u32) -> f32 {
        self.user_factors.map_or(1.0, |factors| factors[user as usize])
    }

    /// Adds the part to the scores of all items for some users, `[users, n_items]`; `room` is as large.
    fn add(&self, history: &Interactions, users: &[u32], scores: &mut [f32], room: &mut [f32]) {
        let n_items = history.n_items();
        if let ScoreKind::Product { users: all, items, .. } = self.kind {
            let mut rows = Matrix::zeros(users.len(), all.dim());
            for (place, &user) in users.iter().enumerate() {
                rows.row_mut(place).copy_from_slice(all.row(user as usize));
            }
            product_abt((&rows).into(), View::from(items), ViewMut::new(room, users.len(), n_items, n_items));
        }
        for ((&user, scores), products) in
            users.iter().zip(scores.chunks_exact_mut(n_items)).zip(room.chunks_exact(n_items))
        {
            let factor = self.factor(user);
            let mut add = |values: &[f32]| scores.iter_mut().zip(values).for_each(|(sum, x)| *sum += factor * x);
            match self.kind {
                ScoreKind::Product { temperature: None, .. } => add(products),
                ScoreKind::Product { temperature: Some(t), .. } => add_scaled_exp(scores, products, 1.0 / t, factor),
                ScoreKind::Weights(weights) => {
                    for &item in history.items_of(UserId(user)) {
                        weights.add_scaled_row(item as usize, factor, scores);
                    }
                }
                ScoreKind::Bias(bias) => add(bias),
            }
        }
    }
}

impl SumRanker<'_> {
    /// Calls `visit(place, scores)` for each of the users, at its place, with its scores for all items, in parallel.
    ///
    /// # Panics
    /// If a part has another number of users or items than the history, or a user is out of range.
    pub fn for_each_row(&self, users: &[u32], pool: &rayon::ThreadPool, visit: impl Fn(usize, &[f32]) + Sync) {
        let n_items = self.n_items();
        self.parts.iter().for_each(|part| part.check(self.n_users(), n_items));
        assert!(users.iter().all(|&user| (user as usize) < self.n_users()), "users of the history");
        let room = || [const { Vec::new() }; 2].map(|_: Vec<f32>| vec![0.0; USERS_AT_ONCE * n_items]);
        let task = |[scores, room]: &mut [Vec<f32>; 2], (task, users): (usize, &[u32])| {
            stop_point();
            let (scores, room) = (&mut scores[..users.len() * n_items], &mut room[..users.len() * n_items]);
            scores.fill(0.0);
            self.parts.iter().for_each(|part| part.add(self.history, users, scores, room));
            for k in 0..users.len() {
                visit(task * USERS_AT_ONCE + k, &scores[k * n_items..][..n_items]);
            }
        };
        if n_items > 0 {
            pool.install(|| users.par_chunks(USERS_AT_ONCE).enumerate().for_each_init(room, task));
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
        let is_known = |user: &u32| !self.history.items_of(UserId(*user)).is_empty();
        if users.iter().all(is_known) {
            return self.top_k_of_known(users, excluded, k, pool);
        }
        let (known, others): (Vec<u32>, Vec<u32>) = users.iter().partition(|user| is_known(user));
        let mut of_known = self.top_k_of_known(&known, excluded, k, pool).into_iter();
        let mut of_others = PopularityRanker::new(self.history).top_k(&others, excluded, k, pool).into_iter();
        let list = |user| if is_known(user) { of_known.next() } else { of_others.next() };
        users.iter().map(list).map(|list| list.expect("a list for each user")).collect()
    }
}

impl<'a> SumRanker<'a> {
    /// What `look(place, scores)` sees in the scores of each of the users for all items, in their order.
    ///
    /// # Panics
    /// As [`SumRanker::for_each_row`].
    pub fn map_rows<T: Default + Send>(
        &self,
        users: &[u32],
        pool: &rayon::ThreadPool,
        look: impl Fn(usize, &[f32]) -> T + Sync,
    ) -> Vec<T> {
        let found: Vec<Mutex<T>> = users.iter().map(|_| Mutex::default()).collect();
        self.for_each_row(users, pool, |place, scores| {
            let value = look(place, scores);
            *found[place].lock().expect("nobody panics while holding it") = value;
        });
        found.into_iter().map(|value| value.into_inner().expect("nobody panics while holding it")).collect()
    }

    /// Who ranks users with a history, where a single product without a temperature is all there is.
    #[must_use]
    pub fn sole_product(&self) -> Option<ProductRanker<'a>> {
        match *self.parts.as_slice() {
            [ScorePart { kind: ScoreKind::Product { users, items, temperature: None }, user_factors: None }] => {
                Some(ProductRanker::new(users, items))
            }
            _ => None,
        }
    }

    /// Those of users with a history.
    fn top_k_of_known(
        &self,
        users: &[u32],
        excluded: &Excluded<'_>,
        k: usize,
        pool: &rayon::ThreadPool,
    ) -> Vec<Vec<Ranked>> {
        if let Some(ranker) = self.sole_product() {
            return ranker.top_k(users, excluded, k, pool);
        }
        self.map_rows(users, pool, |place, scores| top_k_of_row(scores, excluded(UserId(users[place])), k))
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

    /// All items, best first.
    #[must_use]
    pub fn order(&self) -> &[Ranked] {
        &self.order
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
