//! Drawings of a few kinds of shapes, which become SVG within a page, SVG of its own, or pixels.
//!
//! Shapes have roles instead of colours ([`Paint`]), so that one drawing follows the page's light and dark, and has colours of
//! its own where it stands alone.

mod png;
mod svg;

/// What a shape is painted for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Paint {
    /// What is read.
    Ink,
    /// What is read second.
    Quiet,
    /// What divides.
    Line,
    /// The first thing to look at.
    Accent,
    /// One of several things, from 1; they begin anew after 8.
    Facet(usize),
    /// A share from 0 to 1, as heat.
    Heat(f64),
}

/// Where a text begins from its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A shape; places are in pixels from the upper left corner.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Rect {
        at: [f64; 2],
        size: [f64; 2],
        paint: Paint,
        hint: Option<String>,
    },
    Line {
        from: [f64; 2],
        to: [f64; 2],
        paint: Paint,
        dashed: bool,
    },
    Path {
        points: Vec<[f64; 2]>,
        paint: Paint,
    },
    /// Between an upper and a lower line.
    Band {
        points: Vec<[f64; 2]>,
        paint: Paint,
    },
    /// A dot whose form tells its facet too.
    Dot {
        at: [f64; 2],
        size: f64,
        paint: Paint,
        hint: Option<String>,
    },
    Text {
        at: [f64; 2],
        text: String,
        anchor: Anchor,
        paint: Paint,
    },
}

/// An entry of a legend.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) paint: Paint,
    pub(crate) text: String,
}

/// A picture, with what is said of it to those who do not see it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drawing {
    pub(crate) title: String,
    /// What is to be seen, in a sentence or two.
    pub(crate) description: String,
    pub(crate) size: [f64; 2],
    pub(crate) shapes: Vec<Shape>,
    pub(crate) legend: Vec<Entry>,
}

/// Of all text.
pub(crate) const FONT_SIZE: f64 = 12.0;
/// From one line of text to the next.
const LINE_HEIGHT: f64 = 18.0;
const MARGIN: f64 = 16.0;

impl Drawing {
    pub(crate) fn new(title: impl Into<String>, size: [f64; 2]) -> Self {
        Self { title: title.into(), description: String::new(), size, shapes: Vec::new(), legend: Vec::new() }
    }

    pub(crate) fn text(&mut self, at: [f64; 2], text: impl Into<String>, anchor: Anchor, paint: Paint) {
        self.shapes.push(Shape::Text { at, text: text.into(), anchor, paint });
    }

    pub(crate) fn line(&mut self, from: [f64; 2], to: [f64; 2], paint: Paint) {
        self.shapes.push(Shape::Line { from, to, paint, dashed: false });
    }

    /// Drawings one below the other, each under its own title.
    pub(crate) fn stacked(title: impl Into<String>, drawings: Vec<Self>) -> Self {
        let width = drawings.iter().map(|drawing| drawing.size[0]).fold(0.0, f64::max);
        let mut all = Self::new(title, [width, 0.0]);
        let told: Vec<String> = drawings.iter().map(|one| format!("{}: {}", one.title, one.description)).collect();
        all.description = told.join(" ");
        for drawing in drawings {
            let inner = drawing.framed();
            let top = all.size[1] - MARGIN;
            all.shapes.extend(inner.shapes.iter().map(|shape| shape.moved([-MARGIN, top])));
            all.size[1] += inner.size[1];
        }
        all
    }

