//! Facts in a table of their own: head, relation, tail; and tables of the items that entities stand for.

use super::ntriples;
use super::problem::CatalogueProblem;
use super::raw::Raw;
use crate::DataError;
use crate::network::columns::{Columns, Delimiter};
use crate::network::notes::counted;
use crate::network::sample::{Sample, word};
use crate::network::text_file::TextFile;
use crate::network::unpack::Input;
use crate::network::{NetworkLineError, NetworkLineProblem};
use crate::shown::shown;

/// What the columns of a file of facts are called, as [`word`] writes it.
const HEAD: &[&str] = &["head", "headid", "subject", "source", "h", "from"];
const RELATION: &[&str] = &["relation", "relationid", "predicate", "rel", "r", "relationtype", "type"];
const TAIL: &[&str] = &["tail", "tailid", "object", "target", "t", "to"];
const ITEM: &[&str] = &["item", "itemid", "movie", "movieid", "product", "productid"];
const ENTITY: &[&str] = &["entity", "entityid", "node", "uri", "iri", "freebaseid", "wikidataid"];

/// Joins a file of facts, a table or N-Triples: an id is that of an item if there is one of the kind (unless links tell
/// which entities are items), or else that of an entity.
///
/// # Errors
/// A file that cannot be read, a line that is no fact, facts about nothing that is known.
pub(super) fn join(raw: &mut Raw, input: &Input) -> Result<(), DataError> {
    let before = (raw.facts.len(), raw.relations.len());
    let mut known = Known { n_before: raw.entities.len(), ..Known::default() };
    if ntriples::is_like(input)? {
        ntriples::read(raw, input, &mut known)?;
    } else {
        read_table(raw, input, &mut known)?;
    }
    if let Some(id) = known.first.filter(|_| !known.any) {
        return Err(DataError::catalogue(&input.path, CatalogueProblem::Unrelated { known: "items and entities", id }));
    }
    let facts = counted(raw.facts.len() - before.0, "fact", "facts");
    let relations = counted(raw.relations.len() - before.1, "new relation", "new relations");
    raw.notes.push(format!("`{}` gives {facts}, with {relations}", input.name()));
    Ok(())
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
    let layout = Places::find(&file, &[HEAD, RELATION, TAIL]);
    let [head, relation, tail] = layout.at[..] else { unreachable!("three were looked for") };
    file.for_each(layout.delimiter, layout.header, |_, line, columns| {
        layout.check(columns, line, "3 columns (head, relation, tail)")?;
        let [head, relation, tail] = [head, relation, tail].map(|at| columns.get(line, at));
        known.look(raw, [&head, &tail]);
        let fact = (raw.node(&head, "head")?, raw.relation(&relation)?, raw.node(&tail, "tail")?);
        raw.facts.push(fact);
        Ok(())
    })
}

/// Joins a table of items and the entities that stand for them. Of an entity of several items, and of an item with
/// several entities, the first pair counts.
///
/// # Errors
/// A file that cannot be read, a line without both columns, links of none of the items.
pub(super) fn link(raw: &mut Raw, input: &Input) -> Result<(), DataError> {
    raw.by_links = true;
    let mut file = TextFile::open(input)?.with_breaks();
    let layout = Places::find(&file, &[ITEM, ENTITY]);
    let [item, entity] = layout.at[..] else { unreachable!("two were looked for") };
    let mut links = Links::default();
    file.for_each(layout.delimiter, layout.header, |_, line, columns| {
        layout.check(columns, line, "2 columns (item, entity)")?;
        links.push(raw, &columns.get(line, item), &columns.get(line, entity))
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
        if item.is_empty() {
            return Err(NetworkLineProblem::Empty { what: "item" });
        }
        self.first.get_or_insert_with(|| shown(item));
        match raw.items.find(item) {
            None => self.n_unknown += 1,
            Some(item) if raw.link(item, entity)? => self.n_links += 1,
            Some(_) => self.n_others += 1,
        }
        Ok(())
    }

    pub(super) fn finish(self, raw: &mut Raw, input: &Input) -> Result<(), DataError> {
        if let Some(id) = self.first.filter(|_| self.n_links == 0) {
            return Err(DataError::catalogue(&input.path, CatalogueProblem::Unrelated { known: "items", id }));
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
}

impl Places {
    /// By the header, if the first line names all; or else the first columns in order.
    fn find(file: &TextFile<'_>, names: &[&[&str]]) -> Self {
        let place = |row: &[Vec<u8>]| {
            let words: Vec<_> = row.iter().map(|name| word(without_type(name))).collect();
            let at = |names: &&[&str]| words.iter().position(|word| names.contains(&word.as_str()));
            names.iter().map(at).collect::<Option<Vec<_>>>()
        };
        let sample = Sample::new(&file.sample(), None, |row| place(row).is_some());
        let by_name = sample.rows.first().and_then(|(_, row)| place(row));
        let header = by_name.is_some();
        let at = by_name.unwrap_or_else(|| (0..names.len()).collect());
        let width = match sample.rows.first() {
            Some((_, row)) if header => row.len(),
            _ => names.len(),
        };
        Self { delimiter: sample.delimiter, header, at, width }
    }

    fn check(&self, columns: &Columns, line: &[u8], expected: &str) -> Result<(), NetworkLineProblem> {
        if columns.len() == self.width {
            return Ok(());
        }
        Err(NetworkLineProblem::Columns { expected: expected.to_owned(), found: columns.len(), text: shown(line) })
    }
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
