//! The page: files that are part of the program.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use include_dir::{Dir, include_dir};

use crate::http::Problem;
use crate::service::Shared;

static PAGE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/page");

/// `/` and `/page/...`
pub(super) fn router() -> Router<Shared> {
    Router::new().route("/", get(index)).route("/page/{*path}", get(file))
}

async fn index(headers: HeaderMap) -> Response {
    serve("index.html", &headers)
}

async fn file(path: Result<Path<String>, axum::extract::rejection::PathRejection>, headers: HeaderMap) -> Response {
    match path {
        Ok(Path(path)) => serve(&path, &headers),
        Err(_) => Problem::bad_request("the path is not UTF-8").into_response(),
    }
}

fn serve(path: &str, headers: &HeaderMap) -> Response {
    match PAGE.get_file(path) {
        Some(file) => embedded(path, file.contents(), headers),
        None => Problem::not_found(format!("the page has no file `{path}`")).into_response(),
    }
}

/// A file of the program; 304 if the client has it already.
pub(super) fn embedded(path: &str, bytes: &'static [u8], headers: &HeaderMap) -> Response {
    let tag = tag(bytes);
    let has_it = headers.get(IF_NONE_MATCH).is_some_and(|known| {
        let known = known.to_str().unwrap_or_default();
        known.split(',').map(str::trim).any(|known| known.strip_prefix("W/").unwrap_or(known) == tag)
    });
    let mut response = Response::new(if has_it { Body::empty() } else { Body::from(bytes) });
    if has_it {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let told = response.headers_mut();
    told.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    // Asked for each time, and mostly answered without the file: so a new program has a new page at once.
    told.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    told.insert(ETAG, HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\"")));
    response
}

/// A file's checksum, with the program's version: two files with the same would have to be of the same length, too.
fn tag(bytes: &[u8]) -> String {
    static VERSION: LazyLock<u32> = LazyLock::new(|| crc32c::crc32c(env!("CARGO_PKG_VERSION").as_bytes()));
    format!("\"{:08x}{:x}-{:x}\"", crc32c::crc32c(bytes), bytes.len(), *VERSION)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