    /// The same drawing with its title above, its legend below and a margin around: what stands in a file of its own.
    fn framed(&self) -> Self {
        let width = self.size[0] + 2.0 * MARGIN;
        let top = MARGIN + 2.0 * LINE_HEIGHT;
        let mut framed = Self { shapes: Vec::new(), legend: Vec::new(), ..self.clone() };
        let title = fit(&self.title, self.size[0]);
        framed.text([MARGIN, MARGIN + FONT_SIZE], title, Anchor::Start, Paint::Ink);
        framed.shapes.extend(self.shapes.iter().map(|shape| shape.moved([MARGIN, top])));
        let mut at = [MARGIN, top + self.size[1] + LINE_HEIGHT];
        for Entry { paint, text } in &self.legend {
            let text = fit(text, self.size[0] - 20.0);
            let wide = 20.0 + text_width(&text) + 16.0;
            if at[0] > MARGIN && at[0] + wide > width {
                at = [MARGIN, at[1] + LINE_HEIGHT];
            }
            let dot = [at[0] + 5.0, at[1] - FONT_SIZE / 3.0];
            framed.shapes.push(Shape::Dot { at: dot, size: 4.5, paint: *paint, hint: None });
            framed.text([at[0] + 16.0, at[1]], text, Anchor::Start, Paint::Ink);
            at[0] += wide;
        }
        let bottom = if self.legend.is_empty() { top + self.size[1] } else { at[1] };
        framed.size = [width, bottom + MARGIN];
        framed
    }
}

impl Shape {
    fn moved(&self, by: [f64; 2]) -> Self {
        let to = |at: &[f64; 2]| [at[0] + by[0], at[1] + by[1]];
        let mut moved = self.clone();
        match &mut moved {
            Self::Rect { at, .. } | Self::Dot { at, .. } | Self::Text { at, .. } => *at = to(at),
            Self::Line { from, to: end, .. } => (*from, *end) = (to(from), to(end)),
            Self::Path { points, .. } | Self::Band { points, .. } => points.iter_mut().for_each(|at| *at = to(at)),
        }
        moved
    }
}

/// About how wide a text is: letters differ, so this is for what has to fit.
pub(crate) fn text_width(text: &str) -> f64 {
    text.chars().map(letter_width).sum()
}

fn letter_width(letter: char) -> f64 {
    let of_size = match letter {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | ' ' | 'f' | 't' | '(' | ')' | 'r' => 0.38,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.95,
        letter if letter.is_ascii_lowercase() || letter.is_ascii_digit() => 0.62,
        letter if letter.is_ascii() => 0.68,
        // Most other scripts are wider.
        letter if (letter as u32) < 0x1100 => 0.68,
        _ => 1.0,
    };
    of_size * FONT_SIZE
}

/// A text that is no wider than so much; what does not fit is left out, and a sign stands for it.
pub(crate) fn fit(text: &str, width: f64) -> String {
    if text_width(text) <= width {
        return text.to_owned();
    }
    let mut left = width - text_width("\u{2026}");
    let fits = |letter: &char| {
        left -= letter_width(*letter);
        left >= 0.0
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{}\u{2026}", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut_between_letters() {
        assert_eq!(fit("short", 200.0), "short");
        for width in [0.0, 10.0, 30.0, 60.0] {
            let cut = fit("Gr\u{fc}\u{df}e aus M\u{fc}nchen, \u{4f60}\u{597d}", width);
            assert!(cut.ends_with('\u{2026}') && text_width(&cut) <= width.max(text_width("\u{2026}")), "{cut}");
        }
    }

    #[test]
    fn a_drawing_of_its_own_has_title_and_legend_within_its_bounds() {
        let mut drawing = Drawing::new("a title", [100.0, 50.0]);
        drawing.line([0.0, 0.0], [100.0, 50.0], Paint::Accent);
        drawing.legend = (1..9).map(|k| Entry { paint: Paint::Facet(k), text: format!("facet {k}") }).collect();
        let framed = drawing.framed();
        assert!(framed.size[1] > 50.0 + 3.0 * LINE_HEIGHT && framed.legend.is_empty());
        for shape in &framed.shapes {
            if let Shape::Text { at, text, .. } = shape {
                assert!(at[1] < framed.size[1] && at[0] + text_width(text) <= framed.size[0] + 1.0, "{text} at {at:?}");
            }
        }
    }
}
