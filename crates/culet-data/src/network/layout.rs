//! What the columns of an edge list, or of a table of interactions, hold.

use std::ops::Range;

use super::columns::{Columns, Delimiter, is_number};
use super::ids::{type_prefix, whole_number};
use super::options::Column;
use super::sample::Sample;
use super::terms::Terms;
use super::{NetworkLineError, NetworkLineProblem};
use crate::moment::seconds_of;
use crate::shown::shown;

/// Whole numbers like these, in the place of a weight, are rather seconds or milliseconds since 1970: from 1973 on.
const TIMES: Range<u64> = 100_000_000..100_000_000_000_000;

/// How to read the lines of an edge list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    pub(crate) delimiter: Delimiter,
    pub(crate) columns: Vec<Column>,
    /// Whether the first line is a header.
    pub(crate) header: bool,
    /// What of the layout was guessed and should be said, as the rest of a sentence that begins with the file.
    pub(crate) guesses: Vec<String>,
    /// Whether the times were taken for such by their looks, which one of the guesses says.
    pub(crate) guessed_time: bool,
    /// Which of the first ids are `type:id`.
    pub(crate) prefixes: Prefixes,
    terms: &'static Terms,
}

/// Which of the first ids are `type:id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prefixes {
    None,
    Some,
    All,
}

/// What is known of a layout before the file is seen.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known<'a> {
    pub(crate) delimiter: Option<Delimiter>,
    pub(crate) header: Option<bool>,
    pub(crate) columns: Option<&'a [Column]>,
    /// The columns of the training edges: a file beside them without a header has the same ones, or their two ends.
    pub(crate) sibling: Option<&'a [Column]>,
    /// What the columns are called.
    pub(crate) terms: &'static Terms,
}

impl Layout {
    /// Finds out from the first lines of a file what is not known.
    ///
    /// # Errors
    /// A first line with too few or too many columns; a header without source or target.
    pub(crate) fn find(lines: &[(usize, &[u8])], known: Known<'_>) -> Result<Self, NetworkLineError> {
        let terms = known.terms;
        let sample = Sample::new(lines, known.delimiter, |row| terms.is_header(row));
        let first = sample.rows.first().map(|(_, row)| row.as_slice()).unwrap_or_default();
        let by_looks = known.header.is_none() && !terms.is_header(first) && sample.looks_headed();
        let header = known.header.unwrap_or(by_looks || terms.is_header(first));
        let mut layout = Self {
            delimiter: sample.delimiter,
            columns: Vec::new(),
            header: header && !sample.rows.is_empty(),
            guesses: Vec::new(),
            guessed_time: false,
            prefixes: Prefixes::None,
            terms,
        };
        if by_looks {
            let text = lines.first().map(|(_, line)| shown(line)).unwrap_or_default();
            layout.guesses.push(format!("begins with `{text}`, taken for a header"));
        }
        layout.columns = layout.columns(&sample, known)?;
        layout.prefixes = layout.prefixes(sample.body(layout.header));
        Ok(layout)
    }

    fn columns(&mut self, sample: &Sample, known: Known<'_>) -> Result<Vec<Column>, NetworkLineError> {
        let body = sample.body(self.header);
        let Some((line, first)) = sample.first(self.header) else {
            return Ok(vec![Column::Source, Column::Target]);
        };
        if let Some(columns) = known.columns {
            return Ok(columns.to_vec());
        }
        if self.header && (self.terms.names_any(&sample.rows[0].1) || sample.rows[0].1.len() > 2) {
            let (line, header) = &sample.rows[0];
            return self.by_header(header).map_err(|problem| NetworkLineError { line: *line, problem });
        }
        match known.sibling {
            Some(columns) if columns.len() == first.len() => Ok(columns.to_vec()),
            Some(columns) if first.len() == 2 => Ok(ends_of(columns)),
            _ => self.by_place(body, first).map_err(|problem| NetworkLineError { line: *line, problem }),
        }
    }

    fn by_header(&mut self, header: &[Vec<u8>]) -> Result<Vec<Column>, NetworkLineProblem> {
        let words: Vec<_> = header.iter().map(|column| self.terms.header_word(column)).collect();
        let mut columns = vec![Column::Ignored; words.len()];
        for &(column, names) in self.terms.headers {
            // Of several names for one thing the most usual counts: a relation before a mere type.
            let rank = |k: &usize| names.iter().position(|name| *name == words[*k]);
            if let Some(k) = (0..words.len()).filter(|k| rank(k).is_some()).min_by_key(|k| rank(k)) {
                columns[k] = column;
            }
        }
        for end in [Column::Source, Column::Target] {
            if !columns.contains(&end) {
                // A header of other words: its first columns are the ends.
                let Some(free) = columns.iter().position(|&column| column == Column::Ignored) else {
                    let text = shown(&header.join(&b' '));
                    return Err(NetworkLineProblem::HeaderLacks { role: self.terms.word(end), text });
                };
                columns[free] = end;
            }
        }
        let unused = (0..words.len()).filter(|&k| columns[k] == Column::Ignored);
        let unused: Vec<_> = unused.map(|k| format!("`{}`", shown(&header[k]))).collect();
        if !unused.is_empty() {
            self.guesses.push(format!("has columns that are not used: {}", unused.join(", ")));
        }
        Ok(columns)
    }

