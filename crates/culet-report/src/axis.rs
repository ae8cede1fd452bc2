//! Scales: from numbers to places, with marks at round numbers.

/// From numbers to places along an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    from: [f64; 2],
    to: [f64; 2],
}

impl Scale {
    /// From a range of numbers to a range of places.
    pub(crate) fn new(from: [f64; 2], to: [f64; 2]) -> Self {
        Self { from, to }
    }

    pub(crate) fn place(&self, number: f64) -> f64 {
        let wide = self.from[1] - self.from[0];
        let share = if wide == 0.0 { 0.5 } else { (number - self.from[0]) / wide };
        self.to[0] + share * (self.to[1] - self.to[0])
    }
}

/// Round numbers within a range that reaches to round numbers, about so many, and that range.
pub(crate) fn round_marks(low: f64, high: f64, about: usize) -> (Vec<f64>, [f64; 2]) {
    let wide = if high > low { high - low } else { low.abs().max(1.0) };
    let rough = wide / about.max(1) as f64;
    let power = 10.0_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power).into_iter().find(|step| *step >= rough * 0.999);
    let step = step.unwrap_or(10.0 * power);
    let (first, last) = ((low / step + 1e-9).floor() as i64, (high / step - 1e-9).ceil() as i64);
    let last = last.max(first + 1);
    let marks: Vec<f64> = (first..=last).map(|k| k as f64 * step).collect();
    (marks, [first as f64 * step, last as f64 * step])
}

/// A mark in as few digits as tell it from its neighbours.
pub(crate) fn mark_text(mark: f64, marks: &[f64]) -> String {
    let step = if marks.len() > 1 { (marks[1] - marks[0]).abs() } else { mark.abs() };
    if mark == 0.0 {
        return "0".to_owned();
    }
    if mark.abs() >= 1e5 || (step > 0.0 && step < 1e-5) {
        return format!("{mark:.1e}");
    }
    let digits = if step > 0.0 && step < 1.0 { (-step.log10()).ceil().max(0.0) as usize } else { 0 };
    format!("{mark:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_hold_the_range() {
        assert_eq!(round_marks(0.0, 1.0, 5), (vec![0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0], [0.0, 1.0]));
        for (low, high) in [(0.031, 0.0417), (-3.0, 12.0), (5.0, 5.0), (0.0, 0.0), (1e-7, 3e-7), (2e6, 9e6)] {
            let (marks, range) = round_marks(low, high, 4);
            assert!(range[0] <= low && high <= range[1] && (2..=8).contains(&marks.len()), "{low} {high}: {marks:?}");
            let texts: Vec<String> = marks.iter().map(|&mark| mark_text(mark, &marks)).collect();
            assert!(texts.windows(2).all(|two| two[0] != two[1]), "{texts:?}");
        }
    }

    #[test]
    fn an_empty_range_lies_in_the_middle() {
        assert_eq!(Scale::new([2.0, 2.0], [10.0, 20.0]).place(2.0), 15.0);
        assert_eq!(Scale::new([0.0, 4.0], [100.0, 0.0]).place(1.0), 75.0);
    }
}
