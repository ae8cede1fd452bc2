//! What a search found: the order of its trials, the settings that the best share, and what to train with.

use culet_model::{ModelError, Range, Scale};

use crate::{Search, Select, TrainOptions, Trial};

/// What a setting was among the best trials.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Finding {
    /// The setting.
    pub name: &'static str,
    /// Where it was looked for, in words.
    pub searched: String,
    /// What it was in the best trial.
    pub best: toml::Value,
    /// What it was among the best.
    pub among_best: Spread,
}

/// The values of a setting in some trials.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(untagged)]
pub enum Spread {
    /// The least and the greatest.
    Numbers(f64, f64),
    /// Words, and how often each was taken; the most frequent first, those never taken left out.
    Words(Vec<(String, usize)>),
}

/// What to train with after a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The settings of the model, complete.
    pub model: toml::Table,
    /// Those of the training: as in the trial.
    pub options: TrainOptions,
    /// The epoch that was best; 0 for a model without epochs.
    pub best_epoch: u64,
}

impl Chosen {
    /// The settings of a training on everything that may be learned from: as many epochs as were best, and no
    /// evaluation, since nothing is left to select by.
    #[must_use]
    pub fn options_on_everything(&self) -> TrainOptions {
        let epochs = self.best_epoch.max(1);
        TrainOptions { epochs, evaluate_every: 0, select: Select::Validation, refit: true, ..self.options.clone() }
    }
}

impl Search {
    /// What to train with after a trial; none if its training failed.
    ///
    /// # Errors
    /// [`ModelError`] for a setting that is unknown or out of range.
    pub fn chosen(&self, trial: &Trial) -> Result<Option<Chosen>, ModelError> {
        if trial.metrics.is_empty() {
            return Ok(None);
        }
        let (model, options) = self.complete(&trial.settings)?;
        Ok(Some(Chosen { model, options, best_epoch: trial.best_epoch }))
    }
}

/// Trials from the best to the worst; of equal ones the earlier first.
#[must_use]
pub fn ranked_trials(trials: &[Trial]) -> Vec<&Trial> {
    let mut ranked: Vec<&Trial> = trials.iter().collect();
    ranked.sort_by(|a, b| b.value.total_cmp(&a.value));
    ranked
}

/// How many of so many trials count as the best: a fifth, but two at least.
#[must_use]
pub fn n_best(n_trials: usize) -> usize {
    n_trials.div_ceil(5).max(2).min(n_trials)
}

/// What each setting was among the best trials; nothing before there are any.
#[must_use]
pub fn findings(ranges: &[Range], trials: &[Trial]) -> Vec<Finding> {
    let ranked = ranked_trials(trials);
    let best = &ranked[..n_best(trials.len())];
    let of = |range: &Range| {
        let values: Vec<&toml::Value> = best.iter().filter_map(|trial| trial.settings.get(range.name)).collect();
        let first = (*values.first()?).clone();
        Some(Finding { name: range.name, searched: range.describe(), best: first, among_best: spread(range, &values) })
    };
    ranges.iter().filter_map(of).collect()
}

fn spread(range: &Range, values: &[&toml::Value]) -> Spread {
    let number = |value: &toml::Value| value.as_float().or_else(|| value.as_integer().map(|n| n as f64));
    let numbers: Vec<f64> = values.iter().filter_map(|value| number(value)).collect();
    if !matches!(range.scale, Scale::Words(_)) && !numbers.is_empty() {
        return Spread::Numbers(
            numbers.iter().copied().fold(f64::INFINITY, f64::min),
            numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        );
    }
    let mut counts: Vec<(String, usize)> = Vec::new();
    for value in values {
        let word = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Spread::Words(counts)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn trial(number: u64, settings: &str, value: f64) -> Trial {
        Trial {
            number,
            settings: settings.parse().unwrap(),
            value,
            metrics: BTreeMap::from([("recall@20".to_owned(), value)]),
            best_epoch: 7,
            curve: Vec::new(),
            pruned: false,
            seconds: 0.0,
        }
    }

    const RANGES: [Range; 2] = [
        Range { name: "dim", scale: Scale::Whole(8, 64) },
        Range { name: "loss", scale: Scale::Words(&["bpr", "softmax"]) },
    ];

    #[test]
    fn the_best_fifth_is_told_by_hand() {
        let values = [0.1, 0.5, 0.4, 0.5, 0.2, 0.3, 0.0, 0.45, 0.05, 0.06, 0.07];
        let losses = ["bpr", "softmax", "bpr", "bpr", "bpr", "bpr", "bpr", "softmax", "bpr", "bpr", "bpr"];
        let trial = |(k, (value, loss)): (usize, (&f64, &&str))| {
            trial(k as u64, &format!("dim = {}\nloss = '{loss}'", 8 + k), *value)
        };
        let trials: Vec<Trial> = values.iter().zip(&losses).enumerate().map(trial).collect();
        let order: Vec<u64> = ranked_trials(&trials).iter().map(|trial| trial.number).collect();
        assert_eq!(order[..5], [1, 3, 7, 2, 5]);
        assert_eq!((n_best(11), n_best(2), n_best(1), n_best(0)), (3, 2, 1, 0));
        let found = findings(&RANGES, &trials);
        assert_eq!(found[0].among_best, Spread::Numbers(9.0, 15.0));
        assert_eq!(
            (&found[0].best, &found[1].best),
            (&toml::Value::Integer(9), &toml::Value::String("softmax".into()))
        );
        assert_eq!(found[1].among_best, Spread::Words(vec![("softmax".into(), 2), ("bpr".into(), 1)]));
        assert!(findings(&RANGES, &[]).is_empty());
    }

    #[test]
    fn a_training_on_everything_has_the_best_number_of_epochs() {
        let search = Search {
            spec: culet_model::find_model("bpr-mf").unwrap(),
            fixed: "batch = 99\nselect = 'test'\nevaluate_every = 3".parse().unwrap(),
            ranges: vec![Range { name: "learning_rate", scale: Scale::Log(1e-4, 1e-1) }],
            method: crate::SearchMethod::Tpe,
            metric: "recall@20".into(),
            seed: 1,
        };
        let best = trial(3, "learning_rate = 0.02", 0.3);
        let chosen = search.chosen(&best).unwrap().unwrap();
        let options = chosen.options_on_everything();
        assert_eq!((options.epochs, options.batch, options.learning_rate), (7, 99, 0.02));
        assert_eq!((options.evaluate_every, options.select), (0, Select::Validation));
        let failed = Trial { metrics: BTreeMap::new(), ..best };
        assert_eq!(search.chosen(&failed).unwrap(), None);
    }
}
