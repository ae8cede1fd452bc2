//! Tables beside the edges: the nodes, their original ids, their labels.

use std::collections::HashMap;

use culet_graph::Csr;

use super::columns::{Columns, text};
use super::data::NodeLabels;
use super::ids::{Ids, whole_number};
use super::sample::{Sample, word};
use super::table_text::{TABS, TableColumns};
use super::text_file::{TextFile, in_file};
use super::texts::Texts;
use super::unpack::Input;
use super::{NetworkLineError, NetworkLineProblem, NetworkProblem};
use crate::DataError;
use crate::shown::shown;

const ID: &[&str] = &["id", "node", "nodeid", "nodes", "key", "index", "vertex"];
const TYPE: &[&str] = &["type", "nodetype", "kind"];
const INDEX: &[&str] = &["index", "nodeindex", "number", "node", "nodeid", "id"];
const ORIGINAL: &[&str] = &["originalid", "original", "orgid", "name", "label", "id"];
const NAME: &[&str] = &["name", "title", "nodename", "label", "text"];
const LABEL: &[&str] = &["label", "labels", "class", "group", "category", "community", "y", "area"];

/// Where the columns of a table are.
struct Places {
    sample: Sample,
    header: bool,
    id: usize,
    other: [Option<usize>; 2],
    /// The most columns of a line; none where the first line of all tells nothing.
    width: usize,
    unused: Vec<String>,
}

impl Places {
    /// Finds the columns of a table from its header, or else takes them in their usual order. `roles` are the words for
    /// the id and, where no table goes without, for the next column.
    fn find(
        file: &TextFile<'_>,
        ids: &[&str],
        others: [&[&str]; 2],
        roles: (&'static str, Option<&'static str>),
    ) -> Result<Self, DataError> {
        if let Some(table) = file.table() {
            return Self::of_table(file, table, ids, others, roles);
        }
        let is_header = |row: &[Vec<u8>]| {
            let words: Vec<_> = row.iter().map(|column| word(column)).collect();
            let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
            has(ids) && (row.len() == 1 || others.iter().any(|names| has(names)))
        };
        let sample = Sample::new(&file.sample(), None, is_header);
        let first = sample.rows.first().map(|(_, row)| row.as_slice()).unwrap_or_default();
        let width = first.len();
        if !is_header(first) {
            let header = sample.begins_oddly(0);
            let n_other = others.iter().filter(|names| !names.is_empty()).count();
            let other = [0, 1].map(|k| (k < n_other && k + 1 < width).then_some(k + 1));
            let unused = first.iter().skip(1 + n_other).map(|column| shown(column)).collect();
            return Ok(Self { header, id: 0, other, width, unused, sample });
        }
        let words: Vec<_> = first.iter().map(|column| word(column)).collect();
        let place = |names: &[&str]| {
            let rank = |k: &usize| names.iter().position(|name| *name == words[*k]);
            (0..words.len()).filter(|k| rank(k).is_some()).min_by_key(|k| rank(k))
        };
        let id = place(ids).unwrap_or(0);
        let other = others.map(|names| place(names).filter(|&k| k != id));
        let unused = (0..width).filter(|&k| k != id && !other.contains(&Some(k))).map(|k| shown(&first[k])).collect();
        Ok(Self { header: true, id, other, width, unused, sample })
    }

    /// The same of a table of another program, whose columns have names: of two columns that must be there one may have
    /// any.
    fn of_table(
        file: &TextFile<'_>,
        table: &TableColumns<'_>,
        ids: &[&str],
        others: [&[&str]; 2],
        (id_word, other_word): (&'static str, Option<&'static str>),
    ) -> Result<Self, DataError> {
        let words: Vec<_> = table.columns.iter().map(|column| word(column.name.as_bytes())).collect();
        let width = words.len();
        let place = |names: &[&str]| names.iter().find_map(|name| words.iter().position(|word| word == name));
        let mut id = place(ids);
        let mut other = others.map(|names| place(names).filter(|&k| Some(k) != id));
        if width == 2 && other_word.is_some() {
            (id, other[0]) = (id.or_else(|| Some(1 - other[0]?)), other[0].or_else(|| Some(1 - id?)));
        }
        let id = id.or((width == 1).then_some(0)).ok_or_else(|| table.lacks(id_word))?;
        if let (Some(what), None) = (other_word, other[0]) {
            return Err(table.lacks(what));
        }
        table.check(id, id_word, true)?;
        other.iter().flatten().try_for_each(|&place| table.check(place, "", false))?;
        let unused = (0..width).filter(|&k| k != id && !other.contains(&Some(k)));
        let unused = unused.map(|k| table.columns[k].name.clone()).collect();
        let sample = Sample::new(&file.sample(), Some(TABS), |_| true);
        Ok(Self { sample, header: true, id, other, width, unused })
    }

