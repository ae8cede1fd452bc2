//! Bodies and parts of the path, read so that whatever is wrong with them is told as a problem.

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::service::Shared;

/// The id in a path such as `/similar/{node}`.
pub(crate) struct IdOf(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for IdOf {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(id) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::bad_request("the id in the path is not UTF-8"))?;
        Ok(Self(id))
    }
}

/// A body in JSON.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Shared> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Shared) -> Result<Self, Problem> {
        if !is_json(request.headers().get(CONTENT_TYPE).map_or(&[][..], |value| value.as_bytes())) {
            return Err(Problem::not_json());
        }
        let most = service.limits.body_bytes;
        let body = tokio::time::timeout(service.limits.body, read(request.into_body(), most));
        let body = body.await.map_err(|_| Problem::slow_body())??;
        let text = str::from_utf8(&body).map_err(|_| Problem::bad_request("the body is not UTF-8"))?;
        serde_json::from_str(text).map(Self).map_err(|error| {
            // Where the text is no JSON at all, the request is at fault, and else what it says.
            let told = format!("the body makes no sense: {error}");
            if error.is_data() { Problem::bad_body(told) } else { Problem::bad_request(told) }
        })
    }
}

fn is_json(content_type: &[u8]) -> bool {
    let essence = content_type.split(|&byte| byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

/// All of it, unless it is too long; one that says so itself is not even begun.
async fn read(body: Body, most: usize) -> Result<Bytes, Problem> {
    if body.size_hint().lower() > most as u64 {
        return Err(Problem::body_too_large(most));
    }
    match Limited::new(body, most).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::body_too_large(most)),
        Err(_) => Err(Problem::bad_request("the body ended before its end").closing()),
    }
}
