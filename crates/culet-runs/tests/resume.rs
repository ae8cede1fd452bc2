//! Trainings that are ended, gone on with, and started from other runs, in their folders.

mod made;

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use culet_data::{
    CatalogueView, Checkpoints, DataError, DataFingerprint, DataView, Fingerprint, NetworkFingerprint, NetworkView,
    Run, RunProblem, RunWriter, TrainingPlan,
};
use culet_graph::{Interactions, Names};
use culet_runs::{CatalogueFit, CheckpointEvery, Known, ResumedData, Resumption, RunsError};
use culet_train::{Event, Observer, Silent};
use serde_json::json;

use made::{catalogue, catalogue_fit, network, network_fit, pool};

/// Ends a training after so many steps.
struct EndsAfter(usize);

impl Observer for EndsAfter {
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
        if matches!(event, Event::Step { .. } | Event::Stage { .. }) {
            self.0 = self.0.saturating_sub(1);
        }
        if self.0 == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

const ALWAYS: CheckpointEvery = CheckpointEvery::Minutes(1e-9);

fn resume(out: &Path, observer: &mut dyn Observer) -> Result<bool, RunsError> {
    let (from, data) = Resumption::open(out)?;
    let ResumedData::Catalogue(dataset) = &data else { panic!("a catalogue") };
    let fit = from.catalogue_fit(dataset)?;
    Ok(fit.resume(from, ALWAYS, &pool(), observer)?.outcome.interrupted)
}

fn tables(out: &Path) -> Vec<u8> {
    fs::read(out.join("tables.safetensors")).unwrap()
}

#[test]
fn an_ended_training_answers_goes_on_and_ends_as_if_it_never_was() {
    let (dataset, pool, place) = (catalogue(), pool(), tempfile::tempdir().unwrap());
    let (whole, out) = (place.path().join("whole"), place.path().join("run"));
    let fit = catalogue_fit("kgin", "epochs = 4\nbatch = 100\nevaluate_every = 1\ndim = 8\nrefit = true", &dataset);
    fit.run(Some(&whole), &pool, &mut Silent).unwrap();
    let fitted = fit.run_resumably(&out, BTreeMap::new(), ALWAYS, &pool, &mut EndsAfter(3)).unwrap();
    assert!(fitted.outcome.interrupted);
    let mut n_ended = 1;
    loop {
        assert!(Run::open(&out).unwrap().manifest.summary.was_interrupted());
        assert!(out.join("checkpoint").is_dir());
        if !resume(&out, &mut EndsAfter(3)).unwrap() {
            break;
        }
        n_ended += 1;
    }
    assert!(n_ended > 3, "{n_ended}");
    assert!(!out.join("checkpoint").exists());
    assert!(tables(&out) == tables(&whole));
    let run = Run::open(&out).unwrap();
    assert_eq!(run.manifest.summary.metrics, Run::open(&whole).unwrap().manifest.summary.metrics);
    let over = resume(&out, &mut Silent).unwrap_err();
    assert!(matches!(&over, RunsError::Data(DataError::Run { problem: RunProblem::Finished, .. })), "{over}");
}

#[test]
fn a_blend_goes_on_from_its_folder_and_what_is_fitted_at_once_keeps_nothing() {
    let (dataset, pool, place) = (catalogue(), pool(), tempfile::tempdir().unwrap());
    let (whole, out) = (place.path().join("whole"), place.path().join("run"));
    let blend = catalogue_fit("auto", "dim = 8", &dataset);
    blend.run(Some(&whole), &pool, &mut Silent).unwrap();
    assert!(blend.run_resumably(&out, BTreeMap::new(), ALWAYS, &pool, &mut EndsAfter(3)).unwrap().outcome.interrupted);
    let told = || Resumption::open(&out).unwrap().0.goes_on().unwrap();
    assert_eq!(told(), "what was found: settings of the linear model tried 2, vectors made 0");
    assert!(resume(&out, &mut EndsAfter(30)).unwrap());
    assert!(told().contains(", in epoch ") && told().contains(" of the next"), "{}", told());
    assert!(!resume(&out, &mut Silent).unwrap());
    for name in ["tables.safetensors", "data.safetensors", "vocabulary.parquet"] {
        assert!(fs::read(out.join(name)).unwrap() == fs::read(whole.join(name)).unwrap(), "{name}");
    }
    let at_once = place.path().join("at once");
    catalogue_fit("item-knn", "", &dataset)
        .run_resumably(&at_once, BTreeMap::new(), ALWAYS, &pool, &mut Silent)
        .unwrap();
    assert!(!at_once.join("checkpoint").exists());
    let [found, expected] = [&out, &whole].map(|run| Run::open(run).unwrap().manifest.summary);
    assert_eq!((found.metrics, &found.extra["blend"]), (expected.metrics, &expected.extra["blend"]));
}

#[test]
fn what_fails_of_itself_leaves_nothing_and_a_run_that_cannot_be_written_leaves_what_was_kept() {
    let (dataset, pool, place) = (catalogue(), pool(), tempfile::tempdir().unwrap());
    let (whole, out) = (place.path().join("whole"), place.path().join("run"));
    let nothing = catalogue_fit("bpr-mf", "validation_share = 0.0", &dataset);
    assert!(nothing.run_resumably(&out, BTreeMap::new(), ALWAYS, &pool, &mut Silent).is_err());
    assert!(!out.exists());
    /// Puts a folder where a file is to be, which nothing can replace.
    struct InTheWay<'a>(&'a Path);
    impl Observer for InTheWay<'_> {
        fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
            if let Event::Waiting { what: "writing the run folder" } = event {
                fs::create_dir(self.0).unwrap();
            }
            ControlFlow::Continue(())
        }
    }
    let fit = catalogue_fit("bpr-mf", "epochs = 3\nevaluate_every = 1\ndim = 8", &dataset);
    fit.run(Some(&whole), &pool, &mut Silent).unwrap();
    let obstacle = out.join("data.safetensors.g1");
    let error = fit.run_resumably(&out, BTreeMap::new(), ALWAYS, &pool, &mut InTheWay(&obstacle)).err().unwrap();
    assert!(matches!(error, RunsError::Data(DataError::Write { .. })), "{error}");
    fs::remove_dir(&obstacle).unwrap();
    assert!(!resume(&out, &mut Silent).unwrap() && tables(&out) == tables(&whole));
}

