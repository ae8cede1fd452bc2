//! What a rule reports.

use std::fmt;

/// Whether a finding fails the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Error,
    Warning,
}

/// One thing that is wrong, where it is and what to do about it. Sorted by place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) path: String,
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) level: Level,
    wrong: String,
    remedy: String,
}

impl Finding {
    /// A finding that fails the check.
    pub(crate) fn error(path: &str, line: usize, wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, level: Level::Error, wrong: wrong.into(), remedy: remedy.into() }
    }

    /// A finding that is shown only.
    pub(crate) fn warning(path: &str, line: usize, wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(path, line, wrong, remedy) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = if self.level == Level::Warning { "warning: " } else { "" };
        write!(f, "{}:{}: {level}{}; {}", self.path, self.line, self.wrong, self.remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line_with_place_fault_and_remedy() {
        let error = Finding::error("a/b.rs", 7, "too long", "split it");
        assert_eq!(error.to_string(), "a/b.rs:7: too long; split it");
        let warning = Finding::warning("a/b.rs", 7, "long", "consider splitting it");
        assert_eq!(warning.to_string(), "a/b.rs:7: warning: long; consider splitting it");
    }

    #[test]
    fn findings_sort_by_file_and_then_by_line_as_a_number() {
        let mut findings = [("b", 1), ("a", 10), ("a", 9)].map(|(path, line)| Finding::error(path, line, "", ""));
        findings.sort();
        assert_eq!(
            findings.map(|finding| (finding.path, finding.line)),
            [("a".to_owned(), 9), ("a".to_owned(), 10), ("b".to_owned(), 1)]
        );
    }
}
