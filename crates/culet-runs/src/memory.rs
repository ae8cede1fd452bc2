//! The memory of the process and of the machine, as the system tells it.

use std::collections::BTreeMap;

/// The most memory the process has held so far, in bytes; `None` where the system does not tell.
#[must_use]
pub fn peak_rss_bytes() -> Option<u64> {
    bytes_of("/proc/self/status", "VmHWM:")
}

/// The most memory the process has held by the end of each phase of a training, in bytes; empty where the system does not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub(crate) struct PeakByPhase(BTreeMap<&'static str, u64>);

impl PeakByPhase {
    /// Notes the end of a phase, unless it is over already: phases may come again.
    pub(crate) fn note(&mut self, phase: &'static str) {
        if let Some(bytes) = peak_rss_bytes().filter(|_| !self.0.contains_key(phase)) {
            self.0.insert(phase, bytes);
        }
    }
}

/// The memory that the process holds now, in bytes; `None` where the system does not tell.
#[must_use]
pub fn rss_bytes() -> Option<u64> {
    bytes_of("/proc/self/status", "VmRSS:")
}

/// What can be had without swapping, in bytes; `None` where the system does not tell.
pub(crate) fn free_bytes() -> Option<u64> {
    bytes_of("/proc/meminfo", "MemAvailable:")
}

fn bytes_of(file: &str, field: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(field))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}

/// Lets the peak that the system keeps start anew; whether it does.
pub(crate) fn restart_peak() -> bool {
    // Linux: 5 sets the high-water mark of resident memory back to what is resident now.
    std::fs::write("/proc/self/clear_refs", "5").is_ok()
}

/// The most memory that the process held since the peak was restarted; `None` if it could not be.
pub(crate) fn peak_since(restarted: bool) -> Option<u64> {
    peak_rss_bytes().filter(|_| restarted)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn memory_given_back_is_forgotten() {
        let before = {
            let held = vec![1_u8; 256 << 20];
            let peak = peak_rss_bytes();
            assert!(held.iter().step_by(4096).all(|&byte| byte == 1));
            peak
        };
        // A system that refuses is told apart from one that forgets nothing.
        let restarted = restart_peak();
        let (Some(before), Some(after)) = (before, peak_since(restarted)) else {
            eprintln!("skipped: this system does not let the peak of memory start anew");
            return;
        };
        assert!(after + (200 << 20) < before, "{before} bytes before, {after} after");
    }
}
