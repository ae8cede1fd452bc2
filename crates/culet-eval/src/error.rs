//! What can be wrong with an evaluation.

/// An evaluation that would not mean anything.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// Cutoffs that are missing, zero, too long or out of order.
    #[error("the cutoffs `{cutoffs:?}` are not an ascending list of numbers from 1 to 1,000,000")]
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
    /// Columns that belong together but differ in length.
    #[error("there are {found} {what}, expected {expected}")]
    Length {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there have to be.
        expected: usize,
    },
    /// A list that may not be empty.
    #[error("there are no {what}")]
    Empty {
        /// What is missing.
        what: &'static str,
    },
    /// A score that cannot be ordered.
    #[error("{what} {place} of `{name}` is not a number")]
    NotANumber {
        /// The kind of score: `positive` or `negative`.
        what: &'static str,
        /// The scorer.
        name: String,
        /// The score's place, from 0.
        place: usize,
    },
    /// A feature that is not a finite number of reasonable size.
    #[error("sample {sample} has the feature `{value}`")]
    BadFeature {
        /// The sample, from 0.
        sample: usize,
        /// The feature of it that is largest or no number.
        value: f64,
    },
    /// Samples of one class only.
    #[error("{n_positive} of {n_samples} samples are positive: there is nothing to tell apart")]
    OneClass {
        /// How many samples are positive.
        n_positive: usize,
        /// How many samples there are.
        n_samples: usize,
    },
    /// An optimum that rounding keeps out of reach.
    #[error("the gradient stays at `{gradient:e}`, expected `{enough:e}`")]
    NotConverged {
        /// The length of the gradient.
        gradient: f64,
        /// The length that would be small enough.
        enough: f64,
    },
    /// A class label that cannot be told from another, because there is none.
    #[error("all {n_nodes} labelled nodes have the label {label}")]
    OneLabel {
        /// The only label.
        label: u32,
        /// How many nodes have it.
        n_nodes: usize,
    },
    /// A split that leaves a part empty.
    #[error("a share of `{share}` of {n_nodes} labelled nodes leaves no {part} part")]
    EmptyPart {
        /// The share to train on.
        share: f64,
        /// How many nodes have labels.
        n_nodes: usize,
        /// The part that is empty: `training` or `test`.
        part: &'static str,
    },
    /// A node that is not in the list it should be in.
    #[error("node {node} is not among the {what}")]
    Unlisted {
        /// The node.
        node: u32,
        /// The list: `queries` or `candidates`.
        what: &'static str,
    },
    /// A node that is listed twice.
    #[error("node {node} stands twice among the {what}")]
    ListedTwice {
        /// The node.
        node: u32,
        /// The list: `queries` or `candidates`.
        what: &'static str,
    },
    /// The interactions to mask cannot be put together.
    #[error(transparent)]
    Graph(#[from] culet_graph::GraphError),
}

impl EvalError {
    /// [`EvalError::Length`] unless `found` is `expected`.
    pub(crate) fn check_length(what: &'static str, found: usize, expected: usize) -> Result<(), Self> {
        if found == expected { Ok(()) } else { Err(Self::Length { what, found, expected }) }
    }

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
            Self::Empty { .. } => "a score needs pairs with an edge and pairs without",
            Self::NotANumber { .. } => "check the run that produced the scores",
            Self::BadFeature { .. } => "features are finite; take logarithms of counts that span many decades",
            Self::OneClass { .. } => "add samples of the other class",
            Self::NotConverged { .. } => "bring the features to a similar scale",
            Self::OneLabel { .. } => "give labels of two kinds at least",
            Self::EmptyPart { .. } => "label more nodes, or take a share nearer to one half",
            Self::Unlisted { .. } => "add it to the list, or leave its pairs out",
            Self::ListedTwice { .. } => "list each node once",
            Self::Length { .. } | Self::Parameter { .. } | Self::Graph(_) => return None,
        };
        Some(hint.to_owned())
    }
}
