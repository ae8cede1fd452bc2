//! What a blend takes, before it is tried: the sum of what its parts take, each as often as it is tried.

use culet_model::{Cost, DataSize, Work, complete_settings, find_model};

use super::Config;
use super::embedding::EmbeddingPlan;
use super::fold::n_folds;
use super::linear::LinearSettings;
use crate::estimate::{DiskBytes, vectors, weights};

/// Settings of the linear model that are tried, with a graph and without.
const TRIED: [f64; 2] = [14.0, 10.0];

/// What choosing and refitting take.
pub(crate) fn blend_cost(settings: &toml::Table, size: &DataSize) -> Cost {
    let config: Config = settings.clone().try_into().expect("all are fields");
    let folds = n_folds(size.pairs as usize) as f64;
    let has_graph = size.triplets > 0.0;
    let mut once = Work::default();
    let mut bytes = 0.0_f64;
    let mut add = |model: &str, text: &str, times: &dyn Fn(Cost) -> Work, batch: f64, kept: f64| {
        let spec = find_model(model).expect("one of the registry's");
        let given = text.parse().expect("written in TOML");
        let complete = complete_settings(spec.settings, &given).expect("in range");
        let cost = spec.cost.expect("all but blends tell")(&complete, batch, size);
        once = once.and(times(cost));
        bytes += kept * cost.bytes;
    };
    let tried = TRIED[usize::from(!has_graph)] * folds + 1.0;
    let neighbours = LinearSettings::neighbours_for(size.items as usize, config.neighbours);
    let linear = match neighbours {
        0 => ("ease", format!("keep = {}", (size.items as usize).max(1))),
        n => ("ease-sparse", format!("neighbours = {n}\nkeep = {n}")),
    };
    add(linear.0, &linear.1, &|cost| cost.once.times(tried), 0.0, folds);
    if config.embedding != "none" {
        let plan = EmbeddingPlan::new(&config, size.pairs as usize, folds as usize, false);
        let forms = if has_graph && plan.knows_facts() { 2.0 } else { 1.0 };
        let starts = folds * plan.n_starts as f64;
        // Each form once in each fold, the better one from all starts, and all of these again in the end.
        let epochs = plan.options.epochs as f64 * (folds * (forms - 1.0) + 2.0 * starts);
        add(plan.model, &plan.settings.to_string(), &|cost| cost.epoch.times(epochs), plan.options.batch as f64, 1.0);
    }
    if config.factors {
        add("als", "", &|cost| cost.once.times(folds + 1.0), 0.0, folds);
    }
    Cost { once, bytes, ..Cost::default() }
}

/// What the parts take on the disk, and a state on the way to them.
pub(crate) fn blend_disk(settings: &toml::Table, size: &DataSize) -> DiskBytes {
    let config: Config = settings.clone().try_into().expect("all are fields");
    let folds = n_folds(size.pairs as usize);
    let keep = match LinearSettings::neighbours_for(size.items as usize, config.neighbours) {
        0 => size.items,
        // Twice as many are tried in the end.
        n => 2.0 * n as f64,
    };
    let (mut run, mut state) = (weights(size, keep), 0.0);
    if config.embedding != "none" {
        let plan = EmbeddingPlan::new(&config, size.pairs as usize, folds, false);
        let (starts, set) = ((folds as u64 * plan.n_starts) as f64, vectors(size, config.dim as f64));
        run += starts * set;
        // Those that choose, without facts and with them, those of the refit, and the tables of the one that is trained.
        state += (2.0 * starts + folds as f64 + 4.0) * set;
    }
    if config.factors {
        let of_als = find_model("als").and_then(|spec| complete_settings(spec.settings, &toml::Table::new()));
        let dim = of_als.expect("one of the registry's")["dim"].as_integer().expect("a number of numbers");
        run += vectors(size, dim as f64);
        state += (folds as f64 + 1.0) * vectors(size, dim as f64);
    }
    DiskBytes { run, states: state }
}
