//! The search through a coarse table against the exact one: the same lists, to the last bit.

use culet_kernels::{CoarseTable, Counter, Matrix, Ranked, top_k_by_coarse, top_k_by_product};
use proptest::prelude::*;

/// Numbers of `n_values` different values around 0, times `scale`: a few give many equal scores.
fn table(n_rows: usize, dim: usize, n_values: u64, scale: f32, seed: u64) -> Matrix {
    let counter = Counter::new(seed);
    let value = |k: usize| (counter.word(k as u64) % n_values) as f32 / n_values as f32 - 0.5;
    Matrix::from_values(n_rows, dim, &(0..n_rows * dim).map(|k| scale * value(k)).collect::<Vec<f32>>())
}

fn both(users: &Matrix, items: &Matrix, excluded: &[u32], k: usize) -> [Vec<Vec<Ranked>>; 2] {
    let rows: Vec<u32> = (0..users.n_rows() as u32).rev().collect();
    let mut lists = [vec![Vec::new(); rows.len()], vec![Vec::new(); rows.len()]];
    let coarse = CoarseTable::new(items).expect("finite");
    top_k_by_product(users, &rows, items, &|_| excluded, k, &mut lists[0]);
    top_k_by_coarse(users, &rows, items, &coarse, &|_| excluded, k, &mut lists[1]);
    lists
}

fn assert_same(users: &Matrix, items: &Matrix, excluded: &[u32], k: usize) {
    let [expected, found] = both(users, items, excluded, k);
    for (expected, found) in expected.iter().zip(&found) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let same = found.item == expected.item && found.score.to_bits() == expected.score.to_bits();
            assert!(same || found.score.is_nan() && expected.score.is_nan(), "{found:?}, expected {expected:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn lists_are_those_of_the_exact_search(
        n_items in 0_usize..3000,
        dim in 0_usize..70,
        n_values in prop_oneof![Just(2_u64), Just(5), Just(1 << 20)],
        power in -6_i32..6,
        k in 0_usize..90,
        one_in in 1_u64..9,
        seed in 0_u64..1000,
    ) {
        let users = table(3, dim, n_values, 1.0, seed);
        let items = table(n_items, dim, n_values, 10_f32.powi(power), seed + 1);
        let counter = Counter::new(seed + 2);
        let excluded: Vec<u32> =
            (0..n_items as u32).filter(|&item| counter.word(u64::from(item)).is_multiple_of(one_in)).collect();
        assert_same(&users, &items, if one_in == 1 { &[] } else { &excluded }, k);
    }
}

#[test]
fn items_of_very_different_lengths_are_told_apart() {
    let users = table(4, 16, 1 << 20, 1.0, 1);
    let mut items = table(4000, 16, 1 << 20, 1.0, 2);
    for item in 0..4000 {
        let factor = 10_f32.powi(item as i32 % 24 - 12);
        items.row_mut(item).iter_mut().for_each(|x| *x *= factor);
    }
    assert_same(&users, &items, &[], 20);
}

#[test]
fn users_without_direction_and_of_any_length_get_the_exact_list() {
    let items = table(2000, 24, 1 << 20, 1.0, 3);
    let mut users = table(6, 24, 1 << 20, 1.0, 4);
    for (row, factor) in [0.0, 1e-30, 1e-44, 1e30, f32::INFINITY, f32::NAN].into_iter().enumerate() {
        users.row_mut(row)[..24].iter_mut().for_each(|x| *x *= factor);
    }
    assert_same(&users, &items, &[0, 7], 20);
}

#[test]
fn equal_items_come_in_the_order_of_their_numbers() {
    let items = Matrix::from_values(1000, 3, &[0.25; 3000]);
    assert_same(&Matrix::from_values(1, 3, &[1.0, 2.0, -0.5]), &items, &[2, 3], 20);
}

#[test]
fn a_table_with_what_is_no_number_has_no_coarse_one() {
    for x in [f32::NAN, f32::INFINITY] {
        let items = Matrix::from_values(2, 2, &[0.0, 1.0, x, 2.0]);
        assert!(CoarseTable::new(&items).is_none());
    }
    let table = CoarseTable::new(&Matrix::zeros(10, 20)).expect("finite");
    assert_eq!((table.n_items(), table.n_bytes()), (10, 16 * (20 + 8)));
}

#[test]
#[should_panic(expected = "a coarse table of these items")]
fn the_table_of_other_items_is_refused() {
    let items = table(50, 4, 9, 1.0, 5);
    let coarse = CoarseTable::new(&items.first_rows(49)).expect("finite");
    top_k_by_coarse(&items, &[0], &items, &coarse, &|_| &[], 3, &mut [Vec::new()]);
}
