//! Long work beside the interpreter: in threads of its own, while this one listens to Ctrl-C and tells what happens.

use std::any::Any;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use culet::ThreadPool;
use culet::kernels::{StopFlag, stop_point, was_stopped};
use culet::train::{Event, Observer};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use serde_json::json;

use crate::errors::{InternalError, Problem};

/// How often this thread asks whether Ctrl-C was pressed.
const LOOKS_EVERY: Duration = Duration::from_millis(50);
/// How often steps are told.
const TELLS_EVERY: Duration = Duration::from_millis(100);

/// Pools of threads for the calls of one object: made when there is none to spare, since a pool has one flag and so serves one
/// call at a time; and made anew in a process that was forked.
#[derive(Debug)]
pub(crate) struct Threads {
    n: usize,
    idle: Mutex<Idle>,
}

#[derive(Debug, Default)]
struct Idle {
    /// The process whose threads these are.
    process: u32,
    pools: Vec<Made>,
}

#[derive(Debug)]
struct Made {
    flag: StopFlag,
    pool: ThreadPool,
}

impl Threads {
    /// So many; 0: as many as there are cores.
    pub(crate) fn new(n: usize) -> Self {
        Self { n, idle: Mutex::default() }
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let process = std::process::id();
        if idle.process != process {
            // The threads of another process: there is nobody to wait for.
            std::mem::forget(std::mem::take(&mut idle.pools));
            idle.process = process;
        }
        idle
    }

    fn take(&self) -> PyResult<Made> {
        if let Some(made) = self.idle().pools.pop() {
            return Ok(made);
        }
        let flag = StopFlag::default();
        let pool = culet::threads_that_stop(self.n, &flag)
            .map_err(|error| Problem::failed(format!("cannot start the threads: {error}")).hint("ask for fewer"))?;
        Ok(Made { flag, pool })
    }

    fn give_back(&self, made: Made) {
        made.flag.lower();
        self.idle().pools.push(made);
    }

    /// Does something short in the pool, without the interpreter.
    pub(crate) fn briefly<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&ThreadPool) -> T + Send) -> PyResult<T> {
        let made = self.take()?;
        let result = py.detach(|| caught(|| work(&made.pool)));
        self.give_back(made);
        result
    }

    /// Does something long: Ctrl-C, or an exception of `follow`, gives it up within a fraction of a second.
    ///
    /// `follow`, a callable, gets each event as JSON; if it returns `False`, the work is to come to a good end soon.
    pub(crate) fn patiently<T: Send>(
        &self,
        py: Python<'_>,
        follow: Option<&Bound<'_, PyAny>>,
        work: impl FnOnce(&ThreadPool, &mut Teller) -> T + Send,
    ) -> PyResult<T> {
        let made = self.take()?;
        let Made { flag, pool } = &made;
        let (sender, receiver) = channel();
        let (hears, heard) = channel();
        let halt = Arc::new(AtomicBool::new(false));
        let mut teller = Teller { sender, halt: Arc::clone(&halt), heard: follow.map(|_| heard), told: None };
        let follow = follow.map(|follow| follow.clone().unbind());
        let listener = Listener { receiver, follow, hears, halt };
        let result = py.detach(|| {
            thread::scope(|scope| {
                let own = flag.clone();
                let worker = scope.spawn(move || {
                    own.heed();
                    let result = caught(|| work(pool, &mut teller));
                    drop(teller);
                    result
                });
                let problem = listener.listen().inspect_err(|_| flag.raise());
                // Only now: whoever waits to be heard goes on when nobody can hear any more, and must find the flag raised.
                drop(listener);
                let result = worker.join().unwrap_or_else(|panic| Err(defect(&*panic)));
                problem.and(result)
            })
        });
        self.give_back(made);
        result
    }
}

/// An event, as JSON, and whether the teller waits for it to be heard.
type Told = (String, bool);

/// What a thread tells while it works.
#[derive(Debug)]
pub(crate) struct Teller {
    sender: Sender<Told>,
    /// Whether to come to a good end soon.
    halt: Arc<AtomicBool>,
    /// That an event was heard, where somebody follows.
    heard: Option<Receiver<()>>,
    told: Option<Instant>,
}

