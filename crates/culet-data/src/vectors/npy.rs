//! Vectors as a NumPy array, with the ids in a text file beside it.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use culet_graph::Names;
use culet_kernels::Matrix;

use super::VectorProblem;
use super::problem::Failure;
use super::source::{Source, to_id};
use super::table::{Growing, Rows};
use crate::DataError;
use crate::atomic::write_atomically;

const MAGIC: &[u8] = b"\x93NUMPY";
/// The limit of NumPy itself.
const MAX_HEADER: usize = 10_000;

/// The text file of the ids that belong to an array.
fn ids_path(path: &Path) -> PathBuf {
    path.with_extension("ids.txt")
}

/// Writes the array and, before it takes its place, the ids; if either fails, neither file changes.
pub(super) fn write_both(path: &Path, rows: &mut Rows) -> Result<(), DataError> {
    let mut of_ids = None;
    let written = write_atomically(path, |file| {
        write(rows, file)?;
        file.flush()?;
        file.get_ref().sync_all()?;
        write_atomically(&ids_path(path), |file| write_ids(rows.nodes(), file)).map_err(|error| {
            of_ids = Some(error);
            ErrorKind::Other.into()
        })
    });
    of_ids.map_or(written, Err)
}

fn write_ids(nodes: &Names, file: &mut BufWriter<File>) -> io::Result<()> {
    (0..nodes.len()).try_for_each(|node| writeln!(file, "{}", nodes.id(node)))
}

fn write(rows: &mut Rows, file: &mut BufWriter<File>) -> io::Result<()> {
    let shape = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows.len(), rows.dim());
    let before = MAGIC.len() + 4;
    // The numbers start at a multiple of 64 bytes, as NumPy has it.
    let length = (before + shape.len() + 1).next_multiple_of(64) - before;
    file.write_all(MAGIC)?;
    file.write_all(&[1, 0])?;
    file.write_all(&(length as u16).to_le_bytes())?;
    writeln!(file, "{shape:<width$}", width = length - 1)?;
    (0..rows.len()).try_for_each(|row| rows.get(row)?.iter().try_for_each(|x| file.write_all(&x.to_le_bytes())))
}

pub(super) fn read_both(path: &Path, source: Source) -> Result<(Names, Matrix), Failure> {
    let ids_path = ids_path(path);
    if !ids_path.exists() {
        return Err(VectorProblem::NoIds { ids: ids_path.display().to_string() }.into());
    }
    let ids = read_ids(&ids_path).map_err(|failure| match failure {
        Failure::Problem(problem) => DataError::vectors(&ids_path, problem),
        Failure::Io(error) => DataError::read(&ids_path, error),
        Failure::Other(error) => *error,
    });
    read(source, &ids.map_err(|error| Failure::Other(error.into()))?)
}

fn read_ids(path: &Path) -> Result<Names, Failure> {
    let mut source = Source::open(path).map_err(|error| Failure::Other(error.into()))?;
    let (mut names, mut line) = (Names::default(), Vec::new());
    while source.line(&mut line)? {
        let id = to_id(&line).map_err(|what| Failure::line(names.len() + 1, what))?;
        names.push(id, None);
    }
    Ok(names)
}

fn read(mut source: Source, ids: &Names) -> Result<(Names, Matrix), Failure> {
    let (header, start) = read_header(&mut source)?;
    let Header { width, n_rows, dim } = parse_header(&header)?;
    if n_rows != ids.len() {
        return Err(Failure::malformed(format!("holds {n_rows} vectors, and beside it are {} ids", ids.len())));
    }
    let row_bytes = dim.checked_mul(width);
    let mut table = Growing::new(n_rows, dim, row_bytes, source.bytes.saturating_sub(start))?;
    let mut bytes = vec![0; row_bytes.unwrap_or(0)];
    let expected = start + (bytes.len() * n_rows) as u64;
    if source.bytes != expected {
        return Err(Failure::malformed(format!("has {} bytes, expected {expected}", source.bytes)));
    }
    for row in 0..n_rows {
        source.reader.read_exact(&mut bytes)?;
        table.push(ids.id(row), None, |vector| {
            if width == 4 {
                vector.iter_mut().zip(bytes.as_chunks::<4>().0).for_each(|(x, b)| *x = f32::from_le_bytes(*b));
            } else {
                vector.iter_mut().zip(bytes.as_chunks::<8>().0).for_each(|(x, b)| *x = f64::from_le_bytes(*b) as f32);
            }
            Ok(())
        })?;
    }
    Ok(table.finish())
}

/// What an array is.
struct Header {
    /// Bytes a number.
    width: usize,
    n_rows: usize,
    dim: usize,
}

/// The text of the header, and where the numbers start.
fn read_header(source: &mut Source) -> Result<(String, u64), Failure> {
    let mut start = [0; 8];
    source.reader.read_exact(&mut start)?;
    if !start.starts_with(MAGIC) {
        return Err(Failure::malformed("is not a NumPy file"));
    }
    let (n_length, mut length) = (if start[6] == 1 { 2 } else { 4 }, [0; 4]);
    source.reader.read_exact(&mut length[..n_length])?;
    let length = u32::from_le_bytes(length) as usize;
    if !matches!(start[6], 1..=3) || length > MAX_HEADER {
        return Err(Failure::malformed(format!("is of version {} with a header of {length} bytes", start[6])));
    }
    let mut header = vec![0; length];
    source.reader.read_exact(&mut header)?;
    let header = String::from_utf8(header).map_err(|_| Failure::malformed("has a header that is not UTF-8"))?;
    Ok((header, (start.len() + n_length + length) as u64))
}

/// Reads the Python dictionary of the header as far as NumPy writes it.
fn parse_header(header: &str) -> Result<Header, Failure> {
    let value = |key: &str| {
        let at = header.find(&format!("'{key}'"))?;
        header[at + key.len() + 2..].trim_start().strip_prefix(':').map(str::trim_start)
    };
    let width = match value("descr") {
        Some(descr) if descr.starts_with("'<f4'") => 4,
        Some(descr) if descr.starts_with("'<f8'") => 8,
        other => {
            let found = other.and_then(|descr| descr.split([',', '}']).next()).unwrap_or("nothing");
            return Err(Failure::malformed(format!("holds numbers of type `{found}`, expected `'<f4'` or `'<f8'`")));
        }
    };
    if !value("fortran_order").is_some_and(|order| order.starts_with("False")) {
        return Err(Failure::malformed("is stored column after column; `numpy.ascontiguousarray` turns it around"));
    }
    let shape = value("shape").and_then(|shape| shape.strip_prefix('(')).and_then(|shape| shape.split(')').next());
    let shape = shape.unwrap_or_default();
    let extents: Option<Vec<usize>> =
        shape.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect();
    match extents.as_deref() {
        Some(&[n_rows, dim]) => Ok(Header { width, n_rows, dim }),
        _ => Err(Failure::malformed(format!("is an array of shape ({shape}), expected two extents"))),
    }
}
