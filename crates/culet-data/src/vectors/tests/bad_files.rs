//! Files that will not do: errors that say why, never a panic, never memory without bound.

use std::fs;

use proptest::prelude::*;

use super::*;
use crate::columns::{Values, write_columns};

/// What is said of a file with this content, without its folder.
fn told(format: VectorFormat, bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = path_of(folder.path(), format);
    fs::write(&path, bytes).unwrap();
    fs::write(folder.path().join("vectors.ids.txt"), "a\nb\n").unwrap();
    match read_vectors(&path, format) {
        Ok((names, table)) => format!("{} x {}", names.len(), table.dim()),
        Err(error) => error.to_string().replace(&format!("{}/vectors", folder.path().display()), "v"),
    }
}

#[test]
fn text_that_contradicts_its_first_line_is_told() {
    let told = |text: &str| told(VectorFormat::Word2VecText, text.as_bytes());
    assert_eq!(told("2 1\na 1\nb 2"), "2 x 1");
    assert_eq!(told("2 1\r\na\t1 \r\nb  2\r\n\r\n \n"), "2 x 1");
    let expected = "v.w2v:1: expected the number of vectors and their dimension, as word2vec writes them";
    for first in ["", "2 1", "a 1 2\n", "2\na 1\nb 1\n", "-2 1\n", "2 1 0\n"] {
        assert_eq!(told(first), expected, "{first:?}");
    }
    assert_eq!(told("3 1\na 1\nb 2\n "), "v.w2v:4: is empty, expected an id and its vector");
    assert_eq!(told("3 1\na 1\nb 2.5\n"), "`v.w2v`: ends after 2 of 3 vectors");
    assert_eq!(told("1 1\na 1\nb 2\n"), "v.w2v:3: follows the 1 vectors that the first line announces");
    assert_eq!(told("2 2\na 1 2\nb 3\n"), "v.w2v:3: holds 1 number after the id, expected 2");
    assert_eq!(told("2 2\na 1 2\nb 3 4 5\n"), "v.w2v:3: holds 3 numbers after the id, expected 2");
    assert_eq!(told("1 2\nNew York 1 2\n"), "v.w2v:2: `York` is no number");
    assert_eq!(told("1 1\na nan\n"), "`v.w2v`: the vector of node 0, `a`, holds NaN");
    assert_eq!(told("1 1\na -1e39\n"), "`v.w2v`: the vector of node 0, `a`, holds -inf");
}

#[test]
fn sizes_that_no_file_has_are_not_believed() {
    let beyond = |n: &str, dim: &str, bytes: usize| {
        format!("announces {n} vectors of {dim} numbers, more than its {bytes} bytes can hold")
    };
    for (n, dim) in [("4000000000", "100"), ("1", "999999999999"), ("18446744073709551615", "18446744073709551615")] {
        let header = format!("{n} {dim}\na 1\n");
        for (format, name) in [(VectorFormat::Word2VecText, "v.w2v"), (VectorFormat::Word2VecBinary, "v.bin")] {
            let expected = format!("`{name}`: {}", beyond(n, dim, header.len()));
            assert_eq!(told(format, header.as_bytes()), expected);
        }
        let array = npy(&format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({n}, {dim})}}"), &[0; 8]);
        let message = told(VectorFormat::Npy, &array);
        assert_eq!(message, format!("`v.npy`: holds {n} vectors, and beside it are 2 ids"));
    }
    let array = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2305843009213693952)}", &[0; 8]);
    assert_eq!(told(VectorFormat::Npy, &array), format!("`v.npy`: {}", beyond("2", "2305843009213693952", 8)));
    assert_eq!(
        told(VectorFormat::Word2VecText, b"4294967296 0\n"),
        format!("`v.w2v`: {}", beyond("4294967296", "0", 13))
    );
}

