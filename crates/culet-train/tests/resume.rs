//! A training that goes on from a state that was kept ends with the same bytes as one that was never interrupted:
//! every model that learns by steps, from every step and every epoch, whatever the threads.

use std::ops::ControlFlow;

use culet_eval::RankingProtocol;
use culet_graph::{Interactions, KnowledgeGraph, Network, NodeTypes, Triplet};
use culet_kernels::Matrix;
use culet_model::{Family, MODELS, ModelSpec, PartKind, find_model};
use culet_train::{
    Beginning, EpochRecord, Event, Juncture, LinkSets, NetworkOutcome, NetworkTrainOptions, Observer, Outcome,
    Progress, StoredState, TrainData, TrainError, TrainOptions, TrainingState, train_from, train_network_from,
};

/// Keeps states as they would lie on a disk, and ends the training if it is told to.
#[derive(Default)]
struct Keeper {
    states: Vec<StoredState>,
    history: Vec<EpochRecord>,
    /// The state asked for that is the last.
    ends_at: Option<usize>,
    asked: usize,
    /// Whether all states are kept, or only that of an interruption.
    keeps_all: bool,
    /// Whether it may end a blend between two trainings, too.
    hears_stages: bool,
}

impl Keeper {
    fn of_all() -> Self {
        Self { keeps_all: true, ..Self::default() }
    }

    fn ending_at(event: usize, before: &[EpochRecord]) -> Self {
        Self { ends_at: Some(event), history: before.to_vec(), ..Self::default() }
    }
}

impl Observer for Keeper {
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Epoch(record) => self.history.push((*record).clone()),
            Event::Step { .. } => {}
            Event::Stage { .. } if self.hears_stages => {}
            _ => return ControlFlow::Continue(()),
        }
        self.asked += 1;
        if self.ends_at.is_some_and(|last| self.asked >= last) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn wants_state(&mut self, at: Juncture) -> bool {
        self.keeps_all || at == Juncture::Interrupted
    }

    fn keep_state(&mut self, state: &TrainingState<'_>) {
        let text = serde_json::to_string(&state.progress).unwrap();
        let progress: Progress = serde_json::from_str(&text).unwrap();
        assert_eq!(progress, state.progress, "to the last bit");
        let tables = state.tables.iter().map(|(name, table)| (name.clone(), table.clone().into_owned())).collect();
        self.states.push(StoredState { progress, tables, history: self.history.clone() });
    }
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// The history but for its seconds.
fn timeless(history: &[EpochRecord]) -> Vec<EpochRecord> {
    let without = |record: &EpochRecord| EpochRecord { seconds: 0.0, evaluation_seconds: None, ..record.clone() };
    history.iter().map(without).collect()
}

fn numbers(tables: &[&Matrix]) -> Vec<u32> {
    tables.iter().flat_map(|table| table.to_values()).map(f32::to_bits).collect()
}

/// Twelve users, ten items of two kinds.
struct Catalogue {
    train: Interactions,
    test: Interactions,
    graph: KnowledgeGraph,
}

fn catalogue() -> Catalogue {
    let pairs: Vec<(u32, u32)> = (0..12).flat_map(|u| (0..5).map(move |k| (u, (2 * k + u % 2) % 10))).collect();
    let (test, train): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(u, i)| (u + i) % 7 == 0);
    let triplets = (0..10).map(|item| Triplet { head: item, relation: item % 2, tail: 10 + item % 2 }).collect();
    Catalogue {
        train: Interactions::from_pairs(12, 10, &train).unwrap(),
        test: Interactions::from_pairs(12, 10, &test).unwrap(),
        graph: KnowledgeGraph::from_triplets(12, 2, triplets).unwrap(),
    }
}

