//! `culet recommend`: the best items of users, with reasons, from a run folder alone.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use culet::data::{DataError, thousands};
use culet::eval::Ranked;
use culet::graph::{ItemId, Names, UserId};
use culet::model::{Explanation, nearest};
use culet::train::StoredRun;
use serde::Serialize;

use super::Done;
use super::evaluate::{open, run_argument};
use crate::context::Context;
use crate::problem::Problem;
use crate::reasons::Reason;
use crate::table::Table;

pub(super) fn command() -> Command {
    Command::new("recommend")
        .about("Recommend items to users of a run, by your own ids, with reasons")
        .after_help("Examples:\n  culet recommend run --user 42\n  culet recommend run --user alice --user bob -k 5 --explain\n  culet recommend run --users ids.txt --json > recommendations.json")
        .arg(run_argument())
        .arg(Arg::new("user").long("user").value_name("ID").action(ArgAction::Append).help("a user, by external id; may be given several times"))
        .arg(
            Arg::new("users")
                .long("users")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("a file of external ids, one a line"),
        )
        .group(ArgGroup::new("who").args(["user", "users"]).required(true))
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
}

#[derive(Debug, Serialize)]
struct Recommended {
    rank: usize,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    score: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
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
    let stored = open(matches)?;
    let users = wanted_users(matches, &stored.catalogue().vocabulary.users)?;
    let k = *matches.get_one::<u32>("k").expect("has a default") as usize;
    let lists = stored.recommend(&users, k, &context.pool);
    let explain = matches.get_flag("explain");
    let explanations = if explain { explain_all(context, &stored, &users, &lists)? } else { vec![None; users.len()] };
    let document: Vec<ForUser> = (users.iter().zip(&lists).zip(&explanations))
        .map(|((&user, list), explanations)| for_user(&stored, UserId(user), list, explanations.as_deref()))
        .collect();
    for empty in document.iter().filter(|user| user.items.is_empty()) {
        context.remark(&format!("note: user `{}` has every item already; there is nothing to recommend", empty.user));
    }
    for new in document.iter().filter(|user| user.history == 0 && !user.items.is_empty()) {
        context.remark(&format!(
            "note: user `{}` took nothing that the model learned from: the items that most users took are listed",
            new.user
        ));
    }
    context.print(&document, || document.iter().map(text).collect::<Vec<_>>().join("\n"))?;
    Ok(Done::Wholly)
}

fn wanted_users(matches: &ArgMatches, names: &Names) -> Result<Vec<u32>, Problem> {
    let index = names.index();
    let number = |id: &str| index.get(id).copied().ok_or_else(|| unknown_user(id, names));
    let Some(path) = matches.get_one::<PathBuf>("users") else {
        return matches.get_many::<String>("user").expect("clap asks for one").map(|id| number(id)).collect();
    };
    let hint = "write one external id a line";
    let text = std::fs::read_to_string(path)
        .map_err(|source| Problem::from(DataError::Read { path: path.clone(), source }).hint(hint))?;
    let lines = text.strip_prefix('\u{feff}').unwrap_or(&text).lines().map(str::trim).zip(1..);
    let users: Result<Vec<u32>, Problem> = lines
        .filter(|(id, _)| !id.is_empty())
        .map(|(id, line)| number(id).map_err(|problem| problem.at(path, line)))
        .collect();
    match users?.as_slice() {
        [] => Err(Problem::input(format!("`{}` names no user", path.display())).hint(hint)),
        users => Ok(users.to_vec()),
    }
}

fn unknown_user(id: &str, names: &Names) -> Problem {
    let problem = Problem::input(format!("there is no user `{id}` in this run"));
    match nearest(id, (0..names.len()).map(|k| names.id(k))) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None if names.is_empty() => problem,
        None => problem.hint(format!("ids are those of the data, such as `{}`", names.id(0))),
    }
}

type Explained = Option<Vec<Explanation>>;

fn explain_all(
    context: &Context,
    stored: &StoredRun,
    users: &[u32],
    lists: &[Vec<Ranked>],
) -> Result<Vec<Explained>, Problem> {
    let items = |list: &Vec<Ranked>| list.iter().map(|ranked| ItemId(ranked.item)).collect();
    let asked: Vec<(UserId, Vec<ItemId>)> =
        users.iter().zip(lists).map(|(&user, list)| (UserId(user), items(list))).collect();
    match context.pool.install(|| stored.explain(&asked))? {
        Some(explanations) => Ok(explanations.into_iter().map(Some).collect()),
        None => {
            context.remark(&format!("note: `{}` cannot tell reasons", stored.spec()?.name));
            Ok(vec![None; users.len()])
        }
    }
}

fn for_user(stored: &StoredRun, user: UserId, list: &[Ranked], explanations: Option<&[Explanation]>) -> ForUser {
    let (graph, names) = (&stored.catalogue().graph, &stored.catalogue().vocabulary);
    // Popularity is no reason that a model gave.
    let explanations = explanations.filter(|_| !stored.history().items_of(user).is_empty());
    let item = |(k, ranked): (usize, &Ranked)| {
        let item = ItemId(ranked.item);
        Recommended {
            rank: k + 1,
            id: names.entities.id(item.index()).to_owned(),
            name: names.entities.name(item.index()).map(str::to_owned),
            score: ranked.score,
            reason: explanations.map(|all| Reason::new(item, &all[k], graph, names)),
        }
    };
    ForUser {
        user: names.users.id(user.index()).to_owned(),
        name: names.users.name(user.index()).map(str::to_owned),
        history: stored.history().items_of(user).len(),
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
    let named = user.items.iter().any(|item| item.name.is_some());
    let mut table = Table::new(if named { &["rank", "score", "item", "name"] } else { &["rank", "score", "item"] });
    for item in &user.items {
        let mut row = vec![item.rank.to_string(), format!("{:.4}", item.score), item.id.clone()];
        row.extend(item.name.clone().or_else(|| named.then(String::new)));
        table.row(row);
    }
    for (line, item) in table.render().lines().zip(std::iter::once(None).chain(user.items.iter().map(Some))) {
        text += &format!("{line}\n");
        if let Some((item, reason)) = item.and_then(|item| Some((item, item.reason.as_ref()?))) {
            text += &format!("      {}\n", reason.to_text(f64::from(item.score)));
        }
    }
    text
}
