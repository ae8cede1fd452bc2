//! The kinds of charts: numbers in, drawings out.

mod bars;
mod heat;
mod lines;
mod points;
mod ranges;

pub(crate) use bars::{Bar, bars};
pub(crate) use heat::heat;
pub(crate) use lines::{Along, Lines, Series, SeriesPoint, lines};
pub(crate) use points::points;
pub(crate) use ranges::{Range, ranges};

/// The width of most charts: two stand side by side on a screen, one on a phone.
pub(crate) const WIDTH: f64 = 420.0;
/// The height of a row of a chart with rows.
pub(crate) const ROW: f64 = 24.0;
