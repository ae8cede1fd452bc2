//! One file over HTTP or from a folder, to the last byte or not at all.
//!
//! What came is kept beside its target as `NAME.part`, with what the server told of it in `NAME.part.json`, so that another
//! call goes on where this one ended, if the server still has the same content. A file appears under its name only when
//! its size and checksum are right.
//!
//! Architecture invariant: no terminal and no clock. Waiting and time-outs are in seconds that the caller sets; progress
//! goes to a [`GetObserver`].
//!
//! | module | subject |
//! | --- | --- |
//! | `place` | where files are taken from |
//! | `checksum` | SHA-256 and ids of git objects |
//! | `client` | one request, redirects included |
//! | `part` | the part that came already |
//! | `transfer` | requests until the file is whole |
//! | `copy` | the same from a folder |
//! | `observer` | what is told meanwhile, and how it is stopped |
//! | `problem` | what can go wrong |

mod checksum;
mod client;
mod copy;
mod observer;
mod part;
mod place;
mod problem;
mod transfer;

pub(crate) use checksum::{Checksum, Digests};
pub(crate) use client::Client;
pub(crate) use observer::Stop;
pub use observer::{GetEvent, GetObserver, SilentGet};
pub use place::Place;
pub use problem::FetchProblem;
pub(crate) use transfer::{Means, Wanted, obtain};

use std::time::Duration;

/// How long a server is waited for, and how often it is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patience {
    /// The longest wait for a connection, for an answer, and for the next byte.
    pub timeout: Duration,
    /// How often a file is asked for, all in all.
    pub attempts: u32,
    /// The wait before the second attempt; each later one is twice as long.
    pub first_wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), attempts: 6, first_wait: Duration::from_secs(1) }
    }
}

#[cfg(test)]
pub(crate) mod tests;
