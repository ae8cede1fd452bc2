//! The OpenAPI document, and a page that shows it.

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use bytes::Bytes;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, OpenApi};

use super::page::embedded;
use super::problems;
use crate::http::json_response;
use crate::service::Shared;

/// `/openapi.json`, `/docs` and its files.
pub(super) fn router(document: Bytes) -> Router<Shared> {
    let shown = |path: &'static str, bytes: &'static [u8]| {
        get(move |headers: HeaderMap| async move { embedded(path, bytes, &headers) })
    };
    Router::new()
        .route("/openapi.json", get(move || async move { json_response(StatusCode::OK, document) }))
        .route("/docs", shown("docs.html", include_bytes!("../docs/docs.html")))
        .route("/docs/docs.js", shown("docs.js", include_bytes!("../docs/docs.js")))
        .route("/docs/docs.css", shown("docs.css", include_bytes!("../docs/docs.css")))
}

/// The document as it is sent, with the schema of problems and, if one is asked for, the token.
pub(super) fn finished(mut document: OpenApi, asks_for_token: bool) -> Bytes {
    let components = document.components.get_or_insert_with(Components::new);
    let (name, schema) = problems::schema();
    components.schemas.insert(name, schema);
    if asks_for_token {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        document.security = Some(vec![SecurityRequirement::new("token", std::iter::empty::<String>())]);
    }
    // What the derives made is always told in JSON.
    serde_json::to_vec(&document).unwrap_or_default().into()
}