fn fit(
    beginning: Beginning,
    spec: &'static ModelSpec,
    (settings, training): (&str, &str),
    threads: usize,
    observer: &mut dyn Observer,
) -> Result<Outcome, TrainError> {
    let own = catalogue();
    let data = TrainData { train: &own.train, valid: None, test: &own.test, graph: &own.graph };
    let options = TrainOptions::for_model(spec, &training.parse().unwrap()).unwrap();
    let protocol = RankingProtocol::new(vec![2, 5]).unwrap();
    let settings = settings.parse().unwrap();
    train_from(beginning, spec, &settings, data, &options, &protocol, 7, &pool(threads), observer)
}

fn learned(outcome: &Outcome) -> (Vec<u32>, u64, u64, Vec<EpochRecord>) {
    let tables: Vec<&Matrix> = outcome.model.as_ref().unwrap().tables().into_iter().map(|(_, table)| table).collect();
    (numbers(&tables), outcome.best_epoch, outcome.n_epochs, timeless(&outcome.history))
}

const TRAININGS: [&str; 4] = [
    "epochs = 4\nbatch = 12\nlearning_rate = 0.05\nevaluate_every = 2\nschedule = 'cosine'\nrefit = true\nvalidation_share = 0.3",
    "epochs = 20\nbatch = 30\nlearning_rate = 0.1\nevaluate_every = 1\npatience = 2\nvalidation_share = 0.3",
    "epochs = 3\nbatch = 12\nselect = 'test'",
    "epochs = 3\nbatch = 12\nevaluate_every = 0",
];

#[test]
fn recommenders_go_on_from_every_step_and_every_epoch() {
    let learners = MODELS.iter().filter(|spec| spec.family() == Family::Recommender && spec.has_epochs());
    for spec in learners {
        let has = |name: &str| spec.settings.iter().any(|setting| setting.name == name);
        let mut settings = "dim = 8".to_owned();
        if has("loss") {
            settings += "\nloss = 'softmax'\nnegatives = 4";
        }
        for settings in ["dim = 8", settings.as_str()] {
            for training in TRAININGS {
                let what = (settings, training);
                let mut keeper = Keeper::of_all();
                let whole = fit(Beginning::default(), spec, what, 2, &mut keeper).unwrap();
                assert!(keeper.states.len() > 6, "{}: {} states", spec.name, keeper.states.len());
                for (k, state) in keeper.states.into_iter().enumerate() {
                    let place = format!(
                        "{} {what:?} {} {}:{}",
                        spec.name, state.progress.phase, state.progress.epoch, state.progress.step
                    );
                    let mut follower = Keeper::default();
                    let beginning = Beginning { state: Some(state), ..Beginning::default() };
                    let gone_on = fit(beginning, spec, what, 1 + k % 3, &mut follower).unwrap();
                    assert!(learned(&gone_on) == learned(&whole), "{place}");
                    assert_eq!(gone_on.selected_by, whole.selected_by, "{place}");
                    assert_eq!(gone_on.test.map(|test| test.means), whole.test.as_ref().map(|test| test.means.clone()));
                    assert!(!gone_on.interrupted);
                }
            }
        }
    }
}

#[test]
fn what_is_interrupted_again_and_again_ends_as_if_it_never_was() {
    let spec = find_model("kgin").unwrap();
    let what = ("dim = 8", TRAININGS[0]);
    let whole = fit(Beginning::default(), spec, what, 2, &mut Keeper::default()).unwrap();
    for ends_at in [1, 2, 3, 5] {
        let (mut beginning, mut n_ended) = (Beginning::default(), 0);
        let outcome = loop {
            let before = beginning.state.as_ref().map(|state| state.history.clone()).unwrap_or_default();
            let mut keeper = Keeper::ending_at(ends_at, &before);
            let outcome = fit(beginning, spec, what, 1 + n_ended % 2, &mut keeper).unwrap();
            if !outcome.interrupted {
                break outcome;
            }
            n_ended += 1;
            assert_eq!(keeper.states.len(), 1, "an interruption keeps one state");
            beginning = Beginning { state: keeper.states.pop(), ..Beginning::default() };
        };
        assert!(n_ended >= 5, "{n_ended}");
        assert!(learned(&outcome) == learned(&whole), "every {ends_at}");
        assert_eq!(outcome.test.unwrap().means, whole.test.as_ref().unwrap().means);
    }
}

