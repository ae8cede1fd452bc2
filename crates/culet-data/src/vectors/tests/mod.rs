//! Files of vectors: what goes in comes out, other programs agree on the layout, and bad files are told.

mod bad_files;
mod foreign_files;
mod layout;
mod round_trip;

use std::path::{Path, PathBuf};

use culet_graph::Names;
use culet_kernels::Matrix;

use super::*;

/// Three nodes with four numbers each.
fn small() -> (Names, Matrix) {
    let names = [("a", Some("Ann")), ("node:7", None), ("ü", Some("Ü"))].into_iter().collect();
    let table = [0.1, -2.5, 3e-20, 7.0, 0.0, -0.0, 1e30, 1.0 / 3.0, 1.0, 2.0, 3.0, 4.0];
    (names, Matrix::from_values(3, 4, &table))
}

/// A path of the format's ending in a folder.
fn path_of(folder: &Path, format: VectorFormat) -> PathBuf {
    let ending = match format {
        VectorFormat::Word2VecText => "w2v",
        VectorFormat::Word2VecBinary => "bin",
        VectorFormat::Npy => "npy",
        VectorFormat::Parquet => "parquet",
        VectorFormat::Tsv => "tsv",
    };
    folder.join("vectors").with_extension(ending)
}

fn bits(table: &Matrix) -> (usize, usize, Vec<u32>) {
    (table.n_rows(), table.dim(), table.to_values().iter().map(|x| x.to_bits()).collect())
}

fn ids(names: &Names) -> Vec<&str> {
    (0..names.len()).map(|index| names.id(index)).collect()
}
