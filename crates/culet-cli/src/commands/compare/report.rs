//! A comparison in words and for programs.

use std::collections::{BTreeMap, BTreeSet};

use culet::data::{RunSummary, Selection, thousands};
use culet::model::{ModelSpec, find_model};
use culet::train::Comparison;
use serde_json::{Value, json};

use super::super::evaluate::selected_on;
use super::super::tune::claim::leaves;
use super::Compared;
use super::judged::Judged;
use crate::table::Table;

pub(super) fn document(compared: &Compared) -> Value {
    let of_run = |run: &Judged| {
        let summary = run.summary();
        let means: BTreeMap<&String, f64> = compared.by_metric.iter().map(|(key, _)| (key, run.mean(key))).collect();
        json!({
            "run": run.shown(),
            "model": summary.model,
            "data": summary.config["data"],
            "fingerprint": summary.data,
            "settings": summary.config,
            "seed": summary.seed,
            "best_epoch": summary.best_epoch,
            "selected_on": selected_on(summary),
            "parameters": summary.extra["parameters"],
            "pairs_learned_from": run.n_learned_from(),
            "seconds": summary.seconds,
            "peak_rss_bytes": summary.extra["peak_rss_bytes"],
            "metrics": means,
        })
    };
    let others: Vec<String> = others(compared).map(|(_, run)| run.shown()).collect();
    let of_metric = |(key, found): &(String, Vec<Comparison>)| {
        let rows: Vec<Value> = others
            .iter()
            .zip(found)
            .map(|(run, comparison)| {
                let mut row = json!(comparison);
                row["run"] = run.as_str().into();
                row
            })
            .collect();
        (key.clone(), rows.into())
    };
    json!({
        "reference": compared.runs[compared.reference].shown(),
        "users": n_users(compared),
        "runs": compared.runs.iter().map(of_run).collect::<Vec<_>>(),
        "comparisons": compared.by_metric.iter().map(of_metric).collect::<serde_json::Map<_, _>>(),
        "settings_that_differ": differing_settings(&compared.runs).into_iter().collect::<BTreeMap<_, _>>(),
    })
}

/// Every run but the reference.
fn others(compared: &Compared) -> impl Iterator<Item = (usize, &Judged)> {
    compared.runs.iter().enumerate().filter(|(place, _)| *place != compared.reference)
}

fn n_users(compared: &Compared) -> Option<usize> {
    compared.by_metric.first()?.1.iter().map(|comparison| comparison.n_users).min()
}

pub(super) fn text(compared: &Compared) -> String {
    let reference = &compared.runs[compared.reference];
    let users = thousands(n_users(compared).unwrap_or(0) as u64);
    let data = reference.summary().config["data"].as_str().unwrap_or("?").to_owned();
    let mut text = format!("{} runs on {data}, test part, {users} users judged by all\n", compared.runs.len());
    for (key, found) in &compared.by_metric {
        text += &format!("\n{}", metric_table(compared, key, found));
    }
    for run in &compared.runs {
        if selected_on(run.summary()) == Some(Selection::Test) {
            let shown = run.shown();
            text += &format!("\n`{shown}` was selected on the TEST part, as published: not an honest estimate\n");
        }
    }
    let learned: BTreeSet<usize> = compared.runs.iter().map(Judged::n_learned_from).collect();
    if learned.len() > 1 {
        text += "\nnot all runs learned from the same pairs: some withheld pairs to select by, and were not refitted\n";
    }
    let settings = differing_settings(&compared.runs);
    if !settings.is_empty() {
        text += &format!("\n{}", settings_table(&compared.runs, &settings));
    }
    text + &format!("\n{}", cost_table(&compared.runs))
}

