//! Wherever the writer stops, a reader finds one generation and no other.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::json;

use super::super::*;
use super::fixture::*;
use crate::DataError;

/// The files that a generation replaces.
const REPLACED: [&str; 4] = [TABLES, DATA, VOCABULARY, PER_USER];

/// The files of a run after its first and after its second finish.
fn two_generations(path: &Path, owned: fn(u64) -> Owned) -> (Files, Files) {
    let mut writer = RunWriter::create(path).unwrap();
    writer.append_history(&json!({"epoch": 0})).unwrap();
    writer.finish(&owned(1).contents()).unwrap();
    let first = snapshot(path);
    writer.append_history(&json!({"epoch": 1})).unwrap();
    let manifest = writer.finish(&owned(2).contents()).unwrap();
    assert_eq!(manifest.generation, 2);
    (first, snapshot(path))
}

#[test]
fn finishing_again_replaces_everything_and_leaves_no_other_file() {
    for owned in KINDS {
        let (_folder, path) = place();
        let (first, second) = two_generations(&path, owned);
        assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
        assert!(REPLACED.iter().all(|name| first[*name] != second[*name]));
        assert!(owned(2).equals(&Run::open(&path).unwrap()));
    }
}

#[test]
fn before_the_manifest_stands_the_run_is_the_old_one() {
    for owned in KINDS {
        let (_folder, path) = place();
        let (first, second) = two_generations(&path, owned);
        for n_staged in 0..=REPLACED.len() {
            let mut files = first.clone();
            files.insert(HISTORY.into(), second[HISTORY].clone());
            for name in &REPLACED[..n_staged] {
                files.insert(staged(name, 2), second[*name].clone());
            }
            files.insert(".manifest.json.1-1.tmp".into(), second[MANIFEST][..99].to_vec());
            restore(&path, &files);
            assert!(owned(1).equals(&Run::open(&path).unwrap()), "{n_staged} files staged");
        }
    }
}

#[test]
fn once_the_manifest_stands_the_run_is_the_new_one() {
    for owned in KINDS {
        let (_folder, path) = place();
        let (first, second) = two_generations(&path, owned);
        for renamed in 0..1_u32 << REPLACED.len() {
            let mut files = first.clone();
            files.insert(HISTORY.into(), second[HISTORY].clone());
            files.insert(MANIFEST.into(), second[MANIFEST].clone());
            for (k, name) in REPLACED.iter().enumerate() {
                let name_now = if renamed >> k & 1 == 1 { (*name).into() } else { staged(name, 2) };
                files.insert(name_now, second[*name].clone());
            }
            restore(&path, &files);
            assert!(owned(2).equals(&Run::open(&path).unwrap()), "renamed: {renamed:04b}");
        }
    }
}

#[test]
fn files_of_two_generations_are_never_one_run() {
    for owned in KINDS {
        let (_folder, path) = place();
        let (first, second) = two_generations(&path, owned);
        for (manifest, other) in [(&first, &second), (&second, &first)] {
            for name in REPLACED {
                let mut files = manifest.clone();
                files.insert(name.into(), other[name].clone());
                restore(&path, &files);
                assert_eq!(damage_of(Run::open(&path)).0, path.join(name));
            }
        }
        let mut files = first.clone();
        files.remove(MANIFEST);
        restore(&path, &files);
        assert!(matches!(Run::open(&path), Err(DataError::Run { problem: RunProblem::Unfinished, .. })));
    }
}

#[test]
fn a_finish_that_fails_leaves_the_run_before_it_and_may_be_repeated() {
    for owned in KINDS {
        for name in REPLACED {
            let (_folder, path) = place();
            let mut writer = RunWriter::create(&path).unwrap();
            writer.finish(&owned(1).contents()).unwrap();
            let before = snapshot(&path);
            // A folder cannot be replaced by a file.
            let obstacle = path.join(staged(name, 2));
            fs::create_dir(&obstacle).unwrap();
            let error = writer.finish(&owned(2).contents()).unwrap_err();
            assert!(matches!(&error, DataError::Write { path, .. } if *path == obstacle), "{error}");
            fs::remove_dir(&obstacle).unwrap();
            assert_eq!(snapshot(&path), before, "nothing is left of the attempt");
            assert_eq!(writer.finish(&owned(3).contents()).unwrap().generation, 3);
            assert!(owned(3).equals(&Run::open(&path).unwrap()));
        }
    }
}

