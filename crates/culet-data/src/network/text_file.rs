//! A text file that is read line by line, its errors told with file and line.

use std::io::Read;
use std::path::Path;

use super::columns::{Columns, Delimiter};
use super::lines::{Failure, Lines};
use super::table_text::{self, TableColumns};
use super::unpack::{Input, Packing, failure};
use super::{NetworkLineError, NetworkLineProblem, NetworkProblem};
use crate::DataError;

/// An open text file.
pub(crate) struct TextFile<'a> {
    pub(crate) path: &'a Path,
    lines: Lines<Box<dyn Read + 'a>>,
    packing: Packing,
    size: u64,
    breaks: bool,
    /// The columns, where it is a table of another program.
    table: Option<TableColumns<'a>>,
}

/// The most line breaks within one line of columns: an open quote does not swallow a file.
const MOST_BREAKS: usize = 1_000;

impl<'a> TextFile<'a> {
    /// Opens a file and reads its first block.
    ///
    /// # Errors
    /// A file that cannot be read or unpacked.
    pub(crate) fn open(input: &'a Input) -> Result<Self, DataError> {
        let opened = input.open()?;
        let lines = Lines::new(opened.source).map_err(|error| failure(&input.path, opened.packing, error))?;
        if [b"\xff\xfe", b"\xfe\xff"].iter().any(|mark| lines.first_block().starts_with(*mark)) {
            return Err(DataError::network(&input.path, NetworkProblem::Utf16));
        }
        Ok(Self { path: &input.path, lines, packing: opened.packing, size: opened.size, breaks: false, table: None })
    }

    /// The same of a file that may be Parquet or Arrow, or of a table in memory, whose rows are the lines behind the first;
    /// its times are seconds since 1970 or dates.
    ///
    /// # Errors
    /// A file that cannot be read or unpacked.
    pub(crate) fn open_any(input: &'a Input, seconds: bool) -> Result<Self, DataError> {
        if !input.is_foreign()? {
            return Self::open(input);
        }
        let (text, columns) = table_text::open(input, seconds)?;
        let source: Box<dyn Read + 'a> = Box::new(text);
        let lines = Lines::new(source).map_err(|error| failure(&input.path, Packing::None, error))?;
        let lines = lines.without_comments().counting_rows();
        Ok(Self { path: &input.path, lines, packing: Packing::None, size: 0, breaks: true, table: Some(columns) })
    }

    /// The columns, where it is a table of another program.
    pub(crate) fn table(&self) -> Option<&TableColumns<'a>> {
        self.table.as_ref()
    }

    /// The same where quoted columns may hold line breaks.
    pub(crate) fn with_breaks(self) -> Self {
        Self { breaks: true, ..self }
    }

    /// The same where no line is a comment.
    pub(crate) fn without_comments(self) -> Self {
        Self { lines: self.lines.without_comments(), ..self }
    }

    /// The first lines, before any is taken.
    pub(crate) fn sample(&self) -> Vec<(usize, &[u8])> {
        self.lines.sample()
    }

    /// Whether the file begins like this.
    pub(crate) fn begins_with(&self, text: &[u8]) -> bool {
        self.lines.first_block().starts_with(text)
    }

    /// About how many lines there are, before any is taken; none for a packed file, whose lines nobody knows.
    pub(crate) fn n_lines_about(&self) -> usize {
        let block = self.lines.first_block();
        let breaks = block.iter().filter(|&&byte| byte == b'\n').count();
        let blocks = if self.packing == Packing::None { self.size as f64 / block.len().max(1) as f64 } else { 0.0 };
        // A little more than it looks like, as a list that is too short is copied to one of twice the size.
        (breaks as f64 * blocks * 1.01) as usize
    }

    /// Gives each line in columns to `each`, but for a header.
    ///
    /// # Errors
    /// A source that fails, a line that cannot be split, what `each` finds wrong.
    pub(crate) fn for_each(
        &mut self,
        delimiter: Delimiter,
        header: bool,
        mut each: impl FnMut(usize, &[u8], &Columns) -> Result<(), NetworkLineProblem>,
    ) -> Result<(), DataError> {
        self.for_each_or_earlier(delimiter, header, |line, text, columns| {
            each(line, text, columns).map_err(|problem| NetworkLineError { line, problem })
        })
    }

    /// As [`TextFile::for_each`], where `each` may find fault with an earlier line.
    #[inline]
    pub(crate) fn for_each_or_earlier(
        &mut self,
        delimiter: Delimiter,
        header: bool,
        mut each: impl FnMut(usize, &[u8], &Columns) -> Result<(), NetworkLineError>,
    ) -> Result<(), DataError> {
        let mut columns = Columns::default();
        let mut header = header;
        loop {
            match self.lines.advance() {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => return Err(self.failed(error)),
            }
            let line = self.lines.number();
            let mut split = columns.split(self.lines.text(), delimiter);
            if self.breaks && matches!(split, Err(NetworkLineProblem::OpenQuote { .. })) {
                split = self.split_further(&mut columns, delimiter)?;
            }
            if std::mem::take(&mut header) {
                continue;
            }
            let split = split.map_err(|problem| NetworkLineError { line, problem });
            split.and_then(|()| each(line, self.lines.text(), &columns)).map_err(|error| in_file(self.path, error))?;
        }
    }

    /// Splits a line that goes on in the next ones.
    #[cold]
    fn split_further(
        &mut self,
        columns: &mut Columns,
        delimiter: Delimiter,
    ) -> Result<Result<(), NetworkLineProblem>, DataError> {
        let open = columns.split(self.lines.text(), delimiter);
        for _ in 0..MOST_BREAKS {
            if !self.lines.join_next().map_err(|error| self.failed(error))? {
                break;
            }
            match columns.split(self.lines.text(), delimiter) {
                Err(NetworkLineProblem::OpenQuote { .. }) => {}
                split => return Ok(split),
            }
        }
        // What the quote swallowed is not shown.
        Ok(open)
    }

    fn failed(&self, error: Failure) -> DataError {
        match error {
            Failure::Io(error) => failure(self.path, self.packing, error),
            Failure::Line(error) => in_file(self.path, error),
        }
    }

    /// How many comments stood between the lines.
    pub(crate) fn n_late_comments(&self) -> usize {
        self.lines.n_late_comments()
    }
}

/// An error of a line of the file.
pub(crate) fn in_file(path: &Path, error: NetworkLineError) -> DataError {
    DataError::NetworkLine { path: path.into(), line: error.line, problem: error.problem }
}
