//! What happens to every request: it gets a name, is let in or not, may take only so long, is counted and logged.

use std::time::Instant;

use axum::body::HttpBody;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus::IntGauge;

use super::problem::Problem;
use super::request_id::{REQUEST_ID, request_id};
use crate::service::{Service, Shared};

/// Stands for all addresses that there are not.
const NO_ROUTE: &str = "none";

/// The layer around all handlers.
pub(crate) async fn guard(State(service): State<Shared>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let id = request_id(request.headers());
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let in_flight = InFlight::new(&service.metrics.in_flight);
    let mut response = match admit(&service, &request, route, in_flight.n) {
        Ok(()) => within_time(&service, request, next).await,
        Err(problem) => problem.into_response(),
    };
    drop(in_flight);
    add_headers(&mut response, &id);
    record(&service, &method, route, &response, start, &id);
    response
}

/// Whether anybody may ask for it, without a token and however busy the service is.
fn is_public(route: &str) -> bool {
    route.starts_with("/health/") || route == "/" || route.starts_with("/page/") || route.starts_with("/docs")
}

fn admit(service: &Service, request: &Request, route: &str, in_flight: i64) -> Result<(), Problem> {
    service.gate.check_host(request.uri(), request.headers())?;
    if is_public(route) {
        return Ok(());
    }
    service.gate.check_token(request.headers())?;
    if service.is_stopping() {
        return Err(Problem::unavailable("the service is stopping").closing());
    }
    if route != "/metrics" && in_flight > service.limits.requests as i64 {
        return Err(Problem::busy("too many requests at a time"));
    }
    Ok(())
}

async fn within_time(service: &Service, request: Request, next: Next) -> Response {
    match tokio::time::timeout(service.limits.request, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::busy("the answer took too long").into_response(),
    }
}

fn add_headers(response: &mut Response, id: &HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'self'"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(REQUEST_ID, id.clone());
    // Answers change with the model and with feedback.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

fn record(service: &Service, method: &Method, route: &str, response: &Response, start: Instant, id: &HeaderValue) {
    let seconds = start.elapsed().as_secs_f64();
    let status = response.status();
    // Methods that nobody thought of would be as many counters.
    let counted = if is_usual(method) { method.as_str() } else { "other" };
    service.metrics.requests.with_label_values(&[route, counted, status.as_str()]).inc();
    service.metrics.seconds.with_label_values(&[route]).observe(seconds);
    let bytes = response.body().size_hint().exact().unwrap_or(0);
    let (ms, id) = ((seconds * 1e6).round() / 1e3, id.to_str().unwrap_or_default());
    tracing::info!(target: "request", method = counted, route, status = status.as_u16(), ms, bytes, id);
}

fn is_usual(method: &Method) -> bool {
    [Method::GET, Method::POST, Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE, Method::PATCH]
        .contains(method)
}

/// Counts a request as long as it lives, also if the client goes away meanwhile.
struct InFlight<'a> {
    gauge: &'a IntGauge,
    n: i64,
}

impl<'a> InFlight<'a> {
    fn new(gauge: &'a IntGauge) -> Self {
        gauge.inc();
        Self { gauge, n: gauge.get() }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.gauge.dec();
    }
}
