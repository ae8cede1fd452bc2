//! The files of a log: their names, their order, how they begin.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::FeedbackError;

const MAGIC: [u8; 8] = *b"culetfb1";
/// What stands before the first frame.
pub(super) const HEAD: usize = 20;

/// A file of a log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segment {
    /// The number of its first event.
    pub(super) first: u64,
    pub(super) path: PathBuf,
}

impl Segment {
    pub(super) fn new(folder: &Path, first: u64) -> Self {
        Self { first, path: folder.join(format!("events-{first:020}.log")) }
    }

    fn parse(path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let first = name.strip_prefix("events-")?.strip_suffix(".log")?.parse().ok()?;
        Some(Self { first, path })
    }

    /// The files of a folder in the order of their events.
    pub(super) fn all(folder: &Path) -> Result<Vec<Self>, FeedbackError> {
        let read = |source| FeedbackError::disk("read", folder, source);
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).map_err(read)? {
            found.extend(Self::parse(entry.map_err(read)?.path()));
        }
        found.sort();
        Ok(found)
    }

    /// All bytes; nothing if there is no such file any more.
    pub(super) fn read(&self) -> Result<Option<Vec<u8>>, FeedbackError> {
        match fs::read(&self.path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(FeedbackError::disk("read", &self.path, source)),
        }
    }
}

/// How a file begins.
pub(super) fn head(first: u64) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(&MAGIC);
    head[8..16].copy_from_slice(&first.to_le_bytes());
    let crc = crc32c::crc32c(&head[..16]);
    head[16..].copy_from_slice(&crc.to_le_bytes());
    head
}

/// Whether a file begins so that it can be one of a log: it may be cut off, or damaged, but not be of another kind.
pub(super) fn is_ours(bytes: &[u8]) -> bool {
    let n = bytes.len().min(MAGIC.len());
    // A crash may leave a file of zeros.
    bytes[..n] == MAGIC[..n] || bytes.iter().take(HEAD).all(|&byte| byte == 0)
}
