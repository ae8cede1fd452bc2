//! The default recommender: a linear model of items with the graph's paths, blended with embeddings.
//!
//! Everything is chosen on one validation part: first the settings of the linear model, then the epochs of the
//! embedding, then the weights of the blend. Then all parts learn from all training pairs.

mod component;
mod linear;
mod mixing;

use std::ops::ControlFlow;
use std::time::Instant;

use culet_eval::{RankingProtocol, ScorePart};
use culet_graph::{Interactions, UserId};
use culet_model::{PartKind, PathWeights, Representation, Scorer, Step, find_model, fit_ease};
use rayon::ThreadPool;

use crate::ranking::evaluate;
use crate::{Event, Observer, Outcome, Schedule, Seconds, Select, TrainData, TrainError, TrainOptions, train};
use component::{Component, Form, Log, Recipe, joined, scorer};
use linear::LinearSettings;
use mixing::{Candidates, Jury, Mixture, is_gain};

/// How a blend came about.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct BlendReport {
    /// Each part that was tried; the linear model of items first.
    pub parts: Vec<BlendPart>,
    /// What each path over the knowledge graph counts in the linear model, the heaviest first; none without a graph.
    pub paths: Vec<GraphPath>,
    /// What the linear scores of items without training pairs are multiplied by; 1 unless withheld pairs led to such items.
    pub new_items: f64,
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

/// Users of the validation part that the linear settings are chosen by, evenly chosen where there are more.
const JUDGES_OF_SETTINGS: usize = 5_000;
/// The same for the weights of the parts, which are chosen once.
const JUDGES_OF_WEIGHTS: usize = 20_000;
/// What is tried of [`Form::new_items`].
const NEW_ITEMS: [f32; 4] = [2.0, 4.0, 8.0, 16.0];

