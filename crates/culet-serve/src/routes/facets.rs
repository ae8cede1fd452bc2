//! The facets that a model learned: of users, of nodes, and of all.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use culet_answers::catalogue::Intent;
use culet_answers::network::{Groups, NodeFacets};
use culet_answers::{Answers, Node};
use serde::Serialize;
use utoipa::ToSchema;

use super::problems::{Always, OfIds};
use crate::http::{IdOf, Params, Problem, json_response};
use crate::models::OfModel;
use crate::service::Shared;

/// Nodes that are told as typical of a facet.
const TYPICAL: usize = 8;

/// Of all users, or of all nodes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Facets {
    Intents(Intents),
    Groups(Groups),
}

/// The intents of all users.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Intents {
    /// The largest mean share first.
    intents: Vec<Intent>,
}

/// The facets of a user or of a node.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum FacetsOfOne {
    User(IntentsOfUser),
    Node(NodeFacets),
}

/// The intents of a user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IntentsOfUser {
    /// The user.
    node: Node,
    /// The largest share first.
    intents: Vec<Intent>,
}

/// The intents of all users, or the groups of the nodes of a network.
#[utoipa::path(
    get,
    path = "/facets",
    tag = "both",
    params(("model" = Option<String>, Query, description = "The name of the model, the first one if not given.")),
    responses((status = 200, body = OfModel<Facets>), Always, OfIds)
)]
pub(crate) async fn facets(State(service): State<Shared>, uri: Uri) -> Result<Response, Problem> {
    let mut params = Params::new(&uri)?;
    let model = service.models.get(params.one("model")?.as_deref())?;
    params.end()?;
    if let Some(groups) = model.groups.get() {
        return Ok(json_response(StatusCode::OK, groups.clone()));
    }
    let answer = move |pool: &_| match &model.answers {
        Answers::Catalogue(answers) => {
            let found = answers.facets(None).map_err(|error| model.problem(&error))?;
            model.json(Facets::Intents(Intents { intents: found.intents }))
        }
        Answers::Network(answers) => {
            let found = answers.groups(None, TYPICAL, 0, pool).map_err(|error| model.problem(&error))?;
            let told = model.json(Facets::Groups(found))?;
            Ok(model.groups.get_or_init(|| told).clone())
        }
    };
    Ok(json_response(StatusCode::OK, service.desk.call(answer).await?))
}

/// The intents of a user, or the aspects of a node of a network.
#[utoipa::path(
    get,
    path = "/facets/{node}",
    tag = "both",
    params(
        ("node" = String, Path, description = "The user or node, by id or by a name that no other has."),
        ("model" = Option<String>, Query, description = "The name of the model, the first one if not given."),
    ),
    responses((status = 200, body = OfModel<FacetsOfOne>), Always, OfIds)
)]
pub(crate) async fn facets_of(State(service): State<Shared>, IdOf(node): IdOf, uri: Uri) -> Result<Response, Problem> {
    let mut params = Params::new(&uri)?;
    let model = service.models.get(params.one("model")?.as_deref())?;
    params.end()?;
    let answer = move |_: &_| {
        let found = match &model.answers {
            Answers::Catalogue(answers) => answers.facets(Some(&node)).and_then(|found| {
                let node = answers.user_node(answers.user(&node)?);
                Ok(FacetsOfOne::User(IntentsOfUser { node, intents: found.intents }))
            }),
            Answers::Network(answers) => answers.facets(&node, TYPICAL).map(FacetsOfOne::Node),
        };
        model.told(found)
    };
    Ok(json_response(StatusCode::OK, service.desk.call(answer).await?))
}
