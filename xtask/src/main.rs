//! The project's own tasks: `cargo xtask ci` runs every check, `cargo xtask python` those of the Python package,
//! `cargo xtask tidy` the house rules alone, `cargo xtask sanitize` the kernels under AddressSanitizer.
//!
//! Architecture invariant: depends on no crate of Culet, so that it still runs when one of them does not compile.

#![forbid(unsafe_code)]

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

mod ci;
mod tidy;
mod wheel_cargo;

const USAGE: &str = "\
usage: cargo xtask <TASK>

tasks:
  ci [--quick]   every check of the project: format, clippy, tests, the Python package, docs, tidy
                 (--quick: without docs and the environment of Python with NumPy alone)
  sanitize       the tests of the kernels under AddressSanitizer, by each instruction set: minutes
  python [PART]  the checks of the Python package, or a part of them: environment, wheel, bare
  tidy           the house rules: layers, versions, file lengths, unsafe, links, names, private paths,
                 clocks that may be set, model table
";

fn main() -> ExitCode {
    if let Some(exit) = wheel_cargo::answer(&root()) {
        return exit;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["ci"] => exit(ci::run(&root(), false)),
        ["ci", "--quick"] => exit(ci::run(&root(), true)),
        ["sanitize"] => exit(ci::run_sanitizer(&root())),
        ["python"] => exit(ci::run_python(&root())),
        ["python", part] => ci::run_part_of_python(&root(), part).map_or_else(|| refuse(&arguments), exit),
        ["tidy"] => exit(tidy::run(&root())),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        _ => refuse(&arguments),
    }
}

fn refuse(arguments: &[String]) -> ExitCode {
    eprint!("error: no such task: `{}`\n\n{USAGE}", arguments.join(" "));
    ExitCode::from(2)
}

fn exit(passed: bool) -> ExitCode {
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The root of the repository: beside this crate when cargo runs us, else the current folder.
fn root() -> PathBuf {
    let manifest_folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    manifest_folder.and_then(|folder| folder.parent().map(PathBuf::from)).unwrap_or_else(|| PathBuf::from("."))
}

/// The cargo that runs us, so that a chosen toolchain holds for every step.
fn cargo() -> Command {
    cargo_at(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A cargo without what it told us of our own package: build scripts that look at the same variables (ring's) would run
/// again, and all that stands on them be compiled again, after every change between `cargo xtask` and `cargo` (76 s).
fn cargo_at(program: OsString) -> Command {
    let mut command = Command::new(program);
    std::env::vars_os().map(|(name, _)| name).filter(|name| is_of_our_package(name)).for_each(|name| {
        command.env_remove(name);
    });
    command
}

fn is_of_our_package(variable: &OsStr) -> bool {
    let variable = variable.to_string_lossy();
    variable.starts_with("CARGO_PKG_") || variable.starts_with("CARGO_MANIFEST_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_hears_nothing_of_this_package() {
        // These tests run under cargo, which sets them.
        let command = cargo();
        let removed: Vec<_> = command.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
        assert!(removed.contains(&OsStr::new("CARGO_PKG_NAME")) && removed.contains(&OsStr::new("CARGO_MANIFEST_DIR")));
        assert!(!is_of_our_package(OsStr::new("CARGO_HOME")) && !is_of_our_package(OsStr::new("CARGO_TARGET_DIR")));
    }
}
