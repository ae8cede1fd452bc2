//! One request over HTTP, redirects included.

use std::io::{self, Read};
use std::time::Duration;

use ureq::Agent;
use ureq::http::{HeaderMap, Response};

use super::FetchProblem;

/// Redirects that are followed for one request.
const REDIRECTS: u32 = 8;

/// The longest wait that a server may ask for, in seconds.
const LONGEST_WAIT_S: u64 = 60;

/// Asks servers.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    agent: Agent,
    timeout: Duration,
}

/// What a server tells of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Told {
    pub(super) bytes: Option<u64>,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

/// The rest of a file that is wanted, from a byte on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rest<'a> {
    pub(super) from: u64,
    pub(super) told: &'a Told,
}

/// What a server answers.
pub(super) enum Answer {
    /// The file from its first byte on.
    Whole { told: Told, body: Body },
    /// The file from a byte on.
    Rest { from: u64, told: Told, body: Body },
    /// There is nothing from that byte on; the size of the file as far as it was told.
    NothingLeft { bytes: Option<u64> },
}

/// The bytes of an answer.
pub(super) struct Body {
    reader: ureq::BodyReader<'static>,
    timeout: Duration,
}

impl Client {
    /// A client whose every wait is at most `timeout`; `proxied`: whether the environment may name a proxy.
    pub(crate) fn new(timeout: Duration, proxied: bool) -> Self {
        let wait = Some(timeout);
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(REDIRECTS)
            .user_agent(concat!("culet/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(wait)
            .timeout_connect(wait)
            .timeout_send_request(wait)
            .timeout_recv_response(wait)
            // The one that tells a slow body from a dead one: a time-out of the whole body would end large files.
            .timeout_per_read(wait);
        if !proxied {
            config = config.proxy(None);
        }
        Self { agent: config.build().into(), timeout }
    }

    /// Ends what is under way in other threads, and everything that would follow.
    pub(crate) fn shut_down(&self) {
        self.agent.clone().shutdown();
    }

    /// Asks for a file, or for the rest of one if the server still has the same.
    pub(super) fn ask(&self, address: &str, rest: Option<Rest<'_>>) -> Result<Answer, FetchProblem> {
        let is_secure = address.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
        // Whoever asks for a secure address is not sent on to one that is not.
        let mut request = self.agent.get(address).config().https_only(is_secure).build();
        // What is counted are the bytes of the file, not of a packed form of it.
        request = request.header("Accept-Encoding", "identity");
        if let Some(rest) = rest {
            request = request.header("Range", format!("bytes={}-", rest.from));
            if let Some(version) = rest.told.version() {
                request = request.header("If-Range", version);
            }
        }
        let response = request.call().map_err(|error| problem_of(error, self.timeout))?;
        self.answer(response, rest.is_some())
    }

    fn answer(&self, response: Response<ureq::Body>, is_rest: bool) -> Result<Answer, FetchProblem> {
        let headers = response.headers();
        let told = Told {
            bytes: response.body().content_length(),
            etag: text(headers, "etag"),
            last_modified: text(headers, "last-modified"),
        };
        let range = text(headers, "content-range");
        if let Some(packing) = text(headers, "content-encoding").filter(|packing| packing != "identity") {
            return Err(FetchProblem::Unexpected { found: format!("its content is packed as `{packing}`") });
        }
        let retry_after_s = text(headers, "retry-after").and_then(|text| text.parse().ok());
        let status = response.status().as_u16();
        let body =
            |response: Response<ureq::Body>| Body { reader: response.into_body().into_reader(), timeout: self.timeout };
        match status {
            200 => Ok(Answer::Whole { told, body: body(response) }),
            206 if is_rest => {
                let (from, bytes) = range.as_deref().and_then(rest_of_range).ok_or_else(|| {
                    FetchProblem::Unexpected { found: format!("a part of it, `{}`", range.unwrap_or_default()) }
                })?;
                Ok(Answer::Rest { from, told: Told { bytes, ..told }, body: body(response) })
            }
            416 if is_rest => {
                let bytes = range.and_then(|range| range.strip_prefix("bytes */")?.parse().ok());
                Ok(Answer::NothingLeft { bytes })
            }
            404 | 410 => Err(FetchProblem::NotFound { status }),
            401 | 403 | 407 | 451 => Err(FetchProblem::Forbidden { status }),
            408 | 425 | 429 | 500..=599 => {
                let retry_after_s = retry_after_s.map(|wait: u64| wait.min(LONGEST_WAIT_S));
                Err(FetchProblem::Busy { status, retry_after_s })
            }
            300..=399 => Err(FetchProblem::BadRedirect { cause: format!("status {status} without an address") }),
            _ => Err(FetchProblem::Unexpected { found: format!("status {status}") }),
        }
    }
}

impl Told {
    /// What names this version of the file to the server, in a form that it compares byte by byte.
    fn version(&self) -> Option<&str> {
        self.etag.as_deref().filter(|etag| !etag.starts_with("W/")).or(self.last_modified.as_deref())
    }

    /// Whether anything tells one version of the file from another.
    pub(super) fn names_version(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some()
    }

    /// Whether nothing speaks against both being of the same version.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        fn agree<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
            a.is_none() || b.is_none() || a == b
        }
        agree(self.bytes, other.bytes)
            && agree(self.etag.as_deref().map(strong), other.etag.as_deref().map(strong))
            && agree(self.last_modified.as_deref(), other.last_modified.as_deref())
    }
}

