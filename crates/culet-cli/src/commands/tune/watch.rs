//! Follows many trainings: a bar for the one at hand where there is a terminal, and remarks.

use std::ops::ControlFlow;
use std::time::Duration;

use culet::train::{Event, Observer};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::context::{Context, say};
use crate::interrupt;

/// Bars and remarks, and the end of it all when somebody interrupts.
pub(in super::super) struct Watch {
    shows_bar: bool,
    quiet: bool,
    /// Of the part at hand.
    bar: Option<ProgressBar>,
    steps_per_epoch: u64,
    metric: String,
    told: bool,
}

impl Watch {
    pub(in super::super) fn new(context: &Context) -> Self {
        let (shows_bar, quiet) = (context.shows_bar(), context.quiet);
        Self { shows_bar, quiet, bar: None, steps_per_epoch: 1, metric: String::new(), told: false }
    }

    fn begin(&mut self, title: &str) {
        self.clear();
        self.metric.clear();
        self.bar = self.shows_bar.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            let style = ProgressStyle::with_template("{spinner} {prefix}  {elapsed}  {wide_msg}");
            bar.set_style(style.expect("the template is well formed"));
            bar.set_prefix(title.to_owned());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn follow(&mut self, event: &Event<'_>) {
        let Some(bar) = &self.bar else { return };
        match event {
            Event::Start { epochs, steps_per_epoch, metric, .. } => {
                let style = ProgressStyle::with_template("{prefix} {bar:24} {pos}/{len} steps  {eta} left  {wide_msg}");
                bar.set_style(style.expect("the template is well formed"));
                bar.set_length(epochs * steps_per_epoch);
                self.steps_per_epoch = *steps_per_epoch;
                (*metric).clone_into(&mut self.metric);
            }
            Event::Stage { what } => bar.set_message((*what).to_owned()),
            Event::Step { epoch, step, .. } => bar.set_position((epoch - 1) * self.steps_per_epoch + step),
            Event::Epoch(record) => {
                if let Some(value) = record.metrics().and_then(|metrics| metrics.get(&self.metric)) {
                    bar.set_message(format!("epoch {}  {} {value:.4}", record.epoch, self.metric));
                }
            }
            _ => {}
        }
    }

    fn tell(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None if !self.quiet => say(text),
            None => {}
        }
    }
}

impl Observer for Watch {
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
        let (is_part, interrupted) = (matches!(event, Event::Part { .. }), interrupt::requested());
        match event {
            Event::Part { title } if !interrupted => self.begin(title),
            Event::Remark { text } => {
                self.clear();
                self.tell(text);
                return ControlFlow::Continue(());
            }
            event => self.follow(event),
        }
        if !interrupted {
            return ControlFlow::Continue(());
        }
        // What does not begin needs no finishing.
        if !self.told && !is_part {
            self.told = true;
            self.tell("interrupted: finishing what was begun; interrupt again to end at once");
        }
        ControlFlow::Break(())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.clear();
    }
}
