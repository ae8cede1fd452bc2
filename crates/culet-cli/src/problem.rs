//! What a person is told when something does not work: one message, one way out, one exit code.

use std::fmt;

use culet::data::DataError;
use culet::eval::EvalError;
use culet::model::ModelError;
use culet::train::{StoredError, TrainError};

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

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn of(error: &dyn std::error::Error, hint: Option<String>, exit_code: u8) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !message.contains(&cause_text) {
                message = format!("{message}: {cause_text}");
            }
            source = cause.source();
        }
        Self { message, hint, exit_code }
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
        let code = if matches!(error, DataError::Write { .. }) { FAILED } else { WRONG_INPUT };
        Self::of(&error, error.hint(), code)
    }
}

impl From<ModelError> for Problem {
    fn from(error: ModelError) -> Self {
        Self::of(&error, error.hint(), WRONG_INPUT)
    }
}

impl From<EvalError> for Problem {
    fn from(error: EvalError) -> Self {
        Self::of(&error, error.hint(), WRONG_INPUT)
    }
}

impl From<TrainError> for Problem {
    fn from(error: TrainError) -> Self {
        let code = if matches!(error, TrainError::NotFinite { .. }) { FAILED } else { WRONG_INPUT };
        Self::of(&error, error.hint(), code)
    }
}

impl From<StoredError> for Problem {
    fn from(error: StoredError) -> Self {
        match error {
            StoredError::Data(error) => error.into(),
            StoredError::Model(error) => error.into(),
            StoredError::Evaluation(error) => error.into(),
            StoredError::Train(error) => error.into(),
            error => Self::of(&error, None, WRONG_INPUT),
        }
    }
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::failed(error.to_string())
    }
}
