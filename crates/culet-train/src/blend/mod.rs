//! The default recommender: a linear model of items with the graph's paths, blended with embeddings.
//!
//! Everything is chosen on withheld pairs: first the settings of the linear model, then the epochs of the embedding and
//! whether it learns vectors of facts, then the weights of the blend. Then all parts learn from all training pairs.

mod component;
mod cost;
mod course;
mod embedding;
mod fold;
mod linear;
mod mixing;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use culet_eval::RankingProtocol;
use culet_graph::Interactions;
use culet_model::{PathWeights, Representation, Step, find_model};
use rayon::ThreadPool;

use crate::ranking::evaluate;
use crate::state::TriedSettings;
use crate::{Outcome, Seconds, Select, TrainData, TrainError, TrainOptions, train_from};
use component::{Component, Form, Log, Recipe, joined, only_vectors, popularity, scorer, vectors};
pub(crate) use cost::{blend_cost, blend_disk};
pub(crate) use course::Course;
use course::Made;
use embedding::{EmbeddingPlan, Starts};
use fold::{Fold, Measure, Paths, folds, linear_component};
use linear::LinearSettings;
use mixing::{Candidates, Mixture, is_gain};

/// How a blend came about.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct BlendReport {
    /// Each part that was tried; the linear model of items first.
    pub parts: Vec<BlendPart>,
    /// Recall and ndcg at the first cutoff of the blend on the withheld pairs.
    pub together: [f64; 2],
    /// How many parts were withheld in turn to choose by.
    pub n_withheld_parts: usize,
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
    pub(crate) course: Course<'a>,
}

/// What is tried of [`Form::new_items`].
const NEW_ITEMS: [f32; 4] = [2.0, 4.0, 8.0, 16.0];

/// A training of vectors.
struct Trained<'a> {
    model: &'static str,
    settings: &'a toml::Table,
    data: TrainData<'a>,
    options: &'a TrainOptions,
    /// The number of its start, on which its seed depends.
    start: u64,
}

