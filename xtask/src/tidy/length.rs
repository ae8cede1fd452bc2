//! Rule: a file has one subject. Above 800 lines it fails, above 600 without its unit tests it is a smell.

use super::finding::Finding;
use super::source::{code_only, test_modules};
use super::tree::Tree;

const LIMIT: usize = 800;
const SMELL: usize = 600;

/// What counts as source.
const ENDINGS: &[&str] = &[".rs", ".py", ".pyi", ".js", ".wgsl", ".sh"];

/// What nobody writes: as long as what it comes from makes it. That it comes from there, `cargo xtask ci` checks.
const GENERATED: &[&str] = &["python/culet/_models.py"];

/// Checks every source file.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let is_source = |path: &str| ENDINGS.iter().any(|ending| path.ends_with(ending)) && !GENERATED.contains(&path);
    let sources = tree.files().filter(|(path, _)| is_source(path));
    sources.filter_map(|(path, text)| check_file(path, text)).collect()
}

fn check_file(path: &str, text: &str) -> Option<Finding> {
    let n_lines = text.lines().count();
    if n_lines > LIMIT {
        let wrong = format!("{n_lines} lines, {LIMIT} is the limit");
        return Some(Finding::error(path, LIMIT + 1, wrong, "split the file by subject"));
    }
    let n_test_lines = if path.ends_with(".rs") { unit_test_lines(text) } else { 0 };
    let n_lines = n_lines - n_test_lines;
    let wrong = || format!("{n_lines} lines besides its tests, above {SMELL} a file seldom has one subject");
    (n_lines > SMELL).then(|| Finding::warning(path, 1, wrong(), "consider splitting it"))
}

fn unit_test_lines(text: &str) -> usize {
    test_modules(&code_only(text)).iter().map(ExactSizeIterator::len).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::Level;

    /// A file with so many lines of code and a test module of so many lines.
    fn findings(path: &str, n_code: usize, n_test: usize) -> Vec<Finding> {
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "//\n".repeat(n_test.saturating_sub(3)));
        let text = "fn a() {}\n".repeat(n_code) + if n_test == 0 { "" } else { &tests };
        check(&Tree::from([(path, &*text)]))
    }

    #[test]
    fn files_up_to_the_limits_pass() {
        assert!(findings("a.rs", 600, 200).is_empty());
        assert!(findings("data.json", 5_000, 0).is_empty());
    }

    #[test]
    fn what_is_generated_may_be_long_and_what_lies_beside_it_may_not() {
        assert!(findings("python/culet/_models.py", 5_000, 0).is_empty());
        for path in ["python/culet/_model.py", "_models.py", "python/culet/_core.pyi"] {
            assert_eq!(findings(path, 801, 0)[0].level, Level::Error, "{path}");
        }
    }

    #[test]
    fn a_long_file_warns_without_its_tests() {
        let warned = findings("a.rs", 601, 100);
        assert_eq!((warned.len(), warned[0].level), (1, Level::Warning));
        assert!(warned[0].to_string().contains("601 lines besides its tests"), "{}", warned[0]);
        assert_eq!(findings("a.py", 601, 0)[0].level, Level::Warning);
    }

    #[test]
    fn a_file_above_the_limit_fails_tests_or_not() {
        for (path, n_code, n_test) in [("a.rs", 500, 301), ("a.rs", 801, 0), ("a.py", 801, 0)] {
            let failed = findings(path, n_code, n_test);
            assert_eq!((failed.len(), failed[0].level), (1, Level::Error));
            assert!(failed[0].to_string().contains("801 lines, 800 is the limit; split"), "{}", failed[0]);
        }
    }
}
