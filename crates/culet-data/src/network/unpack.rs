//! Files as they are, or unpacked while they are read.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::NetworkProblem;
use crate::DataError;
use crate::columns::{Batches, ForeignTable, Source};
use crate::zipped::{Archive, Member, members};

/// What unpacks to more than this many times its size is no table, but a bomb ...
const MOST_TIMES: u64 = 250;
/// ... unless it is small even so.
const HARMLESS: u64 = 1 << 26;

/// The most bytes to which so many packed ones may unpack.
pub(crate) fn most_unpacked(packed: u64) -> u64 {
    HARMLESS.max(packed.saturating_mul(MOST_TIMES))
}

/// How a file is packed, as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    None,
    Gzip,
    Zstd,
    Zip,
}

/// A file on the disk, in an archive, what would stand in it, or a table in memory.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    /// Of a file in an archive that of the archive, then the name: only for messages.
    pub(crate) path: PathBuf,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    OnDisk,
    Bytes(Arc<[u8]>),
    Zipped(Member),
    Table(Arc<Batches>),
}

const ARROW_FILE: &[u8] = b"ARROW1\0\0";

/// An open file.
pub(crate) struct Opened<'a> {
    pub(crate) source: Box<dyn Read + 'a>,
    pub(crate) packing: Packing,
    /// Its size in bytes, as it is.
    pub(crate) size: u64,
}

impl Input {
    /// A file.
    pub(crate) fn file(path: PathBuf) -> Self {
        Self { path, content: Content::OnDisk }
    }

    /// Bytes that go by the name of a file.
    pub(crate) fn bytes(path: PathBuf, bytes: Vec<u8>) -> Self {
        Self { path, content: Content::Bytes(bytes.into()) }
    }

    /// A file in an archive.
    pub(crate) fn zipped(path: PathBuf, member: Member) -> Self {
        Self { path, content: Content::Zipped(member) }
    }

    /// A table in memory that goes by this name.
    pub(crate) fn table(path: PathBuf, batches: Arc<Batches>) -> Self {
        Self { path, content: Content::Table(batches) }
    }

    /// The batches of a table in memory.
    pub(crate) fn batches(&self) -> Option<Arc<Batches>> {
        match &self.content {
            Content::Table(batches) => Some(Arc::clone(batches)),
            _ => None,
        }
    }

    /// Whether it is a table of another program: in Parquet, in an Arrow format or in memory.
    ///
    /// # Errors
    /// A file that cannot be read or unpacked.
    pub(crate) fn is_foreign(&self) -> Result<bool, DataError> {
        match &self.content {
            // What is no file, as a pipe, can be read only once.
            Content::OnDisk if !self.path.is_file() => Ok(false),
            _ => Ok(ForeignTable::is_like(&self.magic(6)?)),
        }
    }

    /// The files in it, a zip archive.
    ///
    /// # Errors
    /// What cannot be read, is no archive, or is one in another.
    pub(crate) fn members(&self) -> Result<Vec<Self>, DataError> {
        let archive = match &self.content {
            Content::OnDisk => Archive::OnDisk(self.path.clone()),
            Content::Bytes(bytes) => Archive::Bytes(Arc::clone(bytes)),
            Content::Zipped(_) | Content::Table(_) => {
                let cause = "it is an archive in an archive".into();
                return Err(DataError::network(&self.path, NetworkProblem::Packed { cause }));
            }
        };
        members(&self.path, &archive)
    }

    /// The name without its folder.
    pub(crate) fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Opens it; what is packed by gzip or zstd is unpacked, whatever its name.
    ///
    /// # Errors
    /// A file that cannot be read, or that is not packed although its name says so.
    pub(crate) fn open(&self) -> Result<Opened<'_>, DataError> {
        match &self.content {
            Content::Bytes(bytes) => unpacked(&bytes[..], bytes.len() as u64, &self.path, Packing::None),
            // Who looks for its format finds the one that it would have as a file.
            Content::Table(_) => unpacked(ARROW_FILE, ARROW_FILE.len() as u64, &self.path, Packing::None),
            Content::Zipped(member) => {
                let source = member.open().map_err(|error| DataError::read(&self.path, error))?;
                unpacked(source, member.packed_size(), &self.path, Packing::Zip)
            }
            Content::OnDisk => {
                let (file, size) = self.on_disk()?;
                unpacked(file, size, &self.path, Packing::None)
            }
        }
    }

    /// Opens it as a file of columns, which is read to and fro; what is packed is unpacked into memory.
    ///
    /// # Errors
    /// A file that cannot be read or unpacked.
    pub(crate) fn columns(&self) -> Result<Source, DataError> {
        match &self.content {
            Content::OnDisk if self.open()?.packing == Packing::None => {
                Source::file(self.on_disk()?.0).map_err(|error| DataError::read(&self.path, error))
            }
            _ => Ok(Source::bytes(self.read()?)),
        }
    }

    /// The first bytes of the file, unpacked.
    ///
    /// # Errors
    /// A file that cannot be read or unpacked.
    pub(crate) fn magic(&self, length: u64) -> Result<Vec<u8>, DataError> {
        let opened = self.open()?;
        let mut magic = Vec::new();
        let read = opened.source.take(length).read_to_end(&mut magic);
        read.map_err(|error| failure(&self.path, opened.packing, error))?;
        Ok(magic)
    }

    /// All bytes, unpacked.
    ///
    /// # Errors
    /// A file that cannot be read or unpacked.
    pub(crate) fn read(&self) -> Result<Vec<u8>, DataError> {
        let mut opened = self.open()?;
        let mut bytes = Vec::new();
        let read = opened.source.read_to_end(&mut bytes);
        read.map_err(|error| failure(&self.path, opened.packing, error))?;
        Ok(bytes)
    }

    fn on_disk(&self) -> Result<(File, u64), DataError> {
        let failed = |error| DataError::read(&self.path, error);
        let file = File::open(&self.path).map_err(failed)?;
        let about = file.metadata().map_err(failed)?;
        if about.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        Ok((file, about.len()))
    }
}

