//! Why the service does not start.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::feedback::FeedbackError;

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// No run folder was given.
    #[error("there is nothing to serve")]
    NoRun,
    /// A run folder does not open.
    #[error("cannot serve `{}`: {problem}", path.display())]
    Run {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Whoever can reach the address could ask.
    #[error("`{0}` can be reached by other machines, and no token is asked for")]
    Open(SocketAddr),
    /// A token that is none.
    #[error("the token is {0}")]
    Token(&'static str),
    /// An origin or a host that cannot be one.
    #[error("`{value}` is no {what}")]
    Name {
        /// `origin` or `host`.
        what: &'static str,
        /// As given.
        value: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on `{address}`")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// The log of feedback does not open.
    #[error(transparent)]
    Feedback(#[from] FeedbackError),
    /// The system gives no threads.
    #[error("cannot start the threads")]
    Threads(#[source] io::Error),
}

impl ServeError {
    /// A way out, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoRun => "give run folders, as `culet train` writes them",
            Self::Open(_) => "give one by `--token-file FILE` or the environment's `CULET_TOKEN`; or say `--no-auth`",
            Self::Token(_) => {
                "write at least 16 visible characters without blanks, such as those of `openssl rand -hex 32`"
            }
            Self::Name { what: "origin", .. } => "write it as browsers do, such as `https://shop.example`",
            Self::Bind { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                "another program listens there; choose another port, or `--bind 127.0.0.1:0` for any that is free"
            }
            Self::Bind { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "ports below 1024 need privileges; choose another"
            }
            Self::Feedback(error) => return error.hint(),
            _ => return None,
        };
        Some(hint.to_owned())
    }

    /// Whether the command line or an input is wrong, or else the system failed.
    #[must_use]
    pub fn is_wrong_input(&self) -> bool {
        !matches!(
            self,
            Self::Bind { .. }
                | Self::Threads(_)
                | Self::Feedback(FeedbackError::Disk { .. } | FeedbackError::InUse { .. })
        )
    }
}
