//! The settings of a model and of its training: from a preset, a file and flags, the later winning.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches};
use culet::data::DataError;
use culet::model::{Kind, MODELS, ModelSpec, Setting, complete_settings, nearest};
use culet::runs::{Settings, resolve_settings, settings_of_training};
use toml::de::DeTable;

use crate::problem::Problem;

/// A flag for each setting.
pub(super) fn arguments(spec: &'static ModelSpec) -> impl Iterator<Item = Arg> {
    let of_model = spec.settings.iter().map(|setting| argument(setting, "Model"));
    of_model.chain(settings_of_training(spec).into_iter().map(|setting| argument(&setting, "Training")))
}

fn argument(setting: &Setting, heading: &'static str) -> Arg {
    let values = setting.kind.describe();
    let help = format!("{} [{values}] [default: {}]", setting.help, setting.default);
    let arg = Arg::new(setting.name).long(setting.flag()).help_heading(heading).help(help).allow_negative_numbers(true);
    match setting.kind {
        Kind::Switch => arg.value_name("BOOL").num_args(0..=1).default_missing_value("true").require_equals(true),
        _ => arg.value_name("VALUE"),
    }
}

/// The complete settings of the model, and those of the training that are given.
pub(super) fn read(spec: &'static ModelSpec, matches: &ArgMatches) -> Result<Settings, Problem> {
    let mut given = match matches.get_one::<PathBuf>("config") {
        Some(path) => read_config(path, spec)?,
        None => toml::Table::new(),
    };
    for setting in spec.settings.iter().chain(&settings_of_training(spec)) {
        if let Some(text) = matches.get_one::<String>(setting.name) {
            let value = setting.parse(text).map_err(|error| Problem::from(error).hint(flag_hint(setting, text)))?;
            given.insert(setting.name.to_owned(), value);
        }
    }
    // A model without presets has no such flag.
    let preset = matches.try_get_one::<String>("preset").unwrap_or_default();
    Ok(resolve_settings(spec, preset.map(String::as_str), given)?)
}

fn flag_hint(setting: &Setting, text: &str) -> String {
    let near = match setting.kind {
        Kind::Choice(words) => nearest(text, words.iter().copied()),
        _ => None,
    };
    match near {
        Some(near) => format!("did you mean `--{} {near}`?", setting.flag()),
        None => format!("the flag is `--{}`; without it the value is `{}`", setting.flag(), setting.default),
    }
}

fn read_config(path: &Path, spec: &'static ModelSpec) -> Result<toml::Table, Problem> {
    let text = std::fs::read_to_string(path).map_err(|source| {
        Problem::from(DataError::Read { path: path.into(), source })
            .hint("`--config` takes a text file with one setting a line, such as `learning_rate = 0.001`")
    })?;
    let parsed = text.parse::<toml::Table>().and_then(|table| Ok((table, DeTable::parse(&text)?)));
    let (table, places) = parsed.map_err(|error| {
        Problem::input(error.message())
            .hint("one setting a line, such as `learning_rate = 0.001`")
            .at(path, error.span().map_or(1, |span| line_of(&text, span.start)))
    })?;
    let known: Vec<Setting> = spec.settings.iter().copied().chain(settings_of_training(spec)).collect();
    for key in places.get_ref().keys() {
        let name = key.get_ref().as_ref();
        check(name, &table[name], &known).map_err(|problem| problem.at(path, line_of(&text, key.span().start)))?;
    }
    Ok(table)
}

/// From 1.
fn line_of(text: &str, byte: usize) -> usize {
    1 + text.as_bytes()[..byte].iter().filter(|&&byte| byte == b'\n').count()
}

fn check(name: &str, value: &toml::Value, known: &[Setting]) -> Result<(), Problem> {
    if value.is_table() {
        let problem = Problem::input(format!("`{name}` is a section, and settings stand in none"));
        return Err(problem.hint(format!("remove the line `[{name}]`")));
    }
    let one = std::iter::once((name.to_owned(), value.clone())).collect();
    complete_settings(known, &one).map_err(|error| {
        let problem = Problem::from(error);
        match known.iter().find(|setting| setting.name == name) {
            Some(setting) => problem.hint(format!("without the line the value is `{}`", setting.default)),
            // Without another model that has it, the nearest name stands as the hint.
            None => match other_model(name) {
                Some(hint) => problem.hint(hint),
                None => problem,
            },
        }
    })?;
    Ok(())
}

/// Which models have such a setting: the file may be another model's.
fn other_model(name: &str) -> Option<String> {
    let has = |spec: &&ModelSpec| spec.settings.iter().any(|setting| setting.name == name);
    let models: Vec<String> = MODELS.iter().filter(has).take(3).map(|spec| format!("`{}`", spec.name)).collect();
    (!models.is_empty()).then(|| format!("it is a setting of {}", models.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_one() {
        assert_eq!([0, 2, 3, 4].map(|byte| line_of("ab\n\nc", byte)), [1, 1, 2, 3]);
    }
}
