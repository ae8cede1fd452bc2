//! Reading a log back, past torn ends and damage.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::FeedbackError;
use super::event::Event;
use super::frame::{self, Frame, MARK};
use super::segment::{self, Segment};

/// Bytes in the middle of a log that are no frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub path: PathBuf,
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub bytes: u64,
    /// The numbers of the events that are lost.
    pub lost: Range<u64>,
}

/// Bytes at the end of a log that are no frame: the rest of a write that nobody was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// The last file.
    pub path: PathBuf,
    /// Where they begin.
    pub offset: u64,
    /// How many there are.
    pub bytes: u64,
}

/// What was found in a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogSummary {
    /// How many events could be read.
    pub n_events: u64,
    /// The number that the next event will have.
    pub next: u64,
    /// How many files there are.
    pub n_files: usize,
    /// What could not be read.
    pub damage: Vec<Damage>,
    /// What follows the last whole frame.
    pub torn: Option<Torn>,
}

impl LogSummary {
    /// How many events are lost.
    #[must_use]
    pub fn n_lost(&self) -> u64 {
        self.damage.iter().map(|damage| damage.lost.end - damage.lost.start).sum()
    }
}

/// Reads all events of a log in their order, with their numbers. A service may be writing to it meanwhile.
///
/// # Errors
/// [`FeedbackError::NoLog`] if there is no file of a log in the folder, [`FeedbackError::Foreign`],
/// [`FeedbackError::Disk`].
pub fn read_events(folder: &Path, mut take: impl FnMut(u64, Event)) -> Result<LogSummary, FeedbackError> {
    let segments = Segment::all(folder)?;
    if segments.is_empty() {
        return Err(FeedbackError::NoLog { path: folder.to_owned() });
    }
    replay(&segments, &mut take)
}

/// Reads these files one after the other.
pub(super) fn replay(segments: &[Segment], take: &mut dyn FnMut(u64, Event)) -> Result<LogSummary, FeedbackError> {
    let first = segments.first().map_or(1, |segment| segment.first);
    let mut summary = LogSummary { next: first, n_files: segments.len(), ..LogSummary::default() };
    for (k, segment) in segments.iter().enumerate() {
        let following = segments.get(k + 1).map(|segment| segment.first);
        let bytes = segment.read()?.unwrap_or_default();
        if !segment::is_ours(&bytes) {
            return Err(FeedbackError::Foreign { path: segment.path.clone() });
        }
        summary.next = summary.next.max(segment.first);
        Scan { segment, bytes: &bytes, following, summary: &mut summary }.run(take);
    }
    Ok(summary)
}

/// One file, while it is read.
struct Scan<'a> {
    segment: &'a Segment,
    bytes: &'a [u8],
    /// The first event of the next file, if there is one.
    following: Option<u64>,
    summary: &'a mut LogSummary,
}

impl Scan<'_> {
    fn run(mut self, take: &mut dyn FnMut(u64, Event)) {
        let mut at = 0;
        if self.bytes.starts_with(&segment::head(self.segment.first)) {
            at = segment::HEAD;
        }
        while at < self.bytes.len() {
            let Some((from, frame)) = self.next_frame(at) else { break };
            if self.following.is_some_and(|following| frame.first >= following) {
                // What was never acknowledged, up to the end of the file.
                at = self.bytes.len();
                break;
            }
            if from > at {
                self.damaged(at, from, frame.first);
            }
            at = from + frame.bytes;
            self.summary.next = frame.end();
            self.summary.n_events += frame.events.len() as u64;
            frame.events.into_iter().zip(frame.first..).for_each(|(event, number)| take(number, event));
        }
        self.end(at);
    }

    /// What is left behind the last frame.
    fn end(&mut self, at: usize) {
        let length = self.bytes.len();
        match self.following {
            Some(following) if following > self.summary.next => self.damaged(at, length, following),
            None if at < length => {
                let bytes = (length - at) as u64;
                self.summary.torn = Some(Torn { path: self.segment.path.clone(), offset: at as u64, bytes });
            }
            _ => {}
        }
    }

    /// The next whole frame at or behind a place, whose events were not there yet.
    fn next_frame(&self, at: usize) -> Option<(usize, Frame)> {
        let whole = |at: usize| frame::decode(&self.bytes[at..]).filter(|frame| frame.first >= self.summary.next);
        let places = self.bytes[at..].windows(MARK.len()).enumerate();
        let mut marked = places.filter(|(_, window)| *window == MARK).map(|(k, _)| at + k);
        marked.find_map(|at| Some((at, whole(at)?)))
    }

    fn damaged(&mut self, from: usize, to: usize, next: u64) {
        self.summary.damage.push(Damage {
            path: self.segment.path.clone(),
            offset: from as u64,
            bytes: (to - from) as u64,
            lost: self.summary.next..next,
        });
    }
}
