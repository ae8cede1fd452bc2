//! MovieLens as it is distributed, from the zip or the unpacked folder.
//!
//! Genres become a relation, the decade of the year at the end of a title another; titles are names. Tags, links to
//! other data bases and the data of users are not used, nor the parts that the 100K set comes with.

use std::borrow::Cow;

use super::attributes::{self, ItemColumn, ItemTable, Told};
use super::not_in_format;
use super::options::{CatalogueOptions, Format};
use super::place::Place;
use super::raw::{Part, Raw, Taken};
use super::table::{self, rating_of};
use crate::DataError;
use crate::network::NetworkLineProblem;
use crate::network::columns::{Columns, Delimiter};
use crate::network::text_file::TextFile;
use crate::network::unpack::Input;
use crate::shown::shown;

const TABS: Delimiter = Delimiter::Exact(b"\t");
const BARS: Delimiter = Delimiter::Exact(b"|");
const COLONS: Delimiter = Delimiter::Exact(b"::");

/// The genres behind the flags of `u.item`, if no `u.genre` names them.
const GENRES: [&str; 19] = [
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
];

/// The columns of `u.item` before the flags.
const BEFORE_FLAGS: usize = 5;

pub(super) fn read(raw: &mut Raw, place: &Place) -> Result<(), DataError> {
    raw.item_header = Some("movieId".to_owned());
    if let Some(ratings) = place.find("u.data") {
        read_ratings(raw, ratings, TABS)?;
        place.find("u.item").map_or(Ok(()), |movies| read_flagged(raw, movies))
    } else if let Some(ratings) = place.find("ratings.dat") {
        read_ratings(raw, ratings, COLONS)?;
        place.find("movies.dat").map_or(Ok(()), |movies| read_movies(raw, movies))
    } else if let Some(ratings) = place.find("ratings.csv") {
        let options = CatalogueOptions { min_rating: raw.ratings.min, ..CatalogueOptions::default() };
        table::read(raw, [Some(ratings), None, None], &options)?;
        place.find("movies.csv").map_or(Ok(()), |movies| attributes::read(raw, movies))
    } else {
        Err(not_in_format(place, Format::MovieLens))
    }
}

/// Lines of user, movie, rating and time.
fn read_ratings(raw: &mut Raw, input: &Input, delimiter: Delimiter) -> Result<(), DataError> {
    let mut file = TextFile::open(input)?.without_comments();
    file.for_each(delimiter, false, |_, line, columns| {
        check(columns, line, 4, "4 columns (user, movie, rating, time)")?;
        let [user, item, rating, time] = [0, 1, 2, 3].map(|k| columns.get(line, k));
        let (rating, time) = (rating_of(&rating, || None)?, raw.time(&time)?);
        raw.take(Part::Train, Taken { user: &user, item: &item, rating: Some(rating), time: Some(time) })
    })
}

/// Lines of movie, title and genres between bars.
fn read_movies(raw: &mut Raw, input: &Input) -> Result<(), DataError> {
    let mut table = new_table(input, Told::Nothing);
    let mut file = TextFile::open(input)?.without_comments();
    file.for_each(COLONS, false, |_, line, columns| {
        check(columns, line, 3, "3 columns (movie, title, genres)")?;
        let [id, title, genres] = [0, 1, 2].map(|k| columns.get(line, k));
        push(raw, &mut table, &id, &title, &latin(&genres))
    })?;
    table.join(raw).map_err(|problem| DataError::network_line(&input.path, 1, problem))
}

/// Lines of `u.item`: movie, title, two dates, an address and a flag for each genre.
fn read_flagged(raw: &mut Raw, input: &Input) -> Result<(), DataError> {
    let mut table = new_table(input, Told::Nothing);
    let mut file = TextFile::open(input)?.without_comments();
    file.for_each(BARS, false, |_, line, columns| {
        check(columns, line, BEFORE_FLAGS + GENRES.len(), "24 columns (movie, title, dates, address, 19 genres)")?;
        let mut own = Vec::new();
        for (k, genre) in GENRES.iter().enumerate() {
            match columns.get(line, BEFORE_FLAGS + k).as_ref() {
                b"1" => own.push(*genre),
                b"0" => {}
                other => {
                    return Err(NetworkLineProblem::Unexpected {
                        expected: "0 or 1 for each genre",
                        text: shown(other),
                        hint: "fetch the data set again",
                    });
                }
            }
        }
        push(raw, &mut table, &columns.get(line, 0), &columns.get(line, 1), &own.join("|"))
    })?;
    table.join(raw).map_err(|problem| DataError::network_line(&input.path, 1, problem))
}

fn new_table(input: &Input, told: Told) -> ItemTable {
    let columns = ["title", "genre"].map(|name| ItemColumn::new(name.to_owned(), told)).into_iter().collect();
    ItemTable { source: input.name(), items: Vec::new(), columns }
}

fn push(raw: &mut Raw, table: &mut ItemTable, id: &[u8], title: &[u8], genres: &str) -> Result<(), NetworkLineProblem> {
    if raw.leaves_out([(id, "movie")])? {
        return Ok(());
    }
    table.items.push(raw.items.node(id)?);
    table.columns[0].cells.push(&latin(title));
    table.columns[1].cells.push(genres);
    Ok(())
}

/// The text in UTF-8, or else in Latin-1, as the older sets have it.
fn latin(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
    }
}

fn check(columns: &Columns, line: &[u8], width: usize, expected: &str) -> Result<(), NetworkLineProblem> {
    if columns.len() == width {
        return Ok(());
    }
    Err(NetworkLineProblem::Width { expected: expected.to_owned(), found: columns.len(), text: shown(line) })
}