/// All numbers that a blend answers from, and what it tells of them.
fn blended(outcome: &Outcome) -> (Vec<u32>, String, Option<std::collections::BTreeMap<String, f64>>) {
    let mut all = Vec::new();
    for part in &outcome.scorer.parts {
        all.extend(part.user_factors.iter().flatten().map(|factor| factor.to_bits()));
        match &part.kind {
            PartKind::Vectors { vectors, temperature } => {
                all.extend(numbers(&[&vectors.users, &vectors.items]));
                all.extend(temperature.map(f32::to_bits));
            }
            PartKind::Weights(weights) => (0..weights.n_rows()).for_each(|row| {
                let (columns, values) = weights.row(row);
                all.extend(columns.iter().copied().chain(values.iter().map(|value| value.to_bits())));
            }),
            PartKind::Bias(bias) => all.extend(bias.iter().map(|value| value.to_bits())),
        }
    }
    let report = serde_json::to_string(outcome.blend.as_ref().unwrap()).unwrap();
    (all, report, outcome.selected_by.clone())
}

/// Settings that reach every stage of a blend, on few pairs: three parts are withheld in turn, two starts are made in each.
const BLENDS: [(&str, &str); 3] = [
    ("dim = 8", "validation_share = 0.3"),
    ("dim = 8\nembedding = 'kgin'", "select = 'test'"),
    ("embedding = 'none'", ""),
];

#[test]
fn a_blend_goes_on_from_what_it_found_and_from_within_the_training_of_its_vectors() {
    let spec = find_model("auto").unwrap();
    for what in BLENDS {
        let mut keeper = Keeper::of_all();
        let whole = fit(Beginning::default(), spec, what, 2, &mut keeper).unwrap();
        let between = |state: &StoredState| state.progress.phase == "choice";
        let n_between = keeper.states.iter().filter(|state| between(state)).count();
        assert!(n_between > 8, "{what:?}: {n_between}");
        let has_vectors = !what.0.contains("none");
        assert_eq!(keeper.states.len() > 4 * n_between, has_vectors, "{what:?}: {}", keeper.states.len());
        // All between two trainings, and every eleventh step or epoch.
        let chosen = |(k, state): &(usize, StoredState)| k % 11 == 0 || between(state);
        for (k, state) in keeper.states.into_iter().enumerate().filter(chosen) {
            let blend = state.progress.blend.as_ref().unwrap();
            let place = format!(
                "{what:?} after {} settings, {} vectors, {}:{}",
                blend.tried.len(),
                blend.made.len(),
                state.progress.epoch,
                state.progress.step
            );
            let beginning = Beginning { state: Some(state), ..Beginning::default() };
            let gone_on = fit(beginning, spec, what, 1 + k % 3, &mut Keeper::default()).unwrap();
            assert!(blended(&gone_on) == blended(&whole), "{place}");
            assert_eq!(
                gone_on.test.map(|test| test.means),
                whole.test.as_ref().map(|test| test.means.clone()),
                "{place}"
            );
            assert!(!gone_on.interrupted);
        }
    }
}

