//! How a download shows itself in a terminal and in a log.

use std::time::{Duration, Instant};

use culet::data::{GetEvent, GetObserver, size_in_words};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::context::{Context, say};

/// How often a log hears of a file that takes long.
const LINE: Duration = Duration::from_secs(5);

/// Follows a download: a bar where there is a terminal, lines elsewhere.
pub(super) struct GetFollower {
    bar: Option<ProgressBar>,
    lines: bool,
    /// When the file began, and with how many bytes.
    begun: (Instant, u64),
    last_line: Instant,
}

impl GetFollower {
    pub(super) fn new(context: &Context) -> Self {
        let bar = || ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
        let now = Instant::now();
        Self {
            bar: context.shows_bar().then(bar),
            lines: !context.quiet && !context.shows_bar(),
            begun: (now, 0),
            last_line: now,
        }
    }

    fn tell(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None if self.lines => say(text),
            None => {}
        }
    }

    fn file(&mut self, name: &str, place: (usize, usize), bytes: Option<u64>) {
        let now = Instant::now();
        (self.begun, self.last_line) = ((now, 0), now);
        if let Some(bar) = &self.bar {
            bar.reset();
            bar.set_style(style(bytes.is_some()));
            bar.set_prefix(name.to_owned());
            match bytes {
                Some(bytes) => bar.set_length(bytes),
                None => bar.unset_length(),
            }
        }
        let size = bytes.map_or_else(String::new, |bytes| format!(", {}", size_in_words(bytes)));
        self.tell(&format!("{name} ({} of {}{size})", place.0, place.1));
    }

    fn progress(&mut self, bytes: u64, total: Option<u64>) {
        if let Some(bar) = &self.bar {
            if let Some(total) = total.filter(|&total| bar.length() != Some(total)) {
                bar.set_style(style(true));
                bar.set_length(total);
            }
            bar.set_position(bytes);
        }
        let now = Instant::now();
        if self.lines && now.duration_since(self.last_line) >= LINE {
            self.last_line = now;
            let seconds = now.duration_since(self.begun.0).as_secs_f64();
            say(&line(bytes, total, bytes.saturating_sub(self.begun.1) as f64 / seconds));
        }
    }
}

impl GetObserver for GetFollower {
    fn event(&mut self, event: &GetEvent<'_>) {
        match event {
            GetEvent::File { name, number, n_files, bytes } => self.file(name, (*number, *n_files), *bytes),
            GetEvent::Resumed { bytes } => {
                self.begun.1 = *bytes;
                self.tell(&format!("  going on after {}", size_in_words(*bytes)));
            }
            GetEvent::Progress { bytes, total } => self.progress(*bytes, *total),
            GetEvent::Anew { why } => {
                self.begun = (Instant::now(), 0);
                self.tell(&format!("  begun anew: {why}"));
            }
            GetEvent::Again { problem, wait_s, attempt, attempts } => {
                self.tell(&format!("  {problem}; attempt {attempt} of {attempts} in {wait_s} s"));
            }
            GetEvent::Whole { sha256, check, checked, .. } => self.tell(&match checked {
                true => format!("  {check} as it should be"),
                false => format!("  {check}; SHA-256 {sha256}"),
            }),
            GetEvent::Unpack { name } => {
                if let Some(bar) = &self.bar {
                    bar.set_style(ProgressStyle::with_template("{prefix} {spinner}").expect("well formed"));
                    bar.set_prefix(format!("unpacking {name}"));
                    bar.tick();
                }
                self.tell(&format!("unpacking {name}"));
            }
            _ => {}
        }
    }
}

impl Drop for GetFollower {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style(is_sized: bool) -> ProgressStyle {
    let template = if is_sized {
        "{prefix} {bar:24} {decimal_bytes}/{decimal_total_bytes}  {decimal_bytes_per_sec}  {eta} left"
    } else {
        "{prefix} {spinner} {decimal_bytes}  {decimal_bytes_per_sec}"
    };
    ProgressStyle::with_template(template).expect("the template is well formed")
}

fn line(bytes: u64, total: Option<u64>, rate: f64) -> String {
    let per_second = size_in_words(rate as u64);
    match total {
        Some(total) if rate > 0.0 => {
            let left = (total.saturating_sub(bytes) as f64 / rate).ceil();
            format!("  {} of {}  {per_second}/s  {left} s left", size_in_words(bytes), size_in_words(total))
        }
        _ => format!("  {}  {per_second}/s", size_in_words(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_tell_rate_and_time_left() {
        assert_eq!(line(12_000_000, Some(262_000_000), 2.5e6), "  12.0 MB of 262.0 MB  2.5 MB/s  100 s left");
        assert_eq!(line(12_000_000, None, 2.5e6), "  12.0 MB  2.5 MB/s");
        assert_eq!(line(0, Some(10), 0.0), "  0 bytes  0 bytes/s");
    }
}
