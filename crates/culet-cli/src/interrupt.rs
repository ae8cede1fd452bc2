//! Ctrl-C: the first ends the training cleanly, the second at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

static HEARD: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on Ctrl-C and SIGTERM are noted; a second one ends the program. A hang-up stays as it was, so that `nohup`
/// works.
pub(crate) fn listen() {
    HEARD.get_or_init(|| {
        let heard = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the shutdown looks whether an earlier signal was noted. Where the system refuses, signals
            // keep their usual effect.
            let _ = flag::register_conditional_shutdown(signal, 130, Arc::clone(&heard));
            let _ = flag::register(signal, Arc::clone(&heard));
        }
        heard
    });
}

/// Whether there was one.
pub(crate) fn requested() -> bool {
    HEARD.get().is_some_and(|heard| heard.load(Ordering::Relaxed))
}
