use rayon::ThreadPoolBuilder;

use super::*;
use crate::SparseMatrix;

/// Numbers between -1 and 1 without a pattern.
fn number(k: usize, seed: usize) -> f64 {
    let mixed = (k as u64 + 1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add((seed as u64).wrapping_mul(0xd1b5_4a32_d192_ed03));
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed >> 40) as f64) / f64::from(1 << 23) - 1.0
}

/// A well-conditioned table: symmetric noise of norm below 1.3, and a diagonal of 2.5, negative for the first rows.
fn example(n: usize, n_negative: usize, seed: usize) -> Vec<Vec<f64>> {
    let noise = |row: usize, column: usize| {
        let place = row.max(column) * n + row.min(column);
        f64::from((number(place, seed) / (n as f64).sqrt()) as f32)
    };
    let place = |row: usize, column: usize| match (row == column, row < n_negative) {
        (false, _) => noise(row, column),
        (true, true) => -2.5,
        (true, false) => 2.5,
    };
    (0..n).map(|row| (0..n).map(|column| place(row, column)).collect()).collect()
}

fn table_of(numbers: &[Vec<f64>]) -> SymmetricTable {
    let mut table = SymmetricTable::zeros(numbers.len());
    table.fill_lower(|row, lower| {
        for (to, from) in lower.iter_mut().zip(&numbers[row]) {
            *to = *from as f32;
        }
    });
    table
}

/// The largest deviation of `a x` from the identity.
fn residual(a: &[Vec<f64>], x: &SymmetricTable) -> f64 {
    let mut largest = 0.0_f64;
    for (row, numbers) in a.iter().enumerate() {
        let mut product = vec![0.0; a.len()];
        for (k, by) in numbers.iter().enumerate() {
            product.iter_mut().zip(x.row(k)).for_each(|(sum, x)| *sum += by * f64::from(*x));
        }
        product[row] -= 1.0;
        largest = product.iter().fold(largest, |largest, gap| largest.max(gap.abs()));
    }
    largest
}

#[test]
fn a_table_times_its_inverse_is_the_identity_at_awkward_sizes() {
    for n in [0, 1, 2, 7, 41, 43, 255, 256, 257, 300, 601] {
        for n_negative in [0, n / 3, n] {
            let numbers = example(n, n_negative, n);
            let mut table = table_of(&numbers);
            table.invert(n_negative).unwrap();
            let gap = residual(&numbers, &table);
            assert!(gap < 5e-6, "{n} rows, {n_negative} negative: {gap}");
            for row in 0..n {
                assert!((0..row).all(|column| table.row(row)[column] == table.row(column)[row]), "symmetric");
            }
        }
    }
}

