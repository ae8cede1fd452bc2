//! Whether a table is one of the items, and of how many.

use crate::DataError;
use crate::catalogue::graph::unrelated;
use crate::catalogue::problem::CatalogueProblem;
use crate::catalogue::raw::Raw;
use crate::describe::thousands;
use crate::network::sample::word;
use crate::network::terms::INTERACTIONS;
use crate::network::unpack::Input;
use crate::network::{Column, NetworkLineProblem};
use crate::shown::shown;

/// What a table of items was found to be about.
#[derive(Debug)]
pub(super) struct Cover {
    /// Whether somebody took each of the items that were known before.
    is_taken: Vec<bool>,
    /// Whether a row is about each of these.
    is_described: Vec<bool>,
    /// The first id of no such item.
    first_other: Option<String>,
    /// A column that is called as one of users usually is.
    of_users: Option<String>,
    /// Whether that is the one of the interactions.
    is_own: bool,
    n_rows: usize,
    n_repeats: usize,
    n_before: usize,
}

impl Cover {
    pub(super) fn new(raw: &Raw, head: &[String]) -> Self {
        let n_before = raw.items.len();
        let mut is_taken = vec![false; n_before];
        raw.pairs.iter().flatten().for_each(|&(_, item)| is_taken[item as usize] = true);
        let is_own =
            |name: &&String| raw.user_header.as_ref().is_some_and(|own| word(own.as_bytes()) == word(name.as_bytes()));
        let own = head.iter().find(is_own);
        let usual = || head.iter().find(|name| INTERACTIONS.names_column(name.as_bytes(), Column::Source));
        Self {
            is_taken,
            is_described: vec![false; n_before],
            first_other: None,
            is_own: own.is_some(),
            of_users: own.or_else(usual).cloned(),
            n_rows: 0,
            n_repeats: 0,
            n_before,
        }
    }

    /// The item of a row.
    pub(super) fn item(&mut self, raw: &mut Raw, id: &[u8]) -> Result<u32, NetworkLineProblem> {
        let n_known = raw.items.len();
        let item = raw.items.node(id)?;
        self.n_rows += 1;
        match self.is_described.get_mut(item as usize) {
            Some(is) => self.n_repeats += usize::from(std::mem::replace(is, true)),
            None => {
                self.n_repeats += usize::from((item as usize) < n_known);
                self.first_other.get_or_insert_with(|| shown(id));
            }
        }
        Ok(item)
    }

    /// Tells how many of the items that were taken the table is about, unless it is about all.
    ///
    /// # Errors
    /// A table about none of them, or about users.
    pub(super) fn finish(self, raw: &mut Raw, input: &Input) -> Result<(), DataError> {
        if let Some(column) = self.of_users.filter(|_| self.is_own || self.n_repeats > 0) {
            return Err(DataError::catalogue(&input.path, CatalogueProblem::TellsOfUsers { column }));
        }
        if self.n_rows > 0 && !self.is_described.contains(&true) {
            return Err(unrelated(raw, input, "items", self.first_other.unwrap_or_default()));
        }
        let taken = || (0..self.n_before).filter(|&item| self.is_taken[item]);
        let (n_taken, n) = (taken().count(), taken().filter(|&item| self.is_described[item]).count());
        if n < n_taken {
            let mut note = format!(
                "`{}` describes {} of {} items that were taken",
                input.name(),
                thousands(n as u64),
                thousands(n_taken as u64)
            );
            let without = taken().find(|&item| !self.is_described[item]);
            if let (true, Some(item), Some(other)) = (2 * n < n_taken, without, &self.first_other) {
                note += &format!(
                    "; are the ids the same? `{}` was taken and is not in it, `{other}` is in it and nobody took it",
                    shown(raw.items.id(item).as_bytes())
                );
            }
            raw.notes.push(note);
        }
        Ok(())
    }
}
