//! Tables of interactions: a user and an item a line, perhaps with a rating and a time.

use super::not_in_format;
use super::options::{CatalogueOptions, ColumnChoice, Format};
use super::place::Place;
use super::problem::CatalogueProblem;
use super::raw::{Part, Pending, Raw, Taken, Times};
use crate::DataError;
use crate::network::columns::{Columns, number};
use crate::network::layout::{Known, Layout};
use crate::network::notes::counted;
use crate::network::sample::Sample;
use crate::network::terms::{EDGES, INTERACTIONS};
use crate::network::text_file::{TextFile, in_file};
use crate::network::unpack::Input;
use crate::network::{Column, NetworkLineError, NetworkLineProblem, NetworkOptions, NetworkProblem};
use crate::shown::shown;

/// Whether a file begins with a header that names a user and an item, and no ends of an edge.
///
/// # Errors
/// A file that cannot be read or unpacked.
pub(super) fn names_users_and_items(input: &Input) -> Result<bool, DataError> {
    let file = TextFile::open(input)?;
    let sample = Sample::new(&file.sample(), None, |row| INTERACTIONS.is_header(row));
    Ok(sample.rows.first().is_some_and(|(_, row)| INTERACTIONS.names_ends(row) && !EDGES.names_ends(row)))
}

/// Reads tables, one for each part: training, validation and test.
pub(super) fn read(raw: &mut Raw, parts: [Option<&Input>; 3], options: &CatalogueOptions) -> Result<(), DataError> {
    let mut sibling = None;
    for (input, part) in parts.into_iter().zip([Part::Train, Part::Valid, Part::Test]) {
        if let Some(input) = input {
            let layout = read_part(raw, input, part, options, sibling.as_deref())?;
            sibling = Some(layout.columns);
        }
    }
    Ok(())
}

fn read_part(
    raw: &mut Raw,
    input: &Input,
    part: Part,
    options: &CatalogueOptions,
    sibling: Option<&[Column]>,
) -> Result<Layout, DataError> {
    let mut file = TextFile::open(input)?.with_breaks();
    let layout = layout(&file, options, sibling)?;
    if layout.header && raw.item_header.is_none() {
        raw.item_header = header_of(&file, &layout);
    }
    raw.notes.extend(layout.guesses.iter().map(|guess| format!("`{}` {guess}", input.name())));
    for (wanted, column, problem) in [
        (raw.times_wanted == Times::Needed, Column::Time, NetworkProblem::NoTimes),
        (options.min_rating.is_some(), Column::Weight, NetworkProblem::NoRatings),
    ] {
        if wanted && layout.place(column).is_none() {
            return Err(DataError::network(file.path, problem));
        }
    }
    read_lines(raw, &mut file, &layout, part)?;
    let n_comments = file.n_late_comments();
    if n_comments > 0 {
        raw.notes.push(format!(
            "`{}` holds {} between its lines; quote an id that begins with `#` or `%`",
            input.name(),
            counted(n_comments, "comment", "comments")
        ));
    }
    Ok(layout)
}

fn read_lines(raw: &mut Raw, file: &mut TextFile<'_>, layout: &Layout, part: Part) -> Result<(), DataError> {
    let (path, mut pending) = (file.path, Pending::default());
    let read = file.for_each_or_earlier(layout.delimiter, layout.header, |line, text, columns| {
        push(raw, &mut pending, layout, (line, text, columns)).map_err(|problem| NetworkLineError { line, problem })?;
        if pending.is_full() { raw.settle(part, &mut pending) } else { Ok(()) }
    });
    // What is wrong with an earlier line is told first.
    raw.settle(part, &mut pending).map_err(|error| in_file(path, error))?;
    read
}

