//! A run folder, opened once for all that is shown of it.

use std::path::{Path, PathBuf};

use culet_answers::Answers;
use culet_data::{RunSummary, Selection};
use culet_eval::significance::{StandardError, standard_error};
use culet_eval::{RankingProtocol, RankingReport};
use culet_model::ModelSpec;
use culet_train::{EpochRecord, Part, StoredRun};
use rayon::ThreadPool;

use crate::ReportError;

/// An opened run.
pub(crate) struct Opened {
    pub(crate) path: PathBuf,
    /// What it is called.
    pub(crate) name: String,
    pub(crate) answers: Answers,
    /// Its epochs; empty for a model without.
    pub(crate) history: Vec<EpochRecord>,
}

impl Opened {
    /// By default it is called by the last part of its path, which tells it from others.
    pub(crate) fn open(path: &Path, name: Option<&String>) -> Result<Self, ReportError> {
        let answers = Answers::open(path)?;
        let events = answers.run().history()?;
        // What later programs may note besides is no epoch.
        let history = events.into_iter().filter_map(|event| serde_json::from_value(event).ok()).collect();
        let last = || path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.cloned().or_else(last).unwrap_or_else(|| path.display().to_string());
        Ok(Self { path: path.to_owned(), name, answers, history })
    }

    pub(crate) fn summary(&self) -> &RunSummary {
        &self.answers.manifest().summary
    }

    /// The registry's entry of its model.
    pub(crate) fn spec(&self) -> Option<&'static ModelSpec> {
        culet_model::find_model(&self.summary().model).ok()
    }

    /// What has to stand beside its numbers.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.summary().selected_on() == Some(Selection::Test) {
            warnings.push("selected on the TEST part, as published: not an honest estimate".to_owned());
        }
        if self.summary().was_interrupted() {
            warnings.push("the training was interrupted: this is the best epoch until then".to_owned());
        }
        if self.summary().extra["started_from_a_run"] == true {
            warnings.push(
                "started from the parameters of another run, which may have learned from what was withheld here to select by"
                    .to_owned(),
            );
        }
        warnings
    }
}

/// What a run and its controls reach on the part that they are judged by.
pub(crate) struct Judged {
    /// `test`, or `validation` where there is no test part.
    pub(crate) part: &'static str,
    /// The length of the lists.
    pub(crate) cutoff: usize,
    pub(crate) report: RankingReport,
    /// How many items each user took, `[n_users]`, and how many users each item, `[n_items]`.
    pub(crate) taken_by: Vec<u32>,
    pub(crate) takers_of: Vec<u32>,
    /// By the name of the model.
    pub(crate) controls: Vec<(&'static str, RankingReport)>,
}

impl Judged {
    /// Judges a run and fits its controls; nothing where no part is to judge by.
    pub(crate) fn new(
        stored: &StoredRun,
        controls: &[&'static ModelSpec],
        seed: u64,
        pool: &ThreadPool,
    ) -> Result<Option<Self>, ReportError> {
        let parts = stored.catalogue();
        let (part, word) = match (parts.test.n_pairs(), parts.valid.n_pairs()) {
            (0, 0) => return Ok(None),
            (0, _) => (Part::Valid, "validation"),
            _ => (Part::Test, "test"),
        };
        let summary = &stored.run.manifest.summary;
        let cutoff = summary.protocol.cutoffs.first().copied().unwrap_or(20);
        let protocol = RankingProtocol::new(vec![cutoff])?;
        let protocol = protocol.with_item_counts().with_catalogue_metrics();
        let report = stored.evaluate(part, &protocol, pool)?;
        let others = controls.iter().filter(|spec| spec.name != summary.model);
        let control =
            |spec: &&'static ModelSpec| Ok((spec.name, stored.evaluate_control(spec, part, &protocol, seed, pool)?));
        let controls = others.map(control).collect::<Result<_, ReportError>>()?;
        let (taken_by, takers_of) = (parts.train.user_degrees(), parts.train.item_degrees());
        Ok(Some(Self { part: word, cutoff, report, taken_by, takers_of, controls }))
    }

    /// Of a metric such as `recall`.
    pub(crate) fn key(&self, metric: &str) -> String {
        format!("{metric}@{}", self.cutoff)
    }

    /// The run and its controls, by name.
    pub(crate) fn rows<'a>(&'a self, own: &'a str) -> impl Iterator<Item = (&'a str, &'a RankingReport)> {
        let controls = self.controls.iter().map(|(name, report)| (*name, report));
        std::iter::once((own, &self.report)).chain(controls)
    }

    /// The mean of a metric of a report.
    pub(crate) fn mean(&self, report: &RankingReport, metric: &str) -> Option<StandardError> {
        standard_error(report.per_user.column(&self.key(metric)).ok()?).ok()
    }

    /// A control minus the run, user by user.
    pub(crate) fn difference(&self, control: &RankingReport, metric: &str) -> Option<StandardError> {
        let (own, other) = self.report.per_user.paired(&control.per_user, &self.key(metric)).ok()?;
        standard_error(&other.iter().zip(own).map(|(other, own)| other - own).collect::<Vec<f64>>()).ok()
    }
}
