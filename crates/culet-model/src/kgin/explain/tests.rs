//! Explanations against sums that a plain f64 computation makes by leaving facts out.

use std::collections::BTreeMap;

use culet_graph::{Csr, Interactions, KnowledgeGraph, Purpose, Stream, Triplet, UserId};
use culet_kernels::Matrix;

use super::*;
use crate::kgin::tests::settings;
use crate::{PairModel, Problem, Start};

const N_USERS: usize = 5;
const N_ITEMS: usize = 7;
const N_ENTITIES: usize = 11;
const N_RELATIONS: usize = 3;
const DIM: usize = 5;

/// Facts drawn twice, self-loops, facts between items, pairs joined by several relations; an item without facts (the
/// last), and a user without items (the last).
fn random_problem(seed: u64) -> (Interactions, KnowledgeGraph) {
    let stream = Stream::new(seed, Purpose::Test, 0);
    let below = |k: u64, n: usize| stream.below(k, n as u64) as u32;
    let apart = |entity: u32| if entity as usize == N_ITEMS - 1 { 0 } else { entity };
    let mut facts: Vec<Triplet> = (0..30)
        .map(|k| Triplet {
            head: apart(below(3 * k, N_ENTITIES)),
            relation: below(3 * k + 1, N_RELATIONS),
            tail: apart(below(3 * k + 2, N_ENTITIES)),
        })
        .collect();
    facts.extend_from_within(..10);
    let pairs: Vec<(u32, u32)> = (200..212).map(|k| (below(2 * k, N_USERS - 1), below(2 * k + 1, N_ITEMS))).collect();
    let graph = KnowledgeGraph::from_triplets(N_ENTITIES, N_RELATIONS, facts).unwrap();
    (Interactions::from_pairs(N_USERS, N_ITEMS, &pairs).unwrap(), graph)
}

fn model(given: &str, train: &Interactions, graph: &KnowledgeGraph) -> Kgin {
    let given = settings(&format!("dim = {DIM}\nintents = 2\n{given}"));
    let mut model = Kgin::new(&given, Problem { train, graph }, Start::Seed(3)).unwrap();
    // Larger numbers than the start's, so that gates and shares are not flat.
    model.visit_tables(&mut |_, table| table.as_mut_slice().iter_mut().for_each(|x| *x *= 2.0));
    model
}

fn row(table: &Matrix, row: usize) -> Vec<f64> {
    table.row(row)[..DIM].iter().map(|&x| f64::from(x)).collect()
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// (relation row, neighbour)
type Edge = (usize, usize);

/// The model in f64, from its equations.
struct Plain<'a> {
    model: &'a Kgin,
    inverse: bool,
    edges: Vec<Vec<Edge>>,
    /// E^(l), and 1 / (degree * length) of what made it.
    layers: Vec<Vec<Vec<f64>>>,
    scales: Vec<Vec<f64>>,
}

impl<'a> Plain<'a> {
    fn new(model: &'a Kgin, graph: &KnowledgeGraph, inverse: bool) -> Self {
        let mut edges = vec![Vec::new(); N_ENTITIES];
        for t in graph.triplets() {
            edges[t.head as usize].push((t.relation as usize, t.tail as usize));
            if inverse {
                edges[t.tail as usize].push((t.relation as usize + N_RELATIONS, t.head as usize));
            }
        }
        let first: Vec<Vec<f64>> = (0..N_ENTITIES).map(|v| row(&model.params.entities, v)).collect();
        let mut plain = Self { model, inverse, edges, layers: vec![first], scales: vec![vec![0.0; N_ENTITIES]] };
        for l in 0..model.config.hops {
            let sums: Vec<Vec<f64>> = (0..N_ENTITIES).map(|v| plain.sum(v, l, &|_| true)).collect();
            let scales: Vec<f64> =
                sums.iter().map(|y| product(y, y).sqrt()).map(|n| if n > 0.0 { 1.0 / n } else { 0.0 }).collect();
            let scaled = sums.iter().zip(&scales).map(|(y, s)| y.iter().map(|y| s * y).collect());
            plain.layers.push(scaled.collect());
            plain.scales.push(scales);
        }
        plain
    }

    fn sum(&self, entity: usize, layer: usize, keeps: &dyn Fn(Edge) -> bool) -> Vec<f64> {
        let mut sum = vec![0.0; DIM];
        for &(r, v) in self.edges[entity].iter().filter(|&&edge| keeps(edge)) {
            let e_r = row(&self.model.params.relations, r);
            (0..DIM).for_each(|k| sum[k] += e_r[k] * self.layers[layer][v][k]);
        }
        sum
    }

