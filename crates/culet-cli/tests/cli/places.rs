//! Places that exist, that are not there, that are full: nothing that stood before is touched, nothing half-done stays.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{data, folder, run, train_films};

/// Every file below a folder with its content.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(contents(&path));
        } else {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    files
}

fn train(folder: &Path, data: &str, out: &str, flags: &[&str]) -> crate::program::Ran {
    run(folder, &[&["train", "kgin", data, "--out", out, "--epochs", "2", "--quiet"], flags].concat())
}

#[test]
fn what_stands_at_the_output_is_left_as_it_is() {
    let folder = folder();
    train_films(folder.path());
    fs::write(folder.path().join("file"), "mine").unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let before = contents(folder.path());
    for out in ["run", "file", "empty"] {
        let ran = train(folder.path(), &data("films"), out, &[]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stdout.is_empty() && ran.stderr.starts_with(&format!("error: `{out}` exists")), "{ran:?}");
        assert!(ran.stderr.contains("\n\nhint: "), "{ran:?}");
    }
    let ran = run(folder.path(), &["data", "synth", "run", "--n-users", "20", "--n-interactions", "100"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(before == contents(folder.path()), "something was touched");
    assert!(folder.path().join("empty").is_dir());
}

#[test]
fn a_training_that_cannot_start_leaves_no_folder() {
    let folder = folder();
    let cases: [(&str, &[&str]); 5] = [
        ("broken/took-everything", &["--evaluate-every", "0"]),
        ("broken/empty", &[]),
        ("odd/no-test", &["--select", "test"]),
        ("films", &["--validation-share", "0"]),
        ("films", &["--at", "5,5"]),
    ];
    for (name, flags) in cases {
        let ran = train(folder.path(), &data(name), "run", flags);
        assert_eq!(ran.code, Some(2), "{name}: {ran:?}");
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains("\n\nhint: "), "{name}: {ran:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{name} leaves something behind");
    }
}

#[test]
fn a_run_folder_that_is_broken_says_what_is_wrong() {
    let folder = folder();
    train_films(folder.path());
    let files = contents(&folder.path().join("run"));
    for (path, bytes) in files.iter().filter(|(path, _)| !path.ends_with("history.jsonl")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let evaluate = || run(folder.path(), &["evaluate", "run"]);
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        let cut = evaluate();
        fs::remove_file(path).unwrap();
        let missing = evaluate();
        for ran in [cut, missing] {
            assert_eq!(ran.code, Some(2), "{name}: {ran:?}");
            assert!(ran.stdout.is_empty() && ran.stderr.starts_with("error: `run"), "{name}: {ran:?}");
            assert!(ran.stderr.contains(name) && ran.stderr.contains("\n\nhint: "), "{name}: {ran:?}");
        }
        fs::write(path, bytes).unwrap();
        evaluate().well();
    }
}

#[cfg(unix)]
mod full {
    use super::*;
    use crate::small_disk::{on_a_small_disk, shell};

    #[test]
    fn a_file_that_cannot_be_written_fails_the_run_and_removes_the_folder() {
        let folder = folder();
        // Files may have 2 to 4 KiB: enough for the history, too little for the tables. A write beyond is an error.
        let script = "trap '' XFSZ; ulimit -f 4; \"$CULET\" train kgin \"$FILMS\" --out run --epochs 2 --at 1 -q | cat";
        let script = format!("{script}; exec \"$CULET\" train kgin \"$FILMS\" --out run --epochs 2 --at 1 --quiet");
        let ran = shell(folder.path(), "sh", &["-c", &script]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert_eq!(ran.stderr.matches("error: cannot write `run/").count(), 2, "the place is free again: {ran:?}");
        assert!(ran.stderr.contains("tables.safetensors") && ran.stderr.contains("file too large"), "{ran:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "something is left behind");
    }

    #[test]
    fn a_history_that_cannot_grow_ends_the_training() {
        let folder = folder();
        let flags = "--out run --epochs 1000 --evaluate-every 1 --patience 0 --at 1";
        let script = format!("trap '' XFSZ; ulimit -f 4; exec \"$CULET\" train kgin \"$FILMS\" {flags}");
        let ran = shell(folder.path(), "sh", &["-c", &script]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains("\nerror: cannot write `run/history.jsonl`: file too large"), "{ran:?}");
        assert!(ran.stderr.matches("\ntrain ").count() < 100, "the training went on: {ran:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "something is left behind");
    }

    #[test]
    fn a_disk_that_is_far_too_small_is_refused_beforehand() {
        let folder = folder();
        let script =
            "\"$CULET\" train kgin \"$FILMS\" --out disk/run --epochs 2 --at 1; code=$?; ls -A disk; exit $code";
        let Some(ran) = on_a_small_disk(folder.path(), "16k", script) else { return };
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.contains("error: `disk/run` needs about ") && !ran.stderr.contains("loss"), "{ran:?}");
        assert!(ran.stderr.contains(" of disk, and 16.4 kB are free there\n\nhint: free some, "), "{ran:?}");
        assert!(ran.stderr.contains("without checkpoints (`--checkpoint-every 0`) it is "), "{ran:?}");
    }

    #[test]
    fn a_full_disk_fails_the_run_and_removes_the_folder() {
        let folder = folder();
        let script = "\"$CULET\" train kgin \"$FILMS\" --out disk/run --epochs 2 --at 1 --checkpoint-every 0 -q; \
                      code=$?; ls -A disk; exit $code";
        let Some(ran) = on_a_small_disk(folder.path(), "24k", script) else { return };
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
        assert!(ran.stderr.starts_with("error: cannot write `disk/run/"), "{ran:?}");
        assert!(ran.stderr.contains("\n\nhint: the disk is full: "), "{ran:?}");
    }

    #[test]
    fn a_read_only_disk_is_found_out_before_the_training() {
        let folder = folder();
        let script = "mount -o remount,ro disk || exit 77; \"$CULET\" train kgin \"$FILMS\" --out disk/run; code=$?; \
                      ls -A disk; exit $code";
        let Some(ran) = on_a_small_disk(folder.path(), "1m", script) else { return };
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
        assert!(ran.stderr.contains("error: cannot write `disk/run`: read-only file"), "{ran:?}");
        assert!(!ran.stderr.contains("loss"), "{ran:?}");
    }
}