#[test]
fn binary_files_cut_anywhere_or_too_long_are_told() {
    let (names, table) = small();
    let folder = tempfile::tempdir().unwrap();
    let path = path_of(folder.path(), VectorFormat::Word2VecBinary);
    write_vectors(&path, VectorFormat::Word2VecBinary, &VectorTable::of(&names, &table)).unwrap();
    let bytes = fs::read(path).unwrap();
    for end in 0..bytes.len() - 1 {
        let message = told(VectorFormat::Word2VecBinary, &bytes[..end]);
        assert!(message.starts_with("v.bin:1: ") || message.starts_with("`v.bin`: "), "cut at {end}: {message}");
    }
    let told = |bytes: &[u8]| told(VectorFormat::Word2VecBinary, bytes);
    assert_eq!(told(&bytes[..bytes.len() - 1]), "3 x 4", "a file without the last line break is whole");
    assert_eq!(told(&bytes[..bytes.len() - 3]), "`v.bin`: ends after 2 of 3 vectors");
    assert_eq!(
        told(&[&bytes[..], b"more"].concat()),
        "`v.bin`: goes on after the 3 vectors that the first line announces"
    );
    assert_eq!(told(b"1 1\n \0\0\0\0\n"), "`v.bin`: vector 0 has no id");
    assert_eq!(told(b"1 1\n\xff \0\0\0\0\n"), "`v.bin`: vector 0: the id `\u{fffd}` is not UTF-8");
    assert_eq!(told(b"1 1\na \0\0\x80\x7f\n"), "`v.bin`: the vector of node 0, `a`, holds inf");
}

/// A NumPy file of version 1.0.
fn npy(header: &str, numbers: &[u8]) -> Vec<u8> {
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), numbers].concat()
}

#[test]
fn arrays_of_other_kinds_are_told() {
    let of = |descr: &str, fortran: &str, shape: &str, n_bytes: usize| {
        let header = format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        told(VectorFormat::Npy, &npy(&header, &vec![0; n_bytes]))
    };
    assert_eq!(of("'<f4'", "False", "(2, 3)", 24), "2 x 3");
    assert_eq!(of("'<f8'", "False", "(2, 3)", 48), "2 x 3");
    assert_eq!(of("'<f4'", "False", "(2, 0)", 0), "2 x 0");
    let message = "`v.npy`: holds numbers of type `'<i8'`, expected `'<f4'` or `'<f8'`";
    assert_eq!(of("'<i8'", "False", "(2, 3)", 48), message);
    let message = "`v.npy`: is stored column after column; `numpy.ascontiguousarray` turns it around";
    assert_eq!(of("'<f4'", "True", "(2, 3)", 24), message);
    assert_eq!(of("'<f4'", "False", "(2,)", 8), "`v.npy`: is an array of shape (2,), expected two extents");
    assert_eq!(of("'<f4'", "False", "(2, x)", 8), "`v.npy`: is an array of shape (2, x), expected two extents");
    assert_eq!(of("'<f4'", "False", "(3, 1)", 12), "`v.npy`: holds 3 vectors, and beside it are 2 ids");
    let message = of("'<f4'", "False", "(2, 3)", 25);
    assert!(message.starts_with("`v.npy`: has ") && message.contains(" bytes, expected "), "{message}");
    assert!(of("'<f4'", "False", "(2, 3)", 23).contains("more than its 23 bytes can hold"));
    assert_eq!(told(VectorFormat::Npy, b"PK\x03\x04 and more"), "`v.npy`: is not a NumPy file");
    assert_eq!(told(VectorFormat::Npy, b"\x93NUM"), "`v.npy`: ends too early");
    let later = told(VectorFormat::Npy, b"\x93NUMPY\x04\x00\x10\x00\x00\x00and more");
    assert_eq!(later, "`v.npy`: is of version 4 with a header of 16 bytes");
}

#[test]
fn an_array_without_ids_is_told_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    fs::write(&path, npy("{}", &[])).unwrap();
    let error = read_vectors(&path, VectorFormat::Npy).unwrap_err();
    let shown = folder.path().display();
    assert_eq!(error.to_string(), format!("`{shown}/x.npy`: has no ids beside it: there is no `{shown}/x.ids.txt`"));
    assert_eq!(error.hint().unwrap(), "write the id of each row into it, one a line");
}

#[test]
fn tsv_without_names_of_columns_and_lines_of_other_lengths_are_told() {
    let told = |text: &str| told(VectorFormat::Tsv, text.as_bytes());
    assert_eq!(told("id\tx\ty\na b\t1\t2\n\t3\t4"), "2 x 2");
    assert_eq!(told("id\ttype\tx\na\tpaper\t1\n"), "1 x 1");
    assert_eq!(told("id\n"), "0 x 0");
    let expected = "v.tsv:1: expected the names of the columns, the first of them `id`";
    for text in ["", "\n", "a\t1\t2\n", "ID\tx\n"] {
        assert_eq!(told(text), expected, "{text:?}");
    }
    assert_eq!(told("id\tx\na\t1\n\n"), "v.tsv:3: holds 0 numbers after the id, expected 1");
    assert_eq!(told("id\ttype\tx\na\tpaper\t1\nb\n"), "v.tsv:3: holds no type after the id");
    assert_eq!(told("id\tx\na\t1\t2\n"), "v.tsv:2: holds 2 numbers after the id, expected 1");
    assert_eq!(told("id\tx\na\t\n"), "v.tsv:2: `` is no number");
}

