//! Splits of a log of interactions into parts to train, validate and test on.
//!
//! | file | subject |
//! | --- | --- |
//! | `per_user` | some items of each user, at random or the latest |
//! | `by_time` | everything from a time on |
//! | `cold` | items or users withheld wholly |
//! | `k_core` | what stays if users and items with few pairs go |

mod by_time;
mod cold;
mod k_core;
mod per_user;

#[cfg(test)]
mod tests;

pub use by_time::{Cut, TimeCuts, split_by_time};
pub use cold::{split_cold_items, split_cold_users};
pub use k_core::{KCore, k_core, largest_core};
pub use per_user::{Amount, UserOrder, split_per_user};

use crate::Interactions;

/// Parts of a log: disjoint, together the log, of the same users and items as it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSplit {
    /// What models may learn from.
    pub train: Interactions,
    /// What settings are chosen by; may be empty.
    pub valid: Interactions,
    /// What models are judged by; may be empty.
    pub test: Interactions,
}

/// Where a pair goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Train,
    Valid,
    Test,
}

impl LogSplit {
    /// Deals out the pairs of a log, whose parts are told in the order of [`Interactions::pairs`].
    fn deal(log: &Interactions, part_of: &[Part]) -> Self {
        assert_eq!(part_of.len(), log.n_pairs(), "each pair has a part");
        let build = |wanted: Part| {
            let own = log.pairs().zip(part_of).filter(|&(_, &part)| part == wanted).map(|(pair, _)| pair);
            Interactions::from_pairs(log.n_users(), log.n_items(), &own.collect::<Vec<_>>())
                .expect("a part of a valid log is valid")
        };
        Self { train: build(Part::Train), valid: build(Part::Valid), test: build(Part::Test) }
    }
}

fn check_share(share: f64) {
    assert!((0.0..=1.0).contains(&share), "a share lies in [0, 1], not {share}");
}

fn check_times(log: &Interactions, times: &[f64]) {
    assert_eq!(times.len(), log.n_pairs(), "each pair has a time");
    assert!(times.iter().all(|time| !time.is_nan()), "each time is a number");
}
