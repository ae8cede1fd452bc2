//! For whom: users of the run, or histories of others.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, value_parser};
use culet::answers::{AskError, CatalogueAnswers};
use culet::data::{DataError, read_histories, thousands};
use culet::graph::Interactions;

use crate::context::Context;
use crate::problem::Problem;

/// Unknown ids that are listed one by one before the rest is counted.
const LISTED: usize = 10;

pub(super) fn arguments() -> [Arg; 6] {
    [
        Arg::new("user").long("user").value_name("ID").action(ArgAction::Append).help("a user, by external id; may be given several times"),
        Arg::new("users")
            .long("users")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("a file of external ids, one a line"),
        Arg::new("all-users").long("all-users").action(ArgAction::SetTrue).help("every user of the run"),
        Arg::new("history")
            .long("history")
            .value_name("ID,ID,...")
            .action(ArgAction::Append)
            .help("a user who was never trained, by the items it has; may be given several times, for `new-1`, `new-2`, ..."),
        Arg::new("histories")
            .long("histories")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("many such users: a table with a user and an item a line, its columns as in `culet train`; what the run knows of these users does not count"),
        Arg::new("skip-unknown")
            .long("skip-unknown")
            .action(ArgAction::SetTrue)
            .help("tell of unknown ids in files and go on without them; else they are errors"),
    ]
}

pub(super) fn group() -> ArgGroup {
    ArgGroup::new("who").args(["user", "users", "all-users", "history", "histories"]).required(true)
}

/// Who is asked for.
pub(super) enum Who {
    /// Users of the run.
    Trained(Vec<u32>),
    /// Others: their ids and what they have, of items of the run.
    New { ids: Vec<String>, histories: Interactions },
}

pub(super) fn asked(context: &Context, matches: &ArgMatches, answers: &CatalogueAnswers) -> Result<Who, Problem> {
    let mut unknown = Unknown::new(matches.get_flag("skip-unknown"));
    let (users, items) = (Ids::users(answers), Ids::items(answers));
    let who = if matches.get_flag("all-users") {
        Who::Trained((0..answers.vocabulary().users.len() as u32).collect())
    } else if let Some(path) = matches.get_one::<PathBuf>("users") {
        Who::Trained(from_file(path, &users, &mut unknown)?)
    } else if let Some(ids) = matches.get_many::<String>("user") {
        Who::Trained(ids.map(|id| users.find(id)).collect::<Result<_, _>>()?)
    } else if let Some(path) = matches.get_one::<PathBuf>("histories") {
        histories_of(path, &items, &mut unknown)?
    } else {
        let lists = matches.get_many::<String>("history").expect("clap asks for one");
        given_histories(lists, &items)?
    };
    unknown.tell(context);
    Ok(who)
}

/// How things of a kind are found.
pub(super) struct Ids<'a> {
    answers: &'a CatalogueAnswers,
    what: &'static str,
}

impl<'a> Ids<'a> {
    fn users(answers: &'a CatalogueAnswers) -> Self {
        Self { answers, what: "user" }
    }

    pub(super) fn items(answers: &'a CatalogueAnswers) -> Self {
        Self { answers, what: "item" }
    }

    fn ask(&self, id: &str) -> Result<u32, AskError> {
        if self.what == "user" { self.answers.user(id) } else { self.answers.item(id) }
    }

    fn find(&self, id: &str) -> Result<u32, Problem> {
        self.ask(id).map_err(|error| in_words(self.answers, error))
    }
}

/// A question without an answer, with a way out.
pub(super) fn in_words(answers: &CatalogueAnswers, error: AskError) -> Problem {
    let hint = answers.hint(&error);
    Problem::of_question(&error, hint)
}

/// Unknown ids that are gone past.
pub(super) struct Unknown {
    skip: bool,
    n: usize,
    listed: Vec<String>,
}

