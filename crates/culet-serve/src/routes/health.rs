//! Whether the service lives and is ready, and what it counts.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use utoipa::ToSchema;

use super::problems::Always;
use crate::http::{Problem, json_response};
use crate::service::Shared;

/// How the service is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `live` or `ready`.
    status: &'static str,
}

/// Whether the process answers at all.
#[utoipa::path(get, path = "/health/live", tag = "service", responses((status = 200, body = Health), Always))]
pub(crate) async fn live() -> Response {
    json_response(StatusCode::OK, Bytes::from_static(br#"{"status":"live"}"#))
}

/// Whether requests should be sent here: no longer once the service was told to stop.
#[utoipa::path(get, path = "/health/ready", tag = "service", responses((status = 200, body = Health), Always))]
pub(crate) async fn ready(State(service): State<Shared>) -> Result<Response, Problem> {
    if service.is_stopping() {
        return Err(Problem::unavailable("the service is stopping").closing());
    }
    Ok(json_response(StatusCode::OK, Bytes::from_static(br#"{"status":"ready"}"#)))
}

/// Counts and times, for Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "service",
    responses((status = 200, body = String, content_type = "text/plain; version=0.0.4"), Always)
)]
pub(crate) async fn metrics(State(service): State<Shared>) -> Response {
    let mut response = service.metrics.text().into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"));
    response
}
