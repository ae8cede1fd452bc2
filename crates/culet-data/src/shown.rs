//! Bytes as an error shows them, and as digests are written.

use std::fmt::Write;

/// Letters that an error shows, at most.
const SHOWN: usize = 40;

/// The beginning of a line or column as an error shows it.
pub(crate) fn shown(bytes: &[u8]) -> String {
    // Four bytes a letter at most, so that what is cut here lies beyond what is shown.
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * (SHOWN + 1))]);
    let mut shown = String::new();
    for letter in text.chars().take(SHOWN) {
        if letter.is_control() { shown.extend(letter.escape_default()) } else { shown.push(letter) }
    }
    if text.chars().nth(SHOWN).is_some() {
        shown.push_str("...");
    }
    shown
}

/// Two digits a byte, as digests are written.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes any text");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_text_is_short_and_readable() {
        assert_eq!(shown("käse".as_bytes()), "käse");
        assert_eq!(shown(b"a\rb\x00\xff"), "a\\rb\\u{0}\u{fffd}");
        assert_eq!(shown("\u{1F48E}".repeat(41).as_bytes()), "\u{1F48E}".repeat(40) + "...");
        assert_eq!(shown(&[b'x'; 40]), "x".repeat(40));
    }
}
