//! Facts in a table of their own: head, relation, tail; and tables of the items that entities stand for. Either may be
//! text, Parquet or Arrow.

use std::borrow::Cow;

use super::foreign;
use super::ntriples;
use super::problem::CatalogueProblem;
use super::raw::Raw;
use crate::DataError;
use crate::columns::ForeignTable;
use crate::network::columns::{Columns, Delimiter};
use crate::network::notes::counted;
use crate::network::sample::{Sample, word};
use crate::network::terms::ITEM;
use crate::network::text_file::TextFile;
use crate::network::unpack::Input;
use crate::network::{NetworkLineError, NetworkLineProblem};
use crate::shown::shown;

/// What the columns of a file of facts are called, as [`word`] writes it.
const HEAD: &[&str] = &["head", "headid", "subject", "source", "h", "from"];
const RELATION: &[&str] = &["relation", "relationid", "predicate", "rel", "r", "relationtype", "type"];
const TAIL: &[&str] = &["tail", "tailid", "object", "target", "t", "to"];
const ENTITY: &[&str] = &["entity", "entityid", "entities", "node", "uri", "iri", "freebaseid", "wikidataid"];

/// Joins a file of facts, a table or N-Triples: an id is that of an item if there is one of the kind (unless links tell
/// which entities are items), or else that of an entity.
///
/// # Errors
/// A file that cannot be read, a line that is no fact, facts about nothing that is known.
pub(super) fn join(raw: &mut Raw, input: &Input) -> Result<(), DataError> {
    let before = (raw.facts.len(), raw.relations.len());
    let mut known = read(raw, input)?;
    if raw.by_links && !known.any && known.first.is_some() {
        // Links are about the entities of other files; this one may go by the ids of items.
        raw.facts.truncate(before.0);
        raw.by_links = false;
        let again = read(raw, input);
        raw.by_links = true;
        known = again?;
        if known.any {
            raw.notes.push(format!("`{}` goes by the ids of the items, not by links", input.name()));
        }
    }
    if let Some(id) = known.first.filter(|_| !known.any) {
        return Err(unrelated(raw, input, "items and entities", id));
    }
    let facts = counted(raw.facts.len() - before.0, "fact", "facts");
    let relations = counted(raw.relations.len() - before.1, "new relation", "new relations");
    raw.notes.push(format!("`{}` gives {facts}, with {relations}", input.name()));
    Ok(())
}

fn read(raw: &mut Raw, input: &Input) -> Result<Known, DataError> {
    let mut known = Known { n_before: raw.entities.len(), ..Known::default() };
    if input.is_foreign()? {
        read_foreign(raw, input, &mut known)?;
    } else if ntriples::is_like(input)? {
        ntriples::read(raw, input, &mut known)?;
    } else {
        read_table(raw, input, &mut known)?;
    }
    Ok(known)
}

/// The error of a file about nothing that is known, with its first id.
pub(super) fn unrelated(raw: &Raw, input: &Input, known: &'static str, id: String) -> DataError {
    let item = if raw.items.len() > 0 { shown(raw.items.id(0).as_bytes()) } else { String::new() };
    DataError::catalogue(&input.path, CatalogueProblem::Unrelated { known, id, item })
}

/// Whether a file is about anything that was known before.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// How many entities there were.
    n_before: usize,
    any: bool,
    first: Option<String>,
}

impl Known {
    #[inline]
    pub(super) fn look(&mut self, raw: &Raw, ids: [&[u8]; 2]) {
        if !self.any {
            self.any = ids.into_iter().any(|id| raw.knew(id, self.n_before));
            self.first.get_or_insert_with(|| shown(ids[0]));
        }
    }
}

fn read_table(raw: &mut Raw, input: &Input, known: &mut Known) -> Result<(), DataError> {
    let mut file = TextFile::open(input)?.with_breaks();
    let layout = Places::find(&file, &[HEAD, RELATION, TAIL], false, |id| raw.knew(id, known.n_before));
    raw.notes.extend(layout.guess.as_ref().map(|text| format!("`{}` begins with {text}", input.name())));
    let [head, relation, tail] = layout.at[..] else { unreachable!("three were looked for") };
    file.for_each(layout.delimiter, layout.header, |_, line, columns| {
        layout.check(columns, line, "3 columns (head, relation, tail)")?;
        push_fact(raw, known, &[head, relation, tail].map(|at| columns.get_or_empty(line, at)))
    })
}

