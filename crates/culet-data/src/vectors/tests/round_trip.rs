//! What is accepted is read back to the last bit.

use culet_graph::NodeTypes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Finite numbers of all sizes, zeros of both signs and the smallest ones included.
fn number() -> impl Strategy<Value = f32> {
    any::<u32>().prop_map(f32::from_bits).prop_map(|x| if x.is_finite() { x } else { f32::MIN_POSITIVE / 2.0 })
}

fn table(id: &'static str) -> impl Strategy<Value = (Names, Matrix, NodeTypes)> {
    (0..6_usize, 0..35_usize).prop_flat_map(move |(n, dim)| {
        let names = vec((id, proptest::option::of("[ -~é]{1,5}")), n);
        let types = vec(0..2_u8, n);
        (names, vec(number(), n * dim), types).prop_map(move |(names, values, of)| {
            let names = names.iter().map(|(id, name)| (id.as_str(), name.as_deref())).collect();
            let types = NodeTypes { names: vec!["paper".into(), "an author".into()], of };
            (names, Matrix::from_values(n, dim, &values), types)
        })
    })
}

/// Writes and reads, once with types and once without, by the path's ending.
fn assert_returns(format: VectorFormat, (names, matrix, types): &(Names, Matrix, NodeTypes)) {
    let folder = tempfile::tempdir().unwrap();
    let path = path_of(folder.path(), format);
    assert_eq!(VectorFormat::of_path(&path).unwrap(), format);
    for types in [None, Some(types)] {
        write_vectors(&path, format, &VectorTable::of(names, matrix).with_types(types)).unwrap();
        let (read_names, read) = read_vectors(&path, format).unwrap();
        assert_eq!(ids(&read_names), ids(names));
        // Without a row no list tells how long the others would be.
        let dim = if format == VectorFormat::Parquet && names.is_empty() { 0 } else { matrix.dim() };
        assert_eq!(bits(&read), (matrix.n_rows(), dim, bits(matrix).2));
        if format == VectorFormat::Parquet {
            assert_eq!(&read_names, names, "Parquet keeps readable names");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ids_without_blanks_return_in_all_formats(written in table("[!-~é\u{a0}]{1,6}")) {
        for format in VectorFormat::ALL {
            assert_returns(format, &written);
        }
    }

    #[test]
    fn ids_with_blanks_return_in_tables(written in table("[ -~]{0,6}")) {
        for format in [VectorFormat::Npy, VectorFormat::Parquet, VectorFormat::Tsv] {
            assert_returns(format, &written);
        }
    }

    #[test]
    fn any_id_returns_in_parquet(written in table("(?s).{0,6}")) {
        assert_returns(VectorFormat::Parquet, &written);
    }
}

#[test]
fn computed_rows_are_written_as_a_table_is() {
    let (names, table) = small();
    let folder = tempfile::tempdir().unwrap();
    for format in VectorFormat::ALL {
        let (path, other) = (path_of(folder.path(), format), path_of(&folder.path().join("b"), format));
        std::fs::create_dir_all(other.parent().unwrap()).unwrap();
        write_vectors(&path, format, &VectorTable::of(&names, &table)).unwrap();
        let halved = |row: usize, out: &mut [f32]| (0..4).for_each(|k| out[k] = table.row(row)[k] / 2.0 * 2.0);
        write_vectors(&other, format, &VectorTable::from_rows(&names, 4, halved)).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&other).unwrap(), "{}", format.name());
    }
}

#[test]
fn parquet_returns_more_rows_than_a_group_holds() {
    let (n, dim) = (90_000, 64);
    let names = Names::numbered(n);
    let folder = tempfile::tempdir().unwrap();
    let path = path_of(folder.path(), VectorFormat::Parquet);
    let fill = |row: usize, out: &mut [f32]| out.iter_mut().enumerate().for_each(|(k, x)| *x = (row * dim + k) as f32);
    write_vectors(&path, VectorFormat::Parquet, &VectorTable::from_rows(&names, dim, fill)).unwrap();
    let file = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
    assert_eq!(file.num_row_groups(), 2);
    let (read_names, read) = read_vectors(&path, VectorFormat::Parquet).unwrap();
    assert_eq!((read_names.len(), read.n_rows(), read_names.id(n - 1)), (n, n, "89999"));
    assert!((0..n * dim).all(|k| read.row(k / dim)[k % dim] == k as f32));
}

#[test]
fn formats_are_found_by_name_and_by_ending() {
    for format in VectorFormat::ALL {
        assert_eq!(VectorFormat::from_name(format.name()), Some(format));
    }
    assert_eq!(VectorFormat::from_name("csv"), None);
    let of = |path: &str| VectorFormat::of_path(Path::new(path));
    assert_eq!(of("a/b.TXT").unwrap(), VectorFormat::Word2VecText);
    assert_eq!(of("b.vec").unwrap(), VectorFormat::Word2VecText);
    let error = of("out/nodes.csv").unwrap_err();
    assert_eq!(error.to_string(), "`out/nodes.csv`: the ending `csv` tells no format of vectors");
    let hint = "`.txt` (word2vec), `.bin` (word2vec-binary), `.npy`, `.parquet` and `.tsv` do";
    assert_eq!(error.hint().unwrap(), hint);
}
