//! The files in a zip archive: listed, and unpacked while they are read. Their names never become paths.

pub(crate) mod walk;

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walk::{Entry, Fault, Kind};

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
    archive: Archive,
    entry: Entry,
}

/// Where an archive is.
#[derive(Debug, Clone)]
pub(crate) enum Archive {
    OnDisk(PathBuf),
    Bytes(Arc<[u8]>),
}

/// The files of an archive, without folders, links and clutter.
///
/// # Errors
/// A file that cannot be read, is no archive, is encrypted, or packed otherwise than by deflate.
pub(crate) fn members(path: &Path, archive: &Archive) -> Result<Vec<Input>, DataError> {
    let source = archive.open().map_err(|error| DataError::read(path, error))?;
    let entries = walk::entries(source, MOST_MEMBERS).map_err(|fault| failure(path, fault))?;
    let files = entries.into_iter().filter(|entry| entry.kind == Kind::File);
    let input = |entry: Entry| {
        // No path: what `Path::join` would make of `/etc/x` or `../x`.
        let shown = format!("{}/{}", path.display(), entry.name.escape_debug());
        Input::zipped(shown.into(), Member { archive: archive.clone(), entry })
    };
    Ok(files.map(input).collect())
}

fn failure(path: &Path, fault: Fault) -> DataError {
    let cause = match fault {
        Fault::Io(error) if error.raw_os_error().is_some() => return DataError::read(path, error),
        Fault::Io(error) => format!("as a zip archive, {error}"),
        Fault::Damaged { entry: None, cause } => format!("as a zip archive, {cause}"),
        Fault::Damaged { entry: Some(entry), cause } => format!("`{}` in it: {cause}", entry.escape_debug()),
        Fault::TooMany { limit } => format!("it holds more than {limit} files"),
        Fault::Encrypted { entry } => format!("`{}` in it is encrypted", entry.escape_debug()),
    };
    DataError::network(path, NetworkProblem::Packed { cause })
}

impl Archive {
    fn open(&self) -> io::Result<Box<dyn ReadSeek>> {
        Ok(match self {
            Self::OnDisk(path) => Box::new(io::BufReader::new(File::open(path)?)),
            Self::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }
}

impl Member {
    /// Its size in the archive.
    pub(crate) fn packed_size(&self) -> u64 {
        self.entry.packed_size
    }

    /// Opens it; the end of what it gives has been compared with its size and checksum.
    pub(crate) fn open(&self) -> io::Result<impl Read + use<>> {
        self.entry.read_from(self.archive.open()?)
    }
}

/// A source of bytes, and whether one can go to and fro in it.
pub(crate) trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}
