//! What is served, to whom, and within which limits.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// How to serve.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// The run folders; the first is the default.
    pub runs: Vec<PathBuf>,
    /// Where to listen; port 0 takes one that is free.
    pub bind: SocketAddr,
    /// Who may ask.
    pub access: Access,
    /// Origins of pages whose scripts may ask, as `https://shop.example`; `*` for all.
    pub allow_origins: Vec<String>,
    /// Further hosts that the service goes by, as behind a proxy on the same machine.
    pub allow_hosts: Vec<String>,
    /// The folder of the log of feedback, if any is kept.
    pub feedback: Option<PathBuf>,
    /// How often to look for newer contents of the run folders, if at all.
    pub watch: Option<Duration>,
    /// How long requests may go on when the service is told to stop.
    pub grace: Duration,
    /// Threads that compute; 0 takes as many as there are cores.
    pub threads: usize,
    /// The limits.
    pub limits: Limits,
}

impl ServeOptions {
    /// These run folders at `127.0.0.1:8080`, to this machine alone.
    #[must_use]
    pub fn new(runs: Vec<PathBuf>) -> Self {
        Self {
            runs,
            bind: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            access: Access::Unguarded,
            allow_origins: Vec::new(),
            allow_hosts: Vec::new(),
            feedback: None,
            watch: Some(Duration::from_secs(2)),
            grace: Duration::from_secs(10),
            threads: 0,
            limits: Limits::default(),
        }
    }
}

/// Who may ask.
#[derive(Clone, PartialEq, Eq)]
pub enum Access {
    /// Whoever reaches a loopback address; other addresses are refused.
    Unguarded,
    /// Whoever has this token.
    Token(String),
    /// Whoever reaches the address, whatever it is.
    Open,
}

impl std::fmt::Debug for Access {
    /// Without the token, which is to stand in no log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unguarded => "Unguarded",
            Self::Token(_) => "Token(..)",
            Self::Open => "Open",
        })
    }
}

/// What the service takes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The longest body, in bytes.
    pub body_bytes: usize,
    /// Open connections; beyond them a connection is answered 503.
    pub connections: usize,
    /// Requests at a time; beyond them a request is answered 503.
    pub requests: usize,
    /// From the head of a request to its answer.
    pub request: Duration,
    /// For the head of a request to arrive, and for a connection to lie idle.
    pub head: Duration,
    /// For a body to arrive.
    pub body: Duration,
    /// For a client to take what is sent to it.
    pub write: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            connections: 1024,
            requests: 512,
            request: Duration::from_secs(30),
            head: Duration::from_secs(15),
            body: Duration::from_secs(10),
            write: Duration::from_secs(15),
        }
    }
}
