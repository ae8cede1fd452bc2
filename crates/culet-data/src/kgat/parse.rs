//! One parser for each kind of file: bytes in, ids and borrowed text out, no file touched.

use culet_graph::Triplet;

use super::bytes::{at, columns, id, lines, raw_id, split_last_column, trim, utf8};
use super::{LineError, LineProblem};
use crate::shown::shown;

/// The largest id of a kind in a file, and its first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Largest {
    /// The id, counted from 0.
    pub id: u32,
    /// The line, counted from 1.
    pub line: usize,
}

/// The content of `train.txt`, `valid.txt` or `test.txt`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedInteractions {
    /// (user, item), in the order of the file, repeats included, counted from 0.
    pub pairs: Vec<(u32, u32)>,
    /// The largest user, users without items included.
    pub largest_user: Option<Largest>,
    /// The largest item.
    pub largest_item: Option<Largest>,
    /// For each line that holds anything, its number and where its pairs end.
    pub rows: Vec<(usize, usize)>,
}

impl ParsedInteractions {
    /// The line of a pair.
    ///
    /// # Panics
    /// If there is no such pair.
    #[must_use]
    pub fn line_of(&self, pair: usize) -> usize {
        self.rows[self.rows.partition_point(|&(_, end)| end <= pair)].0
    }
}

/// The content of `kg_final.txt`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedTriplets {
    /// The facts in the order of the file, duplicates included, counted from 0.
    pub triplets: Vec<Triplet>,
    /// The largest entity.
    pub largest_entity: Option<Largest>,
    /// The largest relation.
    pub largest_relation: Option<Largest>,
}

/// A line of a list or of a file of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The number, as it stands in the file.
    pub index: u32,
    /// The external id or the name.
    pub text: &'a str,
    /// The line, counted from 1.
    pub line: usize,
}

/// Parses lines of a user and the items the user took.
///
/// `base` (0 or 1) is what the file counts from.
///
/// # Errors
/// The first line with something that is no id.
pub fn parse_interactions(text: &[u8], base: u32) -> Result<ParsedInteractions, LineError> {
    // A pair takes about six bytes in published files; a guess that is too low costs a copy.
    let mut parsed = ParsedInteractions { pairs: Vec::with_capacity(text.len() / 6), ..Default::default() };
    for (number, line) in lines(text) {
        let mut columns = columns(line);
        let user = id(columns.next().unwrap_or_default(), "user", base).map_err(at(number))?;
        widen(&mut parsed.largest_user, user, number);
        for column in columns {
            let item = id(column, "item", base).map_err(at(number))?;
            widen(&mut parsed.largest_item, item, number);
            parsed.pairs.push((user, item));
        }
        parsed.rows.push((number, parsed.pairs.len()));
    }
    Ok(parsed)
}

/// Parses lines of head, relation and tail.
///
/// `base` (0 or 1) is what the file counts from.
///
/// # Errors
/// The first line with something that is no id, or without three columns.
pub fn parse_triplets(text: &[u8], base: u32) -> Result<ParsedTriplets, LineError> {
    let mut parsed = ParsedTriplets { triplets: Vec::with_capacity(text.len() / 12), ..Default::default() };
    for (number, line) in lines(text) {
        let triplet = triplet(line, base).map_err(at(number))?;
        widen(&mut parsed.largest_entity, triplet.head.max(triplet.tail), number);
        widen(&mut parsed.largest_relation, triplet.relation, number);
        parsed.triplets.push(triplet);
    }
    Ok(parsed)
}

fn triplet(line: &[u8], base: u32) -> Result<Triplet, LineProblem> {
    let mut rest = columns(line);
    let (Some(head), Some(relation), Some(tail), None) = (rest.next(), rest.next(), rest.next(), rest.next()) else {
        return Err(LineProblem::Columns { found: columns(line).count(), text: shown(line) });
    };
    Ok(Triplet {
        head: id(head, "entity", base)?,
        relation: id(relation, "relation", base)?,
        tail: id(tail, "entity", base)?,
    })
}

