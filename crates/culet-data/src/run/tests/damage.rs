//! Every file, damaged in every way, is noticed and named.

use std::fs;

use super::super::*;
use super::fixture::*;

const FILES: [&str; 6] = [MANIFEST, TABLES, DATA, VOCABULARY, PER_USER, HISTORY];
/// All but the manifest, whose damage has other names.
const LISTED: [&str; 5] = [TABLES, DATA, VOCABULARY, PER_USER, HISTORY];

#[test]
fn a_file_that_is_gone_is_named() {
    for name in LISTED {
        for kind in [RunKind::Catalogue, RunKind::Network] {
            let (_folder, path) = copied(kind, 1);
            fs::remove_file(path.join(name)).unwrap();
            assert_eq!(damage_of(Run::open(&path)), (path.join(name), Damage::Missing));
            assert_eq!(damage_of(Run::open_unverified(&path)), (path.join(name), Damage::Missing));
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_named_with_what_it_lacks() {
    for name in LISTED {
        let (_folder, path) = finished_network(1);
        let bytes = fs::read(path.join(name)).unwrap();
        let expected = bytes.len() as u64;
        for end in [0, 1, 7, 8, 9, bytes.len() / 2, bytes.len() - 8, bytes.len() - 1] {
            fs::write(path.join(name), &bytes[..end]).unwrap();
            let damage = (path.join(name), Damage::Size { expected, found: end as u64 });
            assert_eq!(damage_of(Run::open(&path)), damage);
            assert_eq!(damage_of(Run::open_unverified(&path)), damage);
        }
    }
}

#[test]
fn a_file_that_grew_is_named_unless_it_is_the_history() {
    for name in LISTED {
        let (_folder, path) = finished(1);
        let bytes = fs::read(path.join(name)).unwrap();
        fs::write(path.join(name), [&bytes[..], b"\n"].concat()).unwrap();
        if name == HISTORY {
            Run::open(&path).unwrap();
            continue;
        }
        let expected = bytes.len() as u64;
        let damage = (path.join(name), Damage::Size { expected, found: expected + 1 });
        assert_eq!(damage_of(Run::open(&path)), damage);
    }
}

#[test]
fn a_bit_changed_anywhere_is_noticed() {
    for (k, kind) in [RunKind::Catalogue, RunKind::Network].into_iter().enumerate() {
        let (_folder, path) = copied(kind, 1);
        for name in FILES {
            let bytes = fs::read(path.join(name)).unwrap();
            for at in (0..bytes.len()).step_by(bytes.len() / 97 + 1).chain([bytes.len() - 1]) {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << (at % 8);
                fs::write(path.join(name), &changed).unwrap();
                let result = Run::open(&path);
                let message = result.expect_err(name).to_string();
                assert!(
                    name == MANIFEST || message.contains(&format!("{name}`: its content was altered")),
                    "{message}"
                );
            }
            fs::write(path.join(name), bytes).unwrap();
        }
        assert!(KINDS[k](1).equals(&Run::open(&path).unwrap()));
    }
}

#[test]
fn a_manifest_cut_anywhere_is_no_manifest() {
    let (_folder, path) = finished(1);
    let bytes = fs::read(path.join(MANIFEST)).unwrap();
    for end in 0..bytes.len() {
        fs::write(path.join(MANIFEST), &bytes[..end]).unwrap();
        let (file, _) = damage_of(Run::open(&path));
        assert_eq!(file, path.join(MANIFEST), "cut at {end}");
    }
}

#[test]
fn unverified_runs_skip_the_checksums_of_tables_but_not_of_parquet() {
    let change_last = |name: &str| {
        let (folder, path) = finished(1);
        let mut bytes = fs::read(path.join(name)).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(path.join(name), bytes).unwrap();
        (folder, path)
    };
    let (_folder, path) = change_last(TABLES);
    assert!(!owned(1).equals(&Run::open_unverified(&path).unwrap()));
    for name in [VOCABULARY, PER_USER] {
        let (_folder, path) = change_last(name);
        assert!(matches!(damage_of(Run::open_unverified(&path)).1, Damage::Altered { .. }), "{name}");
    }
}

#[test]
fn the_message_says_file_expectation_and_finding() {
    let (_folder, path) = finished(1);
    let bytes = fs::read(path.join(TABLES)).unwrap();
    fs::write(path.join(TABLES), &bytes[..bytes.len() - 100]).unwrap();
    let error = Run::open(&path).unwrap_err();
    let file = path.join(TABLES).display().to_string();
    let (expected, found) = (bytes.len(), bytes.len() - 100);
    assert_eq!(error.to_string(), format!("`{file}`: 100 bytes are missing: expected {expected}, found {found}"));
    assert_eq!(error.hint().unwrap(), "copy the folder again from where it was made, or train again");
    fs::remove_file(path.join(TABLES)).unwrap();
    assert_eq!(Run::open(&path).unwrap_err().to_string(), format!("`{file}` is missing"));
}

#[test]
fn a_manifest_that_forgets_a_file_is_told() {
    let (_folder, path) = finished(1);
    let mut manifest = Manifest::parse(&fs::read(path.join(MANIFEST)).unwrap(), true).unwrap();
    manifest.files.remove(DATA);
    fs::write(path.join(MANIFEST), manifest.seal().unwrap()).unwrap();
    let damage = Damage::Malformed("does not list `data.safetensors`".into());
    assert_eq!(damage_of(Run::open(&path)), (path.join(MANIFEST), damage));
}
