//! The registry: the one list from which come the sub-commands, their help, the README's table and the contract suite.

use culet_graph::{Csr, Network};
use culet_kernels::Matrix;

use crate::cost::{Cost, DataSize};
use crate::skipgram::{self, SkipGramModel};
use crate::{
    ModelError, PairModel, Problem, Range, Scorer, Setting, als, auto, bpr_mf, complete_settings, ease, ease_sparse,
    item_knn, kgin, lightgcn, nearest, popularity, rp3beta, softmax_mf,
};

/// Where a model was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
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

/// Fits a recommender that needs no training loop, from complete settings and a seed.
pub type FitClosed = fn(&toml::Table, Problem<'_>, u64) -> Result<Scorer, ModelError>;

/// Builds a network model from complete settings.
pub type BuildNetwork = fn(&'static ModelSpec, &toml::Table, &Network, Start<'_>) -> Result<SkipGramModel, ModelError>;

/// What fitting a model takes, from complete settings, the pairs in a step, and the counts of the data.
pub type CostOf = fn(&toml::Table, f64, &DataSize) -> Cost;

/// The vectors of users with histories, `[n, d]`, beside given vectors of items: from complete settings, `[n_items, d]`,
/// and the histories.
pub type SolveUsers = fn(&toml::Table, &Matrix, &Csr) -> Matrix;

/// How a model is built, with the tables of a stored run, or else with random ones from the seed; and so what it learns
/// from.
#[derive(Debug, Clone, Copy)]
pub enum Build {
    /// By gradient steps on pairs, from interactions and a knowledge graph.
    Pairs(BuildPairs),
    /// At once, from interactions and a knowledge graph.
    Closed(FitClosed),
    /// By blending others, chosen on withheld pairs; who trains knows how.
    Blend,
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
    /// What its class is called in Python.
    pub class: &'static str,
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
    /// Settings of the training whose defaults are others for this model: name and value, as they would be typed.
    pub training: &'static [(&'static str, &'static str)],
    /// Where a search looks for good settings.
    pub search: &'static [Range],
    /// What fitting takes, from complete settings, the pairs (or nodes of walks) in a step, and the counts of the data;
    /// none where who trains knows.
    pub cost: Option<CostOf>,
    /// How users who were never trained are recommended to, from their histories: the rest of a sentence that begins with
    /// "new users are recommended to". Nothing for models of networks.
    pub new_users: &'static str,
    /// Where the vectors of users follow from those of the items alone: how.
    pub fold_in: Option<SolveUsers>,
    /// How it is built; called by [`ModelSpec::build`] and [`ModelSpec::build_network`].
    pub build: Build,
}

impl ModelSpec {
    /// What most recommenders have in common, for entries to start from.
    pub(crate) const RECOMMENDER: Self = Self {
        name: "",
        class: "",
        title: "",
        summary: "",
        paper: Paper { authors: "", title: "", venue: "", link: "" },
        uses_graph: false,
        has_facets: false,
        explains: false,
        settings: &[],
        presets: &[],
        training: &[],
        search: &[],
        cost: None,
        new_users: "",
        fold_in: None,
        build: Build::Closed(|_, _, _| Ok(Scorer { parts: Vec::new() })),
    };

    /// What the model learns from.
    #[must_use]
    pub fn family(&self) -> Family {
        match self.build {
            Build::Pairs(_) | Build::Closed(_) | Build::Blend => Family::Recommender,
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
            _ => Err(ModelError::OtherFamily { model: self.name, family: self.family() }),
        }
    }

    /// Whether it learns by gradient steps, epoch after epoch.
    #[must_use]
    pub fn has_epochs(&self) -> bool {
        !matches!(self.build, Build::Closed(_) | Build::Blend)
    }

    /// Fits a model that needs no training loop; `given` may leave out settings, which then have their defaults.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of range, for data that do not fit, and for a model that learns by steps.
    pub fn fit(&self, given: &toml::Table, problem: Problem<'_>, seed: u64) -> Result<Scorer, ModelError> {
        match self.build {
            Build::Closed(fit) => fit(&complete_settings(self.settings, given)?, problem, seed),
            _ => Err(ModelError::LearnsBySteps { model: self.name }),
        }
    }

    /// Builds a model that learns by gradient steps; `given` may leave out settings, which then have their defaults.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of range or a table that does not fit, for a model of networks, and for one that
    /// is fitted at once.
    pub fn build(
        &self,
        given: &toml::Table,
        problem: Problem<'_>,
        start: Start<'_>,
    ) -> Result<Box<dyn PairModel>, ModelError> {
        match self.build {
            Build::Pairs(build) => build(&complete_settings(self.settings, given)?, problem, start),
            Build::Network(_) => Err(ModelError::OtherFamily { model: self.name, family: self.family() }),
            Build::Closed(_) | Build::Blend => Err(ModelError::LearnsAtOnce { model: self.name }),
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
pub const MODELS: &[ModelSpec] = &[
    auto::SPEC,
    kgin::SPEC,
    popularity::SPEC,
    item_knn::SPEC,
    rp3beta::SPEC,
    ease::SPEC,
    ease_sparse::SPEC,
    als::SPEC,
    bpr_mf::SPEC,
    softmax_mf::SPEC,
    lightgcn::SPEC,
    skipgram::ASP2VEC,
    skipgram::DEEPWALK,
    skipgram::NODE2VEC,
    skipgram::METAPATH2VEC,
];

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
