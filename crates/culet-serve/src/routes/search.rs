//! Finding nodes by what somebody types.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use culet_answers::{Node, NodeKind};
use serde::Serialize;
use utoipa::ToSchema;

use super::problems::{Always, OfIds};
use super::similar::node_kind;
use crate::http::{Params, Problem, json_response};
use crate::models::OfModel;
use crate::search::Match;
use crate::service::Shared;

/// The longest text that is looked for, in characters.
const LONGEST: usize = 200;

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchResults {
    /// What was typed.
    query: String,
    /// The best first.
    results: Vec<SearchResult>,
}

/// Something that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchResult {
    #[serde(flatten)]
    node: Node,
    /// How it was found.
    #[serde(rename = "match")]
    how: Match,
}

/// Users, items, entities or nodes by ids and names: those that are what was typed, begin so, have words that begin so,
/// or words that begin nearly so.
#[utoipa::path(
    get,
    path = "/search",
    tag = "both",
    params(
        ("q" = String, Query, min_length = 1, max_length = 200, description = "What was typed."),
        ("kind" = Option<Vec<NodeKind>>, Query, style = Form, explode, description = "These kinds alone."),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 100, description = "How many, 10 if not given."),
        ("model" = Option<String>, Query, description = "The name of the model, the first one if not given."),
    ),
    responses((status = 200, body = OfModel<SearchResults>), Always, OfIds)
)]
pub(crate) async fn search(State(service): State<Shared>, uri: Uri) -> Result<Response, Problem> {
    let mut params = Params::new(&uri)?;
    let model = service.models.get(params.one("model")?.as_deref())?;
    let query = params.needed("q")?;
    let limit = params.number("limit", 1..=100)?.unwrap_or(10);
    let kinds: Vec<NodeKind> = params.all("kind").iter().map(|kind| node_kind(kind)).collect::<Result<_, _>>()?;
    params.end()?;
    if query.is_empty() || query.chars().count() > LONGEST {
        return Err(Problem::bad_request(format!("`q` has to have 1 to {LONGEST} characters")));
    }
    let answer = move |_: &_| {
        let searched = model.searched().ok_or_else(|| Problem::unavailable("the names are not yet in order"))?;
        let found = searched.search(&query, &kinds, limit);
        let result = |(kind, found): (NodeKind, crate::search::Found)| SearchResult {
            node: model.node(kind, found.node),
            how: found.how,
        };
        let results = found.into_iter().map(result).collect();
        model.json(SearchResults { query, results })
    };
    Ok(json_response(StatusCode::OK, service.desk.call(answer).await?))
}
