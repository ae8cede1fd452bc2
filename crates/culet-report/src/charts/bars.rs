//! Rows with a bar each.

use super::{ROW, WIDTH};
use crate::axis::Scale;
use crate::drawing::{Anchor, Drawing, FONT_SIZE, Paint, Shape, fit, text_width};

/// A row.
#[derive(Debug, Clone)]
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) value: f64,
    /// The value as it is read.
    pub(crate) text: String,
    pub(crate) paint: Paint,
}

/// Names take half of the width at most.
const NAMES: f64 = WIDTH / 2.0;

pub(crate) fn bars(title: &str, rows: &[Bar]) -> Drawing {
    let mut drawing = Drawing::new(title, [WIDTH, ROW * rows.len() as f64 + 4.0]);
    let told: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.name, row.text)).collect();
    drawing.description = told.join(", ");
    let widest = |text: fn(&Bar) -> &str| rows.iter().map(|row| text_width(text(row))).fold(0.0, f64::max);
    let left = (widest(|row| &row.name) + 10.0).min(NAMES);
    let right = WIDTH - widest(|row| &row.text) - 10.0;
    let most = rows.iter().map(|row| row.value).filter(|value| value.is_finite()).fold(0.0, f64::max);
    let x = Scale::new([0.0, if most > 0.0 { most } else { 1.0 }], [left, right.max(left + 20.0)]);
    for (k, row) in rows.iter().enumerate() {
        let top = ROW * k as f64 + 4.0;
        let text_at = top + ROW / 2.0 + FONT_SIZE / 3.0 - 1.0;
        let end = if row.value.is_finite() { x.place(row.value.max(0.0)) } else { left };
        let hint = Some(format!("{}: {}", row.name, row.text));
        let size = [(end - left).max(1.0), ROW - 8.0];
        drawing.text([left - 8.0, text_at], fit(&row.name, left - 8.0), Anchor::End, Paint::Ink);
        drawing.shapes.push(Shape::Rect { at: [left, top + 3.0], size, paint: row.paint, hint });
        drawing.text([end + 6.0, text_at], &row.text, Anchor::Start, Paint::Quiet);
    }
    drawing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_is_that_of_the_greatest_value() {
        let row = |name: &str, value: f64| Bar {
            name: name.into(),
            value,
            text: format!("{value:.1}"),
            paint: Paint::Accent,
        };
        let long = "a name that is much too long for the half of the width that names may take".to_owned();
        let drawing = bars("t", &[row("a", 1.0), row(&long, 4.0), row("b", 0.0), row("c", f64::NAN)]);
        let widths: Vec<f64> = drawing
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Rect { size, .. } => Some(size[0]),
                _ => None,
            })
            .collect();
        assert!((widths[1] / widths[0] - 4.0).abs() < 1e-9 && widths[2..] == [1.0, 1.0], "{widths:?}");
        assert!(drawing.description.starts_with("a: 1.0, a name") && !drawing.to_svg().contains("=\"NaN"));
        assert_eq!(bars("none", &[]).shapes.len(), 0);
    }
}
