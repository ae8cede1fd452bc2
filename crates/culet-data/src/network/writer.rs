//! A network as a folder of text files, or as an edge list.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, Write};
use std::path::Path;

use culet_graph::{Names, Network};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::NetworkProblem;
use super::columns::is_blank;
use super::data::{LinkParts, NetworkData, NodeLabels};
use super::lines::begins_comment;
use super::meta::{Meta, SplitRecord};
use crate::new_folder::NewFolder;
use crate::{DataError, write_atomically};

/// Writes a network as a folder, so that [`read_network`](crate::read_network) gives it back.
///
/// The folder is made, parents included; if anything fails, it is gone again, or as empty as it was.
///
/// | file | what it holds |
/// | --- | --- |
/// | `train_edges.tsv` | source, target, and relation and weight where there are any, under a header |
/// | `train_edges_neg.tsv`, `valid_edges.tsv`, ... | source and target of each pair, for the parts that are not empty |
/// | `nodes.tsv` | id, type (if typed) and name; left out where ids are `0`, `1`, ... without types and names |
/// | `labels.tsv` | a node and a label of it, if there are labels |
/// | `meta.json` | name, direction, number of nodes, the order of types, relations and labels, and `record` |
///
/// Columns that hold a tab or a quote, or begin or end with a blank, are quoted. What does not return:
/// [`NetworkData::notes`].
///
/// # Errors
/// [`DataError::NotEmpty`] if the folder holds anything; [`NetworkProblem::Unwritable`] for ids, types, relations or
/// labels that are empty or repeated, or for texts with a line break or NUL, [`NetworkProblem::NoEdges`], and nothing is
/// written; [`DataError::Write`] with the path and the cause.
///
/// # Panics
/// If the nodes, labels and parts do not fit the network.
pub fn write_network(folder: &Path, data: &NetworkData, record: Option<&SplitRecord>) -> Result<(), DataError> {
    check_counts(data);
    check_texts(folder, data)?;
    let mut folder = NewFolder::create(folder)?;
    let meta = meta(data, record);
    folder.write("meta.json", |file| {
        serde_json::to_writer_pretty(&mut *file, &meta)?;
        writeln!(file)
    })?;
    if needs_table(data) {
        folder.write("nodes.tsv", |file| write_nodes(file, data))?;
    }
    if let Some(labels) = &data.labels {
        folder.write("labels.tsv", |file| write_labels(file, labels, &data.nodes))?;
    }
    for (name, pairs) in LinkParts::NAMES.into_iter().zip(data.split.all()) {
        if !pairs.is_empty() {
            folder.write(&format!("{name}.tsv"), |file| write_pairs(file, pairs, &data.nodes))?;
        }
    }
    // Last, as a folder without it is no network: one cut short by a crash is not taken for a whole one.
    folder.write("train_edges.tsv", |file| write_edges(file, &data.network, &data.nodes, '\t'))?;
    folder.keep();
    Ok(())
}

/// Writes the training edges as one file with a header, packed by gzip if its name ends in `.gz`.
///
/// Types, names, labels, parts and isolated nodes are left out, as an edge list has no place for them.
///
/// # Errors
/// [`DataError::BadSetting`] for a delimiter that cannot separate columns; [`NetworkProblem::Unwritable`] for an id that
/// is empty or repeated or has a line break; [`NetworkProblem::NoZstd`]; [`DataError::Write`] with the path and the cause.
///
/// # Panics
/// If the nodes do not fit the network.
pub fn write_edge_list(path: &Path, data: &NetworkData, delimiter: char) -> Result<(), DataError> {
    check_counts(data);
    check_texts(path, data)?;
    // A sign that numbers are written with would cut weights apart.
    if !['\t', ',', ';', ' ', '|'].contains(&delimiter) {
        return Err(DataError::BadSetting {
            name: "delimiter",
            found: delimiter.escape_debug().to_string(),
            expected: "a tab, comma, semicolon, space or `|`".to_owned(),
        });
    }
    let packed = |ending: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
    if packed("zst") {
        return Err(DataError::network(path, NetworkProblem::NoZstd));
    }
    write_atomically(path, |file| {
        if !packed("gz") {
            return write_edges(file, &data.network, &data.nodes, delimiter);
        }
        let mut packer = GzEncoder::new(file, Compression::default());
        write_edges(&mut packer, &data.network, &data.nodes, delimiter)?;
        packer.finish().map(drop)
    })
}

fn check_counts(data: &NetworkData) {
    let n = data.network.n_nodes();
    assert_eq!(data.nodes.len(), n, "each node has an id");
    assert!(data.labels.as_ref().is_none_or(|labels| labels.of.n_rows() == n), "each node has a row of labels");
    let ends = data.split.all().into_iter().flatten().flat_map(|&(u, v)| [u, v]);
    assert!(ends.max().is_none_or(|last| (last as usize) < n), "parts are about nodes of the network");
}

fn check_texts(path: &Path, data: &NetworkData) -> Result<(), DataError> {
    if data.network.n_edges() == 0 {
        return Err(DataError::network(path, NetworkProblem::NoEdges));
    }
    let refuse = |(what, index, why, text): (_, _, _, &str)| {
        DataError::network(path, NetworkProblem::Unwritable { what, index, why, text: text.to_owned() })
    };
    let nodes = &data.nodes;
    check_distinct("the id of node", (0..nodes.len()).map(|node| nodes.id(node))).map_err(refuse)?;
    if let Some(node) = (0..nodes.len()).find(|&node| has_break(nodes.name(node).unwrap_or_default())) {
        return Err(refuse(("the name of node", node, BROKEN, nodes.name(node).unwrap_or_default())));
    }
    let types = data.network.types.iter().flat_map(|types| &types.names);
    check_distinct("type", types.map(String::as_str)).map_err(refuse)?;
    check_distinct("relation", data.network.relation_names.iter().map(String::as_str)).map_err(refuse)?;
    let labels = data.labels.iter().flat_map(|labels| &labels.names);
    check_distinct("label", labels.map(String::as_str)).map_err(refuse)
}

