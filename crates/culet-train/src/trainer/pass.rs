//! The loop: epochs of steps, evaluation, early stop, and what is kept of them to go on from.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::time::Instant;

use culet_graph::Interactions;
use culet_model::{Draw, Loss, PairModel, Scorer};

use super::{Fitted, Pass, Training};
use crate::batches::Batches;
use crate::optimiser::{Adam, Snapshot};
use crate::ranking::evaluate;
use crate::state::check_finite;
use crate::{BestEpoch, EpochRecord, Event, Falls, Juncture, Progress, Seconds, Select, TrainError, TrainingState};

/// A pass as far as it came.
struct Course {
    model: Box<dyn PairModel>,
    adam: Adam,
    best: Option<(BestEpoch, Snapshot)>,
    /// The epoch that it is in, from 1.
    epoch: u64,
    /// Steps made in this epoch, the sum of their losses, and their seconds.
    step: u64,
    sum: Loss,
    seconds: f64,
    is_over: bool,
}

impl Course {
    fn begin(model: Box<dyn PairModel>, epochs: u64) -> Self {
        let adam = Adam::new(model.as_ref());
        let sum = Loss::default();
        Self { model, adam, best: None, epoch: 1, step: 0, sum, seconds: 0.0, is_over: epochs == 0 }
    }

    fn go_to_next_epoch(&mut self) {
        (self.epoch, self.step, self.sum, self.seconds) = (self.epoch + 1, 0, Loss::default(), 0.0);
    }

    /// What is kept of it.
    fn state<'a>(&'a self, pass: &Pass<'a>, seconds: Seconds, epoch_seconds: f64) -> TrainingState<'a> {
        let progress = Progress {
            phase: pass.phase.to_owned(),
            epoch: self.epoch,
            step: self.step,
            n_updates: self.adam.n_steps(),
            loss: [self.sum.pairs, self.sum.l2, self.sum.independence],
            epoch_seconds,
            seconds,
            is_over: self.is_over,
            best: self.best.as_ref().map(|(best, _)| best.clone()),
            falls: Falls::default(),
            selected: pass.selected.map(Fitted::selected),
            blend: None,
        };
        let mut tables = Vec::new();
        for (k, (name, table)) in self.model.tables().into_iter().enumerate() {
            let [first, second] = self.adam.moments()[k].tables();
            let own = [("table", table), ("first", first), ("second", second)];
            let best = self.best.as_ref().map(|(_, snapshot)| ("best", &snapshot.tables()[k]));
            let named = own.into_iter().chain(best);
            tables.extend(named.map(|(kind, table)| (format!("{kind}.{name}"), Cow::Borrowed(table))));
        }
        for (name, table) in pass.selected.into_iter().flat_map(|fitted| fitted.model.tables()) {
            tables.push((format!("selected.{name}"), Cow::Borrowed(table)));
        }
        TrainingState { progress, tables }
    }
}