#[test]
fn an_inverse_worked_out_by_hand() {
    let mut table = table_of(&[vec![4.0, 0.0, 0.0], vec![2.0, 3.0, 0.0], vec![0.0, 1.0, 1.0]]);
    table.invert(0).unwrap();
    // The determinant is 4 (3 - 1) - 2 * 2 = 4.
    let expected = [[0.5, -0.5, 0.5], [-0.5, 1.0, -1.0], [0.5, -1.0, 2.0]];
    for (row, expected) in expected.iter().enumerate() {
        for (found, expected) in table.row(row).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
}

#[test]
fn the_first_pivot_of_the_wrong_sign_is_named() {
    let mut numbers = example(300, 0, 5);
    numbers[270][270] = -40.0;
    assert_eq!(table_of(&numbers).invert(0), Err(Indefinite { pivot: 270 }));
    assert_eq!(table_of(&example(10, 4, 1)).invert(5), Err(Indefinite { pivot: 4 }));
    numbers[3][3] = f64::NAN;
    assert_eq!(table_of(&numbers).invert(0), Err(Indefinite { pivot: 3 }));
}

#[test]
fn threads_do_not_change_a_byte() {
    let numbers = example(700, 100, 9);
    let inverse = |n_threads| {
        let pool = ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        let mut table = table_of(&numbers);
        pool.install(|| table.invert(100)).unwrap();
        (0..700).map(|row| table.row(row).to_vec()).collect::<Vec<_>>()
    };
    assert!(inverse(1) == inverse(3));
}

/// Eliminates all rows but the first few, in f64: the factor and the pivots.
fn eliminate(mut table: Vec<Vec<f64>>, first: usize) -> (Vec<Vec<f64>>, SparseMatrix, Vec<f32>) {
    let n = table.len();
    let (mut rows, mut reciprocals) = (vec![Vec::new(); n - first], vec![0.0; n - first]);
    for k in (first..n).rev() {
        let pivot = table[k][k];
        let row: Vec<f64> = table[k][..k].iter().map(|number| number / pivot).collect();
        for (numbers, factor) in table.iter_mut().zip(&row) {
            for column in 0..k {
                numbers[column] -= factor * pivot * row[column];
            }
        }
        rows[k - first] = (0..).zip(row).filter(|pair| pair.1 != 0.0).map(|(c, l)| (c, l as f32)).collect();
        reciprocals[k - first] = (1.0 / pivot) as f32;
    }
    (table, SparseMatrix::from_rows(n, rows), reciprocals)
}

#[test]
fn substitution_through_a_factor_gives_columns_of_the_inverse() {
    let (n, first) = (90, 20);
    let mut numbers = example(n, 0, 3);
    for (row, numbers) in numbers.iter_mut().enumerate() {
        for (column, number) in numbers.iter_mut().enumerate() {
            if row != column && (row + column) % 7 != 0 {
                *number = 0.0;
            }
        }
    }
    let (rest, factor, reciprocals) = eliminate(numbers.clone(), first);
    let mut dense = table_of(&rest[..first].iter().map(|row| row[..first].to_vec()).collect::<Vec<_>>());
    dense.invert(0).unwrap();
    let mut whole = table_of(&numbers);
    whole.invert(0).unwrap();
    let mut panel = vec![[0.0; PANEL]; n];
    for side in 0..PANEL {
        // Right-hand side `side` is the unit of row `20 + side`; above, the solution is known.
        panel[first + side][side] = 1.0;
        (0..first).for_each(|row| panel[row][side] = whole.row(row)[first + side]);
    }
    substitute_forward(&factor, &reciprocals, first, &mut panel);
    substitute_back(&factor, first, &mut panel);
    for (row, numbers) in panel.iter().enumerate() {
        for (side, &found) in numbers.iter().enumerate() {
            let expected = whole.row(row)[first + side];
            assert!((found - expected).abs() < 1e-5, "row {row}, side {side}: {found}, expected {expected}");
        }
    }
    // The columns of the dense rest: nothing to eliminate forward.
    let mut panel = vec![[0.0; PANEL]; n];
    (0..first).for_each(|row| panel[row][..first].copy_from_slice(dense.row(row)));
    substitute_back(&factor, first, &mut panel);
    for (row, numbers) in panel.iter().enumerate() {
        for (side, &found) in numbers[..first].iter().enumerate() {
            assert!((found - whole.row(row)[side]).abs() < 1e-5, "row {row}, column {side}");
        }
    }
}

/// Solves by the inverse of the whole table, in f64 but for the inverse.
fn solve_plainly(numbers: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut table = table_of(numbers);
    table.invert(0).unwrap();
    (0..right.len()).map(|row| table.row(row).iter().zip(right).map(|(&x, b)| f64::from(x) * b).sum()).collect()
}

/// Solves in place; what does not count is not a number.
fn solve(numbers: &[Vec<f64>], right: &[f64]) -> Vec<f32> {
    let (n, stride) = (right.len(), system_stride(right.len()));
    let mut table = vec![f32::NAN; n * stride];
    for (row, system) in table.chunks_exact_mut(stride).enumerate() {
        (row..n).for_each(|column| system[column] = numbers[row][column] as f32);
        system[n] = right[row] as f32;
    }
    let mut solution = vec![f32::NAN; n];
    solve_definite(&mut table, &mut solution);
    solution
}

#[test]
fn small_systems_are_solved_at_awkward_sizes() {
    for n in [0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 64, 100, 133] {
        let numbers = example(n, 0, n);
        let right: Vec<f64> = (0..n).map(|k| number(k, 77)).collect();
        for (found, expected) in solve(&numbers, &right).iter().zip(solve_plainly(&numbers, &right)) {
            assert!((f64::from(*found) - expected).abs() < 2e-6, "{n} unknowns: {found}, expected {expected}");
        }
    }
}

#[test]
fn an_unknown_without_a_positive_pivot_is_left_out() {
    for n in [3, 20] {
        for missing in [0, 1, n - 1] {
            let mut numbers = example(n, 0, 4);
            numbers[missing][missing] = -30.0;
            let right: Vec<f64> = (0..n).map(|k| number(k, 5)).collect();
            let mut found = solve(&numbers, &right);
            assert_eq!(found.remove(missing), 0.0);
            let others: Vec<usize> = (0..n).filter(|&row| row != missing).collect();
            let rest: Vec<Vec<f64>> = others.iter().map(|&r| others.iter().map(|&c| numbers[r][c]).collect()).collect();
            let right: Vec<f64> = others.iter().map(|&row| right[row]).collect();
            for (found, expected) in found.iter().zip(solve_plainly(&rest, &right)) {
                assert!((f64::from(*found) - expected).abs() < 2e-6, "{n} unknowns: {found}, expected {expected}");
            }
        }
    }
}
