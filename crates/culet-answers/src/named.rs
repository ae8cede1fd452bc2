//! Users, items and nodes as documents name them, and how they are found.

use std::hash::{BuildHasher, RandomState};

use culet_graph::Names;
use hashbrown::HashTable;
use serde::Serialize;

use crate::AskError;

/// What has an external id and perhaps a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Named {
    /// The external id.
    pub id: String,
    /// The readable name, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Named {
    /// What stands at this place of the names.
    ///
    /// # Panics
    /// If `index` is out of range.
    #[must_use]
    pub fn new(index: u32, names: &Names) -> Self {
        let index = index as usize;
        Self { id: names.id(index).to_owned(), name: names.name(index).map(str::to_owned) }
    }

    /// The readable name, or else the id.
    #[must_use]
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    /// The id, and the name in brackets.
    #[must_use]
    pub fn in_full(&self) -> String {
        match &self.name {
            Some(name) => format!("{} ({name})", self.id),
            None => self.id.clone(),
        }
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// A user of a catalogue.
    User,
    /// An item of a catalogue.
    Item,
    /// An entity of a knowledge graph that is no item.
    Entity,
    /// A node of a network.
    Node,
}

impl NodeKind {
    /// The word for one.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Item => "item",
            Self::Entity => "entity",
            Self::Node => "node",
        }
    }
}

/// A user, item, entity or node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its id and name.
    #[serde(flatten)]
    pub named: Named,
    /// Its type, in a network of typed nodes.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub of_type: Option<String>,
}

/// Finds places by id, or else by a name: 10 bytes each beside the names themselves.
#[derive(Debug, Clone)]
pub struct NameIndex {
    hasher: RandomState,
    ids: HashTable<u32>,
    names: HashTable<u32>,
}

impl NameIndex {
    /// For the first `n` of these; of repeated ids the first counts.
    ///
    /// # Panics
    /// If there are not as many.
    #[must_use]
    pub fn new(all: &Names, n: usize) -> Self {
        let hasher = RandomState::new();
        let (mut ids, mut names) = (HashTable::with_capacity(n), HashTable::new());
        for place in 0..n as u32 {
            let id = all.id(place as usize);
            let hash_of_id = |&place: &u32| hasher.hash_one(all.id(place as usize));
            let entry = ids.entry(hasher.hash_one(id), |&other| all.id(other as usize) == id, hash_of_id);
            entry.or_insert(place);
            if let Some(name) = all.name(place as usize) {
                let hash_of_name = |&place: &u32| hasher.hash_one(all.label(place as usize));
                names.insert_unique(hasher.hash_one(name), place, hash_of_name);
            }
        }
        Self { hasher, ids, names }
    }

    /// By id alone.
    #[must_use]
    pub fn by_id(&self, all: &Names, id: &str) -> Option<u32> {
        self.ids.find(self.hasher.hash_one(id), |&place| all.id(place as usize) == id).copied()
    }

    /// By id, or else by a name that only one has.
    ///
    /// # Errors
    /// [`AskError::NoSuch`], or [`AskError::Ambiguous`] if several have the name.
    pub fn find(&self, all: &Names, what: &'static str, asked: &str) -> Result<u32, AskError> {
        the_one(&self.all(all, asked), all, what, asked)
    }

    /// The one of this id or, if there is none, all of this name, in ascending order.
    #[must_use]
    pub fn all(&self, all: &Names, asked: &str) -> Vec<u32> {
        if let Some(place) = self.by_id(all, asked) {
            return vec![place];
        }
        let of_hash = self.names.iter_hash(self.hasher.hash_one(asked));
        let mut found: Vec<u32> = of_hash.copied().filter(|&place| all.name(place as usize) == Some(asked)).collect();
        found.sort_unstable();
        found
    }
}

/// The only one of those that were found.
pub(crate) fn the_one(found: &[u32], all: &Names, what: &'static str, asked: &str) -> Result<u32, AskError> {
    match found {
        [] => Err(AskError::NoSuch { what, asked: asked.to_owned() }),
        [only] => Ok(*only),
        several @ [first, ..] => {
            let one = all.id(*first as usize).to_owned();
            Err(AskError::Ambiguous { what, name: asked.to_owned(), n: several.len(), one })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let nodes =
            [("a1", Some("Ann")), ("b2", Some("Bob")), ("Bob", None), ("c3", Some("Ann")), ("d4", Some("Dora"))];
        nodes.into_iter().collect()
    }

    #[test]
    fn ids_win_over_names_and_names_must_be_of_one_node() {
        let names = names();
        let index = NameIndex::new(&names, 5);
        let find = |text: &str| index.find(&names, "node", text);
        assert_eq!(find("c3").unwrap(), 3);
        assert_eq!(find("Bob").unwrap(), 2);
        assert_eq!(find("Dora").unwrap(), 4);
        let error = find("Ann").unwrap_err();
        assert_eq!(error.to_string(), "2 nodes have the name `Ann`");
        assert_eq!(error.hint().unwrap(), "give the id of one, such as `a1`");
        assert_eq!(find("nobody").unwrap_err().to_string(), "there is no node `nobody` in this run");
    }

    #[test]
    fn only_the_first_are_found_and_of_repeated_ids_the_first() {
        let names: Names = [("a", None), ("b", Some("B")), ("a", None), ("c", None)].into_iter().collect();
        let index = NameIndex::new(&names, 3);
        assert_eq!(index.by_id(&names, "a"), Some(0));
        assert_eq!(index.by_id(&names, "c"), None);
        assert_eq!(index.by_id(&names, "B"), None);
        assert_eq!(index.find(&names, "item", "B").unwrap(), 1);
    }
}
