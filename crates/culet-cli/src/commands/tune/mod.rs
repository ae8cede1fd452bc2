//! `culet tune`: a search for good settings, on a validation part.

pub(super) mod arguments;
mod ranges;
mod report;
pub(super) mod watch;

use std::path::{Path, PathBuf};

use clap::{ArgMatches, Command};
use culet::eval::RankingProtocol;
use culet::model::{Family, ModelSpec, Setting, find_model};
use culet::runs::{Settings, Tuned, Tuning, size_of};
use culet::train::{GraphKind, Search, SearchMethod};

use super::{Done, catalogue, room, settings};
use crate::context::Context;
use crate::problem::Problem;
use watch::Watch;

pub(super) fn command() -> Command {
    arguments::command()
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let (name, matches) = matches.subcommand().expect("clap asks for a model");
    let spec = find_model(name)?;
    if spec.family() == Family::Network {
        return Err(Problem::input(format!(
            "`{name}` learns from a network, and settings of such models are not searched"
        ))
        .hint("`culet tune --help` lists the models that are"));
    }
    crate::interrupt::listen();
    let metric = arguments::metric(matches)?;
    let search = search(context, spec, matches, &metric.name)?;
    let (_, options) = search.complete(&toml::Table::new())?;
    let dataset = catalogue::read_catalogue(context, matches, spec.name)?;
    room::check(context, spec, &toml::Table::new(), &toml::Table::new(), &size_of(&dataset))?;
    let out = arguments::place(matches, &dataset.name, spec);
    let validation_share = validation_share(spec, matches)?.unwrap_or(options.validation_share);
    let graph = GraphKind::of_word(arguments::graph_word(matches)).expect("clap knows the words");
    let protocol = RankingProtocol::new(vec![metric.cutoff])?;
    let n_trials = arguments::n_trials(matches);
    let tuning = Tuning { search: &search, dataset: &dataset, graph, protocol: &protocol, validation_share, n_trials };
    let open = tuning.open(&out)?;
    catalogue::introduce(context, &dataset, arguments::graph_word(matches));
    let tuned = open.run(&context.pool, &mut Watch::new(context))?;
    finish(context, matches, &Finished { search: &search, dataset: &dataset, tuned: &tuned })?;
    if !tuned.interrupted {
        return Ok(Done::Wholly);
    }
    context.remark(&format!(
        "interrupted after {} of {n_trials} trials, all of which are kept in `{}`; the same command goes on",
        tuned.trials.len(),
        out.display()
    ));
    Ok(Done::Interrupted)
}

/// A search as far as it came.
struct Finished<'a> {
    search: &'a Search,
    dataset: &'a culet::data::Dataset,
    tuned: &'a Tuned,
}

/// Prints what was found.
fn finish(context: &Context, matches: &ArgMatches, finished: &Finished<'_>) -> Result<(), Problem> {
    let config = finished.tuned.config.as_deref();
    let command = config.map(|config| training_command(context, matches, finished, config));
    let mut document = finished.tuned.document().clone();
    document["command"] = command.as_deref().into();
    context.print(&document, || report::text(finished, command.as_deref()))
}

/// The command that trains with the best settings on everything.
fn training_command(context: &Context, matches: &ArgMatches, finished: &Finished<'_>, path: &Path) -> String {
    let data: &PathBuf = matches.get_one("data").expect("required");
    let name = finished.search.spec.name;
    let mut command = format!("culet train {name} {} --config {}", data.display(), path.display());
    command += &catalogue::given_again(matches);
    let metric = &finished.search.metric;
    let cutoff = metric.rsplit('@').next().unwrap_or(metric);
    let more = [
        ("kg", arguments::graph_word(matches), "true"),
        ("seed", &context.seed.to_string(), "0"),
        ("at", cutoff, "20"),
    ];
    for (flag, value, default) in more {
        if value != default {
            command += &format!(" --{flag} {value}");
        }
    }
    command
}

fn search(context: &Context, spec: &'static ModelSpec, matches: &ArgMatches, metric: &str) -> Result<Search, Problem> {
    let Settings { model: mut fixed, training } = settings::read(spec, matches)?;
    fixed.extend(training);
    if fixed.get("select").and_then(toml::Value::as_str) == Some("test") {
        return Err(Problem::input("a search never looks at the test part, and `select` is `test`").hint(
            "leave it out; as published, `culet train MODEL DATA --select test` selects the epoch on the test part",
        ));
    }
    let typed = |name: &str| matches.get_one::<String>(name).is_some();
    let ranges = ranges::read(spec, arguments::ranges(matches), &typed)?;
    let defaults = arguments::searchable(spec);
    for range in &ranges {
        let default = || defaults.iter().find(|setting| setting.name == range.name).map(Setting::default_value);
        if let Some(value) = fixed.get(range.name).cloned().or_else(default) {
            fixed.insert(range.name.to_owned(), ranges::start(range, &value));
        }
    }
    let method = match matches.get_one::<String>("search").map(String::as_str) {
        Some("random") => SearchMethod::Random,
        _ => SearchMethod::Tpe,
    };
    Ok(Search { spec, fixed, ranges, method, metric: metric.to_owned(), seed: context.seed })
}

/// The share to withhold, where the model has no such setting.
fn validation_share(spec: &ModelSpec, matches: &ArgMatches) -> Result<Option<f64>, Problem> {
    if arguments::sets_validation_share(spec) { Ok(None) } else { arguments::given_validation_share(matches) }
}
