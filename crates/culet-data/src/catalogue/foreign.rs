//! Parquet and Arrow tables of interactions, files or in memory: a user, an item and perhaps a rating and a time a row.
//!
//! Columns go by their names, as those of other tables do, or by `--columns user=NAME,item=NAME`; where there are just
//! two, one without a name of its own is what is left. Ids are texts or whole numbers, ratings numbers, times numbers,
//! timestamps or dates; none of them may be null or nested. Parquet's pages may be packed by Snappy, zstd, gzip or LZ4,
//! Arrow's buffers by LZ4 or zstd.

use std::borrow::Cow;

use super::not_in_format;
use super::options::{CatalogueOptions, ColumnChoice, Format};
use super::place::{ARROW, Place};
use super::problem::CatalogueProblem;
use super::raw::{Part, Pending, Raw, Taken, Times};
use super::times::{Clock, time_of};
use crate::columns::{ForeignTable, Mixed};
use crate::network::columns::number;
use crate::network::terms::{EDGES, INTERACTIONS, usual_columns};
use crate::network::unpack::Input;
use crate::network::{Column, NetworkLineError};
use crate::shown::shown;
use crate::{DataError, DataKind};

const SORTS: [Column; 4] = [Column::Source, Column::Target, Column::Weight, Column::Time];

pub(super) fn read(raw: &mut Raw, place: &Place, options: &CatalogueOptions, format: Format) -> Result<(), DataError> {
    let endings: &[&str] = if format == Format::Arrow { &ARROW } else { &["parquet"] };
    let files: Vec<&Input> = match &place.files[..] {
        [input] => vec![input],
        _ => endings.iter().flat_map(|ending| place.ending_in(ending)).collect(),
    };
    if files.is_empty() {
        return Err(not_in_format(place, format));
    }
    if files.len() > 1 {
        raw.notes.push(format!("{} files are taken for one table, from `{}` on", files.len(), files[0].name()));
    }
    files.into_iter().try_for_each(|input| read_part(raw, input, Part::Train, options))
}

/// Whether the columns of a table name both ends of edges, and not users and items.
pub(super) fn names_edges(input: &Input) -> bool {
    ForeignTable::open(input).is_ok_and(|table| {
        let names: Vec<_> = table.roots().into_iter().map(String::into_bytes).collect();
        EDGES.names_ends(&names) && !INTERACTIONS.names_ends(&names)
    })
}

/// Reads a table as one of the parts.
pub(super) fn read_part(raw: &mut Raw, input: &Input, part: Part, options: &CatalogueOptions) -> Result<(), DataError> {
    let table = ForeignTable::open(input)?;
    let names = names(raw, input, &table, options)?;
    let (columns, places) = columns(raw, input, &table, &names)?;
    let in_row = |error: NetworkLineError| table.in_row(error.line, error.problem.to_string());
    let (mut pending, mut row) = (Pending::default(), 0);
    let read = table.for_each_group(&columns, |values| {
        let own = places.map(|place| place.map(|place| &values[place]));
        (0..values[0].len()).try_for_each(|k| {
            row += 1;
            take(raw, &mut pending, own, (k, row)).map_err(|what| table.in_row(row, what))?;
            if pending.is_full() { raw.settle(part, &mut pending).map_err(in_row) } else { Ok(()) }
        })
    });
    // What is wrong with an earlier row is told first.
    raw.settle(part, &mut pending).map_err(in_row)?;
    read
}

/// The columns to read, and where users, items, ratings and times stand among them.
fn columns(
    raw: &Raw,
    input: &Input,
    table: &ForeignTable<'_>,
    names: &[Option<String>; 4],
) -> Result<(Vec<usize>, [Option<usize>; 4]), DataError> {
    for (wanted, place, what, word) in
        [(raw.times_wanted == Times::Needed, 3, "times", "time"), (raw.ratings.min.is_some(), 2, "ratings", "rating")]
    {
        if wanted && names[place].is_none() {
            let columns = Some(format!("user=NAME,item=NAME,{word}=NAME"));
            return Err(DataError::catalogue(&input.path, CatalogueProblem::Lacks { what, columns }));
        }
    }
    let (mut columns, mut places) = (Vec::new(), [None; 4]);
    for (k, name) in names.iter().enumerate().filter(|(k, _)| *k < 3 || raw.keeps_times()) {
        if let Some(name) = name {
            places[k] = Some(columns.len());
            columns.push(match k {
                0 | 1 => table.ids(name, ["user", "item"][k])?,
                _ => table.flat(name).map_err(|what| table.malformed(what))?,
            });
        }
    }
    Ok((columns, places))
}

