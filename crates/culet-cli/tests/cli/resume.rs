//! Trainings that are interrupted and killed, again and again, and gone on with: the run that comes of it has the bytes of
//! one that nobody interrupted. `bench/resume-drill.sh` kills a thousand times.
//!
//! (A kill leaves what the system has not yet written to the disk. That each file is on the disk before the one that
//! vouches for it, a power cut alone could show; here the order of the calls stands for it, see `write_atomically`.)

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::interrupt::{PATIENCE, end};
use crate::program::{Ran, culet, folder, run};

/// A model that learns from users and items, and one of networks.
pub(crate) const TRAININGS: [&[&str]; 2] = [
    &["train", "kgin", "films", "--evaluate-every", "2", "--refit", "--batch", "256", "--dim", "16"],
    &["train", "deepwalk", "net.tsv", "--undirected", "--dim", "16", "--batch", "2000"],
];
/// The default: a linear model, and vectors of several trainings.
const BLEND: &[&str] = &["train", "auto", "films", "--dim", "16"];
/// Epochs of a training that is done in a moment, and of one that a signal finds at work.
pub(crate) const FEW: &str = "6";
pub(crate) const MANY: &str = "60";
/// Every few milliseconds: what a kill meets in the midst is often a checkpoint.
const OFTEN: [&str; 2] = ["--checkpoint-every", "0.0002"];
/// A blend takes seconds: twice or so in each of its parts.
const NOW_AND_THEN: [&str; 2] = ["--checkpoint-every", "0.004"];

pub(crate) fn prepare(folder: &Path) {
    let made = ["data", "synth", "films", "--n-users", "200", "--n-items", "120", "--n-interactions", "4000"];
    run(folder, &made).well();
    let edges = (0..200_u32).flat_map(|k| [1, 7, 31].map(|step| format!("{k}\t{}\n", (k + step) % 200)));
    fs::write(folder.join("net.tsv"), edges.collect::<String>()).unwrap();
}

pub(crate) fn begin<'a>(training: &[&'a str], epochs: &'a str, out: &'a str) -> Vec<&'a str> {
    // A blend chooses the epochs of its vectors itself.
    let epochs = ["--epochs", epochs, "--patience", "0"];
    let epochs = if training == BLEND { &epochs[..0] } else { &epochs[..] };
    [training, epochs, &["--out", out, "--threads", "2"], &how_often(training)].concat()
}

fn how_often(training: &[&str]) -> [&'static str; 2] {
    if training == BLEND { NOW_AND_THEN } else { OFTEN }
}

/// The files of a run, those that hold seconds without them.
fn content(run: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(run).unwrap().map(|entry| entry.unwrap().path());
    let named = entries.map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            return (name, Vec::new());
        }
        let bytes = fs::read(&path).unwrap();
        let timeless = match name.as_str() {
            "manifest.json" => without_seconds(&bytes),
            "history.jsonl" => bytes.split_inclusive(|&byte| byte == b'\n').flat_map(without_seconds).collect(),
            _ => bytes,
        };
        (name, timeless)
    });
    named.collect()
}

fn without_seconds(text: &[u8]) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(text).unwrap();
    let map = value.as_object_mut().unwrap();
    for name in ["seconds", "evaluation_seconds", "generation", "threads", "manifest_sha256"] {
        map.remove(name);
    }
    if let Some(files) = map.get_mut("files") {
        files.as_object_mut().unwrap().remove("history.jsonl");
    }
    if let Some(Value::Object(extra)) = map.get_mut("extra") {
        extra.remove("peak_rss_bytes");
        extra.remove("peak_rss_bytes_by_phase");
    }
    value.to_string().into_bytes()
}

#[track_caller]
pub(crate) fn assert_same(run: &Path, whole: &Path, what: &str) {
    let (found, expected) = (content(run), content(whole));
    let names = |content: &BTreeMap<String, Vec<u8>>| content.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected), "{what}");
    for (name, bytes) in &expected {
        assert!(found[name] == *bytes, "{what}: `{name}` differs");
    }
}

/// Runs until its end, or kills it after a while; none if it was killed.
fn run_or_kill(folder: &Path, arguments: &[&str], after: Duration) -> Option<Ran> {
    let mut child = culet(folder, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() >= after {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Some(Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) })
}

/// What kills met.
#[derive(Debug, Default)]
struct Drill {
    kills: u64,
    runs: u64,
    /// Programs started, killed or not.
    starts: u64,
    /// Kills before the folder held what it takes to go on.
    before_plan: u64,
    /// Kills after the run was whole.
    after_end: u64,
}

