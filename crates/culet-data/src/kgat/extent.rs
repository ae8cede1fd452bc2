//! How many users, items, entities and relations there are: one more than the largest id.

use std::path::Path;

use super::LineProblem;
use super::parse::Largest;
use super::sources::Kind;
use crate::DataError;

/// Ids may exceed the entries of the files this many times ...
const SPREAD: u64 = 16;
/// ... plus this much; beyond, a table for all ids would be nearly empty and perhaps not fit into memory.
const ALLOWANCE: u64 = 1_000_000;

/// The largest id of a kind over several files.
pub(super) struct Extent {
    kind: Kind,
    count: usize,
    /// The file and line of the largest id, and the id as it stands there.
    source: Option<(&'static str, usize, u64)>,
    evidence: u64,
}

impl Extent {
    /// Nothing yet.
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, count: 0, source: None, evidence: 0 }
    }

    /// There are `count` for certain.
    pub(super) fn at_least(mut self, count: usize) -> Self {
        self.count = self.count.max(count);
        self.evidence += count as u64;
        self
    }

    /// A file with `n_entries` entries that counts from `base`, and its largest id.
    pub(super) fn with(mut self, file: &'static str, base: u32, largest: Option<Largest>, n_entries: usize) -> Self {
        self.evidence += n_entries as u64;
        if let Some(Largest { id, line }) = largest
            && id as usize >= self.count
        {
            self.count = id as usize + 1;
            self.source = Some((file, line, u64::from(id) + u64::from(base)));
        }
        self
    }

    /// The number of ids.
    ///
    /// # Errors
    /// [`LineProblem::Sparse`] if there are far more ids than entries.
    pub(super) fn count(self, folder: &Path) -> Result<usize, DataError> {
        match self.source {
            Some((file, line, id)) if self.count as u64 > SPREAD * self.evidence + ALLOWANCE => {
                let problem = LineProblem::Sparse { what: self.kind.word(), id, evidence: self.evidence };
                Err(DataError::Line { path: folder.join(file), line, problem })
            }
            _ => Ok(self.count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(id: u32, n_entries: usize) -> Result<usize, DataError> {
        Extent::new(Kind::User)
            .with("train.txt", 1, Some(Largest { id, line: 7 }), n_entries)
            .with("test.txt", 1, Some(Largest { id: 3, line: 9 }), 0)
            .count(Path::new("data"))
    }

    #[test]
    fn the_largest_id_counts() {
        assert_eq!(extent(5, 1).unwrap(), 6);
        assert_eq!(extent(2, 1).unwrap(), 4);
        assert_eq!(Extent::new(Kind::Item).count(Path::new("data")).unwrap(), 0);
        assert_eq!(Extent::new(Kind::Entity).at_least(9).count(Path::new("data")).unwrap(), 9);
    }

    #[test]
    fn ids_may_be_spread_but_not_without_end() {
        assert_eq!(extent(1_000_031, 2).unwrap(), 1_000_032);
        let error = extent(1_000_032, 2).unwrap_err();
        assert_eq!(error.to_string(), "data/train.txt:7: user 1000033 is far too large for files with 2 entries");
        assert_eq!(
            error.hint().unwrap(),
            "number them from 0 without gaps, and keep the original ids in `user_list.txt` (header `org_id remap_id`)"
        );
    }
}
