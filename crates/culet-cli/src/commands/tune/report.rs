//! What a search found, in words.

use culet::model::Setting;
use culet::runs::{rank_of_first, value_in_words};
use culet::train::{Finding, Spread, Trial, findings, n_best, ranked_trials};

use super::Finished;
use crate::table::Table;

/// Trials in the table.
const SHOWN: usize = 10;

pub(super) fn text(finished: &Finished<'_>, command: Option<&str>) -> String {
    let (search, trials) = (finished.search, &finished.tuned.trials);
    let name = search.spec.name;
    let data = &finished.dataset.name;
    let pairs = culet::data::thousands(finished.tuned.split.valid.n_pairs() as u64);
    let noun = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    let mut text = format!(
        "{name} on {data}: {} in {:.1} s, by {} on {pairs} validation pairs\n",
        noun(trials.len(), "trial"),
        finished.tuned.elapsed_s,
        search.metric,
    );
    if trials.is_empty() {
        return text;
    }
    text += &format!("\n{}", best_table(finished));
    text += &first_line(finished);
    let found = findings(&search.ranges, trials);
    text += &format!("\n{}", findings_table(&found, n_best(trials.len())));
    text += &match command {
        Some(command) => {
            format!(
                "\nthe best settings stand in `{}`; to learn from everything with them:\n  {command}\n",
                config(finished)
            )
        }
        None => "\nthe loss became no number in every trial: lower the learning rate\n".to_owned(),
    };
    text
}

fn config(finished: &Finished<'_>) -> String {
    finished.tuned.config.as_deref().map_or_else(String::new, |path| path.display().to_string())
}

fn best_table(finished: &Finished<'_>) -> String {
    let search = finished.search;
    let mut head = vec!["rank", "trial", search.metric.as_str()];
    if search.spec.has_epochs() {
        head.push("epoch");
    }
    head.extend(search.ranges.iter().map(|range| range.name));
    let mut table = Table::new(&head);
    for (place, trial) in ranked_trials(&finished.tuned.trials).into_iter().take(SHOWN).enumerate() {
        let value = if trial.metrics.is_empty() { "-".to_owned() } else { format!("{:.4}", trial.value) };
        let mut cells = vec![(place + 1).to_string(), (trial.number + 1).to_string(), value];
        if search.spec.has_epochs() {
            cells.push(trial.best_epoch.to_string());
        }
        let setting = |name: &str| trial.settings.get(name).map_or_else(|| "-".to_owned(), value_in_words);
        cells.extend(search.ranges.iter().map(|range| setting(range.name)));
        table.row(cells);
    }
    table.render()
}

fn first_line(finished: &Finished<'_>) -> String {
    let trials = &finished.tuned.trials;
    let (Some(rank), Some(first)) = (rank_of_first(trials), trials.first()) else { return String::new() };
    let n_pruned = trials.iter().filter(|trial| trial.pruned).count();
    let mut text = format!("trial 1 has the {} and rank {rank} of {}", start_in_words(finished, first), trials.len());
    if n_pruned > 0 {
        text += &format!("; {n_pruned} hopeless ones were ended early");
    }
    text + "\n"
}

/// The first trial has the defaults, unless presets, files or flags say otherwise.
fn start_in_words(finished: &Finished<'_>, first: &Trial) -> &'static str {
    let search = finished.search;
    let training = culet::train::training_settings(search.spec);
    let known = search.spec.settings.iter().chain(&training);
    let of_default = |name: &str| known.clone().find(|setting| setting.name == name).map(Setting::default_value);
    let same = first.settings.iter().all(|(name, value)| of_default(name).as_ref() == Some(value));
    if same { "defaults" } else { "given settings" }
}

fn findings_table(found: &[Finding], n_best: usize) -> String {
    let among = format!("among the best {n_best}");
    let mut table = Table::new(&["setting", "best", &among, "searched"]);
    for finding in found {
        let spread = match &finding.among_best {
            Spread::Numbers(low, high) if low == high => format!("{low}"),
            Spread::Numbers(low, high) => format!("{low} to {high}"),
            Spread::Words(words) => {
                words.iter().map(|(word, n)| format!("{word} ({n})")).collect::<Vec<_>>().join(", ")
            }
        };
        table.row(vec![finding.name.to_owned(), value_in_words(&finding.best), spread, finding.searched.clone()]);
    }
    table.render()
}
