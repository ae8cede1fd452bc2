//! Files that are either whole or absent.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::DataError;

/// Writes a file under a temporary name beside it, then renames it: a reader sees the old file or the whole new one.
///
/// The bytes are on the disk when the function returns. If anything fails, `write` included, the temporary file is
/// removed and `path` is as it was.
///
/// # Errors
/// [`DataError::Write`] with the path and the cause.
pub fn write_atomically<T>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<T>,
) -> Result<T, DataError> {
    write_and_rename(path, write).map_err(|source| DataError::write(path, source))
}

fn write_and_rename<T>(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<T>) -> io::Result<T> {
    let (file, temporary) = Temporary::create(path)?;
    let mut writer = BufWriter::with_capacity(1 << 16, file);
    let result = write(&mut writer)?;
    writer.flush()?;
    writer.get_ref().sync_all()?;
    drop(writer);
    temporary.rename(path)?;
    sync_folder(folder_of(path))?;
    Ok(result)
}

/// A file that is removed when dropped, unless it was renamed; so also if the writer panics.
struct Temporary {
    path: PathBuf,
    renamed: bool,
}

impl Temporary {
    /// Creates a file with a free name beside `path`.
    fn create(path: &Path) -> io::Result<(File, Self)> {
        let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
        loop {
            let mut free = std::ffi::OsString::from(".");
            free.push(name);
            free.push(format!(".{}-{}.tmp", std::process::id(), next_number()));
            let path = folder_of(path).join(free);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((file, Self { path, renamed: false })),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn rename(mut self, to: &Path) -> io::Result<()> {
        fs::rename(&self.path, to)?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // Nothing more can be done if this fails too; the first failure is the one to report.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn next_number() -> u64 {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// The folder that a path lies in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a rename in the folder last; file systems that cannot do so for folders say so, and are left alone.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

/// Only Unix offers this for folders.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_in(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_file_is_written_and_replaced_and_nothing_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        assert_eq!(write_atomically(&path, |w| w.write(b"one")).unwrap(), 3);
        write_atomically(&path, |w| w.write_all(b"two")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names_in(folder.path()), ["a.txt"]);
    }

    #[test]
    fn the_old_file_stands_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "old").unwrap();
        let seen = write_atomically(&path, |w| {
            w.write_all(b"new")?;
            w.flush()?;
            fs::read_to_string(&path)
        });
        assert_eq!(seen.unwrap(), "old");
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "old").unwrap();
        let failed: Result<(), _> = write_atomically(&path, |w| {
            w.write_all(b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        let error = failed.unwrap_err();
        assert_eq!(error.to_string(), format!("cannot write `{}`: no storage space", path.display()));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names_in(folder.path()), ["a.txt"]);
    }

    #[test]
    fn a_panic_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let write = || write_atomically::<()>(&path, |_| panic!("a broken invariant"));
        assert!(std::panic::catch_unwind(write).is_err());
        assert!(names_in(folder.path()).is_empty());
    }

    #[test]
    fn a_folder_that_is_not_there_and_one_in_the_way_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/a.txt");
        let error = write_atomically(&path, |_| Ok(())).unwrap_err();
        assert!(matches!(&error, DataError::Write { path: p, .. } if *p == path), "{error}");
        assert_eq!(error.hint().unwrap(), "create the folder first");
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        let error = write_atomically(&taken, |_| Ok(())).unwrap_err();
        assert!(matches!(&error, DataError::Write { .. }), "{error}");
        assert_eq!(names_in(folder.path()), ["taken"]);
    }

    #[test]
    fn a_path_without_a_name_is_an_error() {
        assert!(matches!(write_atomically(Path::new("/"), |_| Ok(())), Err(DataError::Write { .. })));
    }

    #[test]
    fn many_threads_may_write_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        std::thread::scope(|scope| {
            for k in 0..8_u8 {
                let path = &path;
                scope.spawn(move || write_atomically(path, |w| w.write_all(&[k; 5000])).unwrap());
            }
        });
        let bytes = fs::read(&path).unwrap();
        assert!(bytes.len() == 5000 && bytes.iter().all(|&b| b == bytes[0]));
        assert_eq!(names_in(folder.path()), ["a.txt"]);
    }
}
