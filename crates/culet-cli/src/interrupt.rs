//! Ctrl-C: the first ends the training cleanly, the second at once.

use std::sync::atomic::{AtomicU32, Ordering};

static SIGNALS: AtomicU32 = AtomicU32::new(0);

/// From now on Ctrl-C and SIGTERM are counted; the second one ends the program.
pub(crate) fn listen() {
    // A handler that stands already is this one.
    let _ = ctrlc::set_handler(|| {
        if SIGNALS.fetch_add(1, Ordering::Relaxed) > 0 {
            std::process::exit(130);
        }
    });
}

/// Whether there was one.
pub(crate) fn requested() -> bool {
    SIGNALS.load(Ordering::Relaxed) > 0
}
