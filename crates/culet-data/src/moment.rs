//! Moments: numbers of a unit that only the data tell, and dates.

use std::fmt;

use chrono::{DateTime, NaiveDate};

/// A moment as a person tells it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Moment {
    /// In the unit of the data.
    Number(f64),
    /// Seconds since 1970, from a date.
    Date(f64),
}

/// What a date may look like, for messages.
pub(crate) const DATES: &str = "`2017-10-01`, `2017-10-01 12:30:00` or `2017-10-01T12:30:00+02:00`";

impl Moment {
    /// The moment of a text: a finite number, or a date such as `2017-10-01`, perhaps with time and zone.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.trim().parse().ok().filter(|number: &f64| number.is_finite()).map(Self::Number);
        number.or_else(|| seconds_of(text).map(Self::Date))
    }

    /// The moment among times whose largest is `last`, and the unit that makes it so.
    pub(crate) fn among(self, last: f64) -> (f64, Option<Unit>) {
        match self {
            Self::Number(number) => (number, None),
            Self::Date(seconds) => {
                let unit = Unit::of(last);
                (seconds * unit.a_second(), Some(unit))
            }
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Date(seconds) => f.write_str(&text_of(*seconds).unwrap_or_else(|| seconds.to_string())),
        }
    }
}

/// A unit of times since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

impl Unit {
    /// The date of a time in this unit.
    pub(crate) fn text_of(self, time: f64) -> Option<String> {
        text_of(time / self.a_second())
    }

    /// The unit in which a time lies between 1973 and 5138, or else seconds before.
    pub(crate) fn of(time: f64) -> Self {
        match time.abs() {
            ..1e11 => Self::Seconds,
            ..1e14 => Self::Milliseconds,
            ..1e17 => Self::Microseconds,
            _ => Self::Nanoseconds,
        }
    }

    fn a_second(self) -> f64 {
        match self {
            Self::Seconds => 1.0,
            Self::Milliseconds => 1e3,
            Self::Microseconds => 1e6,
            Self::Nanoseconds => 1e9,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
        }
    }
}

/// The seconds since 1970 of a date: `2017-10-01`, with `T` or a blank and `12:30` or `12:30:00.5` behind, and a zone (`Z`,
/// `UTC`, `+02`, `+0200`, `+02:00`). Without a zone it is UTC.
pub(crate) fn seconds_of(text: &str) -> Option<f64> {
    let text = text.trim();
    let day = NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()?;
    if !is_digits(text.get(..4)?) || !is_digits(text.get(5..7)?) || !is_digits(text.get(8..10)?) {
        return None;
    }
    let midnight = day.and_hms_opt(0, 0, 0)?.and_utc().timestamp() as f64;
    match text.get(10..)? {
        "" => Some(midnight),
        rest => seconds_of_day(rest.strip_prefix(['T', 't', ' '])?).map(|seconds| midnight + seconds),
    }
}

/// The seconds of `12:30:00.5+02:00`, less what the zone is ahead.
fn seconds_of_day(text: &str) -> Option<f64> {
    let zone = text.find(|letter: char| !(letter.is_ascii_digit() || matches!(letter, ':' | '.')));
    let (clock, zone) = text.split_at(zone.unwrap_or(text.len()));
    let mut parts = clock.splitn(3, ':');
    let hours = digits(parts.next()?, 23)?;
    let minutes = digits(parts.next()?, 59)?;
    let seconds = parts.next().map_or(Some(0.0), |seconds| {
        let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
        let fraction: Option<f64> = is_digits(fraction).then(|| format!("0.{fraction}").parse().ok())?;
        // The last minute of some days has a second more.
        Some(digits(whole, 60)? + fraction?)
    })?;
    Some(hours * 3600.0 + minutes * 60.0 + seconds - ahead(zone.trim())?)
}

