//! A folder that says in a file what it is about, so that only the same work goes on in it, and only once at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::Path;

use culet_data::{DataError, write_atomically};
use serde_json::Value;

use crate::RunsError;

/// What may differ from the work that is gone on with.
pub(crate) const MAY_DIFFER: &str = "program_version";

/// The right to write into a folder, as long as it is held.
pub(crate) struct Claim {
    _locked: File,
}

impl Claim {
    /// Makes the folder and writes the facts, or checks that those in it are the same; `what` is `search`, say, and the
    /// facts have a `format`.
    pub(crate) fn of(path: &Path, file: &str, what: &'static str, facts: &Value) -> Result<Self, RunsError> {
        if path.symlink_metadata().is_err() {
            make(path)?;
            write(path, file, facts)?;
        } else if is_empty_folder(path) {
            write(path, file, facts)?;
        }
        let place = path.join(file);
        let there = fs::read(&place).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        let Some(there) = there.filter(|there| there["format"] == facts["format"]) else {
            return Err(RunsError::HoldsNone { path: path.to_owned(), what });
        };
        let differences = differences(&there, facts);
        if !differences.is_empty() {
            return Err(RunsError::HoldsAnother { path: path.to_owned(), what, differences });
        }
        let locked = File::open(&place).map_err(|source| DataError::Read { path: place, source })?;
        // Where the system knows no locks, there is none.
        if matches!(locked.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(RunsError::AtWork { path: path.to_owned() });
        }
        Ok(Self { _locked: locked })
    }
}

fn make(path: &Path) -> Result<(), RunsError> {
    fs::create_dir(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => RunsError::NothingAbove { path: path.to_owned() },
        _ => DataError::Write { path: path.to_owned(), source }.into(),
    })
}

fn write(path: &Path, file: &str, facts: &Value) -> Result<(), RunsError> {
    let text = serde_json::to_string_pretty(facts).expect("facts are plain data") + "\n";
    write_atomically(&path.join(file), |writer| writer.write_all(text.as_bytes()))?;
    Ok(())
}

/// As a program leaves it that was ended before it wrote anything, or in the middle of writing the first file under its
/// temporary name.
fn is_empty_folder(path: &Path) -> bool {
    let is_temporary = |name: &str| name.ends_with(".tmp");
    fs::read_dir(path).is_ok_and(|mut entries| {
        entries.all(|entry| entry.is_ok_and(|entry| entry.file_name().to_str().is_some_and(is_temporary)))
    })
}

/// What differs between two documents, such as `seed` was 0, is 1.
fn differences(there: &Value, now: &Value) -> Vec<String> {
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    leaves("", there, &mut before);
    leaves("", now, &mut after);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let told = |value: Option<&&Value>| match value {
        None => "not set".to_owned(),
        Some(Value::String(text)) => format!("`{text}`"),
        Some(value) => value.to_string(),
    };
    let differ = names.into_iter().filter(|name| *name != MAY_DIFFER && before.get(*name) != after.get(*name));
    differ.map(|name| format!("`{name}` was {}, is {}", told(before.get(name)), told(after.get(name)))).collect()
}

/// The values within a document by their path, such as `data.users`.
pub(crate) fn leaves<'a>(name: &str, value: &'a Value, out: &mut BTreeMap<String, &'a Value>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                leaves(&name, value, out);
            }
        }
        value => {
            out.insert(name.to_owned(), value);
        }
    }
}

const TOLD: usize = 3;

/// The first few.
pub(crate) fn told(differences: &[String]) -> String {
    let mut text = differences[..differences.len().min(TOLD)].join("; ");
    if differences.len() > TOLD {
        text += &format!("; and {} more", differences.len() - TOLD);
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_is_named_by_its_path() {
        let before = json!({"a": {"b": 1, "c": "x"}, "program_version": "0.1", "gone": true});
        let after = json!({"a": {"b": 2, "c": "x"}, "program_version": "0.2", "new": null});
        let found = differences(&before, &after);
        assert_eq!(found, ["`a.b` was 1, is 2", "`gone` was true, is not set", "`new` was not set, is null"]);
        assert_eq!(told(&found), found.join("; "));
        let many: Vec<String> = ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec();
        assert_eq!(told(&many), "a; b; c; and 2 more");
    }
}
