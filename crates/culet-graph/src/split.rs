//! Splits of interactions.

use crate::{Interactions, Purpose, Stream, UserId};

/// Withholds a share of each user's items: (kept, withheld).
///
/// A user with n items loses n * share of them, a fraction being rounded up or down at random with the matching
/// probability, so that the share holds on average; at least one item stays with each user who has any.
///
/// # Panics
/// If `share` is not in [0, 1).
#[must_use]
pub fn withhold_validation(log: &Interactions, share: f64, seed: u64) -> (Interactions, Interactions) {
    assert!((0.0..1.0).contains(&share), "the share lies in [0, 1)");
    let (mut kept, mut withheld) = (Vec::with_capacity(log.n_pairs()), Vec::new());
    for user in 0..log.n_users() as u32 {
        let items = log.items_of(UserId(user));
        let stream = Stream::new(seed, Purpose::Validation, u64::from(user));
        let wanted = (items.len() as f64 * share + stream.uniform(u64::MAX)).floor() as usize;
        let n_withheld = wanted.min(items.len().saturating_sub(1));
        for (rank, &k) in stream.permutation(items.len()).iter().enumerate() {
            let pair = (user, items[k as usize]);
            if rank < n_withheld { withheld.push(pair) } else { kept.push(pair) }
        }
    }
    let build = |pairs: &[(u32, u32)]| {
        Interactions::from_pairs(log.n_users(), log.n_items(), pairs).expect("a part of a valid log is valid")
    };
    (build(&kept), build(&withheld))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_disjoint_complete_and_leave_each_user_an_item() {
        let pairs: Vec<_> = (0..300_u32).flat_map(|u| (0..u % 13).map(move |k| (u, (u * 7 + k) % 50))).collect();
        let log = Interactions::from_pairs(300, 50, &pairs).unwrap();
        let (kept, withheld) = withhold_validation(&log, 0.1, 3);
        assert_eq!(kept.n_pairs() + withheld.n_pairs(), log.n_pairs());
        assert_eq!(kept.union(&withheld).unwrap(), log);
        let share = withheld.n_pairs() as f64 / log.n_pairs() as f64;
        assert!((0.08..0.12).contains(&share), "{share}");
        assert!((0..300).all(|u| log.items_of(UserId(u)).is_empty() || !kept.items_of(UserId(u)).is_empty()));
        assert_eq!(withhold_validation(&log, 0.1, 3), (kept, withheld));
    }
}
