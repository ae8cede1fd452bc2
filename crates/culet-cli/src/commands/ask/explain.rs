//! `culet explain`: why a user's score for an item, or the score of a pair of nodes, is what it is.

use clap::{Arg, ArgMatches, Command};
use culet::answers::Answers;
use culet::answers::catalogue::{ItemExplanation, Part, TracedPath};
use culet::answers::network::LinkExplanation;

use super::{Headed, answered, intents, open};
use crate::commands::Done;
use crate::commands::evaluate::run_argument;
use crate::context::Context;
use crate::problem::Problem;
use crate::table::Table;

const EXAMPLES: &str = "\
Examples:
  culet explain run --user 42 --item alien
  culet explain run --history brazil,solaris --item alien --json
  # a run of a network: what speaks for an edge, or for one that is there
  culet explain net --source alice --target bob

The parts of a score add up to it. Of `kgin` the parts follow the facts from an item of the history to the explained one;
the lengths of the vectors are held fixed for that. Of models that score by the items of the history, the parts are those
of the items. A model that scores by vectors of users alone cannot tell reasons.";

pub(in crate::commands) fn command() -> Command {
    let id = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("ID").allow_negative_numbers(true).help(help)
    };
    Command::new("explain")
        .about("Tell why a user's score for an item is what it is, part by part; or that of a pair of nodes")
        .after_help(EXAMPLES)
        .arg(run_argument())
        .arg(id("user", "a user of the run"))
        .arg(
            Arg::new("history")
                .long("history")
                .value_name("ID,ID,...")
                .conflicts_with("user")
                .help("a user who was never trained, by the items it has"),
        )
        .arg(id("item", "the item whose score is explained"))
        .arg(
            id("source", "the node where an edge leads from, or would").conflicts_with_all(["user", "history", "item"]),
        )
        .arg(id("target", "the node where it leads to").conflicts_with_all(["user", "history", "item"]))
}

pub(in crate::commands) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let answers = open(matches)?;
    let given = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    match &answers {
        Answers::Catalogue(catalogue) => {
            let wrong = || {
                Problem::input("a user and an item are asked about")
                    .hint("write `--user ID --item ID`, or `--history ID,ID --item ID`")
            };
            let item = given("item").ok_or_else(wrong)?;
            let explained = match (given("user"), given("history")) {
                (Some(user), _) => catalogue.explain(user, item, &context.pool),
                (None, Some(history)) => {
                    let history: Vec<String> =
                        history.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
                    catalogue.explain_for(&history, item, &context.pool)
                }
                (None, None) => return Err(wrong()),
            };
            let explained = answered(&answers, explained)?;
            context.print(&Headed::new(&answers, &explained), || of_item(&explained))?;
        }
        Answers::Network(network) => {
            let (Some(source), Some(target)) = (given("source"), given("target")) else {
                return Err(Problem::input("two nodes are asked about").hint("write `--source ID --target ID`"));
            };
            let explained = answered(&answers, network.explain(source, target, &context.pool))?;
            let score = network.stored().score.name();
            context.print(&Headed::new(&answers, &explained), || of_link(&explained, &score))?;
        }
    }
    Ok(Done::Wholly)
}

/// Items of the history, paths and neighbours that are shown; the document has all.
const SHOWN: usize = 8;

fn of_item(explained: &ItemExplanation) -> String {
    let user = explained.user.as_ref().map_or("this history".to_owned(), |user| format!("user {}", user.in_full()));
    let place = match explained.rank {
        Some(rank) => format!("rank {rank} of what the user has not"),
        None => "the user has it".to_owned(),
    };
    let mut text = format!(
        "{} for {user}: score {:.4}, {place}\n{}\n\n",
        explained.item.in_full(),
        explained.score,
        explained.text
    );
    let mut table = Table::new(&["part of the score", "from"]);
    for part in explained.from_history.iter().take(SHOWN) {
        table.row(vec![format!("{:.4}", part.contribution), from(part)]);
        along_paths(part).into_iter().for_each(|row| table.row(row));
    }
    let others = &explained.from_history[explained.from_history.len().min(SHOWN)..];
    if !others.is_empty() {
        let sum: f64 = others.iter().map(|part| part.contribution).sum();
        table.row(vec![format!("{sum:.4}"), format!("{} other items of the history", others.len())]);
    }
    table.row(vec![format!("{:.4}", explained.own), "what does not come from the history".to_owned()]);
    table.row(vec![format!("{:.4}", explained.score), "the score".to_owned()]);
    text += &table.render();
    if !explained.intents.is_empty() {
        text += &format!("\n{}", intents::table(&explained.intents));
    }
    text
}

/// A row for each of the strongest paths that speak for the item, and one for what else the part has.
fn along_paths(part: &Part) -> Vec<Vec<String>> {
    let shown: Vec<&TracedPath> = part.paths.iter().take(SHOWN).filter(|path| path.contribution > 0.0).collect();
    let row = |contribution: f64, text: String| vec![format!("{contribution:.4}"), format!("    {text}")];
    let mut rows: Vec<Vec<String>> = shown.iter().map(|path| row(path.contribution, steps(path))).collect();
    if !rows.is_empty() {
        let rest = part.contribution - shown.iter().map(|path| path.contribution).sum::<f64>();
        rows.push(row(rest, "other paths, and what no fact tells".to_owned()));
    }
    rows
}

fn from(part: &Part) -> String {
    match part.shared.as_slice() {
        shared if !shared.is_empty() && part.paths.is_empty() => {
            format!("{}, which shares {}", part.item.in_full(), shared.join(", "))
        }
        _ => part.item.in_full(),
    }
}

/// Such as `-directed_by> Scott <directed_by- Alien`.
fn steps(path: &TracedPath) -> String {
    let step = |step: &culet::answers::catalogue::TracedStep| {
        let entity = step.entity.named.label();
        if step.forward { format!("-{}> {entity}", step.relation) } else { format!("<{}- {entity}", step.relation) }
    };
    path.steps.iter().map(step).collect::<Vec<_>>().join(" ")
}

fn of_link(explained: &LinkExplanation, score: &str) -> String {
    let there = if explained.linked { "there is an edge" } else { "there is no edge yet" };
    let (source, target) = (explained.source.named.in_full(), explained.target.named.in_full());
    let mut text = format!("{source} and {target}: {score} {:.4}, {there}\n{}\n\n", explained.score, explained.text);
    let mut table = Table::new(&["part of the score", "from"]);
    for term in &explained.terms {
        table.row(vec![format!("{:.4}", term.contribution), format!("{}, here {:.4}", term.name, term.value)]);
    }
    if !explained.terms.is_empty() {
        table.row(vec![format!("{:.4}", explained.base), "what every pair has".to_owned()]);
        text += &format!("{}\n", table.render());
    }
    if explained.aspects.len() > 1 {
        let mut table = Table::new(&["aspect", "share", "product"]);
        for aspect in &explained.aspects {
            let share = format!("{:.0} %", 100.0 * aspect.share);
            table.row(vec![aspect.aspect.to_string(), share, format!("{:.4}", aspect.product)]);
        }
        text += &format!("{}\n", table.render());
    }
    let between: Vec<String> =
        explained.common_neighbours.iter().take(SHOWN).map(|one| one.node.named.in_full()).collect();
    text + &super::facets::line("between", &between)
}
