//! Which items may come up.

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches};
use culet::answers::catalogue::Filter;
use culet::answers::{AskError, CatalogueAnswers};

use super::who::{Ids, Unknown, from_file, in_words};
use crate::context::Context;
use crate::problem::Problem;

pub(super) fn arguments() -> [Arg; 4] {
    let heading = "Which items";
    [
        Arg::new("items")
            .long("items")
            .value_name("IDS|FILE")
            .help("these items alone: ids with commas between them, or a file of ids, one a line"),
        Arg::new("not-items").long("not-items").value_name("IDS|FILE").help("never these items, given likewise"),
        Arg::new("with").long("with").value_name("RELATION=ENTITY").action(ArgAction::Append).help(
            "items with this fact in the knowledge graph alone, by ids or names; given several times, with all of them",
        ),
        Arg::new("keep-seen")
            .long("keep-seen")
            .action(ArgAction::SetTrue)
            .help("items of the user's history may come up again"),
    ]
    .map(|argument| argument.help_heading(heading))
}

/// A flag for each item, whether it may come up; nothing where all may.
pub(super) fn allowed(
    context: &Context,
    matches: &ArgMatches,
    answers: &CatalogueAnswers,
) -> Result<Option<Vec<bool>>, Problem> {
    let mut unknown = Unknown::new(matches.get_flag("skip-unknown"));
    let listed = |name: &str, unknown: &mut Unknown| {
        matches.get_one::<String>(name).map(|value| listed(value, answers, unknown)).transpose()
    };
    let filter = Filter {
        items: listed("items", &mut unknown)?,
        not_items: listed("not-items", &mut unknown)?.unwrap_or_default(),
        with: matches.get_many("with").into_iter().flatten().cloned().collect(),
        skip_unknown: false,
    };
    unknown.tell(context);
    let allowed = answers.allowed(&filter).map_err(|error| match error {
        AskError::NothingLeft => Problem::input("no item of the run is left to recommend")
            .hint("`--items`, `--not-items` and `--with` together leave none"),
        error => in_words(answers, error),
    })?;
    Ok(allowed.items)
}

/// The ids of items that are known, given themselves or in a file.
fn listed(value: &str, answers: &CatalogueAnswers, unknown: &mut Unknown) -> Result<Vec<String>, Problem> {
    if !Path::new(value).is_file() {
        return Ok(value.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect());
    }
    let found = from_file(Path::new(value), &Ids::items(answers), unknown)?;
    Ok(found.into_iter().map(|item| answers.vocabulary().entities.id(item as usize).to_owned()).collect())
}
