//! Why a training cannot start or go on.

use culet_graph::UserId;

/// A training that cannot start or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// Settings or tables that do not fit.
    #[error(transparent)]
    Model(#[from] culet_model::ModelError),
    /// An evaluation that is not possible.
    #[error(transparent)]
    Evaluation(#[from] culet_eval::EvalError),
    /// Nothing to learn from.
    #[error("there are no training pairs")]
    NoPairs,
    /// A network without edges.
    #[error("the network has no edges to learn from")]
    NoEdges,
    /// Walks that cannot be made, or edges that are no network.
    #[error(transparent)]
    Graph(#[from] culet_graph::GraphError),
    /// A user who took every item: no negative can be drawn.
    #[error("user number {0} took every item in training, so that no negative can be drawn")]
    NoNegative(UserId),
    /// Nothing to select by.
    #[error("the {part} part has no pairs to select by")]
    NothingToSelectBy {
        /// `validation` or `test`.
        part: &'static str,
    },
    /// No evaluation gives this metric.
    #[error("there is no metric `{name}`")]
    UnknownMetric {
        /// The name given.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A state that was kept of another training.
    #[error("the checkpoint is not one of this training: {what}")]
    BadState {
        /// What does not fit.
        what: String,
    },
    /// The loss is no number any more.
    #[error("the loss became {loss} in epoch {epoch}, step {step}")]
    NotFinite {
        /// NaN or an infinity.
        loss: f64,
        /// From 1.
        epoch: u64,
        /// From 1, over the whole run.
        step: u64,
    },
    /// Parameters are no numbers any more, though the loss was one: the last gradient was none.
    #[error("numbers of the table `{table}` became infinite or none at all in epoch {epoch}, step {step}")]
    TableNotFinite {
        /// The table.
        table: String,
        /// From 1.
        epoch: u64,
        /// From 1, over the whole run.
        step: u64,
    },
}

impl TrainError {
    /// What would help.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Model(error) => error.hint(),
            Self::NoPairs => Some("is `train.txt` the right file?".to_owned()),
            Self::NoEdges => Some("is it the right file? `culet data describe` shows what was understood".to_owned()),
            Self::NoNegative(_) => Some("leave that user out; there is nothing to recommend to them".to_owned()),
            Self::NothingToSelectBy { part: "validation" } => {
                let hint = "a user with one item keeps it: with more items a user, or a larger `--validation-share`, there are \
                            some; models that are fitted at once (`ease`) need none, nor does `--evaluate-every 0` of others";
                Some(hint.to_owned())
            }
            Self::NothingToSelectBy { .. } => Some("`--select validation` needs no test part".to_owned()),
            Self::BadState { .. } => None,
            Self::NotFinite { .. } | Self::TableNotFinite { .. } => {
                Some("lower `--learning-rate`; nothing was saved".to_owned())
            }
            Self::UnknownMetric { known, .. } => Some(format!("there are {}", known.join(", "))),
            Self::Evaluation(error) => error.hint(),
            Self::Graph(error) => error.hint(),
        }
    }

    /// Whether the data or the settings are wrong, or else the training failed.
    #[must_use]
    pub fn is_wrong_input(&self) -> bool {
        !self.is_divergence()
    }

    /// Whether the numbers grew beyond all bounds: with the same settings they would do so again.
    #[must_use]
    pub fn is_divergence(&self) -> bool {
        matches!(self, Self::NotFinite { .. } | Self::TableNotFinite { .. })
    }
}
