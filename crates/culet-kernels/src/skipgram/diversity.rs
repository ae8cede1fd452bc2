//! Keeping the aspects of a node apart.

use rayon::prelude::*;

use super::aspect_lanes;
use crate::Matrix;
use crate::isa::multiversion;

/// How strongly alike aspects of a node are pushed apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Diversity {
    /// What each counted |cosine| costs.
    pub weight: f32,
    /// Cosines count only above this.
    pub threshold: f32,
}

const ROWS_A_TASK: usize = 256;

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
    let (stride, dim) = (contexts.stride(), contexts.dim());
    let rows = contexts.as_slice().par_chunks(ROWS_A_TASK * stride);
    let parts: Vec<f64> = rows
        .zip(gradient.as_mut_slice().par_chunks_mut(ROWS_A_TASK * stride))
        .map(|(rows, gradients)| task(rows, gradients, stride, dim, n_aspects, lanes, diversity))
        .collect();
    parts.iter().sum()
}

multiversion! {
    fn task(
        rows: &[f32], gradients: &mut [f32], stride: usize, dim: usize, n_aspects: usize, lanes: usize,
        diversity: Diversity,
    ) -> f64 = body;
}

#[inline(always)]
fn body<const FUSED: bool>(
    rows: &[f32],
    gradients: &mut [f32],
    stride: usize,
    dim: usize,
    n_aspects: usize,
    lanes: usize,
    diversity: Diversity,
) -> f64 {
    let mut sum = 0.0;
    for (row, gradient) in rows.chunks_exact(stride).zip(gradients.chunks_exact_mut(stride)) {
        let (row, gradient) = (&row[..dim], &mut gradient[..dim]);
        sum += f64::from(match lanes {
            8 => diversity_of_row::<8>(row, n_aspects, diversity, gradient),
            _ => diversity_of_row::<16>(row, n_aspects, diversity, gradient),
        });
    }
    sum
}

/// The penalty of one node's aspects; adds its gradient.
#[inline(always)]
pub(super) fn diversity_of_row<const L: usize>(
    row: &[f32],
    n_aspects: usize,
    diversity: Diversity,
    gradient: &mut [f32],
) -> f32 {
    let coordinates = row.as_chunks::<L>().0;
    // The inner products of all aspects.
    let mut gram = [[0.0_f32; L]; L];
    for q in coordinates {
        for (gram, a) in gram.iter_mut().zip(q).take(n_aspects) {
            for k in 0..L {
                gram[k] += a * q[k];
            }
        }
    }
    let mut inverse = [0.0_f32; L];
    for (s, inverse) in inverse.iter_mut().enumerate().take(n_aspects) {
        *inverse = if gram[s][s] > 1e-24 { 1.0 / gram[s][s].sqrt() } else { 0.0 };
    }
    // d|cos(a, b)| / da = sign (b / |a||b| - cos a / |a|^2)
    let mut slopes = [[0.0_f32; L]; L];
    let (mut sum, mut any) = (0.0, false);
    for s in 0..n_aspects {
        for t in s + 1..n_aspects {
            let cosine = gram[s][t] * inverse[s] * inverse[t];
            let size = cosine.abs();
            if size > diversity.threshold {
                any = true;
                sum += size;
                let slope = diversity.weight * cosine.signum() * inverse[s] * inverse[t];
                slopes[s][t] += slope;
                slopes[t][s] += slope;
                slopes[s][s] -= diversity.weight * size * inverse[s] * inverse[s];
                slopes[t][t] -= diversity.weight * size * inverse[t] * inverse[t];
            }
        }
    }
    if any {
        for (q, gradient) in coordinates.iter().zip(gradient.as_chunks_mut::<L>().0) {
            for (slopes, a) in slopes.iter().zip(q).take(n_aspects) {
                for k in 0..L {
                    gradient[k] += a * slopes[k];
                }
            }
        }
    }
    diversity.weight * sum
}
