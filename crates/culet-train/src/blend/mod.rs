//! The default recommender: a linear model of items with the graph's paths, blended with embeddings.
//!
//! Everything is chosen on one validation part: first the settings of the linear model, then the epochs of the
//! embedding, then the weights of the blend. Then all parts learn from all training pairs.

mod linear;
mod mixing;

use std::ops::ControlFlow;
use std::time::Instant;

use culet_eval::{RankingProtocol, RankingReport, evaluate_ranking};
use culet_graph::{Interactions, KnowledgeGraph};
use culet_kernels::Matrix;
use culet_model::{Part, PartKind, Problem, Representation, Scorer, Step, find_model, path_weights};
use rayon::ThreadPool;

use crate::ranking::ranker;
use crate::{Event, Observer, Outcome, Seconds, Select, TrainData, TrainError, TrainOptions, train};
use linear::LinearSettings;
use mixing::Candidates;

/// How a blend came about.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct BlendReport {
    /// Each part that was tried; the linear model of items first.
    pub parts: Vec<BlendPart>,
    /// What each path over the knowledge graph counts in the linear model, the heaviest first; none without a graph.
    pub paths: Vec<GraphPath>,
}

/// A part of a blend.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct BlendPart {
    /// Its model.
    pub model: String,
    /// Its settings.
    pub settings: toml::Table,
    /// Its weight in the sum; 0: it did not help, and was left out.
    pub weight: f64,
    /// Its deviation between items, over that of the first part: what it moves in the lists.
    pub influence: f64,
    /// Recall and ndcg at the first cutoff on the validation part, alone.
    pub alone: [f64; 2],
}

/// A path over the knowledge graph.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct GraphPath {
    /// One step or two, from an item.
    pub steps: Vec<Step>,
    /// How far items that share what it leads to are taken by the same users.
    pub weight: f64,
}

#[derive(serde::Deserialize)]
struct Config {
    embedding: String,
    factors: bool,
    dim: usize,
    neighbours: usize,
}

/// Fits the blend.
pub(crate) struct Blend<'a> {
    pub(crate) settings: &'a toml::Table,
    pub(crate) data: TrainData<'a>,
    /// Its training part, and its own validation part.
    pub(crate) everything: &'a Interactions,
    pub(crate) options: &'a TrainOptions,
    pub(crate) protocol: &'a RankingProtocol,
    pub(crate) seed: u64,
    pub(crate) pool: &'a ThreadPool,
    pub(crate) observer: &'a mut dyn Observer,
}

/// A part and how to make it again.
struct Component {
    model: &'static str,
    settings: toml::Table,
    options: TrainOptions,
    kind: PartKind,
}

impl Component {
    /// The temperature of a softmax loss.
    fn trained_at(&self) -> Option<f32> {
        let softmax = matches!(self.kind, PartKind::Vectors { .. }) && self.model != "als";
        self.settings.get("temperature").filter(|_| softmax)?.as_float().map(|t| t as f32)
    }

    /// The same, scoring by exp(cosine / temperature) if it was trained so.
    fn raised(&self) -> Self {
        let kind = match (&self.kind, self.trained_at()) {
            (PartKind::Vectors { vectors, .. }, Some(t)) => {
                PartKind::Vectors { vectors: vectors.clone(), temperature: Some(t) }
            }
            (kind, _) => kind.clone(),
        };
        Self { model: self.model, settings: self.settings.clone(), options: self.options.clone(), kind }
    }
}

/// What a component learns from.
#[derive(Clone, Copy)]
struct Log<'a> {
    train: &'a Interactions,
    graph: &'a KnowledgeGraph,
}

/// The name of the part that is the same for all users.
const POPULARITY: &str = "popularity";

/// Users of the validation part that weights are chosen by, evenly chosen where there are more.
const MOST_JUDGES: usize = 5_000;

