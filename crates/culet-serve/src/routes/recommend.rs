//! Recommendations for users of a run, and for others by what they took.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use culet_answers::Named;
use culet_answers::catalogue::{Asked, Filter, Recommendations};
use culet_graph::UserId;
use serde::de::{Deserialize, Deserializer, Error as _};
use utoipa::ToSchema;

use super::problems::{Always, OfBodies, OfIds};
use crate::desk::Ranking;
use crate::feedback::Done;
use crate::http::{IdOf, JsonBody, Params, Problem, json_response};
use crate::models::{Model, OfModel};
use crate::service::{Service, Shared};

const MOST_ITEMS: usize = 1000;
const DEFAULT_ITEMS: usize = 20;
/// The longest history, and the longest lists of items.
pub(super) const LONGEST: usize = 10_000;

/// The best items of a user.
///
/// A user whom the model does not know gets recommendations by what the log of feedback says that it took, or else the
/// items that most users took. What a user took or dismissed since, by the log of feedback, does not come up.
#[utoipa::path(
    get,
    path = "/recommend/{user}",
    tag = "recommenders",
    params(
        ("user" = String, Path, description = "The user, by id or by a name that no other has."),
        ("k" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "How many items, 20 if not given."),
        ("explain" = Option<bool>, Query, description = "Whether to tell reasons, where the model can."),
        ("strict" = Option<bool>, Query, description = "Whether an unknown user is an error."),
        ("keep_seen" = Option<bool>, Query, description = "Whether items that the user has may come up again."),
        ("items" = Option<Vec<String>>, Query, style = Form, explode = false, description = "These items alone."),
        ("not_items" = Option<Vec<String>>, Query, style = Form, explode = false, description = "Never these items."),
        ("with" = Option<Vec<Fact>>, Query, style = Form, explode,
            description = "Items with this fact alone, as `relation=entity`; with several, with all of them."),
        ("model" = Option<String>, Query, description = "The name of the model, the first one if not given."),
    ),
    responses((status = 200, body = OfModel<Recommendations>), Always, OfIds)
)]
pub(crate) async fn recommend(State(service): State<Shared>, IdOf(user): IdOf, uri: Uri) -> Result<Response, Problem> {
    let mut params = Params::new(&uri)?;
    let model = service.models.get(params.one("model")?.as_deref())?;
    let asked = asked(&mut params)?;
    params.end()?;
    let answer = recommend_to(&service, model, user, asked).await?;
    Ok(json_response(StatusCode::OK, answer))
}

fn asked(params: &mut Params<'_>) -> Result<Asked, Problem> {
    let filter = Filter {
        items: params.list("items"),
        not_items: params.list("not_items").unwrap_or_default(),
        with: params.all("with"),
        skip_unknown: false,
    };
    Ok(Asked {
        k: params.number("k", 1..=MOST_ITEMS)?.unwrap_or(DEFAULT_ITEMS),
        filter,
        keep_seen: params.flag("keep_seen")?,
        explain: params.flag("explain")?,
        strict: params.flag("strict")?,
        hidden: Vec::new(),
    })
}

async fn recommend_to(
    service: &Service,
    model: Arc<Model>,
    user: String,
    mut asked: Asked,
) -> Result<bytes::Bytes, Problem> {
    let answers = model.catalogue("recommendations")?;
    let known = answers.user(&user).ok();
    // Events go by ids, while a user may be asked for by name.
    let id = known.map_or(user.as_str(), |known| answers.vocabulary().users.id(known as usize));
    let since = service.feedback.as_ref().map(|feedback| feedback.since.of(id)).unwrap_or_default();
    let stays = |done: Done| asked.keep_seen && done == Done::Taken;
    let hidden = since.iter().filter(|(_, done)| !stays(*done));
    asked.hidden = hidden.filter_map(|(item, _)| answers.item(item).ok()).collect();
    let known = known.filter(|&known| answers.stored().is_trained(UserId(known)));
    if let Some(known) = known.filter(|_| asked.filter.is_empty() && !asked.explain) {
        let Asked { k, hidden, keep_seen, .. } = asked;
        return service.desk.rank(Ranking { model, user: known, k, hidden, keep_seen }).await;
    }
    let taken = since.into_iter().filter(|(item, done)| *done == Done::Taken && answers.item(item).is_ok());
    let taken: Vec<String> = taken.map(|(item, _)| item.into_string()).collect();
    if known.is_none() && !taken.is_empty() {
        return by_feedback(service, model, user, taken, asked).await;
    }
    let answer = move |pool: &_| {
        let answers = model.catalogue("recommendations")?;
        model.told(answers.recommend(&user, &asked, pool))
    };
    service.desk.call(answer).await
}

