//! The thread that looks whether run folders have newer contents.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::slot::Looked;
use super::{Models, Slot};
use crate::metrics::Metrics;

/// Looks at all folders again and again, and when told to.
pub(crate) struct Watch {
    look: Mutex<Option<Sender<()>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Watch {
    /// Looks so often, or only when told to.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(crate) fn start(models: Arc<Models>, metrics: Arc<Metrics>, every: Option<Duration>) -> std::io::Result<Self> {
        let (sender, receiver) = channel();
        let run = move || {
            models.slots().iter().for_each(|slot| slot.current().make_ready());
            watch(&models, &metrics, every, &receiver);
        };
        let thread = thread::Builder::new().name("watch".to_owned()).spawn(run)?;
        Ok(Self { look: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    /// Looks at once.
    pub(crate) fn look(&self) {
        if let Some(look) = &*self.look.lock().unwrap_or_else(PoisonError::into_inner) {
            // A thread that is gone looks at nothing.
            let _ = look.send(());
        }
    }

    /// Ends, when what is being opened is open.
    pub(crate) fn close(&self) {
        drop(self.look.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            drop(thread.join());
        }
    }
}

fn watch(models: &Models, metrics: &Metrics, every: Option<Duration>, look: &Receiver<()>) {
    loop {
        let forced = match every {
            Some(every) => match look.recv_timeout(every) {
                Ok(()) => true,
                Err(RecvTimeoutError::Timeout) => false,
                Err(RecvTimeoutError::Disconnected) => return,
            },
            None if look.recv().is_err() => return,
            None => true,
        };
        models.slots().iter().for_each(|slot| look_at(slot, metrics, forced));
    }
}

fn look_at(slot: &Slot, metrics: &Metrics, forced: bool) {
    let before = slot.current();
    match slot.look(forced) {
        Looked::Swapped => {
            let now = slot.current();
            metrics.swaps.with_label_values(&[slot.name()]).inc();
            before.withdraw(metrics);
            now.announce(metrics);
            tracing::info!(name = slot.name(), from = before.version(), version = now.version(), "model exchanged");
        }
        Looked::Broken(cause) => {
            metrics.failed_swaps.with_label_values(&[slot.name()]).inc();
            tracing::error!(name = slot.name(), cause, "a run folder does not open; what was served goes on");
        }
        Looked::StillBroken | Looked::Same => {}
    }
}