/// Parses a list of external ids under a header with `org_id` first and `remap_id` somewhere after it.
///
/// `what` is the kind of thing listed. An external id may contain blanks; columns at the end may be missing.
///
/// # Errors
/// A missing header; the first line with too few columns, a number that is no id, or text that is not UTF-8; a number
/// that stands twice.
pub fn parse_list<'a>(text: &'a [u8], what: &'static str) -> Result<Vec<Entry<'a>>, LineError> {
    let mut lines = lines(text);
    let (number, header) = lines.next().unwrap_or((1, b""));
    let header = Header::new(header).map_err(at(number))?;
    let parse = |(line, text)| header.entry(text, line, what).map_err(at(line));
    let entries = lines.map(parse).collect::<Result<Vec<_>, _>>()?;
    each_once(entries, what)
}

/// Where the columns of a list stand.
struct Header {
    /// Columns between `org_id` and `remap_id`.
    between: usize,
    /// Columns after `remap_id`.
    after: usize,
}

impl Header {
    fn new(line: &[u8]) -> Result<Self, LineProblem> {
        let words: Vec<_> = columns(line).collect();
        let number = words.iter().position(|&word| word == b"remap_id");
        match (words.first(), number) {
            (Some(&b"org_id"), Some(number)) => Ok(Self { between: number - 1, after: words.len() - 1 - number }),
            _ => Err(LineProblem::Header { found: shown(line) }),
        }
    }

    /// The external id is what is left when the other columns are taken from the right.
    fn entry<'a>(&self, line: &'a [u8], number: usize, what: &'static str) -> Result<Entry<'a>, LineProblem> {
        let columns = columns(line).count();
        let too_few = || LineProblem::ListColumns { text: shown(line) };
        let present = columns.checked_sub(2 + self.between).ok_or_else(too_few)?;
        let mut rest = line;
        for _ in 0..present.min(self.after) {
            rest = split_last_column(rest).ok_or_else(too_few)?.0;
        }
        let (mut rest, index) = split_last_column(rest).ok_or_else(too_few)?;
        for _ in 0..self.between {
            rest = split_last_column(rest).ok_or_else(too_few)?.0;
        }
        Ok(Entry { index: raw_id(index, what)?, text: utf8(trim(rest))?, line: number })
    }
}

/// Parses lines of a number, a tab and a name; the name is all that follows, blanks included.
///
/// # Errors
/// The first line without a tab, with a number that is no id, or a name that is not UTF-8; a number that stands twice.
pub fn parse_names<'a>(text: &'a [u8], what: &'static str) -> Result<Vec<Entry<'a>>, LineError> {
    let parse = |(line, text)| name(text, line, what).map_err(at(line));
    let entries = lines(text).map(parse).collect::<Result<Vec<_>, _>>()?;
    each_once(entries, what)
}

fn name<'a>(line: &'a [u8], number: usize, what: &'static str) -> Result<Entry<'a>, LineProblem> {
    let tab = line.iter().position(|&byte| byte == b'\t');
    let tab = tab.ok_or_else(|| LineProblem::NoTab { text: shown(line) })?;
    Ok(Entry { index: raw_id(trim(&line[..tab]), what)?, text: utf8(&line[tab + 1..])?, line: number })
}

/// The entries, if no number stands twice.
fn each_once<'a>(entries: Vec<Entry<'a>>, what: &'static str) -> Result<Vec<Entry<'a>>, LineError> {
    if entries.is_sorted_by(|a, b| a.index < b.index) {
        return Ok(entries);
    }
    let mut sorted: Vec<_> = entries.iter().map(|entry| (entry.index, entry.line)).collect();
    sorted.sort_unstable();
    let repeats = sorted.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    match repeats.min_by_key(|pair| pair[1].1) {
        Some(pair) => {
            let problem = LineProblem::Repeated { what, id: pair[0].0.into(), first: pair[0].1 };
            Err(LineError { line: pair[1].1, problem })
        }
        None => Ok(entries),
    }
}

#[inline]
fn widen(largest: &mut Option<Largest>, id: u32, line: usize) {
    if largest.is_none_or(|largest| id > largest.id) {
        *largest = Some(Largest { id, line });
    }
}