#[test]
fn a_training_starts_from_another_run_and_what_is_known_keeps_its_rows() {
    let (dataset, pool, place) = (catalogue(), pool(), tempfile::tempdir().unwrap());
    let (first, second) = (place.path().join("first"), place.path().join("second"));
    let settings = "epochs = 2\nevaluate_every = 1\ndim = 8";
    catalogue_fit("kgin", settings, &dataset).run(Some(&first), &pool, &mut Silent).unwrap();
    // The same users the other way round, and one more.
    let mut newer = dataset.clone();
    let n_users = dataset.train.n_users();
    let pairs = dataset.train.pairs().map(|(user, item)| (n_users as u32 - 1 - user, item));
    let pairs: Vec<(u32, u32)> = pairs.chain((0..4).map(|item| (n_users as u32, item))).collect();
    newer.train = Interactions::from_pairs(n_users + 1, dataset.train.n_items(), &pairs).unwrap();
    newer.valid = Interactions::empty(n_users + 1, dataset.train.n_items());
    newer.test = Interactions::empty(n_users + 1, dataset.train.n_items());
    let users = &dataset.vocabulary.users;
    let ids = (0..n_users).rev().map(|user| (users.id(user), None)).chain([("somebody new", None)]);
    newer.vocabulary.users = ids.collect::<Names>();
    let again = catalogue_fit("kgin", settings, &newer);
    let start = again.start_from(&first).unwrap();
    let run = Run::open(&first).unwrap();
    let stored = run.table("parameter.users").unwrap();
    let carried = &start.tables["users"];
    assert!((0..n_users).all(|user| carried.row(user) == stored.row(n_users - 1 - user)));
    for name in ["entities", "relations", "latent", "attention"] {
        assert_eq!(start.tables[name].to_values(), run.table(&format!("parameter.{name}")).unwrap().to_values());
    }
    assert_eq!(start.known[0], Known { what: "users", n: n_users, of: n_users + 1 });
    again.run_resumably(&second, start.tables, CheckpointEvery::Never, &pool, &mut Silent).unwrap();
    assert!(!second.join("checkpoint").exists());
    let wider = catalogue_fit("kgin", "dim = 16", &newer).start_from(&first).unwrap_err();
    assert!(matches!(&wider, RunsError::OtherShape { .. }) && wider.is_wrong_input() && wider.hint().is_some());
    let other = catalogue_fit("bpr-mf", "dim = 8", &newer).start_from(&first).unwrap_err();
    assert!(matches!(other, RunsError::OtherModel { .. }), "{other}");
}

