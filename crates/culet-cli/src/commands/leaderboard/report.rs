//! A leaderboard in a terminal and for programs.

use std::collections::BTreeSet;

use culet::data::{Fingerprint, thousands};
use culet::eval::significance::MeanInterval;
use culet::train::{Comparison, GraphKind};
use serde_json::{Value, json};

use super::super::compare::p_in_words;
use super::entry::Board;
use super::rows::Rows;
use super::standing::{GraphGain, Stand, Standing};
use crate::commands::Done;
use crate::table::Table;

/// All that is told.
pub(super) struct Told<'a> {
    pub(super) board: &'a Board<'a>,
    pub(super) rows: &'a Rows,
    pub(super) standing: &'a Standing<'a>,
    pub(super) done: Done,
}

impl Told<'_> {
    pub(super) fn document(&self) -> Value {
        let board = self.board;
        let cold = self.standing.rows.first().map(|row| &row.judged.record.cold);
        let failed = self.rows.failed().map(|(entry, reason)| {
            json!({ "entry": entry.name(), "model": entry.spec.name, "preset": entry.preset, "kg": entry.graph, "reason": reason })
        });
        json!({
            "data": board.dataset.name,
            "fingerprint": Fingerprint::of(board.dataset),
            "seed": board.context.seed,
            "threads": board.context.pool.current_num_threads(),
            "program_version": env!("CARGO_PKG_VERSION"),
            "metric": board.metric(),
            "at": board.protocol.cutoffs(),
            "validation": { "share": board.split.share, "pairs": board.split.valid.n_pairs() },
            "cold": cold.map(|cold| json!({ "at_most": cold.at_most, "pairs": cold.n_pairs, "users": cold.n_users })),
            "rows": self.standing.rows.iter().map(|row| self.row_document(row)).collect::<Vec<_>>(),
            "failed": failed.collect::<Vec<_>>(),
            "best_on_validation": self.standing.best_on_validation(&board.metric()).map(|row| row.entry.name()),
            "graph": self.standing.gains.iter().map(|gain| self.gain_document(gain)).collect::<Vec<_>>(),
            "interrupted": self.done == Done::Interrupted,
            "folder": board.out.to_string_lossy(),
        })
    }

    fn row_document(&self, row: &Stand<'_>) -> Value {
        let (entry, judged) = (row.entry, row.judged);
        let keys = self.keys();
        json!({
            "entry": entry.name(),
            "model": entry.spec.name,
            "preset": entry.preset,
            "kg": entry.graph,
            "uses_graph": entry.spec.uses_graph,
            "run": self.board.out.join("runs").join(entry.folder_name()).to_string_lossy(),
            "users": judged.per_user.users.len(),
            "metrics": judged.metrics(),
            "intervals": { (&keys[0]): row.intervals[0], (&keys[1]): row.intervals[1] },
            "to_best": row.to_best.map(|found| json!({ (&keys[0]): found[0], (&keys[1]): found[1] })),
            "cold": judged.record.cold.metrics,
            "seconds": {
                "search": judged.search.seconds,
                "fit": judged.seconds("train"),
                "evaluate": judged.seconds("evaluate"),
            },
            "peak_rss_bytes": judged.peak_rss_bytes(),
            "parameters": judged.summary.extra["parameters"],
            "search": judged.search,
            "validation": judged.on_validation(&self.board.metric()),
            "settings": { "model": judged.summary.config["model"], "training": judged.summary.config["training"] },
        })
    }

    fn gain_document(&self, gain: &GraphGain<'_>) -> Value {
        let keys = self.keys();
        json!({
            "model": gain.entry.model_name(),
            "against": gain.against,
            (&keys[0]): gain.gains[0],
            (&keys[1]): gain.gains[1],
            "cold": gain.cold.map(|(with, without)| json!({ "true": with, "other": without })),
        })
    }

    pub(super) fn keys(&self) -> [String; 2] {
        [self.board.key("recall"), self.board.key("ndcg")]
    }

    pub(super) fn text(&self) -> String {
        let users = self.standing.rows.first().map_or(0, |row| row.judged.per_user.users.len());
        let mut text = format!("{}, test part, {} users\n\n", self.board.dataset.name, thousands(users as u64));
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
        text + &format!("\nfolder: {}\n", self.board.out.display())
    }

    /// Head and rows; what failed stands last.
    pub(super) fn quality_table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let keys = self.keys();
        let coverage = self.board.key("coverage");
        let cold = format!("cold {}", keys[0]);
        let head = ["model", &keys[0], "95 % interval", &keys[1], "95 % interval", "p", &coverage, &cold];
        let rows = self.standing.rows.iter().map(|row| self.quality_row(row));
        let failed = self.rows.failed().map(|(entry, _)| vec![entry.name(), "failed".to_owned()]);
        (head.map(str::to_owned).to_vec(), rows.chain(failed).collect())
    }

    fn quality_row(&self, row: &Stand<'_>) -> Vec<String> {
        let judged = row.judged;
        let [recall, ndcg] = row.intervals;
        let cold = judged.record.cold.metrics.get(&self.keys()[0]);
        vec![
            row.entry.name(),
            format!("{:.4}", recall.mean),
            interval_in_words(&recall),
            format!("{:.4}", ndcg.mean),
            interval_in_words(&ndcg),
            row.to_best.map_or_else(|| "best".to_owned(), |found| p_in_words(found[0].p_adjusted)),
            format!("{:.4}", judged.metric(&self.board.key("coverage"))),
            cold.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}")),
        ]
    }

    /// What has to stand below the table.
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let metric = self.board.metric();
        if let Some(best) = self.standing.best_on_validation(&metric).filter(|_| self.standing.rows.len() > 1) {
            let value = best.judged.on_validation(&metric).unwrap_or(f64::NAN);
            lines.push(format!("best on the validation part: {} ({metric} {value:.4})", best.entry.name()));
        }
        if let Some(row) = self.standing.rows.first() {
            let cold = &row.judged.record.cold;
            let pairs = thousands(cold.n_pairs as u64);
            let users = thousands(cold.n_users as u64);
            let items = format!("items with at most {} training pairs", cold.at_most);
            lines.push(format!("cold: {pairs} test pairs of {users} users, of {items}"));
        }
        let no_gain = self.standing.gains.iter().filter(|gain| gain.gains.iter().all(|gain| gain.difference == 0.0));
        let names: BTreeSet<String> = no_gain.map(|gain| gain.entry.model_name()).collect();
        lines.extend(names.iter().map(|name| {
            format!("{name}: the chosen settings leave the graph out, so that it makes no difference; try more trials")
        }));
        lines.extend(self.rows.failed().map(|(entry, reason)| {
            let first = reason.lines().next().unwrap_or_default();
            format!("{} failed: {}", entry.name(), first.trim_start_matches("error: "))
        }));
        if self.done == Done::Interrupted {
            lines.push("interrupted: not all models were judged".to_owned());
        }
        lines
    }

    /// What the true graph gave beyond none, and beyond a random one.
    pub(super) fn gain_table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let keys = self.keys();
        let cold = format!("cold {}", keys[0]);
        let head = ["model", "true minus", &keys[0], "95 % interval", "p", &keys[1], "95 % interval", "p", &cold];
        let rows = self.standing.gains.iter().map(|gain| {
            let mut cells = vec![gain.entry.model_name(), graph_in_words(gain.against).to_owned()];
            cells.extend(gain.gains.iter().flat_map(difference_in_words));
            cells.push(gain.cold.map_or_else(|| "-".to_owned(), |(with, other)| format!("{:+.4}", with - other)));
            cells
        });
        (head.into_iter().map(str::to_owned).collect(), rows.collect())
    }

    /// What each row took, and the settings that were chosen.
    pub(super) fn cost_table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let head = ["model", "search s", "fit s", "evaluate s", "memory MB", "trials", "epochs", "settings"];
        let row = |row: &Stand<'_>| {
            let (judged, search) = (row.judged, &row.judged.search);
            let memory = judged.peak_rss_bytes().map(|bytes| thousands(bytes / 1_000_000));
            let dash = || "-".to_owned();
            vec![
                row.entry.name(),
                format!("{:.1}", search.seconds),
                format!("{:.1}", judged.seconds("train")),
                format!("{:.1}", judged.seconds("evaluate")),
                memory.unwrap_or_else(dash),
                search.n_trials.to_string(),
                search.best_epoch.map_or_else(dash, |epoch| epoch.to_string()),
                judged.choice_in_words().unwrap_or_else(dash),
            ]
        };
        (head.map(str::to_owned).to_vec(), self.standing.rows.iter().map(row).collect())
    }
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
