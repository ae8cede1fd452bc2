//! Keeping the aspects of a node apart.

use rayon::prelude::*;

use super::aspect_lanes;
use super::lanes::{Block, fold, with_lanes};
use crate::Matrix;
use crate::isa::{multiply_add, multiversion};
use crate::lanes::{lanewise, sum16};

/// How strongly alike aspects of a node are pushed apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Diversity {
    /// What each counted |cosine| costs.
    pub weight: f32,
    /// Cosines count only above this.
    pub threshold: f32,
}

const ROWS_A_TASK: usize = 256;

/// Runs a body for each turn of the lanes from the first to the last, known when compiling: so that turning is one
/// shuffle.
macro_rules! for_turns {
    ($first:expr, $last:expr, |$turn:ident| $body:expr) => {
        for_turns!(@ $first, $last, $turn, $body, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    (@ $first:expr, $last:expr, $turn:ident, $body:expr, $($number:literal)*) => {
        $(
            if ($first..=$last).contains(&$number) {
                const $turn: usize = $number;
                $body
            }
        )*
    };
}

/// weight * sum over nodes h, over s < t of |cos(Q_h^s, Q_h^t)| where that is above the threshold
/// (Park et al. 2020, eq. 12 to 14)
///
/// Gives the penalty and **adds** its gradient; which cosines count is taken as fixed.
///
/// # Shapes
/// - `contexts`, `gradient`: `[n_nodes, d * lanes]`.
/// # Panics
/// If the shapes do not fit.
pub fn aspect_diversity(contexts: &Matrix, n_aspects: usize, diversity: Diversity, gradient: &mut Matrix) -> f64 {
    let lanes = aspect_lanes(n_aspects);
    assert!(contexts.dim().is_multiple_of(lanes), "rows of whole coordinates");
    assert_eq!((contexts.n_rows(), contexts.dim()), (gradient.n_rows(), gradient.dim()), "a gradient for each row");
    if n_aspects == 1 || contexts.stride() == 0 {
        return 0.0;
    }
    let stride = contexts.stride();
    let rows = contexts.as_slice().par_chunks(ROWS_A_TASK * stride);
    let parts: Vec<f64> = rows
        .zip(gradient.as_mut_slice().par_chunks_mut(ROWS_A_TASK * stride))
        .map(|(rows, gradients)| {
            let rows = rows.chunks_exact(stride).zip(gradients.chunks_exact_mut(stride));
            rows.map(|(row, gradient)| f64::from(diversity_of_row(row, lanes, diversity, gradient))).sum()
        })
        .collect();
    parts.iter().sum()
}

multiversion! {
    /// The penalty of one node's aspects; adds its gradient. Unused lanes and padding are zero.
    ///
    /// `row`, `gradient`: `[d * lanes]`, padded.
    pub(super) fn diversity_of_row(row: &[f32], lanes: usize, diversity: Diversity, gradient: &mut [f32]) -> f32 = body;
}

#[inline(always)]
fn body<const FUSED: bool>(row: &[f32], lanes: usize, diversity: Diversity, gradient: &mut [f32]) -> f32 {
    with_lanes!(lanes, |L| of_lanes::<FUSED, L>(row, diversity, gradient))
}

/// Every pair of lanes is met by turning the lanes around by 1, 2 .. L / 2: products with the turned row, summed over
/// the coordinates, are a diagonal of the Gram matrix each, without sums across a register.
#[inline(always)]
fn of_lanes<const FUSED: bool, const L: usize>(row: &[f32], diversity: Diversity, gradient: &mut [f32]) -> f32 {
    let blocks = row.as_chunks::<16>().0;
    let mut gram = [[0.0; 16]; 16];
    for q in blocks {
        for_turns!(0, L / 2, |TURN| {
            let turned = turn_lanes::<L, TURN>(*q);
            gram[TURN] = lanewise!(|k| multiply_add::<FUSED>(q[k], turned[k], gram[TURN][k]));
        });
    }
    for_turns!(0, L / 2, |TURN| gram[TURN] = fold::<L>(gram[TURN]));
    let inverse = lanewise!(|k| if gram[0][k] > 1e-24 { 1.0 / gram[0][k].sqrt() } else { 0.0 });
    // d|cos(a, b)| / da = sign (b / |a||b| - cos a / |a|^2)
    let Diversity { weight, threshold } = diversity;
    let mut slopes = [[0.0; 16]; 16];
    let mut sizes = [0.0; 16];
    let mut own = [0.0; 16];
    for_turns!(1, L / 2, |TURN| {
        let other = turn_lanes::<L, TURN>(inverse);
        let cosine = lanewise!(|k| gram[TURN][k] * inverse[k] * other[k]);
        // The last turn meets each pair twice, once from each side.
        let counted = lanewise!(|k| if cosine[k].abs() > threshold { 1.0 } else { 0.0 });
        let size = lanewise!(|k| counted[k] * cosine[k].abs());
        let slope = lanewise!(|k| weight * counted[k] * inverse[k] * other[k] * 1.0_f32.copysign(cosine[k]));
        slopes[TURN] = slope;
        if TURN == L / 2 {
            sizes = lanewise!(|k| sizes[k] + 0.5 * size[k]);
            own = lanewise!(|k| own[k] + size[k]);
        } else {
            let back = turn_back::<L, TURN>(size);
            slopes[(L - TURN) % L] = turn_back::<L, TURN>(slope);
            sizes = lanewise!(|k| sizes[k] + size[k]);
            own = lanewise!(|k| own[k] + size[k] + back[k]);
        }
    });
    let sum = sum16(sizes);
    if sum == 0.0 {
        return 0.0;
    }
    slopes[0] = lanewise!(|k| -weight * own[k] * inverse[k] * inverse[k]);
    let gradient = gradient.as_chunks_mut::<16>().0;
    for block in 0..blocks.len() {
        // Else the compiler takes the lanes of many blocks at once, which scatters.
        let block = std::hint::black_box(block);
        let (q, mut out) = (&blocks[block], gradient[block]);
        for_turns!(0, L - 1, |TURN| {
            let turned = turn_lanes::<L, TURN>(*q);
            out = lanewise!(|k| multiply_add::<FUSED>(slopes[TURN][k], turned[k], out[k]));
        });
        gradient[block] = out;
    }
    // A block holds each sum 16 / L times.
    weight * sum * L as f32 / 16.0
}

/// Lane k of the result is lane k + `TURN` of the block, modulo L within each L lanes.
#[inline(always)]
fn turn_lanes<const L: usize, const TURN: usize>(block: Block) -> Block {
    lanewise!(|k| block[(k & !(L - 1)) | ((k + TURN) & (L - 1))])
}

/// Undoes [`turn_lanes`].
#[inline(always)]
fn turn_back<const L: usize, const TURN: usize>(block: Block) -> Block {
    lanewise!(|k| block[(k & !(L - 1)) | ((k + L - TURN) & (L - 1))])
}
