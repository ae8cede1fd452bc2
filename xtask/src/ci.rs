//! Every check of the project as a list of cargo commands, run until the first one fails.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One cargo command with the name it goes by in the output.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    name: &'static str,
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

impl Step {
    const fn new(name: &'static str, arguments: &'static [&'static str]) -> Self {
        Self { name, arguments, environment: &[] }
    }

    /// What a person types to run this step alone.
    fn command_line(&self) -> String {
        let environment = self.environment.iter().map(|(key, value)| format!("{key}=\"{value}\""));
        let arguments = self.arguments.iter().map(ToString::to_string);
        environment.chain(["cargo".to_owned()]).chain(arguments).collect::<Vec<_>>().join(" ")
    }
}

const FORMAT: Step = Step::new("format", &["fmt", "--all", "--check"]);
const CLIPPY: Step = Step::new("clippy", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
const NEXTEST: Step = Step::new("tests", &["nextest", "run", "--workspace", "--no-fail-fast"]);
const TESTS: Step =
    Step::new("tests", &["test", "--workspace", "--lib", "--bins", "--tests", "--examples", "--no-fail-fast"]);
const DOC_TESTS: Step = Step::new("doc tests", &["test", "--workspace", "--doc"]);
const FUZZ: Step = Step::new("fuzz, short", &["test", "--manifest-path", "fuzz/Cargo.toml"]);
const DOCS: Step = Step {
    name: "docs",
    arguments: &["doc", "--workspace", "--no-deps"],
    environment: &[("RUSTDOCFLAGS", "-D warnings")],
};
const TIDY: Step = Step::new("tidy", &["xtask", "tidy"]);

/// What the machine and the checkout offer.
#[derive(Debug, Clone, Copy)]
struct Present {
    nextest: bool,
    fuzz: bool,
}

fn steps(present: Present, quick: bool) -> Vec<Step> {
    let mut steps = vec![FORMAT, CLIPPY];
    steps.push(if present.nextest { NEXTEST } else { TESTS });
    steps.push(DOC_TESTS);
    steps.extend(present.fuzz.then_some(FUZZ));
    steps.extend((!quick).then_some(DOCS));
    steps.push(TIDY);
    steps
}

/// Runs every check in `root`, without the documentation if `quick`; whether all passed.
pub(crate) fn run(root: &Path, quick: bool) -> bool {
    let present = Present { nextest: nextest_is_installed(root), fuzz: root.join("fuzz/Cargo.toml").is_file() };
    let steps = steps(present, quick);
    let started = Instant::now();
    let outcome = run_until_failure(&steps, |step| timed(step, root));
    println!("{}", summary(&outcome, steps.len(), started.elapsed()));
    outcome.failed.is_none()
}

/// The steps that passed, each with its time, and the one that did not.
#[derive(Debug, PartialEq, Eq)]
struct Outcome<'a> {
    passed: Vec<(&'a Step, Duration)>,
    failed: Option<&'a Step>,
}

fn run_until_failure(steps: &[Step], mut run: impl FnMut(&Step) -> (bool, Duration)) -> Outcome<'_> {
    let mut passed = Vec::new();
    for step in steps {
        let (ok, elapsed) = run(step);
        if !ok {
            return Outcome { passed, failed: Some(step) };
        }
        passed.push((step, elapsed));
    }
    Outcome { passed, failed: None }
}

fn timed(step: &Step, root: &Path) -> (bool, Duration) {
    println!("== {}: {}", step.name, step.command_line());
    let started = Instant::now();
    let ok = execute(step, root);
    let elapsed = started.elapsed();
    println!("== {}: {} after {:.1} s\n", step.name, if ok { "ok" } else { "FAILED" }, elapsed.as_secs_f64());
    (ok, elapsed)
}

fn execute(step: &Step, root: &Path) -> bool {
    let mut command = Command::new(crate::cargo());
    command.args(step.arguments).envs(step.environment.iter().copied()).current_dir(root).stdin(Stdio::null());
    command.status().map_or_else(
        |error| {
            eprintln!("error: cannot start `{}`: {error}", step.command_line());
            false
        },
        |status| status.success(),
    )
}

fn summary(outcome: &Outcome<'_>, n_steps: usize, elapsed: Duration) -> String {
    let mut lines: Vec<String> =
        outcome.passed.iter().map(|(step, time)| format!("{:>7.1} s  {}", time.as_secs_f64(), step.name)).collect();
    lines.push(match outcome.failed {
        None => format!("{:>7.1} s  all {n_steps} steps passed", elapsed.as_secs_f64()),
        Some(step) => format!("error: step `{}` failed\n\nhint: repeat it with `{}`", step.name, step.command_line()),
    });
    lines.join("\n")
}

fn nextest_is_installed(root: &Path) -> bool {
    let mut command = Command::new(crate::cargo());
    command.args(["nextest", "--version"]).current_dir(root);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYTHING: Present = Present { nextest: true, fuzz: true };
    const BARE: Present = Present { nextest: false, fuzz: false };

    #[test]
    fn a_bare_toolchain_gets_cargo_test_and_no_fuzzing() {
        assert_eq!(steps(BARE, false), [FORMAT, CLIPPY, TESTS, DOC_TESTS, DOCS, TIDY]);
    }

    #[test]
    fn nextest_and_the_fuzz_workspace_are_used_where_present() {
        assert_eq!(steps(EVERYTHING, false), [FORMAT, CLIPPY, NEXTEST, DOC_TESTS, FUZZ, DOCS, TIDY]);
    }

    #[test]
    fn quick_leaves_out_the_documentation_alone() {
        assert_eq!(steps(BARE, true), [FORMAT, CLIPPY, TESTS, DOC_TESTS, TIDY]);
    }

    #[test]
    fn the_command_line_can_be_pasted_into_a_shell() {
        assert_eq!(DOCS.command_line(), "RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps");
        assert_eq!(TIDY.command_line(), "cargo xtask tidy");
    }

    #[test]
    fn the_first_failure_ends_the_run() {
        let steps = [FORMAT, CLIPPY, TESTS];
        let mut seen = Vec::new();
        let outcome = run_until_failure(&steps, |step| {
            seen.push(step.name);
            (*step != CLIPPY, Duration::from_secs(1))
        });
        assert_eq!(seen, ["format", "clippy"]);
        assert_eq!(outcome.failed, Some(&CLIPPY));
        assert_eq!(outcome.passed, [(&FORMAT, Duration::from_secs(1))]);
    }

    #[test]
    fn a_failure_is_reported_with_the_command_that_repeats_it() {
        let outcome = Outcome { passed: vec![(&FORMAT, Duration::from_millis(1_500))], failed: Some(&TIDY) };
        let text = summary(&outcome, 5, Duration::from_secs(9));
        assert_eq!(text, "    1.5 s  format\nerror: step `tidy` failed\n\nhint: repeat it with `cargo xtask tidy`");
    }

    #[test]
    fn a_clean_run_ends_with_the_number_of_steps() {
        let outcome = Outcome { passed: vec![], failed: None };
        assert_eq!(summary(&outcome, 6, Duration::from_secs(61)), "   61.0 s  all 6 steps passed");
    }
}
