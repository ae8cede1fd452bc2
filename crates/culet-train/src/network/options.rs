//! The settings of the training on a network, which stand beside those of the model.

use culet_model::{Kind, ModelError, Setting, complete_settings};

use crate::{Schedule, Select};

/// The settings of the training on a network.
pub const NETWORK_TRAINING: &[Setting] = &[
    Setting {
        name: "epochs",
        help: "passes over the walks, at most (the authors' --iter_max)",
        kind: Kind::Integer(1, 1_000_000),
        default: "1",
    },
    Setting {
        name: "batch",
        help: "with `engine = walks` nodes of walks in a step, with `pairs` pairs (the authors' --batch_size); 0: as many \
               as suit the network",
        kind: Kind::Integer(0, 16_777_216),
        default: "0",
    },
    Setting {
        name: "learning_rate",
        help: "the step size of AdaGrad, or of Adam with `engine = pairs` (the authors' --lr, 0.003)",
        kind: Kind::Number(1e-9, 100.0),
        default: "0.1",
    },
    Setting {
        name: "schedule",
        help: "how the step size changes: constant, or falling to 0 over `epochs`",
        kind: Kind::Choice(&["constant", "linear", "cosine"]),
        default: "linear",
    },
    Setting {
        name: "score",
        help: "how pairs are scored: mixture weighs products of vectors, degrees and paths, learned on validation edges; \
               product is the inner product alone; hadamard is the published logistic regression",
        kind: Kind::Choice(&["mixture", "product", "hadamard"]),
        default: "mixture",
    },
    Setting {
        name: "select",
        help: "by which part the best epoch is chosen; `test` as in the published program, and said in every output",
        kind: Kind::Choice(&["validation", "test"]),
        default: "validation",
    },
    Setting {
        name: "validation_share",
        help: "share of the training edges withheld to select and to learn the mixture by; the rest stays connected",
        kind: Kind::Share(0.0, 0.9),
        default: "0.1",
    },
    Setting {
        name: "evaluate_every",
        help: "epochs between evaluations; 0: never, the last epoch is taken (the authors' --eval_freq)",
        kind: Kind::Integer(0, 1_000_000),
        default: "1",
    },
    Setting {
        name: "patience",
        help: "evaluations to wait for a better one before stopping; 0: no early stop (the authors' --patience)",
        kind: Kind::Integer(0, 1_000_000),
        default: "5",
    },
    Setting {
        name: "stop",
        help: "what `patience` counts: evaluations since the best one, or all that fell below the one before, as the \
               authors' program does",
        kind: Kind::Choice(&["best", "falls"]),
        default: "best",
    },
    Setting {
        name: "refit",
        help: "after selecting, train anew on all training edges for as many epochs",
        kind: Kind::Switch,
        default: "true",
    },
];

/// How pairs of nodes are scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScoreKind {
    /// A mixture that is learned on validation edges.
    Mixture,
    /// <P_u, Q_v>, mean over the aspects.
    Product,
    /// The published logistic regression on products of coordinates.
    Hadamard,
}

/// What `patience` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopRule {
    /// Evaluations since the best one.
    Best,
    /// Evaluations that fell below the one before, over the whole training.
    Falls,
}

/// The settings of the training; ranges and meanings stand in [`NETWORK_TRAINING`].
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct NetworkTrainOptions {
    pub epochs: u64,
    pub batch: usize,
    pub learning_rate: f64,
    pub schedule: Schedule,
    pub score: ScoreKind,
    pub select: Select,
    pub validation_share: f64,
    pub evaluate_every: u64,
    pub patience: u64,
    pub stop: StopRule,
    pub refit: bool,
}

impl NetworkTrainOptions {
    /// Checks what is given and takes the defaults for the rest.
    ///
    /// # Errors
    /// [`ModelError`] for an unknown setting or a value out of range.
    ///
    /// # Panics
    /// If [`NETWORK_TRAINING`] and the fields differ, which a test excludes.
    pub fn from_settings(given: &toml::Table) -> Result<Self, ModelError> {
        Ok(complete_settings(NETWORK_TRAINING, given)?.try_into().expect("each setting is a field"))
    }
}

impl Default for NetworkTrainOptions {
    fn default() -> Self {
        Self::from_settings(&toml::Table::new()).expect("defaults are in range")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_and_options_name_the_same_things() {
        let written = toml::Table::try_from(NetworkTrainOptions::default()).unwrap();
        assert_eq!(written, complete_settings(NETWORK_TRAINING, &toml::Table::new()).unwrap());
    }
}
