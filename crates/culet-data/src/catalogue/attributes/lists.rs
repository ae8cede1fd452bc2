//! Lists in a cell.

use std::borrow::Cow;

/// How the cells of a column are lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Split {
    /// They are none.
    Whole,
    /// Parts between a letter.
    At(char),
    /// Parts between brackets, as Python and JSON write them.
    Brackets,
}

impl Split {
    /// The parts of a cell, none of them empty.
    pub(super) fn parts(self, cell: &str) -> Vec<Cow<'_, str>> {
        let parts = match self {
            Self::Whole => vec![Cow::Borrowed(cell)],
            Self::At(letter) => cell.split(letter).map(Cow::Borrowed).collect(),
            Self::Brackets => bracketed(cell).unwrap_or_else(|| vec![Cow::Borrowed(cell)]),
        };
        let trimmed = parts.into_iter().map(|part| match part {
            Cow::Borrowed(part) => Cow::Borrowed(part.trim()),
            Cow::Owned(part) => Cow::Owned(part.trim().to_owned()),
        });
        trimmed.filter(|part| !super::cells::is_missing(part)).collect()
    }
}

/// The parts of `["a", 'b', c]`; none if it is no such list, or one of lists.
pub(super) fn bracketed(cell: &str) -> Option<Vec<Cow<'_, str>>> {
    let mut rest = cell.strip_prefix('[')?.strip_suffix(']')?.trim();
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (part, behind) = match rest.chars().next()? {
            quote @ ('"' | '\'') => quoted(&rest[1..], quote)?,
            '[' | '{' | '(' => return None,
            _ => {
                let end = rest.find(',').unwrap_or(rest.len());
                (Cow::Borrowed(&rest[..end]), &rest[end..])
            }
        };
        parts.push(part);
        rest = match behind.trim_start() {
            "" => "",
            behind => behind.strip_prefix(',')?.trim_start(),
        };
    }
    Some(parts)
}

/// The text to the closing quote, and what stands behind it.
fn quoted(text: &str, quote: char) -> Option<(Cow<'_, str>, &str)> {
    let mut escaped = false;
    let end = text.find(|letter| {
        let ends = letter == quote && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    })?;
    let part = &text[..end];
    let part = if part.contains('\\') { Cow::Owned(unescaped(part)) } else { Cow::Borrowed(part) };
    Some((part, &text[end + quote.len_utf8()..]))
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        plain.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_hold_quoted_and_bare_parts() {
        let parts = |cell: &str| bracketed(cell).map(|parts| parts.join("/"));
        assert_eq!(parts(r#"["a, b", 'c', d ,1]"#).unwrap(), "a, b/c/d /1");
        assert_eq!(parts(r"['it\'s', 'x']").unwrap(), "it's/x");
        assert_eq!(parts("[]").unwrap(), "");
        for wrong in ["a", "[[1]]", "['a' b]", "['a", "[{'id': 1}]", "['a]", "["] {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn parts_are_trimmed_and_never_empty() {
        assert_eq!(Split::At('|').parts("a | b||c"), ["a", "b", "c"]);
        assert_eq!(Split::Brackets.parts("['a ', '']"), ["a"]);
        assert_eq!(Split::Brackets.parts("a, b"), ["a, b"]);
        assert_eq!(Split::Whole.parts("a|b"), ["a|b"]);
    }
}
