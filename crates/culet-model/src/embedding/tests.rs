//! Gradients against difference quotients, convolution against a dense product.

use culet_graph::{Interactions, KnowledgeGraph, Purpose, Stream, Triplet};

use super::*;
use crate::{bpr_mf, lightgcn, softmax_mf};

fn log() -> Interactions {
    let pairs = [(0, 0), (0, 1), (1, 1), (1, 2), (1, 4), (2, 3), (2, 0), (3, 4)];
    Interactions::from_pairs(4, 6, &pairs).unwrap()
}

fn config(loss: LossKind, user_vectors: UserVectors) -> EmbeddingConfig {
    EmbeddingConfig { dim: 5, loss, negatives: 3, temperature: 0.3, l2: 0.05, user_vectors, facts: false }
}

fn batch(loss: LossKind) -> PairBatch {
    let negatives = if loss == LossKind::Bpr { vec![5, 3, 2, 1] } else { vec![5, 1, 3] };
    PairBatch { users: vec![0, 1, 2, 1], positives: vec![0, 4, 3, 1], negatives }
}

/// Items share facts 6 to 9: item i of relation 0 that of i % 2, of relation 1 that of i / 3.
fn graph() -> KnowledgeGraph {
    let facts = (0..6).flat_map(|item| {
        [(0, 6 + item % 2), (1, 8 + item / 3)].map(|(relation, tail)| Triplet { head: item, relation, tail })
    });
    // A fact needs twenty entries to be looked at: users of a catalogue know more of it than this one.
    let doubled =
        (0..4).flat_map(|k| (0..6).map(move |item| Triplet { head: item, relation: 0, tail: 10 + 2 * k + item % 2 }));
    KnowledgeGraph::from_triplets(18, 2, facts.chain(doubled).collect()).unwrap()
}

#[test]
fn gradients_equal_difference_quotients() {
    let ways = [UserVectors::Plain, UserVectors::History(0.4), UserVectors::Convolution(2)];
    for loss in [LossKind::Bpr, LossKind::Softmax] {
        for user_vectors in ways {
            check_gradients(config(loss, user_vectors), 2);
        }
        for user_vectors in &ways[..2] {
            check_gradients(EmbeddingConfig { facts: true, ..config(loss, *user_vectors) }, 3);
        }
    }
}

fn check_gradients(config: EmbeddingConfig, n_tables: usize) {
    let (graph, log) = (graph(), log());
    let problem = Problem { train: &log, graph: &graph };
    let draw = Draw { seed: 3, step: 5 };
    let batch = batch(config.loss);
    let start = |seed| Embedding::new(&softmax_mf::SPEC, config.clone(), problem, Start::Seed(seed)).unwrap();
    let mut model = start(1);
    model.loss_and_gradient(&batch, draw);
    let mut gradients = Vec::new();
    model.visit_gradients(&mut |_, table, gradient| {
        let rows = (0..table.n_rows()).map(|row| gradient.row(row).map(|row| row[..5].to_vec()));
        gradients.push(rows.map(|row| row.unwrap_or(vec![0.0; 5])).collect::<Vec<_>>());
    });
    assert_eq!(gradients.len(), n_tables);
    for (k, of_table) in gradients.iter().enumerate() {
        assert!(of_table.iter().flatten().any(|x| *x != 0.0), "table {k} takes part");
        for (row, of_row) in of_table.iter().enumerate() {
            for (column, &found) in of_row.iter().enumerate() {
                let at = |shift: f32| {
                    let mut model = start(1);
                    model.visit_tables(&mut |table, values| {
                        if table == k {
                            values.row_mut(row)[column] += shift;
                        }
                    });
                    model.loss_and_gradient(&batch, draw).total()
                };
                let step = 2e-3;
                let expected = (at(step) - at(-step)) / f64::from(2.0 * step);
                let gap = (expected - f64::from(found)).abs();
                let place = format!("{config:?} table {k} row {row} column {column}");
                assert!(gap < 2e-4 * (1.0 + expected.abs()), "{place}: {found}, expected {expected}");
            }
        }
    }
}

