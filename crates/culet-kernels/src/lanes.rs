//! Arithmetic on whole rows, in blocks of 16 numbers that the compiler keeps in vector registers.
//!
//! Rows come padded to a multiple of 16, so nothing here has a tail.

use crate::isa::multiply_add;
use crate::{Dropout, Matrix};

/// The blocks of sixteen of a padded row.
#[inline(always)]
pub(crate) fn blocks(row: &[f32]) -> &[[f32; 16]] {
    row.as_chunks().0
}

/// The blocks of sixteen of a padded row, to write.
#[inline(always)]
pub(crate) fn blocks_mut(row: &mut [f32]) -> &mut [[f32; 16]] {
    row.as_chunks_mut().0
}

/// Sixteen numbers, each from its place: computed by value, which the compiler turns into vector instructions where
/// loops over slices in large functions stay scalar. A macro, for closures in large functions may stay calls.
macro_rules! lanewise {
    (|$k:ident| $value:expr) => {{
        let mut lanes = [0.0_f32; 16];
        for $k in 0..16 {
            lanes[$k] = $value;
        }
        lanes
    }};
}
pub(crate) use lanewise;

/// The sum of sixteen numbers, as a tree.
#[inline(always)]
pub(crate) fn sum16(v: [f32; 16]) -> f32 {
    let mut eight = [0.0; 8];
    for k in 0..8 {
        eight[k] = v[k] + v[k + 8];
    }
    let mut four = [0.0; 4];
    for k in 0..4 {
        four[k] = eight[k] + eight[k + 4];
    }
    (four[0] + four[2]) + (four[1] + four[3])
}

#[inline(always)]
pub(crate) fn dot<const FUSED: bool>(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; 16];
    for (a, b) in blocks(a).iter().zip(blocks(b)) {
        sums = lanewise!(|k| multiply_add::<FUSED>(a[k], b[k], sums[k]));
    }
    sum16(sums)
}

/// `y += alpha * x`
#[inline(always)]
pub(crate) fn axpy<const FUSED: bool>(alpha: f32, x: &[f32], y: &mut [f32]) {
    for (y, x) in blocks_mut(y).iter_mut().zip(blocks(x)) {
        *y = lanewise!(|k| multiply_add::<FUSED>(alpha, x[k], y[k]));
    }
}

/// Rows shorter than this count as zero.
pub(crate) const SHORTEST: f32 = 1e-12;

/// Dropout, then division by the length; gives 1 / length, or 0 for a zero row (which stays zero).
#[inline(always)]
pub(crate) fn drop_and_normalise<const FUSED: bool>(row: &mut [f32], index: usize, dropout: Dropout) -> f32 {
    let first_block = (index * (row.len() / 16)) as u64;
    let mut squares = [0.0; 16];
    if dropout.is_active() {
        dropout.apply(first_block, row);
    }
    for block in blocks(row) {
        squares = lanewise!(|k| multiply_add::<FUSED>(block[k], block[k], squares[k]));
    }
    let length = sum16(squares).sqrt();
    if length < SHORTEST {
        row.fill(0.0);
        return 0.0;
    }
    let inverse = 1.0 / length;
    for block in blocks_mut(row) {
        *block = block.map(|value| value * inverse);
    }
    inverse
}

/// The gradient of [`drop_and_normalise`]: turns the gradient of the unit row `y` into that of the input row, times
/// `scale`. dx = scale * mask * (dy - y <y, dy>) / length.
#[inline(always)]
pub(crate) fn drop_and_normalise_gradient<const FUSED: bool>(
    y: &[f32],
    grad: &mut [f32],
    inverse_length: f32,
    index: usize,
    dropout: Dropout,
    scale: f32,
) {
    let along = dot::<FUSED>(y, grad);
    let factor = inverse_length * scale;
    let first_block = (index * (y.len() / 16)) as u64;
    for (grad, y) in blocks_mut(grad).iter_mut().zip(blocks(y)) {
        *grad = lanewise!(|k| multiply_add::<FUSED>(-along, y[k], grad[k]) * factor);
    }
    if dropout.is_active() {
        dropout.apply(first_block, grad);
    }
}

