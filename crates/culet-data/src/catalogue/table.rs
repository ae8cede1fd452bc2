//! Tables of interactions: a user and an item a line, perhaps with a rating and a time.

use super::not_in_format;
use super::options::{CatalogueOptions, ColumnChoice, Format};
use super::place::Place;
use super::problem::CatalogueProblem;
use super::raw::{Part, Pending, Raw, Taken, Times};
use crate::DataError;
use crate::network::columns::{Columns, Delimiter, number};
use crate::network::layout::{Known, Layout};
use crate::network::notes::counted;
use crate::network::sample::Sample;
use crate::network::terms::{EDGES, INTERACTIONS, Terms};
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
    let layout = layout(input, &file, options, sibling)?;
    if layout.header && raw.item_header.is_none() {
        raw.item_header = header_of(&file, &layout, Column::Target);
        raw.user_header = header_of(&file, &layout, Column::Source);
    }
    raw.notes.extend(layout.guesses.iter().map(|guess| format!("`{}` {guess}", input.name())));
    for (wanted, column, what) in [
        (raw.times_wanted == Times::Needed, Column::Time, "times"),
        (options.min_rating.is_some(), Column::Weight, "ratings"),
    ] {
        if wanted && layout.place(column).is_none() {
            let problem = CatalogueProblem::Lacks { what, columns: Some(columns_with(&layout, column)) };
            return Err(DataError::catalogue(file.path, problem));
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
    check_width(layout, line, columns)?;
    let places = [Column::Source, Column::Target, Column::Weight, Column::Time].map(|own| layout.place(own));
    let [Some(user), Some(item), rating, time] = places else { unreachable!("a layout has both ends") };
    let (user, item) = (columns.get_or_empty(line, user), columns.get_or_empty(line, item));
    if raw.leaves_out([(&user, "user"), (&item, "item")])? {
        return Ok(());
    }
    // Who leaves nothing out by its rating needs none.
    let rating = rating.filter(|&at| raw.ratings.min.is_some() || !columns.get_or_empty(line, at).is_empty());
    let rating = rating.map(|at| rating_of(&columns.get_or_empty(line, at), || Some(layout.words(Column::Weight))));
    let time = time.filter(|_| raw.keeps_times()).map(|at| raw.time(&columns.get_or_empty(line, at)));
    let taken = Taken { user: &user, item: &item, rating: rating.transpose()?, time: time.transpose()? };
    raw.take_later(pending, taken, number_of_line);
    Ok(())
}

/// Whether a line has as many columns as the layout; the last may be empty and not there.
pub(super) fn check_width(layout: &Layout, line: &[u8], columns: &Columns) -> Result<(), NetworkLineProblem> {
    let lacks_the_last = columns.len() + 1 == layout.width().start && ends_open(line, layout);
    match lacks_the_last || layout.width().contains(&columns.len()) {
        true => Ok(()),
        false => Err(layout.unfit(columns, line)),
    }
}

/// Whether a line ends with what separates columns, so that the next one is there and empty.
fn ends_open(line: &[u8], layout: &Layout) -> bool {
    matches!(layout.delimiter, Delimiter::Byte(byte) if line.trim_ascii_end().last() == Some(&byte) || line.last() == Some(&byte))
}

/// The rating in a column; `without` gives what to say of the columns if there were none.
pub(super) fn rating_of(column: &[u8], without: impl Fn() -> Option<String>) -> Result<f64, NetworkLineProblem> {
    let finite = number(column).filter(|number| number.is_finite());
    finite.ok_or_else(|| NetworkLineProblem::NotARating { found: shown(column), without: without() })
}

/// What a person would say to name a column that was not found.
fn columns_with(layout: &Layout, wanted: Column) -> String {
    let word = INTERACTIONS.word(wanted);
    if layout.header {
        return format!("user=NAME,item=NAME,{word}=NAME");
    }
    let mut words: Vec<_> = layout.columns.iter().map(|&column| INTERACTIONS.word(column)).collect();
    // A column of another meaning, or one that is not there yet.
    match layout.columns.iter().rposition(|column| !matches!(column, Column::Source | Column::Target)) {
        Some(at) => words[at] = word,
        None => words.push(word),
    }
    words.join(",")
}

/// The error of a header that names items and no users.
pub(super) fn no_users(input: &Input, header: &[Vec<u8>]) -> DataError {
    let item = header.iter().find(|name| INTERACTIONS.names_column(name, Column::Target));
    let item = item.map(|name| shown(name)).unwrap_or_default();
    DataError::catalogue(&input.path, CatalogueProblem::NoUsers { item, text: shown(&header.join(&b',')) })
}

pub(super) fn layout(
    input: &Input,
    file: &TextFile<'_>,
    options: &CatalogueOptions,
    sibling: Option<&[Column]>,
) -> Result<Layout, DataError> {
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
    if options.columns.is_none() && sibling.is_none() && header != Some(false) {
        check_users(input, file, delimiter)?;
    }
    let places = places.map(Vec::as_slice);
    let known = Known { delimiter, header, columns: places, sibling, terms: &INTERACTIONS };
    let mut layout = Layout::find(&file.sample(), known).map_err(|error| in_file(file.path, error))?;
    if let Some(names) = names {
        layout.columns = by_names(file, &layout, names)?;
        layout.guesses.clear();
    }
    Ok(layout)
}

/// Refuses a header that names items and no users.
fn check_users(input: &Input, file: &TextFile<'_>, delimiter: Option<Delimiter>) -> Result<(), DataError> {
    let sample = Sample::new(&file.sample(), delimiter, |row| INTERACTIONS.is_header(row));
    match sample.rows.first() {
        Some((_, first)) if is_of_items_alone(first) => Err(no_users(input, first)),
        _ => Ok(()),
    }
}

/// Whether a file begins with a header that names items, and neither users nor an end of an edge.
pub(super) fn names_items_alone(input: &Input) -> bool {
    TextFile::open(input).is_ok_and(|file| {
        let sample = Sample::new(&file.sample(), None, |row| INTERACTIONS.is_header(row));
        sample.rows.first().is_some_and(|(_, first)| is_of_items_alone(first))
    })
}

fn is_of_items_alone(row: &[Vec<u8>]) -> bool {
    let names = |terms: &Terms, column: Column| row.iter().any(|name| terms.names_column(name, column));
    let is_edge = names(&EDGES, Column::Source) || names(&EDGES, Column::Target);
    row.len() > 1 && names(&INTERACTIONS, Column::Target) && !names(&INTERACTIONS, Column::Source) && !is_edge
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

fn header_of(file: &TextFile<'_>, layout: &Layout, column: Column) -> Option<String> {
    let name = header(file, layout).into_iter().nth(layout.place(column)?)?;
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
