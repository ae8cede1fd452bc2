//! What is like a node.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use culet_answers::catalogue::SimilarNodes;
use culet_answers::{Answers, AskError, NodeKind};
use culet_data::RunKind;

use super::problems::{Always, OfIds};
use crate::http::{IdOf, Params, Problem, json_response};
use crate::models::OfModel;
use crate::service::Shared;

/// What is like an item, a user, an entity, or a node of a network.
#[utoipa::path(
    get,
    path = "/similar/{node}",
    tag = "both",
    params(
        ("node" = String, Path, description = "What to compare with, by id or by a name that no other has."),
        ("k" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "How many, 10 if not given."),
        ("kind" = Option<NodeKind>, Query, description = "Of a catalogue: what it is, an item if not given."),
        ("aspect" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "Of a network: under this aspect alone."),
        ("model" = Option<String>, Query, description = "The name of the model, the first one if not given."),
    ),
    responses((status = 200, body = OfModel<SimilarNodes>), Always, OfIds)
)]
pub(crate) async fn similar(State(service): State<Shared>, IdOf(node): IdOf, uri: Uri) -> Result<Response, Problem> {
    let mut params = Params::new(&uri)?;
    let model = service.models.get(params.one("model")?.as_deref())?;
    let k = params.number("k", 1..=1000)?.unwrap_or(10);
    let aspect = params.number("aspect", 1..=1000)?;
    let kind = params.one("kind")?.map(|kind| node_kind(&kind)).transpose()?;
    params.end()?;
    let answer = move |pool: &_| {
        let found = match &model.answers {
            Answers::Catalogue(answers) => match aspect {
                Some(_) => Err(AskError::OtherKind { what: "aspects", found: RunKind::Catalogue }),
                None => answers.similar(kind.unwrap_or(NodeKind::Item), &node, k, pool),
            },
            Answers::Network(answers) => answers.similar(&node, k, aspect, pool),
        };
        model.told(found)
    };
    Ok(json_response(StatusCode::OK, service.desk.call(answer).await?))
}

/// # Errors
/// If it is none.
pub(crate) fn node_kind(text: &str) -> Result<NodeKind, Problem> {
    let kinds = [NodeKind::User, NodeKind::Item, NodeKind::Entity, NodeKind::Node];
    let found = kinds.into_iter().find(|kind| kind.word() == text);
    found.ok_or_else(|| Problem::bad_request("`kind` has to be `user`, `item`, `entity` or `node`"))
}
