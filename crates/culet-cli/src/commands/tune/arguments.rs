//! The flags of `culet tune`.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use culet::model::{Family, MODELS, ModelSpec};
use culet::runs::SearchMetric;
use culet::train::training_settings;

use super::super::catalogue;
use super::super::settings;
use super::super::train::data_argument;
use crate::problem::Problem;

const EXAMPLES: &str = "\
Examples:
  # thirty trials on a withheld validation part; the test part is not looked at
  culet tune rp3beta data/last-fm
  # the same command goes on where it was interrupted, or with more trials
  culet tune rp3beta data/last-fm --trials 60
  # other ranges; a flag of `culet train` fixes a setting
  culet tune softmax-mf data/last-fm --range dim=32..128 --range history=true,false --epochs 60
  # train with what was found
  culet train rp3beta data/last-fm --config last-fm-rp3beta-tune/best.toml";

const RANGES: &str = "\
A range is `name=low..high` (numbers; by their logarithm if both ends are positive and a factor of 10 or more lies \
between) or `name=a,b,c` (words). A flag of a setting fixes it, unless it has a `--range` too: then the search starts \
from it, as it does from presets and files.";

pub(super) fn command() -> Command {
    Command::new("tune")
        .about("Search for good settings of a model, on validation pairs")
        .after_help(EXAMPLES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand_value_name("MODEL")
        .subcommand_help_heading("Models")
        .disable_help_subcommand(true)
        .subcommands(MODELS.iter().map(model_command))
}

fn model_command(spec: &'static ModelSpec) -> Command {
    if spec.family() == Family::Network {
        let rest = Arg::new("rest").num_args(0..).trailing_var_arg(true).allow_hyphen_values(true);
        return Command::new(spec.name).hide(true).arg(rest);
    }
    let mut command = Command::new(spec.name)
        .about(format!("{}: {}", spec.title, spec.summary))
        .after_help(format!("{}\n\n{RANGES}\n\n{EXAMPLES}", searched(spec)))
        .arg(data_argument())
        .args(catalogue::arguments())
        .args(own())
        .arg(path("config", "FILE", "settings to start from, in TOML, by the names of the flags with `_` for `-`"));
    if !spec.presets.is_empty() {
        let presets: Vec<&str> = spec.presets.iter().map(|preset| preset.name).collect();
        let help = "named settings to start from; the file and the flags win over them";
        command = command.arg(Arg::new("preset").long("preset").value_name("NAME").value_parser(presets).help(help));
    }
    if !sets_validation_share(spec) {
        command = command.arg(validation_share_argument());
    }
    command.args(settings::arguments(spec))
}

/// Where a search looks by itself.
fn searched(spec: &ModelSpec) -> String {
    if spec.search.is_empty() {
        return "No ranges are searched by themselves: name some with `--range`.".to_owned();
    }
    let width = spec.search.iter().map(|range| range.name.len()).max().unwrap_or(0);
    let line = |range: &culet::model::Range| format!("\n  {:width$}  {}", range.name, range.describe());
    format!("Searched by itself:{}", spec.search.iter().map(line).collect::<String>())
}

fn own() -> Vec<Arg> {
    let heading = "Search";
    vec![
        Arg::new("trials")
            .long("trials")
            .value_name("N")
            .value_parser(value_parser!(u32).range(1..))
            .default_value("30")
            .help_heading(heading)
            .help("settings to try, those of an earlier call included"),
        Arg::new("search")
            .long("search")
            .value_name("HOW")
            .value_parser(["tpe", "random"])
            .default_value("tpe")
            .help_heading(heading)
            .help("near those that were good so far (tree-structured Parzen estimator), or evenly at random"),
        Arg::new("metric")
            .long("metric")
            .value_name("METRIC@K")
            .default_value("recall@20")
            .help_heading(heading)
            .help("what shall be best on the validation part; epochs are selected by recall@K"),
        Arg::new("range")
            .long("range")
            .value_name("NAME=RANGE")
            .action(ArgAction::Append)
            .help_heading(heading)
            .help("search over this setting too, or elsewhere than by itself; see below"),
        path("out", "FOLDER", "the folder of the search, which goes on if there is one [default: DATA-MODEL-tune]")
            .short('o')
            .help_heading(heading),
        kg_argument(),
    ]
}

fn path(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf)).help(help)
}

fn kg_argument() -> Arg {
    Arg::new("kg")
        .long("kg")
        .value_name("WHICH")
        .value_parser(["true", "random", "none"])
        .default_value("true")
        .help("the knowledge graph as it is, with its facts dealt out at random, or none")
}

/// Whether the share to withhold is among the settings of the training.
pub(super) fn sets_validation_share(spec: &ModelSpec) -> bool {
    training_settings(spec).iter().any(|setting| setting.name == "validation_share")
}

pub(in super::super) fn validation_share_argument() -> Arg {
    Arg::new("validation_share")
        .long("validation-share")
        .value_name("VALUE")
        .help("share of each user's training items withheld to judge settings by [a number of at least 0 and below 0.9] [default: 0.1]")
}

/// What is given for a model without epochs.
///
/// # Errors
/// [`Problem`] for a share out of range.
pub(in super::super) fn given_validation_share(matches: &ArgMatches) -> Result<Option<f64>, Problem> {
    let setting = culet::train::TRAINING.iter().find(|setting| setting.name == "validation_share");
    let setting = setting.expect("a setting of the training");
    let Some(text) = matches.get_one::<String>(setting.name) else { return Ok(None) };
    let value = setting.parse(text).map_err(|error| Problem::from(error).hint("the flag is `--validation-share`"))?;
    Ok(value.as_float())
}

/// What shall be best.
pub(super) fn metric(matches: &ArgMatches) -> Result<SearchMetric, Problem> {
    Ok(SearchMetric::parse(matches.get_one::<String>("metric").expect("has a default"))?)
}

pub(super) fn n_trials(matches: &ArgMatches) -> usize {
    *matches.get_one::<u32>("trials").expect("has a default") as usize
}

pub(super) fn graph_word(matches: &ArgMatches) -> &str {
    matches.get_one::<String>("kg").expect("has a default")
}

pub(super) fn ranges(matches: &ArgMatches) -> impl Iterator<Item = &str> {
    matches.get_many::<String>("range").unwrap_or_default().map(String::as_str)
}

/// DATA-MODEL-tune, unless a place is named.
pub(super) fn place(matches: &ArgMatches, data: &str, spec: &ModelSpec) -> PathBuf {
    let out = matches.get_one::<PathBuf>("out").cloned();
    out.unwrap_or_else(|| PathBuf::from(format!("{data}-{}-tune", spec.name)))
}
