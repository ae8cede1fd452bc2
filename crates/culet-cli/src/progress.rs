//! How a training shows itself in a terminal and in a log.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use culet::train::{EpochRecord, Event, Observer};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::context::{Context, say};
use crate::interrupt;
use crate::sparkline::Sparkline;

/// Losses that are kept of an epoch for the line beside the bar.
const LOSSES_AN_EPOCH: u64 = 8;

/// Follows a training: a bar where there is a terminal, a line an epoch elsewhere.
pub(crate) struct Follower {
    bar: Option<ProgressBar>,
    lines: bool,
    title: String,
    epochs: u64,
    steps_per_epoch: u64,
    pairs_per_step: f64,
    /// As the bar shows it.
    pairs_per_s: Arc<AtomicU64>,
    /// Steps that an earlier session made, and when the first of this one began, for the rate.
    n_made_before: u64,
    begun: Instant,
    loss: f64,
    losses: Sparkline,
    metric: String,
    metrics: Sparkline,
    selection_metric: String,
    /// Whether it was told that an interrupt was heard.
    told: bool,
    /// Whether trainings are parts of something larger, whose epochs nobody reads one by one.
    has_stages: bool,
}

impl Follower {
    pub(crate) fn new(context: &Context, title: &str) -> Self {
        Self {
            bar: context
                .shows_bar()
                .then(|| ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10))),
            lines: !context.quiet && !context.shows_bar(),
            title: title.to_owned(),
            epochs: 0,
            steps_per_epoch: 1,
            pairs_per_step: 0.0,
            pairs_per_s: Arc::default(),
            n_made_before: 0,
            begun: Instant::now(),
            loss: f64::NAN,
            losses: Sparkline::default(),
            metric: String::new(),
            metrics: Sparkline::default(),
            selection_metric: String::new(),
            told: false,
            has_stages: false,
        }
    }

    fn start(&mut self, phase: &str, epochs: u64, steps_per_epoch: u64, pairs_per_epoch: u64) {
        (self.epochs, self.steps_per_epoch) = (epochs, steps_per_epoch.max(1));
        self.pairs_per_step = pairs_per_epoch as f64 / self.steps_per_epoch as f64;
        self.begun = Instant::now();
        (self.loss, self.metric) = (f64::NAN, String::new());
        (self.losses, self.metrics) = (Sparkline::default(), Sparkline::default());
        if let Some(bar) = &self.bar {
            // What is too wide for the terminal is cut.
            let template = "{prefix} {bar:24} {pos}/{len} steps  {eta} left  {rate}\n  {wide_msg}";
            let style = ProgressStyle::with_template(template).expect("the template is well formed");
            let rate = Arc::clone(&self.pairs_per_s);
            bar.set_style(style.with_key("rate", move |_: &ProgressState, out: &mut dyn fmt::Write| {
                // Nothing hangs on a rate that is not shown.
                let _ = write!(out, "{} pairs/s", culet::data::thousands(rate.load(Ordering::Relaxed)));
            }));
            bar.set_prefix(if phase == "train" { self.title.clone() } else { format!("{} {phase}", self.title) });
            bar.set_length(epochs * steps_per_epoch);
            bar.set_position(self.n_made_before);
            bar.reset_eta();
        }
    }

    /// Something without steps begins.
    fn stage(&mut self, what: &str) {
        self.has_stages = true;
        match &self.bar {
            Some(bar) => {
                bar.set_style(ProgressStyle::with_template("{prefix} {spinner} {wide_msg}").expect("well formed"));
                bar.set_prefix(self.title.clone());
                bar.set_message(what.to_owned());
            }
            None if self.lines => say(what),
            None => {}
        }
    }

    /// A spinner while something of unknown length happens.
    fn waiting(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_style(ProgressStyle::with_template("{spinner} {wide_msg}").expect("well formed"));
            bar.set_message(what.to_owned());
            bar.enable_steady_tick(Duration::from_millis(100));
        }
    }

    fn tell(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None if self.lines => say(text),
            None => {}
        }
    }

    fn step(&mut self, epoch: u64, step: u64, loss: f64) {
        // A smooth loss is easier to read than that of the last batch.
        self.loss = if self.loss.is_nan() { loss } else { 0.98 * self.loss + 0.02 * loss };
        // Some of them tell the course as well as all, so that a short epoch has some, too.
        if step.is_multiple_of(self.steps_per_epoch.div_ceil(LOSSES_AN_EPOCH)) {
            self.losses.push(self.loss);
        }
        if let Some(bar) = &self.bar {
            let position = (epoch - 1) * self.steps_per_epoch + step;
            bar.set_position(position);
            let n_made = position.saturating_sub(self.n_made_before);
            let rate = n_made as f64 * self.pairs_per_step / self.begun.elapsed().as_secs_f64().max(1e-9);
            self.pairs_per_s.store(rate as u64, Ordering::Relaxed);
            bar.set_message(format!(
                "epoch {epoch}  loss {:.4}{}{}{}",
                self.loss,
                self.losses.text(),
                self.metric,
                self.metrics.text()
            ));
        }
    }

    fn epoch(&mut self, record: &EpochRecord) {
        if let Some(metrics) = record.metrics()
            && let Some((name, value)) = metrics.get_key_value(&self.selection_metric)
        {
            self.metrics.push(*value);
            self.metric = format!("  {name} {value:.4}{}", if record.best { " (best)" } else { "" });
        }
        if self.lines && !self.has_stages {
            let metric = if record.metrics().is_some() { self.metric.as_str() } else { "" };
            let seconds = record.seconds;
            say(&format!(
                "{} {}/{}  loss {:.4}  {seconds:.2} s{metric}",
                record.phase, record.epoch, self.epochs, record.loss
            ));
        }
    }
}

impl Observer for Follower {
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Waiting { what } => {
                self.waiting(what);
                return ControlFlow::Continue(());
            }
            Event::Start { phase, epochs, steps_per_epoch, pairs_per_epoch, metric, n_made, .. } => {
                (*metric).clone_into(&mut self.selection_metric);
                self.n_made_before = *n_made;
                self.start(phase, *epochs, *steps_per_epoch, *pairs_per_epoch);
            }
            Event::Remark { text } => {
                self.tell(text);
                return ControlFlow::Continue(());
            }
            Event::Stage { what } => self.stage(what),
            Event::Step { epoch, step, loss } => self.step(*epoch, *step, loss.total()),
            Event::Epoch(record) => self.epoch(record),
            Event::Stopped { epoch, reason } => {
                let metric = if self.has_stages { self.metric.as_str() } else { "" };
                self.tell(&format!("stopped after epoch {epoch}: {reason}{metric}"));
            }
            _ => {}
        }
        if interrupt::requested() && !self.told {
            self.told = true;
            self.tell("interrupted: finishing what was begun; interrupt again to end at once");
        }
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A spinner while something of unknown length happens.
pub(crate) fn waiting(context: &Context, what: &str) -> Option<ProgressBar> {
    context.shows_bar().then(|| {
        let bar = ProgressBar::new_spinner().with_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    })
}
