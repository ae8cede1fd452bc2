//! What can be wrong with a run folder.

use std::fmt;

use super::RunKind;
use crate::thousands;

/// Why a folder cannot be written as a run, or read as one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunProblem {
    /// The output folder exists.
    #[error("exists; a training never writes into what is there")]
    Exists,
    /// The folder above the output folder does not exist.
    #[error("cannot be created: there is no folder `{parent}`")]
    NoParent {
        /// The missing folder.
        parent: String,
    },
    /// Nothing is there.
    #[error("does not exist")]
    Absent,
    /// A file is there.
    #[error("is a file, not a run folder")]
    NotAFolder,
    /// Some other folder.
    #[error("is not a run folder: it holds no `manifest.json`")]
    Foreign,
    /// A `manifest.json` of another program.
    #[error("is not the manifest of a run: it lacks `\"format\": \"culet-run\"`")]
    ForeignManifest,
    /// A history without a manifest.
    #[error("holds a training that did not finish: there is a `history.jsonl`, but no `manifest.json`")]
    Unfinished,
    /// A history and nothing to go on from.
    #[error("holds a training that ended before it kept what it needs to go on")]
    NothingKept,
    /// A run without a checkpoint.
    #[error("holds a training that is over: there is no `checkpoint` to go on from")]
    Finished,
    /// Another program trains there.
    #[error("is in the hands of another program, which trains there")]
    AtWork,
    /// Data that are not those of the fingerprint.
    #[error("holds the data {found}, but the training began with {expected}")]
    OtherData {
        /// The fingerprint of what the training began with.
        expected: String,
        /// That of what is there.
        found: String,
    },
    /// Written by a later program in a format this one does not know.
    #[error("was written by culet {program} in run format {found}; this is culet {} and reads up to {known}",
        env!("CARGO_PKG_VERSION"))]
    Newer {
        /// The version of the program that wrote it.
        program: String,
        /// Its format.
        found: u64,
        /// The newest format this program reads.
        known: u64,
    },
    /// A run of the other kind than is asked for.
    #[error("holds a {found}, not a {}", found.other())]
    OtherKind {
        /// What it holds.
        found: RunKind,
    },
    /// A file of the run is not what was written.
    #[error("{0}")]
    Damaged(Damage),
    /// No table of that name.
    #[error("holds no table `{name}`; its tables: {}", quoted(known))]
    NoTable {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
}

impl RunProblem {
    /// What stands between the path and the message.
    pub(crate) fn separator(&self) -> &'static str {
        match self {
            Self::Damaged(Damage::Size { .. } | Damage::Altered { .. } | Damage::Malformed(_)) => ": ",
            _ => " ",
        }
    }

    /// What would help.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Exists => "choose another `--out`, or remove it",
            Self::NoParent { .. } => "create it first, or choose another `--out`",
            Self::Absent => "`culet train MODEL DATA --out RUN` makes a run",
            Self::NotAFolder | Self::Foreign | Self::ForeignManifest => "give the folder that `culet train` wrote",
            Self::Unfinished => {
                "`culet resume` goes on with it if it kept a checkpoint; or train again into another folder, and remove this \
                 one"
            }
            Self::NothingKept => "train again into another folder, and remove this one",
            Self::Finished => "`culet evaluate` tells what it reached; `culet train --init` starts a new run from it",
            Self::AtWork => "wait until it is done, or interrupt it with Ctrl-C: it can be resumed",
            Self::OtherData { .. } => "copy the folder again from where it was made, or train again",
            Self::Newer { program, .. } => return Some(format!("install culet {program} or later")),
            Self::OtherKind { found: RunKind::Network } => {
                "networks are asked by `culet links`, `culet similar` and `culet facets`"
            }
            Self::OtherKind { found: RunKind::Catalogue } => "catalogues are asked by `culet recommend`",
            Self::Damaged(_) => "copy the folder again from where it was made, or train again",
            Self::NoTable { .. } => return None,
        };
        Some(hint.into())
    }
}

/// How a file of a run differs from what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// It is not there.
    Missing,
    /// Its size is not the one recorded.
    Size {
        /// The bytes written.
        expected: u64,
        /// The bytes found.
        found: u64,
    },
    /// Its size is right, its content is not.
    Altered {
        /// The SHA-256 written.
        expected: String,
        /// The SHA-256 found.
        found: String,
    },
    /// Its content makes no sense.
    Malformed(String),
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "is missing"),
            &Self::Size { expected, found } => {
                let (difference, verdict) =
                    if found < expected { (expected - found, "missing") } else { (found - expected, "too many") };
                let (noun, verb) = if difference == 1 { ("byte", "is") } else { ("bytes", "are") };
                let [difference, expected, found] = [difference, expected, found].map(thousands);
                write!(f, "{difference} {noun} {verb} {verdict}: expected {expected}, found {found}")
            }
            Self::Altered { expected, found } => {
                write!(f, "its content was altered: expected SHA-256 {}, found {}", start(expected), start(found))
            }
            Self::Malformed(what) => write!(f, "{what}"),
        }
    }
}

/// Enough of a checksum for a person to compare.
fn start(checksum: &str) -> String {
    if checksum.chars().count() <= 16 {
        checksum.into()
    } else {
        checksum.chars().take(16).chain("...".chars()).collect()
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_words() {
        let told = |expected, found| Damage::Size { expected, found }.to_string();
        assert_eq!(told(1_234_567, 1_233_543), "1,024 bytes are missing: expected 1,234,567, found 1,233,543");
        assert_eq!(told(10, 9), "1 byte is missing: expected 10, found 9");
        assert_eq!(told(0, 100), "100 bytes are too many: expected 0, found 100");
    }

    #[test]
    fn the_other_kind_of_run_is_named_with_its_commands() {
        let told = |found| {
            let problem = RunProblem::OtherKind { found };
            (problem.to_string(), problem.hint().unwrap())
        };
        let (message, hint) = told(RunKind::Network);
        assert_eq!(message, "holds a network, not a catalogue");
        assert_eq!(hint, "networks are asked by `culet links`, `culet similar` and `culet facets`");
        let (message, hint) = told(RunKind::Catalogue);
        assert_eq!(message, "holds a catalogue, not a network");
        assert_eq!(hint, "catalogues are asked by `culet recommend`");
    }

    #[test]
    fn a_newer_format_names_both_programs() {
        let problem = RunProblem::Newer { program: "7.8.9".into(), found: 3, known: 1 };
        let this = env!("CARGO_PKG_VERSION");
        let expected = format!("was written by culet 7.8.9 in run format 3; this is culet {this} and reads up to 1");
        assert_eq!(problem.to_string(), expected);
        assert_eq!(problem.hint().unwrap(), "install culet 7.8.9 or later");
    }
}
