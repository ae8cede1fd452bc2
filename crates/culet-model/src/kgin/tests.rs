//! KGIN against the independent implementation's fixture, and against the f64 transcription of the equations.

use culet_graph::{Interactions, KnowledgeGraph, Triplet, UserId};
use culet_kernels::{AdamSettings, Moments, adam_step};
use culet_testkit::kgin as reference;
use culet_testkit::{central_differences, fixture, matrix, numbers, relative_gap};
use serde_json::Value;

use super::*;
use crate::{complete_settings, pair::Problem};

const WITHIN: f64 = 1e-5;

fn indices(value: &Value) -> Vec<Vec<u32>> {
    value.as_array().unwrap().iter().map(|row| numbers(row).into_iter().map(|x| x as u32).collect()).collect()
}

pub(super) fn settings(text: &str) -> toml::Table {
    complete_settings(SETTINGS, &text.parse().unwrap()).unwrap()
}

fn as_f64(table: &Matrix) -> Vec<f64> {
    table.to_values().into_iter().map(f64::from).collect()
}

/// The fixture's data as this program holds it.
struct Fixture {
    json: Value,
    train: Interactions,
    graph: KnowledgeGraph,
}

impl Fixture {
    fn read() -> Self {
        let json = fixture("kgin_tiny");
        let users = indices(&json["train_items_of_user"]);
        let of_user = |(user, items): (usize, &Vec<u32>)| items.iter().map(|&i| (user as u32, i)).collect::<Vec<_>>();
        let pairs: Vec<(u32, u32)> = users.iter().enumerate().flat_map(of_user).collect();
        let train = Interactions::from_pairs(7, 9, &pairs).unwrap();
        let triplets = indices(&json["raw_triplets_head_relation_tail"]);
        let triplets = triplets.iter().map(|t| Triplet { head: t[0], relation: t[1], tail: t[2] }).collect();
        let graph = KnowledgeGraph::from_triplets(14, 3, triplets).unwrap();
        Self { json, train, graph }
    }

    /// `all_embed` holds users, then entities; relation rows: forward r is row r, its inverse row r + 3, as here.
    fn tables(&self, parameters: &Value) -> [Matrix; 5] {
        let all = matrix(&parameters["all_embed"]);
        let table = |n_rows: usize, dim: usize, values: &[f64]| {
            Matrix::from_values(n_rows, dim, &values.iter().map(|&x| x as f32).collect::<Vec<_>>())
        };
        [
            table(7, 8, &all[..7 * 8]),
            table(14, 8, &all[7 * 8..]),
            table(6, 8, &matrix(&parameters["relation_weight"])),
            table(4, 8, &matrix(&parameters["latent_emb"])),
            table(4, 6, &matrix(&parameters["disen_weight_att"])),
        ]
    }

    fn model(&self, extra: &str) -> Kgin {
        let tables = self.tables(&self.json["initial_parameters"]);
        let stored = |name: &str| TABLES.iter().position(|n| *n == name).map(|k| tables[k].clone());
        let given = format!("dim = 8\nhops = 3\nintents = 4\nedge_dropout = 0.0\nmessage_dropout = 0.0\n{extra}");
        let problem = Problem { train: &self.train, graph: &self.graph };
        Kgin::new(&settings(&given), problem, Start::Tables(&stored)).unwrap()
    }

    fn batch(&self) -> PairBatch {
        let rows = indices(&self.json["batch_user_pos_neg"]);
        let column = |k: usize| rows.iter().map(|row| row[k]).collect();
        PairBatch { users: column(0), positives: column(1), negatives: column(2) }
    }
}

/// All gradients of a model as dense f64 tables.
fn gradients(model: &mut Kgin) -> Vec<Vec<f64>> {
    let mut dense = Vec::new();
    model.visit_gradients(&mut |_, table, gradient| {
        let row = |r: usize| gradient.row(r).map_or(vec![0.0; table.dim()], |row| row[..table.dim()].to_vec());
        dense.push((0..table.n_rows()).flat_map(row).map(f64::from).collect());
    });
    dense
}

fn assert_close(what: &str, found: &[f64], expected: &[f64]) {
    let gap = relative_gap(found, expected, 1e-6);
    assert!(gap <= WITHIN, "{what}: relative gap {gap:.2e}");
}

