//! Vectors as tab-separated columns with names.

use std::io::{self, Write};

use culet_graph::Names;
use culet_kernels::Matrix;

use super::problem::Failure;
use super::source::{Source, parse_numbers, to_id};
use super::table::{Growing, Rows};

pub(super) fn write(rows: &mut Rows, file: &mut impl Write) -> io::Result<()> {
    let typed = rows.is_typed();
    file.write_all(if typed { b"id\ttype" } else { b"id" })?;
    (0..rows.dim()).try_for_each(|column| write!(file, "\tx{column}"))?;
    file.write_all(b"\n")?;
    let nodes = rows.nodes();
    for row in 0..rows.len() {
        file.write_all(nodes.id(row).as_bytes())?;
        if let Some(name) = rows.type_of(row) {
            write!(file, "\t{name}")?;
        }
        rows.get(row)?.iter().try_for_each(|x| write!(file, "\t{x:?}"))?;
        file.write_all(b"\n")?;
    }
    Ok(())
}

pub(super) fn read(mut source: Source) -> Result<(Names, Matrix), Failure> {
    let n_lines = source.count_lines()?;
    let mut line = Vec::new();
    source.line(&mut line)?;
    let columns: Vec<&[u8]> = line.split(|&byte| byte == b'\t').collect();
    if columns[0] != b"id" {
        return Err(Failure::line(1, "expected the names of the columns, the first of them `id`"));
    }
    let typed = columns.get(1) == Some(&&b"type"[..]);
    let dim = columns.len() - 1 - usize::from(typed);
    // A tab and a digit for each number, and a line break, which the last may lack.
    let row_bytes = dim.checked_mul(2).and_then(|bytes| bytes.checked_add(1));
    let mut table = Growing::new(n_lines - 1, dim, row_bytes, source.bytes)?;
    for number in 2..=n_lines {
        source.line(&mut line)?;
        let mut fields = line.split(|&byte| byte == b'\t');
        let id = to_id(fields.next().unwrap_or_default()).map_err(|what| Failure::line(number, what))?;
        if typed && fields.next().is_none() {
            return Err(Failure::line(number, "holds no type after the id"));
        }
        table.push(id, None, |vector| parse_numbers(number, fields, vector))?;
    }
    Ok(table.finish())
}
