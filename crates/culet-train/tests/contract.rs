//! What every model of the registry promises, asked of each in turn.

mod written;

use std::ops::ControlFlow;

use culet_data::{Dataset, Run};
use culet_eval::RankingProtocol;
use culet_graph::{Interactions, ItemId, KnowledgeGraph, Names, Triplet, UserId, Vocabulary};
use culet_kernels::{Matrix, RowGradient};
use culet_model::{
    Build, Draw, Explainer, Facets, Family, FoldIn, Loss, MODELS, ModelSpec, NegativeSampling, PairBatch, PairModel,
    PartKind, Representation, find_model,
};
use culet_train::{
    Event, NetworkTrainOptions, Observer, Outcome, Part, Silent, TrainData, TrainError, TrainOptions, train,
    training_settings,
};
use written::write_and_open;

fn recommenders() -> impl Iterator<Item = &'static ModelSpec> {
    MODELS.iter().filter(|spec| spec.family() == Family::Recommender)
}

/// Those that learn by gradient steps.
fn learners() -> impl Iterator<Item = &'static ModelSpec> {
    recommenders().filter(|spec| spec.has_epochs())
}

/// Users and items of two colours: users take items of their own colour, each user but one item, which is the test.
/// Facts say the colour too.
fn checkerboard() -> Dataset {
    let (n_users, n_items) = (40_u32, 24_u32);
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for user in 0..n_users {
        let own: Vec<u32> = (0..n_items).filter(|item| item % 2 == user % 2).collect();
        let withheld = own[user as usize / 2 % own.len()];
        train.extend(own.iter().filter(|&&item| item != withheld).map(|&item| (user, item)));
        test.push((user, withheld));
    }
    let triplets = (0..n_items).map(|item| Triplet { head: item, relation: 0, tail: n_items + item % 2 }).collect();
    let (n_users, n_items) = (n_users as usize, n_items as usize);
    Dataset {
        name: "checkerboard".to_owned(),
        train: Interactions::from_pairs(n_users, n_items, &train).unwrap(),
        valid: Interactions::empty(n_users, n_items),
        test: Interactions::from_pairs(n_users, n_items, &test).unwrap(),
        graph: KnowledgeGraph::from_triplets(n_items + 2, 1, triplets).unwrap(),
        vocabulary: Vocabulary {
            users: Names::numbered(n_users),
            entities: Names::numbered(n_items + 2),
            relations: Names::numbered(1),
        },
        notes: Vec::new(),
    }
}

fn options(text: &str) -> TrainOptions {
    TrainOptions::from_settings(&text.parse().unwrap()).unwrap()
}

const QUICK: &str = "epochs = 30\nbatch = 64\nlearning_rate = 0.01\nevaluate_every = 5";

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

fn fit(
    spec: &'static ModelSpec,
    settings: &str,
    data: &Dataset,
    options: &TrainOptions,
    threads: usize,
    observer: &mut dyn Observer,
) -> Result<Outcome, TrainError> {
    let protocol = RankingProtocol::new(vec![1, 5]).unwrap();
    let data = TrainData { train: &data.train, valid: Some(&data.valid), test: &data.test, graph: &data.graph };
    train(spec, &settings.parse().unwrap(), data, options, &protocol, 7, &pool(threads), observer)
}

/// All numbers that were learned.
fn bytes(outcome: &Outcome) -> Vec<u32> {
    let mut numbers: Vec<f32> = Vec::new();
    if let Some(model) = &outcome.model {
        model.tables().iter().for_each(|(_, table)| numbers.extend(table.to_values()));
    }
    let mut places = Vec::new();
    for part in &outcome.scorer.parts {
        match &part.kind {
            PartKind::Vectors { vectors, .. } => {
                numbers.extend([&vectors.users, &vectors.items].into_iter().flat_map(Matrix::to_values));
            }
            PartKind::Weights(weights) => {
                numbers.extend(weights.values());
                places.extend(weights.columns());
            }
            PartKind::Bias(bias) => numbers.extend(bias),
        }
        numbers.extend(part.user_factors.iter().flatten());
    }
    numbers.into_iter().map(f32::to_bits).chain(places).collect()
}

