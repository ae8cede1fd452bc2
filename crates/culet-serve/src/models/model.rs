//! A model that is served.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bytes::Bytes;
use culet_answers::catalogue::Asked;
use culet_answers::{Answers, AskError, CatalogueAnswers, NetworkAnswers, NodeKind};
use culet_data::{RunKind, in_full};
use culet_train::Wanted;
use rayon::ThreadPool;
use serde::Serialize;
use utoipa::ToSchema;

use super::names::{Searched, same_names};
use super::stamp::Stamp;
use crate::desk::Ranking;
use crate::http::Problem;
use crate::metrics::Metrics;
use crate::search::Match;

/// A run folder's content, opened.
pub(crate) struct Model {
    pub(crate) answers: Answers,
    pub(crate) stamp: Stamp,
    pub(crate) reference: ModelRef,
    pub(crate) opened: Instant,
    search: OnceLock<Arc<Searched>>,
    /// The groups of a network, which take a while to find.
    pub(crate) groups: OnceLock<Bytes>,
}

/// What every answer tells of the model that gave it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ModelRef {
    /// By which requests choose it.
    #[schema(example = "run")]
    pub(crate) name: String,
    /// The first 12 digits of the checksum of `manifest.json`.
    #[schema(example = "0f3c2a91b7de")]
    pub(crate) version: String,
    /// The registered name.
    #[schema(example = "kgin")]
    pub(crate) model: String,
    /// The data set that it was trained on.
    #[schema(example = "last-fm")]
    pub(crate) data: String,
}

/// An answer, and which model gave it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfModel<'a, T> {
    pub(crate) model: &'a ModelRef,
    #[serde(flatten)]
    pub(crate) answer: T,
}

/// What is opened.
pub(super) struct Open<'a> {
    pub(super) name: &'a str,
    pub(super) path: &'a Path,
    /// Nothing if the folder has no manifest.
    pub(super) stamp: Option<&'a Stamp>,
}

impl Model {
    /// # Errors
    /// What is wrong with the folder, in words.
    pub(super) fn open(open: Open<'_>) -> Result<Self, String> {
        let answers = Answers::open(open.path).map_err(|error| in_full(&error))?;
        let stamp = open.stamp.ok_or("the manifest went away")?.clone();
        let reference = ModelRef {
            name: open.name.to_owned(),
            version: stamp.version().to_owned(),
            model: answers.manifest().summary.model.clone(),
            data: answers.data_name().to_owned(),
        };
        let (search, groups) = (OnceLock::new(), OnceLock::new());
        Ok(Self { answers, stamp, reference, opened: Instant::now(), search, groups })
    }

    pub(crate) fn version(&self) -> &str {
        &self.reference.version
    }

    pub(crate) fn kind(&self) -> RunKind {
        self.answers.manifest().kind
    }

    /// # Errors
    /// If it is a network.
    pub(crate) fn catalogue(&self, what: &'static str) -> Result<&CatalogueAnswers, Problem> {
        match &self.answers {
            Answers::Catalogue(answers) => Ok(answers),
            Answers::Network(_) => Err(self.problem(&AskError::OtherKind { what, found: RunKind::Network })),
        }
    }

    /// # Errors
    /// If it is a catalogue.
    pub(crate) fn network(&self, what: &'static str) -> Result<&NetworkAnswers, Problem> {
        match &self.answers {
            Answers::Network(answers) => Ok(answers),
            Answers::Catalogue(_) => Err(self.problem(&AskError::OtherKind { what, found: RunKind::Catalogue })),
        }
    }

    /// An answer as the bytes that are sent.
    ///
    /// # Errors
    /// If it cannot be told in JSON.
    pub(crate) fn json(&self, answer: impl Serialize) -> Result<Bytes, Problem> {
        json(&OfModel { model: &self.reference, answer })
    }

    /// What was found as the bytes that are sent, or the problem.
    ///
    /// # Errors
    /// That nothing was found, or that it cannot be told in JSON.
    pub(crate) fn told(&self, found: Result<impl Serialize, AskError>) -> Result<Bytes, Problem> {
        self.json(found.map_err(|error| self.problem(&error))?)
    }

