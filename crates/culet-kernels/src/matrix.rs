//! Tables of f32 rows, each row padded to whole cache lines.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

/// Numbers in a cache line; rows are padded to a multiple of it.
pub const LANES: usize = 16;

/// Tables of at least this size start at a multiple of it.
const HUGE_PAGE: usize = 2 << 20;

/// Asks Linux to back a large table by pages of 2 MiB: rows are read in random order, and a table of 27 MB has more
/// pages of 4 KiB than the processor remembers.
#[cfg(target_os = "linux")]
fn ask_for_huge_pages(data: NonNull<u8>, n_bytes: usize) {
    if n_bytes >= HUGE_PAGE {
        // SAFETY: the range is one allocation that starts at a page; the call is advice and changes no content.
        unsafe { libc::madvise(data.as_ptr().cast(), n_bytes, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
fn ask_for_huge_pages(_: NonNull<u8>, _: usize) {}

/// Gives an empty table's pointer the alignment of a full one's.
#[repr(align(64))]
struct CacheLine;

/// A table of `n_rows` rows of `dim` numbers.
///
/// A row occupies `stride` numbers (`dim` rounded up to a multiple of [`LANES`]) and starts at a multiple of 64 bytes.
/// The padding is zero; whoever writes a whole row keeps it so.
pub struct Matrix {
    data: NonNull<f32>,
    /// Numbers that the buffer holds, at least `n_rows * stride`.
    capacity: usize,
    n_rows: usize,
    dim: usize,
    stride: usize,
}

// SAFETY: a `Matrix` owns its buffer, and hands out references by the usual rules of `&` and `&mut`.
unsafe impl Send for Matrix {}
// SAFETY: as above.
unsafe impl Sync for Matrix {}

impl Matrix {
    /// A table of zeros.
    ///
    /// # Panics
    /// If the size overflows the address space.
    #[must_use]
    pub fn zeros(n_rows: usize, dim: usize) -> Self {
        let stride = dim.next_multiple_of(LANES);
        let capacity = n_rows.checked_mul(stride).expect("the table fits into memory");
        let layout = Self::layout(capacity);
        let data = if layout.size() == 0 {
            NonNull::<CacheLine>::dangling().cast()
        } else {
            // SAFETY: the layout has a positive size.
            let raw = unsafe { alloc(layout) };
            let data = NonNull::new(raw).unwrap_or_else(|| handle_alloc_error(layout));
            ask_for_huge_pages(data, layout.size());
            // SAFETY: the buffer has this size; zero bytes are the number 0.0.
            unsafe { data.write_bytes(0, layout.size()) };
            data.cast()
        };
        Self { data, capacity, n_rows, dim, stride }
    }

    /// A table from unpadded numbers, row after row.
    ///
    /// # Panics
    /// If `values` does not hold `n_rows * dim` numbers.
    #[must_use]
    pub fn from_values(n_rows: usize, dim: usize, values: &[f32]) -> Self {
        assert_eq!(values.len(), n_rows * dim, "one number for each place of the table");
        let mut matrix = Self::zeros(n_rows, dim);
        if dim > 0 {
            for (row, values) in values.chunks_exact(dim).enumerate() {
                matrix.row_mut(row)[..dim].copy_from_slice(values);
            }
        }
        matrix
    }

    /// A copy of the first rows.
    ///
    /// # Panics
    /// If there are not as many.
    #[must_use]
    pub fn first_rows(&self, n_rows: usize) -> Self {
        let mut rows = Self::zeros(n_rows, self.dim);
        let end = rows.as_slice().len();
        rows.as_mut_slice().copy_from_slice(&self.as_slice()[..end]);
        rows
    }

    /// Makes this a table of zeros of another shape, in the same memory if that suffices: for what each step needs anew.
    ///
    /// # Panics
    /// If the size overflows the address space.
    pub fn reset(&mut self, n_rows: usize, dim: usize) {
        self.reshape(n_rows, dim);
        self.as_mut_slice().fill(0.0);
    }

    /// Gives this table another shape, in the same memory if that suffices. What it then holds is left over from before,
    /// the padding too: for tables whose whole rows are about to be overwritten.
    ///
    /// # Panics
    /// If the size overflows the address space.
    pub fn reshape(&mut self, n_rows: usize, dim: usize) {
        let stride = dim.next_multiple_of(LANES);
        if n_rows.checked_mul(stride).is_none_or(|size| size > self.capacity) {
            *self = Self::zeros(n_rows, dim);
        }
        (self.n_rows, self.dim, self.stride) = (n_rows, dim, stride);
    }

    fn layout(capacity: usize) -> Layout {
        let bytes = capacity.checked_mul(4).expect("the table fits into memory");
        let align = if bytes >= HUGE_PAGE { HUGE_PAGE } else { 64 };
        Layout::from_size_align(bytes, align).expect("the table fits into memory")
    }

    /// The number of rows.
    #[must_use]
    #[inline(always)]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The numbers of a row that mean something.
    #[must_use]
    #[inline(always)]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The numbers from one row to the next, a multiple of [`LANES`].
    #[must_use]
    #[inline(always)]
    pub fn stride(&self) -> usize {
        self.stride
    }

    #[inline(always)]
    pub(crate) fn as_ptr(&self) -> *const f32 {
        self.data.as_ptr()
    }

    /// A row with its padding, `[stride]`.
    ///
    /// # Panics
    /// If the row is out of range.
    #[must_use]
    #[inline(always)]
    pub fn row(&self, row: usize) -> &[f32] {
        assert!(row < self.n_rows, "row {row} of {}", self.n_rows);
        // SAFETY: the row lies within the buffer, which is initialised.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr().add(row * self.stride), self.stride) }
    }

    /// A row with its padding, to write; the padding must stay zero.
    ///
    /// # Panics
    /// If the row is out of range.
    #[must_use]
    #[inline(always)]
    pub fn row_mut(&mut self, row: usize) -> &mut [f32] {
        assert!(row < self.n_rows, "row {row} of {}", self.n_rows);
        // SAFETY: the row lies within the buffer, which is initialised and borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.data.as_ptr().add(row * self.stride), self.stride) }
    }

    /// All rows with their padding, `[n_rows * stride]`.
    #[must_use]
    #[inline]
    pub fn as_slice(&self) -> &[f32] {
        // SAFETY: the buffer holds exactly these numbers.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr(), self.n_rows * self.stride) }
    }

    /// All rows with their padding, to write; the padding must stay zero.
    #[must_use]
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [f32] {
        // SAFETY: the buffer holds exactly these numbers and is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.data.as_ptr(), self.n_rows * self.stride) }
    }

    /// All rows without padding, `[n_rows * dim]`.
    #[must_use]
    pub fn to_values(&self) -> Vec<f32> {
        let mut values = Vec::with_capacity(self.n_rows * self.dim);
        for row in 0..self.n_rows {
            values.extend_from_slice(&self.row(row)[..self.dim]);
        }
        values
    }

    /// Rows to be written by several threads, each row by one.
    pub(crate) fn shared_rows(&mut self) -> SharedRows<'_> {
        SharedRows { data: self.data, n_rows: self.n_rows, stride: self.stride, owner: std::marker::PhantomData }
    }
}

impl Drop for Matrix {
    fn drop(&mut self) {
        let layout = Self::layout(self.capacity);
        if layout.size() > 0 {
            // SAFETY: allocated in `zeros` with this layout.
            unsafe { dealloc(self.data.as_ptr().cast(), layout) }
        }
    }
}

impl Default for Matrix {
    fn default() -> Self {
        Self::zeros(0, 0)
    }
}

impl Clone for Matrix {
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.n_rows, self.dim);
        copy.as_mut_slice().copy_from_slice(self.as_slice());
        copy
    }
}

impl PartialEq for Matrix {
    fn eq(&self, other: &Self) -> bool {
        (self.n_rows, self.dim) == (other.n_rows, other.dim) && self.as_slice() == other.as_slice()
    }
}

impl std::fmt::Debug for Matrix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Matrix {} x {}", self.n_rows, self.dim)
    }
}

