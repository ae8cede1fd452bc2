//! Who may ask: tokens, and hosts that the service goes by.

use std::net::SocketAddr;

use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};
use subtle::ConstantTimeEq;

use super::problem::Problem;
use crate::{Access, ServeError, ServeOptions};

/// Shorter tokens can be guessed.
const SHORTEST_TOKEN: usize = 16;

/// Lets requests pass or not.
pub(crate) struct Gate {
    token: Option<String>,
    /// The names that requests may be addressed to; nothing if that does not matter.
    hosts: Option<Vec<String>>,
}

impl Gate {
    /// # Errors
    /// [`ServeError::Open`] if others could reach an unguarded service, [`ServeError::Token`], [`ServeError::Name`].
    pub(crate) fn new(options: &ServeOptions) -> Result<Self, ServeError> {
        let token = match &options.access {
            Access::Token(token) => Some(checked_token(token)?),
            Access::Unguarded if !options.bind.ip().is_loopback() => return Err(ServeError::Open(options.bind)),
            Access::Unguarded | Access::Open => None,
        };
        // Whoever has the token is no stranger's page, and whoever opened the service to all has said so.
        let hosts = match options.access {
            Access::Unguarded => Some(hosts(options.bind, &options.allow_hosts)?),
            _ => None,
        };
        Ok(Self { token, hosts })
    }

    /// Whether a token is asked for.
    pub(crate) fn asks_for_token(&self) -> bool {
        self.token.is_some()
    }

    /// # Errors
    /// 421 if the request is addressed to somebody else, 400 if to nobody.
    pub(crate) fn check_host(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(hosts) = &self.hosts else { return Ok(()) };
        let of_header = || headers.get(HOST).and_then(|host| host.to_str().ok());
        // An address in full goes before the header.
        let host = uri.authority().map(Authority::as_str).or_else(of_header);
        let host = host.ok_or_else(|| Problem::bad_request("the header `Host` is missing or makes no sense"))?;
        let name = name_of(host).to_ascii_lowercase();
        if hosts.contains(&name) { Ok(()) } else { Err(Problem::foreign_host(host)) }
    }

    /// # Errors
    /// 401 without the right token.
    pub(crate) fn check_token(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(token) = &self.token else { return Ok(()) };
        let Some(given) = headers.get(AUTHORIZATION) else {
            return Err(Problem::unauthorized("this service asks for a token"));
        };
        let given = given.as_bytes();
        let is_bearer = given.len() > 7 && given[..7].eq_ignore_ascii_case(b"bearer ");
        // How long the token is may be learned, and no more.
        let fits = is_bearer && bool::from(given[7..].ct_eq(token.as_bytes()));
        if fits { Ok(()) } else { Err(Problem::unauthorized("the token is not that of this service")) }
    }
}

fn checked_token(token: &str) -> Result<String, ServeError> {
    match token {
        "" => Err(ServeError::Token("empty")),
        _ if !token.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Err(ServeError::Token("not of visible characters alone"))
        }
        _ if token.len() < SHORTEST_TOKEN => Err(ServeError::Token("shorter than 16 characters")),
        _ => Ok(token.to_owned()),
    }
}

fn hosts(bind: SocketAddr, others: &[String]) -> Result<Vec<String>, ServeError> {
    let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
    hosts.push(if bind.is_ipv6() { format!("[{}]", bind.ip()) } else { bind.ip().to_string() });
    for other in others {
        let is_host = other.parse::<Authority>().is_ok_and(|authority| authority.port().is_none());
        if !is_host {
            return Err(ServeError::Name { what: "host", value: other.clone() });
        }
        hosts.push(other.to_ascii_lowercase());
    }
    Ok(hosts)
}

/// Without the port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !name.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(headers: &[(&'static str, &str)]) -> HeaderMap {
        headers.iter().map(|&(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn gate(access: Access, bind: &str) -> Result<Gate, ServeError> {
        let allow_hosts = vec!["proxy.example".to_owned()];
        Gate::new(&ServeOptions { access, allow_hosts, bind: bind.parse().unwrap(), ..ServeOptions::new(Vec::new()) })
    }

    #[test]
    fn a_strangers_name_for_this_machine_is_refused() {
        let gate = gate(Access::Unguarded, "127.0.0.2:80").unwrap();
        let passes = |host: &str| gate.check_host(&Uri::from_static("/a"), &headers(&[("host", host)])).is_ok();
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "127.0.0.2", "[::1]", "[::1]:80", "proxy.example:80"]
        {
            assert!(passes(host), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "evil.example:8080", "127.0.0.1.evil.example", "", "::1"]
        {
            assert!(!passes(host), "{host}");
        }
        assert!(gate.check_host(&Uri::from_static("/a"), &headers(&[])).is_err());
    }

    #[test]
    fn the_token_has_to_be_the_right_one() {
        let gate = gate(Access::Token("0123456789abcdef".into()), "0.0.0.0:80").unwrap();
        let passes = |value: &str| gate.check_token(&headers(&[("authorization", value)])).is_ok();
        assert!(passes("Bearer 0123456789abcdef") && passes("bearer 0123456789abcdef"));
        for value in
            ["Bearer 0123456789abcdeF", "Bearer 0123456789abcde", "Bearer", "Bearer ", "Basic 0123456789abcdef"]
        {
            assert!(!passes(value), "{value}");
        }
        assert!(gate.check_token(&headers(&[])).is_err());
        assert!(gate.check_host(&Uri::from_static("/a"), &headers(&[("host", "any.example")])).is_ok());
    }

    #[test]
    fn nobody_serves_other_machines_by_accident() {
        for bind in ["0.0.0.0:80", "[::]:80", "192.168.0.7:80"] {
            assert!(matches!(gate(Access::Unguarded, bind), Err(ServeError::Open(_))), "{bind}");
            assert!(gate(Access::Open, bind).is_ok());
        }
        for token in ["", "short", "with blank 0123456789", "0123456789abcdeö"] {
            assert!(matches!(gate(Access::Token(token.into()), "127.0.0.1:80"), Err(ServeError::Token(_))), "{token}");
        }
    }
}
