//! `culet facets` of a recommender: the intents that it found among the relations, and those of a user.

use culet::answers::CatalogueAnswers;
use culet::answers::catalogue::{Intent, UserFacets};
use culet::data::thousands;

use super::Headed;
use crate::commands::Done;
use crate::context::Context;
use crate::problem::Problem;
use crate::table::Table;

/// Relations that are named for each intent.
const RELATIONS_SHOWN: usize = 5;

pub(super) fn print(
    context: &Context,
    catalogue: &CatalogueAnswers,
    found: &Headed<'_, UserFacets>,
) -> Result<Done, Problem> {
    context.print(found, || {
        let whose = match &found.answer.user {
            Some(user) => format!("of user {}", user.in_full()),
            None => format!("of {} users, on the mean", thousands(catalogue.vocabulary().users.len() as u64)),
        };
        let intents = table(&found.answer.intents);
        format!("intents {whose}, by their share, and the relations that they follow\n\n{intents}")
    })?;
    Ok(Done::Wholly)
}

/// A line for each.
pub(super) fn table(intents: &[Intent]) -> String {
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
