//! Rule: the README's table of models is the one that the registry prints.

use super::finding::Finding;
use super::tree::Tree;

/// The arguments of cargo that print the table.
pub(crate) const COMMAND: &[&str] = &["run", "-q", "-p", "culet-cli", "--", "models", "--markdown"];

const BEGIN: &str = "<!-- models:begin -->";
const END: &str = "<!-- models:end -->";
const README: &str = "README.md";

/// Compares the README with what `print` returns, which is called only if the README has a table.
pub(crate) fn check(tree: &Tree, print: impl FnOnce() -> Result<String, String>) -> Option<Finding> {
    let readme = tree.text(README)?;
    let line_of = |marker| readme.lines().position(|line| line.trim() == marker);
    let (begin, end) = match (line_of(BEGIN), line_of(END)) {
        (None, None) => return None,
        (Some(begin), Some(end)) if begin < end => (begin, end),
        (begin, end) => {
            let line = begin.or(end).map_or(1, |index| index + 1);
            let remedy = format!("put `{END}` below `{BEGIN}`");
            return Some(Finding::error(README, line, "the table of models has no end or no begin", remedy));
        }
    };
    let command = format!("cargo {}", COMMAND.join(" "));
    let printed = match print() {
        Ok(printed) => printed,
        Err(error) => {
            let wrong = format!("`{command}` failed: {error}");
            return Some(Finding::error(README, begin + 1, wrong, "repair the command"));
        }
    };
    let written = readme.lines().skip(begin + 1).take(end - begin - 1);
    let index = first_difference(written, printed.trim().lines())?;
    let remedy = format!("put the output of `{command}` between the markers");
    Some(Finding::error(README, begin + 2 + index, "the table of models differs from the registry", remedy))
}

/// The index of the first line that differs, blank lines around the texts aside.
fn first_difference<'a>(
    written: impl Iterator<Item = &'a str>,
    printed: impl Iterator<Item = &'a str>,
) -> Option<usize> {
    let written: Vec<&str> = written.map(str::trim_end).collect();
    let n_blank = written.iter().take_while(|line| line.is_empty()).count();
    let n_lines = written.iter().rposition(|line| !line.is_empty()).map_or(n_blank, |last| last + 1);
    let (table, printed) = (&written[n_blank..n_lines], printed.map(str::trim_end).collect::<Vec<_>>());
    let n_equal = table.iter().zip(&printed).take_while(|(a, b)| a == b).count();
    (n_equal < table.len().max(printed.len())).then_some(n_blank + n_equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "| model |\n| --- |\n| kgin |\n";

    fn finding(readme: &str) -> Option<String> {
        check(&Tree::from([(README, readme)]), || Ok(TABLE.to_owned())).map(|finding| finding.to_string())
    }

    #[test]
    fn the_printed_table_passes_with_or_without_blank_lines_around() {
        assert_eq!(finding(&format!("# A\n{BEGIN}\n{TABLE}{END}\n")), None);
        assert_eq!(finding(&format!("# A\n{BEGIN}\n\n{TABLE}\n{END}\n")), None);
    }

    #[test]
    fn a_changed_a_missing_and_a_surplus_row_are_found_with_their_line() {
        for (table, line) in [
            (TABLE.replace("kgin", "mf"), 5),
            (TABLE.replace("| kgin |\n", ""), 5),
            (format!("{TABLE}| mf |\n"), 6),
            (String::new(), 3),
        ] {
            let found = finding(&format!("# A\n{BEGIN}\n{table}{END}\n")).expect("a difference");
            assert!(found.starts_with(&format!("README.md:{line}: the table of models differs")), "{found}");
        }
    }

    #[test]
    fn the_registry_is_not_asked_without_a_table() {
        let unasked = || -> Result<String, String> { panic!("asked") };
        assert_eq!(check(&Tree::from([(README, "# A\n")]), unasked), None);
        assert_eq!(check(&Tree::from([("a.md", BEGIN)]), unasked), None);
    }

    #[test]
    fn half_a_table_and_a_failing_command_are_findings() {
        assert!(finding(&format!("a\n{BEGIN}\n{TABLE}")).expect("no end").starts_with("README.md:2: "));
        assert!(finding(&format!("{END}\n{BEGIN}\n")).expect("wrong order").starts_with("README.md:2: "));
        let readme = format!("{BEGIN}\n{TABLE}{END}\n");
        let failed = check(&Tree::from([(README, &*readme)]), || Err("no binary".to_owned())).expect("a failure");
        assert!(failed.to_string().contains("failed: no binary; repair the command"), "{failed}");
    }
}
