//! What goes to stdout, what to stderr, and what happens when nobody listens.

use std::fs;
use std::path::Path;

use crate::program::{culet, data, finished, folder, run, train_films};

/// A pipe that nobody reads.
fn deaf() -> std::io::PipeWriter {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer
}

/// Every command but `demo`, which writes as they do and takes long.
fn commands(films: &str) -> Vec<Vec<&str>> {
    vec![
        vec!["--help"],
        vec!["train", "kgin", "--help"],
        vec!["models"],
        vec!["models", "--json"],
        vec!["data", "describe", films],
        vec!["data", "synth", "made", "--n-users", "20", "--n-items", "60", "--n-interactions", "100"],
        vec!["train", "kgin", films, "--out", "deaf", "--epochs", "2", "--json"],
        vec!["evaluate", "run"],
        vec!["recommend", "run", "--user", "bob", "--explain"],
        vec!["completions", "bash"],
        vec!["completions", "zsh"],
    ]
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = folder();
    train_films(folder.path());
    let films = data("films");
    for arguments in commands(&films) {
        let mut command = culet(folder.path(), &arguments);
        command.stdout(deaf()).stderr(std::process::Stdio::piped());
        let output = command.spawn().unwrap().wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("panicked") && !stderr.contains("error"), "{arguments:?}: {stderr}");
    }
    run(folder.path(), &["evaluate", "deaf"]).well();
}

#[test]
fn progress_that_nobody_reads_does_not_end_a_training() {
    let folder = folder();
    let films = data("films");
    let mut command = culet(folder.path(), &["train", "kgin", &films, "--out", "run", "--epochs", "20"]);
    command.stderr(deaf()).stdout(std::process::Stdio::piped());
    let output = command.spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().contains("run folder: run"));
    run(folder.path(), &["evaluate", "run"]).well();
    let mut wrong = culet(folder.path(), &["evaluate", "nothing"]);
    assert_eq!(wrong.stderr(deaf()).status().unwrap().code(), Some(2));
}

#[test]
#[cfg(target_os = "linux")]
fn a_result_that_cannot_be_written_is_a_failure() {
    let folder = folder();
    for arguments in [&["models"][..], &["completions", "bash"]] {
        let mut command = culet(folder.path(), arguments);
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        command.stdout(full).stderr(std::process::Stdio::piped());
        let output = command.spawn().unwrap().wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.starts_with("error: cannot write the result to stdout: no space left on device\n\nhint: "));
    }
}

#[test]
fn remarks_go_to_stderr_and_quiet_drops_them() {
    let folder = folder();
    let films = data("films");
    let train = |out: &str, flags: &[&str]| {
        let arguments = [&["train", "kgin", films.as_str(), "--epochs", "2", "--out", out], flags].concat();
        run(folder.path(), &arguments).well()
    };
    let loud = train("loud", &["--kg", "random"]);
    assert_eq!(loud.stderr.lines().filter(|line| line.starts_with("train ")).count(), 2, "{loud:?}");
    assert!(loud.stderr.contains("note: the facts of the knowledge graph are dealt out at random"), "{loud:?}");
    assert!(!loud.stdout.contains("loss"), "{loud:?}");
    let quiet = train("quiet", &["--quiet", "--json"]);
    assert_eq!(quiet.stderr, "");
    quiet.json();
}

#[test]
#[cfg(unix)]
fn names_of_folders_need_not_be_unicode() {
    use std::os::unix::ffi::OsStringExt;
    let folder = folder();
    let out = std::ffi::OsString::from_vec(b"run-\xff".to_vec());
    let mut train = culet(folder.path(), &["train", "kgin", &data("films"), "--epochs", "1", "--json", "--out"]);
    train.arg(&out);
    let document = finished(train).well().json();
    assert_eq!(document["run"], "run-\u{fffd}");
    let mut evaluate = culet(folder.path(), &["evaluate", "--json"]);
    evaluate.arg(&out);
    assert_eq!(finished(evaluate).well().json()["run"], "run-\u{fffd}");
}

fn help(folder: &Path, arguments: &[&str], columns: &str) -> String {
    let mut command = culet(folder, arguments);
    command.arg("--help").env("COLUMNS", columns);
    finished(command).well().stdout
}

#[test]
fn help_fits_the_terminal() {
    let folder = folder();
    let commands: [&[&str]; 11] = [
        &[],
        &["demo"],
        &["models"],
        &["data", "list"],
        &["data", "get"],
        &["data", "describe"],
        &["data", "synth"],
        &["train", "kgin"],
        &["evaluate"],
        &["recommend"],
        &["completions"],
    ];
    for arguments in commands {
        for columns in [80, 200] {
            let text = help(folder.path(), arguments, &columns.to_string());
            let limit = columns.min(110);
            let widest = text.lines().max_by_key(|line| line.chars().count()).unwrap();
            assert!(widest.chars().count() <= limit, "{arguments:?} at {columns}: {widest}");
            assert!(text.contains("Examples:\n  culet ") || text.contains("Examples:\n  # "), "{arguments:?}: {text}");
            assert!(!text.contains('\u{1b}'), "{arguments:?}: no colour is wanted");
        }
    }
}

#[test]
fn completions_know_every_command_and_setting() {
    let folder = folder();
    let words = ["demo", "models", "describe", "synth", "train", "kgin", "evaluate", "recommend", "--hops", "--refit"];
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(folder.path(), &["completions", shell]).well().stdout;
        for word in words {
            // Fish names flags without their dashes.
            let word = if shell == "fish" { word.trim_start_matches('-') } else { word };
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(run(folder.path(), &["completions", "csh"]).code, Some(2));
}
