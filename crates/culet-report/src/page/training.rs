//! How a training went: losses and metrics, epoch by epoch.

use culet_model::find_model;
use culet_train::EpochRecord;

use culet_answers::Answers;
use serde_json::Value;

use super::blocks::{Figure, Section, Table, bar};
use crate::charts::{Along, Bar, Lines, Series};
use crate::run::Opened;
use crate::words;

/// Metrics that are drawn, of those that were measured; those of networks are the last.
const DRAWN: [&str; 4] = ["recall", "ndcg", "auc", "average_precision"];

pub(super) fn section(run: &Opened) -> Option<Section> {
    let mut section = Section::new("training", "Training");
    if let Some(blend) = blend(run) {
        section.text("A blend is chosen part by part on withheld pairs; a part stays if it helps.");
        section.table(blend);
        let paths = paths(run);
        if !paths.is_empty() {
            let title = "What users follow of the graph, the heaviest path 100 %";
            section.figures(vec![Figure::of_bars("paths", title, &paths, "")]);
        }
        return Some(section);
    }
    let curves = curves(run);
    if curves.is_empty() {
        return None;
    }
    if run.answers.manifest().summary.best_epoch.is_some() {
        section.text(in_words(run));
    }
    let figure = |(k, lines): (usize, &Lines)| Figure::of_lines(&format!("curve-{k}"), lines, "");
    section.figures(curves.iter().enumerate().map(figure).collect());
    Some(section)
}

/// One sentence.
fn in_words(run: &Opened) -> String {
    let summary = run.summary();
    let epochs = run.history.iter().filter(|record| record.phase == "train").count();
    let best = summary.best_epoch.unwrap_or(0);
    let how = match summary.selected_on() {
        Some(culet_data::Selection::Test) => ", by the TEST part",
        Some(culet_data::Selection::Validation) => ", by the validation part",
        None => ", the last one",
    };
    let refit = if summary.protocol.refit { "; then trained anew on all of the pairs for as many epochs" } else { "" };
    format!("Epoch {best} of {epochs} was taken{how}{refit}.")
}

/// The loss and the metrics that select; none of a blend, whose history is that of many trainings.
pub(crate) fn curves(run: &Opened) -> Vec<Lines> {
    if run.summary().extra["blend"].is_object() {
        return Vec::new();
    }
    let phase = |phase: &str| run.history.iter().filter(|record| record.phase == phase).collect::<Vec<_>>();
    let (train, refit) = (phase("train"), phase("refit"));
    if train.is_empty() {
        return Vec::new();
    }
    let mut curves = vec![losses(&train, &refit, run.summary().best_epoch)];
    curves.extend(metrics(&train, run.summary().best_epoch));
    curves
}

fn losses(train: &[&EpochRecord], refit: &[&EpochRecord], best: Option<u64>) -> Lines {
    let of = |name: &str, records: &[&EpochRecord]| {
        Series::of(name, records.iter().map(|record| (record.epoch as f64, record.loss)))
    };
    let mut series = vec![of("loss", train)];
    if !refit.is_empty() {
        series.push(of("loss, refit", refit));
    }
    Lines {
        title: "Loss, mean over the steps of an epoch".to_owned(),
        along: Along::Numbers,
        along_name: "epoch".to_owned(),
        series,
        mark: best.map(|epoch| (epoch as f64, "taken".to_owned())),
        from_zero: false,
    }
}

/// At the first cutoff, on the part that selects; nothing where no epoch was evaluated.
fn metrics(train: &[&EpochRecord], best: Option<u64>) -> Option<Lines> {
    let evaluated: Vec<_> = train.iter().filter_map(|record| Some((record.epoch, record.metrics()?))).collect();
    let (_, first) = evaluated.first()?;
    let of_key = |key: &str| {
        Series::of(key, evaluated.iter().filter_map(|(epoch, metrics)| Some((*epoch as f64, *metrics.get(key)?))))
    };
    let least = |name: &str| {
        let at = |key: &str| key.strip_prefix(name)?.strip_prefix('@')?.parse::<usize>().ok();
        first.keys().filter_map(|key| Some((at(key)?, key.clone()))).min().map(|(_, key)| key)
    };
    let key = |name: &&str| if first.contains_key(*name) { Some((*name).to_owned()) } else { least(name) };
    let series: Vec<Series> = DRAWN.iter().filter_map(key).map(|key| of_key(&key)).collect();
    let part = if train.iter().any(|record| record.test.is_some()) { "TEST" } else { "validation" };
    (!series.is_empty()).then(|| Lines {
        title: format!("Metrics on the {part} part"),
        along: Along::Numbers,
        along_name: "epoch".to_owned(),
        series,
        mark: best.map(|epoch| (epoch as f64, "taken".to_owned())),
        from_zero: false,
    })
}

/// Paths over the graph by what they count in the linear part of a blend, at most so many.
fn paths(run: &Opened) -> Vec<Bar> {
    const SHOWN: usize = 8;
    let Answers::Catalogue(answers) = &run.answers else { return Vec::new() };
    let paths = run.summary().extra["blend"]["paths"].as_array().cloned().unwrap_or_default();
    let weight = |path: &Value| path["weight"].as_f64().filter(|weight| *weight > 0.0);
    let Some(heaviest) = paths.first().and_then(weight) else { return Vec::new() };
    let relations = &answers.vocabulary().relations;
    let step = |step: &Value| {
        let relation = step["relation"].as_u64().filter(|&relation| (relation as usize) < relations.len())?;
        let back = if step["back"] == true { " (back)" } else { "" };
        Some(format!("{}{back}", relations.label(relation as usize)))
    };
    let row = |path: &Value| {
        let steps: Option<Vec<String>> = path["steps"].as_array()?.iter().map(step).collect();
        let share = weight(path)? / heaviest;
        Some(bar(steps?.join(", then "), share, words::percent(share)))
    };
    paths.iter().take(SHOWN).filter_map(row).collect()
}

/// The parts of a blend, as its run tells them.
fn blend(run: &Opened) -> Option<Table> {
    let parts = run.summary().extra["blend"]["parts"].as_array()?.clone();
    let k = run.summary().protocol.cutoffs.first().copied().unwrap_or(20);
    let head = ["part", "influence", &format!("recall@{k} alone"), &format!("ndcg@{k} alone")];
    let mut table =
        Table::new("What was blended; influence is how much a part moves the lists, the first one 1", &head);
    for part in &parts {
        let model = part["model"].as_str().unwrap_or("?");
        let title = find_model(model).map_or(model, |spec| spec.title);
        let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
        let kept = number(&part["weight"]) > 0.0;
        let influence = if kept { format!("{:.2}", number(&part["influence"])) } else { "left out".to_owned() };
        let alone = |place: usize| words::metric(number(&part["alone"][place]));
        table.row(vec![title.to_owned(), influence, alone(0), alone(1)]);
    }
    let together =
        |place: usize| words::metric(run.summary().extra["blend"]["together"][place].as_f64().unwrap_or(f64::NAN));
    table.row(vec!["all together".to_owned(), String::new(), together(0), together(1)]);
    table.own = Some(table.rows.len() - 1);
    Some(table)
}
