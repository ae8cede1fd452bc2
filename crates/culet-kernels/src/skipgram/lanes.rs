//! How the aspects of a vector lie in a row, and the three loops over rows that everything is made of.
//!
//! With one aspect a row is a plain vector. With several, the L numbers of a coordinate lie side by side (L = 2, 4,
//! 8 or 16 lanes, the unused ones zero), and a centre's vector is spread out to the same shape, each coordinate L times. Then a
//! product of two rows block by block gives the scores of all aspects at once, without sums across a register.

use crate::Matrix;
use crate::isa::multiply_add;
use crate::lanes::lanewise;

/// Sixteen numbers, a cache line.
pub(super) type Block = [f32; 16];

/// Lanes for a number of aspects: 1, 2, 4, 8 or 16, the least that hold them.
///
/// # Panics
/// If there are no aspects or more than 16.
#[must_use]
pub fn aspect_lanes(n_aspects: usize) -> usize {
    match n_aspects {
        1..=16 => n_aspects.next_power_of_two(),
        _ => panic!("{n_aspects} aspects, expected 1 to 16"),
    }
}

/// Rows of a table to read, from the first on.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) values: &'a [f32],
    pub(super) stride: usize,
}

impl<'a> From<&'a Matrix> for Rows<'a> {
    fn from(matrix: &'a Matrix) -> Self {
        Self { values: matrix.as_slice(), stride: matrix.stride() }
    }
}

impl<'a> Rows<'a> {
    #[inline(always)]
    pub(super) fn row(self, row: u32) -> &'a [f32] {
        &self.values[row as usize * self.stride..][..self.stride]
    }
}

/// Writes each coordinate L times.
#[inline(always)]
pub(super) fn spread<const L: usize>(vector: &[f32], out: &mut [f32]) {
    if L == 1 {
        out.copy_from_slice(vector);
        return;
    }
    for (coordinates, block) in vector.chunks_exact(16 / L).zip(out.as_chunks_mut::<16>().0) {
        *block = lanewise!(|k| coordinates[k / L]);
    }
}

/// Sums the lanes of each coordinate: the transpose of [`spread`].
#[inline(always)]
pub(super) fn gather<const L: usize>(spread: &[f32], out: &mut [f32]) {
    if L == 1 {
        out.copy_from_slice(spread);
        return;
    }
    out.fill(0.0);
    for (coordinates, block) in out.chunks_exact_mut(16 / L).zip(spread.as_chunks::<16>().0) {
        let mut sums = *block;
        if L == 16 {
            sums = lanewise!(|k| sums[k] + sums[k ^ 8]);
        }
        if L >= 8 {
            sums = lanewise!(|k| sums[k] + sums[k ^ 4]);
        }
        if L >= 4 {
            sums = lanewise!(|k| sums[k] + sums[k ^ 2]);
        }
        sums = lanewise!(|k| sums[k] + sums[k ^ 1]);
        for (k, coordinate) in coordinates.iter_mut().enumerate() {
            *coordinate = sums[k * L];
        }
    }
}

/// The sums of a block that belong to each lane, in every L of the result.
#[inline(always)]
pub(super) fn fold<const L: usize>(mut sums: Block) -> Block {
    if L <= 8 {
        sums = lanewise!(|k| sums[k] + sums[k ^ 8]);
    }
    if L <= 4 {
        sums = lanewise!(|k| sums[k] + sums[k ^ 4]);
    }
    if L <= 2 {
        sums = lanewise!(|k| sums[k] + sums[k ^ 2]);
    }
    if L == 1 {
        sums = lanewise!(|k| sums[k] + sums[k ^ 1]);
    }
    sums
}

/// The coefficients of the lanes, repeated to a block.
#[inline(always)]
fn repeat<const L: usize>(coefficients: &[f32]) -> Block {
    let coefficients: &[f32; L] = coefficients.first_chunk().expect("a number for each lane");
    lanewise!(|k| coefficients[k % L])
}

