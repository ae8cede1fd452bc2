//! The pairwise loss and the penalty on squared lengths.

use culet_kernels::{BatchGradients, BatchVectors, Matrix, PairRows, pairwise_loss, squared_length_penalty};

use crate::number::{Number, assert_near, inner, total};
use crate::table::{Draws, Row, SPREADS, Spread, WIDTHS, assert_rows, exact_rows, table};

/// Rows of pairs, drawn with repetitions.
pub(crate) struct Pairs {
    pub(crate) users: Vec<u32>,
    pub(crate) positives: Vec<u32>,
    pub(crate) negatives: Vec<u32>,
}

impl Pairs {
    pub(crate) fn drawn(n: usize, n_negatives: usize, n_users: usize, n_items: usize) -> Self {
        let mut draws = Draws::new(6);
        let mut rows = |n: usize, below: usize| (0..n).map(|_| draws.below(below)).collect();
        Self { users: rows(n, n_users), positives: rows(n, n_items), negatives: rows(n_negatives, n_items) }
    }

    pub(crate) fn rows(&self) -> PairRows<'_> {
        PairRows { users: &self.users, positives: &self.positives, negatives: &self.negatives }
    }
}

/// start + the listed terms of each row.
pub(crate) fn gathered(start: &Matrix, terms: impl IntoIterator<Item = (u32, Row)>) -> Vec<Row> {
    let mut of_row = vec![Vec::new(); start.n_rows()];
    terms.into_iter().for_each(|(row, term)| of_row[row as usize].push(term));
    let sum = |(start, terms): (Row, Vec<Row>)| -> Row {
        (0..start.len()).map(|k| total(std::iter::once(start[k]).chain(terms.iter().map(|t| t[k])))).collect()
    };
    exact_rows(start).into_iter().zip(of_row).map(sum).collect()
}

pub(crate) fn scaled(alpha: Number, row: &[Number]) -> Row {
    row.iter().map(|&x| alpha * x).collect()
}

/// Numbers of such a magnitude that the products with others are around 1: far from it, slopes are 0 or 1.
fn counterpart(spread: Spread, dim: usize) -> Spread {
    let scale = match spread {
        Spread::Signed(scale) | Spread::Positive(scale) => scale,
        Spread::Decades => 1e6,
    };
    Spread::Signed(1.0 / (scale * (dim as f64).sqrt()))
}

#[test]
fn the_pairwise_loss_equals_the_twin() {
    for dim in WIDTHS {
        for spread in SPREADS {
            let (users, items) = (table(20, dim, spread, 1), table(30, dim, counterpart(spread, dim), 2));
            let pairs = Pairs::drawn(150, 150, 20, 30);
            let vectors = BatchVectors { users: &users, items: &items };
            let mut found = BatchGradients { users: table(20, dim, spread, 3), items: table(30, dim, spread, 4) };
            let start = [found.users.clone(), found.items.clone()];
            let loss = pairwise_loss(vectors, pairs.rows(), &mut found);

            let (u, v) = (exact_rows(&users), exact_rows(&items));
            let share = Number::exact(1.0 / 150.0);
            let (mut losses, mut of_users, mut of_items) = (Vec::new(), Vec::new(), Vec::new());
            for ((&user, &i), &j) in pairs.users.iter().zip(&pairs.positives).zip(&pairs.negatives) {
                let (u, vi, vj) = (&u[user as usize], &v[i as usize], &v[j as usize]);
                let gap = inner(u, vi) - inner(u, vj);
                losses.push(share * (-gap).soft_plus());
                let slope = -(share * (-gap).sigmoid());
                of_users.extend([(user, scaled(slope, vi)), (user, scaled(-slope, vj))]);
                of_items.extend([(i, scaled(slope, u)), (j, scaled(-slope, u))]);
            }
            let what = format!("width {dim}, {spread:?}");
            assert_near(loss, total(losses), || format!("{what}: loss"));
            assert_rows(&format!("{what}: users"), &found.users, &gathered(&start[0], of_users));
            assert_rows(&format!("{what}: items"), &found.items, &gathered(&start[1], of_items));
        }
    }
}

#[test]
fn one_pair_and_none() {
    let (users, items) = (table(1, 9, Spread::Signed(1.0), 1), table(2, 9, Spread::Signed(1.0), 2));
    let vectors = BatchVectors { users: &users, items: &items };
    let mut found = BatchGradients::zeros(vectors);
    let none = PairRows { users: &[], positives: &[], negatives: &[] };
    assert_eq!(pairwise_loss(vectors, none, &mut found), 0.0);
    assert_eq!((&found.users, &found.items), (&Matrix::zeros(1, 9), &Matrix::zeros(2, 9)));
    // The positive is its own negative: log 2, and gradients that cancel.
    let same = PairRows { users: &[0], positives: &[1], negatives: &[1] };
    assert_eq!(pairwise_loss(vectors, same, &mut found), 2.0_f64.ln());
    assert_eq!((&found.users, &found.items), (&Matrix::zeros(1, 9), &Matrix::zeros(2, 9)));
}

#[test]
fn gaps_of_any_size_neither_overflow_nor_vanish() {
    let user = Matrix::from_values(1, 1, &[1e6]);
    for gap in [1e-6, 1.0, 1e3, 1e6, 1e12_f64] {
        for sign in [1.0, -1.0] {
            let items = Matrix::from_values(2, 1, &[(sign * gap / 1e6) as f32, 0.0]);
            let vectors = BatchVectors { users: &user, items: &items };
            let mut found = BatchGradients::zeros(vectors);
            let rows = PairRows { users: &[0], positives: &[0], negatives: &[1] };
            let loss = pairwise_loss(vectors, rows, &mut found);
            let gap = Number::rounded(1e6 * f64::from(items.row(0)[0]), 0.0);
            assert_near(loss, (-gap).soft_plus(), || format!("loss of a gap of {gap:?}"));
            let slope = (-gap).sigmoid() * Number::exact(-1e6);
            assert_near(found.items.row(0)[0].into(), slope, || format!("slope of a gap of {gap:?}"));
        }
    }
}

#[test]
fn the_penalty_equals_the_twin() {
    for dim in WIDTHS {
        for spread in SPREADS {
            let (vectors, start) = (table(20, dim, spread, 1), table(20, dim, spread, 2));
            for (n, weight) in [(0, 1.0), (1, 1e-5), (40, 0.3)] {
                let rows = Pairs::drawn(n, 0, 20, 1).users;
                let mut found = start.clone();
                let penalty = squared_length_penalty(weight, &rows, &vectors, &mut found);
                let exact = exact_rows(&vectors);
                let squares = total(rows.iter().map(|&row| inner(&exact[row as usize], &exact[row as usize])));
                let what = format!("width {dim}, {spread:?}, {n} rows");
                assert_near(penalty, Number::exact(0.5 * weight) * squares, || format!("{what}: penalty"));
                let weight = Number::rounded(weight, 0.0);
                let terms = rows.iter().map(|&row| (row, scaled(weight, &exact[row as usize])));
                assert_rows(&what, &found, &gathered(&start, terms));
            }
        }
    }
}
