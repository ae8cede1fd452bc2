//! Edges that are likely to come.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use culet_answers::network::Links;

use super::problems::{Always, OfIds};
use crate::http::{IdOf, Params, Problem, json_response};
use crate::models::OfModel;
use crate::service::Shared;

/// The likeliest new edges of a node of a network.
#[utoipa::path(
    get,
    path = "/links/{node}",
    tag = "networks",
    params(
        ("node" = String, Path, description = "The node, by id or by a name that no other has."),
        ("k" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "How many, 10 if not given."),
        ("model" = Option<String>, Query, description = "The name of the model, the first one if not given."),
    ),
    responses((status = 200, body = OfModel<Links>), Always, OfIds)
)]
pub(crate) async fn links(State(service): State<Shared>, IdOf(node): IdOf, uri: Uri) -> Result<Response, Problem> {
    let mut params = Params::new(&uri)?;
    let model = service.models.get(params.one("model")?.as_deref())?;
    let k = params.number("k", 1..=1000)?.unwrap_or(10);
    params.end()?;
    let answer = move |pool: &_| {
        let answers = model.network("links")?;
        model.told(answers.links(Some(&node), k, pool))
    };
    Ok(json_response(StatusCode::OK, service.desk.call(answer).await?))
}
