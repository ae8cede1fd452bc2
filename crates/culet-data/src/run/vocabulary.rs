//! `vocabulary.parquet`: external ids and names of everything.

use std::io::{self, Write};

use culet_graph::{Names, Vocabulary};

use super::data::NetworkView;
use crate::columns::{ColumnReader, Values, write_columns};

const OF_CATALOGUE: [&str; 3] = ["user", "entity", "relation"];
const OF_NETWORK: [&str; 4] = ["node", "type", "relation", "label"];

pub(super) fn write_catalogue(vocabulary: &Vocabulary, writer: impl Write + Send) -> io::Result<()> {
    write([&vocabulary.users, &vocabulary.entities, &vocabulary.relations], OF_CATALOGUE, None, writer)
}

/// Types, relations and labels have their names as ids; a column `type` tells the type of each node, if any has one.
pub(super) fn write_network(view: &NetworkView, writer: impl Write + Send) -> io::Result<()> {
    let listed = |names: &[String]| names.iter().map(|name| (name.as_str(), None)).collect::<Names>();
    let types = view.network.types.as_ref();
    let [type_names, relations, labels] = [
        listed(types.map_or(&[], |types| &types.names)),
        listed(&view.network.relation_names),
        listed(view.labels.map_or(&[], |labels| &labels.names)),
    ];
    let type_of = types.map(|types| types.of.iter().map(|&kind| types.names[usize::from(kind)].as_str()).collect());
    write([view.nodes, &type_names, &relations, &labels], OF_NETWORK, type_of, writer)
}

/// Writes a row for each name of each kind; `types` are those of the first kind.
fn write<const N: usize>(
    tables: [&Names; N],
    kinds: [&'static str; N],
    types: Option<Vec<&str>>,
    writer: impl Write + Send,
) -> io::Result<()> {
    let tables = || kinds.into_iter().zip(tables);
    let rows = || tables().flat_map(|(kind, names)| (0..names.len()).map(move |index| (kind, names, index)));
    let indices: Vec<u32> = rows().map(|(_, _, index)| index as u32).collect();
    let mut columns = vec![
        ("kind", Values::Category(rows().map(|(kind, ..)| kind).collect())),
        ("index", Values::Counts((&indices).into())),
        ("id", Values::Text(rows().map(|(_, names, index)| names.id(index)).collect())),
        ("name", Values::OptionalText(rows().map(|(_, names, index)| names.name(index)).collect())),
    ];
    if let Some(types) = types {
        let mut types: Vec<Option<&str>> = types.into_iter().map(Some).collect();
        types.resize(indices.len(), None);
        columns.push(("type", Values::OptionalText(types)));
    }
    write_columns(&columns, writer)
}

pub(super) fn read_catalogue(reader: &ColumnReader) -> Result<Vocabulary, String> {
    let [users, entities, relations] = read(reader, OF_CATALOGUE)?;
    Ok(Vocabulary { users, entities, relations })
}

/// The names of a network's nodes and of all that is said of them.
pub(super) struct NetworkNames {
    pub(super) nodes: Names,
    pub(super) types: Vec<String>,
    pub(super) relations: Vec<String>,
    pub(super) labels: Vec<String>,
    /// The type of each node, as far as told.
    pub(super) type_of: Option<Vec<Option<String>>>,
}

pub(super) fn read_network(reader: &ColumnReader) -> Result<NetworkNames, String> {
    let [nodes, types, relations, labels] = read(reader, OF_NETWORK)?;
    let ids = |names: &Names| (0..names.len()).map(|index| names.id(index).to_owned()).collect();
    let typed = reader.names().iter().any(|name| name == "type");
    // The nodes come first.
    let type_of = typed.then(|| reader.optional_text("type")).transpose()?;
    Ok(NetworkNames { types: ids(&types), relations: ids(&relations), labels: ids(&labels), nodes, type_of })
}

fn read<const N: usize>(reader: &ColumnReader, kinds: [&'static str; N]) -> Result<[Names; N], String> {
    let (told, indices) = (reader.text("kind")?, reader.counts("index")?);
    let (ids, names) = (reader.text("id")?, reader.optional_text("name")?);
    let mut tables = [(); N].map(|()| Names::default());
    for (row, kind) in told.iter().enumerate() {
        let place = kinds.iter().position(|own| own == kind).ok_or_else(|| {
            let (last, others) = kinds.split_last().expect("there are kinds");
            format!("row {row} is of kind `{}`, expected {} or {last}", kind.escape_debug(), others.join(", "))
        })?;
        let table = &mut tables[place];
        if indices[row] as usize != table.len() {
            return Err(format!("row {row} has index {}, expected {kind} {}", indices[row], table.len()));
        }
        table.push(&ids[row], names[row].as_deref());
    }
    Ok(tables)
}
