//! A blend as far as it came: what it found, kept so that nothing of it has to be found again.
//!
//! What takes long is asked for here, and always in the same order: what settings of the linear model are worth, then
//! vectors. What was found before the training was interrupted comes from the state that it goes on from. Whatever is
//! decided by it is decided again, with the same outcome, and the linear model is solved for again.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use culet_graph::Interactions;
use culet_kernels::Matrix;
use culet_model::Representation;

use crate::state::{BlendProgress, TriedSettings};
use crate::{Beginning, Event, Juncture, Observer, Progress, StoredState, TrainError, TrainingState};

/// The phase of a state between two trainings.
const BETWEEN: &str = "choice";

/// Vectors that were made.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) vectors: Arc<Representation>,
    /// The best epoch of their training; 0 where there were none.
    pub(super) epoch: u64,
}

/// A blend as far as it came, and who follows it.
pub(crate) struct Course<'a> {
    observer: &'a mut dyn Observer,
    found: Found,
    /// Of what was found before: what was not asked for yet.
    tried_before: VecDeque<TriedSettings>,
    made_before: VecDeque<Option<Made>>,
    /// The training of vectors that it was in.
    running: Option<StoredState>,
    is_ended: bool,
}

/// What was found so far.
struct Found {
    tried: Vec<TriedSettings>,
    /// None where the data did not allow for vectors.
    made: Vec<Option<Made>>,
    seconds_before: f64,
    start: Instant,
}

impl Found {
    fn seconds(&self) -> f64 {
        self.seconds_before + self.start.elapsed().as_secs_f64()
    }

    fn progress(&self) -> BlendProgress {
        let made = self.made.iter().map(|made| made.as_ref().map(|made| made.epoch)).collect();
        BlendProgress { tried: self.tried.clone(), made, seconds: self.seconds() }
    }

    fn tables(&self) -> Vec<(String, Cow<'_, Matrix>)> {
        let made = self.made.iter().enumerate().filter_map(|(k, made)| Some((k, made.as_ref()?)));
        let named = made.flat_map(|(k, made)| {
            [("users", &made.vectors.users), ("items", &made.vectors.items)]
                .map(|(side, table)| (name_of(k, side), Cow::Borrowed(table)))
        });
        named.collect()
    }
}

fn name_of(k: usize, side: &str) -> String {
    format!("made.{k}.{side}")
}

impl<'a> Course<'a> {
    /// From its beginning, or from a state that was kept; `log` is what is learned from in the end.
    pub(crate) fn new(
        observer: &'a mut dyn Observer,
        state: Option<StoredState>,
        log: &Interactions,
    ) -> Result<Self, TrainError> {
        let (mut found, running) = match state {
            Some(state) => kept(state, log)?,
            None => (Found { tried: Vec::new(), made: Vec::new(), seconds_before: 0.0, start: Instant::now() }, None),
        };
        let (tried_before, made_before) =
            (std::mem::take(&mut found.tried).into(), std::mem::take(&mut found.made).into());
        Ok(Self { observer, found, tried_before, made_before, running, is_ended: false })
    }

    /// Whether the observer ended it.
    pub(super) fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// Seconds since it began, those before an interruption too.
    pub(super) fn seconds(&self) -> f64 {
        self.found.seconds()
    }

    /// Tells what is tried or found; whether to go on.
    pub(super) fn stage(&mut self, what: &str) -> ControlFlow<()> {
        let flow = self.observer.event(&Event::Stage { what });
        if flow.is_break() {
            self.keep(Juncture::Interrupted);
        }
        flow
    }

    /// What settings of the linear model are worth, as `judge` says; none if it is not to go on.
    pub(super) fn tried(
        &mut self,
        what: &str,
        judge: impl FnOnce() -> Result<TriedSettings, TrainError>,
    ) -> Result<Option<TriedSettings>, TrainError> {
        if let Some(tried) = self.tried_before.pop_front() {
            self.found.tried.push(tried);
            return Ok(Some(tried));
        }
        if self.stage(what).is_break() {
            return Ok(None);
        }
        let tried = judge()?;
        self.found.tried.push(tried);
        self.keep(Juncture::Part);
        Ok(Some(tried))
    }

