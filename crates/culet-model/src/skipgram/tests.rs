//! The fixtures of an independent implementation, and difference quotients of the equations in f64.

use culet_graph::Network;
use culet_kernels::{
    AdamSettings, ContextBatch, Counter, Lists, Matrix, Moments, Noise, RowGradient, WalkBatch, adam_step,
};
use culet_testkit::asp2vec::{Choice, Pair, Tables};
use culet_testkit::{central_differences, fixture, matrix, numbers};
use serde_json::Value;

use super::embedding::from_lanes;
use super::*;
use crate::find_model;

const N_NODES: usize = 8;
const DIM: usize = 6;

fn network() -> Network {
    Network::from_pairs(N_NODES, false, &[(0, 1), (0, 3), (6, 7), (2, 4), (4, 5)])
}

fn model(settings: &str, centres: Matrix, contexts: Matrix) -> SkipGramModel {
    let spec = find_model("asp2vec").unwrap();
    let stored = |name: &str| Some(if name == "centres" { centres.clone() } else { contexts.clone() });
    spec.build_network(&settings.parse().unwrap(), &network(), Start::Tables(&stored)).unwrap()
}

fn floats(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&x| x as f32).collect()
}

/// From the fixture's order (aspect after aspect, `[K * n, d]`) to ours (`[n, K * d]`).
fn by_node(values: &[f64], n_aspects: usize) -> Vec<f64> {
    let mut out = Vec::new();
    for node in 0..N_NODES {
        for aspect in 0..n_aspects {
            out.extend_from_slice(&values[(aspect * N_NODES + node) * DIM..][..DIM]);
        }
    }
    out
}

fn table(values: &[f64], width: usize) -> Matrix {
    Matrix::from_values(N_NODES, width, &floats(values))
}

fn ids(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|x| x.as_u64().unwrap() as u32).collect()
}

/// The largest gap, as a share of the largest number or of `least`.
fn gap(found: &[f32], expected: &[f64], least: f64) -> f64 {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(least, |largest, x| largest.max(x.abs()));
    let gaps = found.iter().zip(expected).map(|(&found, expected)| (f64::from(found) - expected).abs());
    gaps.fold(0.0, f64::max) / largest
}

/// A batch of the fixture, one occurrence for each pair: the same losses, since each pair repeats its bag.
struct Listed {
    centres: Vec<u32>,
    contexts: Vec<u32>,
    offsets: Vec<u32>,
    negatives: Vec<u32>,
    bag_offsets: Vec<u32>,
    bags: Vec<u32>,
}

impl Listed {
    fn read(batch: &Value) -> Self {
        let pairs: Vec<Vec<u32>> = batch["pairs"].as_array().unwrap().iter().map(ids).collect();
        let mut bag_offsets = ids(&batch["bag_offsets"]);
        let bags = ids(&batch["bag_nodes"]);
        bag_offsets.push(bags.len() as u32);
        Self {
            centres: pairs.iter().map(|pair| pair[0]).collect(),
            contexts: pairs.iter().map(|pair| pair[1]).collect(),
            offsets: (0..=pairs.len() as u32).collect(),
            negatives: batch["negatives"].as_array().unwrap().iter().flat_map(ids).collect(),
            bag_offsets,
            bags,
        }
    }

    /// Neighbouring pairs with the same centre and bag become one occurrence, as the trainer lists them.
    fn grouped(mut self) -> Self {
        let bag = |k: usize| &self.bags[self.bag_offsets[k] as usize..self.bag_offsets[k + 1] as usize];
        let n = self.centres.len();
        let starts: Vec<usize> =
            (0..n).filter(|&k| k == 0 || self.centres[k] != self.centres[k - 1] || bag(k) != bag(k - 1)).collect();
        let (mut bags, mut bag_offsets) = (Vec::new(), vec![0]);
        for &k in &starts {
            bags.extend_from_slice(bag(k));
            bag_offsets.push(bags.len() as u32);
        }
        self.centres = starts.iter().map(|&k| self.centres[k]).collect();
        self.offsets = starts.iter().map(|&k| k as u32).chain([n as u32]).collect();
        (self.bags, self.bag_offsets) = (bags, bag_offsets);
        self
    }

