//! Which models are served, and how each was made.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use culet_answers::Answers;
use culet_data::{Manifest, RunKind};
use culet_model::find_model;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::problems::{Always, OfIds};
use crate::http::{IdOf, Params, Problem, json_response};
use crate::models::{Model, json};
use crate::service::Shared;

/// All models.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelList {
    /// The default first.
    models: Vec<ModelTold>,
}

/// A model in brief.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelTold {
    /// By which requests choose it.
    name: String,
    /// The first 12 digits of the checksum of `manifest.json`.
    version: String,
    /// `catalogue` or `network`.
    kind: &'static str,
    /// The registered name.
    model: String,
    /// The full name.
    title: String,
    /// The data set that it was trained on.
    data: String,
    /// Whether requests that choose none get it.
    default: bool,
    /// How often the run folder was written.
    generation: u64,
    /// Since when it is served.
    loaded_s_ago: f64,
    /// How much there is of what.
    counts: BTreeMap<&'static str, usize>,
    /// Whether it learned facets.
    has_facets: bool,
    /// Whether there is a map of it: it scores by vectors alone, or is of a network.
    has_map: bool,
    /// Whether it can tell why a score is what it is.
    explains: bool,
    /// By part (`valid`, `test`) and metric.
    metrics: BTreeMap<String, BTreeMap<String, f64>>,
}

/// A model in full.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelInFull {
    #[serde(flatten)]
    brief: ModelTold,
    /// All settings.
    config: Value,
    /// The events of the training.
    history: Vec<Value>,
    /// By phase.
    seconds: BTreeMap<String, f64>,
    /// How it was judged.
    protocol: Value,
    /// How it was selected.
    selection: Selected,
    /// How far what its reasons name carries the scores, if that was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    faithfulness: Option<Value>,
}

/// How a model was selected.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Selected {
    /// `validation` or `test`.
    on: Value,
    /// The epoch, if the model has epochs.
    #[serde(skip_serializing_if = "Option::is_none")]
    best_epoch: Option<u64>,
}

/// The models that are served.
#[utoipa::path(get, path = "/models", tag = "service", responses((status = 200, body = ModelList), Always))]
pub(crate) async fn models(State(service): State<Shared>, uri: Uri) -> Result<Response, Problem> {
    Params::new(&uri)?.end()?;
    let slots = service.models.slots().iter().enumerate();
    let models = slots.map(|(k, slot)| told(&slot.current(), k == 0)).collect();
    Ok(json_response(StatusCode::OK, json(&ModelList { models })?))
}

/// A model with its settings and the history of its training.
#[utoipa::path(
    get,
    path = "/models/{name}",
    tag = "service",
    params(("name" = String, Path, description = "The name of the model.")),
    responses((status = 200, body = ModelInFull), Always, OfIds)
)]
pub(crate) async fn model(State(service): State<Shared>, IdOf(name): IdOf, uri: Uri) -> Result<Response, Problem> {
    Params::new(&uri)?.end()?;
    let model = service.models.get(Some(&name))?;
    let is_default = service.models.slots().first().is_some_and(|slot| slot.name() == name);
    // The history is read from the disk.
    let answer = service.desk.call(move |_| json(&in_full(&model, is_default))).await?;
    Ok(json_response(StatusCode::OK, answer))
}

fn told(model: &Model, default: bool) -> ModelTold {
    let manifest = model.answers.manifest();
    let spec = find_model(&manifest.summary.model).ok();
    let reference = model.reference.clone();
    ModelTold {
        name: reference.name,
        version: reference.version,
        kind: if model.kind() == RunKind::Network { "network" } else { "catalogue" },
        title: spec.map_or_else(|| reference.model.clone(), |spec| spec.title.to_owned()),
        model: reference.model,
        data: reference.data,
        default,
        generation: manifest.generation,
        loaded_s_ago: (model.opened.elapsed().as_secs_f64() * 1e3).round() / 1e3,
        counts: counts(&model.answers),
        has_facets: spec.is_some_and(|spec| spec.has_facets),
        has_map: match &model.answers {
            Answers::Catalogue(answers) => answers.stored().vectors().is_some(),
            Answers::Network(_) => true,
        },
        explains: spec.is_some_and(|spec| spec.explains),
        metrics: finite(manifest),
    }
}

fn counts(answers: &Answers) -> BTreeMap<&'static str, usize> {
    match answers {
        Answers::Catalogue(answers) => {
            let parts = answers.stored().catalogue();
            BTreeMap::from([
                ("users", parts.train.n_users()),
                ("items", parts.train.n_items()),
                ("entities", parts.graph.n_entities()),
                ("facts", parts.graph.triplets().len()),
                ("interactions", answers.stored().history().n_pairs()),
            ])
        }
        Answers::Network(answers) => {
            let network = &answers.stored().data().network;
            BTreeMap::from([("nodes", network.n_nodes()), ("edges", network.n_edges())])
        }
    }
}

/// The metrics, but for those that are no numbers, which JSON does not have.
fn finite(manifest: &Manifest) -> BTreeMap<String, BTreeMap<String, f64>> {
    let of_part = |metrics: &BTreeMap<String, f64>| -> BTreeMap<String, f64> {
        metrics.iter().filter(|(_, value)| value.is_finite()).map(|(name, value)| (name.clone(), *value)).collect()
    };
    manifest.summary.metrics.iter().map(|(part, metrics)| (part.clone(), of_part(metrics))).collect()
}

fn in_full(model: &Model, is_default: bool) -> ModelInFull {
    let manifest = model.answers.manifest();
    let summary = &manifest.summary;
    let run = model.answers.run();
    // A line that is being written at this moment may be cut off; the model answers without its history.
    let history = run.history().unwrap_or_default();
    let protocol = serde_json::to_value(&summary.protocol).unwrap_or_default();
    ModelInFull {
        brief: told(model, is_default),
        config: summary.config.clone(),
        history,
        seconds: summary.seconds.iter().filter(|(_, s)| s.is_finite()).map(|(phase, &s)| (phase.clone(), s)).collect(),
        selection: Selected { on: protocol["selection"].clone(), best_epoch: summary.best_epoch },
        protocol,
        faithfulness: summary.extra.get("faithfulness").filter(|told| told.is_object()).cloned(),
    }
}