/// The content of a source; `own` tells how it is packed already.
fn unpacked<'a>(mut source: impl Read + 'a, size: u64, path: &Path, own: Packing) -> Result<Opened<'a>, DataError> {
    let mut magic = Vec::with_capacity(4);
    source.by_ref().take(4).read_to_end(&mut magic).map_err(|error| failure(path, own, error))?;
    let packing = match magic.as_slice() {
        [0x1f, 0x8b, ..] => Packing::Gzip,
        // A frame, or one to skip before it.
        [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Packing::Zstd,
        _ => Packing::None,
    };
    for (ending, how, named) in [("gz", "gzip", Packing::Gzip), ("zst", "zstd", Packing::Zstd)] {
        if path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending)) && packing != named {
            return Err(DataError::network(path, NetworkProblem::NotPacked { how }));
        }
    }
    let whole = Cursor::new(magic).chain(source);
    let bounded = |source: Box<dyn Read + 'a>| Box::new(Bounded { source, left: most_unpacked(size) });
    let source: Box<dyn Read + 'a> = match packing {
        Packing::Gzip => bounded(Box::new(MultiGzDecoder::new(buffered(whole)))),
        Packing::Zstd => {
            bounded(Box::new(ZstdFrames { source: buffered(whole), decoder: FrameDecoder::new(), inside: false }))
        }
        _ if own == Packing::Zip => bounded(Box::new(whole)),
        _ => Box::new(whole),
    };
    Ok(Opened { source, packing: if packing == Packing::None { own } else { packing }, size })
}

fn buffered<R: Read>(source: Chain<Cursor<Vec<u8>>, R>) -> BufReader<Chain<Cursor<Vec<u8>>, R>> {
    BufReader::with_capacity(1 << 17, source)
}

/// The error of a source: of the disk, or of what was packed.
pub(crate) fn failure(path: &Path, packing: Packing, error: io::Error) -> DataError {
    // A table that is read as text tells what is wrong with it.
    let error = match error.downcast::<DataError>() {
        Ok(told) => return told,
        Err(error) => error,
    };
    if packing == Packing::None || error.raw_os_error().is_some() {
        return DataError::read(path, error);
    }
    if matches!(error.get_ref(), Some(inner) if inner.is::<Bomb>()) {
        return DataError::network(path, NetworkProblem::Bomb { times: MOST_TIMES });
    }
    let cause = if ends_early(&error) { "it ends too early".into() } else { error.to_string() };
    DataError::network(path, NetworkProblem::Packed { cause })
}

/// A source that gives no more than it should.
struct Bounded<R> {
    source: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.source.read(out)?;
        self.left = self.left.checked_sub(n as u64).ok_or_else(|| io::Error::other(Bomb))?;
        Ok(n)
    }
}

/// What is packed unpacks to far more than tables do.
#[derive(Debug, thiserror::Error)]
#[error("it unpacks to far more than it should")]
struct Bomb;

/// Whether the decoder missed bytes, here or in what caused the error.
fn ends_early(error: &io::Error) -> bool {
    let mut cause = error.get_ref().map(|inner| inner as &dyn Error);
    while let Some(inner) = cause {
        if inner.downcast_ref::<io::Error>().is_some_and(ends_early) {
            return true;
        }
        cause = inner.source();
    }
    error.kind() == io::ErrorKind::UnexpectedEof
}

/// The content of all frames of a zstd file, their checksums verified.
struct ZstdFrames<R> {
    source: R,
    decoder: FrameDecoder,
    inside: bool,
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.inside && !self.next_frame()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let decoded = self.decoder.decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1));
                decoded.map_err(io::Error::other)?;
            }
            let n = self.decoder.read(out)?;
            if n > 0 || out.is_empty() {
                return Ok(n);
            }
            self.check_sum()?;
            self.inside = false;
        }
    }
}

impl<R: BufRead> ZstdFrames<R> {
    /// Goes to the next frame with content; false at the end.
    fn next_frame(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.source) {
                Ok(()) => {
                    self.inside = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let skipped = io::copy(&mut self.source.by_ref().take(length.into()), &mut io::sink())?;
                    if skipped < length.into() {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(FrameDecoderError::WindowSizeTooBig { .. }) => {
                    return Err(io::Error::other("its window is larger than 128 MiB, as `zstd --long=31` makes it"));
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Ok(false)
    }

    fn check_sum(&self) -> io::Result<()> {
        match (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum()) {
            (Some(told), Some(found)) if told != found => Err(io::Error::other("its checksum differs")),
            _ => Ok(()),
        }
    }
}
