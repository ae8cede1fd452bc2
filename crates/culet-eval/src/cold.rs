//! Targets that almost nobody took before: what a knowledge graph, or another trait of the items, could help with.

use culet_graph::Interactions;

/// The targets whose item has at most so many pairs in what is known; users and items keep their numbers.
///
/// # Panics
/// If the numbers of users or items differ.
#[must_use]
pub fn cold_targets(known: &Interactions, targets: &Interactions, at_most: u32) -> Interactions {
    let (n_users, n_items) = (targets.n_users(), targets.n_items());
    assert_eq!((known.n_users(), known.n_items()), (n_users, n_items), "the same users and items");
    let taken = known.item_degrees();
    let cold: Vec<_> = targets.pairs().filter(|&(_, item)| taken[item as usize] <= at_most).collect();
    Interactions::from_pairs(n_users, n_items, &cold).expect("a part of a valid log is valid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pairs_of_rarely_taken_items_stay() {
        // Item 0 was taken by three users, 1 by two, 2 by one, 3 by none.
        let known = Interactions::from_pairs(4, 4, &[(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (3, 2)]).unwrap();
        let targets = Interactions::from_pairs(4, 4, &[(3, 0), (3, 1), (0, 2), (1, 3), (2, 3)]).unwrap();
        let cold = |at_most| cold_targets(&known, &targets, at_most).pairs().collect::<Vec<_>>();
        assert_eq!(cold(0), [(1, 3), (2, 3)]);
        assert_eq!(cold(1), [(0, 2), (1, 3), (2, 3)]);
        assert_eq!(cold(2), [(0, 2), (1, 3), (2, 3), (3, 1)]);
        assert_eq!(cold(3).len(), 5);
        assert_eq!(cold_targets(&known, &targets, 2).n_users(), 4);
    }
}
