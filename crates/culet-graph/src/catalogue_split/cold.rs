//! Items or users withheld wholly, as if they were new.

use super::{LogSplit, Part, check_share};
use crate::{Interactions, Purpose, Stream};

/// Steps of [`Purpose::CatalogueSplit`] beyond those of the users.
const ITEMS: u64 = 1 << 32;
const USERS: u64 = ITEMS + 1;

/// Withholds a share of the items that anybody took: all pairs of such an item go to the test or the validation part,
/// none stays.
///
/// Shares are rounded to the nearest number of items; the validation part goes short where both do not fit. A user all
/// of whose items are withheld has no training pair.
///
/// # Panics
/// If a share is not in [0, 1].
#[must_use]
pub fn split_cold_items(log: &Interactions, test_share: f64, valid_share: f64, seed: u64) -> LogSplit {
    let degrees = log.item_degrees();
    let items: Vec<u32> = (0..log.n_items() as u32).filter(|&item| degrees[item as usize] > 0).collect();
    let parts = Parts::choose(log.n_items(), &items, [test_share, valid_share], seed, ITEMS);
    LogSplit::deal(log, &log.pairs().map(|(_, item)| parts.0[item as usize]).collect::<Vec<_>>())
}

/// Withholds a share of the users who took anything: all pairs of such a user go to the test or the validation part,
/// none stays.
///
/// Shares are rounded to the nearest number of users; the validation part goes short where both do not fit. An item
/// that only withheld users took has no training pair.
///
/// # Panics
/// If a share is not in [0, 1].
#[must_use]
pub fn split_cold_users(log: &Interactions, test_share: f64, valid_share: f64, seed: u64) -> LogSplit {
    let users: Vec<u32> =
        (0..log.n_users() as u32).filter(|&user| !log.by_user().row(user as usize).is_empty()).collect();
    let parts = Parts::choose(log.n_users(), &users, [test_share, valid_share], seed, USERS);
    LogSplit::deal(log, &log.pairs().map(|(user, _)| parts.0[user as usize]).collect::<Vec<_>>())
}

/// The part of each item, or of each user.
struct Parts(Vec<Part>);

impl Parts {
    /// Chooses at random among the candidates.
    fn choose(n: usize, candidates: &[u32], shares: [f64; 2], seed: u64, step: u64) -> Self {
        shares.into_iter().for_each(check_share);
        let [n_test, n_valid] = shares.map(|share| (share * candidates.len() as f64).round() as usize);
        let order = Stream::new(seed, Purpose::CatalogueSplit, step).permutation(candidates.len());
        let mut part_of = vec![Part::Train; n];
        for (rank, place) in order.into_iter().take(n_test + n_valid).enumerate() {
            part_of[candidates[place as usize] as usize] = if rank < n_test { Part::Test } else { Part::Valid };
        }
        Self(part_of)
    }
}
