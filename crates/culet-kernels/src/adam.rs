//! Adam (Kingma & Ba 2015), fused over a table: one pass over parameters, moments and gradient.

use rayon::prelude::*;

use crate::isa::{multiply_add, multiversion};
use crate::lanes::{blocks, blocks_mut};
use crate::{Matrix, RowSet};

/// The gradient of a table of which many rows may be zero.
#[derive(Debug, Clone, Copy)]
pub enum RowGradient<'a> {
    /// A row of `.0` for each row of the table.
    All(&'a Matrix),
    /// Row r of `.0` for each listed row r; zero for the others.
    Listed(&'a Matrix, &'a RowSet),
    /// Row `slots[r]` of `.0`; zero where the slot is [`NO_SLOT`].
    Slots(&'a Matrix, &'a [u32]),
}

/// The slot of a row without gradient.
pub const NO_SLOT: u32 = u32::MAX;

impl<'a> RowGradient<'a> {
    /// The gradient of a row, `None` if it is zero.
    #[must_use]
    #[inline(always)]
    pub fn row(self, row: usize) -> Option<&'a [f32]> {
        match self {
            Self::All(values) => Some(values.row(row)),
            Self::Listed(values, rows) => rows.contains(row as u32).then(|| values.row(row)),
            Self::Slots(values, slots) => (slots[row] != NO_SLOT).then(|| values.row(slots[row] as usize)),
        }
    }
}

impl RowGradient<'_> {
    /// The rows that there are.
    #[must_use]
    pub fn values(&self) -> &Matrix {
        let (Self::All(values) | Self::Listed(values, _) | Self::Slots(values, _)) = self;
        values
    }

    /// Asks the processor to bring the gradient of a row near, if it has one.
    #[inline(always)]
    pub(crate) fn prefetch(self, row: usize) {
        match self {
            Self::Slots(values, slots) if slots[row] != NO_SLOT => crate::lanes::prefetch(values, slots[row] as usize),
            _ => {}
        }
    }
}

/// Adam's settings with the published defaults.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamSettings {
    /// The step size.
    pub learning_rate: f64,
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the root of the second moment, after the correction of its bias.
    pub epsilon: f64,
}

impl AdamSettings {
    /// beta 0.9 and 0.999, epsilon 1e-8.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    }
}

/// The moments of one table.
#[derive(Debug, Clone)]
pub struct Moments {
    first: Matrix,
    second: Matrix,
}

impl Moments {
    /// Zero moments for a table of this shape.
    #[must_use]
    pub fn for_table(table: &Matrix) -> Self {
        let zeros = || Matrix::zeros(table.n_rows(), table.dim());
        Self { first: zeros(), second: zeros() }
    }

    /// The first and the second moments, to be kept.
    #[must_use]
    pub fn tables(&self) -> [&Matrix; 2] {
        [&self.first, &self.second]
    }

    /// Moments that were kept.
    ///
    /// # Panics
    /// If the two are not of one shape.
    #[must_use]
    pub fn from_tables([first, second]: [Matrix; 2]) -> Self {
        assert_eq!((first.n_rows(), first.dim()), (second.n_rows(), second.dim()), "moments of one table");
        Self { first, second }
    }
}

#[derive(Clone, Copy)]
struct Step {
    beta1: f32,
    beta2: f32,
    /// 1 - beta1 and 1 - beta2, taken in f64: in f32 the latter loses five digits.
    rest1: f32,
    rest2: f32,
    /// learning rate / (1 - beta1^t)
    size: f32,
    /// 1 / sqrt(1 - beta2^t)
    root_scale: f32,
    epsilon: f32,
}

const ROWS_A_TASK: usize = 512;

