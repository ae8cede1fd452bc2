//! Arrays of NumPy, matrices of SciPy and Parquet tables.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use super::{read_bytes, set, train};
use crate::columns::{Values, write_columns};
use crate::{CatalogueOptions, ColumnChoice, DataError, Dataset, Format, read_catalogue};

fn npy(descr: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}\n");
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), bytes].concat()
}

fn int32(numbers: &[i32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn floats(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn npz(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (k, (name, bytes)) in members.iter().enumerate() {
        let method = if k % 2 == 0 { zip::CompressionMethod::Stored } else { zip::CompressionMethod::Deflated };
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        zip.start_file(format!("{name}.npy"), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn sparse(format: &str, own: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut members = vec![("format", npy(&format!("|S{}", format.len()), "", format.as_bytes()))];
    members.extend(own.iter().cloned());
    npz(&members)
}

fn told(name: &str, bytes: &[u8]) -> Result<Dataset, String> {
    read_bytes(&[(name, bytes)], &CatalogueOptions::default()).map_err(|error| {
        assert!(error.hint().is_some(), "{error}");
        error.to_string()
    })
}

#[test]
fn a_matrix_that_unpacks_to_far_more_than_it_holds_is_a_bomb() {
    // All zeros: of a member no more is kept in memory than may come out of one.
    let bomb = sparse("csr", &[("indptr", npy("|i1", "80000000,", &vec![0; 80_000_000]))]);
    let error = told("x.npz", &bomb).unwrap_err();
    assert_eq!(error, "`data/x.npz/indptr.npy` unpacks to more than 250 times its size, as no table does");
}

#[test]
fn sparse_matrices_hold_users_in_rows() {
    let expected = set(&[("0", "1"), ("2", "0"), ("2", "3")]);
    let data = ("data", npy("<f8", "4,", &floats(&[1.0, 5.0, 0.0, 2.0])));
    let column = |name, numbers: &[i32]| (name, npy("<i4", &format!("{},", numbers.len()), &int32(numbers)));
    let csr = sparse("csr", &[column("indices", &[1, 0, 1, 3]), column("indptr", &[0, 1, 1, 4]), data.clone()]);
    let read = told("x.npz", &csr).unwrap();
    // A stored 0 is no interaction.
    assert_eq!(train(&read), expected);
    let coo = sparse("coo", &[column("row", &[0, 2, 2, 2]), column("col", &[1, 0, 1, 3]), data.clone()]);
    assert_eq!(train(&told("x.npz", &coo).unwrap()), expected);
    let turned = ("data", npy("<f8", "4,", &floats(&[5.0, 1.0, 0.0, 2.0])));
    let csc = sparse("csc", &[column("indices", &[2, 0, 2, 2]), column("indptr", &[0, 1, 3, 3, 4]), turned]);
    assert_eq!(train(&told("x.npz", &csc).unwrap()), expected);
    for (wrong, words) in [
        (sparse("csr", &[column("indices", &[1]), column("indptr", &[0, 9]), data.clone()]), "are not equally many"),
        (
            sparse("csr", &[column("indices", &[1, 1, 1, 1]), column("indptr", &[0, 9]), data.clone()]),
            "row 0 does not end within its 4 entries",
        ),
        (sparse("csr", &[column("indices", &[1]), column("indptr", &[0, 1])]), "it holds no `data`"),
        (sparse("bsr", &[]), "its format is `bsr`, expected csr, csc or coo"),
        (sparse("csr", &[column("indices", &[1, 1, 1, -1]), column("indptr", &[0, 4]), data]), "no column from 0 up"),
    ] {
        assert!(told("x.npz", &wrong).unwrap_err().contains(words), "{words}");
    }
}

#[test]
fn arrays_are_lists_of_pairs_or_dense() {
    let pairs = npy("<i4", "3, 3", &int32(&[7, 1, 5, 7, 2, 3, 8, 1, 1]));
    assert_eq!(train(&told("x.npy", &pairs).unwrap()), set(&[("7", "1"), ("7", "2"), ("8", "1")]));
    let dense = npy("<f8", "2, 3", &floats(&[0.0, 1.0, 0.0, 2.0, 0.0, 3.0]));
    assert_eq!(train(&told("x.npy", &dense).unwrap()), set(&[("0", "1"), ("1", "0"), ("1", "2")]));
}

#[test]
fn pickles_are_never_loaded() {
    let objects = npy("|O", "2,", b"\x80\x04K\x01.");
    assert_eq!(
        told("x.npy", &objects).unwrap_err(),
        "`data/x.npy` holds Python objects (pickles), which are never loaded"
    );
    let inside = sparse("csr", &[("indptr", objects)]);
    assert!(told("x.npz", &inside).unwrap_err().contains("pickles"));
    assert_eq!(told("x.pkl", b"\x80\x04K\x01.").unwrap_err(), "`data/x.pkl` is a pickle, which is not read");
}

#[test]
fn arrays_that_make_no_sense_are_told() {
    for (bytes, words) in [
        (npy("<i4", "3, 2", &int32(&[1])), "it holds 4 bytes of numbers, expected 24"),
        (npy("<i4", "18446744073709551615, 2", &[]), "expected more than fits"),
        (npy(">i4", "1, 2", &int32(&[1, 2])), "its type is `'>i4'`"),
        (npy("<c8", "1,", &[0; 8]), "its type is `'<c8'`"),
        (npy("<i4", "2,", &int32(&[1, 2])), "its shape is [2], expected a matrix"),
        (npy("<i4", "1, 2", &int32(&[1, -2])), "row 0 holds a number below 0"),
        (npy("<f8", "1, 2", &floats(&[f64::NAN, 1.0])), "row 1: the rating of item 0 is NaN"),
        (b"\x93NUMPY\x01\x00\xff\xff".to_vec(), "its header has 65535 bytes"),
        (b"\x93NUMPY\x01\x00\x09\x00".to_vec(), "it ends too early"),
        (b"\x93NUMPY".to_vec(), "it ends too early"),
    ] {
        let error = told("x.npy", &bytes).unwrap_err();
        assert!(error.contains(words), "{error}: {words}");
    }
}

fn parquet(folder: &Path, columns: &[(&str, Values<'_>)]) -> Result<Dataset, DataError> {
    let path = folder.join("log.parquet");
    write_columns(columns, fs::File::create(&path).unwrap()).unwrap();
    read_catalogue(&path, &CatalogueOptions::default())
}

#[test]
fn columns_of_parquet_go_by_their_names() {
    let root = tempfile::tempdir().unwrap();
    let (items, ratings) = ([7_u32, 9], [5.0, 1.0]);
    let columns = [
        ("customer", Values::Text(vec!["ann", "bob"])),
        ("item_id", Values::Counts((&items).into())),
        ("rating", Values::Reals(&ratings)),
        ("other", Values::Reals(&ratings)),
    ];
    let data = parquet(root.path(), &columns).unwrap();
    assert_eq!(train(&data), set(&[("ann", "7"), ("bob", "9")]));
    let path = root.path().join("log.parquet");
    let with = |columns: &str, min_rating| CatalogueOptions {
        columns: Some(ColumnChoice::parse(columns).unwrap()),
        min_rating,
        ..CatalogueOptions::default()
    };
    let chosen = read_catalogue(&path, &with("user=item_id,item=customer,rating=other", Some(2.0))).unwrap();
    assert_eq!(train(&chosen), set(&[("7", "ann")]));
    let words = |options: &CatalogueOptions| {
        let error = read_catalogue(&path, options).unwrap_err();
        error.to_string().replace(&path.display().to_string(), "FILE")
    };
    let error = words(&with("user=x,item=customer", None));
    assert_eq!(error, "`FILE` has no column `x`; there are `customer`, `item_id`, `rating`, `other`");
    assert_eq!(
        words(&with("user=rating,item=customer", None)),
        "`FILE` column `rating` (user) holds floats, expected text or whole numbers"
    );
    let error = words(&with("user=item_id,item=rating,rating=customer", None));
    assert_eq!(error, "`FILE` column `rating` (item) holds floats, expected text or whole numbers");
    assert!(words(&with("user,item", None)).contains("the names of the columns of a Parquet or Arrow table"));
    let half = fs::read(&path).unwrap();
    fs::write(&path, &half[..half.len() / 2]).unwrap();
    assert!(words(&CatalogueOptions::default()).starts_with("`FILE` makes no sense as a Parquet table"));
    let wrong = CatalogueOptions { format: Some(Format::Parquet), ..CatalogueOptions::default() };
    assert!(words(&wrong).starts_with("`FILE` makes no sense as a Parquet table"));
}

#[test]
fn nulls_of_parquet_are_told_with_their_row() {
    let root = tempfile::tempdir().unwrap();
    let columns = [("user", Values::OptionalText(vec![Some("ann"), None])), ("item", Values::Counts((&[7, 9]).into()))];
    let error = parquet(root.path(), &columns).unwrap_err();
    assert!(error.to_string().ends_with("row 2: the user is empty"), "{error}");
    assert!(error.hint().is_some());
}

#[test]
fn a_parquet_table_in_an_archive_is_read() {
    let columns = [("user", Values::Text(vec!["ann", "bob"])), ("item", Values::Counts((&[7, 9]).into()))];
    let mut table = Vec::new();
    write_columns(&columns, &mut table).unwrap();
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("x/log.parquet", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(&table).unwrap();
    let data = told("x.zip", &zip.finish().unwrap().into_inner()).unwrap();
    assert_eq!(train(&data), set(&[("ann", "7"), ("bob", "9")]));
}

#[test]
fn a_parquet_table_that_holds_far_more_than_its_size_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let told = |user: &str, n: usize| {
        let columns = [("user", Values::Category(vec![user; n])), ("item", Values::Category(vec!["7"; n]))];
        parquet(root.path(), &columns).unwrap_err().to_string()
    };
    // Written once in a dictionary, and meant in every row.
    let error = told(&"x".repeat(1 << 19), 200);
    assert!(error.ends_with("its texts are far longer than the file, as no table's are"), "{error}");
    let error = told("ann", (1 << 20) + 1);
    assert!(error.contains("claims to hold 2097154 values in "), "{error}");
}