fn push(
    raw: &mut Raw,
    pending: &mut Pending,
    layout: &Layout,
    (number_of_line, line, columns): (usize, &[u8], &Columns),
) -> Result<(), NetworkLineProblem> {
    if !layout.width().contains(&columns.len()) {
        return Err(layout.unfit(columns, line));
    }
    let places = [Column::Source, Column::Target, Column::Weight, Column::Time].map(|own| layout.place(own));
    let [Some(user), Some(item), rating, time] = places else { unreachable!("a layout has both ends") };
    let finite = |place: usize| number(&columns.get(line, place)).filter(|number| number.is_finite());
    let found = |place: usize| shown(&columns.get(line, place));
    let rating = rating.map(|at| finite(at).ok_or_else(|| NetworkLineProblem::NotARating { found: found(at) }));
    let time = time.filter(|_| raw.keeps_times());
    let time = time.map(|at| finite(at).ok_or_else(|| NetworkLineProblem::NotATime { found: found(at) }));
    let (user, item) = (columns.get(line, user), columns.get(line, item));
    let taken = Taken { user: &user, item: &item, rating: rating.transpose()?, time: time.transpose()? };
    raw.take_later(pending, taken, number_of_line)
}

fn layout(file: &TextFile<'_>, options: &CatalogueOptions, sibling: Option<&[Column]>) -> Result<Layout, DataError> {
    let (places, names) = match &options.columns {
        Some(ColumnChoice::Places(places)) => (Some(places), None),
        Some(ColumnChoice::Names(names)) => (None, Some(names)),
        None => (None, None),
    };
    let as_network =
        NetworkOptions { columns: places.cloned(), delimiter: options.delimiter, ..NetworkOptions::default() };
    let delimiter = as_network.check()?;
    if places.is_some_and(|columns| columns.contains(&Column::Relation)) {
        return Err(DataError::BadSetting {
            name: "columns",
            found: "with a relation".to_owned(),
            expected: "`user`, `item` and perhaps `rating`, `time` and `-`".to_owned(),
        });
    }
    if file.begins_with(b"%%MatrixMarket") {
        return Err(DataError::network(file.path, NetworkProblem::MatrixMarket));
    }
    let header = options.header.or(names.map(|_| true));
    let places = places.map(Vec::as_slice);
    let known = Known { delimiter, header, columns: places, sibling, terms: &INTERACTIONS };
    let mut layout = Layout::find(&file.sample(), known).map_err(|error| in_file(file.path, error))?;
    if let Some(names) = names {
        layout.columns = by_names(file, &layout, names)?;
        layout.guesses.clear();
    }
    Ok(layout)
}

/// The columns of the first line.
pub(super) fn header(file: &TextFile<'_>, layout: &Layout) -> Vec<Vec<u8>> {
    let lines = file.sample();
    let first = &lines[..lines.len().min(1)];
    let sample = Sample::new(first, Some(layout.delimiter), |_| true);
    sample.rows.into_iter().next().map(|(_, row)| row).unwrap_or_default()
}

fn by_names(file: &TextFile<'_>, layout: &Layout, names: &[(Column, String)]) -> Result<Vec<Column>, DataError> {
    let header = header(file, layout);
    let mut columns = vec![Column::Ignored; header.len()];
    for (column, name) in names {
        let Some(at) = header.iter().position(|own| own == name.as_bytes()) else {
            let found = header.iter().map(|own| format!("`{}`", shown(own))).collect::<Vec<_>>().join(", ");
            return Err(DataError::catalogue(file.path, CatalogueProblem::NoColumn { name: name.clone(), found }));
        };
        columns[at] = *column;
    }
    Ok(columns)
}

fn header_of(file: &TextFile<'_>, layout: &Layout) -> Option<String> {
    let name = header(file, layout).into_iter().nth(layout.place(Column::Target)?)?;
    String::from_utf8(name).ok()
}

/// Reads the tables of a place.
pub(super) fn read_place(raw: &mut Raw, place: &Place, options: &CatalogueOptions) -> Result<(), DataError> {
    let parts = place.tables()?;
    if parts[0].is_none() {
        return Err(not_in_format(place, Format::Table));
    }
    read(raw, parts, options)?;
    let joined = |name: &String| {
        let is_it = |path: &std::path::PathBuf| path.file_name().is_some_and(|own| own.to_string_lossy() == *name);
        options.attributes.iter().chain(&options.graphs).chain(&options.links).any(is_it)
    };
    let others: Vec<_> = place.others(&parts).into_iter().filter(|name| !joined(name)).collect();
    if !others.is_empty() {
        let names: Vec<_> = others.iter().map(|name| format!("`{name}`")).collect();
        raw.notes.push(format!(
            "{} beside it not used; `--attributes` takes a table of the items, `--graph` one of facts",
            names.join(", ")
        ));
    }
    Ok(())
}