/// For a user of whom the log of feedback alone knows something.
async fn by_feedback(
    service: &Service,
    model: Arc<Model>,
    user: String,
    taken: Vec<String>,
    asked: Asked,
) -> Result<bytes::Bytes, Problem> {
    let answer = move |pool: &_| {
        let answers = model.catalogue("recommendations")?;
        let found = answers.recommend_for(&taken, &asked, pool).map_err(|error| model.problem(&error))?;
        let note = "the model was not trained with this user: estimated from what it took since";
        let user = answers.user(&user).map_or(Named { id: user, name: None }, |known| answers.user_node(known).named);
        model.json(Recommendations { user: Some(user), note: Some(note.to_owned()), ..found })
    };
    service.desk.call(answer).await
}

/// Somebody whom no model knows, by what they took.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryAsked {
    /// What was taken, by ids or by names that no other has.
    #[schema(min_items = 1, max_items = 10000)]
    history: Vec<String>,
    /// How many items.
    #[serde(default = "default_items", deserialize_with = "whole_number")]
    #[schema(minimum = 1, maximum = 1000, default = 20)]
    k: usize,
    /// These items alone.
    #[serde(default)]
    #[schema(max_items = 10000, nullable = false)]
    items: Option<Vec<String>>,
    /// Never these items.
    #[serde(default)]
    #[schema(max_items = 10000)]
    not_items: Vec<String>,
    /// Items with these facts alone, each as `relation=entity`.
    #[serde(default)]
    #[schema(max_items = 100, value_type = Vec<Fact>)]
    with: Vec<String>,
    /// Whether items of the history may come up.
    #[serde(default)]
    keep_seen: bool,
    /// Whether to tell reasons, where the model can.
    #[serde(default)]
    explain: bool,
    /// Whether to go past unknown ids, which are told in `skipped`.
    #[serde(default)]
    skip_unknown: bool,
}

/// A relation and an entity, by ids or names: how a fact is described.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, pattern = "^[^=]+=[^=]+$", example = "directed_by=scott")]
#[expect(dead_code, reason = "a description alone")]
pub(crate) struct Fact(String);

fn default_items() -> usize {
    DEFAULT_ITEMS
}

/// Reads `20.0` as 20, which in JSON are the same.
fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let number = f64::deserialize(deserializer)?;
    let is_whole = number.fract() == 0.0 && (0.0..1e15).contains(&number);
    if is_whole { Ok(number as usize) } else { Err(D::Error::custom(format!("`{number}` is no whole number"))) }
}

impl HistoryAsked {
    fn check(&self) -> Result<(), Problem> {
        if !(1..=MOST_ITEMS).contains(&self.k) {
            return Err(Problem::bad_body(format!("`k` has to be a number from 1 to {MOST_ITEMS}")));
        }
        if self.history.is_empty() {
            return Err(Problem::bad_body("the history is empty").hint("give ids of items that were taken"));
        }
        let longest = [&self.history, &self.not_items, self.items.as_ref().unwrap_or(&self.not_items)];
        if longest.iter().any(|list| list.len() > LONGEST) || self.with.len() > 100 {
            return Err(Problem::bad_body(format!("a list is longer than {LONGEST} items, or 100 facts")));
        }
        Ok(())
    }
}

/// The best items for somebody whom no model knows, by what they took.
#[utoipa::path(
    post,
    path = "/recommend",
    tag = "recommenders",
    params(("model" = Option<String>, Query, description = "The name of the model, the first one if not given.")),
    request_body = HistoryAsked,
    responses((status = 200, body = OfModel<Recommendations>), Always, OfIds, OfBodies)
)]
pub(crate) async fn recommend_for(
    State(service): State<Shared>,
    uri: Uri,
    JsonBody(body): JsonBody<HistoryAsked>,
) -> Result<Response, Problem> {
    let mut params = Params::new(&uri)?;
    let model = service.models.get(params.one("model")?.as_deref())?;
    params.end()?;
    body.check()?;
    let HistoryAsked { history, k, items, not_items, with, keep_seen, explain, skip_unknown } = body;
    let filter = Filter { items, not_items, with, skip_unknown };
    let asked = Asked { k, filter, keep_seen, explain, strict: false, hidden: Vec::new() };
    let answer = move |pool: &_| {
        let answers = model.catalogue("recommendations")?;
        model.told(answers.recommend_for(&history, &asked, pool))
    };
    Ok(json_response(StatusCode::OK, service.desk.call(answer).await?))
}
