//! Register tiles: the product of a few packed rows with two registers' worth of packed columns.
//!
//! A *group* holds the operands of tiles side by side: number `k` of its lane `l` stands at `k * width + l`, where the
//! width is [`Tiles::rows`] for the left operand and [`Tiles::columns`] for the right one. Each number of a product is
//! one chain of multiply-adds over the depth in ascending order, whatever its place in a tile, so results depend on the
//! instruction set alone.

mod vector;

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{__m256, __m512};

use crate::Isa;
pub(crate) use vector::{Four, Vector};

/// The tiles of an instruction set that this machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tiles(Isa);

/// What a tile does with the numbers in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Store {
    /// Writes over them.
    Overwrite,
    /// Adds to them.
    Add,
}

/// The most rows or columns that a tile has.
const MOST_LANES: usize = 32;
/// The most numbers that a tile has.
pub(crate) const MOST_NUMBERS: usize = 14 * MOST_LANES;

impl Tiles {
    /// Those of [`Isa::get`].
    pub(crate) fn get() -> Self {
        Self(Isa::get())
    }

    /// Those of every instruction set up to [`Isa::get`], to test them all.
    #[cfg(test)]
    pub(crate) fn available() -> impl Iterator<Item = Self> {
        [Isa::Baseline, Isa::Avx2, Isa::Avx512].into_iter().filter(|&isa| isa <= Isa::get()).map(Self)
    }

    /// The instruction set.
    pub(crate) fn isa(self) -> Isa {
        self.0
    }

    /// Rows of a tile: as many as registers allow beside two of columns and one broadcast number.
    pub(crate) fn rows(self) -> usize {
        if self.0 == Isa::Avx512 { 14 } else { 6 }
    }

    /// Columns of a tile: two registers.
    pub(crate) fn columns(self) -> usize {
        match self.0 {
            Isa::Avx512 => 32,
            Isa::Avx2 => 16,
            Isa::Baseline => 8,
        }
    }

