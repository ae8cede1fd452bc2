//! What stays if users and items with few pairs go, and those who have few then, until all have enough.

use crate::Interactions;

/// The users and items of a k-core.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KCore {
    /// The users that stay, ascending.
    pub users: Vec<u32>,
    /// The items that stay, ascending.
    pub items: Vec<u32>,
}

/// Finds the largest part of a log in which every user has at least `k` items and every item at least `k` users.
///
/// There is but one, whatever the order in which others go; it may be empty. With `k` 0 all stay, those without a pair
/// too. In O(pairs + users + items).
#[must_use]
pub fn k_core(log: &Interactions, k: usize) -> KCore {
    let n_users = log.n_users();
    // Users first, then items, as one list of nodes.
    let users_of_item = log.by_user().transposed(log.n_items());
    let neighbours = |node: usize| match node.checked_sub(n_users) {
        None => (log.by_user().row(node), n_users),
        Some(item) => (users_of_item.row(item), 0),
    };
    let n_nodes = n_users + log.n_items();
    let mut degree: Vec<usize> = (0..n_nodes).map(|node| neighbours(node).0.len()).collect();
    let mut stays: Vec<bool> = degree.iter().map(|&degree| degree >= k).collect();
    let mut gone: Vec<usize> = (0..n_nodes).filter(|&node| !stays[node]).collect();
    while let Some(node) = gone.pop() {
        let (row, first) = neighbours(node);
        for other in row.iter().map(|&other| first + other as usize) {
            degree[other] -= 1;
            if stays[other] && degree[other] < k {
                stays[other] = false;
                gone.push(other);
            }
        }
    }
    let kept = |stays: &[bool]| (0..stays.len() as u32).filter(|&id| stays[id as usize]).collect();
    KCore { users: kept(&stays[..n_users]), items: kept(&stays[n_users..]) }
}

/// The largest `k` whose [`k_core`] is not empty; 0 without a pair.
///
/// In O(pairs log degrees), by halving.
#[must_use]
pub fn largest_core(log: &Interactions) -> usize {
    let most = log.item_degrees().into_iter().max().unwrap_or(0) as usize;
    // The core of `least` holds something, or `least` is 0; that of `beyond` does not.
    let (mut least, mut beyond) = (0, most + 1);
    while beyond - least > 1 {
        let middle = usize::midpoint(least, beyond);
        if k_core(log, middle).users.is_empty() { beyond = middle } else { least = middle }
    }
    least
}
