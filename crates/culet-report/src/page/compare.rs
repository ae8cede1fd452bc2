//! Several runs side by side.

use culet_answers::{Answers, NetworkAnswers};
use culet_eval::{auc_difference, auc_with_error};
use culet_runs::{Compare, CompareDocument, ComparedRun, Reference};
use rayon::ThreadPool;

use super::blocks::{Figure, Section, Table};
use super::{links, training};
use crate::ReportError;
use crate::charts::{Lines, Series};
use crate::run::Opened;
use crate::words;

/// What is compared, at the first length of lists that all runs were judged at.
const METRICS: [&str; 3] = ["recall", "ndcg", "hit_ratio"];

pub(super) fn section(runs: &[Opened], seed: u64, pool: &ThreadPool) -> Result<Section, ReportError> {
    let mut section = Section::new("comparison", "Side by side");
    let networks: Vec<&NetworkAnswers> = runs.iter().filter_map(network).collect();
    if networks.is_empty() {
        of_catalogues(&mut section, runs, seed, pool)?;
    } else {
        of_networks(&mut section, runs, &networks, pool)?;
    }
    let figures = together(runs);
    let figure = |(k, lines): (usize, &Lines)| Figure::of_lines(&format!("together-{k}"), lines, "");
    section.figures(figures.iter().enumerate().map(figure).collect());
    section.render("");
    Ok(section)
}

fn network(run: &Opened) -> Option<&NetworkAnswers> {
    match &run.answers {
        Answers::Network(answers) => Some(answers),
        Answers::Catalogue(_) => None,
    }
}

fn of_catalogues(section: &mut Section, runs: &[Opened], seed: u64, pool: &ThreadPool) -> Result<(), ReportError> {
    let paths: Vec<_> = runs.iter().map(|run| run.path.clone()).collect();
    let metrics = METRICS.map(str::to_owned);
    let compare = Compare { runs: &paths, reference: Reference::First, metrics: &metrics, cutoffs: None, seed };
    let document = compare.run(pool)?;
    let users = words::counted(document.users.unwrap_or(0) as u64, "user", "users");
    section.text(format!(
        "Every run beside the first, for the {users} that all judged: the difference, its interval of 95\u{a0}% (2,000 resamples of the \
         users), and how likely so large a difference is by chance (p, signs of the users' differences flipped at random; corrected \
         for the number of runs)."
    ));
    for (key, found) in &document.comparisons {
        section.table(metric_table(&document, runs, key, found));
    }
    if document.runs.iter().any(|run| run.pairs_learned_from != document.runs[0].pairs_learned_from) {
        section.note(
            "not all runs learned from the same pairs: they withheld others to select by, or learned from these too in the end",
        );
    }
    if !document.settings_that_differ.is_empty() {
        let names: Vec<String> = runs.iter().map(|run| run.name.clone()).collect();
        let head: Vec<&str> = std::iter::once("").chain(names.iter().map(String::as_str)).collect();
        let mut table = Table { words: true, ..Table::new("Settings that differ", &head) };
        for (name, values) in &document.settings_that_differ {
            table.row(std::iter::once(name.clone()).chain(values.iter().cloned()).collect());
        }
        section.folded(table);
    }
    section.table(cost(&document, runs));
    Ok(())
}

fn metric_table(document: &CompareDocument, runs: &[Opened], key: &str, found: &[culet_runs::ComparedTo]) -> Table {
    let mut table = Table::new(key, &["", "model", key, "difference", "95 %", "p, corrected"]);
    let mut found = found.iter();
    for (place, (run, opened)) in document.runs.iter().zip(runs).enumerate() {
        let mut cells = vec![opened.name.clone(), run.model.clone(), words::metric(run.metrics[key])];
        if place == document.place_of_reference {
            cells.extend(["(reference)".to_owned(), String::new(), String::new()]);
        } else if let Some(to) = found.next() {
            let one = &to.comparison;
            cells.push(format!("{:+.4}", one.difference));
            cells.push(format!("{:+.4} to {:+.4}", one.low, one.high));
            cells.push(format!("{:.4}", one.p_adjusted));
        }
        table.row(cells);
    }
    table
}

