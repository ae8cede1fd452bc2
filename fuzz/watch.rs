//! How many inputs a target was given, and how much memory one needed.

use std::fs::OpenOptions;
use std::io::Write;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use peak_alloc::PeakAlloc;

/// Counts what is allocated and not yet freed, by all threads.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What no input may need, all at once. Inputs are of a few KB, and what is packed may unpack to 64 MiB whatever its
/// size; a reader that holds that twice and what it made of it stays below. Who believes a count that a file tells does
/// not: 32 bits of them are thousands of millions.
const MOST_BYTES: usize = 256 << 20;

/// Counts the inputs of a target. At its end it adds a line to the file that `CULET_FUZZ_COUNTS` names.
#[derive(Debug)]
pub struct Watch {
    target: &'static str,
    start: Instant,
    n_inputs: AtomicU64,
    n_failed: AtomicU64,
    peak: AtomicUsize,
}

impl Watch {
    #[must_use]
    pub fn new(target: &'static str) -> Self {
        let (n_inputs, n_failed, peak) = (AtomicU64::new(0), AtomicU64::new(0), AtomicUsize::new(0));
        Self { target, start: Instant::now(), n_inputs, n_failed, peak }
    }

    /// Runs the check of one input.
    ///
    /// # Panics
    /// As the check does, and if it needed more memory than any input may. Other targets that run at the same time count
    /// too, which none notices as long as each needs little.
    pub fn input(&self, check: impl FnOnce()) {
        self.n_inputs.fetch_add(1, Relaxed);
        MEMORY.reset_peak_usage();
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(check));
        let peak = MEMORY.peak_usage();
        self.peak.fetch_max(peak, Relaxed);
        if result.is_err() || peak > MOST_BYTES {
            self.n_failed.fetch_add(1, Relaxed);
        }
        if let Err(cause) = result {
            resume_unwind(cause);
        }
        assert!(peak <= MOST_BYTES, "this input needed {peak} bytes of memory, expected at most {MOST_BYTES}");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let Some(path) = std::env::var_os("CULET_FUZZ_COUNTS") else { return };
        let line = format!(
            "{{\"target\": \"{}\", \"inputs\": {}, \"failed\": {}, \"peak_bytes\": {}, \"seconds\": {:.1}}}\n",
            self.target,
            self.n_inputs.load(Relaxed),
            self.n_failed.load(Relaxed),
            self.peak.load(Relaxed),
            self.start.elapsed().as_secs_f64(),
        );
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the file of counts can be written");
    }
}
