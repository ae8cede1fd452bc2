//! A name for each request, by which its line of the log is found.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header that brings it and tells it.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The client's own, if it makes sense, or a new one.
pub(super) fn request_id(headers: &HeaderMap) -> HeaderValue {
    let is_plain = |id: &&HeaderValue| {
        let id = id.as_bytes();
        (1..=64).contains(&id.len()) && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    };
    headers.get(REQUEST_ID).filter(is_plain).cloned().unwrap_or_else(new_id)
}

fn new_id() -> HeaderValue {
    /// Tells one run of the program from another.
    static START: LazyLock<u64> =
        LazyLock::new(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64));
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let id = format!("{:x}-{}", *START, NUMBER.fetch_add(1, Ordering::Relaxed));
    HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("-"))
}
