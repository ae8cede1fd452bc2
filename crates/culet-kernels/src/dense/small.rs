//! The solution of a small definite system, as one of many that threads solve side by side.

use crate::isa::{multiply_add, multiversion};

/// Solves a x = b for a symmetric positive definite `a`, by Cholesky's factors.
///
/// An unknown whose pivot is not positive is left out, which is to say that it is 0 and the others solve the rest of the
/// system: so a table that is not quite definite still gives an answer.
///
/// # Shapes
/// - `table`: rows of [`system_stride`]`(n)` numbers, **overwritten**; row r holds `a[r][c]` for c from r to n - 1, and
///   `b[r]` at place n. What is before the diagonal does not count.
/// - `solution`: `[n]`, **overwritten**.
/// # Numerics
/// f32; n^3 / 6 multiply-adds.
/// # Panics
/// If a shape does not fit.
pub fn solve_definite(table: &mut [f32], solution: &mut [f32]) {
    let stride = system_stride(solution.len());
    assert_eq!(table.len(), solution.len() * stride, "rows of a system of as many unknowns as `solution` holds");
    factorise(table, solution.len(), stride);
    for row in (0..solution.len()).rev() {
        let numbers = &table[row * stride..][..=solution.len()];
        let known = numbers[row + 1..].iter().zip(&solution[row + 1..]);
        let sum = known.fold(f64::from(numbers[solution.len()]), |sum, (a, x)| sum - f64::from(*a) * f64::from(*x));
        solution[row] = if numbers[row] > 0.0 { (sum / f64::from(numbers[row])) as f32 } else { 0.0 };
    }
}

/// Numbers from one row of a system of `n` unknowns to the next.
#[must_use]
pub fn system_stride(n: usize) -> usize {
    (n + 1).next_multiple_of(16)
}

/// Pivots whose multiples are subtracted from a row at once, so that it is loaded and stored once for all of them.
const BLOCK: usize = 8;

multiversion! {
    /// Replaces the upper triangle by the factor U with U' U = a, and the right-hand side by the y with U' y = b.
    fn factorise(table: &mut [f32], n: usize, stride: usize) = factorise_body;
}

#[inline(always)]
fn factorise_body<const FUSED: bool>(table: &mut [f32], n: usize, stride: usize) {
    for start in (0..n).step_by(BLOCK) {
        let end = (start + BLOCK).min(n);
        let (pivots, below) = table[start * stride..].split_at_mut((end - start) * stride);
        for k in start..end {
            let (before, row) = pivots.split_at_mut((k - start) * stride);
            let row = &mut row[..stride];
            for factors in before.chunks_exact(stride) {
                subtract::<FUSED>(&mut row[k..], factors[k], &factors[k..]);
            }
            let pivot = row[k];
            let scale = if pivot > 0.0 { 1.0 / pivot.sqrt() } else { 0.0 };
            row[k..].iter_mut().for_each(|number| *number *= scale);
        }
        // Whole registers: from the multiple of 16 before the diagonal, over places that do not count.
        let mut rows = pivots.chunks_exact(stride);
        if end - start == BLOCK {
            let factors: [&[f32]; BLOCK] = std::array::from_fn(|_| rows.next().expect("a whole block of rows"));
            for (row, numbers) in (end..n).zip(below.chunks_exact_mut(stride)) {
                subtract_block::<FUSED>(numbers, factors, row);
            }
        }
    }
}

/// row -= factor * other
#[inline(always)]
fn subtract<const FUSED: bool>(row: &mut [f32], factor: f32, other: &[f32]) {
    for (number, &other) in row.iter_mut().zip(other) {
        *number = multiply_add::<FUSED>(-factor, other, *number);
    }
}

/// Subtracts from a row the multiples of a block of factors that belong to it.
#[inline(always)]
fn subtract_block<const FUSED: bool>(numbers: &mut [f32], factors: [&[f32]; BLOCK], row: usize) {
    let multiples = factors.map(|factor| -factor[row]);
    let first = row / 16 * 16;
    let numbers = numbers[first..].as_chunks_mut::<16>().0;
    let factors = factors.map(|factor| &factor[first..].as_chunks::<16>().0[..numbers.len()]);
    for (place, numbers) in numbers.iter_mut().enumerate() {
        let mut sums = *numbers;
        for (multiple, factor) in multiples.iter().zip(factors) {
            for (sum, &factor) in sums.iter_mut().zip(&factor[place]) {
                *sum = multiply_add::<FUSED>(*multiple, factor, *sum);
            }
        }
        *numbers = sums;
    }
}
