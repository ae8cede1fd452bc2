//! `culet recommend`: the best items of users, with reasons, from a run folder alone.

mod asked;
mod items;
mod table;
mod who;

use std::path::PathBuf;

use asked::Asked;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use culet::answers::catalogue::{Reason, Recommended};
use culet::answers::{CatalogueAnswers, Named};
use culet::data::thousands;
use culet::eval::Ranked;
use culet::graph::ItemId;
use culet::model::{Explanation, Family, MODELS};
use culet::train::{StoredRun, Wanted};
use serde::Serialize;

use super::Done;
use super::evaluate::{open, run_argument};
use crate::context::Context;
use crate::problem::Problem;
use crate::table::Table;

const EXAMPLES: &str = "\
Examples:
  culet recommend run --user 42
  culet recommend run --user alice --user bob -k 5 --explain
  culet recommend run --users ids.txt --json > recommendations.json
  # someone who was never trained, by what they took
  culet recommend run --history alien,brazil,solaris
  culet recommend run --histories new-users.csv -o lists.csv
  # some items only
  culet recommend run --user 42 --with genre=drama --not-items sold-out.txt
  # everybody at once
  culet recommend run --all-users -k 20 -o lists.parquet";

/// One line with all the ways to say for whom is wider than a terminal.
const USAGE: &str = "\
culet recommend [OPTIONS] <RUN> --user <ID>
       culet recommend [OPTIONS] <RUN> --users <FILE>
       culet recommend [OPTIONS] <RUN> --all-users
       culet recommend [OPTIONS] <RUN> --history <ID,ID,...>
       culet recommend [OPTIONS] <RUN> --histories <FILE>";

/// How new users and new items come in, of which the models have their own ways.
fn after_help() -> String {
    let mut text = format!("{EXAMPLES}\n\nNew users (`--history`, `--histories`) are recommended to\n");
    let mut told: Vec<(&str, Vec<&str>)> = Vec::new();
    for spec in MODELS.iter().filter(|spec| spec.family() == Family::Recommender) {
        match told.iter_mut().find(|(how, _)| *how == spec.new_users) {
            Some((_, names)) => names.push(spec.name),
            None => told.push((spec.new_users, vec![spec.name])),
        }
    }
    for (how, names) in told {
        text += &format!("  {}: {how}\n", names.join(", "));
    }
    text + "\nNew items, which nobody took, have to be in the data that the run was trained on, and come up through the \
            knowledge graph alone: in `kgin`, which has vectors of all entities; in `auto`, whose weights along the paths of \
            the graph are raised towards such items as far as withheld pairs of them ask for it; in `ease` and `ease-sparse` \
            with `--graph-weight`; and in `softmax-mf` with `--facts`.\n\nA user of the run who took nothing gets the items \
            that most users took."
}

pub(super) fn command() -> Command {
    Command::new("recommend")
        .about("Recommend items to users of a run or to new ones, by your own ids, with reasons")
        .override_usage(USAGE)
        .after_help(after_help())
        .arg(run_argument())
        .args(who::arguments())
        .group(who::group())
        .arg(
            Arg::new("k")
                .short('k')
                .value_name("N")
                .value_parser(value_parser!(u32).range(1..))
                .default_value("20")
                .help("how many items for each user"),
        )
        .arg(
            Arg::new("explain")
                .long("explain")
                .action(ArgAction::SetTrue)
                .help("tell which items of the user's history speak for each item, and what they share with it"),
        )
        .arg(
            Arg::new("out")
                .long("out")
                .short('o')
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with("explain")
                .help("write a table of user, item, score and rank, as the file ends: `.parquet`, `.csv`, `.tsv`, or `.jsonl`, which has names too"),
        )
        .args(items::arguments())
}