impl Blend<'_> {
    pub(crate) fn run(mut self) -> Result<Outcome, TrainError> {
        let config: Config = culet_model::complete_settings(find_model("auto")?.settings, self.settings)?
            .try_into()
            .expect("all are fields");
        let all = self.everything;
        if all.n_pairs() == 0 {
            return Err(TrainError::NoPairs);
        }
        let start = Instant::now();
        let (kept, valid) = match self.options.select {
            Select::Validation => self.data.withhold(self.options.validation_share, self.seed),
            Select::Test => (all.clone(), self.data.test.clone()),
        };
        if valid.n_pairs() == 0 {
            let part = if self.options.select == Select::Test { "test" } else { "validation" };
            return Err(TrainError::NothingToSelectBy { part });
        }
        let log = Log { train: &kept, graph: self.data.graph };
        let judges = judges(&valid);
        let mut interrupted = false;

        let linear = self.choose_linear(log, &valid, &judges, &config, &mut interrupted)?;
        let uses_graph = linear.graph_weight > 0.0;
        let mut components = vec![self.linear_component(linear, log)?];
        if let Some((model, options)) = embedding(&config, uses_graph, kept.n_pairs()).filter(|_| !interrupted) {
            components.extend(self.embedding_component(model, &config, options, log, &valid, &mut interrupted)?);
        }
        if config.factors && !interrupted {
            let settings = toml::Table::from_iter([("dim".to_owned(), toml::Value::Integer(config.dim as i64))]);
            components.push(self.closed_component("als", settings, log, &mut interrupted)?);
        }

        components.push(self.popularity_component(log));

        let k = self.protocol.cutoffs()[0];
        let mixed = |components: &[Component]| {
            let candidates = Candidates::find(components, &kept, &valid, &judges, k, self.pool);
            let mixture = candidates.mix();
            (candidates, mixture)
        };
        let (mut candidates, mut mixture) = mixed(&components);
        // As a probability, at the temperature of its training, a cosine may mix better.
        if components.iter().any(|component| component.trained_at().is_some()) {
            let mut raised: Vec<Component> = components.iter().map(Component::raised).collect();
            let (other_candidates, other) = mixed(&raised);
            if other.quality > mixture.quality {
                (candidates, mixture) = (other_candidates, other);
                std::mem::swap(&mut components, &mut raised);
            }
        }
        let report = self.report(&components, &mixture, &candidates, log, linear);
        let chosen = scorer(&components, &mixture.weights);
        let selected_by = self.evaluate(&chosen, &kept, &[&kept], &valid)?.means;

        // The chosen parts learn from the withheld pairs too.
        let refit = self.options.select == Select::Validation && !interrupted;
        let (scorer, log) = if refit {
            let log = Log { train: all, graph: self.data.graph };
            let kept_parts = components.into_iter().zip(&mixture.weights).filter(|(_, weight)| **weight > 0.0);
            let mut refitted = Vec::new();
            for (component, _) in kept_parts {
                refitted.push(self.again(component, linear, log, &mut interrupted)?);
            }
            let weights: Vec<f64> = mixture.weights.iter().copied().filter(|weight| *weight > 0.0).collect();
            (scorer(&refitted, &weights), all.clone())
        } else {
            (chosen, kept)
        };
        // What was withheld is withheld no more.
        let nothing = || Interactions::empty(all.n_users(), all.n_items());
        let valid = if refit || self.options.select == Select::Test { nothing() } else { valid };
        let mut seconds = Seconds { train: start.elapsed().as_secs_f64(), evaluate: 0.0 };
        let start = Instant::now();
        let test = match self.data.test.n_pairs() {
            0 => None,
            _ => Some(self.evaluate(&scorer, &log, &[all], self.data.test)?),
        };
        seconds.evaluate = start.elapsed().as_secs_f64();
        Ok(Outcome {
            model: None,
            scorer,
            train: log,
            valid,
            best_epoch: 0,
            n_epochs: 0,
            interrupted,
            history: Vec::new(),
            selected_by: Some(selected_by),
            test,
            seconds,
            blend: Some(report),
        })
    }

    fn evaluate(
        &self,
        scorer: &Scorer,
        log: &Interactions,
        masked: &[&Interactions],
        targets: &Interactions,
    ) -> Result<RankingReport, TrainError> {
        Ok(evaluate_ranking(&ranker(scorer, log), masked, targets, self.protocol, self.pool)?)
    }

    /// Tells what is tried; whether to go on.
    fn stage(&mut self, what: &str) -> ControlFlow<()> {
        self.observer.event(&Event::Stage { what })
    }

    fn choose_linear(
        &mut self,
        log: Log<'_>,
        valid: &Interactions,
        judges: &[u32],
        config: &Config,
        interrupted: &mut bool,
    ) -> Result<LinearSettings, TrainError> {
        let has_graph = !path_weights(Problem { train: log.train, graph: log.graph }, 0.5).is_empty();
        let k = self.protocol.cutoffs()[0];
        linear::choose(log.train.n_items(), config.neighbours, has_graph, |settings| {
            if self.stage(&format!("linear: {}", settings.describe())).is_break() {
                *interrupted = true;
                return Ok(None);
            }
            // With popularity beside it: alone, the weights would have to stand in for it.
            let pair = [self.linear_component(*settings, log)?, self.popularity_component(log)];
            Ok(Some(Candidates::find(&pair, log.train, valid, judges, k, self.pool).mix().quality))
        })
    }

    fn linear_component(&self, settings: LinearSettings, log: Log<'_>) -> Result<Component, TrainError> {
        let table = settings.table(log.train);
        let model = settings.model();
        let problem = Problem { train: log.train, graph: log.graph };
        let scorer = find_model(model)?.fit(&table, problem, self.seed)?;
        Ok(Component { model, settings: table, options: self.options.clone(), kind: only_part(scorer) })
    }

    fn closed_component(
        &mut self,
        model: &'static str,
        settings: toml::Table,
        log: Log<'_>,
        interrupted: &mut bool,
    ) -> Result<Component, TrainError> {
        *interrupted |= self.stage(model).is_break();
        let problem = Problem { train: log.train, graph: log.graph };
        let scorer = find_model(model)?.fit(&settings, problem, self.seed)?;
        Ok(Component { model, settings, options: self.options.clone(), kind: only_part(scorer) })
    }

    /// b_i = ln(1 + users of i): what the linear model misses of popularity where users have short histories.
    fn popularity_component(&self, log: Log<'_>) -> Component {
        let bias = log.train.item_degrees().into_iter().map(|n| f64::from(n).ln_1p() as f32).collect();
        let (settings, options) = (toml::Table::new(), self.options.clone());
        Component { model: POPULARITY, settings, options, kind: PartKind::Bias(bias) }
    }

    fn embedding_component(
        &mut self,
        model: &'static str,
        config: &Config,
        options: TrainOptions,
        log: Log<'_>,
        valid: &Interactions,
        interrupted: &mut bool,
    ) -> Result<Option<Component>, TrainError> {
        let settings = embedding_settings(model, config.dim);
        // To the training, the validation part is the test part: it selects the epoch.
        let options = TrainOptions { select: Select::Test, ..options };
        let data = TrainData { train: log.train, valid: None, test: valid, graph: log.graph };
        let outcome =
            train(find_model(model)?, &settings, data, &options, self.protocol, self.seed, self.pool, self.observer);
        let outcome = match outcome {
            Err(TrainError::NotFinite { .. } | TrainError::NoNegative(_)) => return Ok(None),
            outcome => outcome?,
        };
        *interrupted |= outcome.interrupted;
        let options = TrainOptions { epochs: outcome.best_epoch.max(1), evaluate_every: 0, ..options };
        Ok(Some(Component { model, settings, options, kind: only_part(outcome.scorer) }))
    }

    /// The same part, learned from more.
    fn again(
        &mut self,
        component: Component,
        linear: LinearSettings,
        log: Log<'_>,
        interrupted: &mut bool,
    ) -> Result<Component, TrainError> {
        if component.model == linear.model() {
            *interrupted |= self.stage(&format!("linear: {}", linear.describe())).is_break();
            return self.linear_component(linear, log);
        }
        if component.model == POPULARITY {
            return Ok(self.popularity_component(log));
        }
        let spec = find_model(component.model)?;
        if !spec.has_epochs() {
            return self.closed_component(component.model, component.settings, log, interrupted);
        }
        let nothing = Interactions::empty(log.train.n_users(), log.train.n_items());
        let data = TrainData { train: log.train, valid: None, test: &nothing, graph: log.graph };
        let outcome = train(
            spec,
            &component.settings,
            data,
            &component.options,
            self.protocol,
            self.seed,
            self.pool,
            self.observer,
        )?;
        *interrupted |= outcome.interrupted;
        let mut kind = only_part(outcome.scorer);
        if let (PartKind::Vectors { temperature, .. }, PartKind::Vectors { temperature: own, .. }) =
            (&mut kind, &component.kind)
        {
            *temperature = *own;
        }
        Ok(Component { kind, ..component })
    }

    fn report(
        &self,
        components: &[Component],
        mixture: &mixing::Mixture,
        candidates: &Candidates,
        log: Log<'_>,
        linear: LinearSettings,
    ) -> BlendReport {
        let part = |(k, component): (usize, &Component)| BlendPart {
            model: component.model.to_owned(),
            settings: component.settings.clone(),
            weight: mixture.weights[k],
            influence: mixture.weights[k] * candidates.deviations[k] / candidates.deviations[0].max(f64::MIN_POSITIVE),
            alone: candidates.alone(k),
        };
        let paths = if linear.graph_weight > 0.0 {
            path_weights(Problem { train: log.train, graph: log.graph }, linear.user_exponent)
        } else {
            Vec::new()
        };
        BlendReport {
            parts: components.iter().enumerate().map(part).collect(),
            paths: paths.into_iter().map(|(steps, weight)| GraphPath { steps, weight }).collect(),
        }
    }
}

