//! Some items of each user.

use super::{LogSplit, Part, check_share, check_times};
use crate::{Interactions, Purpose, Stream, UserId};

/// How many of a user's items to withhold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// This share of them; a fraction is rounded up or down at random with the matching probability, so that the share
    /// holds on average.
    Share(f64),
    /// So many of them.
    Items(usize),
}

impl Amount {
    /// The number of `n` items; `chance` in [0, 1) decides how a fraction is rounded.
    fn of(self, n: usize, chance: f64) -> usize {
        match self {
            Self::Share(share) => (n as f64 * share + chance).floor() as usize,
            Self::Items(items) => items,
        }
    }
}

/// Which items of a user are withheld.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum UserOrder<'a> {
    /// Any, at random.
    Random,
    /// Those with the largest times, given in the order of [`Interactions::pairs`]; of equal times the larger item
    /// counts as the later.
    Latest(&'a [f64]),
}

/// Withholds items of each user: the first of the order to test, the next to validate.
///
/// At least one item stays with each user who has any: test items go short before training does, and validation items
/// before test items. A function of log, amounts and seed; what one user loses does not depend on the others.
///
/// # Panics
/// If a share is not in [0, 1], or the times are not one number for each pair.
#[must_use]
pub fn split_per_user(log: &Interactions, order: UserOrder<'_>, test: Amount, valid: Amount, seed: u64) -> LogSplit {
    [test, valid].into_iter().for_each(|amount| match amount {
        Amount::Share(share) => check_share(share),
        Amount::Items(_) => {}
    });
    if let UserOrder::Latest(times) = order {
        check_times(log, times);
    }
    let mut part_of = vec![Part::Train; log.n_pairs()];
    for user in 0..log.n_users() as u32 {
        let range = log.by_user().range(user as usize);
        let n = range.len();
        let stream = Stream::new(seed, Purpose::CatalogueSplit, u64::from(user));
        let n_test = test.of(n, stream.uniform(u64::MAX)).min(n.saturating_sub(1));
        let n_valid = valid.of(n, stream.uniform(u64::MAX - 1)).min(n.saturating_sub(1) - n_test);
        let places = match order {
            UserOrder::Random => stream.permutation(n),
            UserOrder::Latest(times) => latest_first(&times[range.clone()], log.items_of(UserId(user))),
        };
        for (rank, place) in places.into_iter().take(n_test + n_valid).enumerate() {
            part_of[range.start + place as usize] = if rank < n_test { Part::Test } else { Part::Valid };
        }
    }
    LogSplit::deal(log, &part_of)
}

/// The places of a user's items, the latest first.
fn latest_first(times: &[f64], items: &[u32]) -> Vec<u32> {
    let mut places: Vec<u32> = (0..items.len() as u32).collect();
    let key = |place: u32| (times[place as usize], items[place as usize]);
    places.sort_unstable_by(|&a, &b| {
        let ((time_a, item_a), (time_b, item_b)) = (key(a), key(b));
        time_b.total_cmp(&time_a).then(item_b.cmp(&item_a))
    });
    places
}
