//! Tests of catalogues: what each format means, what is joined, errors and their words, arbitrary bytes.

mod arrays;
mod converted;
mod foreign;
mod formats;
mod in_memory;
mod joined;
mod missing;
mod packed;
mod properties;
mod tables;
mod times;

use std::collections::BTreeSet;
use std::path::Path;

use culet_graph::{Interactions, Vocabulary};

use super::{CatalogueOptions, read_catalogue_in_memory};
use crate::{DataError, Dataset};

/// A catalogue from the bytes of its files, as if they lay in the folder `data`.
fn read_bytes(files: &[(&str, &[u8])], options: &CatalogueOptions) -> Result<Dataset, DataError> {
    read_catalogue_in_memory(Path::new("data"), files, options)
}

/// A catalogue from the text of its files.
fn read_with(files: &[(&str, &str)], options: &CatalogueOptions) -> Result<Dataset, DataError> {
    let files: Vec<_> = files.iter().map(|&(name, text)| (name, text.as_bytes())).collect();
    read_bytes(&files, options)
}

fn read(files: &[(&str, &str)]) -> Dataset {
    read_with(files, &CatalogueOptions::default()).unwrap()
}

/// The words of an error, which must have a hint unless the flag is told elsewhere.
#[track_caller]
fn refused(files: &[(&str, &str)], options: &CatalogueOptions) -> String {
    let error = read_with(files, options).unwrap_err();
    assert!(error.hint().is_some() || matches!(error, DataError::BadSetting { .. }), "{error}");
    error.to_string()
}

type Named = (String, String);

/// Pairs by their ids.
fn named(log: &Interactions, vocabulary: &Vocabulary) -> BTreeSet<Named> {
    let name = |(user, item): (u32, u32)| {
        (vocabulary.users.id(user as usize).to_owned(), vocabulary.entities.id(item as usize).to_owned())
    };
    log.pairs().map(name).collect()
}

fn train(data: &Dataset) -> BTreeSet<Named> {
    named(&data.train, &data.vocabulary)
}

fn set(pairs: &[(&str, &str)]) -> BTreeSet<Named> {
    pairs.iter().map(|&(user, item)| (user.to_owned(), item.to_owned())).collect()
}

/// Facts as `head relation tail`, by their ids.
fn facts(data: &Dataset) -> BTreeSet<String> {
    let entity = |id: u32| data.vocabulary.entities.id(id as usize);
    let relation = |id: u32| data.vocabulary.relations.id(id as usize);
    let fact = |t: &culet_graph::Triplet| format!("{} {} {}", entity(t.head), relation(t.relation), entity(t.tail));
    data.graph.triplets().iter().map(fact).collect()
}

fn texts(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|&text| text.to_owned()).collect()
}
