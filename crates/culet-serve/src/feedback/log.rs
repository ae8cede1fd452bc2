//! The log itself: one thread that writes for all who wait.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::FeedbackError;
use super::commit::Writer;
use super::disk::{Disk, RealDisk};
use super::event::Event;
use super::replay::{LogSummary, replay};
use super::segment::Segment;

/// The most events that one sync is to serve.
const MOST_AT_ONCE: usize = 10_000;

/// How a log is kept.
#[derive(Debug, Clone)]
pub struct FeedbackOptions {
    /// A file that would become longer than so many bytes is followed by another.
    pub segment_bytes: u64,
    /// So many requests may wait; more are refused as [`FeedbackError::Busy`].
    pub most_waiting: usize,
}

impl Default for FeedbackOptions {
    fn default() -> Self {
        Self { segment_bytes: 64 << 20, most_waiting: 4096 }
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The number of the first event.
    pub first: u64,
    /// The number of the last.
    pub last: u64,
}

/// What comes when the events are on the disk, or could not be brought there.
pub type Waiting = oneshot::Receiver<Result<Appended, FeedbackError>>;

/// A log of feedback that is written to.
#[derive(Debug)]
pub struct FeedbackLog {
    requests: Option<SyncSender<Request>>,
    writer: Option<JoinHandle<()>>,
}

struct Request {
    events: Vec<Event>,
    answer: oneshot::Sender<Result<Appended, FeedbackError>>,
}

impl FeedbackLog {
    /// Opens a log, or begins one in a folder that may be new. `take` is given every event with its number: those of
    /// old at once, later ones when they are on the disk, before they are acknowledged.
    ///
    /// # Errors
    /// [`FeedbackError::InUse`] if another process writes to it, [`FeedbackError::Foreign`], [`FeedbackError::Disk`].
    pub fn open(
        folder: &Path,
        options: &FeedbackOptions,
        take: impl FnMut(u64, Event) + Send + 'static,
    ) -> Result<(Self, LogSummary), FeedbackError> {
        Self::open_on(Box::new(RealDisk), folder, options, Box::new(take))
    }

    pub(super) fn open_on(
        disk: Box<dyn Disk>,
        folder: &Path,
        options: &FeedbackOptions,
        mut take: Box<dyn FnMut(u64, Event) + Send>,
    ) -> Result<(Self, LogSummary), FeedbackError> {
        fs::create_dir_all(folder).map_err(|source| FeedbackError::disk("create", folder, source))?;
        let lock = lock(folder)?;
        let segments = Segment::all(folder)?;
        let summary = replay(&segments, &mut take)?;
        let length = |path: &PathBuf| match &summary.torn {
            Some(torn) => Ok(torn.offset),
            None => fs::metadata(path).map(|metadata| metadata.len()),
        };
        let last = match segments.last() {
            Some(last) => {
                Some((last, length(&last.path).map_err(|source| FeedbackError::disk("read", &last.path, source))?))
            }
            None => None,
        };
        let writer = Writer::open(disk, folder.to_owned(), last, summary.next, options.segment_bytes)?;
        let (sender, receiver) = sync_channel(options.most_waiting);
        let thread = thread::Builder::new().name("feedback".to_owned()).spawn(move || {
            write(writer, &receiver, &mut take);
            drop(lock);
        });
        let thread = thread.map_err(|source| FeedbackError::disk("write", folder, source))?;
        Ok((Self { requests: Some(sender), writer: Some(thread) }, summary))
    }

    /// Gives events to the log; they are kept all together or not at all. Returns at once.
    ///
    /// # Errors
    /// [`FeedbackError::Busy`] if too many wait already, [`FeedbackError::Closed`].
    ///
    /// # Panics
    /// If there is no event.
    pub fn append(&self, events: Vec<Event>) -> Result<Waiting, FeedbackError> {
        assert!(!events.is_empty(), "events to append");
        let (answer, waiting) = oneshot::channel();
        let requests = self.requests.as_ref().ok_or(FeedbackError::Closed)?;
        match requests.try_send(Request { events, answer }) {
            Ok(()) => Ok(waiting),
            Err(TrySendError::Full(_)) => Err(FeedbackError::Busy),
            Err(TrySendError::Disconnected(_)) => Err(FeedbackError::Closed),
        }
    }

    /// Writes what waits, and ends.
    pub fn close(&mut self) {
        self.requests = None;
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has told so.
            let _ = writer.join();
        }
    }
}

impl Drop for FeedbackLog {
    fn drop(&mut self) {
        self.close();
    }
}

/// Held until the file is closed, however the process ends.
fn lock(folder: &Path) -> Result<File, FeedbackError> {
    let path = folder.join("lock");
    let file = File::options().create(true).append(true).open(&path);
    let file = file.map_err(|source| FeedbackError::disk("create", &path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(FeedbackError::InUse { path: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(FeedbackError::disk("lock", &path, source)),
    }
}

/// Serves all who wait with one sync, again and again.
fn write(mut writer: Writer, requests: &Receiver<Request>, take: &mut dyn FnMut(u64, Event)) {
    while let Ok(first) = requests.recv() {
        let mut n_events = first.events.len();
        let mut batch = vec![first];
        while n_events < MOST_AT_ONCE
            && let Ok(next) = requests.try_recv()
        {
            n_events += next.events.len();
            batch.push(next);
        }
        let events: Vec<&[Event]> = batch.iter().map(|request| request.events.as_slice()).collect();
        match writer.commit(&events) {
            Ok(first) => acknowledge(batch, first, take),
            Err(error) => refuse(batch, &error.to_string()),
        }
    }
}

fn acknowledge(batch: Vec<Request>, mut first: u64, take: &mut dyn FnMut(u64, Event)) {
    for Request { events, answer } in batch {
        let appended = Appended { first, last: first + events.len() as u64 - 1 };
        events.into_iter().zip(first..).for_each(|(event, number)| take(number, event));
        first = appended.last + 1;
        // Whoever asked may have gone; the events stay.
        let _ = answer.send(Ok(appended));
    }
}

fn refuse(batch: Vec<Request>, cause: &str) {
    tracing::error!(cause, requests = batch.len(), "events could not be written");
    for request in batch {
        let _ = request.answer.send(Err(FeedbackError::NotWritten(cause.to_owned())));
    }
}
