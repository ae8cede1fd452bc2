//! From generated data to a run folder and back.

mod made;

use std::ops::ControlFlow;
use std::path::Path;

use culet_data::{LinkParts, NetworkConfig, NetworkData, Run, synthesise_network};
use culet_model::find_model;
use culet_runs::{NetworkFit, RunsError, resolve_settings};
use culet_train::{Event, NetworkTrainOptions, Observer, Silent, StoredNetworkRun, StoredRun, TrainError};

use made::{catalogue, catalogue_fit, pool};

/// Ends a training after so many epochs, and keeps what it was told to wait for.
#[derive(Default)]
struct EndsAfter {
    n_epochs: Option<u64>,
    waited: Vec<String>,
    /// The lines of the history on the disk, after each epoch.
    lines: Vec<usize>,
    folder: Option<std::path::PathBuf>,
}

impl Observer for EndsAfter {
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Waiting { what } => self.waited.push((*what).to_owned()),
            Event::Step { epoch, .. } => {
                if let Some(folder) = &self.folder {
                    self.lines.push(lines(&folder.join("history.jsonl")));
                }
                if self.n_epochs.is_some_and(|n| *epoch > n) {
                    return ControlFlow::Break(());
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn lines(path: &Path) -> usize {
    std::fs::read_to_string(path).map_or(0, |text| text.lines().count())
}

#[test]
fn a_catalogue_becomes_a_run_folder_that_answers() {
    let (dataset, pool, place) = (catalogue(), pool(), tempfile::tempdir().unwrap());
    let out = place.path().join("run");
    let fit = catalogue_fit("bpr-mf", "epochs = 4\nevaluate_every = 1\ndim = 8", &dataset);
    let mut observer = EndsAfter { folder: Some(out.clone()), ..Default::default() };
    let fitted = fit.run(Some(&out), &pool, &mut observer).unwrap();
    // The history of an epoch is on the disk when the next one begins.
    assert!(observer.lines.contains(&1) && observer.lines.contains(&3), "{:?}", observer.lines);
    assert_eq!(observer.waited, ["putting reasons to the test", "writing the run folder"]);
    let document = fitted.document();
    assert_eq!(document["kg"], "true");
    assert_eq!(document["test"]["recall@10"].as_f64(), Some(fitted.outcome.test.as_ref().unwrap().means["recall@10"]));
    assert_eq!(document["run"], out.to_string_lossy().as_ref());
    assert_eq!(document["seconds"]["load"], 0.5);
    let stored = StoredRun::open(&out).unwrap();
    assert_eq!(lines(&out.join("history.jsonl")), fitted.outcome.history.len());
    let summary = &stored.run.manifest.summary;
    assert_eq!((summary.seed, summary.best_epoch), (7, Some(fitted.outcome.best_epoch)));
    assert_eq!(stored.recommend(&[0], 5, &pool)[0].len(), 5);
    let again = fit.run(Some(&out), &pool, &mut Silent).err().expect("the place is taken");
    assert!(again.is_wrong_input(), "{again}");
    StoredRun::open(&out).expect("what stood there stands there still");
}

#[test]
fn a_model_that_is_fitted_at_once_says_that_it_is_waited_for() {
    let (dataset, pool) = (catalogue(), pool());
    let mut observer = EndsAfter::default();
    let fitted = catalogue_fit("item-knn", "", &dataset).run(None, &pool, &mut observer).unwrap();
    assert_eq!(observer.waited, ["fitting item-knn", "putting reasons to the test"]);
    assert!(fitted.document()["run"].is_null() && fitted.facets.is_none());
}

#[test]
fn a_training_that_is_ended_gives_the_best_so_far() {
    let (dataset, pool, place) = (catalogue(), pool(), tempfile::tempdir().unwrap());
    let out = place.path().join("run");
    let fit = catalogue_fit("bpr-mf", "epochs = 50\nevaluate_every = 1\ndim = 8", &dataset);
    let mut observer = EndsAfter { n_epochs: Some(2), ..Default::default() };
    let fitted = fit.run(Some(&out), &pool, &mut observer).unwrap();
    assert!(fitted.outcome.interrupted && fitted.document()["interrupted"] == true);
    assert!((1..=3).contains(&fitted.outcome.best_epoch), "{}", fitted.outcome.best_epoch);
    assert!(fitted.outcome.faithfulness.is_none());
    assert_eq!(StoredRun::open(&out).unwrap().run.manifest.summary.best_epoch, Some(fitted.outcome.best_epoch));
}

#[test]
fn a_broken_training_leaves_nothing_behind() {
    let (dataset, pool, place) = (catalogue(), pool(), tempfile::tempdir().unwrap());
    let out = place.path().join("run");
    // No pair is withheld, and none can be selected by.
    let fit = catalogue_fit("bpr-mf", "validation_share = 0.0", &dataset);
    let error = fit.run(Some(&out), &pool, &mut Silent).err().expect("nothing to select by");
    assert!(matches!(error, RunsError::Train(TrainError::NothingToSelectBy { .. })), "{error}");
    assert!(error.is_wrong_input() && error.hint().is_some());
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
}

fn network() -> NetworkData {
    let config = NetworkConfig { n_nodes: 60, n_groups: 3, mean_degree: 5.0, ..Default::default() };
    let planted = synthesise_network(&config, 1).unwrap();
    NetworkData {
        name: "toy".to_owned(),
        labels: Some(planted.labels()),
        network: planted.network,
        nodes: planted.nodes,
        split: LinkParts::default(),
        notes: Vec::new(),
    }
}

#[test]
fn a_network_becomes_a_run_folder_that_answers() {
    let (data, pool, place) = (network(), pool(), tempfile::tempdir().unwrap());
    let out = place.path().join("run");
    let spec = find_model("asp2vec").unwrap();
    let settings = resolve_settings(spec, None, "epochs = 2\ndim = 8".parse().unwrap()).unwrap();
    let fit = NetworkFit {
        spec,
        settings: settings.model,
        options: NetworkTrainOptions::from_settings(&settings.training).unwrap(),
        data: &data,
        load_seconds: 0.0,
        seed: 3,
    };
    let fitted = fit.run(Some(&out), &pool, &mut Silent).unwrap();
    assert_eq!(fitted.document()["epochs"].as_array().unwrap().len(), fitted.outcome.history.len());
    let stored = StoredNetworkRun::open(&out).unwrap();
    assert_eq!(stored.data().nodes.len(), data.nodes.len());
    let mut run = NetworkFit { settings: toml::Table::new(), ..fit };
    run.settings.insert("no_such".to_owned(), 1.into());
    let beside = place.path().join("beside");
    let error = run.run(Some(&beside), &pool, &mut Silent).err().expect("no such setting");
    assert!(error.is_wrong_input() && !beside.exists(), "{error}");
    assert!(Run::open(&out).is_ok());
}
