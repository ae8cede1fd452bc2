//! Searches for settings: what is tried again after a cut, what an interrupt leaves, what is never looked at.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{culet, data, folder, run};

/// Enough for a machine that does something else at the same time.
const PATIENCE: Duration = Duration::from_secs(60);

const SYNTH: [&str; 9] = ["data", "synth", "films", "--n-users", "150", "--n-items", "100", "--n-interactions", "2000"];

/// A search in `search` with so many trials, each of which takes a moment.
fn search<'a>(out: &'a str, n_trials: &'a str) -> Vec<&'a str> {
    let head = ["tune", "bpr-mf", "films", "--out", out, "--trials", n_trials, "--metric", "ndcg@5", "--threads", "2"];
    [&head[..], &["--epochs", "20", "--evaluate-every", "2", "--range", "batch=32..256", "--json"]].concat()
}

fn n_lines(path: &Path) -> usize {
    fs::read_to_string(path).map_or(0, |text| text.lines().count())
}

fn await_lines(path: &Path, n: usize) {
    let start = Instant::now();
    while n_lines(path) < n {
        assert!(start.elapsed() < PATIENCE, "no {n} lines after {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// All of the trials but the seconds.
fn trials(document: &Value) -> Vec<Value> {
    let mut trials = document["trials"].as_array().unwrap().clone();
    for trial in &mut trials {
        trial.as_object_mut().unwrap().remove("seconds");
    }
    trials
}

#[test]
fn a_search_that_was_killed_goes_on_as_if_it_had_not_been() {
    let folder = folder();
    run(folder.path(), &SYNTH).well();
    let mut child =
        culet(folder.path(), &search("cut", "1000")).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let lines = folder.path().join("cut/trials.jsonl");
    await_lines(&lines, 3);
    child.kill().unwrap();
    child.wait().unwrap();
    // A crash may leave half a line.
    let mut text = fs::read_to_string(&lines).unwrap();
    text += "{\"number\":77,\"sett";
    fs::write(&lines, &text).unwrap();
    let n = (n_lines(&lines) + 3).to_string();
    let cut = run(folder.path(), &search("cut", &n)).well();
    let whole = run(folder.path(), &search("whole", &n)).well().json();
    assert!(cut.stderr.contains("going on after "), "{}", cut.stderr);
    let cut = cut.json();
    assert_eq!(trials(&cut), trials(&whole));
    assert_eq!((&cut["default_rank"], &cut["findings"]), (&whole["default_rank"], &whole["findings"]));
    let best = |name: &str| fs::read_to_string(folder.path().join(name).join("best.toml")).unwrap();
    assert_eq!(best("cut"), best("whole"));
    // Nothing is left to try: the same document, and no training.
    let again = run(folder.path(), &search("cut", &n)).well();
    assert_eq!(trials(&again.json()), trials(&whole));
    assert!(!again.stderr.contains("trial "), "{}", again.stderr);
}

#[test]
#[cfg(unix)]
fn an_interrupt_keeps_what_is_done_and_says_how_to_go_on() {
    let folder = folder();
    run(folder.path(), &SYNTH).well();
    let mut command = culet(folder.path(), &search("cut", "1000"));
    let child = command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let lines = folder.path().join("cut/trials.jsonl");
    await_lines(&lines, 2);
    assert!(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("all of which are kept in `cut`; the same command goes on"), "{stderr}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["interrupted"], true);
    assert_eq!(document["trials"].as_array().unwrap().len(), n_lines(&lines));
    assert!(folder.path().join("cut/best.toml").exists());
}

/// The films with other test pairs.
fn films_with_test(folder: &Path, test: &str) -> String {
    let place = folder.join("other");
    fs::create_dir(&place).unwrap();
    for entry in fs::read_dir(data("films")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, place.join(path.file_name().unwrap())).unwrap();
    }
    fs::write(place.join("test.txt"), test).unwrap();
    "other".to_owned()
}

#[test]
fn a_search_never_looks_at_the_test_part() {
    let folder = folder();
    let other = films_with_test(folder.path(), "0 5\n1 4\n2 1\n3 1\n4 7\n5 0\n");
    let films = data("films");
    let tuned = |data: &str, out: &str| {
        let arguments = ["tune", "bpr-mf", data, "--out", out, "--trials", "6", "--metric", "ndcg@2", "--epochs", "6"];
        run(folder.path(), &[&arguments[..], &["--threads", "2", "--json"]].concat()).well().json()
    };
    let (one, two) = (tuned(&films, "one"), tuned(&other, "two"));
    assert_ne!(one["fingerprint"], two["fingerprint"]);
    assert_eq!(trials(&one), trials(&two));
}

#[test]
fn the_best_settings_are_those_of_the_best_trial_and_can_be_trained_with() {
    let folder = folder();
    run(folder.path(), &SYNTH).well();
    let document = run(folder.path(), &search("search", "8")).well().json();
    let all = document["trials"].as_array().unwrap();
    let value = |trial: &Value| trial["value"].as_f64().unwrap();
    let best = all.iter().rev().max_by(|a, b| value(a).total_cmp(&value(b))).unwrap();
    assert_eq!(document["ranking"][0], best["number"]);
    assert_eq!(value(best), best["metrics"]["ndcg@5"].as_f64().unwrap());
    assert_eq!(all[0]["settings"]["dim"], 64, "the first trial has the defaults");
    let command = document["command"].as_str().unwrap();
    assert!(command.starts_with("culet train bpr-mf films --config search/best.toml --at 5"), "{command}");
    let words: Vec<&str> = command.split(' ').skip(1).chain(["--out", "run", "--json", "--threads", "2"]).collect();
    let trained = run(folder.path(), &words).well().json();
    let settings = &trained["settings"];
    for (name, value) in best["settings"].as_object().unwrap() {
        let found =
            if settings["model"][name].is_null() { &settings["training"][name] } else { &settings["model"][name] };
        assert_eq!(found, value, "{name}");
    }
    assert_eq!((&settings["training"]["refit"], &settings["training"]["epochs"]), (&true.into(), &20.into()));
    assert_eq!(trained["best_epoch"], best["best_epoch"]);
    // All that may be learned from was learned from.
    let ran = run(folder.path(), &["evaluate", "run", "--on", "valid"]);
    assert!(ran.stderr.contains("this run has no validation part"), "{ran:?}");
}

#[test]
fn a_search_that_cannot_begin_leaves_nothing_behind() {
    let folder = folder();
    let films = data("films");
    let cases: [&[&str]; 3] = [
        &["tune", "rp3beta", &films, "--validation-share", "0"],
        &["tune", "bpr-mf", &films, "--validation-share", "0"],
        &["tune", "rp3beta", "nothing"],
    ];
    for arguments in cases {
        let ran = run(folder.path(), arguments);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains("error: ") && ran.stderr.contains("\n\nhint: "), "{ran:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{arguments:?} leaves something behind");
    }
}
