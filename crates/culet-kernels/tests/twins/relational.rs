//! The entity layer: the relational mean with dropout and division by the length.

use culet_kernels::{Counter, EdgeView, KeptEdges, LayerOutput, Matrix, RowSet, relational_mean};

use crate::graph::{Graph, Triple};
use crate::number::{Number, ONE, ZERO, total};
use crate::table::{Mask, Row, SPREADS, Spread, WIDTHS, assert_rows, exact_rows, filled, normalised, row_set, table};

/// What a layer makes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layer {
    pub(crate) units: Matrix,
    pub(crate) inverse_lengths: Vec<f32>,
    pub(crate) inverse_degrees: Vec<f32>,
}

/// What stands in the rows that a layer does not make.
const UNTOUCHED: f32 = 7.0;

pub(crate) fn layer(rows: &RowSet, edges: EdgeView<'_>, x: &Matrix, relations: &Matrix, mask: Mask) -> Layer {
    let n = x.n_rows();
    let mut out = Layer {
        units: filled(n, x.dim(), UNTOUCHED),
        inverse_lengths: vec![UNTOUCHED; n],
        inverse_degrees: vec![UNTOUCHED; n],
    };
    let output = LayerOutput {
        units: &mut out.units,
        inverse_lengths: &mut out.inverse_lengths,
        inverse_degrees: &mut out.inverse_degrees,
    };
    relational_mean(rows, edges, x, relations, mask.dropout, output);
    out
}

/// The twin of a layer: rows that are not listed stay.
pub(crate) struct LayerTwin {
    pub(crate) units: Vec<Row>,
    pub(crate) inverse_lengths: Row,
    pub(crate) inverse_degrees: Row,
}

pub(crate) fn layer_twin(
    graph: &Graph,
    (listed, wanted): (impl Fn(u32) -> bool, impl Fn(usize, Triple) -> bool),
    x: &[Row],
    relations: &[Row],
    mask: Mask,
) -> LayerTwin {
    let dim = relations[0].len();
    let untouched = Number::exact(UNTOUCHED.into());
    let mut twin = LayerTwin {
        units: vec![vec![untouched; dim]; graph.n_rows],
        inverse_lengths: vec![untouched; graph.n_rows],
        inverse_degrees: vec![untouched; graph.n_rows],
    };
    for (row, places) in graph.leaving().iter().enumerate().filter(|&(row, _)| listed(row as u32)) {
        let triples: Vec<Triple> =
            places.iter().filter(|&&place| wanted(place, graph.triples[place])).map(|&p| graph.triples[p]).collect();
        let share = if triples.is_empty() { ZERO } else { ONE / Number::exact(triples.len() as f64) };
        let mean =
            |k: usize| total(triples.iter().map(|t| relations[t.relation as usize][k] * x[t.tail as usize][k])) * share;
        let mean: Row = (0..dim).map(mean).collect();
        (twin.units[row], twin.inverse_lengths[row]) = normalised(&mask.apply(row, &mean));
        twin.inverse_degrees[row] = share;
    }
    twin
}

fn assert_layer(what: &str, found: &Layer, twin: LayerTwin) {
    assert_rows(&format!("{what}: units"), &found.units, &twin.units);
    for (name, found, expected) in [
        ("1 / length", &found.inverse_lengths, twin.inverse_lengths),
        ("1 / edges", &found.inverse_degrees, twin.inverse_degrees),
    ] {
        assert_rows(&format!("{what}: {name}"), &Matrix::from_values(1, found.len(), found), &[expected]);
    }
}

#[test]
fn equals_the_twin_for_all_widths_and_magnitudes() {
    for dim in WIDTHS {
        let graph = Graph::for_width(dim);
        for (k, spread) in SPREADS.into_iter().enumerate() {
            let x = table(graph.n_rows, dim, spread, 1);
            let relations = table(graph.n_relations, dim, SPREADS[(k + 2) % SPREADS.len()], 2);
            let mask = Mask::new([0.0, 0.1][k % 2]);
            let found = layer(&RowSet::all(graph.n_rows), EdgeView::all(&graph.by_head), &x, &relations, mask);
            let all = (|_| true, |_, _| true);
            let twin = layer_twin(&graph, all, &exact_rows(&x), &exact_rows(&relations), mask);
            assert_layer(&format!("width {dim}, {spread:?}"), &found, twin);
        }
    }
}

