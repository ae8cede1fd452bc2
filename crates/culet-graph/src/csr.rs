//! Compressed sparse rows: for each row a slice of `u32` columns.

use crate::GraphError;

/// Compressed sparse rows: row `r` holds `columns[offsets[r]..offsets[r + 1]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Csr {
    offsets: Vec<u32>,
    columns: Vec<u32>,
}

impl Csr {
    /// Groups (row, column) pairs by row in O(pairs + rows); the order of pairs within a row is kept.
    ///
    /// # Errors
    /// [`GraphError::TooMany`] above 2^32 - 1 pairs.
    ///
    /// # Panics
    /// If a row is not below `n_rows`.
    pub fn from_pairs(n_rows: usize, pairs: &[(u32, u32)]) -> Result<Self, GraphError> {
        if u32::try_from(pairs.len()).is_err() {
            return Err(GraphError::TooMany { what: "pairs", count: pairs.len() });
        }
        let mut offsets = vec![0_u32; n_rows + 1];
        for &(row, _) in pairs {
            offsets[row as usize + 1] += 1;
        }
        for row in 0..n_rows {
            offsets[row + 1] += offsets[row];
        }
        let mut next = offsets.clone();
        let mut columns = vec![0; pairs.len()];
        for &(row, column) in pairs {
            let slot = &mut next[row as usize];
            columns[*slot as usize] = column;
            *slot += 1;
        }
        Ok(Self { offsets, columns })
    }

    /// Takes ready-made parts.
    ///
    /// # Panics
    /// If `offsets` is empty, decreases, or does not end at `columns.len()`.
    #[must_use]
    pub fn from_parts(offsets: Vec<u32>, columns: Vec<u32>) -> Self {
        assert!(offsets.first() == Some(&0), "offsets start at 0");
        assert!(offsets.windows(2).all(|w| w[0] <= w[1]), "offsets never decrease");
        assert_eq!(offsets[offsets.len() - 1] as usize, columns.len(), "offsets end at the number of columns");
        Self { offsets, columns }
    }

    /// For each column the rows that hold it, ascending, in O(stored + columns).
    ///
    /// # Panics
    /// If a column is not below `n_columns`.
    #[must_use]
    pub fn transposed(&self, n_columns: usize) -> Self {
        let mut offsets = vec![0_u32; n_columns + 1];
        for &column in &self.columns {
            offsets[column as usize + 1] += 1;
        }
        for column in 0..n_columns {
            offsets[column + 1] += offsets[column];
        }
        let mut next = offsets.clone();
        let mut rows = vec![0; self.columns.len()];
        for row in 0..self.n_rows() {
            for &column in self.row(row) {
                let slot = &mut next[column as usize];
                rows[*slot as usize] = row as u32;
                *slot += 1;
            }
        }
        Self { offsets, columns: rows }
    }

    /// Sorts the columns of each row and drops repeats.
    #[must_use]
    pub fn sorted_and_distinct(mut self) -> Self {
        let mut kept = 0_usize;
        for row in 0..self.n_rows() {
            let (start, end) = (self.offsets[row] as usize, self.offsets[row + 1] as usize);
            self.columns[start..end].sort_unstable();
            self.offsets[row] = kept as u32;
            let mut last = None;
            for k in start..end {
                let column = self.columns[k];
                if last != Some(column) {
                    self.columns[kept] = column;
                    kept += 1;
                    last = Some(column);
                }
            }
        }
        let n_rows = self.n_rows();
        self.offsets[n_rows] = kept as u32;
        self.columns.truncate(kept);
        self.columns.shrink_to_fit();
        self
    }

    /// The number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The number of stored columns over all rows.
    #[must_use]
    pub fn n_stored(&self) -> usize {
        self.columns.len()
    }

    /// The columns of a row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[u32] {
        &self.columns[self.range(row)]
    }

    /// Where the columns of a row lie in [`Csr::columns`].
    #[must_use]
    pub fn range(&self, row: usize) -> std::ops::Range<usize> {
        self.offsets[row] as usize..self.offsets[row + 1] as usize
    }

    /// All offsets, `[n_rows + 1]`.
    #[must_use]
    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    /// All columns, row after row.
    #[must_use]
    pub fn columns(&self) -> &[u32] {
        &self.columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transposed_table_holds_each_pair_the_other_way_round() {
        let csr = Csr::from_pairs(3, &[(0, 2), (2, 0), (2, 2), (0, 1)]).unwrap();
        let expected = Csr::from_pairs(4, &[(0, 2), (1, 0), (2, 0), (2, 2)]).unwrap();
        assert_eq!(csr.transposed(4), expected);
    }

    #[test]
    fn groups_by_row_and_keeps_the_order_of_pairs() {
        let csr = Csr::from_pairs(4, &[(2, 9), (0, 5), (2, 1), (2, 9)]).unwrap();
        assert_eq!(csr.row(0), [5]);
        assert_eq!(csr.row(1), [0_u32; 0]);
        assert_eq!(csr.row(2), [9, 1, 9]);
        assert_eq!(csr.n_stored(), 4);
    }

    #[test]
    fn sorting_drops_repeats_and_keeps_empty_rows() {
        let csr = Csr::from_pairs(4, &[(3, 7), (1, 2), (3, 7), (3, 4)]).unwrap().sorted_and_distinct();
        assert_eq!(csr.offsets(), [0, 0, 1, 1, 3]);
        assert_eq!(csr.columns(), [2, 4, 7]);
    }
}