/// What the weights were chosen on: parts, their form, what they say of the candidates.
struct Mixed {
    form: Form,
    candidates: Candidates,
    mixture: Mixture,
}

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
        let users = [JUDGES_OF_SETTINGS, JUDGES_OF_WEIGHTS].map(|most| judges(&valid, most));
        let cutoff = self.protocol.cutoffs()[0];
        let jury = |users, units| Jury { kept: &kept, valid: &valid, users, cutoff, units, pool: self.pool };
        let few = jury(&users[0], [1.0; 2]);
        let mut interrupted = false;

        let mut paths = Paths::default();
        let (linear, units) = self.choose_linear(log, few, &config, &mut paths, &mut interrupted)?;
        let mut components = vec![linear_component(linear, log, &mut paths)?];
        if config.embedding != "none" && !interrupted {
            components.extend(self.embedding_component(&config, log, &valid, &mut interrupted)?);
        }
        if config.factors && !interrupted {
            components.push(self.closed_component("als", toml::Table::new(), log, &mut interrupted)?);
        }
        components.push(popularity_component(log));

        let mixed = choose_form(&components, jury(&users[1], units));
        let report = report(&components, &mixed, linear, paths.of(linear.user_exponent, log));
        let Mixed { form, mixture: Mixture { weights, .. }, .. } = mixed;
        let refit = self.options.select == Select::Validation && !interrupted;
        // Recipes outlive the parts, which go into the scorer.
        let recipes: Vec<(Recipe, toml::Table)> =
            components.iter().map(|part| (part.recipe.clone(), part.settings.clone())).collect();
        let chosen = scorer(components, &weights, form, &kept);
        let selected_by = evaluate(&chosen, &kept, &[&kept], &valid, self.protocol, self.pool)?.means;

        // The chosen parts learn from the withheld pairs too.
        let (scorer, log) = if refit {
            drop(chosen);
            let log = Log { train: all, graph: self.data.graph };
            let kept_parts = recipes.into_iter().zip(&weights).filter(|(_, weight)| **weight > 0.0);
            let (mut refitted, mut own_weights) = (Vec::new(), Vec::new());
            for ((recipe, settings), weight) in kept_parts {
                refitted.push(self.again(recipe, settings, log, &mut interrupted)?);
                own_weights.push(*weight);
            }
            (scorer(refitted, &own_weights, form, all), all.clone())
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
            _ => Some(evaluate(&scorer, &log, &[all], self.data.test, self.protocol, self.pool)?),
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

    /// Tells what is tried; whether to go on.
    fn stage(&mut self, what: &str) -> ControlFlow<()> {
        self.observer.event(&Event::Stage { what })
    }

    /// The settings, and the units of recall and ndcg that they were chosen in.
    fn choose_linear(
        &mut self,
        log: Log<'_>,
        jury: Jury<'_>,
        config: &Config,
        paths: &mut Paths,
        interrupted: &mut bool,
    ) -> Result<(LinearSettings, [f64; 2]), TrainError> {
        let has_graph =
            !log.graph.triplets().is_empty() && !paths.of(LinearSettings::START.user_exponent, log).list().is_empty();
        // Beside it: alone, the weights would have to stand in for popularity.
        let popularity = popularity_component(log);
        // Where items that nobody took are what is sought, they have to come up in the first place.
        let new_items = if jury.share_of_new_items() > 0.5 { 8.0 } else { 1.0 };
        let form = Form { new_items, ..Form::PLAIN };
        // What the first settings reach alone is the unit of recall and of ndcg.
        let mut units = None;
        let chosen = linear::choose(log.train.n_items(), config.neighbours, has_graph, |settings| {
            if self.stage(&format!("linear: {}", settings.describe())).is_break() {
                *interrupted = true;
                return Ok(None);
            }
            let own = linear_component(*settings, log, paths)?;
            let boosted = own.boosted(form, log.train);
            let pair = [&own, &popularity].map(|part| part.score_part(form, boosted.as_ref()));
            let mut candidates = Candidates::find(&pair, jury);
            let alone = || candidates.alone(0).map(|value| if value > 0.0 { value } else { 1.0 });
            candidates.units = *units.get_or_insert_with(alone);
            Ok(Some(candidates.mix().quality()))
        })?;
        Ok((chosen, units.unwrap_or(jury.units)))
    }

    fn closed_component(
        &mut self,
        model: &'static str,
        settings: toml::Table,
        log: Log<'_>,
        interrupted: &mut bool,
    ) -> Result<Component, TrainError> {
        *interrupted |= self.stage(model).is_break();
        let scorer = find_model(model)?.fit(&settings, log.problem(), self.seed)?;
        Ok(Component { recipe: Recipe::Closed(model), settings, kind: only_part(scorer) })
    }

    /// Trains from several starts where pairs are few; nothing if the data do not allow for it.
    fn embedding_component(
        &mut self,
        config: &Config,
        log: Log<'_>,
        valid: &Interactions,
        interrupted: &mut bool,
    ) -> Result<Option<Component>, TrainError> {
        let plan = EmbeddingPlan::new(config, log.train.n_pairs());
        // What is withheld from the blend is withheld from the training, and selects its epoch.
        let options = TrainOptions { select: Select::Validation, refit: false, ..plan.options.clone() };
        let nothing = Interactions::empty(log.train.n_users(), log.train.n_items());
        let data = TrainData { train: log.train, valid: Some(valid), test: &nothing, graph: log.graph };
        let (mut epochs, mut sets) = (Vec::new(), Vec::new());
        for start in 0..plan.n_starts {
            let outcome = match self.embed(plan.model, &plan.settings, data, &options, start) {
                Err(TrainError::NotFinite { .. } | TrainError::NoNegative(_)) => return Ok(None),
                outcome => outcome?,
            };
            epochs.push(outcome.best_epoch.max(1));
            sets.push(only_vectors(outcome.scorer));
            *interrupted |= outcome.interrupted;
            if *interrupted {
                break;
            }
        }
        let recipe = Recipe::Embedding { model: plan.model, epochs, options: plan.options };
        Ok(Some(Component { recipe, settings: plan.settings, kind: vectors(joined(&sets, log.train)) }))
    }

    fn embed(
        &mut self,
        model: &'static str,
        settings: &toml::Table,
        data: TrainData<'_>,
        options: &TrainOptions,
        start: u64,
    ) -> Result<Outcome, TrainError> {
        let seed = self.seed.wrapping_add(start);
        train(find_model(model)?, settings, data, options, self.protocol, seed, self.pool, self.observer)
    }

    /// The same part, learned from more.
    fn again(
        &mut self,
        recipe: Recipe,
        settings: toml::Table,
        log: Log<'_>,
        interrupted: &mut bool,
    ) -> Result<Component, TrainError> {
        match recipe {
            Recipe::Linear(linear) => {
                *interrupted |= self.stage(&format!("linear: {}", linear.describe())).is_break();
                linear_component(linear, log, &mut Paths::default())
            }
            Recipe::Popularity => Ok(popularity_component(log)),
            Recipe::Closed(model) => self.closed_component(model, settings, log, interrupted),
            Recipe::Embedding { model, epochs, options } => {
                let nothing = Interactions::empty(log.train.n_users(), log.train.n_items());
                let data = TrainData { train: log.train, valid: None, test: &nothing, graph: log.graph };
                let mut sets = Vec::new();
                for (start, &n_epochs) in (0..).zip(&epochs) {
                    let options = TrainOptions { epochs: n_epochs, evaluate_every: 0, ..options.clone() };
                    let outcome = self.embed(model, &settings, data, &options, start)?;
                    *interrupted |= outcome.interrupted;
                    sets.push(only_vectors(outcome.scorer));
                }
                let kind = vectors(joined(&sets, log.train));
                Ok(Component { recipe: Recipe::Embedding { model, epochs, options }, settings, kind })
            }
        }
    }
}

