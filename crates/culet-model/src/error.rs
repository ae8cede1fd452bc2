//! What can be wrong with a model's settings or data.

use crate::Family;

/// A setting or a table that a model cannot use.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// No model has this name.
    #[error("there is no model `{name}`")]
    UnknownModel {
        /// The name given.
        name: String,
        /// The nearest name that exists.
        nearest: Option<&'static str>,
    },
    /// No preset has this name.
    #[error("`{model}` has no preset `{name}` (it has {})", list(known))]
    UnknownPreset {
        /// The model.
        model: &'static str,
        /// The name given.
        name: String,
        /// The presets that exist.
        known: Vec<&'static str>,
    },
    /// No setting has this name.
    #[error("there is no setting `{name}`")]
    UnknownSetting {
        /// The name given.
        name: String,
        /// The nearest name that exists.
        nearest: Option<&'static str>,
    },
    /// A setting has a value outside its range or of another type.
    #[error("`{name}` is {found}, expected {expected}")]
    BadSetting {
        /// The setting.
        name: &'static str,
        /// The value given.
        found: String,
        /// What would do.
        expected: String,
    },
    /// A model of networks where a recommender is asked for, or the other way round.
    #[error("`{model}` {}", match family {
        Family::Network => "learns from a network, not from interactions",
        Family::Recommender => "learns from interactions, not from a network",
    })]
    OtherFamily {
        /// The model.
        model: &'static str,
        /// What it learns from.
        family: Family,
    },
    /// A model without steps where one with steps is asked for.
    #[error("`{model}` is fitted at once, not by steps")]
    LearnsAtOnce {
        /// The model.
        model: &'static str,
    },
    /// A model with steps where one without is asked for.
    #[error("`{model}` learns by steps, not at once")]
    LearnsBySteps {
        /// The model.
        model: &'static str,
    },
    /// Equations without a definite solution in the numbers' precision.
    #[error("the equations have no definite solution with lambda = {lambda}")]
    NotDefinite {
        /// The ridge.
        lambda: f64,
    },
    /// More relations than a model can hold.
    #[error("the graph has {found} relations, inverse ones counted; at most {most} fit")]
    TooManyRelations {
        /// Relations, inverse ones counted.
        found: usize,
        /// How many fit.
        most: usize,
    },
    /// A table has another shape than the settings and the data ask for.
    #[error("table `{name}` is {found}, expected {expected}")]
    BadTable {
        /// The table.
        name: String,
        /// Its shape, or `missing`.
        found: String,
        /// The shape expected.
        expected: String,
    },
}

impl ModelError {
    /// What would help, if anything general can be said.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownModel { nearest: Some(near), .. } | Self::UnknownSetting { nearest: Some(near), .. } => {
                Some(format!("did you mean `{near}`?"))
            }
            Self::UnknownModel { .. } => Some("`culet models` lists them".to_owned()),
            Self::UnknownSetting { .. } => Some("`culet train MODEL --help` lists them".to_owned()),
            Self::NotDefinite { .. } => Some("raise `--lambda`".to_owned()),
            Self::TooManyRelations { .. } => Some(
                "are relations numbered without gaps, and is the second column of `kg_final.txt` the relation?"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