impl Unknown {
    pub(super) fn new(skip: bool) -> Self {
        Self { skip, n: 0, listed: Vec::new() }
    }

    /// The number of an id in a file; nothing for an unknown one that is skipped.
    fn find(&mut self, ids: &Ids<'_>, id: &str, path: &Path, line: usize) -> Result<Option<u32>, Problem> {
        if !self.skip {
            return ids.find(id).map(Some).map_err(|problem| problem.at(path, line));
        }
        let found = match ids.ask(id) {
            Ok(found) => return Ok(Some(found)),
            Err(error) if error.is_unknown() => None,
            Err(error) => return Err(in_words(ids.answers, error).at(path, line)),
        };
        {
            self.n += 1;
            if self.listed.len() < LISTED {
                self.listed.push(format!("{}:{line}: there is no {} `{id}` in this run", path.display(), ids.what));
            }
        }
        Ok(found)
    }

    pub(super) fn tell(&self, context: &Context) {
        self.listed.iter().for_each(|one| context.remark(&format!("note: {one}; skipped")));
        if self.n > self.listed.len() {
            let more = thousands((self.n - self.listed.len()) as u64);
            context.remark(&format!("note: {more} more ids are unknown; skipped"));
        }
    }
}

/// The ids of a file, one a line.
pub(super) fn from_file(path: &Path, ids: &Ids<'_>, unknown: &mut Unknown) -> Result<Vec<u32>, Problem> {
    let hint = "write one external id a line";
    let text = std::fs::read_to_string(path)
        .map_err(|source| Problem::from(DataError::Read { path: path.to_owned(), source }).hint(hint))?;
    let lines = text.strip_prefix('\u{feff}').unwrap_or(&text).lines().map(str::trim).zip(1..);
    let mut found = Vec::new();
    for (id, line) in lines.filter(|(id, _)| !id.is_empty()) {
        found.extend(unknown.find(ids, id, path, line)?);
    }
    match found.as_slice() {
        [] => Err(Problem::input(format!("`{}` names no {}", path.display(), ids.what)).hint(hint)),
        _ => Ok(found),
    }
}

fn histories_of(path: &Path, items: &Ids<'_>, unknown: &mut Unknown) -> Result<Who, Problem> {
    let mut ids: Vec<String> = Vec::new();
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut pairs = Vec::new();
    for line in read_histories(path)? {
        if let Some(item) = unknown.find(items, &line.item, path, line.line)? {
            let user = *numbers.entry(line.user).or_insert_with_key(|user| {
                ids.push(user.clone());
                ids.len() as u32 - 1
            });
            pairs.push((user, item));
        }
    }
    if pairs.is_empty() {
        return Err(Problem::input(format!("`{}` tells no history", path.display()))
            .hint("write a user and an item a line, such as `alice,alien` or, with a header, `user,item`"));
    }
    new_users(ids, &pairs, items.answers.n_items())
}

fn given_histories<'a>(lists: impl Iterator<Item = &'a String>, items: &Ids<'_>) -> Result<Who, Problem> {
    let (mut ids, mut pairs) = (Vec::new(), Vec::new());
    for list in lists {
        let history: Vec<&str> = list.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
        if history.is_empty() {
            let hint = "give ids of items, such as `--history alien,brazil`; of whom nothing is known, the list of \
                        `culet train popularity` is the best there is";
            return Err(Problem::input("a history is empty").hint(hint));
        }
        for id in history {
            pairs.push((ids.len() as u32, items.find(id)?));
        }
        ids.push(format!("new-{}", ids.len() + 1));
    }
    new_users(ids, &pairs, items.answers.n_items())
}

fn new_users(ids: Vec<String>, pairs: &[(u32, u32)], n_items: usize) -> Result<Who, Problem> {
    let histories = Interactions::from_pairs(ids.len(), n_items, pairs).map_err(DataError::from)?;
    Ok(Who::New { ids, histories })
}
