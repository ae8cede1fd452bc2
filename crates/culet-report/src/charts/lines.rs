//! Lines over numbers or over words, with intervals where they are known.

use super::WIDTH;
use crate::axis::{Scale, mark_text, round_marks};
use crate::drawing::{Anchor, Drawing, Entry, FONT_SIZE, Paint, Shape, fit, text_width};

/// A line.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) name: String,
    /// From left to right; over words the first number is the place of the word.
    pub(crate) points: Vec<SeriesPoint>,
}

/// A point of a line, and the ends of its interval.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeriesPoint {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) interval: Option<(f64, f64)>,
}

/// What the lines go along.
#[derive(Debug, Clone)]
pub(crate) enum Along {
    /// Numbers, such as epochs.
    Numbers,
    /// Words in their order, such as ranges.
    Words(Vec<String>),
}

/// What is drawn.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    pub(crate) title: String,
    /// What stands along the bottom.
    pub(crate) along: Along,
    pub(crate) along_name: String,
    pub(crate) series: Vec<Series>,
    /// A number along the bottom to point at, with what it is.
    pub(crate) mark: Option<(f64, String)>,
    /// Whether 0 has to be seen.
    pub(crate) from_zero: bool,
}

impl Series {
    pub(crate) fn of(name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let points = points.into_iter().map(|(x, y)| SeriesPoint { x, y, interval: None });
        Self { name: name.into(), points: points.filter(|point| point.y.is_finite()).collect() }
    }
}

const HEIGHT: f64 = 250.0;
const BOTTOM: f64 = HEIGHT - 40.0;
const TOP: f64 = 12.0;
/// So few points are shown as such.
const FEW: usize = 40;

pub(crate) fn lines(what: &Lines) -> Drawing {
    let mut drawing = Drawing::new(&what.title, [WIDTH, HEIGHT]);
    drawing.description = in_words(what);
    let points = || what.series.iter().flat_map(|series| &series.points);
    let ys = || {
        points().flat_map(|point| {
            [point.y, point.interval.map_or(point.y, |i| i.0), point.interval.map_or(point.y, |i| i.1)]
        })
    };
    let least = ys().fold(f64::INFINITY, f64::min);
    let (low, high) = (if what.from_zero { 0.0_f64.min(least) } else { least }, ys().fold(f64::NEG_INFINITY, f64::max));
    if !low.is_finite() || !high.is_finite() {
        drawing.text([WIDTH / 2.0, HEIGHT / 2.0], "nothing was measured", Anchor::Middle, Paint::Quiet);
        return drawing;
    }
    let (marks, range) = round_marks(low, high, 4);
    let texts: Vec<String> = marks.iter().map(|&mark| mark_text(mark, &marks)).collect();
    let left = 12.0 + texts.iter().map(|text| text_width(text)).fold(0.0, f64::max);
    let y = Scale::new(range, [BOTTOM, TOP]);
    for (&mark, text) in marks.iter().zip(&texts) {
        let at = y.place(mark);
        drawing.line([left, at], [WIDTH, at], Paint::Line);
        drawing.text([left - 6.0, at + FONT_SIZE / 3.0], text, Anchor::End, Paint::Quiet);
    }
    let x = along_the_bottom(&mut drawing, what, left);
    if let Some((at, text)) = &what.mark {
        let at = x.place(*at);
        drawing.shapes.push(Shape::Line { from: [at, TOP], to: [at, BOTTOM], paint: Paint::Quiet, dashed: true });
        let (anchor, beside) =
            if at > WIDTH - text_width(text) - 12.0 { (Anchor::End, -5.0) } else { (Anchor::Start, 5.0) };
        drawing.text([at + beside, TOP + FONT_SIZE - 2.0], text, anchor, Paint::Quiet);
    }
    for (k, series) in what.series.iter().enumerate() {
        one(&mut drawing, what, series, Paint::Facet(k + 1), x, y);
    }
    if what.series.len() > 1 {
        let entry = |(k, series): (usize, &Series)| Entry { paint: Paint::Facet(k + 1), text: series.name.clone() };
        drawing.legend = what.series.iter().enumerate().map(entry).collect();
    }
    drawing
}

