//! A small catalogue, a small network, and fits of them.

#![allow(dead_code, reason = "each test takes what it needs")]

use culet_data::{CatalogueConfig, Dataset, LinkParts, NetworkData, synthesise};
use culet_eval::RankingProtocol;
use culet_graph::{Names, Network};
use culet_model::find_model;
use culet_runs::{CatalogueFit, NetworkFit, resolve_settings};
use culet_train::{GraphKind, NetworkTrainOptions, TrainOptions};
use rayon::ThreadPool;

pub(crate) fn pool() -> ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap()
}

pub(crate) fn catalogue() -> Dataset {
    let config = CatalogueConfig { n_users: 40, n_items: 60, n_interactions: 500, ..Default::default() };
    synthesise(&config).unwrap().dataset
}

pub(crate) fn catalogue_fit<'a>(model: &str, given: &str, dataset: &'a Dataset) -> CatalogueFit<'a> {
    let spec = find_model(model).unwrap();
    let settings = resolve_settings(spec, None, given.parse().unwrap()).unwrap();
    CatalogueFit {
        spec,
        options: TrainOptions::for_model(spec, &settings.training).unwrap(),
        settings: settings.model,
        protocol: RankingProtocol::new(vec![10]).unwrap(),
        dataset,
        load_seconds: 0.5,
        graph: GraphKind::True,
        seed: 7,
    }
}

/// A ring with chords, of nodes `node-0`, `node-1` and so on.
pub(crate) fn network(n_nodes: u32, directed: bool) -> NetworkData {
    let step = |k: u32, step: u32| (k, (k + step) % n_nodes);
    let pairs: Vec<(u32, u32)> = (0..n_nodes).flat_map(|k| [step(k, 1), step(k, 4), step(k, 9)]).collect();
    NetworkData {
        name: "ring".to_owned(),
        network: Network::from_pairs(n_nodes as usize, directed, &pairs),
        nodes: nodes(0..n_nodes),
        labels: None,
        split: LinkParts::default(),
        notes: Vec::new(),
    }
}

/// The ids of nodes by their numbers.
pub(crate) fn nodes(numbers: impl Iterator<Item = u32>) -> Names {
    let ids: Vec<String> = numbers.map(|node| format!("node-{node}")).collect();
    ids.iter().map(|id| (id.as_str(), None)).collect()
}

pub(crate) fn network_fit<'a>(model: &str, given: &str, data: &'a NetworkData) -> NetworkFit<'a> {
    let spec = find_model(model).unwrap();
    let settings = resolve_settings(spec, None, given.parse().unwrap()).unwrap();
    NetworkFit {
        spec,
        options: NetworkTrainOptions::from_settings(&settings.training).unwrap(),
        settings: settings.model,
        data,
        load_seconds: 0.5,
        seed: 7,
    }
}
