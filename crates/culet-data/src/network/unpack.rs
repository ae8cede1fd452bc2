//! Files as they are, or unpacked while they are read.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::NetworkProblem;
use crate::DataError;

/// How a file is packed, as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Gzip,
    Zstd,
}

/// A file on the disk, or what would stand in it.
#[derive(Debug, Clone)]
pub(super) struct Input {
    pub(super) path: PathBuf,
    bytes: Option<Vec<u8>>,
}

/// An open file.
pub(super) struct Opened<'a> {
    pub(super) source: Box<dyn Read + 'a>,
    pub(super) packing: Packing,
    /// Its size in bytes, as it is.
    pub(super) size: u64,
}

impl Input {
    /// A file.
    pub(super) fn file(path: PathBuf) -> Self {
        Self { path, bytes: None }
    }

    /// Bytes that go by the name of a file.
    pub(super) fn bytes(path: PathBuf, bytes: Vec<u8>) -> Self {
        Self { path, bytes: Some(bytes) }
    }

    /// The name without its folder.
    pub(super) fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Opens it; what is packed by gzip or zstd is unpacked, whatever its name.
    ///
    /// # Errors
    /// A file that cannot be read, or that is not packed although its name says so.
    pub(super) fn open(&self) -> Result<Opened<'_>, DataError> {
        let failed = |error| DataError::read(&self.path, error);
        match &self.bytes {
            Some(bytes) => unpacked(bytes.as_slice(), bytes.len() as u64, &self.path),
            None => {
                let file = File::open(&self.path).map_err(failed)?;
                let about = file.metadata().map_err(failed)?;
                if about.is_dir() {
                    return Err(failed(io::ErrorKind::IsADirectory.into()));
                }
                unpacked(file, about.len(), &self.path)
            }
        }
    }
}

fn unpacked<'a>(mut source: impl Read + 'a, size: u64, path: &Path) -> Result<Opened<'a>, DataError> {
    let mut magic = Vec::with_capacity(4);
    source.by_ref().take(4).read_to_end(&mut magic).map_err(|error| DataError::read(path, error))?;
    let packing = match magic.as_slice() {
        [0x1f, 0x8b, ..] => Packing::Gzip,
        // A frame, or one to skip before it.
        [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Packing::Zstd,
        _ => Packing::None,
    };
    for (ending, how, own) in [("gz", "gzip", Packing::Gzip), ("zst", "zstd", Packing::Zstd)] {
        if path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending)) && packing != own {
            return Err(DataError::network(path, NetworkProblem::NotPacked { how }));
        }
    }
    let whole = Cursor::new(magic).chain(source);
    let source: Box<dyn Read + 'a> = match packing {
        Packing::None => Box::new(whole),
        Packing::Gzip => Box::new(MultiGzDecoder::new(buffered(whole))),
        Packing::Zstd => Box::new(ZstdFrames { source: buffered(whole), decoder: FrameDecoder::new(), inside: false }),
    };
    Ok(Opened { source, packing, size })
}

fn buffered<R: Read>(source: Chain<Cursor<Vec<u8>>, R>) -> BufReader<Chain<Cursor<Vec<u8>>, R>> {
    BufReader::with_capacity(1 << 17, source)
}

/// The error of a source: of the disk, or of what was packed.
pub(super) fn failure(path: &Path, packing: Packing, error: io::Error) -> DataError {
    if packing == Packing::None || error.raw_os_error().is_some() {
        return DataError::read(path, error);
    }
    let cause = if ends_early(&error) { "it ends too early".into() } else { error.to_string() };
    DataError::network(path, NetworkProblem::Packed { cause })
}

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
