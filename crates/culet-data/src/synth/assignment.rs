//! The best one-to-one assignment.

/// Assigns rows to columns, one to one, so that the sum of `gain[row][column]` is largest: the column of each row, or
/// none where there are more rows than columns.
///
/// Hungarian method with potentials (Kuhn 1955; Jonker and Volgenant 1987): exact, O(min^2 * max) of the numbers of
/// rows and columns.
///
/// # Panics
/// If the rows differ in length, or a gain is not finite.
pub(super) fn best_assignment(gain: &[Vec<f64>]) -> Vec<Option<usize>> {
    let (n_rows, n_columns) = (gain.len(), gain.first().map_or(0, Vec::len));
    assert!(gain.iter().all(|row| row.len() == n_columns), "rows of one length");
    assert!(gain.iter().flatten().all(|gain| gain.is_finite()), "finite gains");
    if n_rows <= n_columns {
        let row_of_column = cheapest(n_rows, n_columns, |row, column| -gain[row][column]);
        invert(&row_of_column, n_rows)
    } else {
        cheapest(n_columns, n_rows, |column, row| -gain[row][column])
    }
}

fn invert(row_of_column: &[Option<usize>], n_rows: usize) -> Vec<Option<usize>> {
    let mut column_of_row = vec![None; n_rows];
    for (column, row) in row_of_column.iter().enumerate() {
        if let Some(row) = *row {
            column_of_row[row] = Some(column);
        }
    }
    column_of_row
}

/// The row of each column at the least total cost; every row gets a column, `n_rows <= n_columns`.
///
/// Rows come in one by one; each finds the shortest augmenting path under the reduced costs
/// `cost(r, c) - row_price[r] - column_price[c] >= 0`. Column `n_columns` stands for the row that comes in.
fn cheapest(n_rows: usize, n_columns: usize, cost: impl Fn(usize, usize) -> f64) -> Vec<Option<usize>> {
    let mut row_price = vec![0.0; n_rows];
    let mut column_price = vec![0.0; n_columns + 1];
    let mut row_of = vec![None; n_columns + 1];
    for incoming in 0..n_rows {
        row_of[n_columns] = Some(incoming);
        let mut at = n_columns;
        let mut distance = vec![f64::INFINITY; n_columns];
        let mut before = vec![n_columns; n_columns];
        let mut visited = vec![false; n_columns + 1];
        while let Some(row) = row_of[at] {
            visited[at] = true;
            let (mut step, mut nearest) = (f64::INFINITY, n_columns);
            for column in (0..n_columns).filter(|&column| !visited[column]) {
                let reduced = cost(row, column) - row_price[row] - column_price[column];
                if reduced < distance[column] {
                    (distance[column], before[column]) = (reduced, at);
                }
                if distance[column] < step {
                    (step, nearest) = (distance[column], column);
                }
            }
            for column in 0..=n_columns {
                if let (true, Some(row)) = (visited[column], row_of[column]) {
                    row_price[row] += step;
                    column_price[column] -= step;
                } else if column < n_columns {
                    distance[column] -= step;
                }
            }
            at = nearest;
        }
        while at != n_columns {
            row_of[at] = row_of[before[at]];
            at = before[at];
        }
    }
    row_of.truncate(n_columns);
    row_of
}

#[cfg(test)]
mod tests {
    use super::*;
    use culet_graph::{Purpose, Stream};

    /// The largest sum over all ways to give distinct columns to the rows, or to as many rows as there are columns.
    fn by_trying_all(gain: &[Vec<f64>], row: usize, used: &mut Vec<bool>) -> f64 {
        if row == gain.len() {
            return 0.0;
        }
        let rows_left = gain.len() - row;
        let columns_left = used.iter().filter(|&&used| !used).count();
        // A row may go without a column only if rows outnumber columns.
        let mut best = if rows_left > columns_left { by_trying_all(gain, row + 1, used) } else { f64::NEG_INFINITY };
        for column in 0..used.len() {
            if !used[column] {
                used[column] = true;
                best = best.max(gain[row][column] + by_trying_all(gain, row + 1, used));
                used[column] = false;
            }
        }
        best
    }

    #[test]
    fn no_assignment_is_better() {
        for n_rows in 1..=6 {
            for n_columns in 1..=6 {
                for trial in 0..20 {
                    let stream = Stream::new(trial, Purpose::Test, (n_rows * 8 + n_columns) as u64);
                    // Even trials hold many ties, odd ones negative numbers.
                    let number = |k: usize| {
                        let x = stream.uniform(k as u64);
                        if trial % 2 == 0 { (x * 4.0).floor() } else { x - 0.5 }
                    };
                    let gain: Vec<Vec<f64>> =
                        (0..n_rows).map(|r| (0..n_columns).map(|c| number(r * n_columns + c)).collect()).collect();
                    let found = best_assignment(&gain);
                    let chosen: Vec<usize> = found.iter().flatten().copied().collect();
                    let distinct: std::collections::HashSet<_> = chosen.iter().collect();
                    assert_eq!((chosen.len(), distinct.len()), (n_rows.min(n_columns), n_rows.min(n_columns)));
                    let sum: f64 = found.iter().enumerate().filter_map(|(r, c)| c.map(|c| gain[r][c])).sum();
                    let best = by_trying_all(&gain, 0, &mut vec![false; n_columns]);
                    assert!((sum - best).abs() < 1e-12, "{sum} instead of {best} for {gain:?}");
                }
            }
        }
    }

    #[test]
    fn nothing_to_assign_is_no_error() {
        assert!(best_assignment(&[]).is_empty());
        assert_eq!(best_assignment(&[vec![], vec![]]), [None, None]);
    }
}