/// Users of the part, evenly chosen.
fn judges(valid: &Interactions) -> Vec<u32> {
    let users: Vec<u32> =
        (0..valid.n_users() as u32).filter(|&user| !valid.items_of(culet_graph::UserId(user)).is_empty()).collect();
    let stride = users.len().div_ceil(MOST_JUDGES).max(1);
    users.into_iter().step_by(stride).collect()
}

/// The embedding to blend in, and how it is trained.
fn embedding(config: &Config, uses_graph: bool, n_pairs: usize) -> Option<(&'static str, TrainOptions)> {
    let model = match (config.embedding.as_str(), uses_graph) {
        ("none", _) => return None,
        ("kgin", _) | ("auto", true) => "kgin",
        _ => "softmax-mf",
    };
    // Some twenty million pairs are seen at most, in steps that are small where pairs are few.
    let epochs = (20_000_000 / n_pairs.max(1)).clamp(10, 120) as u64;
    let (batch, evaluate_every) = if n_pairs < 200_000 { (1024, 5) } else { (4096, 3) };
    let options =
        TrainOptions { epochs, batch, learning_rate: 3e-3, evaluate_every, patience: 3, ..TrainOptions::default() };
    Some((model, options))
}

fn embedding_settings(model: &str, dim: usize) -> toml::Table {
    let text = match model {
        "kgin" => format!("dim = {dim}\nhops = 2\nloss = 'softmax'\nnegatives = 1024\ntemperature = 0.2"),
        _ => format!("dim = {dim}\ntemperature = 0.12"),
    };
    text.parse().expect("written in TOML")
}

