//! The peak memory of one part of the program's life.

use culet::runs::peak_rss_bytes;

/// Lets the peak that the system keeps start anew; whether it does.
pub(super) fn restart_peak() -> bool {
    // Linux: 5 sets the high-water mark of resident memory back to what is resident now.
    std::fs::write("/proc/self/clear_refs", "5").is_ok()
}

/// The most memory that the process held since the peak was restarted; `None` if it could not be.
pub(super) fn peak_since(restarted: bool) -> Option<u64> {
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
