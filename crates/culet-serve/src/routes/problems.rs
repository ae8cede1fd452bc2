//! The problems of the OpenAPI document: which statuses an address may answer with beside its own.

use std::collections::BTreeMap;

use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

use crate::http::{PROBLEM_JSON, Problem};

/// What any address may answer.
pub(crate) struct Always;

/// What an address may answer that is asked about something by its id.
pub(crate) struct OfIds;

/// What an address may answer to a body.
pub(crate) struct OfBodies;

impl IntoResponses for Always {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        responses(&[
            ("400", "A parameter is missing, unknown, or makes no sense."),
            ("401", "The token is missing or not that of this service."),
            ("421", "This service does not answer for that host."),
            ("500", "The service failed; its log tells why."),
            ("503", "The service is busy, stopping, or not yet ready; `Retry-After` tells when to ask again."),
        ])
    }
}

impl IntoResponses for OfIds {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        responses(&[
            ("404", "There is no such id or model, or the model cannot tell."),
            ("409", "Several have this name; an id is needed."),
        ])
    }
}

impl IntoResponses for OfBodies {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        responses(&[
            ("408", "The body did not arrive in time."),
            ("413", "The body is too long."),
            ("415", "The body is not `application/json`."),
            ("422", "The body is JSON but not what is asked for."),
        ])
    }
}

fn responses(told: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let schema = || RefOr::Ref(Ref::from_schema_name(Problem::name()));
    let response = |description: &str| {
        let content = ContentBuilder::new().schema(Some(schema())).build();
        ResponseBuilder::new().description(description).content(PROBLEM_JSON, content).build()
    };
    told.iter().map(|(status, description)| ((*status).to_owned(), response(description).into())).collect()
}

/// The schema that they refer to.
pub(crate) fn schema() -> (String, RefOr<utoipa::openapi::Schema>) {
    (Problem::name().into_owned(), Problem::schema())
}
