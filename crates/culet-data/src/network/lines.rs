//! The lines of a text of any size, read in blocks.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;

use super::{NetworkLineError, NetworkLineProblem};

/// The size of a block, and the longest line that is read.
const BLOCK: usize = 1 << 20;

/// How many lines tell the format of a file.
const SAMPLE: usize = 100;

/// Why there is no next line.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The source failed.
    Io(io::Error),
    /// The line cannot be used.
    Line(NetworkLineError),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Lines that hold anything but a comment, with their numbers from 1.
///
/// Comments begin with `#`, `%` or `//`, unless there are none by [`Lines::without_comments`]. A byte-order mark at the start and a carriage return at the end of a line are
/// left out. One block of 1 MiB is held at a time, which a line cannot exceed.
pub(crate) struct Lines<R> {
    source: R,
    block: Vec<u8>,
    /// What of the block is not yet used.
    unused: Range<usize>,
    at_end: bool,
    line: Range<usize>,
    number: usize,
    any_before: bool,
    n_late_comments: usize,
    comments: bool,
    /// How many further lines the present one goes on in.
    n_joined: usize,
    /// Whether such further lines count, too.
    counts_joined: bool,
}

impl<R: Read> Lines<R> {
    /// Reads the first block.
    pub(crate) fn new(source: R) -> io::Result<Self> {
        let mut lines = Self {
            source,
            block: vec![0; BLOCK],
            unused: 0..0,
            at_end: false,
            line: 0..0,
            number: 0,
            any_before: false,
            n_late_comments: 0,
            comments: true,
            n_joined: 0,
            counts_joined: true,
        };
        while !lines.at_end && lines.unused.end < BLOCK {
            lines.fill()?;
        }
        if lines.block[..lines.unused.end].starts_with(b"\xef\xbb\xbf") {
            lines.unused.start = 3;
        }
        Ok(lines)
    }

    /// The same where no line is a comment.
    pub(crate) fn without_comments(self) -> Self {
        Self { comments: false, ..self }
    }

    /// The same where a line that goes on in further ones counts as one: a row.
    pub(crate) fn counting_rows(self) -> Self {
        Self { counts_joined: false, ..self }
    }

