//! Vectors as text, in the layout of word2vec.

use std::io::{self, Write};

use culet_graph::Names;
use culet_kernels::Matrix;

use super::format::is_blank;
use super::problem::Failure;
use super::source::{Source, parse_numbers, to_id};
use super::table::{Growing, Rows};

pub(super) fn write(rows: &mut Rows, file: &mut impl Write) -> io::Result<()> {
    writeln!(file, "{} {}", rows.len(), rows.dim())?;
    let nodes = rows.nodes();
    for row in 0..rows.len() {
        file.write_all(nodes.id(row).as_bytes())?;
        rows.get(row)?.iter().try_for_each(|x| write!(file, " {x:?}"))?;
        file.write_all(b"\n")?;
    }
    Ok(())
}

pub(super) fn read(mut source: Source) -> Result<(Names, Matrix), Failure> {
    let (n, dim) = source.counts()?;
    // An id of a letter, a blank and a digit for each number, and a line break, which the last may lack.
    let row_bytes = dim.checked_mul(2).and_then(|bytes| bytes.checked_add(2));
    let mut table = Growing::new(n, dim, row_bytes, source.bytes)?;
    let (mut line, mut number) = (Vec::new(), 1);
    while source.line(&mut line)? {
        number += 1;
        let mut fields = line.split(|&byte| is_blank(byte)).filter(|field| !field.is_empty());
        let Some(id) = fields.next() else {
            if table.len() < n {
                return Err(Failure::line(number, "is empty, expected an id and its vector"));
            }
            continue;
        };
        if table.len() == n {
            return Err(Failure::line(number, format!("follows the {n} vectors that the first line announces")));
        }
        let id = to_id(id).map_err(|what| Failure::line(number, what))?;
        table.push(id, None, |vector| parse_numbers(number, fields, vector))?;
    }
    if table.len() < n {
        return Err(Failure::malformed(format!("ends after {} of {n} vectors", table.len())));
    }
    Ok(table.finish())
}
