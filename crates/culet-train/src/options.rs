//! The settings of the training, which stand beside those of the model.

use culet_model::{Build, Kind, ModelError, ModelSpec, Setting, complete_settings};

/// The settings of the training.
pub const TRAINING: &[Setting] = &[
    Setting {
        name: "epochs",
        help: "passes over the training pairs, at most (the authors' --epoch)",
        kind: Kind::Integer(1, 1_000_000),
        default: "200",
    },
    Setting {
        name: "batch",
        help: "pairs in a step (the authors' --batch_size)",
        kind: Kind::Integer(1, 16_777_216),
        default: "1024",
    },
    Setting {
        name: "learning_rate",
        help: "Adam's step size (the authors' --lr)",
        kind: Kind::Number(1e-9, 100.0),
        default: "1e-3",
    },
    Setting {
        name: "schedule",
        help: "how the step size changes: constant, or falling to 0 over `epochs`",
        kind: Kind::Choice(&["constant", "linear", "cosine"]),
        default: "constant",
    },
    Setting {
        name: "select",
        help: "by which part the best epoch is chosen; `test` as in the published programs, and said in every output",
        kind: Kind::Choice(&["validation", "test"]),
        default: "validation",
    },
    Setting {
        name: "validation_share",
        help: "share of each user's training items withheld to select by",
        kind: Kind::Share(0.0, 0.9),
        default: "0.1",
    },
    Setting {
        name: "evaluate_every",
        help: "epochs between evaluations; 0: never, the last epoch is taken",
        kind: Kind::Integer(0, 1_000_000),
        default: "5",
    },
    Setting {
        name: "patience",
        help: "evaluations without a better recall before stopping; 0: no early stop",
        kind: Kind::Integer(0, 1_000_000),
        default: "10",
    },
    Setting {
        name: "refit",
        help: "after selecting, train anew on training and validation pairs for as many epochs",
        kind: Kind::Switch,
        default: "false",
    },
];

/// What can be said of how a blend is chosen.
const BLENDING: [&str; 2] = ["select", "validation_share"];

/// The settings of the training of a recommender, with the defaults that suit it; none for one without epochs.
#[must_use]
pub fn training_settings(spec: &ModelSpec) -> Vec<Setting> {
    let with_default = |setting: &Setting| {
        let own = spec.training.iter().find(|(name, _)| *name == setting.name);
        Setting { default: own.map_or(setting.default, |(_, default)| default), ..*setting }
    };
    match spec.build {
        Build::Pairs(_) => TRAINING.iter().map(with_default).collect(),
        Build::Blend => TRAINING.iter().filter(|setting| BLENDING.contains(&setting.name)).copied().collect(),
        Build::Closed(_) | Build::Network(_) => Vec::new(),
    }
}

/// Divides settings into those of the training, by its list, and those of the model.
#[must_use]
pub fn divide_settings(training: &[Setting], all: toml::Table) -> (toml::Table, toml::Table) {
    all.into_iter().partition(|(name, _)| training.iter().any(|setting| setting.name == name))
}

/// How the step size changes over the epochs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// It does not.
    Constant,
    /// In a line to 0.
    Linear,
    /// In half a cosine to 0.
    Cosine,
}

impl Schedule {
    /// The factor on the step size after a share of the training.
    #[must_use]
    pub fn factor(self, done: f64) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Linear => 1.0 - done,
            Self::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * done).cos()),
        }
    }
}

/// By which part the best epoch is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Select {
    /// Pairs withheld from training: honest.
    Validation,
    /// The test part: as the published programs do.
    Test,
}

/// The settings of the training; ranges and meanings stand in [`TRAINING`].
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TrainOptions {
    pub epochs: u64,
    pub batch: usize,
    pub learning_rate: f64,
    pub schedule: Schedule,
    pub select: Select,
    pub validation_share: f64,
    pub evaluate_every: u64,
    pub patience: u64,
    pub refit: bool,
}

impl TrainOptions {
    /// Checks what is given and takes the model's defaults for the rest. A model without epochs has no settings.
    ///
    /// # Errors
    /// [`ModelError`] for an unknown setting or a value out of range.
    ///
    /// # Panics
    /// As [`TrainOptions::from_settings`].
    pub fn for_model(spec: &ModelSpec, given: &toml::Table) -> Result<Self, ModelError> {
        let complete = complete_settings(&training_settings(spec), given)?;
        let options = Self::from_settings(&complete)?;
        Ok(if spec.has_epochs() { options } else { Self { evaluate_every: 0, ..options } })
    }

    /// Checks what is given and takes the defaults for the rest.
    ///
    /// # Errors
    /// [`ModelError`] for an unknown setting or a value out of range.
    ///
    /// # Panics
    /// If [`TRAINING`] and the fields differ, which a test excludes.
    pub fn from_settings(given: &toml::Table) -> Result<Self, ModelError> {
        Ok(complete_settings(TRAINING, given)?.try_into().expect("each setting is a field"))
    }
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self::from_settings(&toml::Table::new()).expect("defaults are in range")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_and_options_name_the_same_things() {
        let written = toml::Table::try_from(TrainOptions::default()).unwrap();
        assert_eq!(written, complete_settings(TRAINING, &toml::Table::new()).unwrap());
    }

    #[test]
    fn schedules_start_at_one_and_end_at_nothing() {
        for schedule in [Schedule::Linear, Schedule::Cosine] {
            assert!((schedule.factor(0.0) - 1.0).abs() < 1e-12 && schedule.factor(1.0).abs() < 1e-12);
            assert!((schedule.factor(0.5) - 0.5).abs() < 1e-12);
        }
        assert_eq!(Schedule::Constant.factor(0.9), 1.0);
    }
}