/// The rows of a [`Matrix`], handed out for writing by several threads at once.
///
/// The caller promises, at each [`SharedRows::row_mut`], that no other thread uses the same row: the lists of rows that
/// kernels work through hold no row twice.
#[derive(Clone, Copy)]
pub(crate) struct SharedRows<'a> {
    data: NonNull<f32>,
    n_rows: usize,
    stride: usize,
    owner: std::marker::PhantomData<&'a mut Matrix>,
}

// SAFETY: rows are handed out by the contract of `row_mut` alone.
unsafe impl Send for SharedRows<'_> {}
// SAFETY: as above.
unsafe impl Sync for SharedRows<'_> {}

impl<'a> SharedRows<'a> {
    /// Asks the processor to bring a row near.
    #[inline(always)]
    pub(crate) fn prefetch(self, row: usize) {
        crate::lanes::prefetch_row(self.data.as_ptr(), row, self.stride);
    }

    /// A row with its padding, to write.
    ///
    /// # Safety
    /// While the reference lives, nobody else reads or writes the same row.
    ///
    /// # Panics
    /// If the row is out of range.
    #[inline(always)]
    pub(crate) unsafe fn row_mut(self, row: usize) -> &'a mut [f32] {
        assert!(row < self.n_rows, "row {row} of {}", self.n_rows);
        // SAFETY: within the buffer; exclusive by the contract of this function.
        unsafe { std::slice::from_raw_parts_mut(self.data.as_ptr().add(row * self.stride), self.stride) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_aligned_and_padded_with_zeros() {
        for dim in [0, 1, 7, 16, 17, 64, 100] {
            let values: Vec<f32> = (0..3 * dim).map(|k| k as f32 + 1.0).collect();
            let matrix = Matrix::from_values(3, dim, &values);
            assert_eq!(matrix.to_values(), values);
            for row in 0..3 {
                assert_eq!(matrix.row(row).as_ptr() as usize % 64, 0);
                assert!(matrix.row(row)[dim..].iter().all(|&x| x == 0.0));
            }
            assert_eq!(matrix.clone(), matrix);
        }
    }

    #[test]
    fn reset_gives_zeros_of_any_shape() {
        let mut matrix = Matrix::from_values(4, 20, &[1.0; 80]);
        for (n_rows, dim) in [(2, 17), (4, 20), (0, 5), (9, 64), (3, 1)] {
            matrix.reset(n_rows, dim);
            assert_eq!(matrix, Matrix::zeros(n_rows, dim));
            matrix.as_mut_slice().fill(2.0);
        }
    }

    #[test]
    #[should_panic(expected = "row 3 of 3")]
    fn a_row_out_of_range_panics() {
        let _ = Matrix::zeros(3, 4).row(3);
    }
}