impl Training<'_> {
    pub(super) fn fit(&mut self, pass: Pass<'_>) -> Result<Fitted, TrainError> {
        let mut course = self.begin(&pass)?;
        let batches = Batches::new(pass.log, self.options.batch, self.seed, course.model.sampling());
        let n_steps = batches.steps_per_epoch();
        let _ = self.told.observer.event(&Event::Start {
            phase: pass.phase,
            epochs: pass.epochs,
            steps_per_epoch: n_steps,
            pairs_per_epoch: batches.n_pairs() as u64,
            n_parameters: course.model.n_parameters(),
            metric: &self.selection_metric(),
            n_made: (course.epoch - 1) * n_steps + course.step,
        });
        let mut interrupted = false;
        while !course.is_over && !interrupted {
            interrupted = self.epoch_and_evaluation(&pass, &batches, &mut course)?;
        }
        let (n_epochs, n_steps) = (course.epoch - 1, course.adam.n_steps());
        let Course { mut model, best, .. } = course;
        let best = best.map(|(best, snapshot)| {
            snapshot.restore(model.as_mut());
            best
        });
        check_finite(model.tables(), n_epochs, n_steps)?;
        Ok(Fitted { model, best_epoch: best.as_ref().map_or(n_epochs, |best| best.epoch), n_epochs, interrupted, best })
    }

    /// The pass at its beginning, or where it was when it was kept.
    fn begin(&mut self, pass: &Pass<'_>) -> Result<Course, TrainError> {
        let mut course = Course::begin(self.build(pass)?, pass.epochs);
        let Some(state) = self.state.take_if(|state| state.progress.phase == pass.phase) else { return Ok(course) };
        let (model, progress) = (course.model.as_mut(), &state.progress);
        Snapshot::kept("table", model, &state)?.restore(model);
        course.adam = Adam::kept(model, &state)?;
        if let Some(best) = &progress.best {
            course.best = Some((best.clone(), Snapshot::kept("best", model, &state)?));
        }
        (course.epoch, course.step, course.seconds) = (progress.epoch, progress.step, progress.epoch_seconds);
        let [pairs, l2, independence] = progress.loss;
        course.sum = Loss { pairs, l2, independence };
        course.is_over = progress.is_over;
        Ok(course)
    }

    /// One epoch, its evaluation if one is due, and what follows from it; whether the observer ended the training.
    fn epoch_and_evaluation(
        &mut self,
        pass: &Pass<'_>,
        batches: &Batches<'_>,
        course: &mut Course,
    ) -> Result<bool, TrainError> {
        let epoch = course.epoch;
        let (mut record, flow) = self.epoch(pass, batches, course)?;
        self.told.seconds.train += record.seconds;
        let mut interrupted = flow.is_break();
        let due = epoch.is_multiple_of(self.options.evaluate_every.max(1)) || epoch == pass.epochs;
        let due = !interrupted && due || interrupted && course.best.is_none();
        if let Some(targets) = pass.targets.filter(|_| due) {
            self.judge(pass, targets, course, &mut record)?;
            self.told.seconds.evaluate += record.evaluation_seconds.unwrap_or(0.0);
        }
        interrupted |= self.told.observer.event(&Event::Epoch(&record)).is_break();
        self.told.history.push(record);
        course.go_to_next_epoch();
        let stops = self.reason_to_stop(epoch, course.best.as_ref().map(|(best, _)| best));
        course.is_over = stops.is_some() || epoch == pass.epochs;
        // In the midst of an epoch the state was kept before all this, for the epoch is not over.
        if flow.is_continue() {
            let at = if interrupted { Juncture::Interrupted } else { Juncture::Epoch };
            self.keep(at, pass, course, 0.0)?;
        }
        let reason = if interrupted { Some("interrupted".to_owned()) } else { stops };
        if let Some(reason) = reason {
            let _ = self.told.observer.event(&Event::Stopped { epoch, reason: &reason });
        }
        Ok(interrupted)
    }

    /// Lets the state be kept, if it is wanted and worth anything.
    fn keep(&mut self, at: Juncture, pass: &Pass<'_>, course: &Course, epoch_seconds: f64) -> Result<(), TrainError> {
        if self.told.observer.wants_state(at) {
            let state = course.state(pass, self.told.seconds, epoch_seconds);
            state.check_finite()?;
            self.told.observer.keep_state(&state);
        }
        Ok(())
    }

    fn reason_to_stop(&self, epoch: u64, best: Option<&BestEpoch>) -> Option<String> {
        let (patience, every) = (self.options.patience, self.options.evaluate_every);
        let waited = (epoch - best?.epoch) / every.max(1);
        (patience > 0 && waited >= patience)
            .then(|| format!("no better {} for {patience} evaluations", self.selection_metric()))
    }

    /// Recall at the first cutoff.
    fn selection_metric(&self) -> String {
        format!("recall@{}", self.protocol.cutoffs()[0])
    }

    /// The step size after so many steps of the pass.
    fn learning_rate(&self, pass: &Pass<'_>, n_steps: u64, step: u64) -> f64 {
        let done = step as f64 / (pass.epochs * n_steps) as f64;
        self.options.learning_rate * self.options.schedule.factor(done)
    }

    /// The steps of an epoch that are still to be made.
    fn epoch(
        &mut self,
        pass: &Pass<'_>,
        batches: &Batches<'_>,
        course: &mut Course,
    ) -> Result<(EpochRecord, ControlFlow<()>), TrainError> {
        let (epoch, n_steps) = (course.epoch, batches.steps_per_epoch());
        let (start, before) = (Instant::now(), course.seconds);
        let order = batches.order(epoch);
        let mut flow = ControlFlow::Continue(());
        while course.step < n_steps && flow.is_continue() {
            let (k, step) = (course.step, (epoch - 1) * n_steps + course.step);
            let batch = batches.batch(&order, k, step).map_err(|no| TrainError::NoNegative(no.0))?;
            let loss = course.model.loss_and_gradient(&batch, Draw { seed: self.seed, step });
            if !loss.total().is_finite() {
                return Err(TrainError::NotFinite { loss: loss.total(), epoch, step: step + 1 });
            }
            course.adam.step(course.model.as_mut(), self.learning_rate(pass, n_steps, step));
            course.sum.pairs += loss.pairs;
            course.sum.l2 += loss.l2;
            course.sum.independence += loss.independence;
            course.step += 1;
            flow = self.told.observer.event(&Event::Step { epoch, step: k + 1, loss });
            let at = if flow.is_break() { Juncture::Interrupted } else { Juncture::Step };
            self.keep(at, pass, course, before + start.elapsed().as_secs_f64())?;
        }
        let learning_rate = self.learning_rate(pass, n_steps, (epoch - 1) * n_steps + course.step - 1);
        let seconds = before + start.elapsed().as_secs_f64();
        Ok((record(pass.phase, course, learning_rate, seconds), flow))
    }

    /// Evaluates the model, and keeps it if it is the best so far.
    fn judge(
        &mut self,
        pass: &Pass<'_>,
        targets: &Interactions,
        course: &mut Course,
        record: &mut EpochRecord,
    ) -> Result<(), TrainError> {
        let epoch = record.epoch;
        let _ = self.told.observer.event(&Event::Evaluating { epoch });
        let start = Instant::now();
        let scorer = Scorer::of_vectors(course.model.represent());
        let report = evaluate(&scorer, pass.log, &[pass.log], targets, self.protocol, self.pool)?;
        let value = report.means[&self.selection_metric()];
        record.best = course.best.as_ref().is_none_or(|(best, _)| value > best.value);
        let part = match self.options.select {
            Select::Validation => &mut record.valid,
            Select::Test => &mut record.test,
        };
        *part = Some(report.means.clone());
        if record.best {
            let now = BestEpoch { epoch, value, metrics: report.means, score: None };
            match &mut course.best {
                Some((best, snapshot)) => {
                    snapshot.refresh(course.model.as_ref());
                    *best = now;
                }
                None => course.best = Some((now, Snapshot::of(course.model.as_ref()))),
            }
        }
        record.evaluation_seconds = Some(start.elapsed().as_secs_f64());
        Ok(())
    }
}

/// What the history tells of an epoch before it is evaluated.
fn record(phase: &str, course: &Course, learning_rate: f64, seconds: f64) -> EpochRecord {
    let (sum, mean) = (course.sum, |part: f64| part / course.step as f64);
    let parts = [("pairs", sum.pairs), ("l2", sum.l2), ("independence", sum.independence)];
    EpochRecord {
        epoch: course.epoch,
        phase: phase.to_owned(),
        loss: mean(sum.total()),
        parts: parts.into_iter().map(|(name, part)| (name.to_owned(), mean(part))).collect(),
        learning_rate,
        seconds,
        valid: None,
        test: None,
        evaluation_seconds: None,
        best: false,
    }
}
