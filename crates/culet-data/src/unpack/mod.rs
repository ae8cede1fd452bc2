//! Archives of others, unpacked into a folder and nowhere else.
//!
//! An archive is what somebody else wrote, so nothing of it is believed: names may point anywhere, sizes may be lies, a
//! few bytes may unpack to a disk full. What is refused is refused before it does harm, with the name of the entry.
//!
//! | module | subject |
//! | --- | --- |
//! | `entry_path` | which names of entries are taken |
//! | `budget` | how much may come out |
//! | `zip_archive`, `gzip_file` | the two packings; what is in a zip archive, `zipped/walk.rs` tells |
//! | `problem` | what can be wrong with an archive |

mod budget;
mod entry_path;
mod gzip_file;
mod problem;
mod zip_archive;

pub use budget::UnpackLimits;
pub use problem::ArchiveProblem;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use budget::Budget;

use crate::DataError;
use crate::fetch::Stop;

/// How a file is packed, as its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Zip,
    Gzip,
}

impl Packing {
    pub(crate) fn of_name(name: &str) -> Self {
        match name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).as_deref() {
            Some("zip") => Self::Zip,
            Some("gz") => Self::Gzip,
            _ => Self::Plain,
        }
    }
}

/// Unpacks an archive into a folder that exists and holds no links.
///
/// Whatever is in the way there is an error and stays. After an error the folder may hold a part of the archive.
pub(crate) fn unpack(
    archive: &Path,
    packing: Packing,
    folder: &Path,
    limits: UnpackLimits,
    cancelled: &dyn Fn() -> bool,
) -> Result<(), Stop> {
    let packed = fs::metadata(archive).map_err(|error| DataError::read(archive, error))?.len();
    let mut sink = Sink { archive, folder, limits, budget: Budget::new(limits, packed), cancelled };
    match packing {
        Packing::Plain => Ok(()),
        Packing::Zip => zip_archive::unpack(&mut sink),
        Packing::Gzip => gzip_file::unpack(&mut sink),
    }
}

/// As [`unpack`], with the usual limits.
///
/// # Errors
/// As [`unpack`].
#[doc(hidden)]
pub fn unpack_for_tests(archive: &Path, folder: &Path) -> Result<(), DataError> {
    let packing = Packing::of_name(&archive.to_string_lossy());
    unpack(archive, packing, folder, UnpackLimits::default(), &|| false).or_else(|stop| match stop {
        Stop::Failed(error) => Err(error),
        Stop::Cancelled => Ok(()),
    })
}

/// Where the entries of an archive go.
struct Sink<'a> {
    archive: &'a Path,
    folder: &'a Path,
    limits: UnpackLimits,
    budget: Budget,
    cancelled: &'a dyn Fn() -> bool,
}

impl Sink<'_> {
    fn open(&self) -> Result<File, Stop> {
        Ok(File::open(self.archive).map_err(|error| DataError::read(self.archive, error))?)
    }

    fn refuse(&self, problem: ArchiveProblem) -> Stop {
        DataError::archive(self.archive, problem).into()
    }

    /// Makes the folder of an entry.
    fn folder(&mut self, name: &str) -> Result<(), Stop> {
        let path = self.folder.join(entry_path::of(name).map_err(|problem| self.refuse(problem))?);
        if path.is_file() {
            return Err(self.refuse(ArchiveProblem::Twice { entry: name.into() }));
        }
        Ok(fs::create_dir_all(&path).map_err(|error| DataError::write(&path, error))?)
    }

    /// Writes the content of an entry, with its folders.
    fn file(&mut self, name: &str, content: &mut dyn Read) -> Result<(), Stop> {
        let relative = entry_path::of(name).map_err(|problem| self.refuse(problem))?;
        let path = self.folder.join(&relative);
        let folder = path.parent().unwrap_or(self.folder);
        let twice = || self.refuse(ArchiveProblem::Twice { entry: name.into() });
        let failed = |error: io::Error| match error.kind() {
            // A folder of that name, a file of that name, or a file where a folder should be.
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => twice(),
            _ => DataError::write(&path, error).into(),
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(failed)?;
        self.pour(name, content, &mut file, &path)?;
        Ok(file.sync_all().map_err(|error| DataError::write(&path, error))?)
    }

    fn pour(&mut self, name: &str, content: &mut dyn Read, file: &mut File, path: &Path) -> Result<(), Stop> {
        let mut block = vec![0; 1 << 16];
        loop {
            if (self.cancelled)() {
                return Err(Stop::Cancelled);
            }
            let n = match content.read(&mut block) {
                Ok(0) => return Ok(()),
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.broken(name, &error)),
            };
            self.budget.take(n as u64, name).map_err(|problem| self.refuse(problem))?;
            file.write_all(&block[..n]).map_err(|error| DataError::write(path, error))?;
        }
    }

    /// Content that cannot be unpacked, or read from the disk.
    fn broken(&self, name: &str, error: &io::Error) -> Stop {
        if error.raw_os_error().is_some() {
            let error = io::Error::from(error.kind());
            return DataError::read(self.archive, error).into();
        }
        let cause = match error.kind() {
            io::ErrorKind::UnexpectedEof => "it ends too early".into(),
            _ => crate::cause::cause(error),
        };
        self.refuse(ArchiveProblem::Damaged { entry: Some(name.into()), cause })
    }
}

#[cfg(test)]
mod tests;
