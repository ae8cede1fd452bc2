//! The addresses of the service, each with its line of the OpenAPI document.

mod docs;
mod explain;
mod facets;
mod feedback;
mod health;
mod links;
mod map;
mod models;
mod page;
mod problems;
mod recommend;
mod search;
mod similar;

use axum::Router;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderValue, Method};
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ServeError;
use crate::http::{Problem, TOLD_TO_OTHERS, guard, no_such_address, no_such_method};
use crate::service::Shared;

/// All addresses, behind the guard.
///
/// # Errors
/// [`ServeError::Name`] for what is no origin.
pub(crate) fn router(service: Shared, allow_origins: &[String]) -> Result<Router, ServeError> {
    let (router, document) = described();
    let document = docs::finished(document, service.gate.asks_for_token());
    let metrics = std::sync::Arc::clone(&service.metrics);
    let panicked = move |_: Box<dyn std::any::Any + Send>| {
        metrics.panics.inc();
        Problem::internal().into_response()
    };
    let router = router
        .merge(page::router())
        .merge(docs::router(document))
        .fallback(no_such_address)
        .method_not_allowed_fallback(no_such_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(service.clone(), guard));
    let router = if allow_origins.is_empty() { router } else { router.layer(cors(allow_origins)?) };
    Ok(router.with_state(service))
}

#[derive(OpenApi)]
#[openapi(info(
    title = "Culet",
    description = "Recommendations, links and explanations out of run folders. Ids are those of the data; what \
                   has a name that no other has, may be asked for by it too.",
))]
struct Document;

fn described() -> (Router<Shared>, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(recommend::recommend))
        .routes(routes!(recommend::recommend_for))
        .routes(routes!(similar::similar))
        .routes(routes!(links::links))
        .routes(routes!(explain::explain, explain::explain_for))
        .routes(routes!(facets::facets))
        .routes(routes!(facets::facets_of))
        .routes(routes!(search::search))
        .routes(routes!(map::map))
        .routes(routes!(feedback::feedback))
        .routes(routes!(models::models))
        .routes(routes!(models::model))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .split_for_parts()
}

fn cors(origins: &[String]) -> Result<CorsLayer, ServeError> {
    let mut allowed = Vec::new();
    for origin in origins {
        let wrong = || ServeError::Name { what: "origin", value: origin.clone() };
        let is_origin =
            origin == "*" || origin.split_once("://").is_some_and(|(_, host)| !host.is_empty() && !host.contains('/'));
        let value = HeaderValue::from_str(origin).ok().filter(|_| is_origin).ok_or_else(wrong)?;
        allowed.push(value);
    }
    let any = origins.iter().any(|origin| origin == "*");
    let origins = if any { AllowOrigin::any() } else { AllowOrigin::list(allowed) };
    Ok(CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
        .expose_headers(TOLD_TO_OTHERS))
}
