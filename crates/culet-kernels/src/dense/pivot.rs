//! The inverse of a small symmetric block in f64.

use crate::isa::multiversion;

/// Replaces a table by its inverse, pivot after pivot down the diagonal (Gauss and Jordan).
///
/// # Shapes
/// - `table`: `[n, n]`, row-major, **overwritten**; the first `n_negative` pivots must be negative, the others positive.
/// # Numerics
/// Stable without exchanging rows for tables that are definite, or negative before positive (quasi-definite).
/// # Errors
/// The place of the first pivot that is zero, of the other sign, or not a number; the table is then left half done.
pub(super) fn invert_block(table: &mut [f64], n: usize, n_negative: usize) -> Result<(), usize> {
    assert_eq!(table.len(), n * n, "a square table");
    let mut pivot_row = vec![0.0; n];
    for pivot in 0..n {
        let value = table[pivot * n + pivot];
        let right_sign = if pivot < n_negative { value < 0.0 } else { value > 0.0 };
        if !(right_sign && value.is_finite()) {
            return Err(pivot);
        }
        let row = &mut table[pivot * n..][..n];
        row[pivot] = 1.0;
        row.iter_mut().for_each(|number| *number /= value);
        pivot_row.copy_from_slice(row);
        eliminate(table, n, pivot, &pivot_row);
    }
    Ok(())
}

multiversion! {
    /// Subtracts from every row but the pivot's the multiple of the pivot's that clears the pivot's column.
    fn eliminate(table: &mut [f64], n: usize, pivot: usize, pivot_row: &[f64]) = eliminate_body;
}

#[inline(always)]
fn eliminate_body<const FUSED: bool>(table: &mut [f64], n: usize, pivot: usize, pivot_row: &[f64]) {
    for (row, numbers) in table.chunks_exact_mut(n).enumerate() {
        if row == pivot {
            continue;
        }
        let factor = std::mem::replace(&mut numbers[pivot], 0.0);
        for (number, by) in numbers.iter_mut().zip(pivot_row) {
            *number = if FUSED { (-factor).mul_add(*by, *number) } else { *number - factor * by };
        }
    }
}
