//! What each split promises, and cases worked by hand.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{
    Amount, Cut, KCore, LogSplit, TimeCuts, UserOrder, k_core, largest_core, split_by_time, split_cold_items,
    split_cold_users, split_per_user,
};
use crate::Interactions;

type Pair = (u32, u32);

const N_USERS: u32 = 12;
const N_ITEMS: u32 = 9;

fn log_of(pairs: &[Pair]) -> Interactions {
    Interactions::from_pairs(N_USERS as usize, N_ITEMS as usize, pairs).unwrap()
}

fn set(log: &Interactions) -> BTreeSet<Pair> {
    log.pairs().collect()
}

/// Logs with a few equal times.
fn timed_log() -> impl Strategy<Value = (Interactions, Vec<f64>)> {
    prop::collection::btree_map((0..N_USERS, 0..N_ITEMS), -4_i32..12, 0..60).prop_map(|timed| {
        let pairs: Vec<Pair> = timed.keys().copied().collect();
        (log_of(&pairs), timed.values().map(|&time| f64::from(time)).collect())
    })
}

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![(0.0..=1.0_f64).prop_map(Amount::Share), (0_usize..4).prop_map(Amount::Items)]
}

/// Parts are disjoint and together the log.
fn check_parts(log: &Interactions, split: &LogSplit) -> Result<(), TestCaseError> {
    let parts = [&split.train, &split.valid, &split.test];
    prop_assert_eq!(parts.iter().map(|part| part.n_pairs()).sum::<usize>(), log.n_pairs());
    prop_assert_eq!(parts.iter().flat_map(|part| part.pairs()).collect::<BTreeSet<_>>(), set(log));
    for part in parts {
        prop_assert_eq!((part.n_users(), part.n_items()), (log.n_users(), log.n_items()));
    }
    Ok(())
}

/// How many items each user has who has any.
fn counts(log: &Interactions) -> BTreeMap<u32, usize> {
    let mut counts = BTreeMap::new();
    log.pairs().for_each(|(user, _)| *counts.entry(user).or_default() += 1);
    counts
}

