//! From errors of the library to Python's exceptions, with the same message and way out.

use culet::answers::AskError;
use culet::data::{DataError, in_full};
use culet::eval::EvalError;
use culet::graph::GraphError;
use culet::model::ModelError;
use culet::report::ReportError;
use culet::train::StoredError;
use pyo3::prelude::*;

pyo3::import_exception!(culet._errors, InputError);
pyo3::import_exception!(culet._errors, UnknownIdError);
pyo3::import_exception!(culet._errors, RunError);
pyo3::import_exception!(culet._errors, InternalError);

/// What kind of exception a problem becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An argument or an input is wrong.
    Input,
    /// Something that was asked about is not there.
    Unknown,
    /// The work failed.
    Failed,
}

/// A problem that is on its way to Python.
#[derive(Debug)]
pub(crate) struct Problem {
    kind: Kind,
    message: String,
    hint: Option<String>,
}

impl Problem {
    /// An argument or an input is wrong.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self { kind: Kind::Input, message: message.into(), hint: None }
    }

    /// The work failed.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { kind: Kind::Failed, message: message.into(), hint: None }
    }

    /// With another way out.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn of(error: &dyn std::error::Error, hint: Option<String>, kind: Kind) -> Self {
        Self { kind, message: in_full(error), hint }
    }

    /// Work that was not begun, or failed.
    pub(crate) fn of_work(error: &dyn std::error::Error, hint: Option<String>, is_wrong_input: bool) -> Self {
        Self::of(error, hint, if is_wrong_input { Kind::Input } else { Kind::Failed })
    }

    /// What a network cannot do.
    pub(crate) fn of_graph(error: &GraphError) -> Self {
        Self::of(error, error.hint(), Kind::Input)
    }

    /// A question that a run has no answer to.
    pub(crate) fn of_question(error: AskError, hint: Option<String>) -> Self {
        let kind = if error.is_unknown() { Kind::Unknown } else { Kind::Input };
        match error {
            AskError::Stored(error) => error.into(),
            error => Self { kind, hint: hint.or_else(|| error.hint()), message: error.to_string() },
        }
    }
}

impl From<Problem> for PyErr {
    fn from(Problem { kind, message, hint }: Problem) -> Self {
        let arguments = (message, hint);
        match kind {
            Kind::Input => InputError::new_err(arguments),
            Kind::Unknown => UnknownIdError::new_err(arguments),
            Kind::Failed => RunError::new_err(arguments),
        }
    }
}

impl From<DataError> for Problem {
    fn from(error: DataError) -> Self {
        Self::of_work(&error, error.hint(), error.is_wrong_input())
    }
}

impl From<ModelError> for Problem {
    fn from(error: ModelError) -> Self {
        Self::of(&error, error.hint(), Kind::Input)
    }
}

impl From<EvalError> for Problem {
    fn from(error: EvalError) -> Self {
        Self::of(&error, error.hint(), Kind::Input)
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Question { why, hint } => Self::of_question(*why, hint),
            ReportError::Ask(error) => Self::of_question(error, None),
            error => Self::of_work(&error, error.hint(), error.is_wrong_input()),
        }
    }
}

impl From<StoredError> for Problem {
    fn from(error: StoredError) -> Self {
        Self::of_work(&error, error.hint(), error.is_wrong_input())
    }
}
