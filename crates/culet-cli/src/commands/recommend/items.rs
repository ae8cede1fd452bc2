//! Which items may come up.

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches};
use culet::graph::Names;
use culet::train::StoredRun;

use super::who::{Ids, Unknown, from_file};
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
    stored: &StoredRun,
) -> Result<Option<Vec<bool>>, Problem> {
    let given = |name: &str| matches.get_one::<String>(name);
    let facts: Vec<&String> = matches.get_many("with").into_iter().flatten().collect();
    if given("items").is_none() && given("not-items").is_none() && facts.is_empty() {
        return Ok(None);
    }
    let ids = Ids::of_items(stored);
    let mut unknown = Unknown::new(matches.get_flag("skip-unknown"));
    let n_items = stored.history().n_items();
    let mut allowed = vec![given("items").is_none(); n_items];
    for (name, may) in [("items", true), ("not-items", false)] {
        if let Some(value) = given(name) {
            for item in listed(value, &ids, &mut unknown)? {
                allowed[item as usize] = may;
            }
        }
    }
    for fact in facts {
        let have = with_fact(fact, stored)?;
        allowed.iter_mut().zip(have).for_each(|(may, has)| *may &= has);
    }
    unknown.tell(context);
    if !allowed.contains(&true) {
        return Err(Problem::input("no item of the run is left to recommend")
            .hint("`--items`, `--not-items` and `--with` together leave none"));
    }
    Ok(Some(allowed))
}

fn listed(value: &str, ids: &Ids<'_>, unknown: &mut Unknown) -> Result<Vec<u32>, Problem> {
    if Path::new(value).is_file() {
        return from_file(Path::new(value), ids, unknown);
    }
    value.split(',').map(str::trim).filter(|id| !id.is_empty()).map(|id| ids.find(id)).collect()
}

/// Which items have a fact, told either way round.
fn with_fact(fact: &str, stored: &StoredRun) -> Result<Vec<bool>, Problem> {
    let names = &stored.catalogue().vocabulary;
    let Some((relation, entity)) = fact.split_once('=') else {
        return Err(Problem::input(format!("`{fact}` is no fact"))
            .hint("write a relation and an entity, such as `--with directed_by=scott`"));
    };
    let relations = called(relation.trim(), &names.relations, "relation")?;
    let entities = called(entity.trim(), &names.entities, "entity")?;
    let mut have = vec![false; stored.history().n_items()];
    for triplet in stored.catalogue().graph.triplets() {
        if relations[triplet.relation as usize] {
            for (end, other) in [(triplet.head, triplet.tail), (triplet.tail, triplet.head)] {
                if entities[other as usize] && (end as usize) < have.len() {
                    have[end as usize] = true;
                }
            }
        }
    }
    if !have.contains(&true) {
        return Err(Problem::input(format!("no item has the fact `{fact}`"))
            .hint("`culet data describe` tells the relations of a data set"));
    }
    Ok(have)
}

/// All that have this id or, if none has, this name.
fn called(wanted: &str, names: &Names, what: &str) -> Result<Vec<bool>, Problem> {
    if let Some(found) = names.find(wanted) {
        return Ok((0..names.len()).map(|k| k == found).collect());
    }
    let found: Vec<bool> = (0..names.len()).map(|k| names.name(k) == Some(wanted)).collect();
    if found.contains(&true) {
        return Ok(found);
    }
    let known = (0..names.len()).flat_map(|k| [Some(names.id(k)), names.name(k)]).flatten();
    let otherwise = match names.len() {
        0 => "this run has no knowledge graph".to_owned(),
        n => format!("such as `{}`", names.label(n - 1)),
    };
    Err(Problem::no_such(what, wanted, known, Some(otherwise)))
}