const BROKEN: &str = "no single line of text";

type Refused<'a> = (&'static str, usize, &'static str, &'a str);

fn check_distinct<'a>(what: &'static str, texts: impl Iterator<Item = &'a str>) -> Result<(), Refused<'a>> {
    let mut seen = HashSet::new();
    for (index, text) in texts.enumerate() {
        if text.is_empty() {
            return Err((what, index, "empty", text));
        }
        if has_break(text) {
            return Err((what, index, BROKEN, text));
        }
        if !seen.insert(text) {
            return Err((what, index, "repeated", text));
        }
    }
    Ok(())
}

fn has_break(text: &str) -> bool {
    text.contains(['\n', '\r', '\0'])
}

fn meta(data: &NetworkData, record: Option<&SplitRecord>) -> Meta {
    let network = &data.network;
    Meta {
        name: Some(data.name.clone()),
        directed: Some(network.is_directed()),
        num_nodes: u32::try_from(network.n_nodes()).ok(),
        num_edges: Some(network.n_edges() as u64),
        // Types stand in the node table; without it, a `:` in an id tells none.
        typed_ids: Some(false),
        type_names: network.types.as_ref().map(|types| types.names.clone()).unwrap_or_default(),
        relation_names: network.relation_names.clone(),
        label_names: data.labels.as_ref().map(|labels| labels.names.clone()).unwrap_or_default(),
        split: record.cloned(),
    }
}

/// Whether the nodes are more than their numbers.
fn needs_table(data: &NetworkData) -> bool {
    let nodes = &data.nodes;
    let plain = |node: usize| nodes.name(node).is_none() && nodes.id(node) == node.to_string();
    data.network.types.is_some() || !(0..nodes.len()).all(plain)
}

fn write_nodes(out: &mut impl Write, data: &NetworkData) -> io::Result<()> {
    let types = data.network.types.as_ref();
    writeln!(out, "id\t{}name", if types.is_some() { "type\t" } else { "" })?;
    for node in 0..data.nodes.len() {
        write!(out, "{}", quoted(data.nodes.id(node), '\t'))?;
        if let Some(types) = types {
            write!(out, "\t{}", quoted(&types.names[usize::from(types.of[node])], '\t'))?;
        }
        match data.nodes.name(node) {
            Some(name) => writeln!(out, "\t{}", quoted(name, '\t'))?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}

fn write_labels(out: &mut impl Write, labels: &NodeLabels, nodes: &Names) -> io::Result<()> {
    writeln!(out, "node\tlabel")?;
    for node in 0..nodes.len() {
        for &label in labels.of.row(node) {
            writeln!(out, "{}\t{}", quoted(nodes.id(node), '\t'), quoted(&labels.names[label as usize], '\t'))?;
        }
    }
    Ok(())
}

fn write_pairs(out: &mut impl Write, pairs: &[(u32, u32)], nodes: &Names) -> io::Result<()> {
    writeln!(out, "source\ttarget")?;
    let id = |node: u32| quoted(nodes.id(node as usize), '\t');
    pairs.iter().try_for_each(|&(source, target)| writeln!(out, "{}\t{}", id(source), id(target)))
}

fn write_edges(out: &mut impl Write, network: &Network, nodes: &Names, delimiter: char) -> io::Result<()> {
    let (weights, relations) = (network.outgoing_weights(), network.outgoing_relations());
    write!(out, "source{delimiter}target")?;
    if relations.is_some() {
        write!(out, "{delimiter}relation")?;
    }
    writeln!(out, "{}", if weights.is_some() { format!("{delimiter}weight") } else { String::new() })?;
    for source in 0..network.n_nodes() {
        let source_id = quoted(nodes.id(source), delimiter);
        for arc in network.outgoing().range(source) {
            let target = network.outgoing().columns()[arc] as usize;
            if !network.is_directed() && target < source {
                continue;
            }
            write!(out, "{source_id}{delimiter}{}", quoted(nodes.id(target), delimiter))?;
            if let Some(relations) = relations {
                let relation = &network.relation_names[usize::from(relations[arc])];
                write!(out, "{delimiter}{}", quoted(relation, delimiter))?;
            }
            if let Some(weights) = weights {
                write!(out, "{delimiter}{}", weights[arc])?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

/// The text as a column: in quotes if it would not be read back as it is.
pub(crate) fn quoted(text: &str, delimiter: char) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let bare = !text.contains(['"', '\t', delimiter])
        && !begins_comment(bytes)
        && bytes.first().is_some_and(|&first| !is_blank(first))
        && bytes.last().is_some_and(|&last| !is_blank(last));
    if bare { Cow::Borrowed(text) } else { Cow::Owned(format!("\"{}\"", text.replace('"', "\"\""))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_quoted_only_where_they_must_be() {
        let plain = ["a", "a b", "a,b", "7", "a#", "a/b", "ü"];
        assert!(plain.iter().all(|text| matches!(quoted(text, '\t'), Cow::Borrowed(_))));
        let found = ["", " a", "a ", "a\tb", "say \"hi\"", "#a", "% b", "//c"].map(|text| quoted(text, '\t'));
        let expected = ["\"\"", "\" a\"", "\"a \"", "\"a\tb\"", "\"say \"\"hi\"\"\"", "\"#a\"", "\"% b\"", "\"//c\""];
        assert_eq!(found, expected);
        assert_eq!(quoted("Smith, J.", ','), "\"Smith, J.\"");
    }
}
