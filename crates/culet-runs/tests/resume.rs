//! Trainings that are ended, gone on with, and started from other runs, in their folders.

mod made;

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use culet_data::{DataError, Run, RunProblem};
use culet_graph::{Interactions, Names};
use culet_runs::{CheckpointEvery, Known, ResumedData, Resumption, RunsError};
use culet_train::{Event, Observer, Silent};

use made::{catalogue, catalogue_fit, pool};

/// Ends a training after so many steps.
struct EndsAfter(usize);

impl Observer for EndsAfter {
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
        if matches!(event, Event::Step { .. } | Event::Stage { .. }) {
            self.0 = self.0.saturating_sub(1);
        }
        if self.0 == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

const ALWAYS: CheckpointEvery = CheckpointEvery::Minutes(1e-9);

fn resume(out: &Path, observer: &mut dyn Observer) -> Result<bool, RunsError> {
    let (from, data) = Resumption::open(out)?;
    let ResumedData::Catalogue(dataset) = &data else { panic!("a catalogue") };
    let fit = from.catalogue_fit(dataset)?;
    Ok(fit.resume(from, ALWAYS, &pool(), observer)?.outcome.interrupted)
}

fn tables(out: &Path) -> Vec<u8> {
    fs::read(out.join("tables.safetensors")).unwrap()
}

#[test]
fn an_ended_training_answers_goes_on_and_ends_as_if_it_never_was() {
    let (dataset, pool, place) = (catalogue(), pool(), tempfile::tempdir().unwrap());
    let (whole, out) = (place.path().join("whole"), place.path().join("run"));
    let fit = catalogue_fit("kgin", "epochs = 4\nbatch = 100\nevaluate_every = 1\ndim = 8\nrefit = true", &dataset);
    fit.run(Some(&whole), &pool, &mut Silent).unwrap();
    let fitted = fit.run_resumably(&out, BTreeMap::new(), ALWAYS, &pool, &mut EndsAfter(3)).unwrap();
    assert!(fitted.outcome.interrupted);
    let mut n_ended = 1;
    loop {
        assert!(Run::open(&out).unwrap().manifest.summary.was_interrupted());
        assert!(out.join("checkpoint").is_dir());
        if !resume(&out, &mut EndsAfter(3)).unwrap() {
            break;
        }
        n_ended += 1;
    }
    assert!(n_ended > 3, "{n_ended}");
    assert!(!out.join("checkpoint").exists());
    assert!(tables(&out) == tables(&whole));
    let run = Run::open(&out).unwrap();
    assert_eq!(run.manifest.summary.metrics, Run::open(&whole).unwrap().manifest.summary.metrics);
    let over = resume(&out, &mut Silent).unwrap_err();
    assert!(matches!(&over, RunsError::Data(DataError::Run { problem: RunProblem::Finished, .. })), "{over}");
}

#[test]
fn a_blend_begins_anew_and_what_is_fitted_at_once_keeps_nothing() {
    let (dataset, pool, place) = (catalogue(), pool(), tempfile::tempdir().unwrap());
    let (whole, out) = (place.path().join("whole"), place.path().join("run"));
    let blend = catalogue_fit("auto", "embedding = 'none'", &dataset);
    blend.run(Some(&whole), &pool, &mut Silent).unwrap();
    assert!(blend.run_resumably(&out, BTreeMap::new(), ALWAYS, &pool, &mut EndsAfter(2)).unwrap().outcome.interrupted);
    assert!(Resumption::open(&out).unwrap().0.goes_on().is_none());
    assert!(!resume(&out, &mut Silent).unwrap() && tables(&out) == tables(&whole));
    let at_once = place.path().join("at once");
    catalogue_fit("item-knn", "", &dataset)
        .run_resumably(&at_once, BTreeMap::new(), ALWAYS, &pool, &mut Silent)
        .unwrap();
    assert!(!at_once.join("checkpoint").exists());
}

#[test]
fn what_fails_of_itself_leaves_nothing_and_a_run_that_cannot_be_written_leaves_what_was_kept() {
    let (dataset, pool, place) = (catalogue(), pool(), tempfile::tempdir().unwrap());
    let (whole, out) = (place.path().join("whole"), place.path().join("run"));
    let nothing = catalogue_fit("bpr-mf", "validation_share = 0.0", &dataset);
    assert!(nothing.run_resumably(&out, BTreeMap::new(), ALWAYS, &pool, &mut Silent).is_err());
    assert!(!out.exists());
    /// Puts a folder where a file is to be, which nothing can replace.
    struct InTheWay<'a>(&'a Path);
    impl Observer for InTheWay<'_> {
        fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
            if let Event::Waiting { what: "writing the run folder" } = event {
                fs::create_dir(self.0).unwrap();
            }
            ControlFlow::Continue(())
        }
    }
    let fit = catalogue_fit("bpr-mf", "epochs = 3\nevaluate_every = 1\ndim = 8", &dataset);
    fit.run(Some(&whole), &pool, &mut Silent).unwrap();
    let obstacle = out.join("data.safetensors.g1");
    let error = fit.run_resumably(&out, BTreeMap::new(), ALWAYS, &pool, &mut InTheWay(&obstacle)).err().unwrap();
    assert!(matches!(error, RunsError::Data(DataError::Write { .. })), "{error}");
    fs::remove_dir(&obstacle).unwrap();
    assert!(!resume(&out, &mut Silent).unwrap() && tables(&out) == tables(&whole));
}

