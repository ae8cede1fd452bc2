//! Which names of entries are taken.

use std::path::PathBuf;

use super::ArchiveProblem;
use crate::shown::shown;

/// Folders within folders.
const DEEPEST: usize = 32;

/// The path of an entry below the folder that is unpacked into.
///
/// # Errors
/// A name that leads out of the folder, or that some system would read so.
pub(super) fn of(name: &str) -> Result<PathBuf, ArchiveProblem> {
    let refuse = |why| Err(ArchiveProblem::Outside { entry: shown(name.as_bytes()), why });
    if name.starts_with('/') {
        return refuse("it begins at the root");
    }
    if name.contains('\\') {
        return refuse("it holds a backslash, which separates folders on some systems");
    }
    if name.contains(':') {
        return refuse("it holds a colon, which names drives on some systems");
    }
    if name.chars().any(char::is_control) {
        return refuse("it holds control characters");
    }
    let parts: Vec<_> = name.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        return refuse("it leads out of its folder");
    }
    match parts.len() {
        0 => refuse("it is empty"),
        n if n > DEEPEST => refuse("its folders lie too deep"),
        _ => Ok(parts.iter().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_below_the_folder() {
        for (name, path) in
            [("a", "a"), ("a/b.txt", "a/b.txt"), ("./a//b", "a/b"), ("a..b/..c", "a..b/..c"), ("ä", "ä")]
        {
            assert_eq!(of(name).unwrap(), PathBuf::from(path));
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let deep = "a/".repeat(33);
        for name in [
            "..",
            "../a",
            "a/../../b",
            "a/..",
            "/a",
            "//a",
            "\\a",
            "..\\a",
            "a\\..\\b",
            "C:a",
            "C:/a",
            "a:b",
            "a\0b",
            "",
            "/",
            ".",
            "./",
            "a\nb",
            &deep,
        ] {
            assert!(matches!(of(name), Err(ArchiveProblem::Outside { .. })), "{name:?}");
        }
    }
}
