//! EASE in both forms against a plain inverse in f64.

use culet_graph::{Interactions, UserId};
use culet_kernels::SparseMatrix;
use proptest::prelude::*;
use rayon::ThreadPoolBuilder;

use super::ease::{EaseProblem, ease, ease_by_elimination, ease_cost};
use super::ease_sparse::ease_sparse;
use super::elimination::{Bordered, Limits};
use super::gram::{GramRows, PairTable};
use crate::cost::DataSize;

/// A problem that owns its parts.
#[derive(Debug, Clone)]
struct Case {
    log: Interactions,
    user_weights: Vec<f32>,
    extra: Option<SparseMatrix>,
    lambda: f64,
    diagonal: Vec<f32>,
}

impl Case {
    fn new(n_items: usize, histories: &[Vec<u32>]) -> Self {
        let pairs: Vec<_> =
            (0..).zip(histories).flat_map(|(user, items)| items.iter().map(move |&item| (user, item))).collect();
        let log = Interactions::from_pairs(histories.len(), n_items, &pairs).unwrap();
        Self { log, user_weights: vec![1.0; histories.len()], extra: None, lambda: 1.0, diagonal: Vec::new() }
    }

    fn problem(&self) -> EaseProblem<'_> {
        let (log, user_weights, diagonal) = (&self.log, &self.user_weights[..], &self.diagonal[..]);
        EaseProblem { log, user_weights, extra: self.extra.as_ref(), lambda: self.lambda, diagonal, keep: usize::MAX }
    }

    /// The definition in f64: the whole table, its inverse by Gauss and Jordan, and the quotients.
    fn plainly(&self) -> Vec<Vec<f64>> {
        let n = self.log.n_items();
        let mut table = vec![vec![0.0; n]; n];
        for (item, row) in table.iter_mut().enumerate() {
            row[item] = self.lambda + self.diagonal.get(item).map_or(0.0, |&d| f64::from(d));
        }
        for (user, &weight) in (0..).zip(&self.user_weights) {
            let items = self.log.items_of(UserId(user));
            items.iter().for_each(|&i| items.iter().for_each(|&j| table[i as usize][j as usize] += f64::from(weight)));
        }
        for row in dense(self.extra.as_ref().unwrap_or(&SparseMatrix::from_rows(n, Vec::new()))) {
            (0..n).for_each(|i| (0..n).for_each(|j| table[i][j] += row[i] * row[j]));
        }
        let inverse = inverse(table);
        let weight = |i: usize, j: usize| if i == j { 0.0 } else { -inverse[i][j] / inverse[j][j] };
        (0..n).map(|i| (0..n).map(|j| weight(i, j)).collect()).collect()
    }
}

fn inverse(mut table: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let n = table.len();
    for (row, numbers) in table.iter_mut().enumerate() {
        numbers.extend((0..n).map(|column| f64::from(u8::from(row == column))));
    }
    for pivot in 0..n {
        let scale = table[pivot][pivot];
        table[pivot].iter_mut().for_each(|number| *number /= scale);
        let by = table[pivot].clone();
        for (row, numbers) in table.iter_mut().enumerate() {
            if row != pivot {
                let factor = numbers[pivot];
                numbers.iter_mut().zip(&by).for_each(|(number, by)| *number -= factor * by);
            }
        }
    }
    table.into_iter().map(|row| row[n..].to_vec()).collect()
}

fn dense(matrix: &SparseMatrix) -> Vec<Vec<f64>> {
    let row = |row: usize| {
        let mut dense = vec![0.0; matrix.n_columns()];
        let (columns, values) = matrix.row(row);
        columns.iter().zip(values).for_each(|(&column, &value)| dense[column as usize] = f64::from(value));
        dense
    };
    (0..matrix.n_rows()).map(row).collect()
}

fn largest_gap(found: &SparseMatrix, expected: &[Vec<f64>]) -> f64 {
    let found = dense(found);
    let gaps = found.iter().flatten().zip(expected.iter().flatten()).map(|(found, expected)| (found - expected).abs());
    gaps.fold(0.0, f64::max)
}