    fn batch<'a>(&'a self, noise: &'a [f32]) -> ContextBatch<'a> {
        ContextBatch {
            centres: &self.centres,
            contexts: Lists { offsets: &self.offsets, columns: &self.contexts },
            bags: Lists { offsets: &self.bag_offsets, columns: &self.bags },
            negatives: &self.negatives,
            n_negatives: 2,
            noise: Noise::Given(noise),
        }
    }
}

const SETTINGS: [(&str, &str); 6] = [
    ("normal_softmax", "selection = 'softmax'\naspect_regularization = 'none'"),
    (
        "normal_softmax_reg",
        "selection = 'softmax'\naspect_regularization = 'batch'\naspect_weight = 0.01\naspect_threshold = 0.1",
    ),
    ("no_softmax", "selection = 'none'\naspect_regularization = 'none'"),
    ("gumbel_soft", "selection = 'gumbel'\naspect_regularization = 'none'"),
    ("gumbel_hard_straight_through", "selection = 'gumbel-hard'\naspect_regularization = 'none'"),
    (
        "gumbel_soft_reg",
        "selection = 'gumbel'\naspect_regularization = 'batch'\naspect_weight = 0.01\naspect_threshold = 0.5",
    ),
];

fn gradients(model: &mut SkipGramModel) -> [Vec<f32>; 2] {
    let n_aspects = model.config.n_aspects;
    let mut out = [Vec::new(), Vec::new()];
    model.visit_gradients(&mut |k, table, gradient| {
        let mut sum = Matrix::zeros(table.n_rows(), table.dim());
        match gradient {
            NetworkGradient::All(all) => sum.clone_from(all),
            NetworkGradient::ByPlace { rows, places, scale, .. } => {
                for (place, &row) in places.iter().enumerate() {
                    for (sum, value) in sum.row_mut(row as usize).iter_mut().zip(rows.row(place)) {
                        *sum += scale * value;
                    }
                }
            }
        }
        out[k] = if k == 0 { sum.to_values() } else { from_lanes(&sum, n_aspects).to_values() };
    });
    out
}

fn adam(model: &mut SkipGramModel, moments: &mut Vec<Moments>, learning_rate: f64, t: u64) {
    if moments.is_empty() {
        moments.extend(model.tables().map(Moments::for_table));
    }
    model.visit_gradients(&mut |k, table, gradient| match gradient {
        NetworkGradient::All(all) => {
            adam_step(table, RowGradient::All(all), &mut moments[k], AdamSettings::new(learning_rate), t);
        }
        NetworkGradient::ByPlace { .. } => panic!("the published form has dense gradients"),
    });
}

