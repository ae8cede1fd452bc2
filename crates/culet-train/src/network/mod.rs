//! Training on a network: selection by withheld edges, the mixture that scores pairs, refit. The loop stands in `pass`.

mod ask;
mod by_pairs;
mod by_walks;
mod choose;
mod group_report;
mod groups;
mod judge;
mod links;
mod optimiser;
mod options;
mod parts;
mod pass;
mod score;
mod store;
mod traits;
mod why;

use std::collections::BTreeMap;
use std::time::Instant;

use culet_eval::LinkReport;
use culet_graph::{Network, WalkPlan, Walker};
use culet_kernels::Matrix;
use culet_model::{ModelSpec, NetworkEmbedding, SkipGramModel, Start};
use rayon::ThreadPool;

pub use ask::NodeFacet;
pub use group_report::{GroupReport, GroupRow};
pub use groups::{NO_GROUP, NodeGroup, NodeGroups};
pub use links::LikelyLink;
pub use options::{NETWORK_TRAINING, NetworkTrainOptions, ScoreKind, StopRule};
pub use parts::{LinkSets, withheld};
pub use score::{LinkScore, LinkScorer, LinkTerms};
pub use store::{NetworkRunFacts, NetworkTables, StoredNetworkRun, network_run_contents};
pub use traits::Common;
pub use why::{LinkReasons, LinkTerm};

use crate::{Beginning, BestEpoch, EpochRecord, Observer, Seconds, Select, Selected, StoredState, TrainError};
use judge::Judge;
use optimiser::Snapshot;

/// The parameters of the best epoch that a state holds, or of the last where none is known, by name, as a run stores them;
/// the settings and the network are those of its training.
///
/// # Errors
/// [`TrainError::BadState`] if they do not fit, as in a warm-up with fewer aspects.
pub fn kept_network_parameters(
    spec: &'static ModelSpec,
    settings: &toml::Table,
    network: &Network,
    state: &StoredState,
) -> Result<BTreeMap<String, Matrix>, TrainError> {
    let mut model = spec.build_network(settings, network, Start::Seed(0))?;
    Snapshot::kept(state.best_prefix(), &model, state)?.restore(&mut model);
    Ok(model.parameters().into_iter().map(|(name, table)| (name.to_owned(), table)).collect())
}

/// What a training on a network leaves.
pub struct NetworkOutcome {
    /// The model of the best epoch (or of the last, where nothing was evaluated; or of the refit).
    pub model: SkipGramModel,
    /// What it learned.
    pub embedding: NetworkEmbedding,
    /// The network it learned from: without the validation edges, unless it was fitted again with them.
    pub network: Network,
    /// What it was selected and judged by.
    pub parts: LinkSets,
    /// What scores pairs.
    pub score: LinkScore,
    /// From 1.
    pub best_epoch: u64,
    /// Epochs made before the stop.
    pub n_epochs: u64,
    /// Whether the observer ended it.
    pub interrupted: bool,
    /// Each epoch.
    pub history: Vec<EpochRecord>,
    /// The best epoch's metrics on the part that was selected by.
    pub selected_by: Option<BTreeMap<String, f64>>,
    /// The model's scores and the simple ones on the test part, if there is one.
    pub test: Option<LinkReport>,
    /// Seconds by phase.
    pub seconds: Seconds,
}

/// Trains a model on a network, selects the best epoch, learns how to score pairs, and judges that on the test part.
///
/// With [`Select::Validation`] a share of the edges is withheld such that no component falls apart; the best epoch is
/// that with the best ROC-AUC on them; the mixture that scores pairs is learned on them; then, with `refit`, the model
/// is trained anew on all edges, and the test part is looked at once, in the end. With [`Select::Test`] nothing is
/// withheld, and the test part is looked at in each evaluation, as the published program does.
///
/// The result depends on the settings and `seed` alone, not on the number of threads of `pool`.
///
/// # Errors
/// [`TrainError`]: settings out of range, a network without edges, nothing to select by, a loss that is no number.
#[allow(clippy::too_many_arguments)]
pub fn train_network(
    spec: &'static ModelSpec,
    settings: &toml::Table,
    network: &Network,
    parts: &LinkSets,
    options: &NetworkTrainOptions,
    seed: u64,
    pool: &ThreadPool,
    observer: &mut dyn Observer,
) -> Result<NetworkOutcome, TrainError> {
    train_network_from(Beginning::default(), spec, settings, network, parts, options, seed, pool, observer)
}

