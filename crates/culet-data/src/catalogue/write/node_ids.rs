//! What facts call the items and the entities, where one list of ids serves both.

use std::borrow::Cow;
use std::collections::HashSet;

use culet_graph::Names;

/// The ids of all entities, items first, such that no two are alike.
///
/// Each has its own id, but for an item with the id of another entity: it is called `item:ID`, or `item:item:ID` if that
/// is taken too, and so on. Links tell which item it is.
pub(super) fn distinct(entities: &Names, n_items: usize) -> Vec<Cow<'_, str>> {
    let others: HashSet<&str> = (n_items..entities.len()).map(|entity| entities.id(entity)).collect();
    let mut used: HashSet<Cow<'_, str>> = (0..entities.len()).map(|entity| entities.id(entity).into()).collect();
    let mut id_of = |entity: usize| {
        let own = entities.id(entity);
        if entity >= n_items || !others.contains(own) {
            return Cow::Borrowed(own);
        }
        let mut id = own.to_owned();
        while used.contains(id.as_str()) {
            id.insert_str(0, "item:");
        }
        used.insert(id.clone().into());
        Cow::Owned(id)
    };
    (0..entities.len()).map(&mut id_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_items_with_the_id_of_another_entity_are_called_otherwise() {
        let names: Names =
            ["7", "8", "item:7", "item:8", "7", "8", "item:8"].map(|id| (id, None)).into_iter().collect();
        let expected = ["item:item:7", "item:item:8", "item:7", "item:item:item:8", "7", "8", "item:8"];
        assert_eq!(distinct(&names, 4), expected);
    }
}