    /// U^(0) and a_l, divided by the length of F_u for the softmax.
    fn user(&self, own: &[f64], history: &[u32]) -> (Vec<f64>, Vec<Vec<f64>>) {
        let params = &self.model.params;
        let intents = self.model.intent_vectors(&self.model.attention_weights());
        let (mut u, mut whole, mut factors) = (own.to_vec(), own.to_vec(), Vec::new());
        for l in 0..self.model.config.hops {
            let weights: Vec<f64> = (0..2).map(|p| product(&u, &row(&params.latent, p)).exp()).collect();
            let all: f64 = weights.iter().sum();
            let gate = |k: usize| 1.0 + (0..2).map(|p| weights[p] / all * row(&intents, p)[k]).sum::<f64>();
            let mean = |k: usize| history.iter().map(|&j| self.layers[l][j as usize][k]).sum::<f64>();
            let n = history.len().max(1) as f64;
            let y: Vec<f64> = (0..DIM).map(|k| mean(k) / n * gate(k)).collect();
            let length = product(&y, &y).sqrt();
            let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
            u = y.iter().map(|y| scale * y).collect();
            (0..DIM).for_each(|k| whole[k] += u[k]);
            factors.push((0..DIM).map(|k| scale / n * gate(k)).collect::<Vec<f64>>());
        }
        let scale = self.length(&whole);
        factors.iter_mut().flatten().for_each(|x| *x /= scale);
        (own.iter().map(|x| x / scale).collect(), factors)
    }

    fn length(&self, whole: &[f64]) -> f64 {
        if self.model.config.loss == crate::LossKind::Softmax { product(whole, whole).sqrt() } else { 1.0 }
    }

    /// What the user has of an item by some of its facts, lengths held fixed.
    fn given(&self, factors: &[Vec<f64>], item: usize, own: bool, keeps: &dyn Fn(Edge) -> bool) -> Vec<f64> {
        let mut given = vec![0.0; DIM];
        for (l, factor) in factors.iter().enumerate() {
            let y = match l {
                0 if own => self.layers[0][item].clone(),
                0 => vec![0.0; DIM],
                _ => self.sum(item, l - 1, keeps).iter().map(|y| self.scales[l][item] * y).collect(),
            };
            (0..DIM).for_each(|k| given[k] += factor[k] * y[k]);
        }
        given
    }

    /// The final vector of an item by some of its facts, lengths held fixed.
    fn target(&self, item: usize, own: bool, keeps: &dyn Fn(Edge) -> bool) -> Vec<f64> {
        let vector = |own: bool, keeps: &dyn Fn(Edge) -> bool| {
            let mut sum = if own { self.layers[0][item].clone() } else { vec![0.0; DIM] };
            for l in 1..self.layers.len() {
                let y = self.sum(item, l - 1, keeps);
                (0..DIM).for_each(|k| sum[k] += self.scales[l][item] * y[k]);
            }
            sum
        };
        let length = self.length(&vector(true, &|_| true));
        vector(own, keeps).iter().map(|x| x / length).collect()
    }

