//! Archives that are unpacked onto the disk: whatever the bytes, nothing comes to lie beside the folder.

use std::fs;
use std::path::Path;

use bolero::check;
use culet_data::DataError;
use culet_data::fuzzing::unpack;
use culet_fuzz::Watch;
use culet_fuzz::seeds::{altered, gzipped, zip_archive};

#[test]
fn unpack_zip() {
    let watch = Watch::new("unpack_zip");
    let archive = zip_archive();
    let root = tempfile::tempdir().unwrap();
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| {
            judge(root.path(), "x.zip", &altered(&archive, bytes));
            judge(root.path(), "x.zip", bytes);
        });
    });
}

#[test]
fn unpack_gzip() {
    let watch = Watch::new("unpack_gzip");
    let file = gzipped(&b"many words and many words\n".repeat(40));
    let root = tempfile::tempdir().unwrap();
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| {
            judge(root.path(), "x.txt.gz", &altered(&file, bytes));
            judge(root.path(), "x.txt.gz", bytes);
            judge(root.path(), "x.txt.gz", &[b"\x1f\x8b\x08\0\0\0\0\0\0\x03", bytes].concat());
        });
    });
}

/// Unpacks into `a/into`, with a file beside each folder, and looks for what came to lie elsewhere.
fn judge(root: &Path, name: &str, bytes: &[u8]) {
    let (archive, folder) = (root.join(name), root.join("a/into"));
    fs::create_dir_all(&folder).unwrap();
    fs::write(&archive, bytes).unwrap();
    if let Err(error) = unpack(&archive, &folder) {
        assert!(matches!(error, DataError::Archive { .. } | DataError::Read { .. } | DataError::Write { .. }));
        assert!(error.hint().is_some() || !matches!(error, DataError::Archive { .. }), "{error}");
    }
    assert_eq!(names(root), ["a", name]);
    assert_eq!(names(&root.join("a")), ["into"]);
    assert_eq!(fs::read(&archive).unwrap(), bytes);
    fs::remove_dir_all(&folder).unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
