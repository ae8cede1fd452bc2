//! What a person is told when something does not work: one message, one way out, one exit code.

use std::fmt;
use std::path::Path;

use culet::answers::AskError;
use culet::data::{DataError, in_full};
use culet::eval::EvalError;
use culet::model::ModelError;
use culet::report::ReportError;
use culet::runs::RunsError;
use culet::serve::ServeError;
use culet::serve::feedback::FeedbackError;
use culet::train::{StoredError, TrainError};

pub(crate) use culet::data::cause;

/// The run failed.
pub(crate) const FAILED: u8 = 1;
/// The command line or an input is wrong.
pub(crate) const WRONG_INPUT: u8 = 2;

/// A message with a way out.
#[derive(Debug)]
pub(crate) struct Problem {
    message: String,
    hint: Option<String>,
    pub(crate) exit_code: u8,
}

impl Problem {
    /// The command line or an input is wrong.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, exit_code: WRONG_INPUT }
    }

    /// The run failed.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, exit_code: FAILED }
    }

    /// A question that a run has no answer to.
    pub(crate) fn of_question(error: &AskError, hint: Option<String>) -> Self {
        Self::of(error, hint.or_else(|| error.hint()), error.is_wrong_input())
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Tells where in a file the problem lies.
    pub(crate) fn at(mut self, path: &Path, line: usize) -> Self {
        self.message = format!("{}:{line}: {}", path.display(), self.message);
        self
    }

    fn of(error: &dyn std::error::Error, hint: Option<String>, is_wrong_input: bool) -> Self {
        let exit_code = if is_wrong_input { WRONG_INPUT } else { FAILED };
        Self { message: in_full(error), hint, exit_code }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl From<DataError> for Problem {
    fn from(error: DataError) -> Self {
        Self::of(&error, error.hint(), error.is_wrong_input())
    }
}

impl From<ModelError> for Problem {
    fn from(error: ModelError) -> Self {
        Self::of(&error, error.hint(), true)
    }
}

impl From<EvalError> for Problem {
    fn from(error: EvalError) -> Self {
        Self::of(&error, error.hint(), true)
    }
}

impl From<TrainError> for Problem {
    fn from(error: TrainError) -> Self {
        Self::of(&error, error.hint(), error.is_wrong_input())
    }
}

impl From<StoredError> for Problem {
    fn from(error: StoredError) -> Self {
        Self::of(&error, error.hint(), error.is_wrong_input())
    }
}

impl From<RunsError> for Problem {
    fn from(error: RunsError) -> Self {
        Self::of(&error, error.hint(), error.is_wrong_input())
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        Self::of(&error, error.hint(), error.is_wrong_input())
    }
}

impl From<ServeError> for Problem {
    fn from(error: ServeError) -> Self {
        Self::of(&error, error.hint(), error.is_wrong_input())
    }
}

impl From<FeedbackError> for Problem {
    fn from(error: FeedbackError) -> Self {
        Self::of(&error, error.hint(), true)
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::failed(format!("the result cannot be told in JSON: {error}"))
    }
}