    /// What a client is told of an error, with what was perhaps meant.
    pub(crate) fn problem(&self, error: &AskError) -> Problem {
        Problem::of(error, |asked| self.near(asked))
    }

    fn near(&self, asked: &str) -> Option<String> {
        let found = self.search.get()?.search(asked, &[], 1);
        let (kind, found) = found.first().filter(|(_, found)| found.how != Match::Word)?;
        let node = self.node(*kind, found.node);
        Some(format!("did you mean the {} `{}`?", kind.word(), node.named.id))
    }

    /// # Panics
    /// If the kind is not one of the model's.
    pub(crate) fn node(&self, kind: NodeKind, node: u32) -> culet_answers::Node {
        match (&self.answers, kind) {
            (Answers::Catalogue(answers), NodeKind::User) => answers.user_node(node),
            (Answers::Catalogue(answers), _) => answers.entity_node(node),
            (Answers::Network(answers), _) => answers.told(node),
        }
    }

    /// The index of names, if it is built already.
    pub(crate) fn searched(&self) -> Option<&Searched> {
        self.search.get().map(|searched| &**searched)
    }

    /// Makes what answers come faster or at all with, but need not be there at once: what ranks one user among many items,
    /// then the index of names, which takes seconds for a million.
    pub(super) fn make_ready(&self) {
        if let Answers::Catalogue(answers) = &self.answers {
            answers.prepare();
        }
        let built = self.search.get_or_init(|| Arc::new(Searched::new(&self.answers)));
        tracing::info!(name = self.reference.name, bytes = built.bytes(), "names can be searched");
    }

    /// Makes ready to take the place of another, whose index serves on if the names are the same.
    pub(super) fn take_over(&self, old: &Self) {
        if let Some(index) = old.search.get().filter(|_| same_names(&self.answers, &old.answers)) {
            drop(self.search.set(Arc::clone(index)));
        }
        self.make_ready();
    }

    /// Tells the metrics that it is served.
    pub(crate) fn announce(&self, metrics: &Metrics) {
        metrics.models.with_label_values(&self.labels()).set(1);
    }

    pub(crate) fn withdraw(&self, metrics: &Metrics) {
        drop(metrics.models.remove_label_values(&self.labels()));
    }

    fn labels(&self) -> [&str; 3] {
        [&self.reference.name, &self.reference.model, &self.reference.version]
    }

    /// Ranks for several users at once and hands out the answers in their order.
    pub(crate) fn rank(
        &self,
        rankings: &[Ranking],
        pool: &ThreadPool,
        mut answer: impl FnMut(usize, Result<Bytes, Problem>),
    ) {
        let answers = match self.catalogue("recommendations") {
            Ok(answers) => answers,
            Err(problem) => return (0..rankings.len()).for_each(|k| answer(k, Err(problem.clone()))),
        };
        let users: Vec<u32> = rankings.iter().map(|ranking| ranking.user).collect();
        let k = rankings.iter().map(|ranking| ranking.k + ranking.hidden.len()).max().unwrap_or(0);
        let keep_seen = rankings.first().is_some_and(|ranking| ranking.keep_seen);
        let lists = answers.stored().recommend(&users, Wanted { k, allowed: None, keep_seen }, pool);
        for (place, (ranking, list)) in rankings.iter().zip(lists).enumerate() {
            let asked = Asked { hidden: ranking.hidden.clone(), ..Asked::new(ranking.k) };
            answer(place, self.json(answers.listed(ranking.user, list, &asked)));
        }
    }
}

/// # Errors
/// If it cannot be told in JSON.
pub(crate) fn json(document: &impl Serialize) -> Result<Bytes, Problem> {
    serde_json::to_vec(document).map(Bytes::from).map_err(|error| {
        tracing::error!(%error, "an answer cannot be told in JSON");
        Problem::internal()
    })
}
