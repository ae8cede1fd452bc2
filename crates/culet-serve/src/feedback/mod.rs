//! The log of feedback: what users did, kept on the disk before anybody is told that it was.
//!
//! A folder with files `events-<number of the first event>.log`, of which the last grows; and `lock`, held by the one
//! process that writes. A file begins with `culetfb1`, the number of its first event (u64) and the CRC-32C of these
//! sixteen bytes; then come frames, one for each request, so that a request is kept wholly or not at all:
//!
//! | bytes | holds |
//! | --- | --- |
//! | 4 | `c7 66 62 0a`, by which the next frame is found behind damage |
//! | 4 | n, the length of the payload |
//! | 4 | how many events it has |
//! | 4 | the CRC-32C of the other numbers and the payload |
//! | 8 | the number of the first event; numbers count from 1 |
//! | n | the events as a JSON array of [`Event`] |
//!
//! All numbers are little-endian.
//!
//! # What is promised
//! An event that was acknowledged is on the disk (`fdatasync` came first), with the number that was told. One writer
//! commits for all requests that wait at that moment with one `fdatasync`. If the disk is full, nothing is acknowledged, the file is cut back to
//! what was, and the next request tries anew. An event may be there that was never acknowledged: who was not answered
//! and sends again, may stand twice.
//!
//! # What a reader does with damage
//! - Bytes at the end of the last file that are no frame are what a crash left of an unacknowledged write: a writer cuts
//!   them off and says so, a reader goes past them. (If instead the last bytes of the disk went bad, this takes away the
//!   frame that they belonged to; the log tells the offset and the number from which events are gone.)
//! - Anywhere else the reader looks for the next whole frame, goes on there, and reports a [`Damage`]: the file, the
//!   offset, and which numbers are lost. The file is left as it is.
//! - Frames that are numbered beyond the first event of the following file were never acknowledged (their `fdatasync`
//!   failed), and are gone past.

mod commit;
mod csv;
mod disk;
mod error;
mod event;
mod frame;
mod log;
mod replay;
mod segment;
mod since;

#[cfg(test)]
mod tests;

pub use csv::write_csv;
pub use error::FeedbackError;
pub use event::{Event, EventProblem};
pub use log::{Appended, FeedbackLog, FeedbackOptions, Waiting};
pub use replay::{Damage, LogSummary, Torn, read_events};
pub use since::{Done, Since};