#[derive(Debug, Serialize)]
struct ForUser {
    user: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Items of the user's history, which are not recommended again.
    history: usize,
    items: Vec<Recommended>,
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let out: Option<&PathBuf> = matches.get_one("out");
    if let Some(path) = out {
        // Before anything is computed.
        culet::data::RecommendationFormat::of(path)?;
    }
    let answers = CatalogueAnswers::new(open(matches)?);
    let stored = answers.stored();
    let who = who::asked(context, matches, &answers)?;
    let allowed = items::allowed(context, matches, &answers)?;
    let wanted = Wanted {
        k: *matches.get_one::<u32>("k").expect("has a default") as usize,
        allowed: allowed.as_deref(),
        keep_seen: matches.get_flag("keep-seen"),
    };
    let asked = Asked::new(context, stored, who)?;
    if asked.are_new() {
        let spec = stored.spec()?;
        context.remark(&format!("{}: new users are recommended to {}", spec.name, spec.new_users));
    }
    if let Some(path) = out {
        table::write(context, (stored, &asked), wanted, path)?;
        return Ok(Done::Wholly);
    }
    let lists = asked.recommend(context, 0..asked.len(), wanted);
    let explanations = if matches.get_flag("explain") { asked.explain(context, &lists)? } else { None };
    let document: Vec<ForUser> = lists
        .iter()
        .enumerate()
        .map(|(place, list)| for_user(stored, (&asked, place), list, explanations.as_ref().map(|all| &*all[place])))
        .collect();
    for (place, user) in document.iter().enumerate() {
        let told = match (user.items.is_empty(), asked.is_unknown(place)) {
            (true, _) if allowed.is_some() => "has all of these items already",
            (true, _) => "has every item already; there is nothing to recommend",
            (false, true) => "took nothing that the model learned from: the items that most users took are listed",
            (false, false) => continue,
        };
        context.remark(&format!("note: user `{}` {told}", user.user));
    }
    context.print(&document, || document.iter().map(text).collect::<Vec<_>>().join("\n"))?;
    Ok(Done::Wholly)
}

fn for_user(
    stored: &StoredRun,
    (asked, place): (&Asked<'_>, usize),
    list: &[Ranked],
    explanations: Option<&[Explanation]>,
) -> ForUser {
    let (graph, names) = (&stored.catalogue().graph, &stored.catalogue().vocabulary);
    // Popularity is no reason that a model gave.
    let explanations = explanations.filter(|_| !asked.history(place).is_empty());
    let item = |(k, ranked): (usize, &Ranked)| {
        let item = ItemId(ranked.item);
        Recommended {
            rank: k + 1,
            item: Named::new(item.0, &names.entities),
            score: ranked.score,
            reason: explanations.map(|all| Reason::new(item, &all[k], graph, names)),
        }
    };
    ForUser {
        user: asked.id(place).to_owned(),
        name: asked.name(place).map(str::to_owned),
        history: asked.history(place).len(),
        items: list.iter().enumerate().map(item).collect(),
    }
}

fn text(user: &ForUser) -> String {
    let name = user.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let items = if user.history == 1 { "item" } else { "items" };
    let mut text = format!("for user {}{name}, who has {} {items}\n", user.user, thousands(user.history as u64));
    if user.items.is_empty() {
        return text;
    }
    let named = user.items.iter().any(|item| item.item.name.is_some());
    let mut table = Table::new(if named { &["rank", "score", "item", "name"] } else { &["rank", "score", "item"] });
    for item in &user.items {
        let mut row = vec![item.rank.to_string(), format!("{:.4}", item.score), item.item.id.clone()];
        row.extend(item.item.name.clone().or_else(|| named.then(String::new)));
        table.row(row);
    }
    for (line, item) in table.render().lines().zip(std::iter::once(None).chain(user.items.iter().map(Some))) {
        text += &format!("{line}\n");
        if let Some(reason) = item.and_then(|item| item.reason.as_ref()) {
            text += &format!("      {}\n", reason.text);
        }
    }
    text
}