/// A version without the mark of one that is told loosely.
fn strong(etag: &str) -> &str {
    etag.strip_prefix("W/").unwrap_or(etag)
}

impl Body {
    /// The next bytes; none at the end.
    pub(super) fn read(&mut self, block: &mut [u8]) -> Result<usize, FetchProblem> {
        loop {
            match self.reader.read(block) {
                Ok(n) => return Ok(n),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(problem_of(error.into(), self.timeout)),
            }
        }
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.trim().to_owned())
}

/// The first byte of a range that reaches to the end of the file, and the size of the file.
fn rest_of_range(range: &str) -> Option<(u64, Option<u64>)> {
    let (bounds, size) = range.strip_prefix("bytes ")?.split_once('/')?;
    let (from, to) = bounds.split_once('-')?;
    let (from, to): (u64, u64) = (from.parse().ok()?, to.parse().ok()?);
    let size: Option<u64> = if size == "*" { None } else { Some(size.parse().ok()?) };
    (from <= to && size.is_none_or(|size| size.checked_sub(1) == Some(to))).then_some((from, size))
}

fn problem_of(error: ureq::Error, timeout: Duration) -> FetchProblem {
    use ureq::Error;
    let stalled = FetchProblem::Stalled { waited_s: timeout.as_secs_f64() };
    match error {
        Error::Timeout(_) => stalled,
        Error::HostNotFound => FetchProblem::NoHost,
        Error::TooManyRedirects => FetchProblem::TooManyRedirects { limit: REDIRECTS },
        Error::RequireHttpsOnly(address) => FetchProblem::BadRedirect { cause: format!("`{address}` is not secure") },
        Error::BadUri(cause) => FetchProblem::BadRedirect { cause },
        Error::RedirectFailed => FetchProblem::BadRedirect { cause: "it names no address".into() },
        Error::Io(error) => problem_of_system(&error, stalled),
        Error::Rustls(error) => FetchProblem::Insecure { cause: error.to_string() },
        Error::Tls(cause) => FetchProblem::Insecure { cause: cause.into() },
        Error::ConnectProxyFailed(cause) => FetchProblem::NoConnection { cause },
        Error::InvalidProxyUrl => FetchProblem::NoConnection { cause: "the proxy has no valid address".into() },
        // The kinds of errors within are of a crate beneath, so that only their text can be looked at.
        Error::Protocol(error) if error.to_string().to_lowercase().contains("location") => {
            FetchProblem::BadRedirect { cause: error.to_string() }
        }
        error => FetchProblem::Unexpected { found: error.to_string() },
    }
}

fn problem_of_system(error: &io::Error, stalled: FetchProblem) -> FetchProblem {
    use io::ErrorKind;
    match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => stalled,
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::NotConnected => FetchProblem::CutOff { found: 0, expected: None },
        // This is how a failed agreement on encryption comes out of a stream.
        ErrorKind::InvalidData => FetchProblem::Insecure { cause: error.to_string() },
        // The system has no kind of error for names that nobody has.
        _ if error.to_string().contains("lookup address") => FetchProblem::NoHost,
        _ => FetchProblem::NoConnection { cause: crate::cause::cause(error) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_must_reach_to_the_end() {
        assert_eq!(rest_of_range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(rest_of_range("bytes 5-9/*"), Some((5, None)));
        for wrong in ["bytes 5-8/10", "bytes 9-5/10", "bytes 5-9/0", "5-9/10", "bytes */10", "bytes a-9/10", ""] {
            assert_eq!(rest_of_range(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn versions_are_compared_as_far_as_they_are_told() {
        let told = |bytes, etag: Option<&str>| Told { bytes, etag: etag.map(Into::into), last_modified: None };
        assert!(told(Some(3), Some("\"a\"")).agrees_with(&told(None, Some("W/\"a\""))));
        assert!(!told(Some(3), Some("\"a\"")).agrees_with(&told(Some(3), Some("\"b\""))));
        assert!(!told(Some(3), None).agrees_with(&told(Some(4), None)));
        assert_eq!(told(None, Some("W/\"a\"")).version(), None);
        assert_eq!(told(None, Some("\"a\"")).version(), Some("\"a\""));
    }
}