/// Marks along the bottom, and the scale there.
fn along_the_bottom(drawing: &mut Drawing, what: &Lines, left: f64) -> Scale {
    let below = BOTTOM + FONT_SIZE + 5.0;
    drawing.text([WIDTH, below + FONT_SIZE + 4.0], &what.along_name, Anchor::End, Paint::Quiet);
    match &what.along {
        Along::Numbers => {
            let xs = || what.series.iter().flat_map(|series| &series.points).map(|point| point.x);
            let (low, high) = (xs().fold(f64::INFINITY, f64::min), xs().fold(f64::NEG_INFINITY, f64::max));
            let x = Scale::new([low, high], [left + 8.0, WIDTH - 10.0]);
            let (marks, _) = round_marks(low, high, 5);
            // Epochs are whole.
            for &mark in marks.iter().filter(|mark| mark.fract() == 0.0 && (low..=high).contains(*mark)) {
                drawing.text([x.place(mark), below], format!("{mark:.0}"), Anchor::Middle, Paint::Quiet);
            }
            x
        }
        Along::Words(words) => {
            let half = (WIDTH - left) / (2 * words.len().max(1)) as f64;
            let last = words.len().saturating_sub(1) as f64;
            let x = Scale::new([0.0, last], [left + half, WIDTH - half]);
            for (k, word) in words.iter().enumerate() {
                drawing.text([x.place(k as f64), below], fit(word, 2.0 * half), Anchor::Middle, Paint::Quiet);
            }
            x
        }
    }
}

fn one(drawing: &mut Drawing, what: &Lines, series: &Series, paint: Paint, x: Scale, y: Scale) {
    let at = |point: &SeriesPoint| [x.place(point.x), y.place(point.y)];
    let with_interval: Vec<_> = series.points.iter().filter_map(|point| Some((point.x, point.interval?))).collect();
    let upper = with_interval.iter().map(|&(along, (_, high))| [x.place(along), y.place(high)]);
    let lower = with_interval.iter().rev().map(|&(along, (low, _))| [x.place(along), y.place(low)]);
    if with_interval.len() > 1 {
        drawing.shapes.push(Shape::Band { points: upper.chain(lower).collect(), paint });
    }
    if series.points.len() > 1 {
        drawing.shapes.push(Shape::Path { points: series.points.iter().map(at).collect(), paint });
    }
    if series.points.len() > FEW {
        return;
    }
    for point in &series.points {
        let along = match &what.along {
            Along::Words(words) => words.get(point.x as usize).cloned().unwrap_or_default(),
            Along::Numbers => format!("{} {}", what.along_name, point.x),
        };
        let hint = Some(format!("{}, {along}: {:.4}", series.name, point.y));
        drawing.shapes.push(Shape::Dot { at: at(point), size: 3.5, paint, hint });
    }
}

/// Where each line begins, ends, and is highest.
fn in_words(what: &Lines) -> String {
    let one = |series: &Series| {
        let (first, last) = (series.points.first()?, series.points.last()?);
        let highest = series.points.iter().max_by(|a, b| a.y.total_cmp(&b.y))?;
        let along = |x: f64| match &what.along {
            Along::Words(words) => words.get(x as usize).cloned().unwrap_or_default(),
            Along::Numbers => x.to_string(),
        };
        let Lines { along_name, .. } = what;
        Some(format!(
            "{}: {:.4} at {along_name} {}, {:.4} at {}; highest {:.4} at {}.",
            series.name,
            first.y,
            along(first.x),
            last.y,
            along(last.x),
            highest.y,
            along(highest.x)
        ))
    };
    what.series.iter().filter_map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(n: u32) -> Lines {
        let points = (1..=n).map(|k| (f64::from(k), 1.0 / f64::from(k)));
        Lines {
            title: "loss".into(),
            along: Along::Numbers,
            along_name: "epoch".into(),
            series: vec![Series::of("loss", points)],
            mark: Some((2.0, "best".into())),
            from_zero: false,
        }
    }

    #[test]
    fn a_line_falls_where_its_numbers_fall_and_says_so() {
        let drawing = lines(&some(5));
        let path = drawing.shapes.iter().find_map(|shape| match shape {
            Shape::Path { points, .. } => Some(points.clone()),
            _ => None,
        });
        let path = path.unwrap();
        // Downwards is to greater numbers.
        assert!(path.windows(2).all(|two| two[0][0] < two[1][0] && two[0][1] < two[1][1]), "{path:?}");
        assert_eq!(drawing.description, "loss: 1.0000 at epoch 1, 0.2000 at 5; highest 1.0000 at 1.");
        assert!(path.iter().flatten().all(|x| (0.0..=WIDTH).contains(x)));
    }

    #[test]
    fn nothing_and_one_point_are_drawn_too() {
        for n in [0, 1] {
            let drawing = lines(&some(n));
            assert!(!drawing.shapes.is_empty() && drawing.to_svg().find("NaN").is_none());
        }
        let odd =
            Lines { series: vec![Series::of("odd", [(1.0, f64::NAN), (2.0, f64::INFINITY), (3.0, 2.0)])], ..some(1) };
        assert!(lines(&odd).to_svg().find("NaN").is_none() && lines(&odd).to_svg().find("inf").is_none());
    }
}
