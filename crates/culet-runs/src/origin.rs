//! What another training starts from: a run, or what is kept of a training that is not over.

use std::collections::BTreeMap;
use std::path::Path;

use culet_data::{CatalogueParts, DataError, KeptTraining, NetworkParts, Run, RunData, RunProblem};
use culet_kernels::Matrix;
use culet_model::ModelSpec;
use culet_train::{StoredState, kept_network_parameters};

use crate::RunsError;
use crate::resume::{part, stored};

/// Parameters with what they are of.
pub(crate) enum Origin {
    Run(Box<Run>),
    /// Those of the best epoch so far.
    Kept {
        data: Box<RunData>,
        tables: BTreeMap<String, Matrix>,
    },
}

impl Origin {
    /// Opens the folder of a run; if it holds none, but a training that is not over, what that kept.
    pub(crate) fn open(path: &Path, spec: &'static ModelSpec) -> Result<Self, RunsError> {
        let (model, known) = match Run::open(path) {
            Ok(run) => (run.manifest.summary.model.clone(), Self::Run(run.into())),
            Err(error @ DataError::Run { problem: RunProblem::Unfinished, .. }) => {
                let KeptTraining { plan, data, state, .. } = KeptTraining::open(path)?;
                let Some(state) = state else { return Err(error.into()) };
                let known = if plan.model == spec.name {
                    Self::kept(spec, &plan.config, data, &stored(state)?)?
                } else {
                    Self::Kept { data: data.into(), tables: BTreeMap::new() }
                };
                (plan.model, known)
            }
            Err(error) => return Err(error.into()),
        };
        if model != spec.name {
            return Err(RunsError::OtherModel { path: path.to_owned(), found: model, expected: spec.name });
        }
        Ok(known)
    }

    fn kept(
        spec: &'static ModelSpec,
        config: &serde_json::Value,
        data: RunData,
        state: &StoredState,
    ) -> Result<Self, RunsError> {
        let tables = match &data {
            RunData::Network(parts) => kept_network_parameters(spec, &part(config, "model")?, &parts.network, state)?,
            _ => state.best_tables(),
        };
        Ok(Self::Kept { data: data.into(), tables })
    }

    /// The catalogue that they were learned from.
    pub(crate) fn catalogue(&self) -> Result<&CatalogueParts, RunsError> {
        match self {
            Self::Run(run) => Ok(run.catalogue()?),
            Self::Kept { data, .. } => match &**data {
                RunData::Catalogue(parts) => Ok(parts),
                _ => unreachable!("a model learns from data of one kind"),
            },
        }
    }

    /// The network that they were learned from.
    pub(crate) fn network(&self) -> Result<&NetworkParts, RunsError> {
        match self {
            Self::Run(run) => Ok(run.network()?),
            Self::Kept { data, .. } => match &**data {
                RunData::Network(parts) => Ok(parts),
                _ => unreachable!("a model learns from data of one kind"),
            },
        }
    }

    /// A table of parameters.
    pub(crate) fn table(&self, name: &str) -> Result<Matrix, RunsError> {
        match self {
            Self::Run(run) => Ok(run.table(&format!("parameter.{name}"))?),
            Self::Kept { tables, .. } => {
                let missing = || culet_train::TrainError::BadState { what: format!("there is no table `{name}`") };
                Ok(tables.get(name).cloned().ok_or_else(missing)?)
            }
        }
    }
}
