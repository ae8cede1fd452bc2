//! A graph from a table of the items: each column becomes a relation, as far as items may share its values.
//!
//! | a column of | becomes |
//! | --- | --- |
//! | a title or a name (by its header) | the readable name of the item; no relation |
//! | words | a relation to each value |
//! | lists: `a\|b`, `a;b`, `a, b` if parts recur, `["a", "b"]` | a relation to each part |
//! | years, or dates | a relation to the decade |
//! | 0 and 1, yes and no | a relation of the items that have it |
//! | up to twelve distinct numbers | a relation to each number |
//! | more numbers | a relation to two to eight ranges with about as many items each |
//! | texts of which nearly each is another, numbers of ids, one value for all | nothing, and a note says so |
//!
//! Nothing, `NaN`, `null`, `None`, `NA`, `\N` and the like are no values. Entities go by `COLUMN:VALUE`, so that the same
//! column of several tables leads to the same ones, and two columns never do.

mod cells;
mod cover;
mod join;
mod judge;
mod lists;
mod numbers;

use super::foreign;
use super::raw::Raw;
use super::table::header;
use crate::DataError;
use crate::catalogue::problem::CatalogueProblem;
use crate::columns::{ForeignTable, Mixed};
use crate::network::columns::text;
use crate::network::layout::{Known, Layout};
use crate::network::sample::{Sample, word};
use crate::network::terms::INTERACTIONS;
use crate::network::text_file::{TextFile, in_file};
use crate::network::unpack::Input;
use crate::network::{Column, NetworkLineProblem};
use crate::shown::shown;

pub(super) use cells::Cells;
use cover::Cover;

/// A table of items.
#[derive(Debug)]
pub(super) struct ItemTable {
    /// Its file, for notes.
    pub(super) source: String,
    /// The item of each row.
    pub(super) items: Vec<u32>,
    pub(super) columns: Vec<ItemColumn>,
}

/// A column of such a table.
#[derive(Debug)]
pub(super) struct ItemColumn {
    pub(super) name: String,
    pub(super) told: Told,
    pub(super) cells: Cells,
}

/// What a file tells of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Nothing,
    /// One word or number, never a list.
    Single,
    /// Words between blanks.
    Words,
    /// Numbers that mean nothing one by one.
    Vector,
}

/// Reads a table of items with a header, and joins what it says.
///
/// The ids stand in the column that is called as that of the items in the interactions; or else in the first that is
/// called as one of items usually is, or `id`; or else in the first.
///
/// # Errors
/// A file that cannot be read, has no header, or is about none of the items; a line that cannot be split.
pub(super) fn read(raw: &mut Raw, input: &Input) -> Result<(), DataError> {
    let mut file = TextFile::open(input)?.with_breaks().without_comments();
    let layout = layout(&file)?;
    let head = names_of(&file, &layout)?;
    let at = id_column(&head, raw.item_header.as_deref());
    let mut table = ItemTable { source: input.name(), items: Vec::new(), columns: Vec::new() };
    let rest = || (0..head.len()).filter(|&column| column != at);
    table.columns.extend(rest().map(|k| ItemColumn::new(head[k].clone(), Told::Nothing)));
    let mut cover = Cover::new(raw, &head);
    file.for_each(layout.delimiter, true, |_, line, columns| {
        if columns.len() > head.len() || columns.len() <= at {
            let expected = format!("{} columns as in the header", head.len());
            return Err(NetworkLineProblem::Width { expected, found: columns.len(), text: shown(line) });
        }
        let id = columns.get(line, at);
        if raw.leaves_out([(&id, "item")])? {
            return Ok(());
        }
        table.items.push(cover.item(raw, &id)?);
        for (column, k) in table.columns.iter_mut().zip(rest()) {
            column.cells.push(text(&columns.get_or_empty(line, k))?);
        }
        Ok(())
    })?;
    cover.finish(raw, input)?;
    table.join(raw).map_err(|problem| DataError::network_line(file.path, 1, problem))
}