    /// All paths from j to i with their contributions: what a product loses without the facts.
    fn paths(&self, factors: &[Vec<f64>], j: usize, i: usize) -> BTreeMap<Vec<PathStep>, f64> {
        let mut paths = BTreeMap::new();
        if i == j {
            return paths;
        }
        let score = |own_j: bool, at_j: &dyn Fn(Edge) -> bool, own_i: bool, at_i: &dyn Fn(Edge) -> bool| {
            product(&self.given(factors, j, own_j, at_j), &self.target(i, own_i, at_i))
        };
        let (all, none) = (|_: Edge| true, |_: Edge| false);
        let both = |f: Edge, g: Edge| {
            score(true, &all, true, &all) - score(true, &|e| e != f, true, &all) - score(true, &all, true, &|e| e != g)
                + score(true, &|e| e != f, true, &|e| e != g)
        };
        let at_item = |f: Edge| score(true, &all, true, &none) - score(true, &|e| e != f, true, &none);
        let at_history = |g: Edge| score(true, &none, true, &all) - score(true, &none, true, &|e| e != g);
        let step = |row: usize, forward: bool, entity: usize| PathStep {
            relation: RelationId((row % N_RELATIONS) as u32),
            forward: (row < N_RELATIONS) == forward,
            entity: EntityId(entity as u32),
        };
        for &f in &self.edges[j] {
            let n_ours = self.edges[j].iter().filter(|e| e.1 == f.1).count() as f64;
            for &g in self.edges[i].iter().filter(|g| g.1 == f.1 && f.1 != i && f.1 != j) {
                let n_theirs = self.edges[i].iter().filter(|e| e.1 == f.1).count() as f64;
                let part = both(f, g) + at_history(g) / n_ours + at_item(f) / n_theirs;
                paths.insert(vec![step(f.0, true, f.1), step(g.0, false, i)], part);
            }
        }
        // A fact between the two, seen from j and from i.
        let seen = |row: usize| if row < N_RELATIONS { row + N_RELATIONS } else { row - N_RELATIONS };
        for &f in self.edges[j].iter().filter(|f| f.1 == i) {
            let other = if self.inverse { both(f, (seen(f.0), j)) + at_history((seen(f.0), j)) } else { 0.0 };
            paths.insert(vec![step(f.0, true, i)], at_item(f) + other);
        }
        for &g in self.edges[i].iter().filter(|g| g.1 == j && !self.inverse) {
            paths.insert(vec![step(g.0, false, i)], at_history(g));
        }
        // Only what carries anything is told.
        paths.retain(|_, part| part.abs() > 1e-12);
        paths
    }
}

fn assert_near(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() < 1e-5 * (1.0 + expected.abs()), "{what}: {found} for {expected}");
}

#[test]
fn every_part_equals_what_leaving_facts_out_takes_away() {
    let mut n_paths = [0; 2];
    for seed in 0..6 {
        let (train, graph) = random_problem(seed);
        for (loss, hops, inverse) in
            [("bpr", 1, true), ("bpr", 2, false), ("bpr", 3, true), ("softmax", 1, false), ("softmax", 2, true)]
        {
            let given = format!("loss = '{loss}'\nhops = {hops}\ninverse_relations = {inverse}");
            let mut model = model(&given, &train, &graph);
            let vectors = model.represent();
            let explainer = model.explainer().unwrap();
            let plain = Plain::new(&model, &graph, inverse);
            let items: Vec<ItemId> = (0..N_ITEMS as u32).map(ItemId).collect();
            for user in 0..N_USERS {
                let history = train.items_of(UserId(user as u32));
                let (own, factors) = plain.user(&row(&model.params.users, user), history);
                for explanation in explainer.explain(Asker::Trained(UserId(user as u32)), &items).iter().zip(0..N_ITEMS)
                {
                    let (explanation, i) = explanation;
                    let what = format!("seed {seed}, {given}, user {user}, item {i}");
                    let score = product(&row(&vectors.users, user), &row(&vectors.items, i));
                    assert_near(explanation.score, score, &what);
                    assert_near(explanation.own, product(&own, &plain.target(i, true, &|_| true)), &what);
                    assert_sums_up(explanation);
                    assert_eq!(explanation.from_history.len(), history.len());
                    for (part, &j) in explanation.from_history.iter().zip(history) {
                        assert_eq!(part.item, ItemId(j));
                        let paths = plain.paths(&factors, j as usize, i);
                        assert_eq!(part.paths.len(), paths.len(), "{what}: {part:?}, {paths:?}");
                        for path in &part.paths {
                            assert_near(path.contribution, paths[&path.steps], &format!("{what}: {path:?}"));
                            n_paths[path.steps.len() - 1] += 1;
                        }
                        assert!(part.paths.windows(2).all(|w| w[0].contribution >= w[1].contribution));
                    }
                }
            }
        }
    }
    assert!(n_paths.iter().all(|&n| n > 100), "the problems have paths of both lengths: {n_paths:?}");
}

