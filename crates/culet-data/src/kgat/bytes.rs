//! Lines, columns and ids of a text.

use super::{LineError, LineProblem};
use crate::shown::shown;

/// The largest id that a file may hold, so that counts fit into 32 bits.
pub(crate) const LARGEST_ID: u32 = u32::MAX - 1;

/// The lines of a text that hold anything, with their numbers from 1.
///
/// A byte-order mark at the start and a carriage return at the end of a line are left out.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    text.split(|&byte| byte == b'\n')
        .enumerate()
        .map(|(k, line)| (k + 1, line.strip_suffix(b"\r").unwrap_or(line)))
        .filter(|(_, line)| line.iter().any(|&byte| !is_blank(byte)))
}

/// The columns of a line.
pub(super) fn columns(line: &[u8]) -> Columns<'_> {
    Columns { rest: line }
}

/// Columns of a line, separated by blanks.
pub(super) struct Columns<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Columns<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let start = self.rest.iter().position(|&byte| !is_blank(byte))?;
        let rest = &self.rest[start..];
        let end = rest.iter().position(|&byte| is_blank(byte)).unwrap_or(rest.len());
        let (column, rest) = rest.split_at(end);
        self.rest = rest;
        Some(column)
    }
}

/// The last column of a line and what stands before it.
pub(super) fn split_last_column(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = trim(line);
    let blank = line.iter().rposition(|&byte| is_blank(byte))?;
    Some((trim(&line[..blank]), &line[blank + 1..]))
}

/// The line without blanks at its ends.
pub(super) fn trim(mut line: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = line
        && is_blank(*first)
    {
        line = rest;
    }
    while let [rest @ .., last] = line
        && is_blank(*last)
    {
        line = rest;
    }
    line
}

#[inline]
pub(super) fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// The id in a column, as it stands there.
#[inline]
pub(super) fn raw_id(column: &[u8], what: &'static str) -> Result<u32, LineProblem> {
    let mut value = 0_u64;
    for &byte in column {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(LineProblem::NotAnId { what, found: shown(column) });
        }
        value = (value * 10 + u64::from(digit)).min(u64::from(u32::MAX));
    }
    if column.is_empty() {
        return Err(LineProblem::NotAnId { what, found: String::new() });
    }
    if value > u64::from(LARGEST_ID) {
        return Err(LineProblem::TooLarge { what, found: shown(column) });
    }
    Ok(value as u32)
}

/// The id in a column of a file that counts from `base` (0 or 1), counted from 0.
#[inline]
pub(super) fn id(column: &[u8], what: &'static str, base: u32) -> Result<u32, LineProblem> {
    raw_id(column, what)?.checked_sub(base).ok_or(LineProblem::BelowBase { what })
}

/// The line as text.
pub(super) fn utf8(line: &[u8]) -> Result<&str, LineProblem> {
    std::str::from_utf8(line).map_err(|_| LineProblem::NotUtf8 { text: shown(line) })
}

/// Puts the number of the line to a problem.
pub(super) fn at(line: usize) -> impl Fn(LineProblem) -> LineError {
    move |problem| LineError { line, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_numbers_whatever_ends_them() {
        let text = b"\xef\xbb\xbf1 2\r\n\n \t\r\n3\n4\r5";
        let found: Vec<_> = lines(text).collect();
        assert_eq!(found, [(1, &b"1 2"[..]), (4, b"3"), (5, b"4\r5")]);
        assert_eq!(lines(b"").count(), 0);
    }

    #[test]
    fn columns_are_separated_by_any_number_of_blanks() {
        let found: Vec<_> = columns(b"  12\t 3  x ").collect();
        assert_eq!(found, [&b"12"[..], b"3", b"x"]);
        assert_eq!(split_last_column(b" a  b \t 7 "), Some((&b"a  b"[..], &b"7"[..])));
        assert_eq!(split_last_column(b" 7 "), None);
    }

    #[test]
    fn ids_end_below_the_largest_u32() {
        assert_eq!(raw_id(b"4294967294", "item"), Ok(4_294_967_294));
        assert_eq!(raw_id(b"0007", "item"), Ok(7));
        for large in ["4294967295", "4294967296", "18446744073709551616", "99999999999999999999999999"] {
            let found = large.to_string();
            assert_eq!(raw_id(large.as_bytes(), "item"), Err(LineProblem::TooLarge { what: "item", found }));
        }
        assert_eq!(id(b"1", "item", 1), Ok(0));
        assert_eq!(id(b"0", "item", 1), Err(LineProblem::BelowBase { what: "item" }));
    }
}
