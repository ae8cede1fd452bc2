//! The history of a training, written while it goes on.

use std::ops::ControlFlow;

use culet_data::{DataError, RunWriter, in_full};
use culet_train::{Event, Juncture, Observer, TrainingState};
use serde_json::json;

use crate::checkpoint::Keeping;
use crate::memory::PeakByPhase;

/// Passes on what happens, appends each epoch to `history.jsonl`, and keeps states if they are to be kept.
pub(crate) struct Recorder<'a> {
    observer: &'a mut dyn Observer,
    writer: Option<&'a mut RunWriter>,
    keeping: Option<&'a mut Keeping>,
    failure: Option<DataError>,
    /// Until the end of reading, of training, of evaluation.
    peaks: PeakByPhase,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(
        observer: &'a mut dyn Observer,
        writer: Option<&'a mut RunWriter>,
        keeping: Option<&'a mut Keeping>,
    ) -> Self {
        let mut peaks = PeakByPhase::default();
        peaks.note("load");
        Self { observer, writer, keeping, failure: None, peaks }
    }

    /// What memory the phases took, now that all are over; or what went wrong with the file: the training ended there.
    pub(crate) fn end(mut self) -> Result<PeakByPhase, DataError> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        // What is fitted at once tells no evaluation.
        self.peaks.note("train");
        self.peaks.note("evaluate");
        Ok(self.peaks)
    }
}

impl Observer for Recorder<'_> {
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
        if let Event::Evaluating { .. } = event {
            self.peaks.note("train");
        }
        let flow = self.observer.event(event);
        if let Some(keeping) = &mut self.keeping {
            keeping.note(event);
        }
        if let (Event::Epoch(record), Some(writer)) = (event, &mut self.writer)
            && let Err(error) = writer.append_history(&json!(record))
        {
            self.failure = Some(error);
        }
        if self.failure.is_some() { ControlFlow::Break(()) } else { flow }
    }

    fn wants_state(&mut self, at: Juncture) -> bool {
        self.failure.is_none() && self.keeping.as_mut().is_some_and(|keeping| keeping.is_due(at))
    }

    fn keep_state(&mut self, state: &TrainingState<'_>) {
        let (Some(keeping), Some(writer)) = (&mut self.keeping, &self.writer) else { return };
        // The training is worth more than what is kept of it: it goes on, and with it the attempts.
        if let Err(error) = keeping.keep(writer, state) {
            remark(self.observer, &format!("note: no checkpoint: {}", in_full(&error)));
        }
    }
}

/// Tells that something begins which cannot be ended.
pub(crate) fn waiting(observer: &mut dyn Observer, what: &str) {
    let _ = observer.event(&Event::Waiting { what });
}

/// Tells that a part of something larger begins, such as a trial; whether it shall.
pub(crate) fn begins(observer: &mut dyn Observer, title: &str) -> ControlFlow<()> {
    observer.event(&Event::Part { title })
}

/// Says something beside the result.
pub(crate) fn remark(observer: &mut dyn Observer, text: &str) {
    let _ = observer.event(&Event::Remark { text });
}
