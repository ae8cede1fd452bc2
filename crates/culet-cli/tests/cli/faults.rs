//! Trainings and answers while the ground gives way: disks that fill or take nothing more, writes that are cut short, files
//! that change while they are read. What was good before is good afterwards, what went wrong is told, and nothing ends by a
//! signal.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::interrupt::end;
use crate::program::{Ran, culet, folder, run, train_films};
use crate::resume::{FEW, MANY, TRAININGS, assert_same, begin, prepare};
use crate::serve::{ask, serve};
use crate::small_disk::{on_a_small_disk, shell};

/// A failure that names the file and the cause, and a way out.
#[track_caller]
fn assert_told(ran: &Ran, file: &str, cause: &str) {
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains(&format!("error: cannot write `{file}")), "{ran:?}");
    assert!(ran.stderr.contains(cause), "{ran:?}");
}

/// Trains as nothing disturbs it.
fn train_wholly(folder: &Path, training: &[&str], epochs: &str) {
    let arguments = begin(training, epochs, "whole");
    let without = arguments.iter().position(|argument| *argument == "--checkpoint-every").expect("begun so");
    run(folder, &[&arguments[..without], &["--checkpoint-every", "0"]].concat()).well();
}

/// Goes on where there is room, and ends as if nothing had happened.
#[track_caller]
fn assert_goes_on(folder: &Path, what: &str) {
    run(folder, &["resume", "run", "--quiet"]).well();
    assert_same(&folder.join("run"), &folder.join("whole"), what);
    fs::remove_dir_all(folder.join("run")).unwrap();
}

#[test]
fn a_disk_that_fills_while_a_training_goes_on_leaves_what_it_kept() {
    for training in TRAININGS {
        let folder = folder();
        prepare(folder.path());
        train_wholly(folder.path(), training, MANY);
        // Filled once two states are kept; copied elsewhere as it was found.
        let script = format!(
            "\"$CULET\" {} & pid=$!
            while [ ! -e disk/run/checkpoint/2.json ]; do kill -0 $pid || break; sleep 0.001; done
            cat /dev/zero >disk/filler 2>/dev/null
            wait $pid; code=$?
            rm disk/filler; cp -r disk/run run; exit $code",
            begin(training, MANY, "disk/run").join(" ")
        );
        let Some(ran) = on_a_small_disk(folder.path(), "4m", &script) else { return };
        assert_told(&ran, "disk/run/", "no space left on device");
        assert!(ran.stderr.contains("\n\nhint: the disk is full: "), "{ran:?}");
        let evaluated = run(folder.path(), &["evaluate", "run"]);
        assert_eq!(evaluated.code, Some(2), "half a run is none: {evaluated:?}");
        assert_goes_on(folder.path(), "a disk that was full");
    }
}

#[test]
fn wherever_a_disk_ends_a_training_is_whole_or_goes_on_or_leaves_nothing() {
    let training = TRAININGS[0];
    let folder = folder();
    prepare(folder.path());
    train_wholly(folder.path(), training, FEW);
    let (mut n_gone_on, mut n_whole, mut n_without_checkpoint) = (0, 0, 0);
    for size in (288..768).step_by(32) {
        let script = format!(
            "\"$CULET\" {}; code=$?; [ -e disk/run ] && cp -r disk/run run; exit $code",
            begin(training, FEW, "disk/run").join(" ")
        );
        let Some(ran) = on_a_small_disk(folder.path(), &format!("{size}k"), &script) else { return };
        let out = folder.path().join("run");
        let what = format!("{size} KiB");
        match ran.code {
            // Far too small by the estimate: nothing was begun.
            Some(2) => assert!(ran.stderr.contains(" of disk, and ") && !out.exists(), "{what}: {ran:?}"),
            Some(1) if out.exists() => {
                assert_told(&ran, "disk/run/", "no space left on device");
                assert_eq!(run(folder.path(), &["evaluate", "run"]).code, Some(2), "{what}: half a run is none");
                assert_goes_on(folder.path(), &what);
                n_gone_on += 1;
            }
            Some(1) => assert_told(&ran, "disk/run", "no space left on device"),
            _ => {
                n_without_checkpoint += usize::from(ran.well().stderr.contains("note: no checkpoint: cannot write"));
                assert_same(&out, &folder.path().join("whole"), &what);
                fs::remove_dir_all(&out).unwrap();
                n_whole += 1;
            }
        }
    }
    assert!(n_gone_on > 0 && n_whole > 0, "{n_gone_on} gone on, {n_whole} whole");
    println!("{n_gone_on} gone on with, {n_whole} whole, {n_without_checkpoint} of them short of room for checkpoints");
}

