//! The one walk through a zip archive: which entries it holds, and the content of one of them.
//!
//! An archive is what somebody else wrote, so nothing of it is believed. A name is told as it stands and may point
//! anywhere: who makes a path of it checks it first. A size may be a lie: content that is longer, shorter or another
//! than the archive tells is an error, found while it is read. How much may come out altogether is for the reader to
//! bound, since only it knows what it keeps.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use zip::read::ZipFile;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

/// The bits of a mode that tell what kind of file it is, and two of those kinds.
const KIND: u32 = 0o170_000;
const PLAIN: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    /// A link or a device.
    Other,
}

/// An entry of an archive.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    start: u64,
    is_deflated: bool,
    /// Its size in the archive.
    pub(crate) packed_size: u64,
    size: u64,
    crc: u32,
}

/// Why an archive is not walked through.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It cannot be read.
    Io(io::Error),
    /// It is none, or a part of one.
    Damaged { entry: Option<String>, cause: String },
    /// It holds more entries than this.
    TooMany { limit: usize },
    /// An entry needs a password.
    Encrypted { entry: String },
}

/// The entries of an archive in its order, without what systems and programs put beside the files of a person.
///
/// # Errors
/// What is no archive, holds more than `limit` entries, or one that is encrypted or packed otherwise than by deflate.
pub(crate) fn entries(source: impl Read + Seek, limit: usize) -> Result<Vec<Entry>, Fault> {
    let mut archive = ZipArchive::new(source).map_err(|error| damaged(None, error))?;
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(|error| damaged(None, error))?;
        let name = name_of(&file);
        if is_clutter(&name) {
            continue;
        }
        if entries.len() == limit {
            return Err(Fault::TooMany { limit });
        }
        entries.push(entry(&file, name)?);
    }
    Ok(entries)
}

/// The name, with signs in place of what its encoding does not know.
fn name_of<R: Read + ?Sized>(file: &ZipFile<'_, R>) -> String {
    file.name().map_or_else(|_| String::from_utf8_lossy(file.name_raw()).into_owned(), Into::into)
}

/// Whether a system or a program put a file there, not a person: `__MACOSX` and what is hidden, as `.DS_Store` is.
///
/// What begins with two dots is none of it: on some system it may lead out of a folder, which is to be refused.
fn is_clutter(name: &str) -> bool {
    let is_hidden = |part: &str| part.starts_with('.') && part != "." && !part.starts_with("..");
    name.split('/').any(|part| is_hidden(part) || part == "__MACOSX")
}

fn entry<R: Read + ?Sized>(file: &ZipFile<'_, R>, name: String) -> Result<Entry, Fault> {
    let broken = |cause: String| Fault::Damaged { entry: Some(name.clone()), cause };
    if file.encrypted() {
        return Err(Fault::Encrypted { entry: name });
    }
    let is_deflated = match file.compression() {
        CompressionMethod::Stored => false,
        CompressionMethod::Deflated => true,
        other => return Err(broken(format!("it is packed by {other}, expected deflate or nothing"))),
    };
    let start = file.data_start().ok_or_else(|| broken("it has no start".into()))?;
    let (packed_size, size, crc) = (file.compressed_size(), file.size(), file.crc32());
    Ok(Entry { kind: kind_of(file), name, start, is_deflated, packed_size, size, crc })
}

fn kind_of<R: Read + ?Sized>(file: &ZipFile<'_, R>) -> Kind {
    // Programs on other systems tell no mode.
    match file.unix_mode().map_or(0, |mode| mode & KIND) {
        _ if file.is_symlink() => Kind::Other,
        0 | PLAIN | FOLDER if file.is_dir() => Kind::Folder,
        0 | PLAIN | FOLDER => Kind::File,
        _ => Kind::Other,
    }
}

/// What the library said, as the rest of a sentence.
fn damaged(entry: Option<String>, error: ZipError) -> Fault {
    let cause = match error {
        ZipError::Io(error) => return Fault::Io(error),
        ZipError::InvalidArchive(cause) => cause.into_owned(),
        error => error.to_string(),
    };
    let mut letters = cause.chars();
    let cause = letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect());
    Fault::Damaged { entry, cause }
}