/// The paths' weights by the exponent of users, each learned once.
#[derive(Default)]
struct Paths(Vec<(f64, PathWeights)>);

impl Paths {
    fn of(&mut self, user_exponent: f64, log: Log<'_>) -> &PathWeights {
        let place = self.0.iter().position(|(exponent, _)| *exponent == user_exponent).unwrap_or_else(|| {
            self.0.push((user_exponent, PathWeights::learn(log.problem(), user_exponent)));
            self.0.len() - 1
        });
        &self.0[place].1
    }
}

fn linear_component(linear: LinearSettings, log: Log<'_>, paths: &mut Paths) -> Result<Component, TrainError> {
    let paths = paths.of(linear.user_exponent, log);
    let neighbours = Some(linear.neighbours).filter(|neighbours| *neighbours > 0);
    let scorer = fit_ease(&linear.ease_settings(log.train), neighbours, log.problem(), paths)?;
    let recipe = Recipe::Linear(linear);
    Ok(Component { recipe, settings: linear.settings(log.train), kind: only_part(scorer) })
}

fn popularity_component(log: Log<'_>) -> Component {
    let bias = log.train.item_degrees().into_iter().map(|n| f64::from(n).ln_1p() as f32).collect();
    Component { recipe: Recipe::Popularity, settings: toml::Table::new(), kind: PartKind::Bias(bias) }
}

/// Chooses the weights, and the form that the parts enter in: exponents of cosines may mix better than cosines, and
/// items that nobody took, whose scores come from the graph alone, may have to be raised beside the others.
fn choose_form(components: &[Component], jury: Jury<'_>) -> Mixed {
    let mixed = |form: Form| {
        let boosted = components[0].boosted(form, jury.kept);
        let parts: Vec<ScorePart<'_>> =
            components.iter().map(|component| component.score_part(form, boosted.as_ref())).collect();
        let candidates = Candidates::find(&parts, jury);
        let mixture = candidates.mix();
        Mixed { form, candidates, mixture }
    };
    let mut best = mixed(Form::PLAIN);
    if components.iter().any(|component| component.temperature().is_some()) {
        let raised = mixed(Form { raised: true, ..Form::PLAIN });
        if raised.mixture.quality() > best.mixture.quality() {
            best = raised;
        }
    }
    if jury.share_of_new_items() > 0.0 {
        let as_they_are = best.mixture.worths.clone();
        for new_items in NEW_ITEMS {
            let other = mixed(Form { new_items, ..best.form });
            // To raise them costs others their places: not for a gain that may be chance.
            if other.mixture.quality() > best.mixture.quality() && is_gain(&other.mixture.worths, &as_they_are) {
                best = other;
            }
        }
    }
    best
}

