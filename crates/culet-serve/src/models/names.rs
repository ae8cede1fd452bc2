//! What is searched: the ids and names of a model, kind by kind.

use culet_answers::{Answers, NodeKind};

use crate::search::{Found, SearchIndex};

/// An index for each kind of node.
pub(crate) struct Searched {
    kinds: Vec<(NodeKind, SearchIndex)>,
}

impl Searched {
    pub(crate) fn new(answers: &Answers) -> Self {
        let kinds = match answers {
            Answers::Catalogue(answers) => {
                let names = answers.vocabulary();
                let (n_items, n_entities) = (answers.n_items() as u32, names.entities.len() as u32);
                vec![
                    (NodeKind::User, SearchIndex::new(&names.users, 0..names.users.len() as u32)),
                    (NodeKind::Item, SearchIndex::new(&names.entities, 0..n_items)),
                    (NodeKind::Entity, SearchIndex::new(&names.entities, n_items..n_entities)),
                ]
            }
            Answers::Network(answers) => {
                let nodes = &answers.stored().data().nodes;
                vec![(NodeKind::Node, SearchIndex::new(nodes, 0..nodes.len() as u32))]
            }
        };
        Self { kinds }
    }

    /// The best of these kinds, or of all; items come before users of the same match, and both before entities.
    pub(crate) fn search(&self, typed: &str, kinds: &[NodeKind], limit: usize) -> Vec<(NodeKind, Found)> {
        let wanted = self.kinds.iter().filter(|(kind, _)| kinds.is_empty() || kinds.contains(kind));
        let found = wanted.flat_map(|(kind, index)| index.search(typed, limit).into_iter().map(|found| (*kind, found)));
        let mut found: Vec<(NodeKind, Found)> = found.collect();
        let place = |kind: NodeKind| match kind {
            NodeKind::Item | NodeKind::Node => 0,
            NodeKind::User => 1,
            NodeKind::Entity => 2,
        };
        found.sort_by(|(ka, a), (kb, b)| {
            (a.how, a.distance, place(*ka)).cmp(&(b.how, b.distance, place(*kb))).then(a.compare(b))
        });
        found.truncate(limit);
        found
    }

    pub(crate) fn bytes(&self) -> usize {
        self.kinds.iter().map(|(_, index)| index.bytes()).sum()
    }
}

/// Whether two models have the same ids and names, so that one index serves both.
pub(crate) fn same_names(a: &Answers, b: &Answers) -> bool {
    match (a, b) {
        (Answers::Catalogue(a), Answers::Catalogue(b)) => {
            a.n_items() == b.n_items() && a.vocabulary() == b.vocabulary()
        }
        (Answers::Network(a), Answers::Network(b)) => a.stored().data().nodes == b.stored().data().nodes,
        _ => false,
    }
}
