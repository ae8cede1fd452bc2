//! What can be wrong with a file of vectors.

use std::io;
use std::path::Path;

use super::VectorFormat;
use crate::DataError;

/// Why vectors cannot be written or read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum VectorProblem {
    /// The ending of the name belongs to no format.
    #[error("the ending `{ending}` tells no format of vectors")]
    UnknownEnding {
        /// The ending in small letters; may be empty.
        ending: String,
    },
    /// An id or a type that the format cannot tell from what surrounds it.
    #[error("{what} {index} cannot be written as {}: `{}`", format.name(), text.escape_debug())]
    Unwritable {
        /// `the id of node` or `the name of type`.
        what: &'static str,
        /// Which one.
        index: usize,
        /// The id or name.
        text: String,
        /// The format asked for.
        format: VectorFormat,
    },
    /// A number from which nothing can be computed.
    #[error("the vector of node {row}, `{}`, holds {value}", id.escape_debug())]
    NotFinite {
        /// The number of the node, from 0.
        row: usize,
        /// Its id.
        id: String,
        /// The number: not a number or infinite.
        value: f64,
    },
    /// An array without the file of its ids.
    #[error("has no ids beside it: there is no `{ids}`")]
    NoIds {
        /// The file looked for.
        ids: String,
    },
    /// A line of text that cannot be understood.
    #[error("{what}")]
    Line {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// Content that makes no sense.
    #[error("{0}")]
    Malformed(String),
}

impl VectorProblem {
    /// The message with the place, as a compiler tells it where there is a line.
    pub(crate) fn at(&self, path: &Path) -> String {
        match self {
            Self::Line { line, what } => format!("{}:{line}: {what}", path.display()),
            problem => format!("`{}`: {problem}", path.display()),
        }
    }

    /// What would help, if anything is known to.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownEnding { .. } => {
                Some("`.txt` (word2vec), `.bin` (word2vec-binary), `.npy`, `.parquet` and `.tsv` do".into())
            }
            Self::Unwritable { format: VectorFormat::Word2VecText | VectorFormat::Word2VecBinary, .. } => {
                Some("ids with blanks and empty ones fit into `.parquet`, `.npy` and `.tsv`".into())
            }
            Self::Unwritable { .. } => Some("`.parquet` holds any id".into()),
            Self::NotFinite { .. } => {
                Some("the training that made it diverged: a smaller learning rate may help".into())
            }
            Self::NoIds { .. } => Some("write the id of each row into it, one a line".into()),
            Self::Line { .. } | Self::Malformed(_) => None,
        }
    }
}

/// Why reading stopped.
#[derive(Debug)]
pub(super) enum Failure {
    /// The content will not do.
    Problem(VectorProblem),
    /// The system would not read.
    Io(io::Error),
    /// Anything about another file.
    Other(Box<DataError>),
}

impl Failure {
    pub(super) fn malformed(what: impl Into<String>) -> Self {
        Self::Problem(VectorProblem::Malformed(what.into()))
    }

    pub(super) fn line(line: usize, what: impl Into<String>) -> Self {
        Self::Problem(VectorProblem::Line { line, what: what.into() })
    }
}

impl From<VectorProblem> for Failure {
    fn from(problem: VectorProblem) -> Self {
        Self::Problem(problem)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
