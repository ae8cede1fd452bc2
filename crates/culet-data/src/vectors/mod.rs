//! Embedding tables as files: a vector for each node, with its id.
//!
//! | format | endings | holds | ids |
//! | --- | --- | --- | --- |
//! | word2vec text | `.txt` `.vec` `.w2v` | a line `n d`, then a line `id x y z ...` a node | not empty, no blanks |
//! | word2vec binary | `.bin` | a line `n d`, then `id`, a blank, `d` little-endian f32, a line break | likewise |
//! | NumPy | `.npy` | version 1.0, `<f4`, C order, `(n, d)`; the ids, a line each, in `NAME.ids.txt` | no line breaks |
//! | Parquet | `.parquet` | columns `id`, `name` and `type` if there are any, `vector` (a list of floats) | any |
//! | TSV | `.tsv` | column names `id`, `type` if any, `x0`, `x1` ...; then a line a node | no tabs, no line breaks |
//!
//! Numbers in text are the shortest that read back to the same `f32`. What [`write_vectors`] accepts, [`read_vectors`]
//! gives back to the last bit; what a format does not hold (names, types) is left out. An id that a format cannot hold
//! is an error that names formats which can. Numbers that are not finite are refused both ways: no score and no
//! neighbour can be computed from them.
//!
//! Parquet has a single column of lists, not a column a dimension: so the table is one column whatever its dimension,
//! and its numbers lie in one piece. `np.stack(pandas.read_parquet(p)["vector"])`,
//! `polars.read_parquet(p)["vector"].list.to_array(d).to_numpy()` and DuckDB's `list_cosine_similarity` take it as it
//! is. Who wants a column a dimension takes TSV:
//! `pandas.read_csv(p, sep="\t", quoting=3, keep_default_na=False, index_col="id")`.

mod binary;
mod format;
mod lists;
mod npy;
mod problem;
mod source;
mod table;
mod text;
mod tsv;

#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;

use culet_graph::Names;
use culet_kernels::Matrix;

pub use format::VectorFormat;
pub use problem::VectorProblem;
pub use table::VectorTable;

use crate::DataError;
use crate::atomic::write_atomically;
use problem::Failure;
use source::Source;
use table::Rows;

/// Writes a table of vectors; a reader sees the old file or the whole new one.
///
/// For [`VectorFormat::Npy`] the ids are written to `NAME.ids.txt` beside it, in the moment before `path` is replaced.
///
/// # Errors
/// [`DataError::Vectors`] for an id that the format cannot hold or a number that is not finite, and
/// [`DataError::Write`]; the file is then as it was.
pub fn write_vectors(path: &Path, format: VectorFormat, table: &VectorTable) -> Result<(), DataError> {
    format.check(table).map_err(|problem| DataError::vectors(path, problem))?;
    let mut rows = Rows::new(table);
    let written = match format {
        VectorFormat::Word2VecText => write_atomically(path, |file| text::write(&mut rows, file)),
        VectorFormat::Word2VecBinary => write_atomically(path, |file| binary::write(&mut rows, file)),
        VectorFormat::Npy => npy::write_both(path, &mut rows),
        VectorFormat::Parquet => write_atomically(path, |file| lists::write(&mut rows, file)),
        VectorFormat::Tsv => write_atomically(path, |file| tsv::write(&mut rows, file)),
    };
    match rows.into_problem() {
        Some(problem) => Err(DataError::vectors(path, problem)),
        None => written,
    }
}

/// Reads ids and vectors; repeated ids stay as they are.
///
/// No size in a file is believed beyond what the file can hold, so that a damaged one costs no more memory than a whole
/// one of its size. NumPy files may hold `<f8` too, Parquet files lists of doubles and ids that are whole numbers, as
/// other programs write them; doubles are rounded.
///
/// # Errors
/// [`DataError::Vectors`] says what is wrong, and in text on which line; [`DataError::Read`].
pub fn read_vectors(path: &Path, format: VectorFormat) -> Result<(Names, Matrix), DataError> {
    let source = Source::open(path)?;
    let read = match format {
        VectorFormat::Word2VecText => text::read(source),
        VectorFormat::Word2VecBinary => binary::read(source),
        VectorFormat::Npy => npy::read_both(path, source),
        VectorFormat::Parquet => lists::read(source),
        VectorFormat::Tsv => tsv::read(source),
    };
    read.map_err(|failure| match failure {
        Failure::Problem(problem) => DataError::vectors(path, problem),
        Failure::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            DataError::vectors(path, VectorProblem::Malformed("ends too early".into()))
        }
        Failure::Io(error) => DataError::read(path, error),
        Failure::Other(error) => *error,
    })
}
