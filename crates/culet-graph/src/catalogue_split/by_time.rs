//! Everything from a time on.

use super::{LogSplit, Part, check_share, check_times};
use crate::Interactions;

/// Where in time a part begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cut {
    /// At this time.
    At(f64),
    /// Where about this share of all pairs of the log follows. Pairs of one time stay together: the nearest time is
    /// taken, the earlier of two equally near, but not one that leaves nothing before it.
    LastShare(f64),
}

/// The first times of the parts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TimeCuts {
    /// Where the validation part begins; `None` if it is empty.
    pub valid: Option<f64>,
    /// Where the test part begins; `None` if it is empty.
    pub test: Option<f64>,
}

/// Puts all pairs from the test cut on into the test part, and those from the validation cut up to it into the
/// validation part.
///
/// `times` are those of the pairs in the order of [`Interactions::pairs`]. Users and items that appear only after a cut
/// stay in the table without a training pair. A share of the validation part is one of all pairs of the log. In
/// O(pairs log pairs).
///
/// # Panics
/// If a share is not in [0, 1], or the times are not one number for each pair.
#[must_use]
pub fn split_by_time(log: &Interactions, times: &[f64], test: Cut, valid: Cut) -> (LogSplit, TimeCuts) {
    check_times(log, times);
    let mut sorted = times.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let test_start = start(&sorted, test, n);
    let valid_start = start(&sorted[..test_start], valid, n);
    let first = |start: usize, end: usize| (start < end).then(|| sorted[start]);
    let cuts = TimeCuts { valid: first(valid_start, test_start), test: first(test_start, n) };
    let part = |&time: &f64| match cuts {
        TimeCuts { test: Some(test), .. } if time >= test => Part::Test,
        TimeCuts { valid: Some(valid), .. } if time >= valid => Part::Valid,
        _ => Part::Train,
    };
    let part_of: Vec<Part> = times.iter().map(part).collect();
    (LogSplit::deal(log, &part_of), cuts)
}

/// Where in ascending times a part begins, if its share is one of `n_all` pairs.
fn start(sorted: &[f64], cut: Cut, n_all: usize) -> usize {
    let n = sorted.len();
    let wanted = match cut {
        Cut::At(time) => return sorted.partition_point(|&own| own < time),
        Cut::LastShare(share) => {
            check_share(share);
            ((share * n_all as f64).round() as usize).min(n)
        }
    };
    if wanted == 0 {
        return n;
    }
    let time = sorted[n - wanted];
    let (from, after) = (sorted.partition_point(|&own| own < time), sorted.partition_point(|&own| own <= time));
    let (too_many, too_few) = (n - from - wanted, wanted - (n - after));
    // An empty part is no nearer than any other.
    let takes_time = from > 0 && (after == n || too_many <= too_few);
    if takes_time { from } else { after }
}