/// The same of a Parquet or Arrow table, of whose columns those that are nested are left out.
///
/// # Errors
/// As [`read`], with rows instead of lines.
pub(super) fn read_foreign(raw: &mut Raw, input: &Input) -> Result<(), DataError> {
    let table = ForeignTable::open(input)?;
    let head = table.roots();
    if head.len() < 2 {
        let text = shown(head.join(" ").as_bytes());
        return Err(DataError::catalogue(&input.path, CatalogueProblem::NoHeader { text }));
    }
    let at = id_column(&head, raw.item_header.as_deref());
    let mut places = vec![table.ids(&head[at], "item")?];
    let mut items = ItemTable { source: input.name(), items: Vec::new(), columns: Vec::new() };
    for name in head.iter().enumerate().filter(|(k, _)| *k != at).map(|(_, name)| name) {
        match table.flat(name) {
            Ok(place) => {
                places.push(place);
                items.columns.push(ItemColumn::new(name.clone(), Told::Nothing));
            }
            Err(what) => raw.notes.push(format!("of `{}` {what}; left out", input.name())),
        }
    }
    let mut cover = Cover::new(raw, &head);
    let mut row = 0;
    table.for_each_group(&places, |values| {
        (0..values[0].len()).try_for_each(|k| {
            row += 1;
            push_row(raw, &mut items, &mut cover, values, k).map_err(|what| table.in_row(row, what))
        })
    })?;
    cover.finish(raw, input)?;
    items.join(raw).map_err(|problem| DataError::network_line(&input.path, 1, problem))
}

fn push_row(raw: &mut Raw, items: &mut ItemTable, cover: &mut Cover, values: &[Mixed], k: usize) -> Result<(), String> {
    let in_words = |problem: NetworkLineProblem| problem.to_string();
    let id = foreign::id(values.first(), k);
    if raw.leaves_out([(&id, "item")]).map_err(in_words)? {
        return Ok(());
    }
    items.items.push(cover.item(raw, &id).map_err(in_words)?);
    for (column, values) in items.columns.iter_mut().zip(&values[1..]) {
        column.cells.push(text(&values.text(k).unwrap_or_default()).map_err(in_words)?);
    }
    Ok(())
}

impl ItemColumn {
    pub(super) fn new(name: String, told: Told) -> Self {
        Self { name, told, cells: Cells::default() }
    }
}

fn layout(file: &TextFile<'_>) -> Result<Layout, DataError> {
    let lines = file.sample();
    // What separates the names of the header separates all columns.
    let sample = Sample::new(&lines, None, |row| row.len() > 1 && INTERACTIONS.names_any(row));
    let columns = [Column::Source, Column::Target];
    let known = Known {
        delimiter: Some(sample.delimiter),
        header: Some(true),
        columns: Some(&columns),
        sibling: None,
        terms: &INTERACTIONS,
    };
    Layout::find(&lines, known).map_err(|error| in_file(file.path, error))
}

/// The names in the header.
fn names_of(file: &TextFile<'_>, layout: &Layout) -> Result<Vec<String>, DataError> {
    let head = header(file, layout);
    let is_number = |name: &Vec<u8>| crate::network::columns::is_number(name);
    if head.len() < 2 || head.iter().any(is_number) {
        let text = shown(&head.join(&b' '));
        return Err(DataError::catalogue(file.path, CatalogueProblem::NoHeader { text }));
    }
    let name = |(k, name): (usize, &Vec<u8>)| match text(name) {
        Ok("") => Ok(format!("column {}", k + 1)),
        Ok(name) => Ok(name.to_owned()),
        Err(problem) => Err(DataError::network_line(file.path, 1, problem)),
    };
    head.iter().enumerate().map(name).collect()
}

fn id_column(head: &[String], item_header: Option<&str>) -> usize {
    let words: Vec<_> = head.iter().map(|name| word(name.as_bytes())).collect();
    let own = item_header.map(|name| word(name.as_bytes()));
    let called = |wanted: &str| words.iter().position(|word| word == wanted);
    let usual = INTERACTIONS.headers.iter().find(|(column, _)| *column == Column::Target);
    let usual = usual.into_iter().flat_map(|(_, names)| *names).find_map(|name| called(name));
    own.and_then(|own| called(&own)).or(usual).or_else(|| called("id")).unwrap_or(0)
}
