//! What a blend takes, before it is tried: the sum of what its parts take, each as often as it is tried.

use culet_model::{Cost, DataSize, Work, complete_settings, find_model};

use super::Config;
use super::embedding::EmbeddingPlan;
use super::fold::n_folds;
use super::linear::LinearSettings;

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