#[test]
fn final_vectors_equal_the_fixture() {
    let fixture = Fixture::read();
    let mut model = fixture.model("");
    let forward = &fixture.json["forward"];
    let found = model.represent_all(|_| {});
    assert_close("users", &as_f64(&found.users), &matrix(&forward["user_gcn_emb"]));
    let expected = matrix(&forward["entity_gcn_emb"]);
    assert_close("items", &as_f64(&found.items), &expected[..9 * 8]);
    let weights = model.attention_weights();
    assert_close("attention", &as_f64(&weights), &matrix(&forward["intent_relation_attention"]));
    assert_close("intents", &as_f64(&model.intent_vectors(&weights)), &matrix(&forward["intent_embedding"]));
    let mut first = None;
    model.represent_all(|layer| first = first.take().or_else(|| Some(as_f64(&layer.gate.shares))));
    assert_close("shares", &first.unwrap(), &matrix(&forward["user_intent_attention_hop1"]));
}

#[test]
fn every_setting_of_the_fixture_is_reproduced() {
    let fixture = Fixture::read();
    let all = fixture.json["settings"].as_array().unwrap();
    assert_eq!(all.len(), 6);
    for setting in all {
        check_setting(&fixture, setting);
    }
}

fn check_setting(fixture: &Fixture, setting: &Value) {
    let name = setting["name"].as_str().unwrap().to_owned();
    let kind = if name.contains("cosine") {
        "cosine"
    } else if name.contains("distance") {
        "distance"
    } else {
        assert!(name.contains("mi"), "an unknown measure: {name}");
        "mutual-information-columns"
    };
    let number = |key: &str| setting[key].as_f64().unwrap_or_else(|| panic!("{key} of {name}"));
    let (l2, weight) = (number("l2"), number("sim_regularity"));
    let mut model = fixture.model(&format!("l2 = {l2:?}\nindependence_weight = {weight:?}\nindependence = '{kind}'"));
    let batch = fixture.batch();

    let loss = model.loss_and_gradient(&batch, Draw { seed: 0, step: 0 });
    assert_close(&format!("{name} mf_loss"), &[loss.pairs], &[number("mf_loss")]);
    assert_close(&format!("{name} emb_loss"), &[loss.l2], &[number("emb_loss")]);
    assert_close(&format!("{name} cor"), &[loss.independence], &[weight * number("cor")]);
    assert_close(&format!("{name} total"), &[loss.total()], &[number("total_loss")]);
    let expected = fixture.tables(&setting["gradient_of_total_loss"]);
    for ((found, expected), table) in gradients(&mut model).iter().zip(&expected).zip(TABLES) {
        assert_close(&format!("{name} gradient of {table}"), found, &as_f64(expected));
    }
    check_adam(fixture, &mut model, &setting["adam"], &name);
}

fn check_adam(fixture: &Fixture, model: &mut Kgin, adam: &Value, name: &str) {
    let batch = fixture.batch();
    let mut moments: Vec<Moments> = model.tables().iter().map(|(_, table)| Moments::for_table(table)).collect();
    let mut losses = Vec::new();
    for step in 1..=10 {
        losses.push(model.loss_and_gradient(&batch, Draw { seed: 0, step }).total());
        model.visit_gradients(&mut |k, table, gradient| {
            adam_step(table, gradient, &mut moments[k], AdamSettings::new(0.01), step);
        });
    }
    assert_close(&format!("{name} losses"), &losses, &numbers(&adam["total_loss_before_each_step"]));
    let last = model.loss_and_gradient(&batch, Draw { seed: 0, step: 11 }).total();
    assert_close(&format!("{name} last loss"), &[last], &[adam["total_loss_after_last_step"].as_f64().unwrap()]);
    let expected = fixture.tables(&adam["final_parameters"]);
    for (((table, found), expected), k) in model.tables().iter().zip(&expected).zip(0..) {
        assert_close(&format!("{name} table {table} ({k}) after ten steps"), &as_f64(found), &as_f64(expected));
    }
}

