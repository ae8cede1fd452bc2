//! What the models would take on data that are described.

use culet::model::{DataSize, Family};
use culet::train::{Estimate, Speed, estimates};
use serde::Serialize;

use crate::context::Context;
use crate::table::Table;

/// What each model of a family takes on some data.
#[derive(Serialize)]
pub(super) struct Estimates {
    /// The threads that they were told for.
    threads: usize,
    /// What this machine does in a second.
    speed: Speed,
    models: Vec<Estimate>,
}

impl Estimates {
    pub(super) fn of(context: &Context, family: Family, size: &DataSize) -> Self {
        let speed = context.pool.install(Speed::measure);
        let models = context.pool.install(|| estimates(family, size, speed));
        Self { threads: context.pool.current_num_threads(), speed, models }
    }

    /// A section of the description.
    pub(super) fn to_text(&self) -> String {
        let threads = if self.threads == 1 { "1 thread".to_owned() } else { format!("{} threads", self.threads) };
        let title = format!("training on {threads}, about");
        let mut table = Table::new(&[&title, "an epoch", "epochs", "at most", "memory"]);
        for Estimate { model, epoch_s, epochs, most_s, bytes } in &self.models {
            let dash = || "-".to_owned();
            table.row(vec![
                model.clone(),
                epoch_s.map_or_else(dash, duration),
                epochs.map_or_else(dash, |epochs| epochs.to_string()),
                duration(*most_s),
                memory(*bytes),
            ]);
        }
        format!("\n{}", table.render())
    }
}

/// A time that is known to a digit or two.
fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 0.1 => "< 0.1 s".to_owned(),
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 99.5 => format!("{s:.0} s"),
        s if s < 99.5 * 60.0 => format!("{:.0} min", s / 60.0),
        s if s < 99.5 * 3600.0 => format!("{:.0} h", s / 3600.0),
        s => format!("{:.0} days", s / 86_400.0),
    }
}

fn memory(bytes: u64) -> String {
    match bytes as f64 {
        bytes if bytes < 0.995e9 => format!("{:.0} MB", bytes / 1e6),
        bytes => format!("{:.1} GB", bytes / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_memory_keep_two_digits() {
        let times = [0.004, 0.26, 9.9, 42.3, 99.4, 99.6, 3_600.0, 360_000.0, 1e6].map(duration);
        assert_eq!(times, ["< 0.1 s", "0.3 s", "9.9 s", "42 s", "99 s", "2 min", "60 min", "4 days", "12 days"]);
        assert_eq!([12_345_678, 994_000_000, 1_240_000_000].map(memory), ["12 MB", "994 MB", "1.2 GB"]);
    }
}
