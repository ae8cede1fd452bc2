//! The loop: epochs of steps, evaluation, early stop, and what is kept of them to go on from.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Instant;

use culet_graph::Walker;
use culet_model::skipgram::Engine;
use culet_model::{Loss, SkipGramModel, Start};

use super::judge::Judge;
use super::optimiser::{Optimiser, Snapshot, TABLES, named};
use super::{Fitted, NetworkTrainOptions, Pass, StopRule, Told, Training, by_pairs, by_walks};
use crate::state::{check_finite, row_of};
use crate::{
    BestEpoch, EpochRecord, Event, Falls, Juncture, Progress, Seconds, Select, Selected, TrainError, TrainingState,
};

/// A pass as far as it came.
struct Course {
    model: SkipGramModel,
    optimiser: Optimiser,
    best: Option<(BestEpoch, Snapshot)>,
    falls: Falls,
    /// The epoch that it is in, from 1.
    epoch: u64,
    /// Steps made in this epoch, the sum of their losses, and their seconds.
    step: u64,
    sum: Loss,
    seconds: f64,
    is_over: bool,
}

impl Course {
    fn begin(model: SkipGramModel, epochs: u64) -> Self {
        let (optimiser, sum) = (Optimiser::default(), Loss::default());
        let is_over = epochs == 0;
        Self { model, optimiser, best: None, falls: Falls::default(), epoch: 1, step: 0, sum, seconds: 0.0, is_over }
    }

    fn go_to_next_epoch(&mut self) {
        (self.epoch, self.step, self.sum, self.seconds) = (self.epoch + 1, 0, Loss::default(), 0.0);
    }

    /// What is kept of it.
    fn state<'a>(&'a self, pass: &Pass<'a>, seconds: Seconds, epoch_seconds: f64) -> TrainingState<'a> {
        let selected = pass.selected;
        let progress = Progress {
            phase: pass.phase.to_owned(),
            epoch: self.epoch,
            step: self.step,
            n_updates: self.optimiser.n_steps(),
            loss: [self.sum.pairs, self.sum.l2, self.sum.independence],
            epoch_seconds,
            seconds,
            is_over: self.is_over,
            best: self.best.as_ref().map(|(best, _)| best.clone()),
            falls: self.falls,
            selected: selected.map(|fitted| Selected {
                epoch: fitted.best_epoch,
                n_epochs: fitted.n_epochs,
                best: fitted.best.clone(),
            }),
            blend: None,
        };
        let seen = |name: &str, model: &SkipGramModel| (name.to_owned(), Cow::Owned(row_of(model.seen())));
        let mut tables = named("table", self.model.tables());
        tables.push(seen("seen", &self.model));
        tables.extend(self.optimiser.tables());
        tables.extend(self.best.iter().flat_map(|(_, snapshot)| snapshot.tables("best")));
        if let Some(fitted) = selected {
            tables.extend(named("selected", fitted.model.tables()));
            tables.push(seen("selected.seen", &fitted.model));
        }
        TrainingState { progress, tables }
    }
}

impl Told<'_> {
    /// Lets the state be kept, if it is wanted and worth anything; once the training is ended, it goes on from there and
    /// nowhere else.
    fn keep(&mut self, at: Juncture, pass: &Pass<'_>, course: &Course, epoch_seconds: f64) -> Result<(), TrainError> {
        if !self.is_ended && self.observer.wants_state(at) {
            let state = course.state(pass, self.seconds, epoch_seconds);
            state.check_finite()?;
            self.observer.keep_state(&state);
        }
        self.is_ended |= at == Juncture::Interrupted;
        Ok(())
    }
}