/// A training that was interrupted after two epochs, as `run`, and one that was not, as `whole`.
fn interrupted(folder: &Path, training: &[&str]) {
    prepare(folder);
    train_wholly(folder, training, MANY);
    let mut command = culet(folder, &begin(training, MANY, "run"));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while fs::read_to_string(folder.join("run/history.jsonl")).map_or(true, |text| text.lines().count() < 2) {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(end(child, "-INT").code, Some(130));
}

#[test]
fn a_disk_that_became_read_only_is_told_and_nothing_is_lost() {
    for training in TRAININGS {
        let folder = folder();
        interrupted(folder.path(), training);
        let script = "cp -r run disk/run; mount -o remount,ro disk || exit 77; \"$CULET\" resume disk/run; code=$?; \
                      rm -r run; cp -r disk/run run; exit $code";
        let Some(ran) = on_a_small_disk(folder.path(), "16m", script) else { return };
        assert_told(&ran, "disk/run/", "read-only file system");
        assert!(ran.stderr.contains("\n\nhint: the disk is read-only: "), "{ran:?}");
        assert_goes_on(folder.path(), "a disk that was read-only");
    }
}

#[test]
fn writes_that_are_cut_short_leave_the_checkpoint_before() {
    for training in TRAININGS {
        let folder = folder();
        interrupted(folder.path(), training);
        let states = || {
            let names = fs::read_dir(folder.path().join("run/checkpoint")).unwrap();
            let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let mut states: Vec<String> = names.filter(|name| name.ends_with(".json")).collect();
            states.sort();
            states
        };
        let before = states();
        // Files of 4 to 8 KiB: less than a table.
        let script = "trap '' XFSZ; ulimit -f 8; exec \"$CULET\" resume run --checkpoint-every 0.0002";
        let ran = shell(folder.path(), "sh", &["-c", script]);
        assert_told(&ran, "run/", "file too large");
        assert!(ran.stderr.contains("note: no checkpoint: cannot write `run/checkpoint/"), "{ran:?}");
        assert_eq!(states(), before, "{ran:?}");
        run(folder.path(), &["evaluate", "run", "--on", "valid"]).well();
        assert_goes_on(folder.path(), "writes that were cut short");
    }
}

/// Cuts a file, writes nothing in its place and the whole again, in the same place, as long as work goes on.
fn while_changing<T>(path: &Path, work: impl FnOnce() -> T) -> T {
    let whole = fs::read(path).unwrap();
    let is_over = AtomicBool::new(false);
    let done = std::thread::scope(|scope| {
        scope.spawn(|| {
            let zeros = vec![0; whole.len()];
            for k in 0_usize.. {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                // `fs::write` cuts the file to nothing first: who reads it then meets its end.
                let content = [&whole[..], &whole[..whole.len() / 3], &[], &zeros][k % 4];
                fs::write(path, content).unwrap();
                std::thread::sleep(Duration::from_micros(200 + 97 * (k as u64 % 23)));
            }
        });
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        done
    });
    fs::write(path, whole).unwrap();
    done
}

/// Whoever met a file at a good moment answers, whoever did not tells what is wrong.
#[track_caller]
fn assert_answers_or_tells(ran: &Ran, answer: Option<&str>) {
    match ran.code {
        Some(0) => assert!(answer.is_none_or(|answer| ran.stdout == answer), "{ran:?}"),
        Some(1 | 2) => assert!(ran.stderr.contains("error: "), "{ran:?}"),
        _ => panic!("{ran:?}"),
    }
}

#[test]
fn data_that_change_while_they_are_read_are_told_or_learned_from() {
    let folder = folder();
    prepare(folder.path());
    run(folder.path(), &["data", "convert", "films", "columns", "--to", "parquet"]).well();
    let (mut n_told, mut n_learned) = (0, 0);
    for path in ["films/train.txt", "films/kg_final.txt", "columns/interactions.parquet", "net.tsv"] {
        let (data, file) = (path.split('/').next().unwrap(), folder.path().join(path));
        let model = if data == "net.tsv" { "deepwalk" } else { "als" };
        while_changing(&file, || {
            for _ in 0..12 {
                let mut arguments = vec!["train", model, data, "--out", "run", "--quiet", "--dim", "4"];
                if model == "deepwalk" {
                    arguments.extend(["--undirected", "--epochs", "1"]);
                }
                let ran = run(folder.path(), &arguments);
                assert_answers_or_tells(&ran, None);
                let out = folder.path().join("run");
                assert_eq!(out.exists(), ran.code == Some(0), "{ran:?}");
                if out.exists() {
                    fs::remove_dir_all(out).unwrap();
                    n_learned += 1;
                } else {
                    n_told += 1;
                }
            }
        });
    }
    assert!(n_told > 0 && n_learned > 0, "{n_told} told, {n_learned} learned from");
}

#[test]
fn runs_that_change_while_they_are_asked_answer_as_before_or_tell() {
    let folder = folder();
    train_films(folder.path());
    let question = ["recommend", "run", "--user", "alice", "-k", "2", "--json"];
    let answer = run(folder.path(), &question).well().stdout;
    for name in ["tables.safetensors", "data.safetensors", "vocabulary.parquet", "manifest.json"] {
        while_changing(&folder.path().join("run").join(name), || {
            for _ in 0..12 {
                assert_answers_or_tells(&run(folder.path(), &question), Some(&answer));
            }
        });
        run(folder.path(), &question).well();
    }
    // A service looks for newer runs meanwhile, and keeps to what it opened.
    let mut serving = serve(folder.path(), &["--log", "off", "--watch", "1"]);
    let recommended = || {
        let request = "GET /recommend/alice?k=2 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        let (status, body) = ask(serving.port, request).unwrap();
        let document: Value = serde_json::from_str(&body).unwrap();
        (status, document["items"].clone())
    };
    let before = recommended();
    assert_eq!(before.0, 200);
    for name in ["tables.safetensors", "data.safetensors", "vocabulary.parquet", "manifest.json"] {
        while_changing(&folder.path().join("run").join(name), || {
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_millis(1_500) {
                assert_eq!(recommended(), before, "while `{name}` changes");
            }
        });
    }
    assert!(serving.child.try_wait().unwrap().is_none(), "it ended");
    assert_eq!(end(serving.child, "-TERM").code, Some(0));
}