/// Asks the processor to bring the first 256 bytes of a row near.
#[inline(always)]
pub(crate) fn prefetch(matrix: &Matrix, row: usize) {
    prefetch_row(matrix.as_ptr(), row, matrix.stride());
}

#[inline(always)]
pub(crate) fn prefetch_row(table: *const f32, row: usize, stride: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let row = table.wrapping_add(row * stride);
        // SAFETY: a prefetch has no effect on memory, whatever the address.
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(row.cast());
            if stride > 48 {
                _mm_prefetch::<_MM_HINT_T0>(row.wrapping_add(16).cast());
                _mm_prefetch::<_MM_HINT_T0>(row.wrapping_add(32).cast());
                _mm_prefetch::<_MM_HINT_T0>(row.wrapping_add(48).cast());
            } else {
                for line in 1..stride / 16 {
                    _mm_prefetch::<_MM_HINT_T0>(row.wrapping_add(16 * line).cast());
                }
            }
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (table, row, stride);
}

/// `W` numbers of a row, from number `from` on.
///
/// # Safety
/// `row` is below the number of rows and `from + W` at most the stride.
#[inline(always)]
pub(crate) unsafe fn piece<const W: usize>(matrix: &Matrix, row: usize, from: usize) -> &[f32; W] {
    debug_assert!(row < matrix.n_rows() && from + W <= matrix.stride());
    // SAFETY: within the table by the contract of this function.
    unsafe { &*matrix.as_ptr().add(row * matrix.stride() + from).cast() }
}

/// [`piece`], to write.
///
/// # Safety
/// As [`piece`].
#[inline(always)]
pub(crate) unsafe fn piece_of_mut<const W: usize>(matrix: &mut Matrix, row: usize, from: usize) -> &mut [f32; W] {
    debug_assert!(row < matrix.n_rows() && from + W <= matrix.stride());
    // SAFETY: within the table by the contract of this function; borrowed exclusively.
    unsafe { &mut *matrix.as_ptr().cast_mut().add(row * matrix.stride() + from).cast() }
}

/// `W` numbers of a row, from number `from` on, to write.
#[inline(always)]
pub(crate) fn piece_mut<const W: usize>(row: &mut [f32], from: usize) -> &mut [f32; W] {
    row[from..].first_chunk_mut().expect("rows are padded")
}

/// How many rows ahead [`add_rows`] prefetches.
const AHEAD: usize = 8;

/// Adds the listed rows of `x`, from number `from` on for `W` numbers, into `sum`.
///
/// Long lists are added in pieces of 128 rows, so that rounding errors grow with the root of the length.
#[inline(always)]
pub(crate) fn add_rows<const W: usize>(columns: &[u32], x: &Matrix, from: usize, sum: &mut [f32; W]) {
    for piece in columns.chunks(128) {
        let mut part = [0.0; W];
        for (k, &column) in piece.iter().enumerate() {
            if let Some(&ahead) = piece.get(k + AHEAD) {
                prefetch(x, ahead as usize);
            }
            let row: &[f32; W] = x.row(column as usize)[from..].first_chunk().expect("rows are padded");
            for k in 0..W {
                part[k] += row[k];
            }
        }
        for k in 0..W {
            sum[k] += part[k];
        }
    }
}

/// Runs a body for each piece of a padded row: pieces of 64 numbers, then 32, then 16.
macro_rules! for_each_piece {
    ($stride:expr, |$from:ident, $width:ident| $body:expr) => {{
        let mut $from = 0;
        while $from < $stride {
            match $stride - $from {
                64.. => {
                    const $width: usize = 64;
                    $body;
                    $from += 64;
                }
                32..64 => {
                    const $width: usize = 32;
                    $body;
                    $from += 32;
                }
                _ => {
                    const $width: usize = 16;
                    $body;
                    $from += 16;
                }
            }
        }
    }};
}
pub(crate) use for_each_piece;
