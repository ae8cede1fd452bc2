//! A leaderboard in a terminal.

use std::collections::BTreeSet;

use culet::data::thousands;
use culet::eval::significance::MeanInterval;
use culet::runs::{BoardDocument, BoardRow, settings_in_words};
use culet::train::{Comparison, GraphKind};

use super::super::compare::p_in_words;
use crate::table::Table;

/// A leaderboard that is told.
pub(super) struct Told<'a>(pub(super) &'a BoardDocument);

impl Told<'_> {
    /// Of recall and ndcg at the first cutoff.
    fn keys(&self) -> [String; 2] {
        [self.key("recall"), self.key("ndcg")]
    }

    /// A metric at the first cutoff.
    fn key(&self, metric: &str) -> String {
        format!("{metric}@{}", self.0.at[0])
    }

    /// That the rows were judged on.
    pub(super) fn n_users(&self) -> String {
        thousands(self.0.rows.first().map_or(0, |row| row.users) as u64)
    }

    pub(super) fn text(&self) -> String {
        let mut text = format!("{}, test part, {} users\n\n", self.0.data, self.n_users());
        let (head, rows) = self.quality_table();
        text += &render(&head, rows);
        let lines = self.remarks();
        if !lines.is_empty() {
            text += &format!("\n{}\n", lines.join("\n"));
        }
        let (head, rows) = self.gain_table();
        if !rows.is_empty() {
            text += &format!("\nwhat the graph gave\n{}", render(&head, rows));
        }
        let (head, rows) = self.cost_table();
        text += &format!("\n{}", render(&head, rows));
        text + &format!("\nfolder: {}\n", self.0.folder)
    }

    /// Head and rows; what failed stands last.
    pub(super) fn quality_table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let keys = self.keys();
        let coverage = self.key("coverage");
        let cold = format!("cold {}", keys[0]);
        let head = ["model", &keys[0], "95 % interval", &keys[1], "95 % interval", "p", &coverage, &cold];
        let rows = self.0.rows.iter().map(|row| self.quality_row(row));
        let failed = self.0.failed.iter().map(|failure| vec![failure.entry.clone(), "failed".to_owned()]);
        (head.map(str::to_owned).to_vec(), rows.chain(failed).collect())
    }

    fn quality_row(&self, row: &BoardRow) -> Vec<String> {
        let [recall, ndcg] = self.keys();
        let mean = |key: &str| format!("{:.4}", row.intervals[key].mean);
        let metric = |key: &str| row.metrics.get(key).copied().unwrap_or(f64::NAN);
        vec![
            row.entry.clone(),
            mean(&recall),
            interval_in_words(&row.intervals[&recall]),
            mean(&ndcg),
            interval_in_words(&row.intervals[&ndcg]),
            row.to_best.as_ref().map_or_else(|| "best".to_owned(), |found| p_in_words(found[&recall].p_adjusted)),
            format!("{:.4}", metric(&self.key("coverage"))),
            row.cold.get(&recall).map_or_else(|| "-".to_owned(), |value| format!("{value:.4}")),
        ]
    }

    /// What has to stand below the table.
    pub(super) fn remarks(&self) -> Vec<String> {
        let board = self.0;
        let metric = &board.metric;
        let mut lines = Vec::new();
        if let Some(best) = board.best_on_validation.as_ref().filter(|_| board.rows.len() > 1) {
            let row = board.rows.iter().find(|row| row.entry == *best);
            let value = row.and_then(|row| row.validation).unwrap_or(f64::NAN);
            lines.push(format!("best on the validation part: {best} ({metric} {value:.4})"));
        }
        if let Some(cold) = &board.cold {
            let [pairs, users] = [cold.pairs, cold.users].map(|n| thousands(n as u64));
            let items = format!("items with at most {} training pairs", cold.at_most);
            lines.push(format!("cold: {pairs} test pairs of {users} users, of {items}"));
        }
        let no_gain = board.graph.iter().filter(|gain| gain.gains.values().all(|gain| gain.difference == 0.0));
        let names: BTreeSet<&String> = no_gain.map(|gain| &gain.model).collect();
        lines.extend(names.iter().map(|name| {
            format!("{name}: the chosen settings leave the graph out, so that it makes no difference; try more trials")
        }));
        lines.extend(board.failed.iter().map(|failure| {
            let first = failure.reason.lines().next().unwrap_or_default();
            format!("{} failed: {}", failure.entry, first.trim_start_matches("error: "))
        }));
        if board.interrupted {
            lines.push("interrupted: not all models were judged".to_owned());
        }
        lines
    }

    /// What the true graph gave beyond none, and beyond a random one.
    pub(super) fn gain_table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let keys = self.keys();
        let cold = format!("cold {}", keys[0]);
        let head = ["model", "true minus", &keys[0], "95 % interval", "p", &keys[1], "95 % interval", "p", &cold];
        let rows = self.0.graph.iter().map(|gain| {
            let mut cells = vec![gain.model.clone(), graph_in_words(gain.against).to_owned()];
            cells.extend(keys.iter().flat_map(|key| difference_in_words(&gain.gains[key])));
            cells.push(gain.cold.map_or_else(|| "-".to_owned(), |cold| format!("{:+.4}", cold.with - cold.other)));
            cells
        });
        (head.into_iter().map(str::to_owned).collect(), rows.collect())
    }

    /// What each row took, and the settings that were chosen.
    pub(super) fn cost_table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let head = ["model", "search s", "fit s", "evaluate s", "memory MB", "trials", "epochs", "settings"];
        let row = |row: &BoardRow| {
            let memory = row.peak_rss_bytes.map(|bytes| thousands(bytes / 1_000_000));
            let dash = || "-".to_owned();
            vec![
                row.entry.clone(),
                format!("{:.1}", row.seconds.search),
                format!("{:.1}", row.seconds.fit),
                format!("{:.1}", row.seconds.evaluate),
                memory.unwrap_or_else(dash),
                row.search.n_trials.to_string(),
                row.search.best_epoch.map_or_else(dash, |epoch| epoch.to_string()),
                choice_in_words(row).unwrap_or_else(dash),
            ]
        };
        (head.map(str::to_owned).to_vec(), self.0.rows.iter().map(row).collect())
    }
}

/// The settings that were searched over, or the parts of a blend and how much each moves; nothing if there was no choice.
fn choice_in_words(row: &BoardRow) -> Option<String> {
    if !row.search.settings.is_empty() {
        return Some(settings_in_words(&row.search.settings));
    }
    let parts: Vec<String> = row.parts.iter().map(|(model, influence)| format!("{model} {influence:.2}")).collect();
    (!parts.is_empty()).then(|| format!("blend of {}", parts.join(", ")))
}

fn interval_in_words(interval: &MeanInterval) -> String {
    format!("{:.4} to {:.4}", interval.low, interval.high)
}

fn difference_in_words(comparison: &Comparison) -> [String; 3] {
    [
        format!("{:+.4}", comparison.difference),
        format!("{:+.4} to {:+.4}", comparison.low, comparison.high),
        p_in_words(comparison.p_value),
    ]
}

fn graph_in_words(graph: GraphKind) -> &'static str {
    match graph {
        GraphKind::True => "the true graph",
        GraphKind::Random => "random",
        GraphKind::None => "none",
    }
}

fn render(head: &[String], rows: Vec<Vec<String>>) -> String {
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let mut table = Table::new(&head);
    rows.into_iter().for_each(|row| table.row(row));
    table.render()
}
