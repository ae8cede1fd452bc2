//! Bytes as the formats are described elsewhere.

use std::fs;

use culet_graph::NodeTypes;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::*;

fn written(format: VectorFormat, typed: bool) -> (tempfile::TempDir, PathBuf) {
    let (names, table) = small();
    let types = NodeTypes { names: vec!["paper".into(), "author".into()], of: vec![1, 0, 1] };
    let folder = tempfile::tempdir().unwrap();
    let path = path_of(folder.path(), format);
    write_vectors(&path, format, &VectorTable::of(&names, &table).with_types(typed.then_some(&types))).unwrap();
    (folder, path)
}

#[test]
fn word2vec_has_a_line_of_counts_and_then_ids_with_numbers() {
    let (_folder, path) = written(VectorFormat::Word2VecText, true);
    let expected = "3 4\na 0.1 -2.5 3e-20 7.0\nnode:7 0.0 -0.0 1e30 0.33333334\nü 1.0 2.0 3.0 4.0\n";
    assert_eq!(fs::read_to_string(path).unwrap(), expected);
    let (_folder, path) = written(VectorFormat::Word2VecBinary, true);
    let bytes = fs::read(path).unwrap();
    assert!(bytes.starts_with(b"3 4\na \xcd\xcc\xcc\x3d\x00\x00\x20\xc0"), "0.1 and -2.5 as f32");
    assert!(bytes.ends_with(b"\n\xc3\xbc \0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40\n"), "1 to 4 as f32");
    assert_eq!(bytes.len(), 4 + 3 * 16 + 3 * 2 + 1 + 6 + 2);
}

#[test]
fn tsv_names_its_columns() {
    let (_folder, path) = written(VectorFormat::Tsv, true);
    let expected = "id\ttype\tx0\tx1\tx2\tx3\na\tauthor\t0.1\t-2.5\t3e-20\t7.0\n";
    assert!(fs::read_to_string(path).unwrap().starts_with(expected));
    let (_folder, path) = written(VectorFormat::Tsv, false);
    assert!(fs::read_to_string(path).unwrap().starts_with("id\tx0\tx1\tx2\tx3\na\t0.1\t"));
}

#[test]
fn numpy_arrays_have_a_header_of_whole_64_bytes_and_ids_beside_them() {
    let (_folder, path) = written(VectorFormat::Npy, true);
    let bytes = fs::read(&path).unwrap();
    let header = b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }";
    assert!(bytes.starts_with(header));
    assert!(bytes[header.len()..127].iter().all(|&byte| byte == b' ') && bytes[127] == b'\n');
    assert_eq!(bytes.len(), 128 + 48);
    assert_eq!(bytes[128..132], 0.1_f32.to_le_bytes());
    assert_eq!(fs::read_to_string(path.with_file_name("vectors.ids.txt")).unwrap(), "a\nnode:7\nü\n");
}

#[test]
fn parquet_has_a_row_a_node() {
    let (_folder, path) = written(VectorFormat::Parquet, true);
    let reader = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
    let rows: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[2], r#"{id: "ü", name: "Ü", type: "author", vector: [1.0, 2.0, 3.0, 4.0]}"#);
    assert!(
        rows[1].starts_with(r#"{id: "node:7", name: null, type: "paper", vector: [0E0, -0E0, 1E30, "#),
        "{}",
        rows[1]
    );
}
