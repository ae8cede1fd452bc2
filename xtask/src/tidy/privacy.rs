//! Rule: no file names a place on somebody's machine or holds a key.

use super::finding::Finding;
use super::tree::Tree;

/// Refused in every file, this one included: hence the words in halves.
const PRIVATE: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("C:\\Us", "ers\\"),
    concat!("PRIVATE K", "EY-----"),
];

/// Checks every line of every file.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files().flat_map(|(path, text)| check_file(path, text)).collect()
}

fn check_file(path: &str, text: &str) -> Vec<Finding> {
    let lines = text.lines().enumerate();
    let found = lines.filter_map(|(index, line)| {
        let word = PRIVATE.iter().find(|word| line.contains(**word))?;
        let wrong = format!("`{word}` belongs to somebody's machine");
        Some(Finding::error(path, index + 1, wrong, "use a relative path or leave it out"))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_private_word_is_found_with_its_line() {
        for word in PRIVATE {
            let text = format!("fine\nsee {word}data and {word}more\n");
            let findings = check(&Tree::from([("notes.md", &*text)]));
            assert_eq!(findings.len(), 1, "{word}");
            let expected =
                format!("notes.md:2: `{word}` belongs to somebody's machine; use a relative path or leave it out");
            assert_eq!(findings[0].to_string(), expected);
        }
    }

    #[test]
    fn public_paths_pass() {
        let text = "/tmp/a work/ network/ ../work https://a.org/works/ ~/data $HOME/data\n";
        assert!(check(&Tree::from([("notes.md", text)])).is_empty());
    }
}
