//! The room on a disk, as the system tells it.

use std::path::Path;

/// What may still be written to the disk on which a new folder of this name would lie, in bytes; `None` where the system
/// does not tell.
pub(crate) fn free_on_disk_of(out: &Path) -> Option<u64> {
    let above = out.parent().filter(|above| !above.as_os_str().is_empty());
    free_at(above.unwrap_or(Path::new(".")))
}

#[cfg(unix)]
fn free_at(folder: &Path) -> Option<u64> {
    let told = rustix::fs::statvfs(folder).ok()?;
    // File systems that count nothing say that all is 0.
    (told.f_blocks > 0).then(|| told.f_bavail.saturating_mul(told.f_frsize))
}

#[cfg(not(unix))]
fn free_at(_folder: &Path) -> Option<u64> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_disk_of_the_folder_above_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let free = free_on_disk_of(&folder.path().join("run")).unwrap();
        assert!(free > 1 << 20, "{free}");
        assert!(free_on_disk_of(Path::new("run")).is_some());
        assert_eq!(free_on_disk_of(&folder.path().join("none/run")), None);
    }
}
