//! Negative samples: items that a user did not take.

use crate::{Interactions, ItemId, Stream, UserId};

/// A user who took every item, so that there is no negative to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoNegative(pub UserId);

/// One item for each user, uniform among those the user did not take.
///
/// # Errors
/// [`NoNegative`] with the first user who took every item.
pub fn uniform_negatives(users: &[u32], log: &Interactions, stream: Stream) -> Result<Vec<u32>, NoNegative> {
    let n_items = log.n_items() as u64;
    let draw = |(k, &user): (usize, &u32)| {
        let user = UserId(user);
        let n_taken = log.items_of(user).len() as u64;
        if n_taken == n_items {
            return Err(NoNegative(user));
        }
        // A rank among the items not taken, then the item of that rank: one draw, however many items were taken.
        let rank = stream.below(k as u64, n_items - n_taken) as u32;
        Ok(item_of_rank(log.items_of(user), rank))
    };
    users.iter().enumerate().map(draw).collect()
}

/// The item with `rank` smaller items beside those in `taken` (ascending).
fn item_of_rank(taken: &[u32], rank: u32) -> u32 {
    // taken[k] - k items below taken[k] are free; find how many taken items lie below the answer.
    let (mut low, mut high) = (0, taken.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if taken[middle] - middle as u32 <= rank { low = middle + 1 } else { high = middle }
    }
    rank + low as u32
}

/// `count` distinct uniform items, all items if there are no more; in the order of their first draw.
#[must_use]
pub fn shared_negatives(n_items: usize, count: usize, stream: Stream) -> Vec<u32> {
    if count >= n_items {
        return (0..n_items as u32).collect();
    }
    let mut drawn = vec![false; n_items];
    let mut items = Vec::with_capacity(count);
    for k in 0.. {
        if items.len() == count {
            break;
        }
        let item = ItemId(stream.below(k, n_items as u64) as u32);
        if !std::mem::replace(&mut drawn[item.index()], true) {
            items.push(item.0);
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Purpose;

    #[test]
    fn negatives_are_uniform_among_the_items_not_taken() {
        let log = Interactions::from_pairs(2, 7, &[(0, 0), (0, 3), (0, 6), (1, 2)]).unwrap();
        let users = vec![0; 40_000];
        let drawn = uniform_negatives(&users, &log, Stream::new(1, Purpose::Test, 0)).unwrap();
        let mut counts = [0; 7];
        drawn.iter().for_each(|&item| counts[item as usize] += 1);
        assert_eq!((counts[0], counts[3], counts[6]), (0, 0, 0));
        assert!([1, 2, 4, 5].into_iter().all(|k| (9_500..10_500).contains(&counts[k])), "{counts:?}");
    }

    #[test]
    fn a_user_who_took_everything_is_named() {
        let log = Interactions::from_pairs(2, 2, &[(0, 0), (1, 0), (1, 1)]).unwrap();
        let stream = Stream::new(1, Purpose::Test, 0);
        assert_eq!(uniform_negatives(&[0, 1], &log, stream), Err(NoNegative(UserId(1))));
        assert_eq!(uniform_negatives(&[0], &log, stream), Ok(vec![1]));
    }

    #[test]
    fn shared_negatives_are_distinct() {
        let mut items = shared_negatives(50, 40, Stream::new(1, Purpose::Test, 3));
        items.sort_unstable();
        items.dedup();
        assert_eq!(items.len(), 40);
        assert_eq!(shared_negatives(3, 9, Stream::new(1, Purpose::Test, 3)), [0, 1, 2]);
    }
}
