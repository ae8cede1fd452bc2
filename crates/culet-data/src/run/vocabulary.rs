//! `vocabulary.parquet`: external ids and names of everything.

use std::io::Write;

use culet_graph::{Names, Vocabulary};

use super::columns::{ColumnReader, Values, write_columns};

pub(super) fn write(vocabulary: &Vocabulary, writer: impl Write + Send) -> std::io::Result<()> {
    let kinds = [("user", &vocabulary.users), ("entity", &vocabulary.entities), ("relation", &vocabulary.relations)];
    let rows = || kinds.iter().flat_map(|&(kind, names)| (0..names.len()).map(move |index| (kind, names, index)));
    let indices: Vec<u32> = rows().map(|(_, _, index)| index as u32).collect();
    let columns = [
        ("kind", Values::Category(rows().map(|(kind, ..)| kind).collect())),
        ("index", Values::Counts(&indices)),
        ("id", Values::Text(rows().map(|(_, names, index)| names.id(index)).collect())),
        ("name", Values::OptionalText(rows().map(|(_, names, index)| names.name(index)).collect())),
    ];
    write_columns(&columns, writer)
}

pub(super) fn read(reader: &ColumnReader) -> Result<Vocabulary, String> {
    let (kinds, indices) = (reader.text("kind")?, reader.counts("index")?);
    let (ids, names) = (reader.text("id")?, reader.optional_text("name")?);
    let mut vocabulary = Vocabulary::default();
    for (row, kind) in kinds.iter().enumerate() {
        let table = of_kind(&mut vocabulary, kind).ok_or_else(|| {
            format!("row {row} is of kind `{}`, expected user, entity or relation", kind.escape_debug())
        })?;
        if indices[row] as usize != table.len() {
            return Err(format!("row {row} has index {}, expected {kind} {}", indices[row], table.len()));
        }
        table.push(&ids[row], names[row].as_deref());
    }
    Ok(vocabulary)
}

fn of_kind<'a>(vocabulary: &'a mut Vocabulary, kind: &str) -> Option<&'a mut Names> {
    match kind {
        "user" => Some(&mut vocabulary.users),
        "entity" => Some(&mut vocabulary.entities),
        "relation" => Some(&mut vocabulary.relations),
        _ => None,
    }
}
