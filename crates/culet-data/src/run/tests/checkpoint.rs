//! What is kept comes back whole, and what is not whole is told.

use std::fs;
use std::path::{Path, PathBuf};

use culet_kernels::Matrix;
use serde_json::{Value, json};

use super::super::checkpoint::{FOLDER, PLAN, START};
use super::super::*;
use super::fixture::{self, Owned};
use crate::DataError;

fn plan() -> TrainingPlan {
    TrainingPlan {
        model: "kgin".into(),
        config: json!({"model": {"rate": 0.1 + 0.2}}),
        data: fixture::fingerprint().into(),
        seed: u64::MAX,
        cutoffs: vec![20],
        load_seconds: 1.0 / 3.0,
    }
}

fn tables(seed: u64) -> Vec<(String, Matrix)> {
    vec![("table.users".into(), fixture::table(4, 5, seed)), ("seen".into(), fixture::table(1, 17, seed))]
}

fn by_reference(tables: &[(String, Matrix)]) -> Vec<(String, &Matrix)> {
    tables.iter().map(|(name, table)| (name.clone(), table)).collect()
}

fn progress(epoch: u64) -> Value {
    json!({"epoch": epoch, "loss": 0.1 + 0.2})
}

/// A training that kept so many states, and was killed in the midst of its next epoch.
fn killed(owned: &Owned, states: u64) -> (tempfile::TempDir, PathBuf) {
    let (folder, path) = fixture::place();
    let mut run = RunWriter::create(&path).unwrap();
    let mut kept = Checkpoints::begin(&run, &plan(), owned.data.view(), &by_reference(&tables(9))).unwrap();
    for epoch in 1..=states {
        run.append_history(&json!({"epoch": epoch})).unwrap();
        kept.keep(&run, &progress(epoch), &by_reference(&tables(epoch))).unwrap();
    }
    run.append_history(&json!({"epoch": "half"})).unwrap();
    (folder, path)
}

fn state_of(path: &Path) -> Option<Value> {
    KeptTraining::open(path).unwrap().state.map(|state| state.progress)
}

fn told(path: &Path) -> String {
    let error = KeptTraining::open(path).unwrap_err().to_string();
    error.replace(&path.parent().unwrap().display().to_string(), "DIR")
}

#[test]
fn what_was_kept_comes_back_and_the_history_is_cut_to_it() {
    for owned in fixture::KINDS {
        let owned = owned(1);
        let (_folder, path) = killed(&owned, 3);
        let kept = KeptTraining::open(&path).unwrap();
        assert_eq!((&kept.plan, &kept.data, &kept.start), (&plan(), &owned.data, &tables(9)));
        assert!(kept.notes.is_empty());
        let state = kept.state.clone().unwrap();
        assert_eq!((state.progress, state.tables), (progress(3), tables(3)));
        assert_eq!(state.history, [1, 2, 3].map(|epoch| json!({"epoch": epoch})));
        assert!(matches!(KeptTraining::open(&path), Err(DataError::Run { problem: RunProblem::AtWork, .. })));
        let names = fixture::snapshot(&path.join(FOLDER));
        let expected = ["2.json", "2.safetensors", "3.json", "3.safetensors", DATA, PLAN, START, VOCABULARY];
        assert_eq!(names.into_keys().collect::<Vec<_>>(), expected);

        let (mut run, mut checkpoints) = kept.place.go_on().unwrap();
        run.append_history(&json!({"epoch": 4})).unwrap();
        checkpoints.keep(&run, &progress(4), &by_reference(&tables(4))).unwrap();
        assert_eq!(fs::read_to_string(path.join(HISTORY)).unwrap().lines().last(), Some("{\"epoch\":4}"));
        run.finish(&owned.contents()).unwrap();
        checkpoints.remove().unwrap();
        assert!(!path.join(FOLDER).exists() && owned.equals(&Run::open(&path).unwrap()));
        assert!(told(&path).starts_with("`DIR/run` holds a training that is over"), "{}", told(&path));
    }
}

#[test]
fn before_the_first_state_a_training_starts_again() {
    let (_folder, path) = killed(&fixture::owned(1), 0);
    let kept = KeptTraining::open(&path).unwrap();
    assert!(kept.state.is_none());
    drop(kept.place.go_on().unwrap());
    assert_eq!(fs::read(path.join(HISTORY)).unwrap(), b"");
}