/// The scores of a spread centre with each of some rows: `out[t * L + k]` is <centre, row t in lane k>.
///
/// The sums over coordinates go through `sums`, in memory: where the compiler sees them summed across a register right
/// after the loop, it shuffles in every turn of the loop (measured: 2.5 times the time).
#[inline(always)]
pub(super) fn scores<const FUSED: bool, const L: usize>(
    centre: &[f32],
    rows: Rows<'_>,
    listed: &[u32],
    sums: &mut Vec<Block>,
    out: &mut [f32],
) {
    let centre = centre.as_chunks::<16>().0;
    sums.clear();
    let (fours, rest) = listed.as_chunks::<4>();
    for &[a, b, c, d] in fours {
        let (a, b) = (rows.row(a).as_chunks::<16>().0, rows.row(b).as_chunks::<16>().0);
        let (c, d) = (rows.row(c).as_chunks::<16>().0, rows.row(d).as_chunks::<16>().0);
        let mut four = [[0.0; 16]; 4];
        for ((((x, a), b), c), d) in centre.iter().zip(a).zip(b).zip(c).zip(d) {
            four[0] = lanewise!(|k| multiply_add::<FUSED>(x[k], a[k], four[0][k]));
            four[1] = lanewise!(|k| multiply_add::<FUSED>(x[k], b[k], four[1][k]));
            four[2] = lanewise!(|k| multiply_add::<FUSED>(x[k], c[k], four[2][k]));
            four[3] = lanewise!(|k| multiply_add::<FUSED>(x[k], d[k], four[3][k]));
        }
        sums.extend_from_slice(&four);
    }
    for &row in rest {
        let mut one = [0.0; 16];
        for (x, q) in centre.iter().zip(rows.row(row).as_chunks::<16>().0) {
            one = lanewise!(|k| multiply_add::<FUSED>(x[k], q[k], one[k]));
        }
        sums.push(one);
    }
    for (sums, out) in sums.iter().zip(out.chunks_exact_mut(L)) {
        out.copy_from_slice(&fold::<L>(*sums)[..L]);
    }
}

/// `out = sum over t of coefficients[t] * listed row t` (lane by lane); plus `out` itself if `ADD`.
#[inline(always)]
pub(super) fn weighted_sum<const FUSED: bool, const L: usize, const ADD: bool>(
    rows: Rows<'_>,
    listed: &[u32],
    coefficients: &[f32],
    out: &mut [f32],
) {
    let n_blocks = out.len() / 16;
    let mut from = 0;
    while from + 4 <= n_blocks {
        piece::<FUSED, L, ADD, 4>(rows, listed, coefficients, from, out);
        from += 4;
    }
    if from + 2 <= n_blocks {
        piece::<FUSED, L, ADD, 2>(rows, listed, coefficients, from, out);
        from += 2;
    }
    if from < n_blocks {
        piece::<FUSED, L, ADD, 1>(rows, listed, coefficients, from, out);
    }
}

#[inline(always)]
fn piece<const FUSED: bool, const L: usize, const ADD: bool, const N: usize>(
    rows: Rows<'_>,
    listed: &[u32],
    coefficients: &[f32],
    from: usize,
    out: &mut [f32],
) {
    let out: &mut [Block; N] = out.as_chunks_mut().0[from..].first_chunk_mut().expect("a piece of the row");
    let mut sums = if ADD { *out } else { [[0.0; 16]; N] };
    for (&row, coefficients) in listed.iter().zip(coefficients.chunks_exact(L)) {
        let g = repeat::<L>(coefficients);
        let row: &[Block; N] = rows.row(row).as_chunks().0[from..].first_chunk().expect("rows of one width");
        for (sums, row) in sums.iter_mut().zip(row) {
            *sums = lanewise!(|k| multiply_add::<FUSED>(g[k], row[k], sums[k]));
        }
    }
    *out = sums;
}

/// Calls a function that is generic over the lanes with the number that [`aspect_lanes`] gave.
macro_rules! with_lanes {
    ($lanes:expr, |$L:ident| $call:expr) => {{
        macro_rules! arm {
            ($number:literal) => {{
                const $L: usize = $number;
                $call
            }};
        }
        match $lanes {
            1 => arm!(1),
            2 => arm!(2),
            4 => arm!(4),
            8 => arm!(8),
            _ => arm!(16),
        }
    }};
}
pub(super) use with_lanes;