fn report(components: &[Component], mixed: &Mixed, linear: LinearSettings, paths: &PathWeights) -> BlendReport {
    let Mixed { form, candidates, mixture } = mixed;
    let unit = candidates.deviations[0].max(f64::MIN_POSITIVE);
    let part = |(k, component): (usize, &Component)| BlendPart {
        model: component.model().to_owned(),
        settings: component.settings.clone(),
        weight: mixture.weights[k],
        influence: mixture.weights[k] * candidates.deviations[k] / unit,
        alone: candidates.alone(k),
    };
    let paths = if linear.graph_weight > 0.0 { paths.list() } else { Vec::new() };
    BlendReport {
        parts: components.iter().enumerate().map(part).collect(),
        paths: paths.into_iter().map(|(steps, weight)| GraphPath { steps, weight }).collect(),
        new_items: f64::from(form.new_items),
    }
}

/// Users of the part, at most so many, evenly chosen.
fn judges(valid: &Interactions, most: usize) -> Vec<u32> {
    let users: Vec<u32> =
        (0..valid.n_users() as u32).filter(|&user| !valid.items_of(UserId(user)).is_empty()).collect();
    let stride = users.len().div_ceil(most).max(1);
    users.into_iter().step_by(stride).collect()
}

/// The embedding to blend in, and how it is trained.
struct EmbeddingPlan {
    model: &'static str,
    settings: toml::Table,
    options: TrainOptions,
    /// Trainings whose scores are averaged.
    n_starts: u64,
}

impl EmbeddingPlan {
    fn new(config: &Config, n_pairs: usize) -> Self {
        let (model, own) = match config.embedding.as_str() {
            "kgin" => ("kgin", "hops = 2\nloss = 'softmax'"),
            _ => ("softmax-mf", "history_dropout = 0.2"),
        };
        let per_pair = |most: usize| most / n_pairs.max(1);
        // Where pairs are few, steps are small and end when they no longer help, and several starts are averaged.
        let (sharpness, options, n_starts) = if n_pairs < 200_000 {
            let epochs = per_pair(13_000_000).clamp(8, 90) as u64;
            let options =
                TrainOptions { epochs, batch: 1024, evaluate_every: 5, patience: 4, ..TrainOptions::default() };
            ("temperature = 0.2\nnegatives = 1024", options, per_pair(250_000).clamp(1, 6) as u64)
        } else {
            let epochs = per_pair(13_000_000).clamp(8, 40) as u64;
            let schedule = Schedule::Linear;
            let options = TrainOptions { epochs, batch: 4096, evaluate_every: 5, schedule, ..TrainOptions::default() };
            ("temperature = 0.1\nnegatives = 512", options, 1)
        };
        let options = TrainOptions { learning_rate: 3e-3, ..options };
        let text = format!("dim = {}\n{sharpness}\n{own}", config.dim);
        Self { model, settings: text.parse().expect("written in TOML"), options, n_starts }
    }
}

fn only_part(scorer: Scorer) -> PartKind {
    scorer.parts.into_iter().next().expect("a model's scorer has a part").kind
}

fn only_vectors(scorer: Scorer) -> Representation {
    match only_part(scorer) {
        PartKind::Vectors { vectors, .. } => vectors,
        _ => unreachable!("an embedding answers from vectors"),
    }
}

fn vectors(vectors: Representation) -> PartKind {
    PartKind::Vectors { vectors, temperature: None }
}
