//! Tables that do not fit together are refused, as the documentation of the kernels promises.

use std::panic::{AssertUnwindSafe, catch_unwind};

use culet_kernels::{
    AdamSettings, BatchGradients, BatchVectors, Counter, Dropout, EdgeView, Edges, GateInput, GateOutput, KeptEdges,
    Lists, LowerLayer, Matrix, Moments, NO_SLOT, PairRows, RowGradient, RowSet, adam_step, intent_gate,
    interaction_mean, mark_columns, pairwise_loss, relational_mean_gradient, relational_normalise_gradient,
    softmax_loss, sum_listed,
};

use crate::graph::Graph;
use crate::relational::layer;
use crate::table::{Mask, filled};

fn is_refused(call: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(call)).is_err()
}

fn refused(what: &str, call: impl FnOnce()) {
    assert!(is_refused(call), "{what} is accepted");
}

#[test]
fn rates_outside_of_the_range() {
    for rate in [1.0, -0.1, f64::NAN, f64::INFINITY] {
        refused(&format!("a rate of {rate}"), || KeptEdges::default().draw(10, Counter::new(1), rate));
        refused(&format!("a rate of {rate}"), || assert!(Dropout::new(Counter::new(1), rate).is_active()));
    }
}

#[test]
fn edges_that_do_not_fit_together() {
    type Parts = (&'static [u32], &'static [u32], &'static [u32], usize, Option<Vec<u32>>);
    let accepted = |(starts, columns, relations, n_relations, places): Parts| {
        !is_refused(|| {
            let edges = Edges::new(starts.to_vec(), columns.to_vec(), relations, n_relations, places);
            assert_eq!(edges.n_edges(), columns.len());
        })
    };
    assert!(accepted((&[0, 1, 2], &[0, 1], &[0, 1], 2, Some(vec![1, 0]))));
    assert!(accepted((&[0], &[], &[], 65_536, None)));
    let cases: [(&str, Parts); 10] = [
        ("no offsets", (&[], &[], &[], 2, None)),
        ("offsets that start late", (&[1, 2], &[0, 0], &[0, 0], 2, None)),
        ("offsets that descend", (&[0, 2, 1], &[0], &[0], 2, None)),
        ("offsets that end early", (&[0, 1], &[0, 0], &[0, 0], 2, None)),
        ("a column beyond the rows", (&[0, 1], &[1], &[0], 2, None)),
        ("a relation beyond their number", (&[0, 1], &[0], &[2], 2, None)),
        ("an edge without relation", (&[0, 1], &[0], &[], 2, None)),
        ("a place beyond the edges", (&[0, 1], &[0], &[0], 2, Some(vec![1]))),
        ("an edge without place", (&[0, 1], &[0], &[0], 2, Some(vec![]))),
        ("65,537 relations", (&[0, 1], &[0], &[0], 65_537, None)),
    ];
    for (what, parts) in cases {
        assert!(!accepted(parts), "{what} is accepted");
    }
}

#[test]
fn layers_that_do_not_fit_their_graph() {
    let graph = Graph::awkward(70, 10);
    let view = EdgeView::all(&graph.by_head);
    let all = RowSet::all(70);
    let (x, e) = (filled(70, 20, 1.0), filled(6, 20, 1.0));
    let mean = |rows: &RowSet, view: EdgeView<'_>, x: &Matrix, e: &Matrix| {
        let made = layer(rows, view, x, e, Mask::new(0.0));
        assert_eq!(made.units.n_rows(), 70);
    };
    mean(&all, view, &x, &e);
    refused("a table with too few rows", || mean(&all, view, &filled(69, 20, 1.0), &e));
    refused("a wide table", || mean(&all, view, &filled(70, 33, 1.0), &e));
    refused("a relation too few", || mean(&all, view, &x, &filled(5, 20, 1.0)));
    refused("a row beyond the table", || mean(&RowSet::all(71), view, &x, &e));
    let few_bits = KeptEdges::all(1);
    refused("too few bits", || mean(&all, EdgeView::kept(&graph.by_head, &few_bits), &x, &e));
    refused("too few flags", || mean(&all, view.to(&RowSet::new(50)), &x, &e));

    let gradient = |rows: &RowSet, view: EdgeView<'_>, grad: &Matrix, x: &Matrix, de: &mut Matrix| {
        let (nothing, slots) = (Matrix::zeros(0, 20), vec![NO_SLOT; 70]);
        let lower = LowerLayer { extra: RowGradient::Slots(&nothing, &slots), made_by: None };
        relational_mean_gradient(rows, view, grad, x, &e, lower, &mut filled(70, 20, 0.0), de);
    };
    let view = EdgeView::all(&graph.by_tail);
    let de = || filled(6, 20, 0.0);
    gradient(&all, view, &x, &x, &mut de());
    refused("a short gradient", || gradient(&all, view, &filled(69, 20, 1.0), &x, &mut de()));
    refused("a short table", || gradient(&all, view, &x, &filled(69, 20, 1.0), &mut de()));
    refused("a row beyond the graph", || gradient(&RowSet::all(71), view, &x, &x, &mut de()));
    refused("too few bits", || {
        gradient(&all, EdgeView::kept(&graph.by_tail, &few_bits), &x, &x, &mut de());
    });
    refused("too few flags", || gradient(&all, view.to(&RowSet::new(50)), &x, &x, &mut de()));
    refused("too few bits and flags", || {
        let view = EdgeView::kept(&graph.by_tail, &few_bits).to(&all);
        gradient(&all, view, &x, &x, &mut de());
    });
    refused("too few flags for the kept edges", || {
        let (kept, flags) = (KeptEdges::all(graph.triples.len()), RowSet::new(50));
        gradient(&all, EdgeView::kept(&graph.by_tail, &kept).to(&flags), &x, &x, &mut de());
    });

    refused("lengths of fewer rows", || {
        let scales = vec![1.0; 69];
        relational_normalise_gradient(&all, &x, &scales, &scales, Dropout::none(), &mut x.clone());
    });
    refused("columns marked in a smaller set", || {
        mark_columns(&all, &graph.by_head, &KeptEdges::all(graph.triples.len()), &RowSet::new(50));
    });
    refused("marking by tail", || {
        mark_columns(&all, &graph.by_tail, &KeptEdges::all(graph.triples.len()), &RowSet::new(70));
    });
}

