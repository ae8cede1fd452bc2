//! Sets of table rows, each row once: what makes writing by several threads sound.

use std::sync::atomic::{AtomicU8, Ordering};

/// A set of rows of a table: a flag for each row, and the rows in ascending order.
#[derive(Debug)]
pub struct RowSet {
    flags: Vec<AtomicU8>,
    rows: Vec<u32>,
}

impl RowSet {
    /// The empty set of rows below `n_rows`.
    #[must_use]
    pub fn new(n_rows: usize) -> Self {
        Self { flags: flags(n_rows, 0), rows: Vec::new() }
    }

    /// All rows below `n_rows`.
    #[must_use]
    pub fn all(n_rows: usize) -> Self {
        Self { flags: flags(n_rows, 1), rows: (0..n_rows as u32).collect() }
    }

    /// How many rows the table has.
    #[must_use]
    pub fn n_table_rows(&self) -> usize {
        self.flags.len()
    }

    /// Removes all rows.
    pub fn clear(&mut self) {
        for flag in &mut self.flags {
            *flag.get_mut() = 0;
        }
        self.rows.clear();
    }

    /// Adds a row; [`RowSet::rows`] shows it after [`RowSet::collect`]. Any number of threads may add.
    ///
    /// # Panics
    /// If the row is out of range.
    #[inline(always)]
    pub fn mark(&self, row: u32) {
        self.flags[row as usize].store(1, Ordering::Relaxed);
    }

    /// Lists the marked rows in ascending order.
    pub fn collect(&mut self) {
        // Without branches: each row is written, and overwritten by the next unless it is marked.
        self.rows.resize(self.flags.len(), 0);
        let mut n = 0;
        for (row, flag) in self.flags.iter_mut().enumerate() {
            self.rows[n] = row as u32;
            n += usize::from(*flag.get_mut());
        }
        self.rows.truncate(n);
    }

    /// Whether the row is marked.
    ///
    /// # Panics
    /// If the row is out of range.
    #[must_use]
    #[inline(always)]
    pub fn contains(&self, row: u32) -> bool {
        self.flags[row as usize].load(Ordering::Relaxed) != 0
    }

    /// # Safety
    /// The row is in range.
    #[inline(always)]
    pub(crate) unsafe fn contains_unchecked(&self, row: u32) -> bool {
        // SAFETY: by the contract of this function.
        unsafe { self.flags.get_unchecked(row as usize).load(Ordering::Relaxed) != 0 }
    }

    /// The rows as listed by the last [`RowSet::collect`], ascending, each once.
    #[must_use]
    #[inline]
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The number of listed rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

fn flags(n_rows: usize, value: u8) -> Vec<AtomicU8> {
    (0..n_rows).map(|_| AtomicU8::new(value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_rows_are_listed_once_in_order() {
        let mut set = RowSet::new(10);
        for row in [7, 2, 7, 9] {
            set.mark(row);
        }
        set.collect();
        assert_eq!(set.rows(), [2, 7, 9]);
        assert!(set.contains(7) && !set.contains(3));
        set.clear();
        assert!(set.is_empty() && !set.contains(7));
    }
}