/// As [`train_network`], from given parameters, or on from a state that [`Observer::keep_state`] was given.
///
/// A training that goes on ends with the same bytes as one that was never interrupted, whatever the threads; all else
/// has to be as it was. Given parameters take the place of a warm-up.
///
/// # Errors
/// As [`train_network`]; [`TrainError::BadState`] for a state of another training, [`TrainError::Model`] for parameters
/// that do not fit.
#[allow(clippy::too_many_arguments)]
pub fn train_network_from(
    beginning: Beginning,
    spec: &'static ModelSpec,
    settings: &toml::Table,
    network: &Network,
    parts: &LinkSets,
    options: &NetworkTrainOptions,
    seed: u64,
    pool: &ThreadPool,
    observer: &mut dyn Observer,
) -> Result<NetworkOutcome, TrainError> {
    let Beginning { start, state } = beginning;
    let (history, seconds) =
        state.as_ref().map(|state| (state.history.clone(), state.progress.seconds)).unwrap_or_default();
    let told = Told { observer, history, seconds, is_ended: false };
    pool.install(|| Training { spec, settings, network, parts, options, seed, pool, start, state, told }.run())
}

struct Training<'a> {
    spec: &'static ModelSpec,
    settings: &'a toml::Table,
    network: &'a Network,
    parts: &'a LinkSets,
    options: &'a NetworkTrainOptions,
    seed: u64,
    pool: &'a ThreadPool,
    /// Parameters to start from, instead of random ones.
    start: BTreeMap<String, Matrix>,
    /// What is gone on from; taken by the phase that it is a state of.
    state: Option<StoredState>,
    told: Told<'a>,
}

/// What happened so far, and who is told.
struct Told<'a> {
    observer: &'a mut dyn Observer,
    history: Vec<EpochRecord>,
    /// Of the epochs that are over.
    seconds: Seconds,
    /// Whether the observer ended the training: what is still done leaves something that answers.
    is_ended: bool,
}

/// How one pass over all epochs is done.
struct Pass<'a> {
    phase: &'static str,
    settings: &'a toml::Table,
    network: &'a Network,
    judge: Option<Judge<'a>>,
    epochs: u64,
    /// What the warm-up handed over.
    warm: Option<&'a Matrix>,
    /// What was selected before.
    selected: Option<&'a Fitted>,
}

/// What it leaves.
struct Fitted {
    model: SkipGramModel,
    best_epoch: u64,
    n_epochs: u64,
    interrupted: bool,
    best: Option<BestEpoch>,
}