impl Training<'_> {
    pub(super) fn fit(&mut self, pass: Pass<'_>) -> Result<Fitted, TrainError> {
        let mut course = self.begin(&pass)?;
        let walked = course.model.walked(pass.network);
        let walker = Walker::new(&walked, course.model.config.walks.clone())?;
        let mut steps = Steps::new(&walker, &course.model, self.options.batch, self.seed);
        let _ = self.told.observer.event(&Event::Start {
            phase: pass.phase,
            epochs: pass.epochs,
            steps_per_epoch: steps.per_epoch(),
            pairs_per_epoch: steps.pairs_per_epoch(&walker, &course.model),
            n_parameters: course.model.n_parameters(),
            metric: "auc",
            n_made: (course.epoch - 1) * steps.per_epoch() + course.step,
        });
        let mut interrupted = false;
        while !course.is_over && !interrupted {
            interrupted = self.epoch_and_evaluation(&pass, &mut steps, &mut course)?;
        }
        let (n_epochs, n_steps) = (course.epoch - 1, course.optimiser.n_steps());
        let Course { mut model, best, .. } = course;
        // The vectors that the warm-up hands over are those of its last epoch, as in the authors' program.
        let keeps_best = pass.phase != "warm-up";
        let best = best.map(|(best, snapshot)| {
            if keeps_best {
                snapshot.restore(&mut model);
            }
            best
        });
        check_finite(TABLES.into_iter().zip(model.tables()), n_epochs, n_steps)?;
        Ok(Fitted { model, best_epoch: best.as_ref().map_or(n_epochs, |best| best.epoch), n_epochs, interrupted, best })
    }

    /// The pass at its beginning, or where it was when it was kept.
    fn begin(&mut self, pass: &Pass<'_>) -> Result<Course, TrainError> {
        let given = |name: &str| self.start.get(name).cloned();
        let start = if self.start.is_empty() { Start::Seed(self.seed) } else { Start::Tables(&given) };
        let mut model = self.spec.build_network(pass.settings, pass.network, start)?;
        if let Some(warm) = pass.warm {
            model.start_from(warm);
        }
        let mut course = Course::begin(model, pass.epochs);
        let Some(state) = self.state.take_if(|state| state.progress.phase == pass.phase) else { return Ok(course) };
        let (model, progress) = (&mut course.model, &state.progress);
        Snapshot::kept("table", model, &state)?.restore(model);
        let seen = state.list("seen", model.seen().len())?;
        model.seen_mut().copy_from_slice(&seen);
        course.optimiser = Optimiser::kept(model, &state)?;
        if let Some(best) = &progress.best {
            course.best = Some((best.clone(), Snapshot::kept("best", model, &state)?));
        }
        (course.epoch, course.step, course.seconds) = (progress.epoch, progress.step, progress.epoch_seconds);
        let [pairs, l2, independence] = progress.loss;
        course.sum = Loss { pairs, l2, independence };
        (course.is_over, course.falls) = (progress.is_over, progress.falls);
        Ok(course)
    }

    /// One epoch, its evaluation if one is due, and what follows from it; whether the observer ended the training.
    fn epoch_and_evaluation(
        &mut self,
        pass: &Pass<'_>,
        steps: &mut Steps<'_>,
        course: &mut Course,
    ) -> Result<bool, TrainError> {
        let epoch = course.epoch;
        let (mut record, flow) = self.epoch(pass, steps, course)?;
        self.told.seconds.train += record.seconds;
        let mut interrupted = flow.is_break();
        let due = epoch.is_multiple_of(self.options.evaluate_every.max(1)) || epoch == pass.epochs;
        let due = self.options.evaluate_every > 0 && (due && !interrupted || interrupted && course.best.is_none());
        let mut stops = None;
        if let Some(judge) = pass.judge.filter(|_| due) {
            stops = self.judge(judge, course, &mut record)?;
            self.told.seconds.evaluate += record.evaluation_seconds.unwrap_or(0.0);
        }
        interrupted |= self.told.observer.event(&Event::Epoch(&record)).is_break();
        self.told.history.push(record);
        course.go_to_next_epoch();
        course.is_over = stops.is_some() || epoch == pass.epochs;
        // In the midst of an epoch the state was kept before all this, for the epoch is not over.
        if flow.is_continue() {
            let at = if interrupted { Juncture::Interrupted } else { Juncture::Epoch };
            self.told.keep(at, pass, course, 0.0)?;
        }
        let reason = if interrupted { Some("interrupted".to_owned()) } else { stops };
        if let Some(reason) = reason {
            let _ = self.told.observer.event(&Event::Stopped { epoch, reason: &reason });
        }
        Ok(interrupted)
    }

    /// Evaluates the model, and keeps it if it is the best so far; why to stop, if that is so.
    fn judge(
        &mut self,
        judge: Judge<'_>,
        course: &mut Course,
        record: &mut EpochRecord,
    ) -> Result<Option<String>, TrainError> {
        let epoch = record.epoch;
        let start = Instant::now();
        let _ = self.told.observer.event(&Event::Evaluating { epoch });
        let (score, metrics) = judge.evaluate(&course.model.embedding())?;
        let value = metrics["auc"];
        let best = course.best.as_ref().map(|(best, _)| best);
        let stops = reason_to_stop(&mut course.falls, value, epoch, best, self.options);
        record.best = best.is_none_or(|best| value > best.value);
        if record.best {
            let now = BestEpoch { epoch, value, metrics: metrics.clone(), score: Some(score) };
            course.best = Some((now, Snapshot::of(&course.model)));
        }
        match self.options.select {
            Select::Validation => record.valid = Some(metrics),
            Select::Test => record.test = Some(metrics),
        }
        record.evaluation_seconds = Some(start.elapsed().as_secs_f64());
        Ok(stops)
    }

    /// The steps of an epoch that are still to be made.
    fn epoch(
        &mut self,
        pass: &Pass<'_>,
        steps: &mut Steps<'_>,
        course: &mut Course,
    ) -> Result<(EpochRecord, ControlFlow<()>), TrainError> {
        let (epoch, n_steps, n_made) = (course.epoch, steps.per_epoch(), course.step);
        let (start, before) = (Instant::now(), course.seconds);
        let (options, told) = (self.options, &mut self.told);
        let learning_rate = |step: u64| {
            let done = ((epoch - 1) as f64 + step as f64 / n_steps as f64) / pass.epochs as f64;
            options.learning_rate * options.schedule.factor(done.min(1.0))
        };
        let mut failure = None;
        let mut take = |course: &mut Course, loss: Loss| {
            if !loss.total().is_finite() {
                failure =
                    Some(TrainError::NotFinite { loss: loss.total(), epoch, step: course.optimiser.n_steps() + 1 });
                return ControlFlow::Break(());
            }
            course.optimiser.step(&mut course.model, learning_rate(course.step));
            course.step += 1;
            course.sum.pairs += loss.pairs;
            course.sum.independence += loss.independence;
            let mut flow = told.observer.event(&Event::Step { epoch, step: course.step, loss });
            if told.is_ended {
                flow = ControlFlow::Break(());
            }
            let at = if flow.is_break() { Juncture::Interrupted } else { Juncture::Step };
            if let Err(error) = told.keep(at, pass, course, before + start.elapsed().as_secs_f64()) {
                failure = Some(error);
                return ControlFlow::Break(());
            }
            flow
        };
        let first = (epoch - 1) * n_steps;
        let flow = match steps {
            Steps::Walks(steps) => (n_made..n_steps).try_for_each(|step| {
                let loss = steps.step(&mut course.model, epoch, step, first + step);
                take(course, loss)
            }),
            Steps::Pairs(steps) => steps.epoch(course, |course| &mut course.model, first, n_made, &mut take),
        };
        if let Some(failure) = failure {
            return Err(failure);
        }
        if course.model.config.norm_clip {
            course.model.clip_lengths();
        }
        let seconds = before + start.elapsed().as_secs_f64();
        Ok((record(pass.phase, course, learning_rate(course.step.saturating_sub(1)), seconds), flow))
    }
}

