//! The readers of catalogues: whatever the bytes, a consistent data set or an error with a hint, never a panic.

use std::path::{Path, PathBuf};

use bolero::{TypeGenerator, check};
use culet_data::fuzzing::read_catalogue_in_memory;
use culet_data::{CatalogueOptions, DataError, Dataset, Format, describe, to_text};
use culet_fuzz::Watch;

type Files<'a> = [(&'a str, &'a [u8])];

#[test]
fn table() {
    let watch = Watch::new("table");
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| {
            for text in [bytes.to_vec(), cells(bytes)] {
                judge(&[("log.csv", &text)], &CatalogueOptions::default());
                let options =
                    CatalogueOptions { min_rating: Some(2.0), header: Some(true), ..CatalogueOptions::default() };
                judge(&[("log.csv", &text)], &options);
            }
        });
    });
}

#[test]
fn attributes() {
    let watch = Watch::new("attributes");
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| joined(bytes, b"item,name,a,b,year\n", |options, path| options.attributes.push(path)));
    });
}

#[test]
fn facts() {
    let watch = Watch::new("facts");
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| {
            joined(bytes, b"head,relation,tail\n0,r,x\n", |options, path| options.graphs.push(path));
            joined(bytes, b"<0> <r> <x> .\n", |options, path| options.graphs.push(path));
            joined(bytes, b"item,entity\n0,x\n", |options, path| options.links.push(path));
        });
    });
}

fn joined(bytes: &[u8], head: &[u8], add: impl Fn(&mut CatalogueOptions, PathBuf)) {
    for text in [bytes.to_vec(), [head, bytes].concat(), [head, &cells(bytes)].concat()] {
        let mut options = CatalogueOptions::default();
        add(&mut options, "more".into());
        judge(&[("log.csv", b"user,item\nu,0\nu,1\nv,2\n"), ("more", &text)], &options);
    }
}

/// The bytes of all files of a folder.
#[derive(Debug, TypeGenerator)]
struct Folder {
    log: Vec<u8>,
    items: Option<Vec<u8>>,
    facts: Option<Vec<u8>>,
    links: Option<Vec<u8>>,
    raw: bool,
}

#[test]
fn recbole() {
    let watch = Watch::new("recbole");
    check!().with_type::<Folder>().for_each(|folder| {
        watch.input(|| {
            let heads: [&[u8]; 4] = [
                b"user_id:token\titem_id:token\trating:float\n",
                b"item_id:token\tname:token_seq\ta:token_seq\tb:float\tc:float_seq\n",
                b"head_id:token\trelation_id:token\ttail_id:token\n",
                b"item_id:token\tentity_id:token\n",
            ];
            judge_folder(folder, ["x.inter", "x.item", "x.kg", "x.link"], heads);
        });
    });
}

#[test]
fn ripplenet() {
    let watch = Watch::new("ripplenet");
    check!().with_type::<Folder>().for_each(|folder| {
        watch.input(|| {
            let names = ["ratings_final.txt", "item_index2entity_id.txt", "kg_final.txt", "kg.txt"];
            judge_folder(folder, names, [b"0 0 1\n", b"7 0\n8 1\n", b"0 0 1\n", b"0 r 1\n"]);
        });
    });
}

#[test]
fn movielens() {
    let watch = Watch::new("movielens");
    check!().with_type::<Folder>().for_each(|folder| {
        watch.input(|| {
            judge_folder(
                folder,
                ["ratings.dat", "movies.dat", "x", "y"],
                [b"1::1::5::1\n", b"1::A (1995)::X|Y\n", b"", b""],
            );
            judge_folder(folder, ["u.data", "u.item", "x", "y"], [b"1\t1\t5\t1\n", b"", b"", b""]);
        });
    });
}

fn judge_folder(folder: &Folder, names: [&str; 4], heads: [&[u8]; 4]) {
    let bodies = [Some(&folder.log), folder.items.as_ref(), folder.facts.as_ref(), folder.links.as_ref()];
    let text = |(head, body): (&[u8], &Vec<u8>)| [head, &if folder.raw { body.clone() } else { cells(body) }].concat();
    let texts: Vec<_> = heads.into_iter().zip(bodies).map(|(head, body)| body.map(|body| text((head, body)))).collect();
    let files: Vec<_> =
        names.into_iter().zip(&texts).filter_map(|(name, text)| Some((name, text.as_deref()?))).collect();
    judge(&files, &CatalogueOptions::default());
}

#[test]
fn arrays() {
    let watch = Watch::new("arrays");
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| {
            for head in
                ["'<i4', 'fortran_order': False, 'shape': (3, 2)", "'<f8', 'fortran_order': True, 'shape': (2, 2)"]
            {
                let header = format!("{{'descr': {head}}}");
                let length = (header.len() as u16).to_le_bytes();
                judge(&[("x.npy", &[b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), bytes].concat())], &matrix());
            }
            judge(&[("x.npy", &[b"\x93NUMPY\x01\x00", bytes].concat())], &matrix());
        });
    });
}

#[test]
fn archives() {
    let watch = Watch::new("archives");
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| {
            judge(&[("x.zip", &[b"PK\x03\x04", bytes].concat())], &CatalogueOptions::default());
            judge(&[("x.zip", &stored(bytes))], &CatalogueOptions::default());
        });
    });
}

fn matrix() -> CatalogueOptions {
    CatalogueOptions { format: Some(Format::Matrix), ..CatalogueOptions::default() }
}

/// An archive of one stored table, the bytes put over its end: the directory of the archive.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let (name, table) = (b"log.csv", b"user,item\nu,0\n");
    let sizes = [[0; 4], (table.len() as u32).to_le_bytes(), (table.len() as u32).to_le_bytes()].concat();
    let local = [&b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0"[..], &sizes, b"\x07\0\0\0", name, table].concat();
    let central = [&b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0"[..], &sizes, b"\x07\0", &[0; 16], name].concat();
    let end = [
        &b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..],
        &(central.len() as u32).to_le_bytes(),
        &(local.len() as u32).to_le_bytes(),
        b"\0\0",
    ]
    .concat();
    let mut archive = [local, central, end].concat();
    for pair in bytes.chunks_exact(2) {
        let at = archive.len() - 1 - usize::from(pair[0]) % archive.len();
        archive[at] ^= pair[1];
    }
    archive
}

/// Reads the files and checks what must hold of any data set or error.
fn judge(files: &Files<'_>, options: &CatalogueOptions) -> Option<Dataset> {
    match read_catalogue_in_memory(Path::new("data"), files, options) {
        Ok(data) => {
            assert_eq!(data.vocabulary.entities.len(), data.graph.n_entities());
            assert_eq!(data.vocabulary.users.len(), data.train.n_users());
            assert!(data.graph.n_entities() >= data.train.n_items());
            assert!(!to_text(&describe(&data)).is_empty());
            Some(data)
        }
        Err(error) => {
            assert!(error.hint().is_some() || matches!(error, DataError::BadSetting { .. }), "{error}");
            None
        }
    }
}

/// Bytes that a table might hold.
fn cells(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| b"0123ab  \t\t,,\n\n\n\n\"'.|;:()[]<>_-"[usize::from(byte % 30)]).collect()
}
