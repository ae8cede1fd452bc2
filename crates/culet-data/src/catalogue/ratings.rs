//! What ratings mean: each counts as taken, unless there is a least one.

use crate::describe::thousands;

/// The ratings met so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ratings {
    pub(super) min: Option<f64>,
    n_kept: usize,
    n_low: usize,
    least: f64,
    largest: f64,
}

impl Ratings {
    pub(super) fn new(min: Option<f64>) -> Self {
        Self { min, n_kept: 0, n_low: 0, least: f64::INFINITY, largest: f64::NEG_INFINITY }
    }

    /// Whether an interaction of this rating counts.
    #[inline]
    pub(super) fn keep(&mut self, rating: f64) -> bool {
        (self.least, self.largest) = (self.least.min(rating), self.largest.max(rating));
        let keep = self.min.is_none_or(|least| rating >= least);
        self.n_kept += usize::from(keep);
        self.n_low += usize::from(!keep);
        keep
    }

    /// The largest rating, if all were too low.
    pub(super) fn all_too_low(&self) -> Option<(f64, f64)> {
        self.min.filter(|_| self.n_low > 0 && self.n_kept == 0).map(|least| (least, self.largest))
    }

    /// What the ratings did.
    pub(super) fn note(&self) -> Option<String> {
        let (least, largest) = (self.least, self.largest);
        match self.min {
            Some(min) if self.n_low > 0 => {
                let share = 100.0 * self.n_low as f64 / (self.n_low + self.n_kept) as f64;
                Some(format!(
                    "ratings go from {least} to {largest}; {} below {min} ({share:.0} %) left out",
                    thousands(self.n_low as u64)
                ))
            }
            None if self.n_kept > 0 && least < largest => Some(format!(
                "ratings go from {least} to {largest}, and each counts as taken; `--min-rating` leaves out lower ones"
            )),
            _ => None,
        }
    }
}
