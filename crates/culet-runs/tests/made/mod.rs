//! A small catalogue, and fits of it.

use culet_data::{CatalogueConfig, Dataset, synthesise};
use culet_eval::RankingProtocol;
use culet_model::find_model;
use culet_runs::{CatalogueFit, resolve_settings};
use culet_train::{GraphKind, TrainOptions};
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
