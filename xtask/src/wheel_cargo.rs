//! What maturin takes for cargo: it builds the extension module together with the workspace.
//!
//! By itself maturin builds the one package, whose dependencies then have fewer features than in the tests: 67 of 208
//! crates, all of Culet's own among them, would be compiled a second time (minutes on two cores). Of the whole workspace
//! all but the module itself is there. What is published is built by maturin alone.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, ExitCode};

/// Where the real cargo is; that this is set tells us that maturin calls.
const REAL_CARGO: &str = "CULET_REAL_CARGO";

/// The libraries of all packages, with the features that the tests ask for: hence a test, which is built already.
const SHARED_BUILD: &[&str] = &["build", "--workspace", "--lib", "--test", "contract", "--locked"];

/// Makes maturin call this program in place of cargo.
pub(crate) fn in_place_of_cargo(maturin: &mut Command) -> Result<&mut Command, String> {
    let us = env::current_exe().map_err(|error| format!("cannot tell the path of this program: {error}"))?;
    Ok(maturin.env("CARGO", us).env(REAL_CARGO, crate::cargo().get_program()))
}

/// Does what cargo would, if maturin calls.
pub(crate) fn answer(root: &Path) -> Option<ExitCode> {
    let cargo = env::var_os(REAL_CARGO)?;
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let mut command = crate::cargo_at(cargo.clone());
    if arguments.first().is_some_and(|first| first == "rustc") {
        command.args(SHARED_BUILD).args(message_format(&arguments)).current_dir(root);
        // Of the interpreter, which the module does not depend on: PyO3 would be compiled anew. The rest is in .cargo.
        env::vars_os().map(|(name, _)| name).filter(|name| is_of_pyo3(name)).for_each(|name| {
            command.env_remove(name);
        });
    } else {
        command.args(&arguments);
    }
    let status = command.env("CARGO", &cargo).env_remove(REAL_CARGO).status();
    Some(if status.is_ok_and(|status| status.success()) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn is_of_pyo3(variable: &OsStr) -> bool {
    variable.to_string_lossy().starts_with("PYO3_")
}

/// How maturin wants to be told which files were built.
fn message_format(arguments: &[OsString]) -> Vec<OsString> {
    let flag = OsStr::new("--message-format");
    match arguments.windows(2).find(|pair| pair[0] == flag) {
        Some(pair) => pair.to_vec(),
        None => {
            let joined = |argument: &&OsString| argument.to_string_lossy().starts_with("--message-format=");
            arguments.iter().find(joined).cloned().into_iter().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(arguments: &[&str]) -> Vec<OsString> {
        message_format(&arguments.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn the_format_of_messages_is_passed_on_in_either_notation() {
        assert_eq!(found(&["rustc", "--message-format", "json", "--lib"]), ["--message-format", "json"]);
        assert_eq!(found(&["rustc", "--message-format=json", "--lib"]), ["--message-format=json"]);
        assert!(found(&["rustc", "--lib"]).is_empty());
    }

    #[test]
    fn variables_of_pyo3_are_told_from_others() {
        assert!(is_of_pyo3(OsStr::new("PYO3_CONFIG_FILE")));
        assert!(!is_of_pyo3(OsStr::new("CARGO_HOME")) && !is_of_pyo3(OsStr::new("MY_PYO3_")));
    }
}
