//! Files that other programs wrote; `foreign/make.py` says which and how.

use std::fs;

use super::*;

fn read(files: &[(&str, &[u8])], format: VectorFormat) -> (Names, Matrix) {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    read_vectors(&folder.path().join(files[0].0), format).unwrap()
}

#[test]
fn gensim_numpy_and_pandas_are_read() {
    let (names, table) = small();
    let numpy: [(&str, &[u8]); 2] =
        [("x.npy", include_bytes!("foreign/numpy.npy")), ("x.ids.txt", include_bytes!("foreign/numpy.ids.txt"))];
    let tables = [
        read(&[("x", include_bytes!("foreign/gensim.txt"))], VectorFormat::Word2VecText),
        read(&[("x", include_bytes!("foreign/gensim.bin"))], VectorFormat::Word2VecBinary),
        read(&numpy, VectorFormat::Npy),
        read(&[("x", include_bytes!("foreign/pandas.parquet"))], VectorFormat::Parquet),
        read(&[("x", include_bytes!("foreign/pandas.tsv"))], VectorFormat::Tsv),
    ];
    for (k, (read_names, read)) in tables.iter().enumerate() {
        assert_eq!(ids(read_names), ids(&names), "file {k}");
        assert_eq!(bits(read), bits(&table), "file {k}");
    }
    assert_eq!(tables[3].0, names, "pandas wrote readable names too");
}

#[test]
fn whole_numbers_of_polars_are_ids() {
    for bytes in [&include_bytes!("foreign/polars.parquet")[..], include_bytes!("foreign/zstd.parquet")] {
        let (names, table) = read(&[("x", bytes)], VectorFormat::Parquet);
        assert_eq!(ids(&names), ["3", "1", "2"]);
        assert_eq!(bits(&table), bits(&small().1));
    }
}

#[test]
fn lists_of_nothing_are_vectors_of_no_dimension_and_nulls_are_told() {
    let (names, table) = read(&[("x", include_bytes!("foreign/empty.parquet"))], VectorFormat::Parquet);
    assert_eq!((ids(&names), table.n_rows(), table.dim()), (vec!["a", "b"], 2, 0));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    fs::write(&path, include_bytes!("foreign/null.parquet")).unwrap();
    let error = read_vectors(&path, VectorFormat::Parquet).unwrap_err();
    let expected = format!("`{}`: row 0 of column `vector` is null or holds null", path.display());
    assert_eq!(error.to_string(), expected);
}
