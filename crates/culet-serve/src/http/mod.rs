//! HTTP itself: connections, the guard before all handlers, parameters, bodies, problems.

mod access;
mod body;
mod connections;
mod guard;
mod params;
mod patient;
mod problem;
mod request_id;

pub(crate) use access::Gate;
pub(crate) use body::{IdOf, JsonBody};
pub(crate) use connections::{Connections, accept};
pub(crate) use guard::guard;
pub(crate) use params::Params;
pub(crate) use problem::{PROBLEM_JSON, Problem, TOLD_TO_OTHERS, no_such_address, no_such_method};

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;

/// An answer in JSON.
pub(crate) fn json_response(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