/// The names of the columns of users, items, ratings and times.
fn names(
    raw: &mut Raw,
    input: &Input,
    table: &ForeignTable<'_>,
    options: &CatalogueOptions,
) -> Result<[Option<String>; 4], DataError> {
    let roots = table.roots();
    let names = match &options.columns {
        Some(ColumnChoice::Names(names)) => {
            if let Some((_, name)) = names.iter().find(|(_, name)| !roots.contains(name)) {
                return Err(table.lacks(name));
            }
            SORTS.map(|sort| names.iter().find(|(own, _)| *own == sort).map(|(_, name)| name.clone()))
        }
        Some(places @ ColumnChoice::Places(_)) => {
            return Err(DataError::BadSetting {
                name: "columns",
                found: places.words(),
                expected: "the names of the columns of a Parquet or Arrow table: `user=NAME,item=NAME`".to_owned(),
            });
        }
        None => by_words(raw, input, &roots),
    };
    if names[0].is_none() && names[1].is_some() {
        let header = roots.iter().map(|name| name.as_bytes().to_vec()).collect::<Vec<_>>();
        return Err(super::table::no_users(input, &header));
    }
    for (k, word) in ["user", "item"].into_iter().enumerate() {
        if names[k].is_none() {
            return Err(table.lacks(word));
        }
    }
    raw.user_header = raw.user_header.take().or_else(|| names[0].clone());
    raw.item_header = raw.item_header.take().or_else(|| names[1].clone());
    Ok(names)
}

/// The columns by [`usual_columns`], with a note on what no header word tells.
fn by_words(raw: &mut Raw, input: &Input, roots: &[String]) -> [Option<String>; 4] {
    let mut names = usual_columns(roots, DataKind::Catalogue).map(|at| at.map(|at| roots[at].clone()));
    if let ([_, _], [Some(user), Some(item), None, None]) = (roots, &names)
        && !INTERACTIONS.names_column(item.as_bytes(), Column::Target)
    {
        if user == item {
            // Columns of one name cannot be told apart.
            names[1] = None;
            return names;
        }
        raw.notes.push(format!("of `{}` column `{user}` is taken for the user, `{item}` for the item", input.name()));
    }
    names
}

fn take(
    raw: &mut Raw,
    pending: &mut Pending,
    columns: [Option<&Mixed>; 4],
    (k, row): (usize, usize),
) -> Result<(), String> {
    let [user, item, rating, time] = columns;
    let (user, item) = (id(user, k), id(item, k));
    if raw.leaves_out([(&user, "user"), (&item, "item")]).map_err(|problem| problem.to_string())? {
        return Ok(());
    }
    // Who leaves nothing out by its rating needs none.
    let rating = rating.filter(|column| raw.ratings.min.is_some() || !column.is_missing(k));
    let rating = rating.map(|column| real(column, k, "rating")).transpose()?;
    let time = time.map(|column| seconds(raw, column, k)).transpose()?;
    raw.take_later(pending, Taken { user: &user, item: &item, rating, time }, row);
    Ok(())
}

/// An id of a column of [ids](ForeignTable::ids), empty where there is none.
#[inline]
pub(super) fn id(column: Option<&Mixed>, k: usize) -> Cow<'_, [u8]> {
    column.and_then(|column| column.text(k)).unwrap_or_default()
}

fn real(column: &Mixed, k: usize, what: &str) -> Result<f64, String> {
    let value = match column {
        Mixed::Whole(numbers) => numbers[k].map(|number| number as f64),
        Mixed::Reals(numbers) => numbers[k],
        Mixed::Flags(flags) => flags[k].map(|flag| f64::from(u8::from(flag))),
        Mixed::Texts(texts) => match texts.get(k) {
            Some(text) => {
                Some(number(text).ok_or_else(|| format!("the {what} is `{}`, expected a number", shown(text)))?)
            }
            None => None,
        },
        Mixed::Times(_) => return Err(format!("the {what} is a time, expected a number")),
    };
    match value {
        Some(value) if value.is_finite() => Ok(value),
        Some(value) => Err(format!("the {what} is {value}, expected a finite number")),
        None => Err(format!("the {what} is null, expected a number")),
    }
}

fn seconds(raw: &mut Raw, column: &Mixed, k: usize) -> Result<f64, String> {
    let (time, clock) = match column {
        Mixed::Times(times) => (times[k].ok_or("the time is null, expected a time")?, Clock::Dates),
        Mixed::Texts(texts) => {
            let text = texts.get(k).ok_or("the time is null, expected a time")?;
            let time = time_of(text);
            time.ok_or_else(|| format!("the time is `{}`, expected a date or a number", shown(text)))?
        }
        column => (real(column, k, "time")?, Clock::Numbers),
    };
    raw.clock.agree(clock).map_err(|problem| problem.to_string())?;
    Ok(time)
}