#[test]
fn losses_gradients_and_ten_steps_equal_the_independent_implementation() {
    let fixture = fixture("asp2vec_tiny");
    let start = &fixture["initial_parameters"];
    let noise = floats(&matrix(&fixture["gumbel_noise"]));
    let centres = matrix(&start["center_embedding"]);
    let contexts = by_node(&matrix(&start["aspect_embedding"]), 3);
    for grouped in [false, true] {
        let listed = Listed::read(&fixture["batch"]);
        let listed = if grouped { listed.grouped() } else { listed };
        assert_eq!(listed.centres.len(), if grouped { 6 } else { 12 });
        for expected in fixture["settings"].as_array().unwrap() {
            let name = expected["name"].as_str().unwrap();
            let settings = SETTINGS.iter().find(|(own, _)| *own == name).unwrap_or_else(|| panic!("{name}")).1;
            let settings = format!("dim = 6\naspects = 3\nengine = 'pairs'\n{settings}");
            let mut model = model(&settings, table(&centres, DIM), table(&contexts, 3 * DIM));
            let loss = model.loss_and_gradient_of_pairs(listed.batch(&noise)).total();
            let expected_loss = expected["loss"].as_f64().unwrap();
            assert!((loss / expected_loss - 1.0).abs() < 1e-6, "{name}: {loss}, expected {expected_loss}");
            let [by_centre, by_context] = gradients(&mut model);
            let gap_p = gap(&by_centre, &matrix(&expected["gradient"]["center_embedding"]), 1e-3);
            let gap_q = gap(&by_context, &by_node(&matrix(&expected["gradient"]["aspect_embedding"]), 3), 1e-3);
            assert!(gap_p < 1e-5 && gap_q < 1e-5, "{name}: {gap_p} {gap_q}");

            let Some(curve) = expected.get("adam") else { continue };
            let losses = numbers(&curve["loss_before_each_step"]);
            assert_eq!(losses.len(), 10);
            let mut moments = Vec::new();
            for (t, expected) in losses.iter().enumerate() {
                let loss = model.loss_and_gradient_of_pairs(listed.batch(&noise)).total();
                assert!((loss / expected - 1.0).abs() < 1e-5, "{name}, step {t}: {loss}, expected {expected}");
                adam(&mut model, &mut moments, 0.003, t as u64 + 1);
            }
            let finals = &curve["final_parameters"];
            let (p, q) = (matrix(&finals["center_embedding"]), by_node(&matrix(&finals["aspect_embedding"]), 3));
            let embedding = model.embedding();
            assert!(gap(&embedding.centres.to_values(), &p, 1e-3) < 1e-5, "{name}");
            assert!(gap(&embedding.contexts.to_values(), &q, 1e-3) < 1e-5, "{name}");
            if let Some(expected) = curve.get("evaluation_embedding_after_last_step") {
                assert!(gap(&embedding.published().to_values(), &matrix(expected), 1e-3) < 1e-5, "{name}");
            }
        }
    }
}

#[test]
fn the_warm_up_clips_and_hands_over_as_the_independent_implementation() {
    let fixture = fixture("asp2vec_tiny");
    let warm = &fixture["warm_up"];
    let start = |key: &str| table(&matrix(&warm["initial_parameters"][key]), DIM);
    let settings = "dim = 6\naspects = 1\nengine = 'pairs'\nselection = 'none'\naspect_regularization = 'none'";
    let fresh = || model(settings, start("center_embedding"), start("context_embedding"));
    let listed = Listed::read(&fixture["batch"]).grouped();
    let mut one = fresh();
    let loss = one.loss_and_gradient_of_pairs(listed.batch(&[0.0; 12])).total();
    assert!((loss / warm["loss"].as_f64().unwrap() - 1.0).abs() < 1e-6);
    let [by_centre, by_context] = gradients(&mut one);
    assert!(gap(&by_centre, &matrix(&warm["gradient"]["center_embedding"]), 1e-3) < 1e-5);
    assert!(gap(&by_context, &matrix(&warm["gradient"]["context_embedding"]), 1e-3) < 1e-5);
    one.clip_lengths();
    assert!(gap(&one.tables()[0].to_values(), &matrix(&warm["clip"]["center_embedding_after"]), 1e-3) < 1e-6);

    let batches: Vec<Listed> = fixture["batches_of_8"].as_array().unwrap().iter().map(Listed::read).collect();
    for (key, learning_rate) in [("training_lr_0.003", 0.003), ("training_lr_0.05", 0.05)] {
        let (expected, mut model, mut moments, mut t) = (&warm[key], fresh(), Vec::new(), 0);
        for expected in numbers(&expected["summed_batch_loss_per_epoch"]) {
            let mut sum = 0.0;
            for batch in &batches {
                t += 1;
                sum += model.loss_and_gradient_of_pairs(batch.batch(&vec![0.0; batch.contexts.len()])).total();
                adam(&mut model, &mut moments, learning_rate, t);
            }
            model.clip_lengths();
            assert!((sum / expected - 1.0).abs() < 1e-5, "{key}: {sum}, expected {expected}");
        }
        let embedding = model.embedding();
        let keys = ["center_embedding_after_last_epoch", "context_embedding_after_last_epoch", "handed_over_embedding"];
        let tables = [embedding.centres.clone(), embedding.contexts.clone(), embedding.published()];
        for (name, found) in keys.iter().zip(&tables) {
            let Some(expected) = expected.get(*name) else { continue };
            let gap = gap(&found.to_values(), &matrix(expected), 1e-3);
            assert!(gap < 2e-5, "{key}, {name}: {gap}");
        }
    }
}