    /// The id in a line, which must not be empty.
    fn id<'a>(&self, columns: &Columns, line: &'a [u8]) -> Result<std::borrow::Cow<'a, [u8]>, NetworkLineProblem> {
        if columns.len() > self.width {
            let expected = format!("{} columns", self.width);
            return Err(NetworkLineProblem::Columns { expected, found: columns.len(), text: shown(line) });
        }
        let id = columns.get_or_empty(line, self.id);
        if id.is_empty() { Err(NetworkLineProblem::Empty { what: "node" }) } else { Ok(id) }
    }
}

/// What the node table tells besides ids and types.
#[derive(Debug, Default)]
pub(super) struct NodeTable {
    /// The readable name of each node of the table, or nothing.
    pub(super) names: Vec<String>,
    /// Columns that are not used.
    pub(super) unused: Vec<String>,
}

/// The first look at a node table.
pub(super) struct NodeTableFile<'a> {
    file: TextFile<'a>,
    places: Places,
}

impl<'a> NodeTableFile<'a> {
    /// Opens a table of ids, types and names.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(super) fn open(input: &'a Input) -> Result<Self, DataError> {
        let file = TextFile::open_any(input, false)?;
        let places = Places::find(&file, ID, [TYPE, NAME], ("id", None))?;
        Ok(Self { file, places })
    }

    /// Whether it tells types.
    pub(super) fn has_types(&self) -> bool {
        self.places.other[0].is_some()
    }

    /// Takes in all its nodes, in its order.
    ///
    /// # Errors
    /// The first line that cannot be understood, or whose node stood in another before.
    pub(super) fn read(mut self, ids: &mut Ids) -> Result<NodeTable, DataError> {
        let mut table = NodeTable::default();
        let mut lines = Vec::new();
        let Places { sample, header, other: [type_place, name_place], .. } = &self.places;
        self.file.for_each(sample.delimiter, *header, |number, line, columns| {
            let id = self.places.id(columns, line)?;
            if let Some(node) = ids.find(&id) {
                let first = lines.get(node as usize).copied().unwrap_or(number);
                return Err(NetworkLineProblem::Repeated { what: "node", id: shown(&id), first });
            }
            let node_type = type_place.map(|place| columns.get_or_empty(line, place));
            if node_type.as_ref().is_some_and(|found| found.is_empty()) {
                return Err(NetworkLineProblem::Empty { what: "type" });
            }
            ids.add(&id, node_type.as_deref())?;
            lines.push(number);
            let name = name_place.map(|place| columns.get_or_empty(line, place)).unwrap_or_default();
            table.names.push(text(&name)?.to_owned());
            Ok(())
        })?;
        table.unused = self.places.unused;
        Ok(table)
    }
}

