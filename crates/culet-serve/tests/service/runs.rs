//! Small runs to serve.

use std::path::Path;

use culet_data::{CatalogueConfig, NetworkConfig, RunWriter, synthesise, synthesise_network};
use culet_eval::RankingProtocol;
use culet_graph::Names;
use culet_model::{complete_settings, find_model};
use culet_train::{
    DerivedTables, LinkSets, NetworkRunFacts, NetworkTables, NetworkTrainOptions, RunFacts, Silent, TrainData,
    TrainOptions, network_run_contents, run_contents, train, train_network,
};

fn pool() -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap()
}

/// Writes a run of a small generated catalogue, of which another seed makes another model.
pub(crate) fn catalogue(path: &Path, model: &str, seed: u64) {
    let config = CatalogueConfig { n_users: 60, n_items: 80, n_interactions: 900, ..CatalogueConfig::default() };
    let data = synthesise(&config).unwrap().dataset;
    let spec = find_model(model).unwrap();
    let settings = complete_settings(spec.settings, &toml::Table::new()).unwrap();
    let options = TrainOptions { epochs: 1, evaluate_every: 1, ..TrainOptions::default() };
    let protocol = RankingProtocol::new(vec![20]).unwrap();
    let parts = TrainData { train: &data.train, valid: None, test: &data.test, graph: &data.graph };
    let mut outcome = train(spec, &settings, parts, &options, &protocol, seed, &pool(), &mut Silent).unwrap();
    let facts = RunFacts {
        spec,
        settings: &settings,
        options: &options,
        protocol: &protocol,
        seed,
        threads: 1,
        load_seconds: 0.0,
        graph: "true",
    };
    let facets = outcome.model.as_mut().and_then(|model| model.facets());
    let derived = DerivedTables::of(facets.as_ref(), &outcome.scorer);
    let mut writer = RunWriter::create(path).unwrap();
    writer.append_history(&serde_json::json!({"epoch": 1, "loss": 0.5})).unwrap();
    writer.finish(&run_contents(&facts, &outcome, &derived, &data)).unwrap();
}

/// Writes a run of a small generated network.
pub(crate) fn network(path: &Path) {
    let config = NetworkConfig { n_nodes: 120, n_groups: 3, mean_degree: 8.0, ..NetworkConfig::default() };
    let planted = synthesise_network(&config, 1).unwrap();
    let spec = find_model("asp2vec").unwrap();
    let settings = "window = 3\nwalks_per_node = 2\nwalk_length = 20\ndim = 8\naspects = 3".parse().unwrap();
    let settings = complete_settings(spec.settings, &settings).unwrap();
    let training = "evaluate_every = 0\nvalidation_share = 0.0\nscore = 'product'".parse().unwrap();
    let options = NetworkTrainOptions::from_settings(&training).unwrap();
    let network = &planted.network;
    let outcome =
        train_network(spec, &settings, network, &LinkSets::default(), &options, 1, &pool(), &mut Silent).unwrap();
    let facts = NetworkRunFacts {
        spec,
        settings: &settings,
        options: &options,
        seed: 1,
        threads: 1,
        load_seconds: 0.0,
        data_name: "planted",
        network,
        nodes: &Names::numbered(network.n_nodes()),
        labels: Some(&planted.labels()),
    };
    let tables = NetworkTables::of(&outcome);
    RunWriter::create(path).unwrap().finish(&network_run_contents(&facts, &outcome, &tables)).unwrap();
}
