//! `culet facets` of a recommender: the intents that it found among the relations, and those of a user.

use clap::ArgMatches;
use culet::data::thousands;
use culet::model::MODELS;
use serde_json::json;

use super::Done;
use super::evaluate::open;
use super::network::named_user;
use crate::context::Context;
use crate::problem::Problem;
use crate::reasons::{IntentWords, intents_in_words};
use crate::table::Table;

/// Relations that are named for each intent.
const RELATIONS_SHOWN: usize = 5;

/// Tells the intents of all users, or of the one that is named.
pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let stored = open(matches)?;
    let model = &stored.run.manifest.summary.model;
    let names = &stored.catalogue().vocabulary;
    let Some(facets) = stored.facets()? else { return Err(without_facets(model)) };
    let mut intents = intents_in_words(&facets, &names.relations);
    let user = named_user(matches, &names.users)?;
    if let Some((user, _)) = &user {
        let shares = &facets.user_shares[*user as usize];
        intents.iter_mut().for_each(|intent| intent.share = shares[intent.intent - 1]);
    }
    intents.sort_by(|a, b| b.share.total_cmp(&a.share));
    let document = json!({
        "run": stored.run.path().to_string_lossy(),
        "model": model,
        "data": stored.data_name(),
        "user": user.as_ref().map(|(_, user)| user),
        "intents": intents,
    });
    context.print(&document, || {
        let whose = match &user {
            Some((_, user)) => format!("of user {}", user.in_full()),
            None => format!("of {} users, on the mean", thousands(facets.user_shares.len() as u64)),
        };
        format!("intents {whose}, by their share, and the relations that they follow\n\n{}", table(&intents))
    })?;
    Ok(Done::Wholly)
}

fn table(intents: &[IntentWords]) -> String {
    let mut table = Table::new(&["intent", "share", "relations"]);
    for intent in intents {
        table.row(vec![
            intent.intent.to_string(),
            format!("{:.0} %", 100.0 * intent.share),
            intent.strongest(RELATIONS_SHOWN),
        ]);
    }
    table.render()
}

fn without_facets(model: &str) -> Problem {
    let with: Vec<&str> = MODELS.iter().filter(|spec| spec.has_facets).map(|spec| spec.name).collect();
    Problem::input(format!("`{model}` learns no facets")).hint(format!("{} do", with.join(" and ")))
}