/// A training that was ended before its first state, whose plan tells of data with this fingerprint.
fn begun(out: &Path, model: &str, data: DataView<'_>, told: DataFingerprint) {
    let plan = TrainingPlan {
        model: model.to_owned(),
        config: serde_json::json!({ "data": "films", "graph": "true", "model": {}, "training": {} }),
        data: told,
        seed: 7,
        cutoffs: vec![10],
        load_seconds: 0.5,
    };
    let writer = RunWriter::create(out).unwrap();
    Checkpoints::begin(&writer, &plan, data, &[]).unwrap();
}

#[test]
fn data_that_are_whole_but_not_those_of_the_plan_are_refused() {
    let place = tempfile::tempdir().unwrap();
    let (dataset, net) = (catalogue(), network(30, false));
    let mut other = dataset.clone();
    other.train = dataset.train.union(&dataset.valid).unwrap();
    other.valid = Interactions::empty(dataset.train.n_users(), dataset.train.n_items());
    let mut without = dataset.clone();
    without.test = other.valid.clone();
    let view = |dataset: &culet_data::Dataset| -> DataFingerprint { Fingerprint::of(dataset).into() };
    let data = CatalogueView {
        train: &dataset.train,
        valid: &dataset.valid,
        test: &dataset.test,
        graph: &dataset.graph,
        vocabulary: &dataset.vocabulary,
    };
    let [own, changed] = [&net, &network(31, false)].map(|net| NetworkFingerprint::of(&net.network).into());
    let links = NetworkView {
        network: &net.network,
        nodes: &net.nodes,
        labels: None,
        train_negatives: &[],
        valid: &[],
        valid_negatives: &[],
        test: &[],
        test_negatives: &[],
    };
    let cases = [
        ("kgin", DataView::from(data), view(&without), view(&dataset)),
        ("deepwalk", DataView::from(links), changed, own),
    ];
    for (k, (model, data, told, true_to_it)) in cases.into_iter().enumerate() {
        let out = place.path().join(format!("run-{k}"));
        begun(&out, model, data, told);
        let error = Resumption::open(&out).err().expect("other data");
        assert!(
            matches!(&error, RunsError::Data(DataError::Run { problem: RunProblem::OtherData { .. }, .. })),
            "{error}"
        );
        assert!(error.is_wrong_input() && error.to_string().contains(&format!("run-{k}")), "{error}");
        let out = place.path().join(format!("whole-{k}"));
        begun(&out, model, data, true_to_it);
        assert!(Resumption::open(&out).unwrap().0.goes_on().is_none());
    }
}

#[test]
fn a_start_tells_how_much_of_what_is_withheld_the_other_run_has_seen_and_the_run_says_that_it_had_one() {
    let (dataset, pool, place) = (catalogue(), pool(), tempfile::tempdir().unwrap());
    let [first, second] = ["first", "second"].map(|name| place.path().join(name));
    let fit = catalogue_fit("bpr-mf", "epochs = 2\nevaluate_every = 1\ndim = 8", &dataset);
    fit.run(Some(&first), &pool, &mut Silent).unwrap();
    // The same seed withholds the same pairs, none of which was learned from; another one withholds others.
    let same = fit.start_from(&first).unwrap();
    let seen = same.seen.unwrap();
    assert!(seen.n == 0 && seen.of > 0 && seen.what == "pairs", "{seen:?}");
    let other = CatalogueFit { seed: fit.seed + 1, ..fit.clone() }.start_from(&first).unwrap().seen.unwrap();
    assert!(2 * other.n > other.of, "{other:?}");
    let blind = catalogue_fit("bpr-mf", "epochs = 2\nevaluate_every = 0\ndim = 8", &dataset);
    assert_eq!(blind.start_from(&first).unwrap().seen, None);
    fit.run_resumably(&second, same.tables, CheckpointEvery::Never, &pool, &mut Silent).unwrap();
    let extra = |run: &Path| Run::open(run).unwrap().manifest.summary.extra["started_from_a_run"].clone();
    assert_eq!((extra(&first), extra(&second)), (json!(null), json!(true)));
    // Of networks it is edges.
    let net = place.path().join("net");
    let groups = network(60, false);
    let embed = network_fit("deepwalk", "dim = 8\nepochs = 1", &groups);
    embed.run(Some(&net), &pool, &mut Silent).unwrap();
    let seen = embed.start_from(&net).unwrap().seen.unwrap();
    // It was trained anew on all edges in the end.
    assert!(seen.n == seen.of && seen.of > 0 && seen.what == "edges", "{seen:?}");
}