fn assert_sums_up(explanation: &Explanation) {
    let of_part = |part: &HistoryPart| part.rest() + part.paths.iter().map(|path| path.contribution).sum::<f64>();
    let sum = explanation.own + explanation.from_history.iter().map(of_part).sum::<f64>();
    assert!((sum - explanation.score).abs() < 1e-9 * (1.0 + sum.abs()), "{sum} for {}", explanation.score);
    assert!((explanation.shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
}

/// With vectors of one number every row is 1 or -1 long, so that all of it can be worked out by hand.
#[test]
fn a_path_is_told_as_worked_out_by_hand() {
    // Items 0 and 1 share entity 2; the user has item 0.
    let to = |head| Triplet { head, relation: 0, tail: 2 };
    let graph = KnowledgeGraph::from_triplets(3, 1, vec![to(0), to(1)]).unwrap();
    let train = Interactions::from_pairs(1, 2, &[(0, 0)]).unwrap();
    let tables = [
        ("users", Matrix::from_values(1, 1, &[0.5])),
        ("entities", Matrix::from_values(3, 1, &[1.0, 2.0, 3.0])),
        ("relations", Matrix::from_values(2, 1, &[1.0, 1.0])),
        ("latent", Matrix::from_values(1, 1, &[0.3])),
        ("attention", Matrix::from_values(1, 2, &[0.1, 0.2])),
    ];
    let stored = |name: &str| tables.iter().find(|(own, _)| *own == name).map(|(_, table)| table.clone());
    let given = settings("dim = 1\nhops = 2\nintents = 1");
    let problem = Problem { train: &train, graph: &graph };
    let mut model = Kgin::new(&given, problem, Start::Tables(&stored)).unwrap();
    let explainer = model.explainer().unwrap();
    let found = &explainer.explain(Asker::Trained(UserId(0)), &[ItemId(1)])[0];
    // F_u = 0.5 + c_0, c_0 = o_0 + q_(0,r,2) = 1 + 1; F_1 = E_1 + Q_(1,r,2) = 2 + 2.
    assert_near(found.score, 10.0, "score");
    assert_near(found.own, 2.0, "own");
    let part = &found.from_history[0];
    assert_near(part.contribution, 8.0, "contribution");
    assert_near(part.rest(), 2.0, "rest: o_0 E_1");
    let step = |forward, entity| PathStep { relation: RelationId(0), forward, entity: EntityId(entity) };
    assert_eq!(part.paths.len(), 1);
    assert_eq!(part.paths[0].steps, [step(true, 2), step(false, 1)]);
    assert_near(part.paths[0].contribution, 6.0, "q Q + o_0 Q + q E_1");
}

#[test]
fn others_are_explained_like_trained_users() {
    let (train, graph) = random_problem(8);
    for loss in ["bpr", "softmax"] {
        let mut model = model(&format!("loss = '{loss}'\nhops = 2"), &train, &graph);
        let explainer = model.explainer().unwrap();
        let items = [ItemId(2), ItemId(6), ItemId(0)];
        let own = Matrix::from_values(1, DIM, &[0.3, -0.2, 0.9, 0.0, -0.4]);
        for user in 0..N_USERS as u32 {
            let history = train.items_of(UserId(user));
            let own_row = &model.params.users.row(user as usize)[..DIM];
            let told = explainer.explain(Asker::New { own: own_row, history }, &items);
            assert_eq!(told, explainer.explain(Asker::Trained(UserId(user)), &items));
            // Another vector: the scores are those that it is recommended by.
            let histories = Csr::from_parts(vec![0, history.len() as u32], history.to_vec());
            let vectors = (model.fold_in(&own, &histories), model.represent().items);
            let asker = Asker::New { own: &own.row(0)[..DIM], history };
            for (told, item) in explainer.explain(asker, &items).iter().zip(items) {
                let score = product(&row(&vectors.0, 0), &row(&vectors.1, item.index()));
                assert_near(told.score, score, loss);
                assert_sums_up(told);
            }
        }
    }
}

/// Two items that share forty entities.
#[test]
fn the_strongest_paths_are_told_and_others_are_part_of_the_rest() {
    let facts = (0..80).map(|k| Triplet { head: k % 2, relation: 0, tail: 2 + k / 2 }).collect();
    let graph = KnowledgeGraph::from_triplets(42, 1, facts).unwrap();
    let train = Interactions::from_pairs(1, 2, &[(0, 0)]).unwrap();
    let mut model = model("hops = 2", &train, &graph);
    let held = PathExplainer::of(&mut model);
    let found = held.explain(Asker::Trained(UserId(0)), &[ItemId(1)]);
    let part = &found[0].from_history[0];
    assert_eq!(part.paths.len(), HistoryPart::MOST_PATHS);
    assert_sums_up(&found[0]);
    let (own, history) = held.0.trained(UserId(0));
    let user = held.0.user_end(own, history);
    let mut all = held.paths(&user, &held.0.history_end(&user, 0), &held.0.item_end(1));
    assert_eq!(all.len(), 40);
    all.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
    let weakest = part.paths.iter().map(|path| path.contribution.abs()).fold(f64::INFINITY, f64::min);
    assert_eq!(weakest, all[HistoryPart::MOST_PATHS - 1].contribution.abs());
}
