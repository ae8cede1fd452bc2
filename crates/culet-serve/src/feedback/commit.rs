//! Writing requests to the growing file, many with one sync.

use std::io;
use std::path::PathBuf;

use super::FeedbackError;
use super::disk::{Disk, Growing};
use super::event::Event;
use super::frame;
use super::segment::{self, Segment};

/// The end of a log, where events are appended.
pub(super) struct Writer {
    disk: Box<dyn Disk>,
    folder: PathBuf,
    /// The number of the next event.
    next: u64,
    /// The file that grows; none after a failure that leaves its end in doubt.
    growing: Option<Tail>,
    /// A file that is longer is followed by another.
    segment_bytes: u64,
    buffer: Vec<u8>,
}

struct Tail {
    file: Box<dyn Growing>,
    /// How much of it is acknowledged.
    length: u64,
}

impl Writer {
    /// Goes on behind the last whole frame: cuts off what follows it.
    pub(super) fn open(
        disk: Box<dyn Disk>,
        folder: PathBuf,
        last: Option<(&Segment, u64)>,
        next: u64,
        segment_bytes: u64,
    ) -> Result<Self, FeedbackError> {
        let mut writer = Self { disk, folder, next, growing: None, segment_bytes, buffer: Vec::new() };
        match last {
            Some((segment, length)) if length >= segment::HEAD as u64 => {
                let reopened = writer.reopen(segment, length);
                writer.growing = Some(reopened.map_err(|e| FeedbackError::disk("write", &segment.path, e))?);
            }
            _ => {
                let path = Segment::new(&writer.folder, next).path;
                writer.growing = Some(writer.begin().map_err(|e| FeedbackError::disk("create", path, e))?);
            }
        }
        Ok(writer)
    }

    fn reopen(&self, segment: &Segment, length: u64) -> io::Result<Tail> {
        let mut file = self.disk.open(&segment.path, false)?;
        file.cut(length)?;
        // What was read may never have been synced, if the process that wrote it was killed before that.
        file.sync()?;
        Ok(Tail { file, length })
    }

    /// A new file, named after the next event. One of that name has no acknowledged event.
    fn begin(&self) -> io::Result<Tail> {
        let mut file = self.disk.open(&Segment::new(&self.folder, self.next).path, true)?;
        file.append(&segment::head(self.next))?;
        file.sync()?;
        Ok(Tail { file, length: segment::HEAD as u64 })
    }

    /// Writes the events of some requests; tells the number of the first. Nothing of them is kept if that fails.
    pub(super) fn commit(&mut self, requests: &[&[Event]]) -> io::Result<u64> {
        self.buffer.clear();
        let mut number = self.next;
        for events in requests {
            frame::encode(number, events, &mut self.buffer)?;
            number += events.len() as u64;
        }
        let mut tail = match self.growing.take() {
            Some(tail) if tail.length + self.buffer.len() as u64 <= self.segment_bytes => tail,
            Some(tail) if tail.length == segment::HEAD as u64 => tail,
            _ => self.begin()?,
        };
        if let Err(error) = tail.file.append(&self.buffer) {
            // Without its end in order the file is left behind; a new one begins with the next event.
            self.growing = tail.file.cut(tail.length).is_ok().then_some(tail);
            return Err(error);
        }
        if let Err(error) = tail.file.sync() {
            // What a failed sync leaves in the file nobody knows.
            let _ = tail.file.cut(tail.length);
            return Err(error);
        }
        tail.length += self.buffer.len() as u64;
        self.growing = Some(tail);
        Ok(std::mem::replace(&mut self.next, number))
    }
}
