//! Folders of files that are either whole or absent.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use crate::DataError;
use crate::atomic::write_atomically;

/// A folder that was missing or empty, and is so again when this is dropped, unless it was kept: a disk that fills up
/// leaves no files behind that look like a whole data set, and nothing in the way of the next attempt.
#[derive(Debug)]
pub(crate) struct NewFolder {
    path: PathBuf,
    /// The folders that were made, the innermost first.
    made: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl NewFolder {
    /// Makes the folder, parents included.
    ///
    /// # Errors
    /// [`DataError::NotEmpty`] if it holds anything; [`DataError::Write`] and [`DataError::Read`].
    pub(crate) fn create(path: &Path) -> Result<Self, DataError> {
        let missing = path.ancestors().take_while(|above| !above.as_os_str().is_empty() && !above.exists());
        let folder = Self { path: path.into(), made: missing.map(Into::into).collect(), files: Vec::new() };
        fs::create_dir_all(path).map_err(|error| DataError::write(path, error))?;
        match fs::read_dir(path).map_err(|error| DataError::read(path, error))?.next() {
            Some(_) => Err(DataError::NotEmpty { path: path.into() }),
            None => Ok(folder),
        }
    }

    /// Writes a file into the folder, as [`write_atomically`] does.
    ///
    /// # Errors
    /// [`DataError::Write`].
    pub(crate) fn write<T>(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<T>,
    ) -> Result<T, DataError> {
        let file = self.path.join(name);
        // Before it is written: it may stand although its writing was not told to have succeeded.
        self.files.push(file.clone());
        write_atomically(&file, write)
    }

    /// Lets the folder stay.
    pub(crate) fn keep(mut self) {
        self.files.clear();
        self.made.clear();
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        // Nothing more can be done where this fails; a folder that others use meanwhile is not empty and stays.
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for folder in &self.made {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes two files, the second of which fails for want of room.
    fn fill(path: &Path) -> Result<(), DataError> {
        let mut folder = NewFolder::create(path)?;
        folder.write("a.txt", |file| io::Write::write_all(file, b"whole"))?;
        assert!(path.join("a.txt").exists());
        folder.write("b.txt", |_| Err(io::ErrorKind::StorageFull.into()))
    }

    #[test]
    fn a_full_disk_leaves_nothing_behind() {
        let root = tempfile::tempdir().unwrap();
        let error = fill(&root.path().join("x/y/z")).unwrap_err();
        assert!(matches!(&error, DataError::Write { path, .. } if path.ends_with("x/y/z/b.txt")), "{error}");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
        let empty = root.path().join("empty");
        fs::create_dir(&empty).unwrap();
        fill(&empty).unwrap_err();
        assert_eq!(fs::read_dir(&empty).unwrap().count(), 0, "a folder that was there stays, as empty as it was");
    }

    #[test]
    fn a_panic_leaves_nothing_behind() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("x");
        let panics = || {
            let mut folder = NewFolder::create(&path).unwrap();
            folder.write("a.txt", |_| Ok(())).unwrap();
            panic!("a broken invariant");
        };
        assert!(std::panic::catch_unwind(panics).is_err());
        assert!(!path.exists());
    }

    #[test]
    fn files_of_others_stay_with_their_folder() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("x");
        let folder = NewFolder::create(&path).unwrap();
        fs::write(path.join("mine.txt"), "").unwrap();
        drop(folder);
        assert!(path.join("mine.txt").exists());
        assert!(matches!(NewFolder::create(&path), Err(DataError::NotEmpty { .. })));
        assert!(path.join("mine.txt").exists());
    }

    #[test]
    fn what_is_kept_stays() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("x");
        let mut folder = NewFolder::create(&path).unwrap();
        folder.write("a.txt", |_| Ok(())).unwrap();
        folder.keep();
        assert!(path.join("a.txt").exists());
    }
}