#[test]
fn reads_the_wanted_edges_and_writes_the_listed_rows() {
    let graph = Graph::awkward(700, 3000);
    let (x, relations) = (table(700, 17, Spread::Signed(1.0), 1), table(6, 17, Spread::Signed(1.0), 2));
    let mut kept = KeptEdges::default();
    kept.draw(graph.triples.len(), Counter::new(5), 0.5);
    let everything = KeptEdges::all(graph.triples.len());
    let columns = |row: u32| row % 3 != 1;
    let some_columns = row_set(700, columns);
    let by_head = &graph.by_head;
    let mask = Mask::new(0.5);
    for (name, view, draws, filters) in [
        ("all", EdgeView::all(by_head), false, false),
        ("all bits", EdgeView::kept(by_head, &everything), false, false),
        ("kept", EdgeView::kept(by_head, &kept), true, false),
        ("to columns", EdgeView::all(by_head).to(&some_columns), false, true),
        ("kept to columns", EdgeView::kept(by_head, &kept).to(&some_columns), true, true),
    ] {
        let wanted = |place: usize, t: Triple| (!draws || kept.contains(place)) && (!filters || columns(t.tail));
        for (listing, listed) in
            [("every row", (|_| true) as fn(u32) -> bool), ("every third", |row| row % 3 == 0), ("none", |_| false)]
        {
            let found = layer(&row_set(700, listed), view, &x, &relations, mask);
            let twin = layer_twin(&graph, (listed, wanted), &exact_rows(&x), &exact_rows(&relations), mask);
            assert_layer(&format!("{name}, {listing}"), &found, twin);
        }
    }
}

#[test]
fn graphs_without_rows_or_edges_give_zeros() {
    for n_rows in [0, 1, 2] {
        let graph = Graph::new(n_rows, 3, Vec::new());
        let (x, relations) = (table(n_rows, 9, Spread::Signed(1.0), 1), table(3, 9, Spread::Signed(1.0), 2));
        let found = layer(&RowSet::all(n_rows), EdgeView::all(&graph.by_head), &x, &relations, Mask::new(0.1));
        assert_eq!(found.units, Matrix::zeros(n_rows, 9));
        assert_eq!((found.inverse_lengths, found.inverse_degrees), (vec![0.0; n_rows], vec![0.0; n_rows]));
    }
}

#[test]
fn one_row_with_a_self_loop() {
    let graph = Graph::new(1, 1, vec![Triple { head: 0, relation: 0, tail: 0 }]);
    let (x, relations) = (table(1, 9, Spread::Decades, 1), table(1, 9, Spread::Decades, 2));
    let found = layer(&RowSet::all(1), EdgeView::all(&graph.by_head), &x, &relations, Mask::new(0.0));
    let all = (|_| true, |_, _| true);
    assert_layer("one row", &found, layer_twin(&graph, all, &exact_rows(&x), &exact_rows(&relations), Mask::new(0.0)));
}

/// Parts of 128 edges err by about (sqrt(128 / 3) + sqrt(400 / 3)) = 18 roundings of 6e-8 at 50,000 edges of one sign,
/// one long chain by 130 and more.
const HUB: f64 = 2e-6;

#[test]
fn a_hub_of_fifty_thousand_edges_keeps_its_digits() {
    let (n_rows, dim) = (5_000, 20);
    let edge = |k: u32| Triple { head: 0, relation: k % 2, tail: (k * 7919) % n_rows };
    let graph = Graph::new(n_rows as usize, 2, (0..50_000).map(edge).collect());
    let (x, relations) = (table(5_000, dim, Spread::Positive(1.0), 1), table(2, dim, Spread::Positive(1.0), 2));
    let found = layer(&RowSet::all(5_000), EdgeView::all(&graph.by_head), &x, &relations, Mask::new(0.0));
    let mut mean = vec![0.0_f64; dim];
    for t in &graph.triples {
        for (k, mean) in mean.iter_mut().enumerate() {
            *mean += f64::from(relations.row(t.relation as usize)[k]) * f64::from(x.row(t.tail as usize)[k]) / 5e4;
        }
    }
    let length = mean.iter().map(|x| x * x).sum::<f64>().sqrt();
    assert!((f64::from(found.inverse_lengths[0]) * length - 1.0).abs() < HUB, "{}", found.inverse_lengths[0]);
    for (found, mean) in found.units.row(0).iter().zip(&mean) {
        assert!((f64::from(*found) * length / mean - 1.0).abs() < HUB, "{found} is not {}", mean / length);
    }
}
