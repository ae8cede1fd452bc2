//! Places to write to, looked at before any work is done.

use std::path::Path;

use culet::data::DataError;

use crate::problem::{Problem, cause};

/// Refuses a folder that holds something, and a file.
pub(super) fn check_folder(path: &Path) -> Result<(), Problem> {
    match std::fs::read_dir(path) {
        Ok(mut entries) => match entries.next() {
            Some(_) => Err(DataError::NotEmpty { path: path.into() }.into()),
            None => Ok(()),
        },
        // What is wrong with the path, the writing will tell.
        Err(_) if !path.exists() => Ok(()),
        Err(_) if path.is_file() => Err(exists(path)),
        Err(error) => Err(Problem::failed(format!("cannot read `{}`: {}", path.display(), cause(&error)))),
    }
}

/// Refuses a file that exists.
pub(super) fn check_file(path: &Path) -> Result<(), Problem> {
    if path.exists() { Err(exists(path)) } else { Ok(()) }
}

fn exists(path: &Path) -> Problem {
    Problem::input(format!("`{}` exists", path.display())).hint("choose another name, or remove it first")
}
