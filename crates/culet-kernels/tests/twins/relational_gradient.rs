//! The gradient of the entity layer: against its twin, and against central differences of the whole layer in f64.

use culet_kernels::{
    Counter, EdgeView, KeptEdges, LowerLayer, MadeBy, Matrix, NO_SLOT, RowGradient, RowSet, relational_mean_gradient,
    relational_normalise_gradient,
};
use culet_testkit::{central_differences, relative_gap};

use crate::graph::{Graph, Triple};
use crate::number::{Number, total};
use crate::relational::layer;
use crate::table::{
    Mask, Row, SPREADS, Spread, WIDTHS, assert_rows, exact_rows, filled, normalised_gradient, row_set, table,
};

/// What stands in the rows of `grad_x` that are not listed.
const UNTOUCHED: f32 = 7.0;

/// Slots that no row has: nothing to add.
fn no_slots(n_rows: usize) -> Vec<u32> {
    vec![NO_SLOT; n_rows]
}

/// The sums over edges behind dx (for listed rows) and de, starting from `d_relations`.
fn gradient_twin(
    graph: &Graph,
    (listed, wanted): (impl Fn(u32) -> bool, impl Fn(usize, Triple) -> bool),
    grad: &[Row],
    x: &[Row],
    relations: &[Row],
    d_relations: &[Row],
) -> (Vec<Row>, Vec<Row>) {
    let dim = relations[0].len();
    let mut dx = vec![vec![Number::exact(UNTOUCHED.into()); dim]; graph.n_rows];
    let mut of_relation = vec![Vec::new(); graph.n_relations];
    for (row, places) in graph.reaching().iter().enumerate().filter(|&(row, _)| listed(row as u32)) {
        let triples: Vec<Triple> =
            places.iter().filter(|&&place| wanted(place, graph.triples[place])).map(|&p| graph.triples[p]).collect();
        let sum =
            |k: usize| total(triples.iter().map(|t| relations[t.relation as usize][k] * grad[t.head as usize][k]));
        dx[row] = (0..dim).map(sum).collect();
        triples.iter().for_each(|t| of_relation[t.relation as usize].push(*t));
    }
    let de = of_relation.iter().zip(d_relations).map(|(triples, start)| {
        let terms = |k: usize| triples.iter().map(move |t| x[t.tail as usize][k] * grad[t.head as usize][k]);
        (0..dim).map(|k| start[k] + total(terms(k))).collect()
    });
    (dx, de.collect())
}

#[test]
fn sums_over_edges_equal_the_twin_for_all_widths_and_magnitudes() {
    for dim in WIDTHS {
        let graph = Graph::for_width(dim);
        let n = graph.n_rows;
        for (k, spread) in SPREADS.into_iter().enumerate() {
            let (x, grad) = (table(n, dim, spread, 1), table(n, dim, SPREADS[(k + 1) % SPREADS.len()], 2));
            let relations = table(graph.n_relations, dim, SPREADS[(k + 2) % SPREADS.len()], 3);
            let start = table(graph.n_relations, dim, spread, 4);
            let (mut dx, mut de) = (filled(n, dim, UNTOUCHED), start.clone());
            let view = EdgeView::all(&graph.by_tail);
            let (nothing, slots) = (Matrix::zeros(0, dim), no_slots(n));
            let lower = LowerLayer { extra: RowGradient::Slots(&nothing, &slots), made_by: None };
            relational_mean_gradient(&RowSet::all(n), view, &grad, &x, &relations, lower, &mut dx, &mut de);
            let [grad, x, relations, start] = [&grad, &x, &relations, &start].map(exact_rows);
            let (dx_twin, de_twin) = gradient_twin(&graph, (|_| true, |_, _| true), &grad, &x, &relations, &start);
            assert_rows(&format!("dx, width {dim}, {spread:?}"), &dx, &dx_twin);
            assert_rows(&format!("de, width {dim}, {spread:?}"), &de, &de_twin);
        }
    }
}