/// A small problem for the transcription, with an entity and an item without edges, and a user without items.
pub(super) fn small_problem(
    hops: usize,
    n_intents: usize,
    inverse: bool,
) -> (reference::Problem, Interactions, KnowledgeGraph) {
    let triplets = [(0, 0, 5), (1, 0, 5), (1, 1, 6), (2, 1, 6), (3, 2, 7), (0, 2, 7), (5, 2, 6), (2, 0, 2), (4, 1, 1)];
    let pairs = [(0, 0), (0, 1), (0, 2), (1, 2), (1, 3), (2, 4), (2, 0), (2, 8), (4, 3)];
    let to = |(head, relation, tail)| Triplet { head, relation, tail };
    let graph = KnowledgeGraph::from_triplets(10, 3, triplets.into_iter().map(to).collect()).unwrap();
    let train = Interactions::from_pairs(5, 9, &pairs).unwrap();
    let mut edges: Vec<_> = triplets.iter().map(|&(h, r, t)| (h as usize, r as usize, t as usize)).collect();
    if inverse {
        edges.extend(triplets.iter().map(|&(h, r, t)| (t as usize, r as usize + 3, h as usize)));
    }
    let problem = reference::Problem {
        n_users: 5,
        n_entities: 10,
        n_relations: if inverse { 6 } else { 3 },
        n_intents,
        dim: 5,
        hops,
        edges,
        items_of_user: (0..5).map(|u| train.items_of(UserId(u)).iter().map(|&i| i as usize).collect()).collect(),
    };
    (problem, train, graph)
}

fn reference_tables(model: &Kgin) -> reference::Tables {
    let p = &model.params;
    reference::Tables {
        users: as_f64(&p.users),
        entities: as_f64(&p.entities),
        relations: as_f64(&p.relations),
        latent: as_f64(&p.latent),
        attention: as_f64(&p.attention),
    }
}

fn check_against_transcription(
    extra: &str,
    hops: usize,
    n_intents: usize,
    inverse: bool,
    batch: &PairBatch,
    loss_of: impl Fn(&reference::Problem, &reference::Tables) -> f64,
) {
    let (problem, train, graph) = small_problem(hops, n_intents, inverse);
    let given = format!(
        "dim = 5\nhops = {hops}\nintents = {n_intents}\ninverse_relations = {inverse}\nedge_dropout = 0.0\n\
         message_dropout = 0.0\nindependence_weight = 0.0\nl2 = 0.01\n{extra}"
    );
    let mut model =
        Kgin::new(&settings(&given), crate::Problem { train: &train, graph: &graph }, Start::Seed(3)).unwrap();
    // Larger numbers than the start's, so that the softmaxes are not flat.
    model.visit_tables(&mut |_, table| table.as_mut_slice().iter_mut().for_each(|x| *x *= 2.0));
    let tables = reference_tables(&model);
    let loss = model.loss_and_gradient(batch, Draw { seed: 0, step: 0 });
    assert_close("loss", &[loss.total()], &[loss_of(&problem, &tables)]);
    let expected = central_differences(&tables.flat(), 1e-5, |flat| loss_of(&problem, &tables.with_numbers(flat)));
    assert_close(&format!("gradient {extra} hops {hops}"), &gradients(&mut model).concat(), &expected);
}

#[test]
fn bpr_gradients_equal_differences_of_the_transcription() {
    let batch =
        PairBatch { users: vec![0, 0, 2, 4, 1], positives: vec![0, 2, 8, 3, 3], negatives: vec![3, 3, 1, 8, 7] };
    let triples: Vec<_> =
        (0..5).map(|k| (batch.users[k] as usize, batch.positives[k] as usize, batch.negatives[k] as usize)).collect();
    for (hops, n_intents, inverse) in [(1, 1, true), (2, 3, false), (3, 4, true), (4, 2, true)] {
        check_against_transcription("", hops, n_intents, inverse, &batch, |problem, tables| {
            reference::bpr_loss(problem, tables, &triples, 0.01)
        });
    }
}