/// How many seconds a zone is ahead of UTC.
fn ahead(zone: &str) -> Option<f64> {
    if matches!(zone, "" | "Z" | "z" | "UTC" | "GMT") {
        return Some(0.0);
    }
    let (sign, rest) = match zone.strip_prefix('+') {
        Some(rest) => (1.0, rest),
        None => (-1.0, zone.strip_prefix('-')?),
    };
    let (hours, minutes) = match (rest.split_once(':'), rest.len()) {
        (Some(parts), _) => parts,
        (None, 4) => (rest.get(..2)?, rest.get(2..)?),
        (None, _) => (rest, "00"),
    };
    Some(sign * (digits(hours, 23)? * 3600.0 + digits(minutes, 59)? * 60.0))
}

/// A number of two digits.
fn digits(text: &str, most: u32) -> Option<f64> {
    let number: u32 = text.parse().ok().filter(|_| text.len() == 2 && is_digits(text))?;
    (number <= most).then(|| f64::from(number))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The date of seconds since 1970.
pub(crate) fn date_of(seconds: f64) -> Option<String> {
    moment(seconds).map(|moment| moment.format("%Y-%m-%d").to_string())
}

/// The date, and the time unless it is midnight.
fn text_of(seconds: f64) -> Option<String> {
    if seconds.rem_euclid(86_400.0) == 0.0 {
        return date_of(seconds);
    }
    moment(seconds).map(|moment| moment.format("%Y-%m-%d %H:%M:%S%.f").to_string())
}

fn moment(seconds: f64) -> Option<DateTime<chrono::Utc>> {
    // Beyond what a date can be the cast ends at the largest number, which is none either.
    DateTime::from_timestamp_micros((seconds * 1e6).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_seconds_since_1970_in_utc() {
        // By `date -u -d TEXT +%s`.
        for (text, seconds) in [
            ("1970-01-01", 0.0),
            ("2017-10-01", 1_506_816_000.0),
            (" 2017-10-01 12:30:00", 1_506_861_000.0),
            ("2017-10-01T12:30", 1_506_861_000.0),
            ("2017-10-01T12:30:00Z", 1_506_861_000.0),
            ("2017-10-01 12:30:00 UTC", 1_506_861_000.0),
            ("2017-10-01T12:30:00.250+02:00", 1_506_853_800.25),
            ("2017-10-01 12:30:00-0330", 1_506_873_600.0),
            ("2017-10-01 12:30:00+02", 1_506_853_800.0),
            ("1969-12-31 23:59:59", -1.0),
            ("2016-02-29", 1_456_704_000.0),
        ] {
            assert_eq!(seconds_of(text), Some(seconds), "{text}");
        }
        for other in [
            "",
            "2017",
            "2017-10",
            "2017-1-01",
            "2017-02-29",
            "2017-13-01",
            "01.10.2017",
            "2017-10-01x",
            "2017-10-01 ",
            "2017-10-01 25:00",
            "2017-10-01 12",
            "2017-10-01 12:60",
            "2017-10-01 12:30:00 CET",
            "2017-10-01T12:30:00+",
            "2017-10-01T1:30",
            "+017-10-01",
            "2017-10-01T12:30:00.",
            "201é-10-01",
        ] {
            let is_day = other.trim() == "2017-10-01";
            assert_eq!(seconds_of(other).is_some(), is_day, "{other}");
        }
    }

    #[test]
    fn a_date_finds_the_unit_of_the_times() {
        let cut = Moment::parse("2017-10-01").unwrap();
        let among = |last: f64| cut.among(last);
        assert_eq!(among(1.6e9), (1_506_816_000.0, Some(Unit::Seconds)));
        assert_eq!(among(1.6e12), (1_506_816_000e3, Some(Unit::Milliseconds)));
        assert_eq!(among(1.6e15), (1_506_816_000e6, Some(Unit::Microseconds)));
        assert_eq!(among(1.6e18), (1_506_816_000e9, Some(Unit::Nanoseconds)));
        assert_eq!(Moment::parse("17").unwrap().among(1.6e18), (17.0, None));
        assert_eq!((Moment::parse("soon"), Moment::parse("nan")), (None, None));
    }

    #[test]
    fn moments_are_written_as_they_are_read() {
        for text in ["2017-10-01", "2017-10-01 12:30:00", "1969-12-31 23:59:59.250", "17.5", "-3"] {
            assert_eq!(Moment::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Moment::Date(1e300).to_string(), 1e300.to_string());
    }
}
