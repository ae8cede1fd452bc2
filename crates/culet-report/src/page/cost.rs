//! What a run cost, against what was to be expected.

use culet_answers::Answers;
use culet_model::{DataSize, Problem};
use culet_train::{Estimate, Speed, estimate};
use rayon::ThreadPool;

use super::blocks::{Block, Section, Table};
use super::settings::table_of;
use crate::run::Opened;
use crate::words;

pub(super) fn section(run: &Opened, pool: &ThreadPool) -> Section {
    let mut section = Section::new("cost", "Time and memory");
    let summary = run.summary();
    let mut facts = Vec::new();
    let mut fact = |name: &str, value: Option<String>| facts.extend(value.map(|value| (name.to_owned(), value)));
    for (phase, name) in [("load", "reading the data"), ("train", "training"), ("evaluate", "evaluation")] {
        fact(name, summary.seconds.get(phase).map(|&seconds| words::seconds(seconds)));
    }
    for (phase, name) in [
        ("load", "memory until the data were read"),
        ("train", "until it was trained"),
        ("evaluate", "until it was judged"),
    ] {
        let bytes = summary.extra["peak_rss_bytes_by_phase"][phase].as_f64();
        fact(name, bytes.map(words::bytes));
    }
    if summary.extra["peak_rss_bytes_by_phase"].is_null() {
        fact("most memory", summary.extra["peak_rss_bytes"].as_f64().map(words::bytes));
    }
    fact("numbers in the model", summary.extra["parameters"].as_u64().map(culet_data::thousands));
    fact("threads", Some(summary.threads.to_string()));
    section.blocks.push(Block::Facts { facts });
    if let Some(estimate) = expected(run, pool) {
        section.text(
            "Estimates are good to about a factor of two, and tell what this machine would take if every epoch were made; the \
             run may have been made on another one, and may have stopped early.",
        );
        section.table(against(run, &estimate));
    }
    section
}

fn against(run: &Opened, estimate: &Estimate) -> Table {
    let summary = run.summary();
    let mut table = Table::new("", &["", "estimate", "this run"]);
    if let (Some(epoch), Some(made)) = (estimate.epoch_s, mean_epoch(run)) {
        table.row(vec!["an epoch".to_owned(), words::seconds(epoch), words::seconds(made)]);
    }
    let took: f64 = ["train", "evaluate"].iter().filter_map(|phase| summary.seconds.get(*phase)).sum();
    let what = match estimate.epochs {
        Some(epochs) => format!("all of it ({})", words::counted(epochs, "epoch", "epochs at most")),
        None => "all of it".to_owned(),
    };
    table.row(vec![what, words::seconds(estimate.most_s), words::seconds(took)]);
    let peak = summary.extra["peak_rss_bytes"].as_f64().map_or_else(|| "-".to_owned(), words::bytes);
    table.row(vec!["memory".to_owned(), words::bytes(estimate.bytes as f64), peak]);
    table
}

fn mean_epoch(run: &Opened) -> Option<f64> {
    let n = run.history.len();
    (n > 0).then(|| run.history.iter().map(|record| record.seconds).sum::<f64>() / n as f64)
}

/// What a training with these settings on these data would take here; nothing for settings of another program.
fn expected(run: &Opened, pool: &ThreadPool) -> Option<Estimate> {
    let (spec, config) = (run.spec()?, &run.summary().config);
    let size = match &run.answers {
        Answers::Catalogue(answers) => {
            let parts = answers.stored().catalogue();
            DataSize::of_catalogue(Problem { train: &parts.train, graph: &parts.graph })
        }
        Answers::Network(answers) => DataSize::of_network(&answers.stored().data().network),
    };
    let known = culet_runs::settings_of_training(spec);
    let mut training = table_of(&config["training"]);
    training.retain(|name, _| known.iter().any(|setting| setting.name == name));
    let speed = pool.install(Speed::measure);
    estimate(spec, &table_of(&config["model"]), &training, &size, speed).ok()
}
