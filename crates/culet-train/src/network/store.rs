//! From a finished training on a network to a run folder, and back to one that answers.

use std::collections::BTreeMap;
use std::path::Path;

use culet_data::{NetworkFingerprint, NetworkView, NodeLabels, Protocol, Run, RunContents, RunSummary, Selection};
use culet_eval::{LinkReport, LinkScores};
use culet_graph::{Names, Network};
use culet_kernels::Matrix;
use culet_model::{ModelError, ModelSpec, NetworkEmbedding};
use rayon::ThreadPool;
use serde_json::json;

use super::judge::link_scores;
use super::{LinkScore, LinkScorer, LinkSets, NetworkOutcome, NetworkTrainOptions};
use crate::{Part, Select, StoredError, TrainError};

/// What a run folder tells beside the outcome itself.
#[derive(Debug, Clone, Copy)]
pub struct NetworkRunFacts<'a> {
    /// The model.
    pub spec: &'static ModelSpec,
    /// Its complete settings.
    pub settings: &'a toml::Table,
    /// Those of the training.
    pub options: &'a NetworkTrainOptions,
    /// The seed.
    pub seed: u64,
    /// Threads used.
    pub threads: usize,
    /// Seconds of reading the data.
    pub load_seconds: f64,
    /// The name of the data set.
    pub data_name: &'a str,
    /// The network before anything was withheld.
    pub network: &'a Network,
    /// External ids and names of its nodes.
    pub nodes: &'a Names,
    /// Labels of the nodes, where there are any.
    pub labels: Option<&'a NodeLabels>,
}

/// Tables that a run folder holds, kept while it is written.
pub struct NetworkTables {
    tables: Vec<(String, Matrix)>,
}

impl NetworkTables {
    /// The tables of an outcome.
    #[must_use]
    pub fn of(outcome: &NetworkOutcome) -> Self {
        let parameters = outcome.model.parameters().into_iter();
        let mut tables: Vec<(String, Matrix)> =
            parameters.map(|(name, table)| (format!("parameter.{name}"), table)).collect();
        tables.push(("facet.shares".to_owned(), outcome.embedding.shares.clone()));
        Self { tables }
    }
}

/// Everything that the run folder of an outcome holds.
///
/// # Panics
/// If the score is no plain data, which does not happen.
#[must_use]
pub fn network_run_contents<'a>(
    facts: &NetworkRunFacts<'a>,
    outcome: &'a NetworkOutcome,
    tables: &'a NetworkTables,
) -> RunContents<'a> {
    let selection = match facts.options.select {
        Select::Validation => Selection::Validation,
        Select::Test => Selection::Test,
    };
    let own_row = |report: &LinkReport| {
        let row = &report.rows[0];
        BTreeMap::from([("auc".to_owned(), row.auc), ("average_precision".to_owned(), row.average_precision)])
    };
    let valid = outcome.selected_by.clone().filter(|_| selection == Selection::Validation);
    let metrics = [("valid", valid), ("test", outcome.test.as_ref().map(own_row))];
    let seconds =
        [("load", facts.load_seconds), ("train", outcome.seconds.train), ("evaluate", outcome.seconds.evaluate)];
    let summary = RunSummary {
        model: facts.spec.name.to_owned(),
        config: json!({ "data": facts.data_name, "model": facts.settings, "training": facts.options }),
        data: NetworkFingerprint::of(facts.network).into(),
        seed: facts.seed,
        threads: facts.threads,
        protocol: Protocol {
            selection,
            refit: facts.options.refit,
            cutoffs: Vec::new(),
            validation_share: facts.options.validation_share,
        },
        best_epoch: Some(outcome.best_epoch),
        metrics: metrics.into_iter().filter_map(|(part, values)| Some((part.to_owned(), values?))).collect(),
        seconds: seconds.into_iter().map(|(phase, s)| (phase.to_owned(), s)).collect(),
        extra: json!({ "score": outcome.score, "interrupted": outcome.interrupted }),
    };
    let parts = &outcome.parts;
    RunContents {
        summary,
        tables: tables.tables.iter().map(|(name, table)| (name.clone(), table)).collect(),
        sparse: Vec::new(),
        data: NetworkView {
            network: &outcome.network,
            nodes: facts.nodes,
            labels: facts.labels,
            train_negatives: &parts.train_negatives,
            valid: &parts.valid,
            valid_negatives: &parts.valid_negatives,
            test: &parts.test,
            test_negatives: &parts.test_negatives,
        }
        .into(),
        per_user: None,
    }
}

/// A run of a network that answers: all it needs is in the folder.
pub struct StoredNetworkRun {
    /// The folder's content.
    pub run: Run,
    /// The vectors.
    pub embedding: NetworkEmbedding,
    /// What scores pairs.
    pub score: LinkScore,
}

