//! `best.toml`: what `culet train --config` takes.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use culet_data::{Fingerprint, write_atomically};
use culet_train::{Chosen, TrainOptions, Trial};

use super::TrialSplit;
use super::Tuning;
use crate::RunsError;

/// What stands above the settings.
pub(super) struct Found<'a> {
    pub(super) tuning: &'a Tuning<'a>,
    pub(super) split: &'a TrialSplit,
    pub(super) n_trials: usize,
}

/// Writes the settings of the best trial, with what they are the best of.
pub(super) fn write(path: &Path, found: &Found<'_>, chosen: &Chosen, best: &Trial) -> Result<(), RunsError> {
    let text = text(found, chosen, best);
    write_atomically(path, |writer| writer.write_all(text.as_bytes()))?;
    Ok(())
}

fn text(found: &Found<'_>, chosen: &Chosen, best: &Trial) -> String {
    let Found { tuning, split, n_trials } = found;
    let search = tuning.search;
    let mut text = String::new();
    let validation = match split.share {
        Some(share) => format!("{} pairs withheld from training, a share of {share}", split.valid.n_pairs()),
        None => format!("the {} validation pairs of the data", split.valid.n_pairs()),
    };
    let lines = [
        format!("{} on {}: {}", search.spec.name, tuning.dataset.name, Fingerprint::of(tuning.dataset)),
        format!("{} {:.4} on {validation}", search.metric, best.value),
        format!("trial {} of {n_trials}, seed {}", best.number + 1, search.seed),
    ];
    for line in lines {
        let _ = writeln!(text, "# {line}");
    }
    text += &chosen.model.to_string();
    if search.spec.has_epochs() {
        let options = TrainOptions { refit: true, ..chosen.options.clone() };
        let table = toml::Table::try_from(&options).expect("options are plain data");
        let _ = writeln!(
            text,
            "\n# Of the training. With `refit` the model learns from the validation pairs too, in the end:"
        );
        let _ = writeln!(text, "# as many epochs as are best without them; in this search {}.", best.best_epoch);
        text += &table.to_string();
    }
    text
}
