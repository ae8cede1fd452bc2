//! Means and sums over lists of rows.

use culet_kernels::{Lists, Matrix, interaction_mean, sum_listed};

use crate::number::{Number, ONE, ZERO, total};
use crate::table::{Draws, Row, SPREADS, Spread, WIDTHS, assert_rows, exact_rows, filled, table, zero_rows};

/// Lists of rows in one piece.
pub(crate) struct Listed {
    offsets: Vec<u32>,
    columns: Vec<u32>,
}

impl Listed {
    pub(crate) fn new(lists: impl IntoIterator<Item = Vec<u32>>) -> Self {
        let mut all = Self { offsets: vec![0], columns: Vec::new() };
        for list in lists {
            all.columns.extend(list);
            all.offsets.push(all.columns.len() as u32);
        }
        all
    }

    /// Lists of 0 to 9 rows with repetitions; list 3 has `longest`, the last none.
    pub(crate) fn awkward(n_lists: usize, n_rows: usize, longest: u32) -> Self {
        let mut draws = Draws::new(4);
        Self::new((0..n_lists).map(|k| {
            let n = if k == 3 { longest } else { draws.below(10) };
            let n = if k + 1 == n_lists { 0 } else { n };
            (0..n).map(|_| draws.below(n_rows)).collect()
        }))
    }

    pub(crate) fn view(&self) -> Lists<'_> {
        Lists { offsets: &self.offsets, columns: &self.columns }
    }
}

/// start + sum of the listed rows, and their number.
fn sums(lists: Lists<'_>, x: &[Row], start: &[Row]) -> Vec<(Row, usize)> {
    let sum = |k: usize, dim: usize| -> Row {
        let terms = |d: usize| lists.list(k).iter().map(move |&row| x[row as usize][d]);
        (0..dim).map(|d| total(std::iter::once(start[k][d]).chain(terms(d)))).collect()
    };
    (0..lists.len()).map(|k| (sum(k, start[k].len()), lists.list(k).len())).collect()
}

#[test]
fn the_mean_equals_the_twin() {
    for dim in WIDTHS {
        for spread in SPREADS {
            let n_lists = if dim > 100 { 70 } else { 200 };
            let listed = Listed::awkward(n_lists, 2000, if dim > 17 { 600 } else { 5_000 });
            let x = table(2000, dim, spread, 1);
            let mut found = filled(n_lists, dim, 7.0);
            interaction_mean(listed.view(), &x, &mut found);
            let means: Vec<Row> = sums(listed.view(), &exact_rows(&x), &zero_rows(n_lists, dim))
                .into_iter()
                .map(|(sum, n)| {
                    let share = if n == 0 { ZERO } else { ONE / Number::exact(n as f64) };
                    sum.into_iter().map(|x| x * share).collect()
                })
                .collect();
            assert_rows(&format!("width {dim}, {spread:?}"), &found, &means);
        }
    }
}

#[test]
fn the_sum_from_a_start_equals_the_twin() {
    for dim in WIDTHS {
        for spread in SPREADS {
            let n_lists = if dim > 100 { 70 } else { 200 };
            let listed = Listed::awkward(n_lists, 2000, if dim > 17 { 600 } else { 5_000 });
            let x = table(2000, dim, spread, 1);
            let starts: &[usize] = if dim > 100 { &[40] } else { &[0, 40, n_lists] };
            for &n_started in starts {
                let start = table(n_started, dim, spread, 2);
                let mut found = filled(n_lists, dim, 7.0);
                sum_listed(listed.view(), &x, &start, &mut found);
                let mut starts = exact_rows(&start);
                starts.resize(n_lists, vec![ZERO; dim]);
                let expected = sums(listed.view(), &exact_rows(&x), &starts).into_iter().map(|(sum, _)| sum);
                let what = format!("width {dim}, {spread:?}, {n_started} rows to start from");
                assert_rows(&what, &found, &expected.collect::<Vec<_>>());
            }
        }
    }
}

#[test]
fn no_lists_and_one_empty_list() {
    let x = table(3, 9, Spread::Signed(1.0), 1);
    for n_lists in [0, 1] {
        let listed = Listed::new(vec![Vec::new(); n_lists]);
        assert_eq!((listed.view().len(), listed.view().is_empty()), (n_lists, n_lists == 0));
        let mut found = filled(n_lists, 9, 7.0);
        interaction_mean(listed.view(), &x, &mut found);
        assert_eq!(found, Matrix::zeros(n_lists, 9));
        sum_listed(listed.view(), &x, &filled(n_lists, 9, 3.0), &mut found);
        assert_eq!(found, filled(n_lists, 9, 3.0));
    }
}

/// As for the hub of the relational mean: pieces of 128 rows, 18 roundings of 6e-8 at 50,000 rows.
const HUB: f64 = 2e-6;

#[test]
fn the_mean_of_fifty_thousand_rows_keeps_its_digits() {
    let x = table(5_000, 20, Spread::Positive(1.0), 1);
    let rows: Vec<u32> = (0..50_000).map(|k| (k * 7919) % 5_000).collect();
    let mut found = Matrix::zeros(1, 20);
    interaction_mean(Listed::new([rows.clone()]).view(), &x, &mut found);
    for k in 0..20 {
        let mean = rows.iter().map(|&row| f64::from(x.row(row as usize)[k])).sum::<f64>() / 5e4;
        assert!((f64::from(found.row(0)[k]) / mean - 1.0).abs() < HUB, "{} is not {mean}", found.row(0)[k]);
    }
}
