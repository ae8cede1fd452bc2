//! The memory of the process and of the machine, as the system tells it.

/// The most memory the process has held so far, in bytes; `None` where the system does not tell.
#[must_use]
pub fn peak_rss_bytes() -> Option<u64> {
    bytes_of("/proc/self/status", "VmHWM:")
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
