//! JSON documents that say what they are and vouch for their own text.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::checksum::checksum_of_text;
use super::super::{Damage, RunProblem};

/// What marks a document as ours.
const FORMAT: &str = "culet-checkpoint";
/// The format this program writes, and the newest it reads.
const VERSION: u64 = 1;
/// Stands in the text for the checksum of that text.
const NO_CHECKSUM: &str = "0000000000000000000000000000000000000000000000000000000000000000";

#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    format: String,
    format_version: u64,
    program_version: String,
    content: T,
    /// The last entry.
    sha256: String,
}

/// The text of a document, and the checksum that it carries.
pub(super) fn seal(content: &impl Serialize) -> serde_json::Result<(String, String)> {
    let sealed = Sealed {
        format: FORMAT.to_owned(),
        format_version: VERSION,
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        content,
        sha256: NO_CHECKSUM.to_owned(),
    };
    let text = serde_json::to_string_pretty(&sealed)? + "\n";
    let checksum = checksum_of_text(&text);
    Ok((exchange(&text, NO_CHECKSUM, &checksum), checksum))
}

/// The content of a document, and the checksum that it carries.
pub(super) fn unseal<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, String), RunProblem> {
    let malformed = |what: String| RunProblem::Damaged(Damage::Malformed(what));
    let text = str::from_utf8(bytes).map_err(|error| malformed(format!("is not UTF-8: {error}")))?;
    let value: Value = serde_json::from_str(text).map_err(|error| malformed(format!("is not JSON: {error}")))?;
    check_format(&value)?;
    let expected = value["sha256"].as_str().unwrap_or_default().to_owned();
    let found = checksum_of_text(&exchange(text, &expected, NO_CHECKSUM));
    if found != expected {
        return Err(RunProblem::Damaged(Damage::Altered { expected, found }));
    }
    let sealed: Sealed<T> =
        serde_json::from_str(text).map_err(|error| malformed(format!("makes no sense: {error}")))?;
    Ok((sealed.content, expected))
}

/// Looks at the mark and the version before anything else, for the rest may have changed since.
fn check_format(document: &Value) -> Result<(), RunProblem> {
    let malformed = |what: String| Err(RunProblem::Damaged(Damage::Malformed(what)));
    if document["format"] != FORMAT {
        return malformed(format!("is no part of a checkpoint: it lacks `\"format\": \"{FORMAT}\"`"));
    }
    match document["format_version"].as_u64() {
        Some(VERSION) => Ok(()),
        Some(found) if found > VERSION => {
            let program = document["program_version"].as_str().unwrap_or("of unknown version").into();
            Err(RunProblem::Newer { program, found, known: VERSION })
        }
        _ => malformed(format!("has format version {}, expected {VERSION}", document["format_version"])),
    }
}

/// Exchanges the checksum, the last of its kind in the text.
fn exchange(text: &str, old: &str, new: &str) -> String {
    text.rfind(old)
        .filter(|_| !old.is_empty())
        .map_or_else(|| text.to_owned(), |at| [&text[..at], new, &text[at + old.len()..]].concat())
}
