//! A look at Rust text that is just sharp enough for the rules: what is code, and where the unit tests are.

use std::ops::Range;

/// The text with comments blanked and literals filled with `"`; every byte keeps its line and column.
pub(crate) fn code_only(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let Some((end, filler)) = hidden(bytes, at) else {
            at += 1;
            continue;
        };
        code[at..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = filler);
        at = end;
    }
    String::from_utf8(code).expect("whole characters were replaced by ASCII")
}

/// The end of the comment or literal that starts at `at` and what takes its place.
fn hidden(bytes: &[u8], at: usize) -> Option<(usize, u8)> {
    match &bytes[at..] {
        [b'/', b'/', ..] => Some((end_of_line(bytes, at), b' ')),
        [b'/', b'*', ..] => Some((end_of_block_comment(bytes, at), b' ')),
        [b'"', ..] => Some((end_of_string(bytes, at), b'"')),
        [b'r', ..] if starts_literal(bytes, at) => end_of_raw_string(bytes, at).map(|end| (end, b'"')),
        [b'\'', ..] => end_of_character(bytes, at).map(|end| (end, b'"')),
        _ => None,
    }
}

fn end_of_line(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |length| at + length)
}

fn end_of_block_comment(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < bytes.len() {
        let change = match &bytes[at..] {
            [b'/', b'*', ..] => 1,
            [b'*', b'/', ..] => -1,
            _ => 0,
        };
        depth += change;
        at += if change == 0 { 1 } else { 2 };
        if depth == 0 {
            break;
        }
    }
    at
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// Whether the `r` at `at` is a literal's prefix (`r"`, `br#"`) and not the end of a word.
fn starts_literal(bytes: &[u8], at: usize) -> bool {
    let before = |distance: usize| at.checked_sub(distance).map_or(b' ', |place| bytes[place]);
    !is_word(before(1)) || (matches!(before(1), b'b' | b'c') && !is_word(before(2)))
}

fn end_of_raw_string(bytes: &[u8], start: usize) -> Option<usize> {
    let n_hashes = bytes[start + 1..].iter().take_while(|&&byte| byte == b'#').count();
    let open = start + 1 + n_hashes;
    if bytes.get(open) != Some(&b'"') {
        return None;
    }
    let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', n_hashes)).collect();
    let length = bytes[open + 1..].windows(close.len()).position(|window| window == close);
    Some(length.map_or(bytes.len(), |length| open + 1 + length + close.len()))
}

/// The end of a character literal; `None` for a lifetime.
fn end_of_character(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = &bytes[start + 1..];
    if rest.first() == Some(&b'\\') {
        let close = rest.iter().skip(2).position(|&byte| byte == b'\'')?;
        return Some(start + 1 + 2 + close + 1);
    }
    let continuation = rest.iter().skip(1).take_while(|&&byte| byte & 0b1100_0000 == 0b1000_0000).count();
    (rest.get(1 + continuation) == Some(&b'\'')).then_some(start + 3 + continuation)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The places of a whole word in code, as byte offsets.
pub(crate) fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = code.as_bytes();
    code.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let before = at.checked_sub(1).is_some_and(|place| is_word(bytes[place]));
        let after = bytes.get(at + word.len()).is_some_and(|&byte| is_word(byte));
        !before && !after
    })
}

/// The line of a byte, counted from 0.
pub(crate) fn line_index(text: &str, byte: usize) -> usize {
    text.as_bytes()[..byte].iter().filter(|&&byte| byte == b'\n').count()
}

/// The lines (counted from 0) of each `#[cfg(test)] mod ... { ... }`, given code without comments and literals.
pub(crate) fn test_modules(code: &str) -> Vec<Range<usize>> {
    const ATTRIBUTE: &str = "#[cfg(test)]";
    let starts = code.match_indices(ATTRIBUTE).map(|(start, _)| start);
    let modules = starts.filter_map(|start| {
        let header = start + ATTRIBUTE.len();
        let open = header + code[header..].find(['{', ';'])?;
        let is_module = code[open..].starts_with('{') && words(&code[header..open], "mod").next().is_some();
        is_module.then(|| line_index(code, start)..line_index(code, end_of_braces(code, open)) + 1)
    });
    modules.collect()
}

/// The byte of the brace that closes the one at `open`, or the end of the text.
fn end_of_braces(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asserts what a piece of text becomes between two words of code.
    fn assert_hidden(piece: &str, filler: &str) {
        let expected: String = piece.bytes().map(|byte| if byte == b'\n' { "\n" } else { filler }).collect();
        assert_eq!(code_only(&format!("a {piece}\nb")), format!("a {expected}\nb"));
    }

    #[test]
    fn comments_are_blanked_and_lines_kept() {
        for piece in ["// b", "/// `é` {", "/* d */", "/* d /* e\n */ \" f */", "/**/"] {
            assert_hidden(piece, " ");
        }
        assert_eq!(code_only("a /* b */ c // d"), "a         c     ");
    }

    #[test]
    fn literals_are_filled_and_lines_kept() {
        for piece in ["\"\"", "\"{\\\"{\"", "\"//\\\\\"", "\"é\n\"", "r\"\\\"", "r##\"{\"#{\"##", "'{'", "'\"'"] {
            assert_hidden(piece, "\"");
        }
        for piece in ["'\\''", "'\\\\'", "'\\u{7d}'", "'é'", "'\u{1f600}'"] {
            assert_hidden(piece, "\"");
        }
        assert_eq!(code_only("br#\"'\"# c\"'\" b'\"'"), "b\"\"\"\"\"\" c\"\"\" b\"\"\"");
    }

    #[test]
    fn lifetimes_raw_identifiers_and_words_ending_in_r_are_code() {
        for text in ["fn f<'a>(x: &'a str, y: &'static str) {}", "let r#type = for_each(1);", "'outer: loop {}"] {
            assert_eq!(code_only(text), text);
        }
        assert_eq!(code_only("attr\"{\""), "attr\"\"\"");
    }

    #[test]
    fn unfinished_text_does_not_run_over_the_end() {
        for text in ["\"abc\\", "/* a /*", "r#\"a", "'", "'\\", "#[cfg(test)] mod t { {"] {
            let code = code_only(text);
            assert_eq!(code.len(), text.len());
            test_modules(&code);
        }
    }

    #[test]
    fn words_are_whole() {
        let places: Vec<_> = words("safe unsafe_code unsafe { munsafe } unsafe", "unsafe").collect();
        assert_eq!(places, [17, 36]);
    }

    #[test]
    fn test_modules_reach_to_their_closing_brace() {
        let code = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { if c {} }\n}\nfn d() {}\n";
        let lines: Vec<_> = test_modules(code).into_iter().map(|lines| (lines.start, lines.end)).collect();
        assert_eq!(lines, [(1, 5)]);
    }

    #[test]
    fn items_and_files_for_tests_are_no_test_modules() {
        assert!(test_modules("#[cfg(test)]\nmod tests;\nfn a() {\n}").is_empty());
        assert!(test_modules("#[cfg(test)]\nfn only_for_tests() {\n}").is_empty());
    }
}
