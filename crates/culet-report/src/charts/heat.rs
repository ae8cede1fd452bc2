//! A table of shares, the greater the warmer.

use super::{ROW, WIDTH};
use crate::drawing::{Anchor, Drawing, FONT_SIZE, Paint, Shape, fit, text_width};

/// Rows and columns by name; `values` row by row, the greatest of all is the warmest.
pub(crate) fn heat(title: &str, rows: &[String], columns: &[String], values: &[Vec<f64>]) -> Drawing {
    let mut drawing = Drawing::new(title, [WIDTH, ROW * (rows.len() + 1) as f64 + 4.0]);
    let most = values.iter().flatten().copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
    let names = rows.iter().map(|name| text_width(name)).fold(0.0, f64::max);
    let left = (names + 10.0).min(WIDTH * 0.55);
    let wide = ((WIDTH - left) / columns.len().max(1) as f64).min(90.0);
    let middle = |column: usize| left + wide * (column as f64 + 0.5);
    for (column, name) in columns.iter().enumerate() {
        let at = [middle(column), ROW - 8.0];
        // Where columns are narrow the number of an intent tells enough.
        let last = name.rsplit(' ').next().unwrap_or(name);
        let name = if text_width(name) > wide - 2.0 { last } else { name };
        drawing.text(at, fit(name, wide - 2.0), Anchor::Middle, Paint::Quiet);
    }
    for (row, (name, values)) in rows.iter().zip(values).enumerate() {
        let top = ROW * (row + 1) as f64;
        let text_at = top + ROW / 2.0 + FONT_SIZE / 3.0;
        drawing.text([left - 8.0, text_at], fit(name, left - 8.0), Anchor::End, Paint::Ink);
        for (column, &value) in values.iter().enumerate() {
            let paint = Paint::Heat(if most > 0.0 && value.is_finite() { value / most } else { 0.0 });
            let at = [left + wide * column as f64 + 1.0, top + 1.0];
            let hint = Some(format!("{name}, {}: {:.1} %", columns[column], 100.0 * value));
            drawing.shapes.push(Shape::Rect { at, size: [wide - 2.0, ROW - 2.0], paint, hint });
            let text = if value.is_finite() { format!("{:.0} %", 100.0 * value) } else { "-".to_owned() };
            let paint = if value < 0.01 { Paint::Quiet } else { Paint::Ink };
            drawing.text([middle(column), text_at], text, Anchor::Middle, paint);
        }
    }
    drawing.description = in_words(rows, columns, values);
    drawing
}

/// The strongest row of each column.
fn in_words(rows: &[String], columns: &[String], values: &[Vec<f64>]) -> String {
    let strongest = |column: usize| {
        let best = (0..rows.len()).max_by(|&a, &b| values[a][column].total_cmp(&values[b][column]).then(b.cmp(&a)))?;
        Some(format!("{}: most {}, {:.0} %.", columns[column], rows[best], 100.0 * values[best][column]))
    };
    (0..columns.len()).filter_map(strongest).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_share_is_the_warmest_and_is_told() {
        let words = |some: &[&str]| some.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let values = [vec![0.1, 0.4], vec![0.2, 0.05]];
        let drawing = heat("t", &words(&["genre", "stars"]), &words(&["intent 1", "intent 2"]), &values);
        let heats: Vec<f64> = drawing
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Rect { paint: Paint::Heat(heat), .. } => Some(*heat),
                _ => None,
            })
            .collect();
        assert_eq!(heats, [0.25, 1.0, 0.5, 0.125]);
        assert_eq!(drawing.description, "intent 1: most stars, 20 %. intent 2: most genre, 40 %.");
        assert!(heat("t", &[], &words(&["a"]), &[]).description.is_empty());
        assert!(!heat("t", &words(&["a"]), &words(&["b"]), &[vec![f64::NAN]]).to_svg().contains("NaN\""));
    }
}
