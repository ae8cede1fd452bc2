//! Drawings as SVG.

use std::fmt::{self, Write};

use super::{Anchor, Drawing, FONT_SIZE, Paint, Shape};

/// From where colours are taken.
#[derive(Clone, Copy)]
enum Colours {
    /// From the variables of the page.
    OfPage,
    /// Those of a light page, written out.
    Own,
}

/// The light colours of the page, by the names of its variables.
const SURFACE: [u8; 3] = [0xff, 0xff, 0xff];
const INK: [u8; 3] = [0x1b, 0x22, 0x25];
const QUIET: [u8; 3] = [0x56, 0x5e, 0x63];
const LINE: [u8; 3] = [0xdc, 0xdd, 0xd6];
const ACCENT: [u8; 3] = [0x0b, 0x68, 0x73];
const FACETS: [[u8; 3]; 8] = [
    ACCENT,
    [0xb4, 0x54, 0x1a],
    [0x65, 0x47, 0xad],
    [0x7d, 0x65, 0x00],
    [0xad, 0x2f, 0x69],
    [0x2a, 0x66, 0xb1],
    [0x47, 0x75, 0x1d],
    [0x7a, 0x5a, 0x48],
];
/// How far the greatest heat covers the surface, in per cent.
const HEAT_MOST: f64 = 58.0;
/// Of a band behind its line.
const BAND_OPACITY: f64 = 0.16;

impl Drawing {
    /// An element for a page that names the colours; `id` tells its title and description from those of others.
    pub(crate) fn to_element(&self, id: &str) -> String {
        let [width, height] = self.size;
        let mut out = format!(
            "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" font-size=\"{FONT_SIZE}\">\
             <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>",
            Escaped(&self.title),
            Escaped(&self.description)
        );
        shapes(&mut out, &self.shapes, Colours::OfPage).expect("a string takes everything");
        out + "</svg>"
    }

    /// An element without a meaning of its own, beside a text that has it.
    pub(crate) fn to_mark(&self) -> String {
        let [width, height] = self.size;
        let mut out = format!(
            "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" aria-hidden=\"true\">"
        );
        shapes(&mut out, &self.shapes, Colours::OfPage).expect("a string takes everything");
        out + "</svg>"
    }

    /// A file of its own.
    pub(crate) fn to_svg(&self) -> String {
        let framed = self.framed();
        let [width, height] = framed.size;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" font-family=\"DejaVu Sans, Verdana, sans-serif\" font-size=\"{FONT_SIZE}\">\n\
             <title>{}</title>\n<desc>{}</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n",
            Escaped(&self.title),
            Escaped(&self.description),
            hex(SURFACE)
        );
        shapes(&mut out, &framed.shapes, Colours::Own).expect("a string takes everything");
        out + "</svg>\n"
    }
}

fn shapes(out: &mut String, shapes: &[Shape], colours: Colours) -> fmt::Result {
    shapes.iter().try_for_each(|shape| one(out, shape, colours))
}

fn one(out: &mut String, shape: &Shape, colours: Colours) -> fmt::Result {
    match shape {
        Shape::Rect { at: [x, y], size: [width, height], paint, hint } => {
            let (x, y, width, height) = (Short(*x), Short(*y), Short(*width), Short(*height));
            let fill = colours.of(*paint);
            write!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"2\" fill=\"{fill}\"")?;
            end(out, "rect", hint.as_deref())
        }
        Shape::Line { from, to, paint, dashed } => {
            let [x1, y1, x2, y2] = [from[0], from[1], to[0], to[1]].map(Short);
            let dashes = if *dashed { " stroke-dasharray=\"4 4\"" } else { "" };
            let stroke = colours.of(*paint);
            write!(out, "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{stroke}\"{dashes}/>")
        }
        Shape::Path { points, paint } => {
            write!(out, "<polyline fill=\"none\" stroke-width=\"2\" stroke-linejoin=\"round\" stroke=\"")?;
            write!(out, "{}\" points=\"", colours.of(*paint))?;
            list(out, points)?;
            write!(out, "\"/>")
        }
        Shape::Band { points, paint } => {
            write!(out, "<polygon fill-opacity=\"{BAND_OPACITY}\" fill=\"{}\" points=\"", colours.of(*paint))?;
            list(out, points)?;
            write!(out, "\"/>")
        }
        Shape::Dot { at, size, paint, hint } => dot(out, *at, *size, *paint, hint.as_deref(), colours),
        Shape::Text { at: [x, y], text, anchor, paint } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            let (x, y, fill, text) = (Short(*x), Short(*y), colours.of(*paint), Escaped(text));
            write!(out, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"{fill}\">{text}</text>")
        }
    }
}

