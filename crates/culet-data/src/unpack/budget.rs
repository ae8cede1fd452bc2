//! How much may come out of an archive.

use super::ArchiveProblem;

/// What may come out of one archive at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnpackLimits {
    /// Bytes, all entries together.
    pub bytes: u64,
    /// Files and folders, without what only a system put there.
    pub entries: usize,
    /// Bytes for each byte of the archive. Text packs to a tenth, deflate cannot do better than 1,032.
    pub ratio: u64,
}

impl Default for UnpackLimits {
    fn default() -> Self {
        Self { bytes: 8 << 30, entries: 10_000, ratio: 200 }
    }
}

/// Bytes below which the ratio says nothing: the head of an archive outweighs a small file.
const SMALL: u64 = 1 << 20;

/// What came out so far. It counts what really came, whatever the archive says of itself, and over all entries: those
/// that share their packed bytes count each time.
#[derive(Debug)]
pub(super) struct Budget {
    limits: UnpackLimits,
    packed: u64,
    bytes: u64,
}

impl Budget {
    /// For an archive of so many bytes.
    pub(super) fn new(limits: UnpackLimits, packed: u64) -> Self {
        Self { limits, packed, bytes: 0 }
    }

    /// More bytes of an entry.
    pub(super) fn take(&mut self, bytes: u64, entry: &str) -> Result<(), ArchiveProblem> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.limits.bytes {
            return Err(ArchiveProblem::TooLarge { entry: entry.into(), limit: self.limits.bytes });
        }
        if self.bytes > SMALL && self.bytes > self.packed.saturating_mul(self.limits.ratio) {
            return Err(ArchiveProblem::Bomb { entry: entry.into(), packed: self.packed, ratio: self.limits.ratio });
        }
        Ok(())
    }
}
