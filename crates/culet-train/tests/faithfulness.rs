//! Reasons put to the test: without the evidence that they name, scores fall.

mod written;

use culet_data::{CatalogueConfig, Dataset, synthesise};
use culet_eval::RankingProtocol;
use culet_graph::{Interactions, UserId};
use culet_model::{ModelSpec, complete_settings, find_model};
use culet_train::{Faithfulness, Outcome, Silent, TrainData, TrainOptions, measure_faithfulness, train};
use written::write_and_open;

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// Films whose users follow planted intents.
fn films() -> Dataset {
    let config = CatalogueConfig { n_users: 600, n_items: 400, n_interactions: 15_000, seed: 3, ..Default::default() };
    synthesise(&config).unwrap().dataset
}

struct Trained {
    outcome: Outcome,
    spec: &'static ModelSpec,
    settings: toml::Table,
    options: TrainOptions,
    protocol: RankingProtocol,
}

impl Trained {
    fn new(name: &str, given: &str, data: &Dataset) -> Self {
        let spec = find_model(name).unwrap();
        let settings = complete_settings(spec.settings, &given.parse().unwrap()).unwrap();
        let options = "epochs = 12\nbatch = 256\nlearning_rate = 0.005\nevaluate_every = 0";
        let options = if spec.has_epochs() { options } else { "" };
        let options = TrainOptions::for_model(spec, &options.parse().unwrap()).unwrap();
        let protocol = RankingProtocol::new(vec![20]).unwrap();
        let parts = TrainData { train: &data.train, valid: None, test: &data.test, graph: &data.graph };
        let outcome = train(spec, &settings, parts, &options, &protocol, 7, &pool(2), &mut Silent).unwrap();
        Self { outcome, spec, settings, options, protocol }
    }

    fn measure(&mut self, data: &Dataset, threads: usize) -> Option<Faithfulness> {
        let (outcome, pool) = (&mut self.outcome, pool(threads));
        measure_faithfulness(outcome, self.spec, &self.settings, &data.graph, 7, &pool).unwrap();
        outcome.faithfulness.take()
    }
}

const KGIN: &str = "hops = 2\nloss = 'softmax'\nnegatives = 128\ndim = 32";

#[test]
fn scores_fall_without_what_reasons_name_and_further_than_without_other_items() {
    let data = films();
    for (name, given) in [("kgin", KGIN), ("kgin", "hops = 3\ndim = 32"), ("ease", "lambda = 50"), ("item-knn", "")] {
        let Faithfulness { n_users, history, facts } = Trained::new(name, given, &data).measure(&data, 2).unwrap();
        assert_eq!(n_users, 200, "{name}");
        assert!(history.n_pairs > 900, "{name}: {history:?}");
        assert!(history.share_falling > 0.9 && history.share_beyond_random > 0.9, "{name}: {history:?}");
        assert!(history.named_drop > 1.5 * history.random_drop.max(0.0), "{name}: {history:?}");
        assert!(history.mean_rank >= 1.0 && history.mean_rank <= 5.0, "{name}: {history:?}");
        assert!(history.mean_rank_without_named > history.mean_rank_without_random, "{name}: {history:?}");
        assert_eq!(facts.is_some(), name == "kgin", "{name}");
        if let Some(facts) = facts {
            assert!(facts.n_pairs >= 20, "{facts:?}");
            assert!(facts.named_drop > facts.random_drop && facts.share_beyond_random > 0.5, "{facts:?}");
        }
    }
}

#[test]
fn neither_threads_nor_the_test_part_matter_and_the_model_stays_what_it_is() {
    let data = films();
    let mut untested = films();
    untested.test = Interactions::empty(data.test.n_users(), data.test.n_items());
    for (name, given) in [("kgin", KGIN), ("ease", "lambda = 50")] {
        let mut trained = Trained::new(name, given, &data);
        let before = trained.outcome.model.as_mut().map(|model| model.represent());
        let found = trained.measure(&data, 1).unwrap();
        assert_eq!(trained.measure(&data, 3).as_ref(), Some(&found), "{name}");
        assert_eq!(Trained::new(name, given, &untested).measure(&untested, 2).as_ref(), Some(&found), "{name}");
        let after = trained.outcome.model.as_mut().map(|model| model.represent());
        assert!(
            before.zip(after).is_none_or(|(before, after)| before.users == after.users && before.items == after.items)
        );

        let folder = tempfile::tempdir().unwrap();
        trained.outcome.faithfulness = Some(found.clone());
        let Trained { outcome, spec, settings, options, protocol } = &mut trained;
        let run = write_and_open(&folder.path().join("run"), spec, (settings, options, protocol), outcome, &data);
        let stored = run.run.manifest.summary.extra["faithfulness"].clone();
        assert_eq!(serde_json::from_value::<Faithfulness>(stored).unwrap(), found, "{name}");
    }
}

#[test]
fn without_reasons_or_histories_there_is_nothing_to_measure() {
    let mut data = films();
    assert_eq!(Trained::new("popularity", "", &data).measure(&data, 1), None);
    let firsts: Vec<(u32, u32)> = (0..600)
        .flat_map(|user| data.train.items_of(UserId(user)).iter().take(3).map(move |&item| (user, item)))
        .collect();
    data.train = Interactions::from_pairs(600, 400, &firsts).unwrap();
    for name in ["kgin", "item-knn"] {
        assert_eq!(Trained::new(name, "", &data).measure(&data, 1), None, "{name}");
    }
}