#[test]
fn lists_and_losses_that_do_not_fit_their_tables() {
    let x = filled(4, 20, 1.0);
    let lists = Lists { offsets: &[0, 1, 2], columns: &[0, 4] };
    refused("a listed row beyond", || interaction_mean(lists, &x, &mut filled(2, 20, 0.0)));
    refused("a listed row beyond", || sum_listed(lists, &x, &filled(2, 20, 0.0), &mut filled(2, 20, 0.0)));
    let lists = Lists { offsets: &[0, 1, 2], columns: &[0, 3] };
    refused("a list too few", || interaction_mean(lists, &x, &mut filled(3, 20, 0.0)));
    refused("more to start from than lists", || sum_listed(lists, &x, &filled(3, 20, 0.0), &mut filled(2, 20, 0.0)));

    let vectors = BatchVectors { users: &x, items: &x };
    let fresh = || BatchGradients::zeros(vectors);
    let beyond = PairRows { users: &[4], positives: &[0], negatives: &[1] };
    refused("a user beyond", || assert!(pairwise_loss(vectors, beyond, &mut fresh()) > 0.0));
    let uneven = PairRows { users: &[0], positives: &[0, 1], negatives: &[1] };
    refused("uneven pairs", || assert!(pairwise_loss(vectors, uneven, &mut fresh()) > 0.0));
    let rows = PairRows { users: &[0], positives: &[0], negatives: &[1] };
    let none = Lists { offsets: &[0, 0, 0], columns: &[] };
    refused("more lists of known negatives than pairs", || {
        assert!(softmax_loss(vectors, rows, none, 1.0, &mut fresh()) > 0.0);
    });
}

#[test]
fn optimiser_steps_that_do_not_fit() {
    let step = |gradient: &Matrix, moments_of: &Matrix, t: u64| {
        let gradient = RowGradient::All(gradient);
        adam_step(&mut filled(9, 20, 1.0), gradient, &mut Moments::for_table(moments_of), AdamSettings::new(0.1), t);
    };
    let like = filled(9, 20, 1.0);
    step(&like, &like, 1);
    refused("step 0", || step(&like, &like, 0));
    refused("moments of fewer rows", || step(&like, &filled(8, 20, 1.0), 1));
    refused("a gradient of fewer rows", || step(&filled(8, 20, 1.0), &like, 1));
    refused("a narrow gradient", || step(&filled(9, 16, 1.0), &like, 1));
}