#[test]
fn a_blend_that_is_interrupted_again_and_again_ends_as_if_it_never_was_and_finds_nothing_twice() {
    let spec = find_model("auto").unwrap();
    let what = BLENDS[0];
    let whole = fit(Beginning::default(), spec, what, 2, &mut Keeper::default()).unwrap();
    // What is decided again is told again, in up to four words, before anything new is done.
    for ends_at in [6, 40] {
        let (mut beginning, mut n_ended, mut last) = (Beginning::default(), 0, (0, 0));
        let outcome = loop {
            let mut keeper = Keeper { hears_stages: true, ..Keeper::ending_at(ends_at, &[]) };
            let outcome = fit(beginning.clone(), spec, what, 1 + n_ended % 2, &mut keeper).unwrap();
            if !outcome.interrupted {
                break outcome;
            }
            n_ended += 1;
            assert_eq!(keeper.states.len(), 1, "an interruption keeps one state");
            let state = keeper.states.pop().unwrap();
            let blend = state.progress.blend.as_ref().unwrap();
            let now = (blend.tried.len(), blend.made.len());
            assert!(now.0 >= last.0 && now.1 >= last.1, "{now:?} after {last:?}");
            last = now;
            beginning = Beginning { state: Some(state), ..Beginning::default() };
        };
        assert!(n_ended >= 5, "{n_ended}");
        assert!(blended(&outcome) == blended(&whole), "every {ends_at}");
    }
}

/// Two rings of nodes of two types, joined here and there.
fn network(directed: bool) -> (Network, LinkSets) {
    let pairs: Vec<(u32, u32)> =
        (0..30).flat_map(|k| [(k, (k + 1) % 30), (k, (k + 4) % 30), (k, (k + 9) % 30)]).collect();
    let mut network = Network::from_pairs(30, directed, &pairs);
    network.types = Some(NodeTypes { names: vec!["a".into(), "b".into()], of: (0..30).map(|k| k % 2).collect() });
    let test: Vec<(u32, u32)> = (0..30).map(|k| (k, (k + 6) % 30)).collect();
    (network, LinkSets { test, ..LinkSets::default() })
}

fn fit_network(
    beginning: Beginning,
    spec: &'static ModelSpec,
    (more, training): (&str, &str),
    directed: bool,
    threads: usize,
    observer: &mut dyn Observer,
) -> Result<NetworkOutcome, TrainError> {
    let mut settings: toml::Table = "dim = 4\nwindow = 2\nwalk_length = 10\nwalks_per_node = 2".parse().unwrap();
    if spec.name == "metapath2vec" {
        settings.insert("metapath".into(), "a,b,a".into());
    }
    settings.extend(more.parse::<toml::Table>().unwrap());
    settings.retain(|name, _| spec.settings.iter().any(|setting| setting.name == name));
    let options = NetworkTrainOptions::from_settings(&training.parse().unwrap()).unwrap();
    let (network, sets) = network(directed);
    train_network_from(beginning, spec, &settings, &network, &sets, &options, 7, &pool(threads), observer)
}

fn learned_of(outcome: &NetworkOutcome) -> (Vec<u32>, u64, u64, Vec<EpochRecord>) {
    let embedding = &outcome.embedding;
    let tables = [&embedding.centres, &embedding.contexts, &embedding.shares];
    (numbers(&tables), outcome.best_epoch, outcome.n_epochs, timeless(&outcome.history))
}

const NETWORK_TRAININGS: [&str; 3] = [
    "epochs = 2\nbatch = 150\nscore = 'product'",
    "epochs = 2\nbatch = 150\nselect = 'test'\nscore = 'product'\nevaluate_every = 2\nschedule = 'constant'",
    "epochs = 6\nbatch = 300\nstop = 'falls'\npatience = 1\nlearning_rate = 0.5",
];

