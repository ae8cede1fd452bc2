//! Every check of the project as a list of steps, run until the first one fails.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

mod python;
mod sanitize;
mod step;

use python::Python;
use step::Step;

const FORMAT: Step = Step::cargo("format", &["fmt", "--all", "--check"]);
const CLIPPY: Step = Step::cargo("clippy", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
const NEXTEST: Step = Step::cargo("tests", &["nextest", "run", "--workspace", "--no-fail-fast"]);
const TESTS: Step =
    Step::cargo("tests", &["test", "--workspace", "--lib", "--bins", "--tests", "--examples", "--no-fail-fast"]);
const DOC_TESTS: Step = Step::cargo("doc tests", &["test", "--workspace", "--doc"]);
const FUZZ: Step = Step::cargo("fuzz, short", &["test", "--manifest-path", "fuzz/Cargo.toml"]);
const DOCS: Step = Step::cargo("docs", &["doc", "--workspace", "--no-deps"]).with(&[("RUSTDOCFLAGS", "-D warnings")]);
const LICENCES: Step = Step::cargo("licences", &["deny", "check", "licenses", "bans", "sources"]);
const TIDY: Step = Step::cargo("tidy", &["xtask", "tidy"]);

/// What the machine and the checkout offer.
#[derive(Debug, Clone)]
struct Present {
    nextest: bool,
    deny: bool,
    fuzz: bool,
    python: Python,
    /// Whether this is a machine that must be able to run everything.
    in_ci: bool,
}

impl Present {
    fn find(root: &Path) -> Self {
        Self {
            nextest: is_installed("nextest", root),
            deny: is_installed("deny", root),
            fuzz: root.join("fuzz/Cargo.toml").is_file(),
            python: Python::find(),
            in_ci: std::env::var_os("CI").is_some_and(|value| value == "true"),
        }
    }

    /// What is not checked here, in words.
    fn skipped(&self) -> Vec<String> {
        let deny = (!self.deny).then(|| {
            "licences and sources of dependencies are not checked: `cargo install cargo-deny --locked` brings what it takes"
                .to_owned()
        });
        self.python.skipped(self.in_ci).into_iter().chain(deny).collect()
    }
}

fn steps(present: &Present, quick: bool) -> Vec<Step> {
    let mut steps = vec![FORMAT];
    steps.extend(present.deny.then_some(LICENCES));
    steps.push(CLIPPY);
    steps.push(if present.nextest { NEXTEST } else { TESTS });
    steps.push(DOC_TESTS);
    steps.extend(present.fuzz.then_some(FUZZ));
    steps.extend(present.python.steps(quick, present.in_ci));
    steps.extend((!quick).then_some(DOCS));
    steps.push(TIDY);
    steps
}

/// Runs every check in `root`, without the documentation and the bare environment of Python if `quick`; whether all
/// passed.
pub(crate) fn run(root: &Path, quick: bool) -> bool {
    let present = Present::find(root);
    run_all(&steps(&present, quick), &present.skipped(), root)
}

/// Runs the checks of the Python package in `root`; whether all passed, which they do not without an interpreter.
pub(crate) fn run_python(root: &Path) -> bool {
    run_all(&Python::find().steps(false, true), &[], root)
}

/// Runs the tests of the kernels under AddressSanitizer; whether all passed, which they do not on other machines than it is
/// for.
pub(crate) fn run_sanitizer(root: &Path) -> bool {
    if !sanitize::IS_POSSIBLE {
        eprintln!("error: AddressSanitizer is run on Linux with x86-64 alone");
        return false;
    }
    run_all(sanitize::STEPS, &[], root)
}

/// Runs the part of them that goes by a word, if there is one; whether it passed.
pub(crate) fn run_part_of_python(root: &Path, word: &str) -> Option<bool> {
    python::part(word).map(|step| run_all(&[step], &[], root))
}

fn run_all(steps: &[Step], skipped: &[String], root: &Path) -> bool {
    let started = Instant::now();
    let outcome = run_until_failure(steps, |step| timed(step, root));
    println!("{}", summary(&outcome, steps.len(), started.elapsed()));
    skipped.iter().for_each(|skipped| println!("warning: {skipped}"));
    outcome.failed.is_none()
}

/// The steps that passed, each with its time, and the one that did not.
#[derive(Debug)]
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
    let ok = step.passes(root);
    let elapsed = started.elapsed();
    println!("== {}: {} after {:.1} s\n", step.name, if ok { "ok" } else { "FAILED" }, elapsed.as_secs_f64());
    (ok, elapsed)
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

/// Whether cargo has a command of this name.
fn is_installed(command_name: &str, root: &Path) -> bool {
    let mut command = crate::cargo();
    command.args([command_name, "--version"]).current_dir(root);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(python: Python, nextest: bool, fuzz: bool, quick: bool) -> Vec<String> {
        let present = Present { nextest, deny: false, fuzz, python, in_ci: false };
        steps(&present, quick).iter().map(Step::command_line).collect()
    }

    fn no_python() -> Python {
        Python::Missing("there is no interpreter".to_owned())
    }

    fn lines(steps: &[Step]) -> Vec<String> {
        steps.iter().map(Step::command_line).collect()
    }

    #[test]
    fn a_bare_toolchain_gets_cargo_test_and_no_fuzzing() {
        let expected = lines(&[FORMAT, CLIPPY, TESTS, DOC_TESTS, DOCS, TIDY]);
        assert_eq!(names(no_python(), false, false, false), expected);
    }

    #[test]
    fn nextest_and_the_fuzz_workspace_are_used_where_present() {
        let expected = lines(&[FORMAT, CLIPPY, NEXTEST, DOC_TESTS, FUZZ, DOCS, TIDY]);
        assert_eq!(names(no_python(), true, true, false), expected);
    }

    #[test]
    fn quick_leaves_out_the_documentation() {
        assert_eq!(names(no_python(), false, false, true), lines(&[FORMAT, CLIPPY, TESTS, DOC_TESTS, TIDY]));
    }

    #[test]
    fn the_python_package_is_tested_with_what_the_rust_tests_have_built() {
        let ready = Python::Ready;
        let expected =
            [lines(&[FORMAT, CLIPPY, TESTS, DOC_TESTS]), lines(&ready.steps(false, false)), lines(&[DOCS, TIDY])]
                .concat();
        assert_eq!(names(ready, false, false, false), expected);
    }

    #[test]
    fn licences_are_checked_where_that_is_possible_and_told_where_not() {
        let with = |deny| Present { nextest: true, deny, fuzz: false, python: Python::Ready, in_ci: false };
        assert!(steps(&with(true), true).iter().any(|step| step.name == "licences"));
        assert!(!steps(&with(false), true).iter().any(|step| step.name == "licences"));
        assert!(with(true).skipped().is_empty() && with(false).skipped()[0].contains("cargo-deny"));
    }

    #[test]
    fn the_sanitizer_runs_under_each_instruction_set_beside_the_usual_builds() {
        let lines: Vec<String> = sanitize::STEPS.iter().map(Step::command_line).collect();
        for isa in ["baseline", "avx2", "avx512"] {
            assert_eq!(lines.iter().filter(|line| line.contains(&format!("CULET_ISA=\"{isa}\""))).count(), 1);
        }
        assert!(lines.iter().all(|line| line.contains("--target-dir target/sanitize")));
    }

    #[test]
    fn every_step_has_a_name_of_its_own() {
        let steps =
            steps(&Present { nextest: true, deny: true, fuzz: true, python: Python::Ready, in_ci: true }, false);
        let names: std::collections::BTreeSet<_> = steps.iter().map(|step| step.name).collect();
        assert_eq!(names.len(), steps.len());
    }

    #[test]
    fn the_first_failure_ends_the_run() {
        let steps = [FORMAT, CLIPPY, TESTS];
        let mut seen = Vec::new();
        let outcome = run_until_failure(&steps, |step| {
            seen.push(step.name);
            (step.name != "clippy", Duration::from_secs(1))
        });
        assert_eq!(seen, ["format", "clippy"]);
        assert_eq!(outcome.failed.map(|step| step.name), Some("clippy"));
        let passed: Vec<_> = outcome.passed.iter().map(|(step, time)| (step.name, *time)).collect();
        assert_eq!(passed, [("format", Duration::from_secs(1))]);
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
