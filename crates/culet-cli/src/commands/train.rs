//! `culet train`: from a data set to a run folder.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::answers::catalogue::intents_in_words;
use culet::data::Dataset;
use culet::eval::RankingProtocol;
use culet::model::{Build, Family, MODELS, ModelSpec, Step, find_model};
use culet::runs::{CatalogueFit, CatalogueFitted, Settings, check_learnable, check_place, give_graph, size_of};
use culet::train::{BlendReport, Faithfulness, GraphKind, Removal, Select, TrainOptions};

use super::catalogue::{DATA_HELP, introduce, read, refuse_network};
use super::{Done, checkpoints, network, room, settings, timed};
use crate::context::Context;
use crate::problem::Problem;
use crate::progress::Follower;
use crate::table::Table;

const EXAMPLES: &str = "\
Examples:
  # two tables: who took what, and what the items are
  culet train auto ratings.csv --attributes items.csv --out best
  # honest: the epoch is selected on withheld pairs, the test part is looked at once
  culet train kgin data/last-fm --out run
  # as published
  culet train kgin data/last-fm --preset last-fm --select test
  # not published: another loss, quicker, better where pairs are few
  culet train kgin data/last-fm --preset softmax
  # settings from a file; flags win over it
  culet train kgin data/last-fm --config mine.toml --hops 2";

pub(super) fn command() -> Command {
    let models = MODELS.iter().map(model_command);
    Command::new("train")
        .about("Train a model on a data set and write a run folder")
        .after_help(format!("{EXAMPLES}\n{}", network::train::LINES))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand_value_name("MODEL")
        .subcommand_help_heading("Models")
        .disable_help_subcommand(true)
        .subcommands(models)
}

fn model_command(spec: &'static ModelSpec) -> Command {
    let of_networks = spec.family() == Family::Network;
    let examples = if of_networks { network::train::examples(spec) } else { examples(spec) };
    let mut command = Command::new(spec.name)
        .about(format!("{}: {}", spec.title, spec.summary))
        .after_help(format!(
            "{}\n{}, {}\n{}\n\n{examples}",
            spec.paper.title, spec.paper.authors, spec.paper.venue, spec.paper.link
        ))
        .arg(if of_networks { network::train::data_argument() } else { data_argument() });
    if !of_networks {
        command = command.args(super::catalogue::arguments());
    }
    command = command
        .arg(
            Arg::new("out")
                .long("out")
                .short('o')
                .value_name("RUN")
                .value_parser(value_parser!(PathBuf))
                .help("the run folder to write; must not exist [default: DATA-MODEL in the current folder]"),
        )
        .arg(
            Arg::new("config")
                .long("config")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("settings in TOML, by the names of the flags with `_` for `-`"),
        );
    if !matches!(spec.build, Build::Closed(_)) {
        command = command.arg(checkpoints::argument());
    }
    if spec.has_epochs() {
        command = command.arg(checkpoints::init_argument());
    }
    if !spec.presets.is_empty() {
        command = command.arg(preset_argument(spec));
    }
    let own = if of_networks { super::data::options::arguments() } else { recommender_arguments() };
    command.args(own).args(settings::arguments(spec))
}

/// Those of the model itself.
fn examples(spec: &ModelSpec) -> String {
    if spec.name == "kgin" {
        return EXAMPLES.to_owned();
    }
    let name = spec.name;
    let mut lines = vec![format!("culet train {name} data/last-fm --out run")];
    if spec.uses_graph {
        lines.push(format!("culet train {name} data/last-fm --kg none --out control"));
    }
    lines.extend(spec.presets.iter().map(|preset| format!("culet train {name} data/last-fm --preset {}", preset.name)));
    lines.push(format!("culet train {name} data/last-fm --config mine.toml"));
    format!("Examples:\n  {}", lines.join("\n  "))
}

fn preset_argument(spec: &'static ModelSpec) -> Arg {
    let presets: Vec<&str> = spec.presets.iter().map(|preset| preset.name).collect();
    Arg::new("preset")
        .long("preset")
        .value_name("NAME")
        .value_parser(presets)
        .help("named settings; the file and the flags win over them")
}