    /// The product of a group of rows and a group of columns into the tile at the start of `c`, a row of which begins
    /// `stride` numbers after the one above.
    ///
    /// # Panics
    /// If a group is shorter than the depth or the tile reaches beyond `c`.
    #[inline(always)]
    pub(crate) fn product(self, depth: usize, a: &[f32], b: &[f32], c: &mut [f32], stride: usize, store: Store) {
        let (rows, columns) = (self.rows(), self.columns());
        assert!(a.len() >= depth * rows && b.len() >= depth * columns, "groups of the depth {depth}");
        assert!(stride >= columns && c.len() >= (rows - 1) * stride + columns, "a tile within its table");
        let (a, b, c) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
        match self.0 {
            // SAFETY: the lengths were checked above, and the instruction set is one of this machine.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { avx512(depth, a, b, c, stride, store) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { avx2(depth, a, b, c, stride, store) },
            // SAFETY: as above.
            _ => unsafe { baseline(depth, a, b, c, stride, store) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi2")]
unsafe fn avx512(depth: usize, a: *const f32, b: *const f32, c: *mut f32, stride: usize, store: Store) {
    // SAFETY: the caller's contract is that of `tile`.
    unsafe { tile::<__m512, 14>(depth, a, b, c, stride, store) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi2")]
unsafe fn avx2(depth: usize, a: *const f32, b: *const f32, c: *mut f32, stride: usize, store: Store) {
    // SAFETY: the caller's contract is that of `tile`.
    unsafe { tile::<__m256, 6>(depth, a, b, c, stride, store) }
}

unsafe fn baseline(depth: usize, a: *const f32, b: *const f32, c: *mut f32, stride: usize, store: Store) {
    // SAFETY: the caller's contract is that of `tile`.
    unsafe { tile::<Four, 6>(depth, a, b, c, stride, store) }
}

/// # Safety
/// `a` is valid for `depth * ROWS` numbers, `b` for `depth * 2 * V::LANES`, `c` for `ROWS` rows of `2 * V::LANES`
/// numbers `stride` apart; the machine has the instruction set of `V`.
#[inline(always)]
unsafe fn tile<V: Vector, const ROWS: usize>(
    depth: usize,
    a: *const f32,
    b: *const f32,
    c: *mut f32,
    stride: usize,
    store: Store,
) {
    // SAFETY: every address lies in the ranges that the caller vouches for.
    unsafe {
        let mut sums = [[V::splat(0.0); 2]; ROWS];
        for k in 0..depth {
            let b = b.add(k * 2 * V::LANES);
            let b = [V::load(b), V::load(b.add(V::LANES))];
            for (row, sums) in sums.iter_mut().enumerate() {
                let a = V::splat(*a.add(k * ROWS + row));
                *sums = [a.multiply_add(b[0], sums[0]), a.multiply_add(b[1], sums[1])];
            }
        }
        for (row, mut sums) in sums.into_iter().enumerate() {
            let c = c.add(row * stride);
            if store == Store::Add {
                sums = [sums[0].add(V::load(c)), sums[1].add(V::load(c.add(V::LANES)))];
            }
            sums[0].store(c);
            sums[1].store(c.add(V::LANES));
        }
    }
}

/// Packs rows as the lanes of one group; lanes without a row are zero.
///
/// # Shapes
/// - `rows`: at most `width` rows, of which the first `depth` numbers count; `group`: `[depth * width]`, overwritten.
pub(crate) fn pack_rows<'a>(rows: impl Iterator<Item = &'a [f32]>, depth: usize, width: usize, group: &mut [f32]) {
    let mut lanes = [&[][..]; MOST_LANES];
    let mut n_lanes = 0;
    for row in rows {
        lanes[n_lanes] = &row[..depth];
        n_lanes += 1;
    }
    let group = &mut group[..depth * width];
    let (fours, rest) = lanes[..n_lanes].as_chunks::<4>();
    for (four, lanes) in fours.iter().enumerate() {
        pack_four(lanes, width, 4 * four, group);
    }
    for (lane, row) in (4 * fours.len()..).zip(rest) {
        for (lanes, &value) in group.chunks_exact_mut(width).zip(*row) {
            lanes[lane] = value;
        }
    }
    if n_lanes < width {
        group.chunks_exact_mut(width).for_each(|lanes| lanes[n_lanes..].fill(0.0));
    }
}

/// Packs four rows as four lanes, transposing blocks of four by four: three times as fast as number by number.
fn pack_four(rows: &[&[f32]; 4], width: usize, lane: usize, group: &mut [f32]) {
    let blocks = rows.map(|row| row.as_chunks::<4>().0);
    let whole = blocks[0].len();
    let (front, back) = group.split_at_mut(4 * whole * width);
    for (k, lanes) in front.chunks_exact_mut(4 * width).enumerate() {
        let block = blocks.map(|blocks| blocks[k]);
        for k in 0..4 {
            lanes[k * width + lane..][..4].copy_from_slice(&block.map(|row| row[k]));
        }
    }
    for (k, lanes) in (4 * whole..).zip(back.chunks_exact_mut(width)) {
        lanes[lane..lane + 4].copy_from_slice(&rows.map(|row| row[k]));
    }
}

/// Packs columns as the lanes of one group: the n-th of `rows` holds the numbers n of all lanes, at most `width` of
/// them; lanes without a column are zero.
pub(crate) fn pack_columns<'a>(rows: impl Iterator<Item = &'a [f32]>, width: usize, group: &mut [f32]) {
    for (lanes, row) in group.chunks_exact_mut(width).zip(rows) {
        lanes[..row.len()].copy_from_slice(row);
        lanes[row.len()..].fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::multiply_add;

    fn values(n: usize, seed: usize) -> Vec<f32> {
        (0..n).map(|k| ((k * 7919 + seed * 104_729) % 2003) as f32 / 1001.0 - 1.0).collect()
    }

    #[test]
    fn each_number_is_one_chain_of_multiply_adds() {
        for tiles in Tiles::available() {
            let (rows, columns) = (tiles.rows(), tiles.columns());
            for depth in [0, 1, 2, 7, 64, 131] {
                let (a, b) = (values(depth * rows, 1), values(depth * columns, 2));
                let stride = columns + 5;
                let before = values(rows * stride, 3);
                for store in [Store::Overwrite, Store::Add] {
                    let mut c = before.clone();
                    tiles.product(depth, &a, &b, &mut c, stride, store);
                    for (place, (&found, &before)) in c.iter().zip(&before).enumerate() {
                        let (row, column) = (place / stride, place % stride);
                        let chain = |sum, k| {
                            let (a, b) = (a[k * rows + row], b[k * columns + column]);
                            if tiles.isa() == Isa::Baseline {
                                multiply_add::<false>(a, b, sum)
                            } else {
                                multiply_add::<true>(a, b, sum)
                            }
                        };
                        let expected = match store {
                            _ if column >= columns => before,
                            Store::Overwrite => (0..depth).fold(0.0, chain),
                            Store::Add => (0..depth).fold(0.0, chain) + before,
                        };
                        assert_eq!(found, expected, "{tiles:?} depth {depth} row {row} column {column}");
                    }
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "a tile within its table")]
    fn a_tile_beyond_its_table_is_refused() {
        let tiles = Tiles::get();
        let (a, b) = (values(tiles.rows(), 1), values(tiles.columns(), 2));
        let mut c = vec![0.0; tiles.rows() * tiles.columns() - 1];
        tiles.product(1, &a, &b, &mut c, tiles.columns(), Store::Overwrite);
    }

    #[test]
    fn packing_puts_lanes_side_by_side_and_zeros_the_rest() {
        let rows = [[1.0, 2.0, 9.0], [3.0, 4.0, 9.0]];
        let mut group = [7.0; 6];
        pack_rows(rows.iter().map(|row| &row[..]), 2, 3, &mut group);
        assert_eq!(group, [1.0, 3.0, 0.0, 2.0, 4.0, 0.0]);
        pack_columns(rows.iter().map(|row| &row[..2]), 3, &mut group);
        assert_eq!(group, [1.0, 2.0, 0.0, 3.0, 4.0, 0.0]);
    }
}
