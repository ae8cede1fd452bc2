//! What an evaluation found by how much is known: of the users with few items and with many, of rare items and of popular ones.
//!
//! The bounds are 0, 1, 2 to 4, 5 to 9, 10 to 19, 20 to 49 and so on: nearly even on a logarithmic scale, and the same for
//! every data set, so that reports of different runs can be laid side by side.

use serde::{Deserialize, Serialize};

use crate::significance::{StandardError, standard_error};
use crate::{EvalError, PerItem, PerUser};

/// A range of counts, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stratum {
    /// The least count.
    pub least: u32,
    /// The greatest.
    pub most: u32,
}

impl Stratum {
    /// That of a count.
    #[must_use]
    pub fn of(count: u32) -> Self {
        stratum(place(count))
    }
}

/// Users with about as many items.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct UserStratum {
    /// How many items they have.
    pub items: Stratum,
    /// How many users that are, of those with targets.
    pub n_users: usize,
    /// The metric over them.
    pub mean: StandardError,
}

/// Items that about as many users took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemStratum {
    /// How many users took them.
    pub users: Stratum,
    /// How many such items there are.
    pub n_items: usize,
    /// Pairs of a user and such a target.
    pub n_targets: u64,
    /// Those of them that were found.
    pub n_found: u64,
}

impl ItemStratum {
    /// The share of such targets that were found; nothing where there are none.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        (self.n_targets > 0).then(|| self.n_found as f64 / self.n_targets as f64)
    }
}

/// A metric by how many items the users have; `taken` is that of every user, `[n_users]`. Strata without users are left out.
///
/// # Errors
/// [`EvalError::NoColumn`] if the metric was not computed, [`EvalError::NotFinite`] for a value that is no number.
///
/// # Panics
/// If a user is out of range.
pub fn user_strata(per_user: &PerUser, key: &str, taken: &[u32]) -> Result<Vec<UserStratum>, EvalError> {
    let values = per_user.column(key)?;
    let mut by_stratum: Vec<Vec<f64>> = Vec::new();
    for (&user, &value) in per_user.users.iter().zip(values) {
        let place = place(taken[user as usize]);
        by_stratum.resize(by_stratum.len().max(place + 1), Vec::new());
        by_stratum[place].push(value);
    }
    let occupied = by_stratum.iter().enumerate().filter(|(_, values)| !values.is_empty());
    let stratum = |(place, values): (usize, &Vec<f64>)| {
        Ok(UserStratum { items: stratum(place), n_users: values.len(), mean: standard_error(values)? })
    };
    occupied.map(stratum).collect()
}

/// Targets found by how many users took them before; `taken` is that of every item, `[n_items]`. Strata without items are
/// left out.
///
/// # Panics
/// If the numbers of items differ.
#[must_use]
pub fn item_strata(per_item: &PerItem, taken: &[u32]) -> Vec<ItemStratum> {
    assert_eq!(taken.len(), per_item.n_targets.len(), "the same items");
    let mut strata: Vec<ItemStratum> = Vec::new();
    for (item, &users) in taken.iter().enumerate() {
        let place = place(users);
        for next in strata.len()..=place {
            strata.push(ItemStratum { users: stratum(next), n_items: 0, n_targets: 0, n_found: 0 });
        }
        let stratum = &mut strata[place];
        stratum.n_items += 1;
        stratum.n_targets += u64::from(per_item.n_targets[item]);
        stratum.n_found += u64::from(per_item.n_found[item]);
    }
    strata.retain(|stratum| stratum.n_items > 0);
    strata
}

/// The least counts of the strata from 1 on: 1, 2, 5, 10, 20, 50 ...
fn least_of(place: usize) -> u64 {
    let digit = [1, 2, 5][(place - 1) % 3];
    digit * 10_u64.pow(((place - 1) / 3) as u32)
}

fn stratum(place: usize) -> Stratum {
    if place == 0 {
        return Stratum { least: 0, most: 0 };
    }
    let narrow = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    Stratum { least: narrow(least_of(place)), most: narrow(least_of(place + 1) - 1) }
}

fn place(count: u32) -> usize {
    // Thirty strata reach past the greatest count.
    (1..=30).take_while(|&place| least_of(place) <= u64::from(count)).count()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_count_lies_in_one_stratum_and_they_follow_on_each_other() {
        for count in (0..3_000).chain([999_999, 1_000_000, u32::MAX - 1, u32::MAX]) {
            let Stratum { least, most } = stratum(place(count));
            assert!(least <= count && count <= most, "{count} in {least} to {most}");
        }
        let bounds: Vec<(u32, u32)> = (0..6).map(|p| (stratum(p).least, stratum(p).most)).collect();
        assert_eq!(bounds, [(0, 0), (1, 1), (2, 4), (5, 9), (10, 19), (20, 49)]);
        assert!((0..29).all(|p| u64::from(stratum(p).most) + 1 >= u64::from(stratum(p + 1).least)));
    }

    #[test]
    fn means_of_users_by_hand() {
        // Users 0 and 3 have 3 and 4 items, user 1 has none, user 5 has 12; users 2 and 4 have no targets.
        let columns = BTreeMap::from([("recall@2".to_owned(), vec![0.5, 0.0, 1.0, 0.25])]);
        let per_user = PerUser { users: vec![0, 1, 3, 5], n_targets: vec![2, 1, 1, 4], columns };
        let found = user_strata(&per_user, "recall@2", &[3, 0, 7, 4, 7, 12]).unwrap();
        let told: Vec<_> = found.iter().map(|s| (s.items.least, s.items.most, s.n_users, s.mean.mean)).collect();
        assert_eq!(told, [(0, 0, 1, 0.0), (2, 4, 2, 0.75), (10, 19, 1, 0.25)]);
        assert!((found[1].mean.error.unwrap() - 0.25).abs() < 1e-15);
        assert!(user_strata(&per_user, "ndcg@2", &[0; 6]).is_err());
    }

    #[test]
    fn targets_found_by_how_many_took_them_by_hand() {
        let per_item = PerItem { cutoff: 2, n_targets: vec![4, 0, 3, 1], n_found: vec![3, 0, 1, 1] };
        let found = item_strata(&per_item, &[12, 0, 3, 2]);
        let told: Vec<_> = found.iter().map(|s| (s.users.least, s.n_items, s.n_targets, s.n_found)).collect();
        assert_eq!(told, [(0, 1, 0, 0), (2, 2, 4, 2), (10, 1, 4, 3)]);
        assert_eq!((found[0].recall(), found[1].recall()), (None, Some(0.5)));
        assert!(item_strata(&PerItem::new(3, 0), &[]).is_empty());
    }
}
