//! The weighted table of how often items were taken together.

use std::cmp::Reverse;

use culet_graph::UserId;
use culet_kernels::SparseMatrix;

use super::ease::EaseProblem;

/// Rows of A = X' W X + extra' extra + diag(ridge), one at a time.
#[derive(Debug)]
pub(super) struct GramRows<'a> {
    problem: EaseProblem<'a>,
    /// The users of each item, `[items, users]`, with their weights.
    users: SparseMatrix,
    /// The extra rows of each item.
    extra: Option<SparseMatrix>,
}

impl<'a> GramRows<'a> {
    pub(super) fn new(problem: EaseProblem<'a>) -> Self {
        let log = problem.log;
        let histories = SparseMatrix::from_blocks(log.n_items(), log.n_users(), |user, items, weights| {
            let weight = problem.user_weights[user];
            if weight > 0.0 {
                let history = log.items_of(UserId(user as u32));
                items.extend(history);
                weights.resize(items.len(), weight);
            }
        });
        Self { problem, users: histories.transpose(), extra: problem.extra.map(SparseMatrix::transpose) }
    }

    /// The number of items.
    pub(super) fn n_items(&self) -> usize {
        self.problem.log.n_items()
    }

    /// Calls a function with every item that shares a row with `item`, itself included, and what that row adds.
    pub(super) fn for_each(&self, item: usize, mut add: impl FnMut(u32, f64)) {
        let (users, weights) = self.users.row(item);
        for (&user, &weight) in users.iter().zip(weights) {
            let history = self.problem.log.items_of(UserId(user));
            history.iter().for_each(|&other| add(other, f64::from(weight)));
        }
        if let (Some(extra), Some(rows)) = (self.problem.extra, &self.extra) {
            let (rows, values) = rows.row(item);
            for (&row, &value) in rows.iter().zip(values) {
                let (others, by) = extra.row(row as usize);
                others.iter().zip(by).for_each(|(&other, &by)| add(other, f64::from(value) * f64::from(by)));
            }
        }
        add(item as u32, self.problem.ridge(item));
    }

    /// The number of rows that an item has a part in.
    fn n_rows_of(&self, item: usize) -> usize {
        self.users.row(item).0.len() + self.extra.as_ref().map_or(0, |extra| extra.row(item).0.len())
    }

    /// A_ii.
    fn diagonal(&self, item: usize) -> f64 {
        let of_users: f64 = self.users.row(item).1.iter().map(|&weight| f64::from(weight)).sum();
        let extra = self.extra.as_ref().map_or(&[][..], |extra| extra.row(item).1);
        let of_extra: f64 = extra.iter().map(|&value| f64::from(value).powi(2)).sum();
        of_users + of_extra + self.problem.ridge(item)
    }

    /// Writes the row of an item up to the diagonal, `[item + 1]`, over zeros.
    pub(super) fn write_lower(&self, item: usize, lower: &mut [f32]) {
        let mut sums = vec![0.0; self.n_items()];
        self.for_each(item, |other, value| sums[other as usize] += value);
        lower.iter_mut().zip(sums).for_each(|(number, sum)| *number = sum as f32);
    }
}

/// The table A with each pair stored once, at the item that fewer share: its row is the shorter one.
///
/// Items are counted by *rank*: those with the most rows first. Row r holds the pairs of rank r with ranks below.
#[derive(Debug)]
pub(super) struct PairTable {
    /// The item of each rank.
    pub(super) item_of: Vec<u32>,
    /// The rank of each item.
    pub(super) rank_of: Vec<u32>,
    /// A_rr for each rank.
    pub(super) diagonal: Vec<f32>,
    /// A_rs for s < r.
    pub(super) lower: SparseMatrix,
}

impl PairTable {
    /// Computes the table; of each row only the `most` pairs of greatest magnitude.
    pub(super) fn new(gram: &GramRows<'_>, most: usize) -> Self {
        let n_items = gram.n_items();
        let mut item_of: Vec<u32> = (0..n_items as u32).collect();
        item_of.sort_by_key(|&item| (Reverse(gram.n_rows_of(item as usize)), item));
        let mut rank_of = vec![0; n_items];
        (0..).zip(&item_of).for_each(|(rank, &item)| rank_of[item as usize] = rank);
        let lower = SparseMatrix::from_blocks_with(
            n_items,
            n_items,
            || RowSums::new(n_items),
            |sums, rank, ranks, values| {
                gram.for_each(item_of[rank] as usize, |other, value| {
                    if (rank_of[other as usize] as usize) < rank {
                        sums.add(rank_of[other as usize], value);
                    }
                });
                let start = ranks.len();
                sums.take(|rank, sum| {
                    ranks.push(rank);
                    values.push(sum as f32);
                });
                cut(ranks, values, start, most);
            },
        );
        let diagonal = item_of.iter().map(|&item| gram.diagonal(item as usize) as f32).collect();
        Self { item_of, rank_of, diagonal, lower }
    }
}

/// Keeps of the pairs from `start` on those of greatest magnitude, the smaller ranks among equal ones.
fn cut(ranks: &mut Vec<u32>, values: &mut Vec<f32>, start: usize, most: usize) {
    if ranks.len() - start > most {
        let mut pairs: Vec<(u32, f32)> = ranks.drain(start..).zip(values.drain(start..)).collect();
        pairs.select_nth_unstable_by(most, |a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        pairs.truncate(most);
        pairs.sort_unstable_by_key(|pair| pair.0);
        ranks.extend(pairs.iter().map(|pair| pair.0));
        values.extend(pairs.iter().map(|pair| pair.1));
    }
}

/// A sparse row that is being added up: dense sums, and a list of where there are any.
#[derive(Debug)]
pub(super) struct RowSums {
    sums: Vec<f64>,
    met: Vec<bool>,
    columns: Vec<u32>,
}

impl RowSums {
    pub(super) fn new(n_columns: usize) -> Self {
        Self { sums: vec![0.0; n_columns], met: vec![false; n_columns], columns: Vec::new() }
    }

    #[inline]
    pub(super) fn add(&mut self, column: u32, value: f64) {
        let at = column as usize;
        if !std::mem::replace(&mut self.met[at], true) {
            self.columns.push(column);
        }
        self.sums[at] += value;
    }

    /// Hands over the row, columns ascending; the next one starts from nothing.
    pub(super) fn take(&mut self, mut hand_over: impl FnMut(u32, f64)) {
        self.columns.sort_unstable();
        for column in self.columns.drain(..) {
            self.met[column as usize] = false;
            hand_over(column, std::mem::take(&mut self.sums[column as usize]));
        }
    }
}
