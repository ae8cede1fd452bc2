//! How numbers are spread, row by row: from the tenth to the ninetieth of a hundred, the middle half, and the mean.

use super::{ROW, WIDTH};
use crate::axis::{Scale, mark_text, round_marks};
use crate::drawing::{Anchor, Drawing, FONT_SIZE, Paint, Shape, fit, text_width};

/// A row.
#[derive(Debug, Clone)]
pub(crate) struct Range {
    pub(crate) name: String,
    /// At 10, 25, 75 and 90 of a hundred.
    pub(crate) quantiles: [f64; 4],
    pub(crate) mean: f64,
    pub(crate) paint: Paint,
}

impl Range {
    /// Of numbers in any order; there has to be one.
    pub(crate) fn of(name: String, mut numbers: Vec<f64>, paint: Paint) -> Self {
        numbers.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| numbers[((numbers.len() - 1) as f64 * share).round() as usize];
        let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
        Self { name, quantiles: [at(0.1), at(0.25), at(0.75), at(0.9)], mean, paint }
    }
}

pub(crate) fn ranges(title: &str, along: &str, rows: &[Range]) -> Drawing {
    let bottom = ROW * rows.len() as f64 + 8.0;
    let mut drawing = Drawing::new(title, [WIDTH, bottom + 36.0]);
    let told = |row: &Range| {
        let [low, _, _, high] = row.quantiles;
        format!("{}: {:.2} on average, {low:.2} to {high:.2} for four of five.", row.name, row.mean)
    };
    drawing.description = rows.iter().map(told).collect::<Vec<_>>().join(" ");
    let names = rows.iter().map(|row| text_width(&row.name)).fold(0.0, f64::max);
    let left = (names + 10.0).min(WIDTH / 2.0);
    let least = rows.iter().map(|row| row.quantiles[0]).fold(f64::INFINITY, f64::min);
    let most = rows.iter().map(|row| row.quantiles[3].max(row.mean)).fold(f64::NEG_INFINITY, f64::max);
    let (marks, range) = round_marks(least.min(0.0), if most.is_finite() { most } else { 1.0 }, 4);
    let x = Scale::new(range, [left + 4.0, WIDTH - 12.0]);
    for &mark in &marks {
        drawing.line([x.place(mark), 2.0], [x.place(mark), bottom], Paint::Line);
        let text = mark_text(mark, &marks);
        drawing.text([x.place(mark), bottom + FONT_SIZE + 2.0], text, Anchor::Middle, Paint::Quiet);
    }
    drawing.text([WIDTH, bottom + 2.0 * FONT_SIZE + 6.0], along, Anchor::End, Paint::Quiet);
    for (k, row) in rows.iter().enumerate() {
        let middle = ROW * (k as f64 + 0.5) + 4.0;
        let [low, quarter, three_quarters, high] = row.quantiles.map(|number| x.place(number));
        drawing.text([left - 6.0, middle + FONT_SIZE / 3.0], fit(&row.name, left - 6.0), Anchor::End, Paint::Ink);
        drawing.shapes.push(Shape::Line { from: [low, middle], to: [high, middle], paint: row.paint, dashed: false });
        let size = [(three_quarters - quarter).max(2.0), 8.0];
        drawing.shapes.push(Shape::Rect { at: [quarter, middle - 4.0], size, paint: row.paint, hint: Some(told(row)) });
        let mean = [x.place(row.mean), middle];
        drawing.shapes.push(Shape::Dot { at: mean, size: 3.0, paint: Paint::Ink, hint: Some(told(row)) });
    }
    drawing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_by_hand() {
        let range = Range::of("r".into(), (0..=100).rev().map(f64::from).collect(), Paint::Accent);
        assert_eq!((range.quantiles, range.mean), ([10.0, 25.0, 75.0, 90.0], 50.0));
        let one = Range::of("r".into(), vec![0.25], Paint::Accent);
        assert_eq!(one.quantiles, [0.25; 4]);
        assert!(!ranges("t", "share", &[range, one]).to_svg().contains("NaN"));
        assert!(!ranges("t", "share", &[]).to_svg().contains("NaN"));
    }
}
