//! How much text a file may still give out.

use std::cell::Cell;

use crate::network::unpack::most_unpacked;

/// Bytes of text that may still come out of a file: a text that a dictionary holds once may stand in every row.
pub(super) struct TextLeft(Cell<u64>);

impl TextLeft {
    /// Of a file of so many bytes.
    pub(super) fn new(file: u64) -> Self {
        Self(Cell::new(most_unpacked(file)))
    }

    /// Of a table that is in memory already.
    pub(super) fn unbounded() -> Self {
        Self(Cell::new(u64::MAX))
    }

    /// Counts texts that are given out.
    ///
    /// # Errors
    /// Texts that are far longer than the file, all together.
    pub(super) fn take(&self, lengths: impl IntoIterator<Item = usize>) -> Result<(), String> {
        let n: u64 = lengths.into_iter().map(|length| length as u64).sum();
        let left = self.0.get().checked_sub(n);
        self.0.set(left.ok_or("its texts are far longer than the file, as no table's are")?);
        Ok(())
    }
}