#[test]
fn models_of_networks_go_on_from_every_step_and_every_epoch() {
    for spec in MODELS.iter().filter(|spec| spec.family() == Family::Network) {
        for (directed, more) in [
            (false, "engine = 'walks'\naspects = 3"),
            (true, "engine = 'walks'\naspects = 2\nwarm_up = true\nnorm_clip = true"),
            (false, "engine = 'pairs'\naspects = 2\naspect_regularization = 'none'\nwarm_up = true"),
        ] {
            for training in NETWORK_TRAININGS {
                let what = (more, training);
                let mut keeper = Keeper::of_all();
                let whole = fit_network(Beginning::default(), spec, what, directed, 2, &mut keeper).unwrap();
                assert!(keeper.states.len() > 3, "{}: {} states", spec.name, keeper.states.len());
                for (k, state) in keeper.states.into_iter().enumerate() {
                    let progress = &state.progress;
                    let place =
                        format!("{} {what:?} {} {}:{}", spec.name, progress.phase, progress.epoch, progress.step);
                    let beginning = Beginning { state: Some(state), ..Beginning::default() };
                    let mut follower = Keeper::default();
                    let gone_on = fit_network(beginning, spec, what, directed, 1 + k % 3, &mut follower).unwrap();
                    assert!(learned_of(&gone_on) == learned_of(&whole), "{place}");
                    assert_eq!((&gone_on.score, &gone_on.selected_by), (&whole.score, &whole.selected_by), "{place}");
                    assert_eq!(gone_on.test, whole.test, "{place}");
                }
            }
        }
    }
}

#[test]
fn networks_interrupted_again_and_again_end_as_if_they_never_were() {
    let spec = find_model("asp2vec").unwrap();
    for engine in ["walks", "pairs"] {
        let more = format!("engine = '{engine}'\naspects = 2\naspect_regularization = 'none'\nwarm_up = true");
        let what = (more.as_str(), NETWORK_TRAININGS[0]);
        let whole = fit_network(Beginning::default(), spec, what, false, 2, &mut Keeper::default()).unwrap();
        for ends_at in [1, 2, 4] {
            let (mut beginning, mut n_ended) = (Beginning::default(), 0);
            let outcome = loop {
                let before = beginning.state.as_ref().map(|state| state.history.clone()).unwrap_or_default();
                let mut keeper = Keeper::ending_at(ends_at, &before);
                let outcome = fit_network(beginning, spec, what, false, 2, &mut keeper).unwrap();
                if !outcome.interrupted {
                    break outcome;
                }
                n_ended += 1;
                assert_eq!(keeper.states.len(), 1, "an interruption keeps one state");
                beginning = Beginning { state: keeper.states.pop(), ..Beginning::default() };
            };
            assert!(n_ended >= 3, "{n_ended}");
            assert!(learned_of(&outcome) == learned_of(&whole), "{engine}, every {ends_at}");
        }
    }
}

#[test]
fn a_state_of_another_training_is_refused() {
    let spec = find_model("bpr-mf").unwrap();
    let mut keeper = Keeper::of_all();
    fit(Beginning::default(), spec, ("dim = 8", TRAININGS[0]), 2, &mut keeper).unwrap();
    let state = keeper.states.pop().unwrap();
    let told = |state: StoredState, settings: &str| {
        let beginning = Beginning { state: Some(state), ..Beginning::default() };
        fit(beginning, spec, (settings, TRAININGS[0]), 2, &mut Keeper::default()).err().unwrap().to_string()
    };
    let message = told(state.clone(), "dim = 9");
    assert!(message.starts_with("the checkpoint is not one of this training: the table `"), "{message}");
    let blend = fit(
        Beginning { state: Some(state.clone()), ..Beginning::default() },
        find_model("auto").unwrap(),
        BLENDS[2],
        2,
        &mut Keeper::default(),
    );
    let message = blend.err().unwrap().to_string();
    assert!(message.ends_with("it is none of a blend"), "{message}");
    let mut other = state.clone();
    other.progress.phase = "warm-up".into();
    assert!(told(other, "dim = 8").contains("it has no epoch"), "{state:?}");
}