fn only_part(scorer: Scorer) -> PartKind {
    scorer.parts.into_iter().next().expect("a model's scorer has a part").kind
}

/// The weighted sum of the parts that have a weight.
fn scorer(components: &[Component], weights: &[f64]) -> Scorer {
    let chosen = components.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
    Scorer { parts: chosen.map(|(component, &weight)| weighted(component, weight)).collect() }
}

fn weighted(component: &Component, weight: f64) -> Part {
    let kind = match &component.kind {
        // exp(<p, q> / t) takes its weight as a factor for each user.
        PartKind::Vectors { vectors, temperature: Some(t) } => {
            let user_factors = Some(vec![weight as f32; vectors.users.n_rows()]);
            let kind = PartKind::Vectors { vectors: vectors.clone(), temperature: Some(*t) };
            return Part { name: component.model.to_owned(), kind, user_factors };
        }
        PartKind::Vectors { vectors, temperature: None } => PartKind::Vectors {
            vectors: Representation { users: scaled(&vectors.users, weight), items: vectors.items.clone() },
            temperature: None,
        },
        PartKind::Weights(weights) => {
            let mut weights = weights.clone();
            weights.scale_columns(&vec![weight as f32; weights.n_columns()]);
            PartKind::Weights(weights)
        }
        PartKind::Bias(bias) => PartKind::Bias(bias.iter().map(|b| b * weight as f32).collect()),
    };
    Part { name: component.model.to_owned(), kind, user_factors: None }
}

fn scaled(table: &Matrix, weight: f64) -> Matrix {
    let mut scaled = table.clone();
    scaled.as_mut_slice().iter_mut().for_each(|x| *x *= weight as f32);
    scaled
}
