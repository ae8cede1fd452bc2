//! Many trainings: a search that goes on, a leaderboard that keeps what is done, runs side by side.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use culet_data::{CatalogueConfig, Dataset, synthesise};
use culet_eval::RankingProtocol;
use culet_model::find_model;
use culet_runs::{Board, Compare, Reference, RunsError, Tuned, Tuning, resolve_settings};
use culet_train::{BoardEntry, Event, GraphKind, Observer, Search, SearchMethod, StoredRun, board_entries};
use rayon::ThreadPool;

fn pool() -> ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap()
}

fn catalogue(seed: u64) -> Dataset {
    let config = CatalogueConfig { n_users: 40, n_items: 60, n_interactions: 500, seed, ..Default::default() };
    synthesise(&config).unwrap().dataset
}

fn protocol() -> RankingProtocol {
    RankingProtocol::new(vec![10]).unwrap()
}

/// Hears all, and lets so many parts begin.
struct Listener {
    parts: Vec<String>,
    remarks: Vec<String>,
    at_most: usize,
}

impl Listener {
    fn new(at_most: usize) -> Self {
        Self { parts: Vec::new(), remarks: Vec::new(), at_most }
    }
}

impl Observer for Listener {
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Part { .. } if self.parts.len() == self.at_most => return ControlFlow::Break(()),
            Event::Part { title } => self.parts.push((*title).to_owned()),
            Event::Remark { text } => self.remarks.push((*text).to_owned()),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn search(seed: u64) -> Search {
    let spec = find_model("item-knn").unwrap();
    Search {
        spec,
        fixed: resolve_settings(spec, None, toml::Table::new()).unwrap().model,
        ranges: spec.search.to_vec(),
        method: SearchMethod::Tpe,
        metric: "recall@10".to_owned(),
        seed,
    }
}

fn tune(search: &Search, dataset: &Dataset, out: &Path, listener: &mut Listener) -> Result<Tuned, RunsError> {
    let protocol = protocol();
    let tuning =
        Tuning { search, dataset, graph: GraphKind::True, protocol: &protocol, validation_share: 0.2, n_trials: 4 };
    tuning.open(out)?.run(&pool(), listener)
}

#[test]
fn a_search_that_was_ended_goes_on_where_it_was() {
    let (dataset, search, place) = (catalogue(0), search(0), tempfile::tempdir().unwrap());
    let at_once = tune(&search, &dataset, &place.path().join("at-once"), &mut Listener::new(9)).unwrap();
    let out = place.path().join("in-two");
    let mut first = Listener::new(2);
    let begun = tune(&search, &dataset, &out, &mut first).unwrap();
    assert!(begun.interrupted && begun.document()["interrupted"] == true);
    assert_eq!((begun.trials.len(), begun.config.as_deref()), (2, Some(&*out.join("best.toml"))));
    assert_eq!(first.parts, ["trial 1 of 4", "trial 2 of 4"]);
    assert!(first.remarks[0].starts_with("trial 1/4  recall@10 "), "{:?}", first.remarks);
    let mut second = Listener::new(9);
    let done = tune(&search, &dataset, &out, &mut second).unwrap();
    assert!(second.remarks[0].starts_with("going on after 2 trials in `"), "{:?}", second.remarks);
    assert!(!done.interrupted);
    let settings = |tuned: &Tuned| tuned.trials.iter().map(|trial| trial.settings.clone()).collect::<Vec<_>>();
    assert_eq!(settings(&done), settings(&at_once));
    assert_eq!(done.chosen.unwrap().model, at_once.chosen.unwrap().model);
    // What is written can be trained with.
    let best = std::fs::read_to_string(out.join("best.toml")).unwrap().parse().unwrap();
    assert!(resolve_settings(search.spec, None, best).is_ok());
}

#[test]
fn the_folder_of_another_search_is_left_alone() {
    let (dataset, place) = (catalogue(0), tempfile::tempdir().unwrap());
    let out = place.path().join("search");
    tune(&search(0), &dataset, &out, &mut Listener::new(1)).unwrap();
    let error = tune(&search(1), &dataset, &out, &mut Listener::new(9)).err().expect("another seed");
    assert!(
        matches!(&error, RunsError::HoldsAnother { what: "search", differences, .. } if differences.iter().any(|it| it == "`seed` was 0, is 1"))
    );
    assert!(error.is_wrong_input() && error.hint().is_some());
}

fn board<'a>(entries: &'a [BoardEntry], dataset: &'a Dataset, protocol: &'a RankingProtocol) -> Board<'a> {
    Board {
        entries,
        dataset,
        protocol,
        cold_at_most: 2,
        n_trials: Some(2),
        validation_share: 0.2,
        load_seconds: 0.0,
        seed: 0,
    }
}