#[test]
fn softmax_gradients_equal_differences_of_the_transcription() {
    let batch = PairBatch { users: vec![0, 0, 2, 1], positives: vec![0, 2, 0, 3], negatives: vec![1, 3, 5, 7, 4, 0] };
    let pairs: Vec<_> = (0..4).map(|k| (batch.users[k] as usize, batch.positives[k] as usize)).collect();
    let negatives: Vec<_> = batch.negatives.iter().map(|&j| j as usize).collect();
    for temperature in [0.2, 1.0] {
        let extra = format!("loss = 'softmax'\ntemperature = {temperature:?}");
        check_against_transcription(&extra, 2, 3, true, &batch, |problem, tables| {
            reference::softmax_loss(problem, tables, &pairs, &negatives, temperature, 0.01)
        });
    }
}

/// With dropout the loss is still a smooth function, since the masks depend on (seed, step) alone: its gradient must
/// equal its own differences. In f32 these are noisy; the bound would still catch a mask that differs between the passes.
#[test]
fn dropout_is_the_same_in_both_passes() {
    let (_, train, graph) = small_problem(3, 2, true);
    let problem = crate::Problem { train: &train, graph: &graph };
    let given = "dim = 5\nintents = 2\nedge_dropout = 0.4\nmessage_dropout = 0.3\nl2 = 0.01";
    let mut model = Kgin::new(&settings(given), problem, Start::Seed(3)).unwrap();
    let batch =
        PairBatch { users: vec![0, 0, 2, 4, 1], positives: vec![0, 2, 8, 3, 3], negatives: vec![3, 3, 1, 8, 7] };
    for step in 0..5 {
        let draw = Draw { seed: 9, step };
        model.loss_and_gradient(&batch, draw);
        let found = gradients(&mut model);
        let mut expected = Vec::new();
        for table in 0..5 {
            let start = as_f64(model.tables()[table].1);
            let dim = model.tables()[table].1.dim();
            expected.push(central_differences(&start, 2e-3, |moved| {
                model.visit_tables(&mut |k, values| {
                    if k == table {
                        let moved: Vec<f32> = moved.iter().map(|&x| x as f32).collect();
                        *values = Matrix::from_values(moved.len() / dim, dim, &moved);
                    }
                });
                model.loss_and_gradient(&batch, draw).total()
            }));
            let start: Vec<f32> = start.iter().map(|&x| x as f32).collect();
            model.visit_tables(&mut |k, values| {
                if k == table {
                    *values = Matrix::from_values(start.len() / dim, dim, &start);
                }
            });
        }
        let gap = relative_gap(&found.concat(), &expected.concat(), 1e-6);
        assert!(gap < 2e-3, "step {step}: relative gap {gap:.1e}");
    }
}

#[test]
fn a_graph_without_facts_trains() {
    let (_, train, _) = small_problem(2, 2, true);
    let graph = KnowledgeGraph::empty(9);
    let mut model =
        Kgin::new(&settings("dim = 5\nhops = 2"), crate::Problem { train: &train, graph: &graph }, Start::Seed(0))
            .unwrap();
    let batch = PairBatch { users: vec![0], positives: vec![1], negatives: vec![3] };
    assert!(model.loss_and_gradient(&batch, Draw { seed: 0, step: 0 }).total().is_finite());
    assert!(gradients(&mut model).concat().iter().all(|x| x.is_finite()));
    assert_eq!(model.facets().unwrap().relations, vec![Vec::<f64>::new(); 4]);
}

#[test]
fn settings_and_config_name_the_same_things() {
    let complete = settings("");
    let _: Config = complete.clone().try_into().expect("each setting is a field and each field a setting");
    assert_eq!(complete.len(), SETTINGS.len());
    for preset in PRESETS {
        let _: toml::Table = preset.settings.parse().unwrap_or_else(|e| panic!("{}: {e}", preset.name));
    }
}

#[test]
fn too_many_relations_are_refused_with_their_number() {
    let (_, train, _) = small_problem(2, 2, true);
    let graph =
        KnowledgeGraph::from_triplets(10, 40_000, vec![Triplet { head: 0, relation: 39_999, tail: 9 }]).unwrap();
    let problem = crate::Problem { train: &train, graph: &graph };
    let error = Kgin::new(&settings("dim = 5"), problem, Start::Seed(0)).err().unwrap();
    assert_eq!(error.to_string(), "the graph has 80000 relations, inverse ones counted; at most 65536 fit");
}