#[test]
fn reads_the_wanted_edges_and_writes_the_listed_rows() {
    let (n, dim) = (700, 17);
    let graph = Graph::awkward(n, 3000);
    let [x, grad] = [1, 2].map(|seed| table(n, dim, Spread::Signed(1.0), seed));
    let [relations, start] = [3, 4].map(|seed| table(6, dim, Spread::Signed(1.0), seed));
    let mut kept = KeptEdges::default();
    kept.draw(graph.triples.len(), Counter::new(5), 0.5);
    let heads = |row: u32| row % 3 != 1;
    let some_heads = row_set(n, heads);
    let by_tail = &graph.by_tail;
    let twins = [&grad, &x, &relations, &start].map(exact_rows);
    for (name, view, draws, filters) in [
        ("kept", EdgeView::kept(by_tail, &kept), true, false),
        ("of heads", EdgeView::all(by_tail).to(&some_heads), false, true),
        ("kept of heads", EdgeView::kept(by_tail, &kept).to(&some_heads), true, true),
    ] {
        let wanted = |place: usize, t: Triple| (!draws || kept.contains(place)) && (!filters || heads(t.head));
        for (listing, listed) in
            [("every row", (|_| true) as fn(u32) -> bool), ("every third", |row| row % 3 == 0), ("none", |_| false)]
        {
            let (mut dx, mut de) = (filled(n, dim, UNTOUCHED), start.clone());
            let (nothing, slots) = (Matrix::zeros(0, dim), no_slots(n));
            let lower = LowerLayer { extra: RowGradient::Slots(&nothing, &slots), made_by: None };
            relational_mean_gradient(&row_set(n, listed), view, &grad, &x, &relations, lower, &mut dx, &mut de);
            let [grad, x, relations, start] = &twins;
            let (dx_twin, de_twin) = gradient_twin(&graph, (listed, wanted), grad, x, relations, start);
            assert_rows(&format!("dx, {name}, {listing}"), &dx, &dx_twin);
            assert_rows(&format!("de, {name}, {listing}"), &de, &de_twin);
        }
    }
}

/// A layer below: `x` is made by it, and some rows have a gradient of their own besides.
#[test]
fn the_layer_below_takes_what_else_belongs_to_its_gradient() {
    for dim in WIDTHS {
        let graph = Graph::for_width(dim);
        let n = graph.n_rows;
        for (k, spread) in SPREADS.into_iter().enumerate() {
            let relations = table(graph.n_relations, dim, Spread::Signed(1.0), 1);
            let mask = Mask::new([0.0, 0.3][k % 2]);
            let all = RowSet::all(n);
            let below = layer(&all, EdgeView::all(&graph.by_head), &table(n, dim, spread, 2), &relations, mask);
            let (grad, extra) = (table(n, dim, spread, 3), table(n / 2, dim, spread, 4));
            let slots: Vec<u32> = (0..n as u32).map(|row| if row % 2 == 1 { row / 2 } else { NO_SLOT }).collect();
            let made_by = MadeBy {
                inverse_lengths: &below.inverse_lengths,
                inverse_degrees: &below.inverse_degrees,
                dropout: mask.dropout,
            };
            let mut dx = filled(n, dim, UNTOUCHED);
            let mut de = Matrix::zeros(graph.n_relations, dim);
            let lower = LowerLayer { extra: RowGradient::Slots(&extra, &slots), made_by: Some(made_by) };
            let by_tail = EdgeView::all(&graph.by_tail);
            relational_mean_gradient(&all, by_tail, &grad, &below.units, &relations, lower, &mut dx, &mut de);

            let [grad, x, relations, extra, start] =
                [&grad, &below.units, &relations, &extra, &Matrix::zeros(6, dim)].map(exact_rows);
            let (mut twin, de_twin) = gradient_twin(&graph, (|_| true, |_, _| true), &grad, &x, &relations, &start);
            for (row, dx) in twin.iter_mut().enumerate() {
                if row % 2 == 1 {
                    dx.iter_mut().zip(&extra[row / 2]).for_each(|(dx, &extra)| *dx = *dx + extra);
                }
                *dx = sum_gradient(&x[row], &below.inverse_lengths, &below.inverse_degrees, mask, row, dx);
            }
            assert_rows(&format!("dx, width {dim}, {spread:?}"), &dx, &twin);
            assert_rows(&format!("de, width {dim}, {spread:?}"), &de, &de_twin);
        }
    }
}

/// From the gradient of a unit row to that of its sum over edges.
fn sum_gradient(y: &[Number], lengths: &[f32], degrees: &[f32], mask: Mask, row: usize, dy: &[Number]) -> Row {
    let [inverse_length, share] = [lengths[row], degrees[row]].map(|x| Number::exact(x.into()));
    let gradient = normalised_gradient(y, inverse_length, dy);
    mask.apply(row, &gradient).into_iter().map(|x| x * share).collect()
}

#[test]
fn the_gradient_of_the_division_by_the_length_equals_the_twin() {
    let n = 300;
    let graph = Graph::awkward(n, 500);
    for dim in WIDTHS {
        for (k, spread) in SPREADS.into_iter().enumerate() {
            let mask = Mask::new([0.0, 0.1, 0.9][k % 3]);
            let (x, relations) = (table(n, dim, spread, 1), table(6, dim, Spread::Signed(1.0), 2));
            let made = layer(&RowSet::all(n), EdgeView::all(&graph.by_head), &x, &relations, mask);
            let dy = table(n, dim, spread, 3);
            let listed = |row: u32| row % 5 != 2;
            let mut found = dy.clone();
            let (lengths, degrees) = (&made.inverse_lengths, &made.inverse_degrees);
            let rows = row_set(n, listed);
            relational_normalise_gradient(&rows, &made.units, lengths, degrees, mask.dropout, &mut found);
            let (units, mut twin) = (exact_rows(&made.units), exact_rows(&dy));
            for row in (0..n).filter(|&row| listed(row as u32)) {
                twin[row] = sum_gradient(&units[row], lengths, degrees, mask, row, &twin[row]);
            }
            assert_rows(&format!("width {dim}, {spread:?}"), &found, &twin);
        }
    }
}