#[test]
fn wherever_a_state_is_damaged_the_one_before_is_taken_and_both_damaged_are_refused() {
    let (_folder, path) = killed(&fixture::owned(1), 3);
    let place = path.join(FOLDER);
    let whole = fixture::snapshot(&place);
    for name in ["3.json", "3.safetensors"] {
        let bytes = &whole[name];
        for at in (0..bytes.len()).step_by(61) {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            for damaged in [&altered[..], &bytes[..at]] {
                fs::write(place.join(name), damaged).unwrap();
                let kept = KeptTraining::open(&path).unwrap();
                assert_eq!(kept.state.unwrap().progress, progress(2), "{name} at {at}");
                assert_eq!(kept.notes.len(), 1, "{:?}", kept.notes);
            }
        }
        fs::write(place.join(name), bytes).unwrap();
    }
    // A state without its document was not kept yet.
    fs::remove_file(place.join("3.json")).unwrap();
    assert_eq!(state_of(&path), Some(progress(2)));
    fs::write(place.join("3.json"), &whole["3.json"]).unwrap();
    fs::remove_file(place.join("3.safetensors")).unwrap();
    assert_eq!(state_of(&path), Some(progress(2)));
    fs::write(place.join("2.safetensors"), b"short").unwrap();
    assert_eq!(told(&path), "`DIR/run/checkpoint/3.safetensors` is missing");
}

#[test]
fn a_plan_and_data_that_are_not_what_was_written_are_refused() {
    let (_folder, path) = killed(&fixture::owned(1), 2);
    let place = path.join(FOLDER);
    let whole = fixture::snapshot(&place);
    for name in [PLAN, DATA, VOCABULARY, START] {
        let bytes = &whole[name];
        for at in (0..bytes.len()).step_by(211) {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            for damaged in [&altered[..], &bytes[..at]] {
                fs::write(place.join(name), damaged).unwrap();
                assert!(told(&path).contains(name), "{name} at {at}: {}", told(&path));
            }
        }
        fs::write(place.join(name), bytes).unwrap();
        if name != PLAN {
            fs::remove_file(place.join(name)).unwrap();
            assert_eq!(told(&path), format!("`DIR/run/checkpoint/{name}` is missing"));
            fs::write(place.join(name), bytes).unwrap();
        }
    }
    // The data of another training, whole in itself.
    let (_other, elsewhere) = killed(&fixture::owned(2), 2);
    fs::copy(elsewhere.join(FOLDER).join(DATA), place.join(DATA)).unwrap();
    assert!(told(&path).contains("its content was altered"), "{}", told(&path));
    // A later program's plan.
    fs::write(place.join(DATA), &whole[DATA]).unwrap();
    let text = String::from_utf8(whole[PLAN].clone()).unwrap();
    fs::write(place.join(PLAN), text.replace("\"format_version\": 1", "\"format_version\": 2")).unwrap();
    assert!(told(&path).contains("in run format 2") && told(&path).contains("reads up to 1"), "{}", told(&path));
}

#[test]
fn a_state_of_another_training_is_not_taken() {
    let (_folder, path) = killed(&fixture::owned(1), 2);
    let (_other, elsewhere) = fixture::place();
    let mut run = RunWriter::create(&elsewhere).unwrap();
    let other = TrainingPlan { seed: 1, ..plan() };
    let owned = fixture::owned(1);
    let mut kept = Checkpoints::begin(&run, &other, owned.data.view(), &[]).unwrap();
    for epoch in 1..=3 {
        run.append_history(&json!({"epoch": epoch})).unwrap();
        kept.keep(&run, &progress(epoch), &by_reference(&tables(epoch))).unwrap();
    }
    for name in ["3.json", "3.safetensors"] {
        fs::copy(elsewhere.join(FOLDER).join(name), path.join(FOLDER).join(name)).unwrap();
    }
    let opened = KeptTraining::open(&path).unwrap();
    assert_eq!(opened.state.unwrap().progress, progress(2));
    assert!(opened.notes[0].ends_with("belongs to another training"), "{:?}", opened.notes);
}

#[test]
fn an_altered_history_is_refused() {
    let (_folder, path) = killed(&fixture::owned(1), 2);
    fs::write(path.join(HISTORY), "{\"epoch\":7}\n{\"epoch\":7}\n").unwrap();
    assert!(told(&path).starts_with("`DIR/run/history.jsonl`: its content was altered"), "{}", told(&path));
}

