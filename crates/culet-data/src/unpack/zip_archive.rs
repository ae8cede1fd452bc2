//! Zip archives.

use std::io::{BufReader, Read, Seek};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::{ArchiveProblem, Sink, entry_path};
use crate::fetch::Stop;

/// The bits of a mode that tell what kind of file it is, and two of those kinds.
const KIND: u32 = 0o170_000;
const PLAIN: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;

/// Unpacks all entries, in the order of the archive.
pub(super) fn unpack(sink: &mut Sink<'_>) -> Result<(), Stop> {
    let file = BufReader::with_capacity(1 << 17, sink.open()?);
    let mut archive = ZipArchive::new(file).map_err(|error| refuse(sink, None, error))?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| refuse(sink, None, error))?;
        let name = entry.name().map_err(|error| refuse(sink, None, error))?.into_owned();
        unpack_entry(sink, &mut entry, &name)?;
    }
    Ok(())
}

fn unpack_entry<R: Read + Seek>(sink: &mut Sink<'_>, entry: &mut ZipFile<'_, R>, name: &str) -> Result<(), Stop> {
    let kind = entry.unix_mode().map_or(0, |mode| mode & KIND);
    if entry.is_symlink() || !matches!(kind, 0 | PLAIN | FOLDER) {
        return Err(sink.refuse(ArchiveProblem::NoFile { entry: name.into() }));
    }
    if entry_path::is_clutter(name) {
        return Ok(());
    }
    if entry.is_dir() { sink.folder(name) } else { sink.file(name, entry) }
}

fn refuse(sink: &Sink<'_>, entry: Option<&str>, error: ZipError) -> Stop {
    let cause = match error {
        ZipError::Io(error) => return sink.broken(entry.unwrap_or("its list of files"), &error),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => return sink.refuse(ArchiveProblem::Encrypted),
        ZipError::InvalidArchive(cause) => cause.into_owned(),
        error => error.to_string(),
    };
    let mut letters = cause.chars();
    let cause = letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect());
    sink.refuse(ArchiveProblem::Damaged { entry: entry.map(Into::into), cause })
}
