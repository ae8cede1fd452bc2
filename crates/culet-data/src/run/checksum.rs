//! Sizes and SHA-256 checksums of what passes through a reader or a writer.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

use super::FileRecord;
use crate::shown::hexadecimal;

/// Counts and hashes bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Checksum {
    hash: Sha256,
    bytes: u64,
}

impl Checksum {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The size and checksum of all bytes so far.
    pub(super) fn record(&self) -> FileRecord {
        FileRecord { bytes: self.bytes, sha256: hexadecimal(&self.hash.clone().finalize()) }
    }
}

/// A writer that hashes what it passes on.
pub(super) struct Hashing<W> {
    writer: W,
    checksum: Checksum,
}

impl<W: Write> Hashing<W> {
    pub(super) fn new(writer: W) -> Self {
        Self { writer, checksum: Checksum::default() }
    }

    pub(super) fn record(&self) -> FileRecord {
        self.checksum.record()
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.writer.write(bytes)?;
        self.checksum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// The checksum of the next `limit` bytes, or of fewer where the reader ends.
pub(super) fn checksum_of(reader: impl Read, limit: u64) -> io::Result<FileRecord> {
    let mut reader = reader.take(limit);
    let mut block = vec![0; 1 << 18];
    let mut checksum = Checksum::default();
    loop {
        match reader.read(&mut block) {
            Ok(0) => return Ok(checksum.record()),
            Ok(n) => checksum.update(&block[..n]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The SHA-256 of a text.
pub(super) fn checksum_of_text(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-2, appendix B.1.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn writers_readers_and_texts_agree_with_the_standard() {
        let mut hashing = Hashing::new(Vec::new());
        hashing.write_all(b"a").unwrap();
        hashing.write_all(b"bc").unwrap();
        let expected = FileRecord { bytes: 3, sha256: ABC.into() };
        assert_eq!(hashing.record(), expected);
        assert_eq!(hashing.writer, b"abc");
        assert_eq!(checksum_of(&b"abcdef"[..], 3).unwrap(), expected);
        assert_eq!(checksum_of(&b"abc"[..], 9).unwrap(), expected);
        assert_eq!(checksum_of_text("abc"), ABC);
    }
}