/// One step number `t` (from 1) on all rows, those without gradient included (their moments decay).
///
/// # Numerics
/// Seven streams of the table's size: bound by memory.
/// # Panics
/// If the shapes do not fit or `t` is 0.
pub fn adam_step(table: &mut Matrix, gradient: RowGradient<'_>, moments: &mut Moments, settings: AdamSettings, t: u64) {
    assert!(t > 0, "steps count from 1");
    assert_eq!((table.n_rows(), table.dim()), (moments.first.n_rows(), moments.first.dim()), "moments of the table");
    assert_eq!(table.stride(), gradient.values().stride(), "a gradient of the table's width");
    let t = t as f64;
    let step = Step {
        beta1: settings.beta1 as f32,
        beta2: settings.beta2 as f32,
        rest1: (1.0 - settings.beta1) as f32,
        rest2: (1.0 - settings.beta2) as f32,
        size: (settings.learning_rate / (1.0 - settings.beta1.powf(t))) as f32,
        root_scale: (1.0 / (1.0 - settings.beta2.powf(t)).sqrt()) as f32,
        epsilon: settings.epsilon as f32,
    };
    let stride = table.stride();
    if stride == 0 {
        return;
    }
    (
        table.as_mut_slice().par_chunks_mut(ROWS_A_TASK * stride),
        moments.first.as_mut_slice().par_chunks_mut(ROWS_A_TASK * stride),
        moments.second.as_mut_slice().par_chunks_mut(ROWS_A_TASK * stride),
    )
        .into_par_iter()
        .enumerate()
        .for_each(|(k, (table, first, second))| task(k * ROWS_A_TASK, stride, gradient, table, first, second, step));
}

multiversion! {
    fn task(
        first_row: usize, stride: usize, gradient: RowGradient<'_>, table: &mut [f32], first: &mut [f32],
        second: &mut [f32], step: Step,
    ) = body;
}

#[inline(always)]
fn body<const FUSED: bool>(
    first_row: usize,
    stride: usize,
    gradient: RowGradient<'_>,
    table: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
    step: Step,
) {
    let rows = table.chunks_exact_mut(stride).zip(first.chunks_exact_mut(stride)).zip(second.chunks_exact_mut(stride));
    for (k, ((p, m), v)) in rows.enumerate() {
        let gradient = gradient.row(first_row + k);
        for (b, ((p, m), v)) in blocks_mut(p).iter_mut().zip(blocks_mut(m)).zip(blocks_mut(v)).enumerate() {
            let g = gradient.map_or([0.0; 16], |row| blocks(row)[b]);
            for k in 0..16 {
                m[k] = multiply_add::<FUSED>(step.beta1, m[k], step.rest1 * g[k]);
                v[k] = multiply_add::<FUSED>(step.beta2, v[k], step.rest2 * g[k] * g[k]);
                p[k] -= step.size * m[k] / multiply_add::<FUSED>(v[k].sqrt(), step.root_scale, step.epsilon);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_equal_the_published_formula_in_f64() {
        let (n_rows, dim) = (3, 21);
        let value = |k: usize, step: u64| ((k * 7 + step as usize * 3) as f64 * 0.61).sin();
        let mut table = Matrix::from_values(n_rows, dim, &vec![0.5; n_rows * dim]);
        let mut moments = Moments::for_table(&table);
        let (mut p, mut m, mut v) = (vec![0.5_f64; 63], vec![0.0_f64; 63], vec![0.0_f64; 63]);
        let settings = AdamSettings::new(0.01);
        for t in 1..=20 {
            // Row 1 has no gradient in every other step; its moments decay all the same.
            let gradient: Vec<f64> =
                (0..63).map(|k| if k / dim == 1 && t % 2 == 0 { 0.0 } else { value(k, t) }).collect();
            let dense = Matrix::from_values(n_rows, dim, &gradient.iter().map(|&g| g as f32).collect::<Vec<_>>());
            let slots = [0, if t % 2 == 0 { NO_SLOT } else { 1 }, 2];
            adam_step(&mut table, RowGradient::Slots(&dense, &slots), &mut moments, settings, t);
            for k in 0..63 {
                m[k] = 0.9 * m[k] + 0.1 * gradient[k];
                v[k] = 0.999 * v[k] + 0.001 * gradient[k] * gradient[k];
                let (mean, square) = (m[k] / (1.0 - 0.9_f64.powf(t as f64)), v[k] / (1.0 - 0.999_f64.powf(t as f64)));
                p[k] -= 0.01 * mean / (square.sqrt() + 1e-8);
            }
        }
        for (found, expected) in table.to_values().iter().zip(&p) {
            assert!((f64::from(*found) - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    #[test]
    fn a_table_without_columns_is_left_alone() {
        let mut table = Matrix::zeros(4, 0);
        let mut moments = Moments::for_table(&table);
        adam_step(&mut table, RowGradient::All(&Matrix::zeros(4, 0)), &mut moments, AdamSettings::new(0.1), 1);
    }
}
