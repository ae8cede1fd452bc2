//! Blocked scoring against a full sort of scores that are computed one by one.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::running::{key, ranked};
use super::*;
use crate::isa::multiply_add;
use crate::{Counter, Isa};

/// The textbook ranking, by comparisons instead of keys.
fn full_sort(scores: impl Iterator<Item = f32>, excluded: &[u32], k: usize) -> Vec<Ranked> {
    let mut all: Vec<Ranked> = scores
        .enumerate()
        .map(|(item, score)| Ranked { item: item as u32, score })
        .filter(|ranked| !excluded.contains(&ranked.item))
        .collect();
    all.sort_by(|a, b| {
        let order = match (a.score.is_nan(), b.score.is_nan()) {
            (false, false) => b.score.partial_cmp(&a.score).unwrap(),
            (a, b) => a.cmp(&b),
        };
        if order == Ordering::Equal { a.item.cmp(&b.item) } else { order }
    });
    all.truncate(k);
    all
}

fn assert_same(found: &[Ranked], expected: &[Ranked]) {
    let same =
        |a: &Ranked, b: &Ranked| a.item == b.item && (a.score == b.score || a.score.is_nan() && b.score.is_nan());
    assert_eq!(found.len(), expected.len());
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(same(found, expected), "place {place}: {found:?}, expected {expected:?}");
    }
}

/// Numbers of few different values, so that many scores are equal.
fn coarse_table(n_rows: usize, dim: usize, seed: u64) -> Matrix {
    let counter = Counter::new(seed);
    let values: Vec<f32> = (0..n_rows * dim).map(|k| (counter.word(k as u64) % 7) as f32 - 3.0).collect();
    Matrix::from_values(n_rows, dim, &values)
}

fn fine_table(n_rows: usize, dim: usize, seed: u64) -> Matrix {
    let counter = Counter::new(seed);
    let values: Vec<f32> = (0..n_rows * dim).map(|k| counter.sixteen_bits(k as u64) as f32 / 65_536.0 - 0.5).collect();
    Matrix::from_values(n_rows, dim, &values)
}

fn chain(tiles: Tiles, a: &[f32], b: &[f32]) -> f32 {
    let step = if tiles.isa() == Isa::Baseline { multiply_add::<false> } else { multiply_add::<true> };
    a.iter().zip(b).fold(0.0, |sum, (&a, &b)| step(a, b, sum))
}

/// About one item in `one_in`, ascending.
fn some_items(n_items: usize, one_in: u64, seed: u64) -> Vec<u32> {
    (0..n_items as u32).filter(|&item| Counter::new(seed).word(u64::from(item)).is_multiple_of(one_in)).collect()
}

fn check(users: &Matrix, items: &Matrix, k: usize, excluded: &[Vec<u32>]) {
    let rows: Vec<u32> = (0..excluded.len() as u32).map(|u| (u * 5 + 1) % users.n_rows() as u32).collect();
    for tiles in Tiles::available() {
        let mut out = vec![vec![Ranked { item: 9, score: 9.0 }]; rows.len()];
        top_k_with(tiles, users, &rows, items, &|place| &excluded[place], k, &mut out);
        for ((found, &row), excluded) in out.iter().zip(&rows).zip(excluded) {
            let scores = (0..items.n_rows()).map(|item| chain(tiles, users.row(row as usize), items.row(item)));
            assert_same(found, &full_sort(scores, excluded, k));
        }
    }
}

#[test]
fn the_best_k_are_those_of_a_full_sort_to_the_bit() {
    for (n_users, n_items, dim, k) in
        [(1, 1, 1, 1), (14, 32, 16, 5), (15, 33, 7, 40), (40, 700, 64, 20), (3, 1500, 100, 100), (7, 20, 0, 8)]
    {
        for make in [coarse_table, fine_table] {
            let (users, items) = (make(n_users, dim, 1), make(n_items, dim, 2));
            let excluded: Vec<_> = (0..n_users as u64).map(|u| some_items(n_items, 1 + u % 5, u)).collect();
            check(&users, &items, k, &excluded);
        }
    }
}

