//! Which edges a step keeps, which columns they reach, and sets of rows.

use std::collections::BTreeSet;

use culet_kernels::{Counter, Dropout, KeptEdges, RowSet, mark_columns};

use crate::graph::Graph;
use crate::table::{Draws, row_set};

fn drawn(n_edges: usize, key: u64, rate: f64) -> KeptEdges {
    let mut kept = KeptEdges::default();
    kept.draw(n_edges, Counter::new(key), rate);
    kept
}

/// Rates are met to within 2^-17.
const GRAIN: f64 = 1.0 / (1 << 17) as f64;

#[test]
fn the_share_of_kept_edges_is_what_was_asked_for() {
    let n = 1_000_000;
    for rate in [0.0, 1e-4, 0.1, 0.5, 0.9, 0.999] {
        for key in [1, 2, 3] {
            let kept = drawn(n, key, rate);
            let share = (0..n).filter(|&place| kept.contains(place)).count() as f64 / n as f64;
            // Five standard deviations: one draw in a million would be further away.
            let width = 5.0 * (rate * (1.0 - rate) / n as f64).sqrt() + GRAIN;
            assert!((share - (1.0 - rate)).abs() <= width, "rate {rate}, key {key}: {share} kept");
        }
    }
}

#[test]
fn edges_are_kept_as_counter_and_dropout_say() {
    // Chunks of the draw hold 16,384 edges, words 64.
    for n in [0, 1, 63, 64, 65, 16_383, 16_384, 16_385, 100_000] {
        for rate in [0.0, 0.3, 0.5] {
            let (counter, kept) = (Counter::new(n as u64), drawn(n, n as u64, rate));
            let (dropout, threshold) = (Dropout::new(counter, rate), (65_536.0 * rate).round());
            for place in 0..n {
                let found = kept.contains(place);
                assert_eq!(found, dropout.keeps(place as u64), "place {place} of {n}, rate {rate}");
                assert_eq!(found, f64::from(counter.sixteen_bits(place as u64)) >= threshold);
            }
        }
    }
}

#[test]
fn neighbours_and_keys_are_independent() {
    let n = 200_000;
    let (a, b) = (drawn(n, 1, 0.5), drawn(n, 2, 0.5));
    let agree = |other: &dyn Fn(usize) -> bool| {
        (0..n - 64).filter(|&place| a.contains(place) == other(place)).count() as f64 / (n - 64) as f64
    };
    // Five standard deviations of the mean of 200,000 coins.
    let width = 5.0 * 0.5 / (n as f64).sqrt();
    for (what, share) in [
        ("another key", agree(&|place| b.contains(place))),
        ("the next place", agree(&|place| a.contains(place + 1))),
        ("the next word of randomness", agree(&|place| a.contains(place + 4))),
        ("the next word of bits", agree(&|place| a.contains(place + 64))),
    ] {
        assert!((share - 0.5).abs() < width, "{what}: {share} agree");
    }
}

#[test]
fn a_draw_forgets_what_was_drawn_before() {
    let mut kept = KeptEdges::all(5_000);
    assert!((0..5_000).all(|place| kept.contains(place)));
    for (n, rate) in [(3_000, 0.5), (100, 0.9), (70_000, 0.2)] {
        kept.draw(n, Counter::new(4), rate);
        let fresh = drawn(n, 4, rate);
        assert!((0..n).all(|place| kept.contains(place) == fresh.contains(place)), "{n} edges, rate {rate}");
    }
}

#[test]
fn marked_columns_are_those_that_kept_edges_reach() {
    let graph = Graph::awkward(700, 3000);
    let kept = drawn(graph.triples.len(), 3, 0.7);
    for listed in [(|_| true) as fn(u32) -> bool, |row| row % 4 == 1, |row| row == 3, |_| false] {
        let mut found = row_set(700, |row| row == 14);
        mark_columns(&row_set(700, listed), &graph.by_head, &kept, &found);
        found.collect();
        // Marks that were there before stay.
        let mut expected = BTreeSet::from([14]);
        for (place, t) in graph.triples.iter().enumerate() {
            if listed(t.head) && kept.contains(place) {
                expected.insert(t.tail);
            }
        }
        assert_eq!(found.rows(), expected.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_set_of_rows_is_a_set() {
    for n_rows in [1, 2, 64, 1000] {
        let (mut set, mut twin, mut draws) = (RowSet::new(n_rows), BTreeSet::new(), Draws::new(n_rows as u64));
        for round in 0..40 {
            if round % 13 == 12 {
                set.clear();
                twin.clear();
                assert!(set.is_empty());
            }
            for _ in 0..draws.below(n_rows) + 1 {
                let row = draws.below(n_rows);
                set.mark(row);
                twin.insert(row);
            }
            set.collect();
            assert!(set.rows().iter().eq(&twin), "{n_rows} rows, round {round}");
            assert_eq!((set.len(), set.is_empty(), set.n_table_rows()), (twin.len(), false, n_rows));
            assert!((0..n_rows as u32).all(|row| set.contains(row) == twin.contains(&row)));
        }
    }
}

#[test]
fn sets_of_no_rows_and_of_all() {
    let mut none = RowSet::new(0);
    none.collect();
    assert!(none.is_empty() && none.n_table_rows() == 0 && RowSet::all(0).is_empty());
    let mut all = RowSet::all(3);
    assert!(all.rows() == [0, 1, 2] && all.contains(2));
    all.collect();
    assert_eq!(all.rows(), [0, 1, 2]);
    all.clear();
    all.collect();
    assert!(all.is_empty() && !all.contains(1) && all.n_table_rows() == 3);
}

#[test]
fn any_number_of_threads_may_mark() {
    let mut set = RowSet::new(10_000);
    std::thread::scope(|scope| {
        for first in 0..4 {
            let set = &set;
            scope.spawn(move || (0..10_000).filter(|row| row % (first + 2) == 0).for_each(|row| set.mark(row)));
        }
    });
    set.collect();
    let expected: Vec<u32> = (0..10_000).filter(|row| (2..6).any(|n| row % n == 0)).collect();
    assert_eq!(set.rows(), expected);
}
