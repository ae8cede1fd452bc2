//! The part of a file that came already.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::client::{Rest, Told};
use crate::DataError;

/// A file that grows, and what the server told of it.
#[derive(Debug)]
pub(super) struct Part {
    path: PathBuf,
    file: File,
    bytes: u64,
    notes: Notes,
    /// Whether its bytes are from more than one answer.
    joined: bool,
}

/// What is kept beside a part.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Notes {
    address: String,
    told: Told,
}

impl Part {
    /// The part of a file in a folder that came from an address; empty if there is none, or if it is from elsewhere.
    ///
    /// # Errors
    /// [`DataError::Write`].
    pub(super) fn open(folder: &Path, name: &str, address: &str) -> Result<Self, DataError> {
        let path = folder.join(format!("{name}.part"));
        let failed = |error| DataError::write(&path, error);
        let mut options = OpenOptions::new();
        let file = options.append(true).create(true).open(&path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        // Notes that are not there or broken only cost the part.
        let notes = fs::read(notes_of(&path)).ok().and_then(|text| serde_json::from_slice::<Notes>(&text).ok());
        let mut part = Self { path, file, bytes, notes: notes.unwrap_or_default(), joined: bytes > 0 };
        if part.notes.address != address {
            part.notes = Notes { address: address.into(), told: Told::default() };
            part.clear()?;
        }
        Ok(part)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn told(&self) -> &Told {
        &self.notes.told
    }

    /// Whether its bytes are from more than one answer, which may have been of different versions.
    pub(super) fn is_joined(&self) -> bool {
        self.joined
    }

    /// What is missing, if anything is there.
    pub(super) fn rest(&self) -> Option<Rest<'_>> {
        (self.bytes > 0).then_some(Rest { from: self.bytes, told: &self.notes.told })
    }

    /// Begins anew.
    ///
    /// # Errors
    /// [`DataError::Write`].
    pub(super) fn clear(&mut self) -> Result<(), DataError> {
        self.file.set_len(0).map_err(|error| DataError::write(&self.path, error))?;
        (self.bytes, self.joined) = (0, false);
        Ok(())
    }

    /// Begins anew with what the server tells of the file. The bytes go first: notes on bytes of another version would
    /// make these look right.
    ///
    /// # Errors
    /// [`DataError::Write`].
    pub(super) fn begin(&mut self, told: Told) -> Result<(), DataError> {
        self.clear()?;
        self.notes.told = told;
        let notes = notes_of(&self.path);
        crate::write_atomically(&notes, |file| Ok(serde_json::to_writer(file, &self.notes)?))
    }

    /// Goes on where the last answer ended.
    pub(super) fn go_on(&mut self) {
        self.joined = true;
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// [`DataError::Write`].
    pub(super) fn add(&mut self, block: &[u8]) -> Result<(), DataError> {
        let written = self.file.write_all(block);
        if written.is_err() {
            // How much of the block was written is not known; what is there is whole up to here.
            let _ = self.file.set_len(self.bytes);
        }
        written.map_err(|error| DataError::write(&self.path, error))?;
        self.bytes += block.len() as u64;
        Ok(())
    }

    /// Gives the whole file its name.
    ///
    /// # Errors
    /// [`DataError::Write`].
    pub(super) fn finish(self, name: &Path) -> Result<(), DataError> {
        self.file.sync_all().map_err(|error| DataError::write(&self.path, error))?;
        drop(self.file);
        fs::rename(&self.path, name).map_err(|error| DataError::write(name, error))?;
        // Without a part the notes say nothing to anybody.
        let _ = fs::remove_file(notes_of(&self.path));
        Ok(())
    }

    /// Removes it.
    pub(super) fn remove(self) -> io::Result<()> {
        drop(self.file);
        let _ = fs::remove_file(notes_of(&self.path));
        fs::remove_file(&self.path)
    }
}

fn notes_of(part: &Path) -> PathBuf {
    part.with_added_extension("json")
}
