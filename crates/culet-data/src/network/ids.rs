//! From the ids of files to the numbers of nodes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use culet_graph::NodeTypes;

use super::columns::text;
use super::texts::{Hint, NONE, Texts};
use super::{NetworkLineError, NetworkLineProblem};
use crate::shown::shown;

/// The most nodes that fit, so that counts and marks fit into 32 bits.
pub(crate) const MOST_NODES: u32 = u32::MAX - 1;

/// The most types that fit.
pub(crate) const MOST_TYPES: usize = 256;

/// Which ids there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Any; nodes are numbered as they come.
    Open,
    /// Those that the node table gave.
    Table,
    /// The numbers of so many nodes.
    Indices(u32),
}

/// The nodes met so far, numbered by first appearance.
///
/// Ids that are whole numbers are told apart by value and never hashed as text, which is what most edge lists need.
#[derive(Debug)]
pub(crate) struct Ids {
    scope: Scope,
    /// The number that the id of a node is, or [`TEXT`].
    values: Vec<u64>,
    numbers: Numbers,
    /// The ids that are texts, each by the number of its node.
    texts: Texts,
    types: Option<TypeColumn>,
}

/// Stands for an id that is no number; no id is as large a number.
const TEXT: u64 = u64::MAX;

/// Ids to be looked up together, and the lines they stand in.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    lines: Vec<usize>,
    hints: Vec<(usize, Hint)>,
}

impl Batch {
    /// Appends an id.
    #[inline]
    pub(crate) fn push(&mut self, id: &[u8], line: usize) {
        self.bytes.extend_from_slice(id);
        self.ends.push(self.bytes.len());
        self.lines.push(line);
    }

    /// The number of ids.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Forgets all ids.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.lines.clear();
    }
}

#[inline]
fn id_in<'a>(bytes: &'a [u8], ends: &[usize], k: usize) -> &'a [u8] {
    let start = if k == 0 { 0 } else { ends[k - 1] };
    &bytes[start..ends[k]]
}

/// The type of each node, and where it comes from.
#[derive(Debug)]
struct TypeColumn {
    names: Texts,
    of: Vec<u8>,
    by_prefix: bool,
}

impl Ids {
    /// No node yet, or the nodes of [`Scope::Indices`].
    pub(crate) fn new(scope: Scope) -> Self {
        Self { scope, values: Vec::new(), numbers: Numbers::default(), texts: Texts::default(), types: None }
    }

    /// Gives each node a type: what stands before `:` in its id, or what the node table says.
    ///
    /// # Panics
    /// If there is a node already.
    pub(crate) fn with_types(mut self, names: &[String], by_prefix: bool) -> Self {
        assert!(self.values.is_empty(), "types come before nodes");
        let names = names.iter().map(String::as_str).collect();
        self.types = Some(TypeColumn { names, of: Vec::new(), by_prefix });
        self
    }

    /// Lets no further node in: the table had them all.
    pub(crate) fn close(&mut self) {
        self.scope = Scope::Table;
    }

    /// The number of nodes.
    pub(crate) fn len(&self) -> usize {
        match self.scope {
            Scope::Indices(count) => count as usize,
            Scope::Open | Scope::Table => self.values.len(),
        }
    }

    /// The node of an id, which must not be empty; a new id makes a new node.
    ///
    /// # Errors
    /// An id that is no text or out of scope, a missing type, too many nodes or types.
    #[inline]
    pub(crate) fn node(&mut self, id: &[u8]) -> Result<u32, NetworkLineProblem> {
        if let Scope::Indices(count) = self.scope {
            return index_below(id, count);
        }
        match self.find(id) {
            Some(node) => Ok(node),
            None => self.add(id, None),
        }
    }

    /// The nodes of ids, in their order, overwriting `nodes`; as [`Ids::node`] for each.
    ///
    /// Looks at memory that do not wait for each other: reading 10 million edges between 2 million texts takes 3.7 s of
    /// processor time, against 13.3 s one by one with a hash table that points to the texts.
    ///
    /// # Errors
    /// As [`Ids::node`], for the first id.
    pub(crate) fn nodes_of(&mut self, batch: &mut Batch, nodes: &mut Vec<u32>) -> Result<(), NetworkLineError> {
        let Batch { hints, .. } = batch;
        hints.clear();
        nodes.clear();
        for k in 0..batch.ends.len() {
            let id = id_in(&batch.bytes, &batch.ends, k);
            let guess = match (self.scope, whole_number(id)) {
                (Scope::Indices(_), _) => NONE,
                (_, Some(number)) => self.numbers.dense.get(number as usize).copied().unwrap_or(NONE),
                (_, None) => {
                    hints.push((k, self.texts.hint(id)));
                    NONE
                }
            };
            nodes.push(guess);
        }
        hints.iter().for_each(|&(k, hint)| nodes[k] = self.texts.follow(hint));
        for (k, node) in nodes.iter_mut().enumerate().filter(|(_, node)| **node == NONE) {
            let id = id_in(&batch.bytes, &batch.ends, k);
            *node = self.node(id).map_err(|problem| NetworkLineError { line: batch.lines[k], problem })?;
        }
        Ok(())
    }

