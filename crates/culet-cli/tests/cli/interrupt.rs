//! Ctrl-C ends a training cleanly: what was learned so far is a whole run.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::program::{Ran, culet, folder, run};

/// Enough for a machine that does something else at the same time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A catalogue in `films`, and a training on it that would take hours.
fn start(folder: &Path, flags: &[&str]) -> Child {
    let made = ["data", "synth", "films", "--n-users", "300", "--n-items", "200", "--n-interactions", "6000"];
    run(folder, &made).well();
    let endless =
        ["train", "kgin", "films", "--out", "run", "--epochs", "1000000", "--patience", "0", "--threads", "2"];
    let mut command = culet(folder, &[&endless[..], flags].concat());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until the history has so many lines.
fn await_history(folder: &Path, lines: usize) {
    let start = Instant::now();
    let path = folder.join("run/history.jsonl");
    while std::fs::read_to_string(&path).map_or(true, |text| text.lines().count() < lines) {
        assert!(start.elapsed() < PATIENCE, "no {lines} lines of history after {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a signal and waits for the end.
pub(crate) fn end(mut child: Child, signal: &str) -> Ran {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("still running {PATIENCE:?} after {signal}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn an_interrupted_training_leaves_its_best_epoch() {
    let folder = folder();
    let child = start(folder.path(), &["--evaluate-every", "1", "--json"]);
    await_history(folder.path(), 3);
    let ran = end(child, "-INT");
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert!(ran.stderr.contains("interrupted: finishing what was begun"), "{}", ran.stderr);
    assert!(ran.stderr.contains("stopped after epoch ") && ran.stderr.contains(": interrupted\n"), "{}", ran.stderr);
    let document = ran.json();
    assert_eq!(document["interrupted"], true);
    let recall = |epoch: &serde_json::Value| epoch["valid"]["recall@20"].as_f64();
    let best = document["epochs"].as_array().unwrap().iter().filter_map(recall).fold(f64::MIN, f64::max);
    let evaluated = run(folder.path(), &["evaluate", "run", "--on", "valid", "--json"]).well().json();
    assert_eq!(evaluated["metrics"]["recall@20"], best);
    run(folder.path(), &["recommend", "run", "--user", "user-00003", "--explain"]).well();
}

#[test]
fn a_training_ended_before_its_first_evaluation_is_whole() {
    for signal in ["-INT", "-TERM"] {
        let folder = folder();
        let child = start(folder.path(), &["--evaluate-every", "1000000"]);
        await_history(folder.path(), 0);
        let ran = end(child, signal);
        assert_eq!(ran.code, Some(130), "{ran:?}");
        assert!(ran.stdout.contains("run folder: run"), "{ran:?}");
        for part in ["valid", "test"] {
            run(folder.path(), &["evaluate", "run", "--on", part]).well();
        }
    }
}

/// A network in `net.tsv`, and a training on it that would take hours.
fn start_network(folder: &Path, flags: &[&str]) -> Child {
    // A ring with chords: enough for edges to withhold.
    let edges = (0..200_u32).flat_map(|k| [1, 7, 31].map(|step| format!("{k}\t{}\n", (k + step) % 200)));
    std::fs::write(folder.join("net.tsv"), edges.collect::<String>()).unwrap();
    let endless = ["train", "asp2vec", "net.tsv", "--undirected", "--out", "run", "--epochs", "1000000"];
    let more = ["--dim", "8", "--patience", "0", "--threads", "2"];
    let mut command = culet(folder, &[&endless[..], &more, flags].concat());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn an_interrupted_training_on_a_network_leaves_its_best_epoch() {
    let folder = folder();
    let child = start_network(folder.path(), &["--json"]);
    await_history(folder.path(), 3);
    let ran = end(child, "-INT");
    assert_eq!(ran.code, Some(130), "{ran:?}");
    let document = ran.json();
    assert_eq!(document["interrupted"], true);
    let auc = |epoch: &serde_json::Value| epoch["valid"]["auc"].as_f64();
    let best = document["epochs"].as_array().unwrap().iter().filter_map(auc).fold(f64::MIN, f64::max);
    let evaluated = run(folder.path(), &["evaluate", "run", "--on", "valid", "--json"]).well().json();
    assert_eq!(evaluated["metrics"]["auc"], best);
    run(folder.path(), &["links", "run", "3"]).well();
}

#[test]
fn signals_that_come_together_are_one_wish() {
    let folder = folder();
    let child = start_network(folder.path(), &[]);
    await_history(folder.path(), 1);
    // As `timeout` does: the child, then its group; with a moment between them, or else the system makes them one.
    for _ in 0..3 {
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        std::thread::sleep(Duration::from_millis(1));
    }
    let ran = end(child, "-INT");
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert!(ran.stdout.contains("run folder: run"), "{ran:?}");
    run(folder.path(), &["evaluate", "run", "--on", "valid"]).well();
}