#[test]
fn a_network_starts_from_another_run_and_nodes_that_are_known_keep_their_vectors() {
    let (pool, place) = (pool(), tempfile::tempdir().unwrap());
    for (k, directed) in [false, true].into_iter().enumerate() {
        let [first, second] = ["first", "second"].map(|name| place.path().join(format!("{name}-{k}")));
        let settings = "dim = 8\naspects = 2\nwarm_up = false\nepochs = 2\nbatch = 200\nevaluate_every = 0";
        network_fit("asp2vec", settings, &network(30, directed)).run(Some(&first), &pool, &mut Silent).unwrap();
        // The same ids in another order, and two new ones.
        let mut newer = network(32, directed);
        newer.nodes = made::nodes((0..32).rev());
        let still = format!("{settings}\nlearning_rate = 1e-9");
        let again = network_fit("asp2vec", &still, &newer);
        let start = again.start_from(&first).unwrap();
        assert_eq!(start.known, [Known { what: "nodes", n: 30, of: 32 }]);
        again.run_resumably(&second, start.tables, CheckpointEvery::Never, &pool, &mut Silent).unwrap();
        let [before, after] = [&first, &second].map(|run| Run::open(run).unwrap());
        for name in ["centres", "contexts"] {
            let [old, new] = [&before, &after].map(|run| run.table(&format!("parameter.{name}")).unwrap());
            let sides = old.n_rows() / 30;
            assert_eq!(new.n_rows(), sides * 32, "{name}");
            for (side, node) in (0..sides).flat_map(|side| (0..30).map(move |node| (side, node))) {
                let rows = [old.row(side * 30 + node), new.row(side * 32 + 31 - node)];
                let is_same = rows[0].iter().zip(rows[1]).all(|(old, new)| (old - new).abs() < 1e-6);
                assert!(is_same, "{name}, node {node} on side {side}, directed: {directed}: {rows:?}");
            }
            assert!(directed == (sides > 1), "{name}: {sides}");
        }
        let wider = network_fit("asp2vec", "dim = 16\naspects = 2", &newer).start_from(&first).unwrap_err();
        assert!(matches!(wider, RunsError::OtherShape { .. }), "{wider}");
        let other = network_fit("deepwalk", "dim = 8", &newer).start_from(&first).unwrap_err();
        assert!(matches!(other, RunsError::OtherModel { .. }), "{other}");
    }
}

/// The bytes of all files below a folder.
fn size_of_folder(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { size_of_folder(&path) } else { path.metadata().unwrap().len() }).sum()
}

/// Looks at the size of a run folder at each step, when a state was kept before.
struct Scales<'a>(&'a Path, u64);

impl Observer for Scales<'_> {
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
        if matches!(event, Event::Step { .. } | Event::Stage { .. }) {
            self.1 = self.1.max(size_of_folder(&self.0.join("checkpoint")));
        }
        ControlFlow::Continue(())
    }
}

#[test]
fn the_estimate_of_what_a_training_writes_is_near_to_what_it_writes() {
    let (dataset, pool, place) = (catalogue(), pool(), tempfile::tempdir().unwrap());
    let cases = [
        ("kgin", "epochs = 3\nbatch = 200\ndim = 256"),
        ("bpr-mf", "epochs = 3\nbatch = 200\ndim = 256"),
        ("softmax-mf", "epochs = 3\nbatch = 200\ndim = 256\nfacts = true"),
        ("als", "dim = 256"),
        ("ease", ""),
        ("auto", "dim = 256"),
    ];
    for (model, given) in cases {
        let fit = catalogue_fit(model, given, &dataset);
        let size = culet_runs::size_of(&dataset);
        let expected = culet_train::disk_bytes(fit.spec, &fit.settings, &size).unwrap();
        let out = place.path().join(model);
        let mut scales = Scales(&out, 0);
        fit.run_resumably(&out, BTreeMap::new(), ALWAYS, &pool, &mut scales).unwrap();
        let (states, run) = (scales.1 as f64, size_of_folder(&out) as f64);
        // A blend may leave its vectors out.
        let most = if model == "auto" { 8.0 } else { 4.0 };
        let is_near = |found: f64, estimated: f64| estimated >= 0.6 * found && estimated <= most * found;
        assert!(is_near(run, expected.run), "{model}: a run of {run}, {expected:?}");
        // Two thirds: the state that is being written is not seen.
        assert!(states == 0.0 || is_near(states, expected.states), "{model}: states of {states}, {expected:?}");
    }
}

