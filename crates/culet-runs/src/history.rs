//! The history of a training, written while it goes on.

use std::ops::ControlFlow;

use culet_data::{DataError, RunWriter};
use culet_train::{Event, Observer};
use serde_json::json;

/// Passes on what happens, and appends each epoch to `history.jsonl`.
pub(crate) struct Recorder<'a> {
    observer: &'a mut dyn Observer,
    writer: Option<&'a mut RunWriter>,
    failure: Option<DataError>,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(observer: &'a mut dyn Observer, writer: Option<&'a mut RunWriter>) -> Self {
        Self { observer, writer, failure: None }
    }

    /// What went wrong with the file, if anything did: the training ended there.
    pub(crate) fn failure(self) -> Result<(), DataError> {
        self.failure.map_or(Ok(()), Err)
    }
}

impl Observer for Recorder<'_> {
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
        let flow = self.observer.event(event);
        if let (Event::Epoch(record), Some(writer)) = (event, &mut self.writer)
            && let Err(error) = writer.append_history(&json!(record))
        {
            self.failure = Some(error);
        }
        if self.failure.is_some() { ControlFlow::Break(()) } else { flow }
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