#[test]
fn a_training_starts_from_another_run_and_what_is_known_keeps_its_rows() {
    let (dataset, pool, place) = (catalogue(), pool(), tempfile::tempdir().unwrap());
    let (first, second) = (place.path().join("first"), place.path().join("second"));
    let settings = "epochs = 2\nevaluate_every = 1\ndim = 8";
    catalogue_fit("kgin", settings, &dataset).run(Some(&first), &pool, &mut Silent).unwrap();
    // The same users the other way round, and one more.
    let mut newer = dataset.clone();
    let n_users = dataset.train.n_users();
    let pairs = dataset.train.pairs().map(|(user, item)| (n_users as u32 - 1 - user, item));
    let pairs: Vec<(u32, u32)> = pairs.chain((0..4).map(|item| (n_users as u32, item))).collect();
    newer.train = Interactions::from_pairs(n_users + 1, dataset.train.n_items(), &pairs).unwrap();
    newer.valid = Interactions::empty(n_users + 1, dataset.train.n_items());
    newer.test = Interactions::empty(n_users + 1, dataset.train.n_items());
    let users = &dataset.vocabulary.users;
    let ids = (0..n_users).rev().map(|user| (users.id(user), None)).chain([("somebody new", None)]);
    newer.vocabulary.users = ids.collect::<Names>();
    let again = catalogue_fit("kgin", settings, &newer);
    let start = again.start_from(&first).unwrap();
    let run = Run::open(&first).unwrap();
    let stored = run.table("parameter.users").unwrap();
    let carried = &start.tables["users"];
    assert!((0..n_users).all(|user| carried.row(user) == stored.row(n_users - 1 - user)));
    for name in ["entities", "relations", "latent", "attention"] {
        assert_eq!(start.tables[name].to_values(), run.table(&format!("parameter.{name}")).unwrap().to_values());
    }
    assert_eq!(start.known[0], Known { what: "users", n: n_users, of: n_users + 1 });
    again.run_resumably(&second, start.tables, CheckpointEvery::Never, &pool, &mut Silent).unwrap();
    assert!(!second.join("checkpoint").exists());
    let wider = catalogue_fit("kgin", "dim = 16", &newer).start_from(&first).unwrap_err();
    assert!(matches!(&wider, RunsError::OtherShape { .. }) && wider.is_wrong_input() && wider.hint().is_some());
    let other = catalogue_fit("bpr-mf", "dim = 8", &newer).start_from(&first).unwrap_err();
    assert!(matches!(other, RunsError::OtherModel { .. }), "{other}");
}
