//! Sparse tables of f32 in compressed rows: what linear recommenders learn and score with.

use rayon::prelude::*;

use crate::stop_point;

/// A sparse table: row `r` holds `values[offsets[r]..offsets[r + 1]]` at the columns beside them, which ascend strictly.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseMatrix {
    n_columns: usize,
    offsets: Vec<u64>,
    columns: Vec<u32>,
    values: Vec<f32>,
}

/// Rows that one task works on.
const ROWS_OF_TASK: usize = 64;

impl SparseMatrix {
    /// Takes ready-made parts.
    ///
    /// # Panics
    /// For the reasons that [`Self::try_from_parts`] returns.
    #[must_use]
    pub fn from_parts(n_columns: usize, offsets: Vec<u64>, columns: Vec<u32>, values: Vec<f32>) -> Self {
        Self::try_from_parts(n_columns, offsets, columns, values).unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// Takes parts that were read from somewhere.
    ///
    /// # Errors
    /// What is wrong: `offsets` that do not rise from 0 to the number of columns, parts of unlike lengths, a column
    /// outside the table, columns of a row that do not ascend strictly.
    pub fn try_from_parts(
        n_columns: usize,
        offsets: Vec<u64>,
        columns: Vec<u32>,
        values: Vec<f32>,
    ) -> Result<Self, &'static str> {
        if offsets.first() != Some(&0) || offsets.last() != Some(&(columns.len() as u64)) {
            return Err("offsets go from 0 to the number of stored values");
        }
        if offsets.windows(2).any(|pair| pair[0] > pair[1]) {
            return Err("offsets never decrease");
        }
        if columns.len() != values.len() {
            return Err("each stored value has a column");
        }
        if columns.iter().any(|&column| column as usize >= n_columns) {
            return Err("columns lie within the table");
        }
        let matrix = Self { n_columns, offsets, columns, values };
        if (0..matrix.n_rows()).any(|row| matrix.row(row).0.windows(2).any(|pair| pair[0] >= pair[1])) {
            return Err("the columns of a row ascend strictly");
        }
        Ok(matrix)
    }

    /// Builds from rows of (column, value), columns ascending.
    ///
    /// # Panics
    /// If columns of a row do not ascend strictly or lie outside the table.
    #[must_use]
    pub fn from_rows(n_columns: usize, rows: Vec<Vec<(u32, f32)>>) -> Self {
        let mut offsets = vec![0];
        let n_stored = rows.iter().map(Vec::len).sum();
        let (mut columns, mut values) = (Vec::with_capacity(n_stored), Vec::with_capacity(n_stored));
        for row in rows {
            columns.extend(row.iter().map(|&(column, _)| column));
            values.extend(row.iter().map(|&(_, value)| value));
            offsets.push(columns.len() as u64);
        }
        Self::from_parts(n_columns, offsets, columns, values)
    }

    /// The number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The number of columns.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// The number of stored values, zeros included.
    #[must_use]
    pub fn n_stored(&self) -> usize {
        self.values.len()
    }