/// Limits under which a small problem is eliminated as far as `density` allows.
fn eager(density: f64) -> Limits {
    Limits { substitution_cost: 1e-3, elimination_cost: 1e-3, density }
}

/// Weighted histories, most of them short, and a few further rows.
fn cases(n_items: u32, n_users: usize) -> impl Strategy<Value = Case> {
    let history = prop_oneof![
        4 => prop::collection::vec(0..n_items, 0..4),
        1 => prop::collection::vec(0..n_items, 4..12),
    ];
    let row = prop::collection::btree_map(0..n_items, -1.0_f32..1.0, 0..5);
    (
        prop::collection::vec(history, n_users),
        prop::collection::vec(prop_oneof![Just(0.0_f32), 0.1_f32..2.0], n_users),
        prop::option::of(prop::collection::vec(row, 1..6)),
        prop::option::of(prop::collection::vec(0.0_f32..3.0, n_items as usize)),
        0.3_f64..5.0,
    )
        .prop_map(move |(histories, user_weights, extra, diagonal, lambda)| {
            let extra = extra.map(|rows| {
                SparseMatrix::from_rows(
                    n_items as usize,
                    rows.into_iter().map(|row| row.into_iter().collect()).collect(),
                )
            });
            let case = Case::new(n_items as usize, &histories);
            Case { user_weights, extra, diagonal: diagonal.unwrap_or_default(), lambda, ..case }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn both_ways_give_what_the_definition_gives(case in cases(70, 90)) {
        let expected = case.plainly();
        prop_assert!(largest_gap(&ease(case.problem()).unwrap(), &expected) < 1e-5);
        for density in [0.02, 0.2, 1.0] {
            if let Some(found) = ease_by_elimination(case.problem(), eager(density)).unwrap() {
                prop_assert!(largest_gap(&found, &expected) < 1e-5, "density {}", density);
            }
        }
        // With all of the graph eliminated the rest is empty, and so always small enough.
        prop_assert!(ease_by_elimination(case.problem(), eager(1.0)).unwrap().is_some());
    }

    #[test]
    fn all_items_as_neighbours_give_the_exact_weights(case in cases(40, 60)) {
        // Somebody took everything, so that every item is a neighbour of every other.
        let pairs: Vec<_> = case.log.pairs().filter(|pair| pair.0 > 0).chain((0..40).map(|item| (0, item))).collect();
        let log = Interactions::from_pairs(60, 40, &pairs).unwrap();
        let user_weights = [&[0.3], &case.user_weights[1..]].concat();
        let case = Case { log, user_weights, ..case };
        prop_assert!(largest_gap(&ease_sparse(case.problem(), 40), &case.plainly()) < 1e-5);
    }

    #[test]
    fn new_numbers_for_the_items_only_permute_the_weights(case in cases(30, 40)) {
        // Every neighbour is taken: which of equally telling ones would be may depend on the numbers.
        let renamed = |item: u32| (item * 7 + 3) % 30;
        let pairs: Vec<_> = case.log.pairs().map(|(user, item)| (user, renamed(item))).collect();
        let log = Interactions::from_pairs(case.log.n_users(), 30, &pairs).unwrap();
        let before = Case { extra: None, diagonal: Vec::new(), ..case };
        let after = Case { log, ..before.clone() };
        for by_elimination in [false, true] {
            let weights = |case: &Case| {
                dense(&if by_elimination {
                    ease_by_elimination(case.problem(), eager(1.0)).unwrap().unwrap()
                } else {
                    ease_sparse(case.problem(), 30)
                })
            };
            let (before, after) = (weights(&before), weights(&after));
            for (i, row) in (0..).zip(&before) {
                for (j, &weight) in (0..).zip(row) {
                    prop_assert!((weight - after[renamed(i) as usize][renamed(j) as usize]).abs() < 1e-5);
                }
            }
        }
    }
}

/// A thousand items in chains of three with some users who took many: enough to eliminate at several levels.
fn chains() -> Case {
    let mut histories: Vec<Vec<u32>> =
        (0..1000_u32).map(|k| vec![k, (k + 1) % 1000, (k * k % 991 + 7 * k) % 1000]).collect();
    histories.extend((0..40_u32).map(|user| (0..30).map(|k| (user * 37 + k * k * 11) % 1000).collect()));
    Case::new(1000, &histories)
}

#[test]
fn three_items_worked_out_by_hand() {
    let case = Case::new(3, &[vec![0, 1], vec![0, 1, 2]]);
    // A = [[3, 2, 1], [2, 3, 1], [1, 1, 2]] has the determinant 8 and the adjugate [[5, -3, -1], [-3, 5, -1], [-1, -1, 5]].
    let expected = [[0.0, 0.6, 0.2], [0.6, 0.0, 0.2], [0.2, 0.2, 0.0]].map(Vec::from);
    assert!(largest_gap(&ease(case.problem()).unwrap(), &expected) < 1e-6);
    assert!(largest_gap(&ease_sparse(case.problem(), 2), &expected) < 1e-6);
    // Of one neighbour alone it is A_ij / A_ii.
    let alone = ease_sparse(case.problem(), 1);
    assert_eq!(dense(&alone)[0], [0.0, 2.0 / 3.0, 1.0 / 3.0].map(|weight: f64| f64::from(weight as f32)));
}

#[test]
fn elimination_goes_far_and_through_several_levels() {
    let case = chains();
    let mut bordered = Bordered::new(vec![1.0; 1000]);
    for user in 0..1040 {
        let items = case.log.items_of(UserId(user));
        bordered.push(items, items.iter().map(|_| 1.0), 1.0);
    }
    let eliminated = bordered.eliminate(eager(0.05)).unwrap();
    let n_core = eliminated.core.len();
    assert!((1..600).contains(&n_core), "{n_core}");
    assert!((1..n_core).contains(&eliminated.n_negative));
    // A chain of eliminated rows that refer to eliminated rows.
    let depth = (0..eliminated.nodes.len()).fold(Vec::<usize>::new(), |mut depth, k| {
        let above = eliminated.factor.row(k).0.iter().filter_map(|&place| (place as usize).checked_sub(n_core));
        let deepest = above.map(|k| depth[k]).max().unwrap_or(0);
        depth.push(deepest + 1);
        depth
    });
    assert!(depth.into_iter().max() > Some(4));
}

#[test]
fn a_larger_problem_agrees_by_all_ways() {
    let case = Case { user_weights: (0..1040).map(|user| 0.5 + (user % 7) as f32 / 7.0).collect(), ..chains() };
    let expected = case.plainly();
    let eliminated = ease_by_elimination(case.problem(), eager(0.05)).unwrap().expect("a small rest");
    assert!(largest_gap(&eliminated, &expected) < 1e-5);
    assert!(largest_gap(&ease(case.problem()).unwrap(), &expected) < 1e-5);
    assert!(largest_gap(&ease_sparse(case.problem(), 1000), &expected) > 1e-4, "no pair, no neighbour");
}

#[test]
fn further_rows_are_further_users() {
    let histories = [vec![0, 1, 4], vec![2, 3], vec![1, 2, 4], vec![0, 3]];
    let row = |items: &[u32]| items.iter().map(|&item| (item, 1.0)).collect();
    let extra = Some(SparseMatrix::from_rows(5, histories[2..].iter().map(|items| row(items)).collect()));
    let (all, some) = (Case::new(5, &histories), Case { extra, ..Case::new(5, &histories[..2]) });
    let expected = all.plainly();
    assert!(largest_gap(&ease(some.problem()).unwrap(), &expected) < 1e-6);
    assert!(largest_gap(&ease_sparse(some.problem(), 5), &dense(&ease_sparse(all.problem(), 5))) < 1e-6);
    let eliminated = ease_by_elimination(some.problem(), eager(1.0)).unwrap().unwrap();
    assert!(largest_gap(&eliminated, &expected) < 1e-6);
}

#[test]
fn the_strongest_weights_of_a_target_are_kept() {
    let case = chains();
    let whole = dense(&ease(case.problem()).unwrap());
    let problem = EaseProblem { keep: 5, ..case.problem() };
    let ways = [ease(problem).unwrap(), ease_by_elimination(problem, eager(0.05)).unwrap().unwrap()];
    for kept in ways.map(|kept| dense(&kept.transpose())) {
        for (target, sources) in kept.iter().enumerate() {
            let mut sizes: Vec<f64> = whole.iter().map(|row| row[target].abs()).collect();
            sizes.sort_by(|a, b| b.total_cmp(a));
            let found: Vec<f64> = sources.iter().copied().filter(|&weight| weight != 0.0).collect();
            assert_eq!(found.len(), 5);
            assert!(found.iter().all(|weight| weight.abs() > sizes[4] - 1e-6), "{found:?}, {sizes:?}");
        }
    }
}

#[test]
fn threads_do_not_change_a_byte() {
    let case = chains();
    let on = |n_threads: usize| {
        ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap().install(|| {
            let eliminated = ease_by_elimination(case.problem(), eager(0.05)).unwrap();
            (ease(case.problem()).unwrap(), eliminated, ease_sparse(case.problem(), 20))
        })
    };
    assert!(on(1) == on(3));
}

#[test]
fn items_and_users_without_anything_have_no_weights() {
    let case = Case::new(4, &[vec![], vec![1, 2], vec![]]);
    for weights in [ease(case.problem()).unwrap(), ease_sparse(case.problem(), 3)] {
        assert_eq!(weights.n_stored(), 2);
        assert_eq!((weights.row(1).0, weights.row(2).0), (&[2][..], &[1][..]));
    }
    let nothing = Case::new(0, &[]);
    assert_eq!(ease(nothing.problem()).unwrap().n_rows(), 0);
    assert_eq!(ease_sparse(nothing.problem(), 3).n_rows(), 0);
}

#[test]
fn pairs_stand_once_at_the_rarer_item_and_the_weakest_go_first() {
    let case = Case::new(4, &[vec![0, 1, 2, 3], vec![0, 1, 3], vec![0, 3], vec![3]]);
    let pairs = |most| PairTable::new(&GramRows::new(case.problem()), most);
    let whole = pairs(9);
    assert_eq!((whole.item_of, whole.rank_of), (vec![3, 0, 1, 2], vec![1, 2, 3, 0]));
    assert_eq!(whole.diagonal, [5.0, 4.0, 3.0, 2.0]);
    assert_eq!(dense(&whole.lower), [[0.0; 4], [3.0, 0.0, 0.0, 0.0], [2.0, 2.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0]]);
    // Among equal ones the more popular stay.
    let cut = dense(&pairs(1).lower);
    assert_eq!(cut, [[0.0; 4], [3.0, 0.0, 0.0, 0.0], [2.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]]);
}

#[test]
fn the_estimate_covers_the_dense_table_and_not_much_more() {
    let settings = "keep = 200".parse().unwrap();
    let bytes = |busy| {
        let size = DataSize { users: 70_679.0, items: 24_915.0, busy, ..DataSize::default() };
        ease_cost(&settings, 1024.0, &size).bytes
    };
    let square = |n: f64| 4.0 * n * n;
    assert!((1.0..2.0).contains(&(bytes([20_000.0, 20_000.0]) / square(24_915.0))));
    // Elimination leaves fewer, and rows of those that go.
    assert!((1.0..2.5).contains(&(bytes([4_000.0, 13_000.0]) / square(17_000.0))));
}

#[test]
#[should_panic(expected = "lambda is positive")]
fn a_lambda_of_zero_is_refused() {
    let case = Case { lambda: 0.0, ..Case::new(2, &[vec![0, 1]]) };
    let _ = ease(case.problem());
}
