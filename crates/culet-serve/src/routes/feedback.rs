//! What users did, told to the log of feedback.

use std::sync::PoisonError;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use culet_data::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problems::{Always, OfBodies, OfIds};
use crate::feedback::{Event, FeedbackError};
use crate::http::{JsonBody, Object, Params, Problem, json_response};
use crate::models::json;
use crate::service::{Service, Shared};

/// The most events of a request.
const MOST_EVENTS: usize = 1000;

/// One event, or several.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackBody {
    user: Option<String>,
    item: Option<String>,
    kind: Option<String>,
    value: Option<f64>,
    time: Option<GivenTime>,
    events: Option<Vec<Object<FeedbackEvent>>>,
}

/// One event, or several: how [`FeedbackBody`] is described.
#[derive(Debug, ToSchema)]
#[schema(as = FeedbackBody)]
#[serde(untagged)]
#[expect(dead_code, reason = "a description alone")]
pub(crate) enum FeedbackBodySchema {
    One(FeedbackEvent),
    Several(FeedbackEvents),
}

/// Several events, kept all together or not at all.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a description alone")]
pub(crate) struct FeedbackEvents {
    #[schema(min_items = 1, max_items = 1000)]
    events: Vec<FeedbackEvent>,
}

/// Something that a user did with an item.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackEvent {
    /// The id of the user, who need not be known.
    #[schema(min_length = 1, max_length = 512, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")]
    user: String,
    /// The id of the item, likewise.
    #[schema(min_length = 1, max_length = 512, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")]
    item: String,
    /// What was done: `view`, `click`, `take`, `dismiss`, or another word. What was taken or dismissed is not recommended
    /// to the user again; what was taken is the history of a user whom a model does not know.
    #[schema(min_length = 1, max_length = 32, pattern = r"^[a-z0-9_-]+$", example = "take")]
    kind: String,
    /// How much of it: a rating, a duration, a price.
    #[schema(nullable = false)]
    value: Option<f64>,
    /// When; now, if not given.
    #[schema(nullable = false)]
    time: Option<GivenTime>,
}

/// Seconds since 1970, or a date such as `2026-11-29T12:30:00Z`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum GivenTime {
    Seconds(f64),
    #[schema(format = DateTime)]
    Date(String),
}

/// What was kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Accepted {
    /// How many events.
    accepted: usize,
    /// The number of the first in the log.
    #[schema(minimum = 1)]
    first: u64,
    /// The number of the last.
    #[schema(minimum = 1)]
    last: u64,
}

/// Keeps what users did, for trainings to come; answered when it is on the disk.
///
/// What is not answered with 201 may be sent again; where the answer was lost, it then stands twice.
#[utoipa::path(
    post,
    path = "/feedback",
    tag = "recommenders",
    params(("model" = Option<String>, Query, description = "Makes no difference: what users did is of no model.")),
    request_body = FeedbackBodySchema,
    responses((status = 201, body = Accepted), Always, OfIds, OfBodies)
)]
pub(crate) async fn feedback(
    State(service): State<Shared>,
    uri: Uri,
    JsonBody(body): JsonBody<FeedbackBody>,
) -> Result<Response, Problem> {
    let mut params = Params::new(&uri)?;
    // What users did is of no model; that it is named as everywhere does no harm, if there is one.
    service.models.get(params.one("model")?.as_deref())?;
    params.end()?;
    let events = events_of(body)?;
    let accepted = events.len();
    let appended = append(&service, events).await.inspect_err(|_| service.metrics.feedback_failures.inc())?;
    let (first, last) = (appended.first, appended.last);
    Ok(json_response(StatusCode::CREATED, json(&Accepted { accepted, first, last })?))
}

async fn append(service: &Service, events: Vec<Event>) -> Result<crate::feedback::Appended, Problem> {
    let feedback = service.feedback.as_ref().ok_or_else(Problem::no_feedback)?;
    let waiting = feedback.log.lock().unwrap_or_else(PoisonError::into_inner).append(events);
    let outcome = waiting.map_err(|error| refused(&error))?.await;
    // Without an answer the writer is gone.
    outcome.unwrap_or(Err(FeedbackError::Closed)).map_err(|error| refused(&error))
}

fn refused(error: &FeedbackError) -> Problem {
    Problem::busy(error.to_string()).hint(error.hint().unwrap_or_else(|| "send them again a little later".to_owned()))
}

fn events_of(body: FeedbackBody) -> Result<Vec<Event>, Problem> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
    let FeedbackBody { user, item, kind, value, time, events } = body;
    let events = match (user, item, kind, events) {
        (Some(user), Some(item), Some(kind), None) => vec![FeedbackEvent { user, item, kind, value, time }],
        (None, None, None, Some(events)) if value.is_none() && time.is_none() => {
            events.into_iter().map(|Object(event)| event).collect()
        }
        (_, _, _, Some(_)) => return Err(Problem::bad_body("beside `events` there may be nothing else")),
        _ => return Err(Problem::bad_body("an event has `user`, `item` and `kind`")),
    };
    if !(1..=MOST_EVENTS).contains(&events.len()) {
        return Err(Problem::bad_body(format!("`events` has to list 1 to {MOST_EVENTS} events")));
    }
    let several = events.len() > 1;
    let place = |k: usize| if several { format!("event {}: ", k + 1) } else { String::new() };
    let event = |(k, event): (usize, FeedbackEvent)| {
        checked(event, now).map_err(|told| Problem::bad_body(format!("{}{told}", place(k))))
    };
    events.into_iter().enumerate().map(event).collect()
}

fn checked(event: FeedbackEvent, now: f64) -> Result<Event, String> {
    let FeedbackEvent { user, item, kind, value, time } = event;
    let time = match time {
        None => now,
        Some(GivenTime::Seconds(seconds)) => seconds,
        Some(GivenTime::Date(text)) => match Moment::parse(&text) {
            Some(Moment::Date(seconds)) => seconds,
            _ => return Err(format!("`{text}` is no date such as `2026-11-29T12:30:00Z`")),
        },
    };
    let event = Event { user, item, kind, value, time };
    event.check().map_err(|problem| problem.to_string())?;
    Ok(event)
}
