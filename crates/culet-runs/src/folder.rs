//! The place of a run folder: made first, taken away again if the work fails.

use std::path::Path;

use culet_data::{DataError, RunWriter};

use crate::RunsError;
use crate::checkpoint::Keeping;

/// Refuses a place for a run folder that is taken or cannot be, before data are read for it.
///
/// # Errors
/// [`DataError::Run`] or [`DataError::Write`], as making the folder would tell.
pub fn check_place(out: &Path) -> Result<(), DataError> {
    let above = out.parent().filter(|above| !above.as_os_str().is_empty());
    if out.symlink_metadata().is_ok() || above.is_some_and(|above| !above.is_dir()) {
        // Its error tells what is wrong.
        RunWriter::create(out)?.abandon()?;
    }
    Ok(())
}

/// Does work that fills a run folder, if one is named. The folder is made first, so that a place that will not do costs
/// no training; if the work fails, it is taken away again, unless something was kept to go on from.
pub(crate) fn in_run_folder<T>(
    out: Option<&Path>,
    work: impl FnOnce(Option<&mut RunWriter>) -> Result<T, RunsError>,
) -> Result<T, RunsError> {
    let mut kept = Kept { writer: out.map(RunWriter::create).transpose()?, is_done: false };
    let result = work(kept.writer.as_mut());
    kept.is_done = result.is_ok();
    result
}

/// A run folder that goes unless the work on it is done: that may fail, or be given up by unwinding.
struct Kept {
    writer: Option<RunWriter>,
    is_done: bool,
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take().filter(|_| !self.is_done) {
            discard(writer);
        }
    }
}

/// Does work that keeps what it needs to go on, which goes when the work is done; `interrupted` tells from the result
/// whether it is. A failure after which the same work would succeed, as on a disk that was full, leaves what was kept, and so
/// do numbers that grew beyond all bounds, for a training of other settings may start from there; one that would only repeat
/// itself does not, unless it was there before. `may_start`: whether another training can start from what is kept.
pub(crate) fn keeping<T>(
    mut keeping: Keeping,
    was_there: bool,
    may_start: bool,
    work: impl FnOnce(&mut Keeping) -> Result<T, RunsError>,
    interrupted: impl FnOnce(&T) -> bool,
) -> Result<T, RunsError> {
    let result = work(&mut keeping).map_err(|error| match error {
        RunsError::Train(source) if may_start && source.is_divergence() && keeping.has_state() => {
            RunsError::Diverged { path: keeping.run().to_owned(), source }
        }
        error => error,
    });
    match &result {
        Ok(done) if !interrupted(done) => keeping.remove()?,
        Err(RunsError::Data(_) | RunsError::Diverged { .. }) if keeping.has_state() => {}
        Err(_) if !was_there => keeping.remove()?,
        _ => {}
    }
    result
}

/// A failed training leaves nothing behind: the history alone is no run.
fn discard(writer: RunWriter) {
    let folder = writer.path().to_path_buf();
    let removed = writer.abandon().unwrap_or(false);
    // Where a manifest stands the run is whole, whatever failed afterwards; and what was kept is to be gone on from.
    if removed || folder.join("manifest.json").exists() || folder.join("checkpoint").exists() {
        return;
    }
    // Only what this program made goes: anything else keeps the folder.
    if std::fs::remove_file(folder.join("history.jsonl")).is_ok() {
        let _ = std::fs::remove_dir(folder);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_begun_and_failed_goes_but_for_what_others_put_there() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("run");
        let fail = |others: Option<&str>| {
            let told = in_run_folder(Some(&out), |writer| {
                writer.expect("a folder is named").append_history(&json!({ "epoch": 1 }))?;
                others.map_or(Ok(()), |name| std::fs::write(out.join(name), "mine")).unwrap();
                Err::<(), _>(RunsError::TookEverything { user: "a".to_owned() })
            });
            assert!(matches!(told, Err(RunsError::TookEverything { .. })), "{told:?}");
        };
        fail(None);
        assert!(!out.exists());
        let given_up = std::panic::catch_unwind(|| {
            let _: Result<(), RunsError> = in_run_folder(Some(&out), |writer| {
                writer.expect("a folder is named").append_history(&json!({ "epoch": 1 }))?;
                std::panic::resume_unwind(Box::new("given up"))
            });
        });
        assert!(given_up.is_err() && !out.exists());
        fail(Some("mine.txt"));
        assert_eq!(std::fs::read_dir(&out).unwrap().count(), 1);
    }

    #[test]
    fn a_place_is_looked_at_and_not_touched() {
        let place = tempfile::tempdir().unwrap();
        check_place(&place.path().join("run")).unwrap();
        assert!(check_place(&place.path().join("none/run")).unwrap_err().is_wrong_input());
        std::fs::write(place.path().join("taken"), "mine").unwrap();
        assert!(check_place(&place.path().join("taken")).unwrap_err().is_wrong_input());
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
    }
}
