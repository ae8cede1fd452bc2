//! The columns of a line, quoted or not.

use std::borrow::Cow;

use super::NetworkLineProblem;
use crate::shown::shown;

/// What stands between two columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delimiter {
    /// Spaces and tabs, any number of them.
    Blanks,
    /// This byte; blanks around it count for nothing.
    Byte(u8),
    /// Exactly this text: there are no quotes, blanks count, and at the end of a line it opens an empty column.
    Exact(&'static [u8]),
}

impl Delimiter {
    /// The delimiter that a person names by one letter.
    pub(crate) fn from_char(letter: char) -> Option<Self> {
        match letter {
            ' ' => Some(Self::Blanks),
            '"' | '\n' | '\r' | '\0' => None,
            _ => u8::try_from(letter).ok().filter(u8::is_ascii).map(Self::Byte),
        }
    }

    #[inline]
    fn ends_at(self, byte: u8) -> bool {
        match self {
            Self::Blanks => is_blank(byte),
            Self::Byte(own) => byte == own,
            Self::Exact(own) => own == [byte],
        }
    }

    /// A blank that is no delimiter.
    #[inline]
    fn pads_with(self, byte: u8) -> bool {
        is_blank(byte) && self != Self::Byte(byte)
    }
}

/// Where the columns of a line are.
///
/// A column that begins with `"` goes to the closing `"` and may hold the delimiter; `""` in it stands for one quote.
/// A delimiter at the end of a line opens no column.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    spans: Vec<Span>,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    /// Whether quotes are doubled in it.
    doubled: bool,
}

impl Columns {
    /// Finds the columns of a line.
    ///
    /// # Errors
    /// A quote that is not closed, or text behind a closing quote.
    #[inline]
    pub(crate) fn split(&mut self, line: &[u8], delimiter: Delimiter) -> Result<(), NetworkLineProblem> {
        self.spans.clear();
        if let Delimiter::Exact(own) = delimiter {
            self.split_exactly(line, own);
            return Ok(());
        }
        let mut at = 0;
        loop {
            while at < line.len() && delimiter.pads_with(line[at]) {
                at += 1;
            }
            if at == line.len() {
                return Ok(());
            }
            let (span, next) = if line[at] == b'"' { quoted(line, at, delimiter)? } else { plain(line, at, delimiter) };
            self.spans.push(span);
            if next == line.len() {
                return Ok(());
            }
            at = next + 1;
        }
    }

    fn split_exactly(&mut self, line: &[u8], delimiter: &[u8]) {
        let mut start = 0;
        loop {
            let next = line[start..].windows(delimiter.len()).position(|bytes| bytes == delimiter);
            let end = next.map_or(line.len(), |n| start + n);
            self.spans.push(Span { start, end, doubled: false });
            if next.is_none() {
                return;
            }
            start = end + delimiter.len();
        }
    }

    /// The number of columns.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    /// A column of the line that was split.
    #[inline]
    pub(crate) fn get<'a>(&self, line: &'a [u8], column: usize) -> Cow<'a, [u8]> {
        let Span { start, end, doubled } = self.spans[column];
        let text = &line[start..end];
        if doubled { Cow::Owned(single_quotes(text)) } else { Cow::Borrowed(text) }
    }

    /// A column, or nothing where the line has fewer.
    pub(crate) fn get_or_empty<'a>(&self, line: &'a [u8], column: usize) -> Cow<'a, [u8]> {
        if column < self.len() { self.get(line, column) } else { Cow::Borrowed(b"") }
    }

    /// All columns of the line that was split.
    pub(crate) fn all<'a>(&self, line: &'a [u8]) -> Vec<Cow<'a, [u8]>> {
        (0..self.len()).map(|column| self.get(line, column)).collect()
    }
}

/// The column from `at`, and where the delimiter or the end of the line is.
#[inline]
fn plain(line: &[u8], at: usize, delimiter: Delimiter) -> (Span, usize) {
    let next = line[at..].iter().position(|&byte| delimiter.ends_at(byte)).map_or(line.len(), |n| at + n);
    let mut end = next;
    while end > at && delimiter.pads_with(line[end - 1]) {
        end -= 1;
    }
    (Span { start: at, end, doubled: false }, next)
}

