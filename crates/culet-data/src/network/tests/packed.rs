//! Files packed by gzip and zstd, whole and damaged.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::{edges, read_bytes};
use crate::DataError;
use crate::network::{NetworkData, NetworkOptions, read_network, write_edge_list};

/// Edges that take several blocks of both packers.
fn text() -> String {
    (0..60_000_u64).map(|k| format!("{} {}\n", k * 7919 % 10_007, k * 104_729 % 10_009)).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

fn zstd(text: &str) -> Vec<u8> {
    compress_to_vec(text.as_bytes(), CompressionLevel::Fastest)
}

fn read(name: &str, bytes: &[u8]) -> Result<NetworkData, DataError> {
    read_bytes(&[(name, bytes)], &NetworkOptions::default())
}

#[test]
fn packed_files_hold_what_was_packed() {
    let text = text();
    let expected = edges(&read("edges.tsv", text.as_bytes()).unwrap());
    let (first, second) = text.split_at(300_000);
    // What is packed is told by its first bytes; several packed files behind one another are one.
    let skipped = [b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc".to_vec(), zstd(&text)].concat();
    for (name, bytes) in [
        ("edges.tsv.gz", gzip(&text)),
        ("edges.tsv", gzip(&text)),
        ("edges.gz", [gzip(first), gzip(second)].concat()),
        ("edges.csv.zst", zstd(&text)),
        ("edges.tsv.zst", [zstd(first), zstd(second)].concat()),
        ("edges.tsv.zst", skipped),
    ] {
        assert_eq!(edges(&read(name, &bytes).unwrap()), expected, "{name}");
    }
}

#[test]
fn what_is_cut_short_or_damaged_is_an_error() {
    let text = text();
    for (name, whole) in [("edges.tsv.gz", gzip(&text)), ("edges.tsv.zst", zstd(&text))] {
        for length in [whole.len() / 2, whole.len() - 1, 5] {
            let error = read(name, &whole[..length]).unwrap_err();
            let message = format!("`data/{name}` is damaged or cut short: it ends too early");
            assert_eq!(error.to_string(), message, "{length} bytes");
            assert_eq!(error.hint().unwrap(), "fetch or make the file again");
        }
        // In the middle of the content, and in the checksum behind it.
        for place in [whole.len() / 2, whole.len() - 1] {
            let mut damaged = whole.clone();
            damaged[place] ^= 0x10;
            let error = read(name, &damaged).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`data/{name}` is damaged or cut short: ")), "{error}");
        }
    }
}

#[test]
fn a_name_that_promises_too_much_is_an_error() {
    for (name, how) in [("edges.tsv.gz", "gzip"), ("edges.tsv.zst", "zstd")] {
        for bytes in [&b"1 2\n"[..], b""] {
            let error = read(name, bytes).unwrap_err();
            assert_eq!(error.to_string(), format!("`data/{name}` is not compressed by {how}, as its name says"));
            assert_eq!(error.hint().unwrap(), "take the ending off its name");
        }
    }
}

#[test]
fn an_edge_list_is_packed_if_its_name_says_so() {
    let root = tempfile::tempdir().unwrap();
    let data = read("edges.tsv", b"a b 2\nb c 1\n").unwrap();
    let path = root.path().join("out.csv.gz");
    write_edge_list(&path, &data, ',').unwrap();
    assert_eq!(fs::read(&path).unwrap()[..2], [0x1f, 0x8b]);
    let back = read_network(&path, &NetworkOptions::default()).unwrap();
    assert_eq!((back.name.as_str(), &back.network), ("out", &data.network));
    let error = write_edge_list(&root.path().join("out.zst"), &data, ',').unwrap_err();
    assert!(error.to_string().ends_with("out.zst` cannot be written: zstd is only read"), "{error}");
    assert_eq!(error.hint().unwrap(), "write to a name that ends in `.gz`, or without compression");
}
