//! Folders of RippleNet, KGCN and their kin, as their `preprocess.py` leaves them.
//!
//! `ratings_final` holds user, item and label by new numbers; label 0 is a negative that was drawn and is left out.
//! Line `k` (from 0) of `item_index2entity_id.txt` holds the original id of item `k`, which is also entity `k` of
//! `kg_final`. Where `kg.txt` has as many lines as `kg_final`, it gives the names of relations and entities.

use super::graph::at_line;
use super::matrix::Array;
use super::not_in_format;
use super::options::Format;
use super::place::Place;
use super::raw::{Node, Part, Raw, Readable, Taken};
use crate::DataError;
use crate::network::NetworkLineProblem;
use crate::network::columns::{Columns, Delimiter, text};
use crate::network::ids::whole_number;
use crate::network::notes::counted;
use crate::network::text_file::TextFile;
use crate::network::unpack::Input;
use crate::shown::shown;

/// An original id of an item, and the entity it was linked with.
struct Index {
    items: Vec<(Box<str>, Box<str>)>,
}

pub(super) fn read(raw: &mut Raw, place: &Place) -> Result<(), DataError> {
    let find = |name: &str| place.find(&format!("{name}.txt")).or_else(|| place.find(&format!("{name}.npy")));
    let Some(ratings) = find("ratings_final") else { return Err(not_in_format(place, Format::RippleNet)) };
    let index = place.find("item_index2entity_id.txt").map(|input| read_index(raw, input)).transpose()?;
    let n_negatives = read_ratings(raw, ratings, index.as_ref())?;
    if n_negatives > 0 {
        let negatives = counted(n_negatives, "negative", "negatives");
        raw.notes.push(format!("`{}` holds {negatives} (label 0), left out", ratings.name()));
    }
    if let Some(graph) = find("kg_final") {
        read_graph(raw, graph, place.find("kg.txt"), index.as_ref())?;
    }
    Ok(())
}

/// Reads the original ids, and makes an item of each, in their order.
fn read_index(raw: &mut Raw, input: &Input) -> Result<Index, DataError> {
    let mut index = Index { items: Vec::new() };
    let mut file = TextFile::open(input)?;
    file.for_each(Delimiter::Blanks, false, |_, line, columns| {
        check(columns, line, 2, "2 columns (original item, entity)")?;
        let [item, entity] = [0, 1].map(|k| columns.get(line, k));
        if let Some(first) = raw.items.find(&item) {
            return Err(NetworkLineProblem::Repeated { what: "id", id: shown(&item), first: first as usize + 1 });
        }
        raw.items.node(&item)?;
        index.items.push((text(&item)?.into(), text(&entity)?.into()));
        Ok(())
    })?;
    Ok(index)
}

/// Takes in what is labelled 1; the number of the others.
fn read_ratings(raw: &mut Raw, input: &Input, index: Option<&Index>) -> Result<usize, DataError> {
    let mut n_negatives = 0;
    rows(input, "3 columns (user, item, label)", |[user, item, label]| {
        let id = match (index, whole_number(item)) {
            (None, _) => item,
            (Some(_), None) => return Err(not_a_number("an item (a whole number)", item)),
            (Some(index), Some(number)) => match index.items.get(number as usize) {
                Some((id, _)) => id.as_bytes(),
                None => return Err(unlisted(item)),
            },
        };
        match label {
            b"1" => raw.take(Part::Train, Taken { user, item: id, rating: None, time: None }),
            b"0" => {
                n_negatives += 1;
                Ok(())
            }
            other => Err(NetworkLineProblem::Unexpected {
                expected: "a label, 1 (taken) or 0 (a negative)",
                text: shown(other),
                hint: "give ratings as a table of user, item and rating: `--format table`",
            }),
        }
    })?;
    Ok(n_negatives)
}

fn not_a_number(expected: &'static str, found: &[u8]) -> NetworkLineProblem {
    NetworkLineProblem::Unexpected {
        expected,
        text: shown(found),
        hint: "the files of RippleNet go by numbers from 0; give other tables by `--format table`",
    }
}

fn unlisted(found: &[u8]) -> NetworkLineProblem {
    NetworkLineProblem::Unexpected {
        expected: "an item that `item_index2entity_id.txt` lists",
        text: shown(found),
        hint: "line k of that file, counted from 0, belongs to item k",
    }
}

