//! Rule: nothing is ordered or timed by a clock that somebody may set, nor by the times that files carry.
//!
//! How long something took is told by `Instant`; which of two checkpoints or manifests is newer, by their numbers.

use super::finding::Finding;
use super::source::{code_only, line_index};
use super::tree::Tree;

/// What reads the clock on the wall, or the stamps of files.
const STAMPS: &[&str] = &["SystemTime", ".modified()", ".created()", ".accessed()"];
/// Where requests and events are stamped.
const STAMPING: &str = "crates/culet-serve/";

/// Checks the sources of all crates but the service.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let sources = tree.files().filter(|(path, _)| {
        path.ends_with(".rs") && path.starts_with("crates/") && path.contains("/src/") && !path.starts_with(STAMPING)
    });
    sources.flat_map(|(path, text)| check_source(path, text)).collect()
}

fn check_source(path: &str, text: &str) -> Vec<Finding> {
    let code = code_only(text);
    let found = STAMPS.iter().flat_map(|stamp| code.match_indices(stamp).map(|(at, _)| at).collect::<Vec<_>>());
    let finding = |at| {
        let wrong = "a clock that may be set decides here";
        Finding::error(path, line_index(&code, at) + 1, wrong, "take `Instant`, or a number that counts")
    };
    found.map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> usize {
        check(&Tree::from([(path, text)])).len()
    }

    #[test]
    fn stamps_are_found_where_they_would_decide() {
        let stamps = "use std::time::SystemTime;\nfn newest(a: &Metadata) { a.modified().unwrap(); }\n";
        assert_eq!(findings("crates/culet-data/src/run/reader.rs", stamps), 2);
        assert_eq!(findings("crates/culet-serve/src/routes/feedback.rs", stamps), 0);
        assert_eq!(findings("crates/culet-runs/src/checkpoint.rs", "// SystemTime\nuse std::time::Instant;\n"), 0);
    }
}
