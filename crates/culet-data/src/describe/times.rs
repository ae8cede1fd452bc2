//! When the pairs of a catalogue were.

use serde::{Deserialize, Serialize};

use super::parts::PARTS;

/// The time of each pair of each part that has times, in the order of [`Interactions::pairs`].
///
/// [`Interactions::pairs`]: culet_graph::Interactions::pairs
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PartTimes {
    /// Of the training, the validation and the test part.
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

/// The spans of the parts that have times.
pub(super) fn spans(times: &PartTimes) -> Vec<TimeSpan> {
    let span = |(part, of): (&str, &Option<Vec<f64>>)| {
        let of = of.as_deref()?;
        let first = of.iter().copied().reduce(f64::min)?;
        Some(TimeSpan { part: part.into(), first, last: of.iter().copied().fold(first, f64::max) })
    };
    PARTS.into_iter().zip(&times.of).filter_map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_goes_from_the_first_to_the_last_time() {
        let times = PartTimes { of: [Some(vec![5.0, -1.0, 3.0]), Some(Vec::new()), None] };
        assert_eq!(spans(&times), [TimeSpan { part: "training".into(), first: -1.0, last: 5.0 }]);
        assert_eq!(spans(&PartTimes::default()), []);
    }
}
