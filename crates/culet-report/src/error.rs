//! What can be wrong with a report.

use std::path::PathBuf;

use crate::Report;
use culet_answers::AskError;
use culet_data::DataError;
use culet_eval::EvalError;
use culet_model::ModelError;
use culet_runs::RunsError;
use culet_train::StoredError;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A run does not answer.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// A question that a run has no answer to.
    #[error("{why}")]
    Question {
        /// Why not.
        why: Box<AskError>,
        /// The nearest of what there is.
        hint: Option<String>,
    },
    /// A run cannot be judged.
    #[error(transparent)]
    Stored(#[from] StoredError),
    /// Metrics cannot be computed.
    #[error(transparent)]
    Evaluation(#[from] EvalError),
    /// Runs cannot be compared.
    #[error(transparent)]
    Runs(#[from] RunsError),
    /// A file cannot be read or written.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The run has nothing of the kind.
    #[error("{run} has no {what} to draw: {why}", run = .run.display())]
    Nothing {
        /// The run folder.
        run: PathBuf,
        /// What was asked for.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// Runs of catalogues and runs of networks.
    #[error("{left} is a run of a catalogue and {right} one of a network: they have nothing in common", left = .left.display(), right = .right.display())]
    OfBothKinds {
        /// The first of a catalogue.
        left: PathBuf,
        /// The first of a network.
        right: PathBuf,
    },
    /// A model that has to be trained before it can be judged.
    #[error("`{model}` cannot stand beside a run: it has to be trained")]
    NoControl {
        /// Its name.
        model: &'static str,
    },
    /// There is no such model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A run that is told twice.
    #[error("{run} is named twice", run = .run.display())]
    Twice {
        /// The run folder.
        run: PathBuf,
    },
    /// A drawing does not become a picture.
    #[error("the picture cannot be made: {what}")]
    Picture {
        /// What is wrong.
        what: String,
    },
}

impl ReportError {
    /// What would help.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Ask(error) => error.hint(),
            Self::Question { hint, .. } => hint.clone(),
            Self::Stored(error) => error.hint(),
            Self::Evaluation(error) => error.hint(),
            Self::Runs(error) => error.hint(),
            Self::Data(error) => error.hint(),
            Self::Model(error) => error.hint(),
            Self::NoControl { .. } => {
                let known: Vec<String> = Report::possible_controls().map(|spec| format!("`{}`", spec.name)).collect();
                Some(format!("take some of {}; or train it, and name its run as well", known.join(", ")))
            }
            Self::Nothing { .. } => None,
            Self::OfBothKinds { .. } => Some("write a report of each".to_owned()),
            Self::Twice { .. } => Some("name each run once".to_owned()),
            Self::Picture { .. } => Some("as SVG it can be written in any size".to_owned()),
        }
    }

    /// Whether the question is wrong, or else the work failed.
    #[must_use]
    pub fn is_wrong_input(&self) -> bool {
        match self {
            Self::Ask(error) => error.is_wrong_input(),
            Self::Question { why, .. } => why.is_wrong_input(),
            Self::Stored(error) => error.is_wrong_input(),
            Self::Runs(error) => error.is_wrong_input(),
            Self::Data(error) => error.is_wrong_input(),
            Self::Evaluation(_) | Self::Model(_) | Self::NoControl { .. } => true,
            Self::Nothing { .. } | Self::OfBothKinds { .. } | Self::Twice { .. } => true,
            Self::Picture { .. } => false,
        }
    }
}
