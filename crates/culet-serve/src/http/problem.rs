//! What a client is told when something does not work: RFC 9457, as `application/problem+json`.

use axum::body::Body;
use axum::http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use culet_answers::AskError;
use serde::Serialize;
use utoipa::ToSchema;

/// The content type of problems.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request has no answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// What kind of problem it is: `about:blank` if the status says it all.
    #[serde(rename = "type")]
    #[schema(example = "/problems/unknown-id")]
    kind: &'static str,
    /// The kind in words.
    #[schema(example = "unknown id")]
    title: &'static str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    status: u16,
    /// What is wrong with this request.
    #[schema(example = "there is no user `alcie` in this run")]
    detail: String,
    /// A way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "did you mean `alice`?")]
    hint: Option<String>,
    /// Seconds after which to try again.
    #[serde(skip)]
    retry_after_s: Option<u64>,
    /// Whether the rest of the connection cannot be used, as with a body that was not read.
    #[serde(skip)]
    closes: bool,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { kind, title, status: status.as_u16(), detail, hint: None, retry_after_s: None, closes: false }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// A parameter, a path or a body that makes no sense.
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "/problems/bad-request", "the request makes no sense", detail)
    }

    pub(crate) fn unauthorized(detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "about:blank", "unauthorized", detail)
            .hint("send the header `Authorization: Bearer TOKEN` with the token of this service")
    }

    /// A name that this service does not go by, as after DNS rebinding.
    pub(crate) fn foreign_host(host: &str) -> Self {
        let detail = format!("this service does not answer for the host `{host}`");
        Self::new(StatusCode::MISDIRECTED_REQUEST, "/problems/foreign-host", "misdirected request", detail)
            .hint("ask for `localhost` or `127.0.0.1`; or start it with `--allow-host NAME` or with a token")
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "about:blank", "not found", detail)
    }

    pub(crate) fn unknown_model(name: &str) -> Self {
        let detail = format!("there is no model `{name}` here");
        Self::new(StatusCode::NOT_FOUND, "/problems/unknown-model", "unknown model", detail)
            .hint("`/models` lists those that are served")
    }

    pub(crate) fn no_feedback() -> Self {
        let detail = "this service keeps no feedback";
        Self::new(StatusCode::NOT_FOUND, "/problems/no-feedback", "feedback is not kept", detail)
            .hint("start it with `--feedback FOLDER`")
    }

    pub(crate) fn method_not_allowed(method: &str) -> Self {
        let detail = format!("this address does not answer `{method}`");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "about:blank", "method not allowed", detail)
            .hint("the header `Allow` lists what it answers")
    }

    pub(crate) fn body_too_large(most: usize) -> Self {
        let detail = format!("the body is longer than {most} bytes");
        let problem = Self::new(StatusCode::PAYLOAD_TOO_LARGE, "about:blank", "content too large", detail);
        Self { closes: true, ..problem }.hint("send it in parts")
    }

    pub(crate) fn not_json() -> Self {
        let detail = "the body has to be of the type `application/json`";
        let problem = Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "about:blank", "unsupported media type", detail);
        problem.hint("send the header `Content-Type: application/json`")
    }

    /// JSON of the wrong shape, or values out of range.
    pub(crate) fn bad_body(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "/problems/bad-body", "the body makes no sense", detail)
    }

    pub(crate) fn slow_body() -> Self {
        let detail = "the body did not arrive in time";
        let problem = Self::new(StatusCode::REQUEST_TIMEOUT, "about:blank", "request timeout", detail);
        Self { closes: true, ..problem }
    }

    /// More than the service takes on: a little later there may be room.
    pub(crate) fn busy(detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "/problems/busy", "busy", detail);
        Self { retry_after_s: Some(1), ..problem }
    }

    /// Not yet, or no longer.
    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "about:blank", "service unavailable", detail);
        Self { retry_after_s: Some(1), ..problem }
    }

    /// The connection closes with the answer.
    pub(crate) fn closing(self) -> Self {
        Self { closes: true, ..self }
    }

    /// A broken invariant, or a run folder that no longer reads: told in the log, not to the client.
    pub(crate) fn internal() -> Self {
        let detail = "the service failed at this request; its log tells why";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "about:blank", "internal server error", detail)
    }

    /// Why a model has no answer; `near` finds a way out for what is unknown.
    pub(crate) fn of(error: &AskError, near: impl FnOnce(&str) -> Option<String>) -> Self {
        let hint = if let AskError::NoSuch { asked, .. } = error { near(asked) } else { error.hint() };
        let detail = error.to_string();
        let problem = match error {
            AskError::NoSuch { .. } => Self::new(StatusCode::NOT_FOUND, "/problems/unknown-id", "unknown id", detail),
            AskError::Ambiguous { .. } => {
                Self::new(StatusCode::CONFLICT, "/problems/ambiguous-name", "ambiguous name", detail)
            }
            AskError::NoFacets { .. }
            | AskError::NoReasons { .. }
            | AskError::NoVectors { .. }
            | AskError::NoColour { .. }
            | AskError::OtherKind { .. } => {
                Self::new(StatusCode::NOT_FOUND, "/problems/cannot-tell", "this model cannot tell", detail)
            }
            // What was asked for makes sense, and there is nothing that fits it.
            AskError::NothingLeft
            | AskError::NoItemWith { .. }
            | AskError::EmptyHistory
            | AskError::NoAspect { .. } => {
                Self::new(StatusCode::NOT_FOUND, "/problems/nothing-fits", "nothing fits", detail)
            }
            AskError::Stored(_) => {
                tracing::error!(cause = detail, "a run folder does not answer");
                return Self::internal();
            }
            _ => Self::bad_request(detail),
        };
        problem.maybe_hint(hint)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // Strings and numbers are always told in JSON.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if self.closes {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if self.status == StatusCode::UNAUTHORIZED.as_u16() {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// The handler of unknown addresses.
pub(crate) async fn no_such_address(uri: axum::http::Uri) -> Problem {
    Problem::not_found(format!("there is nothing at `{}`", uri.path())).hint("`/docs` lists what there is")
}

/// The handler of known addresses that are asked in another way.
pub(crate) async fn no_such_method(method: axum::http::Method) -> Problem {
    Problem::method_not_allowed(method.as_str())
}

/// Lets a handler of [`ALLOW`] be seen by scripts of other origins.
pub(crate) const TOLD_TO_OTHERS: [axum::http::HeaderName; 2] = [ALLOW, RETRY_AFTER];