    /// The columns and the values of a row.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    #[inline]
    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let range = self.offsets[row] as usize..self.offsets[row + 1] as usize;
        (&self.columns[range.clone()], &self.values[range])
    }

    /// Where each row starts and, last, where the table ends: `[n_rows + 1]`.
    #[must_use]
    pub fn offsets(&self) -> &[u64] {
        &self.offsets
    }

    /// The columns of all rows, end to end.
    #[must_use]
    pub fn columns(&self) -> &[u32] {
        &self.columns
    }

    /// The values of all rows, end to end.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The transposed table, in O(stored + rows + columns).
    ///
    /// # Panics
    /// Above 2^32 rows.
    #[must_use]
    pub fn transpose(&self) -> Self {
        let n_rows = u32::try_from(self.n_rows()).expect("rows fit the ids of columns");
        let mut next = vec![0_u64; self.n_columns + 1];
        for &column in &self.columns {
            next[column as usize + 1] += 1;
        }
        for column in 0..self.n_columns {
            next[column + 1] += next[column];
        }
        let offsets = next.clone();
        let (mut columns, mut values) = (vec![0; self.n_stored()], vec![0.0; self.n_stored()]);
        for row in 0..n_rows {
            let (row_columns, row_values) = self.row(row as usize);
            for (&column, &value) in row_columns.iter().zip(row_values) {
                let place = &mut next[column as usize];
                (columns[*place as usize], values[*place as usize]) = (row, value);
                *place += 1;
            }
        }
        Self { n_columns: n_rows as usize, offsets, columns, values }
    }

    /// Adds a multiple of a row to a dense one: `dense[c] += scale * value`, the inner loop of scoring.
    ///
    /// # Shapes
    /// - `dense`: `[n_columns]`, **added to**.
    /// # Panics
    /// If `dense` has another length or there is no such row.
    #[inline]
    pub fn add_scaled_row(&self, row: usize, scale: f32, dense: &mut [f32]) {
        assert_eq!(dense.len(), self.n_columns, "a number for each column");
        let (columns, values) = self.row(row);
        for (&column, &value) in columns.iter().zip(values) {
            debug_assert!((column as usize) < dense.len());
            // SAFETY: every column is below `n_columns`, checked when the table was made, and that is the length.
            unsafe { *dense.get_unchecked_mut(column as usize) += scale * value };
        }
    }

    /// Multiplies each column by a number of its own.
    ///
    /// # Panics
    /// If there is not one number a column.
    pub fn scale_columns(&mut self, scales: &[f32]) {
        assert_eq!(scales.len(), self.n_columns, "a number for each column");
        for (value, &column) in self.values.iter_mut().zip(&self.columns) {
            *value *= scales[column as usize];
        }
    }

    /// Multiplies each row by a number of its own.
    ///
    /// # Panics
    /// If there is not one number a row.
    pub fn scale_rows(&mut self, scales: &[f32]) {
        assert_eq!(scales.len(), self.n_rows(), "a number for each row");
        for (row, &scale) in scales.iter().enumerate() {
            let range = self.offsets[row] as usize..self.offsets[row + 1] as usize;
            self.values[range].iter_mut().for_each(|value| *value *= scale);
        }
    }

    /// Computes `weight_a * a + weight_b * b`; a place is stored where either stores it.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    pub fn weighted_sum(a: &Self, weight_a: f32, b: &Self, weight_b: f32) -> Self {
        assert_eq!((a.n_rows(), a.n_columns), (b.n_rows(), b.n_columns), "tables of the same shape");
        Self::from_blocks(a.n_columns, a.n_rows(), |row, columns, values| {
            merge(a.row(row), weight_a, b.row(row), weight_b, columns, values);
        })
    }

    /// Keeps in each row the `n` values of greatest magnitude; among equal ones the smaller columns stay.
    #[must_use]
    pub fn keep_largest(self, n: usize) -> Self {
        if self.offsets.windows(2).all(|pair| pair[1] - pair[0] <= n as u64) {
            return self;
        }
        Self::from_blocks(self.n_columns, self.n_rows(), |row, columns, values| {
            let (row_columns, row_values) = self.row(row);
            let mut places: Vec<usize> = (0..row_columns.len()).collect();
            if n < places.len() {
                let size = |place: &usize| row_values[*place].abs();
                places.select_nth_unstable_by(n, |a, b| size(b).total_cmp(&size(a)).then(a.cmp(b)));
                places.truncate(n);
                places.sort_unstable();
            }
            columns.extend(places.iter().map(|&place| row_columns[place]));
            values.extend(places.iter().map(|&place| row_values[place]));
        })
    }

    /// Builds from rows that a function appends, blocks of rows at once in the rayon pool of the caller.
    ///
    /// # Panics
    /// If an appended row's columns do not ascend strictly or lie outside the table, or its values are not as many.
    pub fn from_blocks(
        n_columns: usize,
        n_rows: usize,
        append: impl Fn(usize, &mut Vec<u32>, &mut Vec<f32>) + Sync,
    ) -> Self {
        Self::from_blocks_with(n_columns, n_rows, || (), |(), row, columns, values| append(row, columns, values))
    }

    /// As [`Self::from_blocks`], for a function that needs room to work in; what it finds there must not matter.
    ///
    /// # Panics
    /// As [`Self::from_blocks`].
    pub fn from_blocks_with<R>(
        n_columns: usize,
        n_rows: usize,
        room: impl Fn() -> R + Sync + Send,
        append: impl Fn(&mut R, usize, &mut Vec<u32>, &mut Vec<f32>) + Sync,
    ) -> Self {
        let blocks: Vec<_> = (0..n_rows.div_ceil(ROWS_OF_TASK))
            .into_par_iter()
            .map_init(room, |room, block| {
                stop_point();
                let (mut ends, mut columns, mut values) = (Vec::new(), Vec::new(), Vec::new());
                for row in block * ROWS_OF_TASK..((block + 1) * ROWS_OF_TASK).min(n_rows) {
                    append(room, row, &mut columns, &mut values);
                    ends.push(columns.len() as u64);
                }
                (ends, columns, values)
            })
            .collect();
        let n_stored = blocks.iter().map(|(_, columns, _)| columns.len()).sum();
        let (mut columns, mut values) = (Vec::with_capacity(n_stored), Vec::with_capacity(n_stored));
        let mut offsets = Vec::with_capacity(n_rows + 1);
        offsets.push(0);
        for (ends, block_columns, block_values) in blocks {
            let start = columns.len() as u64;
            offsets.extend(ends.iter().map(|end| start + end));
            columns.extend(block_columns);
            values.extend(block_values);
        }
        Self::from_parts(n_columns, offsets, columns, values)
    }
}

