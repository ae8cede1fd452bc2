//! Why a score is what it is.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use culet_answers::catalogue::ItemExplanation;
use culet_answers::network::LinkExplanation;
use culet_data::RunKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problems::{Always, OfBodies, OfIds};
use super::recommend::LONGEST;
use crate::http::{JsonBody, Params, Problem, json_response};
use crate::models::OfModel;
use crate::service::Shared;

/// Of a user's item, or of a pair of nodes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Explanation {
    Item(ItemExplanation),
    Link(Box<LinkExplanation>),
}

/// Why an item is recommended to a user, or an edge is likely.
///
/// A catalogue is asked by `user` and `item`, a network by `source` and `target`.
#[utoipa::path(
    get,
    path = "/explain",
    tag = "both",
    params(
        ("user" = Option<String>, Query, description = "Of a catalogue: the user, by id or name."),
        ("item" = Option<String>, Query, description = "Of a catalogue: the item, by id or name."),
        ("source" = Option<String>, Query, description = "Of a network: where the edge leads from."),
        ("target" = Option<String>, Query, description = "Of a network: where it leads to."),
        ("model" = Option<String>, Query, description = "The name of the model, the first one if not given."),
    ),
    responses((status = 200, body = OfModel<Explanation>), Always, OfIds)
)]
pub(crate) async fn explain(State(service): State<Shared>, uri: Uri) -> Result<Response, Problem> {
    let mut params = Params::new(&uri)?;
    let model = service.models.get(params.one("model")?.as_deref())?;
    let (first, second) = if model.kind() == RunKind::Network { ("source", "target") } else { ("user", "item") };
    let (first, second) = (params.needed(first)?, params.needed(second)?);
    params.end()?;
    let answer = move |pool: &_| {
        let found = if model.kind() == RunKind::Network {
            let found = model.network("links")?.explain(&first, &second, pool);
            found.map(|found| Explanation::Link(Box::new(found)))
        } else {
            model.catalogue("items")?.explain(&first, &second, pool).map(Explanation::Item)
        };
        model.told(found)
    };
    Ok(json_response(StatusCode::OK, service.desk.call(answer).await?))
}

/// An item, for somebody whom no model knows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryExplained {
    /// What was taken, by ids or by names that no other has.
    #[schema(min_items = 1, max_items = 10000)]
    history: Vec<String>,
    /// The item to explain.
    item: String,
}

/// Why an item is recommended to somebody whom no model knows, by what they took.
#[utoipa::path(
    post,
    path = "/explain",
    tag = "recommenders",
    params(("model" = Option<String>, Query, description = "The name of the model, the first one if not given.")),
    request_body = HistoryExplained,
    responses((status = 200, body = OfModel<ItemExplanation>), Always, OfIds, OfBodies)
)]
pub(crate) async fn explain_for(
    State(service): State<Shared>,
    uri: Uri,
    JsonBody(body): JsonBody<HistoryExplained>,
) -> Result<Response, Problem> {
    let mut params = Params::new(&uri)?;
    let model = service.models.get(params.one("model")?.as_deref())?;
    params.end()?;
    if body.history.is_empty() || body.history.len() > LONGEST {
        return Err(Problem::bad_body(format!("`history` has to list 1 to {LONGEST} items")));
    }
    let answer = move |pool: &_| {
        let answers = model.catalogue("items")?;
        model.told(answers.explain_for(&body.history, &body.item, pool))
    };
    Ok(json_response(StatusCode::OK, service.desk.call(answer).await?))
}
