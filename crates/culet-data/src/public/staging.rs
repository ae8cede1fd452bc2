//! The folder in which a set comes together before it appears under its name.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::PublicSet;
use crate::DataError;
use crate::atomic::{folder_of, sync_folder};

/// What the accepted licence stands in.
const LICENCE: &str = "licence.txt";

/// The folder beside `out` in which its files come together: `OUT.part`. It stays after an interrupted or failed
/// download, and the next one goes on from it.
#[must_use]
pub fn staging_of(out: &Path) -> PathBuf {
    out.with_added_extension("part")
}

/// Whether the terms of the set, as they are in the list, were accepted for a download into `out` that has begun.
#[must_use]
pub fn licence_accepted(set: &PublicSet, out: &Path) -> bool {
    fs::read_to_string(staging_of(out).join(LICENCE)).is_ok_and(|text| text == licence_of(set))
}

fn licence_of(set: &PublicSet) -> String {
    format!("{}\n{}\n\n{}\n", set.name, set.licence, set.terms)
}

/// The staging folder of a set, locked against other programs.
#[derive(Debug)]
pub(super) struct Staging {
    path: PathBuf,
    lock: File,
}

impl Staging {
    /// Makes the folder, or takes up the one that is there, and notes that the licence was accepted.
    ///
    /// # Errors
    /// [`DataError::InUse`], [`DataError::Write`].
    pub(super) fn enter(set: &PublicSet, out: &Path) -> Result<Self, DataError> {
        let path = staging_of(out);
        let files = path.join("files");
        fs::create_dir_all(&files).map_err(|error| DataError::write(&files, error))?;
        let lock_path = path.join("lock");
        let lock = File::create(&lock_path).map_err(|error| DataError::write(&lock_path, error))?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(DataError::InUse { path }),
            // Where the system knows no locks, a person who starts two at once gets what two give.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let staging = Self { path, lock };
        let licence = staging.path.join(LICENCE);
        crate::write_atomically(&licence, |file| std::io::Write::write_all(file, licence_of(set).as_bytes()))?;
        staging.fresh("whole")?;
        staging.fresh("unpacked")?;
        Ok(staging)
    }

    /// Where the files of the source are.
    pub(super) fn files(&self) -> PathBuf {
        self.path.join("files")
    }

    /// Where the set comes together.
    pub(super) fn whole(&self) -> PathBuf {
        self.path.join("whole")
    }

    /// An empty folder to unpack into.
    pub(super) fn unpacked(&self) -> Result<PathBuf, DataError> {
        self.fresh("unpacked")
    }

    /// Empties a folder of its own.
    fn fresh(&self, name: &str) -> Result<PathBuf, DataError> {
        let path = self.path.join(name);
        let failed = |error| DataError::write(&path, error);
        if path.exists() {
            fs::remove_dir_all(&path).map_err(failed)?;
        }
        fs::create_dir(&path).map_err(failed)?;
        Ok(path)
    }

    /// Gives what came together its name, at once, and removes the rest.
    ///
    /// # Errors
    /// [`DataError::Write`].
    pub(super) fn publish(self, out: &Path) -> Result<(), DataError> {
        let failed = |error| DataError::write(out, error);
        if out.is_dir() {
            // An empty folder, as was looked before: it makes room, and one that was filled meanwhile stays.
            fs::remove_dir(out).map_err(failed)?;
        }
        fs::rename(self.whole(), out).map_err(failed)?;
        sync_folder(folder_of(out)).map_err(failed)?;
        // What is left over is in nobody's way.
        drop(self.lock);
        let _ = fs::remove_dir_all(&self.path);
        Ok(())
    }

    /// Removes everything that does not serve another attempt, and the folder itself if nothing is left.
    pub(super) fn leave(self) {
        drop(self.lock);
        for name in ["whole", "unpacked"] {
            let _ = fs::remove_dir_all(self.path.join(name));
        }
        if fs::remove_dir(self.path.join("files")).is_ok() {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