/// Appends the weighted sum of two sparse rows.
fn merge(
    (a_columns, a_values): (&[u32], &[f32]),
    weight_a: f32,
    (b_columns, b_values): (&[u32], &[f32]),
    weight_b: f32,
    columns: &mut Vec<u32>,
    values: &mut Vec<f32>,
) {
    let (mut a, mut b) = (0, 0);
    while a < a_columns.len() || b < b_columns.len() {
        let column = match (a_columns.get(a), b_columns.get(b)) {
            (Some(&a), Some(&b)) => a.min(b),
            (Some(&column), None) | (None, Some(&column)) => column,
            (None, None) => unreachable!("one row has columns left"),
        };
        let mut value = 0.0;
        if a_columns.get(a) == Some(&column) {
            value += weight_a * a_values[a];
            a += 1;
        }
        if b_columns.get(b) == Some(&column) {
            value += weight_b * b_values[b];
            b += 1;
        }
        columns.push(column);
        values.push(value);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn example() -> SparseMatrix {
        SparseMatrix::from_rows(4, vec![vec![(0, 1.0), (3, -5.0)], vec![], vec![(1, 2.0), (2, -2.0), (3, 1.0)]])
    }

    fn dense(matrix: &SparseMatrix) -> Vec<Vec<f32>> {
        (0..matrix.n_rows())
            .map(|row| {
                let mut dense = vec![0.0; matrix.n_columns()];
                matrix.add_scaled_row(row, 1.0, &mut dense);
                dense
            })
            .collect()
    }

    /// Sparse tables of a given shape with about half of their places stored, small whole numbers in them.
    fn tables(n_rows: usize, n_columns: usize) -> impl Strategy<Value = SparseMatrix> {
        let value = prop_oneof![Just(None), (-9_i8..=9).prop_map(|value| Some(f32::from(value)))];
        prop::collection::vec(prop::collection::vec(value, n_columns), n_rows).prop_map(move |rows| {
            let stored = |row: Vec<Option<f32>>| (0..).zip(row).filter_map(|(c, v)| Some((c, v?))).collect();
            SparseMatrix::from_rows(n_columns, rows.into_iter().map(stored).collect())
        })
    }

    #[test]
    fn rows_come_back() {
        let matrix = example();
        assert_eq!((matrix.n_rows(), matrix.n_columns(), matrix.n_stored()), (3, 4, 5));
        assert_eq!(matrix.row(0), (&[0, 3][..], &[1.0, -5.0][..]));
        assert_eq!(matrix.row(1), (&[][..], &[][..]));
        assert_eq!(matrix.offsets(), [0, 2, 2, 5]);
        assert_eq!(matrix.columns(), [0, 3, 1, 2, 3]);
        assert_eq!(matrix.values(), [1.0, -5.0, 2.0, -2.0, 1.0]);
    }

    #[test]
    fn the_largest_magnitudes_stay_and_ties_go_to_the_smaller_column() {
        let kept = example().keep_largest(1);
        assert_eq!(dense(&kept), [[0.0, 0.0, 0.0, -5.0], [0.0; 4], [0.0, 2.0, 0.0, 0.0]]);
        assert_eq!(example().keep_largest(0).n_stored(), 0);
        assert_eq!(example().keep_largest(3), example());
    }

    #[test]
    fn what_is_wrong_with_parts_is_said() {
        let refusal = |n_columns, offsets: &[u64], columns: &[u32], values: &[f32]| {
            SparseMatrix::try_from_parts(n_columns, offsets.to_vec(), columns.to_vec(), values.to_vec()).unwrap_err()
        };
        assert_eq!(refusal(4, &[], &[], &[]), "offsets go from 0 to the number of stored values");
        assert_eq!(refusal(4, &[0, 2], &[1], &[1.0]), "offsets go from 0 to the number of stored values");
        assert_eq!(refusal(4, &[0, 2, 1, 2], &[1, 2], &[1.0, 1.0]), "offsets never decrease");
        assert_eq!(refusal(4, &[0, 2], &[1, 2], &[1.0]), "each stored value has a column");
        assert_eq!(refusal(2, &[0, 2], &[1, 2], &[1.0, 1.0]), "columns lie within the table");
        assert_eq!(refusal(4, &[0, 2], &[2, 2], &[1.0, 1.0]), "the columns of a row ascend strictly");
    }

    #[test]
    #[should_panic(expected = "a number for each column")]
    fn a_dense_row_of_another_length_is_refused() {
        example().add_scaled_row(0, 1.0, &mut [0.0; 3]);
    }

    proptest! {
        #[test]
        fn transposing_swaps_rows_and_columns(matrix in tables(5, 7)) {
            let (rows, transposed) = (dense(&matrix), dense(&matrix.transpose()));
            for (row, values) in rows.iter().enumerate() {
                for (column, value) in values.iter().enumerate() {
                    prop_assert_eq!(transposed[column][row], *value);
                }
            }
            prop_assert_eq!(matrix.transpose().transpose(), matrix);
        }

        #[test]
        fn sums_and_scales_are_those_of_dense_tables(a in tables(70, 6), b in tables(70, 6)) {
            let scales: Vec<f32> = (0..70).map(|k| k as f32 - 3.0).collect();
            let (dense_a, dense_b) = (dense(&a), dense(&b));
            let sum = dense(&SparseMatrix::weighted_sum(&a, 2.0, &b, -0.5));
            let (mut by_rows, mut by_columns) = (a.clone(), a);
            by_rows.scale_rows(&scales);
            by_columns.scale_columns(&scales[..6]);
            let (by_rows, by_columns) = (dense(&by_rows), dense(&by_columns));
            for row in 0..70 {
                for column in 0..6 {
                    let (x, y) = (dense_a[row][column], dense_b[row][column]);
                    prop_assert_eq!(sum[row][column], 2.0 * x - 0.5 * y);
                    prop_assert_eq!(by_rows[row][column], scales[row] * x);
                    prop_assert_eq!(by_columns[row][column], scales[column] * x);
                }
            }
        }

        #[test]
        fn what_stays_is_what_sorting_puts_first(matrix in tables(3, 9), n in 0_usize..6) {
            let kept = matrix.clone().keep_largest(n);
            for row in 0..3 {
                let (columns, values) = matrix.row(row);
                let mut sorted: Vec<_> = columns.iter().copied().zip(values.iter().copied()).collect();
                sorted.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
                sorted.truncate(n);
                sorted.sort_by_key(|&(column, _)| column);
                let (columns, values) = kept.row(row);
                prop_assert_eq!(columns.iter().copied().zip(values.iter().copied()).collect::<Vec<_>>(), sorted);
            }
        }
    }
}
