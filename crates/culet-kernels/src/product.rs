//! Products of small dense tables, by the tiles that also score: one thread, no allocation beyond packed blocks.
//!
//! The three products are those of a linear layer and its gradients: c = a b^T, da += g b, db += g^T a.

use crate::Matrix;
use crate::tile::{MOST_NUMBERS, Store, Tiles, pack_columns, pack_rows};

/// A dense table to read: `n_rows` rows of `n_columns` numbers, `stride` apart.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    values: &'a [f32],
    n_rows: usize,
    n_columns: usize,
    stride: usize,
}

/// A dense table to write, laid out as a [`View`].
#[derive(Debug)]
pub struct ViewMut<'a> {
    values: &'a mut [f32],
    n_rows: usize,
    n_columns: usize,
    stride: usize,
}

/// Numbers that a table spans from its first to its last.
fn span(n_rows: usize, n_columns: usize, stride: usize) -> usize {
    assert!(stride >= n_columns, "rows of {n_columns} numbers do not overlap at stride {stride}");
    if n_rows == 0 { 0 } else { (n_rows - 1) * stride + n_columns }
}

impl<'a> View<'a> {
    /// A table whose row r starts at `values[r * stride]`.
    ///
    /// # Panics
    /// If rows overlap or reach beyond `values`.
    #[must_use]
    pub fn new(values: &'a [f32], n_rows: usize, n_columns: usize, stride: usize) -> Self {
        let values = &values[..span(n_rows, n_columns, stride)];
        Self { values, n_rows, n_columns, stride }
    }

    fn row(self, row: usize) -> &'a [f32] {
        &self.values[row * self.stride..][..self.n_columns]
    }
}

impl<'a> From<&'a Matrix> for View<'a> {
    fn from(matrix: &'a Matrix) -> Self {
        Self::new(matrix.as_slice(), matrix.n_rows(), matrix.dim(), matrix.stride())
    }
}

impl<'a> ViewMut<'a> {
    /// A table whose row r starts at `values[r * stride]`.
    ///
    /// # Panics
    /// If rows overlap or reach beyond `values`.
    #[must_use]
    pub fn new(values: &'a mut [f32], n_rows: usize, n_columns: usize, stride: usize) -> Self {
        let values = &mut values[..span(n_rows, n_columns, stride)];
        Self { values, n_rows, n_columns, stride }
    }
}

impl<'a> From<&'a mut Matrix> for ViewMut<'a> {
    fn from(matrix: &'a mut Matrix) -> Self {
        let (n_rows, dim, stride) = (matrix.n_rows(), matrix.dim(), matrix.stride());
        Self::new(matrix.as_mut_slice(), n_rows, dim, stride)
    }
}

/// Computes the inner product of each row of `a` with each row of `b`: c = a b^T.
///
/// # Shapes
/// - `a`: `[m, d]`; `b`: `[n, d]`; `c`: `[m, n]`, **overwritten**.
/// # Numerics
/// Chains of f32 multiply-adds over up to 256 numbers, then a sum of the chains, in ascending order: the same bytes for
/// the same input on an instruction set.
/// # Panics
/// If the shapes do not fit.
pub fn product_abt(a: View<'_>, b: View<'_>, c: ViewMut<'_>) {
    multiply(Tiles::get(), Lanes::Rows(a), Lanes::Rows(b), c, Store::Overwrite);
}

/// Adds a product: c += a b.
///
/// # Shapes
/// - `a`: `[m, n]`; `b`: `[n, d]`; `c`: `[m, d]`, **added to**.
/// # Numerics
/// As [`product_abt`].
/// # Panics
/// If the shapes do not fit.
pub fn add_product_ab(a: View<'_>, b: View<'_>, c: ViewMut<'_>) {
    multiply(Tiles::get(), Lanes::Rows(a), Lanes::Columns(b), c, Store::Add);
}

/// Adds the product with the transpose: c += a^T b.
///
/// # Shapes
/// - `a`: `[m, n]`; `b`: `[m, d]`; `c`: `[n, d]`, **added to**.
/// # Numerics
/// As [`product_abt`].
/// # Panics
/// If the shapes do not fit.
pub fn add_product_atb(a: View<'_>, b: View<'_>, c: ViewMut<'_>) {
    multiply(Tiles::get(), Lanes::Columns(a), Lanes::Columns(b), c, Store::Add);
}