#[test]
fn users_beyond_one_block_and_panels_of_one_tile_change_nothing() {
    // So many candidates a user that a block holds few users, and so many dimensions that a panel holds few items.
    let (users, items) = (coarse_table(10, 4, 1), coarse_table(70_000, 4, 2));
    check(&users, &items, 33_000, &vec![some_items(70_000, 9, 3); 17]);
    let (users, items) = (fine_table(2, 5000, 1), fine_table(100, 5000, 2));
    check(&users, &items, 10, &[vec![], vec![0, 31, 32, 99]]);
}

#[test]
fn a_score_does_not_depend_on_the_users_beside_it() {
    let (users, items) = (fine_table(300, 33, 1), fine_table(999, 33, 2));
    let all: Vec<u32> = (0..300).collect();
    let mut together = vec![Vec::new(); 300];
    top_k_by_product(&users, &all, &items, &|_| &[], 30, &mut together);
    for &user in &[0, 13, 14, 299] {
        let mut alone = [Vec::new()];
        top_k_by_product(&users, &[user], &items, &|_| &[], 30, &mut alone);
        assert_eq!(alone[0], together[user as usize]);
    }
}

#[test]
fn nothing_to_rank_gives_empty_lists() {
    let items = fine_table(5, 3, 1);
    let mut out = vec![vec![Ranked { item: 9, score: 9.0 }]];
    top_k_by_product(&items, &[0], &items, &|_| &[], 0, &mut out);
    assert!(out[0].is_empty());
    top_k_by_product(&items, &[0], &items, &|_| &[0, 1, 2, 3, 4], 3, &mut out);
    assert!(out[0].is_empty());
    top_k_by_product(&items, &[0], &Matrix::zeros(0, 3), &|_| &[], 3, &mut out);
    assert!(out[0].is_empty() && top_k_of_row(&[], &[], 3).is_empty());
}

#[test]
#[should_panic(expected = "excluded items are listed in ascending order")]
fn excluded_items_out_of_order_are_refused() {
    let _ = top_k_of_row(&[1.0, 2.0, 3.0], &[2, 1], 2);
}

#[test]
fn minus_infinity_ranks_above_what_is_not_a_number_and_excluded_items_stay_out() {
    let scores = [f32::NAN, f32::NEG_INFINITY, -0.0, f32::NEG_INFINITY, 0.0, f32::NAN, f32::INFINITY];
    let items: Vec<u32> = top_k_of_row(&scores, &[1], 9).iter().map(|ranked| ranked.item).collect();
    assert_eq!(items, [6, 2, 4, 3, 0, 5]);
}

fn any_score() -> impl Strategy<Value = f32> {
    prop_oneof![
        8 => (-4..4_i32).prop_map(|x| x as f32),
        8 => -1.0..1.0_f32,
        1 => Just(f32::NAN),
        1 => Just(f32::NEG_INFINITY),
        1 => Just(f32::INFINITY),
        1 => Just(-0.0),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_row_of_any_scores_is_ranked_as_by_a_full_sort(
        scores in prop::collection::vec(any_score(), 0..1300),
        k in 0..150_usize,
        one_in in 1..12_u64,
    ) {
        let excluded = some_items(scores.len(), one_in, 4);
        for tiles in Tiles::available() {
            let found = top_k_of_row_with(tiles, &scores, &excluded, k);
            assert_same(&found, &full_sort(scores.iter().copied(), &excluded, k));
        }
    }
}

#[test]
fn keys_order_as_ranks_do_and_give_the_score_back() {
    let scores = [f32::NAN, f32::NEG_INFINITY, f32::MIN, -1.0, -1e-45, 0.0, 1e-45, 1.0, f32::MAX, f32::INFINITY];
    for pair in scores.windows(2) {
        assert!(key(0, pair[0]) < key(u32::MAX - 1, pair[1]), "{pair:?}");
    }
    for score in scores {
        assert!(key(4, score) > key(5, score), "the smaller item first at {score}");
        let back = ranked(key(4, score));
        assert!(back.item == 4 && (back.score == score || back.score.is_nan() && score.is_nan()));
    }
    assert_eq!(key(1, 0.0), key(1, -0.0));
    assert_eq!(key(1, f32::NAN), key(1, -f32::NAN));
}
