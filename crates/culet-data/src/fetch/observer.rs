//! What a download tells, and how it is stopped.

use super::FetchProblem;
use crate::DataError;

/// Something that happened while a data set was fetched.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum GetEvent<'a> {
    /// A file begins.
    File {
        /// Its name.
        name: &'a str,
        /// Which file it is, from 1.
        number: usize,
        /// How many there are.
        n_files: usize,
        /// Its size if it is known.
        bytes: Option<u64>,
    },
    /// A part that came earlier is kept.
    Resumed {
        /// Its size.
        bytes: u64,
    },
    /// Bytes came.
    Progress {
        /// How many there are by now.
        bytes: u64,
        /// How many there will be, if that is known.
        total: Option<u64>,
    },
    /// What came is not a part of what the server has now, or nobody can tell, so that the file begins anew.
    Anew {
        /// Why.
        why: &'static str,
    },
    /// An attempt failed, and another follows.
    Again {
        /// Why it failed.
        problem: &'a FetchProblem,
        /// The wait before the next attempt.
        wait_s: f64,
        /// The number of the next attempt.
        attempt: u32,
        /// How many there are at most.
        attempts: u32,
    },
    /// A file is whole.
    Whole {
        /// Its name.
        name: &'a str,
        /// Its size.
        bytes: u64,
        /// Its SHA-256.
        sha256: &'a str,
        /// What it was checked against: `SHA-256`, `git object id`, or `no published checksum`.
        check: &'a str,
        /// Whether it was checked.
        checked: bool,
    },
    /// An archive is unpacked.
    Unpack {
        /// Its name.
        name: &'a str,
    },
}

/// Whoever wants to know how a download goes.
pub trait GetObserver {
    /// Hears of an event.
    fn event(&mut self, event: &GetEvent<'_>);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct SilentGet;

impl GetObserver for SilentGet {
    fn event(&mut self, _: &GetEvent<'_>) {}
}

/// Why the work ended before its end.
#[derive(Debug)]
pub(crate) enum Stop {
    Cancelled,
    Failed(DataError),
}

impl From<DataError> for Stop {
    fn from(error: DataError) -> Self {
        Self::Failed(error)
    }
}
