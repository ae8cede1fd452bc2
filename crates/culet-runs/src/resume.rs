//! Going on with a training that was interrupted, in its own run folder.

use std::path::Path;

use culet_data::{
    CatalogueParts, Checkpoints, DataError, DataFingerprint, Dataset, Fingerprint, KeptPlace, KeptState, KeptTraining,
    LinkParts, NetworkData, NetworkFingerprint, NetworkParts, RunData, RunProblem, RunWriter, TrainingPlan,
};
use culet_eval::RankingProtocol;
use culet_kernels::Matrix;
use culet_model::{ModelSpec, find_model};
use culet_train::{Beginning, GraphKind, StoredState, TrainError};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{CatalogueFit, NetworkFit, RunsError};

/// A training that was interrupted, by whatever: opened, it can go on.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use culet_runs::{CheckpointEvery, ResumedData, Resumption};
/// # let (pool, observer) = (rayon::ThreadPoolBuilder::new().build()?, &mut culet_train::Silent);
/// let (from, data) = Resumption::open("run".as_ref())?;
/// if let ResumedData::Catalogue(dataset) = &data {
///     from.catalogue_fit(dataset)?.resume(from, CheckpointEvery::Affordable, &pool, observer)?;
/// }
/// # Ok(())
/// # }
/// ```
pub struct Resumption {
    plan: TrainingPlan,
    start: Vec<(String, Matrix)>,
    state: Option<KeptState>,
    notes: Vec<String>,
    place: KeptPlace,
}

/// What a training reads, from its run folder.
#[derive(Debug, Clone)]
pub enum ResumedData {
    /// Users, items and facts.
    Catalogue(Dataset),
    /// Nodes and edges.
    Network(NetworkData),
}

impl Resumption {
    /// Opens a run folder whose training is not over.
    ///
    /// # Errors
    /// [`RunsError::Data`] with what is wrong: a folder without a checkpoint, a file that is missing, truncated, altered
    /// or of another training, a newer format, other data than the fingerprint says.
    pub fn open(path: &Path) -> Result<(Self, ResumedData), RunsError> {
        let KeptTraining { plan, data, start, state, notes, place } = KeptTraining::open(path)?;
        let name = plan.config["data"].as_str().unwrap_or("?").to_owned();
        let data = match data {
            RunData::Catalogue(parts) => ResumedData::Catalogue(dataset(name, *parts)),
            RunData::Network(parts) => ResumedData::Network(network(name, *parts)),
            _ => return Err(bad("its data are of an unknown kind").into()),
        };
        let found = data.fingerprint();
        if found != plan.data {
            let (expected, found) = (plan.data.to_string(), found.to_string());
            let problem = RunProblem::OtherData { expected, found };
            return Err(DataError::Run { path: path.to_owned(), problem }.into());
        }
        Ok((Self { plan, start, state, notes, place }, data))
    }

    /// The model that is trained.
    ///
    /// # Errors
    /// [`RunsError::Model`] if this program does not know it.
    pub fn spec(&self) -> Result<&'static ModelSpec, RunsError> {
        Ok(find_model(&self.plan.model)?)
    }

    /// Where it goes on, in words: `epoch 7 of the training`; none if it begins anew.
    #[must_use]
    pub fn goes_on(&self) -> Option<String> {
        let progress = &self.state.as_ref()?.progress;
        let (epoch, step) = (progress["epoch"].as_u64()?, progress["step"].as_u64()?);
        let phase =
            progress["phase"].as_str().filter(|phase| *phase != "train").map(|phase| format!(" of the {phase}"));
        let steps = if step > 0 { format!(", after {step} steps") } else { String::new() };
        let Some(blend) = progress.get("blend") else {
            return Some(format!("epoch {epoch}{}{steps}", phase.unwrap_or_default()));
        };
        let [tried, made] = ["tried", "made"].map(|found| blend[found].as_array().map_or(0, Vec::len));
        let within = if epoch > 0 { format!(", in epoch {epoch} of the next{steps}") } else { String::new() };
        Some(format!("what was found: settings of the linear model tried {tried}, vectors made {made}{within}"))
    }

    /// What is wrong with newer states than the one that it goes on from, one sentence each.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The fit of a catalogue, as it was begun.
    ///
    /// # Errors
    /// [`RunsError::Model`] for a model that this program does not know; [`RunsError::Train`] for settings that are none.
    pub fn catalogue_fit<'a>(&self, dataset: &'a Dataset) -> Result<CatalogueFit<'a>, RunsError> {
        let config = &self.plan.config;
        let graph = config["graph"].as_str().and_then(GraphKind::of_word).ok_or_else(|| bad("it names no graph"))?;
        Ok(CatalogueFit {
            spec: self.spec()?,
            settings: part(config, "model")?,
            options: part(config, "training")?,
            protocol: RankingProtocol::new(self.plan.cutoffs.clone())?,
            dataset,
            load_seconds: self.plan.load_seconds,
            graph,
            seed: self.plan.seed,
        })
    }

    /// The fit of a network, as it was begun.
    ///
    /// # Errors
    /// As [`Resumption::catalogue_fit`].
    pub fn network_fit<'a>(&self, data: &'a NetworkData) -> Result<NetworkFit<'a>, RunsError> {
        Ok(NetworkFit {
            spec: self.spec()?,
            settings: part(&self.plan.config, "model")?,
            options: part(&self.plan.config, "training")?,
            data,
            load_seconds: self.plan.load_seconds,
            seed: self.plan.seed,
        })
    }

    pub(crate) fn go_on(self) -> Result<(RunWriter, Checkpoints, Beginning), RunsError> {
        let state = self.state.map(stored).transpose()?;
        let (writer, checkpoints) = self.place.go_on()?;
        Ok((writer, checkpoints, Beginning { start: self.start.into_iter().collect(), state }))
    }
}

impl ResumedData {
    fn fingerprint(&self) -> DataFingerprint {
        match self {
            Self::Catalogue(dataset) => Fingerprint::of(dataset).into(),
            Self::Network(data) => NetworkFingerprint::of(&data.network).into(),
        }
    }
}

fn dataset(name: String, parts: CatalogueParts) -> Dataset {
    let CatalogueParts { train, valid, test, graph, vocabulary } = parts;
    Dataset { name, train, valid, test, graph, vocabulary, notes: Vec::new() }
}

fn network(name: String, parts: NetworkParts) -> NetworkData {
    let NetworkParts { network, nodes, labels, train_negatives, valid, valid_negatives, test, test_negatives } = parts;
    let split = LinkParts { train_negatives, valid, valid_negatives, test, test_negatives };
    NetworkData { name, network, nodes, labels, split, notes: Vec::new() }
}

/// A state as a training goes on from it.
pub(crate) fn stored(state: KeptState) -> Result<StoredState, TrainError> {
    let progress = serde_json::from_value(state.progress).map_err(|error| bad(&error.to_string()))?;
    let history = state.history.into_iter().map(serde_json::from_value).collect::<Result<_, _>>();
    let history = history.map_err(|error| bad(&format!("its history makes no sense: {error}")))?;
    Ok(StoredState { progress, tables: state.tables.into_iter().collect(), history })
}

/// A part of what a plan tells, such as the settings of the model.
pub(crate) fn part<T: DeserializeOwned>(config: &Value, name: &str) -> Result<T, TrainError> {
    let settings = serde_json::from_value(config[name].clone());
    settings.map_err(|error| bad(&format!("its settings of the {name} make no sense: {error}")))
}

fn bad(what: &str) -> TrainError {
    TrainError::BadState { what: what.to_owned() }
}
