//! A comparison in words.

use std::collections::{BTreeMap, BTreeSet};

use culet::data::{Selection, thousands};
use culet::runs::{CompareDocument, ComparedRun, ComparedTo};

use crate::table::Table;

pub(super) fn text(compared: &CompareDocument) -> String {
    let runs = &compared.runs;
    let users = thousands(compared.users.unwrap_or(0) as u64);
    let data = runs[compared.place_of_reference].data.as_deref().unwrap_or("?");
    let mut text = format!("{} runs on {data}, test part, {users} users judged by all\n", runs.len());
    for (key, found) in &compared.comparisons {
        text += &format!("\n{}", metric_table(compared, key, found));
    }
    for run in runs.iter().filter(|run| run.selected_on == Some(Selection::Test)) {
        let shown = &run.run;
        text += &format!("\n`{shown}` was selected on the TEST part, as published: not an honest estimate\n");
    }
    let learned: BTreeSet<usize> = runs.iter().map(|run| run.pairs_learned_from).collect();
    if learned.len() > 1 {
        text += "\nnot all runs learned from the same pairs: some withheld pairs to select by, and were not refitted\n";
    }
    if !compared.settings_that_differ.is_empty() {
        text += &format!("\n{}", settings_table(runs, &compared.settings_that_differ));
    }
    text + &format!("\n{}", cost_table(runs))
}

fn metric_table(compared: &CompareDocument, key: &str, found: &[ComparedTo]) -> String {
    let several = found.len() > 1;
    let mut head = vec!["run", "model", key, "difference", "95 % interval", "p"];
    if several {
        head.push("p, corrected");
    }
    let mut table = Table::new(&head);
    let mut found = found.iter();
    for (place, run) in compared.runs.iter().enumerate() {
        let mut cells = vec![run.run.clone(), run.model.clone(), format!("{:.4}", run.metrics[key])];
        if place == compared.place_of_reference {
            cells.push("(reference)".to_owned());
        } else {
            let comparison = &found.next().expect("one for each run but the reference").comparison;
            cells.push(format!("{:+.4}", comparison.difference));
            cells.push(format!("{:+.4} to {:+.4}", comparison.low, comparison.high));
            cells.push(p_in_words(comparison.p_value));
            if several {
                cells.push(p_in_words(comparison.p_adjusted));
            }
        }
        table.row(cells);
    }
    table.render()
}

/// Four digits: a test of 9,999 permutations knows no smaller p than 0.0001.
pub(in super::super) fn p_in_words(p: f64) -> String {
    format!("{p:.4}")
}

fn settings_table(runs: &[ComparedRun], settings: &BTreeMap<String, Vec<String>>) -> String {
    let mut head = vec!["setting"];
    head.extend(runs.iter().map(|run| run.run.as_str()));
    let mut table = Table::new(&head);
    for (name, values) in settings {
        table.row(std::iter::once(name.clone()).chain(values.iter().cloned()).collect());
    }
    table.render()
}

fn cost_table(runs: &[ComparedRun]) -> String {
    let mut table =
        Table::new(&["run", "pairs learned from", "parameters", "train s", "evaluate s", "memory MB", "selected on"]);
    let number = |n: Option<u64>| n.map_or_else(|| "-".to_owned(), thousands);
    for run in runs {
        let seconds = |phase: &str| run.seconds.get(phase).map_or_else(|| "-".to_owned(), |s| format!("{s:.1}"));
        table.row(vec![
            run.run.clone(),
            thousands(run.pairs_learned_from as u64),
            number(run.parameters),
            seconds("train"),
            seconds("evaluate"),
            number(run.peak_rss_bytes.map(|bytes| bytes / 1_000_000)),
            selection_in_words(run).to_owned(),
        ]);
    }
    table.render()
}

fn selection_in_words(run: &ComparedRun) -> &'static str {
    match run.selected_on {
        Some(Selection::Test) => "TEST",
        Some(Selection::Validation) if run.refitted => "validation, refitted",
        Some(Selection::Validation) => "validation",
        None if run.refitted => "validation, refitted",
        None => "-",
    }
}