/// An operand whose lanes are the rows, or the columns, of a table; the depth is the other direction.
#[derive(Clone, Copy)]
enum Lanes<'a> {
    Rows(View<'a>),
    Columns(View<'a>),
}

impl Lanes<'_> {
    fn count(self) -> usize {
        match self {
            Self::Rows(view) => view.n_rows,
            Self::Columns(view) => view.n_columns,
        }
    }

    fn depth(self) -> usize {
        match self {
            Self::Rows(view) => view.n_columns,
            Self::Columns(view) => view.n_rows,
        }
    }

    /// Packs some lanes in groups of `width`, for a part of the depth.
    fn pack(self, lanes: Range, depth: Range, width: usize, packed: &mut [f32]) {
        let size = width * depth.len();
        for (group, start) in lanes.clone().step_by(width).enumerate() {
            let lanes = start..(start + width).min(lanes.end);
            let group = &mut packed[group * size..][..size];
            match self {
                Self::Rows(view) => {
                    pack_rows(lanes.map(|lane| &view.row(lane)[depth.clone()]), depth.len(), width, group);
                }
                Self::Columns(view) => {
                    pack_columns(depth.clone().map(|k| &view.row(k)[lanes.clone()]), width, group);
                }
            }
        }
    }
}

type Range = std::ops::Range<usize>;

/// Numbers of a chain; a group of columns of this depth fills half an L1 cache.
const DEPTH: usize = 256;
/// Lanes of the left operand that are packed at once: 1 MiB at full depth.
const LEFT_LANES: usize = 1024;
/// Numbers of the right operand that are packed at once: 128 KiB.
const RIGHT_NUMBERS: usize = 32 << 10;

fn multiply(tiles: Tiles, a: Lanes<'_>, b: Lanes<'_>, mut c: ViewMut<'_>, store: Store) {
    assert_eq!(a.depth(), b.depth(), "operands of the same depth");
    assert_eq!((c.n_rows, c.n_columns), (a.count(), b.count()), "a number for each pair of lanes");
    let (width_a, width_b) = (tiles.rows(), tiles.columns());
    let depth = a.depth();
    let most_depth = depth.min(DEPTH);
    let most_a = a.count().min(LEFT_LANES).next_multiple_of(width_a);
    let most_b = (RIGHT_NUMBERS / most_depth.max(1)).min(b.count()).next_multiple_of(width_b);
    let mut packed_a = vec![0.0; most_a * most_depth];
    let mut packed_b = vec![0.0; most_b * most_depth];
    for rows in pieces(a.count(), most_a) {
        for depth in pieces(depth.max(1), DEPTH) {
            let depth = depth.start..depth.end.min(a.depth());
            let store = if depth.start > 0 { Store::Add } else { store };
            a.pack(rows.clone(), depth.clone(), width_a, &mut packed_a);
            for columns in pieces(b.count(), most_b) {
                b.pack(columns.clone(), depth.clone(), width_b, &mut packed_b);
                for (group, rows) in pieces_of(rows.clone(), width_a).enumerate() {
                    let a = &packed_a[group * width_a * depth.len()..];
                    for (group, columns) in pieces_of(columns.clone(), width_b).enumerate() {
                        let b = &packed_b[group * width_b * depth.len()..];
                        store_tile(tiles, depth.len(), a, b, &mut c, rows.clone(), columns, store);
                    }
                }
            }
        }
    }
}

/// Cuts `0..n` into pieces of `size`.
fn pieces(n: usize, size: usize) -> impl Iterator<Item = Range> {
    pieces_of(0..n, size)
}

fn pieces_of(range: Range, size: usize) -> impl Iterator<Item = Range> {
    let end = range.end;
    range.step_by(size.max(1)).map(move |start| start..(start + size).min(end))
}

