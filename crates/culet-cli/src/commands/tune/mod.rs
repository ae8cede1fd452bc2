//! `culet tune`: a search for good settings, on a validation part.

pub(super) mod arguments;
mod report;
pub(super) mod watch;

use std::path::{Path, PathBuf};

use clap::{ArgMatches, Command};
use culet::model::{Family, ModelSpec, find_model};
use culet::runs::{SearchPlan, Tuned, Tuning, settings_of_training, size_of};
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
    let n_trials = arguments::n_trials(matches);
    let tuning =
        Tuning { search: &search, dataset: &dataset, graph, protocol: &metric.protocol, validation_share, n_trials };
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
    let settings = settings::read(spec, matches)?;
    // A flag of a setting fixes it; what a preset or a file says is where the search starts.
    let known = spec.settings.iter().copied().chain(settings_of_training(spec)).map(|setting| setting.name);
    let fixed: Vec<&str> = known.filter(|name| matches.get_one::<String>(name).is_some()).collect();
    let ranges: Vec<&str> = arguments::ranges(matches).collect();
    let method = match matches.get_one::<String>("search").map(String::as_str) {
        Some("random") => SearchMethod::Random,
        _ => SearchMethod::Tpe,
    };
    let (metric, seed) = (metric.to_owned(), context.seed);
    Ok(SearchPlan { spec, settings, fixed: &fixed, ranges: &ranges, method, metric, seed }.search()?)
}

/// The share to withhold, where the model has no such setting.
fn validation_share(spec: &ModelSpec, matches: &ArgMatches) -> Result<Option<f64>, Problem> {
    if arguments::sets_validation_share(spec) { Ok(None) } else { arguments::given_validation_share(matches) }
}
