//! External ids and readable names of users, items, entities and relations.

use std::collections::HashMap;

/// The external ids and, where known, the readable names of one kind of node.
///
/// Ids and names lie in two arenas of bytes; 100,000 nodes cost a few megabytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    ids: Strings,
    names: Strings,
}

impl Names {
    /// External ids `0, 1, ... count - 1`, no names: what a data set without name files gets.
    #[must_use]
    pub fn numbered(count: usize) -> Self {
        let mut names = Self::default();
        for index in 0..count {
            names.push(&index.to_string(), None);
        }
        names
    }

    /// Appends a node.
    pub fn push(&mut self, id: &str, name: Option<&str>) {
        self.ids.push(id);
        self.names.push(name.unwrap_or(""));
    }

    /// The number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The external id of a node.
    ///
    /// # Panics
    /// If `index` is out of range.
    #[must_use]
    pub fn id(&self, index: usize) -> &str {
        self.ids.get(index)
    }

    /// The readable name of a node, if it has one.
    ///
    /// # Panics
    /// If `index` is out of range.
    #[must_use]
    pub fn name(&self, index: usize) -> Option<&str> {
        Some(self.names.get(index)).filter(|name| !name.is_empty())
    }

    /// The readable name, or else the external id.
    ///
    /// # Panics
    /// If `index` is out of range.
    #[must_use]
    pub fn label(&self, index: usize) -> &str {
        self.name(index).unwrap_or_else(|| self.id(index))
    }

    /// The first node with this external id, by a linear search: build [`Names::index`] for many look-ups.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<usize> {
        (0..self.len()).find(|&index| self.id(index) == id)
    }

    /// A map from external id to node; of repeated ids the first counts.
    #[must_use]
    pub fn index(&self) -> HashMap<&str, u32> {
        let mut index = HashMap::with_capacity(self.len());
        for k in 0..self.len() {
            index.entry(self.id(k)).or_insert(k as u32);
        }
        index
    }
}

impl<'a> FromIterator<(&'a str, Option<&'a str>)> for Names {
    fn from_iter<I: IntoIterator<Item = (&'a str, Option<&'a str>)>>(nodes: I) -> Self {
        let mut names = Self::default();
        for (id, name) in nodes {
            names.push(id, name);
        }
        names
    }
}

/// Strings end to end in one buffer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Strings {
    bytes: String,
    ends: Vec<usize>,
}

impl Strings {
    fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }
}

/// The names of everything in a recommendation data set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Users, `[n_users]`.
    pub users: Names,
    /// Entities, `[n_entities]`; the items come first.
    pub entities: Names,
    /// Relations, `[n_relations]`, inverse ones not included.
    pub relations: Names,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_prefer_names_and_fall_back_to_ids() {
        let names: Names = [("a", Some("Alien")), ("b", None)].into_iter().collect();
        assert_eq!((names.label(0), names.label(1)), ("Alien", "b"));
        assert_eq!(names.find("b"), Some(1));
        assert_eq!(names.index()["a"], 0);
        assert_eq!(names.find("Alien"), None);
    }
}
