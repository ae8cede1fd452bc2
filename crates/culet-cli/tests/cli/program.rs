//! Runs the program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a run of the program left.
#[derive(Debug)]
pub(crate) struct Ran {
    /// `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Asserts that it went well.
    #[track_caller]
    pub(crate) fn well(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }

    /// Stdout, all of which must be one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The program, in a folder.
pub(crate) fn culet(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_culet"));
    command.current_dir(folder).args(arguments).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

/// Runs the program in a folder to its end.
#[track_caller]
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ran {
    finished(culet(folder, arguments))
}

/// Runs a command to its end.
#[track_caller]
pub(crate) fn finished(mut command: Command) -> Ran {
    let output = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A folder or file of `tests/data`.
pub(crate) fn data(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "data", name].iter().collect();
    path.to_str().expect("UTF-8").to_owned()
}

/// A new folder for a test.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

/// A small run on the films, `run` in the folder.
pub(crate) fn train_films(folder: &Path) -> Ran {
    let films = data("films");
    let arguments = ["--epochs", "3", "--evaluate-every", "1", "--at", "1,2", "--threads", "2", "--json"];
    run(folder, &[&["train", "kgin", films.as_str(), "--out", "run"], &arguments[..]].concat()).well()
}