fn quoted(line: &[u8], at: usize, delimiter: Delimiter) -> Result<(Span, usize), NetworkLineProblem> {
    let mut doubled = false;
    let mut end = at + 1;
    loop {
        let quote = line[end..].iter().position(|&byte| byte == b'"');
        end += quote.ok_or_else(|| NetworkLineProblem::OpenQuote { text: shown(&line[at..]) })?;
        if line.get(end + 1) != Some(&b'"') {
            break;
        }
        doubled = true;
        end += 2;
    }
    let mut next = end + 1;
    while next < line.len() && delimiter != Delimiter::Blanks && delimiter.pads_with(line[next]) {
        next += 1;
    }
    if next < line.len() && !delimiter.ends_at(line[next]) {
        return Err(NetworkLineProblem::AfterQuote { text: shown(&line[at..]) });
    }
    Ok((Span { start: at + 1, end, doubled }, next))
}

fn single_quotes(text: &[u8]) -> Vec<u8> {
    let mut single = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        single.push(byte);
        if byte == b'"' {
            bytes.next();
        }
    }
    single
}

#[inline]
pub(crate) fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// Whether a column is a number of any sort.
pub(crate) fn is_number(column: &[u8]) -> bool {
    number(column).is_some()
}

/// The number in a column.
pub(crate) fn number(column: &[u8]) -> Option<f64> {
    std::str::from_utf8(column).ok()?.parse().ok()
}

/// The column as text.
///
/// # Errors
/// Bytes that are no UTF-8, or NUL among them.
pub(crate) fn text(column: &[u8]) -> Result<&str, NetworkLineProblem> {
    if column.contains(&0) {
        return Err(NetworkLineProblem::Nul { text: shown(column) });
    }
    std::str::from_utf8(column).map_err(|_| NetworkLineProblem::NotUtf8 { text: shown(column) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str, delimiter: char) -> Result<Vec<String>, NetworkLineProblem> {
        let mut columns = Columns::default();
        columns.split(line.as_bytes(), Delimiter::from_char(delimiter).unwrap())?;
        let text = |column: Cow<'_, [u8]>| String::from_utf8(column.into_owned()).unwrap();
        Ok(columns.all(line.as_bytes()).into_iter().map(text).collect())
    }

    #[test]
    fn columns_end_at_their_delimiter() {
        assert_eq!(split("  12\t 3  x ", ' ').unwrap(), ["12", "3", "x"]);
        assert_eq!(split(" a b \t c\t", '\t').unwrap(), ["a b", "c"]);
        assert_eq!(split("a,,b , c", ',').unwrap(), ["a", "", "b", "c"]);
        assert_eq!(split(",a", ',').unwrap(), ["", "a"]);
        assert_eq!(split("a,b,", ',').unwrap(), ["a", "b"]);
        assert_eq!(split("a|b", '|').unwrap(), ["a", "b"]);
        assert_eq!(split("", ',').unwrap(), [""; 0]);
    }

    #[test]
    fn an_exact_delimiter_knows_neither_blanks_nor_quotes() {
        let mut columns = Columns::default();
        for (line, delimiter, expected) in [
            (" a ::\"b::", &b"::"[..], &[" a ", "\"b", ""][..]),
            ("1\tToy Story\t", b"\t", &["1", "Toy Story", ""]),
            ("", b"|", &[""]),
        ] {
            columns.split(line.as_bytes(), Delimiter::Exact(delimiter)).unwrap();
            let found: Vec<_> = columns.all(line.as_bytes()).into_iter().map(Cow::into_owned).collect();
            assert_eq!(found, expected.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn quotes_hold_delimiters_and_blanks() {
        assert_eq!(split("\"Smith, J.\",b", ',').unwrap(), ["Smith, J.", "b"]);
        assert_eq!(split(" \" a \" , \"\" ,x", ',').unwrap(), [" a ", "", "x"]);
        assert_eq!(split("\"a b\" \"c\"\td", ' ').unwrap(), ["a b", "c", "d"]);
        assert_eq!(split("\"say \"\"hi\"\"\"\tb", '\t').unwrap(), ["say \"hi\"", "b"]);
        assert_eq!(split("\"\"\"\",a\"b", ',').unwrap(), ["\"", "a\"b"]);
        assert_eq!(split("a,\"b,c", ','), Err(NetworkLineProblem::OpenQuote { text: "\"b,c".into() }));
        assert_eq!(split("\"a\"b,c", ','), Err(NetworkLineProblem::AfterQuote { text: "\"a\"b,c".into() }));
    }

    #[test]
    fn no_delimiter_is_a_quote_or_a_line_break() {
        assert!("\"\n\r\0é".chars().all(|letter| Delimiter::from_char(letter).is_none()));
        assert_eq!(Delimiter::from_char('\t'), Some(Delimiter::Byte(b'\t')));
    }
}