/// Reads the original id of each node: lines of a number and the id.
///
/// # Errors
/// A line that cannot be understood; a number or an id that stands twice; a gap.
pub(super) fn read_index(input: &Input) -> Result<Vec<String>, DataError> {
    let mut file = TextFile::open_any(input, false)?;
    let places = Places::find(&file, INDEX, [ORIGINAL, &[]], ("index", Some("id")))?;
    let mut entries: Vec<(u64, String, usize)> = Vec::new();
    let mut seen = HashMap::new();
    file.for_each(places.sample.delimiter, places.header, |number, line, columns| {
        let index = places.id(columns, line)?;
        let index = whole_number(&index).ok_or_else(|| NetworkLineProblem::NotAnIndex { found: shown(&index) })?;
        let id = columns.get_or_empty(line, places.other[0].unwrap_or(1));
        if id.is_empty() {
            return Err(NetworkLineProblem::Empty { what: "id" });
        }
        let id = text(&id)?.to_owned();
        if let Some(first) = seen.insert(id.clone(), number) {
            return Err(NetworkLineProblem::Repeated { what: "id", id, first });
        }
        entries.push((index, id, number));
        Ok(())
    })?;
    entries.sort_by_key(|&(index, ..)| index);
    for (k, (index, _, line)) in entries.iter().enumerate() {
        if k > 0 && entries[k - 1].0 == *index {
            let problem = NetworkLineProblem::Repeated { what: "node", id: index.to_string(), first: entries[k - 1].2 };
            return Err(in_file(&input.path, NetworkLineError { line: *line, problem }));
        }
        if *index != k as u64 {
            return Err(DataError::network(&input.path, NetworkProblem::IndexGap { index: k }));
        }
    }
    Ok(entries.into_iter().map(|(_, id, _)| id).collect())
}

/// Labels as they are read.
#[derive(Debug)]
pub(super) struct ReadLabels {
    pub(super) labels: NodeLabels,
    /// Lines about nodes that do not exist, and the id in the first of them.
    pub(super) n_unknown: usize,
    pub(super) unused: Vec<String>,
}

/// Reads lines of a node and its label; `names` come first among the labels, and the others sorted behind.
///
/// # Errors
/// The first line that cannot be understood; labels of nothing but unknown nodes.
pub(super) fn read_labels(input: &Input, ids: &Ids, names: &[String]) -> Result<ReadLabels, DataError> {
    let mut file = TextFile::open_any(input, false)?;
    let places = Places::find(&file, ID, [LABEL, &[]], ("node", Some("label")))?;
    let place = places.other[0].unwrap_or(1);
    let mut texts: Texts = names.iter().map(String::as_str).collect();
    let (mut pairs, mut n_unknown, mut first_unknown) = (Vec::new(), 0, None);
    file.for_each(places.sample.delimiter, places.header, |_, line, columns| {
        let id = places.id(columns, line)?;
        let label = columns.get_or_empty(line, place);
        if label.is_empty() {
            return Err(NetworkLineProblem::Empty { what: "label" });
        }
        let label = texts.find_or_add(text(&label)?);
        match ids.find(&id) {
            Some(node) => pairs.push((node, label)),
            None => {
                n_unknown += 1;
                first_unknown.get_or_insert_with(|| shown(&id));
            }
        }
        Ok(())
    })?;
    if let (true, Some(id)) = (pairs.is_empty(), first_unknown) {
        return Err(DataError::network(&input.path, NetworkProblem::LabelsOfNothing { id }));
    }
    let labels = in_order(&texts, names.len(), pairs, ids.len())?;
    Ok(ReadLabels { labels, n_unknown, unused: places.unused })
}

/// Sorts the labels behind the first `n_given`: as numbers where all are numbers, or else as texts.
fn in_order(
    texts: &Texts,
    n_given: usize,
    mut pairs: Vec<(u32, u32)>,
    n_nodes: usize,
) -> Result<NodeLabels, DataError> {
    let mut order: Vec<usize> = (n_given..texts.len()).collect();
    order.sort_by_key(|&label| {
        let text = texts.get(label);
        (whole_number(text.as_bytes()).unwrap_or(u64::MAX), text)
    });
    let order: Vec<usize> = (0..n_given).chain(order).collect();
    let mut rank = vec![0; order.len()];
    order.iter().enumerate().for_each(|(k, &label)| rank[label] = k as u32);
    pairs.iter_mut().for_each(|(_, label)| *label = rank[*label as usize]);
    Ok(NodeLabels {
        names: order.into_iter().map(|label| texts.get(label).to_owned()).collect(),
        of: Csr::from_pairs(n_nodes, &pairs)?.sorted_and_distinct(),
    })
}
