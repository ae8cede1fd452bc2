//! The place of a model: what is served now, and how something newer takes its place.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

use super::{Model, model::Open, stamp::Stamp};
use crate::ServeError;

/// A run folder and the model that it holds.
pub(crate) struct Slot {
    name: String,
    path: PathBuf,
    current: ArcSwap<Model>,
    trouble: Mutex<Option<Trouble>>,
}

/// A newer content that did not open.
struct Trouble {
    what: String,
    again_at: Instant,
    wait: Duration,
}

/// What a look at the folder brought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    Same,
    Swapped,
    /// Not opened, and told already.
    StillBroken,
    Broken(String),
}

/// The longest time between two attempts to open a broken folder.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

impl Slot {
    pub(crate) fn open(name: String, path: PathBuf) -> Result<Self, ServeError> {
        let model = open(&name, &path).map_err(|problem| ServeError::Run { path: path.clone(), problem })?;
        Ok(Self { name, path, current: ArcSwap::from_pointee(model), trouble: Mutex::new(None) })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What is served now.
    pub(crate) fn current(&self) -> Arc<Model> {
        self.current.load_full()
    }

    /// Exchanges the model if the folder has another content. A folder that does not open is tried again, less and less
    /// often, or at once if `forced`; what was there goes on being served.
    pub(crate) fn look(&self, forced: bool) -> Looked {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.current();
        let stamp = Stamp::read(&self.path);
        if stamp.as_ref().is_ok_and(|stamp| *stamp == old.stamp) {
            *trouble = None;
            return Looked::Same;
        }
        if !forced && trouble.as_ref().is_some_and(|trouble| Instant::now() < trouble.again_at) {
            return Looked::StillBroken;
        }
        match open(&self.name, &self.path) {
            Ok(model) => {
                model.take_over(&old);
                self.current.store(Arc::new(model));
                *trouble = None;
                Looked::Swapped
            }
            Err(what) => failed(&mut trouble, what),
        }
    }
}

fn failed(trouble: &mut Option<Trouble>, what: String) -> Looked {
    let (is_known, wait) = match trouble {
        Some(before) => (before.what == what, (before.wait * 2).min(LONGEST_WAIT)),
        None => (false, Duration::from_secs(1)),
    };
    *trouble = Some(Trouble { what: what.clone(), again_at: Instant::now() + wait, wait });
    if is_known { Looked::StillBroken } else { Looked::Broken(what) }
}

/// Opens a folder whose manifest stays the same meanwhile, so that the version told is that of what answers.
fn open(name: &str, path: &std::path::Path) -> Result<Model, String> {
    const ATTEMPTS: usize = 5;
    let mut last = String::new();
    for _ in 0..ATTEMPTS {
        let before = Stamp::read(path);
        // If there is no manifest, those who open the folder say so best.
        let opened = Model::open(Open { name, path, stamp: before.as_ref().ok() });
        match (opened, before, Stamp::read(path)) {
            (Ok(model), Ok(before), Ok(after)) if before == after => return Ok(model),
            (Ok(_), ..) => last = "the folder is being written".to_owned(),
            (Err(what), Ok(before), Ok(after)) if before != after => last = what,
            (Err(what), ..) => return Err(what),
        }
    }
    Err(last)
}