impl StoredNetworkRun {
    /// Opens a run folder and compares all checksums.
    ///
    /// # Errors
    /// [`StoredError::Data`] if it is not a whole run, or one of a catalogue.
    pub fn open(path: &Path) -> Result<Self, StoredError> {
        let run = Run::open(path)?;
        let n_nodes = run.network()?.network.n_nodes();
        let tables = ["parameter.centres", "parameter.contexts", "facet.shares"].map(|name| run.table(name));
        let [centres, contexts, shares] = tables;
        let (centres, contexts, shares) = (centres?, contexts?, shares?);
        let n_aspects = shares.dim();
        let bad = |name: &str, table: &Matrix, expected: String| ModelError::BadTable {
            name: name.to_owned(),
            found: format!("{} x {}", table.n_rows(), table.dim()),
            expected,
        };
        let n_rows = centres.n_rows();
        if n_rows != n_nodes && n_rows != 2 * n_nodes {
            return Err(bad("parameter.centres", &centres, format!("{n_nodes} rows, or twice as many")).into());
        }
        if shares.n_rows() != n_rows || !(1..=16).contains(&n_aspects) {
            return Err(bad("facet.shares", &shares, format!("{n_rows} x 1 to 16")).into());
        }
        let width = n_aspects * centres.dim();
        if (contexts.n_rows(), contexts.dim()) != (n_rows, width) {
            return Err(bad("parameter.contexts", &contexts, format!("{n_rows} x {width}")).into());
        }
        let score = run.manifest.summary.extra["score"].clone();
        let score: LinkScore = serde_json::from_value(score).map_err(|_| StoredError::Settings)?;
        let embedding = NetworkEmbedding::new(centres, contexts, n_aspects, n_nodes, shares);
        check_score(&score, &embedding, &run.network()?.network)?;
        Ok(Self { run, embedding, score })
    }

    /// What the model was made from.
    ///
    /// # Panics
    /// Never: that it is a network was seen when the run was opened.
    #[must_use]
    pub fn data(&self) -> &culet_data::NetworkParts {
        self.run.network().expect("a network, as seen when the run was opened")
    }

    /// The name of the data set that was trained on.
    #[must_use]
    pub fn data_name(&self) -> &str {
        self.run.manifest.summary.config["data"].as_str().unwrap_or("?")
    }

    /// What scores pairs of nodes.
    #[must_use]
    pub fn scorer(&self) -> LinkScorer<'_> {
        LinkScorer::new(&self.embedding, &self.data().network, &self.score)
    }

    /// The model's score, its parts and the simple scores on a part.
    ///
    /// # Errors
    /// [`StoredError::NoPart`] if the part is empty.
    pub fn evaluate(&self, part: Part, pool: &ThreadPool) -> Result<LinkReport, StoredError> {
        Ok(LinkReport::new(&self.link_scores(part, pool)?)?)
    }

    /// What they say of each pair of a part, in the order of the rows of [`StoredNetworkRun::evaluate`].
    ///
    /// # Errors
    /// [`StoredError::NoPart`] if the part is empty.
    pub fn link_scores(&self, part: Part, pool: &ThreadPool) -> Result<Vec<LinkScores>, StoredError> {
        let data = self.data();
        let (positives, negatives, word) = match part {
            Part::Valid => (&data.valid, &data.valid_negatives, "validation"),
            Part::Test => (&data.test, &data.test_negatives, "test"),
        };
        if positives.is_empty() || negatives.is_empty() {
            return Err(StoredError::NoPart { part: word });
        }
        let edges = data.network.edges();
        let sets = LinkSets {
            train: edges.sources.iter().copied().zip(edges.targets.iter().copied()).collect(),
            train_negatives: data.train_negatives.clone(),
            ..LinkSets::default()
        };
        let name = &self.run.manifest.summary.model;
        let pairs = (positives.as_slice(), negatives.as_slice());
        let scores = link_scores(name, &self.embedding, &data.network, &sets, &self.score, pairs, pool);
        scores.map_err(|error| match error {
            TrainError::Evaluation(error) => error.into(),
            _ => StoredError::Settings,
        })
    }
}

/// A score that does not fit its tables must not bring the program down.
fn check_score(score: &LinkScore, embedding: &NetworkEmbedding, network: &Network) -> Result<(), StoredError> {
    let fits = match score {
        LinkScore::Product => true,
        LinkScore::Mixture(mixture) => {
            let names = super::LinkTerms::new(embedding, network).names();
            let n = names.len();
            mixture.names == names && [&mixture.means, &mixture.scales, &mixture.weights].iter().all(|v| v.len() == n)
        }
        LinkScore::Hadamard { weights, .. } => weights.len() == embedding.published().dim(),
    };
    if fits { Ok(()) } else { Err(StoredError::Settings) }
}
