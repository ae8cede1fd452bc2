//! The registry: the one list from which come the sub-commands, their help, the README's table and the contract suite.

use culet_graph::Network;
use culet_kernels::Matrix;

use crate::skipgram::{self, SkipGramModel};
use crate::{ModelError, PairModel, Problem, Setting, complete_settings, kgin, nearest};

/// Where a model was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paper {
    /// The authors, shortened.
    pub authors: &'static str,
    /// The title.
    pub title: &'static str,
    /// Where it appeared.
    pub venue: &'static str,
    /// Its address.
    pub link: &'static str,
}

/// Named settings, those that a paper used, for example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// What `--preset` takes.
    pub name: &'static str,
    /// What it is for.
    pub help: &'static str,
    /// Settings of the model and of the training, in TOML.
    pub settings: &'static str,
}

/// Builds a recommender from complete settings.
pub type BuildPairs = fn(&toml::Table, Problem<'_>, Start<'_>) -> Result<Box<dyn PairModel>, ModelError>;

/// Builds a network model from complete settings.
pub type BuildNetwork = fn(&'static ModelSpec, &toml::Table, &Network, Start<'_>) -> Result<SkipGramModel, ModelError>;

/// How a model is built, with the tables of a stored run, or else with random ones from the seed; and so what it learns
/// from.
#[derive(Debug, Clone, Copy)]
pub enum Build {
    /// From interactions and a knowledge graph.
    Pairs(BuildPairs),
    /// From a network.
    Network(BuildNetwork),
}

/// What a model learns from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Interactions of users with items, and a knowledge graph: it recommends.
    Recommender,
    /// A network: it embeds its nodes.
    Network,
}

/// With what parameters a model starts.
pub enum Start<'a> {
    /// Random ones.
    Seed(u64),
    /// Those of a stored run, by name.
    Tables(&'a dyn Fn(&str) -> Option<Matrix>),
}

/// An entry of the registry.
#[derive(Debug, Clone, Copy)]
pub struct ModelSpec {
    /// What the command line takes.
    pub name: &'static str,
    /// The full name.
    pub title: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Where it was published.
    pub paper: Paper,
    /// Whether it can use a knowledge graph.
    pub uses_graph: bool,
    /// Whether it learns facets (aspects, intents).
    pub has_facets: bool,
    /// Whether it can tell why a score is what it is.
    pub explains: bool,
    /// Its settings, in the order of the help.
    pub settings: &'static [Setting],
    /// Named settings.
    pub presets: &'static [Preset],
    /// How it is built; called by [`ModelSpec::build`] and [`ModelSpec::build_network`].
    pub build: Build,
}

impl ModelSpec {
    /// What the model learns from.
    #[must_use]
    pub fn family(&self) -> Family {
        match self.build {
            Build::Pairs(_) => Family::Recommender,
            Build::Network(_) => Family::Network,
        }
    }

    /// Builds a model of a network; `given` may leave out settings, which then have their defaults.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of range or a table that does not fit, and for a recommender.
    pub fn build_network(
        &'static self,
        given: &toml::Table,
        network: &Network,
        start: Start<'_>,
    ) -> Result<SkipGramModel, ModelError> {
        match self.build {
            Build::Network(build) => build(self, &complete_settings(self.settings, given)?, network, start),
            Build::Pairs(_) => Err(ModelError::OtherFamily { model: self.name, family: self.family() }),
        }
    }

    /// Builds the model; `given` may leave out settings, which then have their defaults.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of range or a table that does not fit, and for a model of networks.
    pub fn build(
        &self,
        given: &toml::Table,
        problem: Problem<'_>,
        start: Start<'_>,
    ) -> Result<Box<dyn PairModel>, ModelError> {
        match self.build {
            Build::Pairs(build) => build(&complete_settings(self.settings, given)?, problem, start),
            Build::Network(_) => Err(ModelError::OtherFamily { model: self.name, family: self.family() }),
        }
    }

    /// The settings of a preset.
    ///
    /// # Errors
    /// [`ModelError::UnknownPreset`] with those that exist.
    ///
    /// # Panics
    /// If the preset's own text is no TOML, which a test excludes.
    pub fn preset(&self, name: &str) -> Result<toml::Table, ModelError> {
        let preset = self.presets.iter().find(|preset| preset.name == name);
        let preset = preset.ok_or_else(|| ModelError::UnknownPreset {
            model: self.name,
            name: name.to_owned(),
            known: self.presets.iter().map(|preset| preset.name).collect(),
        })?;
        Ok(preset.settings.parse().expect("presets are TOML"))
    }
}

/// All models.
pub const MODELS: &[ModelSpec] =
    &[kgin::SPEC, skipgram::ASP2VEC, skipgram::DEEPWALK, skipgram::NODE2VEC, skipgram::METAPATH2VEC];

/// The model of a name.
///
/// # Errors
/// [`ModelError::UnknownModel`] with the nearest name.
pub fn find_model(name: &str) -> Result<&'static ModelSpec, ModelError> {
    MODELS.iter().find(|spec| spec.name == name).ok_or_else(|| ModelError::UnknownModel {
        name: name.to_owned(),
        nearest: nearest(&name.to_lowercase(), MODELS.iter().map(|spec| spec.name)),
    })
}