#[test]
fn a_first_finish_that_fails_leaves_the_history() {
    let (_folder, path) = place();
    let mut writer = RunWriter::create(&path).unwrap();
    writer.append_history(&json!({"epoch": 0})).unwrap();
    fs::create_dir(path.join(MANIFEST)).unwrap();
    assert!(matches!(writer.finish(&owned(1).contents()), Err(DataError::Write { .. })));
    fs::remove_dir(path.join(MANIFEST)).unwrap();
    drop(writer);
    assert_eq!(snapshot(&path).into_keys().collect::<Vec<_>>(), [HISTORY]);
    assert!(matches!(Run::open(&path), Err(DataError::Run { problem: RunProblem::Unfinished, .. })));
}

#[test]
fn a_finish_that_fails_once_its_manifest_stands_is_the_new_run() {
    for owned in KINDS {
        let (_folder, path) = place();
        let mut writer = RunWriter::create(&path).unwrap();
        writer.finish(&Owned { per_user: None, ..owned(1) }.contents()).unwrap();
        fs::create_dir(path.join(PER_USER)).unwrap();
        let error = writer.finish(&owned(2).contents()).unwrap_err();
        assert!(matches!(&error, DataError::Write { path: at, .. } if *at == path.join(PER_USER)), "{error}");
        assert!(owned(2).equals(&Run::open(&path).unwrap()));
        fs::remove_dir(path.join(PER_USER)).unwrap();
        writer.finish(&owned(3).contents()).unwrap();
        assert!(owned(3).equals(&Run::open(&path).unwrap()));
    }
}

#[test]
fn a_table_by_user_that_is_gone_in_the_new_contents_is_gone_from_the_folder() {
    let (_folder, path) = place();
    let mut writer = RunWriter::create(&path).unwrap();
    writer.finish(&owned(1).contents()).unwrap();
    let new = Owned { per_user: None, ..owned(2) };
    writer.finish(&new.contents()).unwrap();
    assert!(!path.join(PER_USER).exists());
    assert!(new.equals(&Run::open(&path).unwrap()));
}

#[test]
fn a_reader_beside_the_writer_sees_whole_runs_only() {
    for owned in KINDS {
        let (_folder, path) = place();
        let mut writer = RunWriter::create(&path).unwrap();
        writer.finish(&owned(0).contents()).unwrap();
        std::thread::scope(|scope| {
            let writing =
                scope.spawn(|| (1..20).for_each(|seed| drop(writer.finish(&owned(seed).contents()).unwrap())));
            let mut last = 0;
            while !writing.is_finished() {
                let run = Run::open(&path).unwrap();
                let seed = run.manifest.summary.seed;
                assert!(seed >= last && owned(seed).equals(&run), "generation {}", run.manifest.generation);
                last = seed;
            }
        });
        assert!(owned(19).equals(&Run::open(&path).unwrap()));
    }
}

/// Takes so many bytes, then is full.
struct Disk(usize);

impl io::Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = bytes.len().min(self.0);
        self.0 -= n;
        if n == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(n) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn each_format_reports_a_full_disk_wherever_it_fills() {
    for owned in KINDS.map(|owned| owned(1)) {
        let sizes = snapshot(&finished_anew(&owned).1);
        let write = |name: &str, disk: Disk| match (name, owned.data.view()) {
            (TABLES, _) => writer::write_tables(&owned.contents(), disk),
            (DATA, DataView::Catalogue(view)) => pairs::write(&view, disk),
            (DATA, DataView::Network(view)) => arcs::write(&view, disk),
            (VOCABULARY, DataView::Catalogue(view)) => vocabulary::write_catalogue(view.vocabulary, disk),
            (VOCABULARY, DataView::Network(view)) => vocabulary::write_network(&view, disk),
            _ => per_user::write(owned.per_user.as_ref().unwrap(), disk),
        };
        for name in REPLACED {
            for room in 0..sizes[name].len() {
                let error = write(name, Disk(room)).expect_err(name);
                assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{name} with room for {room}: {error}");
            }
            write(name, Disk(sizes[name].len())).unwrap();
        }
    }
}
