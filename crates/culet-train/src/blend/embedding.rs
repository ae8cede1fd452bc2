//! The embedding to blend in: how it is trained, from how many starts, with or without the graph.

use std::sync::Arc;

use culet_model::{Representation, find_model};

use super::Config;
use super::component::Recipe;
use crate::{Schedule, TrainOptions};

/// With fewer pairs steps are small and end when they no longer help, and several starts are averaged.
const FEW_PAIRS: usize = 200_000;
/// Pairs of all starts together, where there are several.
const PAIRS_OF_STARTS: usize = 250_000;
const MOST_STARTS: usize = 6;

/// What is trained, and how.
#[derive(Clone)]
pub(super) struct EmbeddingPlan {
    pub(super) model: &'static str,
    pub(super) settings: toml::Table,
    pub(super) options: TrainOptions,
    /// Trainings whose scores are averaged, in each fold.
    pub(super) n_starts: u64,
}

impl EmbeddingPlan {
    pub(super) fn new(config: &Config, n_pairs: usize, n_folds: usize, facts: bool) -> Self {
        let (model, own) = match config.embedding.as_str() {
            "kgin" => ("kgin", "hops = 2\nloss = 'softmax'".to_owned()),
            _ => ("softmax-mf", format!("history_dropout = 0.2\nfacts = {facts}")),
        };
        let epochs = |most: usize| (13_000_000 / n_pairs.max(1)).clamp(8, most) as u64;
        let every = TrainOptions { learning_rate: 3e-3, patience: 4, ..TrainOptions::default() };
        let (sharpness, options, n_starts) = if n_pairs < FEW_PAIRS {
            let options = TrainOptions { epochs: epochs(90), batch: 1024, evaluate_every: 5, ..every };
            let n_starts = (PAIRS_OF_STARTS / n_pairs.max(1)).clamp(1, MOST_STARTS).div_ceil(n_folds);
            ("temperature = 0.2\nnegatives = 1024", options, n_starts as u64)
        } else {
            let schedule = Schedule::Linear;
            let options = TrainOptions { epochs: epochs(40), batch: 4096, evaluate_every: 2, schedule, ..every };
            ("temperature = 0.1\nnegatives = 512", options, 1)
        };
        let text = format!("dim = {}\n{sharpness}\n{own}", config.dim);
        Self { model, settings: text.parse().expect("written in TOML"), options, n_starts }
    }

    pub(super) fn describe(&self) -> String {
        let facts = self.settings.get("facts").is_some_and(|facts| facts.as_bool() == Some(true));
        format!("{}{}", self.model, if facts { " with facts" } else { "" })
    }

    /// How it is made again, with these epochs of the starts.
    pub(super) fn recipe(&self, epochs: Vec<u64>) -> Recipe {
        Recipe::Embedding { model: self.model, epochs, options: self.options.clone() }
    }

    /// Whether its model can learn vectors of facts.
    pub(super) fn knows_facts(&self) -> bool {
        let spec = find_model(self.model).expect("one of the registry's");
        spec.settings.iter().any(|setting| setting.name == "facts")
    }
}

/// What the starts of a fold gave.
#[derive(Default)]
pub(super) struct Starts {
    pub(super) sets: Vec<Arc<Representation>>,
    /// The best epoch of each.
    pub(super) epochs: Vec<u64>,
}
