//! Which user took which item.

use crate::{Csr, GraphError, ItemId, UserId};

/// The distinct (user, item) pairs of a log, by user, items in ascending order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interactions {
    items_of_user: Csr,
    n_items: usize,
}

impl Interactions {
    /// Builds from (user, item) pairs in any order; repeats count once.
    ///
    /// # Errors
    /// [`GraphError::OutOfRange`] for an id outside its table, [`GraphError::TooMany`] above 2^32 - 1 pairs.
    pub fn from_pairs(n_users: usize, n_items: usize, pairs: &[(u32, u32)]) -> Result<Self, GraphError> {
        for &(user, item) in pairs {
            if user as usize >= n_users {
                return Err(GraphError::OutOfRange { what: "user", id: user, count: n_users });
            }
            if item as usize >= n_items {
                return Err(GraphError::OutOfRange { what: "item", id: item, count: n_items });
            }
        }
        Ok(Self { items_of_user: Csr::from_pairs(n_users, pairs)?.sorted_and_distinct(), n_items })
    }

    /// Builds from rows of items by user; sorts and drops repeats.
    ///
    /// # Errors
    /// [`GraphError::OutOfRange`] for an item outside its table.
    pub fn from_csr(n_items: usize, items_of_user: Csr) -> Result<Self, GraphError> {
        if let Some(&id) = items_of_user.columns().iter().find(|&&item| item as usize >= n_items) {
            return Err(GraphError::OutOfRange { what: "item", id, count: n_items });
        }
        Ok(Self { items_of_user: items_of_user.sorted_and_distinct(), n_items })
    }

    /// No pair at all.
    #[must_use]
    pub fn empty(n_users: usize, n_items: usize) -> Self {
        Self { items_of_user: Csr::from_parts(vec![0; n_users + 1], Vec::new()), n_items }
    }

    /// The number of users, those without items included.
    #[must_use]
    pub fn n_users(&self) -> usize {
        self.items_of_user.n_rows()
    }

    /// The number of items, those nobody took included.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.n_items
    }

    /// The number of distinct pairs.
    #[must_use]
    pub fn n_pairs(&self) -> usize {
        self.items_of_user.n_stored()
    }

    /// The items of a user, ascending.
    #[must_use]
    pub fn items_of(&self, user: UserId) -> &[u32] {
        self.items_of_user.row(user.index())
    }

    /// Whether the user took the item.
    #[must_use]
    pub fn contains(&self, user: UserId, item: ItemId) -> bool {
        self.items_of(user).binary_search(&item.0).is_ok()
    }

    /// All pairs by user, then item.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..self.n_users()).flat_map(|user| self.items_of_user.row(user).iter().map(move |&item| (user as u32, item)))
    }

    /// The pairs of another log of the same users and items that this one has too.
    #[must_use]
    pub fn n_shared(&self, other: &Self) -> usize {
        other.pairs().filter(|&(user, item)| self.contains(UserId(user), ItemId(item))).count()
    }

    /// How many items each user took, `[n_users]`.
    #[must_use]
    pub fn user_degrees(&self) -> Vec<u32> {
        self.items_of_user.offsets().windows(2).map(|ends| ends[1] - ends[0]).collect()
    }

    /// How many users took each item, `[n_items]`.
    #[must_use]
    pub fn item_degrees(&self) -> Vec<u32> {
        let mut degrees = vec![0; self.n_items];
        for &item in self.items_of_user.columns() {
            degrees[item as usize] += 1;
        }
        degrees
    }

    /// The rows of items by user.
    #[must_use]
    pub fn by_user(&self) -> &Csr {
        &self.items_of_user
    }

    /// The pairs of both, which must have the same users and items.
    ///
    /// # Errors
    /// [`GraphError::TooMany`] if the union has more than 2^32 - 1 pairs.
    ///
    /// # Panics
    /// If the numbers of users or items differ.
    pub fn union(&self, other: &Self) -> Result<Self, GraphError> {
        assert_eq!((self.n_users(), self.n_items), (other.n_users(), other.n_items), "the same users and items");
        let pairs: Vec<_> = self.pairs().chain(other.pairs()).collect();
        Self::from_pairs(self.n_users(), self.n_items, &pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_count_once_and_items_ascend() {
        let log = Interactions::from_pairs(3, 5, &[(2, 4), (0, 3), (2, 0), (2, 4)]).unwrap();
        assert_eq!(log.pairs().collect::<Vec<_>>(), [(0, 3), (2, 0), (2, 4)]);
        assert_eq!(log.item_degrees(), [1, 0, 0, 1, 1]);
        assert_eq!(log.user_degrees(), [1, 0, 2]);
        let other = Interactions::from_pairs(3, 5, &[(0, 3), (0, 4), (2, 4)]).unwrap();
        assert_eq!((log.n_shared(&other), other.n_shared(&log), log.n_shared(&log)), (2, 2, 3));
        assert!(log.contains(UserId(2), ItemId(4)));
        assert!(!log.contains(UserId(1), ItemId(4)));
    }

    #[test]
    fn an_unknown_item_is_named() {
        let error = Interactions::from_pairs(1, 5, &[(0, 5)]).unwrap_err();
        assert_eq!(error.to_string(), "item 5 is out of range: there are 5, so the largest id is 4");
    }

    #[test]
    fn union_holds_the_pairs_of_both() {
        let a = Interactions::from_pairs(2, 3, &[(0, 1)]).unwrap();
        let b = Interactions::from_pairs(2, 3, &[(0, 1), (1, 2)]).unwrap();
        assert_eq!(a.union(&b).unwrap().pairs().collect::<Vec<_>>(), [(0, 1), (1, 2)]);
    }
}