#[test]
fn all_aspects_start_from_the_handed_over_vectors() {
    let fixture = fixture("asp2vec_tiny");
    let warm = &fixture["warm_up"]["warm_start"];
    let handed = matrix(&fixture["warm_up"]["training_lr_0.003"]["handed_over_embedding"]);
    let settings = format!("dim = 6\naspects = 3\nengine = 'pairs'\n{}", SETTINGS[1].1);
    let mut model = model(&settings, Matrix::zeros(N_NODES, DIM), Matrix::zeros(N_NODES, 3 * DIM));
    model.start_from(&table(&handed, DIM));
    let listed = Listed::read(&fixture["batch"]).grouped();
    let loss = model.loss_and_gradient_of_pairs(listed.batch(&[0.0; 36]));
    let candidates = [warm["loss"].as_f64().unwrap()];
    assert!((loss.total() / candidates[0] - 1.0).abs() < 1e-5, "{} {candidates:?}", loss.total());
    assert!((loss.independence - 0.24).abs() < 1e-6);
    let [by_centre, by_context] = gradients(&mut model);
    assert!(gap(&by_centre, &matrix(&warm["gradient"]["center_embedding"]), 1e-3) < 1e-5);
    assert!(gap(&by_context, &by_node(&matrix(&warm["gradient"]["aspect_embedding"]), 3), 1e-3) < 2e-5);
}

/// Random tables, large enough that nothing is near zero.
fn random_tables(n_aspects: usize, dim: usize) -> Tables {
    let stream = Stream::new(3, Purpose::Test, n_aspects as u64);
    let value = |k: usize| f64::from((0.5 * stream.normal(k as u64)) as f32);
    let n = N_NODES * dim;
    Tables {
        centres: (0..n).map(value).collect(),
        contexts: (0..n_aspects * n).map(|k| value(n + k)).collect(),
        n_nodes: N_NODES,
        dim,
        n_aspects,
    }
}

fn model_of(tables: &Tables, settings: &str) -> SkipGramModel {
    let (k, dim) = (tables.n_aspects, tables.dim);
    let mut contexts = Vec::new();
    for node in 0..N_NODES {
        for aspect in 0..k {
            contexts.extend_from_slice(tables.context(node, aspect));
        }
    }
    let settings = format!("dim = {dim}\naspects = {k}\n{settings}");
    model(&settings, table(&tables.centres, dim), table(&contexts, k * dim))
}

/// Compares a gradient with difference quotients of the loss in f64.
fn compare(name: &str, tables: &Tables, model: &mut SkipGramModel, loss: f64, exact: &dyn Fn(&Tables) -> f64) {
    assert!((loss / exact(tables) - 1.0).abs() < 2e-6, "{name}: {loss}, expected {}", exact(tables));
    let [by_centre, by_context] = gradients(model);
    let mut moved = tables.clone();
    let centre_slopes = central_differences(&tables.centres, 1e-5, |values| {
        moved.centres.copy_from_slice(values);
        exact(&moved)
    });
    let mut moved = tables.clone();
    let context_slopes = central_differences(&tables.contexts, 1e-5, |values| {
        moved.contexts.copy_from_slice(values);
        exact(&moved)
    });
    let mut by_node = Vec::new();
    for node in 0..N_NODES {
        for aspect in 0..tables.n_aspects {
            by_node.extend_from_slice(&context_slopes[(aspect * N_NODES + node) * tables.dim..][..tables.dim]);
        }
    }
    let gaps = (gap(&by_centre, &centre_slopes, 1e-3), gap(&by_context, &by_node, 1e-3));
    assert!(gaps.0 < 1e-5 && gaps.1 < 1e-5, "{name}: {gaps:?}");
}

