//! What text formats have no place for.

use culet_graph::{Names, UserId};

use super::table::n_joined_facts;
use super::taken_items;
use crate::{Dataset, thousands};

/// What is lost of a data set where ids are numbered as they come; `lists_items` tells whether items that nobody took
/// are listed. Where they are not, facts of none but those are lost, too.
pub(super) fn of(dataset: &Dataset, lists_items: bool) -> Vec<String> {
    let Dataset { train, valid, test, graph, vocabulary, .. } = dataset;
    let named = |names: &Names| (0..names.len()).filter(|&index| names.name(index).is_some()).count();
    let n_named = named(&vocabulary.users) + named(&vocabulary.entities) + named(&vocabulary.relations);
    let idle = |&user: &u32| [train, valid, test].iter().all(|part| part.items_of(UserId(user)).is_empty());
    let n_idle = (0..train.n_users() as u32).filter(idle).count();
    let n_untaken = taken_items(dataset).iter().filter(|&&taken| !taken).count();
    let mut of_fact = vec![false; graph.n_entities()];
    let mut used = vec![false; graph.n_relations()];
    for fact in graph.triplets() {
        [fact.head, fact.tail].into_iter().for_each(|entity| of_fact[entity as usize] = true);
        used[fact.relation as usize] = true;
    }
    let n_alone = of_fact[train.n_items()..].iter().filter(|&&is| !is).count();
    let n_unused = used.iter().filter(|&&is| !is).count();
    let n_unjoined = if lists_items { 0 } else { graph.triplets().len() - n_joined_facts(dataset) };
    let counted = [
        (n_unjoined, "facts, none of which is about an item that somebody took"),
        (n_named, "names"),
        (n_idle, "users without a pair"),
        (if lists_items { 0 } else { n_untaken }, "items that nobody took"),
        (n_alone, "entities without a fact"),
        (n_unused, "relations without a fact"),
    ];
    let lost = counted.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{what} ({})", thousands(n as u64)));
    lost.chain(["the order of users, items and entities".to_owned()]).collect()
}
