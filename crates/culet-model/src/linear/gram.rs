//! The weighted table of how often items were taken together.

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

    /// Writes the row of an item up to the diagonal, `[item + 1]`, over zeros.
    pub(super) fn write_lower(&self, item: usize, lower: &mut [f32]) {
        let mut sums = vec![0.0; self.n_items()];
        self.for_each(item, |other, value| sums[other as usize] += value);
        lower.iter_mut().zip(sums).for_each(|(number, sum)| *number = sum as f32);
    }
}
