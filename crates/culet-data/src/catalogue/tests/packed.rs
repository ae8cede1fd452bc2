//! Archives and packed files: what is in them, and what is refused.

use std::io::{Cursor, Write};
use std::path::PathBuf;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{facts, read_bytes, set, texts, train};
use crate::{CatalogueOptions, Dataset};

const LOG: &[u8] = b"user,item\nann,1\nbob,2\n";

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(super) fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn told(name: &str, bytes: &[u8]) -> Result<Dataset, String> {
    read_bytes(&[(name, bytes)], &CatalogueOptions::default()).map_err(|error| {
        assert!(error.hint().is_some(), "{error}");
        error.to_string()
    })
}

#[test]
fn an_archive_is_as_good_as_its_folder() {
    let files: [(&str, &[u8]); 4] = [
        ("ml-20m/ratings.csv", b"userId,movieId,rating\n1,7,5\n2,7,3\n"),
        ("ml-20m/movies.csv", b"movieId,title,genres\n7,Heat,Crime\n8,Dune,Drama\n"),
        ("__MACOSX/._ratings.csv", b"\0"),
        ("ml-20m/README.txt", b"read me"),
    ];
    let data = told("ml-20m.zip", &zipped(&files)).unwrap();
    assert_eq!(
        (train(&data), facts(&data)),
        (set(&[("1", "7"), ("2", "7")]), texts(&["7 genres genres:Crime", "8 genres genres:Drama"]))
    );
    let kgat = zipped(&[("x/train.txt", b"0 0 1\n1 2\n"), ("x/test.txt", b"0 2\n"), ("x/kg_final.txt", b"0 0 3\n")]);
    let data = told("x.zip", &kgat).unwrap();
    assert_eq!((data.train.n_pairs(), data.test.n_pairs(), data.graph.triplets().len()), (3, 1, 1));
    assert_eq!(train(&told("log.zip", &zipped(&[("any.csv", b"1,2\n")])).unwrap()), set(&[("1", "2")]));
    let error = told("x.zip", &zipped(&[("x/train.txt", b"0 a\n")])).unwrap_err();
    assert!(error.contains("train.txt:1: "), "{error}");
}

#[test]
fn names_in_an_archive_are_no_paths() {
    for name in ["../../log.csv", "/etc/log.csv", "a\\..\\log.csv"] {
        let data = told("x.zip", &zipped(&[(name, LOG)])).unwrap();
        assert_eq!(train(&data), set(&[("ann", "1"), ("bob", "2")]));
    }
    let error = told("x.zip", &zipped(&[("/log.csv", b"user,item\na,b,c\n")])).unwrap_err();
    assert!(error.starts_with("data/x.zip//log.csv:2: "), "{error}");
}

#[test]
fn packed_files_that_are_cut_short_or_altered_are_told() {
    let long: Vec<u8> =
        (0..5_000_u32).flat_map(|k| format!("{},{}\n", k * k % 977, k * 31 % 4999).into_bytes()).collect();
    let zip = zipped(&[("log.csv", &long)]);
    assert_eq!(told("log.zip", &zip).unwrap().train.n_pairs(), 5_000);
    for length in [10, zip.len() / 2, zip.len() - 1] {
        assert!(told("log.zip", &zip[..length]).unwrap_err().contains("is damaged or cut short: "), "{length}");
    }
    let mut altered = zip;
    altered[200] ^= 0x55;
    assert!(told("log.zip", &altered).unwrap_err().contains("is damaged or cut short: "));
    let gzip = gzipped(&long);
    let error = told("log.csv.gz", &gzip[..gzip.len() / 2]).unwrap_err();
    assert_eq!(error, "`data/log.csv.gz` is damaged or cut short: it ends too early");
    assert_eq!(told("log.csv.gz", LOG).unwrap_err(), "`data/log.csv.gz` is not compressed by gzip, as its name says");
    assert!(told("log.csv.zst", b"\x28\xb5\x2f\xfd\x04").unwrap_err().contains("is damaged or cut short: "));
}

#[test]
fn bombs_do_not_go_off() {
    // Lines of comments: nothing is kept of them but the count of bytes.
    let bomb = b"# nothing\n".repeat(8 << 20);
    let times = "unpacks to more than 250 times its size, as no table does";
    assert_eq!(told("log.csv.gz", &gzipped(&bomb)).unwrap_err(), format!("`data/log.csv.gz` {times}"));
    assert_eq!(told("log.zip", &zipped(&[("log.csv", &bomb)])).unwrap_err(), format!("`data/log.zip/log.csv` {times}"));
}

#[test]
fn an_archive_that_holds_no_catalogue_is_told() {
    assert_eq!(told("x.zip", &zipped(&[("a.md", b"x")])).unwrap_err(), "`data` holds no catalogue that is understood");
    let nested = zipped(&[("log.csv", &gzipped(LOG))]);
    assert_eq!(train(&told("x.zip", &nested).unwrap()), set(&[("ann", "1"), ("bob", "2")]));
    let options = CatalogueOptions { attributes: vec![PathBuf::from("i.zip")], ..CatalogueOptions::default() };
    let error = read_bytes(&[("log.csv", LOG), ("i.zip", &zipped(&[("i.csv", b"x")]))], &options).unwrap_err();
    assert_eq!(error.to_string(), "`data/i.zip` is a zip archive, which is not read");
}
