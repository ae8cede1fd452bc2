//! Searches for settings: what is tried, what is kept, what is given up.

use std::ops::ControlFlow;

use culet_eval::RankingProtocol;
use culet_graph::{Interactions, KnowledgeGraph, Purpose, Stream, UserId, withhold_validation};
use culet_model::{MODELS, Range, Scale, find_model};
use culet_train::{Event, Observer, Search, SearchMethod, Silent, Trial, TrialData, best_trial, training_settings};

fn pool() -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap()
}

/// Users who take items of their own group, and some at random.
fn log() -> Interactions {
    let stream = Stream::new(1, Purpose::Test, 0);
    let mut pairs = Vec::new();
    for user in 0..120_u32 {
        for k in 0..8_u64 {
            let index = u64::from(user) * 20 + 2 * k;
            let own = stream.uniform(index) < 0.8;
            let item = stream.below(index + 1, 60) as u32;
            pairs.push((user, if own { item / 4 * 4 + user % 4 } else { item }));
        }
    }
    Interactions::from_pairs(120, 60, &pairs).unwrap()
}

fn search(model: &str, fixed: &str, method: SearchMethod) -> Search {
    let spec = find_model(model).unwrap();
    Search {
        spec,
        fixed: fixed.parse().unwrap(),
        ranges: spec.search.to_vec(),
        method,
        metric: "recall@5".to_owned(),
        seed: 3,
    }
}

fn run(search: &Search, n: usize) -> Vec<Trial> {
    let (train, valid) = withhold_validation(&log(), 0.2, 1);
    let graph = KnowledgeGraph::empty(60);
    let data = TrialData { train: &train, valid: &valid, graph: &graph };
    let protocol = RankingProtocol::new(vec![5, 10]).unwrap();
    let mut trials = Vec::new();
    for _ in 0..n {
        let trial = search.trial(&trials, data, &protocol, &pool(), &mut Silent).unwrap().unwrap();
        trials.push(trial);
    }
    trials
}

#[test]
fn ranges_lie_within_the_settings() {
    for spec in MODELS {
        let training = training_settings(spec);
        for range in spec.search {
            let setting = spec.settings.iter().chain(&training).find(|setting| setting.name == range.name);
            let setting = setting.unwrap_or_else(|| panic!("{} has no setting {}", spec.name, range.name));
            assert!(range.fits(setting), "{}: {range:?}", spec.name);
            assert!(range.place_of(&setting.default_value()).is_some(), "{}: {range:?}", spec.name);
        }
    }
}

#[test]
fn the_first_trial_is_the_default_and_the_best_is_no_worse() {
    for method in [SearchMethod::Random, SearchMethod::Tpe] {
        let trials = run(&search("rp3beta", "", method), 12);
        let defaults: toml::Table = "neighbours = 200\nalpha = 0.8\nbeta = 0.4".parse().unwrap();
        assert_eq!(trials[0].settings, defaults);
        let best = best_trial(&trials).unwrap();
        assert!(best.value >= trials[0].value && best.value == best.metrics["recall@5"]);
        assert!(trials.iter().all(|trial| trial.value <= best.value));
        let distinct: std::collections::BTreeSet<String> = trials.iter().map(|t| t.settings.to_string()).collect();
        assert!(distinct.len() > 8, "{}", distinct.len());
    }
}

#[test]
fn a_search_that_goes_on_tries_what_it_would_have_tried() {
    let search = search("rp3beta", "", SearchMethod::Tpe);
    let whole = run(&search, 9);
    // Trials are written to a file and read again.
    let text = serde_json::to_string(&whole[..5]).unwrap();
    let half: Vec<Trial> = serde_json::from_str(&text).unwrap();
    assert_eq!(search.next(&half), whole[5].settings);
    assert_eq!(search.next(&whole[..8]), whole[8].settings);
}

#[test]
fn hopeless_trials_are_ended_early() {
    let mut search =
        search("bpr-mf", "epochs = 40\nevaluate_every = 2\npatience = 0\nbatch = 128\ndim = 8", SearchMethod::Random);
    search.ranges = vec![Range { name: "learning_rate", scale: Scale::Log(1e-6, 1e-1) }];
    let trials = run(&search, 14);
    let pruned: Vec<&Trial> = trials.iter().filter(|trial| trial.pruned).collect();
    assert!(!pruned.is_empty());
    let best = best_trial(&trials).unwrap();
    assert!(!best.pruned);
    assert!(pruned.iter().all(|trial| trial.curve.len() < 20 && trial.value < best.value));
    assert_eq!(best.curve.len(), 20);
}

#[test]
fn what_is_fixed_stays_and_an_interruption_ends_the_search() {
    struct Impatient;
    impl Observer for Impatient {
        fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
            if matches!(event, Event::Step { .. }) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
    }
    let search = search("bpr-mf", "dim = 8\nbatch = 64", SearchMethod::Random);
    let (model, options) = search.complete(&"l2 = 0.01".parse().unwrap()).unwrap();
    assert_eq!((model["dim"].as_integer(), options.batch), (Some(8), 64));
    let (train, valid) = withhold_validation(&log(), 0.2, 1);
    assert!((0..120).all(|user| !train.items_of(UserId(user)).is_empty()));
    let graph = KnowledgeGraph::empty(60);
    let data = TrialData { train: &train, valid: &valid, graph: &graph };
    let protocol = RankingProtocol::new(vec![5]).unwrap();
    assert!(search.trial(&[], data, &protocol, &pool(), &mut Impatient).unwrap().is_none());
    let nothing = Interactions::empty(120, 60);
    let data = TrialData { valid: &nothing, ..data };
    let error = search.trial(&[], data, &protocol, &pool(), &mut Silent).unwrap_err();
    assert_eq!(error.to_string(), "the validation part has no pairs to select by");
    let search = Search { metric: "recall@7".into(), ..search };
    let data = TrialData { valid: &valid, ..data };
    let error = search.trial(&[], data, &protocol, &pool(), &mut Silent).unwrap_err();
    assert_eq!(error.to_string(), "there is no metric `recall@7`");
}