#[test]
fn what_is_killed_again_and_again_ends_with_the_same_bytes() {
    let n_kills: u64 = std::env::var("CULET_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(24);
    let folder = folder();
    prepare(folder.path());
    let mut drill = Drill::default();
    // A blend takes many times as long.
    let n_of_blends = n_kills.div_ceil(10);
    let n_of_first = (n_kills - n_of_blends) / 2;
    let shares = [n_of_first, n_kills - n_of_blends - n_of_first, n_of_blends];
    for (training, share) in TRAININGS.into_iter().chain([BLEND]).zip(shares) {
        let begun = Instant::now();
        run(folder.path(), &begin(training, FEW, "whole")).well();
        let whole_took = begun.elapsed();
        let mut killed = 0;
        while killed < share {
            killed += kill_until_done(folder.path(), training, whole_took, share - killed, &mut drill);
            assert_same(&folder.path().join("run"), &folder.path().join("whole"), &format!("{training:?}, {drill:?}"));
            drill.runs += 1;
            fs::remove_dir_all(folder.path().join("run")).unwrap();
        }
        fs::remove_dir_all(folder.path().join("whole")).unwrap();
        eprintln!("{training:?}: {share} kills, {:.0} s", begun.elapsed().as_secs_f64());
    }
    assert!(drill.kills >= n_kills);
    println!("{} kills, {} runs, all with the bytes of a run that nobody killed: {drill:?}", drill.kills, drill.runs);
}

/// Trains and goes on until the run is done, killed at most `most` times; how often it was.
fn kill_until_done(folder: &Path, training: &[&str], whole_took: Duration, most: u64, drill: &mut Drill) -> u64 {
    let out = folder.join("run");
    let mut killed = 0;
    loop {
        // From the first moments to a little more than all of it takes, more of the first, since what is gone on with
        // takes less; in an order that repeats after 101 starts. (By kills it would not go on where a machine that was busy at
        // first comes to the end of a training before its moment: that would be the same one for ever.)
        let moment = ((drill.starts * 37 % 101) as f64 / 96.0).powi(2);
        drill.starts += 1;
        let patience = if killed < most { whole_took.mul_f64(moment) } else { PATIENCE };
        let arguments = if out.exists() {
            [&["resume", "run", "--threads", "1"][..], &how_often(training)].concat()
        } else {
            begin(training, FEW, "run")
        };
        let Some(ran) = run_or_kill(folder, &arguments, patience) else {
            assert!(killed < most, "still running after {PATIENCE:?}");
            (killed, drill.kills) = (killed + 1, drill.kills + 1);
            continue;
        };
        if ran.stderr.contains("ended before it kept what it needs to go on")
            || ran.stderr.contains("is not a run folder")
        {
            drill.before_plan += 1;
            fs::remove_dir_all(&out).unwrap();
        } else if ran.stderr.contains("holds a training that is over") {
            drill.after_end += 1;
            return killed;
        } else {
            ran.well();
            return killed;
        }
    }
}

#[test]
fn ctrl_c_leaves_a_run_that_answers_and_goes_on() {
    let folder = folder();
    prepare(folder.path());
    for (training, question) in
        TRAININGS.into_iter().zip([["recommend", "run", "--user", "user-00003"], ["links", "run", "3", "--quiet"]])
    {
        run(folder.path(), &begin(training, MANY, "whole")).well();
        for signal in ["-INT", "-TERM"] {
            let mut command = culet(folder.path(), &begin(training, MANY, "run"));
            let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            let history = folder.path().join("run/history.jsonl");
            while fs::read_to_string(&history).map_or(true, |text| text.lines().count() < 2) {
                std::thread::sleep(Duration::from_millis(1));
            }
            let ran = end(child, signal);
            assert_eq!(ran.code, Some(130), "{ran:?}");
            assert!(ran.stderr.contains("`culet resume run` goes on"), "{ran:?}");
            run(folder.path(), &question).well();
            let resumed = run(folder.path(), &["resume", "run", "--json"]).well();
            assert!(resumed.stderr.contains(": on from epoch "), "{resumed:?}");
            assert_eq!(resumed.json()["interrupted"], false);
            assert_same(&folder.path().join("run"), &folder.path().join("whole"), signal);
            let again = run(folder.path(), &["resume", "run"]);
            assert_eq!(again.code, Some(2));
            assert!(again.stderr.contains("holds a training that is over"), "{again:?}");
            fs::remove_dir_all(folder.path().join("run")).unwrap();
        }
        fs::remove_dir_all(folder.path().join("whole")).unwrap();
    }
}

#[test]
fn a_training_that_is_interrupted_before_anything_can_be_kept_is_told_apart() {
    let folder = folder();
    prepare(folder.path());
    fs::create_dir(folder.path().join("run")).unwrap();
    fs::write(folder.path().join("run/history.jsonl"), "").unwrap();
    let ran = run(folder.path(), &["resume", "run"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("ended before it kept what it needs to go on"), "{ran:?}");
    let ran = run(folder.path(), &["resume", "films"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("is not a run folder"), "{ran:?}");
    let wrong = [&TRAININGS[0][..3], &["--checkpoint-every", "often"]].concat();
    assert_eq!(run(folder.path(), &wrong).code, Some(2));
}