fn recommender_arguments() -> Vec<Arg> {
    let kg = Arg::new("kg")
        .long("kg")
        .value_name("WHICH")
        .value_parser(["true", "random", "none"])
        .default_value("true")
        .help(
            "the knowledge graph as it is, with its facts dealt out at random, or none; the difference is what the \
             graph gives",
        );
    vec![kg, cutoffs_argument("lengths of the lists that are judged; the first selects (the authors' --Ks)")]
}

/// DATA
pub(super) fn data_argument() -> Arg {
    Arg::new("data").value_name("DATA").required(true).value_parser(value_parser!(PathBuf)).help(DATA_HELP)
}

pub(super) fn cutoffs_argument(help: &str) -> Arg {
    Arg::new("at")
        .long("at")
        .value_name("K,K,...")
        .value_delimiter(',')
        .value_parser(value_parser!(usize))
        .help(format!("{help} [default: 20,40,60,80,100]"))
}

pub(super) fn protocol(matches: &ArgMatches) -> Result<RankingProtocol, Problem> {
    match matches.get_many::<usize>("at") {
        Some(cutoffs) => Ok(RankingProtocol::new(cutoffs.copied().collect())?),
        None => Ok(RankingProtocol::default()),
    }
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let (name, matches) = matches.subcommand().expect("clap asks for a model");
    let spec = find_model(name)?;
    if let Some(out) = matches.get_one::<PathBuf>("out") {
        check_place(out)?;
    }
    match spec.family() {
        Family::Recommender => run_recommender(context, spec, matches),
        Family::Network => network::train::run(context, spec, matches),
    }
}

/// DATA-MODEL, unless a place is named.
pub(super) fn place(matches: &ArgMatches, data: &str, spec: &ModelSpec) -> PathBuf {
    let out = matches.get_one::<PathBuf>("out").cloned();
    out.unwrap_or_else(|| PathBuf::from(format!("{data}-{}", spec.name)))
}

fn run_recommender(context: &Context, spec: &'static ModelSpec, matches: &ArgMatches) -> Result<Done, Problem> {
    let Settings { model: settings, training } = settings::read(spec, matches)?;
    let options = TrainOptions::for_model(spec, &training)?;
    let protocol = protocol(matches)?;
    refuse_network(matches, &format!("`{}` learns from", spec.name))?;
    let (dataset, load_seconds) = timed(|| context.pool.install(|| read(matches)));
    let mut dataset = dataset?;
    let graph = GraphKind::of_word(which_graph(matches)).expect("clap knows the words");
    give_graph(&mut dataset, graph, context.seed);
    check_learnable(spec, &dataset)?;
    let (size, out, every) = (size_of(&dataset), place(matches, &dataset.name, spec), checkpoints::every(matches));
    room::check(context, spec, &settings, &training, &size)?;
    room::check_place(context, spec, &settings, &size, (&out, every))?;
    introduce(context, &dataset, which_graph(matches));
    if let Some(note) = graph_left_out(spec, &settings, &dataset) {
        context.remark(&note);
    }
    let seed = context.seed;
    let fit = CatalogueFit { spec, settings, options, protocol, dataset: &dataset, load_seconds, graph, seed };
    crate::interrupt::listen();
    let follower = &mut Follower::new(context, spec.name);
    let start = checkpoints::start(context, matches, |run| fit.start_from(run))?;
    let fitted = fit.run_resumably(&out, start, every, &context.pool, follower)?;
    finish(context, &fit, &fitted, &out)
}

/// Tells the result, and what can be done about an interruption.
pub(super) fn finish(
    context: &Context,
    fit: &CatalogueFit<'_>,
    fitted: &CatalogueFitted,
    out: &Path,
) -> Result<Done, Problem> {
    context.print(fitted.document(), || report(fit, fitted, out))?;
    if !fitted.outcome.interrupted {
        return Ok(Done::Wholly);
    }
    checkpoints::tell_interrupted(context, out);
    Ok(Done::Interrupted)
}

/// Fits in front of whoever looks on.
pub(super) fn follow(
    context: &Context,
    fit: &CatalogueFit<'_>,
    out: Option<&Path>,
) -> Result<CatalogueFitted, Problem> {
    crate::interrupt::listen();
    Ok(fit.run(out, &context.pool, &mut Follower::new(context, fit.spec.name))?)
}