/// Calls that promise to panic "if the shapes do not fit".
#[test]
fn shapes_that_do_not_fit_are_refused() {
    let accepted: Vec<&str> = [relation_gradients(), moments(), gates(), softmax_gradients()]
        .concat()
        .into_iter()
        .filter_map(|(what, refused)| (!refused).then_some(what))
        .collect();
    assert!(accepted.is_empty(), "accepted: {accepted:#?}");
}

type Case = (&'static str, bool);

fn relation_gradients() -> Vec<Case> {
    let graph = Graph::awkward(70, 10);
    let (x, e) = (filled(70, 20, 1.0), filled(6, 20, 1.0));
    let slots: Vec<u32> = (0..70).collect();
    let call = |mut de: Matrix, extra: Matrix| {
        let lower = LowerLayer { extra: RowGradient::Slots(&extra, &slots), made_by: None };
        let (all, view, dx) = (RowSet::all(70), EdgeView::all(&graph.by_tail), &mut filled(70, 20, 0.0));
        is_refused(|| relational_mean_gradient(&all, view, &x, &x, &e, lower, dx, &mut de))
    };
    assert!(!call(e.clone(), x.clone()));
    vec![
        ("relational_mean_gradient: grad_relations with a row too few", call(filled(5, 20, 0.0), x.clone())),
        ("relational_mean_gradient: grad_relations with a row too many", call(filled(7, 20, 0.0), x.clone())),
        ("relational_mean_gradient: narrow grad_relations", call(filled(6, 16, 0.0), x.clone())),
        ("relational_mean_gradient: narrow extra gradient", call(e.clone(), filled(70, 16, 1.0))),
    ]
}

fn moments() -> Vec<Case> {
    let call = |dim: usize| {
        let (mut table, gradient) = (filled(9, 20, 1.0), filled(9, 20, 1.0));
        let mut moments = Moments::for_table(&filled(9, dim, 1.0));
        is_refused(|| {
            adam_step(&mut table, RowGradient::All(&gradient), &mut moments, AdamSettings::new(0.1), 1);
        })
    };
    assert!(!call(20));
    vec![("adam_step: moments of a narrow table", call(16)), ("adam_step: moments of a wide table", call(40))]
}

fn gates() -> Vec<Case> {
    let numbers: Vec<u32> = (0..9).collect();
    let call = |[means, intents, latent]: [Matrix; 3], n_out: usize| {
        let (users, user_numbers, dropout) = (&filled(9, 20, 1.0), &numbers[..], Dropout::none());
        let (means, intents, latent) = (&means, &intents, &latent);
        let input = GateInput { users, means, intents, latent, user_numbers, dropout };
        is_refused(|| intent_gate(input, &mut GateOutput::zeros(n_out, 20, 3)))
    };
    let [v, p] = [9, 3].map(|n| filled(n, 20, 1.0));
    assert!(!call([v.clone(), p.clone(), p.clone()], 9));
    vec![
        ("intent_gate: room for a user too few", call([v.clone(), p.clone(), p.clone()], 8)),
        ("intent_gate: narrow means", call([filled(9, 16, 1.0), p.clone(), p.clone()], 9)),
        ("intent_gate: narrow intents", call([v.clone(), filled(3, 16, 1.0), p.clone()], 9)),
        ("intent_gate: narrow latent vectors", call([v.clone(), p.clone(), filled(3, 16, 1.0)], 9)),
        ("intent_gate: a latent vector too many", call([v, p, filled(4, 20, 1.0)], 9)),
    ]
}

fn softmax_gradients() -> Vec<Case> {
    let x = filled(4, 20, 1.0);
    let call = |users: Matrix, known: &[u32]| {
        let mut gradients = BatchGradients { users, items: filled(4, 20, 0.0) };
        let rows = PairRows { users: &[0], positives: &[0], negatives: &[1, 2] };
        let known = Lists { offsets: &[0, known.len() as u32], columns: known };
        let vectors = BatchVectors { users: &x, items: &x };
        is_refused(|| assert!(softmax_loss(vectors, rows, known, 1.0, &mut gradients) > 0.0))
    };
    assert!(!call(x.clone(), &[]));
    vec![
        ("softmax_loss: a narrow gradient", call(filled(4, 16, 0.0), &[])),
        ("softmax_loss: a known negative beyond the negatives", call(x.clone(), &[2])),
    ]
}