    /// The node of an id, if there is one.
    #[inline]
    pub(crate) fn find(&self, id: &[u8]) -> Option<u32> {
        match (self.scope, whole_number(id)) {
            (Scope::Indices(count), _) => index_below(id, count).ok(),
            (_, Some(number)) => self.numbers.get(number),
            (_, None) => self.texts.find(id),
        }
    }

    /// Takes in a new node; `node_type` is what the node table says, if it says types.
    #[cold]
    pub(crate) fn add(&mut self, id: &[u8], node_type: Option<&[u8]>) -> Result<u32, NetworkLineProblem> {
        let id_text = text(id)?;
        if self.scope == Scope::Table {
            return Err(NetworkLineProblem::NotInTable { id: shown(id) });
        }
        let node = self.values.len() as u32;
        if node >= MOST_NODES {
            return Err(NetworkLineProblem::TooMany { what: "node", found: shown(id), limit: MOST_NODES.into() });
        }
        if let Some(types) = &mut self.types {
            types.push(id, node_type)?;
        }
        match whole_number(id) {
            Some(number) => {
                self.numbers.insert(number, node);
                self.texts.skip();
                self.values.push(number);
            }
            None => {
                self.texts.add(id_text);
                self.values.push(TEXT);
            }
        }
        Ok(node)
    }

    /// The external id of a node.
    pub(crate) fn id(&self, node: usize) -> Cow<'_, str> {
        match (self.scope, self.values.get(node)) {
            (Scope::Indices(_), _) => Cow::Owned(node.to_string()),
            (_, Some(&TEXT)) => Cow::Borrowed(self.texts.get(node)),
            (_, Some(number)) => Cow::Owned(number.to_string()),
            (_, None) => panic!("node {node} is one of {}", self.values.len()),
        }
    }

    /// Numbers the nodes in the order of their ids, if all ids are whole numbers; gives the new number of each node
    /// unless all keep theirs.
    pub(crate) fn sort_if_numeric(&mut self) -> Option<Vec<u32>> {
        let values = &self.values;
        if values.is_sorted() || values.contains(&TEXT) {
            return None;
        }
        let mut order: Vec<u32> = (0..values.len() as u32).collect();
        order.sort_unstable_by_key(|&node| values[node as usize]);
        let mut rank = vec![0; order.len()];
        order.iter().enumerate().for_each(|(k, &node)| rank[node as usize] = k as u32);
        self.values = order.iter().map(|&node| self.values[node as usize]).collect();
        self.numbers.renumber(&rank);
        Some(rank)
    }

    /// The types of all nodes, by first appearance.
    ///
    /// Where every id has one and the same prefix, that tells nothing, and there are no types.
    pub(crate) fn take_types(&mut self) -> Option<NodeTypes> {
        let types = self.types.take()?;
        let telling = !types.by_prefix || types.names.len() > 1;
        telling.then(|| NodeTypes { names: types.names.to_vec(), of: types.of })
    }
}

impl TypeColumn {
    fn push(&mut self, id: &[u8], node_type: Option<&[u8]>) -> Result<(), NetworkLineProblem> {
        let own = if self.by_prefix { type_prefix(id) } else { node_type };
        let own = own.ok_or_else(|| NetworkLineProblem::Untyped { id: shown(id) })?;
        let number = match self.names.find(own) {
            Some(number) => number,
            None if self.names.len() == MOST_TYPES => {
                return Err(NetworkLineProblem::TooMany { what: "type", found: shown(own), limit: MOST_TYPES as u64 });
            }
            None => self.names.add(text(own)?),
        };
        self.of.push(number as u8);
        Ok(())
    }
}

