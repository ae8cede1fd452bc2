//! When the pairs of a catalogue were.

use serde::{Deserialize, Serialize};

use super::parts::PARTS;
use crate::moment::Unit;

/// When the pairs of the training, the validation and the test part were.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PartTimes {
    /// The first and the last time of each part that has times.
    pub spans: [Option<[f64; 2]>; 3],
    /// The time of each pair, in the order of [`Interactions::pairs`](culet_graph::Interactions::pairs), for each part that
    /// has times, where several have.
    pub of: [Option<Vec<f64>>; 3],
}

impl PartTimes {
    /// The times of two parts, where both have them.
    pub(super) fn both(&self, one: usize, other: usize) -> Option<[&[f64]; 2]> {
        Some([self.of[one].as_deref()?, self.of[other].as_deref()?])
    }
}

/// From when to when the pairs of a part were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimeSpan {
    /// The part.
    pub part: String,
    /// The time of its first pair, as the files tell it.
    pub first: f64,
    /// The time of its last pair.
    pub last: f64,
}

/// Times before this, 1973 in seconds, are taken for numbers of something else: years, days, places in a sequence.
const FIRST_SECOND: f64 = 1e8;

impl TimeSpan {
    /// The date of a time in it, if its times are such as to be seconds since 1970, or a thousandth, millionth or
    /// billionth of them.
    #[must_use]
    pub fn date(&self, time: f64) -> Option<String> {
        let unit = Unit::of(self.last);
        let is_date = self.first >= FIRST_SECOND && Unit::of(self.first) == unit;
        is_date.then(|| unit.text_of(time)).flatten()
    }
}

/// The spans of the parts that have times.
pub(super) fn spans(times: &PartTimes) -> Vec<TimeSpan> {
    let span =
        |(part, span): (&str, Option<[f64; 2]>)| span.map(|[first, last]| TimeSpan { part: part.into(), first, last });
    PARTS.into_iter().zip(times.spans).filter_map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_may_be_dates_are_dates() {
        let dates = |first: f64, last: f64| {
            let span = TimeSpan { part: String::new(), first, last };
            [first, last].map(|time| span.date(time))
        };
        let shown = |first: &str, last: &str| [Some(first.to_owned()), Some(last.to_owned())];
        // By `date -u -d @874724710`.
        assert_eq!(dates(874_724_710.0, 893_203_200.0), shown("1997-09-20 03:05:10", "1998-04-22"));
        assert_eq!(
            dates(1_506_816_000_500.0, 1_506_861_000_000.0),
            shown("2017-10-01 00:00:00.500", "2017-10-01 12:30:00")
        );
        // Years, and a zero among seconds.
        assert_eq!(dates(1999.0, 2010.0), [None, None]);
        assert_eq!(dates(0.0, 893_203_200.0), [None, None]);
    }

    #[test]
    fn parts_with_times_have_a_span() {
        let times = PartTimes { spans: [Some([-1.0, 5.0]), None, Some([2.0, 2.0])], ..PartTimes::default() };
        let span = |part: &str, first: f64, last: f64| TimeSpan { part: part.into(), first, last };
        assert_eq!(spans(&times), [span("training", -1.0, 5.0), span("test", 2.0, 2.0)]);
        assert_eq!(spans(&PartTimes::default()), []);
    }
}