#[test]
fn the_gradient_of_walks_equals_difference_quotients() {
    // A repeated node in a window, the centre among its own contexts, walks of one and two nodes, a repeated negative.
    let nodes = [0_usize, 1, 0, 3, 3, 2, 5, 6, 7, 4];
    let offsets = [0_usize, 6, 9, 9, 10];
    let negatives = [4_u32, 4, 1, 7, 0, 0, 2, 5, 6, 1, 2, 3];
    for (n_aspects, dim) in [(1, 6), (1, 17), (3, 6), (3, 5), (8, 4), (9, 3)] {
        for (name, choice) in [("none", Choice::Even), ("softmax", Choice::Softmax)] {
            for (regularisation, weight) in [("none", 0.0), ("pair", 0.3)] {
                if n_aspects == 1 && weight > 0.0 {
                    continue;
                }
                let tables = random_tables(n_aspects, dim);
                let settings = format!(
                    "selection = '{name}'\nwindow = 2\nnegatives = 3\nshared_negatives = 3\naspect_threshold = 0.05\n\
                     aspect_regularization = '{regularisation}'\naspect_weight = {weight}"
                );
                let mut model = model_of(&tables, &settings);
                let exact = |tables: &Tables| {
                    let (mut sum, mut n_pairs) = (0.0, 0);
                    for (walk, range) in offsets.windows(2).enumerate() {
                        let walk_nodes = &nodes[range[0]..range[1]];
                        for p in 0..walk_nodes.len() {
                            let window: Vec<usize> = (p.saturating_sub(2)..(p + 3).min(walk_nodes.len()))
                                .filter(|&x| x != p)
                                .map(|x| walk_nodes[x])
                                .collect();
                            let mut bag = window.clone();
                            bag.sort_unstable();
                            bag.dedup();
                            for &context in &window {
                                n_pairs += 1;
                                let negatives = negatives[3 * walk..3 * walk + 3].iter().map(|&n| (n as usize, 1.0));
                                let pair = Pair {
                                    centre: walk_nodes[p],
                                    context,
                                    negatives: negatives.collect(),
                                    bag: bag.clone(),
                                    noise: Vec::new(),
                                };
                                let aspect_pairs = (n_aspects * (n_aspects - 1) / 2).max(1) as f64;
                                sum += tables.loss(&pair, choice);
                                sum += weight * tables.likeness(context, 0.05) / aspect_pairs;
                            }
                        }
                    }
                    sum / f64::from(n_pairs)
                };
                let nodes: Vec<u32> = nodes.iter().map(|&node| node as u32).collect();
                let offsets: Vec<u32> = offsets.iter().map(|&offset| offset as u32).collect();
                let batch = WalkBatch {
                    nodes: &nodes,
                    offsets: &offsets,
                    negatives: &negatives,
                    n_negatives: 3,
                    noise: Counter::new(1),
                    first_noise: 0,
                };
                let loss = model.loss_and_gradient_of_walks(batch).total();
                let name = format!("{n_aspects} aspects of {dim}, {name}, {regularisation}");
                compare(&name, &tables, &mut model, loss, &exact);
            }
        }
    }
}

#[test]
fn types_decide_who_chooses_and_which_contexts_there_are() {
    let names = ["paper", "author", "venue", "term"].map(str::to_owned).to_vec();
    let types = NodeTypes { names, of: vec![0, 1, 1, 2, 3, 0, 1, 3] };
    let mut network = network();
    network.types = Some(types);
    let build = |settings: &str| {
        let spec = find_model("asp2vec").unwrap();
        spec.build_network(&settings.parse().unwrap(), &network, Start::Seed(1)).unwrap()
    };
    // Without a path all contexts are of one kind, and yet only authors choose.
    let model = build("aspects = 2\nambiguous = \"author\"");
    assert_eq!(model.chooses, [false, true, true, false, false, false, true, false]);
    assert_eq!(*model.context_kinds(), ContextKinds { count: 1, of: vec![] });
    // A path leaves terms out: they need no negatives.
    let model = build("aspects = 2\nmetapath = \"author,paper,venue,paper,author\"");
    assert!(model.chooses.is_empty(), "all choose");
    let none = ContextKinds::NONE;
    assert_eq!(*model.context_kinds(), ContextKinds { count: 3, of: vec![0, 1, 1, 2, none, 0, 1, none] });
}
