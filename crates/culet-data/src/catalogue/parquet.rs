//! Parquet tables of interactions: a user, an item and perhaps a rating and a time a row.
//!
//! Columns go by their names, as those of other tables do, or by `--columns user=NAME,item=NAME`. Ids are texts or whole
//! numbers, ratings and times numbers; none of them may be null or nested. Pages may be packed by Snappy, or not.

use super::not_in_format;
use super::options::{CatalogueOptions, ColumnChoice, Format};
use super::place::Place;
use super::problem::CatalogueProblem;
use super::raw::{Part, Raw, Taken};
use crate::DataError;
use crate::columns::{ColumnReader, Mixed};
use crate::network::terms::INTERACTIONS;
use crate::network::unpack::Input;
use crate::network::{Column, NetworkProblem};

const SORTS: [Column; 4] = [Column::Source, Column::Target, Column::Weight, Column::Time];

pub(super) fn read(raw: &mut Raw, place: &Place, options: &CatalogueOptions) -> Result<(), DataError> {
    let input = match &place.files[..] {
        [input] => input,
        _ => place.ending_in("parquet").next().ok_or_else(|| not_in_format(place, Format::Parquet))?,
    };
    let wrong = |what: String| {
        DataError::catalogue(&input.path, CatalogueProblem::Malformed { format: "a Parquet table", what })
    };
    let reader = ColumnReader::of(input.columns()?).map_err(wrong)?;
    let names = names(raw, input, &reader, options)?;
    for (wanted, place, problem) in
        [(raw.with_times, 3, NetworkProblem::NoTimes), (raw.ratings.min.is_some(), 2, NetworkProblem::NoRatings)]
    {
        if wanted && names[place].is_none() {
            return Err(DataError::network(&input.path, problem));
        }
    }
    let flat = |name: &Option<String>| name.as_ref().map(|name| reader.flat(name)).transpose();
    let places = [flat(&names[0]), flat(&names[1]), flat(&names[2]), flat(&names[3])];
    let [user, item, rating, time] = places.map(|place| place.map_err(wrong));
    let (user, item, rating, time) = (user?, item?, rating?, time?.filter(|_| raw.with_times));
    let mut row = 0;
    for group in 0..reader.n_groups() {
        let column = |at: Option<usize>| at.map(|at| reader.group(group, at)).transpose().map_err(wrong);
        let columns = [column(user)?, column(item)?, column(rating)?, column(time)?];
        let n = columns.iter().flatten().map(Mixed::len).max().unwrap_or(0);
        if columns.iter().flatten().any(|column| column.len() != n) {
            return Err(wrong("its columns are not equally long".into()));
        }
        for k in 0..n {
            row += 1;
            take(raw, &columns, k)
                .map_err(|what| DataError::catalogue(&input.path, CatalogueProblem::Row { row, what }))?;
        }
    }
    Ok(())
}

/// The names of the columns of users, items, ratings and times.
fn names(
    raw: &mut Raw,
    input: &Input,
    reader: &ColumnReader,
    options: &CatalogueOptions,
) -> Result<[Option<String>; 4], DataError> {
    let roots = reader.roots();
    let found = || roots.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let missing = |name: &str| {
        DataError::catalogue(&input.path, CatalogueProblem::NoColumn { name: name.to_owned(), found: found() })
    };
    let names = match &options.columns {
        Some(ColumnChoice::Names(names)) => {
            if let Some((_, name)) = names.iter().find(|(_, name)| !roots.contains(name)) {
                return Err(missing(name));
            }
            SORTS.map(|sort| names.iter().find(|(own, _)| *own == sort).map(|(_, name)| name.clone()))
        }
        Some(places @ ColumnChoice::Places(_)) => {
            return Err(DataError::BadSetting {
                name: "columns",
                found: places.words(),
                expected: "the names of the columns of a Parquet table: `user=NAME,item=NAME`".to_owned(),
            });
        }
        None => SORTS.map(|sort| {
            let words: Vec<_> = roots.iter().map(|name| INTERACTIONS.header_word(name.as_bytes())).collect();
            let (_, usual) = INTERACTIONS.headers.iter().find(|(own, _)| *own == sort)?;
            usual.iter().find_map(|name| words.iter().position(|word| word == name)).map(|at| roots[at].clone())
        }),
    };
    for (k, word) in ["user", "item"].into_iter().enumerate() {
        if names[k].is_none() {
            return Err(missing(word));
        }
    }
    raw.item_header.clone_from(&names[1]);
    Ok(names)
}

fn take(raw: &mut Raw, columns: &[Option<Mixed>; 4], k: usize) -> Result<(), String> {
    let mut ids = [Vec::new(), Vec::new()];
    for ((id, column), what) in ids.iter_mut().zip(columns).zip(["user", "item"]) {
        match column {
            Some(Mixed::Texts(texts)) => *id = texts[k].clone().unwrap_or_default(),
            Some(Mixed::Whole(numbers)) => *id = numbers[k].map(|number| number.to_string()).unwrap_or_default().into(),
            _ => return Err(format!("the {what} is a float, expected a text or a whole number")),
        }
        if id.is_empty() {
            return Err(format!("the {what} is null or empty, expected an id"));
        }
    }
    let number = |column: &Option<Mixed>, what: &str| {
        let value = match column {
            None => return Ok(None),
            Some(Mixed::Whole(numbers)) => numbers[k].map(|number| number as f64),
            Some(Mixed::Reals(numbers)) => numbers[k],
            Some(Mixed::Texts(_)) => return Err(format!("the {what} is a text, expected a number")),
        };
        match value {
            Some(value) if value.is_finite() => Ok(Some(value)),
            Some(value) => Err(format!("the {what} is {value}, expected a finite number")),
            None => Err(format!("the {what} is null, expected a number")),
        }
    };
    let (rating, time) = (number(&columns[2], "rating")?, number(&columns[3], "time")?);
    let taken = Taken { user: &ids[0], item: &ids[1], rating, time };
    raw.take(Part::Train, taken).map_err(|problem| problem.to_string())
}
