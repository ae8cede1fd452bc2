//! What was given, as settings of a model and settings of its training.

use culet_model::{Family, ModelError, ModelSpec, Setting, complete_settings};
use culet_train::{NETWORK_TRAINING, divide_settings, training_settings};

/// The settings of a model and of its training.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Those of the model, complete.
    pub model: toml::Table,
    /// Those of the training that were given, for
    /// [`TrainOptions::for_model`](culet_train::TrainOptions::for_model) or
    /// [`NetworkTrainOptions::from_settings`](culet_train::NetworkTrainOptions::from_settings), which check them and add
    /// the others.
    pub training: toml::Table,
}

/// Divides what a preset says, and what is given besides and wins over it, into settings of the model and of its
/// training, of whichever family the model is.
///
/// # Errors
/// [`ModelError`] for an unknown preset or setting, and for a value of the model that is out of range.
pub fn resolve_settings(spec: &ModelSpec, preset: Option<&str>, given: toml::Table) -> Result<Settings, ModelError> {
    let mut all = preset.map(|name| spec.preset(name)).transpose()?.unwrap_or_default();
    all.extend(given);
    let (training, model) = divide_settings(&settings_of_training(spec), all);
    Ok(Settings { model: complete_settings(spec.settings, &model)?, training })
}

/// The settings of the training, which depend on what the model learns from.
#[must_use]
pub fn settings_of_training(spec: &ModelSpec) -> Vec<Setting> {
    match spec.family() {
        Family::Recommender => training_settings(spec),
        Family::Network => NETWORK_TRAINING.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use culet_model::find_model;

    use super::*;

    #[test]
    fn what_is_given_wins_over_a_preset_and_both_are_divided() {
        let spec = find_model("kgin").unwrap();
        let given = || "hops = 1\nepochs = 3".parse::<toml::Table>().unwrap();
        let settings = resolve_settings(spec, Some("last-fm"), given()).unwrap();
        assert_eq!(settings.model["hops"].as_integer(), Some(1));
        assert_eq!(settings.model.len(), spec.settings.len());
        assert_eq!(settings.training["epochs"].as_integer(), Some(3));
        let plain = resolve_settings(spec, None, given()).unwrap();
        assert_eq!(plain.training, "epochs = 3".parse::<toml::Table>().unwrap());
        assert!(settings.training.len() >= plain.training.len());
        let told =
            |preset, given: &str| resolve_settings(spec, preset, given.parse().unwrap()).unwrap_err().to_string();
        assert!(told(Some("last"), "").starts_with("`kgin` has no preset `last`"));
        assert_eq!(told(None, "hopps = 1"), "there is no setting `hopps`");
    }

    #[test]
    fn models_of_networks_have_other_settings_of_training() {
        let spec = find_model("asp2vec").unwrap();
        let settings = resolve_settings(spec, None, "epochs = 2\ndim = 8".parse().unwrap()).unwrap();
        assert_eq!(settings.training, "epochs = 2".parse::<toml::Table>().unwrap());
        assert_eq!(settings.model["dim"].as_integer(), Some(8));
    }
}
