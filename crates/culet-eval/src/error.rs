//! What can be wrong with an evaluation.

/// An evaluation that would not mean anything.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// Cutoffs that are missing, zero or out of order.
    #[error("the cutoffs `{cutoffs:?}` are not an ascending list of positive numbers")]
    Cutoffs {
        /// The cutoffs found.
        cutoffs: Vec<usize>,
    },
    /// Parts of an evaluation that do not belong together.
    #[error("the {part} has {found} {what}, the ranker {expected}")]
    Shape {
        /// The part that does not fit.
        part: &'static str,
        /// What was counted: `users` or `items`.
        what: &'static str,
        /// How many the part has.
        found: usize,
        /// How many the ranker has.
        expected: usize,
    },
    /// No user has a target.
    #[error("none of the {n_users} users has a target item")]
    NoTargets {
        /// How many users there are.
        n_users: usize,
    },
    /// A metric that a report does not hold.
    #[error("the report holds no column `{column}`, only {known}")]
    NoColumn {
        /// The key asked for.
        column: String,
        /// The keys there are, in backticks.
        known: String,
    },
    /// Two reports about different users.
    #[error("the reports are about different users: {left} and {right} of them")]
    DifferentUsers {
        /// How many users the first report has.
        left: usize,
        /// How many users the second report has.
        right: usize,
    },
    /// Paired values that cannot be paired.
    #[error("{left} values cannot be paired with {right}")]
    Unpaired {
        /// How many values stand on the left.
        left: usize,
        /// How many values stand on the right.
        right: usize,
    },
    /// A difference of two values that is not a finite number.
    #[error("the difference of pair {pair} is `{value}`")]
    NotFinite {
        /// The pair's place, from 0.
        pair: usize,
        /// The difference.
        value: f64,
    },
    /// A parameter outside its range.
    #[error("{what} `{value}` is not {range}")]
    Parameter {
        /// The parameter.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What it has to be.
        range: &'static str,
    },
    /// The interactions to mask cannot be put together.
    #[error(transparent)]
    Graph(#[from] culet_graph::GraphError),
}

impl EvalError {
    /// What would help.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Cutoffs { .. } => "give lengths of recommendation lists, such as `20,40,60`",
            Self::Shape { .. } => "evaluate a model on the data set that it was trained on",
            Self::NoTargets { .. } => "the part to evaluate on is empty; choose another split or withhold more",
            Self::NoColumn { .. } => "evaluate both runs at the same cutoffs",
            Self::DifferentUsers { .. } => "compare runs on the same split of the same data set",
            Self::Unpaired { .. } => "pair the values of the same users, at least one of them",
            Self::NotFinite { .. } => "a metric is a finite number; check the run that produced it",
            Self::Parameter { .. } | Self::Graph(_) => return None,
        };
        Some(hint.to_owned())
    }
}
