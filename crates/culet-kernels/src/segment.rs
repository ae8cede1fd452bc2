//! Means over lists of rows, without relations: the items of a user.

use rayon::prelude::*;

use crate::Matrix;
use crate::isa::multiversion;
use crate::lanes::{add_rows, axpy, for_each_piece, piece_mut, prefetch};

/// Lists of rows: list k is `columns[offsets[k]..offsets[k + 1]]`.
#[derive(Debug, Clone, Copy)]
pub struct Lists<'a> {
    /// `[n_lists + 1]`, never decreasing.
    pub offsets: &'a [u32],
    /// Row numbers.
    pub columns: &'a [u32],
}

impl<'a> Lists<'a> {
    /// The number of lists.
    #[must_use]
    pub fn len(self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is no list.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// One list.
    #[must_use]
    #[inline(always)]
    pub fn list(self, k: usize) -> &'a [u32] {
        &self.columns[self.offsets[k] as usize..self.offsets[k + 1] as usize]
    }
}

const LISTS_A_TASK: usize = 64;

/// The mean of the listed rows of `x`, for each list; zero for an empty list.
///
/// # Shapes
/// - `x`: `[n, d]`; `out`: `[n_lists, d]`, **overwritten**.
/// # Panics
/// If the shapes do not fit or a listed row is out of range.
pub fn interaction_mean(lists: Lists<'_>, x: &Matrix, out: &mut Matrix) {
    assert_eq!((out.n_rows(), out.stride()), (lists.len(), x.stride()), "one row for each list");
    let stride = out.stride();
    if stride == 0 {
        return;
    }
    out.as_mut_slice().par_chunks_mut(LISTS_A_TASK * stride).enumerate().for_each(|(task, out)| {
        mean_task(task * LISTS_A_TASK, lists, x, out);
    });
}

multiversion! {
    fn mean_task(first: usize, lists: Lists<'_>, x: &Matrix, out: &mut [f32]) = mean_body;
}

#[inline(always)]
fn mean_body<const FUSED: bool>(first: usize, lists: Lists<'_>, x: &Matrix, out: &mut [f32]) {
    for (k, out) in out.chunks_exact_mut(x.stride()).enumerate() {
        let columns = lists.list(first + k);
        if first + k + 1 < lists.len() {
            lists.list(first + k + 1).iter().take(8).for_each(|&column| prefetch(x, column as usize));
        }
        let share = if columns.is_empty() { 0.0 } else { 1.0 / columns.len() as f32 };
        for_each_piece!(x.stride(), |from, WIDTH| {
            let mut sum = [0.0; WIDTH];
            add_rows(columns, x, from, &mut sum);
            for (out, sum) in out[from..from + WIDTH].iter_mut().zip(sum) {
                *out = sum * share;
            }
        });
    }
}

/// Sums for each list the rows of `x` that it names, from the rows of `start` on: the gradient of [`interaction_mean`]
/// when the lists are those of the other end (the users of an item) and `x` is already divided by the length of its list.
///
/// # Shapes
/// - `x`: `[n, d]`; `start`: `[at most n_lists, d]`, zero beyond; `out`: `[n_lists, d]`, **overwritten**.
/// # Panics
/// If the shapes do not fit or a listed row is out of range.
pub fn sum_listed(lists: Lists<'_>, x: &Matrix, start: &Matrix, out: &mut Matrix) {
    assert_eq!((out.n_rows(), out.stride()), (lists.len(), x.stride()), "one row for each list");
    assert!(start.n_rows() <= lists.len() && start.stride() == x.stride(), "at most one row for each list");
    let stride = out.stride();
    if stride == 0 {
        return;
    }
    out.as_mut_slice().par_chunks_mut(LISTS_A_TASK * stride).enumerate().for_each(|(task, out)| {
        sum_task(task * LISTS_A_TASK, lists, x, start, out);
    });
}

multiversion! {
    fn sum_task(first: usize, lists: Lists<'_>, x: &Matrix, start: &Matrix, out: &mut [f32]) = sum_body;
}

#[inline(always)]
fn sum_body<const FUSED: bool>(first: usize, lists: Lists<'_>, x: &Matrix, start: &Matrix, out: &mut [f32]) {
    for (k, out) in out.chunks_exact_mut(x.stride()).enumerate() {
        for_each_piece!(x.stride(), |from, WIDTH| {
            let mut sum = [0.0; WIDTH];
            add_rows(lists.list(first + k), x, from, &mut sum);
            *piece_mut::<WIDTH>(out, from) = sum;
        });
        if first + k < start.n_rows() {
            axpy::<FUSED>(1.0, start.row(first + k), out);
        }
    }
}