#[test]
fn parquet_of_other_columns_is_told() {
    let of_columns = |columns: &[(&str, Values)]| {
        let mut bytes = Vec::new();
        write_columns(columns, &mut bytes).unwrap();
        told(VectorFormat::Parquet, &bytes)
    };
    let id = || ("id", Values::Text(vec!["a"]));
    assert_eq!(of_columns(&[("x", Values::Reals(&[1.0]))]), "`v.parquet`: holds no column `id`");
    assert_eq!(of_columns(&[id()]), "`v.parquet`: holds no column `vector`");
    let flat = of_columns(&[id(), ("vector", Values::Reals(&[1.0]))]);
    assert_eq!(flat, "`v.parquet`: column `vector` is DOUBLE of depth 0, expected lists of floats");
    let null = of_columns(&[("id", Values::OptionalText(vec![Some("a"), None]))]);
    assert_eq!(null, "`v.parquet`: row 1 of column `id` is null");
    let text = told(VectorFormat::Parquet, b"id\tx\na\t1\n");
    assert!(text.starts_with("`v.parquet`: is not a Parquet file: "), "{text}");
}

#[test]
fn ids_that_a_format_cannot_hold_are_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |format: VectorFormat, id: &str| {
        let names = [("a", None), (id, None)].into_iter().collect();
        let path = path_of(folder.path(), format);
        let error = write_vectors(&path, format, &VectorTable::of(&names, &Matrix::zeros(2, 1))).unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let message = error.to_string().replace(&path.display().to_string(), "x");
        (message, error.hint().unwrap())
    };
    let (message, hint) = refused(VectorFormat::Word2VecText, "New York");
    assert_eq!(message, "`x`: the id of node 1 cannot be written as word2vec: `New York`");
    assert_eq!(hint, "ids with blanks and empty ones fit into `.parquet`, `.npy` and `.tsv`");
    for id in ["", "a\tb", "a\nb", "a\u{b}b"] {
        refused(VectorFormat::Word2VecBinary, id);
        refused(VectorFormat::Word2VecText, id);
    }
    let (message, hint) = refused(VectorFormat::Tsv, "a\tb");
    assert_eq!(
        (message.as_str(), hint.as_str()),
        (r"`x`: the id of node 1 cannot be written as tsv: `a\tb`", "`.parquet` holds any id")
    );
    refused(VectorFormat::Npy, "a\r");
}

#[test]
fn numbers_that_are_not_finite_are_refused_and_the_old_file_stays() {
    let names = Names::numbered(2);
    let table = Matrix::from_values(2, 2, &[1.0, 2.0, 3.0, f32::NAN]);
    for format in VectorFormat::ALL {
        let folder = tempfile::tempdir().unwrap();
        let path = path_of(folder.path(), format);
        fs::write(&path, "old").unwrap();
        let error = write_vectors(&path, format, &VectorTable::of(&names, &table)).unwrap_err();
        assert_eq!(error.to_string(), format!("`{}`: the vector of node 1, `1`, holds NaN", path.display()));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn an_array_whose_ids_cannot_be_written_leaves_the_old_one() {
    let (names, table) = small();
    let folder = tempfile::tempdir().unwrap();
    let path = path_of(folder.path(), VectorFormat::Npy);
    fs::write(&path, "old").unwrap();
    let ids = folder.path().join("vectors.ids.txt");
    fs::create_dir(&ids).unwrap();
    let error = write_vectors(&path, VectorFormat::Npy, &VectorTable::of(&names, &table)).unwrap_err();
    assert!(matches!(&error, DataError::Write { path, .. } if *path == ids), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_changed_at_random_never_panic(
        format in proptest::sample::select(&VectorFormat::ALL[..]),
        changes in proptest::collection::vec(any::<(usize, u8)>(), 1..4),
        cut in any::<usize>(),
    ) {
        let (names, table) = small();
        let folder = tempfile::tempdir().unwrap();
        let path = path_of(folder.path(), format);
        write_vectors(&path, format, &VectorTable::of(&names, &table)).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        for (at, byte) in changes {
            let n = bytes.len();
            bytes[at % n] = byte;
        }
        if cut % 4 == 0 {
            bytes.truncate(cut % bytes.len());
        }
        fs::write(&path, bytes).unwrap();
        if let Err(error) = read_vectors(&path, format) {
            prop_assert!(matches!(error, DataError::Vectors { .. }), "{error}");
        }
    }
}