/// Whether `n` is what the amount makes of `of` items, rounded either way.
fn fits(n: usize, amount: Amount, of: usize) -> bool {
    match amount {
        Amount::Share(share) => (n as f64 - of as f64 * share).abs() < 1.0 + 1e-9,
        Amount::Items(items) => n == items,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn each_user_loses_the_amounts_and_keeps_an_item(
        (log, times) in timed_log(), test in amount(), valid in amount(), seed in 0_u64..50, latest: bool,
    ) {
        let order = if latest { UserOrder::Latest(&times) } else { UserOrder::Random };
        let split = split_per_user(&log, order, test, valid, seed);
        check_parts(&log, &split)?;
        let [train_of, valid_of, test_of] = [&split.train, &split.valid, &split.test].map(counts);
        let of = |counts: &BTreeMap<u32, usize>, user| counts.get(&user).copied().unwrap_or(0);
        for (&user, &n) in &counts(&log) {
            let (n_train, n_valid, n_test) = (of(&train_of, user), of(&valid_of, user), of(&test_of, user));
            prop_assert!(n_train >= 1);
            // What one item left over does not explain is the amount.
            prop_assert!(fits(n_test, test, n) || (n_test == n - 1 && n_train == 1), "{} of {}", n_test, n);
            prop_assert!(fits(n_valid, valid, n) || n_train == 1, "{} of {}", n_valid, n);
        }
        prop_assert_eq!(split_per_user(&log, order, test, valid, seed), split);
    }

    #[test]
    fn the_latest_items_are_no_earlier_than_what_stays(
        (log, times) in timed_log(), test in amount(), valid in amount(), seed in 0_u64..50,
    ) {
        let split = split_per_user(&log, UserOrder::Latest(&times), test, valid, seed);
        let time: BTreeMap<Pair, i64> = log.pairs().zip(times.iter().map(|&time| time as i64)).collect();
        let before = |earlier: &Interactions, later: &Interactions| {
            earlier.pairs().all(|a| later.pairs().all(|b| a.0 != b.0 || (time[&a], a.1) < (time[&b], b.1)))
        };
        prop_assert!(before(&split.train, &split.valid));
        prop_assert!(before(&split.train, &split.test));
        prop_assert!(before(&split.valid, &split.test));
    }

    #[test]
    fn what_one_user_loses_does_not_depend_on_others((log, _) in timed_log(), share in 0.0..=0.9_f64, seed: u64) {
        let amounts = (Amount::Share(share), Amount::Share(0.1));
        let whole = split_per_user(&log, UserOrder::Random, amounts.0, amounts.1, seed);
        for user in 0..N_USERS {
            let own: Vec<Pair> = log.pairs().filter(|pair| pair.0 == user).collect();
            let alone = split_per_user(&log_of(&own), UserOrder::Random, amounts.0, amounts.1, seed);
            let of = |part: &Interactions| part.pairs().filter(|pair| pair.0 == user).collect::<BTreeSet<_>>();
            prop_assert_eq!(set(&alone.test), of(&whole.test));
            prop_assert_eq!(set(&alone.valid), of(&whole.valid));
        }
    }

    #[test]
    fn a_cut_in_time_separates_times(
        (log, times) in timed_log(),
        test in prop_oneof![(0.0..=1.0_f64).prop_map(Cut::LastShare), (-6..14_i32).prop_map(|t| Cut::At(t.into()))],
        valid in prop_oneof![(0.0..=0.5_f64).prop_map(Cut::LastShare), (-6..14_i32).prop_map(|t| Cut::At(t.into()))],
    ) {
        let (split, cuts) = split_by_time(&log, &times, test, valid);
        check_parts(&log, &split)?;
        let time: BTreeMap<Pair, f64> = log.pairs().zip(times.iter().copied()).collect();
        let of = |part: &Interactions| part.pairs().map(|pair| time[&pair]).collect::<Vec<f64>>();
        let least = |part: &Interactions| of(part).into_iter().reduce(f64::min);
        let largest = |part: &Interactions| of(part).into_iter().fold(f64::NEG_INFINITY, f64::max);
        prop_assert_eq!(cuts, TimeCuts { valid: least(&split.valid), test: least(&split.test) });
        let inf = f64::INFINITY;
        prop_assert!(largest(&split.train) < least(&split.valid).unwrap_or(inf).min(least(&split.test).unwrap_or(inf)));
        prop_assert!(largest(&split.valid) < least(&split.test).unwrap_or(inf));
        match test {
            Cut::At(cut) => prop_assert_eq!(split.test.n_pairs(), times.iter().filter(|&&time| time >= cut).count()),
            Cut::LastShare(share) => {
                // No other time gives a number of pairs that is nearer, but for none and for all.
                let wanted = (share * times.len() as f64).round();
                let gap = |n: usize| (n as f64 - wanted).abs();
                let distinct: BTreeSet<i64> = times.iter().map(|&time| time as i64).collect();
                for cut in distinct.into_iter().skip(1).filter(|_| wanted > 0.0) {
                    let n = times.iter().filter(|&&time| time >= cut as f64).count();
                    prop_assert!(gap(split.test.n_pairs()) <= gap(n), "{} of {}", split.test.n_pairs(), wanted);
                }
                prop_assert!(times.is_empty() || split.test.n_pairs() < times.len());
            }
        }
    }

    #[test]
    fn cold_items_and_users_are_withheld_wholly(
        (log, _) in timed_log(), test in 0.0..=1.0_f64, valid in 0.0..=1.0_f64, seed in 0_u64..50, users: bool,
    ) {
        let split = if users {
            split_cold_users(&log, test, valid, seed)
        } else {
            split_cold_items(&log, test, valid, seed)
        };
        check_parts(&log, &split)?;
        let own = |part: &Interactions| {
            part.pairs().map(|(user, item)| if users { user } else { item }).collect::<BTreeSet<u32>>()
        };
        let [train_of, valid_of, test_of] = [&split.train, &split.valid, &split.test].map(own);
        prop_assert!(train_of.is_disjoint(&test_of) && train_of.is_disjoint(&valid_of));
        prop_assert!(valid_of.is_disjoint(&test_of));
        let n = own(&log).len();
        let wanted = |share: f64| (share * n as f64).round() as usize;
        prop_assert_eq!(test_of.len(), wanted(test));
        prop_assert_eq!(valid_of.len(), wanted(valid).min(n - wanted(test)));
    }

    #[test]
    fn a_core_is_what_repeated_filtering_leaves(
        pairs in prop::collection::vec((0..N_USERS, 0..N_ITEMS), 0..70), k in 0_usize..6,
    ) {
        let log = log_of(&pairs);
        let mut left = set(&log);
        let (mut users, mut items) = ((0..N_USERS).collect::<Vec<_>>(), (0..N_ITEMS).collect::<Vec<_>>());
        loop {
            let before = (users.len(), items.len());
            users.retain(|user| left.iter().filter(|pair| pair.0 == *user).count() >= k);
            left.retain(|pair| users.contains(&pair.0));
            items.retain(|item| left.iter().filter(|pair| pair.1 == *item).count() >= k);
            left.retain(|pair| items.contains(&pair.1));
            if before == (users.len(), items.len()) {
                break;
            }
        }
        prop_assert_eq!(k_core(&log, k), KCore { users, items });
        let largest = largest_core(&log);
        prop_assert!(k_core(&log, largest + 1).users.is_empty());
        prop_assert!(largest == 0 || !k_core(&log, largest).users.is_empty());
    }
}

/// Users 0 to 2; the times stand beside the pairs.
fn hand_worked() -> (Interactions, Vec<f64>) {
    let timed =
        [((0, 1), 3.0), ((0, 4), 9.0), ((0, 5), 9.0), ((0, 6), 1.0), ((1, 4), 2.0), ((2, 1), 8.0), ((2, 7), 5.0)];
    (log_of(&timed.map(|(pair, _)| pair)), timed.iter().map(|&(_, time)| time).collect())
}

#[test]
fn the_last_item_of_each_user_goes_to_test_and_the_one_before_to_validation() {
    let (log, times) = hand_worked();
    let split = split_per_user(&log, UserOrder::Latest(&times), Amount::Items(1), Amount::Items(1), 0);
    // Items 4 and 5 of user 0 have one time, so that 5 counts as later; user 1 keeps the only item; user 2 has none to
    // validate beside one to keep.
    assert_eq!(split.test.pairs().collect::<Vec<_>>(), [(0, 5), (2, 1)]);
    assert_eq!(split.valid.pairs().collect::<Vec<_>>(), [(0, 4)]);
    assert_eq!(split.train.pairs().collect::<Vec<_>>(), [(0, 1), (0, 6), (1, 4), (2, 7)]);
}

#[test]
fn a_cut_takes_all_that_follows_and_ties_stay_together() {
    let (log, times) = hand_worked();
    let (split, cuts) = split_by_time(&log, &times, Cut::At(6.0), Cut::At(3.0));
    assert_eq!(split.test.pairs().collect::<Vec<_>>(), [(0, 4), (0, 5), (2, 1)]);
    assert_eq!(split.valid.pairs().collect::<Vec<_>>(), [(0, 1), (2, 7)]);
    assert_eq!(split.train.pairs().collect::<Vec<_>>(), [(0, 6), (1, 4)]);
    assert_eq!(cuts, TimeCuts { valid: Some(3.0), test: Some(8.0) });
    // One of seven pairs is wanted, and two have the last time.
    let (split, cuts) = split_by_time(&log, &times, Cut::LastShare(1.0 / 7.0), Cut::LastShare(1.0 / 7.0));
    assert_eq!(split.test.pairs().collect::<Vec<_>>(), [(0, 4), (0, 5)]);
    assert_eq!(split.valid.pairs().collect::<Vec<_>>(), [(2, 1)]);
    assert_eq!(cuts, TimeCuts { valid: Some(8.0), test: Some(9.0) });
    let (split, cuts) = split_by_time(&log, &times, Cut::At(9.5), Cut::LastShare(0.0));
    assert_eq!((split.train, cuts), (log, TimeCuts::default()));
    // Half of four pairs are wanted: three and one are equally near, and the earlier time is taken.
    let log = log_of(&[(0, 0), (0, 1), (1, 0), (1, 1)]);
    let (split, _) = split_by_time(&log, &[1.0, 3.0, 3.0, 5.0], Cut::LastShare(0.5), Cut::LastShare(0.0));
    assert_eq!(split.train.pairs().collect::<Vec<_>>(), [(0, 0)]);
}

#[test]
fn a_chain_falls_apart_link_by_link() {
    // Users 0 to 3 and items 0 to 3 share all; user 4 hangs on item 3 by one and on item 4, which hangs on user 5.
    let square = (0..4).flat_map(|user| (0..4).map(move |item| (user, item)));
    let log = log_of(&square.chain([(4, 3), (4, 4), (5, 4)]).collect::<Vec<_>>());
    assert_eq!(k_core(&log, 1), KCore { users: (0..6).collect(), items: (0..5).collect() });
    assert_eq!(k_core(&log, 2), KCore { users: (0..4).collect(), items: (0..4).collect() });
    assert_eq!(largest_core(&log), 4);
    assert_eq!(largest_core(&log_of(&[])), 0);
}

#[test]
fn shares_hold_on_average_and_seeds_differ() {
    let pairs: Vec<Pair> = (0..4000).flat_map(|user| (0..3).map(move |item| (user, item))).collect();
    let log = Interactions::from_pairs(4000, 3, &pairs).unwrap();
    let split = |seed| split_per_user(&log, UserOrder::Random, Amount::Share(0.2), Amount::Share(0.1), seed);
    let (n_test, n_valid) = (split(1).test.n_pairs(), split(1).valid.n_pairs());
    // 0.6 and 0.3 of 3 items: means 2,400 and 1,200 of 4,000 users, standard deviations 31 and 29.
    assert!((2_270..2_530).contains(&n_test) && (1_080..1_320).contains(&n_valid), "{n_test} {n_valid}");
    assert_ne!(split(1), split(2));
    // Each item is as likely to go.
    let degrees = split(1).test.item_degrees();
    assert!(degrees.iter().all(|&n| (700..900).contains(&n)), "{degrees:?}");
    let cold = |seed| split_cold_users(&log, 0.1, 0.1, seed);
    assert_ne!(cold(1), cold(2));
}
