//! A disk of its own for a test: small, or read-only, gone when the test is over.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use crate::program::{Ran, data, finished};

/// Runs a program in a folder, with the program under test as `$CULET` and a small catalogue as `$FILMS`.
pub(crate) fn shell(folder: &Path, program: &str, arguments: &[&str]) -> Ran {
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments).env("NO_COLOR", "1");
    command.env("CULET", env!("CARGO_BIN_EXE_culet")).env("FILMS", data("films"));
    finished(command)
}

/// Tells so past the test harness, which shows what `eprintln` says for tests that fail alone.
pub(crate) fn skipped(why: &str) {
    let mut stderr = std::io::stderr();
    writeln!(stderr, "skipped: {why}").unwrap();
}

/// Mounts a file system of this size at `disk` in a namespace of its own, which ends with the script. `None`, and a word
/// about it, where the system does not allow that.
pub(crate) fn on_a_small_disk(folder: &Path, size: &str, script: &str) -> Option<Ran> {
    let _ = fs::create_dir(folder.join("disk"));
    let mounted = format!("mount -t tmpfs -o size={size} tmpfs disk || exit 77; {script}");
    let probe = Command::new("unshare").args(["--map-root-user", "--mount", "true"]).output();
    let ran = match probe {
        Ok(output) if output.status.success() => {
            shell(folder, "unshare", &["--map-root-user", "--mount", "sh", "-c", &mounted])
        }
        _ => {
            skipped("no mount namespaces here; the limit on file sizes is tested all the same");
            return None;
        }
    };
    if ran.code == Some(77) {
        skipped(&format!("no small disk may be mounted here: {}", ran.stderr));
        return None;
    }
    Some(ran)
}