/// What the weights were chosen on: the form of the parts, what they say of the candidates.
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
        let mut folds = folds(self.data, all, self.options, self.seed)?;
        let mut measure = Measure { cutoff: self.protocol.cutoffs()[0], units: [1.0; 2], pool: self.pool };
        let linear = self.choose_linear(&mut folds, &config, &mut measure)?;
        for fold in &mut folds {
            let component = fold.linear(linear)?;
            fold.components.push(component);
        }
        if config.embedding != "none" && !self.course.is_ended() {
            self.choose_embedding(&mut folds, &config, linear, measure)?;
        }
        if config.factors && !self.course.is_ended() {
            for (k, fold) in folds.iter_mut().enumerate() {
                let component = self.factors("als", (k == 0).then_some("als"), fold.log())?;
                fold.components.push(component);
            }
        }
        folds.iter_mut().for_each(|fold| fold.components.push(popularity(&fold.kept)));

        let mixed = choose_form(&folds, measure);
        let paths = folds[0].paths(linear.user_exponent).clone();
        let report = report(&folds, &mixed, linear, &paths);
        let _ = self.tell_mixture(&report);
        let Mixed { form, mixture: Mixture { weights, .. }, .. } = mixed;
        let refit = self.options.select == Select::Validation && !self.course.is_ended();
        let recipes = recipes(&folds);
        let Fold { kept, valid, components, .. } = folds.swap_remove(0);
        drop(folds);
        let chosen = scorer(components, &weights, form, &kept);
        let selected_by = evaluate(&chosen, &kept, &[&kept], &valid, self.protocol, self.pool)?.means;

        // The chosen parts learn from the withheld pairs too.
        let (scorer, log) = if refit {
            drop(chosen);
            let kept_parts = recipes.into_iter().zip(&weights).filter(|(_, weight)| **weight > 0.0);
            let (mut refitted, mut own_weights) = (Vec::new(), Vec::new());
            for ((recipe, settings), weight) in kept_parts {
                refitted.push(self.again(recipe, settings)?);
                own_weights.push(*weight);
            }
            (scorer(refitted, &own_weights, form, all), all.clone())
        } else {
            (chosen, kept)
        };
        // What was withheld is withheld no more.
        let nothing = || Interactions::empty(all.n_users(), all.n_items());
        let valid = if refit || self.options.select == Select::Test { nothing() } else { valid };
        let mut seconds = Seconds { train: self.course.seconds(), evaluate: 0.0 };
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
            interrupted: self.course.is_ended(),
            history: Vec::new(),
            selected_by: Some(selected_by),
            test,
            seconds,
            blend: Some(report),
            faithfulness: None,
        })
    }

    fn tell_mixture(&mut self, report: &BlendReport) -> ControlFlow<()> {
        let of_part = |part: &BlendPart| format!("{} {:.2}", part.model, part.influence);
        let parts: Vec<String> = report.parts.iter().filter(|part| part.weight > 0.0).map(of_part).collect();
        let what = format!("blend of {}: {}", parts.join(", "), self.in_words(report.together));
        self.course.stage(&what)
    }

    /// Recall and ndcg on withheld pairs, in words.
    fn in_words(&self, [recall, ndcg]: [f64; 2]) -> String {
        let cutoff = self.protocol.cutoffs()[0];
        format!("recall@{cutoff} {recall:.4}, ndcg@{cutoff} {ndcg:.4} on withheld pairs")
    }

    /// The settings; sets the units to what the first settings reach alone.
    fn choose_linear(
        &mut self,
        folds: &mut [Fold<'_>],
        config: &Config,
        measure: &mut Measure<'_>,
    ) -> Result<LinearSettings, TrainError> {
        let n_items = folds[0].kept.n_items();
        let has_graph = !self.data.graph.triplets().is_empty()
            && folds.iter_mut().any(|fold| !fold.paths(LinearSettings::START.user_exponent).list().is_empty());
        // Where items that nobody took are what is sought, they have to come up in the first place.
        let seeks_new = folds.iter().any(|fold| fold.share_of_new_items() > 0.5);
        let form = Form { new_items: if seeks_new { 8.0 } else { 1.0 }, ..Form::PLAIN };
        let mut units = None;
        let mut best = (f64::NEG_INFINITY, [0.0; 2]);
        let chosen = linear::choose(n_items, config.neighbours, has_graph, |settings| {
            let tried = self.course.tried(&format!("linear: {}", settings.describe()), || {
                let of_folds: Result<Vec<_>, _> =
                    folds.iter_mut().map(|fold| fold.candidates_of_linear(*settings, form, *measure)).collect();
                let mut candidates = Candidates::merged(of_folds?);
                let alone = candidates.alone(0);
                candidates.units = units.unwrap_or_else(|| units_of(alone));
                Ok(TriedSettings { quality: candidates.mix().quality(), alone })
            })?;
            let Some(TriedSettings { quality, alone }) = tried else { return Ok(None) };
            units.get_or_insert_with(|| units_of(alone));
            if quality > best.0 {
                best = (quality, alone);
            }
            Ok(Some(quality))
        })?;
        measure.units = units.unwrap_or(measure.units);
        let found = format!("linear, chosen: {}: {}", chosen.describe(), self.in_words(best.1));
        let _ = self.course.stage(&found);
        Ok(chosen)
    }

    /// Trains from several starts where pairs are few, with vectors of facts if that is better; no part if the data do not
    /// allow for it.
    fn choose_embedding(
        &mut self,
        folds: &mut [Fold<'_>],
        config: &Config,
        linear: LinearSettings,
        measure: Measure<'_>,
    ) -> Result<(), TrainError> {
        let (n_pairs, n_folds) = (folds[0].kept.n_pairs(), folds.len());
        let plan = |facts| EmbeddingPlan::new(config, n_pairs, n_folds, facts);
        let Some((mut chosen, mut starts)) = self.first_starts(plan(false), folds)? else { return Ok(()) };
        // Where facts do not help the linear model, they do not help here.
        if linear.graph_weight > 0.0 && chosen.knows_facts() && !self.course.is_ended() {
            let other = self.first_starts(plan(true), folds)?;
            let mut quality = |plan: &EmbeddingPlan, starts: &[Starts]| beside_linear(plan, starts, folds, measure);
            if let Some(other) = other.filter(|other| quality(&other.0, &other.1) > quality(&chosen, &starts)) {
                (chosen, starts) = other;
            }
        }
        for start in 1..chosen.n_starts {
            for (k, (fold, starts)) in folds.iter().zip(&mut starts).enumerate() {
                if !self.course.is_ended() {
                    self.start_in_fold(&chosen, fold, (k, start, n_folds), starts)?;
                }
            }
        }
        let epochs: Vec<u64> = starts.iter().flat_map(|starts| starts.epochs.iter().copied()).collect();
        for (fold, starts) in folds.iter_mut().zip(&starts) {
            fold.components.push(embedding_component(&chosen, epochs.clone(), starts, &fold.kept));
        }
        Ok(())
    }

    /// One start in each fold; nothing if the data do not allow for it.
    fn first_starts(
        &mut self,
        plan: EmbeddingPlan,
        folds: &[Fold<'_>],
    ) -> Result<Option<(EmbeddingPlan, Vec<Starts>)>, TrainError> {
        let mut of_folds = Vec::new();
        for (k, fold) in folds.iter().enumerate() {
            let mut starts = Starts::default();
            if !self.start_in_fold(&plan, fold, (k, 0, folds.len()), &mut starts)? {
                return Ok(None);
            }
            of_folds.push(starts);
        }
        Ok(Some((plan, of_folds)))
    }

    /// Trains once more; false if the data do not allow for it.
    fn start_in_fold(
        &mut self,
        plan: &EmbeddingPlan,
        fold: &Fold<'_>,
        (k, start, n_folds): (usize, u64, usize),
        starts: &mut Starts,
    ) -> Result<bool, TrainError> {
        let of_starts =
            if plan.n_starts > 1 { format!(", start {} of {}", start + 1, plan.n_starts) } else { String::new() };
        let of_folds = if n_folds > 1 { format!(", part {} of {n_folds} withheld", k + 1) } else { String::new() };
        let what = format!("{}{of_starts}{of_folds}", plan.describe());
        // What is withheld from the blend is withheld from the training, and selects its epoch.
        let options = TrainOptions { select: Select::Validation, refit: false, ..plan.options.clone() };
        let nothing = Interactions::empty(fold.kept.n_users(), fold.kept.n_items());
        let data = TrainData { train: &fold.kept, valid: Some(&fold.valid), test: &nothing, graph: self.data.graph };
        let number = start * n_folds as u64 + k as u64;
        let part = Trained { model: plan.model, settings: &plan.settings, data, options: &options, start: number };
        let Some(made) = self.embed(Some(&what), &part, true)? else { return Ok(false) };
        starts.epochs.push(made.epoch.max(1));
        starts.sets.push(made.vectors);
        Ok(true)
    }

    /// Vectors that learn by steps; none where the data do not allow for them, if that may be.
    fn embed(&mut self, what: Option<&str>, part: &Trained<'_>, may_fail: bool) -> Result<Option<Made>, TrainError> {
        let Trained { model, settings, data, options, start } = *part;
        let (spec, seed) = (find_model(model)?, self.seed.wrapping_add(start));
        let (protocol, pool) = (self.protocol, self.pool);
        self.course.made(what, |beginning, observer| {
            let trained = train_from(beginning, spec, settings, data, options, protocol, seed, pool, observer);
            match trained {
                Err(error) if may_fail && (error.is_divergence() || matches!(error, TrainError::NoNegative(_))) => {
                    Ok(None)
                }
                Err(error) => Err(error),
                Ok(outcome) => {
                    let epoch = outcome.best_epoch;
                    Ok(Some(Made { vectors: Arc::new(only_vectors(outcome.scorer)), epoch }))
                }
            }
        })
    }

    /// Vectors in closed form.
    fn factors(&mut self, model: &'static str, what: Option<&str>, log: Log<'_>) -> Result<Component, TrainError> {
        let (seed, settings) = (self.seed, toml::Table::new());
        let made = self.course.made(what, |_, _| {
            let scorer = find_model(model)?.fit(&settings, log.problem(), seed)?;
            Ok(Some(Made { vectors: Arc::new(only_vectors(scorer)), epoch: 0 }))
        })?;
        let missing = || TrainError::BadState { what: format!("it lacks the vectors of `{model}`") };
        let kind = vectors(Representation::clone(&made.ok_or_else(missing)?.vectors));
        Ok(Component { recipe: Recipe::Closed(model), settings, kind })
    }

    /// The same part, learned from all pairs.
    fn again(&mut self, recipe: Recipe, settings: toml::Table) -> Result<Component, TrainError> {
        let log = Log { train: self.everything, graph: self.data.graph };
        let what = format!("refit: {}", recipe.model());
        if matches!(recipe, Recipe::Linear(_) | Recipe::Popularity) {
            let _ = self.course.stage(&what);
        }
        match recipe {
            Recipe::Linear(linear) => linear_component(linear, log, &mut Paths::default()),
            Recipe::Popularity => Ok(popularity(log.train)),
            Recipe::Closed(model) => self.factors(model, Some(&what), log),
            Recipe::Embedding { model, epochs, options } => {
                let nothing = Interactions::empty(log.train.n_users(), log.train.n_items());
                let data = TrainData { train: log.train, valid: None, test: &nothing, graph: log.graph };
                let (mut sets, mut is_told) = (Vec::new(), false);
                for (start, &n_epochs) in (0..).zip(&epochs) {
                    let options = TrainOptions { epochs: n_epochs, evaluate_every: 0, ..options.clone() };
                    let part = Trained { model, settings: &settings, data, options: &options, start };
                    let is_new = !is_told && !self.course.knows_next();
                    let made = self.embed(is_new.then_some(&what), &part, false)?;
                    is_told |= is_new;
                    let missing = || TrainError::BadState { what: format!("it lacks the vectors of `{model}`") };
                    sets.push(made.ok_or_else(missing)?.vectors);
                }
                let kind = vectors(joined(&by_reference(&sets), log.train));
                Ok(Component { recipe: Recipe::Embedding { model, epochs, options }, settings, kind })
            }
        }
    }
}

/// What is worth as much as each other, recall and ndcg: what they are alone.
fn units_of(alone: [f64; 2]) -> [f64; 2] {
    alone.map(|value| if value > 0.0 { value } else { 1.0 })
}

fn by_reference(sets: &[Arc<Representation>]) -> Vec<&Representation> {
    sets.iter().map(|set| &**set).collect()
}

/// The recipes outlive the parts, which go into the scorer.
fn recipes(folds: &[Fold<'_>]) -> Vec<(Recipe, toml::Table)> {
    folds[0].components.iter().map(|part| (part.recipe.clone(), part.settings.clone())).collect()
}

fn embedding_component(plan: &EmbeddingPlan, epochs: Vec<u64>, starts: &Starts, log: &Interactions) -> Component {
    Component {
        recipe: plan.recipe(epochs),
        settings: plan.settings.clone(),
        kind: vectors(joined(&by_reference(&starts.sets), log)),
    }
}

/// How good the linear model is with these vectors beside it.
fn beside_linear(plan: &EmbeddingPlan, starts: &[Starts], folds: &mut [Fold<'_>], measure: Measure<'_>) -> f64 {
    let of_folds = folds.iter_mut().zip(starts).map(|(fold, starts)| {
        let component = embedding_component(plan, Vec::new(), starts, &fold.kept);
        fold.components.push(component);
        let candidates = fold.candidates(&[0, fold.components.len() - 1], Form::PLAIN, measure);
        fold.components.pop();
        candidates
    });
    Candidates::merged(of_folds.collect()).mix().quality()
}

/// Chooses the weights, and the form that the parts enter in: exponents of cosines may mix better than cosines, and
/// items that nobody took, whose scores come from the graph alone, may have to be raised beside the others.
fn choose_form(folds: &[Fold<'_>], measure: Measure<'_>) -> Mixed {
    let components = &folds[0].components;
    let places: Vec<usize> = (0..components.len()).collect();
    let mixed = |form: Form| {
        let of_folds = folds.iter().map(|fold| fold.candidates(&places, form, measure));
        let candidates = Candidates::merged(of_folds.collect());
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
    if folds.iter().any(|fold| fold.share_of_new_items() > 0.0) {
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

fn report(folds: &[Fold<'_>], mixed: &Mixed, linear: LinearSettings, paths: &PathWeights) -> BlendReport {
    let (components, n_folds) = (&folds[0].components, folds.len());
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
        together: candidates.of(&mixture.weights),
        n_withheld_parts: n_folds,
        paths: paths.into_iter().map(|(steps, weight)| GraphPath { steps, weight }).collect(),
        new_items: f64::from(form.new_items),
    }
}
