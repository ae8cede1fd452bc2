//! Ctrl-C: the first ends the training or the service cleanly, a later one at once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::exit;

static HEARD: AtomicBool = AtomicBool::new(false);
static LISTENS: OnceLock<()> = OnceLock::new();

/// Signals that come this soon after the first belong to it: `timeout` signals its child, and then the child's group.
const SAME: Duration = Duration::from_secs(1);

/// From now on Ctrl-C and SIGTERM are noted; one that comes a second or more after the first ends the program. A hang-up
/// stays as it was, so that `nohup` works.
pub(crate) fn listen() {
    LISTENS.get_or_init(|| {
        // Where the system refuses, signals keep their usual effect.
        if let Ok(signals) = Signals::new([SIGINT, SIGTERM]) {
            thread::spawn(move || note(signals));
        }
    });
}

fn note(mut signals: Signals) {
    let mut first = None;
    for _ in signals.forever() {
        HEARD.store(true, Ordering::Relaxed);
        let now = Instant::now();
        if is_another(*first.get_or_insert(now), now) {
            exit(130);
        }
    }
}

/// From now on Ctrl-C and SIGTERM call `stop`, and a hang-up calls `look`; a Ctrl-C that comes a second or more after the
/// first ends the program.
pub(crate) fn steer(stop: impl Fn() + Send + 'static, look: impl Fn() + Send + 'static) {
    // Where the system refuses, signals keep their usual effect.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return };
    thread::spawn(move || {
        let mut first = None;
        for signal in signals.forever() {
            if signal == SIGHUP {
                look();
                continue;
            }
            let now = Instant::now();
            if is_another(*first.get_or_insert(now), now) {
                exit(130);
            }
            stop();
        }
    });
}

/// Whether somebody asked once more.
fn is_another(first: Instant, now: Instant) -> bool {
    now.duration_since(first) >= SAME
}

/// Whether there was one.
pub(crate) fn requested() -> bool {
    HEARD.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_at_once_is_the_same_wish() {
        let first = Instant::now();
        assert!(!is_another(first, first));
        assert!(!is_another(first, first + Duration::from_millis(999)));
        assert!(is_another(first, first + Duration::from_secs(1)));
    }
}