#[test]
fn given_parameters_are_started_from_in_the_refit_too() {
    let spec = find_model("bpr-mf").unwrap();
    let mut keeper = Keeper::of_all();
    let what = ("dim = 8", TRAININGS[0]);
    let random = fit(Beginning::default(), spec, what, 2, &mut Keeper::default()).unwrap();
    let start = |outcome: &Outcome| {
        let tables = outcome.model.as_ref().unwrap().tables().into_iter();
        tables.map(|(name, table)| (name.to_owned(), table.clone())).collect()
    };
    let given: std::collections::BTreeMap<String, Matrix> = start(&random);
    let whole = fit(Beginning { start: given.clone(), state: None }, spec, what, 2, &mut keeper).unwrap();
    assert!(learned(&whole) != learned(&random));
    for state in keeper.states {
        let beginning = Beginning { start: given.clone(), state: Some(state) };
        assert!(learned(&fit(beginning, spec, what, 1, &mut Keeper::default()).unwrap()) == learned(&whole));
    }
    let missing = Beginning { start: [("users".to_owned(), Matrix::zeros(3, 8))].into(), state: None };
    assert!(matches!(fit(missing, spec, what, 2, &mut Keeper::default()), Err(TrainError::Model(_))));
}

/// A training that goes on from a state of which one number was made another; what ended it, and the states that it kept.
fn poisoned(
    state: &StoredState,
    table: &str,
    value: f32,
    go_on: impl Fn(Beginning, &mut Keeper) -> Option<TrainError>,
) -> (Option<TrainError>, usize) {
    let mut state = state.clone();
    state.tables.get_mut(table).unwrap_or_else(|| panic!("`{table}`")).row_mut(0)[0] = value;
    let mut keeper = Keeper::of_all();
    let error = go_on(Beginning { state: Some(state), ..Beginning::default() }, &mut keeper);
    (error, keeper.states.len())
}

#[test]
fn numbers_without_bounds_end_a_training_and_are_never_kept() {
    let spec = find_model("bpr-mf").unwrap();
    let what = ("dim = 8", "epochs = 6\nbatch = 12\nevaluate_every = 1\nvalidation_share = 0.3");
    let mut keeper = Keeper::of_all();
    fit(Beginning::default(), spec, what, 2, &mut keeper).unwrap();
    let at_first_step = |state: &&StoredState| (state.progress.epoch, state.progress.step) == (3, 1);
    let state = keeper.states.iter().find(at_first_step).unwrap();
    let go_on = |beginning: Beginning, keeper: &mut Keeper| fit(beginning, spec, what, 2, keeper).err();
    // A gradient that is none makes all that it touches none: the second moment of a dense step stands for it.
    for value in [f32::NAN, f32::NEG_INFINITY] {
        let (error, n_kept) = poisoned(state, "first.users", value, go_on);
        let Some(TrainError::TableNotFinite { table, epoch: 3, step }) = &error else { panic!("{error:?}") };
        assert_eq!((table.as_str(), *step, n_kept), ("users", state.progress.n_updates + 1, 0));
    }
    // A loss that is none tells epoch and step, and what was kept before it are numbers.
    let (error, n_kept) = poisoned(state, "table.users", f32::MAX, go_on);
    let Some(error @ TrainError::NotFinite { epoch: 3 | 4, step, .. }) = &error else { panic!("{error:?}") };
    assert!(*step > state.progress.n_updates && n_kept < 12, "{error}, {n_kept}");
    assert!(error.is_divergence() && !error.is_wrong_input() && error.hint().unwrap().contains("--learning-rate"));

    let spec = find_model("deepwalk").unwrap();
    for engine in ["walks", "pairs"] {
        let more = format!("engine = '{engine}'");
        let what = (more.as_str(), NETWORK_TRAININGS[0]);
        let mut keeper = Keeper::of_all();
        fit_network(Beginning::default(), spec, what, false, 2, &mut keeper).unwrap();
        let state = &keeper.states[0];
        let go_on =
            |beginning: Beginning, keeper: &mut Keeper| fit_network(beginning, spec, what, false, 2, keeper).err();
        for value in [f32::NAN, f32::INFINITY] {
            let (error, n_kept) = poisoned(state, "table.centres", value, go_on);
            assert!(error.as_ref().is_some_and(TrainError::is_divergence), "{engine}: {error:?}");
            assert_eq!(n_kept, 0, "{engine}: {error:?}");
        }
    }
}