impl Teller {
    fn tell(&mut self, event: &serde_json::Value) {
        // Nobody listens any more once Ctrl-C was pressed.
        let _ = self.sender.send((event.to_string(), false));
    }

    /// Tells an event and, where somebody follows, waits until it was heard, so that an answer to it counts from here on.
    fn tell_and_wait(&mut self, event: &serde_json::Value) {
        let _ = self.sender.send((event.to_string(), self.heard.is_some()));
        if let Some(heard) = &self.heard {
            // An error: nobody listens any more.
            let _ = heard.recv();
        }
    }

    fn step_is_due(&mut self) -> bool {
        let now = Instant::now();
        let is_due = self.told.is_none_or(|told| now.duration_since(told) >= TELLS_EVERY);
        if is_due {
            self.told = Some(now);
        }
        is_due
    }
}

impl Observer for Teller {
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Stage { what } | Event::Waiting { what } => self.tell(&json!({ "event": "stage", "what": what })),
            Event::Part { title } => self.tell(&json!({ "event": "part", "title": title })),
            Event::Remark { text } => self.tell(&json!({ "event": "remark", "text": text })),
            Event::Start { phase, epochs, steps_per_epoch, pairs_per_epoch, n_parameters, metric, .. } => {
                let told = json!({
                    "event": "start",
                    "phase": phase,
                    "epochs": epochs,
                    "steps_per_epoch": steps_per_epoch,
                    "pairs_per_epoch": pairs_per_epoch,
                    "n_parameters": n_parameters,
                    "metric": metric,
                });
                self.tell(&told);
            }
            Event::Step { epoch, step, loss } if self.step_is_due() => {
                self.tell(&json!({ "event": "step", "epoch": epoch, "step": step, "loss": loss.total() }));
            }
            Event::Evaluating { epoch } => {
                self.tell(&json!({ "event": "evaluating", "epoch": epoch }));
            }
            Event::Epoch(record) => {
                let mut told = serde_json::to_value(record).unwrap_or_default();
                told["event"] = "epoch".into();
                self.tell_and_wait(&told);
            }
            Event::Stopped { epoch, reason } => {
                self.tell(&json!({ "event": "stopped", "epoch": epoch, "reason": reason }));
            }
            _ => {}
        }
        // A raised flag gives the work up right here; what was asked to come to a good end is another matter.
        stop_point();
        if self.halt.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// The thread of the interpreter, while another one works.
struct Listener {
    receiver: Receiver<Told>,
    follow: Option<Py<PyAny>>,
    /// Tells back that an epoch was heard.
    hears: Sender<()>,
    halt: Arc<AtomicBool>,
}

impl Listener {
    /// Returns when the work is done, or with what Python has against it.
    fn listen(&self) -> PyResult<()> {
        let mut looked = Instant::now();
        loop {
            match self.receiver.recv_timeout(LOOKS_EVERY) {
                Ok((event, is_waited_for)) => {
                    self.hear(&event)?;
                    if is_waited_for {
                        let _ = self.hears.send(());
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            if looked.elapsed() >= LOOKS_EVERY {
                // The method itself is not general enough in its lifetime.
                #[allow(clippy::redundant_closure_for_method_calls)]
                Python::attach(|py| py.check_signals())?;
                looked = Instant::now();
            }
        }
    }

    fn hear(&self, event: &str) -> PyResult<()> {
        let Some(follow) = &self.follow else { return Ok(()) };
        Python::attach(|py| {
            let answer = follow.bind(py).call1((event,))?;
            if answer.extract::<bool>().is_ok_and(|goes_on| !goes_on) {
                self.halt.store(true, Ordering::Relaxed);
            }
            Ok(())
        })
    }
}

/// The result of work that must not take the interpreter with it.
fn caught<T>(work: impl FnOnce() -> T) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(work))
        .map_err(|panic| if was_stopped(&*panic) { PyKeyboardInterrupt::new_err(()) } else { defect(&*panic) })
}

fn defect(panic: &(dyn Any + Send)) -> PyErr {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let message = format!("a defect in culet: {}", text.unwrap_or("no message"));
    InternalError::new_err((message, Some("please report it, with what you called")))
}