    /// Goes to the next line; false at the end.
    ///
    /// # Errors
    /// A source that fails, a line that is too long.
    #[inline]
    pub(crate) fn advance(&mut self) -> Result<bool, Failure> {
        self.number += std::mem::take(&mut self.n_joined);
        while self.next_line()? {
            match kind(self.text()) {
                Kind::Empty => {}
                Kind::Comment if self.comments => self.n_late_comments += usize::from(self.any_before),
                Kind::Comment | Kind::Content => {
                    self.any_before = true;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Joins the next line to the one that [`Lines::advance`] went to, which keeps its number; false at the end.
    ///
    /// # Errors
    /// A source that fails, a line that is too long together.
    pub(crate) fn join_next(&mut self) -> Result<bool, Failure> {
        let number = self.number;
        // The line is still in the block, right before what is unused: give it back, with its break.
        let length = self.unused.start - self.line.start;
        if self.unused.is_empty() && self.at_end {
            return Ok(false);
        }
        self.unused.start = self.line.start;
        loop {
            let behind = self.unused.start + length;
            let rest = &self.block[behind..self.unused.end];
            if let Some(n) = rest.iter().position(|&byte| byte == b'\n') {
                self.take(length + n, 1);
                break;
            }
            if self.at_end {
                let n = rest.len();
                self.take(length + n, 0);
                break;
            }
            if self.unused.len() == BLOCK {
                let problem = NetworkLineProblem::TooLong { limit: BLOCK };
                return Err(Failure::Line(NetworkLineError { line: number, problem }));
            }
            self.fill()?;
        }
        self.number = number;
        self.n_joined += usize::from(self.counts_joined);
        Ok(true)
    }

    /// The number of the line that [`Lines::advance`] went to.
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// The line that [`Lines::advance`] went to.
    #[inline]
    pub(crate) fn text(&self) -> &[u8] {
        let line = &self.block[self.line.clone()];
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// How many comments stood behind the first line.
    pub(crate) fn n_late_comments(&self) -> usize {
        self.n_late_comments
    }

    /// The first lines, with their numbers, before any is taken.
    pub(crate) fn sample(&self) -> Vec<(usize, &[u8])> {
        let text = self.first_block();
        // What stands behind the last line break may go on in the next block.
        let whole = if self.at_end { text.len() } else { text.iter().rposition(|&b| b == b'\n').unwrap_or(0) };
        let lines = text[..whole].split(|&byte| byte == b'\n').enumerate();
        let lines = lines.map(|(k, line)| (k + 1, line.strip_suffix(b"\r").unwrap_or(line)));
        let wanted = |line: &[u8]| match kind(line) {
            Kind::Empty => false,
            Kind::Comment => !self.comments,
            Kind::Content => true,
        };
        lines.filter(|(_, line)| wanted(line)).take(SAMPLE).collect()
    }

    /// The first block, before any line is taken.
    pub(crate) fn first_block(&self) -> &[u8] {
        &self.block[self.unused.clone()]
    }

    fn next_line(&mut self) -> Result<bool, Failure> {
        loop {
            let unused = &self.block[self.unused.clone()];
            if let Some(length) = unused.iter().position(|&byte| byte == b'\n') {
                self.take(length, 1);
                return Ok(true);
            }
            if self.at_end {
                let length = unused.len();
                self.take(length, 0);
                return Ok(length > 0);
            }
            if unused.len() == BLOCK {
                let problem = NetworkLineProblem::TooLong { limit: BLOCK };
                return Err(Failure::Line(NetworkLineError { line: self.number + 1, problem }));
            }
            self.fill()?;
        }
    }

    fn take(&mut self, length: usize, line_break: usize) {
        self.line = self.unused.start..self.unused.start + length;
        self.unused.start += length + line_break;
        self.number += 1;
    }

    /// Moves what is unused to the front and reads more behind it.
    fn fill(&mut self) -> io::Result<()> {
        self.block.copy_within(self.unused.clone(), 0);
        self.unused = 0..self.unused.len();
        loop {
            match self.source.read(&mut self.block[self.unused.end..]) {
                Ok(0) => self.at_end = true,
                Ok(n) => self.unused.end += n,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            return Ok(());
        }
    }
}

#[derive(PartialEq, Eq)]
enum Kind {
    Empty,
    Comment,
    Content,
}

#[inline]
fn kind(line: &[u8]) -> Kind {
    let Some(start) = line.iter().position(|&byte| byte != b' ' && byte != b'\t') else { return Kind::Empty };
    if begins_comment(&line[start..]) { Kind::Comment } else { Kind::Content }
}

/// Whether a line that begins like this is a comment.
#[inline]
pub(crate) fn begins_comment(text: &[u8]) -> bool {
    matches!(text, [b'#' | b'%', ..] | [b'/', b'/', ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, and is interrupted in between.
    struct Dribble<'a>(&'a [u8], bool);

    impl Read for Dribble<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(ErrorKind::Interrupted.into());
            }
            let n = out.len().min(3).min(self.0.len());
            out[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn all(source: impl Read) -> Vec<(usize, Vec<u8>)> {
        let mut lines = Lines::new(source).unwrap();
        let mut found = Vec::new();
        while lines.advance().unwrap() {
            found.push((lines.number(), lines.text().to_vec()));
        }
        found
    }

    #[test]
    fn lines_keep_their_numbers_and_comments_are_left_out() {
        let text = b"\xef\xbb\xbf# a\r\n1 2\r\n\n \t\r\n % b\n// c\n3\n4\r5";
        let expected = [(2, b"1 2".to_vec()), (7, b"3".to_vec()), (8, b"4\r5".to_vec())];
        assert_eq!(all(&text[..]), expected);
        assert_eq!(all(Dribble(text, false)), expected);
        let mut lines = Lines::new(&text[..]).unwrap();
        assert_eq!(lines.sample(), [(2, &b"1 2"[..]), (7, b"3"), (8, b"4\r5")]);
        while lines.advance().unwrap() {}
        assert_eq!(lines.n_late_comments(), 2);
        assert!(all(&b""[..]).is_empty() && all(&b"\n"[..]).is_empty());
    }

    #[test]
    fn blocks_leave_no_trace() {
        let text: String = (0..300_000).map(|k| format!("{k} {}\n", k * 7)).collect();
        assert!(text.len() > 3 * BLOCK);
        let found = all(text.as_bytes());
        assert_eq!(found.len(), 300_000);
        for (k, line) in text.lines().enumerate() {
            assert_eq!(found[k], (k + 1, line.as_bytes().to_vec()));
        }
        assert_eq!(Lines::new(text.as_bytes()).unwrap().sample().len(), SAMPLE);
    }

    #[test]
    fn a_line_that_goes_on_in_the_next_block_is_no_sample() {
        let line = [vec![b'x'; BLOCK / 3], b"\n".to_vec()].concat();
        let sample = |n: usize| Lines::new(&line.repeat(n)[..]).unwrap().sample().len();
        assert_eq!([1, 2, 3, 4].map(sample), [1, 2, 2, 2]);
        assert_eq!(Lines::new(&line.repeat(2)[1..]).unwrap().sample()[0].1.len(), BLOCK / 3 - 1);
    }

    #[test]
    fn lines_that_go_on_keep_the_number_of_the_first() {
        for small in [false, true] {
            let text = b"# a\n\"b\r\nc\n\nd\" e\nf\n\"g".to_vec();
            let source: Box<dyn Read> = if small { Box::new(Dribble(&text, false)) } else { Box::new(&text[..]) };
            let mut lines = Lines::new(source).unwrap().without_comments();
            assert_eq!(lines.sample()[0], (1, &b"# a"[..]));
            assert!(lines.advance().unwrap() && lines.advance().unwrap());
            (0..3).for_each(|_| assert!(lines.join_next().unwrap()));
            assert_eq!((lines.number(), lines.text()), (2, &b"\"b\r\nc\n\nd\" e"[..]));
            assert!(lines.advance().unwrap());
            assert_eq!((lines.number(), lines.text()), (6, &b"f"[..]));
            assert!(lines.advance().unwrap() && !lines.join_next().unwrap());
            assert_eq!((lines.number(), lines.text()), (7, &b"\"g"[..]));
            assert!(!lines.advance().unwrap());
        }
    }

    #[test]
    fn a_line_that_goes_on_beyond_a_block_is_too_long() {
        let line = [vec![b'x'; BLOCK / 3], b"\n".to_vec()].concat();
        let text = line.repeat(5);
        let mut lines = Lines::new(&text[..]).unwrap();
        assert!(lines.advance().unwrap() && lines.advance().unwrap());
        assert!(lines.join_next().unwrap());
        assert_eq!(lines.text().len(), 2 * (BLOCK / 3) + 1);
        let Err(Failure::Line(error)) = lines.join_next() else { panic!("three thirds and their breaks do not fit") };
        assert_eq!(error.line, 2);
    }

    #[test]
    fn the_longest_line_fills_a_block() {
        let fits = [b"a\n".to_vec(), vec![b'x'; BLOCK - 1], b"\nb".to_vec()].concat();
        assert_eq!(all(&fits[..]).len(), 3);
        let long = [b"a\n".to_vec(), vec![b'x'; BLOCK + 1], b"\nb".to_vec()].concat();
        let mut lines = Lines::new(&long[..]).unwrap();
        assert!(lines.advance().unwrap());
        let Err(Failure::Line(error)) = lines.advance() else { panic!("the line is too long") };
        assert_eq!((error.line, error.problem), (2, NetworkLineProblem::TooLong { limit: BLOCK }));
    }
}