/// What the history tells of an epoch before it is evaluated.
fn record(phase: &str, course: &Course, learning_rate: f64, seconds: f64) -> EpochRecord {
    let n = course.step.max(1) as f64;
    let parts = [("pairs", course.sum.pairs / n), ("aspects", course.sum.independence / n)];
    EpochRecord {
        epoch: course.epoch,
        phase: phase.to_owned(),
        loss: course.sum.total() / n,
        parts: BTreeMap::from(parts.map(|(name, value)| (name.to_owned(), value))),
        learning_rate,
        seconds,
        valid: None,
        test: None,
        evaluation_seconds: None,
        best: false,
    }
}

/// Notes the value of an evaluation; why to stop, if that is so. `best` is the best one before.
fn reason_to_stop(
    falls: &mut Falls,
    value: f64,
    epoch: u64,
    best: Option<&BestEpoch>,
    options: &NetworkTrainOptions,
) -> Option<String> {
    falls.count += u64::from(falls.last.is_some_and(|last| value < last));
    falls.last = Some(value);
    let patience = options.patience;
    let better = best.is_none_or(|best| value > best.value);
    match options.stop {
        _ if patience == 0 => None,
        StopRule::Falls => (falls.count >= patience).then(|| format!("the auc fell {patience} times")),
        StopRule::Best => {
            let waited = best.map_or(0, |best| (epoch - best.epoch) / options.evaluate_every.max(1));
            (!better && waited >= patience).then(|| format!("no better auc for {patience} evaluations"))
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