/// A model that can use the graph does so only if it is told to: that is not to be found out later.
fn graph_left_out(spec: &ModelSpec, settings: &toml::Table, dataset: &Dataset) -> Option<String> {
    let is_off = |name: &str, off: &toml::Value| settings.get(name) == Some(off);
    let flag = if is_off("graph_weight", &toml::Value::Float(0.0)) {
        "--graph-weight 3"
    } else if is_off("facts", &toml::Value::Boolean(false)) {
        "--facts"
    } else {
        return None;
    };
    let has_facts = !dataset.graph.triplets().is_empty();
    has_facts.then(|| format!("note: `{}` leaves the knowledge graph out; `{flag}` lets it count", spec.name))
}

fn which_graph(matches: &ArgMatches) -> &str {
    matches.get_one::<String>("kg").expect("has a default")
}

fn report(fit: &CatalogueFit<'_>, fitted: &CatalogueFitted, out: &Path) -> String {
    let outcome = &fitted.outcome;
    let seconds = outcome.seconds;
    let epoch = match fit.selects() {
        _ if !fit.spec.has_epochs() => String::new(),
        Some(_) => format!("best epoch {} of {}, ", outcome.best_epoch, outcome.n_epochs),
        None => format!("last epoch {} of {}, ", outcome.best_epoch, outcome.n_epochs),
    };
    let mut text = format!(
        "{} on {}: {epoch}{:.1} s of training, {:.1} s of evaluation\n",
        fit.spec.name, fit.dataset.name, seconds.train, seconds.evaluate
    );
    if let Some(report) = &outcome.test {
        let users = culet::data::thousands(report.n_users as u64);
        text += &format!("\ntest part, {users} users, {}\n", how_selected(fit, fitted));
        text += &metrics_table(&report.means, &report.cutoffs);
    } else if let Some(means) = &outcome.selected_by {
        let which = match &outcome.blend {
            Some(blend) if blend.n_withheld_parts > 1 => format!(
                "the first of {} withheld parts, by which the blend was chosen; there is no test part",
                blend.n_withheld_parts
            ),
            Some(_) => "withheld pairs, by which the blend was chosen; there is no test part".to_owned(),
            None => "validation part, by which the epoch was selected; there is no test part".to_owned(),
        };
        text += &format!("\n{which}\n");
        text += &metrics_table(means, fit.protocol.cutoffs());
    }
    if let Some(blend) = &outcome.blend {
        text += &format!("\n{}", blend_text(blend, fit));
    }
    if let Some(facets) = fitted.facets.as_ref().filter(|facets| facets.relations.iter().any(|row| !row.is_empty())) {
        text += "\nintents\n";
        for intent in intents_in_words(facets, &fit.dataset.vocabulary.relations) {
            text += &format!(
                "  {}  {:3.0} % of users' weights: {}\n",
                intent.intent,
                100.0 * intent.share,
                intent.strongest(4)
            );
        }
    }
    text += &outcome.faithfulness.as_ref().map_or_else(String::new, faithfulness_text);
    text += &format!("\nrun folder: {}\n", out.display());
    text
}

/// How far what reasons name carries the scores.
fn faithfulness_text(measured: &Faithfulness) -> String {
    let line = |what: &str, removal: &Removal| {
        let cases = if removal.n_pairs == 1 { "case" } else { "cases" };
        format!(
            "  {what}: scores fall in {:.0} % of {} {cases}, {:.2} on average; {:.2} without others\n",
            100.0 * removal.share_falling,
            removal.n_pairs,
            removal.named_drop,
            removal.random_drop
        )
    };
    let facts = measured.facts.as_ref().map_or_else(String::new, |facts| line("without the facts", facts));
    let head = "\nwhat reasons name, put to the test, in standard deviations of a user's scores\n";
    format!("{head}{}{facts}", line("without the items", &measured.history))
}

