//! Why a run cannot be made, or runs cannot be put beside each other.

use culet_data::DataError;
use culet_eval::EvalError;
use culet_model::ModelError;
use culet_train::{StoredError, TrainError};

/// Why a run cannot be made, or runs cannot be put beside each other.
///
/// [`in_full`](culet_data::in_full) tells it with its causes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunsError {
    /// Data that do not fit, or a folder that cannot be read or written.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Settings that do not fit.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// An evaluation that is not possible.
    #[error(transparent)]
    Evaluation(#[from] EvalError),
    /// A training that cannot start or go on.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// A run folder that does not answer.
    #[error(transparent)]
    Stored(#[from] StoredError),
    /// A user who took every item: no negative can be drawn.
    #[error("user `{user}` took every item in training, so that no negative can be drawn")]
    TookEverything {
        /// By the external id.
        user: String,
    },
    /// A training that would take far more memory than is free.
    #[error("{}", crate::room::needs(model, *needed_bytes, *free_bytes))]
    TooLarge {
        /// The model.
        model: &'static str,
        /// What it is estimated to take beside the data.
        needed_bytes: u64,
        /// What is free.
        free_bytes: u64,
    },
}

impl RunsError {
    /// What would help.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Data(error) => error.hint(),
            Self::Model(error) => error.hint(),
            Self::Evaluation(error) => error.hint(),
            Self::Train(error) => error.hint(),
            Self::Stored(error) => error.hint(),
            Self::TookEverything { .. } => {
                Some("leave that user out; there is nothing to recommend to them".to_owned())
            }
            Self::TooLarge { model, .. } => Some(format!("free some, {}", crate::room::way_out(model))),
        }
    }

    /// Whether what was given is wrong (data, settings, a place), or else the work failed.
    #[must_use]
    pub fn is_wrong_input(&self) -> bool {
        match self {
            Self::Data(error) => error.is_wrong_input(),
            Self::Train(error) => error.is_wrong_input(),
            Self::Stored(error) => error.is_wrong_input(),
            Self::Model(_) | Self::Evaluation(_) | Self::TookEverything { .. } | Self::TooLarge { .. } => true,
        }
    }
}
