//! The registry, for the classes of the package.

use culet::model::{Family, MODELS, ModelSpec, Setting};
use culet::train::{NETWORK_TRAINING, training_settings};
use pyo3::prelude::*;
use serde_json::{Value, json};

/// All models with their settings, as JSON.
#[pyfunction]
pub(crate) fn models() -> String {
    Value::from(MODELS.iter().map(model).collect::<Vec<_>>()).to_string()
}

fn model(spec: &ModelSpec) -> Value {
    let of_network = spec.family() == Family::Network;
    let training = if of_network { NETWORK_TRAINING.to_vec() } else { training_settings(spec) };
    let presets = spec.presets.iter().map(|preset| {
        json!({
            "name": preset.name,
            "help": preset.help,
            "settings": spec.preset(preset.name).ok(),
        })
    });
    json!({
        "name": spec.name,
        "class": spec.class,
        "title": spec.title,
        "summary": spec.summary,
        "paper": spec.paper,
        "of_network": of_network,
        "uses_graph": spec.uses_graph,
        "has_facets": spec.has_facets,
        "explains": spec.explains,
        "has_epochs": spec.has_epochs(),
        "new_users": spec.new_users,
        "presets": presets.collect::<Vec<_>>(),
        "settings": spec.settings.iter().map(setting).collect::<Vec<_>>(),
        "training": training.iter().map(setting).collect::<Vec<_>>(),
    })
}

fn setting(setting: &Setting) -> Value {
    let default = setting.parse(setting.default).ok().and_then(|value| serde_json::to_value(value).ok());
    json!({ "name": setting.name, "help": setting.help, "values": setting.kind.describe(), "default": default })
}
