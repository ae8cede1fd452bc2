//! The settings of a run, and the command that repeats it.

use culet_model::{Family, Setting, complete_settings};
use culet_runs::settings_of_training;
use serde_json::Value;

use super::blocks::{Block, Section, Table};
use crate::run::Opened;

pub(super) fn section(run: &Opened) -> Section {
    let mut section = Section::new("settings", "Settings");
    if let Some(command) = command(run) {
        section.text(format!(
            "The command that repeats the run; DATA stands for what was read then under the name `{}`, and for how it was read \
             (attributes, columns, filters), which a run does not tell. The fingerprint above tells whether it is the same.",
            run.answers.data_name()
        ));
        section.blocks.push(Block::Code { text: command });
        section.text("Settings that it does not name were left as they are by default.");
    }
    let config = &run.summary().config;
    for (part, caption) in [("model", "Settings of the model"), ("training", "Settings of the training")] {
        let Some(settings) = config[part].as_object().filter(|settings| !settings.is_empty()) else { continue };
        let mut table = Table { words: true, ..Table::new(caption, &["", ""]) };
        settings.iter().for_each(|(name, value)| table.row(vec![name.clone(), in_words(value)]));
        section.folded(table);
    }
    let manifest = run.answers.manifest();
    section.text(format!(
        "Written by culet {}, seed {}, {} threads; the same seed gives the same bytes for any number of threads.",
        manifest.program_version,
        run.summary().seed,
        run.summary().threads
    ));
    section
}

/// Nothing for a model that this program does not know.
pub(crate) fn command(run: &Opened) -> Option<String> {
    let (spec, summary) = (run.spec()?, run.summary());
    let config = &summary.config;
    let mut words = vec!["culet train".to_owned(), spec.name.to_owned(), "DATA".to_owned()];
    if let Some(graph) = config["graph"].as_str().filter(|graph| *graph != "true") {
        words.push(format!("--kg {graph}"));
    }
    words.extend(flags(spec.settings, &config["model"]));
    words.extend(flags(&settings_of_training(spec), &config["training"]));
    if summary.extra["started_from_a_run"] == true {
        words.push("--init RUN".to_owned());
    }
    let cutoffs = &summary.protocol.cutoffs;
    let usual = culet_eval::RankingProtocol::default();
    if spec.family() == Family::Recommender && cutoffs.as_slice() != usual.cutoffs() {
        let cutoffs: Vec<String> = cutoffs.iter().map(usize::to_string).collect();
        words.push(format!("--at {}", cutoffs.join(",")));
    }
    if summary.seed != 0 {
        words.push(format!("--seed {}", summary.seed));
    }
    Some(words.join(" "))
}

/// Of the settings that are not as they are by default.
fn flags(known: &[Setting], found: &Value) -> Vec<String> {
    let defaults = complete_settings(known, &toml::Table::new()).expect("defaults are in range");
    let differs = |setting: &&Setting| {
        let value = &found[setting.name];
        let usual = serde_json::to_value(&defaults[setting.name]).unwrap_or_default();
        !value.is_null() && *value != usual && value.as_f64().zip(usual.as_f64()).is_none_or(|(a, b)| a != b)
    };
    let flag = |setting: &Setting| {
        let text = quoted(&in_words(&found[setting.name]));
        // A switch takes its word only behind `=`.
        let between = if found[setting.name].is_boolean() { "=" } else { " " };
        format!("--{}{between}{text}", setting.flag())
    };
    known.iter().filter(differs).map(flag).collect()
}

fn in_words(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// As a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./,:+@%".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// As settings are kept in a program; empty for what is no table.
pub(super) fn table_of(settings: &Value) -> toml::Table {
    toml::Table::try_from(settings).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_tell_what_differs_and_nothing_else() {
        let spec = culet_model::find_model("kgin").unwrap();
        let mut settings =
            serde_json::to_value(complete_settings(spec.settings, &toml::Table::new()).unwrap()).unwrap();
        assert!(flags(spec.settings, &settings).is_empty());
        settings["hops"] = 2.into();
        settings["inverse_relations"] = false.into();
        settings["of_another_program"] = 7.into();
        assert_eq!(flags(spec.settings, &settings), ["--hops 2", "--inverse-relations=false"]);
    }

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        assert_eq!(quoted("last-fm"), "last-fm");
        assert_eq!(quoted("my data; rm -rf"), "'my data; rm -rf'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
