//! External ids and readable names, from lists and files of names.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::Path;

use culet_graph::Names;

use super::parse::{Entry, Largest};
use super::sources::{Kind, Sources};
use super::{LineError, LineProblem, parse_list, parse_names};
use crate::DataError;

/// A list or a file of names, counted from 0.
pub(super) struct Labels<'a> {
    /// The name of the file.
    pub(super) file: &'static str,
    /// What the file itself counts from.
    pub(super) base: u32,
    entries: Vec<Entry<'a>>,
}

/// The lists and files of names of all kinds, `None` where a file is missing.
pub(super) struct AllLabels<'a> {
    lists: [Option<Labels<'a>>; 4],
    names: [Option<Labels<'a>>; 4],
}

impl<'a> AllLabels<'a> {
    /// Parses them.
    ///
    /// A list that holds the number 0 counts from 0 whatever `base` says; names count as the list of their kind does.
    pub(super) fn parse(sources: &'a Sources, folder: &Path, base: u32) -> Result<Self, DataError> {
        let mut labels = Self { lists: [const { None }; 4], names: [const { None }; 4] };
        for (k, kind) in Kind::ALL.into_iter().enumerate() {
            if let Some(text) = &sources.lists[k] {
                let file = kind.list_file();
                let entries = parse_list(text, kind.word()).map_err(|error| in_file(folder, file, error))?;
                let from_0 = entries.iter().any(|entry| entry.index == 0);
                labels.lists[k] = Some(Labels::new(file, if from_0 { 0 } else { base }, entries));
            }
            if let Some(text) = &sources.names[k] {
                let file = kind.names_file();
                let entries = parse_names(text, kind.word()).map_err(|error| in_file(folder, file, error))?;
                let base = labels.lists[k].as_ref().map_or(base, |list| list.base);
                if let Some(entry) = entries.iter().find(|entry| entry.index < base) {
                    let problem = LineProblem::BelowBase { what: kind.word() };
                    return Err(in_file(folder, file, LineError { line: entry.line, problem }));
                }
                labels.names[k] = Some(Labels::new(file, base, entries));
            }
        }
        Ok(labels)
    }

    /// The list of a kind.
    pub(super) fn list(&self, kind: Kind) -> Option<&Labels<'a>> {
        self.lists[kind as usize].as_ref()
    }

    /// The names of a kind.
    pub(super) fn names(&self, kind: Kind) -> Option<&Labels<'a>> {
        self.names[kind as usize].as_ref()
    }

    /// The names of the `count` users, entities or relations, and what is odd about their ids.
    ///
    /// The first `n_items` entities are the items, which have files of their own.
    ///
    /// # Errors
    /// A name for something beyond `count`.
    pub(super) fn vocabulary(
        &self,
        kind: Kind,
        count: usize,
        n_items: usize,
        folder: &Path,
        base: u32,
    ) -> Result<(Names, Oddities), DataError> {
        let mut dense = Dense { ids: vec![None; count], names: vec![None; count] };
        dense.fill(self, kind, count, folder)?;
        if kind == Kind::Entity {
            dense.fill(self, Kind::Item, n_items, folder)?;
        }
        Ok(dense.finish(kind, base))
    }
}

impl<'a> Labels<'a> {
    fn new(file: &'static str, base: u32, mut entries: Vec<Entry<'a>>) -> Self {
        entries.iter_mut().for_each(|entry| entry.index -= base);
        Self { file, base, entries }
    }

    /// How many lines it has.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The largest number.
    pub(super) fn largest(&self) -> Option<Largest> {
        let entry = self.entries.iter().max_by_key(|entry| entry.index)?;
        Some(Largest { id: entry.index, line: entry.line })
    }

    /// The numbers.
    pub(super) fn indices(&self) -> impl Iterator<Item = u32> + '_ {
        self.entries.iter().map(|entry| entry.index)
    }
}

/// What is odd about the ids of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Oddities {
    /// How many no list names.
    pub(super) n_unlisted: usize,
    /// How many have the id of an earlier one.
    pub(super) n_repeated: usize,
}

/// Ids and names by number, where known.
struct Dense<'a> {
    ids: Vec<Option<&'a str>>,
    names: Vec<Option<&'a str>>,
}

impl<'a> Dense<'a> {
    /// Takes the ids and names of a kind, of which there are `count`.
    fn fill(&mut self, labels: &AllLabels<'a>, kind: Kind, count: usize, folder: &Path) -> Result<(), DataError> {
        for entry in labels.list(kind).into_iter().flat_map(|list| &list.entries) {
            self.ids[entry.index as usize] = Some(entry.text);
        }
        let Some(names) = labels.names(kind) else { return Ok(()) };
        for entry in &names.entries {
            if entry.index as usize >= count {
                let (id, first) = (u64::from(entry.index) + u64::from(names.base), names.base.into());
                let problem = LineProblem::NameOfNothing { what: kind.word(), id, first, count };
                return Err(in_file(folder, names.file, LineError { line: entry.line, problem }));
            }
            if !entry.text.is_empty() {
                self.names[entry.index as usize] = Some(entry.text);
            }
        }
        Ok(())
    }

    /// Gives a number to whatever has no id, as the files count.
    fn finish(self, kind: Kind, base: u32) -> (Names, Oddities) {
        let listed: HashSet<&str> = self.ids.iter().copied().flatten().collect();
        let n_listed = self.ids.iter().flatten().count();
        let unlisted: Vec<_> = (0..self.ids.len()).filter(|&k| self.ids[k].is_none()).collect();
        let number = |k: usize| k as u64 + u64::from(base);
        // Where numbers are the original ids of others, `entity-12` and the like tell them apart.
        let mut prefix = String::new();
        while !listed.is_empty() && unlisted.iter().any(|&k| listed.contains(format!("{prefix}{}", number(k)).as_str()))
        {
            prefix = if prefix.is_empty() { format!("{}-", kind.word()) } else { prefix + "-" };
        }
        let mut names = Names::default();
        for (k, (id, name)) in self.ids.iter().zip(&self.names).enumerate() {
            let id = id.map_or_else(|| Cow::Owned(format!("{prefix}{}", number(k))), Cow::Borrowed);
            names.push(&id, *name);
        }
        (names, Oddities { n_unlisted: unlisted.len(), n_repeated: n_listed - listed.len() })
    }
}

/// An error of a file of the data set.
pub(super) fn in_file(folder: &Path, file: &str, error: LineError) -> DataError {
    DataError::Line { path: folder.join(file), line: error.line, problem: error.problem }
}