    /// What the columns of a file without a header hold.
    fn by_place(
        &mut self,
        body: &[(usize, Vec<Vec<u8>>)],
        first: &[Vec<u8>],
    ) -> Result<Vec<Column>, NetworkLineProblem> {
        use Column::{Relation, Source, Target, Time, Weight};
        let all = |wanted: &dyn Fn(&[Vec<u8>]) -> bool| {
            body.iter().filter(|(_, row)| row.len() == first.len()).all(|(_, row)| wanted(row))
        };
        let typed = |column: usize| first.get(column).is_some_and(|id| type_prefix(id).is_some());
        let related = self.terms.related && typed(0) && typed(2) && !is_number(&first[1]);
        let columns: &[Column] = match (first.len(), related) {
            (2, _) => &[Source, Target],
            (3, true) => &[Source, Relation, Target],
            (4, true) => &[Source, Relation, Target, Weight],
            (5, true) => &[Source, Relation, Target, Weight, Time],
            (3, false) if all(&|row| self.is_time(&row[2])) => {
                self.guessed_time = true;
                self.guesses.push(format!(
                    "has a third column that looks like a time (`{}`) and {}",
                    shown(&first[2]),
                    self.terms.third_time
                ));
                &[Source, Target, Time]
            }
            (3, false) => &[Source, Target, Weight],
            (4, false) => &[Source, Target, Weight, Time],
            (found, _) => {
                let [source, target, weight, time] = [Source, Target, Weight, Time].map(|own| self.terms.word(own));
                let expected = format!("2 columns ({source}, {target}) to 4 ({weight}, {time})");
                return Err(NetworkLineProblem::Columns { expected, found, text: shown(&first.join(&b' ')) });
            }
        };
        Ok(columns.to_vec())
    }

    /// Whether a column looks like a time: of interactions it may also be a date.
    fn is_time(&self, column: &[u8]) -> bool {
        let date = || std::str::from_utf8(column).ok().and_then(seconds_of).is_some();
        whole_number(column).is_some_and(|time| TIMES.contains(&time)) || (self.terms.dates && date())
    }

    fn prefixes(&self, body: &[(usize, Vec<Vec<u8>>)]) -> Prefixes {
        let ends = [self.place(Column::Source), self.place(Column::Target)].map(|place| place.unwrap_or(usize::MAX));
        let ids = body.iter().flat_map(|(_, row)| ends.iter().filter_map(|&end| row.get(end)));
        let (mut n, mut n_typed) = (0, 0);
        for id in ids {
            n += 1;
            n_typed += usize::from(type_prefix(id).is_some());
        }
        match n_typed {
            0 => Prefixes::None,
            _ if n_typed == n => Prefixes::All,
            _ => Prefixes::Some,
        }
    }

    /// Where a column is.
    pub(crate) fn place(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|&own| own == column)
    }

    /// How many columns a line may have; what is to be left out at the end may be missing.
    pub(crate) fn width(&self) -> Range<usize> {
        let needed = self.columns.iter().rposition(|&column| column != Column::Ignored).map_or(0, |last| last + 1);
        needed..self.columns.len() + 1
    }

    /// The columns as a person says them, but for one that is to be left out.
    pub(crate) fn words(&self, without: Column) -> String {
        let word = |column: &Column| if *column == without { "-" } else { self.terms.word(*column) };
        self.columns.iter().map(word).collect::<Vec<_>>().join(",")
    }

    /// The error of a line with another number of columns.
    pub(crate) fn unfit(&self, columns: &Columns, line: &[u8]) -> NetworkLineProblem {
        let names: Vec<_> = self.columns.iter().map(|&column| self.terms.word(column)).collect();
        let expected = format!("{} columns ({})", names.len(), names.join(", "));
        NetworkLineProblem::Columns { expected, found: columns.len(), text: shown(line) }
    }
}

/// Source and target in the order of the columns.
fn ends_of(columns: &[Column]) -> Vec<Column> {
    columns.iter().copied().filter(|column| matches!(column, Column::Source | Column::Target)).collect()
}