/// Computes one tile; at the edges of the table by way of a tile of its own.
#[allow(clippy::too_many_arguments)]
fn store_tile(
    tiles: Tiles,
    depth: usize,
    a: &[f32],
    b: &[f32],
    c: &mut ViewMut<'_>,
    rows: Range,
    columns: Range,
    store: Store,
) {
    let width = tiles.columns();
    let place = rows.start * c.stride + columns.start;
    if rows.len() == tiles.rows() && columns.len() == width {
        return tiles.product(depth, a, b, &mut c.values[place..], c.stride, store);
    }
    let mut whole = [0.0; MOST_NUMBERS];
    tiles.product(depth, a, b, &mut whole, width, Store::Overwrite);
    for (row, sums) in rows.zip(whole.chunks_exact(width)) {
        let c = &mut c.values[row * c.stride + columns.start..][..columns.len()];
        match store {
            Store::Overwrite => c.copy_from_slice(&sums[..columns.len()]),
            Store::Add => c.iter_mut().zip(sums).for_each(|(c, sum)| *c += sum),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(n: usize, seed: usize) -> Vec<f32> {
        (0..n).map(|k| ((k * 7919 + seed * 104_729) % 2003) as f32 / 1001.0 - 1.0).collect()
    }

    /// A table of `n_rows` rows with three numbers between rows that nobody may touch.
    struct Table {
        values: Vec<f32>,
        shape: [usize; 3],
    }

    impl Table {
        fn new(n_rows: usize, n_columns: usize, seed: usize) -> Self {
            let stride = n_columns + 3;
            Self { values: values(n_rows * stride, seed), shape: [n_rows, n_columns, stride] }
        }

        fn view(&self) -> View<'_> {
            let [n_rows, n_columns, stride] = self.shape;
            View::new(&self.values, n_rows, n_columns, stride)
        }

        fn view_mut(&mut self) -> ViewMut<'_> {
            let [n_rows, n_columns, stride] = self.shape;
            ViewMut::new(&mut self.values, n_rows, n_columns, stride)
        }

        fn get(&self, row: usize, column: usize) -> f64 {
            f64::from(self.values[row * self.shape[2] + column])
        }
    }

    fn check(found: &Table, before: &Table, depth: usize, add: bool, term: impl Fn(usize, usize, usize) -> f64) {
        let [_, n_columns, stride] = found.shape;
        for (place, (&value, &old)) in found.values.iter().zip(&before.values).enumerate() {
            let (row, column) = (place / stride, place % stride);
            if column >= n_columns {
                assert_eq!(value, old, "the space between rows stays");
                continue;
            }
            let start = if add { f64::from(old) } else { 0.0 };
            let exact = start + (0..depth).map(|k| term(row, column, k)).sum::<f64>();
            let size = start.abs() + (0..depth).map(|k| term(row, column, k).abs()).sum::<f64>();
            let gap = (f64::from(value) - exact).abs();
            assert!(gap <= 2e-6 * size, "row {row} column {column} depth {depth}: {value}, expected {exact}");
        }
    }

    const SIZES: [(usize, usize, usize); 9] = [
        (0, 3, 5),
        (3, 0, 5),
        (3, 5, 0),
        (1, 1, 1),
        (14, 32, 64),
        (13, 33, 65),
        (29, 7, 300),
        (5, 600, 257),
        (1030, 17, 3),
    ];

    #[test]
    fn products_agree_with_f64_at_awkward_sizes_on_every_instruction_set() {
        for tiles in Tiles::available() {
            for (m, n, depth) in SIZES {
                let before = Table::new(m, n, 3);
                let run = |a: Lanes<'_>, b: Lanes<'_>, store: Store| {
                    let mut c = Table::new(m, n, 3);
                    multiply(tiles, a, b, c.view_mut(), store);
                    c
                };
                let (a, b) = (Table::new(m, depth, 1), Table::new(n, depth, 2));
                let (at, bt) = (Table::new(depth, m, 1), Table::new(depth, n, 2));
                let c = run(Lanes::Rows(a.view()), Lanes::Rows(b.view()), Store::Overwrite);
                check(&c, &before, depth, false, |row, column, k| a.get(row, k) * b.get(column, k));
                let c = run(Lanes::Rows(a.view()), Lanes::Columns(bt.view()), Store::Add);
                check(&c, &before, depth, true, |row, column, k| a.get(row, k) * bt.get(k, column));
                let c = run(Lanes::Columns(at.view()), Lanes::Columns(bt.view()), Store::Add);
                check(&c, &before, depth, true, |row, column, k| at.get(k, row) * bt.get(k, column));
            }
        }
    }

    #[test]
    fn each_public_product_transposes_what_its_name_says() {
        let (a, b) =
            (Matrix::from_values(2, 2, &[1.0, 2.0, 3.0, 4.0]), Matrix::from_values(2, 2, &[5.0, 6.0, 7.0, 8.0]));
        let mut c = Matrix::from_values(2, 2, &[9.0; 4]);
        product_abt((&a).into(), (&b).into(), (&mut c).into());
        assert_eq!(c.to_values(), [17.0, 23.0, 39.0, 53.0]);
        add_product_ab((&a).into(), (&b).into(), (&mut c).into());
        assert_eq!(c.to_values(), [36.0, 45.0, 82.0, 103.0]);
        add_product_atb((&a).into(), (&b).into(), (&mut c).into());
        assert_eq!(c.to_values(), [62.0, 75.0, 120.0, 147.0]);
    }

    #[test]
    #[should_panic(expected = "operands of the same depth")]
    fn a_wrong_depth_is_refused() {
        let (a, b) = (Matrix::zeros(2, 3), Matrix::zeros(2, 4));
        product_abt((&a).into(), (&b).into(), (&mut Matrix::zeros(2, 2)).into());
    }
}
