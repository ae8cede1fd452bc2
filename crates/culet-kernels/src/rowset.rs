//! Sets of table rows, each row once: what makes writing by several threads sound.

use std::sync::atomic::{AtomicU8, Ordering};

/// A set of rows of a table: marked by any number of threads, then listed once.
#[derive(Debug)]
pub struct RowSet {
    /// What was marked, one for each row of the table.
    flags: Vec<AtomicU8>,
    /// What was marked at the last [`RowSet::collect`], as bits and as a list.
    bits: Vec<u64>,
    rows: Vec<u32>,
}

impl RowSet {
    /// The empty set of rows below `n_rows`.
    #[must_use]
    pub fn new(n_rows: usize) -> Self {
        let flags = (0..n_rows).map(|_| AtomicU8::new(0)).collect();
        Self { flags, bits: vec![0; n_rows.div_ceil(64)], rows: Vec::new() }
    }

    /// All rows below `n_rows`.
    #[must_use]
    pub fn all(n_rows: usize) -> Self {
        let mut set = Self::new(n_rows);
        set.fill();
        set
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
        self.bits.fill(0);
        self.rows.clear();
    }

    /// Adds a row; the set shows it after [`RowSet::collect`]. Any number of threads may add.
    ///
    /// # Panics
    /// If the row is out of range.
    #[inline(always)]
    pub fn mark(&self, row: u32) {
        self.flags[row as usize].store(1, Ordering::Relaxed);
    }

    /// Adds all rows and lists them; does nothing where they are all listed.
    pub fn fill(&mut self) {
        if self.rows.len() < self.flags.len() {
            self.flags.iter_mut().for_each(|flag| *flag.get_mut() = 1);
            self.collect();
        }
    }

    /// Lists the marked rows in ascending order.
    pub fn collect(&mut self) {
        // Without branches: each row is written, and overwritten by the next unless it is marked.
        self.rows.resize(self.flags.len(), 0);
        let mut n = 0;
        for ((word, flags), first) in self.bits.iter_mut().zip(self.flags.chunks_mut(64)).zip((0..).step_by(64)) {
            *word = 0;
            for (k, flag) in flags.iter_mut().enumerate() {
                let marked = *flag.get_mut();
                self.rows[n] = first + k as u32;
                n += usize::from(marked);
                *word |= u64::from(marked) << k;
            }
        }
        self.rows.truncate(n);
    }

    /// Whether the row is in the set, as of the last [`RowSet::collect`].
    ///
    /// # Panics
    /// If the row is out of range.
    #[must_use]
    #[inline(always)]
    pub fn contains(&self, row: u32) -> bool {
        self.bits[row as usize >> 6] >> (row & 63) & 1 != 0
    }

    /// The set as bits, `[n_rows / 64, rounded up]`.
    #[inline(always)]
    pub(crate) fn bits(&self) -> &[u64] {
        &self.bits
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_rows_are_listed_once_in_order() {
        let mut set = RowSet::new(200);
        for row in [130, 7, 2, 7, 199] {
            set.mark(row);
        }
        set.collect();
        assert_eq!(set.rows(), [2, 7, 130, 199]);
        assert!((0..200).all(|row| set.contains(row) == set.rows().contains(&row)));
        assert!(set.contains(7) && !set.contains(3));
        set.clear();
        assert!(set.is_empty() && !set.contains(7));
        assert_eq!(RowSet::all(65).rows(), (0..65).collect::<Vec<_>>());
    }
}