/// The parts of a blend, and what of the graph counts.
fn blend_text(blend: &BlendReport, fit: &CatalogueFit<'_>) -> String {
    let k = fit.protocol.cutoffs()[0];
    let (recall, ndcg) = (format!("recall@{k}"), format!("ndcg@{k}"));
    let mut table = Table::new(&["part", "influence", &recall, &ndcg]);
    for part in &blend.parts {
        let influence = if part.weight > 0.0 { format!("{:.2}", part.influence) } else { "left out".to_owned() };
        let [recall, ndcg] = part.alone.map(|x| format!("{x:.4}"));
        let facts = part.settings.get("facts").is_some_and(|facts| facts.as_bool() == Some(true));
        let model = format!("{}{}", part.model, if facts { ", with facts" } else { "" });
        table.row(vec![model, influence, recall, ndcg]);
    }
    let [recall, ndcg] = blend.together.map(|x| format!("{x:.4}"));
    table.row(vec!["all together".to_owned(), String::new(), recall, ndcg]);
    let mut text = format!(
        "parts: how much each moves the lists, the first one 1, and what it reaches alone on withheld pairs\n{}",
        table.render()
    );
    let relations = &fit.dataset.vocabulary.relations;
    let heaviest = blend.paths.first().map_or(1.0, |path| path.weight);
    for (k, path) in blend.paths.iter().filter(|path| path.weight > 0.01 * heaviest).take(6).enumerate() {
        let step = |step: &Step| {
            format!("{}{}", relations.label(step.relation as usize), if step.back { " (back)" } else { "" })
        };
        let steps: Vec<String> = path.steps.iter().map(step).collect();
        let head = if k == 0 { "\nwhat users follow of the graph, the heaviest path 100 %\n" } else { "" };
        text += &format!("{head}  {:3.0} %  {}\n", 100.0 * path.weight / heaviest, steps.join(", then "));
    }
    if blend.paths.is_empty() && !fit.dataset.graph.triplets().is_empty() {
        text += "\nthe graph did not help, and is left out\n";
    }
    if blend.new_items > 1.0 {
        text += &format!(
            "\nweights towards items that nobody took are multiplied by {}, since withheld pairs led to such items:\n\
             lists may hold few others\n",
            blend.new_items
        );
    }
    text
}

fn how_selected(fit: &CatalogueFit<'_>, fitted: &CatalogueFitted) -> &'static str {
    match fit.selects() {
        None if fitted.outcome.blend.is_some() && fitted.outcome.valid.n_pairs() > 0 => "chosen on validation",
        None if fitted.outcome.blend.is_some() && fit.options.select == Select::Test => {
            "chosen on the TEST part: not an honest estimate"
        }
        None if fitted.outcome.blend.is_some() => "chosen on validation, then refitted",
        None if !fit.spec.has_epochs() => "fitted on all training pairs",
        None => "without selection",
        Some(Select::Test) => "selected on the TEST part, as published: not an honest estimate",
        Some(Select::Validation) if fitted.outcome.valid.n_pairs() == 0 => "selected on validation, then refitted",
        Some(Select::Validation) => "selected on validation",
    }
}

/// Metrics as a table: a row for each, a column for each cutoff.
pub(super) fn metrics_table(means: &std::collections::BTreeMap<String, f64>, cutoffs: &[usize]) -> String {
    let columns: Vec<String> = cutoffs.iter().map(|k| format!("@{k}")).collect();
    let mut head = vec!["metric"];
    head.extend(columns.iter().map(String::as_str));
    let mut table = Table::new(&head);
    let mut names: Vec<&str> = culet::eval::METRICS.to_vec();
    let extra = means.keys().filter_map(|key| key.split_once('@')).map(|(name, _)| name);
    extra.for_each(|name| {
        if !names.contains(&name) {
            names.push(name);
        }
    });
    for name in names {
        let value = |k: &usize| means.get(&format!("{name}@{k}")).map(|value| format!("{value:.4}"));
        let values: Vec<Option<String>> = cutoffs.iter().map(value).collect();
        if values.iter().any(Option::is_some) {
            let cells = values.into_iter().map(|value| value.unwrap_or_else(|| "-".into()));
            table.row(std::iter::once(name.to_owned()).chain(cells).collect());
        }
    }
    table.render()
}
