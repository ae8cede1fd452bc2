//! How long work is given up: threads that look at a flag, and places in long loops where they do.

use std::cell::RefCell;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks the threads that heed it to give up their work.
///
/// A thread that [heeds](Self::heed) a flag unwinds at the next [`stop_point`] once the flag is raised; rayon carries that to
/// whoever called into the pool, who catches it ([`std::panic::catch_unwind`], [`was_stopped`]). What was computed is lost, so
/// that no half-made table is ever seen. Threads that heed no flag never stop.
#[derive(Debug, Clone, Default)]
pub struct StopFlag(Arc<AtomicBool>);

/// What a thread unwinds with.
#[derive(Debug)]
struct Stopped;

thread_local! {
    static HEEDED: RefCell<Option<StopFlag>> = const { RefCell::new(None) };
}

impl StopFlag {
    /// Asks for work to be given up.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Makes ready for further work.
    pub fn lower(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// From now on this thread looks at the flag, and at no other.
    pub fn heed(&self) {
        HEEDED.set(Some(self.clone()));
    }
}

/// A place where long work may end: unwinds if the flag that this thread heeds is raised. It costs a few loads, so it stands
/// in loops whose turns take a microsecond and more.
#[inline]
pub fn stop_point() {
    if HEEDED.with_borrow(|flag| flag.as_ref().is_some_and(StopFlag::is_raised)) {
        // No message: nothing went wrong.
        resume_unwind(Box::new(Stopped));
    }
}

/// Whether what was caught is work that was given up, and not a defect.
#[must_use]
pub fn was_stopped(caught: &(dyn std::any::Any + Send)) -> bool {
    caught.is::<Stopped>()
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn only_who_heeds_a_raised_flag_stops_and_goes_on_once_it_is_lowered() {
        let flag = StopFlag::default();
        flag.raise();
        stop_point();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(2)
            .start_handler({
                let flag = flag.clone();
                move |_| flag.heed()
            })
            .build()
            .unwrap();
        let work = || pool.install(|| rayon::join(stop_point, || 7).1);
        let caught = catch_unwind(AssertUnwindSafe(work)).unwrap_err();
        assert!(was_stopped(&*caught));
        assert!(!was_stopped(&"a defect"));
        flag.lower();
        assert_eq!(work(), 7);
    }
}
