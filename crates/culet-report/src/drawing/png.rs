//! Drawings as pixels.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

use super::Drawing;
use crate::ReportError;

/// Pixels for each unit of a drawing: sharp on screens of today, and on paper at half the size.
const SCALE: f32 = 2.0;

impl Drawing {
    /// A PNG file. Its letters are in the program, so that it looks the same everywhere; other scripts than Latin, Greek and
    /// Cyrillic ask the fonts of the system.
    pub(crate) fn to_png(&self) -> Result<Vec<u8>, ReportError> {
        let svg = self.to_svg();
        let mut fonts = Database::new();
        fonts.load_font_data(dejavu::sans::regular().to_vec());
        if svg.chars().any(|letter| letter as u32 >= 0x590) {
            fonts.load_system_fonts();
        }
        fonts.set_sans_serif_family("DejaVu Sans");
        let options = Options { fontdb: Arc::new(fonts), ..Options::default() };
        let failed = |what: String| ReportError::Picture { what };
        let tree = Tree::from_str(&svg, &options).map_err(|error| failed(error.to_string()))?;
        let [width, height] = [tree.size().width(), tree.size().height()].map(|pixels| (pixels * SCALE).ceil() as u32);
        let mut pixels = Pixmap::new(width, height).ok_or_else(|| failed(format!("{width} x {height} pixels")))?;
        resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
        pixels.encode_png().map_err(|error| failed(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::{Anchor, Paint};

    #[test]
    fn lines_and_letters_are_drawn() {
        let drawn = |text: &str| {
            let mut drawing = Drawing::new("", [60.0, 40.0]);
            drawing.text([30.0, 20.0], text, Anchor::Middle, Paint::Ink);
            let pixels = Pixmap::decode_png(&drawing.to_png().unwrap()).unwrap();
            assert_eq!(f64::from(pixels.width()), 2.0 * drawing.framed().size[0]);
            pixels.pixels().iter().filter(|pixel| pixel.red() < 100).count()
        };
        assert_eq!(drawn(""), 0);
        let (one, many) = (drawn("i"), drawn("WWW"));
        assert!(one > 10 && many > 5 * one, "{one} dark pixels, {many}");
    }
}
