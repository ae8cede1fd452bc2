//! Places where a run cannot be, and places that hold none.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::super::*;
use super::fixture::*;
use crate::DataError;

fn told(error: &DataError, folder: &Path) -> String {
    error.to_string().replace(&folder.display().to_string(), "DIR")
}

#[test]
fn what_is_there_is_refused_and_left_as_it_is() {
    let (folder, path) = finished(1);
    let before = snapshot(&path);
    let error = RunWriter::create(&path).unwrap_err();
    assert_eq!(told(&error, folder.path()), "`DIR/run` exists; a training never writes into what is there");
    assert_eq!(error.hint().unwrap(), "choose another `--out`, or remove it");
    assert_eq!(snapshot(&path), before);

    let file = folder.path().join("file");
    fs::write(&file, "mine").unwrap();
    assert!(matches!(RunWriter::create(&file), Err(DataError::Run { problem: RunProblem::Exists, .. })));
    assert_eq!(fs::read(&file).unwrap(), b"mine");

    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    assert!(matches!(RunWriter::create(&empty), Err(DataError::Run { problem: RunProblem::Exists, .. })));
    assert!(snapshot(&empty).is_empty());
}

#[test]
fn a_missing_folder_above_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = RunWriter::create(folder.path().join("no/run")).unwrap_err();
    assert_eq!(told(&error, folder.path()), "`DIR/no/run` cannot be created: there is no folder `DIR/no`");
    assert_eq!(snapshot(folder.path()).len(), 0);
}

#[test]
fn a_file_above_is_an_error_of_the_system() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = RunWriter::create(folder.path().join("file/run")).unwrap_err();
    assert_eq!(told(&error, folder.path()), "cannot write `DIR/file/run`: not a directory");
}

#[test]
fn a_start_that_failed_leaves_nothing_behind() {
    let (folder, path) = place();
    drop(RunWriter::create(&path).unwrap());
    assert!(!path.exists());
    assert!(RunWriter::create(&path).unwrap().abandon().unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_training_that_began_is_kept() {
    let (_folder, path) = place();
    let mut writer = RunWriter::create(&path).unwrap();
    writer.append_history(&json!({"epoch": 0})).unwrap();
    assert!(!writer.abandon().unwrap());
    assert_eq!(fs::read_to_string(path.join(HISTORY)).unwrap(), "{\"epoch\":0}\n");
}

#[test]
fn files_of_others_keep_the_folder() {
    let (_folder, path) = place();
    let writer = RunWriter::create(&path).unwrap();
    fs::write(path.join("notes.txt"), "mine").unwrap();
    assert!(!writer.abandon().unwrap());
    assert_eq!(snapshot(&path).into_keys().collect::<Vec<_>>(), [HISTORY, "notes.txt"]);
}

#[test]
fn a_finished_run_without_events_is_kept() {
    let (_folder, path) = place();
    let mut writer = RunWriter::create(&path).unwrap();
    writer.finish(&owned(1).contents()).unwrap();
    drop(writer);
    assert!(owned(1).equals(&Run::open(&path).unwrap()));
}

#[test]
fn folders_that_hold_no_run_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let opened = |name: &str| {
        let error = Run::open(at(name)).unwrap_err();
        (told(&error, folder.path()), error.hint().unwrap())
    };
    assert_eq!(opened("none").0, "`DIR/none` does not exist");
    fs::write(at("file"), "").unwrap();
    assert_eq!(opened("file").0, "`DIR/file` is a file, not a run folder");
    fs::create_dir(at("other")).unwrap();
    let hint = "give the folder that `culet train` wrote".to_owned();
    assert_eq!(opened("other"), ("`DIR/other` is not a run folder: it holds no `manifest.json`".into(), hint));
    fs::write(at("other/manifest.json"), "{\"name\": \"an app\"}").unwrap();
    let message = "`DIR/other/manifest.json` is not the manifest of a run: it lacks `\"format\": \"culet-run\"`";
    assert_eq!(opened("other").0, message);
    fs::create_dir(at("stopped")).unwrap();
    fs::write(at("stopped/history.jsonl"), "{}\n").unwrap();
    let message = "holds a training that did not finish: there is a `history.jsonl`, but no `manifest.json`";
    assert_eq!(opened("stopped").0, format!("`DIR/stopped` {message}"));
    assert_eq!(
        opened("stopped").1,
        "`culet resume` goes on with it if it kept a checkpoint; or train again into another folder, and remove this one"
    );
}

#[test]
fn a_run_of_a_later_program_is_refused_by_its_version() {
    let (folder, path) = finished(1);
    let newer = r#"{"format": "culet-run", "format_version": 3, "program_version": "3.1.4", "parts": []}"#;
    fs::write(path.join(MANIFEST), newer).unwrap();
    let error = Run::open(&path).unwrap_err();
    let this = env!("CARGO_PKG_VERSION");
    let message = format!("was written by culet 3.1.4 in run format 3; this is culet {this} and reads up to 2");
    assert_eq!(told(&error, folder.path()), format!("`DIR/run` {message}"));
    assert_eq!(error.hint().unwrap(), "install culet 3.1.4 or later");
}

#[test]
fn a_run_of_the_other_kind_is_told_by_what_it_holds() {
    let told_of = |result: Result<(), DataError>, path: &Path| told(&result.unwrap_err(), path.parent().unwrap());
    let (_a, catalogue) = finished(1);
    let run = Run::open(&catalogue).unwrap();
    run.catalogue().unwrap();
    assert_eq!(told_of(run.network().map(drop), &catalogue), "`DIR/run` holds a catalogue, not a network");
    let (_b, network) = finished_network(1);
    let run = Run::open(&network).unwrap();
    run.network().unwrap();
    assert_eq!(told_of(run.catalogue().map(drop), &network), "`DIR/run` holds a network, not a catalogue");
}
