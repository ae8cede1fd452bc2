//! Vectors as little-endian f32, in the layout of word2vec.

use std::io::{self, BufRead, ErrorKind, Read, Write};

use culet_graph::Names;
use culet_kernels::Matrix;

use super::problem::Failure;
use super::source::{Source, to_id};
use super::table::{Growing, Rows};

pub(super) fn write(rows: &mut Rows, file: &mut impl Write) -> io::Result<()> {
    writeln!(file, "{} {}", rows.len(), rows.dim())?;
    let nodes = rows.nodes();
    for row in 0..rows.len() {
        file.write_all(nodes.id(row).as_bytes())?;
        file.write_all(b" ")?;
        rows.get(row)?.iter().try_for_each(|x| file.write_all(&x.to_le_bytes()))?;
        file.write_all(b"\n")?;
    }
    Ok(())
}

pub(super) fn read(mut source: Source) -> Result<(Names, Matrix), Failure> {
    let (n, dim) = source.counts()?;
    // An id of a letter, a blank, the numbers; the line break is left out by some programs.
    let row_bytes = dim.checked_mul(4).and_then(|bytes| bytes.checked_add(2));
    let mut table = Growing::new(n, dim, row_bytes, source.bytes)?;
    let (mut id, mut numbers) = (Vec::new(), vec![0; 4 * dim]);
    for row in 0..n {
        read_row(&mut source, &mut id, &mut numbers).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => Failure::malformed(format!("ends after {row} of {n} vectors")),
            _ => error.into(),
        })?;
        let start = id.iter().position(|&byte| byte != b'\n').unwrap_or(id.len());
        let id = to_id(&id[start..]).map_err(|what| Failure::malformed(format!("vector {row}: {what}")))?;
        if id.is_empty() {
            return Err(Failure::malformed(format!("vector {row} has no id")));
        }
        table.push(id, None, |vector| {
            for (x, bytes) in vector.iter_mut().zip(numbers.as_chunks::<4>().0) {
                *x = f32::from_le_bytes(*bytes);
            }
            Ok(())
        })?;
    }
    only_line_breaks(&mut source, n)?;
    Ok(table.finish())
}

/// Reads an id, the line break before it included, and the bytes of its vector.
fn read_row(source: &mut Source, id: &mut Vec<u8>, numbers: &mut [u8]) -> io::Result<()> {
    id.clear();
    source.reader.read_until(b' ', id)?;
    if id.pop() != Some(b' ') {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    source.reader.read_exact(numbers)
}

/// Refuses what follows the last vector, but for the end of its line.
fn only_line_breaks(source: &mut Source, n: usize) -> Result<(), Failure> {
    let mut rest = Vec::new();
    (&mut source.reader).take(64).read_to_end(&mut rest)?;
    if rest.iter().all(|byte| matches!(byte, b'\n' | b'\r')) {
        return Ok(());
    }
    Err(Failure::malformed(format!("goes on after the {n} vectors that the first line announces")))
}
