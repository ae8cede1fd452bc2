//! `culet models`: the registry.

use clap::{Arg, ArgAction, ArgMatches, Command};
use culet::model::{Family, MODELS, ModelSpec};
use serde_json::{Value, json};

use super::Done;
use crate::context::Context;
use crate::problem::Problem;

pub(super) fn command() -> Command {
    Command::new("models")
        .about("List the models: what they can do, where they were published")
        .after_help(
            "Examples:\n  culet models\n  culet models --json\n  culet train kgin --help     the settings of a model",
        )
        .arg(
            Arg::new("markdown")
                .long("markdown")
                .action(ArgAction::SetTrue)
                .conflicts_with("json")
                .help("as a table in Markdown"),
        )
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let document: Vec<Value> = MODELS.iter().map(describe).collect();
    context.print(&document, || if matches.get_flag("markdown") { markdown() } else { text() })?;
    Ok(Done::Wholly)
}

fn describe(spec: &ModelSpec) -> Value {
    let setting = |s: &culet::model::Setting| json!({ "name": s.name, "help": s.help, "values": s.kind.describe(), "default": s.default });
    json!({
        "name": spec.name,
        "title": spec.title,
        "summary": spec.summary,
        "paper": spec.paper,
        "abilities": abilities(spec),
        "new_users": (spec.family() == Family::Recommender).then_some(spec.new_users),
        "presets": spec.presets.iter().map(|preset| json!({ "name": preset.name, "help": preset.help })).collect::<Vec<_>>(),
        "settings": spec.settings.iter().map(setting).collect::<Vec<_>>(),
    })
}

fn abilities(spec: &ModelSpec) -> Vec<&'static str> {
    let of_networks = spec.family() == Family::Network;
    let facets = if of_networks { "aspects" } else { "facets" };
    let all = [
        (of_networks, "networks"),
        (spec.uses_graph, "knowledge graph"),
        (spec.has_facets, facets),
        (spec.explains, "reasons"),
    ];
    all.into_iter().filter(|(can, _)| *can).map(|(_, word)| word).collect()
}

fn text() -> String {
    MODELS.iter().map(of_model).collect::<Vec<_>>().join("\n")
}

fn of_model(spec: &ModelSpec) -> String {
    let lines = [
        format!("{}: {}", spec.name, spec.summary),
        format!("  abilities  {}", abilities(spec).join(", ")),
        format!("  paper      {}, {}", spec.paper.venue, spec.paper.link),
    ];
    let mut text = lines.join("\n") + "\n";
    let width = spec.presets.iter().map(|preset| preset.name.len()).max().unwrap_or(0);
    for (k, preset) in spec.presets.iter().enumerate() {
        let head = if k == 0 { "presets" } else { "" };
        text += &format!("  {head:9}  {:width$}  {}\n", preset.name, preset.help);
    }
    text
}

fn markdown() -> String {
    let row = |spec: &ModelSpec| {
        let paper = format!("[{}]({})", spec.paper.venue, spec.paper.link);
        format!("| `{}` | {} | {} | {paper} |\n", spec.name, spec.summary, abilities(spec).join(", "))
    };
    let rows: String = MODELS.iter().map(row).collect();
    format!("| model | learns | abilities | paper |\n| --- | --- | --- | --- |\n{rows}")
}