impl Training<'_> {
    fn run(mut self) -> Result<NetworkOutcome, TrainError> {
        if self.network.n_edges() == 0 {
            return Err(TrainError::NoEdges);
        }
        if let Some(state) = &self.state {
            state.check_phase(&["warm-up", "train", "refit"])?;
        }
        let withholds = self.options.select == Select::Validation;
        let share = if withholds { self.options.validation_share } else { 0.0 };
        let (reduced, parts) = withheld(self.network, self.parts, share, self.seed)?;
        let selects = self.options.evaluate_every > 0;
        if selects && !withholds && parts.test.is_empty() {
            return Err(TrainError::NothingToSelectBy { part: "test" });
        }
        let (targets, negatives) =
            if withholds { (&parts.valid, &parts.valid_negatives) } else { (&parts.test, &parts.test_negatives) };
        let judge = (!targets.is_empty() && !negatives.is_empty())
            .then(|| Judge::new(&reduced, &parts, targets, negatives, self.options.score, self.pool));
        let mut fitted = self.select(&reduced, judge)?;
        let mut learned_from = reduced;
        let refits =
            self.options.refit && withholds && !fitted.interrupted && learned_from.n_edges() < self.network.n_edges();
        if refits {
            let again = self.train(self.network, None, Some(&fitted))?;
            fitted.interrupted = again.interrupted;
            // A refit that was interrupted half-way is worth less than the selected model.
            if !again.interrupted {
                fitted.model = again.model;
                learned_from = self.network.clone();
            }
        }
        let (score, selected_by) = match fitted.best.take() {
            Some(best) => (best.score.unwrap_or(LinkScore::Product), Some(best.metrics)),
            None => (LinkScore::Product, None),
        };
        let start = Instant::now();
        self.measure_shares(&mut fitted.model, &learned_from)?;
        let embedding = fitted.model.embedding();
        let test = match parts.test.is_empty() || parts.test_negatives.is_empty() {
            true => None,
            false => Some(judge::report(self.spec, &embedding, &learned_from, &parts, &score, self.pool)?),
        };
        let Told { history, mut seconds, .. } = self.told;
        seconds.evaluate += start.elapsed().as_secs_f64();
        Ok(NetworkOutcome {
            model: fitted.model,
            embedding,
            network: learned_from,
            parts,
            score,
            best_epoch: fitted.best_epoch,
            n_epochs: fitted.n_epochs,
            interrupted: fitted.interrupted,
            history,
            selected_by,
            test,
            seconds,
        })
    }

    /// The training that selects; what it left, if the training goes on after it.
    fn select(&mut self, network: &Network, judge: Option<Judge<'_>>) -> Result<Fitted, TrainError> {
        let Some(state) = self.state.as_ref().filter(|state| state.progress.selected.is_some()) else {
            return self.train(network, judge, None);
        };
        let Selected { epoch, n_epochs, best } = state.selected()?.clone();
        let mut model = self.spec.build_network(self.settings, network, Start::Seed(self.seed))?;
        Snapshot::kept("selected", &model, state)?.restore(&mut model);
        let seen = state.list("selected.seen", model.seen().len())?;
        model.seen_mut().copy_from_slice(&seen);
        Ok(Fitted { model, best_epoch: epoch, n_epochs, interrupted: false, best })
    }

    /// Trains, after a warm-up where the model asks for one; to select, or anew after something was selected.
    fn train(
        &mut self,
        network: &Network,
        judge: Option<Judge<'_>>,
        selected: Option<&Fitted>,
    ) -> Result<Fitted, TrainError> {
        let warm = self.warm_up(network, judge, selected)?.map(|fitted| fitted.model.handed_over());
        let (phase, epochs) =
            selected.map_or(("train", self.options.epochs), |selected| ("refit", selected.best_epoch));
        let (settings, warm) = (self.settings, warm.as_ref());
        self.fit(Pass { phase, settings, network, judge, epochs, warm, selected })
    }

    /// Trains one vector for each node, if the model is to start from it: DeepWalk with lengths clipped.
    fn warm_up(
        &mut self,
        network: &Network,
        judge: Option<Judge<'_>>,
        selected: Option<&Fitted>,
    ) -> Result<Option<Fitted>, TrainError> {
        let model = self.spec.build_network(self.settings, network, Start::Seed(self.seed))?;
        let is_past = self.state.as_ref().is_some_and(|state| state.progress.phase != "warm-up");
        if !model.config.warm_up || is_past || !self.start.is_empty() {
            return Ok(None);
        }
        let mut settings = self.settings.clone();
        for (name, value) in [("aspects", 1.into()), ("selection", "none".into())] {
            settings.insert(name.to_owned(), value);
        }
        settings.insert("aspect_regularization".to_owned(), "none".into());
        settings.insert("norm_clip".to_owned(), true.into());
        settings.insert("warm_up".to_owned(), false.into());
        let (epochs, settings) = (self.options.epochs, &settings);
        self.fit(Pass { phase: "warm-up", settings, network, judge, epochs, warm: None, selected }).map(Some)
    }

    /// Counts once more, with the final vectors and a walk from each node, how often each aspect is seen.
    fn measure_shares(&self, model: &mut SkipGramModel, network: &Network) -> Result<(), TrainError> {
        if model.config.n_aspects == 1 {
            return Ok(());
        }
        model.forget_shares();
        let walked = model.walked(network);
        let walker = Walker::new(&walked, WalkPlan { walks_per_node: 1, ..model.config.walks.clone() })?;
        let mut steps = by_walks::WalkSteps::new(&walker, model, 0, self.seed);
        for step in 0..steps.steps_per_epoch() {
            // Epoch 0 is no epoch of the training.
            let _ = steps.step(model, 0, step, u64::MAX - step);
        }
        Ok(())
    }
}
