//! How the parts of a catalogue fit together: what one tells of the next that it should not.

use culet_graph::Interactions;
use serde::{Deserialize, Serialize};

use super::times::PartTimes;
use crate::{Dataset, PartCount};

/// What a part shares with one that is learned from before.
///
/// A pair in both is asked for although it was told. A pair that is no later than others of its user which were learned
/// from is predicted from its own future: so it is after a split at random, which is fair between models but easier than
/// what a service is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartOverlap {
    /// The part that is learned from.
    pub earlier: String,
    /// The part that is asked for.
    pub later: String,
    /// The pairs of the later part.
    pub pairs: u64,
    /// Those of them that the earlier part has too.
    pub shared_pairs: u64,
    /// Users of the later part of whom the earlier one tells nothing.
    pub unseen_users: u64,
    /// Items of the later part of which the earlier one tells nothing.
    pub unseen_items: u64,
    /// Where both have times, the pairs of the later part that are earlier than the last one of their user in the
    /// earlier part.
    pub before_own_last: Option<u64>,
    /// Likewise, those that are earlier than the last pair of anybody in the earlier part.
    pub before_end: Option<u64>,
}

/// The names of the parts, in the order in which they are looked at.
pub(super) const PARTS: [&str; 3] = ["training", "validation", "test"];

/// What each part shares with each before it.
pub(super) fn overlaps(dataset: &Dataset, times: Option<&PartTimes>) -> Vec<PartOverlap> {
    let logs = [&dataset.train, &dataset.valid, &dataset.test];
    let mut overlaps = Vec::new();
    for (earlier, later) in [(0, 1), (0, 2), (1, 2)] {
        if logs[earlier].n_pairs() > 0 && logs[later].n_pairs() > 0 {
            let mut overlap = overlap(logs[earlier], logs[later]);
            (overlap.earlier, overlap.later) = (PARTS[earlier].into(), PARTS[later].into());
            if let Some([earlier_times, later_times]) = times.and_then(|times| times.both(earlier, later)) {
                let (own, any) = too_early((logs[earlier], earlier_times), (logs[later], later_times));
                (overlap.before_own_last, overlap.before_end) = (Some(own), Some(any));
            }
            overlaps.push(overlap);
        }
    }
    overlaps
}

fn overlap(earlier: &Interactions, later: &Interactions) -> PartOverlap {
    let PartCount { pairs, unseen_users, unseen_items, .. } = PartCount::of(later, earlier);
    PartOverlap {
        earlier: String::new(),
        later: String::new(),
        pairs: pairs as u64,
        shared_pairs: earlier.n_shared(later) as u64,
        unseen_users: unseen_users as u64,
        unseen_items: unseen_items as u64,
        before_own_last: None,
        before_end: None,
    }
}

/// The later pairs before the last earlier one of their user, and of anybody.
fn too_early(earlier: (&Interactions, &[f64]), later: (&Interactions, &[f64])) -> (u64, u64) {
    let mut last = vec![f64::NEG_INFINITY; earlier.0.n_users()];
    earlier.0.pairs().zip(earlier.1).for_each(|((user, _), &time)| last[user as usize] = last[user as usize].max(time));
    let end = last.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let count = |is_early: &dyn Fn(u32, f64) -> bool| {
        later.0.pairs().zip(later.1).filter(|&((user, _), &time)| is_early(user, time)).count() as u64
    };
    (count(&|user, time| time < last[user as usize]), count(&|_, time| time < end))
}

#[cfg(test)]
mod tests {
    use super::super::tests::dataset;
    use super::*;

    #[test]
    fn a_part_is_compared_with_those_before_it() {
        let mut data = dataset();
        data.valid = Interactions::from_pairs(3, 4, &[(1, 2)]).unwrap();
        let found = overlaps(&data, None);
        let names: Vec<_> = found.iter().map(|o| (o.earlier.as_str(), o.later.as_str(), o.pairs)).collect();
        assert_eq!(names, [("training", "validation", 1), ("training", "test", 3), ("validation", "test", 3)]);
        let counts: Vec<_> = found.iter().map(|o| (o.shared_pairs, o.unseen_users, o.unseen_items)).collect();
        // The test part asks for (2, 0), which is in training; item 3 is nowhere else; only user 1 was validated on.
        assert_eq!(counts, [(0, 0, 0), (1, 0, 1), (0, 1, 3)]);
        assert!(found.iter().all(|o| o.before_own_last.is_none() && o.before_end.is_none()));
    }

    #[test]
    fn pairs_predicted_from_their_future_are_counted() {
        let data = dataset();
        // Training: user 0 at 1, 9, 3, user 1 at 5, user 2 at 4; test: user 1 at 4 and 6, user 2 at 4.
        let of = [Some(vec![1.0, 9.0, 3.0, 5.0, 4.0]), Some(Vec::new()), Some(vec![4.0, 6.0, 4.0])];
        let times = PartTimes { of, ..PartTimes::default() };
        let found = overlaps(&data, Some(&times));
        assert_eq!((found[0].before_own_last, found[0].before_end), (Some(1), Some(3)));
        let untimed = PartTimes { of: [None, None, Some(vec![4.0, 6.0, 4.0])], ..PartTimes::default() };
        assert_eq!(overlaps(&data, Some(&untimed))[0].before_own_last, None);
    }
}
