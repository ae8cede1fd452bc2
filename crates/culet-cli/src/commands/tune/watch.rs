//! Follows a training that is one of many: a bar where there is a terminal, and nothing elsewhere.

use std::ops::ControlFlow;
use std::time::Duration;

use culet::train::{Event, Observer};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::context::{Context, say};
use crate::interrupt;

/// A bar that ends the training when somebody interrupts.
pub(in super::super) struct Watch {
    bar: Option<ProgressBar>,
    quiet: bool,
    steps_per_epoch: u64,
    metric: String,
    told: bool,
}

impl Watch {
    pub(in super::super) fn new(context: &Context, title: &str) -> Self {
        let bar = context.shows_bar().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            let style = ProgressStyle::with_template("{spinner} {prefix}  {elapsed}  {wide_msg}");
            bar.set_style(style.expect("the template is well formed"));
            bar.set_prefix(title.to_owned());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self { bar, quiet: context.quiet, steps_per_epoch: 1, metric: String::new(), told: false }
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
        if let Some(bar) = &self.bar {
            match event {
                Event::Start { epochs, steps_per_epoch, metric, .. } => {
                    let style =
                        ProgressStyle::with_template("{prefix} {bar:24} {pos}/{len} steps  {eta} left  {wide_msg}");
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
        if !interrupt::requested() {
            return ControlFlow::Continue(());
        }
        if !self.told {
            self.told = true;
            self.tell("interrupted: finishing what was begun; interrupt again to end at once");
        }
        ControlFlow::Break(())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
