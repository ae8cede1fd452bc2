//! Training on a network: walks in steps, selection by withheld edges, the mixture that scores pairs.

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
mod score;
mod store;
mod traits;
mod why;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Instant;

use culet_eval::LinkReport;
use culet_graph::{Network, WalkPlan, Walker};
use culet_model::skipgram::Engine;
use culet_model::{Loss, ModelSpec, NetworkEmbedding, SkipGramModel, Start};
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

use crate::{EpochRecord, Event, Observer, Seconds, Select, TrainError};
use judge::Judge;
use optimiser::{Optimiser, Snapshot};

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
    pool.install(|| Training { spec, settings, network, parts, options, seed, pool, observer }.run())
}

struct Training<'a> {
    spec: &'static ModelSpec,
    settings: &'a toml::Table,
    network: &'a Network,
    parts: &'a LinkSets,
    options: &'a NetworkTrainOptions,
    seed: u64,
    pool: &'a ThreadPool,
    observer: &'a mut dyn Observer,
}

/// How one pass over all epochs is done.
struct Pass<'a> {
    phase: &'static str,
    settings: &'a toml::Table,
    network: &'a Network,
    judge: Option<Judge<'a>>,
    epochs: u64,
    start: Option<&'a culet_kernels::Matrix>,
}

/// What it leaves.
struct Fitted {
    model: SkipGramModel,
    best_epoch: u64,
    n_epochs: u64,
    interrupted: bool,
    best: Option<Best>,
}

/// The best epoch so far.
struct Best {
    epoch: u64,
    value: f64,
    metrics: BTreeMap<String, f64>,
    score: LinkScore,
}

/// When to stop.
struct Patience {
    rule: StopRule,
    last: f64,
    falls: u64,
}