fn read_graph(raw: &mut Raw, input: &Input, named: Option<&Input>, index: Option<&Index>) -> Result<(), DataError> {
    let mut facts: Vec<[u32; 3]> = Vec::new();
    rows(input, "3 columns (head, relation, tail)", |columns| {
        let mut fact = [0; 3];
        for (number, column) in fact.iter_mut().zip(columns) {
            let found = || not_a_number("an entity or relation (a whole number)", column);
            *number = whole_number(column).and_then(|number| u32::try_from(number).ok()).ok_or_else(found)?;
        }
        facts.push(fact);
        Ok(())
    })?;
    let originals = match named {
        Some(named) => Originals::read(named, &facts)?,
        None => None,
    };
    if originals.is_none() {
        raw.notes.extend(
            named.map(|named| format!("`{}` is not used, as it does not go with `{}`", named.name(), input.name())),
        );
    }
    let (entities, relations) = originals.map(|found| (found.entities, found.relations)).unwrap_or_default();
    let failed = |problem| at_line(input, 1, problem);
    let n_items = index.map_or(0, |index| index.items.len());
    let node = |raw: &mut Raw, number: u32| match index {
        Some(_) if (number as usize) < n_items => Ok(Node::Item(number)),
        Some(_) => {
            raw.entities.node(entities.get(number as usize).unwrap_or(&number.to_string()).as_bytes()).map(Node::Entity)
        }
        None => raw.node(number.to_string().as_bytes(), "entity"),
    };
    for [head, relation, tail] in facts {
        let name = relations.get(relation as usize).map_or_else(|| relation.to_string(), str::to_owned);
        let fact = (
            node(raw, head).map_err(failed)?,
            raw.relation(name.as_bytes()).map_err(failed)?,
            node(raw, tail).map_err(failed)?,
        );
        raw.facts.push(fact);
    }
    if let Some(index) = index {
        raw.by_links = true;
        for (item, (_, entity)) in index.items.iter().enumerate() {
            raw.link(item as u32, entity.as_bytes()).map_err(failed)?;
        }
    }
    Ok(())
}

/// What `kg.txt` calls the numbers of `kg_final`.
#[derive(Default)]
struct Originals {
    entities: Readable,
    relations: Readable,
}

impl Originals {
    /// The names, if the lines of both files go together.
    fn read(input: &Input, facts: &[[u32; 3]]) -> Result<Option<Self>, DataError> {
        let mut found = Self::default();
        // Numbers are at most as large as there may be lines, or else no table of them is made.
        let most = 16 * facts.len() + 1_000_000;
        let mut k = 0;
        let mut fits = facts.iter().flatten().all(|&number| (number as usize) < most);
        let mut file = TextFile::open(input)?;
        file.for_each(Delimiter::Blanks, false, |_, line, columns| {
            check(columns, line, 3, "3 columns (head, relation, tail)")?;
            let Some(&[head, relation, tail]) = facts.get(k).filter(|_| fits) else {
                fits = false;
                return Ok(());
            };
            k += 1;
            for (number, column) in [(head, 0), (relation, 1), (tail, 2)] {
                let names = if column == 1 { &mut found.relations } else { &mut found.entities };
                let name = columns.get(line, column);
                let name = text(&name)?;
                names.set(number, name);
                fits &= names.get(number as usize) == Some(name);
            }
            Ok(())
        })?;
        Ok((fits && k == facts.len()).then_some(found))
    }
}

/// Gives the three columns of each line of a text, or of each row of an array, to `each`.
fn rows(
    input: &Input,
    expected: &str,
    mut each: impl FnMut([&[u8]; 3]) -> Result<(), NetworkLineProblem>,
) -> Result<(), DataError> {
    if input.name().to_ascii_lowercase().ends_with(".npy") {
        let array = Array::read(input)?;
        for (row, numbers) in array.rows_of_whole_numbers(3, &input.path)?.enumerate() {
            let texts: Vec<String> = numbers.iter().map(u64::to_string).collect();
            each([0, 1, 2].map(|k| texts[k].as_bytes())).map_err(|problem| at_line(input, row + 1, problem))?;
        }
        return Ok(());
    }
    let mut file = TextFile::open(input)?;
    file.for_each(Delimiter::Blanks, false, |_, line, columns| {
        check(columns, line, 3, expected)?;
        let columns = [0, 1, 2].map(|k| columns.get(line, k));
        each([&columns[0], &columns[1], &columns[2]])
    })
}

fn check(columns: &Columns, line: &[u8], width: usize, expected: &str) -> Result<(), NetworkLineProblem> {
    if columns.len() == width {
        return Ok(());
    }
    Err(NetworkLineProblem::Width { expected: expected.to_owned(), found: columns.len(), text: shown(line) })
}