/// A circle, a square, a triangle or a diamond: colour and form both tell the facet.
fn dot(out: &mut String, at: [f64; 2], size: f64, paint: Paint, hint: Option<&str>, colours: Colours) -> fmt::Result {
    let fill = colours.of(paint);
    // Where colours begin anew, forms are others.
    let form = if let Paint::Facet(facet) = paint { (facet - 1 + (facet - 1) / FACETS.len()) % 4 } else { 0 };
    if form == 0 {
        let (x, y, size) = (Short(at[0]), Short(at[1]), Short(size));
        write!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{size}\" fill=\"{fill}\"")?;
        return end(out, "circle", hint);
    }
    let corners: &[[f64; 2]] = match form {
        1 => &[[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
        2 => &[[0.0, -1.1], [1.05, 0.75], [-1.05, 0.75]],
        _ => &[[0.0, -1.25], [1.25, 0.0], [0.0, 1.25], [-1.25, 0.0]],
    };
    let corners: Vec<[f64; 2]> = corners.iter().map(|[x, y]| [at[0] + x * size, at[1] + y * size]).collect();
    write!(out, "<polygon fill=\"{fill}\" points=\"")?;
    list(out, &corners)?;
    write!(out, "\"")?;
    end(out, "polygon", hint)
}

fn end(out: &mut String, name: &str, hint: Option<&str>) -> fmt::Result {
    match hint {
        Some(hint) => write!(out, "><title>{}</title></{name}>", Escaped(hint)),
        None => write!(out, "/>"),
    }
}

fn list(out: &mut String, points: &[[f64; 2]]) -> fmt::Result {
    points.iter().try_for_each(|[x, y]| write!(out, "{},{} ", Short(*x), Short(*y)))
}

impl Colours {
    fn of(self, paint: Paint) -> String {
        match (self, paint) {
            (Self::OfPage, Paint::Ink) => "var(--ink)".to_owned(),
            (Self::OfPage, Paint::Quiet) => "var(--quiet)".to_owned(),
            (Self::OfPage, Paint::Line) => "var(--line)".to_owned(),
            (Self::OfPage, Paint::Accent) => "var(--accent)".to_owned(),
            (Self::OfPage, Paint::Facet(facet)) => format!("var(--facet-{})", (facet - 1) % FACETS.len() + 1),
            (Self::OfPage, Paint::Heat(share)) => {
                let weight = share.clamp(0.0, 1.0);
                format!("color-mix(in srgb,var(--accent) calc({weight:.3}*var(--heat-most)),var(--surface))")
            }
            (Self::Own, Paint::Ink) => hex(INK),
            (Self::Own, Paint::Quiet) => hex(QUIET),
            (Self::Own, Paint::Line) => hex(LINE),
            (Self::Own, Paint::Accent) => hex(ACCENT),
            (Self::Own, Paint::Facet(facet)) => hex(FACETS[(facet - 1) % FACETS.len()]),
            (Self::Own, Paint::Heat(share)) => {
                let weight = share.clamp(0.0, 1.0) * HEAT_MOST / 100.0;
                let mixed = |k: usize| f64::from(SURFACE[k]) + weight * (f64::from(ACCENT[k]) - f64::from(SURFACE[k]));
                hex([0, 1, 2].map(|k| mixed(k).round() as u8))
            }
        }
    }
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// A number to a tenth of a pixel, without a dot that it does not need.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round();
        if tenths % 10.0 == 0.0 { write!(f, "{}", tenths / 10.0) } else { write!(f, "{:.1}", tenths / 10.0) }
    }
}

/// Text within markup; what no XML may hold is left out.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| match letter {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\t' | '\n' | '\r' => f.write_str(" "),
            '\u{fffe}' | '\u{ffff}' => Ok(()),
            letter if letter.is_control() => Ok(()),
            letter => f.write_char(letter),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::Entry;

    fn some() -> Drawing {
        let mut drawing = Drawing::new("<b> & \"q\" \u{1b}[1m", [200.0, 100.0]);
        drawing.description = "a description".into();
        drawing.text([10.0, 20.0], "caf\u{e9} <script>", Anchor::Middle, Paint::Quiet);
        drawing.line([0.0, 0.25], [1.0 / 3.0, 99.96], Paint::Line);
        for facet in 1..=9 {
            let hint = Some(format!("facet {facet} & more"));
            drawing.shapes.push(Shape::Dot {
                at: [f64::from(facet) * 9.0, 50.0],
                size: 3.0,
                paint: Paint::Facet(facet as usize),
                hint,
            });
        }
        let points = vec![[0.0, 0.0], [10.0, 20.0], [20.0, 5.0]];
        drawing.shapes.push(Shape::Band { points: points.clone(), paint: Paint::Accent });
        drawing.shapes.push(Shape::Path { points, paint: Paint::Accent });
        drawing.shapes.push(Shape::Rect { at: [1.0, 2.0], size: [3.0, 4.0], paint: Paint::Heat(0.5), hint: None });
        drawing.legend = vec![Entry { paint: Paint::Facet(2), text: "two".into() }];
        drawing
    }

    #[test]
    fn a_file_of_its_own_is_well_formed_and_brings_its_colours() {
        let svg = some().to_svg();
        let parsed = resvg::usvg::Tree::from_str(&svg, &Default::default()).unwrap();
        assert_eq!(f64::from(parsed.size().width()), some().framed().size[0]);
        assert!(!svg.contains("var(") && !svg.contains("<script") && !svg.contains('\u{1b}'), "{svg}");
        assert!(svg.contains("&lt;b&gt; &amp; &quot;q&quot; [1m"), "{svg}");
        // Halfway to the greatest heat.
        assert!(svg.contains("fill=\"#b8d3d6\""), "{svg}");
    }

    #[test]
    fn within_a_page_the_colours_are_those_of_the_page() {
        let element = some().to_element("x1");
        assert!(element.contains("fill=\"var(--facet-1)\"") && !element.contains("facet-9"), "{element}");
        assert!(
            element.contains("aria-labelledby=\"x1-t x1-d\"") && element.contains("<desc id=\"x1-d\">a description")
        );
        assert!(!element.contains('#') && !element.contains("<script"), "{element}");
        assert!(element.contains("y2=\"100\"") && element.contains("x2=\"0.3\""), "{element}");
    }
}