#[test]
fn numbers_without_bounds_leave_the_last_good_state_and_another_training_starts_from_it() {
    let (dataset, pool, place) = (catalogue(), pool(), tempfile::tempdir().unwrap());
    let [first, out, again] = ["first", "run", "again"].map(|name| place.path().join(name));
    let fit = catalogue_fit("bpr-mf", "epochs = 4\nbatch = 20\nevaluate_every = 1\ndim = 8", &dataset);
    fit.run(Some(&first), &pool, &mut Silent).unwrap();
    let mut start = fit.start_from(&first).unwrap().tables;
    // The largest of numbers, in a vector that a batch comes to sooner or later: a product with it is beyond all bounds.
    start.get_mut("users").unwrap().row_mut(5).fill(f32::MAX);
    let diverged = |error: RunsError| {
        let RunsError::Diverged { source: culet_train::TrainError::NotFinite { epoch: 1, step, .. }, path } = &error
        else {
            panic!("{error}")
        };
        assert!(*step > 1 && *path == out, "{error}");
        assert!(error.to_string().contains(&format!("in epoch 1, step {step}")), "{error}");
        assert!(error.hint().unwrap().contains("lower `--learning-rate`") && !error.is_wrong_input());
        *step
    };
    let step = diverged(fit.run_resumably(&out, start, ALWAYS, &pool, &mut Silent).err().unwrap());
    // What was kept is the state before, and from there it comes to the same.
    for _ in 0..2 {
        assert_eq!(Resumption::open(&out).unwrap().0.goes_on().unwrap(), format!("epoch 1, after {} steps", step - 1));
        assert_eq!(diverged(resume(&out, &mut Silent).unwrap_err()), step);
    }
    let other = catalogue_fit("bpr-mf", "epochs = 1\nbatch = 20\nevaluate_every = 1\ndim = 8", &dataset);
    let mut start = other.start_from(&out).unwrap();
    assert_eq!(start.known[0], Known { what: "users", n: 40, of: 40 });
    start.tables.get_mut("users").unwrap().row_mut(5).fill(0.1);
    other.run_resumably(&again, start.tables, ALWAYS, &pool, &mut Silent).unwrap();
    let another = catalogue_fit("kgin", "", &dataset).start_from(&out).unwrap_err();
    assert!(matches!(another, RunsError::OtherModel { .. }), "{another}");
}

#[test]
fn a_training_starts_from_the_best_epoch_of_one_that_is_not_over() {
    let (pool, place) = (pool(), tempfile::tempdir().unwrap());
    let [out, catalogue_out] = ["run", "films"].map(|name| place.path().join(name));
    let net = network(30, false);
    let settings = "dim = 8\naspects = 3\nepochs = 4\nbatch = 200\nscore = 'product'\nwarm_up = false";
    let fit = network_fit("asp2vec", settings, &net);
    let ended = fit.run_resumably(&out, BTreeMap::new(), ALWAYS, &pool, &mut EndsAfter(7)).unwrap();
    assert!(ended.outcome.interrupted);
    let dataset = catalogue();
    let films = catalogue_fit("kgin", "epochs = 4\nbatch = 100\nevaluate_every = 1\ndim = 8", &dataset);
    films.run_resumably(&catalogue_out, BTreeMap::new(), ALWAYS, &pool, &mut EndsAfter(9)).unwrap();
    let from_runs = (fit.start_from(&out).unwrap().tables, films.start_from(&catalogue_out).unwrap().tables);
    // Killed, it would have left no run beside what it kept.
    for folder in [&out, &catalogue_out] {
        fs::remove_file(folder.join("manifest.json")).unwrap();
    }
    let from_states = (fit.start_from(&out).unwrap().tables, films.start_from(&catalogue_out).unwrap().tables);
    let same = |a: &BTreeMap<String, culet_kernels::Matrix>, b: &BTreeMap<String, culet_kernels::Matrix>| {
        a.len() == b.len() && a.iter().all(|(name, table)| table.to_values() == b[name].to_values())
    };
    assert!(same(&from_runs.0, &from_states.0) && same(&from_runs.1, &from_states.1));
}