#[test]
fn graphs_without_rows_or_edges_have_no_gradient() {
    for n in [0, 1] {
        let graph = Graph::new(n, 2, Vec::new());
        let x = table(n, 9, Spread::Signed(1.0), 1);
        let (mut dx, mut de) = (filled(n, 9, UNTOUCHED), filled(2, 9, 3.0));
        let (nothing, slots) = (Matrix::zeros(0, 9), no_slots(n));
        let lower = LowerLayer { extra: RowGradient::Slots(&nothing, &slots), made_by: None };
        let by_tail = EdgeView::all(&graph.by_tail);
        relational_mean_gradient(&RowSet::all(n), by_tail, &x, &x, &filled(2, 9, 1.0), lower, &mut dx, &mut de);
        assert_eq!((dx, de), (Matrix::zeros(n, 9), filled(2, 9, 3.0)));
    }
}

/// The layer in f64, weighted: sum over rows of <w_v, normalise(mask * mean_v)>.
fn weighted_layer(graph: &Graph, kept: &KeptEdges, x: &[f64], relations: &[f64], w: &Matrix, mask: Mask) -> f64 {
    let dim = w.dim();
    let mut loss = 0.0;
    for (row, places) in graph.leaving().iter().enumerate() {
        let mut sum = vec![0.0; dim];
        for t in places.iter().filter(|&&place| kept.contains(place)).map(|&place| graph.triples[place]) {
            for k in 0..dim {
                sum[k] += relations[t.relation as usize * dim + k] * x[t.tail as usize * dim + k];
            }
        }
        (0..dim).for_each(|k| sum[k] *= mask.factor(row, dim, k).value);
        let length = sum.iter().map(|x| x * x).sum::<f64>().sqrt();
        if length > 0.0 {
            loss += sum.iter().zip(w.row(row)).map(|(x, &w)| x * f64::from(w)).sum::<f64>() / length;
        }
    }
    loss
}

/// The kernels work in f32: ten roundings of 6e-8 or so on the way, and the difference quotients are right to 1e-8.
const DIFFERENCE: f64 = 2e-6;

#[test]
fn the_gradient_equals_central_differences_of_the_layer() {
    for (dim, rate) in [(1, 0.0), (5, 0.0), (9, 0.3), (17, 0.3)] {
        let n = 30;
        let graph = Graph::awkward(n, 40);
        let mut kept = KeptEdges::default();
        kept.draw(graph.triples.len(), Counter::new(8), 0.5);
        let mask = Mask::new(rate);
        // Positive vectors: no sum cancels, so that a step of the quotient turns no row around.
        let [x, w] = [(1, Spread::Positive(1.0)), (2, Spread::Signed(1.0))].map(|(seed, s)| table(n, dim, s, seed));
        let relations = table(6, dim, Spread::Positive(1.0), 3);

        let all = RowSet::all(n);
        let made = layer(&all, EdgeView::kept(&graph.by_head, &kept), &x, &relations, mask);
        let (mut grad, mut dx, mut de) = (w.clone(), Matrix::zeros(n, dim), Matrix::zeros(6, dim));
        let (lengths, degrees) = (&made.inverse_lengths, &made.inverse_degrees);
        relational_normalise_gradient(&all, &made.units, lengths, degrees, mask.dropout, &mut grad);
        let (nothing, slots) = (Matrix::zeros(0, dim), no_slots(n));
        let lower = LowerLayer { extra: RowGradient::Slots(&nothing, &slots), made_by: None };
        let by_tail = EdgeView::kept(&graph.by_tail, &kept);
        relational_mean_gradient(&all, by_tail, &grad, &x, &relations, lower, &mut dx, &mut de);

        let wide = |table: &Matrix| table.to_values().into_iter().map(f64::from).collect::<Vec<_>>();
        let (x, relations) = (wide(&x), wide(&relations));
        let by_x = central_differences(&x, 1e-5, |x| weighted_layer(&graph, &kept, x, &relations, &w, mask));
        let by_e = central_differences(&relations, 1e-5, |e| weighted_layer(&graph, &kept, &x, e, &w, mask));
        for (what, found, expected) in [("dx", wide(&dx), by_x), ("de", wide(&de), by_e)] {
            // With one dimension units are 1, whatever the sum: the floor stands for the terms that cancel.
            let gap = relative_gap(&found, &expected, 1.0);
            assert!(gap < DIFFERENCE, "{what}, width {dim}, dropout {rate}: relative gap {gap:e}");
        }
    }
}
