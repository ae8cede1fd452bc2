//! Rule: a name says what it holds; the names that hold anything are refused for files, folders and modules.

use super::finding::Finding;
use super::source::{code_only, line_index, words};
use super::tree::Tree;

/// Refused as a whole name and as the last word of one (`string_utils`).
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "manager"];

const REMEDY: &str = "name it after what it holds";

/// Checks the path of every file and the modules that Rust files declare.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files().flat_map(|(path, text)| check_path(path).into_iter().chain(check_modules(path, text))).collect()
}

fn check_path(path: &str) -> Option<Finding> {
    let stems = path.split('/').map(|part| part.split('.').next().unwrap_or_default());
    let empty = stems.into_iter().find(|stem| is_empty_name(stem))?;
    Some(Finding::error(path, 1, format!("the name `{empty}` says nothing"), REMEDY))
}

fn check_modules(path: &str, text: &str) -> Vec<Finding> {
    if !path.ends_with(".rs") {
        return Vec::new();
    }
    let code = code_only(text);
    let modules = words(&code, "mod").map(|at| (at, module_name(&code[at + "mod".len()..])));
    let empty = modules.filter(|(_, name)| is_empty_name(name));
    empty
        .map(|(at, name)| {
            let wrong = format!("the module name `{name}` says nothing");
            Finding::error(path, line_index(&code, at) + 1, wrong, REMEDY)
        })
        .collect()
}

fn module_name(after: &str) -> &str {
    let name = after.trim_start();
    &name[..name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len())]
}

fn is_empty_name(name: &str) -> bool {
    let last = name.rsplit(['_', '-']).next().unwrap_or_default();
    EMPTY_NAMES.contains(&last.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        check(&Tree::from([(path, text)])).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn files_and_folders_without_a_meaning_are_refused() {
        assert_eq!(
            findings("a/utils.rs", ""),
            ["a/utils.rs:1: the name `utils` says nothing; name it after what it holds"]
        );
        for path in ["a/helpers/b.rs", "tests/common/mod.rs", "string_util.py", "Manager.md", "web/misc.test.js"] {
            assert_eq!(findings(path, "").len(), 1, "{path}");
        }
    }

    #[test]
    fn modules_without_a_meaning_are_refused() {
        let found = findings("a.rs", "mod rows;\npub(crate) mod helpers {\n}\n#[path = \"x.rs\"] mod   misc;");
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("a.rs:2: the module name `helpers` says nothing"), "{found:?}");
        assert!(found[1].starts_with("a.rs:4: the module name `misc` says nothing"), "{found:?}");
    }

    #[test]
    fn names_that_say_something_pass() {
        for path in ["common_neighbours.rs", "utilisation.rs", "src/managers_of_people.csv", "README.md"] {
            assert!(findings(path, "").is_empty(), "{path}");
        }
        assert!(findings("a.rs", "// mod utils;\nmod commons;\nlet model = misc;").is_empty());
        assert!(findings("a.md", "mod utils;").is_empty());
    }
}
