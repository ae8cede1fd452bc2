//! The growing file of a log, as the writer sees it: a seam, so that tests can let a disk be full.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// A place where files of a log grow.
pub(super) trait Disk: Send {
    /// Opens a file to append to; an existing one is emptied if `anew`.
    fn open(&self, path: &Path, anew: bool) -> io::Result<Box<dyn Growing>>;
}

/// A file that grows.
pub(super) trait Growing: Send {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Returns when everything appended is on the disk.
    fn sync(&mut self) -> io::Result<()>;
    /// Takes away what lies behind `length`.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

/// The system's own.
pub(super) struct RealDisk;

impl Disk for RealDisk {
    fn open(&self, path: &Path, anew: bool) -> io::Result<Box<dyn Growing>> {
        // Appending, every write goes to the end, wherever a cut has put it.
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        if anew {
            file.set_len(0)?;
        }
        sync_folder(path.parent().unwrap_or(Path::new(".")))?;
        Ok(Box::new(file))
    }
}

impl Growing for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}

/// Makes a new entry of a folder last; where the file system cannot, that is all there is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