impl Training<'_> {
    fn run(mut self) -> Result<NetworkOutcome, TrainError> {
        if self.network.n_edges() == 0 {
            return Err(TrainError::NoEdges);
        }
        let withholds = self.options.select == Select::Validation;
        let share = if withholds { self.options.validation_share } else { 0.0 };
        let (reduced, parts) = withheld(self.network, self.parts, share, self.seed)?;
        let (mut history, mut seconds) = (Vec::new(), Seconds::default());
        let selects = self.options.evaluate_every > 0;
        if selects && !withholds && parts.test.is_empty() {
            return Err(TrainError::NothingToSelectBy { part: "test" });
        }
        let (targets, negatives) =
            if withholds { (&parts.valid, &parts.valid_negatives) } else { (&parts.test, &parts.test_negatives) };
        let judge = (!targets.is_empty() && !negatives.is_empty())
            .then(|| Judge::new(&reduced, &parts, targets, negatives, self.options.score, self.pool));
        let warm = self.warm_up(&reduced, judge, &mut history, &mut seconds)?;
        let settings = self.settings;
        let pass = Pass {
            phase: "train",
            settings,
            network: &reduced,
            judge,
            epochs: self.options.epochs,
            start: warm.as_ref(),
        };
        let mut fitted = self.fit(pass, &mut history, &mut seconds)?;
        let (score, selected_by) = match fitted.best.take() {
            Some(best) => (best.score, Some(best.metrics)),
            None => (LinkScore::Product, None),
        };
        let mut learned_from = reduced;
        let refits =
            self.options.refit && withholds && !fitted.interrupted && learned_from.n_edges() < self.network.n_edges();
        if refits {
            let warm = self.warm_up(self.network, None, &mut history, &mut seconds)?;
            let (network, epochs, start) = (self.network, fitted.best_epoch, warm.as_ref());
            let pass = Pass { phase: "refit", settings, network, judge: None, epochs, start };
            let again = self.fit(pass, &mut history, &mut seconds)?;
            // A refit that was interrupted half-way is worth less than the selected model.
            if !again.interrupted {
                fitted.model = again.model;
                learned_from = self.network.clone();
            }
        }
        let start = Instant::now();
        self.measure_shares(&mut fitted.model, &learned_from)?;
        let embedding = fitted.model.embedding();
        let test = match parts.test.is_empty() || parts.test_negatives.is_empty() {
            true => None,
            false => Some(judge::report(self.spec, &embedding, &learned_from, &parts, &score, self.pool)?),
        };
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

    /// Trains one vector for each node, if the model is to start from it: DeepWalk with lengths clipped.
    fn warm_up(
        &mut self,
        network: &Network,
        judge: Option<Judge<'_>>,
        history: &mut Vec<EpochRecord>,
        seconds: &mut Seconds,
    ) -> Result<Option<culet_kernels::Matrix>, TrainError> {
        let model = self.spec.build_network(self.settings, network, Start::Seed(self.seed))?;
        if !model.config.warm_up {
            return Ok(None);
        }
        let mut settings = self.settings.clone();
        for (name, value) in [("aspects", 1.into()), ("selection", "none".into())] {
            settings.insert(name.to_owned(), value);
        }
        settings.insert("aspect_regularization".to_owned(), "none".into());
        settings.insert("norm_clip".to_owned(), true.into());
        settings.insert("warm_up".to_owned(), false.into());
        let pass =
            Pass { phase: "warm-up", settings: &settings, network, judge, epochs: self.options.epochs, start: None };
        let fitted = self.fit(pass, history, seconds)?;
        Ok(Some(fitted.model.handed_over()))
    }

    fn fit(
        &mut self,
        pass: Pass<'_>,
        history: &mut Vec<EpochRecord>,
        seconds: &mut Seconds,
    ) -> Result<Fitted, TrainError> {
        let mut model = self.spec.build_network(pass.settings, pass.network, Start::Seed(self.seed))?;
        if let Some(start) = pass.start {
            model.start_from(start);
        }
        let walked = model.walked(pass.network);
        let walker = Walker::new(&walked, model.config.walks.clone())?;
        let mut steps = Steps::new(&walker, &model, self.options.batch, self.seed);
        let mut optimiser = Optimiser::default();
        let _ = self.observer.event(&Event::Start {
            phase: pass.phase,
            epochs: pass.epochs,
            steps_per_epoch: steps.per_epoch(),
            pairs_per_epoch: steps.pairs_per_epoch(&walker, &model),
            n_parameters: model.n_parameters(),
            metric: "auc",
        });
        let mut best: Option<(Best, Snapshot)> = None;
        let mut patience = Patience { rule: self.options.stop, last: f64::NEG_INFINITY, falls: 0 };
        let (mut n_epochs, mut interrupted, mut overall) = (0, false, 0);
        // The vectors that the warm-up hands over are those of its last epoch, as in the authors' program.
        let keeps_best = pass.phase != "warm-up";
        for epoch in 1..=pass.epochs {
            let start = Instant::now();
            let (mut record, flow) = self.epoch(&pass, &mut steps, &mut model, &mut optimiser, epoch, &mut overall)?;
            if model.config.norm_clip {
                model.clip_lengths();
            }
            record.seconds = start.elapsed().as_secs_f64();
            seconds.train += record.seconds;
            interrupted = flow.is_break();
            n_epochs = epoch;
            let due = epoch % self.options.evaluate_every.max(1) == 0 || epoch == pass.epochs;
            let due = self.options.evaluate_every > 0 && (due && !interrupted || interrupted && best.is_none());
            let mut stops = None;
            if let Some(judge) = pass.judge.filter(|_| due) {
                let start = Instant::now();
                let _ = self.observer.event(&Event::Evaluating { epoch });
                let (score, metrics) = judge.evaluate(&model.embedding())?;
                let value = metrics["auc"];
                stops = patience.reason(value, epoch, best.as_ref().map(|best| &best.0), self.options);
                record.best = best.as_ref().is_none_or(|(best, _)| value > best.value);
                if record.best {
                    let now = Best { epoch, value, metrics: metrics.clone(), score };
                    let snapshot = Snapshot::of(&model);
                    best = Some((now, snapshot));
                }
                match self.options.select {
                    Select::Validation => record.valid = Some(metrics),
                    Select::Test => record.test = Some(metrics),
                }
                record.evaluation_seconds = Some(start.elapsed().as_secs_f64());
                seconds.evaluate += start.elapsed().as_secs_f64();
            }
            interrupted |= self.observer.event(&Event::Epoch(&record)).is_break();
            history.push(record);
            let reason = if interrupted { Some("interrupted".to_owned()) } else { stops };
            if let Some(reason) = reason {
                let _ = self.observer.event(&Event::Stopped { epoch, reason: &reason });
                break;
            }
        }
        let (best_epoch, best) = match best {
            Some((best, snapshot)) => {
                if keeps_best {
                    snapshot.restore(&mut model);
                }
                (best.epoch, Some(best))
            }
            None => (n_epochs, None),
        };
        Ok(Fitted { model, best_epoch, n_epochs, interrupted, best })
    }

    #[allow(clippy::too_many_arguments)]
    fn epoch(
        &mut self,
        pass: &Pass<'_>,
        steps: &mut Steps<'_>,
        model: &mut SkipGramModel,
        optimiser: &mut Optimiser,
        epoch: u64,
        overall: &mut u64,
    ) -> Result<(EpochRecord, ControlFlow<()>), TrainError> {
        let n_steps = steps.per_epoch();
        let (mut sum, mut n_made) = (Loss::default(), 0_u64);
        let (mut failure, mut learning_rate) = (None, self.options.learning_rate);
        let options = self.options;
        let observer = &mut *self.observer;
        let mut take = |model: &mut SkipGramModel, loss: Loss| {
            n_made += 1;
            *overall += 1;
            if !loss.total().is_finite() {
                failure = Some(TrainError::NotFinite { loss: loss.total(), epoch, step: *overall });
                return ControlFlow::Break(());
            }
            let done = ((epoch - 1) as f64 + (n_made - 1) as f64 / n_steps as f64) / pass.epochs as f64;
            learning_rate = options.learning_rate * options.schedule.factor(done.min(1.0));
            optimiser.step(model, learning_rate);
            sum.pairs += loss.pairs;
            sum.independence += loss.independence;
            observer.event(&Event::Step { epoch, step: n_made, loss })
        };
        let flow = match steps {
            Steps::Walks(steps) => {
                let mut flow = ControlFlow::Continue(());
                let before = (epoch - 1) * n_steps;
                for step in 0..n_steps {
                    let loss = steps.step(model, epoch, step, before + step);
                    flow = take(model, loss);
                    if flow.is_break() {
                        break;
                    }
                }
                flow
            }
            Steps::Pairs(steps) => steps.epoch(model, (epoch - 1) * n_steps, &mut take),
        };
        if let Some(failure) = failure {
            return Err(failure);
        }
        let n = n_made.max(1) as f64;
        let parts = BTreeMap::from([("pairs", sum.pairs / n), ("aspects", sum.independence / n)]);
        let record = EpochRecord {
            epoch,
            phase: pass.phase.to_owned(),
            loss: sum.total() / n,
            parts: parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            learning_rate,
            seconds: 0.0,
            valid: None,
            test: None,
            evaluation_seconds: None,
            best: false,
        };
        Ok((record, flow))
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

impl Patience {
    fn reason(&mut self, value: f64, epoch: u64, best: Option<&Best>, options: &NetworkTrainOptions) -> Option<String> {
        let fell = value < self.last;
        self.last = value;
        self.falls += u64::from(fell);
        let patience = options.patience;
        let better = best.is_none_or(|best| value > best.value);
        match self.rule {
            _ if patience == 0 => None,
            StopRule::Falls => (self.falls >= patience).then(|| format!("the auc fell {patience} times")),
            StopRule::Best => {
                let waited = best.map_or(0, |best| (epoch - best.epoch) / options.evaluate_every.max(1));
                (!better && waited >= patience).then(|| format!("no better auc for {patience} evaluations"))
            }
        }
    }
}

/// The steps of an epoch, by engine.
enum Steps<'a> {
    Walks(by_walks::WalkSteps<'a>),
    Pairs(by_pairs::PairSteps<'a>),
}

impl<'a> Steps<'a> {
    fn new(walker: &'a Walker<'a>, model: &SkipGramModel, batch: usize, seed: u64) -> Self {
        match model.config.engine {
            Engine::Walks => Self::Walks(by_walks::WalkSteps::new(walker, model, batch, seed)),
            Engine::Pairs => Self::Pairs(by_pairs::PairSteps::new(walker, model, batch, seed)),
        }
    }

    fn per_epoch(&self) -> u64 {
        match self {
            Self::Walks(steps) => steps.steps_per_epoch(),
            Self::Pairs(steps) => steps.steps_per_epoch(),
        }
    }

    /// The pairs of an epoch; with whole walks as many as there are if no walk ends early.
    fn pairs_per_epoch(&self, walker: &Walker<'_>, model: &SkipGramModel) -> u64 {
        match self {
            Self::Pairs(steps) => steps.n_pairs(),
            Self::Walks(_) => {
                let (length, window) = (u64::from(model.config.walks.length), model.config.window as u64);
                let window = window.min(length - 1);
                walker.n_walks() * (2 * length * window - window * (window + 1))
            }
        }
    }
}
