//! What a person is told when something does not work: one message, one way out, one exit code.

use std::fmt;
use std::path::Path;

use culet::answers::AskError;
use culet::data::DataError;
use culet::eval::EvalError;
use culet::model::ModelError;
use culet::serve::ServeError;
use culet::serve::feedback::FeedbackError;
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

    /// A question that a run has no answer to.
    pub(crate) fn of_question(error: AskError, hint: Option<String>) -> Self {
        match error {
            AskError::Stored(error) => error.into(),
            error => Self { hint: hint.or_else(|| error.hint()), ..Self::input(error.to_string()) },
        }
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

    fn of(error: &dyn std::error::Error, hint: Option<String>, exit_code: u8) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = in_house_form(&cause.to_string());
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            source = cause.source();
        }
        Self { message, hint, exit_code }
    }
}

/// What the system said, in the form of the house: in lower case, without the number of the error.
pub(crate) fn cause(error: &std::io::Error) -> String {
    in_house_form(&error.to_string())
}

fn in_house_form(text: &str) -> String {
    let text = text.split(" (os error").next().unwrap_or(text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
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
        let code = match &error {
            DataError::Write { .. } | DataError::InUse { .. } => FAILED,
            DataError::Fetch { problem, .. } if !problem.is_wrong_input() => FAILED,
            _ => WRONG_INPUT,
        };
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
        let hint = match &error {
            TrainError::Graph(error) => error.hint(),
            TrainError::Evaluation(error) => error.hint(),
            error => error.hint(),
        };
        Self::of(&error, hint, code)
    }
}

fn no_part_hint(part: &str) -> Option<String> {
    let hint = match part {
        "validation" => {
            "nothing was withheld, or the model learned from it in the end (so does one that is fitted at once, and \
             one with `--refit`, `--select test` or `--evaluate-every 0`); try `--on test` if there is a test part"
        }
        _ => "the data had no test part: `culet data split` makes one; or try `--on valid`",
    };
    Some(hint.to_owned())
}

impl From<StoredError> for Problem {
    fn from(error: StoredError) -> Self {
        match error {
            StoredError::Data(error) => error.into(),
            StoredError::Model(error) => error.into(),
            StoredError::Evaluation(error) => error.into(),
            StoredError::NoPart { part } => Self::of(&StoredError::NoPart { part }, no_part_hint(part), WRONG_INPUT),
            error => Self::of(&error, None, WRONG_INPUT),
        }
    }
}

impl From<ServeError> for Problem {
    fn from(error: ServeError) -> Self {
        let code = if error.is_wrong_input() { WRONG_INPUT } else { FAILED };
        Self::of(&error, error.hint(), code)
    }
}

impl From<FeedbackError> for Problem {
    fn from(error: FeedbackError) -> Self {
        Self::of(&error, error.hint(), WRONG_INPUT)
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::failed(format!("the result cannot be told in JSON: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_told_once() {
        let source = std::io::Error::from_raw_os_error(28);
        let problem = Problem::from(DataError::Write { path: "run/tables".into(), source });
        assert!(problem.message.starts_with("cannot write `run/tables`: "), "{problem}");
        assert_eq!(problem.message.matches(": ").count(), 1, "{problem}");
        assert_eq!(problem.exit_code, FAILED);
    }

    #[test]
    fn the_system_speaks_in_lower_case_and_without_numbers() {
        assert_eq!(in_house_form("Permission denied (os error 13)"), "permission denied");
        assert_eq!(in_house_form(""), "");
    }
}