fn metric_table(compared: &Compared, key: &str, found: &[Comparison]) -> String {
    let several = found.len() > 1;
    let mut head = vec!["run", "model", key, "difference", "95 % interval", "p"];
    if several {
        head.push("p, corrected");
    }
    let mut table = Table::new(&head);
    let mut found = found.iter();
    for (place, run) in compared.runs.iter().enumerate() {
        let mut cells = vec![run.shown(), run.summary().model.clone(), format!("{:.4}", run.mean(key))];
        if place == compared.reference {
            cells.push("(reference)".to_owned());
        } else {
            let comparison = found.next().expect("one for each run but the reference");
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

/// The settings that are not the same in all runs, with the value of each run; `-` where a run has no such setting.
fn differing_settings(runs: &[Judged]) -> Vec<(String, Vec<String>)> {
    let settings: Vec<BTreeMap<String, String>> = runs.iter().map(|run| settings_of(run.summary())).collect();
    let names: BTreeSet<&String> = settings.iter().flat_map(BTreeMap::keys).collect();
    let row = |name: &String| {
        let values: Vec<String> =
            settings.iter().map(|own| own.get(name).cloned().unwrap_or_else(|| "-".to_owned())).collect();
        values.iter().any(|value| *value != values[0]).then(|| (name.clone(), values))
    };
    names.into_iter().filter_map(row).collect()
}

fn settings_of(summary: &RunSummary) -> BTreeMap<String, String> {
    let mut parts = vec![("model", &summary.config["model"])];
    let spec = find_model(&summary.model).ok();
    // A model that is fitted at once has no settings of a training.
    if spec.is_some_and(ModelSpec::has_epochs) {
        parts.push(("training", &summary.config["training"]));
    }
    let mut settings = BTreeMap::new();
    if spec.is_none_or(|spec| spec.uses_graph) {
        settings.insert("kg".to_owned(), in_words(&summary.config["graph"]));
    }
    for (part, value) in parts {
        let mut found = BTreeMap::new();
        leaves("", value, &mut found);
        settings.extend(found.into_iter().map(|(name, value)| (format!("{part}.{name}"), in_words(value))));
    }
    settings.insert("seed".to_owned(), summary.seed.to_string());
    if let Some(epoch) = summary.best_epoch {
        settings.insert("best epoch".to_owned(), epoch.to_string());
    }
    settings
}

fn in_words(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn settings_table(runs: &[Judged], settings: &[(String, Vec<String>)]) -> String {
    let names: Vec<String> = runs.iter().map(Judged::shown).collect();
    let mut head = vec!["setting"];
    head.extend(names.iter().map(String::as_str));
    let mut table = Table::new(&head);
    for (name, values) in settings {
        table.row(std::iter::once(name.clone()).chain(values.iter().cloned()).collect());
    }
    table.render()
}

fn cost_table(runs: &[Judged]) -> String {
    let mut table =
        Table::new(&["run", "pairs learned from", "parameters", "train s", "evaluate s", "memory MB", "selected on"]);
    for run in runs {
        let summary = run.summary();
        let seconds = |phase: &str| summary.seconds.get(phase).map_or_else(|| "-".to_owned(), |s| format!("{s:.1}"));
        let number = |value: &Value| value.as_u64().map_or_else(|| "-".to_owned(), thousands);
        let memory = summary.extra["peak_rss_bytes"].as_u64().map(|bytes| bytes / 1_000_000);
        table.row(vec![
            run.shown(),
            thousands(run.n_learned_from() as u64),
            number(&summary.extra["parameters"]),
            seconds("train"),
            seconds("evaluate"),
            memory.map_or_else(|| "-".to_owned(), thousands),
            selection_in_words(summary).to_owned(),
        ]);
    }
    table.render()
}

fn selection_in_words(summary: &RunSummary) -> &'static str {
    match selected_on(summary) {
        Some(Selection::Test) => "TEST",
        Some(Selection::Validation) if summary.protocol.refit => "validation, refitted",
        Some(Selection::Validation) => "validation",
        None if summary.protocol.refit => "validation, refitted",
        None => "-",
    }
}
