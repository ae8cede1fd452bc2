//! A file of vectors while it is read.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::Path;

use super::format::is_blank;
use super::problem::Failure;
use crate::DataError;

/// More than any first line of a word2vec file has.
const MAX_HEADER: u64 = 256;

/// An open file and its size.
pub(super) struct Source {
    pub(super) reader: BufReader<File>,
    pub(super) bytes: u64,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let opened = File::open(path).and_then(|file| file.metadata().map(|metadata| (file, metadata)));
        let (file, metadata) = opened.map_err(|error| DataError::read(path, error))?;
        if metadata.is_dir() {
            return Err(DataError::read(path, io::ErrorKind::IsADirectory.into()));
        }
        Ok(Self { reader: BufReader::with_capacity(1 << 16, file), bytes: metadata.len() })
    }

    /// The two numbers of the first line of a word2vec file.
    pub(super) fn counts(&mut self) -> Result<(usize, usize), Failure> {
        let mut line = Vec::new();
        (&mut self.reader).take(MAX_HEADER).read_until(b'\n', &mut line)?;
        let fields: Vec<&[u8]> = line.split(|&byte| is_blank(byte)).filter(|field| !field.is_empty()).collect();
        let count = |field: &[u8]| str::from_utf8(field).ok().and_then(|text| text.parse::<usize>().ok());
        match (line.ends_with(b"\n"), fields.as_slice()) {
            (true, &[n, dim]) => count(n).zip(count(dim)),
            _ => None,
        }
        .ok_or_else(|| Failure::line(1, "expected the number of vectors and their dimension, as word2vec writes them"))
    }

    /// Reads a line without its end; says whether there was one.
    pub(super) fn line(&mut self, line: &mut Vec<u8>) -> io::Result<bool> {
        line.clear();
        if self.reader.read_until(b'\n', line)? == 0 {
            return Ok(false);
        }
        while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            line.pop();
        }
        Ok(true)
    }

    /// How many lines there are, the last perhaps without its end; reads the file once.
    pub(super) fn count_lines(&mut self) -> io::Result<usize> {
        let (mut n, mut last) = (0, b'\n');
        loop {
            let block = self.reader.fill_buf()?;
            let Some(&end) = block.last() else { break };
            n += block.iter().filter(|&&byte| byte == b'\n').count();
            last = end;
            let length = block.len();
            self.reader.consume(length);
        }
        self.reader.rewind()?;
        Ok(n + usize::from(last != b'\n'))
    }
}

/// Reads the numbers of a line into a vector.
pub(super) fn parse_numbers<'a>(
    line: usize,
    fields: impl Iterator<Item = &'a [u8]>,
    vector: &mut [f32],
) -> Result<(), Failure> {
    let mut n = 0;
    for field in fields {
        if let Some(x) = vector.get_mut(n) {
            let text = String::from_utf8_lossy(field);
            *x = text.parse().map_err(|_| Failure::line(line, format!("`{}` is no number", text.escape_debug())))?;
        }
        n += 1;
    }
    if n == vector.len() {
        return Ok(());
    }
    let noun = if n == 1 { "number" } else { "numbers" };
    Err(Failure::line(line, format!("holds {n} {noun} after the id, expected {}", vector.len())))
}

/// An id as text.
pub(super) fn to_id(id: &[u8]) -> Result<&str, String> {
    str::from_utf8(id).map_err(|_| format!("the id `{}` is not UTF-8", String::from_utf8_lossy(id).escape_debug()))
}
