//! A picture of an embedding in the plane.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use culet_answers::{Answers, Map, MapWish};

use super::problems::{Always, OfIds};
use crate::http::{Params, Problem, json_response};
use crate::models::OfModel;
use crate::service::Shared;

/// Points in the plane, near each other where vectors are alike: the first two principal components of users, items or
/// nodes, some of them where there are too many.
#[utoipa::path(
    get,
    path = "/map",
    tag = "both",
    params(
        ("n" = Option<usize>, Query, minimum = 10, maximum = 5000, description = "How many points, 1000 if not given."),
        ("model" = Option<String>, Query, description = "The name of the model, the first one if not given."),
    ),
    responses((status = 200, body = OfModel<Map>), Always, OfIds)
)]
pub(crate) async fn map(State(service): State<Shared>, uri: Uri) -> Result<Response, Problem> {
    let mut params = Params::new(&uri)?;
    let model = service.models.get(params.one("model")?.as_deref())?;
    let n = params.number("n", 10..=5000)?.unwrap_or(1000);
    params.end()?;
    let answer = move |pool: &_| {
        model.told(match &model.answers {
            Answers::Catalogue(answers) => answers.map(&MapWish::new(n, 0), pool),
            Answers::Network(answers) => answers.map(&MapWish::new(n, 0), pool),
        })
    };
    Ok(json_response(StatusCode::OK, service.desk.call(answer).await?))
}
