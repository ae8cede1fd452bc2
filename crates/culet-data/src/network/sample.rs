//! What the first lines of a file tell: what separates the columns, and whether there is a header.

use std::borrow::Cow;

use super::columns::{Columns, Delimiter, is_number};
use super::ids::type_prefix;

/// What may separate columns, the first of those that fit equally well being taken: between semicolons stand commas
/// more often (in decimals and names) than the other way round.
const DELIMITERS: [Delimiter; 4] =
    [Delimiter::Byte(b'\t'), Delimiter::Byte(b';'), Delimiter::Byte(b','), Delimiter::Blanks];

/// The first lines of a file in columns.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) delimiter: Delimiter,
    /// Number and columns of each line; no column where it could not be split.
    pub(crate) rows: Vec<(usize, Vec<Vec<u8>>)>,
}

impl Sample {
    /// Splits the lines by the delimiter, or by the one that fits them best.
    ///
    /// A delimiter that makes a header of the first line is the right one; or else the one that gives the most lines
    /// two columns. Numbers with tabs and spaces between them are separated by both.
    pub(crate) fn new(
        lines: &[(usize, &[u8])],
        given: Option<Delimiter>,
        is_header: impl Fn(&[Vec<u8>]) -> bool,
    ) -> Self {
        if let Some(delimiter) = given {
            return Self::split(lines, delimiter);
        }
        let samples = DELIMITERS.map(|delimiter| Self::split(lines, delimiter));
        let with_header = samples.iter().position(|sample| sample.rows.first().is_some_and(|(_, row)| is_header(row)));
        let [tabs, .., blanks] = &samples;
        let mixed = tabs.is_all_numbers(true) && !tabs.is_all_numbers(false) && blanks.is_all_numbers(false);
        // Of equals the first, so that tabs come before what may stand within a column.
        let fit = |k: &usize| (samples[*k].n_split(), std::cmp::Reverse(*k));
        let best = (0..samples.len()).max_by_key(fit).unwrap_or(0);
        let last = samples.len() - 1;
        let best = with_header.unwrap_or(if mixed && best == 0 { last } else { best });
        samples.into_iter().nth(best).expect("the best is one of them")
    }

    fn split(lines: &[(usize, &[u8])], delimiter: Delimiter) -> Self {
        let mut columns = Columns::default();
        let mut row = |&(number, line): &(usize, &[u8])| {
            let whole = columns.split(line, delimiter).is_ok();
            let texts = columns.all(line).into_iter().map(Cow::into_owned);
            (number, if whole { texts.collect() } else { Vec::new() })
        };
        Self { delimiter, rows: lines.iter().map(&mut row).collect() }
    }

    /// How many lines have two columns or more.
    fn n_split(&self) -> usize {
        self.rows.iter().filter(|(_, row)| row.len() > 1).count()
    }

    /// Whether all columns are numbers, perhaps several with spaces between them.
    fn is_all_numbers(&self, several: bool) -> bool {
        let numbers = |column: &Vec<u8>| {
            if several { column.split(|&byte| byte == b' ').all(is_number) } else { is_number(column) }
        };
        self.rows.iter().all(|(_, row)| row.iter().all(numbers))
    }

    /// The rows without the header.
    pub(crate) fn body(&self, header: bool) -> &[(usize, Vec<Vec<u8>>)] {
        self.rows.get(usize::from(header)..).unwrap_or_default()
    }

    /// The first row that could be split, without the header unless there is nothing else.
    pub(crate) fn first(&self, header: bool) -> Option<&(usize, Vec<Vec<u8>>)> {
        self.body(header).iter().chain(&self.rows).find(|(_, row)| !row.is_empty())
    }

    /// Whether the first row of edges is a header by its looks alone: no number where all other rows have one.
    ///
    /// The ends of an edge count only both together, as one odd id is no header; and no header holds a `type:id`.
    pub(crate) fn looks_headed(&self) -> bool {
        let first = self.rows.first().map(|(_, row)| row.as_slice()).unwrap_or_default();
        if first.iter().any(|column| type_prefix(column).is_some()) {
            return false;
        }
        let width = first.len();
        (self.begins_oddly(0) && self.begins_oddly(1)) || (2..width).any(|column| self.begins_oddly(column))
    }

    /// Whether a column holds numbers but for its first row.
    pub(crate) fn begins_oddly(&self, column: usize) -> bool {
        let Some(((_, first), rest)) = self.rows.split_first() else { return false };
        let number = |(_, row): &(usize, Vec<Vec<u8>>)| row.get(column).is_some_and(|text| is_number(text));
        first.get(column).is_some_and(|text| !is_number(text)) && !rest.is_empty() && rest.iter().all(number)
    }
}

/// The word of a header in small letters, without blanks, dashes and the like.
pub(crate) fn word(column: &[u8]) -> String {
    let text = String::from_utf8_lossy(column);
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &str) -> Sample {
        let lines: Vec<_> = text.lines().enumerate().map(|(k, line)| (k + 1, line.as_bytes())).collect();
        Sample::new(&lines, None, |row| row.first().is_some_and(|first| first == b"source"))
    }

    #[test]
    fn the_delimiter_is_what_splits_most_lines() {
        let tab = Delimiter::Byte(b'\t');
        assert_eq!(sample("a b\tc\nd e\tf").delimiter, tab);
        assert_eq!(sample("1 2\n3 4").delimiter, Delimiter::Blanks);
        assert_eq!(sample("a\tb").delimiter, tab);
        assert_eq!(sample("a, b\nc, d").delimiter, Delimiter::Byte(b','));
        assert_eq!(sample("\"Smith, J.\";b\nc;d").delimiter, Delimiter::Byte(b';'));
        assert_eq!(sample("\"Smith, J.\" b\nc d").delimiter, Delimiter::Blanks);
        assert_eq!(sample("1;2;0,5\n2;3;1,5").delimiter, Delimiter::Byte(b';'));
        // One odd line does not decide.
        assert_eq!(sample("a b\nc d\ne,f").delimiter, Delimiter::Blanks);
        assert_eq!(sample("").delimiter, tab);
    }

    #[test]
    fn a_header_decides_what_splits_the_lines_below() {
        assert_eq!(sample("source;x\na b;c d\ne f").delimiter, Delimiter::Byte(b';'));
    }

    #[test]
    fn numbers_between_tabs_and_spaces_are_split_by_both() {
        assert_eq!(sample("1 2\t1\t17\n1 3\t1\t18").delimiter, Delimiter::Blanks);
        assert_eq!(sample("1\t\t2\n1\t3\t4").delimiter, Delimiter::Byte(b'\t'));
        assert_eq!(sample("1 x\t2\n3 y\t4").delimiter, Delimiter::Byte(b'\t'));
    }

    #[test]
    fn a_first_line_without_the_numbers_of_the_others_looks_like_a_header() {
        assert!(sample("a b\n1 2\n3 4").looks_headed());
        assert!(sample("x,y,strength\na,b,1\nb,c,2").looks_headed());
        assert!(!sample("a b\n1 2\nc 4").looks_headed());
        assert!(!sample("a 1\n2 3").looks_headed());
        assert!(!sample("p:1 r a:1\np:2 r 7").looks_headed());
        assert!(!sample("a b\nc d").looks_headed());
        assert!(!sample("a b").looks_headed());
        assert!(!sample("").looks_headed());
    }

    #[test]
    fn words_lose_case_and_signs() {
        assert_eq!(word(b" From_Node-ID "), "fromnodeid");
    }
}
