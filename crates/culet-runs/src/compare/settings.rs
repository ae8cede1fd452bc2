//! What differs between the settings of runs.

use std::collections::{BTreeMap, BTreeSet};

use culet_data::RunSummary;
use culet_model::{ModelSpec, find_model};
use serde_json::Value;

use super::judged::Judged;
use crate::claim::leaves;

/// The settings that are not the same in all runs, with the value of each run; `-` where a run has no such setting.
pub(super) fn differing_settings(runs: &[Judged]) -> BTreeMap<String, Vec<String>> {
    let settings: Vec<BTreeMap<String, String>> = runs.iter().map(|run| settings_of(run.summary())).collect();
    let names: BTreeSet<&String> = settings.iter().flat_map(BTreeMap::keys).collect();
    let row = |name: &String| {
        let values: Vec<String> =
            settings.iter().map(|own| own.get(name).cloned().unwrap_or_else(|| "-".to_owned())).collect();
        values.iter().any(|value| *value != values[0]).then(|| (name.clone(), values))
    };
    names.into_iter().filter_map(row).collect()
}

fn settings_of(summary: &RunSummary) -> BTreeMap<String, String> {
    let mut parts = vec![("model", &summary.config["model"])];
    let spec = find_model(&summary.model).ok();
    // A model that is fitted at once has no settings of a training.
    if spec.is_some_and(ModelSpec::has_epochs) {
        parts.push(("training", &summary.config["training"]));
    }
    let mut settings = BTreeMap::new();
    if spec.is_none_or(|spec| spec.uses_graph) {
        settings.insert("kg".to_owned(), in_words(&summary.config["graph"]));
    }
    for (part, value) in parts {
        let mut found = BTreeMap::new();
        leaves("", value, &mut found);
        settings.extend(found.into_iter().map(|(name, value)| (format!("{part}.{name}"), in_words(value))));
    }
    if summary.extra["started_from_a_run"] == true {
        settings.insert("started from a run".to_owned(), "yes".to_owned());
    }
    settings.insert("seed".to_owned(), summary.seed.to_string());
    if let Some(epoch) = summary.best_epoch {
        settings.insert("best epoch".to_owned(), epoch.to_string());
    }
    settings
}

fn in_words(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