#[test]
fn facts_make_items_alike() {
    let (graph, log) = (graph(), log());
    let config = EmbeddingConfig { facts: true, ..config(LossKind::Bpr, UserVectors::Plain) };
    let mut model =
        Embedding::new(&softmax_mf::SPEC, config, Problem { train: &log, graph: &graph }, Start::Seed(1)).unwrap();
    // With V = 0 an item is the mean of its facts' vectors: those of item 0 are of rows {0, 2, 4}, {1, 3, 5} and {0, 1, 2}.
    model.items.as_mut_slice().fill(0.0);
    let facts = model.facts.as_ref().unwrap();
    let table = facts.table.clone();
    let lists = [facts.facts_of(0).to_vec(), facts.facts_of(2).to_vec(), facts.facts_of(5).to_vec()];
    assert_eq!(lists[0], lists[1], "items 0 and 2 share all facts");
    assert!(lists[0].iter().all(|fact| !lists[2].contains(fact)), "items 0 and 5 share none");
    let items = model.represent().items;
    assert_eq!(items.row(0), items.row(2));
    for (item, list) in [(0, &lists[0]), (5, &lists[2])] {
        for column in 0..5 {
            let mean = list.iter().map(|&fact| table.row(fact as usize)[column]).sum::<f32>() / list.len() as f32;
            assert!((items.row(item)[column] - mean).abs() < 1e-6);
        }
    }
}

/// Layers of the paper's equation 3, summed in f64 edge by edge.
fn smoothed(log: &Interactions, x: &[Vec<f64>], layers: usize) -> Vec<Vec<f64>> {
    let n_users = log.n_users();
    let degree = |node: usize| {
        let of = |(user, item): (u32, u32)| user as usize == node || n_users + item as usize == node;
        log.pairs().filter(|&pair| of(pair)).count() as f64
    };
    let (mut layer, mut sum) = (x.to_vec(), x.to_vec());
    for _ in 0..layers {
        let mut next = vec![vec![0.0; x[0].len()]; x.len()];
        for (user, item) in log.pairs() {
            let (u, i) = (user as usize, n_users + item as usize);
            let weight = 1.0 / (degree(u) * degree(i)).sqrt();
            for k in 0..x[0].len() {
                next[u][k] += weight * layer[i][k];
                next[i][k] += weight * layer[u][k];
            }
        }
        layer = next;
        sum.iter_mut().flatten().zip(layer.iter().flatten()).for_each(|(sum, x)| *sum += x);
    }
    sum.iter_mut().flatten().for_each(|x| *x /= (layers + 1) as f64);
    sum
}

#[test]
fn convolution_is_that_of_the_paper() {
    let log = log();
    let stream = Stream::new(1, Purpose::Test, 0);
    let x: Vec<Vec<f64>> = (0..10).map(|r| (0..3).map(|k| stream.uniform(3 * r + k) - 0.5).collect()).collect();
    let table = |rows: &[Vec<f64>]| {
        Matrix::from_values(rows.len(), 3, &rows.iter().flatten().map(|&x| x as f32).collect::<Vec<_>>())
    };
    for layers in 0..4 {
        let mut convolution = Convolution::new(&log, layers);
        let (users, items) = convolution.smooth(&table(&x[..4]), &table(&x[4..]));
        let found: Vec<f32> = users.to_values().into_iter().chain(items.to_values()).collect();
        for (found, expected) in found.iter().zip(smoothed(&log, &x, layers).iter().flatten()) {
            assert!((f64::from(*found) - expected).abs() < 1e-6, "{layers} layers: {found}, expected {expected}");
        }
    }
}

#[test]
fn settings_of_the_family_are_complete() {
    let graph = KnowledgeGraph::empty(6);
    let log = log();
    for spec in [&bpr_mf::SPEC, &softmax_mf::SPEC, &lightgcn::SPEC] {
        let problem = Problem { train: &log, graph: &graph };
        let model = spec.build(&toml::Table::new(), problem, Start::Seed(1)).unwrap();
        assert_eq!(model.spec().name, spec.name);
    }
}
