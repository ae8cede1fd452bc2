//! Parquet and Arrow, formats with many counts that a file tells of itself: none of them is believed.

use std::path::Path;
use std::sync::LazyLock;

use bolero::check;
use culet_data::fuzzing::read_catalogue_in_memory;
use culet_data::{CatalogueOptions, Dataset, Fingerprint, describe, to_text};
use culet_fuzz::Watch;
use culet_fuzz::seeds::{Named, Table, altered, arrow_tables, parquet_folder, parquet_pages, with_pages};

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(parquet_pages);
static ARROW: LazyLock<Vec<Vec<u8>>> = LazyLock::new(arrow_tables);
static FOLDER: LazyLock<(Dataset, Vec<Named>)> = LazyLock::new(parquet_folder);

#[test]
fn parquet() {
    let watch = Watch::new("parquet");
    TABLES.iter().for_each(|(table, _)| assert!(judge(&[("x.parquet", table)]).is_some()));
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| {
            let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
            let (table, _) = &TABLES[usize::from(*first) % TABLES.len()];
            judge(&[("x.parquet", &altered(table, rest))]);
            judge(&[("x.parquet", bytes)]);
            judge(&[("x.parquet", &with_footer(bytes))]);
        });
    });
}

/// The bytes as the footer of a file that holds nothing else.
fn with_footer(bytes: &[u8]) -> Vec<u8> {
    [b"PAR1", bytes, &(bytes.len() as u32).to_le_bytes(), b"PAR1"].concat()
}

#[test]
fn parquet_page_headers() {
    let watch = Watch::new("parquet_page_headers");
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| {
            let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
            judge(&[("x.parquet", &with_pages(&TABLES[usize::from(*first) % TABLES.len()], rest))]);
        });
    });
}

#[test]
fn parquet_folder_altered() {
    let watch = Watch::new("parquet_folder_altered");
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| {
            let (whole, files) = &*FOLDER;
            let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
            let mut files = files.clone();
            let at = usize::from(*first) % files.len();
            files[at].1 = altered(&files[at].1, rest);
            let files: Vec<_> = files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
            if let Some(data) = judge(&files) {
                assert_eq!(Fingerprint::of(&data), Fingerprint::of(whole), "an altered folder was taken for whole");
            }
        });
    });
}

#[test]
fn arrow() {
    let watch = Watch::new("arrow");
    ARROW.iter().for_each(|table| assert!(judge(&[("x.arrow", table)]).is_some()));
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| {
            let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
            let table = &ARROW[usize::from(*first) % ARROW.len()];
            judge(&[("x.arrow", &altered(table, rest))]);
            judge(&[("x.arrow", &with_arrow_footer(bytes))]);
            judge(&[("x.arrow", &with_arrow_message(bytes))]);
        });
    });
}

/// The bytes as the footer of a file that holds nothing else.
fn with_arrow_footer(bytes: &[u8]) -> Vec<u8> {
    [b"ARROW1\0\0", bytes, &(bytes.len() as u32).to_le_bytes(), b"ARROW1"].concat()
}

/// The bytes as the first message of a stream.
fn with_arrow_message(bytes: &[u8]) -> Vec<u8> {
    [&[0xff; 4], &(bytes.len() as u32).to_le_bytes()[..], bytes].concat()
}

fn judge(files: &[(&str, &[u8])]) -> Option<Dataset> {
    match read_catalogue_in_memory(Path::new("data"), files, &CatalogueOptions::default()) {
        Ok(data) => {
            assert_eq!(data.vocabulary.users.len(), data.train.n_users());
            assert_eq!(data.vocabulary.entities.len(), data.graph.n_entities());
            assert!(!to_text(&describe(&data)).is_empty());
            Some(data)
        }
        Err(error) => {
            assert!(error.hint().is_some(), "{error}");
            None
        }
    }
}