#[test]
fn a_run_that_stands_answers_while_its_training_goes_on() {
    for owned in fixture::KINDS {
        let mut interrupted = owned(1);
        interrupted.summary.extra = json!({"interrupted": true});
        let (_folder, path) = fixture::place();
        let mut run = RunWriter::create(&path).unwrap();
        let mut kept = Checkpoints::begin(&run, &plan(), interrupted.data.view(), &[]).unwrap();
        run.append_history(&json!({"epoch": 1})).unwrap();
        kept.keep(&run, &progress(1), &by_reference(&tables(1))).unwrap();
        run.append_history(&json!({"epoch": "half"})).unwrap();
        run.finish(&interrupted.contents()).unwrap();
        drop((run, kept));
        // Killed while it went on, and gone on with again.
        for _ in 0..2 {
            let (mut run, _checkpoints) = KeptTraining::open(&path).unwrap().place.go_on().unwrap();
            assert!(interrupted.equals(&Run::open(&path).unwrap()));
            run.append_history(&json!({"epoch": 2})).unwrap();
            assert!(interrupted.equals(&Run::open(&path).unwrap()));
        }
        let (mut run, checkpoints) = KeptTraining::open(&path).unwrap().place.go_on().unwrap();
        assert_eq!(run.finish(&owned(2).contents()).unwrap().generation, 2);
        // Killed before it took away what it kept.
        drop(checkpoints);
        assert!(owned(2).equals(&Run::open(&path).unwrap()));
        assert!(matches!(KeptTraining::open(&path), Err(DataError::Run { problem: RunProblem::Finished, .. })));
        let names: Vec<String> = fixture::snapshot(&path).into_keys().collect();
        assert!(!names.iter().any(|name| name.contains(".g")) && !path.join(FOLDER).exists(), "{names:?}");
    }
}

#[test]
fn folders_without_a_checkpoint_are_told_apart() {
    let (_folder, path) = fixture::finished(1);
    assert!(told(&path).starts_with("`DIR/run` holds a training that is over"));
    fs::remove_file(path.join(MANIFEST)).unwrap();
    let expected = "`DIR/run` holds a training that ended before it kept what it needs to go on";
    assert_eq!(told(&path), expected);
    fs::remove_dir_all(&path).unwrap();
    assert_eq!(told(&path), "`DIR/run` does not exist");
}

#[test]
fn what_a_kill_left_under_temporary_names_goes() {
    let (_folder, path) = killed(&fixture::owned(1), 1);
    for name in [".tables.safetensors.g1.1-1.tmp", "checkpoint/.2.safetensors.1-1.tmp"] {
        fs::write(path.join(name), b"half").unwrap();
    }
    drop(KeptTraining::open(&path).unwrap().place.go_on().unwrap());
    assert_eq!(fixture::snapshot(&path).into_keys().collect::<Vec<_>>(), [HISTORY]);
    assert!(!fixture::snapshot(&path.join(FOLDER)).into_keys().any(|name| name.ends_with(".tmp")));
}

#[test]
fn a_place_that_takes_no_more_leaves_the_states_before() {
    let (_folder, path) = fixture::place();
    let mut run = RunWriter::create(&path).unwrap();
    let mut kept = Checkpoints::begin(&run, &plan(), fixture::owned(1).data.view(), &[]).unwrap();
    run.append_history(&json!({"epoch": 1})).unwrap();
    kept.keep(&run, &progress(1), &by_reference(&tables(1))).unwrap();
    let before = fixture::snapshot(&path.join(FOLDER));
    // A folder cannot be replaced by a file.
    for obstacle in ["2.safetensors", "3.json"] {
        let obstacle = path.join(FOLDER).join(obstacle);
        fs::create_dir(&obstacle).unwrap();
        let error = kept.keep(&run, &progress(2), &by_reference(&tables(2))).unwrap_err();
        assert!(matches!(&error, DataError::Write { path, .. } if *path == obstacle), "{error}");
        fs::remove_dir(&obstacle).unwrap();
    }
    fs::remove_file(path.join(FOLDER).join("3.safetensors")).unwrap_or_default();
    assert_eq!(fixture::snapshot(&path.join(FOLDER)), before);
    kept.keep(&run, &progress(3), &by_reference(&tables(3))).unwrap();
    drop(kept);
    assert_eq!(state_of(&path), Some(progress(3)));
}

#[test]
fn the_newest_state_has_the_highest_number_whatever_stamps_its_files_carry() {
    let (_folder, path) = killed(&fixture::owned(1), 3);
    for (name, seconds) in
        [("2.json", 4_000_000_000), ("2.safetensors", 4_000_000_000), ("3.json", 1), ("3.safetensors", 1)]
    {
        let file = fs::File::options().append(true).open(path.join(FOLDER).join(name)).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds)).unwrap();
    }
    assert_eq!(state_of(&path), Some(progress(3)));
}
