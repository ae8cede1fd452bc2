//! Intents that were planted in a generated catalogue are found in a trained model.

use culet_data::{
    Catalogue, CatalogueConfig, IntentMatch, UserMatch, match_intents, match_users, relation_auc, synthesise,
};
use culet_eval::RankingProtocol;
use culet_model::{Facets, Problem, Start, find_model};
use culet_train::{Silent, TrainData, TrainOptions, train};

const MODEL: &str = "dim = 32\nloss = 'softmax'\nhops = 2\nnegatives = 256";
const TRAINING: &str = "epochs = 12\nbatch = 1024\nlearning_rate = 5e-3\nevaluate_every = 0";

fn catalogue(seed: u64) -> Catalogue {
    let clear = CatalogueConfig { noise: 0.1, intent_spread: 4.0, facts_per_item: 11.0, ..CatalogueConfig::default() };
    synthesise(&CatalogueConfig { n_users: 800, n_items: 800, n_interactions: 24_000, seed, ..clear }).unwrap()
}

fn trained(catalogue: &Catalogue, seed: u64) -> Facets {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let dataset = &catalogue.dataset;
    let data = TrainData { train: &dataset.train, valid: None, test: &dataset.test, graph: &dataset.graph };
    let options = TrainOptions::from_settings(&TRAINING.parse().unwrap()).unwrap();
    let protocol = RankingProtocol::new(vec![20]).unwrap();
    let (spec, settings) = (find_model("kgin").unwrap(), MODEL.parse().unwrap());
    let mut outcome = train(spec, &settings, data, &options, &protocol, seed, &pool, &mut Silent).unwrap();
    pool.install(|| outcome.model.as_mut().unwrap().facets()).unwrap()
}

fn untrained(catalogue: &Catalogue, seed: u64) -> Facets {
    let problem = Problem { train: &catalogue.dataset.train, graph: &catalogue.dataset.graph };
    let settings = MODEL.parse().unwrap();
    let mut model = find_model("kgin").unwrap().build(&settings, problem, Start::Seed(seed)).unwrap();
    model.facets().unwrap()
}

fn compare(catalogue: &Catalogue, facets: &Facets) -> (IntentMatch, UserMatch, f64) {
    let truth = &catalogue.truth;
    let intents = match_intents(truth, &facets.relations);
    let users = match_users(truth, &intents.assignment, &facets.user_shares);
    (intents, users, relation_auc(truth, &facets.relations).unwrap())
}

#[test]
fn planted_intents_are_found_far_beyond_chance() {
    for seed in [0, 1] {
        let catalogue = catalogue(seed);
        let (intents, users, auc) = compare(&catalogue, &trained(&catalogue, seed));
        let (before, users_before, _) = compare(&catalogue, &untrained(&catalogue, seed));
        assert!(intents.overlap > intents.chance + 0.3, "seed {seed}: {intents:?}");
        assert!(users.agreement > users.chance + 0.3, "seed {seed}: {users:?}");
        assert!(auc > 0.7, "seed {seed}: {auc}");
        // Items with a neighbour in common have common parts before any training: so much is the data's doing.
        assert!(intents.overlap > before.overlap, "seed {seed}: {intents:?} after {before:?}");
        assert!(users.agreement > users_before.agreement, "seed {seed}: {users:?} after {users_before:?}");
    }
}

/// Where users choose by popularity alone there is nothing to find, and nothing is found.
#[test]
fn no_intents_are_found_where_none_were_followed() {
    let quiet = CatalogueConfig { n_users: 800, n_items: 800, n_interactions: 24_000, ..CatalogueConfig::default() };
    let catalogue = synthesise(&CatalogueConfig { noise: 1.0, ..quiet }).unwrap();
    let (_, users, _) = compare(&catalogue, &trained(&catalogue, 0));
    assert!((users.agreement - users.chance).abs() < 0.05, "{users:?}");
}