fn entries(models: &[&str]) -> Vec<BoardEntry> {
    let models: Vec<String> = models.iter().map(|&model| model.to_owned()).collect();
    board_entries(&models, &[GraphKind::True, GraphKind::None], true).unwrap()
}

#[test]
fn rows_are_runs_that_are_kept_and_can_be_compared() {
    let (dataset, protocol, place) = (catalogue(0), protocol(), tempfile::tempdir().unwrap());
    let out = place.path().join("board");
    let entries = entries(&["popularity", "item-knn", "ease"]);
    let board = board(&entries, &dataset, &protocol);
    // The row of the first model: itself, its trial, its fit; of the second nothing begins.
    let mut listener = Listener::new(3);
    let begun = board.open(&out).unwrap().run(&pool(), &mut listener).unwrap();
    assert_eq!(listener.parts, ["popularity", "popularity: trial 1 of 1", "fitting popularity"]);
    assert!(begun.interrupted && begun.rows.len() == 1, "{:?}", begun.rows);
    let mut listener = Listener::new(usize::MAX);
    let open = board.open(&out).unwrap();
    let another = board.open(&out).err().expect("the first one still holds it");
    assert!(matches!(another, RunsError::AtWork { .. }), "{another}");
    let document = open.run(&pool(), &mut listener).unwrap();
    assert!(listener.remarks[0].starts_with("popularity: ") && listener.remarks[0].ends_with("(kept)"));
    assert!(!document.interrupted && document.failed.is_empty());
    assert_eq!(document.rows.len(), entries.len());
    assert!(document.rows.is_sorted_by(|a, b| a.metrics["recall@10"] >= b.metrics["recall@10"]));
    assert!(document.rows[0].to_best.is_none() && document.rows[1].to_best.is_some());
    assert_eq!((document.graph.len(), document.graph[0].model.as_str()), (1, "ease"));
    let written: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("leaderboard.json")).unwrap()).unwrap();
    assert_eq!(written, serde_json::to_value(&document).unwrap());

    let runs: Vec<PathBuf> = document.rows.iter().map(|row| row.run.clone().into()).collect();
    let metrics = ["recall", "ndcg"].map(str::to_owned);
    let compare = |runs, reference| Compare { runs, reference, metrics: &metrics, cutoffs: None, seed: 0 };
    let found = compare(&runs, Reference::First).run(&pool()).unwrap();
    assert_eq!(found.reference, document.rows[0].run);
    let by_row = &document.rows[1].to_best.as_ref().unwrap()["ndcg@10"];
    assert_eq!(found.comparisons[1].0, "ndcg@10");
    assert_eq!(found.comparisons[1].1[0].comparison.difference, by_row.difference);
    assert!(!found.settings_that_differ.is_empty());
    let turned: Vec<PathBuf> = runs.iter().rev().cloned().collect();
    let best = compare(&turned, Reference::Best).run(&pool()).unwrap();
    assert_eq!(best.runs[best.place_of_reference].metrics["recall@10"], document.rows[0].metrics["recall@10"]);
    assert!(matches!(compare(&runs[..1], Reference::Best).run(&pool()), Err(RunsError::TooFewRuns { n: 1 })));
    StoredRun::open(&runs[0]).expect("a row is a whole run");
}

#[test]
fn without_a_test_part_there_is_no_leaderboard() {
    let (mut dataset, protocol, place) = (catalogue(0), protocol(), tempfile::tempdir().unwrap());
    dataset.test = culet_graph::Interactions::empty(dataset.train.n_users(), dataset.train.n_items());
    let entries = entries(&["popularity"]);
    let error = board(&entries, &dataset, &protocol).open(&place.path().join("board")).err().expect("no test part");
    assert!(matches!(error, RunsError::NothingToJudgeBy { .. }) && error.is_wrong_input());
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn runs_of_different_data_are_not_compared() {
    let (protocol, place) = (protocol(), tempfile::tempdir().unwrap());
    let run = |seed: u64| {
        let (dataset, entries) = (catalogue(seed), entries(&["popularity"]));
        let out = place.path().join(seed.to_string());
        board(&entries, &dataset, &protocol).open(&out).unwrap().run(&pool(), &mut Listener::new(9)).unwrap();
        out.join("runs/popularity")
    };
    let (runs, metrics) = ([run(0), run(1)], ["recall".to_owned()]);
    let compare = Compare { runs: &runs, reference: Reference::First, metrics: &metrics, cutoffs: None, seed: 0 };
    let error = compare.run(&pool()).unwrap_err();
    assert!(matches!(error, RunsError::NotComparable { .. }) && error.is_wrong_input(), "{error}");
    assert!(error.to_string().contains("cannot be compared: the runs were made from different data"), "{error}");
}