fn cost(document: &CompareDocument, runs: &[Opened]) -> Table {
    let head = ["", "pairs learned from", "numbers in the model", "training", "evaluation", "most memory"];
    let mut table = Table::new("Cost", &head);
    for (run, opened) in document.runs.iter().zip(runs) {
        let ComparedRun { pairs_learned_from, parameters, seconds, peak_rss_bytes, .. } = run;
        let number = |n: Option<u64>| n.map_or_else(|| "-".to_owned(), culet_data::thousands);
        let phase = |name: &str| seconds.get(name).map_or_else(|| "-".to_owned(), |&s| words::seconds(s));
        table.row(vec![
            opened.name.clone(),
            culet_data::thousands(*pairs_learned_from as u64),
            number(*parameters),
            phase("train"),
            phase("evaluate"),
            peak_rss_bytes.map_or_else(|| "-".to_owned(), |bytes| words::bytes(bytes as f64)),
        ]);
    }
    table
}

/// Areas on the same withheld edges, after DeLong.
fn of_networks(
    section: &mut Section,
    runs: &[Opened],
    networks: &[&NetworkAnswers],
    pool: &ThreadPool,
) -> Result<(), ReportError> {
    let same = |left: &NetworkAnswers, right: &NetworkAnswers| {
        let (left, right) = (left.stored().data(), right.stored().data());
        left.nodes == right.nodes && (&left.test, &left.test_negatives) == (&right.test, &right.test_negatives)
    };
    if !networks.iter().all(|other| same(networks[0], other)) {
        let what = "the runs were not judged by the same withheld edges, so that their numbers cannot be compared";
        section.note(what);
    }
    section.text(
        "ROC-AUC on the withheld edges with its interval of 95\u{a0}%, and the difference to the first run on the same pairs, with the \
         interval of 95\u{a0}% and p of a normal distribution (DeLong 1988).",
    );
    let mut table = Table::new("", &["", "model", "scored by", "ROC-AUC", "difference", "p"]);
    let mut first = None;
    for (run, answers) in runs.iter().zip(networks) {
        let Some(own) = links::own(answers.stored(), pool) else { continue };
        let auc = auc_with_error(&own)?;
        let beside = match &first {
            Some(first) if same(networks[0], answers) => Some(auc_difference(&own, first)?),
            _ => None,
        };
        let p = beside.and_then(|found| Some(two_sided_p(found.mean / found.error.filter(|error| *error > 0.0)?)));
        table.row(vec![
            run.name.clone(),
            run.summary().model.clone(),
            answers.stored().score.name(),
            words::with_interval(&auc),
            beside.map_or_else(|| "-".to_owned(), |found| words::difference(&found)),
            p.map_or_else(|| "-".to_owned(), |p| format!("{p:.4}")),
        ]);
        first.get_or_insert(own);
    }
    section.table(table);
    Ok(())
}

/// How likely a standard normal number is as far from 0.
fn two_sided_p(z: f64) -> f64 {
    // Abramowitz and Stegun 7.1.26: to 1.5e-7.
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let polynomial =
        t * (0.254_829_592 + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    (polynomial * (-x * x).exp()).clamp(0.0, 1.0)
}

/// The curves of all runs in one picture each: the loss, and the first metric.
fn together(runs: &[Opened]) -> Vec<Lines> {
    let of_runs: Vec<(String, Vec<Lines>)> = runs.iter().map(|run| (run.name.clone(), training::curves(run))).collect();
    let one = |which: usize| {
        let series: Vec<Series> = of_runs
            .iter()
            .filter_map(|(name, curves)| {
                Some(Series { name: name.clone(), ..curves.get(which)?.series.first()?.clone() })
            })
            .collect();
        let (_, like) = of_runs.iter().find(|(_, curves)| curves.len() > which)?;
        let first = like[which].series.first()?.name.clone();
        (series.len() > 1).then(|| Lines {
            title: format!("{first}, run by run"),
            series,
            mark: None,
            ..like[which].clone()
        })
    };
    (0..2).filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_of_known_quantiles() {
        for (z, p) in [(0.0, 1.0), (1.959_964, 0.05), (-2.575_829, 0.01), (3.290_527, 0.001)] {
            assert!((two_sided_p(z) - p).abs() < 1e-6, "{z}: {}", two_sided_p(z));
        }
    }
}