#[test]
fn a_withheld_item_of_the_own_colour_is_found() {
    let data = checkerboard();
    for spec in recommenders() {
        let found = fit(spec, "", &data, &options(QUICK), 2, &mut Silent).unwrap();
        let recall = found.test.unwrap().means["recall@1"];
        // Popularity knows no colour: each item is withheld from equally many users.
        let expected = if spec.name == "popularity" { 0.0 } else { 0.9 };
        assert!(recall >= expected, "{}: recall@1 is {recall}", spec.name);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_for_1_2_and_3_threads() {
    let data = checkerboard();
    for spec in recommenders() {
        let has_losses = spec.settings.iter().any(|setting| setting.name == "loss");
        let other = has_losses.then_some("loss = 'softmax'\nnegatives = 16");
        for settings in [""].into_iter().chain(other) {
            let run = |threads| fit(spec, settings, &data, &options("epochs = 4\nbatch = 64"), threads, &mut Silent);
            let one = run(1).unwrap();
            for threads in [2, 3] {
                let other = run(threads).unwrap();
                assert!(bytes(&one) == bytes(&other), "{} {settings}: {threads} threads differ from one", spec.name);
                assert_eq!(one.test.as_ref().unwrap().means, other.test.unwrap().means);
            }
        }
    }
}

#[test]
fn a_stored_run_answers_as_the_model_did() {
    let data = checkerboard();
    for spec in recommenders() {
        let options = options(QUICK);
        let mut outcome = fit(spec, "", &data, &options, 2, &mut Silent).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        let settings = culet_model::complete_settings(spec.settings, &toml::Table::new()).unwrap();
        let protocol = RankingProtocol::new(vec![1, 5]).unwrap();
        let facets = outcome.model.as_mut().and_then(|model| model.facets());
        assert_eq!(facets.is_some(), spec.has_facets, "{}", spec.name);
        let stored = write_and_open(&path, spec, (&settings, &options, &protocol), &mut outcome, &data);
        let pool = pool(2);
        let test = stored.evaluate(Part::Test, &protocol, &pool).unwrap();
        assert_eq!(Some(&test.means), outcome.test.as_ref().map(|report| &report.means), "{}", spec.name);
        if spec.has_epochs() {
            let valid = stored.evaluate(Part::Valid, &protocol, &pool).unwrap();
            assert_eq!(Some(valid.means), outcome.selected_by, "{}", spec.name);
            let again = stored.model().unwrap().represent();
            let vectors = outcome.scorer.sole_vectors().unwrap();
            assert!(again.users == vectors.users && again.items == vectors.items);
        }
        assert_eq!(stored.facets().unwrap().is_some(), spec.has_facets, "{}", spec.name);
        let explained = stored.explain(&[(UserId(3), vec![ItemId(4), ItemId(7)])]).unwrap();
        assert_eq!(explained.is_some(), spec.explains, "{}", spec.name);
        for explanation in explained.into_iter().flatten().flatten() {
            let sum: f64 = explanation.from_history.iter().map(|part| part.contribution).sum::<f64>() + explanation.own;
            assert!((sum - explanation.score).abs() < 1e-5 * (1.0 + sum.abs()), "{}: {sum}", spec.name);
        }
        let new = stored.fold_in(data.train.clone(), &pool).unwrap();
        let explained = new.explain(&[(UserId(3), vec![ItemId(4)])]).unwrap();
        assert_eq!(explained.is_some(), spec.explains, "{} explains alike to all", spec.name);
        let best = &stored.recommend(&[3], 5, &pool)[0];
        assert_eq!(best.len(), 5);
        assert!(best.iter().all(|ranked| !data.train.contains(UserId(3), ItemId(ranked.item))));
        let pairs: Vec<(u32, u32)> = best.iter().rev().map(|ranked| (3, ranked.item)).collect();
        let listed: Vec<f32> = best.iter().rev().map(|ranked| ranked.score).collect();
        let scores = stored.scores(&pairs, &pool);
        let is_near = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-6 * (1.0 + a.abs());
        assert!(scores.iter().zip(&listed).all(is_near), "{}: {scores:?} are not {listed:?}", spec.name);
        let given = stored.evaluate_pairs(&data.test, &protocol, &pool).unwrap();
        assert_eq!(given.means, test.means, "{}: the test part, given once more", spec.name);
        drop(Run::open(&path).unwrap());
    }
}

/// Breaks off at a step, or records.
#[derive(Default)]
struct Witness {
    break_at: Option<(u64, u64)>,
    epochs: Vec<u64>,
    stopped: Option<String>,
}

impl Observer for Witness {
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Step { epoch, step, .. } if self.break_at == Some((*epoch, *step)) => return ControlFlow::Break(()),
            Event::Epoch(record) => self.epochs.push(record.epoch),
            Event::Stopped { reason, .. } => self.stopped = Some((*reason).to_owned()),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

#[test]
fn an_interruption_leaves_the_best_model_so_far() {
    let data = checkerboard();
    for spec in learners() {
        let text = "epochs = 50\nbatch = 64\nevaluate_every = 2";
        let mut witness = Witness { break_at: Some((7, 2)), ..Witness::default() };
        let outcome = fit(spec, "", &data, &options(text), 2, &mut witness).unwrap();
        assert!(outcome.interrupted);
        assert_eq!((outcome.n_epochs, witness.stopped.as_deref()), (7, Some("interrupted")));
        assert!([2, 4, 6].contains(&outcome.best_epoch), "{}", outcome.best_epoch);
        // Broken off before the first evaluation: what there is, is evaluated and kept.
        let mut witness = Witness { break_at: Some((1, 2)), ..Witness::default() };
        let outcome = fit(spec, "", &data, &options(text), 2, &mut witness).unwrap();
        assert_eq!((outcome.best_epoch, outcome.selected_by.is_some()), (1, true));
    }
}

#[test]
fn a_validation_part_of_the_data_selects_and_is_learned_from_in_the_end() {
    let mut data = checkerboard();
    let (train, valid) = culet_graph::withhold_validation(&data.train, 0.2, 9);
    (data.train, data.valid) = (train, valid);
    let everything = data.train.union(&data.valid).unwrap();
    for spec in learners() {
        let outcome = fit(spec, "", &data, &options("epochs = 4\nbatch = 64\nevaluate_every = 2"), 1, &mut Silent);
        let outcome = outcome.unwrap();
        assert_eq!((outcome.train, outcome.valid), (data.train.clone(), data.valid.clone()));
        let refitted = options("epochs = 4\nbatch = 64\nevaluate_every = 2\nrefit = true");
        assert_eq!(fit(spec, "", &data, &refitted, 1, &mut Silent).unwrap().train, everything);
    }
    for spec in recommenders().filter(|spec| !spec.has_epochs()) {
        assert_eq!(fit(spec, "", &data, &options(""), 1, &mut Silent).unwrap().train, everything, "{}", spec.name);
    }
}

#[test]
fn patience_ends_the_training() {
    let data = checkerboard();
    let mut witness = Witness::default();
    let text = "epochs = 400\nbatch = 64\nlearning_rate = 0.01\nevaluate_every = 1\npatience = 3";
    let outcome = fit(find_model("kgin").unwrap(), "", &data, &options(text), 2, &mut witness).unwrap();
    assert!(outcome.n_epochs < 400, "{}", outcome.n_epochs);
    assert_eq!(outcome.n_epochs, outcome.best_epoch + 3);
    assert_eq!(witness.stopped.as_deref(), Some("no better recall@1 for 3 evaluations"));
    assert_eq!(witness.epochs.len() as u64, outcome.n_epochs);
}

#[test]
fn a_refit_learns_from_all_pairs_and_selection_on_test_withholds_none() {
    let data = checkerboard();
    for spec in learners() {
        let honest =
            fit(spec, "", &data, &options("epochs = 4\nbatch = 64\nevaluate_every = 2"), 1, &mut Silent).unwrap();
        assert!(honest.valid.n_pairs() > 0);
        assert_eq!(honest.train.union(&honest.valid).unwrap(), data.train);
        for text in ["refit = true", "select = 'test'"] {
            let text = format!("epochs = 4\nbatch = 64\nevaluate_every = 2\n{text}");
            let outcome = fit(spec, "", &data, &options(&text), 1, &mut Silent).unwrap();
            assert_eq!((outcome.train, outcome.valid.n_pairs()), (data.train.clone(), 0));
        }
    }
}

#[test]
fn a_model_without_epochs_learns_from_all_pairs_and_has_no_settings_of_the_training() {
    let data = checkerboard();
    for spec in recommenders().filter(|spec| !spec.has_epochs()) {
        let outcome = fit(spec, "", &data, &options(""), 1, &mut Silent).unwrap();
        assert_eq!((outcome.train, outcome.valid.n_pairs()), (data.train.clone(), 0), "{}", spec.name);
        assert_eq!((outcome.best_epoch, outcome.history.len()), (0, 0));
        let error = TrainOptions::for_model(spec, &"epochs = 3".parse().unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "there is no setting `epochs`");
    }
}

#[test]
fn what_cannot_be_trained_on_is_refused() {
    let mut data = checkerboard();
    let message = |data: &Dataset, text: &str| {
        let error = fit(find_model("kgin").unwrap(), "", data, &options(text), 1, &mut Silent).err().unwrap();
        format!("{error}; {}", error.hint().unwrap_or_default())
    };
    data.test = Interactions::empty(40, 24);
    assert!(message(&data, "select = 'test'").starts_with("the test part has no pairs to select by;"));
    let all: Vec<_> = (0..24).map(|item| (0, item)).collect();
    data.train = Interactions::from_pairs(40, 24, &all).unwrap();
    let expected = "user number 0 took every item in training, so that no negative can be drawn";
    assert!(message(&data, "evaluate_every = 0").starts_with(expected));
    data.train = Interactions::empty(40, 24);
    assert!(message(&data, "").starts_with("there are no training pairs;"));
}

/// A model whose loss is no number from step 20 on.
struct Poisoned(Box<dyn PairModel>);

const POISONED: ModelSpec = ModelSpec {
    name: "poisoned",
    build: Build::Pairs(|settings, problem, start| {
        Ok(Box::new(Poisoned(find_model("kgin")?.build(settings, problem, start)?)))
    }),
    ..culet_model::kgin::SPEC
};

impl PairModel for Poisoned {
    fn spec(&self) -> &'static ModelSpec {
        &POISONED
    }
    fn sampling(&self) -> NegativeSampling {
        self.0.sampling()
    }
    fn tables(&self) -> Vec<(&'static str, &Matrix)> {
        self.0.tables()
    }
    fn loss_and_gradient(&mut self, batch: &PairBatch, draw: Draw) -> Loss {
        let loss = self.0.loss_and_gradient(batch, draw);
        if draw.step < 20 { loss } else { Loss { pairs: f64::NAN, ..loss } }
    }
    fn visit_gradients(&mut self, visit: &mut dyn FnMut(usize, &mut Matrix, RowGradient<'_>)) {
        self.0.visit_gradients(visit);
    }
    fn visit_tables(&mut self, visit: &mut dyn FnMut(usize, &mut Matrix)) {
        self.0.visit_tables(visit);
    }
    fn represent(&mut self) -> Representation {
        self.0.represent()
    }
    fn fold_in(&mut self) -> Box<dyn FoldIn> {
        self.0.fold_in()
    }
    fn facets(&mut self) -> Option<Facets> {
        self.0.facets()
    }
    fn explainer(&mut self) -> Option<Box<dyn Explainer>> {
        self.0.explainer()
    }
}

#[test]
fn a_loss_that_is_no_number_ends_the_training_with_the_place() {
    let error = fit(&POISONED, "", &checkerboard(), &options("batch = 64"), 1, &mut Silent).err().unwrap();
    assert_eq!(error.to_string(), "the loss became NaN in epoch 3, step 21");
    assert!(error.hint().unwrap().contains("--learning-rate"));
}

#[test]
fn registry_entries_are_complete() {
    for spec in MODELS {
        for setting in spec.settings {
            let _ = setting.default_value();
            assert!(!setting.help.is_empty(), "{}: {}", spec.name, setting.name);
        }
        for preset in spec.presets {
            let settings = spec.preset(preset.name).unwrap();
            let (model, training): (toml::Table, toml::Table) =
                settings.into_iter().partition(|(name, _)| spec.settings.iter().any(|setting| setting.name == name));
            culet_model::complete_settings(spec.settings, &model).unwrap();
            match spec.family() {
                Family::Recommender => drop(TrainOptions::for_model(spec, &training).unwrap()),
                Family::Network => drop(NetworkTrainOptions::from_settings(&training).unwrap()),
            }
        }
        assert!(spec.paper.link.starts_with("https://"), "{}", spec.name);
        assert!(spec.class.starts_with(|first: char| first.is_ascii_uppercase()), "{}: {}", spec.name, spec.class);
        assert!(MODELS.iter().filter(|other| other.class == spec.class).count() == 1, "{}", spec.class);
        let trained = training_settings(spec);
        for (name, default) in spec.training {
            let setting = trained.iter().find(|setting| setting.name == *name).unwrap();
            assert_eq!(setting.default, *default);
            let _ = setting.default_value();
        }
    }
}
