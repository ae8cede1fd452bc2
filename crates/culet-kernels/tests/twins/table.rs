//! Tables with numbers of all magnitudes, their f64 twins, and the comparison of both.

use culet_kernels::{Counter, Dropout, LANES, Matrix, RowSet};

use crate::number::{Number, ONE, ROUNDING, ZERO, assert_near, inner};

/// Widths around the registers' and the rows' padding, and some that models use.
pub(crate) const WIDTHS: [usize; 9] = [1, 7, 8, 9, 16, 17, 64, 100, 1000];

/// Which numbers a table holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Spread {
    /// Of either sign, up to this magnitude.
    Signed(f64),
    /// Positive, up to this magnitude: errors add up.
    Positive(f64),
    /// Of either sign and any magnitude from 1e-6 to 1e6, side by side.
    Decades,
}

/// Twelve decades, apart and together.
pub(crate) const SPREADS: [Spread; 5] =
    [Spread::Signed(1.0), Spread::Positive(1.0), Spread::Signed(1e-6), Spread::Signed(1e6), Spread::Decades];

/// The words of a random sequence, one by one.
pub(crate) struct Draws {
    counter: Counter,
    index: u64,
}

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self { counter: Counter::new(seed), index: 0 }
    }

    /// A number in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        self.index += 1;
        (self.counter.word(self.index) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> u32 {
        (self.unit() * n as f64) as u32
    }

    pub(crate) fn value(&mut self, spread: Spread) -> f32 {
        let signed = 2.0 * self.unit() - 1.0;
        (match spread {
            Spread::Signed(scale) => scale * signed,
            Spread::Positive(scale) => scale * (0.01 + signed.abs()),
            Spread::Decades => signed.signum() * 10.0_f64.powf(12.0 * self.unit() - 6.0),
        }) as f32
    }
}

pub(crate) fn table(n_rows: usize, dim: usize, spread: Spread, seed: u64) -> Matrix {
    let mut draws = Draws::new(seed);
    Matrix::from_values(n_rows, dim, &(0..n_rows * dim).map(|_| draws.value(spread)).collect::<Vec<_>>())
}

/// A table of which each number is `value`, to show what a kernel leaves alone.
pub(crate) fn filled(n_rows: usize, dim: usize, value: f32) -> Matrix {
    Matrix::from_values(n_rows, dim, &vec![value; n_rows * dim])
}

pub(crate) fn row_set(n_rows: usize, wanted: impl Fn(u32) -> bool) -> RowSet {
    let mut set = RowSet::new(n_rows);
    (0..n_rows as u32).filter(|&row| wanted(row)).for_each(|row| set.mark(row));
    set.collect();
    set
}

pub(crate) type Row = Vec<Number>;

/// The rows of a table without padding.
pub(crate) fn exact_rows(table: &Matrix) -> Vec<Row> {
    let exact = |row| table.row(row)[..table.dim()].iter().map(|&x| Number::exact(x.into())).collect();
    (0..table.n_rows()).map(exact).collect()
}

pub(crate) fn zero_rows(n_rows: usize, dim: usize) -> Vec<Row> {
    vec![vec![ZERO; dim]; n_rows]
}

/// Fails unless each row of the table is near its twin and its padding zero.
pub(crate) fn assert_rows(what: &str, found: &Matrix, expected: &[Row]) {
    assert_eq!(found.n_rows(), expected.len(), "{what}: rows");
    for (row, expected) in expected.iter().enumerate() {
        assert_eq!(found.dim(), expected.len(), "{what}: width");
        for (k, &expected) in expected.iter().enumerate() {
            assert_near(found.row(row)[k].into(), expected, || format!("{what}, row {row}, number {k}"));
        }
        assert!(found.row(row)[found.dim()..].iter().all(|&x| x == 0.0), "{what}, row {row}: padding");
    }
    assert_sharp(what, expected);
}

/// Fails if the slack of half of the numbers is so wide that comparing with them shows nothing.
///
/// Rows of one number do not count: they have no direction to change, so some gradients are nothing but rounding.
fn assert_sharp(what: &str, expected: &[Row]) {
    /// Bounds of sums within sums add up as if all errors agreed: at width 1000 that is a hundred times too much.
    const LOOSE: f64 = 1e-2;
    let largest = |row: &Row| row.iter().map(|x| x.value.abs()).fold(0.0, f64::max);
    let loose = |row: &Row| row.iter().filter(|x| x.slack > LOOSE * largest(row)).count();
    let (n, n_loose) = expected
        .iter()
        .filter(|row| row.len() > 1 && largest(row) > 1e-30)
        .fold((0, 0), |(n, n_loose), row| (n + row.len(), n_loose + loose(row)));
    assert!(2 * n_loose <= n, "{what}: {n_loose} of {n} numbers have a slack above {LOOSE} of their row");
}

/// A dropout as kernels get it, with its rate.
#[derive(Clone, Copy)]
pub(crate) struct Mask {
    pub(crate) dropout: Dropout,
    rate: f64,
}

impl Mask {
    pub(crate) fn new(rate: f64) -> Self {
        Self { dropout: Dropout::new(Counter::new(77), rate), rate }
    }

    /// What number k of a row is multiplied with: places count through the padded rows.
    pub(crate) fn factor(self, row: usize, dim: usize, k: usize) -> Number {
        if self.rate == 0.0 {
            ONE
        } else if self.dropout.keeps((row * dim.next_multiple_of(LANES) + k) as u64) {
            Number::rounded(1.0 / (1.0 - self.rate), 0.0)
        } else {
            ZERO
        }
    }

    pub(crate) fn apply(self, row: usize, values: &[Number]) -> Row {
        let dim = values.len();
        values.iter().enumerate().map(|(k, &x)| x * self.factor(row, dim, k)).collect()
    }
}

/// A row divided by its length, and 1 / length; zero if it is shorter than 1e-12.
pub(crate) fn normalised(row: &[Number]) -> (Row, Number) {
    let length = inner(row, row).sqrt();
    if length.value < 1e-12 {
        return (vec![ZERO; row.len()], ZERO);
    }
    let inverse = ONE / length;
    (row.iter().map(|&x| x * inverse).collect(), inverse)
}

/// The gradient of [`normalised`]: (dy - y <y, dy>) / length.
pub(crate) fn normalised_gradient(y: &[Number], inverse_length: Number, dy: &[Number]) -> Row {
    let along = inner(y, dy);
    y.iter().zip(dy).map(|(&y, &dy)| (dy - y * along) * inverse_length).collect()
}

#[test]
fn tables_span_twelve_decades_and_masks_leave_out_their_share() {
    let values = table(100, 100, Spread::Decades, 1).to_values();
    let sizes = |lowest: f32, highest: f32| values.iter().filter(|x| (lowest..highest).contains(&x.abs())).count();
    assert!(sizes(1e-6, 1e-5) > 600 && sizes(1e5, 1e6) > 600 && sizes(0.0, 9e-7) == 0);
    let dropped = (0..100).filter(|&k| Mask::new(0.5).factor(3, 100, k) == ZERO).count();
    assert!((30..70).contains(&dropped), "{dropped} of 100");
    let (unit, inverse) = normalised(&[Number::exact(3.0), Number::exact(4.0)]);
    assert!((unit[1].value - 0.8).abs() < 1e-15 && (inverse.value - 0.2).abs() < 1e-15);
    assert!(unit[1].slack < 20.0 * ROUNDING);
}