fn push_fact<T: AsRef<[u8]>>(raw: &mut Raw, known: &mut Known, fact: &[T; 3]) -> Result<(), NetworkLineProblem> {
    let [head, relation, tail] = fact.each_ref().map(AsRef::as_ref);
    if raw.leaves_out([(head, "head"), (relation, "relation"), (tail, "tail")])? {
        return Ok(());
    }
    known.look(raw, [head, tail]);
    let fact = (raw.node(head, "head")?, raw.relation(relation)?, raw.node(tail, "tail")?);
    raw.facts.push(fact);
    Ok(())
}

fn read_foreign(raw: &mut Raw, input: &Input, known: &mut Known) -> Result<(), DataError> {
    let columns = [("head", HEAD), ("relation", RELATION), ("tail", TAIL)];
    for_each_row(input, columns, false, |ids| push_fact(raw, known, ids))
}

/// Gives the ids of some columns of a Parquet or Arrow table to `each`: those of these names, all of them (or `any`
/// suffices); or else of a table with no other columns, in their order.
fn for_each_row<const N: usize>(
    input: &Input,
    wanted: [(&'static str, &[&str]); N],
    any: bool,
    mut each: impl FnMut(&[Cow<'_, [u8]>; N]) -> Result<(), NetworkLineProblem>,
) -> Result<(), DataError> {
    let table = ForeignTable::open(input)?;
    let roots = table.roots();
    let at = places(&roots, &wanted.map(|(_, names)| names));
    let suffices = roots.len() == N || (any && roots.len() > N && at.iter().any(Option::is_some));
    if let Some(k) = at.iter().position(Option::is_none).filter(|_| !suffices) {
        return Err(table.lacks(wanted[k].0));
    }
    let columns = in_order(at).into_iter().zip(wanted).map(|(at, (what, _))| table.ids(&roots[at], what));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let mut row = 0;
    table.for_each_group(&columns, |values| {
        (0..values[0].len()).try_for_each(|k| {
            row += 1;
            let ids = std::array::from_fn(|at| foreign::id(values.get(at), k));
            each(&ids).map_err(|problem| table.in_row(row, problem.to_string()))
        })
    })
}

/// Joins a table of items and the entities that stand for them. Of an entity of several items, and of an item with
/// several entities, the first pair counts.
///
/// # Errors
/// A file that cannot be read, a line without both columns, links of none of the items.
pub(super) fn link(raw: &mut Raw, input: &Input) -> Result<(), DataError> {
    raw.by_links = true;
    let mut links = Links::default();
    if input.is_foreign()? {
        let columns = [("item", ITEM), ("entity", ENTITY)];
        for_each_row(input, columns, true, |[item, entity]| links.push(raw, item, entity))?;
        return links.finish(raw, input);
    }
    let mut file = TextFile::open(input)?.with_breaks();
    let layout = Places::find(&file, &[ITEM, ENTITY], true, |id| raw.items.find(id).is_some());
    raw.notes.extend(layout.guess.as_ref().map(|text| format!("`{}` begins with {text}", input.name())));
    let [item, entity] = layout.at[..] else { unreachable!("two were looked for") };
    file.for_each(layout.delimiter, layout.header, |_, line, columns| {
        layout.check(columns, line, "2 columns (item, entity)")?;
        links.push(raw, &columns.get_or_empty(line, item), &columns.get_or_empty(line, entity))
    })?;
    links.finish(raw, input)
}

/// Links read so far.
#[derive(Debug, Default)]
pub(super) struct Links {
    n_links: usize,
    n_unknown: usize,
    n_others: usize,
    first: Option<String>,
}

impl Links {
    pub(super) fn push(&mut self, raw: &mut Raw, item: &[u8], entity: &[u8]) -> Result<(), NetworkLineProblem> {
        if raw.leaves_out([(item, "item"), (entity, "entity")])? {
            return Ok(());
        }
        self.first.get_or_insert_with(|| shown(item));
        // As in N-Triples, whose reader takes the brackets away.
        let entity = entity.strip_prefix(b"<").and_then(|rest| rest.strip_suffix(b">")).unwrap_or(entity);
        match raw.items.find(item) {
            None => self.n_unknown += 1,
            Some(item) if raw.link(item, entity)? => self.n_links += 1,
            Some(_) => self.n_others += 1,
        }
        Ok(())
    }

    pub(super) fn finish(self, raw: &mut Raw, input: &Input) -> Result<(), DataError> {
        if let Some(id) = self.first.filter(|_| self.n_links == 0) {
            return Err(unrelated(raw, input, "items", id));
        }
        let name = input.name();
        let mut note = format!("`{name}` links {} with entities", counted(self.n_links, "item", "items"));
        if self.n_unknown > 0 {
            note += &format!(
                "; {} that nobody took not used",
                counted(self.n_unknown, "line of an item", "lines of items")
            );
        }
        if self.n_others > 0 {
            let lines = counted(self.n_others, "line links", "lines link");
            note += &format!("; {lines} an entity that stands for another item already, not used");
        }
        raw.notes.push(note);
        Ok(())
    }
}

/// Where the columns of a small table stand.
struct Places {
    delimiter: Delimiter,
    header: bool,
    at: Vec<usize>,
    width: usize,
    /// What is said of a first line that is a header by its looks alone.
    guess: Option<String>,
}

impl Places {
    /// By the header, if the first line names all (or `any` of them suffices); or else the first columns in order.
    ///
    /// A first line that names nothing is a header even so if its first column is nothing known, and nearly all below
    /// are.
    fn find(file: &TextFile<'_>, names: &[&[&str]], any: bool, known: impl Fn(&[u8]) -> bool) -> Self {
        let named = |row: &[Vec<u8>]| places(row, names);
        let is_header = |row: &[Vec<u8>]| {
            let n_named = named(row).iter().flatten().count();
            n_named == names.len() || (any && n_named > 0 && row.len() >= names.len())
        };
        let sample = Sample::new(&file.sample(), None, is_header);
        let first = sample.rows.first().map(|(_, row)| row.as_slice()).unwrap_or_default();
        let by_name = is_header(first);
        let by_looks = !by_name && first.len() >= names.len() && is_odd(&sample, known);
        let at = if by_name { named(first) } else { vec![None; names.len()] };
        let guess = by_looks.then(|| format!("`{}`, taken for a header", shown(&first.join(&b' '))));
        Self {
            delimiter: sample.delimiter,
            header: by_name || by_looks,
            at: in_order(at),
            width: if by_name || by_looks { first.len() } else { names.len() },
            guess,
        }
    }

    fn check(&self, columns: &Columns, line: &[u8], expected: &str) -> Result<(), NetworkLineProblem> {
        // What separates columns opens none at the end of a line.
        let is_open = matches!(self.delimiter, Delimiter::Byte(byte) if line.last() == Some(&byte));
        if columns.len() == self.width || (columns.len() + 1 == self.width && is_open) {
            return Ok(());
        }
        let expected = match self.header {
            true => format!("{} as in the header", counted(self.width, "column", "columns")),
            false => expected.to_owned(),
        };
        Err(NetworkLineProblem::Width { expected, found: columns.len(), text: shown(line) })
    }
}

/// Where the columns of these names stand.
fn places(row: &[impl AsRef<[u8]>], names: &[&[&str]]) -> Vec<Option<usize>> {
    let words: Vec<_> = row.iter().map(|name| word(without_type(name.as_ref()))).collect();
    names.iter().map(|names| words.iter().position(|word| names.contains(&word.as_str()))).collect()
}

/// With the first places that are left for those without any.
fn in_order(mut at: Vec<Option<usize>>) -> Vec<usize> {
    for k in 0..at.len() {
        let free = (0..).find(|place| !at.contains(&Some(*place)));
        at[k] = at[k].or(free);
    }
    at.into_iter().flatten().collect()
}

/// Whether the first row begins with something unknown while the others, but for one in ten, do not, and shares no column
/// with any of them.
fn is_odd(sample: &Sample, known: impl Fn(&[u8]) -> bool) -> bool {
    let is_known = |row: &[Vec<u8>]| row.first().is_some_and(|id| known(id));
    let Some(((_, first), rest)) = sample.rows.split_first() else { return false };
    let n_known = rest.iter().filter(|(_, row)| is_known(row)).count();
    let is_alone = |k: usize| rest.iter().all(|(_, row)| row.get(k) != first.get(k));
    rest.len() >= 3 && !is_known(first) && 10 * n_known >= 9 * rest.len() && (0..first.len()).all(is_alone)
}

/// The name of a column without the type that RecBole writes behind a colon.
fn without_type(name: &[u8]) -> &[u8] {
    let colon = name.iter().position(|&byte| byte == b':');
    &name[..colon.unwrap_or(name.len())]
}

/// An error of a line of a file that is not split into columns.
pub(super) fn at_line(input: &Input, line: usize, problem: NetworkLineProblem) -> DataError {
    crate::network::text_file::in_file(&input.path, NetworkLineError { line, problem })
}
