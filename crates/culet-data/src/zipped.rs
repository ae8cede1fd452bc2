//! The files in a zip archive: listed, and unpacked while they are read. Their names never become paths.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use crate::DataError;
use crate::network::NetworkProblem;
use crate::network::unpack::Input;

/// What a zip archive begins with.
pub(crate) const MAGIC: &[u8] = b"PK\x03\x04";

/// The most files of an archive that are looked at.
const MOST_MEMBERS: usize = 10_000;

/// A file in an archive.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    archive: Place,
    start: u64,
    deflated: bool,
    /// Its size in the archive.
    pub(crate) packed_size: u64,
    size: u64,
    crc: u32,
}

/// Where an archive is.
#[derive(Debug, Clone)]
enum Place {
    OnDisk(PathBuf),
    Bytes(Arc<[u8]>),
}

/// The files of an archive, without folders and what some systems put beside the files.
///
/// # Errors
/// A file that cannot be read, is no archive, is encrypted, or packed otherwise than by deflate.
pub(crate) fn members(archive: &Path) -> Result<Vec<Input>, DataError> {
    let file = File::open(archive).map_err(|error| DataError::read(archive, error))?;
    list(BufReader::new(file), archive, &Place::OnDisk(archive.into()))
}

/// As [`members`], of an archive in memory.
pub(crate) fn members_of_bytes(archive: &Path, bytes: Vec<u8>) -> Result<Vec<Input>, DataError> {
    let bytes: Arc<[u8]> = bytes.into();
    list(Cursor::new(Arc::clone(&bytes)), archive, &Place::Bytes(bytes))
}

fn list(source: impl Read + Seek, archive: &Path, place: &Place) -> Result<Vec<Input>, DataError> {
    let problem = |cause: String| DataError::network(archive, NetworkProblem::Packed { cause });
    let broken = |error: zip::result::ZipError| problem(format!("as a zip archive, {error}"));
    let mut zip = ZipArchive::new(source).map_err(broken)?;
    if zip.len() > MOST_MEMBERS {
        return Err(problem(format!("it claims to hold {} files, expected at most {MOST_MEMBERS}", zip.len())));
    }
    let mut inputs = Vec::new();
    for index in 0..zip.len() {
        let file = zip.by_index_raw(index).map_err(broken)?;
        let name = String::from_utf8_lossy(file.name_raw()).into_owned();
        if !file.is_file() || is_clutter(&name) {
            continue;
        }
        let deflated = match file.compression() {
            _ if file.encrypted() => return Err(problem(format!("`{}` in it is encrypted", name.escape_debug()))),
            CompressionMethod::Stored => false,
            CompressionMethod::Deflated => true,
            other => {
                let name = name.escape_debug();
                return Err(problem(format!("`{name}` in it is packed by {other}, expected deflate or nothing")));
            }
        };
        let start =
            file.data_start().ok_or_else(|| problem(format!("`{}` in it has no start", name.escape_debug())))?;
        let (packed_size, size, crc) = (file.compressed_size(), file.size(), file.crc32());
        let member = Member { archive: place.clone(), start, deflated, packed_size, size, crc };
        // No path: what `Path::join` would make of `/etc/x` or `../x`.
        let shown = format!("{}/{}", archive.display(), name.escape_debug());
        inputs.push(Input::zipped(shown.into(), member));
    }
    Ok(inputs)
}

/// Whether a file is one that the system put there, not a person.
fn is_clutter(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.') && part != "." && part != ".." || part == "__MACOSX")
}

impl Member {
    /// Opens it; the end of what it gives has been compared with its size and checksum.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read>> {
        match &self.archive {
            Place::OnDisk(path) => self.read_from(File::open(path)?),
            Place::Bytes(bytes) => self.read_from(Cursor::new(Arc::clone(bytes))),
        }
    }

    fn read_from(&self, mut source: impl Read + Seek + 'static) -> io::Result<Box<dyn Read>> {
        source.seek(SeekFrom::Start(self.start))?;
        let packed = BufReader::with_capacity(1 << 17, source.take(self.packed_size));
        let source: Box<dyn Read> =
            if self.deflated { Box::new(DeflateDecoder::new(packed)) } else { Box::new(packed) };
        Ok(Box::new(Checked { source, left: self.size, crc: self.crc, found: Crc::new() }))
    }
}

/// Compares what a source gives with the size and the checksum that the archive tells.
struct Checked {
    source: Box<dyn Read>,
    left: u64,
    crc: u32,
    found: Crc,
}

impl Read for Checked {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.source.read(out)?;
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
