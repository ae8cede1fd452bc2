//! How the rows stand to each other: their order, intervals, whether the best is better, what the graph gave.

use culet_data::PerUserTable;
use culet_eval::significance::MeanInterval;
use culet_train::{BoardEntry, Comparison, GraphKind, compare_users, mean_intervals};
use rayon::ThreadPool;

use super::OpenBoard;
use super::rows::{Judged, Rows};
use crate::RunsError;

/// The judged rows, best first.
pub(super) struct Standing<'a> {
    pub(super) rows: Vec<Stand<'a>>,
    pub(super) gains: Vec<Gain<'a>>,
}

/// One row among the others.
pub(super) struct Stand<'a> {
    pub(super) entry: &'a BoardEntry,
    pub(super) judged: &'a Judged,
    /// Of recall and ndcg at the first cutoff.
    pub(super) intervals: [MeanInterval; 2],
    /// Of the same, this row minus the best one; none for the best one itself.
    pub(super) to_best: Option<[Comparison; 2]>,
}

/// What the true graph gave a model beyond another.
pub(super) struct Gain<'a> {
    pub(super) entry: &'a BoardEntry,
    pub(super) against: GraphKind,
    /// Of recall and ndcg at the first cutoff, the true graph minus the other.
    pub(super) gains: [Comparison; 2],
    /// Of recall on cold items: the means with the true graph and with the other.
    pub(super) cold: Option<(f64, f64)>,
}

impl<'a> Standing<'a> {
    pub(super) fn of(board: &OpenBoard<'_>, rows: &'a Rows, pool: &ThreadPool) -> Result<Self, RunsError> {
        let mut ranked: Vec<(&BoardEntry, &Judged)> = rows.judged().collect();
        let metric = board.metric();
        // Equal rows stay in the order in which they were asked for.
        ranked.sort_by(|(_, a), (_, b)| b.metric(&metric).total_cmp(&a.metric(&metric)));
        let tables: Vec<&PerUserTable> = ranked.iter().map(|(_, judged)| &judged.per_user).collect();
        let keys = [board.key("recall"), board.key("ndcg")];
        let [recalls, ndcgs] = each(&keys, |key| intervals(board, &tables, key, pool))?;
        let [recall_gaps, ndcg_gaps] = each(&keys, |key| to_best(board, &tables, key, pool))?;
        let stand = |(place, (entry, judged)): (usize, (&'a BoardEntry, &'a Judged))| Stand {
            entry,
            judged,
            intervals: [recalls[place], ndcgs[place]],
            to_best: (place > 0).then(|| [recall_gaps[place - 1], ndcg_gaps[place - 1]]),
        };
        let rows_ranked = ranked.into_iter().enumerate().map(stand).collect();
        Ok(Self { rows: rows_ranked, gains: graph_gains(board, rows, &keys, pool)? })
    }

    /// The row that the validation part speaks for, if it can be told of all rows.
    pub(super) fn best_on_validation(&self, metric: &str) -> Option<&Stand<'a>> {
        let values: Option<Vec<f64>> = self.rows.iter().map(|row| row.judged.on_validation(metric)).collect();
        let values = values?;
        let best = (1..values.len()).fold(0, |best, k| if values[k] > values[best] { k } else { best });
        self.rows.get(best)
    }
}

fn each<T>(keys: &[String; 2], of: impl Fn(&str) -> Result<T, RunsError>) -> Result<[T; 2], RunsError> {
    Ok([of(&keys[0])?, of(&keys[1])?])
}

fn intervals(
    board: &OpenBoard<'_>,
    tables: &[&PerUserTable],
    key: &str,
    pool: &ThreadPool,
) -> Result<Vec<MeanInterval>, RunsError> {
    Ok(mean_intervals(tables, key, board.board.seed, pool)?)
}

fn to_best(
    board: &OpenBoard<'_>,
    tables: &[&PerUserTable],
    key: &str,
    pool: &ThreadPool,
) -> Result<Vec<Comparison>, RunsError> {
    let Some((best, others)) = tables.split_first() else { return Ok(Vec::new()) };
    Ok(compare_users(best, others, key, board.board.seed, pool)?)
}

fn graph_gains<'a>(
    board: &OpenBoard<'_>,
    rows: &'a Rows,
    keys: &[String; 2],
    pool: &ThreadPool,
) -> Result<Vec<Gain<'a>>, RunsError> {
    let mut gains = Vec::new();
    for (entry, with) in rows.judged().filter(|(entry, _)| entry.spec.uses_graph && entry.graph == GraphKind::True) {
        for against in [GraphKind::None, GraphKind::Random] {
            let Some(other) = rows.sibling(entry, against) else { continue };
            let tables = [&other.per_user, &with.per_user];
            let [recall, ndcg] = each(keys, |key| to_best(board, &tables, key, pool))?;
            let cold = |judged: &Judged| judged.record.cold.metrics.get(&keys[0]).copied();
            gains.push(Gain { entry, against, gains: [recall[0], ndcg[0]], cold: cold(with).zip(cold(other)) });
        }
    }
    Ok(gains)
}
