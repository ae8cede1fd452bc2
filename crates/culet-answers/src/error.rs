//! Why a question has no answer.

use culet_data::{DataError, RunKind};
use culet_model::{MODELS, ModelError};
use culet_train::StoredError;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// Nothing in the run goes by this.
    #[error("there is no {what} `{asked}` in this run")]
    NoSuch {
        /// `user`, `item`, `node`, `relation` or `entity`.
        what: &'static str,
        /// By what was asked.
        asked: String,
    },
    /// Several have this name.
    #[error("{n} {what}s have the name `{name}`")]
    Ambiguous {
        /// Of what.
        what: &'static str,
        /// The name.
        name: String,
        /// How many have it.
        n: usize,
        /// The id of one of them.
        one: String,
    },
    /// A fact that cannot be read.
    #[error("`{fact}` is no fact")]
    BadFact {
        /// As given.
        fact: String,
    },
    /// No item has a fact.
    #[error("no item has the fact `{fact}`")]
    NoItemWith {
        /// As given.
        fact: String,
    },
    /// The filters leave nothing.
    #[error("no item of the run is left to recommend")]
    NothingLeft,
    /// A history without items.
    #[error("a history is empty")]
    EmptyHistory,
    /// There is no such aspect.
    #[error("there is no aspect {aspect}: this run has {n} {}", if *n == 1 { "aspect" } else { "aspects" })]
    NoAspect {
        /// From 1.
        aspect: usize,
        /// How many there are.
        n: usize,
    },
    /// More groups than nodes.
    #[error("{n} groups are asked for, and this run has {n_nodes} nodes")]
    TooManyGroups {
        /// Asked for.
        n: usize,
        /// How many nodes there are.
        n_nodes: usize,
    },
    /// The model has no facets.
    #[error("`{model}` learns no facets")]
    NoFacets {
        /// Its name.
        model: String,
    },
    /// The model cannot tell reasons.
    #[error("`{model}` cannot tell reasons")]
    NoReasons {
        /// Its name.
        model: String,
    },
    /// The model has no vectors of what was asked about.
    #[error("`{model}` has no vectors of {what}")]
    NoVectors {
        /// Its name.
        model: String,
        /// `users`, `items` or `entities`.
        what: &'static str,
    },
    /// There is nothing of the kind to colour a map by.
    #[error("a map of {what} cannot be coloured by {by}")]
    NoColour {
        /// What is drawn.
        what: &'static str,
        /// What was asked for.
        by: &'static str,
    },
    /// The question is about another kind of run.
    #[error("{what} are of a {}, and this run is of a {found}", other(*found))]
    OtherKind {
        /// What was asked for, in the plural.
        what: &'static str,
        /// The kind of this run.
        found: RunKind,
    },
    /// The run folder does not answer.
    #[error(transparent)]
    Stored(#[from] StoredError),
}

fn other(kind: RunKind) -> RunKind {
    if kind == RunKind::Network { RunKind::Catalogue } else { RunKind::Network }
}

impl From<DataError> for AskError {
    fn from(error: DataError) -> Self {
        Self::Stored(error.into())
    }
}

impl From<ModelError> for AskError {
    fn from(error: ModelError) -> Self {
        Self::Stored(error.into())
    }
}

impl AskError {
    /// A way out, where one can be told without a search; see also [`Answers::hint`](crate::Answers::hint).
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Ambiguous { one, .. } => format!("give the id of one, such as `{one}`"),
            Self::BadFact { .. } => "write a relation and an entity, such as `directed_by=scott`".to_owned(),
            Self::NoItemWith { .. } => "`culet data describe` tells the relations of a data set".to_owned(),
            Self::NothingLeft => "the lists of items and the facts that are asked for together leave none".to_owned(),
            Self::EmptyHistory => "give ids of items that were taken; of whom nothing is known, the items that most \
                                   users took are the best there is"
                .to_owned(),
            Self::NoAspect { .. } => "aspects count from 1; `facets` tells what they are".to_owned(),
            Self::TooManyGroups { .. } => "ask for fewer groups than there are nodes".to_owned(),
            Self::NoFacets { .. } => format!("{} do", names(|spec| spec.has_facets)),
            Self::NoReasons { .. } => format!("{} can", names(|spec| spec.explains)),
            Self::NoVectors { what: "entities", .. } => "`kgin` has".to_owned(),
            Self::NoVectors { .. } => "models that score by vectors alone have, such as `als` or `kgin`".to_owned(),
            Self::NoColour { what: "users", .. } => "items can, users by `facet`".to_owned(),
            Self::NoColour { what: "users and items", .. } => {
                "users can by `facet`, items by the name of a relation".to_owned()
            }
            Self::NoColour { .. } => "they can by `facet`; by labels and types where the data have them".to_owned(),
            Self::Stored(error) => return error.hint(),
            Self::NoSuch { .. } | Self::OtherKind { .. } => return None,
        };
        Some(hint)
    }

    /// Whether the question or the folder is wrong, or else the answer failed.
    #[must_use]
    pub fn is_wrong_input(&self) -> bool {
        !matches!(self, Self::Stored(error) if !error.is_wrong_input())
    }

    /// Whether something that was asked about is not in the run.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::NoSuch { .. })
    }
}

fn names(wanted: impl Fn(&culet_model::ModelSpec) -> bool) -> String {
    let names: Vec<&str> = MODELS.iter().filter(|spec| wanted(spec)).map(|spec| spec.name).collect();
    match names.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => names.join(""),
    }
}
