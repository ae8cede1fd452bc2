//! Why the log cannot take or tell events.

use std::io;
use std::path::PathBuf;

/// What is wrong with a log of feedback.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeedbackError {
    /// The system refuses.
    #[error("cannot {doing} `{}`", path.display())]
    Disk {
        /// `read`, `write`, `create`, `lock`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Another process writes to it.
    #[error("`{}` is in use by another `culet serve`", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// There is no such log.
    #[error("`{}` holds no log of feedback", path.display())]
    NoLog {
        /// The folder.
        path: PathBuf,
    },
    /// A file that goes by the name of one of the log is none.
    #[error("`{}` is not a file of a log of feedback that this program reads", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The events could not be written; nothing of them is kept.
    #[error("the events could not be written: {0}")]
    NotWritten(String),
    /// More wait than the log takes at a time.
    #[error("too many events wait to be written")]
    Busy,
    /// The log was closed, as when the service stops.
    #[error("the log is closed")]
    Closed,
}

impl FeedbackError {
    pub(crate) fn disk(doing: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::Disk { doing, path: path.into(), source }
    }

    /// A way out, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Disk { source, .. } if source.kind() == io::ErrorKind::StorageFull => "the disk is full",
            Self::InUse { .. } => "one process writes at a time; give each service a folder of its own",
            Self::NoLog { .. } => "name the folder that was given to `culet serve` by `--feedback`",
            Self::Foreign { .. } => "a newer version may have written it; or move it out of the folder",
            Self::NotWritten(_) | Self::Busy => "send them again a little later",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