/// What stands before the first `:` of an id, if it can be the name of a type: a letter, then letters, digits, `_` and
/// `-`. An address such as `http://...` has none.
pub(crate) fn type_prefix(id: &[u8]) -> Option<&[u8]> {
    let colon = id.iter().position(|&byte| byte == b':')?;
    let (prefix, rest) = (&id[..colon], &id[colon + 1..]);
    let letters = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte) || !byte.is_ascii();
    let named = prefix.first().is_some_and(|&byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
    (named && prefix.iter().all(letters) && !rest.is_empty() && !rest.starts_with(b"//")).then_some(prefix)
}

/// The number that an id is, if it is written as we would write it: digits, none before them, below 10^19.
#[inline]
pub(crate) fn whole_number(id: &[u8]) -> Option<u64> {
    if id.is_empty() || id.len() > 19 || (id[0] == b'0' && id.len() > 1) {
        return None;
    }
    let mut value = 0_u64;
    for &byte in id {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    Some(value)
}

#[inline]
fn index_below(id: &[u8], count: u32) -> Result<u32, NetworkLineProblem> {
    let number = whole_number(id).ok_or_else(|| NetworkLineProblem::NotAnIndex { found: shown(id) })?;
    if number >= u64::from(count) {
        return Err(NetworkLineProblem::BeyondCount { found: shown(id), count });
    }
    Ok(number as u32)
}

/// Whole numbers to nodes: a table for small ones, a map for those too large for it.
#[derive(Debug, Default)]
struct Numbers {
    /// The node of each number below its length.
    dense: Vec<u32>,
    /// The node of each number beyond.
    sparse: HashMap<u64, u32, BuildHasherDefault<NumberHasher>>,
    n: usize,
}

impl Numbers {
    #[inline]
    fn get(&self, number: u64) -> Option<u32> {
        match self.dense.get(number as usize) {
            Some(&NONE) => None,
            Some(&node) => Some(node),
            None => self.sparse.get(&number).copied(),
        }
    }

    fn insert(&mut self, number: u64, node: u32) {
        self.n += 1;
        // Up to eight entries a node on average cost no more than the map would.
        if number >= self.dense.len() as u64 && number < 65_536 + 8 * self.n as u64 {
            self.widen((number as usize + 1).next_power_of_two());
        }
        match self.dense.get_mut(number as usize) {
            Some(entry) => *entry = node,
            None => drop(self.sparse.insert(number, node)),
        }
    }

    fn renumber(&mut self, rank: &[u32]) {
        let dense = self.dense.iter_mut().filter(|node| **node != NONE);
        dense.chain(self.sparse.values_mut()).for_each(|node| *node = rank[*node as usize]);
    }

    fn widen(&mut self, length: usize) {
        self.dense.resize(length, NONE);
        let dense = &mut self.dense;
        self.sparse.retain(|&number, node| match dense.get_mut(number as usize) {
            Some(entry) => {
                *entry = *node;
                false
            }
            None => true,
        });
    }
}

/// Multiplies: ids are no threat, and a map with the standard hasher reads half as fast.
#[derive(Debug, Default)]
struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only numbers of 64 bits are hashed")
    }

    fn write_u64(&mut self, number: u64) {
        let product = u128::from(number ^ 0x2545_f491_4f6c_dd1d) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn nodes(ids: &mut Ids, texts: &[&str]) -> Vec<u32> {
        texts.iter().map(|text| ids.node(text.as_bytes()).unwrap()).collect()
    }

    #[test]
    fn nodes_are_numbered_by_first_appearance() {
        let mut ids = Ids::new(Scope::Open);
        assert_eq!(nodes(&mut ids, &["b", "7", "07", "b", "7", "7.0"]), [0, 1, 2, 0, 1, 3]);
        assert_eq!((0..4).map(|node| ids.id(node).into_owned()).collect::<Vec<_>>(), ["b", "7", "07", "7.0"]);
        assert_eq!((ids.find(b"07"), ids.find(b"8"), ids.len()), (Some(2), None, 4));
        assert_eq!(ids.sort_if_numeric(), None);
    }

    #[test]
    fn numbers_of_any_size_are_told_apart_as_by_a_map() {
        let mut ids = Ids::new(Scope::Open);
        let mut map = HashMap::new();
        for k in 0..200_000_u64 {
            // Small numbers, some that the table reaches only later, and some that it never does.
            let number = match k % 3 {
                0 => k,
                1 => k * 40 % 1_500_000,
                _ => k.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 2,
            };
            let next = map.len() as u32;
            let expected = *map.entry(number).or_insert(next);
            assert_eq!(ids.node(number.to_string().as_bytes()).unwrap(), expected, "{number}");
        }
        let rank = ids.sort_if_numeric().unwrap();
        let mut sorted: Vec<_> = map.into_iter().collect();
        sorted.sort_unstable();
        for (k, &(number, node)) in sorted.iter().enumerate() {
            assert_eq!((rank[node as usize], ids.id(k)), (k as u32, number.to_string().into()));
            assert_eq!(ids.find(number.to_string().as_bytes()), Some(k as u32));
        }
        assert_eq!(ids.sort_if_numeric(), None);
    }

    #[test]
    fn ids_together_are_the_same_nodes_as_ids_one_by_one() {
        for scope in [Scope::Open, Scope::Indices(500)] {
            let (mut single, mut together) = (Ids::new(scope), Ids::new(scope));
            let (mut batch, mut found) = (Batch::default(), Vec::new());
            for k in 0..5_000_u64 {
                let id = match (k % 3, scope) {
                    (0, Scope::Open) => format!("n{}", k * k % 700),
                    (1, Scope::Open) => format!("http://example.org/{}", k * k % 300),
                    _ => (k * k % 500).to_string(),
                };
                batch.push(id.as_bytes(), 7);
                if batch.len() == 64 {
                    together.nodes_of(&mut batch, &mut found).unwrap();
                    let id = |k| id_in(&batch.bytes, &batch.ends, k);
                    let expected: Vec<_> = (0..64).map(|k| single.node(id(k)).unwrap()).collect();
                    assert_eq!(found, expected);
                    batch.clear();
                }
            }
        }
        let mut batch = Batch::default();
        [("1", 3), ("x", 5), ("y", 9)].iter().for_each(|(id, line)| batch.push(id.as_bytes(), *line));
        let error = Ids::new(Scope::Indices(2)).nodes_of(&mut batch, &mut Vec::new()).unwrap_err();
        assert_eq!((error.line, error.problem), (5, NetworkLineProblem::NotAnIndex { found: "x".into() }));
    }

    #[test]
    fn whole_numbers_are_those_we_would_write() {
        let found = ["0", "10", "9999999999999999999"].map(|id| whole_number(id.as_bytes()));
        assert_eq!(found, [Some(0), Some(10), Some(9_999_999_999_999_999_999)]);
        let others = ["", "00", "01", "+1", "1.0", "1e3", "10000000000000000000", "٣"];
        assert!(others.iter().all(|id| whole_number(id.as_bytes()).is_none()));
    }

    #[test]
    fn indices_end_at_their_count() {
        let mut ids = Ids::new(Scope::Indices(3));
        assert_eq!((ids.node(b"2"), ids.len(), ids.find(b"3")), (Ok(2), 3, None));
        assert_eq!(ids.node(b"3"), Err(NetworkLineProblem::BeyondCount { found: "3".into(), count: 3 }));
        assert_eq!(ids.node(b"x"), Err(NetworkLineProblem::NotAnIndex { found: "x".into() }));
        assert_eq!(ids.id(2), "2");
    }

    #[test]
    fn types_come_from_prefixes() {
        let mut ids = Ids::new(Scope::Open).with_types(&["venue".into()], true);
        nodes(&mut ids, &["paper:1", "author:1", "paper:x:y", "ü_2-x:0"]);
        assert_eq!(ids.node(b"12"), Err(NetworkLineProblem::Untyped { id: "12".into() }));
        let types = ids.take_types().unwrap();
        assert_eq!(types.names, ["venue", "paper", "author", "ü_2-x"]);
        assert_eq!(types.of, [1, 2, 1, 3]);
        let bare = ["", "a", ":1", "a:", "1a:2", "10:30", "http://a", "a b:1"];
        assert!(bare.iter().all(|id| type_prefix(id.as_bytes()).is_none()));
    }

    #[test]
    fn one_prefix_for_all_tells_nothing() {
        let mut ids = Ids::new(Scope::Open).with_types(&[], true);
        nodes(&mut ids, &["GO:1", "GO:2"]);
        assert_eq!(ids.take_types(), None);
    }

    #[test]
    fn the_257th_type_is_one_too_many() {
        let mut ids = Ids::new(Scope::Open).with_types(&[], true);
        for k in 0..256 {
            ids.node(format!("t{k}:0").as_bytes()).unwrap();
        }
        let problem = NetworkLineProblem::TooMany { what: "type", found: "t256".into(), limit: 256 };
        assert_eq!(ids.node(b"t256:0"), Err(problem));
        assert_eq!(ids.node(b"t255:1"), Ok(256));
    }
}
