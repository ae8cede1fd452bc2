//! Tests of whole folders: oddities that are read, errors and their words, arbitrary bytes, the way out and back.

mod errors;
mod oddities;
mod properties;
mod writing;

use std::path::Path;

use super::{KgatOptions, Sources, assemble};
use crate::{DataError, Dataset};

/// A data set from the text of its files, as if they lay in the folder `data`.
fn read(files: &[(&str, &str)], id_base: u32) -> Result<Dataset, DataError> {
    assemble(&sources(files), Path::new("data"), &KgatOptions { id_base })
}

fn sources(files: &[(&str, &str)]) -> Sources {
    let mut sources = Sources::default();
    for &(file, text) in files {
        let bytes = text.as_bytes().to_vec();
        match file {
            "train.txt" => sources.train = bytes,
            "valid.txt" => sources.valid = Some(bytes),
            "test.txt" => sources.test = Some(bytes),
            "kg_final.txt" => sources.graph = Some(bytes),
            _ => *optional(&mut sources, file) = Some(bytes),
        }
    }
    sources
}

fn optional<'a>(sources: &'a mut Sources, file: &str) -> &'a mut Option<Vec<u8>> {
    let place = |kind: super::Kind| (kind as usize, kind.list_file() == file);
    let found = super::Kind::ALL.into_iter().find(|kind| kind.list_file() == file || kind.names_file() == file);
    match place(found.expect("the file is one of the layout")) {
        (k, true) => &mut sources.lists[k],
        (k, false) => &mut sources.names[k],
    }
}
