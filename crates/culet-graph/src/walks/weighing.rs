//! How the arcs of a second-order walk weigh: all the same, or each its own.

use culet_kernels::prefetch_read;

use super::alias::{AliasSlot, alias_slots};
use super::rows::Rows;

/// The weights of arcs, and a choice by weight.
pub(super) trait Weighing {
    /// Whether all weights are 1, so that no choice needs a fraction.
    const ALL_ONE: bool;
    /// Whether for each arc there is known to be one back, of the same weight.
    const SYMMETRIC: bool;
    /// The sum over the arcs of a row.
    fn total(&self, row: u32, degree: u32) -> f64;
    /// The largest weight in a row.
    fn heaviest(&self, row: u32) -> f64;
    /// The weight of an arc.
    fn weight(&self, rows: &Rows<'_>, arc: usize) -> f32;
    /// What a uniform arc of a row with a uniform fraction of 2^32 gives: an arc by weight, its target and its weight.
    fn pick(&self, rows: &Rows<'_>, arc: usize, fraction: u32) -> (u32, f32);
    /// Fetches what `pick` reads.
    fn prefetch_arc(&self, rows: &Rows<'_>, arc: usize);
    /// Fetches what `total` and `heaviest` read.
    fn prefetch_row(&self, row: u32);
}

/// All arcs weigh 1.
#[derive(Debug)]
pub(super) struct Ones<const SYMMETRIC: bool>;

/// Each arc has its weight.
#[derive(Debug)]
pub(super) struct Weights<const SYMMETRIC: bool> {
    slots: Vec<AliasSlot<(u32, f32)>>,
    /// Sum and maximum of each row, `[n_rows]`.
    sums: Vec<(f64, f64)>,
}

impl<const SYMMETRIC: bool> Weights<SYMMETRIC> {
    pub(super) fn new(rows: &Rows<'_>) -> Self {
        let sums = |row| {
            let weights = rows.weights[rows.range(row)].iter().map(|&weight| f64::from(weight));
            (weights.clone().sum(), weights.fold(0.0, f64::max))
        };
        let slots = alias_slots(rows, |arc| (rows.columns[arc], rows.weights[arc]));
        Self { slots, sums: (0..rows.n_rows()).map(sums).collect() }
    }
}

impl<const SYMMETRIC: bool> Weighing for Ones<SYMMETRIC> {
    const ALL_ONE: bool = true;
    const SYMMETRIC: bool = SYMMETRIC;

    #[inline(always)]
    fn total(&self, _: u32, degree: u32) -> f64 {
        f64::from(degree)
    }

    #[inline(always)]
    fn heaviest(&self, _: u32) -> f64 {
        1.0
    }

    #[inline(always)]
    fn weight(&self, _: &Rows<'_>, _: usize) -> f32 {
        1.0
    }

    #[inline(always)]
    fn pick(&self, rows: &Rows<'_>, arc: usize, _: u32) -> (u32, f32) {
        (rows.columns[arc], 1.0)
    }

    #[inline(always)]
    fn prefetch_arc(&self, rows: &Rows<'_>, arc: usize) {
        prefetch_read(&rows.columns, arc);
    }

    #[inline(always)]
    fn prefetch_row(&self, _: u32) {}
}

impl<const SYMMETRIC: bool> Weighing for Weights<SYMMETRIC> {
    const ALL_ONE: bool = false;
    const SYMMETRIC: bool = SYMMETRIC;

    #[inline(always)]
    fn total(&self, row: u32, _: u32) -> f64 {
        self.sums[row as usize].0
    }

    #[inline(always)]
    fn heaviest(&self, row: u32) -> f64 {
        self.sums[row as usize].1
    }

    #[inline(always)]
    fn weight(&self, rows: &Rows<'_>, arc: usize) -> f32 {
        rows.weights[arc]
    }

    #[inline(always)]
    fn pick(&self, _: &Rows<'_>, arc: usize, fraction: u32) -> (u32, f32) {
        self.slots[arc].pick(fraction)
    }

    #[inline(always)]
    fn prefetch_arc(&self, _: &Rows<'_>, arc: usize) {
        prefetch_read(&self.slots, arc);
    }

    #[inline(always)]
    fn prefetch_row(&self, row: u32) {
        prefetch_read(&self.sums, row as usize);
    }
}
