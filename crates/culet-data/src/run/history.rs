//! `history.jsonl`: what happened, one event a line.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::checksum::Checksum;
use super::{Damage, FileRecord};
use crate::DataError;

/// An open history to append to.
#[derive(Debug)]
pub(super) struct History {
    file: File,
    path: PathBuf,
    checksum: Checksum,
}

impl History {
    /// Creates an empty history.
    pub(super) fn create(path: PathBuf) -> Result<Self, DataError> {
        match OpenOptions::new().append(true).create_new(true).open(&path) {
            Ok(file) => Ok(Self { file, path, checksum: Checksum::default() }),
            Err(source) => Err(DataError::write(&path, source)),
        }
    }

    /// Opens a history again and cuts it to what is vouched for, which is read and compared before anything is cut.
    pub(super) fn reopen(path: PathBuf, vouched: &FileRecord) -> Result<Self, DataError> {
        let checksum = check(&path, vouched)?;
        let opened = OpenOptions::new().append(true).open(&path);
        let cut = opened.and_then(|file| file.set_len(vouched.bytes).and_then(|()| file.sync_all()).map(|()| file));
        match cut {
            Ok(file) => Ok(Self { file, path, checksum }),
            Err(source) => Err(DataError::write(&path, source)),
        }
    }

    /// Appends a line in one piece; after a failure the file is cut back to whole lines.
    pub(super) fn append(&mut self, event: &Value) -> Result<(), DataError> {
        let line = format!("{event}\n");
        if let Err(source) = self.file.write_all(line.as_bytes()) {
            // A reader ignores a torn last line, should this fail too.
            let _ = self.file.set_len(self.checksum.bytes());
            return Err(DataError::write(&self.path, source));
        }
        self.checksum.update(line.as_bytes());
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.checksum.bytes() == 0
    }

    /// Puts all lines on the disk and says what they are.
    pub(super) fn sync(&self) -> Result<FileRecord, DataError> {
        self.file.sync_all().map_err(|source| DataError::write(&self.path, source))?;
        Ok(self.checksum.record())
    }
}

/// Compares the beginning of a history with what is vouched for.
pub(super) fn check(path: &Path, vouched: &FileRecord) -> Result<Checksum, DataError> {
    let bytes = vouched_bytes(path, vouched)?;
    let mut checksum = Checksum::default();
    checksum.update(&bytes);
    let found = checksum.record();
    if found != *vouched {
        let damage = Damage::Altered { expected: vouched.sha256.clone(), found: found.sha256 };
        return Err(DataError::damaged(path, damage));
    }
    Ok(checksum)
}

/// The beginning of a history, as long as it is vouched for.
pub(super) fn vouched_bytes(path: &Path, vouched: &FileRecord) -> Result<Vec<u8>, DataError> {
    let mut bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(DataError::damaged(path, Damage::Missing)),
        Err(source) => return Err(DataError::read(path, source)),
    };
    let found = bytes.len() as u64;
    if found < vouched.bytes {
        return Err(DataError::damaged(path, Damage::Size { expected: vouched.bytes, found }));
    }
    bytes.truncate(vouched.bytes as usize);
    Ok(bytes)
}

/// Reads the events; a last line without its end, which a crash leaves, is no event.
pub(super) fn read(path: &Path) -> Result<Vec<Value>, DataError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(DataError::damaged(path, Damage::Missing)),
        Err(source) => return Err(DataError::read(path, source)),
    };
    parse(path, text.rfind('\n').map_or("", |end| &text[..end]))
}

/// The events of whole lines.
pub(super) fn parse(path: &Path, lines: &str) -> Result<Vec<Value>, DataError> {
    let parse = |(number, line): (usize, &str)| {
        let malformed = |error| Damage::Malformed(format!("line {} is not JSON: {error}", number + 1));
        serde_json::from_str(line).map_err(|error| DataError::damaged(path, malformed(error)))
    };
    lines.lines().enumerate().map(parse).collect()
}
