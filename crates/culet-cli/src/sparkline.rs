//! The course of a number in a few letters.

/// The most letters.
const WIDTH: usize = 16;
const LEVELS: [char; 8] =
    ['\u{2581}', '\u{2582}', '\u{2583}', '\u{2584}', '\u{2585}', '\u{2586}', '\u{2587}', '\u{2588}'];

/// The whole course of a number, however long: when there are more values than letters, every other one is forgotten.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sparkline {
    values: Vec<f64>,
    /// Of so many values one is kept, as a power of two.
    doublings: u32,
    n_seen: u64,
    /// The values in letters, put together when they change: the bar is told at every step.
    letters: String,
}

impl Sparkline {
    pub(crate) fn push(&mut self, value: f64) {
        if self.n_seen.is_multiple_of(1 << self.doublings) {
            if self.values.len() == WIDTH {
                let mut places = 0..;
                self.values.retain(|_| places.next().is_some_and(|place: usize| place.is_multiple_of(2)));
                self.doublings += 1;
            }
            self.values.push(value);
            self.letters = self.in_letters();
        }
        self.n_seen += 1;
    }

    /// The values from the lowest to the highest letter, behind a blank; nothing before there are two.
    pub(crate) fn text(&self) -> &str {
        &self.letters
    }

    fn in_letters(&self) -> String {
        let finite = || self.values.iter().copied().filter(|value| value.is_finite());
        let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        if self.values.len() < 2 || low > high {
            return String::new();
        }
        let letter = |value: &f64| {
            let share = if high > low { (value - low) / (high - low) } else { 0.0 };
            // What is no number is as bad as it gets.
            let share = if value.is_finite() { share } else { 1.0 };
            LEVELS[(share * (LEVELS.len() - 1) as f64).round() as usize]
        };
        std::iter::once(' ').chain(self.values.iter().map(letter)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = f64>) -> Sparkline {
        let mut line = Sparkline::default();
        values.into_iter().for_each(|value| line.push(value));
        line
    }

    #[test]
    fn the_lowest_and_the_highest_value_have_the_lowest_and_the_highest_letter() {
        assert_eq!(of([0.0, 7.0, 3.0]).text(), " \u{2581}\u{2588}\u{2584}");
        assert_eq!(of([2.0, 2.0]).text(), " \u{2581}\u{2581}");
        assert_eq!(of([1.0]).text(), "");
        assert_eq!(of([f64::NAN, f64::NAN]).text(), "");
        assert_eq!(of([1.0, f64::INFINITY, 2.0]).text(), " \u{2581}\u{2588}\u{2588}");
    }

    #[test]
    fn a_long_course_keeps_its_ends_and_its_shape() {
        for n in [16_u32, 17, 100, 1_000, 4_097] {
            let line = of((0..n).map(f64::from));
            assert!((WIDTH / 2..=WIDTH).contains(&line.values.len()), "{n}: {}", line.values.len());
            assert_eq!(line.values[0], 0.0);
            let last = line.values[line.values.len() - 1];
            assert!(last >= f64::from(n) * 0.85 && line.values.windows(2).all(|two| two[0] < two[1]), "{n}: {last}");
        }
    }
}
