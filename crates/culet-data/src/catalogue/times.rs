//! When interactions were: by numbers in a unit of the file's own, or by dates.

use crate::moment::seconds_of;
use crate::network::NetworkLineProblem;
use crate::network::columns::number;

/// How the times met so far are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Clock {
    #[default]
    Unknown,
    Numbers,
    Dates,
}

impl Clock {
    /// Goes on with a time told like this.
    ///
    /// # Errors
    /// If an earlier one was told in the other way, as nothing compares the two.
    #[inline]
    pub(super) fn agree(&mut self, own: Self) -> Result<(), NetworkLineProblem> {
        if *self == own {
            return Ok(());
        }
        if *self != Self::Unknown {
            return Err(NetworkLineProblem::Unexpected {
                expected: if *self == Self::Dates { "a date, as before" } else { "a time as a number, as before" },
                text: if own == Self::Dates { "a date" } else { "a number" }.to_owned(),
                hint: "write all times as dates, or all as numbers such as seconds since 1970",
            });
        }
        *self = own;
        Ok(())
    }
}

/// The time in a column: a finite number, or a date in seconds since 1970.
#[inline]
pub(super) fn time_of(column: &[u8]) -> Option<(f64, Clock)> {
    let finite = number(column).filter(|number| number.is_finite());
    let date = || seconds_of(std::str::from_utf8(column).ok()?);
    finite.map(|number| (number, Clock::Numbers)).or_else(|| date().map(|seconds| (seconds, Clock::Dates)))
}
