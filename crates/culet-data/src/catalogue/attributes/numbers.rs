//! Numbers, years and dates of a column.

/// Years that items may have.
const YEARS: std::ops::RangeInclusive<f64> = 1000.0..=2100.0;

/// A number as tables write it: `12`, `$1,299.50`, `-3e5`; finite.
pub(super) fn number(cell: &str) -> Option<f64> {
    let plain = cell.strip_prefix(['$', '€', '£']).unwrap_or(cell).trim();
    let first = plain.chars().next()?;
    if !(first.is_ascii_digit() || matches!(first, '-' | '+' | '.')) {
        return None;
    }
    let value: f64 = match plain.contains(',') {
        true if has_thousands(plain) => plain.replace(',', "").parse().ok()?,
        true => return None,
        false => plain.parse().ok()?,
    };
    // Nothing tells 0 from -0.
    value.is_finite().then_some(value + 0.0)
}

/// Whether commas stand between groups of three digits.
fn has_thousands(text: &str) -> bool {
    let whole = text.split('.').next().unwrap_or_default();
    let mut groups = whole.split(',');
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let first = first.strip_prefix(['-', '+']).unwrap_or(first);
    (1..=3).contains(&first.len()) && is_digits(first) && groups.all(|group| group.len() == 3 && is_digits(group))
}

/// The decade of a year, as in `1990s`.
pub(super) fn decade(year: f64) -> Option<String> {
    (YEARS.contains(&year) && year.fract() == 0.0).then(|| format!("{}s", (year / 10.0).floor() * 10.0))
}

/// The year of a date such as `1995-01-31`, `31-Jan-1995`, `1/31/1995` or `January 31, 1995`.
pub(super) fn year_of_date(cell: &str) -> Option<f64> {
    if cell.len() > 32 || !cell.contains(['-', '/', ' ', '.']) {
        return None;
    }
    let runs = cell.split(|letter: char| !letter.is_ascii_digit());
    let year =
        runs.filter(|run| run.len() == 4).find_map(|run| run.parse().ok().filter(|year| YEARS.contains(year)))?;
    // Of a date little else is left than digits, and the name of a month.
    let n_letters = cell.chars().filter(|letter| letter.is_alphabetic()).count();
    let n_digits = cell.chars().filter(char::is_ascii_digit).count();
    (n_digits > 4 && n_letters <= 9).then_some(year)
}

/// The year at the end of a title: `Heat (1995)`.
pub(super) fn year_of_title(title: &str) -> Option<f64> {
    let inside = title.trim_end().strip_suffix(')')?.rsplit_once('(')?.1;
    (inside.len() == 4).then(|| inside.parse().ok().filter(|year| YEARS.contains(year)))?
}

/// Ranges with about as many numbers each.
#[derive(Debug, PartialEq)]
pub(super) struct Ranges {
    /// The least number of each range.
    starts: Vec<f64>,
    labels: Vec<String>,
}

impl Ranges {
    /// The ranges of some numbers, two to eight as there are more of them; equal numbers are never parted.
    pub(super) fn of(mut numbers: Vec<f64>) -> Self {
        numbers.sort_unstable_by(f64::total_cmp);
        let n = numbers.len();
        let n_ranges = ((n as f64).sqrt() / 2.0).clamp(2.0, 8.0) as usize;
        let mut starts: Vec<f64> = (0..n_ranges).filter_map(|k| numbers.get(k * n / n_ranges).copied()).collect();
        starts.dedup();
        let below = |k: usize| starts.get(k + 1).map_or(n, |next| numbers.partition_point(|number| number < next));
        let label = |k: usize| {
            let (least, most) = (starts[k], numbers[below(k) - 1]);
            if least == most { least.to_string() } else { format!("{least} to {most}") }
        };
        let labels = (0..starts.len()).map(label).collect();
        Self { starts, labels }
    }

    /// The range of one of the numbers.
    pub(super) fn label(&self, number: f64) -> &str {
        let k = self.starts.partition_point(|start| *start <= number);
        &self.labels[k.saturating_sub(1)]
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_tables_write_them() {
        let found = ["12", "$1,299.50", "-3e2", ".5", "1,234,567"].map(number);
        assert_eq!(found, [12.0, 1299.5, -300.0, 0.5, 1_234_567.0].map(Some));
        for other in ["", "x", "1,5", "inf", "nan", "12 a", "1e999", "12,34", "$"] {
            assert_eq!(number(other), None, "{other}");
        }
    }

    #[test]
    fn years_stand_in_dates_and_titles() {
        let dates = ["1995-01-31", "31-Jan-1995", "1/31/1995", "January 31, 1995", "1995-01-31T10:00:00Z"];
        assert_eq!(dates.map(year_of_date), [Some(1995.0); 5]);
        assert_eq!(["1995", "a 1995 film of note", "12-34", "Blade Runner 2049"].map(year_of_date), [None; 4]);
        assert_eq!(
            ["Heat (1995)", "Heat (1995) ", "1984", "Heat (I)"].map(year_of_title),
            [Some(1995.0), Some(1995.0), None, None]
        );
        assert_eq!((decade(1995.0).unwrap().as_str(), decade(0.0), decade(1995.5)), ("1990s", None, None));
    }

    #[test]
    fn ranges_hold_about_as_many_each() {
        let ranges = Ranges::of((0..100).map(f64::from).collect());
        assert_eq!(ranges.labels, ["0 to 19", "20 to 39", "40 to 59", "60 to 79", "80 to 99"]);
        assert_eq!((ranges.label(0.0), ranges.label(39.0), ranges.label(99.0)), ("0 to 19", "20 to 39", "80 to 99"));
        // Half are equal: no range parts them.
        let ranges = Ranges::of((0..50).map(f64::from).chain([0.0; 50]).collect());
        assert_eq!(ranges.labels, ["0 to 9", "10 to 29", "30 to 49"]);
        assert_eq!(Ranges::of(vec![3.0; 9]).labels, ["3"]);
    }
}
