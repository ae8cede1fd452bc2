//! Numbers as they are read.

use culet_data::thousands;
use culet_eval::Stratum;
use culet_eval::significance::StandardError;

/// A metric to four digits, or that there is none.
pub(crate) fn metric(value: f64) -> String {
    if value.is_finite() { format!("{value:.4}") } else { "-".to_owned() }
}

/// A mean with half of its interval of 95 %.
pub(crate) fn with_interval(mean: &StandardError) -> String {
    match mean.error {
        Some(error) => format!("{} \u{b1} {:.4}", metric(mean.mean), 1.96 * error),
        None => metric(mean.mean),
    }
}

/// A difference with its sign and half of its interval of 95 %.
pub(crate) fn difference(found: &StandardError) -> String {
    match found.error {
        Some(error) => format!("{:+.4} \u{b1} {:.4}", found.mean, 1.96 * error),
        None => format!("{:+.4}", found.mean),
    }
}

pub(crate) fn percent(share: f64) -> String {
    format!("{:.0}\u{a0}%", 100.0 * share)
}

/// A range of counts; without end where it reaches further than anything.
pub(crate) fn stratum(counts: Stratum) -> String {
    let [least, most] = [counts.least, counts.most].map(|count| thousands(count.into()));
    if counts.least == counts.most { least } else { format!("{least}\u{2013}{most}") }
}

pub(crate) fn seconds(seconds: f64) -> String {
    match seconds {
        seconds if !seconds.is_finite() => "-".to_owned(),
        seconds if seconds < 0.01 => "< 0.01 s".to_owned(),
        seconds if seconds < 10.0 => format!("{seconds:.2} s"),
        seconds if seconds < 120.0 => format!("{seconds:.0} s"),
        seconds if seconds < 7_200.0 => format!("{:.0} min", seconds / 60.0),
        seconds => format!("{:.1} h", seconds / 3_600.0),
    }
}

pub(crate) fn bytes(bytes: f64) -> String {
    match bytes {
        bytes if bytes < 1e6 => format!("{:.0} kB", bytes / 1e3),
        bytes if bytes < 1e9 => format!("{:.0} MB", bytes / 1e6),
        bytes => format!("{:.1} GB", bytes / 1e9),
    }
}

/// One or many.
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_in_few_digits_with_their_unit() {
        assert_eq!([0.001, 1.5, 42.0, 300.0, 9_000.0].map(seconds), ["< 0.01 s", "1.50 s", "42 s", "5 min", "2.5 h"]);
        assert_eq!([12_345.0, 4.56e8, 7.25e9].map(bytes), ["12 kB", "456 MB", "7.2 GB"]);
        assert_eq!(difference(&StandardError { mean: 0.01, error: Some(0.001) }), "+0.0100 \u{b1} 0.0020");
        assert_eq!(with_interval(&StandardError { mean: 0.25, error: None }), "0.2500");
        assert_eq!(metric(f64::NAN), "-");
        assert_eq!(stratum(Stratum { least: 1_000, most: 1_999 }), "1,000\u{2013}1,999");
    }
}