    /// Vectors as `make` makes them, told as `what` if that is given; none where the data do not allow for them. What it
    /// is given are who follows its training and where that begins.
    pub(super) fn made(
        &mut self,
        what: Option<&str>,
        make: impl FnOnce(Beginning, &mut dyn Observer) -> Result<Option<Made>, TrainError>,
    ) -> Result<Option<Made>, TrainError> {
        if let Some(made) = self.made_before.pop_front() {
            self.found.made.push(made.clone());
            return Ok(made);
        }
        if let Some(what) = what {
            let _ = self.stage(what);
        }
        let beginning = Beginning { state: self.running.take(), ..Beginning::default() };
        let mut within = Within { observer: &mut *self.observer, found: &self.found, is_ended: &mut self.is_ended };
        let made = make(beginning, &mut within)?;
        // What an interruption cut short is not kept: nothing is, from then on.
        self.found.made.push(made.clone());
        self.keep(Juncture::Part);
        Ok(made)
    }

    /// Whether the next vectors are there already.
    pub(super) fn knows_next(&self) -> bool {
        !self.made_before.is_empty()
    }

    /// Lets the state between two trainings be kept, if it is wanted.
    fn keep(&mut self, at: Juncture) {
        let nothing = TrainingState {
            progress: Progress { phase: BETWEEN.to_owned(), ..Progress::default() },
            tables: Vec::new(),
        };
        // What was found before and was not asked for again must not be lost.
        if self.tried_before.is_empty() && self.made_before.is_empty() && self.running.is_none() {
            let mut within = Within { observer: &mut *self.observer, found: &self.found, is_ended: &mut self.is_ended };
            if within.wants_state(at) {
                within.keep_state(&nothing);
            }
        }
        self.is_ended |= at == Juncture::Interrupted;
    }
}

/// What was kept, and the training that it was kept in.
fn kept(mut state: StoredState, log: &Interactions) -> Result<(Found, Option<StoredState>), TrainError> {
    let bad = |what: &str| TrainError::BadState { what: what.to_owned() };
    let progress = state.progress.blend.take().ok_or_else(|| bad("it is none of a blend"))?;
    let mut taken = |k: usize, side: &str, n_rows: usize| {
        let table = state.tables.remove(&name_of(k, side)).ok_or_else(|| bad("it lacks vectors that were made"))?;
        if table.n_rows() == n_rows { Ok(table) } else { Err(bad("it has vectors of other data")) }
    };
    let mut made = Vec::new();
    for (k, epoch) in progress.made.into_iter().enumerate() {
        let Some(epoch) = epoch else {
            made.push(None);
            continue;
        };
        let (users, items) = (taken(k, "users", log.n_users())?, taken(k, "items", log.n_items())?);
        if users.dim() != items.dim() {
            return Err(bad("it has vectors of two lengths"));
        }
        made.push(Some(Made { vectors: Arc::new(Representation { users, items }), epoch }));
    }
    let found = Found { tried: progress.tried, made, seconds_before: progress.seconds, start: Instant::now() };
    Ok((found, (state.progress.phase != BETWEEN).then_some(state)))
}

/// Follows the training of a part: its state is kept with what was found before.
struct Within<'a> {
    observer: &'a mut dyn Observer,
    found: &'a Found,
    is_ended: &'a mut bool,
}

impl Observer for Within<'_> {
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
        self.observer.event(event)
    }

    fn wants_state(&mut self, at: Juncture) -> bool {
        // Once it is ended it goes on from there, and what is cut short thereafter is worth nothing.
        let wants = !*self.is_ended && self.observer.wants_state(at);
        *self.is_ended |= at == Juncture::Interrupted;
        wants
    }

    fn keep_state(&mut self, state: &TrainingState<'_>) {
        let progress = Progress { blend: Some(self.found.progress()), ..state.progress.clone() };
        let own = state.tables.iter().map(|(name, table)| (name.clone(), Cow::Borrowed(&**table)));
        self.observer
            .keep_state(&TrainingState { progress, tables: self.found.tables().into_iter().chain(own).collect() });
    }
}
