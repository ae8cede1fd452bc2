//! The embedding in the plane.

use culet_answers::{Answers, AskError, Map, MapWish};
use rayon::ThreadPool;

use super::blocks::{Figure, Section};
use crate::ReportError;
use crate::charts::points;
use crate::run::Opened;

/// Nothing where the model has no vectors.
pub(super) fn section(run: &Opened, wish: &MapWish, pool: &ThreadPool) -> Result<Option<Section>, ReportError> {
    let map = match of(run, wish, pool) {
        Err(ReportError::Question { why, .. }) if matches!(*why, AskError::NoVectors { .. }) => return Ok(None),
        map => map?,
    };
    if map.points.is_empty() {
        return Ok(None);
    }
    let mut section = Section::new("map", "Map");
    let drawing = points(&title(&map), &map);
    section.text(format!("{}.", how(&map)));
    let caption = match map.coloured_by.as_str() {
        "none" => "Names show where a mouse points at a mark.".to_owned(),
        by @ ("intent" | "group") => {
            format!("Each in the colour of its largest {by}; names show where a mouse points.")
        }
        by => format!("Of several values of {by} the commonest gives the colour; names show where a mouse points."),
    };
    section.figures(vec![Figure::new("embedding", &drawing, caption, None)]);
    Ok(Some(section))
}

pub(crate) fn of(run: &Opened, wish: &MapWish, pool: &ThreadPool) -> Result<Map, ReportError> {
    let map = match &run.answers {
        Answers::Catalogue(answers) => answers.map(wish, pool),
        Answers::Network(answers) => answers.map(wish, pool),
    };
    map.map_err(|why| ReportError::Question { hint: run.answers.hint(&why), why: why.into() })
}

/// How many points, and how they came into the plane.
pub(crate) fn how(map: &Map) -> String {
    let n = culet_data::thousands(map.points.len() as u64);
    match map.explained {
        Some(explained) => format!(
            "{n} {} by the two first principal components, which hold {} of the variance: what is far apart is \
             unlike, what is near need not be alike",
            map.of,
            crate::words::percent(explained)
        ),
        None => format!("{n} {} by {}: what is near is alike, how far apart groups lie means nothing", map.of, map.by),
    }
}

pub(crate) fn title(map: &Map) -> String {
    let mut letters = map.of.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    match map.coloured_by.as_str() {
        "none" => format!("{first}{} by what was learned", letters.as_str()),
        by => format!("{first}{} by what was learned, coloured by {by}", letters.as_str()),
    }
}