impl Entry {
    /// The content, from the archive; its end is told only after it was compared with its size and checksum.
    pub(crate) fn read_from<R: Read + Seek>(&self, mut archive: R) -> io::Result<Content<R>> {
        archive.seek(SeekFrom::Start(self.start))?;
        let packed = BufReader::with_capacity(1 << 17, archive.take(self.packed_size));
        let source =
            if self.is_deflated { Source::Deflated(DeflateDecoder::new(packed)) } else { Source::Stored(packed) };
        Ok(Content { source, left: self.size, crc: self.crc, found: Crc::new() })
    }
}

/// The content of an entry, compared with what the archive tells of it.
pub(crate) struct Content<R: Read> {
    source: Source<BufReader<io::Take<R>>>,
    left: u64,
    crc: u32,
    found: Crc,
}

enum Source<R> {
    Stored(R),
    Deflated(DeflateDecoder<R>),
}

impl<R: Read> Read for Content<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = match &mut self.source {
            Source::Stored(source) => source.read(out)?,
            Source::Deflated(source) => source.read(out)?,
        };
        if n == 0 && !out.is_empty() {
            return match self.left {
                0 if self.found.sum() == self.crc => Ok(0),
                0 => Err(io::Error::other("its checksum differs")),
                _ => Err(io::ErrorKind::UnexpectedEof.into()),
            };
        }
        self.found.update(&out[..n]);
        let left = self.left.checked_sub(n as u64);
        self.left = left.ok_or_else(|| io::Error::other("it is longer than the archive tells"))?;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use culet_testkit::{ZipEntry, zip_of};

    use super::*;

    fn walked(stored: &[ZipEntry<'_>]) -> Result<Vec<(String, Kind)>, Fault> {
        let archive = Cursor::new(zip_of(stored));
        entries(archive, 3).map(|found| found.into_iter().map(|entry| (entry.name, entry.kind)).collect())
    }

    #[test]
    fn clutter_is_neither_told_nor_counted() {
        let clutter = ["__MACOSX/a", "x/__MACOSX/a", ".DS_Store", "x/._a", ".git/a"];
        let names = ["./a", "..\\a", "b."];
        let stored: Vec<_> = clutter.iter().chain(&names).map(|name| ZipEntry::stored(name, b"")).collect();
        assert_eq!(walked(&stored).unwrap(), names.map(|name| (name.to_owned(), Kind::File)));
        let four = ["a", "b", "c", "d"].map(|name| ZipEntry::stored(name, b""));
        assert!(matches!(walked(&four), Err(Fault::TooMany { limit: 3 })));
    }

    #[test]
    fn kinds_are_told() {
        let of = |name, mode| walked(&[ZipEntry { mode, ..ZipEntry::stored(name, b"") }]).unwrap()[0].1;
        assert_eq!([of("a", 0), of("a", 0o100_644)], [Kind::File; 2]);
        assert_eq!([of("a/", 0), of("a/", 0o040_755)], [Kind::Folder; 2]);
        for mode in [0o120_777, 0o060_644, 0o020_644, 0o010_644, 0o140_644] {
            assert_eq!(of("a", mode), Kind::Other, "{mode:o}");
        }
    }

    #[test]
    fn content_that_is_not_what_the_archive_tells_is_an_error() {
        let read = |packed: &[u8], content: &[u8]| {
            let bytes = zip_of(&[ZipEntry { packed, ..ZipEntry::stored("a", content) }]);
            let listed = entries(Cursor::new(&bytes), 1).unwrap();
            let mut found = Vec::new();
            let read = listed[0].read_from(Cursor::new(&bytes)).unwrap().read_to_end(&mut found);
            read.map(|_| found).map_err(|error| error.to_string())
        };
        assert_eq!(read(b"right", b"right").unwrap(), b"right");
        assert_eq!(read(b"other", b"right").unwrap_err(), "its checksum differs");
        assert_eq!(read(b"right and more", b"right").unwrap_err(), "it is longer than the archive tells");
        assert!(read(b"rig", b"right").is_err());
    }
}
